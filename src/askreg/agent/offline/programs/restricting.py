"""Conditions that no single path of a plan states: how many others something has, and that it has no others."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import replace

from askreg.agent.offline.meaning import Cond, Count, Event, SetOf, Within
from askreg.agent.offline.programs import events, resolving
from askreg.agent.offline.programs.work import Row, Rows, Unanswered, Work, sentence, where
from askreg.agent.tools.shapes import Call, ToolResult

Subjects = Generator[list[Call], list[ToolResult], list[str]]
_OPS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_PARTS = ("place", "source", "agent")
"""Parts of what happened that `only` may be said of."""
_AFFECTED = ("affect", "depend")
_OF_DEPLOYMENTS = ("site", "environment", "deployment")


def subjects(work: Work, cond: Cond, kind: str) -> Subjects:
    """Return the subjects of a kind of which the condition holds."""
    if isinstance(cond, Count):
        return (yield from _counted(work, cond, kind))
    if isinstance(cond, Event) and cond.pred in _AFFECTED:
        return (yield from _affected(work, cond, kind))
    assert isinstance(cond, Event)
    return (yield from _only(work, cond, kind))


def restricts(cond: Cond) -> bool:
    """Whether a condition is of these."""
    if not isinstance(cond, Event):
        return isinstance(cond, Count)
    if cond.pred in _AFFECTED:
        return cond.role("theme") is not None
    return cond.order == "only" and any(role in _PARTS for role, _ in cond.roles)


def _affected(work: Work, cond: Event, kind: str) -> Subjects:
    """Return what comes from something, by whatever way."""
    found = yield from resolving.resolve(
        work,
        cond.role("theme"),  # type: ignore[arg-type]
        want=("dataset_version", "version", "run", "dataset", "model"),
    )
    names: set[str] = set()
    if found.kind in ("dataset", "model"):
        one = "dataset_version" if found.kind == "dataset" else "version"
        rows = yield from work.plan(one, [where("subject", found.subjects, "in")])
        starts = [r.subject for r in rows.rows]
    else:
        starts = found.subjects
    if len(starts) > 6:
        raise Unanswered("that is too much to follow in one answer; ask of one version")
    for subject in starts:
        result = yield from work.call("lineage", subject=subject, direction="down")
        if result.error:
            raise Unanswered(sentence(result.error))
        if result.data.truncated:
            raise Unanswered("the lineage is too large to be followed whole; ask of something less far up")
        names |= {n.subject for n in result.data.nodes if n.kind == "version" and n.subject != subject}
    return sorted({n.split(":")[0] for n in names} if kind == "model" else names)


def _counted(work: Work, cond: Count, kind: str) -> Subjects:
    from askreg.agent.offline.programs import sets

    what = cond.node.kind
    found = yield from _countable(work, cond, kind)
    if found.truncated:
        raise Unanswered("there is too much of that to count in one answer; ask for less at a time")
    groups: dict[str, set[str]] = defaultdict(set)
    for row in found.rows:
        groups[sets.member(row, kind)].add(_counting(row, what))
    if cond.op in ("<", "<=") or _OPS[cond.op](0, cond.number):
        whole = yield from work.plan("model" if kind == "model" else "version")
        for row in whole.rows:
            groups.setdefault(row.subject, set())
    return sorted(name for name, of in groups.items() if _OPS[cond.op](len(of), cond.number))


def _countable(work: Work, cond: Count, kind: str) -> Generator[list[Call], list[ToolResult], Rows]:
    """Return the rows that hold what is counted."""
    from askreg.agent.offline.programs import sets

    node, event = cond.node, cond.event
    if (
        event is not None
        and event.pred in ("live", "deploy", "run", "use")
        and node.kind not in ("dataset", "dataset_version")
    ):
        extra = tuple(c for c in node.conds if isinstance(c, Within))
        if extra:
            raise Unanswered("this is more than one question; ask for one thing at a time")
        return (yield from events.rows(work, replace(event, pred="live" if event.pred != "deploy" else "deploy")))
    if event is not None and event.pred == "evaluate":
        return (yield from events.rows(work, event))
    if event is not None and event.pred in ("approve", "sign", "reject", "review"):
        return (yield from events.rows(work, event))
    if event is not None:
        raise Unanswered("how many of those there are for each is not counted; ask for them of one thing")
    if node.kind in _OF_DEPLOYMENTS:
        return (yield from events.rows(work, Event("live")))
    if node.kind in ("version", "approval", "metric"):
        return (yield from sets.rows(work, node))
    raise Unanswered(f"how many {node.kind.replace('_', ' ')}s each has is not counted; ask for those of one thing")


def _counting(row: Row, what: str) -> str:
    from askreg.agent.offline.programs import sets

    if what in ("dataset", "dataset_version"):
        return row.main.dataset or ""
    if what == "metric":
        return f"{row.main.dataset} {row.main.cohort} {row.at}"
    if what in ("approval", "event"):
        return f"{row.subject} {row.at} {row.values.get('by')}"
    return sets.member(row, what)


def _only(work: Work, event: Event, kind: str) -> Subjects:
    """Return what is there, and nowhere else."""
    from askreg.agent.offline.programs import sets

    here = replace(event, order="")
    anywhere = replace(here, roles=tuple((r, n) for r, n in here.roles if r not in _PARTS))
    if events.spec_of(here) is None:
        raise Unanswered("what only is so is asked of places and evaluations; ask without only")
    near = yield from events.rows(work, here)
    far = yield from events.rows(work, replace(anywhere, pred="live" if here.pred in ("run", "use") else here.pred))
    if far.truncated:
        raise Unanswered("there is too much of that to compare in one answer; ask for less at a time")
    inside = {(r.subject, r.thing, r.at, r.main.dataset) for r in near.rows}
    others = {sets.member(r, kind) for r in far.rows if (r.subject, r.thing, r.at, r.main.dataset) not in inside}
    return sorted({sets.member(r, kind) for r in near.rows} - others)


def people(node: SetOf) -> tuple[list[Cond], list[Cond]]:
    """Return what is said of people, and what is denied of them."""
    denied: list[Cond] = [c for c in node.conds if getattr(c, "negated", False)]
    return [c for c in node.conds if c not in denied], denied


__all__ = ["people", "restricts", "subjects"]
