"""What happened, as rows of the record: each predicate's kind of row, its conditions, and the time it is about."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from askreg.agent.offline.dates import Span
from askreg.agent.offline.meaning import Event, Group, Holder, Node, SetOf, Thing, Within, kind_of
from askreg.agent.offline.programs import periods, resolving
from askreg.agent.offline.programs.work import Asking, Rows, Unanswered, Work, where
from askreg.agent.tools.shapes import Call, ToolResult

Conditions = Generator[list[Call], list[ToolResult], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Spec:
    """How the record holds a predicate."""

    select: str
    base: tuple[tuple[str, str, Any], ...] = ()
    instant: str = "since"
    state: bool = False
    """Whether it holds for a time, so that a date asks what held then."""
    history: bool = True
    project: tuple[str, ...] = ()
    actor: str = "by"
    """Who is meant by the one who did it: who began it, or who ended it."""


_APPROVED = (("decision", "=", "approved"),)
_SEEN = ("by", "comment", "printed_name")
SPECS: dict[str, Spec] = {
    "approve": Spec("approval", (*_APPROVED, ("meaning", "=", "approval")), project=_SEEN),
    "sign": Spec("approval", _APPROVED, project=_SEEN),
    "signed_by": Spec("approval", project=_SEEN),
    "review": Spec("approval", (("meaning", "=", "review"),), project=_SEEN),
    "responsibility": Spec("approval", (("meaning", "=", "responsibility"),), project=_SEEN),
    "reject": Spec("approval", (("decision", "=", "rejected"),), project=_SEEN),
    "lapse": Spec("approval", (("lapsed", "exists", None),), instant="lapsed", project=(*_SEEN, "lapsed", "closed_by"),
                  actor="closed_by"),
    "live": Spec("deployment", state=True, history=False, project=("version", "by")),
    "deploy": Spec("deployment", project=("version", "by", "region")),
    "withdraw": Spec("deployment", (("until", "exists", None),), instant="until", project=("version", "closed_by",
        "reason"),
                     actor="closed_by"),
    "move": Spec("stage", (("previous", "exists", None),), project=("by", "reason", "previous")),
    "hold": Spec("alias", state=True, history=False, project=("version", "by")),
    "lose": Spec("alias", (("until", "exists", None),), instant="until", project=("version", "closed_by"),
        actor="closed_by"),
    "evaluate": Spec("metric", instant="at", history=False, project=("by", "at")),
}  # fmt: skip


def spec_of(event: Event) -> Spec | None:
    """Return how the record holds an event's predicate; None when it is no row of its own."""
    head, _, stage = event.pred.partition(":")
    if head == "stage":
        return Spec("stage", (("stage", "=", stage),), state=True, history=False, project=("by", "reason", "previous"))
    if head == "left":
        return Spec(
            "stage",
            (("stage", "=", stage), ("until", "exists", None)),
            instant="until",
            project=("closed_by",),
            actor="closed_by",
        )
    if head == "run" or head == "use":
        return SPECS["live"] if event.role("place") is not None else None
    return SPECS.get(head)


def place_conditions(work: Work, place: Node | None) -> Conditions:
    """Return the conditions that a deployment is at a place."""
    if place is None:
        return []
    if isinstance(place, SetOf):
        found = yield from resolving.resolve(work, place, want=("place", "site"))
        path = "subject" if "/" in found.one else "site"
        return [where(path, found.subjects, "in")]
    if isinstance(place, Group):
        made: list[dict[str, Any]] = []
        for node in place.nodes:
            made += yield from place_conditions(work, node)
        if len({c["path"] for c in made}) != 1:
            raise Unanswered("these places are not of one kind; ask for one at a time")
        return [where(made[0]["path"], [c["value"] for c in made], "in")]
    if not isinstance(place, Thing):
        found = yield from resolving.resolve(work, place, want=("place", "site"))
        return [where("subject" if "/" in found.one else "site", found.one)]
    entity = next(
        (e for e in (place.entity, *place.others) if e.kind in ("place", "site", "environment", "region")), None
    )
    if entity is None:
        raise Unanswered(f"“{place.text}” is no site or environment of the record")
    if entity.kind == "place":
        site, _, environment = entity.name.partition("/")
        return [where("site", site), where("environment", environment)]
    return [where(entity.kind, entity.name)]


def conditions(work: Work, event: Event, spec: Spec) -> Conditions:
    """Return the conditions on the rows of an event: its parts, not its time."""
    made = [where(path, value, op) for path, op, value in spec.base]
    for role, node in event.roles:
        if role == "place":
            if spec.select != "deployment":
                raise Unanswered("the record keeps this for versions, not for places; ask what is live there first")
            made += yield from place_conditions(work, node)
            continue
        if role == "before":
            raise Unanswered("what came before which is not clear here; ask for the one before by name")
        if role == "agent":
            if isinstance(node, SetOf) and not node.conds:
                continue
            people = yield from resolving.resolve(work, node, want=("person",))
            # A second person is the one whose work it was done to: `did X approve anything by Y`.
            path = "version.by" if any(made_already["path"] == spec.actor for made_already in made) else spec.actor
            made.append(where(path, people.subjects, "in") if len(people.subjects) > 1 else where(path, people.one))
            continue
        if role == "alias" or isinstance(node, Holder) and node.model is None and spec.select == "alias":
            alias = node.alias if isinstance(node, Holder) else str(getattr(node, "name", ""))
            made.append(where("alias", alias))
            if isinstance(node, Holder) and node.model is not None:
                made += yield from part(work, "theme", node.model, spec)
            continue
        made += yield from part(work, role, node, spec)
    return made


def part(work: Work, role: str, node: Node, spec: Spec) -> Conditions:
    """Return the condition for what an event was about, or done with."""
    if isinstance(node, SetOf) and not node.conds and not node.order:
        return []
    if role == "source" and spec.select == "metric":
        data = yield from resolving.resolve(work, node, want=("dataset_version", "dataset"))
        return [where("dataset_version.subject", data.subjects, "in")]
    if isinstance(node, SetOf) and node.kind in ("approval", "deployment", "stage", "alias"):
        # `has the approval of X lapsed`: what it is about is X.
        node = next((c.node for c in node.conds if isinstance(c, Within)), node)
    found = yield from resolving.resolve(work, node, want=("version", "model"))
    if found.kind not in ("version", "model"):
        raise Unanswered(f"{found.one} is neither a model nor a version")
    return [where("subject", found.subjects, "in") if len(found.subjects) > 1 else where("subject", found.one)]


def rows(
    work: Work, event: Event, *, extra: list[dict[str, Any]] | None = None, ask_time: bool = False,
    project: tuple[str, ...] = (), time: Span | None = None,
) -> Generator[list[Call], list[ToolResult], Rows]:  # fmt: skip
    """Return the rows that hold an event, oldest first."""
    spec = spec_of(event)
    if spec is None:
        raise Unanswered("the record does not hold this")
    span = event.time or time or work.time
    periods.refuse_future(span, work.context)
    wanted = yield from conditions(work, event, spec)
    wanted += extra or []
    history = spec.history or event.past or ask_time
    more: dict[str, Any] = {}
    overlap: Span | None = None
    if span is not None:
        state = spec.state and not _entered(work, event)
        if state and not ask_time and not periods.is_period(span):
            more["as_of"] = periods.as_of(span, work.context)
            history = False
        elif state and not ask_time:
            history, overlap = True, span
        else:
            wanted += periods.begins_within(span, spec.instant)
    if history:
        more["history"] = True
    if spec.select in ("approval", "stage", "alias", "deployment"):
        more["order"] = [{"by": "since"}]
    found = yield from work.plan(spec.select, wanted, (*spec.project, *project), **more)
    if not found.rows and spec.actor == "closed_by" and event.role("agent") is not None:
        yield from _unsaid(work, event, spec)
    if overlap is not None:
        kept = [r for r in found.rows if periods.overlaps(r.at, r.until, overlap)]
        if not kept and found.rows:
            yield from _none_within(work, spec, wanted, overlap)
        found = Rows(found.kind, kept, len(kept), found.truncated, None, found.result)
    return found


_ENTERS = re.compile(
    r"\b(?:mov|promot|enter|reach|advanc|push|graduat|transition|progress)\w*\b|\b(?:went|go|got|came|sent|put)\b", re.I
)


def _entered(work: Work, event: Event) -> bool:
    """Whether what is asked for is that a stage was reached, and not that it held."""
    return event.pred.startswith("stage:") and event.past and _ENTERS.search(work.context.question) is not None


def _unsaid(work: Work, event: Event, spec: Spec) -> Asking:
    """Refuse to deny that somebody ended what the record does not say who ended."""
    limits = yield from conditions(work, without(event, "agent"), spec)
    left = yield from work.plan(spec.select, [*limits, where("closed_by", None, "missing")], history=True)
    if left.rows:
        raise Unanswered("the record does not say who ended all of these, so that this can be neither said nor denied")


def _none_within(work: Work, spec: Spec, wanted: list[dict[str, Any]], span: Span) -> Asking:
    """Ask the record itself for what overlaps a period, so that an answer that nothing does rests on it."""
    low, high = periods.bounds(span)
    began = [where("since", f"{high}Z", "<")] if high else []
    ended = [[where("until", f"{low}Z", ">")], [where("until", None, "missing")]] if low else [[]]
    for more in ended:
        yield from work.plan(spec.select, [*wanted, *began, *more], history=True)


def about(event: Event) -> Node | None:
    """Return what an event is about."""
    return event.role("theme") or next((n for r, n in event.roles if kind_of(n) in resolving.VERSIONED), None)


def without(event: Event, *roles: str) -> Event:
    """Return the event without some of its parts."""
    return replace(event, roles=tuple((r, n) for r, n in event.roles if r not in roles))
