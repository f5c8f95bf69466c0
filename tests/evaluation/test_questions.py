"""The offline brain answers the written questions, and is never confidently wrong where it was brought up to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval import engine
from eval.engine import Plan
from eval.results import Results
from eval.row import Row
from eval.run import told
from eval.subject import Subject


def asked(folder: Path, *plans: Plan) -> list[Row]:
    """Every question of the plans, asked once."""
    rows: list[Row] = []
    for number, plan in enumerate(plans):
        place = folder / str(number)
        todo = engine.jobs(plan, place)
        results = Results(place / "results.jsonl")
        engine.run(todo, Subject(), results, place)
        rows += results.rows.values()
    return rows


def of(rows: Sequence[Row], outcome: str) -> str:
    return "\n".join(told(row) for row in rows if row.scores.outcome == outcome)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The questions that the agent was brought up to."""
    plans = [Plan(("b",), "b"), Plan(("c",), "c"), Plan(("b", "c"), "heldout")]
    return asked(tmp_path_factory.mktemp("known"), *plans)


def test_at_least_95_percent_of_them_are_answered_right(known: list[Row]) -> None:
    assert len(known) > 450
    assert sum(row.scores.outcome == "right" for row in known) >= 0.95 * len(known), of(known, "abstained")


def test_none_of_them_is_answered_confidently_wrong(known: list[Row]) -> None:
    assert not of(known, "confident_wrong")


@pytest.fixture(scope="module")
def unlike(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The questions in words of somebody who did not know the agent."""
    return asked(tmp_path_factory.mktemp("unlike"), Plan(("b", "c", "d", "e"), "d"))


def test_most_questions_in_other_words_are_answered_right_and_none_confidently_wrong(unlike: list[Row]) -> None:
    right = sum(row.scores.outcome == "right" for row in unlike)
    assert len(unlike) > 250
    assert not of(unlike, "confident_wrong")
    assert right >= 0.85 * len(unlike), right
