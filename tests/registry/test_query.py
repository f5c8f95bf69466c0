"""Plans: what can be asked of the record, and what the answers say of themselves."""

import operator
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry.hospital import hospital
from registry.statements import counted

from askreg.errors import InvalidInput, NotFound
from askreg.registry import query
from askreg.registry.plan import CATALOGUE, Plan, PlanResult
from askreg.registry.query_links import LINKS
from askreg.registry.registry import Registry


@pytest.fixture(scope="module")
def registry(shared_backend_url: str) -> Iterator[Registry]:
    with hospital(shared_backend_url) as opened:
        yield opened


def ask(registry: Registry, kind: str, *where: str, **more: Any) -> PlanResult:
    """Run a plan; a condition is written `path op value`, with `not` before it to negate."""
    return registry.query(Plan.model_validate({"select": kind, "where": [said(text) for text in where], **more}))


def said(text: str) -> dict[str, Any]:
    negate = text.startswith("not ")
    path, op, *value = text.removeprefix("not ").split(" ", 2)
    return {"path": path, "op": op, "value": value[0] if value else None, "negate": negate}


def subjects(registry: Registry, kind: str, *where: str, **more: Any) -> list[str]:
    return [row.subject for row in ask(registry, kind, *where, **more).rows]


def values(registry: Registry, kind: str, path: str, *where: str, **more: Any) -> dict[str, Any]:
    rows = ask(registry, kind, *where, project=[path], **more).rows
    return {row.subject: row.values[path] for row in rows}


def figures(registry: Registry, kind: str, op: str, *where: str, **more: Any) -> Any:
    aggregate = {"op": op, "of": more.pop("of", None), "by": more.pop("by", None)}
    return ask(registry, kind, *where, aggregate=aggregate, **more).aggregate


# -- the language is whole


def test_every_relation_of_the_catalogue_is_kept() -> None:
    assert {kind: set(spec.relations) for kind, spec in CATALOGUE.items()} == {k: set(v) for k, v in LINKS.items()}


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_field_can_be_shown_filtered_and_sorted(registry: Registry, kind: str) -> None:
    for name in CATALOGUE[kind].fields:  # type: ignore[index]
        single = name.replace(".*", ".site")
        rows = ask(registry, kind, f"{single} exists", project=[name], order=[{"by": single}], history=True)
        missing = ask(registry, kind, f"{single} missing", history=True)
        assert rows.total + missing.total == ask(registry, kind, history=True).total


@pytest.mark.parametrize("view", [{"history": True}, {}, {"as_of": "2026-02-15"}], ids=["ever", "now", "then"])
@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_relation_agrees_with_itself_however_it_is_asked(
    registry: Registry, kind: str, view: dict[str, Any]
) -> None:
    for name in CATALOGUE[kind].relations:  # type: ignore[index]
        rows = ask(registry, kind, project=[name], **view).rows
        found = [row.values[name] for row in rows if row.values[name]]
        reached = ask(registry, kind, hops=[name], **view)
        with_it = ask(registry, kind, f"{name} exists", **view).total
        without = ask(registry, kind, f"{name} missing", **view).total
        distinct = figures(registry, kind, "count", of=name, **view)[""]
        named = {subject for value in found for subject in ([value] if isinstance(value, str) else value)}
        assert with_it == len(found), name
        assert with_it + without == len(rows), name
        assert reached.total == distinct, name
        assert {row.subject for row in reached.rows} == named, name


# -- conditions


def test_text_is_compared_without_regard_to_case(registry: Registry) -> None:
    assert subjects(registry, "version", "framework = XGBOOST 3") == ["sepsis:3"]
    assert subjects(registry, "version", "tag.site = NORTH") == ["sepsis:1", "sepsis:2"]
    assert subjects(registry, "person", "display = BEN ITŌ") == ["ben.ito"]
    assert subjects(registry, "model", "description contains SEPSIS") == ["sepsis"]


def test_numbers_are_compared_as_numbers(registry: Registry) -> None:
    assert subjects(registry, "version", "size > 99.5", "size < 2e2") == ["sepsis:1"]
    assert values(registry, "metric", "value", "value = .90") == {"sepsis:2": Decimal("0.9")}


def test_a_day_a_month_and_a_year_are_spans_of_time(registry: Registry) -> None:
    assert subjects(registry, "version", "at = 2026-02-10") == ["sepsis:2"]
    assert subjects(registry, "version", "at = 2026-04") == ["peds:1", "sepsis:3"]
    assert len(subjects(registry, "version", "at = 2026")) == 4
    assert subjects(registry, "version", "at > 2026-02-10", "at < 2026-04-10") == ["peds:1"]
    assert subjects(registry, "version", "at >= 2026-02-10", "at <= 2026-04-01") == ["peds:1", "sepsis:2"]
    assert subjects(registry, "version", "at = 2026-02-10T09:00:00Z") == ["sepsis:2"]


def test_parameters_and_cards_compare_as_what_they_hold(registry: Registry) -> None:
    assert subjects(registry, "run", "param.rate < 0.1") == ["run:r2"]
    assert subjects(registry, "run", "param.rate = 0.1") == ["run:r1"]
    assert subjects(registry, "run", "param.solver = adam") == ["run:r1"]
    assert subjects(registry, "model", "card.limit >= 12", "card.intended_use contains triage") == ["sepsis"]


def test_any_of_several_roles_is_found_but_not_a_part_of_one(registry: Registry) -> None:
    assert subjects(registry, "person", "roles = auditor") == ["ben.ito"]
    assert subjects(registry, "person", "roles = audit") == []


def test_conditions_over_one_relation_speak_of_the_same_row(registry: Registry) -> None:
    assert subjects(registry, "version", "metrics.name = auroc", "metrics.value > 0.85") == ["sepsis:2"]
    assert subjects(registry, "version", "deployments.site = south", "deployments.environment = icu") == []


def test_a_second_equality_on_a_path_begins_another_row(registry: Registry) -> None:
    both = ("deployments.site = north", "deployments.site = south")
    assert subjects(registry, "version", *both) == ["sepsis:2"]


def test_negation_holds_when_none_satisfies(registry: Registry) -> None:
    never = subjects(registry, "version", "not approvals.by = lena.koch", history=True)
    assert never == ["peds:1", "sepsis:3"]
    assert subjects(registry, "model", "not owner = ada.osei") == ["peds"]
    assert subjects(registry, "model", "owner != ada.osei") == []


def test_in_takes_several_values(registry: Registry) -> None:
    conditions = [{"path": "stage", "op": "in", "value": ["retired", "Production"]}]
    plan = Plan.model_validate({"select": "version", "where": conditions})
    assert [row.subject for row in registry.query(plan).rows] == ["sepsis:1", "sepsis:2"]


def test_a_relation_is_compared_with_subjects(registry: Registry) -> None:
    assert subjects(registry, "version", "trained_on = stays@v2") == ["sepsis:2"]
    assert subjects(registry, "version", "trained_on = stays") == ["sepsis:1", "sepsis:2"]
    assert subjects(registry, "version", "subject = sepsis@champion") == ["sepsis:2"]
    assert subjects(registry, "deployment", "version = sepsis:2", "place = south/ward") == ["south/ward"]


def test_a_metrics_dataset_may_be_named_without_its_version(registry: Registry) -> None:
    assert ask(registry, "metric", "dataset = holdout").total == 5
    assert ask(registry, "metric", "dataset = holdout@v1", "cohort = sex=female").total == 1
    assert ask(registry, "metric", "dataset = stays").total == 0


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
FIELDS = {
    "framework": st.sampled_from(["scikit-learn 1.5", "SCIKIT-LEARN 1.6", "xgboost 3", "a"]),
    "size": st.sampled_from([99, 100, "100.0", 250, 251]),
    "number": st.integers(0, 4),
    "at": st.sampled_from(["2026-01-10T09:00:00Z", "2026-04-01T09:00:00Z", "2026-04-01T10:00:00+01:00"]),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    field=st.sampled_from(sorted(FIELDS)), op=st.sampled_from(sorted(OPERATORS)), negate=st.booleans(), data=st.data()
)
def test_comparisons_agree_with_python(
    registry: Registry, field: str, op: str, negate: bool, data: st.DataObject
) -> None:
    value = data.draw(FIELDS[field])
    condition = {"path": field, "op": op, "value": value, "negate": negate}
    plan = Plan.model_validate({"select": "version", "where": [condition]})
    wanted = {
        subject
        for subject, held in values(registry, "version", field).items()
        if (held is not None and OPERATORS[op](plain(field, held), plain(field, value))) != negate
    }
    assert {row.subject for row in registry.query(plan).rows} == wanted


def plain(field: str, value: Any) -> Any:
    if field in ("size", "number"):
        return Decimal(value)
    return value.lower() if field == "framework" else str(value).replace("T10:00:00+01:00", "T09:00:00Z")


# -- relations


def test_hops_follow_relations_and_keep_each_row_once(registry: Registry) -> None:
    assert subjects(registry, "environment", hops=["versions", "model"]) == ["sepsis"]
    assert subjects(registry, "environment", hops=["versions.model.versions"]) == ["sepsis:1", "sepsis:2", "sepsis:3"]


def test_what_the_one_before_the_champion_was_trained_on(registry: Registry) -> None:
    where = "subject = sepsis@champion"
    assert subjects(registry, "version", where, hops=["previous", "trained_on"]) == ["stays@v1"]


def test_who_approved_what_is_live_at_a_place(registry: Registry) -> None:
    plan = {"hops": ["versions", "approvals"], "then": [said("decision = approved")], "project": ["approver.display"]}
    rows = ask(registry, "environment", "subject = north/icu", **plan).rows
    assert [(row.subject, row.values) for row in rows] == [("sepsis:2", {"approver.display": "Lena Koch"})]


def test_trained_on_is_the_own_runs_training_data_and_ancestors_all_behind_it(registry: Registry) -> None:
    assert values(registry, "version", "trained_on")["sepsis:2"] == ["stays@v2"]
    assert values(registry, "version", "inputs")["sepsis:2"] == ["holdout@v1", "stays@v2"]
    ancestors = values(registry, "version", "ancestor_datasets")
    assert ancestors["peds:1"] == ["ehr@v1", "stays@v1", "stays@v2"]
    assert values(registry, "version", "trained_on")["peds:1"] == []


def test_what_descends_from_a_dataset_comes_through_derivations_and_bases(registry: Registry) -> None:
    found = subjects(registry, "dataset_version", "subject = ehr@v1", hops=["descendant_versions"])
    assert found == ["peds:1", "sepsis:1", "sepsis:2"]
    assert subjects(registry, "version", "ancestor_datasets = ehr@v1") == found
    live = {"hops": ["descendant_versions"], "then": [said("environments exists")]}
    assert subjects(registry, "dataset_version", "subject = ehr@v1", **live) == ["sepsis:2"]


def test_bases_and_descendants_are_transitive(registry: Registry) -> None:
    assert values(registry, "version", "bases")["peds:1"] == ["sepsis:1", "sepsis:2"]
    assert values(registry, "version", "descendants")["sepsis:1"] == ["peds:1", "sepsis:2"]


def test_the_latest_version_is_that_of_the_view(registry: Registry) -> None:
    assert values(registry, "model", "latest")["sepsis"] == "sepsis:3"
    assert values(registry, "model", "latest", as_of="2026-03-01")["sepsis"] == "sepsis:2"


# -- time


def test_only_intervals_that_hold_count_unless_history_is_asked_for(registry: Registry) -> None:
    assert subjects(registry, "deployment") == ["north/icu", "south/ward"]
    assert subjects(registry, "deployment", history=True) == ["north/icu", "north/icu", "south/ward"]
    assert subjects(registry, "version", "environments = north/icu") == ["sepsis:2"]
    assert subjects(registry, "version", "environments = north/icu", history=True) == ["sepsis:1", "sepsis:2"]


def test_a_plan_is_as_of_its_own_date(registry: Registry) -> None:
    then = ask(registry, "deployment", project=["version"], as_of="2026-02-15")
    assert then.as_of == "2026-02-15T23:59:59.999999Z"
    assert [(row.subject, row.values["version"], row.until) for row in then.rows] == [("north/icu", "sepsis:1", None)]
    assert values(registry, "version", "stage", as_of="2026-02-15") == {
        "sepsis:1": "production",
        "sepsis:2": "validation",
    }


def test_nothing_was_known_before_it_was_recorded(registry: Registry) -> None:
    assert ask(registry, "version", known_at="2026-06-30").total == 0


def test_what_is_named_must_exist_in_the_view(registry: Registry) -> None:
    with pytest.raises(NotFound, match="there is no version 9 of sepsis; the latest is 3"):
        ask(registry, "version", "subject = sepsis:9")
    with pytest.raises(NotFound):
        ask(registry, "version", "subject = sepsis:3", as_of="2026-03-01")


# -- what comes back


def test_a_row_says_when_until_and_by_which_event(registry: Registry) -> None:
    row = ask(registry, "alias", history=True, order=[{"by": "at"}], project=["version", "alias"]).rows[0]
    assert (row.subject, row.values) == ("sepsis", {"version": "sepsis:1", "alias": "champion"})
    assert (row.at, row.until) == ("2026-01-20T00:00:00Z", "2026-03-01T00:00:00Z")
    event = ask(registry, "event", f"seq = {row.event}", project=["action", "subject"]).rows[0]
    assert event.values == {"action": "alias.set", "subject": "sepsis:1"}


def test_a_metric_row_is_about_its_version(registry: Registry) -> None:
    fields = ["name", "value", "n", "low", "high", "dataset", "split", "cohort", "evidence"]
    row = ask(registry, "metric", "version = sepsis:1", "name = auroc", project=fields).rows[0]
    figures = [Decimal("0.80"), 1200, Decimal("0.78"), Decimal("0.82")]
    expected = ["auroc", *figures, "holdout@v1", "test", "all", "self-reported"]
    assert (row.subject, list(row.values.values())) == ("sepsis:1", expected)


def test_values_over_a_relation_to_many_are_lists_in_one_order(registry: Registry) -> None:
    paths = ["deployments.site", "deployments.environment", "deployments.region"]
    rows = ask(registry, "version", "subject = sepsis:2", project=paths).rows
    assert [list(row.values.values()) for row in rows] == [[["north", "south"], ["icu", "ward"], ["eu-west", None]]]


def test_all_tags_and_card_fields_come_at_once(registry: Registry) -> None:
    assert values(registry, "version", "tag.*")["sepsis:1"] == {"color": "red", "site": "north"}
    assert values(registry, "version", "model.card.*")["sepsis:1"] == {"intended_use": "Triage of adults", "limit": 12}
    assert values(registry, "run", "param.*")["run:r1"] == {"rate": 0.1, "solver": "Adam"}


def test_rows_are_sorted_as_asked_then_by_subject_and_the_missing_come_last(registry: Registry) -> None:
    by_size = [{"by": "size", "descending": True}]
    assert subjects(registry, "version", order=by_size) == ["sepsis:2", "sepsis:1", "peds:1", "sepsis:3"]
    by_best = [{"by": "metrics.value", "descending": True}]
    assert subjects(registry, "version", order=by_best)[:2] == ["sepsis:1", "sepsis:2"]
    assert subjects(registry, "version", order=[{"by": "model.owner"}])[-1] == "peds:1"


def test_a_limit_cuts_the_list_and_the_result_says_so(registry: Registry) -> None:
    result = ask(registry, "version", limit=2)
    assert (result.total, result.returned, result.truncated) == (4, 2, True)
    result = ask(registry, "version")
    assert (result.total, result.returned, result.truncated) == (4, 4, False)


def test_more_rows_than_the_most_are_counted(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MOST", 3)
    result = ask(registry, "version", limit=50)
    assert (result.total, result.returned, result.truncated) == (4, 3, True)


def test_the_number_of_statements_does_not_grow_with_the_rows(registry: Registry) -> None:
    paths = ["stage", "tag.*", "trained_on", "model.owner", "metrics.value"]

    def sent(**more: Any) -> int:
        with registry.view() as seen, counted(seen.connection) as statements:
            query.run(seen, Plan.model_validate({"select": "version", "project": paths, **more}))
        return len(statements)

    assert sent(limit=4) == sent(where=[said("subject = sepsis:1")]) - 1  # which looks up what is named


# -- aggregates


def test_rows_and_different_values_are_counted(registry: Registry) -> None:
    assert figures(registry, "version", "count", "stage = production") == {"": 1}
    assert figures(registry, "version", "count", of="model") == {"": 2}
    assert figures(registry, "model", "count", of="versions.framework") == {"": 3}
    assert figures(registry, "version", "count", "stage = approved") == {"": 0}


def test_groups_come_largest_first_and_those_without_a_value_last(registry: Registry) -> None:
    assert list(figures(registry, "version", "count", by="model").items()) == [("sepsis", 3), ("peds", 1)]
    assert list(figures(registry, "model", "count", of="versions", by="owner").items()) == [("ada.osei", 3), ("", 1)]
    assert figures(registry, "version", "count", by="at.month") == {
        "2026-04": 2,
        "2026-01": 1,
        "2026-02": 1,
    }


def test_a_row_counts_once_in_each_group_it_belongs_to(registry: Registry) -> None:
    by_stage = figures(registry, "version", "count", by="stages.stage", history=True)
    assert by_stage == {"experimental": 4, "approved": 2, "production": 2, "validation": 2, "retired": 1}
    assert figures(registry, "version", "count", by="environments.site") == {"north": 1, "south": 1, "": 3}


def test_groups_with_nothing_to_count_count_nothing(registry: Registry) -> None:
    counted = figures(registry, "person", "count", of="registered", by="name")
    assert counted["ada.osei"] == counted["ben.ito"] == 2
    assert counted["lena.koch"] == 0


def test_sums_and_means_are_exact(registry: Registry) -> None:
    auroc = ("name = auroc", "cohort = all")
    assert figures(registry, "metric", "sum", *auroc, of="value") == {"": Decimal("1.671")}
    assert figures(registry, "metric", "avg", *auroc, of="value") == {"": Decimal("0.8355")}
    assert figures(registry, "metric", "max", of="value", by="name") == {
        "accuracy": Decimal("0.95"),
        "auroc": Decimal("0.9"),
    }
    assert figures(registry, "run", "min", of="param.rate") == {"": Decimal("0.05")}
    assert figures(registry, "metric", "avg", "name = brier", of="value") == {"": None}


def test_the_first_and_the_last_are_instants(registry: Registry) -> None:
    assert figures(registry, "version", "min", of="at") == {"": "2026-01-10T09:00:00Z"}
    assert figures(registry, "model", "max", of="versions.at", by="name") == {
        "peds": "2026-04-01T09:00:00Z",
        "sepsis": "2026-04-10T09:00:00Z",
    }


def test_durations_are_seconds_up_to_the_plans_instant(registry: Registry) -> None:
    day = 86_400
    by_version = figures(registry, "stage", "duration", "stage = production", by="version", history=True)
    assert by_version == {"sepsis:2": 122 * day, "sepsis:1": 49 * day}
    then = figures(registry, "deployment", "duration", history=True, as_of="2026-01-21T00:00:00Z")
    assert then == {"": day}
    assert figures(registry, "environment", "duration", of="deployments", by="site")["north"] == 122 * day


# -- errors


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            {"where": [said("stag = production")]},
            "a version has no field or relation 'stag'; did you mean 'stages' or 'stage'?",
        ),
        ({"where": [said("model.ownr = x")]}, "a model has no field or relation 'ownr'; did you mean 'owner'"),
        ({"hops": ["modl"]}, "a version has no relation 'modl'; did you mean 'model'"),
        ({"where": [said("number = three")]}, "number is compared with a number"),
        ({"where": [said("at > yesterday")]}, "write 2026-03-14"),
        ({"where": [said("number contains 3")]}, "not 'contains'"),
        ({"where": [said("stage =")]}, "use 'exists' or 'missing'"),
        ({"where": [said("trained_on = sepsis:1")]}, "'sepsis:1' is a version; dataset@version"),
        ({"project": ["tag"]}, "is written tag.KEY"),
        ({"aggregate": {"op": "sum", "of": "stage"}}, "not a number"),
        ({"aggregate": {"op": "max"}}, "needs the field"),
        ({"aggregate": {"op": "count", "by": "tag.*"}}, "'tag.*' is many values"),
        ({"order": [{"by": "card.*"}]}, "'card.*' is many values"),
        ({"aggregate": {"op": "duration"}}, "only alias, approval, deployment, stage last"),
    ],
)
def test_what_cannot_be_asked_is_named_with_the_way_out(registry: Registry, plan: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        registry.query(Plan.model_validate({"select": "version", **plan}))
    assert message in str(raised.value)
