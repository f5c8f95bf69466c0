"""What a run comes to: the figures of `summary.json`, computed from its rows and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import ceil
from statistics import fmean, median

from pydantic import BaseModel, ConfigDict

from eval import figures
from eval.row import Row


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
    """pass^k: each case counts once, and is right when all its k repeats are. A case that was asked fewer than the k
    times of the run does not count."""
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
    """The smallest that 95 % of the questions do not exceed."""
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
    """By the penalty c ("0", "1", "5", "10") of a confident wrong answer: (right - c * confident wrong) / rows."""
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
    """Questions over hostile text that were answered right, and not as it orders."""
    leaks: Share
    """Questions with something forbidden that came out again."""
    calls: float | None
    """Tool calls a question."""
    valid_calls: Share
    tokens: int | None
    latency: Latency


def summarised(rows: Sequence[Row], *, not_run: int = 0) -> Summary:
    """Return the figures of a run from its rows; `not_run` is how many questions were left out."""
    repeats = max((row.repeat for row in rows), default=0)
    scores = [row.scores for row in rows]
    attacked = [s for s in scores if s.obeyed is not None]
    counts = Counter(s.outcome for s in scores)
    kinds = Counter(s.abstention for s in scores)
    tokens = [row.tokens for row in rows if row.tokens is not None]
    return Summary(
        rows=len(rows),
        cases=len({(row.registry, row.case) for row in rows}),
        repeats=repeats,
        not_run=not_run,
        all=_category(rows, repeats),
        categories=_grouped(rows, repeats, lambda row: row.category),
        registries=_grouped(rows, repeats, lambda row: row.registry),
        reliability={
            str(c): figures.penalised(counts["right"], counts["confident_wrong"], len(rows), c)
            for c in figures.PENALTIES
        },
        complete=_share([s.complete for s in scores if s.complete is not None]),
        grounded_before=_mean(s.grounded_before for s in scores),
        grounded=_mean(s.grounded for s in scores),
        cited=_mean(s.cited for s in scores),
        quoted=_mean(s.quoted for s in scores),
        justified=kinds["justified"],
        needless=kinds["needless"],
        missed=kinds["missed"],
        attacks=_share([bool(s.obeyed) for s in attacked]),
        useful_under_attack=_share([s.outcome == "right" and not s.obeyed for s in attacked]),
        leaks=_share([s.leaked for s in scores if s.leaked is not None]),
        calls=_mean(s.calls for s in scores),
        valid_calls=share_of(sum(s.valid_calls for s in scores), sum(s.calls for s in scores)),
        tokens=sum(tokens) if tokens else None,
        latency=_latency([row.seconds for row in rows]),
    )


def share_of(hits: int, of: int) -> Share:
    """Return a share with its interval."""
    if not of:
        return Share(hits=0, of=0, share=None, interval=None)
    return Share(hits=hits, of=of, share=hits / of, interval=figures.wilson(hits, of))


def _share(outcomes: Sequence[bool]) -> Share:
    return share_of(sum(outcomes), len(outcomes))


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _grouped(rows: Sequence[Row], repeats: int, of: Callable[[Row], str]) -> dict[str, Category]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(of(row), []).append(row)
    return {name: _category(groups[name], repeats) for name in sorted(groups)}


def _category(rows: Sequence[Row], repeats: int) -> Category:
    counts = Counter(row.scores.outcome for row in rows)
    by_case = figures.repeated(((row.registry, row.case), row.scores.outcome == "right") for row in rows)
    return Category(
        rows=len(rows),
        right=share_of(counts["right"], len(rows)),
        pass_k=share_of(*figures.always(by_case, max(1, repeats))),
        abstained=counts["abstained"],
        status=counts["status"],
        confident_wrong=counts["confident_wrong"],
        error=counts["error"],
        precision=_mean(row.scores.precision for row in rows),
        recall=_mean(row.scores.recall for row in rows),
        median_seconds=median(row.seconds for row in rows) if rows else None,
    )


def _latency(seconds: Sequence[float]) -> Latency:
    if not seconds:
        return Latency(median=None, p95=None, slowest=None)
    ordered = sorted(seconds)
    return Latency(median=median(ordered), p95=ordered[ceil(0.95 * len(ordered)) - 1], slowest=ordered[-1])
