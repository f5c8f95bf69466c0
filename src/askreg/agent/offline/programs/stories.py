"""Lineage, history, gaps, documents and descriptions."""

from __future__ import annotations

from typing import Any

from askreg.agent.facts import Fact
from askreg.agent.offline.meaning import Event, Query, SetOf, kind_of
from askreg.agent.offline.programs import periods, resolving, sets, telling
from askreg.agent.offline.programs.work import SHOWN, Asking, Unanswered, Work, answered, joined, literal, where
from askreg.agent.tools.shapes import ToolResult

_LINEAGE_KINDS = {"model": "version", "thing": "version", "dataset": "dataset_version", "version": "version",
                  "dataset_version": "dataset_version", "run": "run", "environment": "environment",
                      "site": "environment",
                  "document": "document"}  # fmt: skip


def lineage(work: Work, q: Query) -> Asking:
    """Answer what something came from, or what came from it."""
    node = q.node
    assert node is not None
    found = yield from resolving.resolve(work, node, want=("version", "dataset_version", "run", "model", "dataset"))
    kinds = [_LINEAGE_KINDS[k] for k in q.kinds if k in _LINEAGE_KINDS]
    if not kinds and q.direction == "down" and kind_of(node) in ("dataset", "dataset_version"):
        kinds = []
    subjects = yield from _starts(work, found)
    if q.ask[0] == "count" and q.direction == "up" and kinds == ["dataset_version"] and len(subjects) == 1:
        return (yield from _data_behind(work, q, subjects[0]))
    rows = yield from _reached(work, q, subjects, kinds, found.kind)
    return rows


def _data_behind(work: Work, q: Query, subject: str) -> Asking:
    """Count the data that something was made from; what it was only evaluated on made nothing of it."""
    as_of = periods.as_of(q.time, work.context)
    result = yield from work.call("lineage", subject=subject, direction="up", as_of=as_of)
    if result.error:
        raise Unanswered(literal(result.error))
    behind = _behind(result.data.edges, subject)
    data = sorted(n.subject for n in result.data.nodes if n.kind == "dataset_version" and n.subject in behind)
    if not data:
        return answered(f"{literal(subject)} came from no dataset versions in the record.")
    rows = yield from work.plan("dataset_version", [where("subject", data, "in")], as_of=as_of)
    if result.data.truncated or rows.truncated or rows.count is None or rows.total != len(data):
        raise Unanswered("that is too much to count in one answer; ask for the list")
    return answered(f"{literal(subject)} comes from {{{rows.count.id}}} dataset versions: {telling.names(rows.rows)}.")


def _behind(edges: Any, subject: str) -> set[str]:
    """Return what a thing was made from, by whatever way."""
    seen: set[str] = set()
    left = [subject]
    while left:
        at = left.pop()
        for edge in edges:
            if edge.source == at and edge.relation != "evaluated_on" and edge.target not in seen:
                seen.add(edge.target)
                left.append(edge.target)
    return seen


def _starts(work: Work, found: Any) -> Asking:
    if found.kind == "model":
        rows = yield from work.plan("version", [where("subject", found.subjects, "in")])
        return [r.subject for r in rows.rows][-6:]
    if found.kind == "dataset":
        rows = yield from work.plan("dataset_version", [where("subject", found.subjects, "in")])
        return [r.subject for r in rows.rows][-6:]
    return found.subjects[:6]


def _reached(work: Work, q: Query, subjects: list[str], kinds: list[str], kind: str) -> Asking:
    parts: list[str] = []
    for direction in ("up", "down") if q.direction == "both" else (q.direction,):
        for subject in subjects:
            only = kinds if q.ask[0] == "count" and q.event is None else None
            result = yield from work.call("lineage", subject=subject, direction=direction, kinds=only,
                                          as_of=periods.as_of(q.time, work.context))  # fmt: skip
            if result.error:
                raise Unanswered(literal(result.error))
            live = yield from _live(work, q)
            parts.append(_nodes(result, subject, direction, kinds, live, q))
            if direction == "down" and live is None:
                parts.append((yield from _past_places(work, q, result)))
    return answered("\n\n".join(dict.fromkeys(p for p in parts if p)) or "Nothing is recorded.")


def _live(work: Work, q: Query) -> Asking:
    if q.event is None:
        return None
    rows = yield from work.plan("deployment", [], ("version",))
    return {r.thing for r in rows.rows}


def _past_places(work: Work, q: Query, result: ToolResult) -> Asking:
    """Say of the places that were reached which of them run nothing of it any more."""
    reached = {(f.subject, f.value) for f in result.facts if f.field == "deployed"}
    if not reached or q.time is not None or q.ask[0] == "count":
        return ""
    now = yield from work.plan("deployment", [], ("version",))
    if now.truncated:
        return ""
    running = {(r.subject, r.thing) for r in now.rows}
    past = sorted({place for place, _ in reached} - {place for place, thing in reached if (place, thing) in running})
    ids = [f"{f.id}.subject" for f in result.facts if f.field == "deployed" and f.subject in past]
    return f"No longer live at: {{list({','.join(ids)})}}." if ids else ""


def _nodes(result: ToolResult, subject: str, direction: str, kinds: list[str], live: set[str] | None, q: Query) -> str:
    data = result.data
    wanted = kinds or (
        ["dataset_version", "run", "version"] if direction == "up" else ["dataset_version", "version", "environment"]
    )
    nodes = [n for n in data.nodes if n.subject != subject and n.kind in wanted and (live is None or n.subject in live)]
    if direction == "down" and not kinds and not live:
        nodes = [n for n in nodes if n.kind != "run"]
    word = "comes from" if direction == "up" else "led to"
    if not nodes:
        things = " or ".join(_PLURALS[k] for k in wanted)
        verb = "came from no" if direction == "up" else "led to no"
        return f"{literal(subject)} {verb} {things} in the record."
    facts = _by_node(result)
    if q.ask[0] == "count" and kinds and live is None and result.count and not data.truncated:
        return f"{literal(subject)} {word} {{{result.count}}} {' and '.join(_PLURALS[k] for k in wanted)}."
    if q.ask[0] == "count":
        ids = [facts[n.subject] for n in nodes if n.subject in facts]
        return "{count(" + ",".join(ids) + ")} " + " and ".join(_PLURALS[k] for k in wanted) + "."
    lines = []
    for kind in wanted:
        told = [facts[n.subject] for n in nodes if n.kind == kind and n.subject in facts]
        if told:
            lines.append(f"{_PLURALS[kind].capitalize()}: {{list({','.join(told)})}}.")
    cut = " The list is cut." if data.truncated else ""
    return f"{literal(subject)} {word}:\n" + "\n".join(f"- {line}" for line in lines) + cut


_PLURALS = {"dataset_version": "dataset versions", "run": "runs", "version": "versions", "environment": "places",
            "document": "documents", "model": "models"}  # fmt: skip


def _by_node(result: ToolResult) -> dict[str, str]:
    """Return where in the facts each node is named."""
    found: dict[str, str] = {}
    for fact in result.facts:
        if fact.field.startswith("count."):
            continue
        found.setdefault(fact.subject, f"{fact.id}.subject")
        found.setdefault(fact.value, f"{fact.id}.value")
    return found


def history(work: Work, q: Query) -> Asking:
    """Answer what happened, to what, by whom."""
    subject = actor = None
    if q.node is not None:
        found = yield from resolving.resolve(work, q.node)
        subject = found.one
        if found.kind in ("site", "environment", "place"):
            return (yield from _at_place(work, q, found.kind, subject))
    if q.event is not None:
        node = q.event.role("agent")
        people = yield from resolving.resolve(work, node, want=("person",))  # type: ignore[arg-type]
        actor = people.one
    limits: dict[str, Any] = {}
    span = q.time
    periods.refuse_future(span, work.context)
    if span is not None:
        if span.relation not in ("before", "until", "as_of"):
            limits["since"] = (span.after if span.relation == "after" else span.first).isoformat()
        if span.relation not in ("since", "after"):
            from datetime import timedelta

            last = span.first - timedelta(days=1) if span.relation == "before" else span.last
            limits["until"] = min(last, work.context.now.date()).isoformat()
    result = yield from work.call("history", subject=subject, actor=actor, limit=SHOWN, **limits)
    if result.error:
        raise Unanswered(literal(result.error))
    if "registered" in q.options and not any(e.action.endswith(".registered") for e in result.data.events):
        by = [where("by", actor)] if actor else []
        yield from work.plan("version", [*by, *periods.begins_within(span, "at")])
    return answered(_events(result, q, subject, actor, work))


def _at_place(work: Work, q: Query, kind: str, subject: str) -> Asking:
    path = {"site": "site", "environment": "environment", "place": "subject"}[kind]
    order = [{"by": "since"}]
    began = yield from work.plan("deployment", [where(path, subject), *periods.begins_within(q.time, "since")],
        ("version", "by"), history=True, order=order)  # fmt: skip
    told = [telling.listed(began.rows)] if began.rows else []
    if q.time is not None:
        ended = yield from work.plan("deployment", [where(path, subject), *periods.begins_within(q.time, "until")],
            ("version", "closed_by"), history=True, order=order)  # fmt: skip
        told += [telling.listed(ended.rows, Event("withdraw"))] if ended.rows else []
    if not told:
        return answered(f"Nothing happened at {literal(subject)}{' ' + periods.said(q.time) if q.time else ''}.")
    return answered("\n\n".join(told))


def _events(result: ToolResult, q: Query, subject: str | None, actor: str | None, work: Work) -> str:
    by_id = {f.id: f for f in result.facts}
    lines: list[tuple[str, Fact]] = []
    for event, ids in zip(result.data.events, result.rows, strict=False):
        if "registered" in q.options and not event.action.endswith(".registered"):
            continue
        main = by_id[ids[0]]
        lines.append((_event(main, event, [by_id[i] for i in ids[1:]]), main))
    if q.order in ("latest", "first") and lines:
        lines = [lines[0]] if q.order == "latest" else [lines[-1]]
    when = f" {periods.said(q.time, closed=True)}" if q.time else ""
    if not lines:
        of = f" to {literal(subject)}" if subject else ""
        by = f" by {literal(actor)}" if actor else ""
        done = "registered" if "registered" in q.options else "done"
        return f"Nothing was {done}{of}{by}{when}."
    if q.ask[0] == "count" and result.count:
        return f"{{{result.count}}} event{'' if result.total == 1 else 's'}{when}."
    text = "\n".join(f"- {line}" for line, _ in lines) if len(lines) > 1 else lines[0][0]
    if result.truncated and result.count and q.order not in ("latest", "first"):
        text += f"\n\nThese are the latest {len(lines)} of {{{result.count}}} events."
    if q.time is not None and q.time.text[-10:] != q.time.last.isoformat():
        text += f"\n\n(Dates taken: {literal(periods.said(q.time, closed=True))}.)"
    return text


_DONE = {
    "version.staged": "was moved to {to}",
    "version.approved": "was signed ({meaning})",
    "version.deployed": "was deployed at {site}, {environment}",
    "version.withdrawn": "was withdrawn from {site}, {environment}",
    "alias.set": "was given the alias {alias}",
    "alias.removed": "lost the alias {alias}",
    "model.renamed": "was renamed, before {from}",
    "attempt.refused": "stayed as it was: an attempt ({attempt}) was refused",
}
"""What events did, with their details; the others did what their action says."""


def _event(main: Fact, event: Any, details: list[Fact]) -> str:
    told = {fact.field.removeprefix("detail."): f"{{{fact.id}}}" for fact in details}
    try:
        done = _DONE[event.action].format_map(told)
    except KeyError:
        done = f"was {event.action.rpartition('.')[-1]}"
    reason = f", with the reason {told['reason']}" if "reason" in told and event.action != "attempt.refused" else ""
    # Where a manifest names nobody, the event bears its loader's name, who did not do it.
    unsaid = event.detail.get("source") == "manifest" and event.actor == event.recorded_by
    by = f"{{cite({main.id})}}" if unsaid else f" by {{{main.id}}}"
    return f"{{{main.id}.subject}} {done}{by} on {{{main.id}.since:date}}{reason}"


def gaps(work: Work, q: Query) -> Asking:
    """Answer what is missing."""
    subjects: list[str | None] = [None]
    lead = ""
    if q.node is not None:
        if isinstance(q.node, SetOf):
            rows = yield from sets.rows(work, q.node)
            subjects = list(dict.fromkeys(sets.member(r, q.node.kind) for r in rows.rows))[:12]  # type: ignore[assignment]
        else:
            found = yield from resolving.resolve(work, q.node, want=("version", "model"))
            subjects, lead = list(found.subjects), found.how
    parts: list[str] = []
    if len(subjects) > 1:
        wanted = {s for s in subjects if s}
        result = yield from work.call("gaps")
        return answered("\n\n".join(p for p in (lead, _gaps(result, joined(sorted(wanted)), q, wanted)) if p))
    for subject in subjects:
        result = yield from work.call("gaps", subject=subject)
        if result.error:
            raise Unanswered(literal(result.error))
        parts.append(_gaps(result, subject, q))
    return answered("\n\n".join(p for p in (lead, *parts) if p))


def _gaps(result: ToolResult, subject: str | None, q: Query, within: set[str] | None = None) -> str:
    whose = literal(subject) if subject else "the registry"
    told = [
        (g, i) for g, i in zip(result.data or [], result.rows, strict=False) if within is None or g.subject in within
    ]
    if not told:
        return f"Nothing is missing for {whose}: the record has no gap."
    if q.ask[0] == "count" and result.count and within is None:
        return f"{{{result.count}}} gaps in {whose}."
    by_id = {f.id: f for f in result.facts}
    lines = []
    for gap, ids in told[:SHOWN]:
        fact = by_id[ids[0]]
        field = f" {literal(gap.field.replace('_', ' '))}" if gap.field else ""
        lines.append(f"- {{{fact.id}.subject}}: {gap.code.replace('-', ' ')}{field} ({{{fact.id}}})")
    cut = (
        f"\n\nThese are the first {SHOWN} of {{{result.count}}}."
        if len(result.data) > SHOWN and result.count and within is None
        else ""
    )
    return "\n".join(lines) + cut


def docs(work: Work, q: Query) -> Asking:
    """Answer which documents there are about something."""
    about = None
    if q.node is not None:
        found = yield from resolving.resolve(work, q.node)
        about = found.one
    result = yield from work.call("search_docs", about=about)
    if result.error:
        raise Unanswered(literal(result.error))
    by_id = {f.id: f for f in result.facts}
    rows = [[by_id[i] for i in ids] for ids in result.rows]
    if q.kinds:
        rows = [r for r in rows if r and r[0].subject in q.kinds]
    whose = f" about {literal(about)}" if about else ""
    wanted = next((o.partition(":")[2] for o in q.options if o.startswith("type:")), "")
    if wanted:
        rows = [r for r in rows if any(_typed(wanted, f.value) for f in r if f.field in ("path", "title"))]
        if not rows:
            no = "No: no" if q.ask[0] == "exists" else "No"
            return answered(f"{no} registered document{whose} has “{literal(wanted)}” in its path or title.")
    if not rows:
        no = "No: no" if q.ask[0] == "exists" else "No"
        return answered(f"{no} registered document is{whose}." if about else f"{no} document is registered.")
    if q.ask[0] == "count" and result.count:
        number = "{count(" + ",".join(f"{r[0].id}.subject" for r in rows) + ")}"
        return answered(
            f"{number} document{'s' if len(rows) != 1 else ''}{whose}: "
            f"{joined(['{' + r[0].id + '.subject}' for r in rows[:SHOWN]])}."
        )
    yes = "Yes:\n" if q.ask[0] == "exists" else ""
    return answered(yes + "\n".join(f"- {_document(r)}" for r in rows[:SHOWN]))


_TYPES = {"sop": ("sop", "operating procedure"), "procedure": ("procedure", "sop"), "operating procedure": (
    "operating procedure", "sop")}  # fmt: skip


def _typed(wanted: str, text: str) -> bool:
    """Whether a path or title says that a document is of a type."""
    return any(word in text.casefold() for word in _TYPES.get(wanted, (wanted,)))


def _document(facts: list[Fact]) -> str:
    title = next((f for f in facts if f.field == "title"), None)
    path = next(f for f in facts if f.field == "path")
    return f"{{{path.id}.subject}}" + (f": {{{title.id}}}" if title else "") + f"{{cite({path.id})}}"


def describe(work: Work, q: Query) -> Asking:
    """Say what the record holds about a thing."""
    from askreg.agent.offline.programs import describing

    node = q.node
    assert node is not None
    found = yield from resolving.resolve(work, node)
    return (yield from describing.described(work, q, found))
