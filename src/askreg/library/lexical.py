"""BM25 over chunks: words by their stems, ranked by bm25s."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
STOPWORDS = frozenset(
    """
    a about according all also an and any are as at be because been but by can could did do does doing for from had
    has have he her his how i if in into is it its just let may me might most my no not of on only or our out over own
    please she should so some such than that the their them then there these they this those through to under until up
    us was we were what when where which while who whom whose why will with would you your
    """.split()
)
"""Words that hold a sentence together."""
ASKING = STOPWORDS | frozenset(
    """
    answer cover covers describe described describes doc document documentation documents docs explain explained
    far fast find give gives happen happened happens list long many mention mentioned mentions much often quick
    quickly quote read report reports said same say says section show soon state stated states summarise summarize
    tell tells text word words write written
    """.split()
)
"""Those, and the words with which documents, times and amounts are asked about."""


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order; numbers as they are."""
    return [word if word[0].isdigit() else _stem(word) for word in _WORD.findall(text.casefold())]


def content_stems(text: str, *, without: Collection[str] = STOPWORDS) -> list[str]:
    """Return the stems of the words that say what a question is about."""
    words = (word for word in _WORD.findall(text.casefold()) if word not in without)
    return [word if word[0].isdigit() else _stem(word) for word in words]


class Ranking:
    """An index of chunks, each a list of stems."""

    def __init__(self, corpus: Sequence[Sequence[str]]) -> None:
        """Index a corpus; a chunk is known by its place in it."""
        import bm25s

        self._size = len(corpus)
        self._often = Counter(stem for chunk in corpus for stem in set(chunk))
        self._index = bm25s.BM25(k1=1.2, b=0.6)
        if self._often:
            self._index.index([list(chunk) for chunk in corpus], show_progress=False)

    def best(
        self, query: Iterable[str], *, limit: int, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the places of the best chunks with their scores; only those `among`, if given."""
        import numpy as np

        known = [stem for stem in dict.fromkeys(query) if stem in self._often]
        if not known:
            return []
        scores = self._index.get_scores(known)
        if among is not None:
            mask = np.zeros(self._size, dtype=bool)
            mask[list(among)] = True
            scores = np.where(mask, scores, 0)
        count = min(limit, self._size)
        places = np.argpartition(-scores, count - 1)[:count]
        ranked = sorted(((int(place), float(scores[place])) for place in places), key=lambda p: (-p[1], p[0]))
        return [(place, score) for place, score in ranked if score > 0]

    def weight(self, stem: str) -> float:
        """Return how much a stem tells: the fewer chunks have it, the more."""
        return math.log(1 + (self._size - self._often[stem] + 0.5) / (self._often[stem] + 0.5))
