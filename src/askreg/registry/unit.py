"""The unit of work: several writes, their events and one commit.

A write function opens an event, and inserts and changes rows inside it. When the event closes, its payload is the
image of those rows as they then stand, and it is chained to the log. Rows go to the database in batches, before
anything is read and at the end. Because the writer holds the record's only write lock, what the unit has looked up
stays true until it commits.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select, UniqueConstraint, Update, bindparam, select, update
from sqlalchemy import func as sql

from askreg.errors import InvalidInput, NotFound, NotPermitted, StorageError
from askreg.registry import access, log, names, policy, times
from askreg.registry.canonical import canonical, payload_text, sha256
from askreg.registry.tables import (
    RECORD,
    Base,
    Event,
    Field,
    Head,
    Model,
    Origin,
    Person,
    PersonKind,
    PolicyRow,
    Recorded,
    Version,
)
from askreg.registry.times import When
from askreg.registry.view import table

Row = dict[str, Any]

_BATCH = 20_000
_REFERENCES = ("version_id", "model_id", "evaluation_id", "entity_id", "environment_id", "source", "dataset_id")
_COLUMNS = {of: tuple(column.name for column in table(of).c) for of in RECORD}
_NAMES = {of: str(of.__tablename__) for of in RECORD}
_BLANK: dict[type[Recorded], Row] = {
    of: {column.name: getattr(column.default, "arg", None) for column in table(of).c} for of in RECORD
}
_DIGESTED: dict[type[Recorded], frozenset[str]] = {of: of.digested for of in RECORD if hasattr(of, "digested")}
_PARENTS = {of: [name for name in _COLUMNS[of] if name in _REFERENCES] for of in RECORD}
"""The columns by which a row belongs to another."""


class OpenEvent:
    """An event being written. Set `entity` to the id of what it is about."""

    def __init__(self, *, seq: int, at: str, by: str | None, entity: int | None) -> None:
        self.seq, self.at, self.by, self.entity = seq, at, by, entity
        self.images: dict[int, tuple[type[Recorded], Row]] = {}
        self.inserted: list[tuple[type[Recorded], Row]] = []
        self.changes: list[tuple[type[Recorded], Row, Row]] = []


class Unit:
    """One writer's transaction. Made by the registry; see the module's text."""

    def __init__(self, connection: Connection, *, now: str, actor: str, origin: Origin = "registry") -> None:
        self._connection = connection
        row = connection.execute(_HEAD).mappings().first()
        if row is None:
            raise StorageError("the registry has lost its head row: run 'askreg audit verify'; nothing was written")
        self._seq: int = row["seq"]
        self._hash: str = row["hash"]
        self._last_id: int = row["last_id"]
        self._first_id = self._last_id + 1
        # A clock that was set back must not put the log out of order.
        self._recorded_at = max(now, row["recorded_at"] or now)
        self.now, self.actor, self.origin = now, actor, origin
        self.attempt = ("write", "")
        """The permission and subject of the write in progress, for the record of a refusal."""
        self.cause: Mapping[str, object] = {}
        """What the events say of where the write in progress came from."""
        self._open: OpenEvent | None = None
        self._events: list[Row] = []
        self._inserts: defaultdict[type[Recorded], list[Row]] = defaultdict(list)
        self._updates: defaultdict[type[Recorded], dict[int, Row]] = defaultdict(dict)
        self._unflushed: set[int] = set()
        self._pending = 0
        self._known: dict[tuple[type[Recorded], tuple[Any, ...]], Row | None] = {}
        self._complete: set[type[Recorded]] = set()
        """The tables whose keys are all known."""
        self._by_id: dict[int, Row] = {}
        self._children: defaultdict[tuple[type[Recorded], str, int], list[Row]] = defaultdict(list)
        self._numbers: dict[int, int] = {}
        self._policy: policy.Policy | None = None

    @property
    def connection(self) -> Connection:
        """Return the connection; flush before reading from it."""
        return self._connection

    @property
    def seq(self) -> int:
        """Return the number of the last event."""
        return self._seq

    # -- who and when

    def when(self, at: When | None, *, name: str = "at", bare: times.Edge = "start") -> str:
        """Return when something happened, now by default, refusing the future."""
        return self.now if at is None else times.past(at, bare=bare, now=self.now, name=name)

    def who(self, by: str | None) -> str | None:
        """Return who did it: the actor, or whom the manifest names, who must be known."""
        if self.origin == "registry":
            if by not in (None, self.actor):
                raise InvalidInput(f"{self.actor!r} cannot act as {by!r}: act with --as {by}, or load a manifest")
            return self.actor
        if by is not None and self.find(Person, name=by) is None:
            raise NotFound(kind="person", name=by, nearest=names.nearest(by, self.every(Person, "name")))
        return by

    def allow(self, permission: access.Permission, subject: str) -> None:
        """Refuse unless the actor's roles permit the write; the first writer of all becomes admin."""
        if self.origin == "manifest":
            return  # the load as a whole was permitted
        self.attempt = (permission, subject)
        self.require(permission)

    def require(self, permission: access.Permission, *, kind: PersonKind = "person") -> None:
        """Refuse unless the actor has a role for `permission`, making the first of all people (or services) admin."""
        if not self.roles(self.actor) and not self.any(Person):
            self._found(kind)
        if not access.permitted(self.roles(self.actor), permission):
            raise NotPermitted(actor=self.actor, action=permission, roles=access.PERMISSIONS[permission])

    def roles(self, person: str) -> list[str]:
        """Return the roles that a person holds now."""
        row = self.find(Person, name=person)
        held = self.field(row["id"], "roles") if row else None
        return [] if held is None else _json(held["value"])

    def policy(self) -> policy.Policy:
        """Return the lifecycle policy in force."""
        if self._policy is None:
            rows = [row for row in self.select(PolicyRow) if row["until"] is None]
            self._policy = policy.parse(_json(rows[0]["body"])) if rows else policy.DEFAULT
        return self._policy

    def _found(self, kind: PersonKind) -> None:
        with self.event("person.registered", self.actor, at=self.now, by=self.actor, detail={"first": True}) as event:
            event.entity = self.insert(Person, name=names.name(self.actor, what="user"), kind=kind)
            self.insert(Field, entity_id=event.entity, name="roles", value=canonical(["admin"]))

    # -- reading what is being written

    def select(self, of: type[Recorded], **equal: Any) -> list[Row]:
        """Return the rows of a table with these values, the unit's own among them."""
        self.flush()
        return [dict(row) for row in self._connection.execute(_selection(of, tuple(equal)), equal).mappings()]

    def find(self, of: type[Recorded], **key: Any) -> Row | None:
        """Return the one row with this unique key, if there is one."""
        cached = (of, tuple(key.values()))
        if cached not in self._known:
            if self._first_id == 1 or of in self._complete:
                return None
            if self.origin == "manifest":  # many more will follow
                self._learn(of)
                return self.find(of, **key)
            found = self.select(of, **key)
            self._known[cached] = found[0] if found else None
        return self._known[cached]

    def get(self, of: type[Recorded], id: int) -> Row:
        """Return the row with this id."""
        row = self._by_id.get(id)
        if row is None:
            row = self._by_id[id] = self.select(of, id=id)[0]
        return row

    def children(self, of: type[Recorded], parent: str, id: int) -> list[Row]:
        """Return the rows of a table that belong to another row, oldest first."""
        if id >= self._first_id:  # its parent is ours, so all of its children are too
            return self._children[of, parent, id]
        return sorted(self.select(of, **{parent: id}), key=lambda row: int(row["id"]))

    def current(self, of: type[Recorded], parent: str, id: int) -> list[Row]:
        """Return those of the children that are open intervals."""
        return [row for row in self.children(of, parent, id) if row["until"] is None]

    def field(self, entity: int, name: str) -> Row | None:
        """Return the current field of an entity."""
        return next((row for row in self.current(Field, "entity_id", entity) if row["name"] == name), None)

    def every(self, of: type[Recorded], column: str) -> list[Any]:
        """Return all values of a column: for naming the nearest."""
        self.flush()
        return list(self._connection.execute(select(table(of).c[column])).scalars())

    def any(self, of: type[Recorded]) -> bool:
        """Return whether a table has any row."""
        self.flush()
        return self._connection.execute(select(table(of).c.id).limit(1)).first() is not None

    def next_number(self, model_id: int) -> int:
        """Return the number that the model's next version gets."""
        if model_id not in self._numbers:
            self.flush()
            self._numbers[model_id] = self._connection.execute(_HIGHEST, {"model": model_id}).scalar() or 0
        return self._numbers[model_id] + 1

    # -- writing

    @contextmanager
    def event(
        self,
        action: str,
        subject: str,
        *,
        at: str,
        by: str | None,
        entity: int | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> Iterator[OpenEvent]:
        """Open an event; rows inserted and changed until it closes are its rows. An error discards them."""
        if self._open is not None:
            raise RuntimeError("events do not nest")
        before = self._last_id
        self._open = event = OpenEvent(seq=self._seq + 1, at=at, by=by, entity=entity)
        try:
            yield event
        except BaseException:
            self._last_id = before
            raise
        finally:
            self._open = None
        self._close(event, action, subject, dict(detail or {}))

    def insert(self, of: type[Recorded], **values: Any) -> int:
        """Add a row to the open event and return its id."""
        event = self._event()
        self._last_id += 1
        row = {**_BLANK[of], "id": self._last_id, "at": event.at, "by": event.by, "event": event.seq, **values}
        if len(row) != len(_COLUMNS[of]):
            raise TypeError(f"{of.__name__} has no {sorted(set(row) - set(_COLUMNS[of]))}")
        event.inserted.append((of, row))
        event.images[self._last_id] = (of, row)
        return self._last_id

    def change(self, of: type[Recorded], row: Row, **values: Any) -> None:
        """Change columns of a row within the open event; an interval's end takes the event's number with it."""
        event = self._event()
        if "until" in values:
            values["closed_event"] = event.seq
        earlier = event.images.get(row["id"])
        image = {**(earlier[1] if earlier else row), **values}
        event.images[row["id"]] = (of, image)
        event.changes.append((of, row, values))

    def flush(self) -> None:
        """Send what was written to the database, parents first."""
        if not self._pending:
            return
        self._insert(Event, self._events)
        for of in RECORD:
            if rows := self._inserts.get(of):
                self._insert(of, rows)
        for of, changed in self._updates.items():
            alike: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
            for row in changed.values():
                alike[tuple(row)].append(row)
            for rows in alike.values():
                self._connection.execute(_UPDATE[of], rows)
        self._events.clear()
        self._inserts.clear()
        self._updates.clear()
        self._unflushed.clear()
        self._pending = 0

    def finish(self) -> None:
        """Flush, and move the head of the log to the last event."""
        self.flush()
        self._connection.execute(_MOVE_HEAD, {"end": self._seq, "link": self._hash, "last": self._last_id})

    def _event(self) -> OpenEvent:
        if self._open is None:
            raise RuntimeError("rows are written inside an event")
        return self._open

    def _insert(self, of: type[Base], rows: list[Row]) -> None:
        # Rows have all columns, in the table's order; handing them on as they are takes half as long.
        statement = _INSERT[self._connection.dialect.name][of]
        self._connection.exec_driver_sql(statement, [tuple(row.values()) for row in rows])

    def _learn(self, of: type[Recorded]) -> None:
        for row in self.select(of):
            self._known[of, tuple(row[name] for name in _KEYS[of])] = row
        self._complete.add(of)

    def _close(self, event: OpenEvent, action: str, subject: str, detail: dict[str, object]) -> None:
        if self.origin == "manifest":
            detail["source"] = "manifest"
        detail |= self.cause
        images: dict[str, list[Row]] = {}
        for of, image in event.images.values():
            images.setdefault(_NAMES[of], []).append(_digest(of, image) if of in _DIGESTED else image)
        row: Row = {
            "seq": event.seq,
            "recorded_at": self._recorded_at,
            "occurred_at": event.at,
            "recorded_by": self.actor,
            "actor": event.by or self.actor,
            "action": action,
            "subject": subject,
            "entity_id": event.entity,
            "payload": payload_text({"detail": detail, "rows": images}),
            "previous": self._hash,
        }
        row["hash"] = log.event_hash(**row)
        self._seq, self._hash = event.seq, row["hash"]
        self._events.append(row)
        for of, new in event.inserted:
            self._keep(of, new)
        for of, old, values in event.changes:
            old.update(values)
            if "until" not in values:  # not an interval: a key or a parent that look-ups remember
                self._known.clear()
                self._complete.clear()
                self._by_id.clear()
            if old["id"] not in self._unflushed:
                self._updates[of].setdefault(old["id"], {"row": old["id"]}).update(values)
        self._pending += 1 + len(event.images)
        if self._pending >= _BATCH:
            self.flush()

    def _keep(self, of: type[Recorded], row: Row) -> None:
        self._inserts[of].append(row)
        self._unflushed.add(row["id"])
        self._by_id[row["id"]] = row
        for parent in _PARENTS[of]:
            self._children[of, parent, row[parent]].append(row)
        if key := _KEYS[of]:
            self._known[of, tuple([row[name] for name in key])] = row
        if of is Version:
            self._numbers[row["model_id"]] = max(self._numbers.get(row["model_id"], 0), row["number"])
        if of is Model:
            self._numbers[row["id"]] = 0


def _unique_key(of: type[Recorded]) -> tuple[str, ...]:
    for constraint in table(of).constraints:
        if isinstance(constraint, UniqueConstraint):
            return tuple(column.name for column in constraint.columns)
    return ()


def _insertion(of: type[Base], mark: str) -> str:
    columns = [f'"{column.name}"' for column in table(of).c]
    return f'INSERT INTO "{of.__tablename__}" ({", ".join(columns)}) VALUES ({", ".join([mark] * len(columns))})'


_MARKS = {"sqlite": "?", "postgresql": "%s"}
_KEYS = {of: _unique_key(of) for of in RECORD}
_WRITTEN: tuple[type[Base], ...] = (*RECORD, Event)
_INSERT = {dialect: {of: _insertion(of, mark) for of in _WRITTEN} for dialect, mark in _MARKS.items()}
_UPDATE: dict[type[Recorded], Update] = {
    of: update(table(of)).where(table(of).c.id == bindparam("row")) for of in RECORD
}
_HEAD = select(table(Head), table(Event).c.recorded_at).outerjoin_from(
    table(Head), table(Event), table(Event).c.seq == table(Head).c.seq
)
_MOVE_HEAD = (
    update(table(Head))
    .where(table(Head).c.id == 1)
    .values(seq=bindparam("end"), hash=bindparam("link"), last_id=bindparam("last"))
)
_HIGHEST = select(sql.max(table(Version).c.number)).where(table(Version).c.model_id == bindparam("model"))
_SELECTIONS: dict[tuple[type[Recorded], tuple[str, ...]], Select[Any]] = {}


def _selection(of: type[Recorded], equal: tuple[str, ...]) -> Select[Any]:
    key = (of, equal)
    if key not in _SELECTIONS:
        source = table(of)
        _SELECTIONS[key] = select(source).where(*(source.c[name] == bindparam(name) for name in equal))
    return _SELECTIONS[key]


def _digest(of: type[Recorded], row: Row) -> Row:
    return {**row, **{name: sha256(row[name]) for name in _DIGESTED[of]}}


def _json(text: str) -> Any:
    return json.loads(text)
