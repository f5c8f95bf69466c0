"""Who did it, when, where, why, for how long, what, and whether it is so."""

from __future__ import annotations

import re
from dataclasses import replace

from askreg.agent.draft import Draft
from askreg.agent.offline.meaning import Event, Group, Holder, Node, Query, SetOf, Step, Thing, kind_of
from askreg.agent.offline.programs import denying, events, periods, resolving, telling
from askreg.agent.offline.programs.work import (
    SHOWN,
    Asking,
    Row,
    Rows,
    Unanswered,
    Work,
    answered,
    joined,
    literal,
    where,
)

_WAS = {"approve": "approved", "sign": "signed", "signed_by": "signed", "review": "reviewed", "reject": "rejected",
        "live": "live", "deploy": "deployed", "withdraw": "withdrawn", "run": "live", "use": "live", "move": "moved",
        "hold": "held", "lose": "lost", "evaluate": "evaluated", "lapse": "lapsed",
            "responsibility": "signed for"}  # fmt: skip


_RANK = {f"stage:{stage}": i for i, stage in enumerate(("experimental", "validation", "approved", "production"))}
_BACK = re.compile(r"\bback (?:in)?to\b", re.I)
"""Of a move back, what was further on before."""


def role(work: Work, q: Query) -> Asking:
    """Answer a question about something that happened or holds."""
    event = q.event
    assert event is not None
    if event.pred in ("replace", "precede"):
        return (yield from _replaced(work, q, event))
    if event.pred == "own":
        return (yield from _owned(work, q, event))
    if events.spec_of(event) is None:
        from askreg.agent.offline.programs import making

        return (yield from making.made(work, q))
    if (
        event.pred == "evaluate"
        and q.ask[0] in ("agent", "instant")
        and event.role("theme") is None
        and event.role("source") is None
    ):
        raise Unanswered("what was measured is not clear; name a version or a dataset")
    if event.pred in ("run", "use"):
        event = replace(event, pred="live")
    if event.negated and q.ask[0] != "exists":
        raise Unanswered("what is not so is asked of versions, models, data or people; say which of them are meant")
    if event.role("before") is not None:
        return (yield from _before(work, event))
    return (yield from _rows(work, q, event))


def _rows(work: Work, q: Query, event: Event) -> Asking:
    ask = q.ask[0]
    past_state = ask in ("agent", "instant", "duration", "reason") or q.order in ("first", "latest", "previous")
    if (
        "present" in q.options
        and "past" not in q.options
        and ask in ("object", "list", "place", "exists", "count")
        and q.order not in ("first", "latest")
    ):
        event = replace(event, past=False)
    if ask in ("place",) and "past" not in q.options:
        event = replace(event, past=False)
    if (
        ask in ("exists", "object", "list", "place")
        and event.past
        and q.time is not None
        and not periods.is_period(q.time)
    ):
        event = replace(event, past=False)
    if q.time is not None and event.pred == "live" and event.past and not periods.is_period(q.time):
        past_state = ask == "instant"
        event = replace(event, past=False) if ask == "duration" else event
    found = yield from events.rows(work, event, ask_time=past_state, time=q.time if not past_state or ask in (
        "object", "list") or not (events.spec_of(event) or events.Spec("")).state else q.time)  # fmt: skip
    rows = _chosen(found.rows, q.order)
    if event.pred == "stage:experimental" and ask in ("agent", "reason"):
        # Every version begins there; what is asked for is who sent it back.
        rows = [r for r in rows if r.values.get("previous")] or rows
    if event.pred in _RANK and _BACK.search(work.context.question):
        rows = [r for r in rows if _RANK.get(f"stage:{r.values.get('previous')}", 0) > _RANK[event.pred]]
    if q.order == "previous" and event.pred == "live":
        row, now = yield from resolving.before_live(
            work, (yield from events.place_conditions(work, event.role("place")))
        )
        rows = [row]
    spec = events.spec_of(event)
    if not rows:
        return (yield from _nothing(work, q, event))
    if event.pred == "evaluate" and ask in ("agent", "instant"):
        return answered(telling.evaluated(rows))
    if ask == "agent" and spec is not None and spec.actor == "closed_by" and not any(r.fact("closed_by") for r in rows):
        return answered(telling.listed(rows, event), partial="the record does not say who ended it")
    if ask == "exists":
        told = telling.listed(rows, event) + telling.more(found, SHOWN)
        still = re.search(r"\bstill\b", work.context.question, re.I)
        if event.pred == "approve" and still and all(row.until for row in rows):
            raise Unanswered("the approval has lapsed; ask when, or what was signed")
        yes = "Yes:\n" if told.startswith("- ") else "Yes: "
        return answered(yes + told + _dated(rows, q, event))
    if ask == "times":
        rows = _each_once(rows)
        ids = ",".join(r.main.id for r in rows)
        times = "times" if len(rows) != 1 else "time"
        if event.pred == "evaluate":
            return answered(telling.evaluations(rows))
        told = "\n".join(f"- {telling.clause(r, event)}" for r in rows[:SHOWN])
        return answered(f"{{count({ids})}} {times}:\n{told}")
    if ask == "count":
        return answered(f"{telling.count_of(rows, 'version')}: {telling.names(rows)}.")
    if ask == "duration":
        return answered(_durations(rows))
    if ask == "reason":
        return _reason(rows, event)
    if ask == "instant" and event.pred == "live" and any(r.until is None for r in rows):
        rows = [r for r in rows if r.until is None] if "present" in q.options else rows
    return answered(telling.listed(rows, event) + telling.more(found, SHOWN) + _dated(rows, q, event))


def _each_once(rows: list[Row]) -> list[Row]:
    """Return one row for each evaluation, which holds several figures; other rows are all there are."""
    first: dict[object, Row] = {}
    for row in rows:
        first.setdefault(row.main.event if row.kind == "metric" else row.main.id, row)
    return list(first.values())


def _dated(rows: list[Row], q: Query, event: Event) -> str:
    """Return which dates were taken, where neither the question nor the rows spell them out."""
    span = event.time or q.time
    if telling.dated(rows):
        return ""
    if span is None or span.text[-10:] == span.last.isoformat():
        return ""
    return f"\n\n(Dates taken: {literal(periods.said(span))}.)"


def _chosen(rows: list[Row], order: str) -> list[Row]:
    if order in ("latest", "first") and rows:
        key = [
            r.until or r.at or "" if r.kind == "deployment" and order == "latest" and False else r.at or ""
            for r in rows
        ]
        wanted = max(key) if order == "latest" else min(key)
        return [r for r, k in zip(rows, key, strict=True) if k == wanted]
    if order in ("longest", "shortest"):
        ranked = sorted(rows, key=lambda r: (r.until or "9999") > (r.at or ""))
        return ranked
    return rows


def _durations(rows: list[Row]) -> str:
    parts = []
    for row in rows[:SHOWN]:
        main = row.main.id
        until = (
            f" to {{{main}.until:date}}"
            if row.until
            else f", and still then, on {row.then}"
            if row.past
            else " and still is"
        )
        if row.kind == "stage":
            parts.append(f"{{{main}.subject}} {'was' if row.until else 'has been'} in {{{main}}} for "
                f"{{elapsed({main}.since,{main}.until)}}"
                         f" (from {{{main}.since:date}}{until}).")  # fmt: skip
            continue
        state = telling.clause(row).split(" from ")[0].split(" since ")[0].split(" on {")[0]
        parts.append(f"{state} for "
                     f"{{elapsed({main}.since,{main}.until)}} (from {{{main}.since:date}}{until}).")  # fmt: skip
    return " ".join(parts) if len(parts) < 3 else "\n".join(f"- {p}" for p in parts)


def _reason(rows: list[Row], event: Event) -> Draft:
    field = "comment" if rows[0].kind == "approval" else "reason"
    told = [r for r in rows if r.fact(field)]
    if told:
        return answered(telling.listed(told, event))
    text = telling.listed(rows, event)
    cited = telling.cite(rows[:SHOWN])
    return answered(text + f" No {field} is recorded for it{cited}.", partial=f"no {field} is recorded")


def _nothing(work: Work, q: Query, event: Event) -> Asking:
    """Say that it did not happen, and the nearest that did."""
    said = _WAS.get(event.pred, event.pred.replace("stage:", "in ").replace("left:", "moved out of "))
    if event.pred in ("hold", "lose"):
        alias = event.role("alias")
        said = alias.alias if isinstance(alias, Holder) else said
    when = periods.said(event.time or q.time)
    subject = yield from _subject(work, event)
    agent = event.role("agent")
    place = event.role("place")
    by = f" by {literal(_text(agent))}" if agent is not None else ""
    at = f" at {literal(_text(place))}" if place is not None else ""
    source = event.role("source")
    at = f" on {literal(_text(source))}{at}" if source is not None and event.pred == "evaluate" else at
    tense = "was never" if not when and (event.past or q.ask[0] in ("instant", "duration", "agent", "reason")) else (
        "was not" if when else "is not")  # fmt: skip
    nearest = yield from _nearest(work, q, event)
    if subject and event.pred == "hold" and not agent and kind_of(event.role("theme")) == "model":
        has = "had no" if when else {"was never": "never had a", "is not": "has no"}[tense]
        text = f"{subject} {has} {said}{' ' + when if when else ''}."
    elif subject:
        text = f"{subject} {tense} {said}{at}{by}{' ' + when if when else ''}."
    else:
        denied = _denied(q, event)
        text = f"{denied if q.ask[0] == 'exists' else denied[0].upper() + denied[1:]}."
    if q.ask[0] == "agent" and subject:
        text = f"Nobody: {text[0].lower() + text[1:] if not text.startswith('{') else text}"
    if q.ask[0] == "exists":
        text = "No: " + text
    return answered(text + nearest)


def _denied(q: Query, event: Event) -> str:
    """Return what is so of nothing, in the words of the question."""
    theme = event.role("theme")
    rest = events.without(event, "theme")
    if isinstance(theme, SetOf) and (theme.conds or theme.kind != "thing"):
        kind = "version" if theme.kind == "thing" else theme.kind
        return denying.denial(replace(theme, kind=kind, conds=(*theme.conds, rest)), q.time)
    return denying.happening(rest, q.time)


def _text(node: Node | None) -> str:
    match node:
        case Thing(entity, _, text):
            return text or entity.name
        case Group(nodes):
            return joined([_text(n) for n in nodes])
    return "that"


def _subject(work: Work, event: Event) -> Asking:
    """Return what a denied event was about, as text."""
    theme = event.role("theme") or event.role("alias")
    if theme is None or isinstance(theme, SetOf):
        return ""
    found = yield from resolving.resolve(work, theme, want=("version", "model"))
    if found.facts:
        part = ".value" if ":" not in found.facts[0].subject and ":" in found.facts[0].value else ".subject"
        return f"{{{found.facts[0].id}{part}}}"
    return literal(found.one)


def _nearest(work: Work, q: Query, event: Event) -> Asking:
    """Return what is true instead: the same without the person, the date or the place."""
    theme = event.role("theme")
    tries: list[Event] = []
    if event.role("agent") is not None and theme is not None:
        tries.append(events.without(replace(event, time=None), "agent"))
    if event.pred in ("live", "deploy", "withdraw") and event.role("place") is not None and theme is not None:
        tries.append(replace(events.without(event, "place"), pred="live", past=True, time=None))
    if event.pred == "evaluate" and event.role("source") is not None and theme is not None:
        tries.append(events.without(event, "source"))
    if event.pred in ("approve", "reject", "review", "sign") and theme is not None:
        tries.append(Event("signed_by", (("theme", theme),)))
    if (event.pred.startswith(("stage:", "left:"))) and theme is not None:
        tries.append(Event("move", (("theme", theme),)))
    bare = Work(work.context)
    for other in tries:
        found = yield from events.rows(bare, other, ask_time=True)
        if found.rows:
            rows = found.rows[-3:]
            return " " + " ".join(telling.sentence(r, other) for r in rows)
    return ""


def _before(work: Work, event: Event) -> Asking:
    """Answer what was live somewhere before what is live now, or before another."""
    place = yield from events.place_conditions(work, event.role("place"))
    node = event.role("before")
    if isinstance(node, Thing | Holder | Group):
        found = yield from resolving.resolve(work, node, want=("version", "model"))
        mine = yield from work.plan(
            "deployment", [*place, where("subject", found.one)], history=True, order=[{"by": "since"}]
        )
        parts: list[str] = []
        for row in mine.rows:
            others = yield from work.plan(
                "deployment", [where("subject", row.subject)], history=True, order=[{"by": "since"}]
            )
            parts += _neighbour(row, others, before=True)
        if not parts and mine.rows:
            first = mine.rows[0]
            parts = [f"Nothing was live at {{{first.main.id}.subject}} before {first.name}, which went live there on "
                     f"{{{first.main.id}.since:date}}."]  # fmt: skip
        return answered(" ".join(dict.fromkeys(parts)) or f"Nothing was live there before {literal(found.one)}.")
    row, _ = yield from resolving.before_live(work, place)
    return answered(telling.sentence(row))


def _owned(work: Work, q: Query, event: Event) -> Asking:
    theme, agent = event.role("theme"), event.role("agent")
    if theme is None:
        people = yield from resolving.resolve(work, agent, want=("person",))  # type: ignore[arg-type]
        found = yield from work.plan("model", [where("owner", people.subjects, "in")], ("owner",))
        if not found:
            return answered(f"{literal(people.one)} owns no model.")
        return answered("\n".join(f"- {r.name} is owned by {r.put('owner')}" for r in found.rows))
    of = yield from resolving.resolve(work, theme, want=("model", "version"))
    models = list(dict.fromkeys(s.split(":")[0] for s in of.subjects))
    found = yield from work.plan(
        "model", [where("subject", models, "in")], ("owner",), as_of=periods.as_of(q.time, work.context)
    )
    told = [r for r in found.rows if r.fact("owner")]
    lead = of.how + " " if of.how else ""
    if not told:
        return answered(f"{lead}The record names no owner of {literal(joined(models))}.")
    text = " ".join(f"{r.put('owner')} owns {r.name}." for r in told)
    if q.ask[0] == "exists" and agent is not None:
        people = yield from resolving.resolve(work, agent, want=("person",))
        same = all(r.values.get("owner") in people.subjects for r in told)
        return answered(f"{'Yes' if same else 'No'}: {lead}{text}")
    return answered(lead + text)


def _replaced(work: Work, q: Query, event: Event) -> Asking:
    """Answer what was live (or champion) before or after another."""
    theme = event.role("agent_theme") or event.role("theme")
    if theme is None:
        raise Unanswered("what was replaced where is not clear; name the version and the site")
    passive_by = event.role("agent_theme") is not None
    asks_before = passive_by or ("subject_first" in q.options and "passive" not in q.options
        and event.pred == "replace") or (
        event.pred == "precede" and "subject_first" not in q.options)  # fmt: skip
    alias = event.role("alias")
    if isinstance(alias, Holder):
        said = yield from resolving.resolve(work, Step(Holder(alias.alias), -1 if asks_before else 1, theme))
        return answered(said.how)
    found = yield from resolving.resolve(work, theme, want=("version", "model"))
    if len(found.subjects) > 1:
        raise Unanswered(f"which is meant is not clear: {literal(joined(found.subjects[:6], 'or'))}; name one")
    place = yield from events.place_conditions(work, event.role("place"))
    mine = yield from work.plan(
        "deployment", [*place, where("subject", found.one)], history=True, order=[{"by": "since"}]
    )
    parts: list[str] = []
    for row in mine.rows:
        others = yield from work.plan(
            "deployment", [where("subject", row.subject)], history=True, order=[{"by": "since"}]
        )
        parts += _neighbour(row, others, before=asks_before)
    if parts:
        return answered(" ".join(dict.fromkeys(parts)))
    if mine.rows:
        still = [r for r in mine.rows if not r.until]
        done = "replaced nothing" if asks_before else "was replaced by nothing"
        told = " ".join(telling.sentence(r) for r in still or mine.rows[-1:])
        return answered(f"{mine.rows[0].name} {done} there, as far as the record says. {told}")
    step = yield from resolving._step(work, theme, -1 if asks_before else 1)
    return answered(step.how)


def _neighbour(row: Row, others: Rows, *, before: bool) -> list[str]:
    at = [r for r in others.rows if r.thing != row.thing]
    if before:
        # What was still live beside it was not replaced by it.
        earlier = [r for r in at if (r.at or "") < (row.at or "") and r.until is not None and r.until <= (row.at or "")]
        earlier.sort(key=lambda r: r.until or "")
        if not earlier:
            return []
        other = earlier[-1]
        return [f"At {{{row.main.id}.subject}}, {row.name} replaced {other.name} on {{{row.main.id}.since:date}}."]
    later = [r for r in at if row.until and (r.at or "") >= row.until]
    if not later or row.until is None:
        return []
    other = later[0]
    return [f"At {{{row.main.id}.subject}}, {row.name} was replaced by {other.name} on {{{other.main.id}.since:date}}."]


def holder(work: Work, q: Query) -> Asking:
    """Answer what an alias, a step or a relation points to."""
    node = q.node
    assert node is not None
    if isinstance(node, Holder):
        model = None
        if node.model is not None:
            model = (yield from resolving.resolve(work, node.model, want=("model",))).one.split(":")[0]
        rows = yield from resolving.holder_rows(work, node.alias, model, history=False)
        if not rows:
            of = f" of {literal(model)}" if model else ""
            when = f" {periods.said(q.time)}" if q.time else ""
            return answered(f"No version{of} {'was' if q.time else 'is'} {node.alias}{when}.")
        return answered(telling.listed(rows.rows))
    found = yield from resolving.resolve(work, node)
    if found.how:
        return answered(found.how)
    return answered(joined(["{" + f.id + ".subject}" for f in found.facts]) + ".")
