"""Reads texts that people wrote: sentences, and the figures, sizes and dates in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = rf"(?:{'|'.join(f'{month}|{month[:3]}' for month in _MONTHS)})\.?"
_END = re.compile(r"(?<=[.!?])[\"')\]*_]*\s+(?=[\"'(\[*_]*[A-Z0-9])|\n+|(?<=;)\s+|\s\|\s*$")
_ABBREVIATED = re.compile(r"\b(?:dr|prof|mr|mrs|ms|st|e\.g|i\.e|vs|cf|approx|resp|incl|no|fig)\.$", re.IGNORECASE)
_LONGEST = 2_000
"""Characters of a sentence that are read together."""
_DATE = re.compile(
    rf"(?<![\w@.:/-])(?P<year>\d{{4}})-(?P<month>\d{{2}})(?:-(?P<day>\d{{2}}))?(?![\d-])"
    rf"|\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH}),?\s+(?P<y1>\d{{4}})\b"
    rf"|\b(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})\b"
    rf"|\b(?P<m3>{_MONTH})\s+(?P<y3>\d{{4}})\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"[A-Za-z0-9][\w.-]*(?::\d+\b|@[\w.-]*\w)|\bsha256:[0-9a-fA-F]+|\b[0-9a-f]{7,40}\b(?=.*\bcommit\b)"
)
_NUMBER = re.compile(
    r"(?<![\w.@:/=-])(?P<sign>[-−]?)(?P<digits>\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<percent>\s?%)?"
    r"(?![\w/@-]|\.\d)"
)
_LEVEL = re.compile(r"\b\d{2}(?:\.\d)?\s?%[\s-]*(?:ci\b|confidence|interval|credible)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, with the digits it was written with."""

    value: Decimal
    places: int
    percent: bool
    start: int
    end: int
    text: str

    def is_of(self, recorded: str) -> bool:
        """Tell whether it is a recorded figure, as it is or rounded to the places it is written with."""
        figure = Decimal(recorded)
        tries = [(self.value, self.places)]
        if self.percent:
            tries.append((self.value / 100, self.places + 2))
        return any(value in _rounded(figure, places) for value, places in tries)

    def around(self, recorded: str) -> Decimal:
        """Return the value on the scale of a recorded figure: 81 % is 0.81 beside a proportion."""
        return self.value / 100 if self.percent and abs(Decimal(recorded)) <= 1 else self.value


def _rounded(figure: Decimal, places: int) -> set[Decimal]:
    quantum = Decimal(1).scaleb(-places)
    return {figure, *(figure.quantize(quantum, rounding=how) for how in (ROUND_HALF_UP, ROUND_HALF_EVEN))}


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences, lines and rows of a text."""
    held = ""
    for part in _END.split(text):
        if not part or not part.strip():
            continue
        held = f"{held} {part.strip()}".strip()
        if _ABBREVIATED.search(held) and len(held) < _LONGEST:
            continue
        yield from _pieces(held)
        held = ""
    yield from _pieces(held)


def _pieces(sentence: str) -> Iterator[str]:
    """Yield a sentence, in pieces if it is longer than any that is meant to be read."""
    for start in range(0, len(sentence), _LONGEST):
        yield sentence[start : start + _LONGEST]


def dates(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each date as `2026-03-14` or `2026-03`, and where it stands."""
    for found in _DATE.finditer(text):
        named = found.groupdict()
        if named["year"]:
            day = f"-{named['day']}" if named["day"] else ""
            if 1 <= int(named["month"]) <= 12:
                yield f"{named['year']}-{named['month']}{day}", *found.span()
            continue
        for number in ("1", "2", "3"):
            if named[f"y{number}"]:
                month = _month(named[f"m{number}"])
                day = f"-{int(named[f'd{number}']):02}" if number != "3" else ""
                yield f"{named[f'y{number}']}-{month:02}{day}", *found.span()


def numbers(text: str) -> list[Number]:
    """Return the numbers that are figures: no parts of dates, names, versions or digests, and no interval's level."""
    taken = [(start, end) for _, start, end in dates(text)]
    taken += [found.span() for pattern in (_SUBJECT, _LEVEL) for found in pattern.finditer(text)]
    found = []
    for match in _NUMBER.finditer(text):
        if any(start <= match.start() < end for start, end in taken):
            continue
        digits = re.sub(r"[,\u202f\u00a0]", "", match["digits"])
        value = Decimal(digits if not match["sign"] else f"-{digits}")
        places = len(digits.partition(".")[2])
        found.append(Number(value, places, bool(match["percent"]), match.start(), match.end(), match.group().strip()))
    return found


def _month(word: str) -> int:
    head = word.lower().rstrip(".")[:3]
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(head))
