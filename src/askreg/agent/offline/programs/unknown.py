"""A name that is not in the record: say so, with what there is in its place."""

from __future__ import annotations

from askreg.agent.offline.meaning import Query
from askreg.agent.offline.programs import resolving
from askreg.agent.offline.programs.work import Asking, Unanswered, Work, joined, literal, where

_SHOWN = 8
_LIKE = 78


def unknown(work: Work, q: Query) -> Asking:
    """Name what is not known, and the nearest truth; `kinds` holds its kind and what it would be a part of."""
    kind, of = q.kinds
    what = kind.replace("_", " ") or "name"
    of_what = f" of {literal(of)}" if of and kind == "alias" else f" at {literal(of)}" if of and kind == "environment" else ""
    reason = f"there is no {what} “{literal(q.text)}”{of_what} in the record"
    if q.unexplained:
        told = " and ".join(f"“{w}”" for w in q.unexplained)
        return (yield from _nearest(work, q.text, "", f"the record knows nothing of {literal(told)}", like=_LIKE))
    if kind == "alias":
        tail = yield from _aliases(work, of)
    elif kind == "environment" and of:
        tail = yield from _environments(work, of)
    else:
        return (yield from _nearest(work, q.text, kind, reason))
    raise Unanswered(reason + tail)


def _aliases(work: Work, model: str) -> Asking:
    rows = yield from work.plan("alias", [where("subject", model)] if model else [], history=True)
    held = sorted({f.field.removeprefix("alias.") for r in rows.rows for f in r.facts if f.field.startswith("alias.")})
    if not held:
        return "; it has no alias" if model else ""
    return f"; the alias{'es' if len(held) > 1 else ''}{f' of {literal(model)}' if model else ''} {'are' if len(held) > 1 else 'is'} {joined(held[:_SHOWN])}"


def _environments(work: Work, site: str) -> Asking:
    rows = yield from work.plan("environment", [where("site", site)])
    if not rows:
        return ""
    told = joined([f"{{{r.main.id}.subject}}" for r in rows.rows[:_SHOWN]])
    return f"; what there is at {literal(site)}: {told}"


def _nearest(work: Work, text: str, kind: str, reason: str, like: int = 70) -> Asking:
    found = work.context.lexicon.alike(text, kind, like=like)
    if not found:
        raise Unanswered(reason)
    told = yield from resolving.vouched(work, found)
    near = "the nearest are" if len(told) > 1 else "the nearest is"
    raise Unanswered(f"{reason}; {near} {joined(told)}", resolving.readings(work, text, found))


__all__ = ["unknown"]
