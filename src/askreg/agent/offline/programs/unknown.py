"""A name that is not in the record: say so, with what there is in its place."""

from __future__ import annotations

from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import Node, Query, Thing
from askreg.agent.offline.pieces import words_of
from askreg.agent.offline.programs import quoting, resolving
from askreg.agent.offline.programs.work import Asking, Unanswered, Work, joined, literal, where

_SHOWN = 8
_LIKE = 78


def unknown(work: Work, q: Query) -> Asking:
    """Name what is not known, and the nearest truth; `kinds` holds its kind and what it would be a part of."""
    kind, of = q.kinds
    what = kind.replace("_", " ") or "name"
    of_what = (
        f" of {literal(of)}" if of and kind == "alias" else f" at {literal(of)}" if of and kind == "environment" else ""
    )
    reason = f"there is no {what} “{literal(q.text)}”{of_what} in the record"
    if "says" in q.options:
        return (yield from _documents(work, q))
    if q.unexplained:
        told = " and ".join(f"“{w}”" for w in q.unexplained)
        reason = f"the record knows nothing of {literal(told)}"
        if q.node is not None:
            raise Unanswered(reason + (yield from _held(work, q.node)))
        if not q.text:
            raise Unanswered(reason)
        return (yield from _nearest(work, q.text, "", reason, like=_LIKE))
    if kind == "version":
        entity = Entity("version", f"{of}:{q.text}", q.text, exists=False)
        yield from resolving.no_such_version(work, entity)
    if kind == "alias":
        tail = yield from _aliases(work, of)
    elif kind == "environment" and of:
        tail = yield from _environments(work, of)
    else:
        return (yield from _nearest(work, q.text, kind, reason))
    raise Unanswered(reason + tail)


_HELD = {
    "model": "its task, owner, description, tags, card and versions",
    "version": "its stage, approvals, evaluations, aliases, deployments, run, base, framework, artifact, tags and card",
    "dataset": "its description and versions",
    "dataset_version": "its rows, digest, source, sensitivity, what it was derived from and what was made from it",
    "person": "the name, the roles and what was done",
    "run": "its inputs, parameters, code and versions",
    "document": "its title, what it is about, sensitivity, digest and size",
    "site": "what is live there, and what was",
    "place": "what is live there, and what was",
}


def _held(work: Work, node: Node) -> Asking:
    """Say what the record holds of the thing that was asked about."""
    found = yield from resolving.resolve(work, node)
    held = _HELD.get(found.kind)
    return f"; of {literal(node.text) if isinstance(node, Thing) else 'that'} it holds {held}" if held else ""


def _documents(work: Work, q: Query) -> Asking:
    """Quote what documents say of it; where they say too little, name those that may."""
    draft = yield from quoting.said(work, work.context.question, asked=True)
    if draft is not None:
        return draft
    found = (yield from resolving.resolve(work, q.node)) if q.node is not None else None
    about = found.one if found is not None and found.kind != "document" else None
    result = yield from work.call("search_docs", about=about)
    if result.error:
        raise Unanswered(literal(result.error))
    facts = {f.id: f for f in result.facts}
    rows = [facts[ids[0]] for ids in result.rows if ids]
    if found is not None and found.kind == "document":
        rows = [f for f in rows if f.subject in found.subjects]
    else:
        fits = {f.id: _fit(work, f.subject) for f in rows}
        rows = [f for f in rows if fits[f.id] == max(fits.values())]
    told = joined([f"{{{f.id}.subject}}" for f in rows[:_SHOWN]])
    of = f" about {literal(about)}" if about else ""
    which = f"the document{of} is" if len(rows) == 1 else f"the documents{of} are"
    tail = f"; {which} {told}" if rows else f"; no document{of} is registered"
    raise Unanswered(f"nothing that documents say answers this plainly enough to be quoted{tail}")


def _fit(work: Work, document: str) -> int:
    """Return how many words of a document's title and file name the question holds."""
    path = document.removeprefix("doc:")
    title = work.context.lexicon.names.documents.get(path) or ""
    named = {_stem(w) for w in words_of(f"{title} {path.rsplit('/', 1)[-1].rsplit('.', 1)[0]}") if len(w) > 2}
    return len(named & {_stem(w) for w in words_of(work.context.question)} - _SMALL)


def _stem(word: str) -> str:
    return word.removesuffix("s")


_SMALL = frozenset(("the", "and", "for", "what", "doe", "say", "with", "about", "according"))


def _aliases(work: Work, model: str) -> Asking:
    rows = yield from work.plan("alias", [where("subject", model)] if model else [], history=True)
    held = sorted({f.field.removeprefix("alias.") for r in rows.rows for f in r.facts if f.field.startswith("alias.")})
    if not held:
        return "; it has no alias" if model else ""
    of = f" of {literal(model)}" if model else ""
    which = f"the aliases{of} are" if len(held) > 1 else f"the alias{of} is"
    return f"; {which} {joined(held[:_SHOWN])}"


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
