"""What there is to say of one thing."""

from __future__ import annotations

from askreg.agent.offline.meaning import Query
from askreg.agent.offline.programs import fields, periods, telling
from askreg.agent.offline.programs.resolving import Found
from askreg.agent.offline.programs.work import SHOWN, Asking, Row, Unanswered, Work, answered, literal, where

_FIELDS = {
    "model": ("description", "task", "owner", "at", "by", "latest.number", "tag.*", "card.*"),
    "version": ("stage", "framework", "at", "by", "base.subject", "run.subject", "digest", "size", "change_control",
        "description"),
    "dataset": ("description", "at", "versions.version"),
    "dataset_version": ("rows", "sensitivity", "source", "digest", "at", "by"),
    "run": ("at", "by", "repo", "commit", "param.*", "inputs.subject"),
    "person": ("display", "kind", "roles"),
    "document": ("title", "sensitivity", "at", "by"),
}  # fmt: skip
_WORDS = {"at": "registered", "by": "registered by", "latest.number": "latest version", "base.subject": "base",
          "run.subject": "run", "versions.version": "versions", "inputs.subject": "inputs"}  # fmt: skip


def described(work: Work, q: Query, found: Found) -> Asking:
    """Return the fields of a thing, and for a version its figures, approvals and deployments."""
    kind = {"place": "environment"}.get(found.kind, found.kind)
    if kind not in _FIELDS:
        raise Unanswered(f"it is not clear what to say of {literal(found.one)}; ask for one of its fields")
    as_of = periods.as_of(q.time, work.context)
    paths = [p for path in _FIELDS[kind] for p in fields.spelled(work, path)]
    rows = yield from work.plan(kind, [where("subject", found.subjects[:1], "in")], paths, as_of=as_of)
    if not rows:
        raise Unanswered(f"the record holds nothing about {literal(found.one)}")
    exact = [r for r in rows.rows if r.subject == found.one] or rows.rows[:1]
    lines = _lines(exact[0])
    if kind == "version":
        lines += yield from _life(work, found.one, as_of)
    if kind == "model":
        live = yield from work.plan("deployment", [where("subject", found.one)], ("version",), as_of=as_of)
        lines += [telling.clause(r) for r in live.rows[:8]]
    lead = (found.how + "\n\n") if found.how else ""
    return answered(lead + f"{exact[0].name}\n\n" + "\n".join(f"- {line}" for line in lines))


def _lines(row: Row) -> list[str]:
    lines = []
    for fact in row.facts:
        word = _WORDS.get(fact.field, fact.field.split(".")[-1].replace("_", " "))
        style = ":date" if fact.field == "at" else ""
        lines.append(f"{word}: {{{fact.id}{style}}}")
    return lines


def _life(work: Work, subject: str, as_of: str | None) -> Asking:
    lines: list[str] = []
    for select, project in (("metric", ()), ("approval", ("by",)), ("alias", ()), ("deployment", ("version",))):
        rows = yield from work.plan(select, [where("subject", subject)], project, as_of=as_of)
        lines += [telling.clause(r) for r in rows.rows[: SHOWN // 4]]
    return lines
