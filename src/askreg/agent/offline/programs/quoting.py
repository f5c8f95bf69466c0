"""What documents say, in their own words: quotes with the document named, or nothing where they say too little."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from askreg.agent.draft import Draft
from askreg.agent.facts import Fact
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.link import link
from askreg.agent.offline.programs import disagreeing
from askreg.agent.offline.programs.work import Asking, Unanswered, Work, answered, joined, literal
from askreg.agent.tools.documents import PHRASE, QUOTE
from askreg.agent.tools.shapes import ToolResult
from askreg.library.library import Found, Passage, concerns

ASKED, UNASKED = 0.95, 1.1
"""The promise that a passage must have to be quoted: where the question asks what documents say, and where not."""
_BESIDE = 0.12
"""How much less promise than the best a passage may have to be quoted beside it."""
_MOST = 3
_SHOWN = 8
_ABOUT = frozenset(("model", "version", "dataset", "dataset_version", "run", "place"))
_FEWEST = 1
"""Words of a question beyond a document's title, where it did not ask what the document says."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage with its facts: the words, and where they stand."""

    passage: Passage
    quote: Fact
    section: Fact | None
    revision: Fact


def said(work: Work, question: str, *, asked: bool) -> Asking:
    """Return the draft that quotes documents, or None; `asked` when the question asks what documents say."""
    if not work.context.texts:
        return None
    items = link(question, work.context.lexicon, work.context.now).items
    named = [e for item in items for e in item.entities]
    # What several documents are called by names none of them.
    filed = next((i for i in items if [e.kind for e in i.entities] == ["document"]), None)
    title = "" if filed is None else filed.entities[0].name.removeprefix("doc:")
    sought = question if filed is None else question.replace(filed.text, " ")
    models = [model.name for model in work.context.lexicon.names.models]
    found: list[Quoted] = []
    tried: list[ToolResult] = []
    if filed is not None and not asked:
        return None  # who names a document, and not what it says, asks what is known of it
    phrase = PHRASE.search(sought)
    for about in (None,) if phrase else (*_subjects(named), None):
        result = yield from work.call("search_docs", says=sought, about=about, text=title)
        if result.error:
            if asked and "docs reindex" in result.error:
                raise Unanswered(literal(result.error))
            return None
        tried.append(result)
        found = _telling(result, named, about, models, asked=asked)
        if found or not result.truncated:
            break
    if not tried[-1].truncated:  # of a phrase, and complete
        return _holding(tried[-1], question)
    if not found:
        return None
    lines = [_line(one) for one in found]
    notes = yield from disagreeing.notes(work, [(one.passage, one.quote) for one in found])
    text = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
    return answered("\n\n".join([text, *notes]))


def is_quoted(draft: Draft, results: Iterable[ToolResult]) -> bool:
    """Tell whether a draft quotes what a document says."""
    quotes = {f.id for r in results for f in r.facts if f.field.startswith(QUOTE)}
    return any(id in quotes for id in re.findall(r"\bF\d+\b", draft.text))


def quoted(result: ToolResult) -> list[Quoted]:
    """Return the passages of a result with their facts."""
    if not isinstance(result.data, Found):
        return []
    return [_quoted(passage, result.row(i)) for i, passage in enumerate(result.data.passages)]


def _quoted(passage: Passage, facts: Sequence[Fact]) -> Quoted:
    by_field = {fact.field: fact for fact in facts}
    quote = next(fact for fact in facts if fact.field.startswith(QUOTE))
    return Quoted(passage, quote, by_field.get("section"), by_field["revision"])


def _telling(
    result: ToolResult, named: Sequence[Entity], about: str | None, models: Collection[str], *, asked: bool
) -> list[Quoted]:
    """Return the passages that say enough of what was asked, and are about what it names."""
    found = [q for q in quoted(result) if about is not None or _about_all(q.passage, named)]
    found = [q for q in found if q.passage.quote.strip("# ") != (q.passage.title or "").strip()]
    found = [q for q in found if not _of_another(q.passage, named, models)]
    if not found:
        return []
    best = max(q.passage.promise for q in found)
    if best < (ASKED if asked else UNASKED):
        return []
    if not asked and max(q.passage.beyond for q in found) < _FEWEST:  # it names a document, and asks nothing of it
        return []
    return [q for q in found if q.passage.promise >= best - _BESIDE][:_MOST]


def _about_all(passage: Passage, named: Sequence[Entity]) -> bool:
    """Whether a passage is about every thing that the question names, or names it itself."""
    own = f"{passage.document} {passage.title} {' '.join(passage.section)} {passage.quote}".casefold()
    wanted = {e.head for e in named if e.kind in ("model", "version")}
    return all(concerns(passage.about, name) or name.casefold() in own for name in wanted)


def _of_another(passage: Passage, named: Sequence[Entity], models: Collection[str]) -> bool:
    """Whether a passage stands under a heading that names other models than the question does."""
    wanted = {e.head for e in named if e.kind in ("model", "version")}
    heading = passage.section[-1].casefold() if passage.section else ""
    under = {name for name in models if re.search(rf"(?<![\w-]){re.escape(name.casefold())}(?![\w-])", heading)}
    return bool(wanted and under) and not wanted & under


def _subjects(named: Iterable[Entity]) -> list[str]:
    """Return the one thing that a question names, to look in the documents about it first."""
    subjects = list(dict.fromkeys(e.name for e in named if e.kind in _ABOUT))
    return subjects if len(subjects) == 1 else []


def _line(of: Quoted) -> str:
    under = f", under {{{of.section.id}}}" if of.section is not None else ""
    revision = f" (revision {{{of.revision.id}}})" if of.passage.revision > 1 else ""
    return f"{{{of.quote.id}.subject}}{revision} says{under}: {{{of.quote.id}}}"


def _holding(result: ToolResult, question: str) -> Draft:
    """Name every document that holds a phrase."""
    phrase = PHRASE.search(question)
    words = literal(phrase.group(1)) if phrase else "this"
    found = quoted(result)
    if not found:
        return answered(f"No document holds the words “{words}”.")
    lines = [f"- {_line(one)}" for one in found[:_SHOWN]]
    more = joined([f"{{{one.quote.id}.subject}}" for one in found[_SHOWN:]])
    return answered("\n".join(lines) + (f"\n\nSo do {more}." if more else ""))
