"""Rows of invented runs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from eval.row import Outcome, Row, Scores

CATEGORIES = ("approvals", "aliases", "counts", "lineage-up", "lookup")


def row(
    case: str = "c1", outcome: Outcome = "right", *, category: str = "lookup", repeat: int = 1, seconds: float = 0.01,
    registry: str = "b", tokens: int | None = None, question: str = "?", **scores: Any,
) -> Row:  # fmt: skip
    """A row with this outcome."""
    return Row(
        registry=registry,
        case=case,
        repeat=repeat,
        category=category,
        question=question,
        expected=("answered",),
        check="set",
        oracle="models()",
        gold={"members": ["m"]},
        answer={"status": "answered"},
        scores=Scores(outcome=outcome, **scores),
        seconds=seconds,
        tokens=tokens,
    )


def run(outcomes: Iterable[bool], *, wrong: Outcome = "abstained", repeats: int = 1) -> list[Row]:
    """A run over as many cases as there are outcomes (for each repeat), its categories in turn."""
    made = []
    for number, right in enumerate(outcomes):
        case, repeat = divmod(number, repeats)
        category = CATEGORIES[case % len(CATEGORIES)]
        made.append(row(f"c{case}", "right" if right else wrong, category=category, repeat=repeat + 1))
    return made


_BASE = run([True] * 500)
_OTHER: dict[Outcome, list[Row]] = {
    wrong: run([False] * 500, wrong=wrong) for wrong in ("abstained", "confident_wrong", "error")
}


def flipped(chance: float, rng: random.Random, *, wrong: Outcome = "abstained") -> list[Row]:
    """A run over 500 cases of which each is not right with this chance."""
    return [bad if rng.random() < chance else good for good, bad in zip(_BASE, _OTHER[wrong], strict=True)]


def spoilt(rows: Sequence[Row], numbers: Iterable[int], *, wrong: Outcome = "abstained") -> list[Row]:
    """A copy of a run over 500 cases in which these are not right."""
    out = set(numbers)
    return [_OTHER[wrong][i] if i in out else kept for i, kept in enumerate(rows)]
