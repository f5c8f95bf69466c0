"""The oracle agrees with golds worked out by hand from registry_b.yaml and registry_c.yaml."""

from __future__ import annotations

import pytest

from .cases import HERE, NOW
from .gold import Gold
from .oracle import Oracle
from .record import Record

B = Oracle(Record.read(HERE / "registry_b.yaml"), now=NOW)
C = Oracle(Record.read(HERE / "registry_c.yaml"), now=NOW)


@pytest.mark.parametrize(("oracle", "call", "members"), [
    (B, 'live("northgate", "icu")', "sepsis-risk:5"),
    (B, 'live("northgate", "icu", on="2026-06-22")', "sepsis-risk:5"),
    (B, 'live("northgate", "icu", on="2026-06-21")', "sepsis-risk:4"),
    (B, 'live("northgate", "icu", on="2025-03-11")', ""),
    (B, 'holder("sepsis-risk", "challenger", on="2026-07-15")', ""),
    (B, 'previous_holder("sepsis-risk")', "sepsis-risk:4"),
    (B, 'trained_from("sepsis-features@v2")', "sepsis-risk:5 sepsis-risk:6"),
    (B, 'up("sepsis-features@v2", "dataset")',
     "sepsis-features@v1 icu-stays@2025-06 labs-panel@2025-05 vitals-stream@2025-05 ehr-extract@2025-05"),
    (B, 'down("sepsis-risk:2", "version")', "sepsis-risk-peds:1 sepsis-risk-peds:2"),
    (B, 'down_live("ehr-extract@2024-11")', "sepsis-risk-peds:2"),
    (B, 'approvers("sepsis-risk:4")', "henrik.lund"),
    (B, "lapsed()", "sepsis-risk:3"),
    (B, "self_approved()", "sepsis-risk-peds:2"),
    (B, "unapproved_live()", "sepsis-risk:6"),
    (B, "rejected()", "sepsis-risk:2 cxr-triage:3"),
    (C, 'holder("path-grade")', ""),
    (C, 'holder("nodule_seg", on="2025-08-03")', "nodule_seg:1"),
    (C, 'holder("nodule_seg", on="2025-08-04")', "nodule_seg:2"),
    (C, 'live("tele-hub", "pilot", on="2026-07-01")', ""),
    (C, 'up("ct-lung@b", "dataset")', "ct-lung@a ct-annotations@1 registry-feed@2025-01-31"),
    (C, 'skipped("validation")', "triage-nlp:1"),
])  # fmt: skip
def test_members_by_hand(oracle: Oracle, call: str, members: str) -> None:
    assert oracle.evaluate(call).members == frozenset(members.split())


def first_values(gold: Gold) -> list[str]:
    return [item.value for item in gold.items]


def test_figures_by_hand() -> None:
    assert first_values(B.metric("sepsis-risk:3", "auroc")) == ["0.843", "0.815"]
    assert first_values(B.metric("sepsis-risk:3", "auroc", "icu-holdout", "sex=male")) == ["0.836"]
    assert str(B.difference("sepsis-risk:5", "sepsis-risk:4", "auroc").difference) == "0.008"


def test_lower_is_better_where_the_metric_or_the_manifest_says_so() -> None:
    assert B.better("los-regressor:1", "los-regressor:2", "mae").winner == "los-regressor:2"
    assert C.better("nodule_seg:1", "nodule_seg:2", "hausdorff_mm").winner == "nodule_seg:2"
    assert C.better("nodule_seg:3", "nodule_seg:4", "dice", "ct-lung-eval@b").winner == "nodule_seg:4"


def test_durations_add_up_over_periods() -> None:
    assert B.how_long("sepsis-risk:4", "harrow-lane").days == {70}
    assert C.how_long("nodule_seg:4", "tele-hub").days == {136}


def test_the_past_does_not_know_the_future() -> None:
    then = Oracle(B.record, now=NOW, as_of="2025-06-30")
    assert then.count(then.versions("sepsis-risk")).count == 3
    assert then.approvers("sepsis-risk:3").members == frozenset()
    assert then.stage("sepsis-risk:3").items[0].value == "validation"


def test_what_is_not_comparable_cannot_be_asked_for_a_winner() -> None:
    with pytest.raises(AssertionError, match="not comparable"):
        B.better("cxr-triage:2", "cxr-triage:3", "auroc")
