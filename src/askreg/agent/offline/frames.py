"""From what was read in a question to the query it asks: ordered rules over its parts, none about its wording."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from askreg.agent.offline.clause import Clause
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import (
    Event,
    Given,
    Group,
    Has,
    Holder,
    Node,
    Query,
    Related,
    SetOf,
    Step,
    Thing,
    Within,
    kind_of,
)  # fmt: skip
from askreg.agent.offline.roles import DATA, PLACES, VERSIONS, role_of

_ASKS = {"who": "agent", "when": "instant", "where": "place", "why": "reason", "how long": "duration",
         "how many": "count", "how often": "times"}  # fmt: skip
_DOING = {"run": "run", "version": "register", "model": "register", "dataset": "register",
    "dataset_version": "register",
          "approval": "signed_by", "deployment": "deploy", "metric": "evaluate", "stage": "move"}  # fmt: skip
_AGENT_FIELDS = {"own": "owner"}
_FIELD_OF_WH = {"how big": "size", "how old": "at"}
_GENERIC = frozenset(("performance", "bad"))


_DEPLOYED = re.compile(r"\b(?:was|were|got|been)\b.*\bdeployed\b", re.I)
"""Over a month or a year, what was deployed is what began then; on a day,
    or of something named, it is what was live."""


class Frames:
    """Reads one clause as a query."""

    def __init__(self, clause: Clause) -> None:
        """Take the clause."""
        self.c = _doing(_holding(_succeeding(_ever(_stepping(clause)))))
        self.nodes = [node for _, node in clause.args]
        self.things = [n for n in self.nodes if _solid(n)]

    def query(self) -> Query | None:
        """Return the query of the first rule that fits."""
        for rule in _RULES:
            found = rule(self)
            if found is not None:
                return replace(found, text=self.c.text)
        return None

    # Parts ----------------------------------------------------------------------------------------------------------

    @property
    def time(self):  # type: ignore[no-untyped-def]  # noqa: D102
        return self.c.dates[0] if self.c.dates else None

    def of_kind(self, *kinds: str) -> list[Node]:
        """Return the things of some kinds, in order."""
        return [n for n in self.nodes if kind_of(n) in kinds]

    def versions(self) -> list[Node]:
        """Return the versions, models and sets of them, groups taken apart."""
        found: list[Node] = []
        head = self.c.head
        only = head.conds[0] if isinstance(head, SetOf) and len(head.conds) == 1 else None
        if isinstance(only, Within) and not only.negated:
            head = only.node  # `which of A and B`
        for node in [*([head] if isinstance(head, Group) else []), *self.nodes]:
            for one in node.nodes if isinstance(node, Group) else (node,):
                if kind_of(one) in VERSIONS and not _anything(one):
                    found.append(one)
        return found

    def dataset(self) -> Node | None:
        """Return the dataset that limits a figure."""
        return next((n for p, n in self.c.args if kind_of(n) in DATA and _solid(n)), None)

    def subject(self) -> Node | None:
        """Return what the question is about."""
        return next((n for n in self.nodes if _solid(n) and kind_of(n) not in PLACES), None) or next(
            (n for n in self.nodes if not _anything(n)), None
        )

    def fields(self) -> list[str]:
        """Return the fields asked for, with those that question words stand for."""
        found = list(self.c.fields)
        if self.c.wh in _FIELD_OF_WH and not found:
            found.append(_FIELD_OF_WH[self.c.wh])
        for value in self.c.values:
            if value.kind in ("card", "param"):
                found.append(f"{value.kind}.{value.name}" if value.kind == "card" else f"param.{value.name}")
            elif value.kind == "tag_key":
                found.append(f"tag.{value.name}")
        return list(dict.fromkeys(found))

    def whole_event(self) -> Event | None:
        """Return the predicate with every thing of the clause in its part."""
        event = self.c.event
        if event is None:
            return None
        roles = list(event.roles)
        for prep, node in self.c.args:
            if _anything(node) or prep == "besides":
                continue
            if isinstance(node, Group):
                role = role_of(event.pred.split(":")[0], prep, node.nodes[0])
            else:
                role = role_of(event.pred.split(":")[0], prep, node)
            if role is None:
                continue
            if role == "source" and kind_of(node) in VERSIONS and not prep:
                role = "theme"
            if isinstance(node, Holder) and node.model is None and event.pred in ("hold", "withdraw", "lapse", "move"):
                roles.append(("alias", node))
                continue
            roles.append((role, node))
        held = event.pred in ("hold", "lose", "replace", "precede")
        roles = [("alias", n) if isinstance(n, Holder) and n.model is None and held else (r, n) for r, n in roles]
        if event.pred in ("replace", "precede") and any(r == "theme" and not isinstance(n, Holder) for r, n in roles):
            roles = [("alias" if isinstance(n, Holder) else r, n) for r, n in roles]
        head = self.c.event.pred  # type: ignore[union-attr]
        if head in ("approve", "sign", "review") and _maker(event.role("agent")):
            return Event("selfapprove")
        running = self.c.wh in ("where", "how long", "when") or any(r == "place" for r, _ in roles)
        if head in ("run", "use") and running and not any(kind_of(n) == "run" for _, n in roles):
            head = "live"
        span = event.time or self.time
        began = (
            span is not None
            and span.relation == "at"
            and not span.single
            and self.c.wh in ("", "what", "which", "how many")
        )
        began = began and not any(r == "theme" and _solid(n) for r, n in roles)
        if head == "live" and (self.c.wh == "who" or (began and _DEPLOYED.search(self.c.text))):
            head = "deploy"
        named = [n for r, n in roles if isinstance(n, Holder) and r in ("theme", "alias")]
        about = [n for r, n in roles if r == "theme" and not isinstance(n, Holder)]
        if len(named) == 1 and about and head in ("build", "move", "hold", "register", "change", "deploy", "show"):
            roles = [(r, n) for r, n in roles if n is not named[0]] + [("alias", Holder(named[0].alias))]
            head = "hold"
        if head == "withdraw" and len(named) == 1 and about:
            # `withdrew the challenger alias from X:2`: what X:2 lost is the alias.
            roles = [(r, n) for r, n in roles if n is not named[0]] + [("alias", named[0])]
        pred = {"withdraw": "lose"}.get(head, head) if any(r == "alias" for r, _ in roles) and head != "hold" else head
        return replace(event, pred=pred, roles=tuple(_once(roles)), past=event.past or "was" in self.c.aux
                       or "did" in self.c.aux or "ever" in self.c.orders or "had" in self.c.aux)  # fmt: skip


def _maker(node: Node | None) -> bool:
    """Whether it is `the person who built it`, `its own author`."""
    return isinstance(node, SetOf) and node.kind in ("person", "thing") and any(
        isinstance(x, Event) and x.pred in ("register", "build", "train", "own") and isinstance(x.role("theme"),
            Given | type(None))
        for x in node.conds
    )  # fmt: skip


def _stepping(c: Clause) -> Clause:
    """Read `what was before X`, `which version came after X` as the step from X."""
    if not any(p in ("before", "after") for p, _ in c.args) or c.dates:
        return c
    if c.event is not None and c.event.pred in ("derive", "precede") and not c.event.roles:
        c.event = None
    if c.event is None and not c.metrics:
        c.args = [
            ("", Step(n, -1 if p == "before" else 1)) if p in ("before", "after") and kind_of(n) in VERSIONS else (p, n)
            for p, n in c.args
        ]
    return c


def _holding(c: Clause) -> Clause:
    """Read `is X the champion`, `when was X champion` as being about holding the alias."""
    if c.event is not None or c.metrics or c.fields or c.agents or c.comparative or not (c.aux or c.aux_first):
        return c
    holders = [(p, n) for p, n in c.args if isinstance(n, Holder) and not p]
    others = [n for p, n in c.args if kind_of(n) in ("version", "model", "given") and not isinstance(n, Holder)]
    if (
        len(holders) != 1
        or len(others) != 1
        or (c.wh not in ("when", "how long", "") and c.head is None)
        or isinstance(c.head, SetOf)
    ):
        return c
    holder = holders[0][1]
    assert isinstance(holder, Holder)
    roles: tuple[tuple[str, Node], ...] = (("alias", Holder(holder.alias)), ("theme", others[0]))
    c.event = Event("hold", roles, negated=c.negated)
    c.args = [a for a in c.args if a[1] is not holder and a[1] is not others[0]]
    return c


def _ever(c: Clause) -> Clause:
    """Read `which champions has X ever had` as being about the past as well."""
    if "ever" in c.orders and isinstance(c.head, SetOf):
        conds = tuple(replace(x, past=True) if isinstance(x, Event) and x.pred == "hold" else x for x in c.head.conds)
        c.head = replace(c.head, conds=conds)
    return c


def _succeeding(c: Clause) -> Clause:
    """Read `which version replaced X (as champion)` as being about the replacing."""
    if c.event is None and isinstance(c.head, SetOf) and len(c.head.conds) == 1:
        (cond,) = c.head.conds
        if isinstance(cond, Event) and cond.pred in ("replace", "precede") and not cond.negated:
            c.event, c.head = cond, replace(c.head, conds=())
    return c


def _doing(c: Clause) -> Clause:
    """Read `how many runs did she do` as being about running."""
    if c.event is not None and c.event.pred in ("do", "perform") and isinstance(c.head,
        SetOf) and c.head.kind in _DOING and (
        any(kind_of(n) == "person" for _, n in c.args) or c.event.role("agent") is not None
    ):  # fmt: skip
        c.event = replace(c.event, pred=_DOING[c.head.kind])
    return c


def _once(roles: list[tuple[str, Node]]) -> Iterator[tuple[str, Node]]:
    """Yield the parts; a place said twice, as site and as environment, is one."""
    seen: list[tuple[str, Node]] = []
    for role, node in roles:
        if (role, node) in seen:
            continue
        if isinstance(node, SetOf) and role in [r for r, _ in seen] and not node.conds:
            continue
        seen.append((role, node))
        yield role, node


def _anything(node: Node) -> bool:
    return isinstance(node, SetOf) and node.kind == "thing" and not node.conds and not node.order


def _solid(node: Node) -> bool:
    return not isinstance(node, SetOf) or bool(node.conds) or bool(node.order)


def _change(f: Frames) -> Query | None:
    return None


def _literal(f: Frames) -> Query | None:
    """Which version has this digest, commit, repository, address?"""
    c = f.c
    if len(c.literals) != 1 or c.metrics:
        return None
    text = c.literals[0]
    if "://" in text:
        field = "repo" if "repo" in c.fields or "git" in text else "uri"
    else:
        field = "digest" if len(text) > 40 or "digest" in c.fields or text.startswith("sha256:") else "commit"
    kind = (
        c.head.kind if isinstance(c.head, SetOf) and c.head.kind in ("run", "version", "dataset_version") else "version"
    )
    if kind == "dataset_version" and field != "digest":
        return None
    node = SetOf(kind, (Has(field, "contains", text),))
    return Query("set", ("count" if c.wh == "how many" else "exists" if c.aux_first else "list",), node)


def _with_model(nodes: list[Node]) -> list[Node]:
    """Give an alias without a model the model of the other side: `the champion of X with the previous champion`."""
    models = [m for n in nodes for m in _models_of(n)]
    if not models:
        return nodes

    def filled(node: Node) -> Node:
        if isinstance(node, Holder) and node.model is None:
            return Holder(node.alias, models[0])
        return Step(filled(node.of), node.by) if isinstance(node, Step) else node

    return [filled(n) for n in nodes]


def _models_of(node: Node) -> list[Node]:
    if isinstance(node, Holder) and node.model is not None:
        return [node.model]
    if isinstance(node, Step):
        return _models_of(node.of)
    if isinstance(node, Thing) and node.entity.kind in ("model", "version"):
        return [Thing(Entity("model", node.entity.head))]
    return []


def _compare(f: Frames) -> Query | None:
    c = f.c
    nodes = _with_model(f.versions())
    comparing = (
        c.imperative == "compare" or "compare" in c.cues or (c.event is not None and c.event.pred in ("compare",
            "beat"))
        or bool(c.comparative) or "vs" in c.preps or "than" in c.preps or (c.orders and set(c.orders) & {"best",
            "worst", "max", "min"})
        or (c.wh == "how many" and "by" in c.preps and c.metrics) or bool(re.search(r"\b(?:vs|versus)\b", c.text, re.I))
    )  # fmt: skip
    events = [n for n in f.nodes if isinstance(n, SetOf) and n.kind == "event"]
    if c.metrics and events:
        nodes += [x.node for e in events for x in e.conds if isinstance(x, Within)]
        comparing = True
    if c.event is not None and c.event.pred in ("compare", "beat", "perform", "change", "replace"):
        nodes += [
            m for _, n in c.event.roles for m in (n.nodes if isinstance(n, Group) else (n,)) if kind_of(m) in VERSIONS
        ]
        comparing = comparing or (c.event.pred == "change" and (bool(c.metrics) or len(nodes) > 1))
    if "previous" in c.orders and len(nodes) == 2 and isinstance(nodes[1], Given):
        nodes = [nodes[0], Step(nodes[0], -1)]
    last = next((n for n in nodes if isinstance(n, SetOf) and n.order == "latest" and n.kind == "version"), None)
    two = last is not None and any(x == 2 for _, x in c.numbers)
    if two and last is not None:
        of = next((x.node for x in last.conds if isinstance(x, Within)), None)
        nodes = [last, Step(of, -1)] if of is not None else nodes
        c.numbers = [(op, x) for op, x in c.numbers if x != 2]
    nodes = list(dict.fromkeys(_with_model(nodes)))
    if len(nodes) == 1 and comparing and isinstance(nodes[0], Step) and c.event is None:
        nodes = [nodes[0].of, nodes[0]]
    if len(nodes) == 1 and "previous" in c.orders and comparing:
        nodes = [nodes[0], Step(nodes[0], -1)]
    if len(nodes) < 2 and isinstance(nodes[0] if nodes else None, Group):
        nodes = list(nodes[0].nodes)  # type: ignore[union-attr]
    if len(nodes) < 2 or not comparing:
        return None
    nodes = [n if not isinstance(n, SetOf) or n.order != "previous" else Step(nodes[0], -1) for n in nodes]
    asked = {*c.orders, c.comparative, "best" if c.event is not None and c.event.pred == "beat" else ""} - {""}
    asked |= {"why"} & {c.wh}
    asked |= {"from"} & set(c.preps)  # `improve from A to B` asks of B
    ask = "better" if asked & {"best", "worst", "max", "min", "above", "below"} else "difference"
    if not c.metrics and (c.event is not None and c.event.pred == "change" or re.search(r"\bdiffer", c.text, re.I)):
        ask = "changed"
    return Query("compare", (ask,), Group(tuple(nodes)), metrics=tuple(c.metrics), cohorts=tuple(c.cohorts),
                 dataset=f.dataset(), time=f.time,
                 options=frozenset(asked | ({"yesno"} if c.aux_first else set())),
                     limit=2 if two else None)  # fmt: skip


def _lineage(f: Frames) -> Query | None:
    c = f.c
    subject = f.subject()
    pred = c.event.pred if c.event is not None else ""
    if c.event is not None and pred in ("affect", "depend"):
        subject = next((n for r, n in c.event.roles if _solid(n)), None) or subject
    if c.wh in ("what", "which", "how many") and _IF.search(c.text) and kind_of(subject) in (*DATA, "version", "run"):
        sets = [n for n in [c.head, *f.nodes] if isinstance(n, SetOf) and n is not subject]
        return Query("lineage", ("count" if c.wh == "how many" else "list",), subject, direction="down",
                     kinds=(sets[0].kind,) if sets and sets[0].kind != "thing" else (), time=f.time,
                     event=next((x for x in sets[0].conds if isinstance(x, Event) and x.pred == "live"),
                         None) if sets else None)  # fmt: skip
    if subject is None or not (set(c.cues) & {"lineage", "up", "down", "bad"} or pred in ("affect", "depend")):
        return None
    if kind_of(subject) in PLACES or kind_of(subject) == "person":
        return None
    head = (
        c.head
        if isinstance(c.head, SetOf)
        else next((n for n in f.nodes if isinstance(n, SetOf) and not _solid(n)), None)
    )
    sets = [n for n in [c.head, *f.nodes] if isinstance(n, SetOf) and n is not subject]
    head = sets[0] if sets else head
    direction = "both"
    if "up" in c.cues or pred == "depend" and not (c.event and c.event.role("theme") is subject and c.head is not None):
        direction = "up"
    if "down" in c.cues or "bad" in c.cues or pred == "affect" or (pred == "depend" and isinstance(c.head, SetOf)):
        direction = "down"
    if pred == "depend" and c.wh in ("what", "which") and c.subject_first:
        direction = "up"
    if pred == "depend" and c.wh == "what" and not c.subject_first:
        direction = "down"
    return Query("lineage", ("count" if c.wh == "how many" else "list",), subject, direction=direction,
                 kinds=(head.kind,) if isinstance(head, SetOf) and head.kind != "thing" else (),
                 event=next((x for x in head.conds if isinstance(x, Event) and x.pred == "live"), None)
                 if isinstance(head, SetOf) else None, time=f.time)  # fmt: skip


def _gaps(f: Frames) -> Query | None:
    c = f.c
    asked = [n for n in [c.head, *f.nodes] if isinstance(n, SetOf) and n.kind == "gap"]
    pred = c.event.pred if c.event is not None else ""
    if not asked and "missing" not in c.cues and "complete" not in c.cues and pred not in ("miss", "complete"):
        return None
    node = next((x.node for n in asked for x in n.conds if isinstance(x, Within)), None)
    if c.event is not None:
        node = node or c.event.role("theme")
    node = node or next((n for n in f.nodes if kind_of(n) in VERSIONS and _solid(n)), None)
    if pred == "miss" and isinstance(c.head, SetOf) and c.head.kind in ("version", "model"):
        return None
    return Query("gaps", ("count" if c.wh == "how many" else "list",), node, time=f.time)


def _leaderboard(f: Frames) -> Query | None:
    c = f.c
    order = next((o for o in c.orders if o in ("best", "worst", "max", "min")), "")
    ranked = "leaderboard" in c.cues or c.imperative == "rank" or "verb:rank" in c.cues or "win" in c.cues
    if not c.metrics or not (order or ranked):
        if not (c.metrics == [] and order in ("best", "worst") and not c.fields) and not (ranked and not c.metrics):
            return None
    scope = c.head if isinstance(c.head, SetOf) else next((n for n in f.nodes if isinstance(n, SetOf)), None)
    if not c.metrics:
        if (
            isinstance(scope, SetOf)
            and scope.kind in ("model", "version", "thing")
            or ranked
            or c.wh in ("what", "which", "who")
        ):
            return Query("leaderboard", ("best",), scope, order=order or "best", dataset=f.dataset(), time=f.time,
                         options=frozenset(["nometric"]))  # fmt: skip
        return None
    named = [n for n in f.versions() if _solid(n) and not isinstance(n, SetOf)]
    node: Node | None = named[0] if named else scope
    asked_field = _value_asked(c)
    about = f.whole_event()
    if about is not None and about.pred == "own" or "own" in c.agents:
        asked_field, about = (*asked_field, "owner"), None
    return Query("leaderboard", ("rank",) if ranked and not order else ("best",), node, metrics=tuple(c.metrics),
                 cohorts=tuple(c.cohorts), dataset=f.dataset() or _data_of(c.event), order=order or "best", time=f.time,
                 fields=asked_field, event=about if about is not None and c.wh in ("who", "when", "where") else None,
                 kinds=(c.wh,),
                 options=frozenset([*(["owner"] if "own" in c.agents else []),
                     *({"second"} & set(c.orders))]))  # fmt: skip


def _data_of(event: Event | None) -> Node | None:
    """Return the dataset that something was recorded, reached or measured on."""
    return None if event is None else next((n for _, n in event.roles if kind_of(n) in DATA and _solid(n)), None)


def _value_asked(c: Clause) -> tuple[str, ...]:
    return tuple(x for x in c.fields if x not in ("sensitivity",))


_METRIC_FIELDS = ("n", "ci", "evidence", "split", "unit", "cohort")


def _metric(f: Frames) -> Query | None:
    c = f.c
    sets = [n for n in [c.head, *f.nodes] if isinstance(n, SetOf) and n.kind == "metric"]
    generic = bool(sets) or bool(set(c.cues) & {"performance", "verb:perform"}) or c.wh == "how well" or (
        c.event is not None and c.event.pred == "perform")  # fmt: skip
    asked = [x for x in c.fields if x in _METRIC_FIELDS]
    if any(s.order for s in sets) and not c.metrics:
        return None
    if not c.metrics and not generic and not (asked and not set(c.fields) - set(_METRIC_FIELDS)) and not c.cohorts:
        return None
    if sets and any(isinstance(x, Has) for s in sets for x in s.conds):
        pass
    node = next((n for n in f.nodes if kind_of(n) in VERSIONS and not (isinstance(n, SetOf) and n.kind == "metric")
                 and not _anything(n)), None)  # fmt: skip
    if c.event is not None and node is None:
        node = next((n for _, n in c.event.roles if kind_of(n) in VERSIONS), None)
    if node is None and sets:
        node = next(
            (x.node for s in sets for x in s.conds if isinstance(x, Within) and kind_of(x.node) in VERSIONS), None
        )
    data = f.dataset() or next(
        (x.node for s in sets for x in s.conds if isinstance(x, Within) and kind_of(x.node) in DATA), None
    )
    if c.event is not None and data is None:
        data = c.event.role("source")
    if node is None and isinstance(c.head, SetOf) and c.metrics and c.head.kind in ("version", "model"):
        return None
    if node is None and data is None:
        return None
    if node is None and not c.metrics and not sets:
        return None
    if isinstance(node, SetOf) and not _solid(node) and c.wh == "which":
        return None
    if isinstance(c.head, SetOf) and c.head.kind == "cohort" and not c.metrics and c.event is not None:
        return None
    if isinstance(node, Thing) and node.entity.kind in DATA:
        return None
    if node is None and data is not None and "sensitivity" in c.fields:
        return None
    ask = "count" if sets and c.wh == "how many" else "when" if c.wh == "when" else "who" if c.wh == "who" else "value"
    sites = [n.entity.name for n in f.of_kind("site") if isinstance(n, Thing) and c.metrics and c.event is None]
    c.cohorts += [Entity("cohort", f"site={name}") for name in sites]
    evidence = [f"evidence:{v.name}" for v in c.values if v.kind == "evidence"]
    return Query("metric", (ask,), node, metrics=tuple(c.metrics), cohorts=tuple(c.cohorts), dataset=data,
        fields=tuple(asked), order="avg" if "avg" in c.orders and c.metrics else "",
                 time=f.time, options=frozenset([*evidence, *sites, *(["yesno"] if c.aux_first else [])]),
                 kinds=tuple(f"{op} {x}" for op, x in c.numbers if op != "="))  # fmt: skip


def _docs(f: Frames) -> Query | None:
    c = f.c
    sets = [n for n in [c.head, *f.nodes] if isinstance(n, SetOf) and n.kind == "document"]
    if not sets:
        return None
    about = next((x.node for s in sets for x in s.conds if isinstance(x, Within)), None) or next(
        (n for p, n in c.args if n not in sets and _solid(n)), None)  # fmt: skip
    if c.event is not None:
        about = about or next((n for r, n in c.event.roles if n not in sets), None)
    event = next((x for s in sets for x in s.conds if isinstance(x, Event) and x.pred in ("mention",)), None)
    if event is not None:
        about = about or next((n for _, n in event.roles), None)
    topic = next((x for s in sets for x in s.conds if isinstance(x, Has) and x.field == "topic"), None)
    others = [x for s in sets for x in s.conds if x is not topic and not isinstance(x, Within) and x is not event]
    if others or (c.wh in ("who", "when") and c.event is not None and c.event.pred != "mention"):
        return None
    ask = "count" if c.wh == "how many" else "exists" if c.aux_first or _IS_THERE.match(c.text) else "list"
    typed = _DOCUMENT_TYPE.search(c.text)
    return Query(
        "docs",
        (ask,),
        about,
        time=f.time,
        kinds=tuple(topic.value) if topic else (),  # type: ignore[arg-type]
        options=frozenset((f"type:{typed.group(1).lower()}",)) if typed else frozenset(),
    )


_IS_THERE = re.compile(r"^\W*(?:is|are|was|were) there\b", re.I)
_DOCUMENT_TYPE = re.compile(
    r"\b(sop|operating procedure|procedure|guideline|protocol|manual|policy|report|memo|guide|guidance)s?\b", re.I
)


def _history(f: Frames) -> Query | None:
    c = f.c
    events = [n for n in [c.head, *f.nodes] if isinstance(n, SetOf) and n.kind == "event"]
    pred = c.event.pred if c.event is not None else ""
    wanted = bool(events) or "history" in c.cues or pred in ("change", "do")
    if not wanted or c.metrics or "change_control" in c.fields:
        return None
    sets = [n for n in (c.head, *f.nodes) if isinstance(n, SetOf) and n.kind in ("model", "version", "dataset", "run")]
    if any(not n.conds for n in sets):
        return None
    if pred == "change" and c.wh in ("who", "when") and not events:
        pass
    subject = next((n for n in f.nodes if _solid(n) and kind_of(n) != "person" and n not in events), None)
    actor = next((n for n in f.nodes if kind_of(n) == "person"), None)
    for node in events:
        for cond in node.conds:
            if isinstance(cond, Within):
                subject = subject or cond.node
            if isinstance(cond, Event):
                actor = actor or cond.role("agent")
    if c.event is not None:
        subject = subject or c.event.role("theme")
        if subject is None:
            subject = next((n for r, n in c.event.roles if r in ("source", "place")), None)
        actor = actor or c.event.role("agent")
    time = f.time or (c.event.time if c.event else None)
    if subject is None and actor is None and time is None and not events and "history" not in c.cues:
        if c.wh != "what":
            return None
    ask = {"who": "agent", "when": "instant", "how many": "count", "how often": "count", "why": "reason"}.get(
        c.wh, "list"
    )
    if kind_of(subject) == "alias" or isinstance(subject, Holder):
        return Query("role", ("list",), event=Event("hold", (("alias", subject),), past=True), time=time)  # type: ignore[arg-type]
    return Query("history", (ask,), subject, event=Event("do", (("agent", actor),)) if actor else None, time=time,
                 order=next((o for o in c.orders if o in ("latest", "first")), ""))  # fmt: skip


def _happening(f: Frames) -> Query | None:
    """Who did it, when, where, why, for how long; whether it is so."""
    c = f.c
    event = f.whole_event()
    if event is None or event.pred in ("compare", "beat", "perform", "affect", "depend", "do", "change"):
        return None
    if (
        event.pred == "register"
        and event.role("agent") is not None
        and event.role("theme") is None
        and c.head is None
        and (re.search(r"\b(?:everything|anything|all things)\b", c.text, re.I) and not c.aux_first)
    ):
        return Query("history", ("list",), event=Event("do", (("agent", event.role("agent")),)),  # type: ignore[arg-type]

            time=f.time or event.time,
                     options=frozenset(("registered",)))  # fmt: skip
    if event.pred == "use" and c.dangling == "for" and event.role("theme") is not None:
        return Query("field", ("value",), event.role("theme"), fields=("purpose",), time=f.time)
    if isinstance(c.head, Group) and c.wh == "which":
        roles = tuple((r, n) for r, n in event.roles if n is not c.head)
        one_of = SetOf("version", (Within(c.head), replace(event, roles=roles)))
        return Query("set", ("list",), one_of, time=f.time, options=frozenset(_options(c)))
    if event.pred == "store":
        node = event.role("theme")
        return (
            None if node is None else Query("field", ("value",), node, fields=tuple(c.fields) or ("uri",), time=f.time)
        )
    if event.pred == "approve" and c.wh == "who" and "can" in c.aux and event.role("theme") is None:
        return Query("set", ("list",), SetOf("person", (Has("roles", "contains", "approver"),)))
    if event.pred == "register" and not event.roles and c.wh == "what" and (f.time or event.time) is not None:
        return Query("history", ("list",), time=f.time or event.time, options=frozenset(("registered",)))
    if event.pred in ("selfapprove", "complete"):
        said = next((n for n in [c.head, *f.nodes] if isinstance(n, SetOf)), SetOf("version"))
        scope = SetOf("model" if said.kind == "model" else "version", (*said.conds, event))
        return Query("set", ("exists" if c.aux_first else "count" if c.wh == "how many" else "list",), scope)
    if (
        event.pred in ("build", "use", "train", "do")
        and (c.fields or c.values)
        and c.wh not in ("who", "when", "where")
    ):
        return None
    time = f.time or event.time
    theme = event.role("theme")
    if isinstance(theme, SetOf) and not theme.conds and c.head is None and c.wh in ("which", "what",
        "") and theme.kind in (
        "version", "model", "thing") and (theme.order or c.wh == "which"):  # fmt: skip
        rest = replace(event, roles=tuple((r, n) for r, n in event.roles if n is not theme), time=time)
        return Query(
            "set", ("exists" if c.aux_first else "list",), replace(theme, conds=(rest,)), options=frozenset(_options(c))
        )
    order = next((o for o in (*c.orders, event.order) if o in ("latest", "first", "previous", "next", "longest",
        "shortest",
                                                               "most", "fewest")), "")  # fmt: skip
    ask = _ASKS.get(c.wh, "")
    if c.wh in ("what", "which", "how many", "whose", "") and isinstance(c.head, SetOf | Holder):
        return _object(f, event, order, time)
    if c.wh == "what" or (c.wh == "which" and c.head is None):
        ask = "object"
    if not ask:
        ask = "exists" if c.aux_first else "list"
    extra = tuple(a for w in c.extra_wh if (a := _ASKS.get(w)))
    if c.fields and set(c.fields) & {"at", "region", "reason", "comment", "meaning"} and ask in ("list", "object"):
        ask = {"at": "instant", "region": "region", "reason": "reason", "comment": "reason", "meaning": "meaning"}[
            next(x for x in c.fields if x in ("at", "region", "reason", "comment", "meaning"))]  # fmt: skip
    if c.agents and ask in ("list", "object"):
        return None
    return Query("role", (ask, *extra), event.role("theme"), event=event, order=order, time=time,
                 options=frozenset(_options(c)))  # fmt: skip


def _being(f: Frames) -> Query | None:
    """Is it still there, was it at southbank: whether it is live at a place."""
    c = f.c
    things = [n for n in f.nodes if kind_of(n) in ("version", "model") and not _anything(n)]
    places = [n for n in f.nodes if kind_of(n) in PLACES]
    if not c.aux_first or c.event is not None or c.head is not None or c.metrics or c.fields or c.agents or c.values:
        return None
    if len(things) != 1 or len(places) != 1 or len(f.nodes) != 2:
        return None
    event = Event("live", (("place", places[0]), ("theme", things[0])), negated=c.negated, past="was" in c.aux)
    return Query("role", ("exists",), things[0], event=event, time=f.time, options=frozenset(_options(c)))


def _options(c: Clause) -> Iterator[str]:
    if "ever" in c.orders or "was" in c.aux or "did" in c.aux or ("have" in c.aux and c.form == "past"):
        yield "past"
    if "is" in c.aux and "was" not in c.aux:
        yield "present"
    if c.aux_first:
        yield "yesno"
    if c.dangling:
        yield f"dangling:{c.dangling}"
    if c.passive:
        yield "passive"
    if c.subject_first:
        yield "subject_first"


def _object(f: Frames, event: Event, order: str, time) -> Query | None:  # type: ignore[no-untyped-def]
    """Which versions did Lena approve, which dataset was it trained on, how many, and so on."""
    c = f.c
    head = c.head
    if isinstance(head, Holder) and event.pred in ("precede", "replace"):
        theme = event.role("theme")
        while isinstance(theme, SetOf):
            theme = next((x.node for x in theme.conds if isinstance(x, Within)), None)
        return None if theme is None else Query("holder", ("list",), Step(Holder(head.alias, theme), -1))
    if isinstance(head, Holder):
        return Query("role", ("object",), event=event, order=order, time=time, options=frozenset(_options(c)))
    assert isinstance(head, SetOf)
    if head.kind == "cohort" and event.pred == "evaluate":
        theme = event.role("theme")
        return Query("metric", ("value",), theme, fields=("cohort",), dataset=event.role("source"),
            time=time) if theme else (
            Query("set", ("list",), SetOf("cohort")))  # fmt: skip
    if head.kind in ("stage", "region") and event.pred.split(":")[0] in ("stage", "move", "live", "deploy"):
        return Query("field", fields=(head.kind,), node=event.role("theme"), time=time)
    filled = {r for r, _ in event.roles}
    if head.kind in ("dataset", "dataset_version") and event.pred == "move":
        event = replace(event, pred="use")
    if head.kind in ("dataset", "dataset_version") and event.pred in (
        "train",
        "finetune",
        "build",
        "use",
        "derive",
        "evaluate",
    ):
        role = {"test": "test", "validation": "validation"}.get(
            next((str(x.value) for x in head.conds if isinstance(x, Has) and x.field == "input_role"), ""),
                "")  # fmt: skip
        return Query("made", ("count" if c.wh == "how many" else "list",), event.role("theme") or event.role("source"),
                     event=event, kinds=(head.kind, role), time=time, options=frozenset(_options(c)))  # fmt: skip
    if head.kind == "version" and event.pred in ("derive", "finetune", "build", "train") and (
        "theme" in filled and "source" not in filled and (c.dangling == "from" or "from" in c.preps or c.passive)
    ):  # fmt: skip
        return Query("made", ("list",), event.role("theme"), event=event, kinds=("version", ""), time=time,
                     options=frozenset(_options(c)))  # fmt: skip
    if event.pred in ("replace", "precede"):
        return Query("role", ("object",), event.role("theme"), event=event, time=time, options=frozenset(_options(c)))
    if head.kind in ("model", "version", "thing") and event.pred == "own":
        head = replace(head, kind="model")
    if time is not None:
        event = replace(event, time=time)
    joined = SetOf(head.kind, (*head.conds, event), head.order or order, head.definite, head.quantity)
    return Query("set", ("count" if c.wh in ("how many", "how often") else "list",), joined, order=order,
                 options=frozenset(_options(c)), time=None)  # fmt: skip


_MAKING = ("use", "train", "build", "run", "do")
_MEASURED = ("rows", "size", "n")


def _extreme(f: Frames) -> Query | None:
    """The biggest dataset, the largest artifact, the newest run, and so on."""
    c = f.c
    order = next((o for o in c.orders if o in ("max", "min")), "")
    if not order or c.metrics or c.event is not None:
        return None
    node = c.head if isinstance(c.head, SetOf) else next((n for n in f.nodes if isinstance(n, SetOf)), None)
    measured = [x for x in c.fields if x in _MEASURED]
    if node is None and set(c.fields) & {"size", "uri"}:
        node, measured = SetOf("version"), ["size"]
    if node is None or any(other is not node for other in f.nodes):
        return None
    if not measured:
        measured = (
            ["rows"]
            if node.kind in ("dataset", "dataset_version")
            else ["size"]
            if node.kind in ("version", "model")
            else []
        )
    if not measured:
        return None
    kind = {"dataset": "dataset_version", "model": "version"}.get(node.kind, node.kind)
    path = "rows" if kind == "dataset_version" else measured[0]
    return Query("set", ("list",), replace(node, kind=kind), order=order, fields=(path,), time=f.time)  # type: ignore[arg-type]


def _field(f: Frames) -> Query | None:
    c = f.c
    fields = f.fields()
    asked = list(c.agents)
    node = next((n for n in f.nodes if not _anything(n) and kind_of(n) not in PLACES), None)
    if isinstance(node, SetOf) and node.kind == "event":
        node = next((x.node for x in node.conds if isinstance(x, Within)), None)
    if isinstance(c.head, SetOf) and c.head.kind in ("stage", "region", "tag", "alias", "cohort") and node is not None:
        fields = [c.head.kind if c.head.kind != "tag" else "tags", *fields]
    if c.event is not None:
        node = node or c.event.role("theme") or c.event.role("source")
    if node is None and isinstance(c.head, SetOf) and fields:
        # `what parameters were used for X:3`: of X:3.
        node = next(
            (n for x in c.head.conds if isinstance(x, Event) and x.pred in _MAKING and (n := x.role("theme"))), None
        )
    if node is None and isinstance(c.head, SetOf) and (fields or asked) and c.wh in ("which", "what", "who", ""):
        node = c.head if _solid(c.head) else None
    roles = [v for v in c.values if v.kind == "role"]
    if c.wh == "who" and node is None and roles and c.event is None and not (fields or asked):
        return Query(
            "set", ("list",), SetOf("person", tuple(Has("roles", "contains", v.name) for v in roles)), time=f.time
        )
    if node is None and asked == ["approve"] and c.event is None:
        ask = "count" if c.wh == "how many" else "list"
        return Query("set", (ask,), SetOf("person", (Has("roles", "contains", "approver"),)))
    if node is None or not (fields or asked or c.wh == "whose"):
        return None
    if c.wh == "whose" and not fields and not asked:
        fields = ["owner"]
    if asked:
        pred = asked[0]
        if pred != "own" and not fields:
            return Query("role", ("agent",), node, event=Event(pred, (("theme", node),), past=True), time=f.time)
        fields = [_AGENT_FIELDS.get(a, "by") for a in asked] + fields
    if c.wh == "when" and "at" not in fields:
        fields = ["at", *fields]
    return Query("field", ("exists",) if c.aux_first and not c.wh else ("value",), node, fields=tuple(fields),
                 metrics=tuple(c.metrics), time=f.time, options=frozenset(_options(c)) | (
                     frozenset(["count"]) if c.wh == "how many" else frozenset()))  # fmt: skip


def _check(f: Frames) -> Query | None:
    """Is it PHI, does it use xgboost, is it a classification model?"""
    c = f.c
    someone = next((n for n in f.nodes if kind_of(n) == "person"), None)
    roles = ["approver"] if c.agents == ["approve"] else [v.name for v in c.values if v.kind == "role"]
    if c.aux_first and c.event is None and someone is not None and len(roles) == 1 and len(f.nodes) == 1:
        return Query("check", ("exists",), someone, fields=("roles",), kinds=(roles[0],), time=f.time)
    values = [v for v in c.values if v.kind in ("framework", "task", "tag", "sensitivity")]
    node = next((n for n in f.nodes if not isinstance(n, SetOf) and kind_of(n) not in PLACES), None)
    for other in f.nodes:
        if isinstance(other, SetOf):
            values += [Entity(x.field.split(".")[0], str(x.value),  # type: ignore[arg-type]
                x.field.partition(".")[2]) for x in other.conds
                       if isinstance(x, Has) and x.field in ("framework", "task", "sensitivity")]  # fmt: skip
    if not c.aux_first or node is None or len(values) != 1:
        return None
    if c.event is not None and c.event.pred not in ("use", "build", "train", "do", "derive"):
        return None
    value = values[0]
    name = f"tag.{value.part}" if value.kind == "tag" else value.kind
    return Query("check", ("exists",), node, fields=(name,), text=value.name, kinds=(value.name,), time=f.time)


def _identity(f: Frames) -> Query | None:
    """Which version is the one before the champion, what is the base of X, and so on."""
    c = f.c
    nodes = [n for n in f.nodes if not _anything(n)]
    plain = c.head is None or isinstance(c.head, SetOf) and not c.head.conds
    if (
        c.event is not None
        or c.metrics
        or c.fields
        or c.agents
        or c.cues
        or len(nodes) != 1
        or not plain
        or c.aux_first
    ):
        return None
    if (
        isinstance(nodes[0], Step | Related | Holder)
        and c.wh in ("", "what", "which", "who")
        and "ever" not in c.orders
    ):
        return Query("holder", ("list",), nodes[0], time=f.time, options=frozenset(_options(c)))
    return None


def _latest(f: Frames) -> Query | None:
    """`sepsis-risk latest`: the latest version of a model."""
    c = f.c
    order = next((o for o in c.orders if o in ("latest", "first")), "")
    nodes = [n for n in f.nodes if not _anything(n)]
    if not order or len(nodes) != 1 or kind_of(nodes[0]) not in ("model", "topic") or isinstance(nodes[0],
        SetOf) or c.event is not None or (
        c.metrics or c.fields or c.head is not None or c.aux_first or c.wh not in ("", "what", "which")
    ):  # fmt: skip
        return None
    return Query("set", ("list",), SetOf("version", (Within(nodes[0]),), order, True), time=f.time)


def _stepped(f: Frames) -> Query | None:
    """X's predecessor, the successor of X."""
    c = f.c
    order = next((o for o in c.orders if o in ("previous", "next")), "")
    nodes = [n for n in f.nodes if kind_of(n) in VERSIONS and not _anything(n)]
    if (
        not order
        or len(nodes) != 1
        or c.event is not None
        or c.metrics
        or c.fields
        or c.head is not None
        or c.aux_first
    ):
        return None
    return Query("holder", ("list",), Step(nodes[0], -1 if order == "previous" else 1), time=f.time)


def _most(f: Frames) -> Query | None:
    """Which model has the most versions, who approved most, and so on."""
    c = f.c
    order = next((o for o in c.orders if o in ("most", "fewest")), "")
    if not order and "max" in c.orders and not c.metrics and "number" in c.fields:
        order = "most"
    if not order or c.metrics:
        return None
    by = c.head if isinstance(c.head, SetOf) else None
    counted = next((n for n in f.nodes if isinstance(n, SetOf) and n is not by and n.kind not in ("thing",)), None)
    event = f.whole_event()
    if counted is None and event is not None:
        counted = next((n for _, n in event.roles if isinstance(n, SetOf) and not n.conds), None)
    conds = tuple(x for n in (by, counted) if isinstance(n, SetOf) for x in n.conds)
    if event is not None and event.pred not in ("own",):
        conds = (*conds, replace(event, roles=tuple((r, n) for r, n in event.roles if n is not counted)))
    kind = by.kind if by is not None else "person" if c.wh == "who" else "site" if c.wh == "where" else ""
    if not kind:
        return None
    what = counted.kind if counted is not None else "version"
    if event is not None and event.pred == "own":
        what = "model"
    if kind not in ("model", "version", "person", "site", "environment", "dataset", "dataset_version", "run"):
        return None
    if kind == what:
        return None
    return Query("set", ("list",), SetOf(kind, conds), order=order, kinds=(what,), time=f.time)


def _set(f: Frames) -> Query | None:
    c = f.c
    stage = next(
        (n for n in f.nodes if isinstance(n, SetOf) and n.kind == "stage" and n.definite and len(n.conds) == 1), None
    )
    if stage is not None and c.head is None and c.event is None and isinstance(stage.conds[0], Within):
        return Query("field", ("value",), stage.conds[0].node, fields=("stage",), time=f.time)
    if (
        isinstance(c.head, SetOf)
        and c.head.kind == "thing"
        or (f.nodes and isinstance(f.nodes[0], SetOf) and f.nodes[0].kind == "thing")
    ):
        thing = c.head if isinstance(c.head, SetOf) else f.nodes[0]
        made = [
            x for x in getattr(thing, "conds", ()) if isinstance(x, Event) and x.pred == "register" and x.role("agent")
        ]
        if made and getattr(thing, "quantity", "") == "all":
            return Query("history", ("list",), event=Event("do", (("agent", made[0].role("agent")),)),  # type: ignore[arg-type]


                         time=f.time or made[0].time, options=frozenset(("registered",)))  # fmt: skip
    head = c.head
    node: Node | None = head if isinstance(head, SetOf) else None
    ask = "count" if c.wh in ("how many",
        "how often") or "verb:count" in c.cues or c.imperative == "count" else "exists" if (
        c.aux_first) else "list"  # fmt: skip
    if node is None:
        sets = [n for n in f.nodes if isinstance(n, SetOf)]
        node = sets[0] if sets else None
    if node is None:
        return None
    assert isinstance(node, SetOf)
    for prep, other in c.args:
        if other is node or _anything(other):
            continue
        merged = _merged(node, prep, other, "ever" in c.orders)
        if merged is None:
            return None
        node = merged
    for value in c.values:
        from askreg.agent.offline.nouns import has

        node = replace(node, conds=(*node.conds, has(value)))
    order = next((o for o in c.orders if o not in ("ever", "sum")), "")
    limit = (
        next((int(x) for op, x in c.numbers if op == "="), None)
        if (node.order or order) in ("latest", "first")
        else None
    )
    return Query("set", (ask,), node, order=order, time=f.time, options=frozenset(_options(c)),
                 fields=tuple(f.fields()), limit=limit)  # fmt: skip


def _merged(node: SetOf, prep: str, other: Node, ever: bool = False) -> SetOf | None:
    if isinstance(other, SetOf) and other.kind == node.kind and other.conds:
        # `which models are classification models`: what they are said to be limits them.
        return replace(node, conds=(*node.conds, *other.conds))
    kind = kind_of(other)
    if isinstance(other, Group) and all(isinstance(n, Holder) for n in other.nodes):
        for one in other.nodes:
            node = _merged(node, prep, one) or node
        return node
    if isinstance(other, Holder) and node.kind in ("version", "model", "thing"):
        roles: tuple[tuple[str, Node], ...] = (("alias", Holder(other.alias)),)
        roles += (("theme", other.model),) if other.model else ()
        last = node.conds[-1] if node.conds else None
        # `lack a card and a champion`: what is lacking goes on.
        lacking = isinstance(last, Has) and last.negated and not prep
        return replace(node, kind="version" if node.kind == "thing" else node.kind,
                       conds=(*node.conds, Event("hold", roles, past=ever, negated=lacking)))  # fmt: skip
    if kind in PLACES:
        for cond in node.conds:
            if isinstance(cond, Event) and cond.pred in ("live", "deploy", "withdraw") and cond.role("place") is None:
                placed = replace(cond, roles=(*cond.roles, ("place", other)))
                return replace(node, conds=tuple(placed if x is cond else x for x in node.conds))
        return replace(node, conds=(*node.conds, Event("live", (("place", other),))))
    if kind == "person":
        pred = "own" if node.kind == "model" else "register"
        return replace(node, conds=(*node.conds, Event(pred, (("agent", other),), past=True)))
    if kind in VERSIONS or kind in DATA:
        return replace(node, conds=(*node.conds, Within(other)))
    return None


def _describe(f: Frames) -> Query | None:
    c = f.c
    if c.event is not None:
        return None
    nodes = [n for n in f.nodes if not _anything(n)]
    if len(nodes) != 1 and not (len(nodes) == 2 and c.wh and isinstance(nodes[0], SetOf)):
        return None
    node = nodes[-1]
    if c.aux_first:
        return None
    if c.dangling == "for" and kind_of(node) in ("model", "version"):
        return Query("field", ("value",), node, fields=("purpose",), time=f.time)
    if c.wh in ("where",):
        order = next((o for o in c.orders if o in ("first", "latest")), "")
        return Query("role", ("place",), node, event=Event("live", (("theme", node),)), order=order, time=f.time)
    if c.wh in ("when",):
        return Query("field", ("value",), node, fields=("at",), time=f.time)
    if c.wh not in ("", "what", "who", "which", "how"):
        return None
    if isinstance(node, Holder | Step | Related):
        return Query("holder", ("list",), node, time=f.time, options=frozenset(_options(c)))
    if kind_of(node) in PLACES:
        return Query("role", ("object",), event=Event("live", (("place", node),)), time=f.time)
    if isinstance(node, Group):
        return None
    return Query("describe", ("list",), node, time=f.time)


_IF = re.compile(r"\b(?:if|suppose|supposing|assuming|assume|in case)\b", re.I)
_RULES: list[Callable[[Frames], Query | None]] = [
    _literal, _compare, _most, _lineage, _gaps, _leaderboard, _docs, _metric, _check, _history, _happening, _being,
        _extreme, _field, _stepped, _latest, _identity, _set,
    _describe,
]  # fmt: skip

__all__ = ["Frames", "Given"]
