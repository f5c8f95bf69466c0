"""From a question to the query it asks, or to the reason for not answering it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from askreg.agent.draft import Draft
from askreg.agent.offline import beyond, changes, coverage, dates, written
from askreg.agent.offline.clause import Clause, Reader
from askreg.agent.offline.conversation import Before, Conversation
from askreg.agent.offline.frames import Frames
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.link import Linked, link
from askreg.agent.offline.meaning import Query
from askreg.agent.offline.phrases import Phrases, Tok
from askreg.agent.offline.recast import recast
from askreg.agent.offline.words import senses


@dataclass(slots=True)
class Understanding:
    """What a question asks: a query, or (instead) a draft that says why there is none."""

    question: str
    query: Query | None = None
    draft: Draft | None = None
    clause: Clause | None = None
    unread: tuple[str, ...] | None = None
    """Of a question that could not be read though it may be one about the record: its words that are not known."""


def understand(question: str, lexicon: Lexicon, now: datetime, history: list[Before] | None = None) -> Understanding:
    """Return what a question asks of the registry with these names."""
    question = _without_circumstance(question, lexicon, now)
    linked = _versioned(link(question, lexicon, now), lexicon, now)
    tokens = Phrases(linked.items, lexicon).tokens()
    refusal = changes.refusal(tokens, linked.text)
    if refusal is not None:
        return Understanding(question, draft=refusal)
    strange = written.strange(linked, lexicon)
    if strange is not None:
        return Understanding(question, _no_such(strange))
    talk = Conversation(history or [], lexicon)
    clause = talk.fill(Reader(tokens, linked.text).read())
    no_day = dates.impossible(linked.text, now)
    if no_day is not None:
        reason = f"“{_plain(no_day)}” is no date of the calendar"
        return Understanding(question, draft=Draft(status="abstained", reason=reason), clause=clause)
    if _AHEAD.search(linked.text) and not clause.imperative:
        reason = "the record holds what has happened, not what will"
        return Understanding(question, draft=Draft(status="abstained", reason=reason), clause=clause)
    unlike = beyond.outside(tokens, clause)
    if unlike is not None or beyond.says(linked.text):
        return Understanding(question, _not_kept(tokens, [unlike] if unlike else [], linked.text), clause=clause)
    unknown = _glued([w for w in clause.unknown if w], linked.text)
    if unknown:
        tail = _after_preamble(linked.text, unknown)
        if tail and not _loses(linked.text, tail, lexicon, now):
            meant = understand(tail, lexicon, now, history)
            if meant.query is not None:
                return meant
        return _unread(_unknown(question, linked, unknown, lexicon, tokens), unknown)
    query = Frames(clause).query()
    query = talk.again(clause, query) or query
    query = None if query is None else recast(talk.completed(query), clause)
    if query is None or talk.unclear(clause):
        reason = (
            "this question could not be read as one about the registry; name a model, version, dataset, site or person"
        )
        lost = Understanding(question, draft=Draft(status="abstained", reason=reason), clause=clause)
        return lost if talk.unclear(clause) else _unread(lost)
    loose = None if history else beyond.dangling(tokens, query)
    if loose is not None:
        reason = f"it is not clear what “{loose}” refers to; name the model, version, dataset, site or person"
        return Understanding(question, draft=Draft(status="abstained", reason=reason), clause=clause)
    missed = [] if "whole" in query.options else coverage.missing(tokens, query)
    if missed:
        told = " and ".join(f"“{w}”" if w.lower() in question.lower() else w for w in missed[:4])
        reason = f"what {told} means here could not be made out; ask for one thing at a time"
        return _unread(Understanding(question, draft=Draft(status="abstained", reason=_plain(reason)), clause=clause))
    return Understanding(question, query, clause=clause)


def _unread(found: Understanding, unknown: Sequence[str] = ()) -> Understanding:
    near = found.query is not None and (found.query.text or "says" in found.query.options)
    return found if near else replace(found, unread=tuple(unknown))


def _versioned(linked: Linked, lexicon: Lexicon, now: datetime) -> Linked:
    """Read `which sepsis-risk is live` as `which version of sepsis-risk`."""
    for asks, model, after in zip(linked.items, linked.items[1:], linked.items[2:], strict=False):
        named = model.entity("model")
        if asks.text.lower() not in ("which", "what") or named is None or asks.entities or model.before != " ":
            continue
        if after.word("noun") or after.number is not None or after.version is not None or after.text.lower() == "s":
            continue
        at = re.search(rf"\b{asks.text} (?={re.escape(model.text)})", linked.text)
        if at is not None:
            return link(f"{linked.text[: at.end()]}version of {linked.text[at.end() :]}", lexicon, now)
    return linked


_AHEAD = re.compile(r"\b(?:will|going to|next (?:week|month|year|quarter)|tomorrow)\b", re.I)


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


_PREAMBLE = re.compile(
    r"(?:\b(?:know|tell me|see|ask|wondering|wonder|find out|question is|question)\b[:,]?|:|[.!;]"
    r"|,\s*(?=(?:who|what|which|when|where|how|is|are|was)\b))\s+",
    re.I,
)  # fmt: skip


_FIRST = re.compile(r"^(.+?[.!])\s+(?=\S)", re.S)
_EMPTY = frozenset(("filler", "det", "prep", "aux", "conj", "pron"))


def _without_circumstance(question: str, lexicon: Lexicon, now: datetime) -> str:
    """Leave out a first sentence that says nothing of the record: no thing, number, day or word with a meaning."""
    found = _FIRST.match(question.strip())
    if found is None or '"' in question or len(question) - found.end() < 12:
        return question
    for item in link(found.group(1), lexicon, now).items:
        if item.entities or item.literal or item.date or item.number is not None or item.version is not None:
            return question
        if any(word.category not in _EMPTY for word in item.words):
            return question
    return question.strip()[found.end() :]


def _after_preamble(text: str, unknown: list[str]) -> str:
    """Return what follows the words of introduction, when all that is not understood stands in them."""
    last = max(text.rfind(word) for word in unknown)
    for found in _PREAMBLE.finditer(text):
        tail = text[found.end() :].strip()
        if found.end() > last and len(tail) > 8:
            return "" if _LIMITING.search(text[: found.start()]) else tail
    return ""


def _loses(question: str, tail: str, lexicon: Lexicon, now: datetime) -> bool:
    """Whether a question names a place that its tail does not: what is asked is asked of there."""
    kinds = ("site", "place", "environment")
    head = link(question.replace(tail, ""), lexicon, now).items
    kept = {entity.head for item in link(tail, lexicon, now).items for entity in item.entities}
    return any(e.kind in kinds and e.head not in kept for item in head for e in item.entities)


_LIMITING = re.compile(
    r"\b(?:versions|models|datasets|runs) (?:that|which|with|without|whose|deployed|live|approved|rejected|retired"
    r"|evaluated|trained|derived|running)\b",
    re.I,
)
"""What says of which things is asked: no introduction."""


def _glued(words: list[str], text: str) -> list[str]:
    """Put unknown words together that were written as one name."""
    result: list[str] = []
    for word in words:
        if result and re.search(re.escape(result[-1]) + r"[-_./]" + re.escape(word), text):
            found = re.search(re.escape(result[-1]) + r"[-_./]" + re.escape(word), text)
            result[-1] = found.group() if found else word
        else:
            result.append(word)
    return result


def _no_such(strange: written.Strange) -> Query:
    return Query("unknown", kinds=(strange.kind, strange.of), text=strange.text)


def _unknown(question: str, linked: Linked, words: list[str], lexicon: Lexicon, tokens: list[Tok]) -> Understanding:
    """Say which words are not understood, and which names are near."""
    strange = written.environment_after_site(linked, words)
    if strange is not None:
        return Understanding(question, _no_such(strange))
    words = list(dict.fromkeys(words))
    # A word that is understood elsewhere is no misspelt name.
    strangers = [w for w in words if len(w) > 3 and not senses((w.lower(),))]
    near = next((w for w in strangers if lexicon.alike(w, like=_LIKE)), None)
    if near is not None:
        return Understanding(question, Query("unknown", kinds=("", ""), text=near, unexplained=tuple(words)))
    query = _not_kept(tokens, words, linked.text)
    if query.node is not None:
        return Understanding(question, query)
    reason = f"the record knows nothing of {' and '.join(f'“{w}”' for w in words)}"
    return Understanding(question, draft=Draft(status="abstained", reason=_plain(reason)))


def _not_kept(tokens: list[Tok], words: list[str], text: str) -> Query:
    says = frozenset(("says",)) if beyond.says(text) else frozenset()
    return Query("unknown", node=beyond.about(tokens), kinds=("", ""), unexplained=tuple(words), options=says)


_LIKE = 78
