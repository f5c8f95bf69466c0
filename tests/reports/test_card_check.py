"""What is planted on a card is found; what the record bears out is let through."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from askreg.registry.registry import Registry
from askreg.reports.cards.check import LONGEST, CardCheck, Finding, check, claimed
from askreg.reports.cards.claims import Claims
from askreg.reports.cards.drafting import card_of, draft
from askreg.reports.cards.exports import write
from askreg.reports.cards.reading import dates, numbers
from askreg.reports.cards.record import read

from .card_sentences import FALSE, MISSED, TRUE
from .card_world import SMALL, generated, small

# Of sepsis:1, each pair: what the record contradicts, and the same that it bears out.
PLANTED = [
    ("figure", "It reaches an AUROC of 0.91.", "It reaches an AUROC of 0.87."),
    ("figure", "AUROC was 0.877 on holdout.", "AUROC was 0.870 on holdout."),
    ("figure", "The AUC on the held-out set is 0.86", "The AUC on the held-out set is 0.87"),
    ("figure", "The area under the curve was 0.95.", "The area under the curve was 0.89."),
    ("figure", "Sensitivity is 91 %.", "Sensitivity is 81 %."),
    ("figure", "recall of 0.85", "recall of 0.81"),
    ("figure", "The Brier score is 0.11.", "The Brier score is 0.10."),
    ("figure", "auroc: 0.97", "auroc: 0.803"),
    ("figure", "| auroc | 0.88 | n = 1200 |", "| auroc | 0.870 | n = 1200 |"),
    ("figure", "It has 0.93 AUROC.", "It has 0.87 AUROC."),
    ("cohort", "In women the AUROC was 0.889.", "In women the AUROC was 0.832."),
    ("cohort", "AUROC for sex=male: 0.832", "AUROC for sex=male: 0.889"),
    ("cohort", "Among men, AUROC reached 0.870.", "Among men, AUROC reached 0.889."),
    ("dataset", "On southbank its auroc is 0.870.", "On southbank its auroc is 0.803."),
    ("dataset", "The auroc on holdout@v1 was 0.803.", "The auroc on holdout@v1 was 0.870."),
    ("bound", "Its AUROC is above 0.9.", "Its AUROC is above 0.8."),
    ("bound", "It keeps sensitivity at at least 0.85.", "It keeps sensitivity at at least 0.8."),
    ("bound", "The Brier score is below 0.1.", "The Brier score is below 0.2."),
    ("interval", "AUROC 0.870 (95% CI 0.80 to 0.94)", "AUROC 0.870 (95% CI 0.852 to 0.889)"),
    ("interval", "AUROC 0.87 (0.81–0.93)", "AUROC 0.87 (0.85–0.89)"),
    ("several", "AUROC 0.87, sensitivity 0.91 and Brier 0.10.", "AUROC 0.87, sensitivity 0.81 and Brier 0.10."),
    ("several", "Sensitivity was 0.81, with an AUROC of 0.78.", "Sensitivity was 0.81, with an AUROC of 0.87."),
    ("size", "It was trained on 52,000 stays.", "It was trained on 41,234 stays."),
    ("size", "Evaluated on 1,500 patients.", "Evaluated on 1,200 patients."),
    ("size", "The test set had n = 900.", "The test set had n = 1200."),
    ("size", "southbank holds 1200 patients.", "southbank holds 800 patients."),
    ("size", "Validated on 2000 ICU patients.", "Validated on 800 ICU patients."),
    ("date", "It was approved on 2026-02-15.", "It was approved on 2026-01-15."),
    ("date", "Approved on 15 February 2026.", "Approved on 15 January 2026."),
    ("date", "It was trained in December 2025.", "It was trained in January 2026."),
    ("date", "It went live on January 25, 2026.", "It went live on January 21, 2026."),
    ("date", "Registered 2025-01-10.", "Registered 2026-01-10."),
    ("date", "It has been in production since 1 March 2026.", "It has been in production since 20 January 2026."),
    ("date", "It was evaluated on 2026-05-11.", "It was evaluated on 2026-01-11."),
    ("date", "It was withdrawn on 2026-03-01.", "It was withdrawn on 2026-02-01."),
    ("never", "It was retired on 2026-03-01.", "It was never retired."),
    ("who", "It was approved by Tom Reid.", "It was approved by Lena Koch."),
    ("who", "Approved by Dr. Jane Doe in January.", "Approved by Dr. Lena Koch in January."),
    ("who", "It was developed by Ben Itō.", "It was developed by Ada Osei."),
    ("who", "The owner is lena.koch.", "The owner is ada.osei."),
    ("who", "It was validated by Lena Koch.", "It was validated by Tom Reid."),
    ("data", "It was trained on southbank@v1.", "It was trained on stays@v1."),
    ("data", "The model was trained on data from holdout.", "The model was trained on data from stays."),
    ("data", "It was evaluated on ehr@v1.", "It was evaluated on holdout@v1."),
    ("data", "It was tested on southbank@v2.", "It was tested on southbank@v1."),
    ("base", "It was fine-tuned from sepsis:2.", "It was fine-tuned from foundation:1."),
    ("base", "It was derived from foundation:2.", "It was derived from foundation."),
    ("where", "It is live at southgate.", "It is live at northgate."),
    ("where", "It is not yet deployed.", "It is deployed."),
    ("stage", "It is in validation.", "It is in production."),
    ("stage", "The model is currently retired.", "The model is currently in production."),
    ("stage", "It is not in production.", "It is in production."),
    ("which", "This card describes version 2.", "This card describes version 1."),
    ("which", "This card is of sepsis:3.", "This card is of sepsis:1."),
    ("framework", "It was made with scikit-learn 1.8.", "It was made with scikit-learn 1.9."),
    ("digest", "Its digest is sha256:deadbeef00.", "Its digest is sha256:0011223344."),
    ("commit", "Built from commit 9f9f9f9.", "Built from commit 3f2a9c1."),
]  # fmt: skip
FAIR = [
    "Early warning of sepsis for adult ICU patients over 18.",
    "The goal is an AUROC of 0.95.",
    "Sensitivity should be at least 0.9 before it is used elsewhere.",
    "Intervals are 95 %: Wilson for sensitivity, method 5 for AUROC, 2,000 resamples for Brier.",
    "It must not be used unless it was approved by a physician.",
    "See section 3 and version 2 of the SOP; call 5551234.",
    "Alerts fire when the risk exceeds 0.2; recalibrated every 6 months.",
    "Not for patients who were trained on a ventilator.",
    "It is not known whether it is live elsewhere.",
    "Recall that 12 hours may pass before a result is back.",
    "Ask before it is deployed at southgate.",
    "AUROC is not the only measure that matters.",
]
"""Texts that claim nothing which the record could contradict."""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with small(f"sqlite:///{tmp_path_factory.mktemp('cards') / 'small.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def codes(registry: Registry) -> Iterator[Callable[[str], list[str]]]:
    """Return the codes of what is wrong with a text about sepsis:1."""
    with registry.view() as seen:
        record = read(seen, "sepsis:1")
        judge = Claims(record, card_of(record))
        yield lambda text: [found.code for found in claimed(judge, text)]


@pytest.mark.parametrize(("kind", "planted", "true"), PLANTED, ids=[planted for _, planted, _ in PLANTED])
def test_a_planted_contradiction_is_found(
    codes: Callable[[str], list[str]], kind: str, planted: str, true: str
) -> None:
    assert "contradiction" in codes(planted), kind
    assert codes(true) == [], kind


@pytest.mark.parametrize("text", FALSE)
def test_a_false_sentence_as_people_write_is_found(codes: Callable[[str], list[str]], text: str) -> None:
    assert "contradiction" in codes(text)


@pytest.mark.xfail(reason="known not to be found")
@pytest.mark.parametrize("text", MISSED)
def test_a_false_sentence_of_another_kind_is_found(codes: Callable[[str], list[str]], text: str) -> None:
    assert "contradiction" in codes(text)


@pytest.mark.parametrize("text", [*FAIR, *TRUE])
def test_a_text_that_claims_nothing_is_let_through(codes: Callable[[str], list[str]], text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize("text", ["Its specificity is 0.9.", "Evaluated externally: npv 0.99."])
def test_a_figure_of_a_metric_without_any_is_unsupported(codes: Callable[[str], list[str]], text: str) -> None:
    assert codes(text) == ["unsupported"]


def found(checked: CardCheck, code: str) -> list[Finding]:
    return [finding for finding in checked.findings if finding.code == code]


def test_every_planted_contradiction_of_a_card_is_found(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        fields = ("risks", "how_to_use", "bias", "workflow", "validation_process", "usefulness_meaning")
        for start in range(0, len(PLANTED), len(fields)):
            batch = dict(zip(fields, PLANTED[start:], strict=False))
            ada.update_version(version="sepsis:1", card={field: planted for field, (_, planted, _) in batch.items()})
            checked = check(ada, "sepsis:1", profiles=["hti1"])
            assert {finding.where for finding in found(checked, "contradiction")} == set(batch)
            assert not checked.ok
            for finding in found(checked, "contradiction"):
                assert finding.text and finding.text in batch[finding.where][1]
            ada.update_version(version="sepsis:1", card=dict.fromkeys(batch))
            # Words changed what had been signed; signed again, the true ones pass.
            true = {field: text for field, (kind, _, text) in batch.items() if kind not in ("who", "stage")}
            ada.update_version(version="sepsis:1", card=true)
            assert found(check(ada, "sepsis:1", profiles=["hti1"]), "contradiction") == []


def test_what_is_wanted_is_not_held_to_the_record(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        ada.update_version(version="sepsis:1", card={"fairness_goal": "AUROC of 0.95 for women"})
        assert found(check(ada, "sepsis:1"), "contradiction") == []


def test_a_contradiction_names_the_field_the_words_and_the_events(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        ada.update_version(version="sepsis:1", card={"risks": "None known. In women AUROC was 0.889."})
        [finding] = found(check(ada, "sepsis:1"), "contradiction")
        evaluated = {evaluation.event for evaluation in draft(ada, "sepsis:1").figures}
    assert (finding.where, finding.text) == ("risks", "In women AUROC was 0.889.")
    assert "0.832" in finding.what and set(finding.events) <= evaluated and finding.events


def test_figures_to_be_wary_of_are_named(registry: Registry) -> None:
    checked = check(registry, "sepsis:1")
    assert [finding.where for finding in found(checked, "training-data")] == ["auroc, all, stays@v1, train"]
    assert [finding.where for finding in found(checked, "no-n")] == ["brier, all, holdout@v1, test"]
    bare = {finding.where.split(",")[0] for finding in found(checked, "no-interval")}
    assert bare == {"sensitivity", "brier", "auroc"}
    assert [finding.where for finding in found(checked, "meaningless")] == ["benefits"]
    assert [finding.where for finding in found(checked, "no-reason")] == ["reimbursement"]
    assert not checked.ok


def test_data_with_the_digest_of_the_training_data_is_training_data(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        ada.register_dataset_version(dataset="fresh", version="v1", digest="sha256:aaaaaa01")
        ada.register_dataset_version(dataset="cut", version="v1", derived_from=["stays@v1"])
        ada.evaluate(version="sepsis:1", dataset="fresh@v1", metrics={"auroc": 0.99})
        ada.evaluate(version="sepsis:1", dataset="cut@v1", metrics={"auroc": 0.98})
        checked = check(ada, "sepsis:1")
    assert any("fresh@v1" in finding.where for finding in found(checked, "training-data"))
    assert any("cut@v1" in finding.where for finding in found(checked, "derived-from-training"))


def test_data_that_a_version_was_chosen_by_is_named(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        inputs = [{"dataset": "stays@v1", "role": "training"}, {"dataset": "southbank@v1", "role": "validation"}]
        ada.register_run(id="r9", inputs=inputs)
        ada.register_version(model="sepsis", run="r9")
        ada.evaluate(version="sepsis:3", dataset="southbank@v1", metrics={"auroc": {"value": 0.9, "n": 800}})
        checked = check(ada, "sepsis:3", profiles=())
    assert [finding.where for finding in found(checked, "validation-data")] == ["auroc, all, southbank@v1, test"]


def test_completeness_is_told_by_profile_in_states(registry: Registry) -> None:
    checked = check(registry, "sepsis:1")
    by_name = {each.profile: each for each in checked.profiles}
    assert list(by_name) == ["hf", "chai", "hti1", "cyclonedx"]
    states = {asked.id: asked.state for asked in by_name["hti1"].fields}
    assert (states["2"], states["5"], states["8"]) == ("unavailable", "value", "missing")
    assert by_name["hti1"].required_missing == sum(state == "missing" for state in states.values())


def test_a_version_of_which_nothing_is_known_is_incomplete_and_no_error(registry: Registry) -> None:
    checked = check(registry, "sepsis:2", profiles=["hti1"])
    assert checked.ok and checked.profiles[0].required_missing > 20


# -- cards in files


@pytest.mark.parametrize("profile", [None, "hf", "hti1"])
def test_its_own_card_is_not_contradicted(registry: Registry, profile: str | None) -> None:
    for subject in ("sepsis:1", "sepsis:2", "foundation:1"):
        text = write(draft(registry, subject), profile=profile, format="md").content.decode()
        checked = check(registry, subject, files={"README.md": text})
        assert [f for f in checked.findings if f.where.startswith("README.md") and f.code == "contradiction"] == []


def test_the_cards_of_a_generated_registry_are_not_contradicted(tmp_path: Path) -> None:
    with generated(f"sqlite:///{tmp_path / 'many.db'}", versions=20, seed=11) as many:
        for version in many.find_versions(limit=100).versions:
            card = draft(many, version.subject)
            files = {
                "README.md": write(card, profile="hf").content.decode(),
                "card.md": write(card, profile="hti1", format="md").content.decode(),
                "card.json": write(card, format="json").content.decode(),
            }
            checked = check(many, version.subject, profiles=(), files=files)
            assert [finding for finding in checked.findings if finding.code == "contradiction"] == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("value: 0.832", "value: 0.932", "model-index"),
        ("config: sex=male", "config: sex=female", "model-index"),
        ("is a version of sepsis", "has an AUROC of 0.95 and is a version of sepsis", ""),
        ("Early warning of sepsis", "It was approved by Tom Reid. Early warning of sepsis", ""),
    ],
)
def test_a_changed_hugging_face_card_is_found(registry: Registry, old: str, new: str, where: str) -> None:
    text = write(draft(registry, "sepsis:1"), profile="hf").content.decode()
    assert old in text
    checked = check(registry, "sepsis:1", files={"README.md": text.replace(old, new, 1)})
    wrong = [f for f in checked.findings if f.code == "contradiction" and f.where.startswith("README.md")]
    assert wrong and any(where in finding.where for finding in wrong)


def test_a_card_as_json_is_held_to_the_record_fact_by_fact(registry: Registry) -> None:
    text = write(draft(registry, "sepsis:1"), format="json").content.decode()
    before = check(registry, "sepsis:1", files={"card.json": text})
    after = check(registry, "sepsis:1", files={"card.json": text.replace("0.832", "0.833")})
    other = check(registry, "sepsis:2", files={"card.json": text})
    mine = [[f for f in each.findings if f.where.startswith("card.json")] for each in (before, after, other)]
    assert mine[0] == [] and "0.833" in mine[1][0].what and "not of sepsis:2" in mine[2][0].what


# -- kept cards, and texts that are too much


def test_a_text_too_long_to_read_is_said_to_be(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        ada.update_version(version="sepsis:1", card={"risks": "It may fail; " + "x" * LONGEST})
        assert [finding.where for finding in found(check(ada, "sepsis:1"), "unread")] == ["risks"]


@pytest.mark.parametrize("text", ["auroc " * 5000, "0.87 " * 5000, "approved by A " * 3000, "(" * 20000, "12," * 9000])
def test_a_text_made_to_be_slow_is_read_in_time(codes: Callable[[str], list[str]], text: str) -> None:
    codes(text)  # the limit is that of the test run


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("on 14 March 2026", ["2026-03-14"]),
        ("March 14th, 2026", ["2026-03-14"]),
        ("in Sept 2026 and 2026-10", ["2026-10"]),
        ("in September 2026", ["2026-09"]),
        ("2026-03-14T09:00", ["2026-03-14"]),
        ("may 2 people", []),
    ],
)
def test_dates_are_read(text: str, read: list[str]) -> None:
    assert [date for date, _, _ in dates(text)] == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0.87 and 81 % of 1,200", ["0.87", "81 %", "1,200"]),
        ("m:3 d@2025-06 v2 sha256:0011 2026-03-14", []),
        ("a 95% CI, 3.5.1 and -0.2", ["-0.2"]),
        (".87", [".87"]),
    ],
)
def test_numbers_are_read_and_parts_of_names_are_not(text: str, read: list[str]) -> None:
    assert [number.text for number in numbers(text)] == read


def test_the_world_of_these_tests_is_what_they_say() -> None:
    assert "0.832" in SMALL and "0.889" in SMALL and "41234" in SMALL
