"""The paths and conditions of a plan: what they name, and the statements they become."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, false, not_, or_, select, true
from sqlalchemy import func as sql

from askreg.errors import InvalidInput, NotFound
from askreg.registry import names
from askreg.registry.plan import CATALOGUE, Condition, FieldType, PlanKind
from askreg.registry.query_links import LINKS, Direct, Link
from askreg.registry.query_sources import OWNERS, Place, Reading, Scope
from askreg.registry.query_values import number, test
from askreg.registry.resolve import resolve
from askreg.registry.tables import Kind

SUBJECT = "subject"
"""The field that every kind has: what a row is about."""

_PARTS = ("year", "month", "day")


@dataclass(frozen=True, slots=True)
class Path:
    """A path as understood: relations to follow from a kind, then a field of the kind they lead to."""

    text: str
    relations: tuple[tuple[PlanKind, str], ...]
    """Each relation with the kind it starts from."""
    kind: PlanKind
    """The kind that has the field."""
    field: str
    key: str | None
    """The rest of a path such as `tag.site`; `*` for all of them."""
    type: FieldType

    @property
    def links(self) -> list[Link]:
        """The relations as SQL."""
        return [LINKS[kind][name] for kind, name in self.relations]

    @property
    def one(self) -> bool:
        """Whether it leads to one value at most."""
        return all(link.one for link in self.links)

    def place(self, scope: Scope) -> Place:
        """Return where the field is kept among the rows of its kind."""
        return scope.place(self.field, self.type, self.key)


def parse(kind: PlanKind, text: str) -> Path:
    """Return what a path from a kind names; raises `InvalidInput` with the nearest names there are."""
    relations: list[tuple[PlanKind, str]] = []
    rest = text
    while rest:
        head, _, tail = rest.partition(".")
        following = CATALOGUE[kind].relations.get(head)
        if following is None:
            field, key, type = _field(kind, head, tail, text)
            return Path(text, tuple(relations), kind, field, key, type)
        relations.append((kind, head))
        kind, rest = following, tail
    if not relations:
        raise InvalidInput(f"an empty path names nothing; {_article(kind)} has {_having(kind)}")
    return Path(text, tuple(relations), kind, SUBJECT, None, "text")


def hop(kind: PlanKind, text: str) -> tuple[PlanKind, list[Link]]:
    """Return the relations that a hop names, one or several joined by dots, and the kind they lead to."""
    links = []
    for step in text.split("."):
        relations = CATALOGUE[kind].relations
        if step not in relations:
            raise _unknown(kind, step, text, known=relations, what="relation")
        links.append(LINKS[kind][step])
        kind = relations[step]
    return kind, links


def image(reading: Reading, seeds: Select[Any], links: Sequence[Link]) -> Select[Any]:
    """Return the ids that follow from a statement's ids along relations."""
    for link in links:
        seeds = link.image(reading, seeds)
    return seeds


def track(reading: Reading, seeds: Select[Any], links: Sequence[Link]) -> Select[Any]:
    """Return (origin, node) for what follows from each of a statement's ids along relations."""
    start = seeds.subquery()
    only = list(start.c)[0]
    pairs = select(only.label("origin"), only.label("node"))
    for link in links:
        pairs = link.track(reading, pairs)
    return pairs


def rows(reading: Reading, kind: PlanKind, conditions: Sequence[Condition]) -> Scope:
    """Return the rows of a kind that meet all conditions.

    Conditions over the same relation speak of one and the same related row, so that "a deployment at north, in the
    ICU" is one deployment; a second `=` on the same path begins another row.
    """
    scope = Scope(reading, kind)
    groups: list[tuple[str, list[Condition]]] = []
    for condition in conditions:
        head, _, tail = condition.path.partition(".")
        if head not in CATALOGUE[kind].relations or condition.negate != (condition.op == "missing"):
            scope.where.append(_single(scope, condition))
        else:
            bare = {"negate": False, "op": "exists" if condition.op == "missing" else condition.op}
            _gather(groups, head, condition.model_copy(update={"path": tail or SUBJECT, **bare}))
    for head, inner in groups:
        scope.where.append(_related(scope, head, inner))
    return scope


def reached(scope: Scope, links: Sequence[Link], kind: PlanKind) -> Scope:
    """Return the rows that follow from those of a scope along relations; they relate where they are combined.

    The relations become conditions between tables, which leaves the database their indexes. Only what recurses is
    worked out beforehand.
    """
    target, reading = Scope(scope.reading, kind), scope.reading
    node: ColumnElement[Any] = scope.id
    if all(isinstance(link, Direct) for link in links):
        for link in links:
            pairs = cast(Direct, link).pairs(reading)
            target.where += [pairs.left == node, *pairs.where]
            node = pairs.right
    else:
        tracked = track(reading, scope.ids(), links).subquery()
        target.where.append(tracked.c.origin == node)
        node = tracked.c.node
    target.where.append(target.id == node)
    return target


def of_each(scope: Scope, target: Scope, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return one figure over the rows that `reached` gave, for each row of the scope."""
    return target.select(column).correlate(scope.base).scalar_subquery()


def rows_without(scope: Scope, path: Path) -> Scope:
    """Return the rows of a scope for which a path leads to no value."""
    rest = scope.copy()
    rest.where.append(_single(rest, Condition(path=path.text, op="missing")))
    return rest


def order_columns(scope: Scope, path: Path, *, descending: bool) -> list[ColumnElement[Any]]:
    """Return what to sort by; over a relation to many, the first or the last value counts."""
    if not path.relations:
        return _sortable(scope, path)
    target = reached(scope, path.links, path.kind)
    values = [sql.max(value) if descending else sql.min(value) for value in _sortable(target, path)]
    return [of_each(scope, target, value) for value in values]


def value_column(scope: Scope, path: Path) -> ColumnElement[Any]:
    """Return a field's column as stored; its place knows how to decode it."""
    place = path.place(scope)
    if place.side is not None:
        if path.key == "*":
            raise InvalidInput(f"{path.text!r} is many values: name one of them, such as {path.field}.site")
        return place.side.of(scope.id)
    if place.expression is None:
        raise InvalidInput(f"{path.text!r} is not one value")
    return place.expression


def _single(scope: Scope, condition: Condition) -> ColumnElement[bool]:
    """Return a condition on the row itself, or that nothing related to it meets one."""
    head, _, tail = condition.path.partition(".")
    if head not in CATALOGUE[scope.kind].relations:
        return _local(scope, condition)
    bare = {"negate": False, "op": "exists" if condition.op == "missing" else condition.op}
    inner = condition.model_copy(update={"path": tail or SUBJECT, **bare})
    return _related(scope, head, [inner], none=True)


def _gather(groups: list[tuple[str, list[Condition]]], head: str, condition: Condition) -> None:
    for known, held in reversed(groups):
        if known == head:
            if condition.op == "=" and any((c.path, c.op) == (condition.path, "=") for c in held):
                break
            held.append(condition)
            return
    groups.append((head, [condition]))


def _related(scope: Scope, head: str, inner: Sequence[Condition], *, none: bool = False) -> ColumnElement[bool]:
    kind, link = CATALOGUE[scope.kind].relations[head], LINKS[scope.kind][head]
    wanted = rows(scope.reading, kind, inner).ids()
    ids = link.preimage(scope.reading, wanted)
    return scope.id.not_in(ids) if none else scope.id.in_(ids)


def _local(scope: Scope, condition: Condition) -> ColumnElement[bool]:
    none = condition.negate != (condition.op == "missing")
    if condition.op == "missing":
        condition = condition.model_copy(update={"op": "exists"})
    path = parse(scope.kind, condition.path)
    if path.field == SUBJECT:
        found = _subject(scope, condition)
        return not_(found) if none else found
    place = path.place(scope)
    passes = test(condition, place, postgres=scope.reading.postgres)
    if place.side is not None:
        ids = place.side.ids(passes(place.side.value))
        return scope.id.not_in(ids) if none else scope.id.in_(ids)
    found = _dataset(scope, condition) if _names_dataset(scope, path, condition) else passes(_expressed(place))
    return not_(sql.coalesce(found, false())) if none else found


def _expressed(place: Place) -> ColumnElement[Any]:
    if place.expression is None:
        raise InvalidInput(f"{place.name!r} is not one value")
    return place.expression


def _names_dataset(scope: Scope, path: Path, condition: Condition) -> bool:
    named = (scope.kind, path.field, condition.op) in (("metric", "dataset", "="), ("metric", "dataset", "!="))
    return named and isinstance(condition.value, str) and "@" not in condition.value


def _dataset(scope: Scope, condition: Condition) -> ColumnElement[bool]:
    """Compare a metric's dataset with a dataset's bare name, which means any version of it."""
    name = scope.column("evaluation.dataset_version.dataset.name")
    same = name == str(condition.value).lower()
    return same if condition.op == "=" else not_(same)


def _subject(scope: Scope, condition: Condition) -> ColumnElement[bool]:
    op, value = condition.op, condition.value
    if op == "exists":
        return true()
    if op == "contains":
        return sql.lower(scope.subject[0]).contains(str(value).lower(), autoescape=True)
    if op not in ("=", "!=", "in"):
        raise InvalidInput(f"{condition.path} {op} {value!r}: a subject takes =, !=, in, contains, exists or missing")
    each = value if isinstance(value, list | tuple) else [value]
    found = or_(false(), *(_named(scope, str(one)) for one in each))
    return not_(found) if op == "!=" else found


def _named(scope: Scope, subject: str) -> ColumnElement[bool]:
    if scope.kind == "event":
        return or_(sql.lower(scope.base.c.subject) == subject.lower(), *_about(scope, subject))
    owners = OWNERS[scope.kind]
    found = resolve(scope.reading.view, subject, kinds=cast("tuple[Kind, ...]", tuple(owners)))
    return scope.column(owners[found.kind]) == found.id


def _about(scope: Scope, subject: str) -> list[ColumnElement[bool]]:
    """Return that an event is about a thing, whatever it was called then."""
    try:
        found = resolve(scope.reading.view, subject)
    except (NotFound, InvalidInput):
        return []
    return [scope.base.c.entity_id == found.id]


def _sortable(scope: Scope, path: Path) -> list[ColumnElement[Any]]:
    if path.field == SUBJECT:
        return scope.subject
    place, column = path.place(scope), value_column(scope, path)
    if place.type == "number":
        return [number(column)]
    return [column if place.folded or place.type != "text" else sql.lower(column)]


def _field(kind: PlanKind, head: str, tail: str, text: str) -> tuple[str, str | None, FieldType]:
    fields = CATALOGUE[kind].fields
    if head == SUBJECT and not tail:
        return SUBJECT, None, "text"
    if f"{head}.*" in fields and tail:
        return head, tail, fields[f"{head}.*"]
    if head in fields and (not tail or (fields[head] == "instant" and tail in _PARTS)):
        return head, tail or None, fields[head]
    if head in fields or f"{head}.*" in fields:
        need = f"{head}.KEY, such as {head}.site" if f"{head}.*" in fields else head
        raise InvalidInput(f"{text!r}: {head} of {_article(kind)} is written {need}")
    raise _unknown(kind, head, text, known=[*fields, *CATALOGUE[kind].relations], what="field or relation")


def _unknown(kind: PlanKind, step: str, text: str, *, known: Any, what: str) -> InvalidInput:
    near = names.nearest(step, known)
    said = f"did you mean {' or '.join(repr(name) for name in near)}? " if near else ""
    where = "" if step == text else f" in {text!r}"
    return InvalidInput(f"{_article(kind)} has no {what} {step!r}{where}; {said}it has {', '.join([*known, SUBJECT])}")


def _having(kind: PlanKind) -> str:
    return ", ".join([*CATALOGUE[kind].fields, *CATALOGUE[kind].relations])


def _article(kind: PlanKind) -> str:
    return f"{'an' if kind[0] in 'ae' else 'a'} {kind.replace('_', ' ')}"
