"""What a pick is, and what picks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from eval.truth.base import NOW
from eval.truth.record import Record, Span

Binding = dict[str, str]
Found = Iterator[tuple[str, ...]]
PICKS: dict[str, Pick] = {}


@dataclass(frozen=True)
class Pick:
    """Finds in a record what a question can be about: one value for each name."""

    names: tuple[str, ...]
    find: Callable[[Record], Found]

    def bindings(self, record: Record) -> list[Binding]:
        """What was found, in an order that depends on nothing else; the same values once."""
        return [dict(zip(self.names, values, strict=True)) for values in sorted(set(self.find(record)))]


def pick(*names: str) -> Callable[[Callable[[Record], Found]], Callable[[Record], Found]]:
    """Register a function under its own name, with the names of what it finds."""

    def register(find: Callable[[Record], Found]) -> Callable[[Record], Found]:
        PICKS[find.__name__] = Pick(names, find)
        return find

    return register


def live(record: Record) -> list[Span]:
    """What is live now."""
    return [s for s in record.deployments if s.holds(NOW)]


def begun(spans: Iterable[Span]) -> list[Span]:
    """The intervals that have begun by now."""
    return [s for s in spans if s.start <= NOW]


def place(span: Span) -> tuple[str, str]:
    """Site and environment."""
    return span.row["site"], span.row["environment"]


def day(span: Span, days: int = 3) -> str:
    """A day shortly after an interval began."""
    return (span.start + timedelta(days=days)).date().isoformat()


def started(span: Span) -> str:
    """The day on which an interval began."""
    return span.start.date().isoformat()


def sole(record: Record, metric: str, version: str) -> bool:
    """Whether a metric of a version has one setting for all patients."""
    return len([r for r in record.metrics(version) if r["metric"] == metric and r["cohort"] == "all"]) == 1
