"""The index over the record's texts: chunks ranked by words and by meaning. All of it can be built again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

from askreg.library.chunking import Chunk, chunk_id, chunks
from askreg.library.embedding import Embedder, Vector
from askreg.library.lexical import ASKING, Ranking, content_stems, stems
from askreg.library.vectors import Held, Place, Vectors
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
_IN_MEMORY = 50_000
"""Chunks whose vectors are kept in memory once a part of them is searched; 75 MB at 384 dimensions."""
_TRUSTED = 2.0
"""Seconds for which the vectors are taken to be as they were."""
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
    beyond: Mapping[str, float]
    """The stems that it asks beyond that title, with what they weigh."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh changed, in chunks."""

    added: int
    total: int


class Index:
    """The chunks of one registry's texts."""

    def __init__(self, place: Place, embedder: Callable[[], Embedder]) -> None:
        """Keep vectors at `place`; the embedder is asked for when it is first needed."""
        self._place, self._make = place, embedder
        self._vectors: dict[str, tuple[Vectors, Vectors]] = {}
        self._held: dict[Vectors, Held] = {}
        self._lock = threading.RLock()
        self._bodies: dict[int, str] = {}
        self._placed: dict[int, list[Placed]] = {}
        self._all: list[Placed] = []
        self._state = self._synced = -1
        """Of the library when its chunks, and when its vectors, were last brought up to it."""
        self._counted = 0.0
        """When it was last looked whether other processes had changed the vectors."""
        self._known: frozenset[int] = frozenset()
        self._open: frozenset[int] = frozenset()
        """The texts of present revisions that do not identify patients."""
        self._corpus: _Corpus | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """Return what turns texts into vectors."""
        return self._make()

    def refresh(self, view: View, *, progress: Progress | None = None, anew: bool = False) -> Refreshed:
        """Bring the vectors up to the texts on record, adding only what is missing; or build them `anew`.

        What was added stays when it is interrupted, and the next refresh goes on from there. Nothing is taken out that
        this view does not know: another process may have added it since, and a text on record never goes.
        """
        with self._lock:
            wanted = {placed.id: placed for placed in self.read(view)}
            if not wanted:
                self._synced = self._state
                return Refreshed(0, 0)
            parts = self._parts(view)
            with parts[0].writing():
                if anew:
                    for part in parts:
                        part.drop()
                parts[0].reopen()  # another process may have written before the lock was ours
                added = self._bring(parts, wanted, progress)
            self._synced, self._counted = self._state, time.monotonic()
            self._held.clear()
            return Refreshed(added, len(wanted))

    def read(self, view: View) -> list[Placed]:
        """Bring the chunks up to the texts on record, and return them all; vectors are left as they are."""
        with self._lock:
            present = View(view.connection, view.now)
            state = documents.state(present)
            if state != self._state:
                texts = documents.texts_of(present)
                self._load(view, texts)
                held = documents.holdings(present)
                self._open = frozenset(h.text.id for h in held if h.text is not None and h.sensitivity != "phi")
                self._state, self._known = state, frozenset(text.id for text in texts)
                self._placed = {id: placed for id, placed in self._placed.items() if id in self._known}
                self._all = [placed for id in sorted(self._known) for placed in self._placed[id]]
            return self._all

    def in_step(self, view: View) -> bool:
        """Tell whether the vectors are those of the texts on record, as far as their number can tell."""
        wanted = self.read(view)
        if not wanted:
            return True
        if self._synced != self._state:
            return False
        if time.monotonic() - self._counted < _TRUSTED:
            return True
        self._counted = time.monotonic()
        return sum(part.count() for part in self._parts(view)) == len(wanted)

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
        allowed = corpus.of(among)
        by_words = [i for i, _ in corpus.ranking.best(content_stems(query), limit=_POOL, among=allowed)]
        likeness: dict[int, float] = {}
        if by_meaning:
            near = self._nearest(view, self.embedder.embed([query])[0], among)
            # A move that was cut short may have left a chunk where it is no longer allowed.
            found = {corpus.places[id]: alike for id, alike in near if id in corpus.places}
            likeness = {place: alike for place, alike in found.items() if corpus.placed[place].text in among}
        fused: dict[int, float] = {}
        for ranked in (by_words, list(likeness)):
            for rank, place in enumerate(ranked):
                fused[place] = fused.get(place, 0.0) + 1 / (_FUSION + rank)
        weights = corpus.weights(query)
        pool = [corpus.ranked(i, fused[i], likeness.get(i), weights) for i in fused]
        return sorted(pool, key=lambda one: (-one.score, one.placed.text, one.placed.chunk.start))[:limit]

    def body(self, text: int) -> str:
        """Return the whole text that a chunk is of."""
        return self._bodies[text]

    def of_text(self, text: int) -> list[Placed]:
        """Return the chunks of a text, in order."""
        return self._placed[text]

    def _parts(self, view: View) -> tuple[Vectors, Vectors]:
        """Return the vectors of what is open, and of what is apart."""
        name = checkpoints.origin(view.connection).replace("/", "-")
        if name not in self._vectors:
            made = (Vectors(self._place, f"{name}-{part}", self.embedder.name) for part in ("open", "apart"))
            self._vectors[name] = next(made), next(made)
        return self._vectors[name]

    def _nearest(self, view: View, vector: Vector, among: Collection[int]) -> list[tuple[str, float]]:
        """Return the chunks most like a vector, of these texts alone.

        A filter costs Chroma many times what the search itself does. What nearly everyone may read of the present is
        kept in a collection of its own, which is searched without one where all of it may be; a part of a library that
        is not too large is searched in memory.
        """
        found: list[tuple[str, float]] = []
        allowed = frozenset(among)
        few = self._place.url is None and len(self.read(view)) <= _IN_MEMORY
        for part, texts in zip(self._parts(view), (self._open, self._known - self._open), strict=True):
            wanted = allowed & texts
            if wanted == texts or not few:
                found += part.nearest(vector, limit=_POOL, among=None if wanted == texts else wanted)
            elif wanted:
                held = self._held[part] = self._held.get(part) or part.held()
                found += held.nearest(vector, limit=_POOL, among=wanted)
        return sorted(found, key=lambda one: -one[1])[:_POOL]

    def _bring(self, parts: tuple[Vectors, Vectors], wanted: Mapping[str, Placed], progress: Progress | None) -> int:
        """Bring both parts up to the chunks that are wanted; return how many were added in all."""
        held = [part.ids() for part in parts]
        everywhere = held[0] | held[1]
        mine = [{id for id, placed in wanted.items() if (placed.text in self._open) == open} for open in (True, False)]
        for part, other, ids, own, theirs in zip(parts, parts[::-1], mine, held, held[::-1], strict=True):
            moved = [id for id in sorted(ids - own) if id in theirs]
            part.put(moved, other.get(moved), [wanted[id].text for id in moved])
            missing = [placed for id, placed in wanted.items() if id in ids and id not in everywhere]
            self._embed(part, missing, progress)
        for part, ids, own in zip(parts, mine, held, strict=True):
            part.delete((own & wanted.keys()) - ids)  # what has moved to the other
        return len(wanted.keys() - everywhere)

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
        self.own = [frozenset(one.words) for one in placed]
        self.filed = [frozenset((*one.filed, *labels[one.text])) for one in placed]
        self.ranking = Ranking([(*one.words, *one.filed, *labels[one.text]) for one in placed])
        self._last: tuple[frozenset[int], list[int]] = frozenset(), []

    def of(self, among: Collection[int]) -> list[int]:
        """Return the places of the chunks of these texts."""
        wanted = frozenset(among)
        if self._last[0] != wanted:
            self._last = wanted, [i for i, one in enumerate(self.placed) if one.text in wanted]
        return self._last[1]

    def ranked(self, place: int, fused: float, likeness: float | None, weights: Mapping[str, float]) -> Ranked:
        """Score a chunk by its places in both rankings, and by what they do not tell: how good it is by itself."""
        own, filed = self.own[place], self.filed[place]
        coverage = _share(weights, own | filed)
        beyond = {stem: weight for stem, weight in weights.items() if stem not in filed}
        told = _share(beyond, own)
        alone = coverage / 2 + (UNLIKE if likeness is None else likeness)
        return Ranked(self.placed[place], (fused * _FUSION / 2 + 4 * alone) / 5, likeness, coverage, told, beyond)

    def weights(self, query: str) -> dict[str, float]:
        return {stem: self.ranking.weight(stem) for stem in content_stems(query, without=ASKING)}


def _placed(text: KeptText, body: str, chunk: Chunk) -> Placed:
    filed = stems(f"{PurePosixPath(text.path).stem} {' '.join(chunk.section[:1])}")
    words = stems(f"{' '.join(chunk.section[1:])} {body[chunk.start : chunk.end]}")
    return Placed(chunk_id(text.path, text.content, chunk), text.id, chunk, tuple(words), tuple(filed))


def _share(weights: Mapping[str, float], words: Collection[str]) -> float:
    """Return what share of the weights is of these words; all of nothing."""
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in words) / total if total else 1.0
