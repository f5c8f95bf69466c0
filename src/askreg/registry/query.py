"""Plans run against the record: each becomes a few SQL statements, however many rows there are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy import func as sql

from askreg.registry import query_paths as paths
from askreg.registry import times
from askreg.registry import view as views
from askreg.registry.plan import Order, Plan, PlanResult, PlanRow
from askreg.registry.query_paths import SUBJECT, Path
from askreg.registry.query_sources import TIMELINES, Place, Reading, Scope, written
from askreg.registry.query_totals import aggregate
from askreg.registry.view import View

MOST = 1_000
"""The rows that a plan returns at most; more are counted, and the result says that it is cut."""


def run(view: View, plan: Plan) -> PlanResult:
    """Return what a plan selects, as of its own dates if it has any."""
    reading = Reading(_seen(view, plan), plan.history)
    scope = _selected(reading, plan)
    as_of = times.shown(reading.view.instant) or ""
    if plan.aggregate is not None:
        figures = aggregate(scope, plan.aggregate)
        kept = dict(list(figures.items())[: min(plan.limit or MOST, MOST)])
        return PlanResult(
            kind=scope.kind,
            rows=[],
            total=len(figures),
            returned=len(kept),
            truncated=len(kept) < len(figures),
            aggregate=kept,
            as_of=as_of,
        )
    total, rows = _rows(scope, plan)
    return PlanResult(
        kind=scope.kind, rows=rows, total=total, returned=len(rows), truncated=len(rows) < total, as_of=as_of
    )


def _seen(view: View, plan: Plan) -> View:
    if plan.as_of is None and plan.known_at is None:
        return view
    own = views.at(view.connection, now=view.now, as_of=plan.as_of, known_at=plan.known_at)
    return replace(
        view,
        as_of=view.as_of if own.as_of is None else own.as_of,
        known=view.known if own.known is None else own.known,
    )


def _selected(reading: Reading, plan: Plan) -> Scope:
    if not plan.hops:
        return paths.rows(reading, plan.select, [*plan.where, *plan.then])
    kind, ids = plan.select, paths.rows(reading, plan.select, plan.where).ids()
    for hop in plan.hops:
        kind, links = paths.hop(kind, hop)
        ids = paths.image(reading, ids, links)
    scope = paths.rows(reading, kind, plan.then)
    scope.where.append(scope.id.in_(ids))
    return scope


def _rows(scope: Scope, plan: Plan) -> tuple[int, list[PlanRow]]:
    wanted = {text: paths.parse(scope.kind, text) for text in dict.fromkeys(plan.project)}
    execute, most = scope.reading.view.connection.execute, min(plan.limit or MOST, MOST)
    counting = scope.select(sql.count())
    places = {text: path.place(scope) for text, path in wanted.items() if _is_own(path)}
    values = [paths.value_column(scope, wanted[text]) for text in places]
    subject = scope.subject
    columns: list[ColumnElement[Any]] = [scope.id, scope.at, scope.until, scope.event, *subject, *values]
    ordering = _ordering(scope, plan.order)
    labelled = [column.label(f"c{index}") for index, column in enumerate(columns)]
    found = execute(scope.select(*labelled).order_by(*ordering).limit(most + 1)).all()
    total = len(found) if len(found) <= most else execute(counting).scalar_one()
    found = found[:most]
    ids = [row[0] for row in found]
    reached = {text: _reached(scope, path, ids) for text, path in wanted.items() if text not in places}
    rows, first = [], 4 + len(subject)
    for row in found:
        own = {text: _read(place, row[first + index]) for index, (text, place) in enumerate(places.items())}
        rows.append(
            PlanRow(
                subject=written(scope.kind, row[4:first]),
                values={text: own[text] if text in own else reached[text][row[0]] for text in wanted},
                at=times.shown(row[1]),
                until=times.shown(row[2]),
                event=row[3],
            )
        )
    return total, rows


def _is_own(path: Path) -> bool:
    """Whether a path names one value of the row itself."""
    several = path.key == "*" and path.field not in ("param", "detail")
    return not path.relations and path.field != SUBJECT and not several


def _ordering(scope: Scope, order: Sequence[Order]) -> list[ColumnElement[Any]]:
    given: list[ColumnElement[Any]] = []
    for key in order:
        path = paths.parse(scope.kind, key.by)
        for column in paths.order_columns(scope, path, descending=key.descending):
            given += [column.is_(None), column.desc() if key.descending else column]
    return [*given, *([] if scope.kind == "event" else [*scope.subject, scope.at]), scope.id]


def _reached(scope: Scope, path: Path, ids: Sequence[int]) -> dict[int, Any]:
    """Return, for each row, the value that a path leads to, or the list of them."""
    target = Scope(scope.reading, path.kind)
    start = Scope(scope.reading, scope.kind)
    seeds = select(start.id).where(start.id.in_(ids))
    pairs = paths.track(scope.reading, seeds, path.links).subquery()
    target.where.append(target.id == pairs.c.node)
    found = _listed(target, path, pairs.c.origin) if path.key != "*" else _mapped(target, path, pairs.c.origin)
    return {id: next(iter(found.get(id, [])), None) if path.one else found.get(id, []) for id in ids}


def _listed(target: Scope, path: Path, origin: ColumnElement[int]) -> dict[int, list[Any]]:
    place = None if path.field == SUBJECT else path.place(target)
    columns = target.subject if place is None else [paths.value_column(target, path)]
    statement = _in_order(target, origin, columns)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in target.reading.view.connection.execute(statement):
        found[row[0]].append(written(path.kind, row[1:]) if place is None else _read(place, row[1]))
    return found


def _mapped(target: Scope, path: Path, origin: ColumnElement[int]) -> dict[int, list[Any]]:
    """Return the values under all keys, such as every tag, as one mapping for each row that was reached."""
    place = path.place(target)
    if place.side is None:
        return _listed(target, path, origin)
    side = place.side
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    execute = target.reading.view.connection.execute
    for start, node in execute(_in_order(target, origin, [target.id])):
        found[start][node] = {}
    target.where += [side.owner == target.id, side.where]
    for start, node, key, value in execute(_in_order(target, origin, [target.id, side.key, side.value])):
        found[start][node][key.removeprefix(side.prefix)] = _read(place, value)
    return {start: list(nodes.values()) for start, nodes in found.items()}


def _in_order(target: Scope, origin: ColumnElement[int], columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    ordering = [target.at] if target.kind in TIMELINES else target.subject
    labelled = [column.label(f"c{index}") for index, column in enumerate(columns)]
    return target.select(origin, *labelled).order_by(*ordering, target.id)


def _read(place: Place, value: Any) -> Any:
    return None if value is None else place.decode(value)
