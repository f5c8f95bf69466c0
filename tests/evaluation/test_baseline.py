"""The offline brain answers the small set no worse than the figures that are kept."""

from __future__ import annotations

import pytest

from eval import baseline
from eval.baseline import Figures


def figures(questions: int, right: int, wrong: int = 0) -> dict[str, Figures]:
    return {"counts": Figures(questions=questions, right=right, confident_wrong=wrong)}


def test_no_category_is_worse_than_what_is_kept() -> None:
    asked = baseline.rows()
    wrong = [
        f"{row.key} {row.question!r}: {row.scores.why}" for row in asked if row.scores.outcome == "confident_wrong"
    ]
    worse = list(baseline.drops(baseline.figures(asked), baseline.kept()))
    assert not worse, (worse, wrong)


@pytest.mark.parametrize(("now", "says"), [
    (figures(9, 7), "7 right, 8 before"),
    (figures(9, 8, 1), "1 confidently wrong, 0 before"),
    (figures(8, 8), "9 questions before, 8 questions now"),
    ({}, "9 questions before, 0 questions now"),
])  # fmt: skip
def test_a_drop_is_told(now: dict[str, Figures], says: str) -> None:
    (told,) = baseline.drops(now, figures(9, 8))
    assert says in told


def test_what_is_as_good_or_better_is_no_drop() -> None:
    assert not list(baseline.drops(figures(9, 8), figures(9, 8)))
    assert not list(baseline.drops(figures(9, 9), figures(9, 8, 1)))
