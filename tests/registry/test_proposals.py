"""Changes that are proposed by reading and applied in someone's own name, or not at all."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clocks import Clock
from pydantic import ValidationError
from registry.conftest import Opener, fill, promote
from sqlalchemy import select, update

from askreg.errors import AskregError, Conflict, InvalidInput, NotFound, NotPermitted, PolicyRefused
from askreg.registry import acts, policy, proposals
from askreg.registry.proposals import Proposal
from askreg.registry.registry import Registry
from askreg.registry.results import VersionDetail
from askreg.registry.standing import APPLIER
from askreg.registry.tables import Base, Stage
from askreg.registry.view import table

V1, V2 = "sepsis-risk:1", "sepsis-risk:2"
ICU = {"site": "northgate", "environment": "icu"}
HOSTILE = "[red]x[/red] {F1} ![i](http://evil.invalid) \x1b[31m\u202e'; DROP TABLE event; --\nhash: sha256:00"


def in_validation(ada: Registry, lena: Registry) -> None:
    ada.move(version=V1, stage="validation")


def signed(ada: Registry, lena: Registry) -> None:
    in_validation(ada, lena)
    lena.approve(version=V1)


def in_production(ada: Registry, lena: Registry) -> None:
    promote(ada, lena)


def live(ada: Registry, lena: Registry) -> None:
    promote(ada, lena)
    lena.deploy(version=V1, **ICU, region="eu-west")


def live_champion(ada: Registry, lena: Registry) -> None:
    live(ada, lena)
    lena.set_alias(model="sepsis-risk", alias="champion", version=1)


def two_versions(ada: Registry, lena: Registry) -> None:
    ada.register_version(model="sepsis-risk")
    ada.set_alias(model="sepsis-risk", alias="champion", version=2)


def second_live(ada: Registry, lena: Registry) -> None:
    live(ada, lena)
    ada.register_version(model="sepsis-risk", run="run-17")
    ada.evaluate(version=V2, dataset="icu-holdout@2025-06", metrics={"auroc": 0.9})
    promote(ada, lena, V2)


on_sqlite = pytest.mark.parametrize("backend_url", ["sqlite"], indirect=True)
"""What does not depend on where the record is kept is tried where that is quick."""

Prepared = Callable[[Registry, Registry], None]
Row = tuple[str, str | None, str | None]
CASES: list[tuple[Prepared, str, str, dict[str, Any], list[Row]]] = [
    (in_validation, "stage", V1, {"stage": "experimental"}, [("stage", "validation", "experimental")]),
    (signed, "stage", V1, {"stage": "approved", "reason": "sound"}, [("stage", "validation", "approved")]),
    (two_versions, "alias", V1, {"alias": "champion"}, [("alias.champion", V2, V1)]),
    (two_versions, "alias", V1, {"alias": "shadow"}, [("alias.shadow", None, V1)]),
    (two_versions, "alias", V2, {"alias": "champion", "remove": True}, [("alias.champion", V2, None)]),
    (in_production, "deploy", V1, ICU, [("deployed.northgate/icu", None, V1)]),
    (
        second_live,
        "deploy",
        V2,
        {**ICU, "region": "eu"},
        [("deployed.northgate/icu", f"{V1} (region 'eu-west')", f"{V1} (region 'eu-west'), {V2} (region 'eu')")],
    ),
    (live, "withdraw", V1, ICU, [("deployed.northgate/icu", f"{V1} (region 'eu-west')", None)]),
    (in_validation, "retire", V1, {}, [("stage", "validation", "retired")]),
    (
        live_champion,
        "retire",
        V1,
        {"withdraw": True},
        [
            ("alias.champion", V1, None),
            ("deployed.northgate/icu", f"{V1} (region 'eu-west')", None),
            ("stage", "production", "retired"),
        ],
    ),
    (in_validation, "approve", V1, {}, [("approval.approval", None, f"approved by {APPLIER}")]),
    (in_validation, "approve", V1, {"meaning": "review"}, [("approval.review", None, f"approved by {APPLIER}")]),
    (
        signed,
        "reject",
        V1,
        {"comment": "leak"},
        [
            ("approval.approval", "approved by lena.koch", f"approved by lena.koch, rejected by {APPLIER}"),
            ("stage", "validation", "experimental"),
        ],
    ),
]  # fmt: skip
IDS = [f"{action}-{prepared.__name__}-{'-'.join(arguments)}" for prepared, action, _, arguments, _ in CASES]


def rows(proposal: Proposal) -> list[Row]:
    return [(change.field, change.before, change.after) for change in proposal.diff]


def shown(registry: Registry, field: str, subject: str) -> str | None:
    """What the record's own reads say of a field that a diff names."""
    detail = registry.show(subject)
    assert isinstance(detail, VersionDetail)
    kind, _, name = field.partition(".")
    if kind == "stage":
        return detail.stage
    if kind == "alias":
        held = [v.subject for v in registry.find_versions(model="sepsis-risk").versions if name in v.aliases]
        return held[0] if held else None
    if kind == "deployed":
        there = [d for d in registry.deployed().deployments if f"{d.site}/{d.environment}" == name]
        told = sorted(f"{d.subject} (region {d.region!r})" if d.region else d.subject for d in there)
        return ", ".join(told) or None
    standing = [a for a in detail.approvals if a.meaning == name and a.lapsed is None]
    return ", ".join(sorted(f"{a.decision} by {a.by}" for a in standing)) or None


def everything(registry: Registry) -> dict[str, list[Any]]:
    with registry.view() as seen:
        return {
            name: sorted(map(repr, seen.connection.execute(select(of)))) for name, of in Base.metadata.tables.items()
        }


def resealed(proposal: Proposal, **changed: Any) -> Proposal:
    """An altered proposal with the hash that its alterer would give it."""
    altered = proposal.model_copy(update=changed)
    return altered.model_copy(update={"hash": proposals.digest(altered)})


@pytest.fixture(scope="module")
def read_only(shared_backend_url: str) -> Iterator[Registry]:
    """A registry with one of everything, for tests that only read."""
    with Registry.open(shared_backend_url, actor="ada.osei") as registry:
        fill(registry)
        yield registry


# -- what a proposal says


@on_sqlite
@pytest.mark.parametrize(("prepared", "action", "subject", "arguments", "diff"), CASES, ids=IDS)
def test_a_diff_says_what_is_and_what_would_be(
    filled: Registry, lena: Registry, prepared: Prepared, action: str, subject: str, arguments: Any, diff: list[Row]
) -> None:
    prepared(filled, lena)
    proposal = filled.propose(action=action, subject=subject, **arguments)
    assert sorted(rows(proposal)) == diff
    assert [shown(filled, field, subject) for field, _, _ in diff] == [before for _, before, _ in diff]


@pytest.mark.parametrize(("prepared", "action", "subject", "arguments", "diff"), CASES, ids=IDS)
def test_applying_makes_the_record_what_the_diff_said(
    filled: Registry, lena: Registry, prepared: Prepared, action: str, subject: str, arguments: Any, diff: list[Row]
) -> None:
    prepared(filled, lena)
    lena.apply(filled.propose(action=action, subject=subject, **arguments))
    for field, _, after in diff:
        expected = (after or "").replace(APPLIER, "lena.koch")
        if action == "reject":  # her rejection takes the place of her approval
            expected = expected.removeprefix("approved by lena.koch, ")
        assert (shown(filled, field, subject) or "") == expected
    assert filled.verify().ok


def test_every_action_has_a_diff_that_is_tested() -> None:
    assert {action for _, action, *_ in CASES} == set(acts.ACTS)


@pytest.mark.parametrize("action", acts.ACTS)
def test_proposing_writes_nothing(filled: Registry, lena: Registry, action: str) -> None:
    prepared, _, subject, arguments, _ = next(case for case in CASES if case[1] == action)
    prepared(filled, lena)
    head, tables = filled.head(), everything(filled)
    filled.propose(action=action, subject=subject, **arguments)
    with pytest.raises(AskregError):
        filled.propose(action=action, subject="sepsis-risk:7", **arguments)
    assert (filled.head(), everything(filled)) == (head, tables)


def test_an_unknown_person_may_ask_for_a_proposal_of_an_empty_registry_and_stays_unknown(registry: Registry) -> None:
    with pytest.raises(NotFound, match="no model named 'm'"):
        registry.propose(action="retire", subject="m:1")
    assert registry.head().seq == 0


@on_sqlite
def test_a_proposal_names_a_version_by_its_number_however_it_was_called(filled: Registry) -> None:
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    proposal = filled.propose(action="stage", subject="Sepsis-Risk@champion", stage="validation")
    assert (proposal.subject, proposal.head) == (V1, filled.head().seq)


@on_sqlite
def test_moving_to_retired_is_proposed_as_retiring(filled: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="retired", reason="old")
    assert (proposal.action, proposal.arguments) == ("retire", {"withdraw": False, "reason": "old"})


@on_sqlite
def test_a_proposal_survives_json(filled: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation", reason=HOSTILE)
    again = Proposal.model_validate_json(proposal.model_dump_json())
    assert (again, proposals.digest(again)) == (proposal, proposal.hash)


@on_sqlite
def test_a_proposal_cannot_be_assigned_to(filled: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    with pytest.raises(ValidationError, match="frozen"):
        proposal.action = "retire"  # type: ignore[misc]


# -- what it needs


@on_sqlite
def test_a_proposal_says_what_the_policy_asks_and_what_is_missing(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    needs = filled.propose(action="stage", subject=V1, stage="approved").needs
    assert needs.roles == ["admin", "approver", "scientist"]
    assert needs.asks == [
        "at least 1 evaluation on data it was not trained on",
        "approval by a person with the role approver",
    ]
    assert needs.missing == ["no approval by a person with the role approver stands"]


@on_sqlite
def test_nothing_is_missing_once_it_is_there(filled: Registry, lena: Registry) -> None:
    signed(filled, lena)
    assert filled.propose(action="stage", subject=V1, stage="approved").needs.missing == []


@on_sqlite
def test_a_signature_is_asked_of_who_is_no_part_of_the_request(
    filled: Registry, lena: Registry, opened: Opener
) -> None:
    opened("sam.reid").move(version=V1, stage="validation")
    needs = lena.propose(action="approve", subject=V1).needs
    assert (needs.roles, needs.not_by) == (["admin", "approver"], ["ada.osei", "sam.reid"])


@on_sqlite
def test_retiring_what_is_live_says_what_stands_in_the_way(filled: Registry, lena: Registry) -> None:
    live_champion(filled, lena)
    missing = filled.propose(action="retire", subject=V1).needs.missing
    assert missing[:2] == ["it is live in 1 environment(s)", "it holds the alias 'champion'"]


@on_sqlite
def test_what_is_not_in_production_may_be_proposed_but_lacks_its_stage(filled: Registry) -> None:
    needs = filled.propose(action="deploy", subject=V1, **ICU).needs
    assert (needs.asks, needs.missing) == (
        ["it is in production"],
        ["it is in experimental; only production may be live"],
    )


# -- what cannot be proposed


@pytest.mark.parametrize(
    ("action", "arguments", "complaint"),
    [
        ("delete", {}, "action 'delete' is not one of stage, alias"),
        ("stage", {}, "stage: stage: Field required"),
        ("stage", {"stage": "prod"}, "'prod' is not one of experimental"),
        ("stage", {"stage": ["validation"]}, "is not one of"),
        ("stage", {"stage": "validation", "by": "lena.koch"}, "has no 'by'"),
        ("stage", {"stage": "validation", "at": "2020-01-01"}, "has no 'at'"),
        ("stage", {"stage": "validation", "reason": 3}, "valid string"),
        ("stage", {"stage": "validation", "reason": "a\0b"}, "not a text"),
        ("stage", {"stage": "validation", "reason": "\ud800"}, "cannot be written as JSON"),
        ("stage", {"stage": "validation", "reason": "x" * 10_001}, "at most 10000"),
        ("alias", {"alias": "Champion'; --"}, "is not a name"),
        ("alias", {"alias": "champion", "remove": "yes"}, "valid boolean"),
        ("deploy", {"site": "northgate"}, "environment: Field required"),
        ("deploy", {"site": "../etc", "environment": "icu"}, "is not a name"),
        ("deploy", {"site": "northgate", "environment": "\x1b[31micu"}, "is not a name"),
        ("withdraw", {"site": {"a": 1}, "environment": "icu"}, "valid string"),
        ("approve", {"meaning": "blessing"}, "'blessing' is not one of review"),
        ("approve", {"meaning": "approval", "decision": "approved"}, "has no 'decision'"),
        ("retire", {"withdraw": 1}, "valid boolean"),
    ],
)
def test_arguments_are_typed(read_only: Registry, action: str, arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        read_only.propose(action=action, subject=V1, **arguments)


@pytest.mark.parametrize(
    "subject",
    ["", "sepsis-risk", ":1", "sepsis-risk:", "sepsis-risk:x", "sepsis-risk:²", "x" * 400, f"sepsis-risk:{HOSTILE}"],
)
def test_what_is_no_version_is_no_subject(read_only: Registry, subject: str) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        read_only.propose(action="retire", subject=subject)


@pytest.mark.parametrize(
    "subject", ["sepsis-risk:9", "sepsis-risk:99999999999999999999", "sepsis-rsk:1", "sepsis-risk@x"]
)
def test_an_unknown_version_is_not_found(filled: Registry, subject: str) -> None:
    with pytest.raises(NotFound):
        filled.propose(action="retire", subject=subject)


@on_sqlite
@pytest.mark.parametrize(
    ("prepared", "action", "arguments", "complaint"),
    [
        (None, "stage", {"stage": "production"}, "can only go to validation"),
        (None, "stage", {"stage": "experimental"}, "in experimental already"),
        (None, "approve", {}, "send it to validation first"),
        (None, "reject", {}, "only validation and approved go back"),
        (None, "withdraw", ICU, "not live at northgate/icu"),
        (live, "deploy", ICU, "live at northgate/icu already"),
        (two_versions, "alias", {"alias": "champion", "remove": True}, "held by sepsis-risk:2"),
        (live_champion, "alias", {"alias": "champion"}, "nothing would change"),
    ],
)
def test_an_impossible_move_is_not_proposed(
    filled: Registry, lena: Registry, prepared: Prepared | None, action: str, arguments: Any, complaint: str
) -> None:
    if prepared is not None:
        prepared(filled, lena)
    with pytest.raises(Conflict, match=complaint):
        filled.propose(action=action, subject=V1, **arguments)


@on_sqlite
@pytest.mark.parametrize(
    ("action", "arguments"),
    [("stage", {"stage": "validation"}), ("alias", {"alias": "a"}), ("approve", {}), ("retire", {}), ("reject", {})],
)
def test_nothing_is_proposed_for_what_is_retired(filled: Registry, action: str, arguments: Any) -> None:
    filled.retire(version=V1)
    with pytest.raises(Conflict, match="retired"):
        filled.propose(action=action, subject=V1, **arguments)


# -- what it is bound to


def evaluated(ada: Registry, lena: Registry) -> None:
    ada.evaluate(version=V1, dataset="icu-stays@2025-06", metrics={"auroc": 0.5})


def retagged(ada: Registry, lena: Registry) -> None:
    ada.update_version(version=V1, tags={"site": "south"})


def recarded(ada: Registry, lena: Registry) -> None:
    ada.update_model(model="sepsis-risk", card={"intended_use": "screening"})


def reviewed(ada: Registry, lena: Registry) -> None:
    lena.approve(version=V1, meaning="review")


def renamed(ada: Registry, lena: Registry) -> None:
    ada.update_model(model="sepsis-risk", name="sepsis-alert")


def crowned(ada: Registry, lena: Registry) -> None:
    ada.set_alias(model="sepsis-risk", alias="champion", version=1)


def there_and_back(ada: Registry, lena: Registry) -> None:
    ada.move(version=V1, stage="experimental")
    ada.move(version=V1, stage="validation")


@pytest.mark.parametrize("change", [evaluated, retagged, recarded, reviewed, crowned, there_and_back])
def test_what_changed_since_is_not_applied(filled: Registry, lena: Registry, change: Prepared) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="approve", subject=V1)
    change(filled, lena)
    last = filled.head().seq
    with pytest.raises(Conflict, match=rf"sepsis-risk:1 changed since it was proposed \(event {last}\); ask again"):
        lena.apply(proposal)
    assert filled.history(action="version.approved", since="2026-07-01").total == (change is reviewed)


def test_what_was_renamed_is_not_applied(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="approve", subject=V1)
    renamed(filled, lena)
    with pytest.raises(Conflict, match="changed since it was proposed"):
        lena.apply(proposal)


def test_another_that_took_the_name_is_not_the_one_proposed(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    renamed(filled, lena)
    filled.register_model(name="sepsis-risk", task="classification")
    filled.register_version(model="sepsis-risk")
    with pytest.raises(Conflict, match="changed since it was proposed"):
        lena.apply(proposal)


def test_a_row_that_was_altered_behind_the_log_is_a_change_too(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="approve", subject=V1)
    with filled.unit() as unit:
        unit.connection.execute(update(table(Stage)).where(table(Stage).c.until.is_(None)).values(stage="approved"))
    with pytest.raises(Conflict, match="changed since it was proposed; ask again"):
        lena.apply(proposal)


def test_an_alias_that_another_took_since_is_not_moved(filled: Registry, lena: Registry) -> None:
    two_versions(filled, lena)
    filled.register_version(model="sepsis-risk")
    proposal = filled.propose(action="alias", subject=V1, alias="champion")
    filled.set_alias(model="sepsis-risk", alias="champion", version=3)
    with pytest.raises(Conflict, match=rf"\(event {filled.head().seq}\)"):
        lena.apply(proposal)
    assert filled.version("sepsis-risk@champion").version == 3


def test_what_went_live_beside_it_since_is_looked_at_again(filled: Registry, lena: Registry) -> None:
    second_live(filled, lena)
    proposal = filled.propose(action="withdraw", subject=V1, **ICU)
    lena.deploy(version=V2, **ICU)
    with pytest.raises(Conflict, match="changed since"):
        lena.apply(proposal)


def test_what_happens_elsewhere_does_not_hinder(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="approve", subject=V1)
    filled.register_model(name="readmit", task="classification")
    filled.register_version(model="readmit")
    filled.update_model(model="sepsis-risk", owner="sam.reid")
    lena.apply(proposal)
    assert shown(filled, "approval.approval", V1) == "approved by lena.koch"


@on_sqlite
def test_a_policy_that_asks_for_more_since_is_looked_at_again(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    body = policy.DEFAULT.model_dump(mode="json")
    body["enter"]["validation"] = {"card": ["population"]}
    filled.set_policy(policy=body)
    with pytest.raises(Conflict, match="is not what was proposed; ask again"):
        filled.apply(proposal)


@pytest.mark.parametrize("action", acts.ACTS)
def test_nothing_is_applied_twice(filled: Registry, lena: Registry, action: str) -> None:
    prepared, _, subject, arguments, _ = next(case for case in CASES if case[1] == action)
    prepared(filled, lena)
    proposal = filled.propose(action=action, subject=subject, **arguments)
    lena.apply(proposal)
    with pytest.raises(Conflict, match="changed since it was proposed"):
        lena.apply(proposal)


def test_of_two_who_apply_it_at_once_one_wins(filled: Registry, lena: Registry, opened: Opener) -> None:
    filled.register_version(model="sepsis-risk")
    proposal = filled.propose(action="alias", subject=V1, alias="champion")
    other = filled.propose(action="alias", subject=V2, alias="champion")
    together, outcomes = threading.Barrier(2), dict[str, str]()

    def apply(registry: Registry, given: Proposal) -> None:
        together.wait()
        try:
            registry.apply(given)
            outcomes[given.subject] = "applied"
        except Conflict as error:
            outcomes[given.subject] = str(error)

    threads = [threading.Thread(target=apply, args=given) for given in ((lena, proposal), (opened("sam.reid"), other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    (won,) = [subject for subject, outcome in outcomes.items() if outcome == "applied"]
    (lost,) = [outcome for outcome in outcomes.values() if outcome != "applied"]
    assert "changed since it was proposed" in lost
    assert filled.version("sepsis-risk@champion").subject == won
    assert filled.history(action="alias.set").total == 1
    assert filled.verify().ok


# -- what was altered


@on_sqlite
@pytest.mark.parametrize(
    "changed",
    [
        {"action": "retire", "arguments": {"withdraw": True}},
        {"subject": V2},
        {"arguments": {"stage": "validation", "reason": "other"}},
        {"based_on": "sha256:00"},
        {"head": 1},
        {"diff": []},
        {"needs": proposals.Needs(roles=["viewer"], not_by=[], asks=[], missing=[])},
        {"hash": "sha256:00"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_altered_proposal_is_not_applied(filled: Registry, lena: Registry, changed: dict[str, Any]) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation").model_copy(update=changed)
    tables = {name: held for name, held in everything(filled).items() if name not in ("event", "head")}
    with pytest.raises(InvalidInput, match="altered since it was drafted"):
        lena.apply(proposal)
    assert tables == {name: held for name, held in everything(filled).items() if name not in ("event", "head")}


@on_sqlite
def test_arguments_that_were_changed_in_place_are_found(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    proposal.arguments["reason"] = "other"
    with pytest.raises(InvalidInput, match="altered"):
        lena.apply(proposal)


@on_sqlite
def test_a_diff_that_tells_another_story_is_found_though_its_hash_is_right(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="retire", subject=V1)
    told = [proposals.Change(field="stage", before="experimental", after="validation")]
    with pytest.raises(InvalidInput, match="what it says would change is not what would"):
        lena.apply(resealed(proposal, diff=told))


@on_sqlite
def test_needs_that_were_talked_down_are_found_though_the_hash_is_right(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="stage", subject=V1, stage="approved")
    eased = proposal.needs.model_copy(update={"missing": []})
    with pytest.raises(Conflict, match="ask again"):
        lena.apply(resealed(proposal, needs=eased))


@on_sqlite
def test_a_base_that_was_made_up_is_stale_though_the_hash_is_right(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    with pytest.raises(Conflict, match="changed since"):
        lena.apply(resealed(proposal, based_on="sha256:00"))


@on_sqlite
def test_a_proposal_from_a_longer_log_is_another_registrys(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    with pytest.raises(InvalidInput, match="the log ends at"):
        lena.apply(resealed(proposal, head=proposal.head + 1_000))


@on_sqlite
def test_a_made_up_proposal_has_the_shape_of_one_or_is_none(filled: Registry) -> None:
    body = filled.propose(action="stage", subject=V1, stage="validation").model_dump()
    for changed in ({"subject": HOSTILE}, {"action": "delete"}, {"arguments": {"a": ["b"]}}, {"by": "lena.koch"}):
        with pytest.raises(ValidationError):
            Proposal.model_validate({**body, **changed})


# -- in whose name


def test_what_the_applier_may_not_do_is_not_done(filled: Registry, opened: Opener) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    with pytest.raises(NotPermitted, match=r"'eve\.doe' may not move"):
        opened("eve.doe").apply(proposal)


def test_what_the_policy_asks_is_asked_when_it_is_applied(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="stage", subject=V1, stage="approved")
    with pytest.raises(PolicyRefused, match="no approval"):
        lena.apply(proposal)


def test_whoever_asked_for_it_does_not_approve(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    proposal = lena.propose(action="approve", subject=V1)
    with pytest.raises(PolicyRefused, match="registered it; another approver must sign"):
        filled.apply(proposal)
    lena.apply(proposal)


def test_a_signature_is_the_appliers_whoever_had_it_drafted(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    lena.apply(filled.propose(action="approve", subject=V1, comment=HOSTILE))
    detail = filled.show(V1)
    assert isinstance(detail, VersionDetail)
    (signature,) = detail.approvals
    assert (signature.by, signature.printed_name, signature.comment) == ("lena.koch", "Lena Koch", HOSTILE)


@pytest.mark.parametrize("why", ["not permitted", "stale", "altered", "refused by the policy"])
def test_an_attempt_that_fails_is_in_the_log(filled: Registry, lena: Registry, opened: Opener, why: str) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="approve", subject=V1)
    actor = filled if why == "refused by the policy" else opened("eve.doe") if why == "not permitted" else lena
    if why == "stale":
        retagged(filled, lena)
    if why == "altered":
        proposal = proposal.model_copy(update={"diff": []})
    with pytest.raises(AskregError) as caught:
        actor.apply(proposal)
    (event,) = filled.history(action="attempt.refused").events
    assert (event.subject, event.actor, event.detail["reason"]) == (V1, actor.actor, str(caught.value))


def test_an_event_says_that_it_was_proposed_and_by_which_answer(filled: Registry, lena: Registry) -> None:
    in_validation(filled, lena)
    proposal = filled.propose(action="reject", subject=V1)
    body = f'{{"proposal": {proposal.model_dump_json()}}}'
    filled.record_answer(key="ans_1", question="q", status="refused", backend="offline", body=body, detail={})
    lena.apply(proposal, answer="ans_1")
    for event in lena.history(subject=V1, limit=2).events:
        assert (event.detail["proposal"], event.detail["answer"]) == (proposal.hash, "ans_1")


def test_an_event_of_an_ordinary_write_says_nothing_of_proposals(filled: Registry, lena: Registry) -> None:
    with lena.transaction():
        lena.apply(filled.propose(action="stage", subject=V1, stage="validation"))
        lena.set_alias(model="sepsis-risk", alias="champion", version=1)
    last, before = lena.history(limit=2).events
    assert "proposal" not in last.detail
    assert "proposal" in before.detail


def test_an_answer_that_did_not_propose_it_is_not_named(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    filled.record_answer(key="ans_1", question="q", status="refused", backend="offline", body="{}", detail={})
    with pytest.raises(InvalidInput, match="does not hold this proposal"):
        lena.apply(proposal, answer="ans_1")
    with pytest.raises(NotFound, match="no answer named 'ans_2'"):
        lena.apply(proposal, answer="ans_2")


def test_what_is_applied_inside_a_transaction_stands_or_falls_with_it(filled: Registry, lena: Registry) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    with pytest.raises(RuntimeError), lena.transaction():
        lena.apply(proposal)
        assert lena.version(V1).stage == "validation"
        raise RuntimeError
    assert filled.version(V1).stage == "experimental"
    lena.apply(proposal)
    assert filled.version(V1).stage == "validation"


def test_a_transactions_own_writes_are_what_a_proposal_is_drafted_on(filled: Registry) -> None:
    with filled.transaction():
        filled.register_model(name="new", task="t")
        filled.register_version(model="new")
        proposal = filled.propose(action="stage", subject="new:1", stage="validation")
        filled.apply(proposal)
    assert filled.version("new:1").stage == "validation"
    with pytest.raises(Conflict, match="changed since"):
        filled.apply(proposal)


def test_what_is_applied_happened_when_it_was_applied(filled: Registry, lena: Registry, clock: Clock) -> None:
    proposal = filled.propose(action="stage", subject=V1, stage="validation")
    clock.advance(days=3)
    lena.apply(proposal)
    detail = filled.show(V1)
    assert isinstance(detail, VersionDetail)
    assert detail.stages[-1].since == "2026-07-04T00:00:00Z"
