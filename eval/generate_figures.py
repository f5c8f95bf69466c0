"""The figures of a generated registry: what each version reaches, on which data, with which interval.

On the first edition of the test data the versions of the head stand in a known order: the second as good as the first
to the last digit, the third better by more than the intervals are wide, the fourth better by less than that. From the
fifth on they are measured on the second edition, where nothing may be set against the first.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

from eval.generate_data import Draft

Row = dict[str, Any]
STEPS = {"head": (0.0, 0.0, 0.071, 0.075), "second": (0.023, 0.029, 0.037), "kin": (0.0, 0.012, 0.021, 0.033)}
"""How much better than the first each version of a part is; later ones go on by `LATER` each."""
LATER = 0.006
EXTERNAL = "external"
"""A split that only some evaluations are on."""


def evaluations(draft: Draft, part: str, number: int, day: int, *, late: bool = False) -> list[Row]:
    """The evaluations of a version made on `day`; `late` is the one that comes after an approval."""
    if late:
        return [_late(draft, part, number, day)]
    makers = {"encoder": _encoder, "value": _value, "text": _text}
    return makers.get(part, _classifier)(draft, part, number, day)


def _row(draft: Draft, day: int, dataset: str, metrics: Row, **more: Any) -> Row:
    """An evaluation some days after a version was made."""
    at = draft.calendar.at(day + draft.rng.randint(2, 5), 9)
    return {"dataset": dataset, **more, "at": at, "by": draft.rng.choice(draft.cast.scientists), "metrics": metrics}


def reached(draft: Draft, part: str, number: int) -> float:
    """The area under the curve of a version, of those that classify."""
    steps = STEPS.get(part, (0.0,))
    index = number - 1
    step = steps[index] if index < len(steps) else steps[-1] + LATER * (index - len(steps) + 1)
    family = "head" if part == "second" else part
    level = draft.levels.setdefault(family, 0.74 + draft.rng.randrange(50) / 1000)
    return round(level + step, 3)


def _proportion(value: float, n: int) -> Row:
    """A proportion with its interval at 95 %."""
    half = 1.96 * sqrt(value * (1 - value) / n)
    return {"value": value, "n": n, "ci": [round(value - half, 3), round(value + half, 3)]}


def _classifier(draft: Draft, part: str, number: int, day: int) -> list[Row]:
    rng, cast = draft.rng, draft.cast
    dataset = _tested_on(draft, part, number, day)
    n = draft.rows[dataset]
    value = reached(draft, part, number)
    metrics: Row = {"auroc": _proportion(value, n)}
    if part == "head":
        metrics["sensitivity"] = {"value": round(value - 0.05 + rng.randrange(9) / 1000, 3), "n": n}
        metrics[cast.lower] = {"value": round(14.5 - 0.7 * number + rng.randrange(6) / 10, 1), "n": n}
    elif part in ("kin", "second"):
        metrics[cast.lower] = {"value": round(12.0 - 0.5 * number + rng.randrange(4) / 10, 1)}
    else:
        metrics["accuracy"] = {"value": round(value - 0.03, 3), "n": n}
    split = {"split": EXTERNAL} if part == "kin" else {}
    found = [_row(draft, day, dataset, metrics, **split, **_evidence(draft))]
    if part == "head" and number in (3, 4):
        small = max(120, n // 5)
        low = round(value - 0.02 - 0.007 * (number - 3), 3)
        found.append(_row(draft, day, dataset, {"auroc": _proportion(low, small)}, cohort=cast.cohort))
    if part == "head" and number > 4 and number % 2:
        found.append(_row(draft, day, dataset, {"brier": {"value": round(0.16 - number / 500, 3)}}))
    return found


def _tested_on(draft: Draft, part: str, number: int, day: int) -> str:
    editions = [name for _, name in draft.editions["test"]]
    if part == "head":
        return editions[0] if number <= 4 else editions[1]
    if part == "second":
        return editions[0]
    return draft.data("test", day) if part == "kin" else draft.data("target_test", day)


def _evidence(draft: Draft) -> Row:
    grade = draft.rng.choice((None, None, "third-party", "signed", "vendor"))
    return {"evidence": grade} if grade else {}


def _late(draft: Draft, part: str, number: int, day: int) -> Row:
    """What an auditor finds later, on data of the site or a split of their own."""
    local = "local" in draft.cast.datasets
    dataset = draft.data("local", day) if local else draft.data("test", day)
    value = round(reached(draft, part, number) - 0.031, 3)
    row = _row(draft, day, dataset, {"auroc": _proportion(value, max(200, draft.rows[dataset] // 2))}, evidence="local")
    return row | {"by": draft.cast.auditor} | ({} if local else {"split": EXTERNAL})


def _encoder(draft: Draft, part: str, number: int, day: int) -> list[Row]:
    dataset = draft.data("target_test", day)
    row = _row(draft, day, dataset, {"kappa": {"value": round(0.6 + draft.rng.randrange(90) / 1000, 3)}})
    return [row | {"by": draft.cast.service, "evidence": "vendor"}]


def _value(draft: Draft, part: str, number: int, day: int) -> list[Row]:
    rng, dataset = draft.rng, draft.data("target_test", day)
    n, error = draft.rows[dataset], round(8.4 - 0.9 * number + rng.randrange(8) / 10, 1)
    half = round(0.2 + rng.randrange(3) / 10, 1)
    metrics = {
        "mae": {"value": error, "n": n, "ci": [round(error - half, 1), round(error + half, 1)]},
        "rmse": {"value": round(error + 1.4 + rng.randrange(5) / 10, 1), "n": n},
    }
    return [_row(draft, day, dataset, metrics, **_evidence(draft))]


def _text(draft: Draft, part: str, number: int, day: int) -> list[Row]:
    rng, cast = draft.rng, draft.cast
    own = "bench" in cast.datasets
    dataset = draft.data("bench" if own else "mix", day)
    n, value = min(draft.rows[dataset], 1800), round(0.66 + 0.03 * number + rng.randrange(9) / 1000, 3)
    metrics: Row = {
        "f1": _proportion(value, n),
        "perplexity": {"value": round(16.2 - 1.3 * number + rng.randrange(9) / 10, 1)},
        cast.higher: {"value": round(40 + 4.1 * number + rng.randrange(9) / 10, 1), "n": n},
    }
    return [_row(draft, day, dataset, metrics, **({} if own else {"split": "holdout"}))]
