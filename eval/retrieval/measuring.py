"""Asks every question of the library and of the offline brain, and scores what comes back against the gold."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from askreg.agent.answer import Answer, Asker
from askreg.library import adding
from askreg.library.choose import embedder as chosen
from askreg.library.library import Found, Library
from askreg.registry import access
from askreg.registry.registry import Registry
from eval.retrieval.forms import written

HERE = Path(__file__).parent
RECALL, MRR = 0.95, 0.85
"""What is asked of retrieval: recall among five, and the mean reciprocal rank."""
WITHIN = 5
NOW = datetime(2026, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ranked:
    """A question and the rank of the first passage that is gold; None when there is none among those returned."""

    ask: str
    document: str
    section: str
    rank: int | None
    ms: float


@dataclass
class Measured:
    """What was found, and what was answered."""

    ranked: list[Ranked] = field(default_factory=list)
    answers: list[tuple[str, str, Answer]] = field(default_factory=list)
    """The gold's document and section, and the answer of the offline brain."""
    silences: list[Answer] = field(default_factory=list)
    """Answers to what no document says."""
    documents: int = 0
    chunks: int = 0

    @property
    def recall(self) -> float:
        """The share of questions with a gold passage among the first five."""
        return statistics.mean(r.rank is not None and r.rank <= WITHIN for r in self.ranked)

    @property
    def mrr(self) -> float:
        """The mean reciprocal rank of the first gold passage."""
        return statistics.mean(1 / r.rank if r.rank else 0.0 for r in self.ranked)

    @property
    def good(self) -> bool:
        """Whether retrieval is as good as it has to be, and nothing was answered that no document says."""
        return self.recall >= RECALL and self.mrr >= MRR and not self.misled()

    def misses(self) -> list[Ranked]:
        """Return the questions whose first passage is not gold."""
        return [r for r in self.ranked if r.rank != 1]

    def unanswered(self) -> list[Answer]:
        """Return the answers that quote nothing of the gold."""
        return [a for document, section, a in self.answers if not _quotes(a, document, section)]

    def misled(self) -> list[Answer]:
        """Return the answers to what no document says."""
        return [a for a in self.silences if a.status not in ("abstained", "refused")]

    def summary(self) -> dict[str, Any]:
        """Return the figures by name."""
        quoted = [bool(a.quotes) for _, _, a in self.answers]
        right = [_quotes(a, document, section) for document, section, a in self.answers]
        times = sorted(r.ms for r in self.ranked)
        return {
            "documents": self.documents,
            "chunks": self.chunks,
            "questions": len(self.ranked),
            "recall@5": round(self.recall, 4),
            "mrr": round(self.mrr, 4),
            "query ms, median": round(statistics.median(times), 1),
            "query ms, p95": round(times[int(0.95 * len(times))], 1),
            "answers with a quote": sum(quoted),
            "answers quoting the gold": sum(right),
            "answers quoting something else": sum(q and not r for q, r in zip(quoted, right, strict=True)),
            "nothing to say, asked": len(self.silences),
            "nothing to say, answered": len(self.misled()),
        }


def measure(folder: Path, *, embedder: str = "auto", answers: bool = True) -> Measured:
    """Take the corpus into a registry in `folder`, ask everything, and return what came back.

    Without `answers` the brain is asked nothing.
    """
    asked = yaml.safe_load((HERE / "questions.yaml").read_text("utf-8"))
    measured = Measured()
    with library(folder, embedder=embedder) as (registry, shelf):
        with registry.view() as seen:
            measured.documents = len(shelf.shelf(seen, readable=access.readable(["admin"])).holdings)
            measured.chunks = shelf.refresh(seen).total
            for gold in asked["questions"]:
                measured.ranked.append(_ranked(shelf, seen, gold))
        asker = Asker(registry, library=shelf)
        if not answers:
            return measured
        for gold in asked["questions"]:
            question = f"What do the documents say: {gold['ask'][0].lower()}{gold['ask'][1:]}"
            measured.answers.append((gold["document"], gold["section"], asker.ask(question)))
        measured.silences = [asker.ask(question) for question in asked["none"]]
    return measured


class library:  # noqa: N801 - read as a function: `with library(folder) as …`
    """The corpus in a registry of its own, with its library."""

    def __init__(self, folder: Path, *, embedder: str = "auto") -> None:
        """Write and register everything in `folder`."""
        self._folder, self._embedder = folder, embedder

    def __enter__(self) -> tuple[Registry, Library]:
        """Return the registry and the library."""
        self._registry = Registry.open(f"sqlite:///{self._folder / 'askreg.db'}", actor="eve", clock=lambda: NOW)
        fill(self._registry, self._folder / "files")
        return self._registry, Library(self._folder / "library", make=lambda: chosen(self._embedder))

    def __exit__(self, *_: object) -> None:
        """Close the registry."""
        self._registry.close()


def fill(registry: Registry, folder: Path) -> None:
    """Write the corpus to a folder and take it into a registry, with the models that it is about."""
    corpus: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "corpus.yaml").read_text("utf-8"))
    for subject in sorted({about for entry in corpus.values() for about in entry["about"]}):
        _register(registry, subject)
    folder.mkdir(parents=True, exist_ok=True)
    for name, entry in corpus.items():
        source = (HERE / "documents" / f"{name}.md").read_text("utf-8")
        file = folder / f"{name}.{entry['format']}"
        file.write_bytes(written(source, entry["format"]))
        added = adding.add(registry, file, file.name, about=entry["about"], sensitivity=entry["sensitivity"])
        assert added.why is None, added.why


def _register(registry: Registry, subject: str) -> None:
    """Register a model, and as many versions of it as the subject's number says."""
    model, _, number = subject.partition(":")
    with registry.view() as seen:
        from askreg.registry import query
        from askreg.registry.plan import Plan

        known = {row.subject for row in query.run(seen, Plan(select="model")).rows}
        versions = {row.subject for row in query.run(seen, Plan(select="version")).rows}
    if model not in known:
        registry.register_model(name=model, task="classification")
    for version in range(1, int(number or 0) + 1):
        if f"{model}:{version}" not in versions:
            registry.register_version(model=model)


def _ranked(shelf: Library, seen: Any, gold: dict[str, str]) -> Ranked:
    start = time.perf_counter()
    found = shelf.search(seen, gold["ask"], readable=access.readable(["admin"]), limit=10)
    ms = (time.perf_counter() - start) * 1000
    return Ranked(gold["ask"], gold["document"], gold["section"], _rank(found, gold), ms)


def _rank(found: Found, gold: dict[str, str]) -> int | None:
    for rank, passage in enumerate(found.passages, 1):
        if Path(passage.document).stem == gold["document"] and any(_is(s, gold["section"]) for s in passage.section):
            return rank
    return None


def _is(heading: str, wanted: str) -> bool:
    """Whether a heading is the one that is meant; a PDF's are numbered."""
    return heading.lstrip("0123456789. ") == wanted


def _quotes(answer: Answer, document: str, section: str) -> bool:
    return any(
        Path(quote.document).stem == document and quote.section is not None and _is(quote.section, section)
        for quote in answer.quotes
    )
