"""Numbers that the words before them explain: what they are, `data/cues.txt` says."""

from collections.abc import Iterator
from functools import cache
from typing import cast

from askreg.agent.guard.kinds import Category
from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.lexicon import read

_LINK = (
    r"(?:[\s:#=(,.-]"
    r"|\b(?:number|numbers|num|no|nr|n°|id|ids|code|is|was|are|of|on|at|the|his|her|me|back|card|ending|in)\b){0,8}"
)
_VALUE = (
    r"(?=[a-z]{0,5}[\s./-]?[a-z]{0,3}[\s./-]?\d)"
    r"(?P<value>[a-z0-9]{1,40}(?:[./-][a-z0-9]{1,40}|\ (?=[a-z]{0,2}\d)[a-z0-9]{1,40}){0,8})"
)
_FOLLOWING = Lazy(_LINK + _VALUE)
_BRACKETED = Lazy(r"(?<![\w./-])" + _VALUE + r"\s*\((?:mrn|nhs|nhs no|ssn|patient id|hospital number)\)")
_NUMBERS = ("number", "no", "nr", "id", "#")
_LEAST: dict[Category, int] = {"phone": 6, "fax": 6, "ssn": 4, "account": 4, "health-plan": 4, "vehicle": 2}
"""So many digits make a value of a category; of the others, three."""


@cache
def _cues() -> list[tuple[str, Category]]:
    found: list[tuple[str, Category]] = []
    for line in read("cues").splitlines():
        if line and not line.startswith("#"):
            category, _, phrases = line.partition(": ")
            for phrase in filter(None, (phrase.strip() for phrase in phrases.split(","))):
                whole = [phrase[:-1] + number for number in _NUMBERS] if phrase.endswith(" +") else [phrase]
                found += [(words, cast(Category, category)) for words in whole]
    return found


def numbers(folded: str) -> Iterator[tuple[Category, int, int]]:
    """Yield the numbers that a cue stands before, or behind in brackets."""
    for cue, category in _cues():
        at = folded.find(cue)
        while at >= 0:
            end = at + len(cue)
            if not (folded[at - 1 : at].isalnum() or (folded[end : end + 1].isalnum() and cue[-1].isalnum())):
                found = _FOLLOWING.match(folded, end)
                if found and sum(c.isdigit() for c in found["value"]) >= _LEAST.get(category, 3):
                    yield category, *found.span("value")
            at = folded.find(cue, at + 1)
    if any(f"({cue}" in folded for cue in ("mrn", "nhs", "ssn", "patient id", "hospital number")):
        yield from (("mrn", *found.span("value")) for found in _BRACKETED.finditer(folded))
