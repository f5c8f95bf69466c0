"""Lineage: the graph of what a thing came from and what came from it, walked by the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Literal, get_args

from sqlalchemy import CTE, ColumnElement, Select, Table, select, union

from askreg.errors import InvalidInput
from askreg.registry import names
from askreg.registry.prepared import among, id_list
from askreg.registry.resolve import Resolved, labels, resolve
from askreg.registry.results import Arrow, Lineage, Node
from askreg.registry.tables import (
    Base,
    Dataset,
    DatasetVersion,
    Document,
    Edge,
    Environment,
    Kind,
    Model,
    Person,
    Relation,
    Run,
    Version,
)
from askreg.registry.view import View, table

Direction = Literal["up", "down", "both"]

_EDGE, _VERSION, _STATE = table(Edge), table(Version), table(DatasetVersion)
_HOMES: dict[Kind, type[Base]] = {
    "model": Model,
    "version": Version,
    "dataset": Dataset,
    "dataset_version": DatasetVersion,
    "run": Run,
    "person": Person,
    "environment": Environment,
    "document": Document,
}


def lineage(
    view: View,
    subject: str,
    *,
    direction: str = "both",
    relations: Iterable[str] | None = None,
    limit: int = 10_000,
) -> Lineage:
    """Return the nodes and edges reached from a subject, which is itself a node.

    `up` follows edges to what the subject depends on, `down` to what depends on it; `both` is the one walk and the
    other, not the neighbours of neighbours. A model stands for all its versions, a dataset for all of its. Every
    path is returned, diamonds included; a walk of more than `limit` nodes is cut, and the graph says so.
    """
    if direction not in get_args(Direction):
        raise InvalidInput(f"direction {direction!r} is not one of up, down, both")
    if limit < 1:
        raise InvalidInput(f"limit {limit} is not 1 or more")
    followed = _relations(relations)
    root = resolve(view, subject)
    members, truncated = _members(view, root, limit)
    nodes: dict[int, Kind] = {root.id: root.kind} | members
    starts = list(nodes)
    edges: dict[int, Any] = {}
    for up in (True, False):
        if direction == "both" or (direction == "up") is up:
            reached, cut = _walk(view, starts, followed, up=up, limit=limit)
            nodes |= reached
            truncated |= cut
            edges |= {edge.id: edge for edge in _edges(view, {*starts, *reached}, followed, up=up)}
    return _graph(view, root, direction, nodes, edges.values(), truncated)


def _walk(view: View, starts: list[int], followed: list[str], *, up: bool, limit: int) -> tuple[dict[int, Kind], bool]:
    near, far, far_kind = (_EDGE.c.source, _EDGE.c.target, _EDGE.c.target_kind)
    if not up:
        near, far, far_kind = (_EDGE.c.target, _EDGE.c.source, _EDGE.c.source_kind)
    conditions = (view.exists(_EDGE), *_along(followed))
    first: Select[Any] = select(far.label("id"), far_kind.label("kind")).where(among(view, near), *conditions)
    reached: CTE = first.cte("reached", recursive=True)
    reached = reached.union(select(far, far_kind).where(near == reached.c.id, *conditions))
    rows = view.connection.execute(select(reached).limit(limit + 1), {"ids": id_list(starts)}).all()
    return {row.id: row.kind for row in rows[:limit]}, len(rows) > limit


def _edges(view: View, ids: Collection[int], followed: list[str], *, up: bool) -> Iterable[Any]:
    """Return the edges whose ends are both among the ids: those of the walk that reached them."""
    near, far = ("source", "target") if up else ("target", "source")
    # Asked of one end only: asking of both, SQLite would try every pair of ids.
    query = select(_EDGE).where(among(view, _EDGE.c[near]), view.exists(_EDGE), *_along(followed))
    edges = view.connection.execute(query, {"ids": id_list(ids)})
    return [edge for edge in edges if edge._mapping[far] in ids]


def _along(followed: list[str]) -> list[ColumnElement[bool]]:
    """Return the condition on relations, none when all are followed: it would cost a look-up for each."""
    return [] if set(followed) == set(get_args(Relation)) else [_EDGE.c.relation.in_(followed)]


def _members(view: View, root: Resolved, limit: int) -> tuple[dict[int, Kind], bool]:
    """Return the versions that a model or dataset stands for, and whether there are more."""
    whole: dict[Kind, tuple[Table, str, Kind]] = {
        "model": (_VERSION, "model_id", "version"),
        "dataset": (_STATE, "dataset_id", "dataset_version"),
    }
    if root.kind not in whole:
        return {}, False
    members, parent, kind = whole[root.kind]
    query = select(members.c.id).where(members.c[parent] == root.id, view.exists(members)).order_by(members.c.id)
    ids = view.connection.execute(query.limit(limit + 1)).scalars().all()
    return dict.fromkeys(ids[:limit], kind), len(ids) > limit


def _graph(
    view: View, root: Resolved, direction: str, nodes: dict[int, Kind], edges: Iterable[Any], truncated: bool
) -> Lineage:
    by_kind: defaultdict[Kind, list[int]] = defaultdict(list)
    for id, kind in nodes.items():
        by_kind[kind].append(id)
    subjects = labels(view, by_kind)
    events = _events(view, by_kind)
    arrows = [
        Arrow(
            source=subjects[edge.source],
            target=subjects[edge.target],
            relation=edge.relation,
            role=edge.role,
            event=edge.event,
        )
        for edge in edges
    ]
    return Lineage(
        subject=root.subject,
        direction=direction,
        nodes=sorted(
            (Node(subject=subjects[id], kind=kind, event=events[id]) for id, kind in nodes.items()),
            key=lambda node: (node.subject != root.subject, node.kind, node.subject),
        ),
        edges=sorted(arrows, key=lambda arrow: (arrow.source, arrow.relation, arrow.target, arrow.role or "")),
        truncated=truncated,
    )


def _events(view: View, by_kind: dict[Kind, list[int]]) -> dict[int, int]:
    parts = []
    parameters: dict[str, str] = {}
    for kind, ids in by_kind.items():
        home = table(_HOMES[kind])
        parts.append(select(home.c.id, home.c.event).where(among(view, home.c.id, kind)))
        parameters[str(kind)] = id_list(ids)
    return {row.id: row.event for row in view.connection.execute(union(*parts), parameters)}


def _relations(given: Iterable[str] | None) -> list[str]:
    known = get_args(Relation)
    followed = list(known if given is None else given)
    for relation in followed:
        if relation not in known:
            near = names.nearest(relation, known, limit=1)
            raise InvalidInput(f"relation {relation!r} is not one of {', '.join(near or known)}")
    return followed
