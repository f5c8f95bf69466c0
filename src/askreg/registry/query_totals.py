"""The aggregates of a plan: the database selects and counts, the figures are then exact decimals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy import func as sql

from askreg.errors import InvalidInput
from askreg.registry import times
from askreg.registry.canonical import EXACT
from askreg.registry.plan import Aggregate, Aggregation, PlanKind
from askreg.registry.query_paths import SUBJECT, Path, of_each, parse, reached, rows_without, value_column
from askreg.registry.query_sources import INTERVALS, Scope, group_text, written

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Part:
    """The columns of a path within the statement, and how to read a row of them."""

    columns: list[ColumnElement[Any]]
    read: Callable[[Sequence[Any]], Any]
    node: list[ColumnElement[Any]]
    """The id of what the path leads to, where there may be several."""


def aggregate(scope: Scope, wanted: Aggregate) -> Figures:
    """Return the figure of each group, largest first and the group without a value last; without `by`, of all."""
    of = None if wanted.of is None else parse(scope.kind, wanted.of)
    by = None if wanted.by is None else parse(scope.kind, wanted.by)
    _check(scope.kind, wanted, of)
    if by is None:
        return {"": _figure(wanted.op, _pairs(scope, wanted.op, None, of).get("", []), of)}
    found = _pairs(scope, wanted.op, by, of)
    if of is not None and not of.one:
        # Rows that lead to nothing belong to a group all the same, which has nothing to count.
        found = dict.fromkeys(_pairs(scope, "count", by, None), []) | found
    if not by.one:
        without = rows_without(scope, by)
        if _count(without):
            found[""] = _pairs(without, wanted.op, None, of).get("", [])
    figures = {name: _figure(wanted.op, pairs, of) for name, pairs in found.items()}
    ranked = sorted(figures.items(), key=lambda item: (item[0] == "", item[0]))
    if all(isinstance(figure, int | Decimal) for figure in figures.values()):
        ranked.sort(key=lambda item: (item[0] == "", -item[1]))
    return dict(ranked)


def _pairs(scope: Scope, op: Aggregation, by: Path | None, of: Path | None) -> dict[str, list[tuple[Any, int]]]:
    """Return the values of each group, and how often each occurs; for counts, only how many there are."""
    rows = scope.copy()
    group = _Part([], lambda _: "", []) if by is None else _part(rows, by)
    value = _value(rows, op, of)
    size, counting = len(group.columns), op == "count"
    found: dict[str, list[tuple[Any, int]]] = {}
    for row in scope.reading.view.connection.execute(_statement(rows, op, group, value, by, of)):
        read = None if counting else value.read(row[size:-1])
        found.setdefault(group_text(group.read(row[:size])), []).append((read, row[-1]))
    return found


def _count(scope: Scope) -> int:
    return int(scope.reading.view.connection.execute(scope.select(sql.count())).scalar_one())


def _check(kind: PlanKind, wanted: Aggregate, of: Path | None) -> None:
    if wanted.op == "duration":
        target = kind if of is None else of.kind
        if target not in INTERVALS or (of is not None and of.field != SUBJECT):
            raise InvalidInput(
                f"duration of {wanted.of or kind!r}: only {', '.join(sorted(INTERVALS))} last; "
                "select one of these, or take it of a relation to one"
            )
    elif wanted.op != "count" and (of is None or of.field == SUBJECT or of.key == "*"):
        raise InvalidInput(f"{wanted.op} needs the field to take it of: an instant or a number")
    elif wanted.op in ("sum", "avg") and of is not None and of.type not in ("number", "json"):
        raise InvalidInput(f"{wanted.op} of {wanted.of!r}: it is {of.type}, not a number; min and max would do")


def _statement(
    scope: Scope, op: Aggregation, group: _Part, value: _Part, by: Path | None, of: Path | None
) -> Select[Any]:
    """Select the groups, the values, and how often each occurs, counting a row once in each group it belongs to."""
    size = len(group.columns)
    of_values = op == "count" and of is not None
    rows = [] if of_values else [scope.id, *value.node]
    columns = [*group.columns, *rows, *value.columns]
    inner = scope.select(*(column.label(f"c{index}") for index, column in enumerate(columns)))
    if of_values or (by is not None and not by.one):
        inner = inner.distinct()
    given = list(inner.subquery().c)
    if op == "count":
        return select(*given[:size], sql.count(given[size])).group_by(*given[:size])
    shown = [*given[:size], *given[size + len(rows) :]]
    return select(*shown, sql.count()).group_by(*shown)


def _value(scope: Scope, op: Aggregation, of: Path | None) -> _Part:
    if of is None:
        held = [scope.at, scope.until] if op == "duration" else []
        return _Part(held, _span(scope) if held else _as_is, [])
    return _part(scope, of, spans=op == "duration", raw=op != "count", counting=op == "count")


def _part(scope: Scope, path: Path, *, spans: bool = False, raw: bool = False, counting: bool = False) -> _Part:
    target = reached(scope, path.links, path.kind) if path.relations else scope
    columns: list[ColumnElement[Any]]
    read: Callable[[Sequence[Any]], Any]
    if spans:
        columns, read = [target.at, target.until], _span(scope)
    elif path.field == SUBJECT:
        columns = [target.id] if counting and path.relations else target.subject
        read = lambda parts: None if parts[0] is None else written(path.kind, tuple(parts))  # noqa: E731
    else:
        place = path.place(target)
        columns = [value_column(target, path)]
        # Instants are compared as they are stored: shown, they do not sort.
        decode = _as_is if place.type == "instant" and raw else place.decode
        read = lambda parts: None if parts[0] is None else decode(parts[0])  # noqa: E731
    if not path.relations:
        return _Part(columns, read, [])
    if path.one:
        return _Part([of_each(scope, target, column) for column in columns], read, [])
    scope.combine(target)
    return _Part(columns, read, [target.id])


def _figure(op: Aggregation, pairs: list[tuple[Any, int]], of: Path | None) -> Any:
    if op == "count":
        return sum(count for _, count in pairs)
    if op == "duration":
        return _seconds(sum((span * count for span, count in pairs if span is not None), timedelta()))
    if of is None or of.type not in ("number", "json"):
        held = [value for value, _ in pairs if value is not None]
        least = None if not held else min(held) if op == "min" else max(held)
        return times.shown(least) if of is not None and of.type == "instant" and of.key is None else least
    figures = [(number, count) for value, count in pairs if (number := _decimal(value)) is not None]
    if not figures:
        return None
    if op in ("min", "max"):
        numbers = [number for number, _ in figures]
        return min(numbers) if op == "min" else max(numbers)
    with localcontext(EXACT):
        total = sum(number * count for number, count in figures)
    return total if op == "sum" else Decimal(total) / sum(count for _, count in figures)


def _decimal(value: Any) -> int | Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(repr(value)) if isinstance(value, float) else value


def _seconds(held: timedelta) -> int | Decimal:
    micros = held // timedelta(microseconds=1)
    return micros // 1_000_000 if micros % 1_000_000 == 0 else Decimal(micros) / 1_000_000


def _span(scope: Scope) -> Callable[[Sequence[Any]], timedelta | None]:
    end = times.moment(scope.reading.view.instant)

    def read(parts: Sequence[Any]) -> timedelta | None:
        if parts[0] is None:
            return None
        until = end if parts[1] is None else min(end, times.moment(parts[1]))
        return until - times.moment(parts[0])

    return read


def _as_is(value: Any) -> Any:
    return value
