"""What a pronoun of a follow-up stands for, where the answer before leaves no doubt: put in its place.

`that one` after an answer that named one version more than its question did is that version; `they` who own or
approve are the one person it named; `of those` are the versions it listed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_VERSION = re.compile(r"[a-z0-9][a-z0-9._-]*:\d+", re.I)
_NOT_VERSIONS = ("run:", "doc:", "person:", "sha256:")
_PERSON_FIELDS = frozenset(("by", "owner", "run.by", "approval.by"))
_ACTS = r"own|approve|sign|review|reject|register|train|evaluate|deploy|withdraw|move|submit|build"
_THEY = re.compile(rf"\b(does|do|did|has|have|had) (?:they|he|she)(?= (?:also |ever )?(?:{_ACTS})(?:ed|d|n)?\b)", re.I)
_THEY_DID = re.compile(rf"\b(?:they|he|she)(?= (?:also )?(?:{_ACTS})(?:s|es|ed|d)\b)", re.I)
_OTHER = re.compile(r"\b(which|what) (?:other|else|further) (models?|versions?)\b", re.I)
_THAT_ONE = re.compile(
    r"\bthat (?:base|earlier|older|previous|other|parent)?(?: )?(?:version|one|model version|base)\b(?! (?:of"
    r"|that|which)\b)"
    r"|(?<=\bwas )that(?= \w+(?:ed|n)\b)|(?<=\bis )that(?= \w+(?:ed|n|live)\b)",
    re.I,
)
_ITS = re.compile(r"\b(?:its|that (?:one|version)'s)\b", re.I)
_ITS_FIELD = re.compile(r"\bwhat (?:is|was) its ([\w ]+?)(?=\W*$)", re.I)
_THOSE = re.compile(r"\bof (?:those|these|them)\b(?: versions| ones)?", re.I)
_MOST = 30


def bound(question: str, turns: Sequence[Any]) -> str:
    """Return a follow-up with its pronouns in plain words, as far as the turns before it leave no doubt."""
    told = [turn for turn in turns if turn.status in ("answered", "partial")]
    if not told:
        return question
    text = question
    person = _person(told[-1])
    if person is not None and (_THEY.search(text) or _THEY_DID.search(text)):
        text = _others(_THEY_DID.sub(person, _THEY.sub(rf"\1 {person}", text)), told)
    new = _new_version(told)
    if new is not None:
        text = _ITS_FIELD.sub(rf"what is the \1 of {new}", _THAT_ONE.sub(new, text))
        text = _ITS.sub(f"{new}'s", text)
    if _THOSE.search(text):
        text = _listed(text, told[-1])
    return text


def _person(turn: Any) -> str | None:
    people = {fact.value for fact in turn.facts if fact.field in _PERSON_FIELDS}
    return people.pop() if len(people) == 1 else None


def _others(text: str, told: Sequence[Any]) -> str:
    """Read `which other models` as those besides the one that the question before was about."""
    found = _OTHER.search(text)
    if found is None:
        return text
    versions = found.group(2).lower().startswith("version")
    named = {fact.subject for fact in told[-1].facts if (":" in fact.subject) == versions and "@" not in fact.subject}
    spoken = [name for name in named if name.casefold() in told[-1].question.casefold()]
    if len(spoken) != 1:
        return text
    plain = _OTHER.sub(r"\1 \2", text).rstrip(" ?.!")
    plain = re.sub(r" (?:also|as well|besides|too)$", "", plain)
    return f"{plain} except {spoken[0]}?"


def _versions(turn: Any) -> list[str]:
    found = [part for fact in turn.facts for part in (fact.subject, fact.value)]
    kept = [one for one in found if _VERSION.fullmatch(one) and not one.startswith(_NOT_VERSIONS)]
    return list(dict.fromkeys(kept))


def _new_version(told: Sequence[Any]) -> str | None:
    """Return the one version that the last answer named and nobody had before."""
    spoken = {one for turn in told[:-1] for one in _versions(turn)}
    asked = " ".join(turn.question.casefold() for turn in told)
    new = [one for one in _versions(told[-1]) if one not in spoken and one.casefold() not in asked]
    return new[0] if len(new) == 1 else None


def _listed(text: str, turn: Any) -> str:
    """Name the versions that the answer before listed, all of them, where it is asked which of those are so."""
    asked = turn.question.casefold()
    listed = [one for one in _versions(turn) if one.casefold() not in asked]
    if not 2 <= len(listed) <= _MOST or "truncated" in turn.answer or "first" in turn.answer:
        return text
    return _THOSE.sub(f"of {', '.join(listed[:-1])} and {listed[-1]}", text, count=1)
