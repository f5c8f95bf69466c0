"""Metrics of a held-out table with 95 % intervals that stay honest when a cohort is small."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from askreg.demo.tables import SEED, Floats

Z = 1.959963984540054
RESAMPLES = 2000
DIGITS = 4

Metric = dict[str, object]
Interval = tuple[float, float]


def classification_metrics(outcome: Floats, probability: Floats, *, threshold: float) -> dict[str, Metric]:
    """Return auroc, sensitivity, specificity and brier; what a cohort cannot give is left out.

    `n` is what the metric is a share or a mean of: the positives for sensitivity, the negatives for specificity.
    """
    positive = outcome == 1
    flagged = probability >= threshold
    positives, negatives = int(positive.sum()), int((~positive).sum())
    found: dict[str, Metric] = {}
    if positives and negatives:
        area = auroc(positive, probability)
        found["auroc"] = _metric(area, positives + negatives, auroc_interval(area, positives, negatives))
    if positives:
        hits = int((flagged & positive).sum())
        found["sensitivity"] = _metric(hits / positives, positives, wilson(hits, positives))
    if negatives:
        hits = int((~flagged & ~positive).sum())
        found["specificity"] = _metric(hits / negatives, negatives, wilson(hits, negatives))
    squared = (probability - outcome) ** 2
    found["brier"] = _metric(float(squared.mean()), len(squared), bootstrap(len(squared), lambda w: w @ squared))
    return found


def regression_metrics(outcome: Floats, predicted: Floats) -> dict[str, Metric]:
    """Return mae, rmse and r2."""
    n = len(outcome)
    error = np.abs(predicted - outcome)

    def r2(weights: Floats) -> Floats:
        variance = weights @ outcome**2 - (weights @ outcome) ** 2
        return np.asarray(1 - (weights @ error**2) / variance)

    once = np.full((1, n), 1 / n)
    return {
        "mae": _metric(float(error.mean()), n, bootstrap(n, lambda w: w @ error)),
        "rmse": _metric(float(np.sqrt((error**2).mean())), n, bootstrap(n, lambda w: np.sqrt(w @ error**2))),
        "r2": _metric(float(r2(once)[0]), n, bootstrap(n, r2)),
    }


def auroc(positive: NDArray[np.bool_], score: Floats) -> float:
    """Return the share of pairs in which the positive scores higher, ties counting half."""
    difference = score[positive][:, None] - score[~positive][None, :]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def auroc_interval(area: float, positives: int, negatives: int) -> Interval:
    """Return Newcombe's method 5 (2006), which unlike DeLong's does not collapse at an area of 1."""
    half = (positives + negatives) / 2 - 1

    def distance(true: float) -> float:
        spread = 1 + half * ((1 - true) / (2 - true) + true / (1 + true))
        return abs(area - true) - Z * math.sqrt(true * (1 - true) * spread / (positives * negatives))

    return _root(distance, outside=0.0, inside=area), _root(distance, outside=1.0, inside=area)


def wilson(hits: int, n: int) -> Interval:
    """Return Wilson's score interval of a proportion."""
    share, z2 = hits / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap(n: int, statistic: Callable[[Floats], Floats]) -> Interval:
    """Return the percentile interval of a statistic of resampling weights (one row per resample, each summing to 1)."""
    weights = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n
    low, high = np.percentile(statistic(weights), [2.5, 97.5])
    return float(low), float(high)


def _root(distance: Callable[[float], float], *, outside: float, inside: float) -> float:
    if distance(outside) <= 0:
        return outside
    for _ in range(60):
        middle = (outside + inside) / 2
        if distance(middle) > 0:
            outside = middle
        else:
            inside = middle
    return (outside + inside) / 2


def _metric(value: float, n: int, interval: Interval) -> Metric:
    return {"value": round(value, DIGITS), "n": n, "ci": [round(bound, DIGITS) for bound in interval]}
