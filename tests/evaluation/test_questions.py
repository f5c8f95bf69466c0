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


@pytest.fixture(scope="module")
def unlike() -> list[Result]:
    """The questions over two registries that the agent was not made with, in words of their own."""
    return [result for registry in ("d", "e") for result in run(registry, lambda case: case.file == "cases_d")]


def test_most_questions_in_other_words_are_answered_right_and_none_confidently_wrong(unlike: list[Result]) -> None:
    wrong = [r for r in unlike if r.score.outcome == "confident_wrong"]
    right = sum(r.score.right for r in unlike)
    assert len(unlike) > 250
    assert not wrong, "\n".join(describe(r) for r in wrong)
    assert right >= 0.85 * len(unlike), summary(unlike)
