"""Where the figures of a text come from: facts, the question, quotes, or a derivation that is permitted.

Permitted are, over facts of one field: difference, sum, mean, ratio and its percentage; over any: how many there are of
a kind, their share of another number of them, and the time between two instants. A derived figure that is no whole
number may be rounded to the places that it is given with.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from eval.scorers.names import MONTHS, NUMBER, Names, as_decimal, figures, scalars, times_in, without_dates
from eval.truth.gold import instant

Fact = dict[str, Any]
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKER = re.compile(r"^\s*\d{1,3}[.)]\s+", re.MULTILINE)
_VERSION = re.compile(r"[\w.-]:(\d+)\b")
_VERSIONS = re.compile(r"\b(?:versions?|v\.?)\s*\d+(?:\s*(?:,|and|&|,\s*and)\s*\d+)*\b(?!\.\d|\s*%)", re.IGNORECASE)
_KINDS = tuple(
    re.compile(kind) for kind in (r"[\w.-]+:\d+", r"[\w.-]+@[\w.-]+", r"[\w.-]+/[\w.-]+", r"run:.+", r"doc:.+")
)
"""How versions, dataset versions, places, runs and documents are written."""
_NO_FIGURE = ("id", "event", "as_of")
"""Cells of a fact that no figure of a text can mean."""
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800, "month": 2_629_746,
            "year": 31_556_952}  # fmt: skip
_MOST_INSTANTS = 60
"""Beyond, only the time between the ends of each interval, and between neighbours, is looked at."""


@dataclass(frozen=True)
class Figure:
    """A number of a text, and the word or sign after it; the number of a version; or a date with its time of day."""

    value: Decimal | None = None
    unit: str = ""
    version: bool = False
    day: str = ""
    clock: str | None = None

    def __str__(self) -> str:
        """As a report names it."""
        return f"{self.day} {self.clock or ''}".strip() if self.day else f"{self.value}{self.unit and ' '}{self.unit}"


def figures_of(text: str, names: Names) -> list[Figure]:
    """Return the numbers and dates of a text that are its own: no part of a name, and no number of a list item."""
    text = names.nameless(_MARKER.sub("", plain(text)))
    found = [Figure(day=day, clock=clock) for day, clock in times_in(text)]
    text = without_dates(text)
    for match in _VERSIONS.finditer(text):
        found += [Figure(value=Decimal(number), version=True) for number in re.findall(r"\d+", match.group())]
    text = _VERSIONS.sub(" ", text)
    for match in NUMBER.finditer(text):
        value = as_decimal(match.group())
        after = re.match(r"\s*(%|[^\W\d_]+)", text[match.end() :])
        if value is not None:
            found.append(Figure(value=value, unit=after.group(1).lower() if after else ""))
    return found


def plain(text: str) -> str:
    """Return Markdown text without its escapes."""
    return _ESCAPED.sub(r"\1", text)


def share(text: str, names: Names, *supports: Support) -> float | None:
    """Return the share of a text's figures that one of the supports holds; None for a text without any."""
    own = figures_of(text, names)
    return sum(any(s.holds(f) for s in supports) for f in own) / len(own) if own else None


class Support:
    """What a text may take its figures from."""

    def __init__(
        self,
        facts: Sequence[Fact],
        *,
        question: str = "",
        texts: Iterable[str] = (),
        moments: Iterable[str] = (),
        totals: Iterable[int] = (),
    ) -> None:
        """Take facts, the question and other texts to repeat, moments that dates may name, and totals of lists."""
        self._facts, self._question, self._texts = facts, question, [question, *texts]
        self._moments, self._totals = list(moments), set(totals)

    def holds(self, figure: Figure) -> bool:
        """Return whether a figure of a text comes from here."""
        if figure.day:
            return (figure.day, figure.clock) in self._times
        if figure.version:
            return figure.value in self._versions or figure.value in self._known
        return figure.value is not None and self.gives(figure.value, figure.unit)

    def gives(self, value: Decimal, unit: str = "") -> bool:
        """Return whether a number is here or can be derived, in the unit that the text gives it."""
        if value in self._known or abs(value) in self._known:
            return True
        if value == int(value) and int(value) in self._counts:
            return True
        return self._is_time(value, unit) or self._derived(value, percent=unit == "%")

    @cached_property
    def _cells(self) -> list[Any]:
        return [c for fact in self._facts for key, cell in fact.items() if key not in _NO_FIGURE for c in scalars(cell)]

    @cached_property
    def _known(self) -> set[Decimal]:
        found: set[Decimal] = set()
        for cell in [*self._cells, *self._texts]:
            number, text = as_decimal(cell), plain(str(cell))
            found.update([number] if number is not None and number.is_finite() else [*figures(without_dates(text))])
        return found | {Decimal(digits) for digits in re.findall(r"\d+", self._question)}

    @cached_property
    def _versions(self) -> set[Decimal]:
        return {Decimal(n) for cell in [*self._cells, *self._texts] for n in _VERSION.findall(plain(str(cell)))}

    @cached_property
    def _times(self) -> set[tuple[str, str | None]]:
        texts = [
            *map(str, self._cells),
            *(str(fact.get("as_of")) for fact in self._facts),
            *self._moments,
            *self._texts,
        ]
        found = {time for text in texts for time in times_in(text)} | {(day, None) for day in bounds(self._question)}
        return found | {(day, None) for day, _ in found}

    @cached_property
    def _counts(self) -> set[int]:
        groups: defaultdict[tuple[str, ...], list[Fact]] = defaultdict(list)
        for fact in self._facts:
            field, value = str(fact.get("field")), str(fact.get("value"))
            owner = re.split(r"[:/@]", str(fact.get("subject")))[0]
            closed = str(bool(fact.get("until")))
            for key in ((), (field,), (field, value), ("until", field, closed), ("of", owner), ("of", owner, field)):
                groups[key].append(fact)
        ends = {str(fact.get(part)) for fact in self._facts for part in ("subject", "value")}
        found = self._totals | {sum(bool(kind.fullmatch(end)) for end in ends) for kind in _KINDS}
        found.add(sum(not str(fact.get("field")).startswith("count") for fact in self._facts))
        for group in groups.values():
            found.add(len(group))
            for part in ("subject", "value", "dataset", "cohort"):
                cells = {str(fact[part]) for fact in group if fact.get(part) is not None}
                found.add(len(cells))
                found |= {len({re.split(mark, cell)[0] for cell in cells}) for mark in (r":(?=\d+$)", "/", "@")}
        return found

    @cached_property
    def _values(self) -> dict[str, list[Decimal]]:
        """The different numbers of each field, in order."""
        found: defaultdict[str, set[Decimal]] = defaultdict(set)
        for fact in self._facts:
            number = as_decimal(fact.get("value"))
            if number is not None and number.is_finite():
                found[str(fact.get("field"))].add(number)
        return {field: sorted(numbers) for field, numbers in found.items()}

    @cached_property
    def _sums(self) -> set[Decimal]:
        found: set[Decimal] = set()
        for field, distinct in self._values.items():
            listed = [
                n for f in self._facts if f.get("field") == field and (n := as_decimal(f.get("value"))) is not None
            ]
            for numbers in (distinct, listed):
                found |= {sum(numbers, Decimal()), sum(numbers, Decimal()) / len(numbers)}
        return found

    def _derived(self, figure: Decimal, *, percent: bool) -> bool:
        spare = _half(figure)
        low, high = figure - spare, figure + spare
        if any(low <= number <= high for number in self._sums):
            return True
        if percent and any(
            low <= Decimal(100 * k) / n <= high for n in self._counts if n for k in self._counts if k <= n
        ):
            return True
        scales = (1, 100) if percent or spare else (1,)
        return any(_pair(numbers, low, high, scales) for numbers in self._values.values())

    def _is_time(self, figure: Decimal, unit: str) -> bool:
        size = _SECONDS.get(unit.removesuffix("s"))
        if size is None:
            return False
        places = {"second": 60, "minute": 60, "hour": 24}.get(unit.removesuffix("s"), 10**9)
        return any(
            abs(Decimal(length) / size - figure) < 1 or int(length // size % places) == figure
            for length in self._lengths
        )

    @cached_property
    def _lengths(self) -> set[int]:
        """Seconds between any two instants, of all periods together, and those that a fact gives."""
        ends = [(a, b or _moment(fact.get("as_of"))) for fact in self._facts for a, b in [_interval(fact)] if a]
        whole = [round((b - a).total_seconds()) for a, b in ends if b]
        moments = sorted({m for c in [*self._cells, *self._moments] if (m := _moment(c))} | {b for _, b in ends if b})
        pairs = (
            pairwise(moments)
            if len(moments) > _MOST_INSTANTS
            else ((a, b) for i, a in enumerate(moments) for b in moments[i + 1 :])
        )
        given = {int(n) for f in self._facts if f.get("unit") == "s" and (n := as_decimal(f.get("value"))) is not None}
        return {round((b - a).total_seconds()) for a, b in pairs} | {*whole, sum(whole)} | given


def bounds(question: str) -> Iterator[str]:
    """Yield where the years and months that a question names begin and end, and the days beside these ends.

    A month without a year is taken of any year: which one is meant, correctness decides.
    """
    years = [int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", question)]
    for year in years:
        yield from _ends(date(year, 1, 1), date(year + 1, 1, 1))
        if re.search(r"\bquarter|\bq[1-4]\b", question, re.IGNORECASE):
            for month in (4, 7, 10):
                yield from _ends(date(year, month, 1), date(year, month, 1))
    for number, month_name in enumerate(MONTHS, 1):
        if re.search(rf"\b{month_name[:3]}(?:{month_name[3:]})?\b", question, re.IGNORECASE):
            for year in years or range(2000, 2100):
                yield from _ends(date(year, number, 1), date(year + number // 12, number % 12 + 1, 1))


def _ends(start: date, end: date) -> Iterator[str]:
    for day in (start, end):
        yield from ((day - timedelta(days=1)).isoformat(), day.isoformat())


def _half(figure: Decimal) -> Decimal:
    """Half a unit of the last place of a figure that is no whole number."""
    exponent = figure.as_tuple().exponent
    return Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) and exponent < 0 else Decimal(0)


def _pair(numbers: Sequence[Decimal], low: Decimal, high: Decimal, scales: Iterable[int]) -> bool:
    """Whether two of the numbers, sorted, have a difference or ratio within the bounds."""
    for scale in scales:
        for a in numbers:
            if _between(numbers, a - high / scale, a - low / scale, other=a):
                return True
            if a > 0 and _between(numbers, a * low / scale, a * high / scale, other=a):
                return True
    return False


def _between(numbers: Sequence[Decimal], low: Decimal, high: Decimal, *, other: Decimal) -> bool:
    start = bisect_left(numbers, low)
    return any(number <= high and number != other for number in numbers[start : start + 2])


def _interval(fact: Fact) -> tuple[datetime | None, datetime | None]:
    return _moment(fact.get("since")), _moment(fact.get("until"))


def _moment(cell: Any) -> datetime | None:
    """A cell as an instant, if it is one."""
    if not isinstance(cell, str) or not re.match(r"\d{4}-\d\d-\d\d(?:[T ]|$)", cell):
        return None
    try:
        return instant(cell)
    except ValueError:
        return None


def listed(text: str) -> int:
    """Return how many items and rows the lists of a text have."""
    return len(re.findall(r"^\s*(?:[-*+]|\d{1,3}[.)]|\|(?!\s*:?-))\s", text, re.MULTILINE))
