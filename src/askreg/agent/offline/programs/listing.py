"""Sets as answers: lists, counts, yes or no, the first, the last, the largest."""

from __future__ import annotations

from dataclasses import replace

from askreg.agent.draft import Draft
from askreg.agent.offline.meaning import Cond, Event, Has, Query, SetOf, Within, kind_of
from askreg.agent.offline.programs import denying, events, periods, sets, telling
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

_PLURAL = {"thing": "versions", "dataset_version": "dataset versions", "person": "people", "site": "sites",
           "environment": "places", "alias": "aliases", "metric": "figures"}  # fmt: skip


def listing(work: Work, q: Query) -> Asking:
    """Answer a question for a set."""
    node = q.node
    assert isinstance(node, SetOf)
    if q.time is not None:
        node = _timed(node, q)
        work.time = q.time
    if node.kind in ("dataset", "dataset_version") and any(
        isinstance(c, Within) and kind_of(c.node) in ("version", "model") for c in node.conds
    ):
        conds = tuple(Event("use", (("theme", c.node),)) if isinstance(c, Within) and kind_of(c.node) in ("version",
            "model") else c
                      for c in node.conds)  # fmt: skip
        node = replace(node, kind="dataset_version", conds=conds)
    if node.kind == "dataset" and any(
        isinstance(c, Event) and c.pred in ("train", "finetune", "derive", "use", "build", "evaluate")
        for c in node.conds
    ):
        node = replace(node, kind="dataset_version")
    if node.kind == "dataset" and any(
        isinstance(c, Has) and c.field in ("sensitivity", "rows", "source", "digest") for c in node.conds
    ):
        node = replace(node, kind="dataset_version")
    if node.kind in ("gap", "tag", "cohort", "region"):
        return (yield from _values(work, node, q))
    if q.order in ("most", "fewest") or q.order in ("max", "min") and q.kinds:
        return (yield from _most(work, node, q))
    if q.order in ("longest", "shortest"):
        return (yield from _extreme(work, node, q))
    found = yield from sets.rows(work, node, project=q.fields if q.order in ("max", "min") else ())
    order = next((o for o in (node.order, q.order, *(c.order for c in node.conds if isinstance(c, Event))) if o in (
        "latest", "first")), "")  # fmt: skip
    if found.truncated and (order or q.order in ("max", "min")):
        raise Unanswered("there are too many of those to find the one; narrow it to a model, a site or a person")
    if order and node.order == order and node.kind in ("version", "model", "thing") and not _begun(node) and (
        found.kind in ("deployment", "alias", "stage")
    ):  # fmt: skip
        # `the oldest version still live` is the oldest version, not the one that has been live for longest.
        kind = "model" if node.kind == "model" else "version"
        members = sorted({sets.member(r, kind) for r in found.rows})
        found = yield from work.plan(
            kind, [where("subject", members, "in")], ("at",) if kind == "model" else ("at", "stage")
        )
    found = sets.narrowed(found, order, q.limit)
    if q.order in ("max", "min") and found.rows:
        found = _largest(found, q)
    if q.ask[0] == "exists":
        return _verdict(found, node, work)
    if q.ask[0] == "every":
        return (yield from _every(work, found, node))
    if q.ask[0] == "times":
        ids = ",".join(r.main.id for r in found.rows)
        return answered(
            f"{{count({ids})}} times:\n"
            + "\n".join(f"- {telling.clause(r, _event_of(node))}" for r in found.rows[:SHOWN])
        )
    if q.ask[0] == "count":
        return _counted(found, node, q, work)
    return _told(found, node, work)


def _timed(node: SetOf, q: Query) -> SetOf:
    """Give the question's date to the condition it is about."""
    # What is older than a day was made before it, whatever else is said of it.
    aged = q.time is not None and q.time.text.startswith(("older", "newer"))
    conds: list[Cond] = [Event("register", time=q.time)] if aged else []
    done = aged
    for cond in node.conds:
        if isinstance(cond, Event) and cond.time is None and not done:
            cond = replace(cond, time=q.time)
            done = True
        conds.append(cond)
    if not done and node.kind in ("version", "model", "dataset_version", "run", "dataset") and (
        q.time is not None and (periods.is_period(q.time))
    ):  # fmt: skip
        conds.append(Event("register", time=q.time))
    elif not done and node.kind in ("approval", "deployment", "stage", "alias", "metric"):
        pred = {"approval": "signed_by", "deployment": "deploy", "stage": "move", "alias": "hold", "metric": "evaluate"}
        conds.append(Event(pred[node.kind], time=q.time))
    return replace(node, conds=tuple(conds))


def _plural(node: SetOf) -> str:
    return _PLURAL.get(node.kind, f"{node.kind}s")


def _event_of(node: SetOf) -> Event | None:
    return next((c for c in node.conds if isinstance(c, Event) and not c.negated and events.spec_of(c)), None)


def _begun(node: SetOf) -> bool:
    """Whether the place in time is that of something that began or happened, not of something that holds."""
    states = [c for c in node.conds if isinstance(c, Event)]
    return any(c.past or c.time is not None or c.pred.split(":")[0] not in ("live", "hold", "stage") for c in states)


def _told(found: Rows, node: SetOf, work: Work) -> Draft:
    if not found.rows:
        return answered(f"N{denying.denial(node, work.time)[1:]}.")
    rows = _distinct(found.rows, node)
    event = _event_of(node)
    if found.kind == "metric" and node.kind != "metric" and event is not None:
        text = "\n".join(f"- {line}" for line in _measured(found.rows, node)[:SHOWN])
    elif node.kind == "site" and (event is None or event.role("theme") is None):
        facts = [f for r in rows if (f := r.fact("site")) is not None]
        text = "{list(" + ",".join(f"{f.id}.value" for f in facts) + ")}."
    elif found.kind in ("deployment", "approval", "stage", "alias", "metric"):
        text = telling.listed(rows, event)
    elif node.kind == "person" and found.kind != "person":
        text = joined(list(dict.fromkeys(r.put("by") or r.put("owner") or r.put("run.by") for r in rows))) + "."
    elif found.kind == "model":
        text = "\n".join(f"- {r.name}" + (f" ({r.put('task')})" if r.fact("task") else "") for r in rows[:SHOWN])
    elif len(rows) == 1 and found.kind in ("version", "dataset_version") and (said := _fields_said(rows[0])):
        text = f"{rows[0].name} ({said})."
    elif len(rows) == 1 and found.kind == "version":
        text = f"{rows[0].name} (stage {rows[0].put('stage')})." if rows[0].fact("stage") else f"{rows[0].name}."
    else:
        text = "\n".join(f"- {r.name}{telling.cite([r])}" for r in rows[:SHOWN])
    cut = found.truncated or len(rows) > SHOWN
    return answered(
        text
        + (telling.more(found, min(SHOWN, len(rows))) if cut else "")
        + ("" if telling.dated(rows) else _taken(node, work))
    )


def _measured(rows: list[Row], node: SetOf) -> list[str]:
    """Return each member with the figures by which it was found."""
    figures: dict[str, list[Row]] = {}
    for row in rows:
        figures.setdefault(sets.member(row, node.kind), []).append(row)
    return [
        f"{_member_name(found[0], node)} ({', '.join(telling.short(r) for r in found)})" for found in figures.values()
    ]


def _fields_said(row: Row) -> str:
    return ", ".join(f"{p} {row.put(p)}" for p in ("rows", "size", "number", "at") if row.fact(p))


def _when(work: Work) -> str:
    said = periods.said(work.time)
    return f" {said}" if said else ""


def _taken(node: SetOf, work: Work) -> str:
    span = next((c.time for c in node.conds if isinstance(c, Event) and c.time), work.time)
    if span is None or span.text[-10:] == span.last.isoformat():
        return ""
    return f"\n\n(Dates taken: {literal(periods.said(span))}.)"


def _distinct(rows: list[Row], node: SetOf) -> list[Row]:
    """Leave out rows that say nothing more of the same member, for kinds without a history of their own."""
    if node.kind in ("site", "environment", "approval", "deployment", "stage", "alias", "metric"):
        return rows
    seen: dict[str, Row] = {}
    for row in rows:
        key = row.subject + "|" + row.thing if row.kind in ("deployment", "approval", "alias") else row.subject
        seen.setdefault(key, row)
    return list(seen.values())


def _counted(found: Rows, node: SetOf, q: Query, work: Work) -> Draft:
    plural = _plural(node)
    if not found.rows:
        return answered(f"None: 0 {plural}{_when(work)}; {denying.denial(node)}.")
    evaluations = node.kind == "metric" and telling.EVALUATIONS.search(work.context.question) is not None
    if found.truncated or (found.total > len(found.rows)):
        if found.count is None or evaluations:
            raise Unanswered("the list is cut; ask for less at a time")
        return answered(f"{{{found.count.id}}} {plural}.")
    rows = found.rows
    if evaluations:
        # An evaluation has one figure or more.
        once = list({(r.subject, m.dataset, m.split, m.cohort): r for r in reversed(rows) if (m := r.main)}.values())
        ids = ",".join(r.main.id for r in reversed(once))
        return answered(f"{{count({ids})}} evaluation{'s' if len(once) != 1 else ''}.{telling.cite(rows[:200])}")
    members = list(dict.fromkeys(sets.member(r, node.kind) for r in rows))
    one_each = len(members) == len(rows) and node.kind != "site"
    number = f"{{{found.count.id}}}" if one_each and found.count is not None and found.total == len(rows) else (
        telling.count_of(rows, node.kind) if node.kind not in ("site", "person") else _people_count(rows))  # fmt: skip
    word = plural if len(members) != 1 else plural.removesuffix("s") if plural != "people" else "person"
    named = ""
    if len(members) <= SHOWN and node.kind not in ("approval", "deployment", "stage", "event", "metric"):
        if found.kind in ("deployment", "alias", "approval", "stage", "metric") and node.kind not in ("site", "person"):
            named = ":\n" + "\n".join(f"- {telling.clause(r, _event_of(node))}" for r in rows)
        elif node.kind not in ("site", "person"):
            named = ": " + joined([_member_name(r, node) for r in _unique(rows, node)]) + "."
    return answered(f"{number} {word}{named or '.'}" + telling.cite(rows[:200]) + _taken(node, work))


def _people_count(rows: list[Row]) -> str:
    sites = [f for r in rows if (f := r.fact("site")) is not None]
    if sites:
        return "{count(" + ",".join(f"{f.id}.value" for f in sites) + ")}"
    facts = [f for r in rows if (f := r.fact("by") or r.fact("owner")) is not None]
    if facts and rows[0].kind != "deployment":
        return "{count(" + ",".join(f"{f.id}.value" for f in facts) + ")}"
    return "{count(" + ",".join(f"{r.main.id}.subject" for r in rows) + ")}"


def _member_name(row: Row, node: SetOf) -> str:
    return f"{{{row.main.id}.model}}" if node.kind == "model" and ":" in row.thing else row.name


def _unique(rows: list[Row], node: SetOf) -> list[Row]:
    seen: dict[str, Row] = {}
    for row in rows:
        seen.setdefault(sets.member(row, node.kind), row)
    return list(seen.values())


def _verdict(found: Rows, node: SetOf, work: Work) -> Draft:
    if not found.rows:
        return answered(f"No: {denying.denial(node, work.time)}.")
    return answered("Yes: " + telling.names(_unique(found.rows, node)[:SHOWN]) + "." + telling.cite(found.rows[:SHOWN]))


def _every(work: Work, found: Rows, node: SetOf) -> Asking:
    """Answer whether all are so, from those that are not."""
    if not found.rows:
        return answered(f"Yes: the record holds no {node.kind.replace('_', ' ')} of which it is not so.")
    kind = "model" if node.kind == "model" else "version"
    members = sorted({sets.member(r, kind) for r in found.rows})
    rows = yield from work.plan(kind, [where("subject", members, "in")])
    return answered(f"No: except {telling.names(rows.rows[:SHOWN])}." + telling.cite(rows.rows[:SHOWN]))


def _largest(found: Rows, q: Query) -> Rows:
    """Keep the row with the largest or smallest figure of a field."""
    path = next((f for f in q.fields if any(f in r.values for r in found.rows)), None)
    if path is None:
        path = next(
            (p for p in ("rows", "size", "value", "number") if any(r.values.get(p) is not None for r in found.rows)),
            None,
        )
    if path is None:
        raise Unanswered("the largest by what? Name a field, such as size or rows")
    told = [r for r in found.rows if r.values.get(path) is not None]
    best = (max if q.order == "max" else min)(told, key=lambda r: float(r.values[path]))
    return replace(found, rows=[best], total=1)


def _extreme(work: Work, node: SetOf, q: Query) -> Asking:
    """Answer who or what has the most, or was longest so."""
    event = _event_of(node)
    if q.order in ("longest", "shortest"):
        if event is None:
            raise Unanswered("the longest of what? Ask for the longest live, for example")
        conds = tuple(replace(c, past=True) if c is event else c for c in node.conds)
        found = yield from sets.rows(work, replace(node, conds=conds))
        if not found.rows:
            return answered("None: there are no such times in the record.")
        now = work.context.now.isoformat()
        lengths = sorted(found.rows, key=lambda r: _length(r, now))
        row = lengths[-1] if q.order == "longest" else lengths[0]
        main = row.main.id
        state = "was" if row.until else "has been"
        until = f" until {{{main}.until:date}}" if row.until else ""
        return answered(
            f"{row.name} {state} so the {q.order}, for {{elapsed({main}.since,{main}.until)}}, at "
            f"{{{main}.subject}}, since {{{main}.since:date}}{until}."
        )
    raise Unanswered("the most of what is not clear; ask, for example, which model has the most versions")


def _most(work: Work, node: SetOf, q: Query) -> Asking:
    """Answer which model has the most versions, who approved most, which site runs most, and so on."""
    counted, by = _counted_kind(node, q)
    if counted.kind in ("site", "environment", "deployment") and by in ("model", "version"):
        return (yield from _most_places(work, counted.kind, by, q))
    found = yield from sets.rows(work, counted, project=_maker_of(counted) if by == "person" else ())
    if not found.rows:
        return answered(f"None: there are no {_plural(counted)}.")
    groups: dict[str, dict[str, Row]] = {}
    for row in found.rows:
        groups.setdefault(sets.member(row, by), {}).setdefault(sets.member(row, counted.kind), row)
    sizes = {k: len(v) for k, v in groups.items() if k}
    pick = max(sizes.values()) if q.order in ("most", "max") else min(sizes.values())
    lines = []
    for key in [k for k, n in sizes.items() if n == pick][:SHOWN]:
        rows = list(groups[key].values())
        ids = ",".join(f"{r.main.id}" for r in rows)
        if by == "person" and found.kind == "approval":
            lines.append(f"The {q.order}, {{count({ids})}} {_plural(counted)}:\n" + telling.listed(rows))
            continue
        lines.append(
            f"{literal(key)} has the {'most' if pick == max(sizes.values()) else 'fewest'}: {{count({ids})}} "
            f"{_plural(counted)}" + "."
        )
    return answered("\n\n".join(lines))


def _most_places(work: Work, kind: str, by: str, q: Query) -> Asking:
    """Answer which model or version is live at the most places."""
    found = yield from sets.rows(work, SetOf("version", (Event("live"),)))
    if found.truncated or q.order not in ("most", "max"):
        raise Unanswered("this cannot be counted for all of them; ask of one model where it is live")
    groups: dict[str, dict[str, Row]] = {}
    for row in found.rows:
        place = row.subject.partition("/")[0] if kind == "site" else row.subject
        groups.setdefault(sets.member(row, by), {}).setdefault(place, row)
    most = max((len(places) for places in groups.values()), default=0)
    told = []
    for key in [key for key, places in groups.items() if len(places) == most][:SHOWN]:
        of = where("version.model.subject" if by == "model" else "subject", key)
        rows = (yield from work.plan("deployment", [of], ("version", "by", "site"), order=[{"by": "since"}])).rows
        sites = ",".join(f"{fact.id}.value" for row in rows if (fact := row.fact("site")) is not None)
        places = ",".join(row.main.id for row in rows)
        count = f"{{count({sites})}} sites" if kind == "site" else f"{{count({places})}} places"
        name = rows[0].name if by == "version" and rows else literal(key)
        told.append(f"{name} is live at the most, {count}:\n" + telling.listed(rows))
    return answered("\n\n".join(told) if told else "Nothing is live.")


def _maker_of(counted: SetOf) -> tuple[str, ...]:
    """Return the field that names the person by whom things are counted."""
    preds = {c.pred for c in counted.conds if isinstance(c, Event)}
    if counted.kind == "model" and "register" not in preds:
        return ("owner",)
    return ("run.by",) if preds & {"train", "run"} and counted.kind == "version" else ("by",)


def _counted_kind(node: SetOf, q: Query) -> tuple[SetOf, str]:
    """Return what is counted, and by what: `which model (by) has the most versions (counted)`."""
    kind = q.kinds[0] if q.kinds else ""
    event = _event_of(node)
    if kind and kind != node.kind:
        counted = SetOf(kind, node.conds)  # type: ignore[arg-type]
        return (counted, node.kind)
    if event is not None:
        return SetOf("version", node.conds), node.kind
    raise Unanswered("the most of what is not clear; ask, for example, which model has the most versions")


def _length(row: Row, now: str) -> float:
    from askreg.registry import times

    start = times.moment(row.at or now)
    end = times.moment(row.until or now)
    return (end - start).total_seconds()


def _values(work: Work, node: SetOf, q: Query) -> Asking:
    """Answer which tags, regions or cohorts there are."""
    if node.kind == "region":
        limits = []
        for cond in node.conds:
            if isinstance(cond, Event):
                limits += yield from sets.place_conditions(work, cond)
        found = yield from work.plan("deployment", [*limits, where("region", None, "exists")], ("region",))
        facts = [f for r in found.rows if (f := r.fact("region"))]
        if not facts:
            return answered("No region is recorded.")
        return answered("{list(" + ",".join(f"{f.id}.value" for f in facts) + ")}.")
    if node.kind == "cohort":
        found = yield from work.plan("metric", [])
        facts = [r.main for r in found.rows if r.main.cohort]
        return answered("{list(" + ",".join(f"{f.id}.cohort" for f in facts) + ")}.")
    if node.kind == "tag":
        from askreg.agent.offline.programs import fields

        found = yield from work.plan("model", [], fields.spelled(work, "tag.*"))
        facts = [f for r in found.rows for f in r.facts if f.field.startswith("tag")]
        return answered(
            "\n".join(f"- {{{f.id}.subject}}: {f.field.removeprefix('tag.')} {{{f.id}}}" for f in facts[:SHOWN])
            or "No tags."
        )
    raise Unanswered("this is not listed by itself; ask what is missing for a model or version")
