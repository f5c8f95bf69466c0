"""The statistics agree with published examples and with their own definitions."""

from __future__ import annotations

from itertools import combinations
from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import figures

SHARES = st.integers(0, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
PS = st.lists(st.floats(0, 1), max_size=12)


@given(SHARES)
def test_wilsons_interval_lies_within_0_and_1_and_covers_the_share(share: tuple[int, int]) -> None:
    hits, of = share
    low, high = figures.wilson(hits, of)
    assert 0 <= low <= high <= 1
    assert not of or low - 1e-12 <= hits / of <= high + 1e-12


def test_the_published_example_of_wilson_is_met() -> None:
    low, high = figures.wilson(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_wilsons_interval_is_not_certain_of_few() -> None:
    assert figures.wilson(10, 10)[0] < 0.75
    assert figures.wilson(0, 0) == (0.0, 1.0)
    low, high = figures.wilson(99, 100)
    assert 0.94 < low < 0.99 < high < 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_symmetric_and_a_probability(only_a: int, only_b: int) -> None:
    p = figures.mcnemar(only_a, only_b)
    assert 0 <= p <= 1
    assert isclose(p, figures.mcnemar(only_b, only_a))


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_twice_the_tail_of_a_fair_coin(only_a: int, only_b: int) -> None:
    n, few = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(n, k) for k in range(few + 1)) / 2**n
    assert isclose(figures.mcnemar(only_a, only_b), min(1.0, 2 * tail), abs_tol=1e-9)


@given(PS)
def test_holm_never_makes_a_value_smaller_nor_larger_than_bonferroni_does(values: list[float]) -> None:
    for before, after in zip(values, figures.holm(values), strict=True):
        assert before <= after <= min(1.0, before * len(values)) + 1e-12


def test_holm_corrects_step_by_step() -> None:
    assert figures.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.booleans(), min_size=1, max_size=7).flatmap(
    lambda o: st.tuples(st.just(o), st.integers(1, len(o)))))  # fmt: skip
def test_pass_power_is_the_share_of_the_choices_of_k_repeats_that_are_all_right(drawn: tuple[list[bool], int]) -> None:
    outcomes, k = drawn
    chosen = [all(choice) for choice in combinations(outcomes, k)]
    assert isclose(figures.pass_power(sum(outcomes), len(outcomes), k), sum(chosen) / len(chosen))


def test_pass_power_refuses_more_repeats_than_there_are() -> None:
    with pytest.raises(ValueError, match=r"pass\^4 cannot be estimated from 2 right of 3"):
        figures.pass_power(2, 3, 4)


def test_a_case_passes_k_times_only_if_every_repeat_is_right() -> None:
    cases = figures.repeated([("a", True), ("b", True), ("a", True), ("b", False), ("c", True)])
    assert figures.always(cases, 1) == (2, 3)
    assert figures.always(cases, 2) == (1, 2)
    assert figures.mean_pass_power(cases, 1) == pytest.approx((1 + 0.5 + 1) / 3)
    assert figures.mean_pass_power(cases, 3) is None


def test_reliability_pays_for_each_confident_wrong_answer() -> None:
    assert [figures.penalised(90, 2, 100, c) for c in figures.PENALTIES] == pytest.approx([0.9, 0.88, 0.8, 0.7])
    assert figures.penalised(0, 0, 0, 5) == 0


def test_the_bootstrap_interval_is_that_of_the_mean_and_the_same_each_time() -> None:
    differences = [1] * 30 + [-1] * 10 + [0] * 160
    low, high = figures.bootstrapped(differences, [1] * 200)
    spread = 1.96 * (sum((d - 0.1) ** 2 for d in differences) / 200 / 200) ** 0.5
    assert (low, high) == pytest.approx((0.1 - spread, 0.1 + spread), abs=0.01)
    assert (low, high) == figures.bootstrapped(differences, [1] * 200)


def test_repeats_of_a_case_do_not_narrow_the_bootstrap_interval_as_new_cases_would() -> None:
    once = [1] * 10 + [0] * 90
    low, high = figures.bootstrapped(once, [1] * 100)
    again_low, again_high = figures.bootstrapped([5 * d for d in once], [5] * 100)
    assert again_high - again_low == pytest.approx(high - low, abs=0.01)


@given(st.integers(0, 12), st.integers(0, 120), st.sampled_from([0.05, 0.025, 0.01]))
def test_the_smallest_difference_that_could_be_shown_is_the_first_that_is(other: int, n: int, alpha: float) -> None:
    least = figures.smallest_shown(other, n, alpha=alpha)
    if least is None:
        assert 2 * other > n or figures.mcnemar(n - other, other) >= alpha
        return
    changed = round(least * n) + other
    assert figures.mcnemar(changed, other) < alpha <= figures.mcnemar(changed - 1, other)
