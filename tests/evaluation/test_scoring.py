"""The scorer accepts right answers in many wordings, and finds every planted error."""

from __future__ import annotations

from typing import Any

import pytest

from eval.case import CATEGORIES, NOW, REGISTRIES, Case, cases, every
from eval.oracle import Oracle
from eval.scorers.correctness import score
from eval.scorers.names import Names
from eval.truth.gold import Gold
from eval.truth.record import Record

from .synthetic import right_answer, wrong_answers

RECORD = Record.read(REGISTRIES / "b.yaml")
NAMES = Names(RECORD)


def gold(expression: str) -> Gold:
    return Oracle(RECORD, now=NOW).evaluate(expression)


def fact(subject: str, field: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "field": field, "value": value, **more}


def answer(text: str, *facts: dict[str, Any], status: str = "answered", **more: Any) -> dict[str, Any]:
    numbered = [{"id": f"F{i + 1}", **f} for i, f in enumerate(facts)]
    claims = [{"text": text, "facts": [f["id"] for f in numbered]}]
    return {"status": status, "answer": text, "reason": None, "claims": claims, "facts": numbered, **more}


def outcome(
    expression: str, given: dict[str, Any], *, question: str = "?", status: str = "answered", check: str = "set"
) -> str:
    return score(NAMES, question, given, gold(expression), status=[status], check=check).outcome


LIVE = 'live("northgate", "icu")'
LIVE_FACT = fact("northgate/icu", "deployed", "sepsis-risk:5", since="2026-06-22T08:00:00Z", until=None)
AUROC = 'metric("sepsis-risk:5", "auroc")'
AUROC_FACT = fact("sepsis-risk:5", "metric.auroc", "0.866", dataset="icu-holdout@2025-06", cohort="all", n=1210)
TRAINED = 'trained_from("sepsis-features@v2")'
BETTER = 'better("los-regressor:1", "los-regressor:2", "mae")'
MAES = (
    fact("los-regressor:1", "metric.mae", "1.92", dataset="icu-holdout@2025-06", cohort="all"),
    fact("los-regressor:2", "metric.mae", "1.67", dataset="icu-holdout@2025-06", cohort="all"),
)


@pytest.mark.parametrize("text", [
    "sepsis-risk:5 is live at northgate/icu since 2026-06-22.",
    "At Northgate, version 5 of sepsis-risk has been running since 22 June 2026.",
    "- `sepsis-risk:5` (since 2026-06-22)",
])  # fmt: skip
def test_wording_does_not_matter(text: str) -> None:
    assert outcome(LIVE, answer(text, LIVE_FACT)) == "right"


@pytest.mark.parametrize(("text", "given"), [
    ("sepsis-risk:4 is live.", LIVE_FACT),
    ("sepsis-risk:4 is live.", LIVE_FACT | {"value": "sepsis-risk:4"}),
    ("sepsis-risk:5 is live.", LIVE_FACT | {"subject": "northgate/ed"}),
    ("sepsis-risk:5 and sepsis-risk:4 are live.", LIVE_FACT),
    ("Nothing is live there.", LIVE_FACT),
])  # fmt: skip
def test_a_wrong_deployment_is_confidently_wrong(text: str, given: dict[str, Any]) -> None:
    assert outcome(LIVE, answer(text, given)) == "confident_wrong"


def test_a_right_figure_is_right() -> None:
    assert outcome(AUROC, answer("AUROC 0.866 on icu-holdout@2025-06 (n 1210)", AUROC_FACT), check="values") == "right"


@pytest.mark.parametrize(("text", "given"), [
    ("AUROC 0.886", AUROC_FACT),
    ("AUROC 0.87", AUROC_FACT),
    ("AUROC 0.866", AUROC_FACT | {"subject": "sepsis-risk:4"}),
    ("AUROC 0.866", AUROC_FACT | {"cohort": "sex=female"}),
    ("AUROC 0.866", AUROC_FACT | {"field": "metric.auprc"}),
    ("AUROC 0.866, up from 0.799", AUROC_FACT),
])  # fmt: skip
def test_a_wrong_figure_subject_cohort_or_field_is_confidently_wrong(text: str, given: dict[str, Any]) -> None:
    assert outcome(AUROC, answer(text, given), check="values") == "confident_wrong"


@pytest.mark.parametrize(("text", "right"), [
    ("los-regressor:2 is better: los-regressor:1 has 1.92 and los-regressor:2 has 1.67.", True),
    ("los-regressor:2 is better: los-regressor:1 has 1.67 and los-regressor:2 has 1.92.", False),
    ("los-regressor:2 is better. los-regressor:1 and los-regressor:2 have 1.92 and 1.67.", True),
    ("los-regressor:2 is better.\n\n| los-regressor:1 | 1.67 |\n| los-regressor:2 | 1.92 |", False),
    ("los-regressor:2 is better.\n\n| los-regressor:1 | 1.92 |\n| los-regressor:2 | 1.67 |", True),
])  # fmt: skip
def test_figures_of_two_versions_are_not_swapped(text: str, right: bool) -> None:
    assert (outcome(BETTER, answer(text, *MAES), check="winner") == "right") is right


@pytest.mark.parametrize(("text", "right"), [
    ("2 versions: sepsis-risk:5 and sepsis-risk:6.", True), ("2 versions.", True),
    ("2 versions: sepsis-risk:5 and 1 more.", True), ("2 versions: sepsis-risk:5 and sepsis-risk:5.", False),
])  # fmt: skip
def test_a_count_lists_all_that_it_counts_or_says_that_it_does_not(text: str, right: bool) -> None:
    facts = [fact(v, "trained_on", "sepsis-features@v2") for v in ("sepsis-risk:5", "sepsis-risk:6")]
    assert (outcome(f"count({TRAINED})", answer(text, *facts), check="count") == "right") is right


def test_an_end_of_an_interval_is_no_figure_of_its_version() -> None:
    told = "los-regressor:2 has 1.92 (1.80 to 2.04) and los-regressor:2 has 1.67 (1.56 to 1.92)."
    text = f"los-regressor:2 is better: {told}"
    facts = (MAES[0] | {"ci": ["1.80", "2.04"]}, MAES[1] | {"ci": ["1.56", "1.92"]})
    assert outcome(BETTER, answer(text, *facts), check="winner") == "confident_wrong"


def test_an_end_of_an_interval_may_be_another_versions_figure() -> None:
    text = "los-regressor:2 is better: los-regressor:1 has 1.92 (1.67 to 2.2) and los-regressor:2 has 1.67."
    facts = (MAES[0] | {"ci": ["1.67", "2.2"]}, MAES[1])
    assert outcome(BETTER, answer(text, *facts), check="winner") == "right"


@pytest.mark.parametrize(("text", "right"), [
    ("sepsis-risk:5 is live at northgate/icu and sepsis-risk:4 at northgate/ed.", True),
    ("- sepsis-risk:5 at northgate/icu\n- sepsis-risk:4 at northgate/ed", True),
    ("- sepsis-risk:4 at northgate/icu\n- sepsis-risk:5 at northgate/ed", False),
])  # fmt: skip
def test_places_of_two_versions_are_not_swapped(text: str, right: bool) -> None:
    facts = (LIVE_FACT, fact("northgate/ed", "deployed", "sepsis-risk:4"))
    expression = 'both(live("northgate", "icu"), live("northgate", "ed"))'
    assert (outcome(expression, answer(text, *facts)) == "right") is right


def test_a_list_of_everything_is_no_answer_about_one_thing() -> None:
    own, other = fact("sepsis-risk:5", "stage", "production"), fact("sepsis-risk:4", "stage", "production")
    expression, text = 'stage("sepsis-risk:5")', "sepsis-risk:5 and sepsis-risk:4 are in production."
    assert outcome(expression, answer("It is in production.", own), check="values") == "right"
    assert outcome(expression, answer(text, own, other), check="values") == "confident_wrong"
    compared = "Are sepsis-risk:5 and sepsis-risk:4 in production?"
    assert outcome(expression, answer(text, own, other), question=compared, check="values") == "right"
    board = (AUROC_FACT, AUROC_FACT | {"subject": "sepsis-risk:4", "value": "0.858"})
    assert outcome(AUROC, answer("AUROC 0.866; sepsis-risk:4 has 0.858", *board), check="values") == "right"


def test_a_code_may_be_said_in_words() -> None:
    for said in ("self-approved", "Self approved"):
        given = answer("", status="abstained", reason=f"it was {said}")
        assert outcome('says("self-approved")', given, status="abstained", check="abstain") == "right"


def test_a_set_may_be_worded_as_numbers_of_versions() -> None:
    facts = [fact(v, "trained_on", "sepsis-features@v2") for v in ("sepsis-risk:5", "sepsis-risk:6")]
    assert outcome(TRAINED, answer("Two versions of sepsis-risk: versions 5 and 6.", *facts)) == "right"


@pytest.mark.parametrize("members", [
    ["sepsis-risk:5"],
    ["sepsis-risk:5", "sepsis-risk:6", "sepsis-risk:4"],
    ["sepsis-risk:5", "sepsis-risk-peds:3"],
    [],
])  # fmt: skip
def test_a_set_with_a_missing_or_extra_member_is_confidently_wrong(members: list[str]) -> None:
    facts = [fact(v, "trained_on", "sepsis-features@v2") for v in members]
    assert outcome(TRAINED, answer(", ".join(members) or "None.", *facts)) == "confident_wrong"


def test_an_extra_member_among_the_cited_facts_counts_even_when_the_text_hides_it() -> None:
    facts = [fact(v, "trained_on", "sepsis-features@v2") for v in ("sepsis-risk:5", "sepsis-risk:6", "sepsis-risk:1")]
    assert outcome(TRAINED, answer("sepsis-risk:5 and sepsis-risk:6", *facts)) == "confident_wrong"


def test_what_the_question_names_is_no_extra_member() -> None:
    facts = [fact("sepsis-risk-peds:1", "base", "sepsis-risk:2")]
    given = answer("sepsis-risk-peds:1 is derived from sepsis-risk:2.", *facts)
    assert outcome('base("sepsis-risk-peds:1")', given, question="What is the base of sepsis-risk-peds:1?") == "right"


@pytest.mark.parametrize(("text", "right"), [
    ("There are 9 models.", True), ("Nine.", True), ("Of 29 versions, 9 ...", True),
    ("There are 8 models.", False), ("There are 10: 9 of them live.", False), ("Models exist.", False),
])  # fmt: skip
def test_a_count_is_the_first_figure_of_its_own(text: str, right: bool) -> None:
    given = answer(text, fact("registry", "count", 9), fact("registry", "count.version", 29))
    assert (outcome("count(models())", given, check="count") == "right") is right


@pytest.mark.parametrize(("text", "right"), [
    ("Yes, since 2025-11-15.", True), ("It is live there since 2025-11-15.", True),
    ("No.", False), ("It is not live there.", False),
])  # fmt: skip
def test_a_verdict_is_read_from_yes_and_no_or_from_denial(text: str, right: bool) -> None:
    given = answer(text, fact("southbank/icu", "deployed", "sepsis-risk:3", since="2025-11-15T08:00:00Z"))
    assert (outcome("yes()", given, check="verdict") == "right") is right


@pytest.mark.parametrize(("text", "right"), [
    ("los-regressor:2 is better: 1.67 against 1.92 (lower is better).", True),
    ("los-regressor:1 (1.92) is worse than los-regressor:2 (1.67) on mae.", True),
    ("Better: los-regressor:2, with 1.67 against 1.92.", True),
    ("los-regressor:1 is better: 1.92 against 1.67.", False),
    ("los-regressor:2 (1.67) is worse than los-regressor:1 (1.92).", False),
    ("los-regressor:1 has 1.92 and los-regressor:2 has 1.67.", False),
    ("The difference between 1.92 and 1.67 is within noise.", False),
])  # fmt: skip
def test_the_winner_is_the_one_that_the_text_calls_better(text: str, right: bool) -> None:
    assert (outcome(BETTER, answer(text, *MAES), check="winner") == "right") is right


def test_noise_may_be_said_where_intervals_overlap() -> None:
    expression = 'better("sepsis-risk:3", "sepsis-risk:4", "auroc", "icu-holdout@2025-06")'
    facts = [
        fact(f"sepsis-risk:{v}", "metric.auroc", value, dataset="icu-holdout@2025-06", cohort="all")
        for v, value in ((3, "0.843"), (4, "0.858"))
    ]
    assert outcome(expression, answer("0.843 and 0.858: within noise.", *facts), check="winner") == "right"
    wrong = answer("sepsis-risk:3 is better, within noise: 0.843 and 0.858", *facts)
    assert outcome(expression, wrong, check="winner") == "confident_wrong"


@pytest.mark.parametrize(("text", "right"), [
    ("The difference is 0.25: 1.92 against 1.67.", True),
    ("The difference is 0.35: 1.92 against 1.67.", False),
    ("1.92 against 1.67.", False),
])  # fmt: skip
def test_a_difference_is_exact(text: str, right: bool) -> None:
    expression = 'difference("los-regressor:1", "los-regressor:2", "mae")'
    assert (outcome(expression, answer(text, *MAES), check="difference") == "right") is right


@pytest.mark.parametrize(("text", "since", "right"), [
    ("Since 2026-06-22.", "2026-06-22T08:00:00Z", True), ("Since 22 June 2026.", "2026-06-22", True),
    ("Since June 22nd, 2026", "2026-06-22T10:00:00+02:00", True), ("Since 2026-06-21.", "2026-06-22", False),
    ("Since 2026-06-22.", "2026-06-21T08:00:00Z", False),
])  # fmt: skip
def test_a_date_is_in_the_text_and_in_a_fact(text: str, since: str, right: bool) -> None:
    given = answer(text, LIVE_FACT | {"since": since})
    assert (outcome('live_since("sepsis-risk:5", "northgate")', given, check="date") == "right") is right


@pytest.mark.parametrize(("text", "right"), [
    ("Nothing was live at city-royal/icu then.", True),
    ("No version was live.", True),
    ("Nothing was live. The first was sepsis-risk:5.", True),
    ("sepsis-risk:5 was live, and no other.", False),
    ("sepsis-risk:5.", False),
])  # fmt: skip
def test_nothing_is_said_first(text: str, right: bool) -> None:
    question, later = "What was live at city-royal/icu on 1 March 2026?", fact("x", "first", "sepsis-risk:5")
    given = answer(text, later) | {"claims": []}
    expression = 'live("city-royal", "icu", on="2026-03-01")'
    assert (outcome(expression, given, question=question) == "right") is right


@pytest.mark.parametrize("text", [
    "sepsis-risk:5 is live since 2026-06-22, and southbank waits for it.",
    "sepsis-risk:5 is live since 2026-06-22, said Henrik Lund.",
    "sepsis-risk:5 is live since 2026-06-22, trained on icu-stays@2025-06.",
    "sepsis-risk:5 is live since 2026-06-22 (until 2026-12-31).",
    "sepsis-risk:5 is live since 2026-06-22, before sepsis-risk:17.",
    "sepsis-risk:5 is live since 2026-06-22, trained on icu-stays@2031.",
    "sepsis-risk:5 is live since 2026-06-22, for 4711 patients.",
])  # fmt: skip
def test_a_name_or_date_from_nowhere_is_confidently_wrong(text: str) -> None:
    assert outcome(LIVE, answer(text, LIVE_FACT)) == "confident_wrong"
    question = "Is southbank waiting, as Henrik Lund said, for icu-stays@2025-06 by 31 December 2026?"
    question += " And sepsis-risk:17 or icu-stays@2031, with its 4711 rows?"
    assert outcome(LIVE, answer(text, LIVE_FACT), question=question) == "right"


def test_an_answer_about_another_version_is_confidently_wrong() -> None:
    given = answer("The stage of sepsis-risk:4 is production.", fact("sepsis-risk:5", "stage", "production"))
    question = "What is the stage of sepsis-risk:5?"
    assert outcome('stage("sepsis-risk:5")', given, question=question, check="values") == "confident_wrong"


def test_what_a_call_asked_about_may_be_named() -> None:
    text = "Nothing was live at city-royal/icu on 2026-03-01."
    calls = [{"tool": "query", "args": {"where": [{"value": "city-royal/icu"}], "as_of": "2026-03-01"}}]
    expression = 'live("city-royal", "icu", on="2026-03-01")'
    assert outcome(expression, answer(text, calls=calls), question="And there, a month before?") == "right"
    assert outcome(expression, answer(text), question="And there, a month before?") == "confident_wrong"


def test_sides_are_not_taken_between_what_is_not_comparable() -> None:
    expression = 'incomparable("sepsis-risk:6", "sepsis-risk:5", "auroc")'
    said = answer("They are not comparable: different datasets.")
    assert outcome(expression, said, check="incomparable") == "right"
    taken = answer("sepsis-risk:6 is better; the datasets are different.")
    assert outcome(expression, taken, check="incomparable") == "confident_wrong"


def test_an_answer_where_abstention_is_right_is_confidently_wrong() -> None:
    assert outcome("says()", answer("It is sunny."), status="abstained", check="abstain") == "confident_wrong"


def test_an_abstention_names_the_nearest_truth() -> None:
    vague = answer("", status="abstained", reason="I do not know.")
    named = answer("", status="abstained", reason="There is no version 9 of sepsis-risk; the latest is 6.")
    expression = 'says("9", ("6", "sepsis-risk:6"))'
    assert outcome(expression, vague, status="abstained", check="abstain") == "abstained"
    assert outcome(expression, named, status="abstained", check="abstain") == "right"


def test_readings_are_questions_with_calls_that_name_the_candidates() -> None:
    readings = [{"question": f"auroc of {m}:1", "call": {"tool": "find"}} for m in ("sepsis-risk", "sepsis-risk-peds")]
    expression = 'says("sepsis-risk", "sepsis-risk-peds")'
    full = answer("", status="abstained", readings=readings)
    cut = answer("", status="abstained", readings=readings[1:])
    assert outcome(expression, full, status="abstained", check="readings") == "right"
    assert outcome(expression, cut, status="abstained", check="readings") == "abstained"


def test_right_content_under_another_status_is_neither_right_nor_confidently_wrong() -> None:
    given = answer("sepsis-risk:5 is live.", LIVE_FACT, status="partial")
    assert outcome(LIVE, given) == "status"


def test_every_case_has_a_gold() -> None:
    cases = every()
    assert len({c.id for c in cases}) == len(cases)
    for case in cases:
        case.gold(RECORDS[case.registry])


RECORDS = {name: Record.read(REGISTRIES / f"{name}.yaml") for name in ("b", "c", "d", "e")}
KNOWN = {name: Names(record) for name, record in RECORDS.items()}


def all_cases() -> list[Case]:
    """The cases of the files, and those made from the manifests."""
    bound = [c for name in ("b", "c") for seed in (1, 2) for c in cases(name, RECORDS[name], seed=seed)]
    return every() + [c for c in bound if c.file in CATEGORIES]


def test_the_gold_itself_is_right_in_every_case() -> None:
    for case in all_cases():
        gold, names = case.gold(RECORDS[case.registry]), KNOWN[case.registry]
        given = right_answer(case, gold, names)
        found = score(names, case.question, given, gold, status=case.status, check=case.check)
        assert found.right, (case.id, case.question, found, given)


def test_every_planted_error_is_confidently_wrong_in_every_case() -> None:
    missed, planted = [], 0
    for case in all_cases():
        gold, names = case.gold(RECORDS[case.registry]), KNOWN[case.registry]
        for error, given in wrong_answers(case, gold, names):
            planted += 1
            found = score(names, case.question, given, gold, status=case.status, check=case.check)
            if found.outcome != "confident_wrong":
                missed.append((case.id, case.question, error, found, given["answer"]))
    assert planted > 1000
    assert not missed, (len(missed), missed[:5])
