"""How long a search takes in a running process, over a library of a given size."""

from __future__ import annotations

import itertools
import random
import re
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from askreg.library.choose import embedder as chosen
from askreg.library.embedding import Vector
from askreg.library.files import extracted
from askreg.library.library import Library
from askreg.registry.registry import Registry

HERE = Path(__file__).parent
SECTIONS = 10
"""Chunks of a document."""
MOST_MS = 15.0
"""What the 95th percentile may be."""


class _Strewn:
    """Vectors strewn at random in place of a model's, which would take minutes to make; queries use the model."""

    def __init__(self, embedder_name: str, dimensions: int) -> None:
        self.name, self._dimensions, self._seed = embedder_name, dimensions, itertools.count()

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        made = np.random.default_rng(next(self._seed)).normal(size=(len(texts), self._dimensions))
        return [tuple(v) for v in (made / np.linalg.norm(made, axis=1, keepdims=True)).tolist()]


def measured(folder: Path, *, chunks: int, queries: int = 300, embedder: str = "auto") -> dict[str, float]:
    """Return milliseconds of searches by name: of all that most may read, and of what is about one model."""
    words = [
        w for file in sorted((HERE / "documents").glob("*.md")) for w in re.findall(r"[a-z-]{3,}", file.read_text())
    ]
    drawn = random.Random(17)
    model = chosen(embedder)
    with Registry.open(
        f"sqlite:///{folder / 'askreg.db'}", actor="eve", clock=lambda: datetime(2026, 7, 1, tzinfo=UTC)
    ) as registry:
        _fill(registry, words, drawn, documents=chunks // SECTIONS)
        with registry.view() as seen:
            strewn = _Strewn(model.name, len(model.embed(["one"])[0]))
            held = Library(folder / "library", make=lambda: strewn).refresh(seen).total
            library = Library(folder / "library", make=lambda: model)
            told: dict[str, float] = {"chunks": held}
            for name, about in (("all", None), ("about one model", "half")):
                times = []
                for _ in range(queries):
                    query = " ".join(drawn.choices(words, k=8))
                    start = time.perf_counter()
                    library.search(seen, query, readable={"public", "internal", "deidentified"}, about=about)
                    times.append((time.perf_counter() - start) * 1000)
                times = sorted(times[queries // 10 :])  # the first load what the others find in memory
                told |= {
                    f"{name}: median ms": round(statistics.median(times), 1),
                    f"{name}: p95 ms": round(times[int(0.95 * len(times))], 1),
                }
    return told


def _fill(registry: Registry, words: Sequence[str], drawn: random.Random, *, documents: int) -> None:
    registry.register_model(name="half", task="classification")
    with registry.transaction():
        for number in range(documents):
            parts = [_section(words, drawn) for _ in range(SECTIONS)]
            path = f"report-{number}.md"
            read = extracted(f"# Report {number}\n\n{''.join(parts)}".encode(), name=path)
            registry.register_document(
                path=path,
                title=read.title,
                about=["half"] if number % 2 else [],
                sensitivity="phi" if number % 50 == 0 else "internal",
                digest=read.digest,
                size=read.size,
            )
            registry.keep_text(path=path, digest=read.digest, reader=read.reader, text=read.text)


def _section(words: Sequence[str], drawn: random.Random) -> str:
    sentences = (" ".join(drawn.choices(words, k=12)) for _ in range(8))
    return f"## {' '.join(drawn.sample(words, 3))}\n\n{'. '.join(sentences)}.\n\n"
