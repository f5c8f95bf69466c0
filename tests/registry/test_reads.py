"""What is read of one thing, and of what is live."""

import pytest
from clocks import Clock
from registry.conftest import Opener, promote
from registry.statements import counted

from askreg.errors import InvalidInput, NotFound
from askreg.registry import details, lifecycle, reads, results
from askreg.registry.registry import Registry

V1 = "sepsis-risk:1"


def as_version(shown: results.Result) -> results.VersionDetail:
    assert isinstance(shown, results.VersionDetail)
    return shown


def test_a_version_tells_all_that_was_registered(filled: Registry) -> None:
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    found = filled.version("sepsis-risk@champion")
    assert found.model_dump(exclude={"event"}) == {
        "subject": V1,
        "model": "sepsis-risk",
        "version": 1,
        "stage": "experimental",
        "at": "2026-07-01T00:00:00Z",
        "by": "ada.osei",
        "framework": "scikit-learn 1.9",
        "artifact": {"uri": "s3://m", "digest": "sha256:aa", "size": 81234},
        "run": "run-17",
        "base": None,
        "change_control": None,
        "signature": None,
        "description": None,
        "tags": {"site": "north"},
        "aliases": ["champion"],
        "card": {},
    }


def test_a_version_takes_two_statements(filled: Registry) -> None:
    with filled.view() as view, counted(view.connection) as sent:
        reads.version(view, V1)
    assert len(sent) == 2


def test_a_base_is_written_as_a_subject(filled: Registry) -> None:
    filled.register_version(model="sepsis-risk", base=V1, signature={"inputs": ["age"]}, card={"population": "adults"})
    found = filled.version("sepsis-risk:2")
    assert (found.base, found.signature, found.card) == (V1, {"inputs": ["age"]}, {"population": "adults"})


@pytest.mark.parametrize("subject", ["sepsis-risk", "icu-stays@2025-06"])
def test_only_a_version_is_read_as_a_version(filled: Registry, subject: str) -> None:
    with pytest.raises(InvalidInput):
        filled.version(subject)


def test_tags_fields_and_stage_are_those_of_then(filled: Registry, lena: Registry, clock: Clock) -> None:
    clock.advance(days=2)
    filled.update_version(version=V1, description="new", tags={"site": "south"})
    promote(filled, lena)
    before, after = filled.version(V1, as_of="2026-07-01"), filled.version(V1)
    assert (before.stage, before.description, before.tags) == ("experimental", None, {"site": "north"})
    assert (after.stage, after.description, after.tags) == ("production", "new", {"site": "south"})


def test_what_was_told_later_is_not_in_what_was_known(filled: Registry, clock: Clock) -> None:
    clock.advance(days=5)
    filled.update_version(version=V1, tags={"site": "south"}, at="2026-07-02")
    assert filled.version(V1, as_of="2026-07-03").tags == {"site": "south"}
    assert filled.version(V1, as_of="2026-07-03", known_at="2026-07-04").tags == {"site": "north"}


def test_a_version_is_shown_with_its_whole_life(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    lena.deploy(version=V1, site="northgate", environment="icu", region="eu-west")
    shown = as_version(filled.show(V1))
    assert [stage.stage for stage in shown.stages] == ["experimental", "validation", "approved", "production"]
    assert [(a.printed_name, a.decision, a.lapsed) for a in shown.approvals] == [("Lena Koch", "approved", None)]
    assert [(d.site, d.environment, d.region) for d in shown.deployments] == [("northgate", "icu", "eu-west")]
    figures = [m.model_dump(mode="json", exclude={"unit", "config"}) for m in shown.evaluations[0].metrics]
    assert figures == [
        {"metric": "auroc", "value": 0.871, "n": 1200, "ci": [0.852, 0.889]},
        {"metric": "brier", "value": 0.1, "n": None, "ci": None},
    ]
    assert shown.documents == ["doc:docs/validation.md"]


def test_a_lapsed_approval_says_when(filled: Registry, lena: Registry, clock: Clock) -> None:
    promote(filled, lena)
    clock.advance(days=1)
    filled.update_version(version=V1, description="changed")
    assert [a.lapsed for a in as_version(filled.show(V1)).approvals] == ["2026-07-02T00:00:00Z"]
    assert [a.lapsed for a in as_version(filled.show(V1, as_of="2026-07-01")).approvals] == [None]


def test_a_model_lists_its_versions_aliases_and_what_is_in_production(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    for _ in range(10):
        filled.register_version(model="sepsis-risk")
    filled.set_alias(model="sepsis-risk", alias="challenger", version=11)
    shown = filled.show("sepsis-risk")
    assert isinstance(shown, results.ModelDetail)
    assert (shown.versions, shown.aliases, shown.production) == (11, {"challenger": 11}, [1])
    assert [version.version for version in shown.version_list] == list(range(1, 12))
    assert shown.card == {"intended_use": "triage"}


def test_showing_takes_as_many_statements_for_many_versions_as_for_one(filled: Registry) -> None:
    def statements(subject: str) -> int:
        with filled.view() as view, counted(view.connection) as sent:
            details.show(view, subject)
        return len(sent)

    before = [statements(subject) for subject in ("sepsis-risk", V1)]
    for _ in range(5):
        filled.register_version(model="sepsis-risk", tags={"site": "east"})
        filled.evaluate(version=V1, dataset="icu-holdout@2025-06", metrics={"auroc": 0.9})
    assert [statements(subject) for subject in ("sepsis-risk", V1)] == before


def test_data_runs_documents_people_and_environments_are_shown(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    lena.deploy(version=V1, site="northgate", environment="icu")
    shown = {
        subject: filled.show(subject)
        for subject in ("icu-stays", "run:run-17", "doc:docs/validation.md", "lena.koch", "northgate/icu")
    }
    match list(shown.values()):
        case [
            results.DatasetView(name="icu-stays", versions=[results.DatasetVersionView(derived_from=derived)]),
            results.RunView(id="run-17", inputs=[results.RunInput(dataset=used, role="training")], versions=made),
            results.DocumentView(title="Validation", about=about),
            results.PersonView(name="lena.koch", display="Lena Koch", roles=["approver"]),
            results.EnvironmentView(site="northgate", deployments=[results.DeploymentView(subject=live)]),
        ]:
            assert (derived, used, made) == (["ehr-extract@2025-05"], "icu-stays@2025-06", [V1])
            assert (about, live) == ([V1], V1)
        case other:
            pytest.fail(str(other))


def test_deployments_are_listed_by_site_environment_and_number(filled: Registry) -> None:
    for _ in range(10):
        filled.register_version(model="sepsis-risk")
    with filled.unit(origin="manifest") as unit:
        for number, site, environment in ((10, "northgate", "icu"), (2, "northgate", "icu"), (1, "eastham", "ward")):
            lifecycle.deploy(unit, version=f"sepsis-risk:{number}", site=site, environment=environment)
    listed = filled.deployed().deployments
    assert [(d.site, d.subject) for d in listed] == [
        ("eastham", "sepsis-risk:1"),
        ("northgate", "sepsis-risk:2"),
        ("northgate", "sepsis-risk:10"),
    ]
    assert [d.subject for d in filled.deployed(site="Eastham", model="sepsis-risk").deployments] == [V1]
    assert [d.subject for d in filled.deployed(model="sepsis-risk:10").deployments] == ["sepsis-risk:10"]
    assert filled.deployed(site="eastham", model="sepsis-risk:10").deployments == []


def test_a_deployment_is_live_from_its_beginning_until_just_before_its_end(filled: Registry, clock: Clock) -> None:
    clock.advance(days=10)
    with filled.unit(origin="manifest") as unit:
        spell = {"at": "2026-07-02T12:00:00Z", "until": "2026-07-04T12:00:00Z"}
        lifecycle.deploy(unit, version=V1, site="northgate", environment="icu", **spell)
    moments = ("2026-07-02T11:59:59Z", "2026-07-02T12:00:00Z", "2026-07-04T11:59:59Z", "2026-07-04T12:00:00Z")
    assert [len(filled.deployed(as_of=moment).deployments) for moment in moments] == [0, 1, 1, 0]
    assert filled.deployed(as_of="2026-07-03").deployments[0].until is None


def test_an_unknown_site_or_environment_names_the_nearest(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    lena.deploy(version=V1, site="northgate", environment="icu")
    with pytest.raises(NotFound, match="no site named 'northgat'; did you mean 'northgate'"):
        filled.deployed(site="northgat")
    with pytest.raises(NotFound, match="no environment named 'icuu'; did you mean 'icu'"):
        filled.deployed(site="northgate", environment="icuu")


def test_a_read_inside_a_transaction_sees_what_it_wrote(opened: Opener) -> None:
    with opened("ada.osei") as registry, registry.transaction():
        registry.register_model(name="m")
        registry.register_version(model="m", tags={"a": "b"})
        assert registry.version("m:1").tags == {"a": "b"}
