"""Targets, samples, and how the one is held against the other."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Statistic = Literal["median", "p95", "p99"]


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
class Sample:
    """One measurement by the clock on the wall and by the processor time it took, in the same unit."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Measured:
    """What one benchmark gave: its samples, in the unit of its target."""

    name: str
    target: Target
    samples: list[Sample]
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Return whether the judged statistic, by the clock on the wall, is within the bound."""
        judged = self.statistic(self.target.statistic)
        return judged >= self.target.bound if self.target.is_rate else judged <= self.target.bound

    @property
    def verdict(self) -> str:
        """Return `pass` or `miss`."""
        return "pass" if self.passed else "miss"

    def statistic(self, name: Statistic) -> float:
        """Return the median, or what 95 or 99 of 100 samples are as good as."""
        walls = sorted((sample.wall for sample in self.samples), reverse=self.target.is_rate)
        if name == "median":
            return median(walls)
        share = {"p95": 0.95, "p99": 0.99}[name]
        return walls[min(len(walls) - 1, int(share * len(walls)))]

    def shown(self, name: Statistic) -> str:
        """Return a statistic as text, or a dash where there are too few samples for it to mean anything."""
        enough = {"median": 1, "p95": 20, "p99": 100}[name]
        return figure(self.statistic(name)) if len(self.samples) >= enough else "–"

    @property
    def processor(self) -> str:
        """Return the median by processor time, which leaves out waiting."""
        return figure(median(sample.processor for sample in self.samples))


def figure(value: float) -> str:
    """Return a number with three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"


def milliseconds(calls: Iterable[Callable[[], object]]) -> list[Sample]:
    """Return how long each call took."""
    return [timed(call, scale=1000) for call in calls]


def timed(call: Callable[[], object], *, scale: float = 1) -> Sample:
    """Return how long a call took, in seconds times `scale`; the time of processes it waited for counts."""
    used, start = _used(), time.perf_counter()
    call()
    return Sample((time.perf_counter() - start) * scale, (_used() - used) * scale)


def rate(count: int, call: Callable[[], object]) -> Sample:
    """Return how many per second a call did that did `count`."""
    taken = timed(call)
    return Sample(count / taken.wall, count / taken.processor)


def _used() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system
