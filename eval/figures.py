"""The statistics of an evaluation: intervals of shares, repeats, penalties, and what tells two runs apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import comb
from typing import Any

PENALTIES = (0, 1, 5, 10)
"""What one confident wrong answer costs, in right answers."""


def wilson(hits: int, of: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share; of nothing, anything is possible."""
    if not of:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(hits, of).proportion_ci(confidence_level=confidence, method="wilson")
    return float(found.low), float(found.high)


def repeated(outcomes: Iterable[tuple[Hashable, bool]]) -> dict[Hashable, list[bool]]:
    """Return the outcomes of each case, in the order in which they came."""
    found: dict[Hashable, list[bool]] = {}
    for case, right in outcomes:
        found.setdefault(case, []).append(right)
    return found


def always(outcomes: Mapping[Hashable, Sequence[bool]], k: int) -> tuple[int, int]:
    """Return pass^k as counts: of the cases that were asked k times or more, those that were right every time."""
    full = [case for case in outcomes.values() if len(case) >= k]
    return sum(all(case) for case in full), len(full)


def pass_power(right: int, n: int, k: int) -> float:
    """Return the unbiased estimate, from n repeats, of the chance that k of them are all right."""
    if not 0 <= right <= n or not 1 <= k <= n:
        raise ValueError(f"pass^{k} cannot be estimated from {right} right of {n}; it takes 1 <= k <= n and right <= n")
    return comb(right, k) / comb(n, k)


def mean_pass_power(outcomes: Mapping[Hashable, Sequence[bool]], k: int) -> float | None:
    """Return the mean of that estimate over the cases that were asked k times or more."""
    each = [pass_power(sum(case), len(case), k) for case in outcomes.values() if len(case) >= k]
    return sum(each) / len(each) if each else None


def penalised(right: int, wrong: int, rows: int, penalty: float) -> float:
    """Return reliability: right answers less `penalty` for each confident wrong one, a row."""
    return (right - penalty * wrong) / rows if rows else 0.0


def mcnemar(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p of McNemar's test, from what only the one or only the other got right."""
    if only_a + only_b == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b).pvalue)


def holm(values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number by Holm's method, in the same order."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    corrected, highest = [0.0] * len(values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[i]))
        corrected[i] = highest
    return corrected


def bootstrapped(
    differences: Sequence[float],
    sizes: Sequence[int],
    *,
    confidence: float = 0.95,
    resamples: int = 5000,
    seed: int = 1,
) -> tuple[float, float]:
    """Return the paired bootstrap interval of a mean difference a row.

    A cluster is a case with all its repeats: `differences` are summed within it, `sizes` are its rows. The same seed
    gives the same interval.
    """
    import numpy as np
    from scipy.stats import bootstrap

    if len(differences) < 2 or len(set(zip(differences, sizes, strict=True))) == 1:
        mean = sum(differences) / sum(sizes) if sizes else 0.0
        return mean, mean

    def mean_of(d: Any, n: Any, axis: int = -1) -> Any:
        return d.sum(axis=axis) / n.sum(axis=axis)

    found = bootstrap(
        (np.asarray(differences, dtype=float), np.asarray(sizes, dtype=float)),
        mean_of,
        paired=True,
        vectorized=True,
        method="percentile",
        confidence_level=confidence,
        n_resamples=resamples,
        batch=500,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)


def smallest_shown(other: int, n: int, *, alpha: float) -> float | None:
    """Return the smallest difference of shares that n pairs could have shown, with `other` changes the other way.

    None when even a change in every pair would have shown nothing.
    """
    for changed in range(other + 1, n - other + 1):
        if mcnemar(changed, other) < alpha:
            return (changed - other) / n
    return None
