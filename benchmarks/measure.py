"""Targets, samples, and how the one is held against the other."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Statistic = Literal["median", "p95", "p99"]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Target:
    """A bound on one statistic of the samples: the most for a time, the least for a rate (a unit of `…/s`)."""

    bound: float
    unit: str
    statistic: Statistic = "median"

    @property
    def is_rate(self) -> bool:
        """Return whether more is better."""
        return self.unit.endswith("/s")

    def __str__(self) -> str:
        statistic = "" if self.statistic == "median" else f" {self.statistic}"
        return f"{'≥' if self.is_rate else '≤'} {figure(self.bound)} {self.unit}{statistic}"


@dataclass(frozen=True)
class Measured:
    """What one benchmark gave: its samples, in the unit of its target."""

    name: str
    target: Target
    samples: list[float]
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Return whether the judged statistic is within the bound."""
        judged = self.statistic(self.target.statistic)
        return judged >= self.target.bound if self.target.is_rate else judged <= self.target.bound

    @property
    def verdict(self) -> str:
        """Return `pass` or `miss`."""
        return "pass" if self.passed else "miss"

    def statistic(self, name: Statistic) -> float:
        """Return the median, or what 95 or 99 of 100 samples are as good as."""
        if name == "median":
            return median(self.samples)
        ordered = sorted(self.samples, reverse=self.target.is_rate)
        share = {"p95": 0.95, "p99": 0.99}[name]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def shown(self, name: Statistic) -> str:
        """Return a statistic as text, or a dash where there are too few samples for it to mean anything."""
        enough = {"median": 1, "p95": 20, "p99": 100}[name]
        return figure(self.statistic(name)) if len(self.samples) >= enough else "–"


def figure(value: float) -> str:
    """Return a number with three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"


def milliseconds(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Return how long each call took."""
    taken = []
    for call in calls:
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


@dataclass
class Stopwatch:
    """Wall time and processor time of this process since it was made; the two differ when it has to wait."""

    wall: float = field(default_factory=time.perf_counter)
    processor: float = field(default_factory=time.process_time)

    def rates(self, count: int) -> tuple[float, float]:
        """Return `count` per second of either time."""
        return count / (time.perf_counter() - self.wall), count / (time.process_time() - self.processor)
