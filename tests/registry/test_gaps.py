"""What the record lacks, rule by rule."""

from collections.abc import Callable

import pytest
from clocks import Clock
from registry.conftest import promote
from registry.statements import counted

from askreg.errors import InvalidInput
from askreg.registry import gaps, lifecycle
from askreg.registry.registry import Registry
from askreg.registry.unit import Unit

V1, V2 = "sepsis-risk:1", "sepsis-risk:2"
CARD = {"population": "adults", "out_of_scope": "children"}


def codes(registry: Registry, subject: str | None = None, **given: str) -> list[tuple[str, str | None]]:
    return [(gap.code, gap.field) for gap in registry.gaps(subject=subject, **given)]


def whys(registry: Registry, code: str, subject: str = V1) -> list[str]:
    return [gap.why for gap in registry.gaps(subject=subject) if gap.code == code]


@pytest.fixture
def whole(filled: Registry, lena: Registry) -> Registry:
    """The filled registry with nothing lacking but the interval of one figure."""
    filled.update_model(model="sepsis-risk", card=CARD)
    return filled


def test_what_is_complete_has_no_gap_but_the_one_it_has(whole: Registry, lena: Registry) -> None:
    promote(whole, lena)
    lena.deploy(version=V1, site="northgate", environment="icu")
    assert codes(whole) == [("no-interval", "brier")]


def test_a_model_without_any_card_field_has_no_card(registry: Registry) -> None:
    registry.register_model(name="m")
    registry.register_version(model="m")
    assert ("no-card", None) in codes(registry, "m") and ("no-card", None) in codes(registry, "m:1")
    assert not [code for code, _ in codes(registry) if code == "missing-card-field"]


def test_a_card_field_may_be_on_the_version_or_its_model(filled: Registry) -> None:
    missing = [("missing-card-field", "population"), ("missing-card-field", "out_of_scope")]
    assert codes(filled, V1)[:2] == missing
    filled.update_version(version=V1, card={"population": "adults"})
    assert codes(filled, V1)[:1] == missing[1:]
    filled.update_model(model="sepsis-risk", card={"out_of_scope": ""})
    assert codes(filled, V1)[:1] == missing[1:]


def test_a_version_without_evaluation_or_digest_lacks_them(whole: Registry) -> None:
    whole.register_version(model="sepsis-risk")
    assert codes(whole, V2) == [("no-evaluation", None), ("no-digest", "artifact.digest")]


def test_figures_without_interval_are_counted(whole: Registry) -> None:
    whole.evaluate(version=V1, dataset="icu-holdout@2025-06", cohort="sex=female", metrics={"auroc": 0.8})
    found = {gap.field: gap.why for gap in whole.gaps(subject=V1)}
    assert found == {"auroc": "1 of its 2 figures for auroc have none", "brier": "its brier has none"}


def test_an_approval_that_lapsed_is_told_from_one_that_never_was(whole: Registry, lena: Registry, clock: Clock) -> None:
    with whole.unit(origin="manifest") as unit:
        lifecycle.move(unit, version=V1, stage="validation")
        lifecycle.move(unit, version=V1, stage="approved")
    assert [code for code, _ in codes(whole, V1)].count("no-approval") == 1
    lena.approve(version=V1)
    assert "no-approval" not in dict(codes(whole, V1))
    clock.advance(days=1)
    whole.update_version(version=V1, description="changed")
    assert whys(whole, "lapsed-approval") == [
        "it is in approved, and what lena.koch approved on 2026-07-01T00:00:00Z changed on 2026-07-02T00:00:00Z"
    ]
    assert "lapsed-approval" not in dict(codes(whole, V1, as_of="2026-07-01"))


def test_a_review_is_no_approval(whole: Registry, lena: Registry) -> None:
    with whole.unit(origin="manifest") as unit:
        lifecycle.approve(unit, version=V1, meaning="review", by="lena.koch")
        lifecycle.deploy(unit, version=V1, site="northgate", environment="icu")
    assert whys(whole, "no-approval") == ["it is live at northgate/icu, and nobody has approved it"]


def test_a_rejection_after_an_approval_is_said(whole: Registry, lena: Registry) -> None:
    with whole.unit(origin="manifest") as unit:
        lifecycle.deploy(unit, version=V1, site="northgate", environment="icu")
        lifecycle.approve(unit, version=V1, by="lena.koch")
        lifecycle.approve(unit, version=V1, decision="rejected", by="lena.koch")
    assert whys(whole, "no-approval") == [
        "it is live at northgate/icu, and lena.koch rejected it on 2026-07-01T00:00:00Z"
    ]


def test_a_version_that_needs_no_approval_yet_lacks_none(whole: Registry) -> None:
    whole.move(version=V1, stage="validation")
    assert codes(whole, V1) == [("no-interval", "brier")]


@pytest.mark.parametrize(("asked", "did"), [("ada.osei", "registered it"), ("sam.reid", "sent it to validation")])
def test_who_asked_and_approved_is_named(whole: Registry, asked: str, did: str) -> None:
    with whole.unit(origin="manifest") as unit:
        lifecycle.move(unit, version=V1, stage="validation", by="sam.reid")
        lifecycle.approve(unit, version=V1, by=asked)
    assert whys(whole, "self-approved") == [f"{asked}, who approved it on 2026-07-01T00:00:00Z, {did}"]


def _skips(unit: Unit) -> None:
    lifecycle.approve(unit, version=V1, by="lena.koch", at="2026-07-02")
    lifecycle.move(unit, version=V1, stage="production", at="2026-07-02")


def _approves_late(unit: Unit) -> None:
    lifecycle.move(unit, version=V1, stage="validation", at="2026-07-02")
    lifecycle.move(unit, version=V1, stage="approved", at="2026-07-02")
    lifecycle.approve(unit, version=V1, by="lena.koch", at="2026-07-03")


def _does_it_right(unit: Unit) -> None:
    lifecycle.move(unit, version=V1, stage="validation", at="2026-07-02")
    lifecycle.approve(unit, version=V1, by="lena.koch", at="2026-07-02")
    lifecycle.move(unit, version=V1, stage="approved", at="2026-07-03")
    lifecycle.move(unit, version=V1, stage="experimental", at="2026-07-03")


@pytest.mark.parametrize(
    ("history", "why"),
    [
        (_skips, ["from experimental to production on 2026-07-02T00:00:00Z, which the lifecycle does not have"]),
        (_approves_late, ["from validation to approved on 2026-07-02T00:00:00Z, with no approval in force"]),
        (_does_it_right, []),
    ],
)
def test_a_move_that_a_manifest_told_is_held_against_the_lifecycle(
    whole: Registry, clock: Clock, history: Callable[[Unit], None], why: list[str]
) -> None:
    clock.advance(days=5)
    with whole.unit(origin="manifest") as unit:
        history(unit)
    assert whys(whole, "imported-move") == [f"a manifest moved it {text}" for text in why]


def test_a_retired_version_that_is_live_is_named_and_one_that_is_not_lacks_nothing(whole: Registry) -> None:
    whole.register_version(model="sepsis-risk")
    whole.retire(version=V2)
    assert codes(whole, V2) == []
    with whole.unit(origin="manifest") as unit:
        lifecycle.deploy(unit, version=V1, site="northgate", environment="icu")
        lifecycle.move(unit, version=V1, stage="retired")
    assert whys(whole, "live-but-retired") == ["it is live at northgate/icu though it is retired"]


def test_all_gaps_are_those_of_each_model(whole: Registry) -> None:
    whole.register_model(name="another")
    whole.register_version(model="another")
    assert [gap.subject for gap in whole.gaps()] == ["another", "another:1", "another:1", V1]
    assert whole.gaps() == [*whole.gaps(subject="another"), *whole.gaps(subject="sepsis-risk")]


def test_only_models_and_versions_have_gaps(filled: Registry) -> None:
    with pytest.raises(InvalidInput, match="'icu-stays' is a dataset"):
        filled.gaps(subject="icu-stays")


def test_gaps_take_as_many_statements_for_many_versions_as_for_one(whole: Registry) -> None:
    def statements() -> int:
        with whole.view() as view, counted(view.connection) as sent:
            gaps.gaps(view)
        return len(sent)

    before = statements()
    for _ in range(4):
        whole.register_version(model="sepsis-risk")
    assert statements() == before == 7
