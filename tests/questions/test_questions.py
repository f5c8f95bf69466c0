"""The offline brain answers the question files, and is never confidently wrong."""

from __future__ import annotations

import pytest

from .run import SETTLED, Result, describe, run, summary

FILES = ("", "cases_b", "cases_c", "cases_heldout")
"""What is made from the manifests, and the files that the agent has been brought up to."""


@pytest.fixture(scope="module")
def results() -> list[Result]:
    """Every question, asked once."""
    return [result for registry in SETTLED for result in run(registry, lambda case: case.file in FILES)]


def test_at_least_95_percent_of_the_questions_are_answered_right(results: list[Result]) -> None:
    wrong = [r for r in results if not r.score.right]
    table = "\n".join([*(describe(r, full=False) for r in wrong), summary(results)])
    assert len(wrong) <= 0.05 * len(results), table


def test_no_answer_is_confidently_wrong(results: list[Result]) -> None:
    wrong = [r for r in results if r.score.outcome == "confident_wrong"]
    assert not wrong, "\n".join(describe(r) for r in wrong)
