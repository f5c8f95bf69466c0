"""Compares two runs over the same cases: is B better than A, worse, or is no difference shown?

python eval/compare.py A B [--json] [--alpha 0.05] [--margin M] [--category C] [--common]

A and B are the folders of runs, or their `results.jsonl`. Exit code: 0 when B is not worse, 1 when it is, 2 when they
cannot be compared. Of runs that do not differ, about a share of alpha at most is called worse: half for the headline
figures (right answers, confident wrong ones), half for the categories, each half corrected by Holm.
"""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # run as a file: import from the checkout, and no module of eval/ in the place of a standard one
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from askreg.errors import InvalidInput
from eval import figures
from eval.results import read
from eval.row import Row

Verdict: TypeAlias = Literal["better", "worse", "no difference shown"]
Key: TypeAlias = tuple[str, str, int]
Pairs: TypeAlias = Sequence[tuple[Row, Row]]
_SAME = ("category", "question", "as_of", "thread", "expected", "check", "oracle", "gold")
"""What two rows of a case must share: otherwise the case, or the registry under it, is another."""
_NAMED = 3
"""So many keys are named in an error."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contrast(_Shape):
    """One thing that answers are or are not (right, confidently wrong), in A and in B. Shares are from 0 to 1."""

    rows: int
    cases: int
    both: int
    only_a: int
    only_b: int
    neither: int
    difference: float
    """Share in B less share in A."""
    interval: tuple[float, float]
    """95 %, by a paired bootstrap over cases."""
    p: float
    """Exact McNemar; over cases, by what most of their repeats changed to, where there are repeats."""
    corrected: float
    """By Holm, for the number of its family."""
    smallest_shown: float | None
    """The smallest difference that so many cases could have shown; None when they are too few to show any."""
    verdict: Verdict


class Comparison(_Shape):
    """What tells two runs apart."""

    verdict: Verdict
    why: list[str]
    """What is better or worse."""
    alpha: float
    right: Contrast
    confident_wrong: Contrast
    categories: dict[str, Contrast]
    """Of right answers."""
    seconds: tuple[float, float]
    """Medians of A and B."""
    slower: float
    """Median, over the pairs, of B's seconds less A's."""
    only_in_a: list[Key]
    only_in_b: list[Key]
    changed: list[Key]
    """Rows of both whose question, expectation or gold differ; they are left out."""
    margin: float | None = None
    drop_excluded: bool | None = None
    """Whether a drop of right answers by the margin or more is excluded; None without a margin."""

    @property
    def failed(self) -> bool:
        """Whether a gate should stay shut."""
        return self.verdict == "worse" or self.drop_excluded is False


def compared(
    a: Sequence[Row],
    b: Sequence[Row],
    *,
    alpha: float = 0.05,
    margin: float | None = None,
    category: str | None = None,
    common: bool = False,
    resamples: int = 5000,
) -> Comparison:
    """Compare two runs; raises `InvalidInput` when they are not over the same cases, unless `common` is enough."""
    if not 0 < alpha < 1 or (margin is not None and not 0 < margin < 1):
        raise InvalidInput(f"alpha {alpha!r} and margin {margin!r} are shares: more than 0 and less than 1")
    pairing = paired(_chosen(a, category, "A"), _chosen(b, category, "B"))
    if not common:
        pairing.same()
    if not pairing.pairs:
        raise InvalidInput("the two runs have no row in common; compare runs over the same cases and registries")
    headline = [_Change(pairing.pairs, _is_right), _Change(pairing.pairs, _is_confident_wrong)]
    right, wrong = _contrasts(headline, alpha, resamples, [False, True])
    names = sorted({row.category for row, _ in pairing.pairs})
    within = [_Change([p for p in pairing.pairs if p[0].category == name], _is_right) for name in names]
    categories = dict(zip(names, _contrasts(within, alpha, resamples, [False] * len(names)), strict=True))
    verdict, why = _judged({"right answers": right, "confident wrong answers": wrong}, categories)
    return Comparison(
        verdict=verdict,
        why=why,
        alpha=alpha,
        right=right,
        confident_wrong=wrong,
        categories=categories,
        seconds=(median(x.seconds for x, _ in pairing.pairs), median(y.seconds for _, y in pairing.pairs)),
        slower=median(y.seconds - x.seconds for x, y in pairing.pairs),
        only_in_a=pairing.only_in_a,
        only_in_b=pairing.only_in_b,
        changed=pairing.changed,
        margin=margin,
        drop_excluded=None if margin is None else _excluded(right, margin),
    )


def _chosen(rows: Sequence[Row], category: str | None, side: str) -> dict[Key, Row]:
    twice = [key for key, n in Counter(row.key for row in rows).items() if n > 1]
    if twice:
        raise InvalidInput(f"{side} has {_listed(twice)} more than once; a run asks each repeat of a case once")
    found = {row.key: row for row in rows if category in (None, row.category)}
    if not found:
        known = ", ".join(sorted({row.category for row in rows})) or "none"
        raise InvalidInput(f"{side} has no rows{f' of {category!r}; its categories are {known}' if category else ''}")
    return found


@dataclass(frozen=True)
class Pairing:
    """The rows of two runs, beside each other."""

    pairs: Pairs
    only_in_a: list[Key]
    only_in_b: list[Key]
    changed: list[Key]

    def same(self) -> None:
        """Raise `InvalidInput` when the runs are not over the same cases."""
        found = [
            f"{len(keys)} rows {what} ({_listed(keys)})"
            for what, keys in (
                ("are only in A", self.only_in_a),
                ("are only in B", self.only_in_b),
                ("differ in their question, expectation or gold", self.changed),
            )
            if keys
        ]
        if found:
            raise InvalidInput(
                f"the runs are not over the same cases: {'; '.join(found)}; run both over the same, or compare with "
                "--common what they share"
            )


def paired(a: dict[Key, Row], b: dict[Key, Row]) -> Pairing:
    """Pair the rows of two runs by registry, case and repeat."""
    shared = sorted(a.keys() & b.keys())
    changed = [key for key in shared if any(getattr(a[key], name) != getattr(b[key], name) for name in _SAME)]
    out = set(changed)
    return Pairing(
        pairs=[(a[key], b[key]) for key in shared if key not in out],
        only_in_a=sorted(a.keys() - b.keys()),
        only_in_b=sorted(b.keys() - a.keys()),
        changed=changed,
    )


def _listed(keys: Sequence[Key]) -> str:
    named = ", ".join(f"{registry}/{case} #{repeat}" for registry, case, repeat in keys[:_NAMED])
    return f"{named} and {len(keys) - _NAMED} more" if len(keys) > _NAMED else named


def _is_right(row: Row) -> bool:
    return row.scores.outcome == "right"


def _is_confident_wrong(row: Row) -> bool:
    return row.scores.outcome == "confident_wrong"


class _Change:
    """What changed from A to B in one respect."""

    def __init__(self, pairs: Pairs, holds: Callable[[Row], bool]) -> None:
        self.counts: Counter[tuple[bool, bool]] = Counter()
        net: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for x, y in pairs:
            before, after = holds(x), holds(y)
            self.counts[before, after] += 1
            net[x.registry, x.case].append(after - before)
        self.rows = len(pairs)
        self.nets, self.sizes = [sum(case) for case in net.values()], [len(case) for case in net.values()]
        self.up, self.down = sum(n > 0 for n in self.nets), sum(n < 0 for n in self.nets)
        self.p = figures.mcnemar(self.up, self.down)


def _contrasts(changes: Sequence[_Change], alpha: float, resamples: int, bad: Sequence[bool]) -> list[Contrast]:
    """Judge the changes of one family; `bad` says of each whether more of it is worse."""
    corrected = figures.holm([change.p for change in changes])
    return [
        Contrast(
            rows=change.rows,
            cases=len(change.nets),
            both=change.counts[True, True],
            only_a=change.counts[True, False],
            only_b=change.counts[False, True],
            neither=change.counts[False, False],
            difference=sum(change.nets) / change.rows,
            interval=figures.bootstrapped(change.nets, change.sizes, resamples=resamples),
            p=change.p,
            corrected=p,
            smallest_shown=figures.smallest_shown(
                min(change.up, change.down), len(change.nets), alpha=alpha / len(changes)
            ),
            verdict="no difference shown"
            if p >= alpha
            else "better"
            if (change.up > change.down) != worse
            else "worse",
        )
        for change, p, worse in zip(changes, corrected, bad, strict=True)
    ]


def _judged(headline: dict[str, Contrast], categories: dict[str, Contrast]) -> tuple[Verdict, list[str]]:
    """Return the verdict on everything: one thing that is worse outweighs all that is better."""
    found = headline | {f"category {name}": contrast for name, contrast in categories.items()}
    why = [
        f"{contrast.verdict}: {name}" for name, contrast in found.items() if contrast.verdict != "no difference shown"
    ]
    verdicts = {contrast.verdict for contrast in found.values()}
    order: tuple[Verdict, ...] = ("worse", "better", "no difference shown")
    return next(verdict for verdict in order if verdict in verdicts), why


def _excluded(right: Contrast, margin: float) -> bool:
    """Whether a drop by the margin would have been seen, and was not."""
    return right.interval[0] > -margin and right.smallest_shown is not None and right.smallest_shown <= margin


def rows_of(path: Path) -> list[Row]:
    """Return the rows of a run, by its folder or its results."""
    return read(path / "results.jsonl" if path.is_dir() else path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python eval/compare.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("a", type=Path, metavar="A", help="the run before")
    parser.add_argument("b", type=Path, metavar="B", help="the run after")
    parser.add_argument("--json", action="store_true", help="the comparison as JSON")
    parser.add_argument("--alpha", type=float, default=0.05, help="the share of equal runs that may be called worse")
    parser.add_argument(
        "--margin",
        type=float,
        metavar="M",
        help="fail too unless a drop of right answers by M (0.05: 5 points) is excluded",
    )
    parser.add_argument("--category", metavar="C", help="only this category")
    parser.add_argument("--common", action="store_true", help="leave out what only one of the runs has")
    given = parser.parse_args(arguments)
    try:
        found = compared(
            rows_of(given.a),
            rows_of(given.b),
            alpha=given.alpha,
            margin=given.margin,
            category=given.category,
            common=given.common,
        )
    except InvalidInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if given.json:
        sys.stdout.write(found.model_dump_json(indent=1) + "\n")
    else:
        from eval.contrast_table import shown

        shown(found)
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())
