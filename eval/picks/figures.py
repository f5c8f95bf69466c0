"""Picks about figures: values, comparisons and leaderboards."""

from __future__ import annotations

from collections.abc import Iterator

from eval.picks.base import Found, pick, sole
from eval.truth.base import NOW
from eval.truth.record import Record


@pick("version", "metric")
def measured(record: Record) -> Found:
    """A version and a metric that it has in one setting for all patients."""
    for version in record.versions:
        yield from ((version, r["metric"]) for r in record.metrics(version) if sole(record, r["metric"], version))


@pick("model", "metric")
def champion_measured(record: Record) -> Found:
    """A model, and a metric that its champion has in one setting for all patients."""
    champions = {s.version for s in record.aliases if s.holds(NOW) and s.what.endswith("@champion")}
    yield from ((record.model_of(v), metric) for v, metric in measured(record) if v in champions)


@pick("version")
def evaluated(record: Record) -> Found:
    """A version with figures for all patients, each in one setting."""
    for version in record.versions:
        rows = [r for r in record.metrics(version) if r["cohort"] == "all"]
        if rows and all(sole(record, r["metric"], version) for r in rows):
            yield (version,)


@pick("version", "metric", "dataset", "cohort")
def in_cohort(record: Record) -> Found:
    """A version and a metric in a group of patients."""
    for version in record.versions:
        for r in record.metrics(version):
            if r["cohort"] != "all":
                yield version, r["metric"], r["dataset"], r["cohort"]


@pick("version", "metric", "dataset")
def in_setting(record: Record) -> Found:
    """A version and a metric on a dataset version, for all patients."""
    for version in record.versions:
        rows = [(r["metric"], r["dataset"]) for r in record.metrics(version) if r["cohort"] == "all"]
        yield from ((version, *row) for row in rows if rows.count(row) == 1)


@pick("version", "metric")
def with_interval(record: Record) -> Found:
    """A version and a metric with a confidence interval."""
    yield from _sole_with(record, "ci")


@pick("version")
def without_interval(record: Record) -> Found:
    """A version with a figure that has no confidence interval."""
    yield from ((version,) for version in record.versions if any(not r["ci"] for r in record.metrics(version)))


@pick("version", "metric")
def with_n(record: Record) -> Found:
    """A version and a metric with the number of cases behind it."""
    yield from _sole_with(record, "n")


@pick("version", "metric")
def with_evidence(record: Record) -> Found:
    """A version and a metric with a grade of evidence."""
    yield from _sole_with(record, "evidence")


def _sole_with(record: Record, key: str) -> Iterator[tuple[str, str]]:
    for version in record.versions:
        for r in record.metrics(version):
            if r[key] and r["cohort"] == "all" and sole(record, r["metric"], version):
                yield version, r["metric"]


@pick("version", "dataset")
def evaluated_by_somebody(record: Record) -> Found:
    """A version and a dataset version on which somebody on record evaluated it."""
    for version in record.versions:
        yield from ((version, r["dataset"]) for r in record.metrics(version) if r["by"] in record.people)


@pick("dataset")
def test_data(record: Record) -> Found:
    """A dataset version that something was evaluated on."""
    yield from ((r["dataset"],) for version in record.versions for r in record.metrics(version))


@pick("metric")
def metric(record: Record) -> Found:
    """A metric that something has."""
    yield from ((r["metric"],) for version in record.versions for r in record.metrics(version))


@pick("evidence")
def evidence(record: Record) -> Found:
    """A grade of evidence that something has."""
    yield from ((r["evidence"],) for version in record.versions for r in record.metrics(version))


@pick("metric", "bar")
def threshold(record: Record) -> Found:
    """A metric, and a bar that some of its versions reach and others miss."""
    values: dict[str, set[float]] = {}
    for version in record.versions:
        for r in record.metrics(version):
            if r["cohort"] == "all":
                values.setdefault(r["metric"], set()).add(r["value"])
    for name, found in values.items():
        if name not in record.lower and len(found) > 2:
            ordered = sorted(found)
            yield name, f"{ordered[len(ordered) // 2]}"


def _settings(record: Record, version: str, metric: str) -> set[tuple[str, str, str]]:
    rows = [r for r in record.metrics(version) if r["metric"] == metric and r["at"] <= NOW]
    return {(r["dataset"], r["split"], r["cohort"]) for r in rows}


def _pairs(record: Record, *, of_one_model: bool) -> Iterator[tuple[str, str, str]]:
    """Two versions, and a metric that both have."""
    for a in record.versions:
        for b in record.versions:
            if a < b and (record.model_of(a) == record.model_of(b)) == of_one_model:
                for name in {r["metric"] for r in record.metrics(a)} & {r["metric"] for r in record.metrics(b)}:
                    yield a, b, name


def _value(record: Record, version: str, metric: str) -> float:
    return float(next(r["value"] for r in record.metrics(version) if r["metric"] == metric and r["cohort"] == "all"))


def _comparable(record: Record, a: str, b: str, metric: str) -> bool:
    same = _settings(record, a, metric) & _settings(record, b, metric)
    return bool(same) and sole(record, metric, a) and sole(record, metric, b) and any(c == "all" for *_, c in same)


@pick("a", "b", "metric")
def comparable(record: Record) -> Found:
    """Two versions of a model whose values of a metric may be set against each other, and differ."""
    for a, b, name in _pairs(record, of_one_model=True):
        if _comparable(record, a, b, name) and _value(record, a, name) != _value(record, b, name):
            yield a, b, name


@pick("a", "b", "metric")
def comparable_elsewhere(record: Record) -> Found:
    """Versions of two models whose values of a metric may be set against each other, and differ."""
    for a, b, name in _pairs(record, of_one_model=False):
        if _comparable(record, a, b, name) and _value(record, a, name) != _value(record, b, name):
            yield a, b, name


@pick("a", "b", "metric")
def lower_is_better(record: Record) -> Found:
    """Two comparable versions, and a metric of which less is better."""
    yield from (row for row in comparable(record) if row[2] in record.lower)


@pick("a", "b", "metric", "dataset", "cohort")
def comparable_in_cohort(record: Record) -> Found:
    """Two versions of a model, and a metric in a group of patients that both have on the same data."""
    for a, b, name in _pairs(record, of_one_model=True):
        rows = [[r for r in record.metrics(v) if r["metric"] == name and r["cohort"] != "all"] for v in (a, b)]
        for left in rows[0]:
            for right in rows[1]:
                if all(left[k] == right[k] for k in ("dataset", "split", "cohort")) and left["value"] != right["value"]:
                    yield a, b, name, left["dataset"], left["cohort"]


@pick("a", "b", "metric")
def incomparable(record: Record) -> Found:
    """Two versions of a model that have a metric in no common setting."""
    for a, b, name in _pairs(record, of_one_model=True):
        if not _settings(record, a, name) & _settings(record, b, name):
            yield a, b, name


@pick("a", "b", "metric")
def incomparable_elsewhere(record: Record) -> Found:
    """Versions of two models that have a metric in no common setting."""
    for a, b, name in _pairs(record, of_one_model=False):
        if not _settings(record, a, name) & _settings(record, b, name):
            yield a, b, name


@pick("metric", "dataset")
def board(record: Record) -> Found:
    """A metric and a dataset version with a clear best and a clear worst."""
    yield from ((name, dataset) for name, dataset, values in _boards(record) if _clear(values))


@pick("metric", "dataset")
def board_of_three(record: Record) -> Found:
    """The same, with three versions or more and no two alike."""
    for name, dataset, values in _boards(record):
        if len(values) > 2 and len(set(values)) == len(values):
            yield name, dataset


@pick("metric", "dataset", "model")
def board_of_model(record: Record) -> Found:
    """A metric, a dataset version, and a model with several versions on it and a clear best."""
    for model in record.models:
        for name, dataset, values in _boards(record, model):
            if _clear(values):
                yield name, dataset, model


def _boards(record: Record, model: str | None = None) -> Iterator[tuple[str, str, list[float]]]:
    rows = [
        r for v in record.versions if model in (None, record.model_of(v))
        for r in record.metrics(v) if r["cohort"] == "all"
    ]  # fmt: skip
    for name, dataset in {(r["metric"], r["dataset"]) for r in rows}:
        mine = [r for r in rows if (r["metric"], r["dataset"]) == (name, dataset)]
        if len({r["split"] for r in mine}) == 1:
            yield name, dataset, sorted(r["value"] for r in mine)


def _clear(values: list[float]) -> bool:
    return len(values) > 1 and values[0] != values[1] and values[-1] != values[-2]
