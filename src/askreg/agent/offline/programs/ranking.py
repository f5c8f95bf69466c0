"""Which version has the best figure, and all of them in order; never over settings that are not comparable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from askreg.agent.draft import Reading
from askreg.agent.facts import Fact
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import Query, SetOf, Thing
from askreg.agent.offline.programs import periods, resolving, sets
from askreg.agent.offline.programs.work import SHOWN, Asking, Unanswered, Work, answered, joined, literal, where

_SETTINGS = 12
"""Groups of comparable figures that an answer spells out."""


def leaderboard(work: Work, q: Query) -> Asking:
    """Answer which is best, or rank them."""
    if "nometric" in q.options:
        raise _which_metric(work, q)
    names = [m.name for m in q.metrics if m.exists]
    if not names:
        known = joined(sorted(work.context.lexicon.names.metrics)[:12])
        raise Unanswered(f"no {q.metrics[0].name} is recorded; what is recorded: {known}")
    dataset = None
    if q.dataset is not None:
        dataset = (yield from resolving.resolve(work, q.dataset, want=("dataset_version", "dataset"))).one
    scope = None
    if q.node is not None and not _whole(q.node):
        scope = yield from _scope(work, q)
    cohort = next((c.name for c in q.cohorts if c.kind == "cohort"), None)
    if scope is not None:
        return (yield from _among(work, q, names[0], sorted(scope), cohort, dataset))
    result = yield from work.call("leaderboard", metric=names[0], dataset=dataset, cohort=cohort,
                                  as_of=periods.as_of(q.time, work.context))  # fmt: skip
    if result.error:
        raise Unanswered(literal(result.error))
    by_id = {f.id: f for f in result.facts}
    ids = iter(result.rows)
    groups = [[by_id[next(ids)[0]] for _ in group.rows] for group in result.data.groups]
    return (yield from _ranked(work, q, result, names[0], groups, cohort))


def _among(work: Work, q: Query, name: str, scope: list[str], cohort: str | None, dataset: str | None) -> Asking:
    """Rank some versions only: what the record has of them, the latest figure of each in a setting."""
    limits = [where("name", name), where("subject", scope, "in")]
    limits += [where("cohort", cohort)] if cohort else []
    limits += [where("dataset_version.subject", dataset)] if dataset else []
    rows = yield from work.plan("metric", limits, as_of=periods.as_of(q.time, work.context))
    latest: dict[tuple[str | None, ...], Fact] = {}
    for fact in sorted((r.main for r in rows.rows), key=lambda f: f.event or 0):
        latest[(*fact.setting, fact.subject)] = fact
    groups: dict[tuple[str | None, ...], list[Fact]] = {}
    sign = 1 if rows.result.better.get(name) == "lower" else -1
    for fact in sorted(
        latest.values(), key=lambda f: (f.dataset or "", f.cohort or "", sign * Decimal(f.value), f.subject)
    ):
        groups.setdefault(fact.setting, []).append(fact)
    return (yield from _ranked(work, q, rows.result, name, list(groups.values()), cohort))


def _whole(node: Any) -> bool:
    return isinstance(node, SetOf) and not node.conds


def _scope(work: Work, q: Query) -> Asking:
    node = q.node
    if isinstance(node, SetOf):
        rows = yield from sets.rows(work, SetOf(node.kind, node.conds))
        return {sets.member(r, node.kind) for r in rows.rows}
    found = yield from resolving.resolve(work, node, want=("version", "model"))  # type: ignore[arg-type]
    return set(found.subjects)


def _ranked(work: Work, q: Query, result: Any, name: str, settings: list[list[Fact]], cohort: str | None) -> Asking:
    groups = [_placed(facts) for facts in settings if cohort or facts[0].cohort == "all"]
    if not groups:
        raise Unanswered(f"no {name} of these is recorded{' for all patients; name a cohort' if settings else ''}")
    better = result.better.get(name, "higher")
    worst = q.order == "worst" or (q.order == "max" and better == "lower") or (q.order == "min" and better == "higher")
    place = 2 if "second" in q.options else 1
    past = work.context.earlier(result.as_of)
    cut = (
        "\n\nMore is recorded; ask for one dataset to see the rest."
        if len(groups) > _SETTINGS or result.truncated
        else ""
    )
    note = "" if len(groups) == 1 else "These settings are not comparable with each other:\n\n"
    if q.ask[0] == "rank":
        return answered(note + "\n\n".join(_board(kept, better, past) for kept in groups[:_SETTINGS]) + cut)
    lines = [_top(kept, name, _Asked(worst, place, past, q.order)) for kept in groups[:_SETTINGS]]
    text = note + "\n".join(f"- {line}" if len(groups) > 1 else line for line in lines) + cut
    if len(groups) == 1 and (top := _at(groups[0], worst, place)):
        if q.event is not None:
            return (yield from _about_top(work, q, top[0].subject, text))
        if q.fields:
            text += yield from _field_too(work, q, top[0].subject)
    return answered(text)


def _placed(facts: list[Fact]) -> list[tuple[int, Fact]]:
    """Return each figure with its place; equal values share one."""
    placed: list[tuple[int, Fact]] = []
    for position, fact in enumerate(facts, 1):
        same = placed and Decimal(placed[-1][1].value) == Decimal(fact.value)
        placed.append((placed[-1][0] if same else position, fact))
    return placed


def _at(kept: list[tuple[int, Fact]], worst: bool, place: int) -> list[Fact]:
    """Return the figures at a place from the top, or from the bottom."""
    places = sorted({rank for rank, _ in kept}, reverse=worst)
    return [f for rank, f in kept if rank == places[place - 1]] if place <= len(places) else []


@dataclass(frozen=True, slots=True)
class _Asked:
    worst: bool
    place: int
    past: bool
    order: str


def _top(kept: list[tuple[int, Fact]], name: str, asked: _Asked) -> str:
    chosen = _at(kept, asked.worst, asked.place)
    setting = kept[0][1].id
    where_ = f"on {{{setting}.dataset}} ({{{setting}.split}}, {{{setting}.cohort}})"
    if not chosen:
        return f"There is no second {where_}: {{{setting}.subject}} is alone there with {name} {{{setting}}}."
    word = {"best": "best", "worst": "worst", "max": "highest", "min": "lowest"}.get(asked.order, "best")
    f = chosen[0]
    told = joined([f"{{{x.id}.subject}}" for x in chosen])
    has = "had" if asked.past else "have" if len(chosen) > 1 else "has"
    then = f" as of {{{f.id}.as_of:date}}" if asked.past else ""
    if asked.place > 1:
        ahead = _at(kept, asked.worst, asked.place - 1)
        before = joined([f"{{{x.id}.subject}} with {{{x.id}}}" for x in ahead])
        from_ = "from the bottom " if asked.worst else ""
        are = f"{'were' if asked.past else 'are'}" if len(chosen) > 1 else f"{'was' if asked.past else 'is'}"
        return f"Second {from_}by {name}{then} {are} {told} with {{{f.id}}} {where_}, after {before}."
    return f"{told} {has} the {word} {name}{then}, {{{f.id}}}, {where_}.{_close(kept, chosen, asked)}"


def _close(kept: list[tuple[int, Fact]], chosen: list[Fact], asked: _Asked) -> str:
    """Return the next one, when the intervals of the two leave open which is ahead."""
    following = _at(kept, asked.worst, 2)
    if len(chosen) != 1 or len(following) != 1 or chosen[0].ci is None or following[0].ci is None:
        return ""
    (low, high), (low2, high2) = ([Decimal(x) for x in f.ci or ()] for f in (chosen[0], following[0]))
    if low > high2 or low2 > high:
        return ""
    f = following[0]
    return (
        f" Next {'was' if asked.past else 'is'} {{{f.id}.subject}} with {{{f.id}}}; within "
        f"noise{{cite({chosen[0].id})}}: their intervals overlap."
    )


def _board(kept: list[tuple[int, Fact]], better: str, past: bool) -> str:
    first = kept[0][1]
    then = f" as of {{{first.id}.as_of:date}}" if past else ""
    head = (
        f"{first.metric} on {{{first.id}.dataset}} ({{{first.id}.split}}, {{{first.id}.cohort}}){then}, {better} is "
        f"better:"
    )
    lines = [f"{rank}. {{{f.id}.subject}}: {{{f.id}}}{_detail(f)}" for rank, f in kept[:SHOWN]]
    more = f"\n\nThese are the first {SHOWN} of them." if len(kept) > SHOWN else ""
    return head + "\n\n" + "\n".join(lines) + more


def _detail(f: Fact) -> str:
    parts = [f"n={{{f.id}.n}}"] if f.n is not None else []
    parts += [f"interval {{{f.id}.ci}}"] if f.ci is not None else []
    parts += [f"{{{f.id}.evidence}}"] if f.evidence else []
    return f" ({', '.join(parts)})" if parts else ""


def _about_top(work: Work, q: Query, subject: str, text: str) -> Asking:
    """Answer who approved, or when was deployed, the one on top."""
    from askreg.agent.offline.programs import roles

    node = Thing(Entity("version", subject, subject.rpartition(":")[2]))
    assert q.event is not None
    kept_roles = tuple((r, n) for r, n in q.event.roles if r not in ("theme", "source"))
    event = replace(q.event, roles=(*kept_roles, ("theme", node)))
    ask = {"who": "agent", "when": "instant", "where": "place"}.get(q.kinds[0], "list")
    draft = yield from roles.role(work, Query("role", (ask,), node, event=event))
    return answered(f"{text} {draft.text}")


def _field_too(work: Work, q: Query, subject: str) -> Asking:
    from askreg.agent.offline.programs import fields

    node = Thing(Entity("version", subject, subject.rpartition(":")[2]))
    draft = yield from fields.field(work, Query("field", ("value",), node, fields=q.fields))
    return " " + draft.text


def _which_metric(work: Work, q: Query) -> Unanswered:
    known = sorted(work.context.lexicon.names.metrics)
    question = work.context.question.rstrip("?. ")
    made = [
        Reading(question=f"{question} by {m}?", call={"tool": "leaderboard", "args": {"metric": m}}) for m in known[:3]
    ]
    return Unanswered(f"best by which metric? Recorded are {joined(known[:12])}", made)
