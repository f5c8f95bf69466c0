"""Figures side by side: comparison and leaderboard, which never set against each other what was measured differently.

Figures are comparable when metric, dataset version, split, cohort and metric configuration agree. Of several
evaluations of a version in one setting the latest counts.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, cast, exists, select, tuple_
from sqlalchemy import func as sql

from askreg.errors import InvalidInput, NotFound
from askreg.registry import names
from askreg.registry.canonical import EXACT
from askreg.registry.measures import Better, better
from askreg.registry.prepared import among, id_list
from askreg.registry.resolve import Resolved, labels, resolve
from askreg.registry.results import (
    Cell,
    Comparison,
    ComparisonRow,
    Leaderboard,
    LeaderboardGroup,
    Ranked,
    Setting,
)
from askreg.registry.tables import Dataset, DatasetVersion, Evaluation, Evidence, Field, Metric, Model, Version
from askreg.registry.view import View, table

_METRIC, _EVALUATION, _MODEL, _VERSION = table(Metric), table(Evaluation), table(Model), table(Version)
_STATE, _DATASET, _FIELD = table(DatasetVersion), table(Dataset), table(Field)
_DATASET_NAME = _DATASET.c.name + "@" + _STATE.c.label


@dataclass(frozen=True, slots=True)
class _Key:
    """A setting: figures that share it are comparable."""

    metric: str
    dataset: str
    split: str
    cohort: str
    config: str | None

    def setting(self) -> Setting:
        return Setting(
            metric=self.metric, dataset=self.dataset, split=self.split, cohort=self.cohort, config=self.given()
        )

    def given(self) -> object:
        return None if self.config is None else json.loads(self.config)

    def place(self) -> str:
        where = f"{self.dataset}/{self.split}/{self.cohort}"
        return where if self.config is None else f"{where} with {self.config}"


@dataclass(frozen=True, slots=True)
class _Figure:
    version: int
    key: _Key
    value: Decimal
    n: int | None
    ci: tuple[Decimal, Decimal] | None
    evidence: Evidence
    unit: str | None
    event: int

    def cell(self) -> Cell:
        return Cell(value=self.value, n=self.n, ci=self.ci, evidence=self.evidence, unit=self.unit, event=self.event)


def compare(view: View, subjects: Sequence[str], *, metric: str | None = None) -> Comparison:
    """Return versions side by side, all their metrics or one.

    A row is one setting of a metric that several of the subjects have; it is `comparable` if all of them were
    measured in it, and says why not otherwise. What one subject alone has is under `only_in` too.
    """
    versions = _distinct(view, subjects)
    order = [version.subject for version in versions]
    by_id = {version.id: version.subject for version in versions}
    wanted = None if metric is None else names.metric(metric)
    table_of: defaultdict[_Key, dict[str, _Figure]] = defaultdict(dict)
    for figure in _figures(view, list(by_id), metric=wanted):
        table_of[figure.key][by_id[figure.version]] = figure
    if wanted is not None and not table_of:
        raise _no_metric(view, wanted, f"none of {', '.join(order)} has it")
    having: defaultdict[str, set[str]] = defaultdict(set)
    for key, cells in table_of.items():
        having[key.metric] |= cells.keys()
    ways = {name: better(view, name) for name in having}
    keys = sorted(table_of, key=lambda key: (key.metric, key.dataset, key.split, key.cohort, key.config or ""))
    rows = [_row(key, table_of, order, ways[key.metric]) for key in keys if len(having[key.metric]) > 1]
    only: dict[str, list[Setting]] = {subject: [] for subject in order}
    for key in keys:
        if len(table_of[key]) == 1:
            only[next(iter(table_of[key]))].append(key.setting())
    return Comparison(subjects=order, rows=rows, only_in=only)


def leaderboard(
    view: View,
    metric: str,
    *,
    dataset: str | None = None,
    split: str | None = None,
    cohort: str | None = None,
    task: str | None = None,
    limit: int = 50,
) -> Leaderboard:
    """Return versions ranked by a metric, best first, in one group for each comparable setting.

    Equal values share a rank. `limit` bounds the rows over all groups; `total` counts them all.
    """
    if limit < 1:
        raise InvalidInput(f"limit {limit} is not 1 or more")
    names.metric(metric)
    way = better(view, metric)
    conditions = _leaderboard_conditions(view, dataset, split, cohort, task)
    every = _latest(view, _METRIC.c.name == metric, *conditions)
    total = view.connection.execute(every.with_only_columns(sql.count())).scalar_one()
    if not total and not _any(view, metric):
        raise _no_metric(view, metric, "no version has it")
    figures = [_figure(row) for row in view.connection.execute(_ranking(every, way).limit(limit))]
    subjects = labels(view, {"version": [figure.version for figure in figures]})
    groups = [_group(list(members), subjects) for _, members in groupby(figures, key=lambda figure: figure.key)]
    return Leaderboard(
        metric=metric,
        better=way,
        groups=groups,
        total=total,
        returned=len(figures),
        truncated=len(figures) < total,
    )


def difference_interval(
    first: tuple[Decimal, Decimal, Decimal], second: tuple[Decimal, Decimal, Decimal]
) -> tuple[Decimal, Decimal]:
    """Return an interval for second less first, each given as (low, value, high).

    MOVER (Zou and Donner 2008) recovers the variances from the two intervals and takes the estimates as
    independent, which makes it too wide for two models on the same cases. Rounded outward to the inputs' digits.
    """
    (low1, value1, high1), (low2, value2, high2) = first, second
    with localcontext(EXACT):
        gap = value2 - value1
        low = gap - ((value2 - low2) ** 2 + (high1 - value1) ** 2).sqrt()
        high = gap + ((high2 - value2) ** 2 + (value1 - low1) ** 2).sqrt()
        digits = Decimal(1).scaleb(min(int(d.as_tuple().exponent) for d in (*first, *second)))
        return low.quantize(digits, ROUND_FLOOR), high.quantize(digits, ROUND_CEILING)


def _row(key: _Key, table_of: dict[_Key, dict[str, _Figure]], order: list[str], way: Better) -> ComparisonRow:
    cells = table_of[key]
    missing = [subject for subject in order if subject not in cells]
    interval = within = gap = None
    if not missing and len(order) == 2:
        one, two = cells[order[0]], cells[order[1]]
        gap = EXACT.subtract(two.value, one.value)
        if one.ci and two.ci:
            interval = difference_interval((one.ci[0], one.value, one.ci[1]), (two.ci[0], two.value, two.ci[1]))
            within = one.ci[0] <= two.ci[1] and two.ci[0] <= one.ci[1]
    return ComparisonRow(
        metric=key.metric,
        dataset=key.dataset,
        split=key.split,
        cohort=key.cohort,
        config=key.given(),
        better=way,
        values={subject: cells[subject].cell() for subject in order if subject in cells},
        difference=gap,
        difference_ci=interval,
        within_noise=within,
        comparable=not missing,
        why_not="; ".join(_why_not(key, subject, table_of) for subject in missing) or None,
    )


def _why_not(key: _Key, subject: str, table_of: dict[_Key, dict[str, _Figure]]) -> str:
    others = [other for other, cells in table_of.items() if other.metric == key.metric and subject in cells]
    if not others:
        return f"{subject} has no {key.metric}"
    closest = min(others, key=lambda other: (_unlike(key, other), other.place()))
    differs = [
        part for part in ("dataset", "split", "cohort", "config") if getattr(key, part) != getattr(closest, part)
    ]
    named = " and ".join("metric configuration" if part == "config" else part for part in differs)
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"{subject} has no {key.metric} on {key.place()}: it has it on {closest.place()}{more}, another {named}"


def _unlike(one: _Key, other: _Key) -> int:
    parts = ("dataset", "split", "cohort", "config")
    return sum(getattr(one, part) != getattr(other, part) for part in parts)


def _distinct(view: View, subjects: Sequence[str]) -> list[Resolved]:
    if len(subjects) < 2:
        raise InvalidInput("comparing takes two or more versions, such as model:1 model:2")
    versions = [_version(view, subject) for subject in subjects]
    seen: set[int] = set()
    for version, given in zip(versions, subjects, strict=True):
        if version.id in seen:
            raise InvalidInput(f"{given!r} is {version.subject}, which is compared already")
        seen.add(version.id)
    return versions


def _version(view: View, subject: str) -> Resolved:
    found = resolve(view, subject, kinds=("version", "model"))
    if found.kind == "version":
        return found
    query = select(_VERSION.c.id, _VERSION.c.number).where(_VERSION.c.model_id == found.id, view.exists(_VERSION))
    rows = view.connection.execute(query.limit(2)).all()
    if len(rows) == 1:
        return Resolved("version", rows[0].id, f"{found.subject}:{rows[0].number}")
    raise InvalidInput(f"{subject!r} does not say which version: write {found.subject}:1 or {found.subject}@alias")


def _figures(view: View, versions: list[int], *, metric: str | None) -> list[_Figure]:
    """Return the latest figure of each version in each setting."""
    conditions = [among(view, _EVALUATION.c.version_id)]
    if metric is not None:
        conditions.append(_METRIC.c.name == metric)
    rows = view.connection.execute(_latest(view, *conditions), {"ids": id_list(versions)})
    return [_figure(row) for row in rows]


def _latest(view: View, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Select the figures of the latest evaluation of each version in each setting."""
    later, again = _EVALUATION.alias(), _METRIC.alias()
    same = (later.c[part] == _EVALUATION.c[part] for part in ("version_id", "dataset_version_id", "split", "cohort"))
    after = tuple_(later.c.at, later.c.id) > tuple_(_EVALUATION.c.at, _EVALUATION.c.id)
    # The name is written so that no index on it is taken: a version has few evaluations, a name many versions.
    measured = (again.c.evaluation_id == later.c.id, again.c.name + "" == _METRIC.c.name)
    alike = sql.coalesce(again.c.config, "") == sql.coalesce(_METRIC.c.config, "")
    superseded = exists().where(*same, after, view.exists(later), *measured, alike)
    return (
        select(
            _METRIC,
            _EVALUATION.c.version_id,
            _EVALUATION.c.split,
            _EVALUATION.c.cohort,
            _EVALUATION.c.evidence,
            _DATASET_NAME.label("dataset"),
        )
        .join_from(_METRIC, _EVALUATION, _EVALUATION.c.id == _METRIC.c.evaluation_id)
        .join(_STATE, _STATE.c.id == _EVALUATION.c.dataset_version_id)
        .join(_DATASET, _DATASET.c.id == _STATE.c.dataset_id)
        .where(view.exists(_EVALUATION), *conditions, ~superseded)
    )


def _ranking(every: Select[Any], way: Better) -> Select[Any]:
    """Sort figures setting by setting, the best of each first."""
    named = every.join(_VERSION, _VERSION.c.id == _EVALUATION.c.version_id)
    named = named.join(_MODEL, _MODEL.c.id == _VERSION.c.model_id)
    value = cast(_METRIC.c.value, Numeric)
    best = value.desc() if way == "higher" else value
    place = (_DATASET_NAME, _EVALUATION.c.split, _EVALUATION.c.cohort, sql.coalesce(_METRIC.c.config, ""))
    return named.order_by(*place, best, _MODEL.c.name, _VERSION.c.number)


def _figure(row: Any) -> _Figure:
    ci = None if row.low is None else (Decimal(row.low), Decimal(row.high))
    key = _Key(row.name, row.dataset, row.split, row.cohort, row.config)
    return _Figure(row.version_id, key, Decimal(row.value), row.n, ci, row.evidence, row.unit, row.event)


def _any(view: View, metric: str) -> bool:
    found = select(_METRIC.c.id).where(_METRIC.c.name == metric, view.exists(_METRIC)).limit(1)
    return view.connection.execute(found).first() is not None


def _leaderboard_conditions(
    view: View, dataset: str | None, split: str | None, cohort: str | None, task: str | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if dataset is not None:
        found = resolve(view, dataset, kinds=("dataset_version", "dataset"))
        column = _STATE.c.id if found.kind == "dataset_version" else _STATE.c.dataset_id
        conditions.append(column == found.id)
    if split is not None:
        conditions.append(_EVALUATION.c.split == split)
    if cohort is not None:
        conditions.append(_EVALUATION.c.cohort == names.cohort(cohort))
    if task is not None:
        tasked = select(_FIELD.c.entity_id).where(
            _FIELD.c.name == "task", _FIELD.c.value == json.dumps(task, ensure_ascii=False), view.open(_FIELD)
        )
        conditions.append(_EVALUATION.c.version_id.in_(select(_VERSION.c.id).where(_VERSION.c.model_id.in_(tasked))))
    return conditions


def _group(figures: list[_Figure], subjects: dict[int, str]) -> LeaderboardGroup:
    key = figures[0].key
    rows: list[Ranked] = []
    for position, figure in enumerate(figures, start=1):
        rank = rows[-1].rank if rows and rows[-1].value == figure.value else position
        rows.append(Ranked(rank=rank, subject=subjects[figure.version], **figure.cell().model_dump()))
    return LeaderboardGroup(dataset=key.dataset, split=key.split, cohort=key.cohort, config=key.given(), rows=rows)


def _no_metric(view: View, metric: str, hint: str) -> NotFound:
    known = view.connection.execute(select(_METRIC.c.name).where(view.exists(_METRIC)).distinct()).scalars()
    return NotFound(kind="metric", name=metric, nearest=names.nearest(metric, known), hint=hint)
