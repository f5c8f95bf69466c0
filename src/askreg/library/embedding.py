"""Embeddings of short texts: the interface, and one that needs no weights.

An embedder says by its `name` how its vectors were made; vectors of different names are never compared.
"""

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol, TypeAlias

Vector: TypeAlias = tuple[float, ...]

_WORD = re.compile(r"[^\W_]+|[{}]")


class Embedder(Protocol):
    """Turns texts into vectors of unit length, so that their dot product is their likeness."""

    @property
    def name(self) -> str:
        """Return what made the vectors, with all that they depend on."""
        ...

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector for each text."""
        ...


class LexicalEmbedder:
    """Hashes words, pairs of words and the letters of words: texts that share them are alike."""

    def __init__(self, *, dimensions: int = 512) -> None:
        """Make vectors of so many dimensions."""
        self._dimensions = dimensions

    @property
    def name(self) -> str:
        """Return the method and its size."""
        return f"lexical-hashing-1:{self._dimensions}"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector for each text."""
        return [_embedded(text, self._dimensions) for text in texts]


def likeness(first: Vector, second: Vector) -> float:
    """Return how alike two texts are, from 0 to 1."""
    return sum(a * b for a, b in zip(first, second, strict=True))


def nearest(query: Vector, among: Iterable[tuple[str, Vector]], *, limit: int = 3) -> list[tuple[str, float]]:
    """Return the keys of the vectors most like `query`, with their likeness, best first."""
    scored = [(key, likeness(query, vector)) for key, vector in among]
    scored.sort(key=lambda pair: (-pair[1], pair[0]))
    return scored[:limit]


@lru_cache(maxsize=4096)
def _embedded(text: str, dimensions: int) -> Vector:
    weights: dict[int, float] = defaultdict(float)
    for feature, weight in _features(text):
        digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
        slot = int.from_bytes(digest[:4], "big") % dimensions
        # The sign keeps features that share a slot from adding up.
        weights[slot] += weight if digest[4] & 1 else -weight
    length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
    return tuple(weights.get(i, 0.0) / length for i in range(dimensions))


def _features(text: str) -> Iterator[tuple[str, float]]:
    words = _WORD.findall(text.casefold())
    for word in words:
        yield f"w:{word}", 1.0
        padded = f"<{word}>"
        for at in range(len(padded) - 2):
            yield f"c:{padded[at : at + 3]}", 0.35
    for first, second in zip(words, words[1:], strict=False):
        yield f"b:{first} {second}", 0.7
