"""Searching models and versions, a page at a time, with a constant number of statements."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    and_,
    exists,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import cast as cast_to
from sqlalchemy import func as sql

from askreg.errors import InvalidInput
from askreg.registry import names, paging, reads
from askreg.registry.canonical import canonical, decimal_text
from askreg.registry.resolve import resolve
from askreg.registry.results import ModelPage, VersionPage
from askreg.registry.tables import STAGES, Evaluation, Field, Metric, Model, Stage, Tag, Version
from askreg.registry.view import View, table

_MODEL, _VERSION, _STAGE, _TAG = table(Model), table(Version), table(Stage), table(Tag)
_FIELD, _EVALUATION, _METRIC = table(Field), table(Evaluation), table(Metric)
_OTHER_TAG = _TAG.alias()

_CONDITION = re.compile(r"\s*([a-z0-9_]+)\s*(?:\[([^\]]*)\])?\s*(<=|>=|!=|=|<|>)\s*(\S+)\s*", re.IGNORECASE)
_RARE = 10_000
"""How far tags are counted to find the rarest."""


def find_models(
    view: View,
    *,
    text: str | None = None,
    task: str | None = None,
    owner: str | None = None,
    stage: str | None = None,
    tags: Mapping[str, str] | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> ModelPage:
    """Return a page of models that meet all conditions, by name.

    Each word of `text` occurs, in either case, in the name, description, tags, owner or task. `stage` is one that
    some version is in.
    """
    paging.size(limit)
    key = paging.after(cursor, "models", str)
    limits = [view.exists(_MODEL)]
    limits += [_mentions(view, word) for word in (text or "").split()]
    limits += [_field_is(view, name, value) for name, value in (("task", task), ("owner", owner)) if value is not None]
    limits += [_tagged(view, _MODEL.c.id, *tag) for tag in (tags or {}).items()]
    if stage is not None:
        limits.append(_has_version_in(view, _stage(stage)))
    total = int(view.connection.execute(select(sql.count()).select_from(_MODEL).where(*limits)).scalar_one())
    found = select(_MODEL.c.id, _MODEL.c.name).where(*limits).order_by(_MODEL.c.name).limit(limit + 1)
    if key is not None:
        found = found.where(_MODEL.c.name > key[0])
    rows = view.connection.execute(found).all()
    page, more = rows[:limit], len(rows) > limit
    return ModelPage(
        total=total,
        returned=len(page),
        truncated=more,
        next=paging.cursor("models", page[-1].name) if more else None,
        models=reads.model_summaries(view, [row.id for row in page]),
    )


def find_versions(
    view: View,
    *,
    model: str | None = None,
    stage: str | None = None,
    tags: Mapping[str, str] | None = None,
    metric: str | None = None,
    framework: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> VersionPage:
    """Return a page of versions that meet all conditions, by model in order of registration, then by number.

    `metric` is such as `auroc>=0.8`, which asks for an evaluation on the cohort `all`, or `auroc[sex=female]>=0.8`.
    `framework` matches with or without the version that follows the name.
    """
    paging.size(limit)
    key = paging.after(cursor, "versions", int, int)
    limits = [view.exists(_VERSION)]
    if model is not None:
        limits.append(_VERSION.c.model_id == resolve(view, model, kinds=("model",)).id)
    if framework is not None:
        limits.append(_made_with(framework))
    if metric is not None:
        limits.append(_VERSION.c.id.in_(_measured(view, metric)))
    source: FromClause = _VERSION
    if tags:
        lead, *others = _by_rarity(view, tags)
        source, tagged, held = _led_by(view, *lead)
        # By the tag's own id, so that a version is looked up only when it has all of them.
        limits += [held, *(_tagged(view, tagged, *tag) for tag in others)]
    if stage is not None:
        limits.append(_in_stage(view, _stage(stage), few=bool(tags)))
    return _version_page(view, source, limits, limit, key)


def _version_page(
    view: View, source: FromClause, limits: list[ColumnElement[bool]], limit: int, key: tuple[Any, ...] | None
) -> VersionPage:
    columns = _VERSION.c.id, _VERSION.c.model_id, _VERSION.c.number
    hits = select(*columns).select_from(source).where(*limits).cte("hits")
    for dialect in ("sqlite", "postgresql"):  # what meets the conditions is looked for once, for total and page
        hits = hits.prefix_with("MATERIALIZED", dialect=dialect)
    order = hits.c.model_id, hits.c.number
    page = select(hits).order_by(*order).limit(limit + 1)
    if key is not None:
        page = page.where(tuple_(*order) > tuple_(*key))
    found = page.subquery()
    count = select(sql.count().label("total")).select_from(hits).subquery()
    both = select(count.c.total, found).select_from(count.outerjoin(found, literal(True)))
    rows = view.connection.execute(both.order_by(found.c.model_id, found.c.number)).all()
    hit = [row for row in rows[:limit] if row.id is not None]
    more = len(rows) > limit
    return VersionPage(
        total=rows[0].total,
        returned=len(hit),
        truncated=more,
        next=paging.cursor("versions", hit[-1].model_id, hit[-1].number) if more else None,
        versions=reads.summaries(view, [row.id for row in hit]),
    )


# -- conditions on models


def _mentions(view: View, word: str) -> ColumnElement[bool]:
    quoted = canonical(word)[1:-1]  # fields are JSON text
    shown = _FIELD.c.name.in_(("description", "task", "owner")) & _FIELD.c.value.icontains(quoted, autoescape=True)
    tag = _TAG.c.key.icontains(word, autoescape=True) | _TAG.c.value.icontains(word, autoescape=True)
    return or_(
        _MODEL.c.name.icontains(word, autoescape=True),
        _any(_FIELD.c.entity_id == _MODEL.c.id, shown, view.open(_FIELD)),
        _any(_TAG.c.entity_id == _MODEL.c.id, tag, view.open(_TAG)),
    )


def _field_is(view: View, name: str, value: str) -> ColumnElement[bool]:
    same = sql.lower(_FIELD.c.value) == sql.lower(canonical(value.strip()))
    return _any(_FIELD.c.entity_id == _MODEL.c.id, _FIELD.c.name == name, same, view.open(_FIELD))


def _has_version_in(view: View, stage: str) -> ColumnElement[bool]:
    versions = select(_VERSION.c.model_id).join(_STAGE, _STAGE.c.version_id == _VERSION.c.id)
    return _MODEL.c.id.in_(versions.where(_STAGE.c.stage == stage, view.open(_STAGE)))


# -- conditions on versions


def _in_stage(view: View, stage: str, *, few: bool) -> ColumnElement[bool]:
    """Return the condition that a version is in a stage, looked up for each of few versions, or for all at once."""
    if few:
        held = select(_STAGE.c.stage).where(_STAGE.c.version_id == _VERSION.c.id, view.open(_STAGE))
        return held.scalar_subquery() == stage
    return _VERSION.c.id.in_(select(_STAGE.c.version_id).where(_STAGE.c.stage == stage, view.open(_STAGE)))


def _made_with(framework: str) -> ColumnElement[bool]:
    wanted = framework.strip()
    same = sql.lower(_VERSION.c.framework) == sql.lower(wanted)
    return same | _VERSION.c.framework.istartswith(f"{wanted} ", autoescape=True)


def _measured(view: View, condition: str) -> Select[Any]:
    """Select the versions with an evaluation that meets a condition such as `auroc>=0.8`."""
    parts = _CONDITION.fullmatch(condition)
    if parts is None:
        raise InvalidInput(f"metric {condition!r} is not a condition: write auroc>=0.8, or auroc[sex=female]>=0.8")
    name, cohort, operator, threshold = parts.groups()
    figure = cast_to(_METRIC.c.value, Numeric())
    limit = cast_to(decimal_text(threshold, name=f"threshold of {name}"), Numeric())
    return (
        select(_EVALUATION.c.version_id)
        .join(_METRIC, _METRIC.c.evaluation_id == _EVALUATION.c.id)
        .where(
            _METRIC.c.name == name.lower(),
            _EVALUATION.c.cohort == names.cohort((cohort or "all").strip()),
            figure.op("<>" if operator == "!=" else operator, is_comparison=True)(limit),
            view.exists(_METRIC),
        )
    )


def _stage(stage: str) -> str:
    folded = stage.strip().lower()
    if folded not in STAGES:
        near = names.nearest(folded, STAGES, limit=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InvalidInput(f"stage {stage!r} is not one of {', '.join(STAGES)}{hint}")
    return folded


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(literal_column("1")).where(*conditions))  # a column would keep an index from covering it


# -- tags


def _tagged(view: View, id: ColumnElement[int], key: str, value: str) -> ColumnElement[bool]:
    tag = _OTHER_TAG
    return _any(tag.c.entity_id == id, tag.c.key == key, tag.c.value == str(value), view.open(tag))


def _led_by(view: View, key: str, value: str) -> tuple[FromClause, ColumnElement[int], ColumnElement[bool]]:
    """Return where to search from, the version's id there, and the condition, for versions with a tag."""
    held = and_(_TAG.c.key == key, _TAG.c.value == str(value), view.open(_TAG))
    return _TAG.join(_VERSION, _VERSION.c.id == _TAG.c.entity_id), _TAG.c.entity_id, held


def _by_rarity(view: View, tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return tags with the rarest first: from it the search starts, and the others are looked up."""
    if len(tags) < 2:
        return list(tags.items())
    counts = []
    for place, (key, value) in enumerate(tags.items()):
        some = select(_TAG.c.key).where(_TAG.c.key == key, _TAG.c.value == str(value), _TAG.c.until.is_(None))
        count = select(sql.count()).select_from(some.limit(_RARE).subquery()).scalar_subquery()
        counts.append(select(literal(place).label("place"), count.label("count")))
    ordered = view.connection.execute(union_all(*counts).order_by("count", "place")).all()
    given = list(tags.items())
    return [given[row.place] for row in ordered]
