"""The oracle agrees with golds worked out by hand from registry_b.yaml and registry_c.yaml."""

from __future__ import annotations

import pytest

from eval.case import NOW, REGISTRIES
from eval.oracle import Oracle
from eval.truth.gold import Gold
from eval.truth.record import Record

B = Oracle(Record.read(REGISTRIES / "b.yaml"), now=NOW)
C = Oracle(Record.read(REGISTRIES / "c.yaml"), now=NOW)
D = Oracle(Record.read(REGISTRIES / "d.yaml"), now=NOW)
E = Oracle(Record.read(REGISTRIES / "e.yaml"), now=NOW)


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
    (D, 'live("st-oswin", "ct", on="2026-03-02")', "bleed-ct:2 pe-finder:2"),
    (D, "lapsed()", "bleed-ct:2 icu-deterioration:2 hip-frac:2"),
    (D, "self_approved()", "mitosis-count:2"),
    (D, "undecided()", "pe-finder:3 margin-check:2 icu-deterioration:5 dose-guard:3"),
    (D, "unapproved_ever_live()", "vent-wean:1 margin-check:2 pe-finder:3 icu-deterioration:5"),
    (D, "foreign_bases()", "hip-frac:1 hip-frac:2 margin-check:1 vent-wean:1 vent-wean:2"),
    (D, 'down("ct-labels@1", "version")', "bleed-ct:2 bleed-ct:3 bleed-ct:4"),
    (D, 'up("ct-head@3", "dataset")',
     "ct-head@2 ct-head@1 ct-labels@1 pacs-export@2024-10 pacs-export@2025-09"),
    (D, 'approved_by_two("fiona.macrae", "b.achterberg")', "bleed-ct:2 bleed-ct:4"),
    (D, 'changed_at("marlow-general/icu", "2026-03-01", "2026-03-31")', "icu-deterioration:2 icu-deterioration:4"),
    (D, 'minus(in_stage("production"), live())', "leaflet-writer:2"),
    (D, 'alias_by("bleed-ct:2")', "fiona.macrae"),
    (D, "undocumented()",
     "pe-finder rad-backbone hip-frac margin-check vent-wean ed-crowding ed-chest-pain leaflet-writer"),
    (E, "widest()", "beacon:2"),
    (E, "lapsed()", "pulse:2"),
    (E, 'holder("beacon")', "beacon:2"),
    (E, 'up("triage_mix@1", "dataset")', "call_notes@25 call_codes@25 phone_calls@25 phone_calls@24"),
    (E, 'shortest("riverside", "ward2")', "beacon:3"),
    (B, 'between("ehr-extract@2025-05", "sepsis-features@v2")',
     "sepsis-features@v1 labs-panel@2025-05 vitals-stream@2025-05 icu-stays@2025-06"),
    (B, 'between("ehr-extract@2025-05", "sepsis-risk:5")',
     "sepsis-features@v2 sepsis-features@v1 labs-panel@2025-05 vitals-stream@2025-05 icu-stays@2025-06"
     " icu-holdout@2025-06"),
    (B, 'between("sepsis-features@v1", "sepsis-features@v2")', ""),
    (B, 'up_by_training("sepsis-risk:3", "dataset")', "icu-stays@2025-06 ehr-extract@2025-05"),
    (B, 'up("sepsis-risk:3", "dataset")', "icu-stays@2025-06 labs-panel@2025-05 ehr-extract@2025-05"),
    (B, 'shared("sepsis-risk:1", "sepsis-risk-peds:2")', "icu-stays@2025-01 ehr-extract@2024-11"),
    (B, 'nth("auroc", "icu-holdout@2025-06", 2)', "sepsis-risk:4"),
    (B, 'nth("auroc", "icu-holdout@2025-06", 3)', "sepsis-risk:3"),
    (B, 'nth("mae", "icu-holdout@2025-06", 2)', "los-regressor:1"),
    (B, "uncarded()", "cxr-triage cxr-triage2 readmit.30d ecg-afib clin-t5 note-summ los-regressor"),
    (B, 'card_silent("out_of_scope")',
     "sepsis-risk-peds cxr-triage cxr-triage2 readmit.30d ecg-afib clin-t5 note-summ los-regressor"),
    (B, 'card_says("out_of_scope")', "sepsis-risk"),
    (B, 'among(without_interval(), versions_owned("priya.nair"))',
     "sepsis-risk:1 sepsis-risk:2 sepsis-risk:3 sepsis-risk:4 sepsis-risk:5 sepsis-risk:6 ecg-afib:3"),
    (B, 'among(without_interval(), versions_owned("tomasz.zielinski"))', ""),
    (B, 'documents_saying("nursing homes")', "docs_b/readmit-limitations.md"),
    (B, 'added_by("docs_b/cxr-sop.md")', "sam.okafor"),
    (E, "without_run()", "anchor:1 anchor:2 skin-scan2:1 bed.flow:1"),
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


def test_days_lie_between_two_dates() -> None:
    assert D.days_between(D.registered_when("bleed-ct:4"), D.approved_when("bleed-ct:4")).days == {43}


def test_what_somebody_did_is_dated() -> None:
    assert D.acts("fiona.macrae", "2026-02-01", "2026-02-28").dates == ("2026-02-11", "2026-02-23")


def test_a_premise_that_holds_is_no_false_premise() -> None:
    with pytest.raises(AssertionError, match="exists"):
        D.no_version("bleed-ct:4")
    with pytest.raises(AssertionError, match="the premise holds"):
        D.untrue(D.person("b.achterberg"), D.approvers("bleed-ct:4"))


def test_the_past_does_not_know_the_future() -> None:
    then = Oracle(B.record, now=NOW, as_of="2025-06-30")
    assert then.count(then.versions("sepsis-risk")).count == 3
    assert then.approvers("sepsis-risk:3").members == frozenset()
    assert then.stage("sepsis-risk:3").items[0].value == "validation"


def test_cards_and_documents_by_hand() -> None:
    assert B.version_card("sepsis-risk-peds:2", "population").mentions == (("Children from 1 month to 17 years",),)
    assert B.whole_card("sepsis-risk-peds").mentions == (
        ("Support the paediatric ICU team",),
        ("Children from 1 month to 17 years",),
    )
    assert B.document_subjects("docs_b/cxr-sop.md").mentions == (("cxr-triage",), ("cxr-triage2",))
    assert B.title("docs_b/ai-policy.md").mentions == (("Policy for models in clinical use",),)
    assert B.added_when("docs_b/ai-policy.md").dates == ("2025-01-15",)
    assert B.bare_metrics("sepsis-risk:5").mentions == (("brier",), ("sensitivity",))


def test_the_card_of_a_version_goes_before_that_of_its_model() -> None:
    versions = [{"version": n, "at": "2026-01-01", **more} for n, more in ((1, {}), (2, {"card": {"population": "x"}}))]
    record = Record({"models": [{"name": "m", "task": "t", "card": {"population": "y"}, "versions": versions}]})
    oracle = Oracle(record, now=NOW)
    assert oracle.version_card("m:1", "population").mentions == (("y",),)
    assert oracle.version_card("m:2", "population").mentions == (("x",),)
    assert oracle.card_says("population").members == frozenset({"m"})
    assert oracle.card_silent("population").members == frozenset()
    assert oracle.card_silent("intended_use").members == frozenset({"m"})


def test_a_model_of_which_only_a_version_has_a_card_may_be_said_to_have_none() -> None:
    models = [
        {"name": "own", "task": "t", "card": {"population": "y"}, "versions": [{"version": 1, "at": "2026-01-01"}]},
        {"name": "none", "task": "t", "versions": [{"version": 1, "at": "2026-01-01"}]},
        {
            "name": "below",
            "task": "t",
            "versions": [{"version": 1, "at": "2026-01-01", "card": {"population": "z"}}],
        },
    ]
    oracle = Oracle(Record({"models": models}), now=NOW)
    for gold in (oracle.uncarded(), oracle.card_silent("population")):
        assert (gold.members, gold.optional - frozenset({"none"})) == (frozenset({"none"}), frozenset({"below"}))
    said = oracle.card_says("population")
    assert (said.members, said.optional) == (frozenset({"own"}), frozenset({"below"}))


def test_a_live_version_may_be_retired() -> None:
    version = {
        "version": 1,
        "at": "2026-01-01",
        "stages": [{"stage": "retired", "at": "2026-02-01"}],
        "deployments": [{"site": "s", "environment": "e", "at": "2026-01-05"}],
    }
    record = Record({"models": [{"name": "m", "task": "t", "versions": [version]}]})
    assert Oracle(record, now=NOW).live_but_retired().members == frozenset({"m:1"})
    assert Oracle(record, now=NOW, as_of="2026-01-20").live_but_retired().members == frozenset()
    assert B.live_but_retired().members == frozenset()


def test_routes_are_counted_by_hand() -> None:
    assert B.routes("ehr-extract@2025-05", "sepsis-features@v2") == 3
    assert B.twice("ehr-extract@2025-05", "sepsis-features@v2").verdict is True
    assert B.twice("labs-panel@2025-05", "sepsis-features@v2").verdict is False


def test_a_shared_place_of_a_leaderboard_has_no_gold() -> None:
    figures = [{"dataset": "d@1", "at": "2026-01-02", "metrics": {"auroc": {"value": v}}} for v in (0.8, 0.8)]
    versions = [{"version": n, "at": "2026-01-01", "evaluations": [f]} for n, f in enumerate(figures, start=1)]
    oracle = Oracle(Record({"models": [{"name": "m", "task": "t", "versions": versions}]}), now=NOW)
    with pytest.raises(AssertionError, match="several"):
        oracle.nth("auroc", "d@1", 2)


def test_days_may_be_said_in_figures_or_in_words() -> None:
    assert B.names_days("2026-06-05", "2026-05-06").mentions == (("2026-06-05", "5 June"), ("2026-05-06", "6 May"))


def test_people_may_be_said_by_either_name() -> None:
    assert B.names_people("sam.okafor", "sam.whitlock").mentions == (
        ("sam.okafor", "Sam Okafor"),
        ("sam.whitlock", "Sam Whitlock"),
    )


def test_what_is_not_comparable_cannot_be_asked_for_a_winner() -> None:
    with pytest.raises(AssertionError, match="not comparable"):
        B.better("cxr-triage:2", "cxr-triage:3", "auroc")
