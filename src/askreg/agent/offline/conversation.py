"""Questions that lean on earlier ones: what `it` is, and what `and at southbank?` asks again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from askreg.agent.offline.clause import Clause
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import (
    Bare,
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
from askreg.agent.offline.roles import DATA, PLACES, VERSIONS

_AGAIN = re.compile(
    r"^\W*(?:and|or|but|ok(?:ay)?|so|then|also|now)?\W*"
    r"(?:what about|how about|what of|same (?:question )?for|the same for|and)\b|"
    r"^\W*(?:and|or|but|then)\b", re.I
)  # fmt: skip
_THERE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bover )\bthere\b(?! (?:is|are|was|were|any)\b)", re.I
)
_NOW = re.compile(r"\b(?:now|today|currently|at present)\b", re.I)
_BEFORE = re.compile(
    r"^\W*(?:and |so |ok,? )*(?:what|who|which (?:one|version|model)) "
    r"(?:was|came|ran|had been|held it|held that|had it|was it)(?: live| running| used| deployed| in use| in place)?"
    r"(?: there)?(?: just| right)? (?:before|previously|earlier)(?: (?:it|that|this|that one|then))?\W*$|"
    r"^\W*(?:and |or |what about )?(?:who |what )?(?:was |held )?(?:it )?"
    r"before (?:it|that|this|that one|then|him|her)\W*$", re.I
)  # fmt: skip
WHOLE = frozenset(("whole",))
"""The option of a query that says all that its question says."""
_RANKS = ("best", "worst", "max", "min")
_ASKED = {
    "who": "agent",
    "when": "instant",
    "where": "place",
    "why": "reason",
    "how long": "duration",
    "how many": "count",
}
_PEOPLE_FIELDS = ("by", "approval.by", "owner", "run.by")


@dataclass(slots=True)
class Before:
    """What an earlier question was, and the facts of its answer."""

    query: Query
    facts: list[Any]


def referent(before: Before) -> Node | None:
    """Return the thing that `it` means after a question."""
    query = before.query
    if query.intent == "leaderboard":
        top = next((f.subject for f in before.facts if f.field.startswith("metric.")), None)
        return None if top is None else Thing(Entity("version", top, top.rpartition(":")[2]))
    if (
        query.intent == "holder"
        and query.time is not None
        and isinstance(query.node, Holder)
        and query.node.model is not None
    ):
        roles: tuple[tuple[str, Node], ...] = (("alias", Holder(query.node.alias)), ("theme", query.node.model))
        return SetOf("version", (Event("hold", roles, time=query.time),), definite=True)
    if query.intent == "role" and query.event is not None:
        theme = query.event.role("theme")
        if (after := query.event.role("before")) is not None:
            return _found_version(before, after)
        if theme is not None and query.event.pred not in ("replace", "precede"):
            if query.ask[0] in ("object", "list") and kind_of(theme) == "model":
                return _found_version(before) or theme
            if isinstance(theme, Holder) and theme.model is None:
                return next((n for r, n in query.event.roles if r == "theme" and n is not theme), theme)
            return theme
        if query.ask[0] in ("object", "list"):
            event = replace(query.event, time=query.event.time or query.time)
            return _found_version(before) or SetOf("version", (event,), query.order, True)
        return None
    if query.intent == "set" and isinstance(query.node, SetOf):
        if query.node.kind == "model" and any(isinstance(c, Event) and c.pred == "live" for c in query.node.conds):
            return _found_version(before) or replace(query.node, kind="version", definite=True)
        return _found_version(before) or replace(query.node, definite=True)
    if (
        query.intent == "made"
        and query.node is not None
        and query.kinds
        and query.kinds[0] in ("dataset", "dataset_version")
    ):
        return query.node
    return query.node


def _found_version(before: Before, besides: Node | None = None) -> Node | None:
    """Return the one version that the answer names (besides one that the question did)."""
    found = {v for f in before.facts for v in (f.subject, f.value) if re.fullmatch(r"[a-z0-9][a-z0-9._-]*:\d+", v)}
    found -= {besides.entity.name} if isinstance(besides, Thing) else set()
    if len(found) != 1:
        return None
    name = found.pop()
    return Thing(Entity("version", name, name.rpartition(":")[2]))


def person(history: list[Before]) -> Node | None:
    """Return the person whom the conversation named last."""
    for before in reversed(history):
        found = list(dict.fromkeys(f.value for f in before.facts if f.field in _PEOPLE_FIELDS))
        if len(found) == 1:
            return Thing(Entity("person", found[0]))
        named = _named(before.query, ("person",))
        if named:
            return named[-1]
        if found:
            return None
    return None


def _named(query: Query, kinds: tuple[str, ...]) -> list[Node]:
    nodes: list[Node] = [n for n in (query.node, query.dataset) if n is not None]
    if query.event is not None:
        nodes += [n for _, n in query.event.roles]
    result: list[Node] = []
    for node in nodes:
        result += _inside(node)
    return [n for n in result if kind_of(n) in kinds]


def _inside(node: Node) -> list[Node]:
    if isinstance(node, Group):
        return list(node.nodes)
    if isinstance(node, SetOf):
        inner: list[Node] = []
        for cond in node.conds:
            if isinstance(cond, Within):
                inner += _inside(cond.node)
            elif isinstance(cond, Event):
                inner += [m for _, n in cond.roles for m in _inside(n)]
        return [node, *inner]
    return [node]


class Conversation:
    """What has been said so far."""

    def __init__(self, history: list[Before], lexicon: Any) -> None:
        """Take the earlier questions, oldest first."""
        self.history, self.lexicon = history, lexicon

    def fill(self, clause: Clause) -> Clause:
        """Return the clause with its pronouns and bare numbers filled in from the conversation."""
        solid = [i for i, (_, n) in enumerate(clause.args) if not isinstance(n, Given)]
        if solid:
            # `the last deployment at X, when was it?`
            clause.args = [a for i, a in enumerate(clause.args) if not (isinstance(a[1], Given) and a[1].word == "it"
                           and not a[0] and solid[0] < i)]  # fmt: skip
        self._within(clause)
        if not self.history:
            return clause
        clause.args = [(prep, self._node(node)) for prep, node in clause.args]
        if _THERE.search(clause.text) and (place := self._given("there")) is not None:
            clause.args.append(("at", place))
        if clause.fields and not clause.args and clause.event is None and clause.head is None and not clause.metrics:
            it = self._given("it")
            clause.args += [] if it is None else [("of", it)]
        last = self.history[-1].query.node
        if clause.wh in ("how many", "which") and clause.head is None and not clause.args and (
            clause.event is not None and self.history[-1].query.intent == "set"
            and isinstance(last, SetOf) and last.conds
        ):  # fmt: skip
            clause.head = last  # `how many are live?`, of those
        if isinstance(clause.head, SetOf) and clause.head.kind == "thing" and isinstance(last, Group):
            clause.head = replace(clause.head, kind="version", conds=(*clause.head.conds, Within(last)))
        if clause.event is not None:
            clause.event = self._succeeding(clause.event)
        if clause.head is not None:
            clause.head = self._node(clause.head)
        return clause

    def _succeeding(self, event: Event) -> Event:
        """Return the event filled in; what replaced the holder of an alias replaced it as that."""
        filled = self._event(event)
        last = self.history[-1].query.event
        if (
            event.pred not in ("replace", "precede")
            or last is None
            or last.pred not in ("hold", "lose")
            or filled == event
        ):
            return filled
        aliases = [n for _, n in last.roles if isinstance(n, Holder)]
        if not aliases or any(isinstance(n, Holder) for _, n in filled.roles):
            return filled
        return replace(filled, roles=(*filled.roles, ("alias", Holder(aliases[0].alias))))

    def _within(self, clause: Clause) -> None:
        """Fill in `its` where the same question has named the thing before: `X and its predecessor`."""
        first: Node | None = None
        done: list[tuple[str, Node]] = []
        for prep, node in clause.args:
            if first is not None and not isinstance(node, Given):
                node = _filled(node, first)
            elif (
                first is None
                and kind_of(node) in VERSIONS | DATA
                and not isinstance(node, Given)
                and (not isinstance(node, SetOf) or node.conds)
            ):
                first = node.nodes[0] if isinstance(node, Group) else node
            done.append((prep, node))
        clause.args = done
        if first is not None and clause.event is not None:
            roles = tuple((r, _filled(n, first) if not isinstance(n, Given) else n) for r, n in clause.event.roles)
            clause.event = replace(clause.event, roles=roles)

    def _event(self, event: Event) -> Event:
        def filled(role: str, node: Node) -> Node:
            last = self.history[-1].query if self.history else None
            told = last.event.pred if last is not None and last.event is not None else ""
            if role == "source" and node == Given("it") and told == event.pred:
                # `what was X trained on?` `what else was trained on it?`
                return self._data() or self._node(node)
            return self._node(node)

        return replace(event, roles=tuple((role, filled(role, node)) for role, node in event.roles))

    def _node(self, node: Node) -> Node:
        match node:
            case Given(word):
                return self._given(word) or node
            case Bare(number):
                model = self.model()
                if model is None:
                    return node
                known = number in self.lexicon.versions.get(model, frozenset())
                return Thing(Entity("version", f"{model}:{number}", str(number), exists=known))
            case Holder(alias, None):
                model = self.model()
                return Holder(alias, Thing(Entity("model", model))) if model else node
            case Holder(alias, inner) if inner is not None:
                return Holder(alias, self._node(inner))
            case Step(of, by, than):
                return Step(self._node(of), by, None if than is None else self._node(than))
            case Related(of, name):
                return Related(self._node(of), name)
            case Group(nodes):
                return Group(tuple(self._node(n) for n in nodes))
            case SetOf():
                return self._set(node)
        return node

    def _set(self, node: SetOf) -> Node:
        if node.definite and not node.conds and node.kind in ("version", "model", "thing", "dataset",
            "dataset_version") and (
            node.order in ("", "current")
        ):  # fmt: skip
            found = self._given("it")
            if found is not None and (kind_of(found) in DATA) == (node.kind in DATA):
                return found
        if node.kind in ("version", "thing") and node.order and not node.conds:
            if node.order in ("previous", "next"):
                found = self._given("it")
                return Step(found, -1 if node.order == "previous" else 1) if found is not None else node
            model = self.model()
            return replace(node, kind="version", conds=(Within(Thing(Entity("model", model))),)) if model else node
        conds = []
        for cond in node.conds:
            if isinstance(cond, Within):
                conds.append(Within(self._node(cond.node)))
            elif isinstance(cond, Event):
                conds.append(self._event(cond))  # type: ignore[arg-type]
            else:
                conds.append(cond)  # type: ignore[arg-type]
        return replace(node, conds=tuple(conds))

    def _given(self, word: str) -> Node | None:
        if word == "person":
            return person(self.history)
        if word == "data":
            return self._data()
        if word == "there":
            places = [n for b in self.history for n in _named(b.query, tuple(PLACES))]
            return places[-1] if places else self._found_place()
        if word in ("two", "former", "latter", "they"):
            pair = self._pair()
            if pair is not None:
                return {"former": pair[0], "latter": pair[1]}.get(word, Group(pair))
            if word != "they":
                return None
        found = referent(self.history[-1])
        for before in reversed(self.history[:-1]):
            if found is not None:
                break
            found = referent(before)
        if word == "they" and isinstance(found, SetOf):
            return replace(found, definite=False)
        return found

    def _found_place(self) -> Node | None:
        """Return the one place that the last answer names."""
        found = {f.subject for f in self.history[-1].facts if f.field == "deployed"}
        return Thing(Entity("place", found.pop())) if len(found) == 1 else None

    def _data(self) -> Node | None:
        """Return the dataset version that was spoken of last."""
        for before in reversed(self.history):
            found = list(
                dict.fromkeys(
                    v for f in before.facts for v in (f.subject, f.value, f.dataset or "") if "@" in v and " " not in v
                )
            )
            if len(found) == 1:
                return Thing(Entity("dataset_version", found[0], found[0].partition("@")[2]))
            named = _named(before.query, tuple(DATA))
            if named:
                return named[-1]
        return None

    def _pair(self) -> tuple[Node, Node] | None:
        """Return the last two versions or models that were spoken of."""
        last = self.history[-1].query.node
        if isinstance(last, Group) and len(last.nodes) == 2:
            return last.nodes[0], last.nodes[1]
        spoken: list[Node] = []
        for before in self.history:
            found = referent(before)
            for node in found.nodes if isinstance(found, Group) else (found,):
                if node is not None and kind_of(node) in ("version", "model") and not isinstance(node, SetOf):
                    spoken = [n for n in spoken if n != node] + [node]
        return (spoken[-2], spoken[-1]) if len(spoken) > 1 else None

    def model(self) -> str | None:
        """Return the model that the conversation is about."""
        for before in reversed(self.history):
            names = {
                f.subject.split(":")[0]
                for f in before.facts
                if ":" in f.subject and not f.subject.startswith(("run:", "doc:"))
            }
            named = [n for n in _named(before.query, ("model", "version")) if isinstance(n, Thing | Holder)]
            heads = {n.entity.head for n in named if isinstance(n, Thing)} | {
                n.model.entity.head for n in named if isinstance(n, Holder) and isinstance(n.model, Thing)}  # fmt: skip
            for candidates in (heads, names):
                if len(candidates) == 1:
                    return candidates.pop()
        return None

    # Questions that repeat the one before ---------------------------------------------------------------------------

    def again(self, clause: Clause, query: Query | None) -> Query | None:
        """Return the earlier question with what this one puts in its place; None when it stands by itself."""
        if not self.history:
            return None
        last = self.history[-1].query
        if _BEFORE.match(clause.text) and (earlier := self._before()) is not None:
            return earlier
        marked = bool(_AGAIN.match(clause.text))
        nodes = [
            n
            for _, n in clause.args
            if not (isinstance(n, SetOf) and n.kind == "thing" and not n.conds and not n.order)
        ]
        bare_wh = (
            clause.wh in _ASKED and not nodes and clause.event is None and not clause.metrics and clause.head is None
        )
        if bare_wh and not clause.fields and not clause.agents and not clause.cues:
            return self._asked(last, _ASKED[clause.wh])
        steps = [o for o in clause.orders if o in ("previous", "next")]
        if steps and not nodes and clause.event is None and clause.head is None and not clause.metrics:
            found = self._given("it")
            return None if found is None else self._put(last, Step(found, -1 if steps[0] == "previous" else 1))
        if clause.event is not None or clause.head is not None or clause.agents or clause.fields:
            return None
        if any(isinstance(n, Related) or (isinstance(n, SetOf) and n.conds) for n in nodes):
            return None
        ranks = [o for o in clause.orders if o in _RANKS]
        if ranks and last.intent == "leaderboard" and not nodes and not clause.metrics:
            return replace(last, order=ranks[0], text=clause.text)
        now = bool(_NOW.search(clause.text)) and not nodes
        content = clause.cohorts or clause.metrics or clause.dates or nodes or now
        if not content or (query is not None and not marked and (
            clause.aux_first or query.intent not in ("describe", "holder", "role"))):  # fmt: skip
            return None
        if not marked and clause.wh:
            return None
        return self._replaced(last, clause, nodes)

    def unclear(self, clause: Clause) -> bool:
        """Whether it asks for what was before something that the conversation does not tell."""
        return bool(_BEFORE.match(clause.text)) and (not self.history or self._before() is None)

    def _before(self) -> Query | None:
        """Return the question for what was there before what the conversation is about."""
        last = self.history[-1].query
        told = last.node.conds if isinstance(last.node, SetOf) else ()
        event = last.event or next((c for c in told if isinstance(c, Event)), None)
        held = last.node if last.intent == "holder" else None
        if event is not None and event.pred == "hold" and isinstance(alias := event.role("alias"), Holder):
            held = Holder(alias.alias, event.role("theme"))
        if isinstance(held, Holder) and kind_of(held.model) == "model":
            return Query("holder", ("list",), Step(held), options=WHOLE)
        it, place = self._given("it"), self._given("there")
        if place is None or not isinstance(it, Thing):
            return None
        roles: tuple[tuple[str, Node], ...] = (("place", place), ("before", it))
        return Query("role", ("object",), event=Event("live", roles, past=True), options=WHOLE)

    def completed(self, query: Query) -> Query:
        """Return a comparison or ranking with the metric that the conversation is about."""
        if query.intent != "compare" or query.metrics or not self.history or "better" not in query.ask:
            return query
        last = next((b.query for b in reversed(self.history) if b.query.metrics), None)
        if last is None:
            return query
        return replace(
            query, metrics=last.metrics, cohorts=query.cohorts or last.cohorts, dataset=query.dataset or last.dataset
        )

    def _asked(self, last: Query, ask: str) -> Query:
        if last.intent == "holder" and ask == "instant" and last.time is None and isinstance(last.node, Holder):
            return last
        event = last.event
        if last.intent == "holder" and isinstance(last.node, Holder) and last.node.model is not None:
            event = Event("hold", (("alias", Holder(last.node.alias)), ("theme", last.node.model)))
        if last.intent == "set" and isinstance(last.node, SetOf):
            event = next((c for c in last.node.conds if isinstance(c, Event)), None)
            whose = next(
                (c.node for c in last.node.conds if isinstance(c, Within) and kind_of(c.node) in VERSIONS), None
            )
            if event is not None and whose is not None and event.role("theme") is None:
                event = replace(event, roles=(*event.roles, ("theme", whose)))
        if event is None:
            if last.intent == "field" and ask == "instant":
                return replace(last, fields=("at",), ask=("value",))
            return replace(last, ask=(ask,))
        return replace(
            last, intent="role", ask=(ask,), event=event, node=event.role("theme"), options=frozenset(("present",))
        )

    def _put(self, last: Query, node: Node) -> Query:
        """Return the last question about another thing."""
        if last.intent in ("holder", "describe") or (
            last.intent in ("role", "set") and last.ask[0] in ("object", "list")
        ):
            return Query("holder", ("list",), node)
        if last.event is not None and last.event.role("theme") is not None:
            roles = tuple((r, node if r == "theme" else n) for r, n in last.event.roles)
            return replace(last, event=replace(last.event, roles=roles), node=node)
        return replace(last, node=node)

    def _replaced(self, last: Query, clause: Clause, nodes: list[Node]) -> Query | None:
        query = last
        if clause.cohorts:
            query = replace(query, cohorts=tuple(clause.cohorts))
        if clause.metrics:
            query = replace(query, metrics=tuple(clause.metrics), intent="metric" if query.intent in (
                "field", "describe", "holder", "role", "set") else query.intent)  # fmt: skip
            if query.intent == "metric" and last.intent != "metric":
                query = Query("metric", ("value",), self._given("it"), metrics=tuple(clause.metrics))
        if clause.dates:
            query = replace(query, time=clause.dates[0])
            if query.event is not None:
                query = replace(query, event=replace(query.event, time=None))
            query = self._retimed(query)
        if _NOW.search(clause.text) and not clause.dates:
            query = _now(self._retimed(replace(query, time=None)))
        for node in nodes:
            put = self._placed(query, node)
            if put is None:
                return None
            query = put
        return replace(query, text=clause.text)

    def _retimed(self, query: Query) -> Query:
        if isinstance(query.node, SetOf):
            conds = tuple(replace(c, time=None) if isinstance(c, Event) else c for c in query.node.conds)
            return replace(query, node=replace(query.node, conds=conds))
        return query

    def _same_environment(self, query: Query, node: Node) -> Node:
        """Return the place at another site that the last question was about: its environment goes on being meant."""
        old = [n for n in _named(query, ("place",)) if isinstance(n, Thing)]
        if not old or not isinstance(node, Thing) or node.entity.kind != "site":
            return node
        environment = old[-1].entity.name.partition("/")[2]
        if (node.entity.name, environment) not in self.lexicon.names.places:
            return node
        return Thing(Entity("place", f"{node.entity.name}/{environment}"), text=node.text)

    def _placed(self, query: Query, node: Node) -> Query | None:
        kind = kind_of(node)
        if kind in PLACES:
            return _swap(query, PLACES, self._same_environment(query, node), "place")
        if kind == "person":
            return _swap(query, frozenset(("person",)), node, "agent")
        if kind in DATA and (query.dataset is not None or query.intent in ("metric", "leaderboard")):
            return replace(query, dataset=node)
        if kind in DATA:
            return _swap(query, DATA, node, "source")
        if (
            query.intent == "compare"
            and isinstance(query.node, Group)
            and (kind in VERSIONS or isinstance(node, Holder | Step))
        ):
            return replace(query, node=Group((*query.node.nodes, node)))
        if kind in VERSIONS or isinstance(node, Holder | Step):
            return _swap(query, VERSIONS | {"version"}, node, "theme")
        return None


def _now(query: Query) -> Query:
    """Return what was asked of the past as a question about the present."""
    options = (query.options - {"past"}) | {"present"}
    event = replace(query.event, time=None, past=False) if query.event is not None else None
    return replace(query, event=event, options=options)


def _filled(node: Node, first: Node) -> Node:
    match node:
        case Given("it"):
            return first
        case Step(of, by):
            return Step(_filled(of, first), by)
        case Related(of, name):
            return Related(_filled(of, first), name)
        case SetOf() if node.definite and not node.conds and node.order in ("previous", "next"):
            return Step(first, -1 if node.order == "previous" else 1)
    return node


def _swap(query: Query, kinds: frozenset[str], node: Node, role: str) -> Query:
    """Return the query with `node` where it had another of its kinds."""
    swapped = False

    def inside(old: Node) -> Node:
        nonlocal swapped
        if isinstance(old, SetOf):
            conds = []
            for cond in old.conds:
                if isinstance(cond, Event):
                    conds.append(events(cond))
                elif isinstance(cond, Within) and kind_of(cond.node) in kinds:
                    swapped = True
                    conds.append(Within(node))  # type: ignore[arg-type]
                else:
                    conds.append(cond)  # type: ignore[arg-type]
            return replace(old, conds=tuple(conds))
        if kind_of(old) in kinds:
            swapped = True
            if isinstance(old, Holder) and kind_of(node) == "model":
                return Holder(old.alias, node)
            if isinstance(old, Step) and isinstance(old.of, Holder) and kind_of(node) == "model":
                return Step(Holder(old.of.alias, node), old.by)
            return node
        return old

    def events(event: Event) -> Event:
        return replace(event, roles=tuple((r, inside(n)) for r, n in event.roles))

    result = query
    if query.node is not None:
        result = replace(result, node=inside(query.node))
    if query.event is not None:
        event = events(query.event)
        if not any(r == role for r, _ in event.roles):
            swapped = True
            event = replace(event, roles=(*event.roles, (role, node)))
        result = replace(result, event=event)
    if not swapped and isinstance(result.node, SetOf):
        cond = Event("live", (("place", node),)) if role == "place" else Within(node)
        result = replace(result, node=replace(result.node, conds=(*result.node.conds, cond)))
        swapped = True
    return result if swapped else replace(result, node=node)


__all__ = ["Before", "Conversation", "Has", "referent"]
