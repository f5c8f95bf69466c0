"""Of an answer that is a list: which members it gives, and whether it says truly how complete it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from eval.scorers.names import scalars
from eval.scorers.reading import SETTLED, Reading
from eval.scorers.sample import Sample

_PART = re.compile(
    r"\b(?:first|last|latest|newest|oldest|top|only|showing|shows|shown|listed|these are|here are|list of)\b"
    r"[^.\n\d]{0,30}\b(?P<some>\d[\d,]*)\b[^.\n\d]{0,20}\bof\b(?: the| all| about)? (?P<all>\d[\d,]*)\b",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\btruncated\b|\bcut (?:off|short)\b|\b(?:is|was|list) cut\b|\bincomplete\b"
    r"|\bnot (?:all|every\w*) \w+ (?:is|are|was|were)? ?(?:shown|listed)\b"
    r"|\b(?:and|there are) (?:at least |about )?\d[\d,]* (?:more|others)\b"
    r"|\b(?:the )?(?:rest|others?|remaining) (?:is|are|were) (?:not shown|not listed|left out|omitted)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Members:
    """The members of an answer beside the right ones."""

    hits: frozenset[str]
    """Right, in the text and in a cited fact."""
    unnamed: frozenset[str]
    """Right, but not in the text."""
    uncited: frozenset[str]
    """Right, but in no cited fact."""
    extras: frozenset[str]
    """In the text or in a cited fact, and wrong."""


def members(reading: Reading) -> Members | None:
    """Return what a list gives; None where no set was asked for."""
    gold, names = reading.gold, reading.names
    if gold.members is None or gold.kind is None:
        return None
    if not gold.members:
        return Members(frozenset(), frozenset(), frozenset(), frozenset(named_first(reading)))
    in_facts = {m for fact in reading.facts for m in names.in_fact(fact, gold.kind)}
    cells = {str(cell) for fact in reading.facts for cell in scalars(list(fact.values()))}
    allowed = gold.members | gold.optional | reading.asked(gold.kind)
    uncited = frozenset(m for m in gold.members if m not in in_facts and m not in cells)
    unnamed = frozenset(m for m in gold.members if not names.says(reading.text, gold.kind, m))
    extras = (in_facts | names.plain(reading.text, gold.kind)) - allowed
    return Members(gold.members - uncited - unnamed, unnamed, uncited, frozenset(extras))


def named_first(reading: Reading) -> set[str]:
    """Return what the first sentence names as if it were found, where there is nothing to find."""
    first = re.split(r"(?<=[.!?])\s|\n", reading.text.strip(), maxsplit=1)[0]
    kind = reading.gold.kind or ""
    return reading.names.plain(first, kind) - reading.asked(kind) - reading.gold.optional


def precision_recall(sample: Sample) -> tuple[float | None, float | None]:
    """Return precision and recall of an answer that settles a question for a set; an abstention gives no set.

    Of nothing that is rightly said to be nothing, both are 1; of nothing given where there is something, precision is
    None.
    """
    found = members(sample.reading) if sample.status in SETTLED else None
    if found is None:
        return None, None
    given, right = len(found.hits) + len(found.extras), len(sample.gold.members or ())
    precision = len(found.hits) / given if given else (None if right else 1.0)
    return precision, len(found.hits) / right if right else 1.0


def complete(sample: Sample) -> bool | None:
    """Return whether a list is what it says it is: whole, or cut and of how many; None where no set was given."""
    found = members(sample.reading) if sample.status in SETTLED else None
    if found is None:
        return None
    said = sample.reading.everything
    part = _PART.search(said)
    some, of = (_number(part["some"]), _number(part["all"])) if part else (0, 0)
    if part and of not in _totals(sample):
        return False
    whole = not found.unnamed and not found.uncited
    if some < of or _CUT.search(said):
        return some < of or not whole or any(_is_cut(call) for call in sample.made)
    return whole


def says_cut(text: str) -> bool:
    """Return whether a text says that a list in it is cut."""
    return _CUT.search(text) is not None or _PART.search(text) is not None


def _is_cut(call: dict[str, Any]) -> bool:
    return bool(call.get("truncated")) or (call.get("returned") or 0) < (call.get("total") or 0)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _totals(sample: Sample) -> set[int]:
    """How many there are, as the calls and the facts have it."""
    counted = [call.get("total") for call in sample.made]
    counted += [_number(v) for f in sample.reading.facts if re.fullmatch(r"\d[\d,]*", v := str(f.get("value")))]
    return {n for n in counted if isinstance(n, int)}
