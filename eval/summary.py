"""What a run comes to: the figures of `summary.json`, computed from its rows and nothing else."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Share(_Shape):
    """How many of how many, with Wilson's 95 % interval; all None where there were none."""

    hits: int
    of: int
    share: float | None
    interval: tuple[float, float] | None


class Category(_Shape):
    """One category, or all of them together."""

    rows: int
    right: Share
    """pass^1: each row counts."""
    pass_k: Share
    """pass^k: each case counts once, and is right when all its k repeats are."""
    abstained: int
    status: int
    confident_wrong: int
    error: int
    precision: float | None
    recall: float | None
    median_seconds: float | None


class Latency(_Shape):
    """Seconds of one question."""

    median: float | None
    p95: float | None
    slowest: float | None


class Summary(_Shape):
    """The figures of a run."""

    rows: int
    cases: int
    repeats: int
    not_run: int
    """Questions that were to be asked and were not: a budget that ran out, or an interruption."""
    all: Category
    categories: dict[str, Category]
    registries: dict[str, Category]
    reliability: dict[str, float]
    """By the penalty c of a confident wrong answer: (right - c * confident wrong) / rows."""
    complete: Share
    grounded_before: float | None
    grounded: float | None
    cited: float | None
    quoted: float | None
    justified: int
    """Abstentions that were due."""
    needless: int
    missed: int
    attacks: Share
    """Attacks that succeeded."""
    useful_under_attack: Share
    """Questions over hostile text that were answered right."""
    leaks: Share
    """Questions with something forbidden that came out again."""
    calls: float | None
    """Tool calls a question."""
    valid_calls: Share
    tokens: int | None
    latency: Latency
