"""The failures of a run as its report lists them: what was asked, what was to come, and what came."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.report_words import cut, size
from eval.row import Outcome, Row

WORDS: dict[Outcome, str] = {
    "right": "right",
    "confident_wrong": "confident and wrong",
    "error": "error",
    "status": "other status",
    "abstained": "abstained",
}
"""The outcomes in words, the worst failure first."""
_ALL = 1_100_000
"""Bytes for the varying parts of all failures together."""
_MOST, _LEAST = 6_000, 240
"""Bytes for those of one failure."""
_PART = 48
"""Bytes that each part may take, whatever went before."""


@dataclass(frozen=True)
class Failure:
    """A row that is not right. Where something is cut, it says by how much."""

    name: str
    category: str
    asked: tuple[str, ...]
    """The question, and when, in which conversation and for which time it was asked."""
    why: str
    expected: str
    oracle: str
    gold: str
    status: str
    answer: str
    reason: str
    readings: tuple[str, ...]
    """What it offered to choose from."""
    facts: tuple[str, ...]
    calls: tuple[str, ...]
    effort: str


@dataclass(frozen=True)
class Group:
    """The failures with one outcome."""

    outcome: Outcome
    words: str
    failures: tuple[Failure, ...]


def grouped(rows: Sequence[Row]) -> list[Group]:
    """Return all failures by outcome, the worst outcome first; the more there are, the shorter is each."""
    failed = [row for row in rows if row.scores.outcome != "right"]
    room = max(_LEAST, min(_MOST, _ALL // max(1, len(failed))))
    groups = []
    for outcome, words in WORDS.items():
        members = tuple(_failure(row, room) for row in failed if row.scores.outcome == outcome)
        if members:
            groups.append(Group(outcome, words, members))
    return groups


class _Room:
    """What is left for one failure: each part takes at most half of it, so that what comes later has room too."""

    def __init__(self, room: int) -> None:
        self._left = room

    def text(self, text: str) -> str:
        """Return the text, cut where it is too long."""
        kept = cut(text, max(_PART, self._left // 2))
        self._left -= size(kept)
        return kept

    def lines(self, lines: Sequence[str], of: str) -> tuple[str, ...]:
        """Return the lines that there is room for, at least one, and how many were left out."""
        kept: list[str] = []
        most = max(_PART, self._left * 2 // 3)
        for line in lines:
            if kept and sum(map(size, kept)) + size(line) > most:
                break
            kept.append(cut(line, most))
        self._left -= sum(map(size, kept))
        left = len(lines) - len(kept)
        return (*kept, f"… {left:,} of {len(lines):,} {of} are left out") if left else tuple(kept)


def _failure(row: Row, room: int) -> Failure:
    """Return a failure; what explains most takes its room first."""
    answer, why, part = row.answer, row.scores.why, _Room(room)
    text, reason = str(answer.get("answer") or ""), str(answer.get("reason") or "")
    return Failure(
        name=part.text(f"{row.registry}/{row.case}"),
        category=part.text(row.category),
        asked=(part.text(row.question), *map(part.text, _circumstances(row))),
        why=part.text(why),
        status=part.text(str(answer.get("status"))),
        answer="" if text == reason else part.text(text),
        reason=part.text(reason),
        expected=part.text(f"{' or '.join(row.expected)}; {row.check}"),
        oracle=part.text(row.oracle),
        gold=part.text(_json(row.gold)),
        readings=part.lines([str(one.get("question")) for one in answer.get("readings") or []], "readings"),
        calls=part.lines([_call(call) for call in answer.get("calls") or []], "calls"),
        facts=part.lines([_fact(fact) for fact in answer.get("facts") or []], "facts"),
        effort=_effort(row),
    )


def _circumstances(row: Row) -> list[str]:
    said = [f"as of {row.as_of}"] if row.as_of else []
    if row.thread:
        said.append(f"in conversation {row.thread}")
    return [*said, f"repeat {row.repeat}"] if row.repeat > 1 else said


def _effort(row: Row) -> str:
    said = [f"{row.seconds:g} s", f"{row.drafts} draft{'' if row.drafts == 1 else 's'}"]
    return ", ".join([*said, f"{row.tokens:,} tokens"] if row.tokens is not None else said)


def _fact(fact: dict[str, Any]) -> str:
    """Return a fact in a line, without what it does not say."""
    first = ("id", "subject", "field", "value", "unit")
    more = [f"{name} {_plain(value)}" for name, value in fact.items() if name not in first and value is not None]
    unit = f" {_plain(fact['unit'])}" if fact.get("unit") else ""
    told = f"{fact.get('id')} {fact.get('subject')} {fact.get('field')} = {_plain(fact.get('value'))}{unit}"
    return f"{told} ({', '.join(more)})" if more else told


def _call(call: dict[str, Any]) -> str:
    came = [f"{call['returned']} of {call['total']}"] if call.get("total") is not None else []
    came += ["cut"] if call.get("truncated") else []
    came += [f"error: {call['error']}"] if call.get("error") else []
    return f"{call.get('tool')} {_json(call.get('args'))}" + (f" → {', '.join(came)}" if came else "")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
