"""What things were made from, by whom and when: training data, runs, bases, registrations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from askreg.agent.offline.meaning import Event, Query, SetOf, kind_of
from askreg.agent.offline.programs import periods, resolving, sets, telling
from askreg.agent.offline.programs.resolving import Found
from askreg.agent.offline.programs.work import Asking, Rows, Unanswered, Work, answered, joined, literal, where

_KIND = {"version": "version", "model": "model", "dataset": "dataset", "dataset_version": "dataset_version",
    "run": "run",
         "document": "document", "person": "person"}  # fmt: skip


def made(work: Work, q: Query) -> Asking:
    """Answer who made something, when, or from what."""
    event = q.event
    assert event is not None
    ask = q.ask[0]
    if ask in ("agent", "instant", "reason", "place", "duration"):
        return (yield from _maker(work, q, event))
    if ask == "exists":
        return (yield from _whether(work, q, event))
    theme = event.role("theme")
    if event.pred in ("derive", "train", "finetune", "build", "use", "evaluate") and (
        event.role("source") is None or (q.kinds and q.kinds[0] in ("dataset", "dataset_version") and theme is None)
        or ("from" in _dangling(q) and theme is None)
    ):  # fmt: skip
        return (yield from _sources(work, q, event))
    if event.role("source") is not None and theme is None or event.role("agent") is not None:
        kind = "dataset_version" if kind_of(event.role("source") or event.role("agent")) in ("dataset",
            "dataset_version") and (
            event.pred == "derive" and ask == "object") else "version"  # fmt: skip
        return (yield from _products(work, q, event, kind))
    return (yield from _maker(work, q, event))


def _dangling(q: Query) -> set[str]:
    return {o.partition(":")[2] for o in q.options if o.startswith("dangling:")}


def _found(work: Work, event: Event) -> Asking:
    node = event.role("theme") or event.role("source") or event.role("run")
    if node is None:
        raise Unanswered("what this is about is not clear; name it")
    return (yield from resolving.resolve(work, node))


def _maker(work: Work, q: Query, event: Event) -> Asking:
    found: Found = yield from _found(work, event)
    paths, verb = ("by", "at"), "registered"
    kind = _KIND.get(found.kind)
    if kind is None:
        raise Unanswered("the record says this of models, versions, datasets, runs, documents and people only")
    if event.pred in ("train", "finetune", "run") and kind in ("version", "model"):
        return (yield from _trained(work, found))
    if event.pred == "run" or kind == "run":
        verb = "run"
    text = []
    for subject in found.subjects[:20]:
        if kind == "dataset":
            # Who registered a dataset is recorded of each of its versions.
            rows = yield from work.plan(kind, [where("subject", subject)], hops=["versions"], project=paths)
        else:
            rows = yield from work.plan(kind, [where("subject", subject)], paths)
        if kind == "dataset" and rows:
            text += [
                f"{row.name} was {verb} by {row.put('by') or 'nobody named'} on {row.put('at', ':date')}."
                for row in rows.rows
            ]
            continue
        exact = [r for r in rows.rows if r.subject == subject] or rows.rows[:1]
        for row in exact:
            by = f" by {row.put('by')}" if row.fact("by") else ""
            unsaid = "" if by else "; by whom is not recorded"
            text.append(f"{{{row.main.id}.subject}} was {verb}{by} on {row.put('at', ':date')}{unsaid}.")
    lead = found.how + " " if found.how else ""
    return answered(lead + " ".join(text))


def _trained(work: Work, found: Found) -> Asking:
    text = []
    for subject in found.subjects[:20]:
        if found.kind == "model":
            rows = yield from work.plan("model", [where("subject", subject)], ("at",), hops=["latest", "run"])
        else:
            rows = yield from work.plan("version", [where("subject", subject)], hops=["run"], project=("by", "at"))
        if found.kind == "model":
            rows = yield from work.plan(
                "model", [where("subject", subject)], hops=["latest", "run"], project=("by", "at")
            )
        if not rows:
            text.append(f"The record names no training run of {literal(subject)}.")
        for row in rows.rows:
            by = f" by {row.put('by')}" if row.fact("by") else ""
            text.append(f"{literal(subject)} came from {{{row.main.id}.subject}}, run{by} on {row.put('at', ':date')}.")
    lead = found.how + " " if found.how else ""
    return answered(lead + " ".join(text))


def _sources(work: Work, q: Query, event: Event) -> Asking:
    """Answer what something was trained on, tested on, derived from."""
    node = event.role("theme") or event.role("run") or event.role("source")
    if node is None:
        raise Unanswered("what this is about is not clear; name it")
    found: Found = yield from resolving.resolve(
        work, node, want=("version", "model", "dataset_version", "dataset", "run")
    )
    lead = found.how + " " if found.how else ""
    role = q.kinds[1] if len(q.kinds) > 1 else ""
    wants_versions = bool(q.kinds) and q.kinds[0] == "version"
    parts = []
    for subject in found.subjects[:10]:
        kind = found.kind if found.kind in ("dataset", "dataset_version", "model", "run") else "version"
        hop, words = _hop(event.pred, kind, role, wants_versions)
        start = [where("subject", subject)]
        rows: Rows = yield from work.plan(kind, start, hops=hop)
        if not rows and event.pred in ("derive", "finetune", "build") and kind in ("version", "model") and not q.kinds:
            hop, words = _hop("train", kind, role, False)
            rows = yield from work.plan(kind, start, hops=hop)
        parts.append(_said(literal(subject), words, rows, ".".join(hop)))
        if event.pred in ("train", "finetune") and kind == "version":
            parts += yield from _through_base(work, subject, {r.subject for r in rows.rows})
    return answered(lead + " ".join(parts))


def _hop(pred: str, kind: str, role: str, versions: bool) -> tuple[list[str], str]:
    first = ["latest"] if kind == "model" else ["versions"] if kind == "dataset" else []
    if kind == "run":
        return [
            role or ("training" if pred in ("train", "finetune") else "inputs")
        ], f"used for {role}" if role else "used"
    if kind in ("dataset", "dataset_version"):
        return [*first, "derived_from"], "was derived from"
    if pred == "evaluate":
        return [*first, "evaluated_on"], "was evaluated on"
    if role in ("test", "validation"):
        return [*first, "run", role], f"used for {role}"
    if pred == "derive" or versions:
        return [*first, "bases"] if versions and pred == "derive" else [*first, "base"], "was derived from"
    if pred == "use":
        return [*first, "inputs"], "used"
    return [*first, "trained_on"], "was trained on"


def _said(subject: str, words: str, rows: Rows, link: str) -> str:
    if not rows:
        return f"The record holds nothing that {subject} {words}."
    named = joined(list(dict.fromkeys(row.put(link) or row.name for row in rows.rows)))
    return f"{subject} {words} {named}." + telling.cite(rows.rows)


def _through_base(work: Work, subject: str, own: set[str]) -> Asking:
    """Return what came through each of its bases, and which bases have no training data in the record."""
    rows = yield from work.plan("version", [where("subject", subject)], ["trained_on"], hops=["bases"])
    said = []
    for row in rows.rows:
        base = f"{{{row.main.id}.subject}}"
        data = [f for f in row.facts if f.field == "trained_on"]
        more = [f for f in data if f.value not in own]
        if more:
            said.append(f"Through its base {base} came {{list({','.join(f'{f.id}.value' for f in more)})}}.")
        elif not data:
            said.append(f"The training data of its base {base} is not recorded{telling.cite([row])}.")
    return said


def _products(work: Work, q: Query, event: Event, kind: str) -> Asking:
    """Answer what was made from something, or by somebody."""
    from askreg.agent.offline.programs import listing

    node = SetOf(kind, (replace(event, time=event.time or q.time),))  # type: ignore[arg-type]
    if kind == "version" and event.pred == "derive" and kind_of(event.role("source")) in ("dataset", "dataset_version"):
        both = yield from sets.rows(work, SetOf("dataset_version", (event,)))
        if both:
            data = f"Derived dataset versions: {telling.names(both.rows)}."
            versions = yield from sets.rows(work, node)
            tail = f" Versions trained on it or on those: {telling.names(versions.rows)}." if versions else ""
            return answered(data + tail)
    return (yield from listing.listing(work, Query("set", q.ask, node, options=q.options)))


def _whether(work: Work, q: Query, event: Event) -> Asking:
    """Answer yes or no: was it trained on, derived from, registered by, and so on."""
    theme, source, agent = event.role("theme"), event.role("source"), event.role("agent")
    node = theme or source
    if node is None:
        raise Unanswered("what this is about is not clear; name it")
    found: Found = yield from resolving.resolve(work, node)
    if agent is not None:
        people = yield from resolving.resolve(work, agent, want=("person",))
        path = "run.by" if event.pred in ("train", "run") else "by"
        rows = yield from work.plan(_KIND.get(found.kind, "version"), [where("subject", found.subjects, "in")], (path,))
        yes = bool(rows) and any(r.values.get(path) in people.subjects for r in rows.rows)
        told = " ".join(f"{r.name} was made by {r.put(path)}." for r in rows.rows[:5] if r.fact(path))
        return answered(f"{'Yes' if yes else 'No'}: {told}")
    if event.pred in ("use", "train", "derive") and found.kind in ("dataset", "dataset_version") and theme is None:
        return (yield from _put_to_use(work, found))
    if theme is not None and source is not None:
        return (yield from _made_from(work, q, event, found))
    if q.time is not None:
        rows = yield from work.plan(_KIND.get(found.kind, "version"), [where("subject", found.one),
            *periods.begins_within(
            q.time, "at")], ("at",))  # fmt: skip
        if rows:
            return answered(f"Yes: {rows.rows[0].name} was registered on {rows.rows[0].put('at', ':date')}.")
        return answered(f"No: {literal(found.one)} was not registered {periods.said(q.time)}.")
    return (yield from _sources(work, q, event))


def _put_to_use(work: Work, found: Found) -> Asking:
    """Answer whether anything was made from data, and what."""
    rows = yield from work.plan("version", [where("ancestor_datasets.subject", found.subjects, "in")])
    data = yield from work.plan("dataset_version", [where("sources.subject", found.subjects, "in")])
    if not rows and not data:
        return answered(f"No: nothing in the record was made from {literal(joined(found.subjects[:3]))}.")
    parts = [f"versions {telling.names(rows.rows)}"] if rows else []
    parts += [f"dataset versions {telling.names(data.rows)}"] if data else []
    return answered(
        f"Yes: from {literal(joined(found.subjects[:3]))} came the "
        f"{joined(parts)}." + telling.cite([*rows.rows, *data.rows])
    )


def _made_from(work: Work, q: Query, event: Event, found: Found) -> Asking:
    source = yield from resolving.resolve(
        work,
        event.role("source"),  # type: ignore[arg-type]
        want=("dataset_version", "dataset", "version", "model"),
    )
    limits: list[dict[str, Any]] = [where("subject", found.subjects, "in")]
    data = source.kind in ("dataset", "dataset_version")
    paths = ["evaluated_on"] if event.pred == "evaluate" else ["trained_on", "ancestor_datasets"] if data else ["bases"]
    kind = "version"
    if found.kind in ("dataset", "dataset_version"):
        kind, paths = "dataset_version", ["derived_from", "sources"]
    told = joined([literal(s) for s in found.subjects[:3]])
    named = literal(source.one) if len(source.subjects) == 1 else "such data"
    for path in paths:
        rows = yield from work.plan(kind, [*limits, where(f"{path}.subject", source.subjects, "in")])
        if rows:
            if path == "ancestor_datasets" and event.pred in ("train", "finetune"):
                return answered(f"No, not itself: {named} came into {telling.names(rows.rows)} through other data "
                    f"or a base."
                                + telling.cite(rows.rows))  # fmt: skip
            through = (
                ""
                if path in ("trained_on", "bases", "evaluated_on", "derived_from")
                else ", through other data or a base"
            )
            return answered(f"Yes: {telling.names(rows.rows)} came from {named}{through}." + telling.cite(rows.rows))
    other = yield from work.plan(kind, limits, hops=[paths[0]])
    tail = f" The record has {telling.names(other.rows)} there." if other else ""
    return answered(f"No: {told} did not come from {named}.{tail}")
