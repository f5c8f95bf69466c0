"""Stages, signatures, aliases and deployments, under the policy and around it."""

import pytest
from clocks import Clock
from registry.conftest import Opener, promote

from askreg.errors import Conflict, InvalidInput, NotFound, NotPermitted, PolicyRefused
from askreg.registry import lifecycle
from askreg.registry.registry import Registry
from askreg.registry.results import VersionDetail

V1 = "sepsis-risk:1"


def detail(registry: Registry, subject: str = V1) -> VersionDetail:
    shown = registry.show(subject)
    assert isinstance(shown, VersionDetail)
    return shown


def test_the_regular_way_leads_to_production_and_live(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    lena.deploy(version=V1, site="northgate", environment="icu", region="eu-west")
    assert [s.stage for s in detail(filled).stages] == ["experimental", "validation", "approved", "production"]
    assert [d.subject for d in filled.deployed(site="northgate").deployments] == [V1]


@pytest.mark.parametrize("stage", ["approved", "production"])
def test_no_stage_is_skipped(filled: Registry, stage: str) -> None:
    with pytest.raises(PolicyRefused, match="only go to validation"):
        filled.move(version=V1, stage=stage)


def test_approved_needs_an_approval(filled: Registry, lena: Registry) -> None:
    filled.move(version=V1, stage="validation")
    with pytest.raises(PolicyRefused, match="no approval"):
        filled.move(version=V1, stage="approved")


def test_a_review_is_not_an_approval(filled: Registry, lena: Registry) -> None:
    filled.move(version=V1, stage="validation")
    filled.approve(version=V1, meaning="review")
    with pytest.raises(PolicyRefused, match="no approval"):
        filled.move(version=V1, stage="approved")


def test_approved_needs_data_the_version_was_not_trained_on(filled: Registry, lena: Registry) -> None:
    filled.register_version(model="sepsis-risk", run="run-17")
    filled.evaluate(version="sepsis-risk:2", dataset="icu-stays@2025-06", metrics={"auroc": 0.99})
    filled.move(version="sepsis-risk:2", stage="validation")
    lena.approve(version="sepsis-risk:2")
    with pytest.raises(PolicyRefused, match="not trained on"):
        lena.move(version="sepsis-risk:2", stage="approved")


def test_the_registrant_does_not_approve(filled: Registry) -> None:
    filled.move(version=V1, stage="validation")
    with pytest.raises(PolicyRefused, match="ada.osei registered it"):
        filled.approve(version=V1)


def test_who_sends_to_validation_does_not_approve(filled: Registry, lena: Registry) -> None:
    filled.register_person(name="lena.koch", roles=["scientist"])
    lena.move(version=V1, stage="validation")
    with pytest.raises(PolicyRefused, match="sent it to validation"):
        lena.approve(version=V1)


def test_what_is_experimental_is_not_approved(lena: Registry) -> None:
    with pytest.raises(PolicyRefused, match="send it to validation first"):
        lena.approve(version=V1)


def test_only_approvers_approve(filled: Registry, opened: Opener) -> None:
    filled.move(version=V1, stage="validation")
    with pytest.raises(NotPermitted, match="approver"):
        opened("sam.reid").approve(version=V1)


@pytest.mark.parametrize("what", ["evaluation", "version card", "version tag", "model card", "model task"])
def test_an_approval_lapses_when_what_was_signed_changes(filled: Registry, lena: Registry, what: str) -> None:
    filled.move(version=V1, stage="validation")
    lena.approve(version=V1)
    if what == "evaluation":
        filled.evaluate(version=V1, dataset="icu-stays@2025-06", metrics={"auroc": 0.9})
    elif what.startswith("version"):
        filled.update_version(version=V1, **{"card": {"risks": "few"}} if "card" in what else {"tags": {"a": "b"}})
    else:
        changed = {"card": {"intended_use": "screening"}} if "card" in what else {"task": "regression"}
        filled.update_model(model="sepsis-risk", **changed)
    assert detail(filled).approvals[0].lapsed is not None
    with pytest.raises(PolicyRefused, match="no approval"):
        lena.move(version=V1, stage="approved")


def test_an_approval_outlives_what_was_not_signed(filled: Registry, lena: Registry) -> None:
    filled.move(version=V1, stage="validation")
    lena.approve(version=V1)
    filled.update_model(model="sepsis-risk", name="sepsis-alert", owner="sam.reid")
    filled.set_alias(model="sepsis-alert", alias="champion", version=1)
    assert detail(filled, "sepsis-alert:1").approvals[0].lapsed is None


def test_an_approval_bears_the_printed_name_and_the_content(filled: Registry, lena: Registry) -> None:
    filled.move(version=V1, stage="validation")
    lena.approve(version=V1, comment="sound")
    (signature,) = detail(filled).approvals
    assert (signature.printed_name, signature.meaning, signature.comment) == ("Lena Koch", "approval", "sound")
    assert signature.content.startswith("sha256:")


def test_a_rejection_returns_to_experimental(filled: Registry, lena: Registry) -> None:
    filled.move(version=V1, stage="validation")
    lena.reject(version=V1, comment="leakage")
    shown = detail(filled)
    assert (shown.stage, shown.approvals[0].decision) == ("experimental", "rejected")


def test_nothing_is_live_before_production(filled: Registry) -> None:
    with pytest.raises(PolicyRefused, match="only production"):
        filled.deploy(version=V1, site="northgate", environment="icu")


def test_an_alias_gives_no_way_around_the_stage(filled: Registry) -> None:
    filled.set_alias(model="sepsis-risk", alias="production", version=1)
    with pytest.raises(PolicyRefused):
        filled.deploy(version="sepsis-risk@production", site="northgate", environment="icu")


def test_an_alias_moves_from_version_to_version(filled: Registry, clock: Clock) -> None:
    filled.register_version(model="sepsis-risk")
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    clock.advance(days=1)
    filled.set_alias(model="sepsis-risk", alias="champion", version=2)
    assert filled.version("sepsis-risk@champion").version == 2
    assert filled.version("sepsis-risk@champion", as_of="2026-07-01").version == 1
    (held,) = detail(filled).alias_history
    assert held.until == "2026-07-02T00:00:00Z"


def test_retiring_what_is_live_takes_telling(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    lena.deploy(version=V1, site="northgate", environment="icu")
    lena.set_alias(model="sepsis-risk", alias="champion", version=1)
    with pytest.raises(PolicyRefused, match="live in 1 environment.*'champion'"):
        lena.retire(version=V1)
    lena.retire(version=V1, withdraw=True)
    assert (detail(filled).stage, filled.deployed().deployments, detail(filled).aliases) == ("retired", [], [])


def test_nothing_leaves_retired(filled: Registry) -> None:
    filled.retire(version=V1)
    with pytest.raises(PolicyRefused, match="nothing leaves"):
        filled.move(version=V1, stage="validation")
    with pytest.raises(PolicyRefused, match="retired"):
        filled.set_alias(model="sepsis-risk", alias="champion", version=1)


def test_moving_to_retired_is_retiring(filled: Registry) -> None:
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    with pytest.raises(PolicyRefused, match="champion"):
        filled.move(version=V1, stage="retired")


def test_withdrawing_what_is_not_live_is_refused(filled: Registry) -> None:
    with pytest.raises(Conflict, match="not live at northgate/icu"):
        filled.withdraw(version=V1, site="northgate", environment="icu")


def test_a_policy_may_ask_for_more(filled: Registry, lena: Registry) -> None:
    moves = {"experimental": ["validation"], "validation": ["approved"], "approved": ["production"]}
    enter = {"validation": {"card": ["intended_use", "population"], "digest": True}}
    filled.set_policy(policy={"moves": moves, "enter": enter, "deploy_from": ["production"]})
    with pytest.raises(PolicyRefused, match="'population' is empty"):
        filled.move(version=V1, stage="validation")


def test_a_policy_lets_nothing_leave_retired(filled: Registry) -> None:
    with pytest.raises(InvalidInput, match="nothing leaves retired"):
        filled.set_policy(policy={"moves": {"retired": ["production"]}, "deploy_from": []})


def test_only_an_admin_sets_the_policy(lena: Registry) -> None:
    with pytest.raises(NotPermitted, match="admin"):
        lena.set_policy(policy={"moves": {}, "deploy_from": []})


def test_time_does_not_run_backwards_within_a_version(filled: Registry) -> None:
    with pytest.raises(InvalidInput, match="too early"):
        filled.move(version=V1, stage="validation", at="2020-01-01")


def test_the_future_has_not_happened(filled: Registry) -> None:
    with pytest.raises(InvalidInput, match="future"):
        filled.move(version=V1, stage="validation", at="2027-01-01")


def test_removing_an_alias_nobody_holds(filled: Registry) -> None:
    with pytest.raises(NotFound, match="no version holds it"):
        filled.remove_alias(model="sepsis-risk", alias="champion")


def test_the_log_names_a_version_by_its_number_however_it_was_called(filled: Registry) -> None:
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    filled.move(version="Sepsis-Risk@champion", stage="validation")
    assert filled.history(action="version.staged").events[0].subject == V1


def test_a_dataset_may_have_the_name_of_a_model(filled: Registry) -> None:
    assert filled.register_dataset(name="sepsis-risk").name == "sepsis-risk"


def test_a_signature_is_made_when_it_is_given(filled: Registry, lena: Registry, clock: Clock) -> None:
    filled.move(version=V1, stage="validation")
    clock.advance(days=2)
    with pytest.raises(InvalidInput, match="made now"), lena.unit() as unit:
        lifecycle.approve(unit, version=V1, at="2026-07-02")


def test_a_move_told_late_needs_what_was_there_then(filled: Registry, lena: Registry, clock: Clock) -> None:
    filled.move(version=V1, stage="validation")
    clock.advance(days=2)
    lena.approve(version=V1)
    with pytest.raises(PolicyRefused, match="no approval"):
        lena.move(version=V1, stage="approved", at="2026-07-02")


def test_nothing_was_live_before_it_reached_production(filled: Registry, lena: Registry, clock: Clock) -> None:
    clock.advance(days=2)
    promote(filled, lena)
    with pytest.raises(InvalidInput, match="too early"):
        lena.deploy(version=V1, site="northgate", environment="icu", at="2026-07-02")
