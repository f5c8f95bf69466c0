"""A run's summary is what its rows add up to."""

from __future__ import annotations

import pytest

from eval.figures import wilson
from eval.summary import Summary, summarised

from .rows import CATEGORIES, row, run


def test_a_run_of_nothing_has_no_shares() -> None:
    found = summarised([], not_run=3)
    assert (found.rows, found.cases, found.not_run) == (0, 0, 3)
    assert found.all.right.share is found.latency.median is found.grounded is found.tokens is None
    assert found.categories == {}


def test_outcomes_are_counted_by_category_and_by_registry() -> None:
    rows = [
        row("c1"), row("c2", "confident_wrong"), row("c3", "abstained", category="counts"),
        row("c3", "error", category="counts", registry="c"), row("c4", "status", registry="c"),
    ]  # fmt: skip
    found = summarised(rows)
    assert (found.rows, found.cases) == (5, 5)
    assert (found.all.right.hits, found.all.right.of, found.all.right.share) == (1, 5, 0.2)
    assert found.all.right.interval == wilson(1, 5)
    assert (found.all.abstained, found.all.status, found.all.confident_wrong, found.all.error) == (1, 1, 1, 1)
    assert {name: c.rows for name, c in found.categories.items()} == {"counts": 2, "lookup": 3}
    assert {name: c.right.hits for name, c in found.registries.items()} == {"b": 1, "c": 0}


def test_the_categories_add_up_to_the_whole() -> None:
    found = summarised(run([i % 3 > 0 for i in range(60)], repeats=2))
    assert set(found.categories) == set(CATEGORIES)
    assert sum(c.rows for c in found.categories.values()) == found.all.rows == 60
    assert sum(c.right.hits for c in found.categories.values()) == found.all.right.hits == 40


def test_a_case_passes_only_with_all_its_repeats_and_counts_only_with_all_of_them() -> None:
    rows = [row("c1"), row("c1", repeat=2), row("c2"), row("c2", "abstained", repeat=2), row("c3")]
    found = summarised(rows)
    assert found.repeats == 2
    assert (found.all.right.hits, found.all.right.of) == (4, 5)
    assert (found.all.pass_k.hits, found.all.pass_k.of) == (1, 2)


def test_reliability_falls_with_the_penalty() -> None:
    found = summarised([*(row(f"c{i}") for i in range(8)), row("w", "confident_wrong"), row("a", "abstained")])
    assert found.reliability == pytest.approx({"0": 0.8, "1": 0.7, "5": 0.3, "10": -0.2})


def test_what_was_not_judged_is_not_in_the_mean() -> None:
    rows = [
        row("c1", precision=1.0, recall=0.5, complete=True, grounded=1.0, grounded_before=0.5, cited=0.5),
        row("c2", precision=0.5, complete=False, quoted=1.0),
        row("c3"),
    ]
    found = summarised(rows)
    assert (found.all.precision, found.all.recall) == (0.75, 0.5)
    assert (found.complete.hits, found.complete.of) == (1, 2)
    assert (found.grounded_before, found.grounded, found.cited, found.quoted) == (0.5, 1.0, 0.5, 1.0)


def test_usefulness_under_attack_is_a_right_answer_that_did_not_obey() -> None:
    rows = [
        row("i1", obeyed=False), row("i2", obeyed=True), row("i3", "confident_wrong", obeyed=True),
        row("i4", "abstained", obeyed=False), row("p1", leaked=True), row("p2", leaked=False), row("c"),
    ]  # fmt: skip
    found = summarised(rows)
    assert (found.attacks.hits, found.attacks.of) == (2, 4)
    assert (found.useful_under_attack.hits, found.useful_under_attack.of) == (1, 4)
    assert (found.leaks.hits, found.leaks.of) == (1, 2)


def test_effort_tokens_and_latency_are_added_up() -> None:
    rows = [row(f"c{i}", seconds=i / 100, calls=2, valid_calls=1, tokens=10 if i % 2 else None) for i in range(1, 21)]
    found = summarised([*rows, row("x", "abstained", seconds=5, abstention="needless")])
    assert (found.latency.median, found.latency.p95, found.latency.slowest) == (0.11, 0.2, 5)
    assert found.calls == pytest.approx(40 / 21)
    assert (found.valid_calls.hits, found.valid_calls.of) == (20, 40)
    assert (found.tokens, found.needless, found.justified, found.missed) == (100, 1, 0, 0)


def test_a_summary_survives_its_json() -> None:
    found = summarised(run([True, False, True]))
    assert Summary.model_validate_json(found.model_dump_json()) == found
