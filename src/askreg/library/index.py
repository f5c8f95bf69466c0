"""The index over the record's texts: chunks ranked by words and by meaning. All of it can be built again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

from askreg.library.chunking import Chunk, chunk_id, chunks
from askreg.library.embedding import Embedder
from askreg.library.lexical import ASKING, Ranking, content_stems, stems
from askreg.library.vectors import Place, Vectors
from askreg.registry import checkpoints, documents
from askreg.registry.documents import KeptText
from askreg.registry.view import View

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many chunks are done, and of how many."""

_EMBEDDED_AT_ONCE = 32
_POOL = 50
"""Chunks that each ranking hands on to be fused."""
UNLIKE = 0.2
"""The likeness that is taken for chunks so unlike the question that none was worked out."""
_FUSION = 60
"""The constant of reciprocal rank fusion: the higher, the less a first place counts."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A chunk and where it is from."""

    id: str
    text: int
    chunk: Chunk
    words: tuple[str, ...]
    """The stems of its text, and of the headings below the first."""
    filed: tuple[str, ...]
    """Those of its file's name and of the first heading: what the whole document is about."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chunk that was found, with what speaks for it."""

    placed: Placed
    score: float
    likeness: float | None
    """How alike chunk and question are in meaning; None when it was found by its words only."""
    coverage: float
    """How much of what the question asks stands in the chunk, its headings and title: 0 to 1."""
    told: float
    """How much of what it asks beyond the document's own title stands in the chunk itself: 0 to 1."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh changed, in chunks."""

    added: int
    removed: int
    total: int


class Index:
    """The chunks of one registry's texts."""

    def __init__(self, place: Place, embedder: Callable[[], Embedder]) -> None:
        """Keep vectors at `place`; the embedder is asked for when it is first needed."""
        self._place, self._make = place, embedder
        self._vectors: dict[str, Vectors] = {}
        self._lock = threading.RLock()
        self._bodies: dict[int, str] = {}
        self._placed: dict[int, list[Placed]] = {}
        self._state = self._synced = -1
        """Of the library when its chunks, and when its vectors, were last brought up to it."""
        self._known: frozenset[int] = frozenset()
        self._corpus: _Corpus | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """Return what turns texts into vectors."""
        return self._make()

    def refresh(self, view: View, *, progress: Progress | None = None, anew: bool = False) -> Refreshed:
        """Bring the vectors up to the texts on record, adding and removing only what differs; or build them `anew`.

        What was added stays when it is interrupted, and the next refresh goes on from there.
        """
        with self._lock:
            wanted = {placed.id: placed for placed in self.read(view)}
            if not wanted:
                self._synced = self._state
                return Refreshed(0, 0, 0)
            vectors = self._of(view)
            with vectors.writing():
                if anew:
                    vectors.drop()
                vectors.reopen()  # another process may have written before the lock was ours
                held = vectors.ids()
                missing = [placed for id, placed in wanted.items() if id not in held]
                self._embed(vectors, missing, progress)
                vectors.delete(held - wanted.keys())
            self._synced = self._state
            return Refreshed(len(missing), len(held - wanted.keys()), len(wanted))

    def read(self, view: View) -> list[Placed]:
        """Bring the chunks up to the texts on record, and return them all; vectors are left as they are."""
        with self._lock:
            present = View(view.connection, view.now)
            state = documents.state(present)
            if state != self._state:
                texts = documents.texts_of(present)
                self._load(view, texts)
                self._state, self._known = state, frozenset(text.id for text in texts)
                self._placed = {id: placed for id, placed in self._placed.items() if id in self._known}
            return [placed for id in sorted(self._known) for placed in self._placed[id]]

    def in_step(self, view: View) -> bool:
        """Tell whether the vectors are those of the texts on record, as far as their number can tell."""
        wanted = self.read(view)
        return not wanted or (self._synced == self._state and self._of(view).count() == len(wanted))

    def search(
        self,
        view: View,
        query: str,
        *,
        among: Collection[int],
        titles: Mapping[int, str],
        limit: int,
        by_meaning: bool = True,
    ) -> list[Ranked]:
        """Return the best chunks of the texts `among`, best first; nothing of any other text is looked at.

        Without `by_meaning` they are ranked by their words alone, which needs no vectors.
        """
        with self._lock:
            corpus = self._ranking(titles)
        allowed = [i for i, placed in enumerate(corpus.placed) if placed.text in among]
        by_words = [i for i, _ in corpus.ranking.best(content_stems(query), limit=_POOL, among=allowed)]
        likeness: dict[int, float] = {}
        if by_meaning:
            vector = self.embedder.embed([query])[0]
            only = None if len(allowed) == len(corpus.placed) else among
            near = self._of(view).nearest(vector, limit=_POOL, among=only)
            likeness = {corpus.places[id]: alike for id, alike in near if id in corpus.places}
        fused: dict[int, float] = {}
        for ranked in (by_words, list(likeness)):
            for rank, place in enumerate(ranked):
                fused[place] = fused.get(place, 0.0) + 1 / (_FUSION + rank)
        weights = corpus.weights(query)
        pool = [_ranked(corpus.placed[i], fused[i], likeness.get(i), weights, corpus.filed[i]) for i in fused]
        return sorted(pool, key=lambda one: (-one.score, one.placed.text, one.placed.chunk.start))[:limit]

    def weights(self, query: str, titles: Mapping[int, str]) -> dict[str, float]:
        """Return how much each stem that a question is about tells in this library."""
        return self._ranking(titles).weights(query)

    def body(self, text: int) -> str:
        """Return the whole text that a chunk is of."""
        return self._bodies[text]

    def of_text(self, text: int) -> list[Placed]:
        """Return the chunks of a text, in order."""
        return self._placed[text]

    def _of(self, view: View) -> Vectors:
        name = checkpoints.origin(view.connection).replace("/", "-")
        if name not in self._vectors:
            self._vectors[name] = Vectors(self._place, name, self.embedder.name)
        return self._vectors[name]

    def _load(self, view: View, texts: Sequence[KeptText]) -> None:
        new = [text for text in texts if text.id not in self._placed]
        bodies = documents.bodies(view, [text.id for text in new]) if new else {}
        for text in new:
            body = self._bodies[text.id] = bodies[text.id]
            self._placed[text.id] = [_placed(text, body, chunk) for chunk in chunks(body)]

    def _embed(self, vectors: Vectors, missing: Sequence[Placed], progress: Progress | None) -> None:
        for i in range(0, len(missing), _EMBEDDED_AT_ONCE):
            if progress is not None:
                progress(i, len(missing))
            part = missing[i : i + _EMBEDDED_AT_ONCE]
            embedded = self.embedder.embed([self._said(placed) for placed in part])
            vectors.put([placed.id for placed in part], embedded, [placed.text for placed in part])
        if progress is not None and missing:
            progress(len(missing), len(missing))

    def _said(self, placed: Placed) -> str:
        """Return what is embedded of a chunk: its headings, then its text."""
        chunk = placed.chunk
        return f"{' – '.join(chunk.section)}\n{self._bodies[placed.text][chunk.start : chunk.end]}"

    def _ranking(self, titles: Mapping[int, str]) -> _Corpus:
        key = (self._known, tuple(titles.items()))
        if self._corpus is None or self._corpus.key != key:
            placed = [one for text in sorted(self._known) for one in self._placed[text]]
            self._corpus = _Corpus(key, placed, titles)
        return self._corpus


class _Corpus:
    """All chunks of the index, for the ranking by words."""

    def __init__(self, key: object, placed: list[Placed], titles: Mapping[int, str]) -> None:
        self.key, self.placed = key, placed
        self.places = {one.id: i for i, one in enumerate(placed)}
        labels = {text: stems(titles.get(text, "")) for text in {one.text for one in placed}}
        self.filed = [frozenset((*one.filed, *labels[one.text])) for one in placed]
        self.ranking = Ranking([(*one.words, *one.filed, *labels[one.text]) for one in placed])

    def weights(self, query: str) -> dict[str, float]:
        return {stem: self.ranking.weight(stem) for stem in content_stems(query, without=ASKING)}


def _placed(text: KeptText, body: str, chunk: Chunk) -> Placed:
    filed = stems(f"{PurePosixPath(text.path).stem} {' '.join(chunk.section[:1])}")
    words = stems(f"{' '.join(chunk.section[1:])} {body[chunk.start : chunk.end]}")
    return Placed(chunk_id(text.path, text.content, chunk), text.id, chunk, tuple(words), tuple(filed))


def _ranked(
    placed: Placed, fused: float, likeness: float | None, weights: Mapping[str, float], filed: Collection[str]
) -> Ranked:
    """Score a chunk by its places in both rankings, and by what these places do not tell: how good it is by itself."""
    own = frozenset(placed.words)
    coverage = _share(weights, own | frozenset(filed))
    told = _share({stem: weight for stem, weight in weights.items() if stem not in filed}, own)
    alone = coverage / 2 + (UNLIKE if likeness is None else likeness)
    return Ranked(placed, (fused * _FUSION / 2 + 4 * alone) / 5, likeness, coverage, told)


def _share(weights: Mapping[str, float], words: Collection[str]) -> float:
    """Return what share of the weights is of these words; all of nothing."""
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in words) / total if total else 1.0
