"""Whether a question is about a registry at all: a true answer to something else is no answer."""

from datetime import datetime

from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.link import link

_TELLING = frozenset(("noun", "verb", "state", "field", "agent", "order"))
"""Categories of words that speak of a record; the others hold every sentence together."""


def is_topical(question: str, lexicon: Lexicon, now: datetime) -> bool:
    """Tell whether a question names something of the record, or has a word that only a record has an answer to."""
    items = link(question, lexicon, now).items
    return any(item.entities or any(word.category in _TELLING for word in item.words) for item in items)
