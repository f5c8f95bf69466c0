"""Accepted answers, spoilt in one place each: the verifier finds the spoilt ones and accepts the others."""

from collections import Counter

import pytest

from eval.accepted import Accepted, accepted, questions
from eval.figures import wilson
from eval.mutation import Report, measure

KINDS = {
    "added", "cohort", "count", "dataset", "date", "digit", "dropped", "evidence", "fake quote", "flipped", "interval",
    "metric", "model", "moved citation", "n", "negated", "person", "quote word", "relation", "sign", "site", "split",
    "state", "swapped", "unit", "verdict", "version", "whole",
}  # fmt: skip
REGISTRIES = ("b", "c")


@pytest.fixture(scope="module")
def answers() -> list[Accepted]:
    return [answer for registry in REGISTRIES for answer in accepted(registry)]


@pytest.fixture(scope="module")
def report(answers: list[Accepted]) -> Report:
    """At most forty of each kind over each registry."""
    return measure(answers, seed=20, sample=40)


def test_every_kind_is_planted_over_every_registry(report: Report) -> None:
    assert sum(report.planted.values()) >= 500
    assert set(report.planted) == KINDS
    assert set(report.answers) == set(REGISTRIES)


def test_spoilt_answers_are_found(report: Report) -> None:
    assert report.share >= 0.99, "\n".join(map(str, report.survivors))


def test_no_kind_of_error_goes_unseen(report: Report) -> None:
    # A sample of a kind is small: it is weak when its share is below 95 % beyond chance.
    weak = {kind for kind in KINDS if wilson(report.killed[kind], report.planted[kind])[1] < 0.95}
    assert not weak, "\n".join(str(m) for m in report.survivors if m.kind in weak)


def test_untouched_answers_are_accepted(report: Report) -> None:
    assert report.untouched["placed"] >= 200
    assert report.falsely <= 0.01, "\n".join(report.rejected["placed"])


def test_untouched_answers_are_about_what_the_question_names(report: Report) -> None:
    assert not [line for line in report.rejected["placed"] if "topic:" in line]


def test_what_is_true_is_not_counted_as_spoilt(answers: list[Accepted]) -> None:
    found = measure(answers[:12], seed=1)
    assert found.true
    assert not Counter(m.was for m in found.survivors if m.was == m.now and m.kind != "moved citation")


def test_questions_kept_aside_are_not_asked() -> None:
    assert not [q.id for q in questions("b") if "heldout" in q.id or "blind" in q.id]
    assert questions("b") and questions("c")
