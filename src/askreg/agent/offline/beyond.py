"""What no registry can tell: things that it keeps no record of, words that refer to nothing, the text of documents."""

from __future__ import annotations

import re
from collections.abc import Iterable

from askreg.agent.offline.clause import Clause
from askreg.agent.offline.coverage import atoms
from askreg.agent.offline.meaning import Event, Holder, Node, Query, SetOf, Thing
from askreg.agent.offline.phrases import Tok

_OUTSIDE = frozenset(("patient", "patients"))
"""Nouns that figures have (`patients`: on how many it was measured), and that are no things of the record."""
_COUNTED = frozenset("evaluate train finetune build run use perform derive compare register do".split())
_TEXT = r"(?:report|review|document|paper|guideline|guidance|protocol|sop|policy|procedure|manual|memo)s?"
_SAYS = re.compile(
    rf"\baccording to (?:the |its |their |our )?[\w' -]*?{_TEXT}\b"
    r"|\baccording to (?:doc:)?\S+\.(?:md|txt|html?|pdf|docx)\b"
    r"|\bwhat (?:does|do|did|is) .*\b(?:say|state|mention|recommend|require|specify|conclude|written)\b"
    rf"|\b{_TEXT} (?:say|says|said|states?|recommends?|requires?|concludes?)\b"
    rf"|\b(?:which|what|any)(?: of (?:the|our|these))?(?: \w+)? {_TEXT} (?:that )?"
    r"(?:say|mention|state|describe|explain|quote|contain|use|warn|recommend|require)s?\b"
    r"|\b(?:mentions?|contains?|says?|holds?|reads?|reading|words?|phrase|somewhere|written|stands?)\b"
    r"[^“\"]*[“\"][^”\"]{3,}[”\"]"
    r"|[“\"][^”\"]{3,}[”\"].*\b(?:occurs?|somewhere|written|stands?|mentioned)\b",
    re.I,
)


def outside(tokens: list[Tok], clause: Clause) -> str | None:
    """Return the noun that is asked for and that is no thing of the record."""
    for before, tok in zip(tokens, tokens[1:], strict=False):
        word = tok.item.text.lower()
        if word not in _OUTSIDE or tok.node is not None:
            continue
        if before.word("wh", "which", "what", "whose"):
            return tok.item.text
        doing = clause.event.pred.split(":")[0] if clause.event is not None else "do"
        if before.word("wh", "how many") and doing not in _COUNTED:
            return tok.item.text
    return None


def says(text: str) -> bool:
    """Whether it asks what a document says."""
    return _SAYS.search(text) is not None


def dangling(tokens: list[Tok], query: Query | None) -> str | None:
    """Return the word that refers to something that has not been named, in a question that begins a conversation."""
    for i, tok in enumerate(tokens):
        if tok.item.text.lower() == "there" and tok.node is None and i and not _existential(tokens, i):
            return tok.item.text
    if not any(isinstance(t.node, Thing | Holder) for t in tokens) and any(map(_one, tokens, [None, *tokens])):
        return "one"
    for atom in atoms(query) if query is not None else ():
        theme = atom.role("theme") if isinstance(atom, Event) else None
        if isinstance(theme, SetOf) and (theme.kind, theme.definite, theme.conds, theme.quantity) == (
            "thing",
            True,
            (),
            "",
        ):
            return "one"
    return None


def _one(tok: Tok, before: Tok | None) -> bool:
    """Whether it is the `one` of `the latest one`."""
    return tok.item.text.lower() in ("one",
        "ones") and tok.node is None and before is not None and before.node is None and (
        bool(before.word("det", "the") or before.word("order")) and not before.word("wh"))  # fmt: skip


def _existential(tokens: list[Tok], i: int) -> bool:
    near = [tokens[i - 1], *tokens[i + 1 : i + 2]]
    return any(t.node is None and bool(t.word("aux")) for t in near)


def about(tokens: Iterable[Tok]) -> Node | None:
    """Return the one thing that a question names."""
    found = [t.node for t in tokens if isinstance(t.node, Thing) and t.node.entity.kind != "topic"]
    return found[0] if len(found) == 1 else None


__all__ = ["about", "dangling", "outside", "says"]
