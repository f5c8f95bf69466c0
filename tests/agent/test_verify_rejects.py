"""What the verifier says about the wrong answers that brains give."""

import pytest

from askreg.agent.tools.shapes import ToolResult
from askreg.agent.verify import Evidence, verify

from .corpus import AUROC, BRIER, LIVE, STAGES, WOMEN, Case, fact


def problems(case: Case) -> set[str]:
    return {problem.code for problem in verify(case.rendered(), case.evidence())}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (Case("typed figure", "{F1.subject} has AUROC 0.88{cite(F1)}.", [("query", AUROC)]), "unsupported"),
        (Case("typed date", "{F1} has been live since 2026-03-15 in {F1.subject}.", [("query", LIVE)]), "unsupported"),
        (Case("invented name", "{F1} was deployed by `tom.hardy` to {F1.subject}.", [("query", LIVE)]), "unsupported"),
        (Case("misspelt name", "sepsis-rsk is in {F1.subject}: {F1}.", [("query", LIVE)]), "unsupported"),
        (Case("another's figure", "sepsis-risk:1 has AUROC {F2}.", [("query", AUROC)]), "subject"),
        (Case("another's figure in a shared setting", "On {list(F1.dataset,F2.dataset)}, {F2.subject}{cite(F1)} has "
              "AUROC {F1} and {F2.subject} has {F2}.", [("query", AUROC)]), "subject"),
        (Case("nobody's figure", "The AUROC is {F2}.", [("query", AUROC)]), "subject"),
        (Case("women's for all", "{F1.subject} has AUROC {F1}.", [("query", WOMEN)]), "setting"),
        (Case("across cohorts", "{F1} is better than {F2}; both are {F1.subject}'s.", [("query", WOMEN)]), "setting"),
        (Case("wrong way", "{F1.subject} ({F1}) beats {F2.subject} ({F2}).", [("query", AUROC)]), "comparison"),
        (
            Case("lower", "{F1.subject} ({F1}) is better than {F2.subject} ({F2}).", [("query", BRIER)],
                 better={"brier": "lower"}),
            "comparison",
        ),
        (
            Case("unlike", "{F1.subject} ({F1}) is better than {F4.subject} ({F4}).", [("query", [*AUROC, *BRIER])]),
            "incomparable",
        ),
        (Case("cut", "The only version is {F1}, in {F1.subject}.", [("query", LIVE)], truncated=True), "incomplete"),
        (Case("count of a cut list", "{count(F1..F3)} versions are live at northgate.", [("query", LIVE)],
              question="northgate?", truncated=True), "incomplete"),
        (Case("partial count", "{count(F1,F2)} versions are live at northgate.", [("query", LIVE)],
              question="northgate?"), "incomplete"),
        (Case("cut, introduced", "All that is live:\n\n- {F1} in {F1.subject}\n", [("query", LIVE)], truncated=True),
         "incomplete"),
        (Case("none, unfounded", "No version of sepsis-risk is live.", [("query", LIVE)], question="sepsis-risk?"),
         "incomplete"),
        (Case("wrong number word", "sepsis-risk has two versions{cite(F1..F3)}.", [("query", STAGES)]), "unsupported"),
        (Case("another metric", "{F1.subject} has Brier {F1}.", [("query", AUROC)]), "setting"),
        (Case("another column", "| version | auroc | brier |\n|---|---|---|\n| {F1.subject} | {F3} | {F1} |",
              [("query", [*AUROC, *BRIER])]), "setting"),
        (Case("invented words", "{F1.subject} is “the very best”: {F1}.", [("query", STAGES)]), "quote"),
    ],
    ids=lambda value: value.name if isinstance(value, Case) else None,
)  # fmt: skip
def test_a_wrong_answer_is_rejected(case: Case, code: str) -> None:
    assert code in problems(case)


def test_the_lines_of_a_list_are_no_count_of_versions() -> None:
    twice = [[fact(f"northgate/{place}", "deployed", "sepsis-risk:3")] for place in ("icu", "ward")]
    text = "Live are {number} versions{{cite(F1,F2)}}:\n\n- {{F1}} in {{F1.subject}}\n- {{F2}} in {{F2.subject}}\n"
    lines, versions = (Case("count", text.format(number=n), [("query", twice)], question="northgate?") for n in (2, 1))
    assert "unsupported" in problems(lines)
    assert "unsupported" not in problems(versions)


def test_a_link_that_reaches_the_text_is_rejected() -> None:
    case = Case("link", "{F1} is live in {F1.subject}.", [("query", LIVE)])
    rendered = case.rendered()
    from dataclasses import replace

    for planted in ("[x](http://e.example)", "<b>", "![x](y)", "www.e.example"):
        passage = replace(rendered.passages[0], text=f"{rendered.passages[0].text} {planted}")
        rendered.passages, rendered.text = [passage], passage.text
        assert "link" in {p.code for p in verify(rendered, case.evidence())}
        rendered = case.rendered()


def test_text_outside_every_claim_is_rejected() -> None:
    case = Case("unread", "{F1} is live in {F1.subject}.", [("query", LIVE)])
    rendered = case.rendered()
    rendered.text += " And version 7 too."
    assert "unread" in {p.code for p in verify(rendered, case.evidence())}


def test_a_reason_may_name_what_the_answer_named_and_live_names() -> None:
    case = Case("reason", "nothing was live there before sepsis-risk:2; did you mean ecg-12lead?", [("query", LIVE)])
    evidence = case.evidence()
    told = Evidence(evidence.facts, evidence.results, "", evidence.names, told=["F1"], asserting=False)
    assert verify(case.rendered(), told) == []
    assert verify(case.rendered(), evidence) != []


def test_the_error_of_a_call_may_be_repeated() -> None:
    case = Case("error", "there is no version 9 of sepsis-risk; the latest is 3.", [("query", [])])
    result = ToolResult(
        tool="query", args={}, text="", as_of="", error="there is no version 9 of sepsis-risk; the latest is 3"
    )
    evidence = Evidence({}, [result], "", case.evidence().names, asserting=False)
    assert verify(case.rendered(), evidence) == []


ROLES = [[fact("ada.osei", "roles", "scientist"), fact("ada.osei", "roles", "viewer")]]


@pytest.mark.parametrize(
    ("question", "draft", "accepted"),
    [
        ("Is ada.osei an approver?", "No: The role of {F1.subject} is {F1}.", True),
        ("Is ada.osei an approver?", "Yes: The role of {F1.subject} is {F1}.", False),
        ("Is ada.osei a viewer?", "No: The role of {F1.subject} is {F1}.", False),
        ("Is ada.osei a viewer?", "Yes: The role of {F2.subject} is {F2}.", True),
    ],
)
def test_a_role_is_held_only_by_whom_the_record_gives_it(question: str, draft: str, accepted: bool) -> None:
    case = Case("role", draft, [("query", ROLES)], question=question, args={"where": [{"value": "ada.osei"}]})
    assert (verify(case.rendered(), case.evidence()) == []) == accepted
