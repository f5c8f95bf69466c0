"""The kinds of a plan as SQL: which rows they have, and where their fields and subjects are kept."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, cast, exists, null, or_, select, true
from sqlalchemy import Text as SqlText
from sqlalchemy import func as sql
from sqlalchemy.dialects.postgresql import JSON

from askreg.errors import InvalidInput
from askreg.registry import times
from askreg.registry.canonical import canonical
from askreg.registry.plan import FieldType, PlanKind
from askreg.registry.tables import (
    Alias,
    Approval,
    Base,
    Dataset,
    DatasetVersion,
    Deployment,
    Document,
    Environment,
    Evaluation,
    Event,
    Field,
    Interval,
    Kind,
    Metric,
    Model,
    Person,
    Run,
    Stage,
    Tag,
    Version,
)
from askreg.registry.view import View, table

TABLES: dict[PlanKind, type[Base]] = {
    "model": Model,
    "version": Version,
    "dataset": Dataset,
    "dataset_version": DatasetVersion,
    "run": Run,
    "metric": Metric,
    "stage": Stage,
    "approval": Approval,
    "alias": Alias,
    "deployment": Deployment,
    "environment": Environment,
    "document": Document,
    "person": Person,
    "event": Event,
}
INTERVALS: frozenset[PlanKind] = frozenset(kind for kind, of in TABLES.items() if issubclass(of, Interval))
TIMELINES = INTERVALS | {"metric", "event"}
"""Kinds of which several rows share a subject, so that they are listed in order of time."""

_JOINED: dict[str, type[Base]] = {
    "model": Model,
    "version": Version,
    "dataset": Dataset,
    "dataset_version": DatasetVersion,
    "evaluation": Evaluation,
    "environment": Environment,
}

# Where a field is kept when not in the kind's own column of that name: tables to join, then a column.
_PLACES: dict[PlanKind, dict[str, str]] = {
    "dataset_version": {"name": "dataset.name", "version": "label"},
    "run": {"id": "name"},
    "metric": {name: f"evaluation.{name}" for name in ("split", "cohort", "evidence")},
    "alias": {"alias": "name"},
    "deployment": {"site": "environment.site", "environment": "environment.name"},
    "environment": {"environment": "name"},
}

_ATTRIBUTES: dict[PlanKind, frozenset[str]] = {
    "model": frozenset({"task", "owner", "description"}),
    "version": frozenset({"description"}),
    "dataset": frozenset({"description"}),
    "document": frozenset({"title", "sensitivity", "digest", "size"}),
    "person": frozenset({"display", "roles"}),
}

# The parts of each kind's subject, and how they are written.
_SUBJECTS: dict[PlanKind, tuple[tuple[str, ...], str]] = {
    "model": (("name",), "{}"),
    "version": (("model.name", "number"), "{}:{}"),
    "dataset": (("name",), "{}"),
    "dataset_version": (("dataset.name", "label"), "{}@{}"),
    "run": (("name",), "run:{}"),
    "metric": (("evaluation.version.model.name", "evaluation.version.number"), "{}:{}"),
    "stage": (("version.model.name", "version.number"), "{}:{}"),
    "approval": (("version.model.name", "version.number"), "{}:{}"),
    "alias": (("model.name",), "{}"),
    "deployment": (("environment.site", "environment.name"), "{}/{}"),
    "environment": (("site", "name"), "{}/{}"),
    "document": (("path",), "doc:{}"),
    "person": (("name",), "{}"),
    "event": (("subject",), "{}"),
}

# The things a row may be asked for by naming them as its subject: it, and what it is a part of.
OWNERS: dict[PlanKind, dict[Kind, str]] = {
    "model": {"model": "id"},
    "version": {"version": "id", "model": "model_id"},
    "dataset": {"dataset": "id"},
    "dataset_version": {"dataset_version": "id", "dataset": "dataset_id"},
    "run": {"run": "id"},
    "metric": {"version": "evaluation.version_id", "model": "evaluation.version.model_id"},
    "stage": {"version": "version_id", "model": "version.model_id"},
    "approval": {"version": "version_id", "model": "version.model_id"},
    "alias": {"model": "model_id", "version": "version_id"},
    "deployment": {"environment": "environment_id", "version": "version_id", "model": "version.model_id"},
    "environment": {"environment": "id"},
    "document": {"document": "id"},
    "person": {"person": "id"},
    "event": {
        "model": "entity_id",
        "version": "entity_id",
        "dataset": "entity_id",
        "dataset_version": "entity_id",
        "run": "entity_id",
        "document": "entity_id",
        "person": "entity_id",
    },
}

_FOLDED = frozenset(
    ("name", "id", "by", "version", "stage", "previous", "alias", "site", "environment", "meaning", "decision")
    + ("imported", "actor", "recorded_by", "action", "closed_by")
)
"""Fields that the record holds in lower case only, so that an index on them can be used."""

Decoder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a plan is read through: the view, and whether closed intervals count."""

    view: View
    history: bool

    @property
    def postgres(self) -> bool:
        """Whether the record is kept in PostgreSQL."""
        return self.view.connection.dialect.name == "postgresql"

    def seen(self, of: FromClause) -> ColumnElement[bool]:
        """Return the condition that a row of any table counts."""
        if "until" in of.c and not self.history:
            return self.view.open(of)
        return self.view.exists(of)

    def of(self, entity: type[Base]) -> tuple[FromClause, ColumnElement[bool]]:
        """Return a table under a name of its own, and the condition that a row of it counts."""
        alias = table(entity).alias()
        return alias, self.seen(alias)


@dataclass(frozen=True, slots=True)
class Side:
    """A field kept in rows of a table beside its owner's: changing values, tags, stages."""

    rows: FromClause
    owner: ColumnElement[int]
    key: ColumnElement[str]
    value: ColumnElement[str]
    match: ColumnElement[bool]
    seen: ColumnElement[bool]
    until: ColumnElement[Any]
    prefix: str
    """What the keys of a wildcard begin with in their table."""

    @property
    def where(self) -> ColumnElement[bool]:
        """The condition that a row counts."""
        return and_(self.match, self.seen, self.until.is_(None))

    def ids(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the owners of a value that meets the conditions."""
        return select(self.owner).where(self.where, *conditions)

    def of(self, owner: ColumnElement[int]) -> ColumnElement[Any]:
        """Return the value that one owner has."""
        # Written so that no index on the end is taken: the one on the owner is better by far.
        holds = (self.until + "").is_(None)
        mine = select(self.value).where(self.match, self.seen, holds, self.owner == owner)
        return mine.order_by(self.rows.c.at.desc()).limit(1).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a kind as SQL: an expression over its row, or a side table."""

    name: str
    type: FieldType
    encoded: bool
    """Whether the text is JSON."""
    expression: ColumnElement[Any] | None
    side: Side | None
    decode: Decoder
    listed: bool = False
    """Whether the JSON is a list, of which any element may meet a condition."""

    @property
    def folded(self) -> bool:
        """Whether the text is in lower case."""
        return self.name in _FOLDED


@dataclass(slots=True)
class Scope:
    """The rows of one kind within a statement, joining other tables only as their columns are asked for."""

    reading: Reading
    kind: PlanKind
    base: FromClause = field(init=False)
    where: list[ColumnElement[bool]] = field(default_factory=list)
    _joins: dict[str, tuple[FromClause, FromClause, str]] = field(default_factory=dict)
    _others: list["Scope"] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Name the kind's own table; a document that was removed is there no more."""
        self.base = table(TABLES[self.kind]).alias()
        if self.kind == "document" and not self.reading.history:
            removed = table(Field).alias()
            gone = (removed.c.entity_id == self.base.c.id, removed.c.name == "removed", self.reading.view.open(removed))
            self.where.append(~exists().where(*gone))

    @property
    def id(self) -> ColumnElement[int]:
        """The row's id: for an event, its number."""
        return self.base.c.seq if self.kind == "event" else self.base.c.id

    @property
    def at(self) -> ColumnElement[str]:
        """When it happened."""
        return self.base.c.occurred_at if self.kind == "event" else self.base.c.at

    @property
    def event(self) -> ColumnElement[int]:
        """The event that recorded it."""
        return self.base.c.seq if self.kind == "event" else self.base.c.event

    @property
    def until(self) -> ColumnElement[Any]:
        """When it ended, for intervals."""
        return self.reading.view.until(self.base) if self.kind in INTERVALS else null()

    @property
    def subject(self) -> list[ColumnElement[Any]]:
        """The parts of the subject."""
        return [self.column(part) for part in _SUBJECTS[self.kind][0]]

    def seen(self) -> ColumnElement[bool]:
        """Return the condition that a row counts."""
        view = self.reading.view
        if self.kind != "event":
            return self.reading.seen(self.base)
        limits = [] if view.as_of is None else [self.base.c.occurred_at <= view.as_of]
        return and_(true(), *limits, *([] if view.known is None else [self.base.c.seq <= view.known]))

    def column(self, path: str) -> ColumnElement[Any]:
        """Return a column of the kind's table, or of one joined over the tables that its path names."""
        *tables, name = path.split(".")
        source, reached = self.base, ""
        for step in tables:
            reached = f"{reached}.{step}"
            if reached not in self._joins:
                self._joins[reached] = (source, table(_JOINED[step]).alias(), f"{step}_id")
            source = self._joins[reached][1]
        return source.c[name]

    def copy(self) -> "Scope":
        """Return the same rows, to be narrowed or combined further."""
        twin = Scope(self.reading, self.kind)
        twin.base, twin.where, twin._joins = self.base, [*self.where], {**self._joins}
        twin._others = [*self._others]
        return twin

    def combine(self, other: "Scope") -> None:
        """Pair each row with the rows of another scope whose conditions relate them."""
        self._others.append(other)

    def source(self) -> FromClause:
        """Return the kind's table with those joined."""
        source = self.base
        for before, joined, key in self._joins.values():
            source = source.join(joined, joined.c.id == before.c[key])
        return source

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the statement that selects columns of the rows that count and meet the conditions."""
        found = select(*columns).select_from(self.source()).where(self.seen(), *self.where)
        for other in self._others:
            found = found.select_from(other.source()).where(other.seen(), *other.where)
        return found

    def ids(self) -> Select[Any]:
        """Return the statement that selects the ids."""
        return self.select(self.id)

    def place(self, name: str, type: FieldType, key: str | None) -> Place:
        """Return where a field is kept; `key` is the rest of a path such as `tag.site`."""
        if (side := self._side(name, key)) is not None:
            tagged = name in ("tag", "stage")
            return Place(name, type, not tagged, None, side, _plain if tagged else json.loads, listed=name == "roles")
        if name in ("param", "detail"):
            expression = self._json(name, key)
            return Place(name, type, True, expression, None, json.loads)
        if type == "instant":
            expression, decode = self._instant(name, key)
            return Place(name, "text" if key else type, False, expression, None, decode)
        expression = self._expression(name)
        encoded = type == "json"
        decode = json.loads if encoded else _number if type == "number" else _plain
        return Place(name, type, encoded, expression, None, decode)

    def _expression(self, name: str) -> ColumnElement[Any]:
        if name == "imported":
            return case((self.base.c.origin == "manifest", "true"), else_="false")
        if name == "closed_by":
            return self._closer()
        if self.kind == "metric" and name == "dataset":
            dataset = "evaluation.dataset_version.dataset.name"
            return self.column(dataset) + "@" + self.column("evaluation.dataset_version.label")
        return self.column(_PLACES.get(self.kind, {}).get(name, name))

    def _closer(self) -> ColumnElement[Any]:
        """Return who ended the interval: the actor of the event that closed it, once that can be seen.

        A manifest tells who began an interval, not who ended it: there its loader is named for want of another.
        """
        closing = table(Event).alias()
        loader = and_(closing.c.payload.like('%"source":"manifest"%'), closing.c.actor == closing.c.recorded_by)
        unsaid = or_(loader, closing.c.seq == self.base.c.event)
        actor = case((unsaid, null()), else_=closing.c.actor)
        ended = select(actor).where(closing.c.seq == self.base.c.closed_event).scalar_subquery()
        return case((self.until.is_not(None), ended), else_=None)

    def _instant(self, name: str, part: str | None) -> tuple[ColumnElement[Any], Decoder]:
        if name in ("at", "since"):
            expression: ColumnElement[Any] = self.at
        else:
            expression = self.until if name in ("until", "lapsed") else self.base.c[name]
        if part is None:
            return expression, times.shown
        return sql.substr(expression, 1, {"year": 4, "month": 7, "day": 10}[part]), _plain

    def _side(self, name: str, key: str | None) -> Side | None:
        if name == "stage" and self.kind == "version":
            return self._beside(Stage, "version_id", "stage", "stage", None)
        if name == "tag":
            return self._beside(Tag, "entity_id", "key", "value", key)
        if name == "card":
            return self._beside(Field, "entity_id", "name", "value", f"card.{key}", prefix="card.")
        if name in _ATTRIBUTES.get(self.kind, ()):
            return self._beside(Field, "entity_id", "name", "value", name)
        return None

    def _beside(
        self, of: type[Interval], owner: str, key: str, value: str, wanted: str | None, *, prefix: str = ""
    ) -> Side:
        view, rows = self.reading.view, table(of).alias()
        match: ColumnElement[bool] = true()
        if wanted == "card.*":
            match = and_(rows.c[key] >= "card.", rows.c[key] < "card/")  # the character after the dot
        elif wanted not in (None, "*"):
            match = rows.c[key] == wanted
        held = (view.exists(rows), view.until(rows))
        return Side(rows, rows.c[owner], rows.c[key], rows.c[value], match, *held, prefix)

    def _json(self, name: str, key: str | None) -> ColumnElement[Any]:
        """Return the JSON text of a member of the parameters of a run or the detail of an event."""
        source = self.base.c.params if name == "param" else self.base.c.payload
        steps = [*(["detail"] if name == "detail" else []), *([key] if key and key != "*" else [])]
        if not steps:
            return source
        if any('"' in step for step in steps):
            raise InvalidInput(f"{key!r} cannot be asked for: it holds a quotation mark")
        if self.reading.postgres:
            value: ColumnElement[Any] = cast(source, JSON)
            for step in steps:
                value = value[step]
            return cast(value, SqlText)
        path = "$" + "".join(f'."{step}"' for step in steps)
        return case((sql.json_type(source, path).is_not(None), sql.json_quote(sql.json_extract(source, path))))


def written(kind: PlanKind, parts: tuple[Any, ...]) -> str:
    """Return a subject from its parts."""
    return _SUBJECTS[kind][1].format(*parts)


def group_text(value: Any) -> str:
    """Return a value as the name of a group."""
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value) if isinstance(value, dict | list) else str(value)


def _plain(value: Any) -> Any:
    return value


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value
