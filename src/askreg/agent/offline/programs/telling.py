"""Rows as sentences and lists: one sentence for each kind of row, whatever was asked of it."""

from __future__ import annotations

import re

from askreg.agent.offline.meaning import Event
from askreg.agent.offline.programs.work import SHOWN, Row, Rows, joined

_MEANINGS = {"review": "reviewed", "approval": "approved", "responsibility": "signed for", "authorship": "authored"}


EVALUATIONS = re.compile(r"\b(?:evaluations?|assessments?|evals?)\b", re.I)
"""Words for what has figures, and is none."""


def sentence(row: Row, event: Event | None = None) -> str:
    """Return a row as a sentence."""
    text = clause(row, event)
    return f"{text}."


def clause(row: Row, event: Event | None = None) -> str:
    """Return a row as a clause without its full stop."""
    pred = event.pred.split(":")[0] if event is not None else ""
    match row.kind:
        case "deployment":
            return _deployment(row, pred)
        case "approval":
            return _approval(row)
        case "stage":
            return _stage(row, pred)
        case "alias":
            return _alias(row, pred)
        case "metric":
            return figure(row)
    return row.name


def _deployment(row: Row, pred: str) -> str:
    main = row.main.id
    place = f"{{{main}.subject}}"
    by = f" by {row.put('by')}" if row.fact("by") and pred == "deploy" else ""
    if row.until and pred == "withdraw":
        ended = f" by {row.put('closed_by')}" if row.fact("closed_by") else ""
        reason = f", with the reason {row.put('reason')}" if row.fact("reason") else ""
        return (f"{{{main}}} was withdrawn from {place} on {{{main}.until:date}}{ended}{reason} "
                f"(live since {{{main}.since:date}})")  # fmt: skip
    if pred == "deploy":
        until = f" and live there until {{{main}.until:date}}" if row.until else ""
        return f"{{{main}}} was deployed at {place} on {{{main}.since:date}}{by}{until}"
    if row.until:
        return f"{{{main}}} was live at {place} from {{{main}.since:date}} until {{{main}.until:date}}"
    if row.past:
        return f"{{{main}}} was live at {place} on {row.then} (since {{{main}.since:date}})"
    return f"{{{main}}} is live at {place} since {{{main}.since:date}}"


def _approval(row: Row) -> str:
    decision = row.values.get("decision")
    meaning = str(row.values.get("meaning"))
    verb = "rejected" if decision == "rejected" else _MEANINGS.get(meaning, "signed")
    main = row.main.id
    by = row.put("by") or "nobody named"
    if row.fact("printed_name") and row.values.get("printed_name") != row.values.get("by"):
        by = f"{row.put('printed_name')} ({by})"
    detail = f" ({row.put('meaning')})" if decision == "approved" and meaning not in ("approval",) else ""
    comment = f", with the comment {row.put('comment')}" if row.fact("comment") else ""
    lapsed = f"; it lapsed on {{{main}.until:date}}" if row.until else ""
    return f"{{{main}.subject}} was {verb} by {by} on {{{main}.since:date}}{detail}{comment}{lapsed}"


def _stage(row: Row, pred: str) -> str:
    main = row.main.id
    by = f" by {row.put('by')}" if row.fact("by") else ""
    reason = f", with the reason {row.put('reason')}" if row.fact("reason") else ""
    if pred == "left" and row.until:
        ended = f", moved by {row.put('closed_by')}" if row.fact("closed_by") else ""
        return f"{{{main}.subject}} left {{{main}}} on {{{main}.until:date}}{ended}"
    until = f", until {{{main}.until:date}}" if row.until else ""
    if row.past and pred == "stage" and not row.until:
        return f"{{{main}.subject}} was in {{{main}}} on {row.then} (since {{{main}.since:date}})"
    return f"{{{main}.subject}} moved to {{{main}}} on {{{main}.since:date}}{by}{reason}{until}"


def _alias(row: Row, pred: str) -> str:
    main = row.main.id
    name = row.main.field.removeprefix("alias.")
    if pred == "lose" and row.until:
        ended = f", by {row.put('closed_by')}" if row.fact("closed_by") else ""
        return (f"{{{main}}} stopped being {name} of {{{main}.subject}} on {{{main}.until:date}}{ended} "
                f"(it was since {{{main}.since:date}})")  # fmt: skip
    by = f", set by {row.put('by')}" if row.fact("by") else ""
    if row.until:
        return f"{{{main}}} was {name} of {{{main}.subject}} from {{{main}.since:date}} until {{{main}.until:date}}{by}"
    if row.past:
        return f"{{{main}}} was {name} of {{{main}.subject}} on {row.then} (since {{{main}.since:date}}{by})"
    return f"{{{main}}} is {name} of {{{main}.subject}} since {{{main}.since:date}}{by}"


def dated(rows: list[Row]) -> bool:
    """Return whether the rows as sentences say which day they are told as of."""
    return all(r.past and r.until is None and r.kind in ("deployment", "alias", "stage") for r in rows)


def figure(row: Row, *, subject: bool = True) -> str:
    """Return a figure with what it was measured on."""
    main = row.main
    i = main.id
    of = f"{{{i}.subject}} has {main.metric} {{{i}}}" if subject else f"{main.metric} is {{{i}}}"
    parts = [f"on {{{i}.dataset}} ({{{i}.split}}, {{{i}.cohort}})"]
    if main.n is not None:
        parts.append(f"n={{{i}.n}}")
    if main.ci is not None:
        parts.append(f"interval {{{i}.ci}}")
    if main.evidence:
        parts.append(f"evidence {{{i}.evidence}}")
    return f"{of} {', '.join(parts)}"


def evaluated(rows: list[Row]) -> str:
    """Return who evaluated what on what, when, and what was found."""
    groups: dict[tuple[str, str | None, str | None], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.subject, row.main.dataset, str(row.values.get("by"))), []).append(row)
    lines = []
    for found in list(groups.values())[:SHOWN]:
        row = found[0]
        by = f" by {row.put('by')}" if row.fact("by") else ""
        on = f" on {row.put('at', ':date')}" if row.fact("at") else ""
        told = ", ".join(short(r) for r in found)
        lines.append(f"{{{row.main.id}.subject}} was evaluated on {{{row.main.id}.dataset}}{by}{on} ({told}).")
    return " ".join(lines)


def short(row: Row) -> str:
    """Return a figure by its metric, and by its cohort where that is not everybody."""
    cohort = f" for {{{row.main.id}.cohort}}" if row.main.cohort not in (None, "all") else ""
    return f"{row.main.metric} {{{row.main.id}}}{cohort}"


def listed(rows: list[Row], event: Event | None = None) -> str:
    """Return rows as a list, or as sentences when there are few."""
    shown = rows[:SHOWN]
    if len(shown) <= 2:
        return " ".join(sentence(r, event) for r in shown)
    return "\n".join(f"- {clause(r, event)}" for r in shown)


def more(found: Rows, shown: int) -> str:
    """Return how many rows are not spelled out."""
    if found.total > shown and found.count is not None:
        return f"\n\nThese are the first {shown} of {{{found.count.id}}}."
    return ""


def names(rows: list[Row]) -> str:
    """Return what the rows are about, joined."""
    return joined(list({r.thing: r.name for r in rows}.values()))


def cite(rows: list[Row]) -> str:
    """Return a placeholder that rests on rows without saying anything."""
    return "{cite(" + ",".join(r.main.id for r in rows) + ")}" if rows else ""


def count_of(rows: list[Row], kind: str) -> str:
    """Return the placeholder that counts the different members of a kind."""
    part = ".value" if rows[0].kind in ("deployment", "alias") else ".subject"
    if kind == "model" and rows[0].kind not in ("model", "alias"):
        part = ".model"
    elif kind == "model":
        part = ".subject"
    elif kind in ("environment",):
        part = ".subject"
    return "{count(" + ",".join(r.main.id + part for r in rows) + ")}"


def evaluations(rows: list[Row]) -> str:
    """Return how often something was evaluated, and on what: an evaluation has one figure or more."""
    once = list({row.main.event: row for row in reversed(rows)}.values())[::-1]
    ids = ",".join(row.main.id for row in once)
    on = joined([f"{{{row.main.id}.dataset}} ({{{row.main.id}.split}}, {{{row.main.id}.cohort}})" for row in once])
    return f"{rows[0].name} was evaluated {{count({ids})}} {'times' if len(once) != 1 else 'time'}: on {on}."
