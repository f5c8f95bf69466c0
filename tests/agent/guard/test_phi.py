import pytest

from askreg.agent.guard.phi import Finding, Gate, is_withheld, masked, withheld
from askreg.agent.reading import Names

from .identifiers import CASES, ENCODINGS, IDS, Identifier

NAMES = {
    "sepsis-risk": "model", "readmit.30d": "model", "icu-stays": "dataset", "northgate": "site", "icu": "environment",
    "champion": "alias", "auroc": "metric", "run-20260314-123456789": "run", "docs/sepsis-validation.md": "document",
    "ada.osei": "person", "ada osei": "person:ada.osei", "lena.koch": "person", "lena koch": "person:lena.koch",
}  # fmt: skip
GATE = Gate(NAMES)


def found(text: str) -> list[tuple[str, str, bool]]:
    return [(f.category, text[f.start : f.end], f.certain) for f in GATE.findings(text)]


def certain(text: str) -> set[str]:
    return {f.category for f in GATE.findings(text) if f.certain}


@pytest.mark.parametrize(("identifier", "encoding"), CASES, ids=IDS)
def test_every_identifier_is_found_however_it_is_written(identifier: Identifier, encoding: str) -> None:
    assert identifier.category in certain(ENCODINGS[encoding](identifier.sentence))


@pytest.mark.parametrize(("identifier", "encoding"), CASES, ids=IDS)
def test_nothing_of_an_identifier_is_left_by_a_mask(identifier: Identifier, encoding: str) -> None:
    text = ENCODINGS[encoding](identifier.sentence)
    left = masked(text, GATE.findings(text))
    assert ENCODINGS[encoding](identifier.value) not in left
    assert f"[{identifier.category}]" in left


@pytest.mark.parametrize(
    "question",
    [
        "What was live at northgate on 14 March 2026?",
        "which version of sepsis-risk was champion on 2026-03-14T09:00:00Z",
        "who approved sepsis-risk:2, ada.osei or Lena Koch?",
        "is the auroc of sepsis-risk:2 on icu-stays@2025-06 above 0.871 (n=1200)?",
        "what is run run-20260314-123456789",
        "show docs/sepsis-validation.md",
        "which artifact has sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "replay ans_01KA2ZB3C4D5E6F7G8H9J0KMNP",
        "how many versions are live?",
        "which patient deterioration model was live at northgate on 14 March 2026?",
        "auroc for age>=90 and sex=female",
        "does the card say that patients aged 90 and over are out of scope",
        "icu-stays has 41234 rows",
        "Which Version Is Live At Northgate?",
        "WHO OWNS READMIT.30D",
    ],
)
def test_a_registry_question_passes(question: str) -> None:
    assert found(question) == []


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("patient admitted 14 March 2026, was sepsis-risk live?", "date"),
        ("dob 3/7/48", "date"),
        ("discharged on 2026-03-14, what did readmit.30d say", "date"),
        ("is sepsis-risk ok for a 93 year old", "date"),
        ("97F, ?sepsis", "date"),
        ("Mr Young was scored by sepsis-risk", "name"),
        ("pt J.S., use sepsis-risk", "name"),
        ("the wife of Tadeusz Wieczorkowski asks", "name"),
        ("SMITH, John", "name"),
        ("postcode M14 5TQ", "geography"),
        ("she lives in Sheboygan", "geography"),
        ("from 2001:db8::8a2e:370:7334", "ip"),
        ("ring +44 7700 900123", "phone"),
        ("w.brzezinski at example dot org", "email"),
    ],
)
def test_words_of_care_make_an_identifier_certain(text: str, category: str) -> None:
    assert category in certain(text)


@pytest.mark.parametrize(
    "text",
    [
        "is it live for xqzzt",
        "sepsis-risk for 83920174",
        "what about Brown",
        "14 march 2026",
        "what was live in June 1958",
        "bed 4 needs a score",
        "score him: 54yo, sepsis?",
        "skoru nedir",
        "Пациент Иванов",
        "model fpr9k2x7",
    ],
)
def test_what_nothing_vouches_for_is_held_from_a_cloud_only(text: str) -> None:
    assert found(text)
    assert certain(text) == set()


def test_someone_who_acts_in_the_registry_is_not_taken_for_a_patient() -> None:
    assert certain("which versions did Jonas Brunner approve?") == set()
    assert certain("was sepsis-risk:2 approved by Jonas Brunner?") == set()
    assert "name" in certain("patient Jonas Brunner was scored by sepsis-risk")


def test_a_typo_of_a_live_name_counts_as_it() -> None:
    assert found("what is live at nortgate") == []
    assert found("auroc of sepsi-risk") == []
    assert found("auroc of sepsis-rsk:2") == []


def test_a_typo_of_a_persons_name_does_not() -> None:
    assert found("lena kochh fell") != []


def test_a_live_name_hides_no_identifier_around_it() -> None:
    assert "email" in certain("icu-stays@hospital.org")
    assert "mrn" in certain("sepsis-risk for mrn 4482991")


def test_only_the_certain_can_be_asked_for() -> None:
    text = "xqzzt, mrn 4482991"
    assert {f.certain for f in GATE.findings(text, certain_only=True)} == {True}
    assert {f.certain for f in GATE.findings(text)} == {True, False}


def test_a_mask_leaves_the_question() -> None:
    text = "Does sepsis-risk:2 work for patient Zbigniew Okonjo, MRN 4482991, at northgate?"
    left = masked(text, GATE.findings(text))
    assert left == "Does sepsis-risk:2 work for patient [name], MRN [mrn], at northgate?"


def test_a_mask_of_findings_that_overlap_is_one() -> None:
    overlapping = [Finding("phone", 0, 8, True), Finding("mrn", 4, 12, True), Finding("name", 13, 16, False)]
    assert masked("01234567 901 abc", overlapping) == "[phone] abc"


def test_what_is_stored_of_a_question_is_categories_and_a_hash() -> None:
    question = "MRN 4482991, seen by Mr Young"
    kept = withheld(question, GATE.findings(question))
    assert kept.startswith("[withheld: mrn, name; scrypt ")
    assert "4482991" not in kept and "Young" not in kept
    assert is_withheld(kept, question) and not is_withheld(kept, question + " ")
    assert withheld(question, GATE.findings(question)) != kept


def test_a_text_that_was_not_withheld_is_none() -> None:
    assert not is_withheld("which models are live", "which models are live")


def test_names_may_come_without_their_kinds() -> None:
    assert Gate(list(NAMES)).findings("is sepsis-risk:2 live at northgate?") == []
    assert Gate(()).findings("which models are live?") == []


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "?!", "\n\n", "a" * 10_000, "1" * 5_000, "a1" * 2_000, "x " * 3_000]
)
def test_no_text_is_too_odd(text: str) -> None:
    for finding in GATE.findings(text):
        assert 0 <= finding.start < finding.end <= len(text)


@pytest.mark.parametrize(
    "question",
    [
        "What was live at kelp quay since 1 June 2026?",
        "what did G. Obi approve",
        "What has been withdrawn since 1 June?",
    ],
)
def test_a_live_name_passes_however_it_is_written(question: str) -> None:
    gate = Gate(Names({"kelp-quay": "site", "grace.obi": "person", "grace obi": "person:grace.obi"}))
    assert gate.findings(question, certain_only=True) == []
