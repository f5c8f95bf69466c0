"""A question that the grammar cannot read, read by its likeness to known ones; only when nothing it says is lost.

The sentence embedding may explain what the word list does not know. What the word list does know must stand in the
reading that is chosen: every name, date and number, every denial, order and limit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from askreg.agent.offline import canonical, coverage, likely, neighbours
from askreg.agent.offline.canonical import Intent
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.offline.link import link
from askreg.agent.offline.meaning import Query
from askreg.agent.offline.phrases import Phrases, Tok
from askreg.agent.offline.understanding import understand

SURE = 0.7
"""How likely an intent must be: `likely --measure` finds 96 in a hundred right of the left-out examples that are."""
_CARRIES = 0.5
"""What share of that likelihood must go without the unknown words: these carry the intent then, and add nothing."""


@dataclass(frozen=True, slots=True)
class Rescued:
    """The question that was meant, and the query it asks."""

    question: str
    query: Query


def rescued(
    question: str, unknown: Sequence[str], lexicon: Lexicon, now: datetime, likeness: Likeness = WHOLE
) -> Rescued | None:
    """Return the known question that this one surely asks; `unknown` are its words that the grammar does not know."""
    if not likeness.examples:
        return None
    tokens = Phrases(link(question, lexicon, now).items, lexicon).tokens()
    masked, named = neighbours.mask(tokens, question, likeness)
    chances = likely.probabilities(masked, likeness.embedder)
    if not chances:
        return None
    name = max(chances, key=lambda one: chances[one])
    intent = next(one for one in canonical.intents() if one.name == name)
    slots = {slot: named[slot] for slot in intent.slots if slot in named}
    if chances[name] < SURE or not intent.required <= slots.keys():
        return None
    if not _all_named(tokens, slots) or not _carried(masked, unknown, intent, chances[name], likeness):
        return None
    meant = canonical.compose(name, slots)
    query = understand(meant, lexicon, now).query
    if query is None or query.intent == "unknown" or _lost(tokens, query):
        return None
    known = _vocabulary(name)
    said = _turns([tok for tok in tokens if not all(_stem(word) in known for word in tok.item.text.split())])
    if not said <= _turns(Phrases(link(meant, lexicon, now).items, lexicon).tokens()):
        return None
    return Rescued(meant, query)


def _all_named(tokens: list[Tok], slots: dict[str, str]) -> bool:
    """Whether each thing that the question names fills a slot, and stands in the question as the slot has it."""
    found = Counter(slot for tok in tokens for slot in neighbours.slots(tok))
    if any(slot not in slots.items() and slot[0] != "version" for slot in found) or max(found.values(), default=1) > 1:
        return False
    if sum(slot == "version" for slot, _ in found) > sum(name in ("version", "other") for name in slots):
        return False
    for tok in tokens:
        unsaid = tok.item.entities or tok.item.literal or tok.item.version is not None
        if unsaid and not tok.item.words and not neighbours.slots(tok):
            return False
        if tok.item.date is not None and tok.node is None and tok.item.date.relation not in ("at", "as_of"):
            return False
    return True


def _carried(masked: str, unknown: Sequence[str], intent: Intent, chance: float, likeness: Likeness) -> bool:
    """Whether the unknown words are known of this intent, or are what tells it from others."""
    strange = [word.lower() for word in unknown if _stem(word) not in _vocabulary(intent.name)]
    if not strange:
        return True
    without = re.sub(r"\b(?:" + "|".join(re.escape(word) for word in strange) + r")\b", " ", masked)
    left = likely.probabilities(" ".join(without.split()), likeness.embedder)
    return left.get(intent.name, 0.0) < _CARRIES * chance


@cache
def _vocabulary(name: str) -> frozenset[str]:
    wordings = (wording for wording, of in canonical.examples() if of == name)
    return frozenset(_stem(word) for wording in wordings for word in re.findall(r"[\w-]+", wording))


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|d)$", "", word.lower())


_TURNING = {
    "wh": {"how many", "how often", "how long", "who", "when", "why", "where"},
    "neg": None, "limit": None, "det": {"no", "other"},
    "prep": {"besides", "without", "before", "after", "until", "since", "above", "below", "between", "than", "vs"},
    "order": {"latest", "first", "previous", "next", "best", "worst", "most", "fewest", "max", "min", "longest",
              "shortest", "avg", "sum", "ever"},
}  # fmt: skip
"""Words, by category and sense, that turn a question into another: what is known of them must be meant too."""


def _turns(tokens: list[Tok]) -> set[str]:
    words = [word for tok in tokens if tok.node is None for word in tok.item.words]
    return {w.sense for w in words if w.category in _TURNING and _turning(w.category, w.sense)}


def _turning(category: str, sense: str) -> bool:
    senses = _TURNING[category]
    return senses is None or sense in senses


def _lost(tokens: list[Tok], query: Query) -> list[str]:
    """Return what the grammar knows in the question and misses in the query; names and dates are seen to before."""
    undated = [tok for tok in tokens if tok.node is not None or tok.item.date is None]
    return coverage.missing(undated, query)
