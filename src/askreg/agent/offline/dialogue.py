"""One step of an answer: the question is read again, and its program is run up to where results are missing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from askreg.agent.draft import Draft, Reading
from askreg.agent.offline import neighbours
from askreg.agent.offline.conversation import Before
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.meaning import Query, SetOf
from askreg.agent.offline.programs.dispatch import program
from askreg.agent.offline.programs.work import Asking, Context
from askreg.agent.offline.understanding import Understanding, understand
from askreg.agent.tools.shapes import Call, ToolResult


def step(
    question: str, turns: list[Any], lexicon: Lexicon, now: datetime, results: list[ToolResult], *, past: bool = False
) -> list[Call] | Draft:
    """Return the calls to make next, or the draft; `past` when `now` is an earlier instant that was asked for."""
    running = _answer(question, turns, lexicon, Context(lexicon, now, question, past=past))
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


_SECOND = re.compile(r"(?:\?\s+|,?\s+and\s+|;\s*|,\s+)(?=(?:how|who|when|where|why|what|which)\b[^,]{6,})", re.I)


_ASKS = re.compile(r"^\W*(?:\w+\W+){0,3}?(?:how|who|when|where|why|what|which|is|are|was|were|does|do|did|has|have)\b", re.I)


def _answer(question: str, turns: list[Any], lexicon: Lexicon, context: Context) -> Asking:
    """Answer a question, or two that are asked in one breath, the second with the first before it."""
    now = context.now
    history = earlier(turns, lexicon, now)
    parts = _parts(question)
    if len(parts) == 2:
        second = Understanding(question)
        first = understand(parts[0], lexicon, now, history)
        if first.query is not None:
            second = understand(parts[1], lexicon, now, [*history, Before(first.query, [])])
            if second.query is not None and not _empty(second.query):
                return (yield from _both(first.query, second.query, context))
        if first.query is not None and second.query is not None and _empty(second.query):
            return (yield from program(first.query, context))
    understood = understand(question, lexicon, now, history)
    if understood.query is None:
        draft = understood.draft or Draft(status="abstained", reason="this question could not be read")
        return draft if draft.status != "abstained" else _with_neighbours(draft, understood, lexicon, context)
    return (yield from program(understood.query, context))


def _with_neighbours(draft: Draft, understood: Understanding, lexicon: Lexicon, context: Context) -> Draft:
    """Offer the known questions nearest to one that was not understood."""
    if len(draft.readings) > 1:
        return draft
    offered = [r for q in neighbours.readings(understood.tokens, understood.question) if (r := _reading(q, lexicon, context))]
    return draft.model_copy(update={"readings": [*draft.readings, *offered][:3]}) if offered else draft


def _reading(question: str, lexicon: Lexicon, context: Context) -> Reading | None:
    understood = understand(question, lexicon, context.now)
    if understood.query is None:
        return None
    try:
        first = next(program(understood.query, context))
    except StopIteration:
        return None
    return Reading(question=f"{question}?", call={"tool": first[0].tool, "args": first[0].args})


def _parts(question: str) -> list[str]:
    found = list(_SECOND.finditer(question))
    if len(found) != 1 or found[0].start() < 12 or not _ASKS.search(question[: found[0].start()]):
        return [question]
    joint = found[0].group()
    if "?" not in joint and ";" not in joint and "and" not in joint.lower():
        return [question]
    return [question[: found[0].start()].strip() + "?", question[found[0].end() :].strip()]


def _empty(query: Query) -> bool:
    """Whether it only asks the first question to say what it found: `was any rejected? Which versions?`"""
    return query.intent == "set" and isinstance(query.node, SetOf) and not query.node.conds


def _both(first: Query, second: Query, context: Context) -> Asking:
    drafts = [(yield from program(first, context)), (yield from program(second, context))]
    told = [d for d in drafts if d.status in ("answered", "partial")]
    if not told:
        return drafts[0]
    text = "\n\n".join(d.text for d in told)
    reasons = "; ".join(d.reason for d in drafts if d.reason)
    return Draft(status="partial" if reasons else "answered", text=text, reason=reasons or None)


def earlier(turns: list[Any], lexicon: Lexicon, now: datetime) -> list[Before]:
    """Return what the earlier questions of a conversation asked."""
    history: list[Before] = []
    for turn in turns:
        understood = understand(turn.question, lexicon, now, history)
        if understood.query is not None and turn.status in ("answered", "partial"):
            history.append(Before(understood.query, list(turn.facts)))
    return history
