"""Signs in the look-ups that a question was read wrongly."""

from typing import Any

import pytest

from askreg.agent.draft import Draft
from askreg.agent.offline.doubts import doubtful
from askreg.agent.tools.shapes import ToolName, ToolResult

ANSWER = Draft(status="answered", text="That is so.")


def result(tool: ToolName, **args: Any) -> ToolResult:
    return ToolResult(tool=tool, args=args, text="", as_of="2026-07-01T00:00:00Z")


@pytest.mark.parametrize(
    ("question", "found", "doubt"),
    [
        (
            "which models have no owner called noor",
            result("query", where=[{"path": "owner", "op": "missing"}, {"path": "owner", "value": "noor"}]),
            "no",
        ),
        (
            "versions not by tomas registered after 1 jan 2025",
            result("query", as_of="2025-01-01", where=[{"path": "at", "op": ">=", "value": "2025-01-02"}]),
            "after 1 jan 2025",
        ),
        ("which approval lapsed", result("history", subject="m:1"), "lapsed"),
    ],
)
def test_look_ups_at_odds_with_the_question_are_found(question: str, found: ToolResult, doubt: str) -> None:
    assert doubtful(question, ANSWER, [found], []) == doubt


def test_look_ups_that_agree_raise_no_doubt() -> None:
    found = result("query", where=[{"path": "owner", "value": "noor", "negate": True}])
    assert doubtful("which models are not owned by noor", ANSWER, [found], []) is None


LOOKED_UP = result("query", where=[{"path": "subject", "value": "m:1"}])


@pytest.mark.parametrize(
    ("question", "lost"),
    [
        ("which version was live at quay when m:1 was registered?", "when m:1 was registered?"),
        ("how many days passed between approval and go-live of m:1", "days passed between approval and"),
        ("do all live versions have a card", "all"),
    ],
)
def test_a_clause_that_the_look_ups_cannot_hold_is_doubted(question: str, lost: str) -> None:
    assert doubtful(question, ANSWER, [LOOKED_UP], []) == lost


@pytest.mark.parametrize(
    "question",
    [
        "when was m:1 registered?",
        "who approved m:1 and when was that?",
        "how many days between 2025-01-01 and 2025-02-01",
        "which of them all are live",
    ],
)
def test_a_clause_that_they_can_hold_is_not(question: str) -> None:
    assert doubtful(question, ANSWER, [LOOKED_UP], []) is None


def test_a_registration_that_nobody_asked_for_is_doubted() -> None:
    told = Draft(status="answered", text="m:1 was registered by ines.")
    assert doubtful("who is using m:1", told, [LOOKED_UP], []) == "who is using m:1"
    assert doubtful("who made m:1", told, [LOOKED_UP], []) is None
