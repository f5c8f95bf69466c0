"""The document library of a registry: search it, keep its index in step. Texts come from the record alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel, ConfigDict

from askreg.library.choose import embedder
from askreg.library.embedding import Embedder
from askreg.library.index import UNLIKE, Index, Placed, Progress, Ranked, Refreshed
from askreg.library.quoting import quote, within
from askreg.library.served import LOCAL
from askreg.library.vectors import Place
from askreg.registry import documents
from askreg.registry.documents import Holding
from askreg.registry.resolve import resolve
from askreg.registry.view import View

if TYPE_CHECKING:
    from askreg.settings import Settings

Readable: TypeAlias = Collection[str]
"""The sensitivities of the documents that may be searched."""


class Passage(BaseModel):
    """A chunk of a document that was found, and the words of it to quote."""

    model_config = ConfigDict(frozen=True)
    document: str
    """The registered path."""
    title: str | None
    revision: int
    digest: str
    sensitivity: str
    about: tuple[str, ...]
    chunk: str
    section: tuple[str, ...]
    """The headings that it stands under, outermost first."""
    start: int
    end: int
    """Where the chunk is in the text that was taken out of the file, in characters."""
    quote: str
    quote_start: int
    quote_end: int
    event: int
    """The event that recorded the text."""
    score: float
    likeness: float | None
    coverage: float
    """How much of what was asked stands in the chunk, its headings and its title: 0 to 1."""
    told: float
    """How much of what was asked beyond the title stands in the chunk itself: 0 to 1."""
    beyond: int
    """How many words are asked beyond the title."""

    @property
    def subject(self) -> str:
        """Return the document as a subject."""
        return f"doc:{self.document}"

    @property
    def promise(self) -> float:
        """Return how likely it tells what was asked, from 0 to 2: its likeness and its share of the words."""
        return self.told + (UNLIKE if self.likeness is None else self.likeness)


class Found(BaseModel):
    """What a search found, and what it could not look at."""

    model_config = ConfigDict(frozen=True)
    query: str
    passages: tuple[Passage, ...]
    searched: int
    """Documents that the filters left to search."""
    unread: tuple[str, ...]
    """Documents among them whose text is not kept: they were registered, and never read."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents of a view that may be read, and the texts of those that were."""

    holdings: tuple[Holding, ...]
    texts: dict[int, Holding]


class Library:
    """One registry's documents."""

    def __init__(self, directory: Path, *, make: Callable[[], Embedder] = embedder, server: str | None = None) -> None:
        """Keep the index in `directory`, or on the Chroma `server`; `make` returns the embedder."""
        self.index = Index(Place(directory, server), make)
        self._shelves: dict[Any, tuple[Holding, ...]] = {}

    @classmethod
    def of(cls, settings: Settings) -> Library:
        """Return what the settings say; nothing is opened before it is searched."""
        return cls(
            settings.home / "library",
            make=lambda: embedder(
                settings.embedder, url=settings.ollama_url or LOCAL, allowed_hosts=settings.ollama_hosts
            ),
            server=settings.chroma_url,
        )

    def shelf(self, view: View, *, readable: Readable, about: str | None = None, title: str | None = None) -> Shelf:
        """Return the documents that may be read and meet the filters; raises `NotFound` for an unknown `about`."""
        subject = None if about is None else resolve(view, about).subject
        held = [h for h in self._held(view) if h.sensitivity in readable]
        met = tuple(h for h in held if concerns(h.about, subject) and _titled(h, title))
        return Shelf(met, {h.text.id: h for h in met if h.text is not None})

    def search(
        self,
        view: View,
        query: str,
        *,
        readable: Readable,
        about: str | None = None,
        title: str | None = None,
        limit: int = 5,
        by_meaning: bool = True,
        progress: Progress | None = None,
    ) -> Found:
        """Return the passages that say most of what a query asks, best first, from documents that may be read.

        The index is brought up to the record first. A document that the filters leave out is not looked at. Without
        `by_meaning` only words count, and Chroma is not needed.
        """
        shelf = self.shelf(view, readable=readable, about=about, title=title)
        unread = tuple(h.path for h in shelf.holdings if h.text is None)
        ranked: list[Ranked] = []
        if shelf.texts and query.strip():
            self.index.read(view)
            if by_meaning and not self.index.in_step(view):
                self.index.refresh(view, progress=progress)
            titles = self._titles(view)
            ranked = self.index.search(
                view, query, among=shelf.texts.keys(), titles=titles, limit=limit, by_meaning=by_meaning
            )
        passages = tuple(self._passage(one, shelf.texts[one.placed.text]) for one in ranked)
        return Found(query=query, passages=passages, searched=len(shelf.holdings), unread=unread)

    def saying(
        self, view: View, phrase: str, *, readable: Readable, about: str | None = None, title: str | None = None
    ) -> Found:
        """Return every passage that holds a phrase, whatever its case and line breaks: one for each document.

        This is complete, as no ranking is: a document that is not named does not hold the phrase.
        """
        shelf = self.shelf(view, readable=readable, about=about, title=title)
        unread = tuple(h.path for h in shelf.holdings if h.text is None)
        pattern = re.compile(r"\s+".join(map(re.escape, phrase.split())), re.IGNORECASE)
        if not phrase.split():
            return Found(query=phrase, passages=(), searched=len(shelf.holdings), unread=unread)
        self.index.read(view)
        passages = []
        for text, of in shelf.texts.items():
            found = pattern.search(self.index.body(text))
            if found is not None:
                # A phrase may begin in one chunk and end in the next.
                placed = next(one for one in self.index.of_text(text) if found.start() < one.chunk.end)
                passages.append(self._holding(placed, of, found.span()))
        passages.sort(key=lambda passage: passage.document)
        return Found(query=phrase, passages=tuple(passages), searched=len(shelf.holdings), unread=unread)

    def cited(self, view: View, path: str, chunk: str, words: str, *, readable: Readable) -> Passage | None:
        """Return the chunk of a document that words were quoted from, if it is still there and holds them."""
        shelf = self.shelf(view, readable=readable)
        text = next((id for id, h in shelf.texts.items() if h.path == path), None)
        if text is None:
            return None
        self.index.read(view)
        for placed in self.index.of_text(text):
            at = self.index.body(text).find(words, placed.chunk.start)
            if placed.id == chunk and 0 <= at <= placed.chunk.end - len(words):
                return self._shown(
                    placed, shelf.texts[text], (at, at + len(words)), Ranked(placed, 1.0, None, 1.0, 1.0, {})
                )
        return None

    def refresh(self, view: View, *, progress: Progress | None = None, anew: bool = False) -> Refreshed:
        """Bring the index up to the texts on record, or build it anew."""
        return self.index.refresh(view, progress=progress, anew=anew)

    def _held(self, view: View) -> tuple[Holding, ...]:
        key = (documents.state(View(view.connection, view.now)), view.as_of, view.known)
        if key not in self._shelves:
            while len(self._shelves) >= _REMEMBERED:
                self._shelves.pop(next(iter(self._shelves)))
            self._shelves[key] = tuple(documents.holdings(view))
        return self._shelves[key]

    def _titles(self, view: View) -> dict[int, str]:
        """Return the words under which each text is filed: its title, and what it is about."""
        return {h.text.id: " ".join((h.title or "", *h.about)) for h in self._held(view) if h.text is not None}

    def _passage(self, found: Ranked, of: Holding) -> Passage:
        span = quote(self.index.body(found.placed.text), found.placed.chunk, found.beyond)
        return self._shown(found.placed, of, span, found)

    def _holding(self, placed: Placed, of: Holding, span: tuple[int, int]) -> Passage:
        around = within(self.index.body(placed.text), placed.chunk, span)
        return self._shown(placed, of, around, Ranked(placed, 1.0, None, 1.0, 1.0, {}))

    def _shown(self, placed: Placed, of: Holding, span: tuple[int, int], found: Ranked) -> Passage:
        assert of.text is not None
        start, end = span
        return Passage(
            document=of.path,
            title=of.title,
            revision=of.revision,
            digest=of.text.digest,
            sensitivity=of.sensitivity,
            about=of.about,
            chunk=placed.id,
            section=placed.chunk.section,
            start=placed.chunk.start,
            end=placed.chunk.end,
            quote=self.index.body(placed.text)[start:end],
            quote_start=start,
            quote_end=end,
            event=of.text.event,
            score=round(found.score, 6),
            likeness=None if found.likeness is None else round(found.likeness, 4),
            coverage=round(found.coverage, 4),
            told=round(found.told, 4),
            beyond=len(found.beyond),
        )


_REMEMBERED = 16
"""Views whose documents are kept in memory."""


def concerns(about: Collection[str], wanted: str | None) -> bool:
    """Tell whether a document about these is about `wanted`: one of a model's version is about the model."""
    if wanted is None:
        return True
    folded = wanted.casefold()
    return any(s.casefold() == folded or s.casefold().startswith((f"{folded}:", f"{folded}@")) for s in about)


def _titled(holding: Holding, wanted: str | None) -> bool:
    if not wanted:
        return True
    words = wanted.casefold().split()
    return all(word in f"{holding.path} {holding.title or ''}".casefold() for word in words)


__all__ = ["Found", "Library", "Passage", "Shelf", "concerns"]
