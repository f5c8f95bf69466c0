"""Queries said again as questions for sets: what is denied, wanted of all, or of the latest of several."""

from __future__ import annotations

import re
from dataclasses import replace

from askreg.agent.offline.clause import Clause
from askreg.agent.offline.meaning import Cond, Count, Event, Group, Has, Holder, Node, Query, SetOf, Within, kind_of
from askreg.agent.offline.roles import DATA, VERSIONS

_TELLING = ("list", "object", "count")
_KINDS = frozenset(("version", "model", "thing", "dataset", "dataset_version"))


def recast(query: Query, clause: Clause) -> Query:
    """Return the query, or the one for a set that says more of what the question says."""
    if query.intent == "role" and query.event is not None:
        query = _none(query, query.event) or _stages(query, query.event, clause) or query
    query = _both(denied(query), clause)
    if query.intent == "role" and query.event is not None:
        query = _everything(query, query.event) or _nobody(query, query.event) or _members(query, query.event) or query
    query = _holders(_planned(_excepted(query, clause), clause))
    return _either(query, clause)


def _holders(query: Query) -> Query:
    """Read `champion but not live`: who holds the alias, and of these who is not live."""
    node = query.node
    if not isinstance(node, SetOf):
        return query
    conds: list[Cond] = []
    for cond in node.conds:
        theme = cond.role("theme") if isinstance(cond, Event) and cond.negated else None
        if isinstance(cond, Event) and isinstance(theme, Holder) and theme.model is None:
            conds.append(Event("hold", (("alias", theme),)))
            cond = replace(cond, roles=tuple(role for role in cond.roles if role[0] != "theme"))
        conds.append(cond)
    return replace(query, node=replace(node, conds=tuple(conds)))


def _planned(query: Query, clause: Clause) -> Query:
    """Read `versions outside the predetermined plan`: what the change was noted as, and not the note of each."""
    node, said = query.node, re.search(r"\b(inside|outside|within)\b", clause.text, re.I)
    if said is None or not isinstance(node, SetOf) or node.kind != "version" or query.fields != ("change_control",):
        return query
    value = "outside" if said.group().lower() == "outside" else "inside"
    negated = re.search(rf"\b(?:not|n't) {said.group()}", clause.text, re.I) is not None
    noted = Has("change_control", "=", value, negated=negated)
    return replace(query, node=replace(node, conds=(*node.conds, noted)), fields=())


def _stages(query: Query, event: Event, clause: Clause) -> Query | None:
    """Read `models in production or validation`: either stage will do."""
    theme = event.role("theme")
    if not event.pred.startswith("stage:") or event.negated or not isinstance(theme, SetOf) or not re.search(
        r"\bor\b", clause.text, re.I
    ):  # fmt: skip
        return None
    others = [c for c in theme.conds if isinstance(c, Event) and c.pred.startswith("stage:") and not c.negated]
    if not others:
        return None
    stages = tuple(e.pred.partition(":")[2] for e in (*others, event))
    conds = (*(c for c in theme.conds if c not in others), Has("stage", "in", stages))
    ask = "count" if query.ask[0] == "count" else "exists" if "yesno" in query.options else "list"
    return Query("set", (ask,), replace(theme, conds=conds), time=query.time, text=query.text, options=query.options)


def _either(query: Query, clause: Clause) -> Query:
    """Read `phi or public`: two values of what has but one are either; and `no longer live`: it was, and is not."""
    node = query.node
    if not isinstance(node, SetOf):
        return query
    conds: list[Cond] = []
    for cond in node.conds:
        same = next((i for i, c in enumerate(conds) if _alternative(c, cond)), None)
        if same is None:
            conds.append(cond)
            continue
        first = conds[same]
        assert isinstance(first, Has) and isinstance(cond, Has)
        known = first.value if isinstance(first.value, tuple) else (first.value,)
        conds[same] = replace(first, op="in", value=(*known, cond.value))
    if re.search(r"\bno longer\b", clause.text, re.I):
        conds += [replace(c, negated=False, past=True) for c in node.conds if _given_up(c)]  # type: ignore[arg-type]
    return replace(query, node=replace(node, conds=tuple(conds)))


def _alternative(first: Cond, second: Cond) -> bool:
    if not isinstance(first, Has) or not isinstance(second, Has) or first.negated or second.negated:
        return False
    return first.field == second.field and first.field in _SINGLE and second.op == "=" and first.op in ("=", "in")


def _given_up(cond: Cond) -> bool:
    return isinstance(cond, Event) and cond.negated and not cond.past and cond.pred.split(":")[0] in (
        "live", "hold", "stage"
    )  # fmt: skip


_SINGLE = ("sensitivity", "task")


def _both(query: Query, clause: Clause) -> Query:
    """Read `live at both A and B`: of each of the two."""
    if not re.search(r"\bboth\b", clause.text, re.I):
        return query
    node, event = query.node, query.event
    if query.intent == "role" and event is not None and query.ask[0] in ("object", "list") and (
        isinstance(event.role("place"), Group) and event.role("theme") is None
    ):  # fmt: skip
        node, query = SetOf("version", (event,)), replace(query, intent="set", ask=("list",), event=None)
    if not isinstance(node, SetOf):
        return query
    conds: list[Cond] = []
    for cond in node.conds:
        place = cond.role("place") if isinstance(cond, Event) else None
        if isinstance(cond, Event) and isinstance(place, Group):
            rest = tuple(r for r in cond.roles if r[0] != "place")
            conds += [replace(cond, roles=(*rest, ("place", one))) for one in place.nodes]
        else:
            conds.append(cond)
    return replace(query, node=replace(node, conds=tuple(conds)))


def denied(query: Query) -> Query:
    """Say `owns no model`, `approved nothing` as a denial of the whole."""
    event = None if query.event is None else _event_denied(query.event)
    node = query.node
    if isinstance(node, SetOf):
        conds = tuple(_event_denied(c) if isinstance(c, Event) else c for c in node.conds)
        node = replace(node, conds=conds)
    return replace(query, event=event, node=node)


def _event_denied(event: Event) -> Event:
    nothing = [
        n
        for _, n in event.roles
        if isinstance(n, SetOf) and n.quantity == "no" and n.kind in (*_KINDS, "person", "run")
    ]
    if not nothing or event.negated:
        return event
    roles = tuple((r, replace(n, quantity="") if n in nothing and isinstance(n, SetOf) else n) for r, n in event.roles)
    return replace(event, roles=roles, negated=True)


def _none(query: Query, event: Event) -> Query | None:
    """Read `none of the versions was rejected, right?`: whether any was."""
    theme = event.role("theme")
    if (
        not isinstance(theme, SetOf)
        or theme.quantity != "no"
        or event.negated
        or query.ask[0] not in ("list", "exists")
    ):
        return None
    if theme.kind not in _KINDS:
        return None
    rest = replace(event, roles=tuple(r for r in event.roles if r[0] != "theme"))
    kind = "version" if theme.kind == "thing" else theme.kind
    return Query("set", ("every",), SetOf(kind, (*theme.conds, rest)), time=query.time, text=query.text)


def _everything(query: Query, event: Event) -> Query | None:
    """Read `are all live versions approved?`: whether any is not."""
    theme = event.role("theme")
    if "yesno" not in query.options or not isinstance(theme, SetOf) or theme.quantity != "all":
        return None
    rest = replace(event, roles=tuple(r for r in event.roles if r[0] != "theme"), negated=not event.negated)
    kind = "version" if theme.kind == "thing" else theme.kind
    return Query("set", ("every",), SetOf(kind, (*theme.conds, rest)), time=query.time, text=query.text)


def _nobody(query: Query, event: Event) -> Query | None:
    """Read `who has never approved anything`."""
    if query.ask[0] != "agent" or not event.negated:
        return None
    return Query("set", ("list",), SetOf("person", (event,)), time=query.time, text=query.text, options=query.options)


def _members(query: Query, event: Event) -> Query | None:
    """Read `versions not in production`, `the last version that got approved`: what is told of are things."""
    part = "source" if event.role("theme") is None and kind_of(event.role("source")) in DATA else "theme"
    theme = event.role(part)
    if theme is None and (event.order == "only" or event.negated) and query.ask[0] in _TELLING:
        theme = SetOf("version")
    if query.ask[0] not in _TELLING or not isinstance(theme, SetOf) or theme.kind not in _KINDS:
        return None
    if (
        part == "theme"
        and not event.negated
        and event.order != "only"
        and theme.order not in ("latest", "first")
        and not any(isinstance(c, Count) for c in theme.conds)
    ):
        return None
    if part == "source" and "passive" in query.options and theme.conds and not event.negated:
        # `what was trained on the data that X was trained on`: not the data is asked for.
        return None
    rest = replace(event, roles=tuple(r for r in event.roles if r[0] != part))
    conds: tuple[Cond, ...] = (*theme.conds, rest)
    agent = event.role("agent")
    if agent is not None and event.negated and event.pred.split(":")[0] in ("stage", "live", "hold"):
        # `anything by X not in production`: of what X made.
        made = Event("register", (("agent", agent),), past=True)
        conds = (*theme.conds, made, replace(rest, roles=tuple(r for r in rest.roles if r[0] != "agent")))
    ask = "count" if query.ask[0] == "count" else "list"
    return Query("set", (ask,), replace(theme, conds=conds), order=query.order, time=query.time, text=query.text,
                 options=query.options)  # fmt: skip


def _excepted(query: Query, clause: Clause) -> Query:
    """Give the query what stands after `except`, `other than`, `besides`."""
    left = [node for prep, node in clause.args if prep == "besides"]
    if not left or query.intent not in ("set", "role"):
        return query
    node = query.node
    if query.intent == "role" and query.event is not None:
        node = _asked(query, query.event, left)
    if not isinstance(node, SetOf):
        return query
    out = tuple(Within(n, negated=True) for n in left if _fits(node, n))
    conds = tuple(c for c in node.conds if not (isinstance(c, Within) and c.node in left and not c.negated))
    return Query("set", ("list",) if query.intent == "role" else query.ask, replace(node, conds=(*conds, *out)),
                 order=query.order, time=query.time, text=query.text, options=query.options)  # fmt: skip


def _asked(query: Query, event: Event, left: list[Node]) -> SetOf | None:
    """Return the set that a question about what happened asks for."""
    rest = replace(event, roles=tuple((r, n) for r, n in event.roles if n not in left))
    if query.ask[0] == "agent":
        return SetOf("person", (rest,))
    theme = rest.role("theme")
    if theme is None or isinstance(theme, SetOf):
        conds = theme.conds if isinstance(theme, SetOf) else ()
        return SetOf("version", (*conds, replace(rest, roles=tuple(r for r in rest.roles if r[0] != "theme"))))
    return None


def _fits(node: SetOf, left: Node) -> bool:
    one = left.nodes[0] if isinstance(left, Group) else left
    kind = kind_of(one)
    return (kind in VERSIONS and node.kind in ("version", "model",
        "thing")) or (kind in DATA and node.kind in DATA) or (
        kind == node.kind == "person"
    )  # fmt: skip


__all__ = ["recast"]
