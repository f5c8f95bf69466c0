"""The vectors of chunks in Chroma: on disk in this process, or on a Chroma server.

Only vectors and numbers are kept there, never a text: the record has the texts, and all of this can be built again.
Chroma embeds nothing itself, so that it never looks for a model of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from askreg.errors import AskregError, Conflict, InvalidInput, StorageError
from askreg.library.chunking import CHUNKER
from askreg.library.embedding import Vector
from askreg.library.files import EXTRA

_BATCH = 500
_LAYOUT = "askreg-vectors-1"
_REMEDY = "run 'askreg docs reindex'"


@dataclass(frozen=True, slots=True)
class Place:
    """Where Chroma keeps its data: a directory, or the URL of a server."""

    directory: Path
    """Of the data; with a server, of the lock only."""
    url: str | None = None


class Vectors:
    """One registry's collection."""

    def __init__(self, place: Place, name: str, embedder: str) -> None:
        """Use the collection of this name, whose vectors are made by the embedder of that name."""
        self._place, self._name, self._embedder = place, name, embedder
        self._collection: Any = None
        self._generation = -1

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock under which one process at a time changes the index."""
        from filelock import FileLock

        try:
            self._place.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{str(self._place.directory)!r} cannot be made: {error.strerror}") from None
        with FileLock(self._place.directory / "index.lock"):
            yield

    def ids(self) -> set[str]:
        """Return the ids of all chunks in the index, whoever put them there."""
        return set(self._asked("get", include=[])["ids"])

    def count(self) -> int:
        """Return how many chunks the index holds."""
        return int(self._asked("count"))

    def put(self, ids: Sequence[str], vectors: Sequence[Vector], texts: Sequence[int]) -> None:
        """Add chunks with the texts they belong to; those of known ids stay as they are."""
        for i in range(0, len(ids), _BATCH):
            part = slice(i, i + _BATCH)
            self._asked(
                "upsert",
                ids=list(ids[part]),
                embeddings=[list(vector) for vector in vectors[part]],
                metadatas=[{"text": text} for text in texts[part]],
            )

    def get(self, ids: Sequence[str]) -> list[Vector]:
        """Return the vectors of these chunks, in their order."""
        found: dict[str, Vector] = {}
        for i in range(0, len(ids), _BATCH):
            part = self._asked("get", ids=list(ids[i : i + _BATCH]), include=["embeddings"])
            vectors = (tuple(float(x) for x in vector) for vector in part["embeddings"])
            found.update(zip(part["ids"], vectors, strict=True))
        return [found[id] for id in ids]

    def delete(self, ids: Collection[str]) -> None:
        """Take chunks out."""
        given = list(ids)
        for i in range(0, len(given), _BATCH):
            self._asked("delete", ids=given[i : i + _BATCH])

    def nearest(self, vector: Vector, *, limit: int, among: Collection[int] | None) -> list[tuple[str, float]]:
        """Return the ids of the chunks most like a vector with their likeness; only those of texts `among`, if given.

        The texts are chosen before the search: no other chunk is looked at.
        """
        if among is not None and not among:
            return []
        where = None if among is None else {"text": {"$in": sorted(among)}}
        found = self._asked(
            "query", query_embeddings=[list(vector)], n_results=limit, where=where, include=["distances"]
        )
        return [(id, 1 - float(apart)) for id, apart in zip(found["ids"][0], found["distances"][0], strict=True)]

    def held(self) -> Held:
        """Return all vectors in memory."""
        found = self._asked("get", include=["embeddings", "metadatas"])
        return Held(found["ids"], [int(of["text"]) for of in found["metadatas"]], found["embeddings"])

    def drop(self) -> None:
        """Delete the collection; the next use makes it anew with the present embedder."""
        with suppress(_absent()):
            _client(self._place).delete_collection(self._name)
        self._collection = None

    def reopen(self) -> None:
        """Let go of what this process keeps in memory: another has changed the index."""
        _close(self._place)
        self._collection = None

    def _asked(self, method: str, **given: Any) -> Any:
        try:
            return getattr(self._open(), method)(**given)
        except _absent():  # another process has built the collection anew
            self.reopen()
            return getattr(self._open(), method)(**given)
        except AskregError:
            raise
        except Exception as error:  # Chroma raises errors of its own, of its core and of HTTP
            raise StorageError(f"the document index {self._where}: {error}; {_REMEDY}") from error

    @property
    def _where(self) -> str:
        return f"at {self._place.url}" if self._place.url else f"in {str(self._place.directory)!r}"

    def _open(self) -> Any:
        client, generation = _client(self._place), _generations.get(self._place, 0)
        if self._collection is None or self._generation != generation:
            made_by = {"layout": _LAYOUT, "embedder": self._embedder, "chunker": CHUNKER}
            collection = client.get_or_create_collection(
                self._name, embedding_function=None, metadata=made_by, configuration={"hnsw": {"space": "cosine"}}
            )
            self._check(collection.metadata or {}, made_by)
            self._collection, self._generation = collection, generation
        return self._collection

    def _check(self, found: dict[str, Any], wanted: dict[str, str]) -> None:
        for name, what in (("embedder", "embedded by"), ("chunker", "cut by"), ("layout", "laid out as")):
            if found.get(name) != wanted[name]:
                raise Conflict(
                    f"the document index {self._where} was {what} {found.get(name)!r}, and {wanted[name]!r} is in use: "
                    f"{_REMEDY}, or go back to what it was made with"
                )


class Held:
    """Vectors in memory, to search a part of them: to filter costs Chroma many times what its search does."""

    def __init__(self, ids: Sequence[str], texts: Sequence[int], vectors: Any) -> None:
        """Take chunks with the texts they belong to and their vectors."""
        import numpy as np

        self._ids, self._texts = list(ids), np.array(texts, dtype=np.int64)
        self._vectors = np.array(vectors, dtype=np.float32).reshape(len(self._ids), -1)
        self._part: tuple[frozenset[int], Any, Any] = frozenset(), np.empty(0, np.int64), self._vectors[:0]
        """The texts searched last, the places of their chunks, and the vectors of these."""

    def nearest(self, vector: Vector, *, limit: int, among: Collection[int]) -> list[tuple[str, float]]:
        """Return the ids of the chunks of texts `among` most like a vector, with their likeness; exact."""
        import numpy as np

        wanted = frozenset(among)
        if self._part[0] != wanted:
            places = np.flatnonzero(np.isin(self._texts, np.fromiter(wanted, dtype=np.int64)))
            self._part = wanted, places, self._vectors[places]
        _, places, vectors = self._part
        # Not `@`: for so little, the threads of the linear algebra library wait longer than they work.
        alike = np.einsum("ij,j->i", vectors, np.array(vector, dtype=np.float32))
        best = np.argsort(-alike, kind="stable")[:limit]
        return [(self._ids[places[i]], float(alike[i])) for i in best]


# Chroma shares one system among the clients of a directory, and each keeps what it has read: so there is one here.
_clients: dict[Place, Any] = {}
_generations: dict[Place, int] = {}
_lock = threading.RLock()


def _client(place: Place) -> Any:
    with _lock:
        if place not in _clients:
            _clients[place] = _connected(place)
        return _clients[place]


def _close(place: Place) -> None:
    with _lock:
        client = _clients.pop(place, None)
        _generations[place] = _generations.get(place, 0) + 1
        if client is not None and place.url is None:
            client.close()


def _connected(place: Place) -> Any:
    try:
        import chromadb
        from chromadb.config import Settings
    except ImportError:
        raise AskregError(f"the document index needs Chroma: {EXTRA}") from None
    # Chroma would read more from the environment and from a file `.env`: nothing of it may send anything elsewhere.
    settings = Settings(
        anonymized_telemetry=False, chroma_otel_collection_endpoint="", chroma_otel_granularity=None, _env_file=None
    )
    if place.url is None:
        try:
            place.directory.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(path=str(place.directory / "chroma"), settings=settings)
        except Exception as error:  # of the file system, or of Chroma's own core
            raise StorageError(f"the document index in {str(place.directory)!r} cannot be opened: {error}") from error
    parts = urlsplit(place.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(f"{place.url!r} is no address of a Chroma server; write one like 'http://127.0.0.1:8000'")
    try:
        return chromadb.HttpClient(
            host=parts.hostname,
            port=parts.port or (443 if parts.scheme == "https" else 80),
            ssl=parts.scheme == "https",
            settings=settings,
        )
    except Exception as error:
        raise StorageError(f"no Chroma server answers at {place.url}: {error}; start one with 'chroma run'") from error


def _absent() -> type[Exception]:
    from chromadb.errors import NotFoundError

    return NotFoundError
