"""One step of an answer: the question is read again, and its program is run up to where results are missing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from askreg.agent.draft import Draft
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.programs.dispatch import program
from askreg.agent.offline.programs.work import Context
from askreg.agent.offline.understanding import understand
from askreg.agent.tools.shapes import Call, ToolResult


def step(
    question: str, turns: list[Any], lexicon: Lexicon, now: datetime, results: list[ToolResult]
) -> list[Call] | Draft:
    """Return the calls to make next, or the draft."""
    understood = understand(question, lexicon, now)
    if understood.query is None:
        return understood.draft or Draft(status="abstained", reason="this question could not be read")
    running = program(understood.query, Context(lexicon, now, question, previous=turns))
    left = list(results)
    try:
        calls = next(running)
        while len(left) >= len(calls):
            given, left = left[: len(calls)], left[len(calls) :]
            calls = running.send(given)
    except StopIteration as end:
        draft: Draft = end.value
        return draft
    return calls
