"""Dates in a question: what was written, and the days it means by the registry's clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Relation = Literal["at", "as_of", "before", "after", "since", "until"]

_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december"]  # fmt: skip
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
            "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "couple of": 2, "a couple of": 2}  # fmt: skip
_MONTHS_RE = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|"
    r"july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MONTH = rf"(?P<month>{_MONTHS_RE})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_COUNT = r"(?P<count>\d+|a couple of|couple of|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_UNIT = r"(?P<unit>day|week|month|quarter|year|hour|fortnight)s?"
_DAY_WORDS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
              "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
              "nineteenth", "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth",
              "twenty-fifth", "twenty-sixth", "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth",
              "thirty-first"]  # fmt: skip
_ORDINAL = rf"(?P<day>\d{{1,2}}(?=\D)|\d{{1,2}}$|{'|'.join(reversed(_DAY_WORDS))})(?:st|nd|rd|th)?"


@dataclass(frozen=True, slots=True)
class Span:
    """Days that a text means: from `first` up to, not including, `after`; `relation` says how it limits."""

    first: date
    after: date
    text: str
    start: int
    end: int
    relation: Relation = "at"
    instant: str | None = None
    """The exact instant, where a time of day was given."""
    open_from: bool = False

    @property
    def single(self) -> bool:
        """Whether it is one day (or one instant)."""
        return self.instant is not None or self.after - self.first == timedelta(days=1)

    @property
    def last(self) -> date:
        """The last day it covers."""
        return self.after - timedelta(days=1)


def month_start(year: int, month: int) -> date:
    """Return the first day of a month, counting months past December into the next years."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _month_number(text: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(text[:3]))


def _day(year: int, month: int, day: int) -> tuple[date, date] | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found + timedelta(days=1)


def _month(year: int, month: int) -> tuple[date, date]:
    return month_start(year, month), month_start(year, month + 1)


def _iso(m: re.Match[str], today: date) -> tuple[date, date] | None:
    return _day(int(m["year"]), int(m["mm"]), int(m["dd"]))


def _iso_month(m: re.Match[str], today: date) -> tuple[date, date] | None:
    return _month(int(m["year"]), int(m["mm"])) if 1 <= int(m["mm"]) <= 12 else None


def _slashes(m: re.Match[str], today: date) -> tuple[date, date] | None:
    a, b = int(m["a"]), int(m["b"])
    return _day(int(m["year"]), b, a) if b <= 12 else _day(int(m["year"]), a, b)


def _day_month(m: re.Match[str], today: date) -> tuple[date, date] | None:
    month = _month_number(m["month"])
    day = int(m["day"]) if m["day"].isdigit() else _DAY_WORDS.index(m["day"]) + 1
    if m["year"]:
        return _day(int(m["year"]), month, day)
    this = _day(today.year, month, day)
    return this if this is None or this[0] <= today else _day(today.year - 1, month, day)


def _month_only(m: re.Match[str], today: date) -> tuple[date, date] | None:
    month = _month_number(m["month"])
    if m["year"]:
        return _month(int(m["year"]), month)
    last = (m.groupdict().get("which") or "").strip() in ("last", "this past", "past")
    year = today.year if month < today.month or (month == today.month and not last) else today.year - 1
    return _month(year, month)


def _months(m: re.Match[str], today: date) -> tuple[date, date] | None:
    first, last, year = _month_number(m["since"]), _month_number(m["month"]), int(m["year"])
    return (month_start(year, first), month_start(year, last + 1)) if first <= last else None


def _year(m: re.Match[str], today: date) -> tuple[date, date] | None:
    return date(int(m["year"]), 1, 1), date(int(m["year"]) + 1, 1, 1)


def _part_of_year(m: re.Match[str], today: date) -> tuple[date, date] | None:
    ordinals = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": 4}
    number = m["number"]
    which = int(number) if number.isdigit() else ordinals[number]
    months = 3 if m["part"].startswith("q") else 6
    if months == 6 and number == "last":
        which = 2
    if which * months > 12:
        return None
    year = int(m["year"]) if m["year"] else today.year
    if not m["year"] and month_start(year, (which - 1) * months + 1) > today:
        year -= 1
    return month_start(year, (which - 1) * months + 1), month_start(year, which * months + 1)


def _start_of(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1)


def _back(unit: str, count: int, day: date) -> date:
    if unit in ("month", "quarter", "year"):
        months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
        first = month_start(day.year, day.month - months)
        length = (month_start(first.year, first.month + 1) - first).days
        return first.replace(day=min(day.day, length))
    return day - timedelta(days=count * {"day": 1, "hour": 0, "week": 7, "fortnight": 14}[unit])


def _this_or_last(m: re.Match[str], today: date) -> tuple[date, date] | None:
    unit = m["unit"]
    if unit in ("day", "hour", "fortnight"):
        return today - timedelta(days=14 if unit == "fortnight" else 1), today + timedelta(days=1)
    start = _start_of(unit, today)
    if m["which"] in ("this", "the current", "current"):
        return start, today + timedelta(days=1)
    if m["which"] in ("past", "the past"):
        return _back(unit, 1, today), today + timedelta(days=1)
    return _start_of(unit, start - timedelta(days=1)), start


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text]


def _past_count(m: re.Match[str], today: date) -> tuple[date, date] | None:
    return _back(m["unit"], _count(m["count"]), today), today + timedelta(days=1)


def _ago(m: re.Match[str], today: date) -> tuple[date, date] | None:
    day = _back(m["unit"], _count(m["count"]), today)
    return day, day + timedelta(days=1)


def _weekday(m: re.Match[str], today: date) -> tuple[date, date] | None:
    wanted = _DAYS.index(m["weekday"])
    day = today - timedelta(days=(today.weekday() - wanted) % 7 or 7)
    return day, day + timedelta(days=1)


def _yesterday(m: re.Match[str], today: date) -> tuple[date, date] | None:
    day = today - timedelta(days=2 if m.group().startswith("the day") else 1)
    return day, day + timedelta(days=1)


def _tomorrow(m: re.Match[str], today: date) -> tuple[date, date] | None:
    ahead = {"tomorrow": 1, "week": 7, "month": 31, "year": 366, "quarter": 92}
    day = today + timedelta(days=next(d for w, d in ahead.items() if m.group().endswith(w)))
    return day, day + timedelta(days=1)


_Reader = Callable[[re.Match[str], date], tuple[date, date] | None]

_FORMS: list[tuple[re.Pattern[str], _Reader]] = [
    (re.compile(pattern), reader)
    for pattern, reader in (
        (
            r"(?P<year>(?:19|20)\d\d)-(?P<mm>\d{1,2})-(?P<dd>\d{1,2})"
            r"(?:[t ](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:z| ?utc)?)?",
            _iso,
        ),
        (rf"(?:between|from) (?P<since>{_MONTHS_RE})\.? (?:and|to|until|till) {_MONTH},? {_YEAR}", _months),
        (r"(?P<year>(?:19|20)\d\d)/(?P<mm>\d{1,2})/(?P<dd>\d{1,2})", _iso),
        (r"(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<year>(?:19|20)\d\d)", _slashes),
        (rf"(?:the )?{_ORDINAL}(?: of)? {_MONTH}(?:,? (?:of )?{_YEAR})?(?!\w)", _day_month),
        (rf"{_MONTH} (?:the )?{_ORDINAL}(?!\d)(?:,? {_YEAR})?(?!\w)", _day_month),
        (r"(?P<year>(?:19|20)\d\d)-(?P<mm>\d{1,2})", _iso_month),
        (rf"(?:month of )?{_MONTH}(?: of)?,? {_YEAR}", _month_only),
        (rf"(?P<part>q)(?P<number>[1-4])(?:,? (?:of )?{_YEAR})?(?!\w)", _part_of_year),
        (rf"(?P<part>h)(?P<number>[12]) (?:of )?{_YEAR}", _part_of_year),
        (
            r"(?:the )?(?P<number>first|second|third|fourth|1st|2nd|3rd|4th|last) (?P<part>quarter|half)"
            rf"(?: of)? (?:the year )?{_YEAR}",
            _part_of_year,
        ),
        (rf"(?:in |over |during |within )?(?:the )?(?:last|past|previous) {_COUNT} {_UNIT}(?!\w)", _past_count),
        (rf"{_COUNT} {_UNIT} (?:ago|back|earlier)(?!\w)", _ago),
        (
            r"(?P<which>last|this past|past|this|in|since|during|until|till|by|before|after|of|from|and|to|for)"
            rf" {_MONTH}(?P<year>)(?! ?\d)(?!\w)",
            _month_only,
        ),
        (
            r"(?P<which>this|last|past|the past|previous|the current|current)"
            r" (?P<unit>week|month|quarter|year|fortnight)(?!\w)",
            _this_or_last,
        ),
        (
            r"(?:last |on |this |since )?(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?!\w)",
            _weekday,
        ),
        (r"(?:the day before )?yesterday(?!\w)", _yesterday),
        (r"(?:tomorrow|next (?:week|month|year|quarter))(?!\w)", _tomorrow),
        (rf"(?<=[a-z] ){_YEAR}(?![-\w.:])", _year),
    )
]
_EDGE = (
    re.compile(
        r"(?:the )?(?P<edge>start|beginning|end|close) of "
        rf"(?:{_MONTH}(?:(?: of)?,? {_YEAR})?(?!\w)|(?P<only>(?:19|20)\d\d)(?![-\w]))"
    )  # fmt: skip
)
_EARLY = re.compile(rf"(?P<part>early|mid|late)[ -]{_YEAR}(?![-\w])")
_BEFORE = re.compile(
    r"(?:\b(?P<as_of>(?:back )?as (?:of|at|on)|as it (?:was|stood) (?:on|at|in)?|at the end of)|"
    r"\b(?P<before>before|prior to|earlier than|ahead of|older than)|"
    r"\b(?P<after>after|later than|following|newer than)|"
    r"\b(?P<since>since|from|starting(?: from| in| on)?|ever since)|"
    r"\b(?P<until>until|till|up to|up until|through)|"
    r"\b(?P<by>by)|"
    r"\b(?P<at>on|in|during|over|within|at|of|for|throughout))"
    r" (?:the |the month of |the year |around |about |early |late )?$"
)
_RANGE_JOIN = re.compile(r"^ ?(?:and|to|until|till|-|through|up to) ?(?:the )?$")


def find(text: str, now: datetime) -> list[Span]:
    """Return the dates that `text` names, by the clock `now`, each with how it limits."""
    lowered, today = text.lower(), now.astimezone(UTC).date()
    found: list[Span] = []
    for span in _raw(lowered, today):
        if not any(s.start < span.end and span.start < s.end for s in found):
            found.append(span)
    found.sort(key=lambda s: s.start)
    return _related(_joined(found, lowered), lowered)


def impossible(text: str, now: datetime) -> str | None:
    """Return what is written as a day and is none, such as 30 February."""
    lowered, today = text.lower(), now.astimezone(UTC).date()
    for pattern, reader in _FORMS:
        if reader not in (_iso, _slashes, _day_month):
            continue
        for m in pattern.finditer(lowered):
            within = m.start() and (lowered[m.start() - 1].isalnum() or lowered[m.start() - 1] in "@:-.")
            if not within and reader(m, today) is None:
                return text[m.start() : m.end()]
    return None


_EITHER_WAY = re.compile(r"(?<![\w@:.-])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?![\w-])")


def either_way(text: str, now: datetime) -> tuple[str, list[date]] | None:
    """Return a day written as `02/11/2025` with the two days it may be, if both are days that have been."""
    for found in _EITHER_WAY.finditer(text):
        first, second, year = map(int, found.groups())
        days = {day[0] for day in (_day(year, second, first), _day(year, first, second)) if day is not None}
        if len(days) == 2 and max(days) <= now.astimezone(UTC).date():
            return found.group(), sorted(days)
    return None


def _raw(text: str, today: date) -> list[Span]:
    spans: list[Span] = []
    for m in _EDGE.finditer(text):
        edge = _edge(m, today)
        if edge:
            spans.append(Span(*edge, m.group(), m.start(), m.end()))
    for m in _EARLY.finditer(text):
        year = int(m["year"])
        first = {"early": 1, "mid": 5, "late": 9}[m["part"]]
        spans.append(Span(month_start(year, first), month_start(year, first + 4), m.group(), m.start(), m.end()))
    for pattern, reader in _FORMS:
        for m in pattern.finditer(text):
            if m.start() and (text[m.start() - 1].isalnum() or text[m.start() - 1] in "@:-."):
                continue
            try:
                days = reader(m, today)
            except (ValueError, OverflowError):  # before the year 1 or past 9999
                continue
            if days is None:
                continue
            start, instant = m.start(), None
            which = m.groupdict().get("which")
            if which in ("in", "since", "during", "until", "till", "by", "before", "after", "of", "from", "and", "to",
                         "for"):  # fmt: skip
                start += len(which) + 1
            elif which is None and m.group().startswith(("on ", "since ")):
                start += len(m.group().split(" ")[0]) + 1
            if m.groupdict().get("time"):
                instant = f"{days[0].isoformat()}T{m['time']}{':00' if len(m['time']) == 5 else ''}Z"
            spans.append(Span(*days, text[start : m.end()], start, m.end(), instant=instant))
    return spans


def _edge(m: re.Match[str], today: date) -> tuple[date, date] | None:
    if m["only"]:
        span: tuple[date, date] | None = (date(int(m["only"]), 1, 1), date(int(m["only"]) + 1, 1, 1))
    else:
        span = _month_only(m, today)
    if span is None:
        return None
    day = span[0] if m["edge"] in ("start", "beginning") else span[1] - timedelta(days=1)
    return day, day + timedelta(days=1)


def _joined(spans: list[Span], text: str) -> list[Span]:
    """Make one span of `between A and B` and `from A to B`."""
    result: list[Span] = []
    for span in spans:
        if result and _RANGE_JOIN.match(text[result[-1].end : span.start]):
            before = text[: result[-1].start].rstrip()
            if before.endswith(("between", "from", "in between")) and result[-1].first <= span.first:
                first = result.pop()
                start = before.rfind("between") if before.endswith("between") else before.rfind("from")
                result.append(Span(first.first, span.after, text[start : span.end], start, span.end, "at"))
                continue
        result.append(span)
    return result


def _related(spans: list[Span], text: str) -> list[Span]:
    result = []
    for span in spans:
        if text[span.start :].startswith(("between", "from")):
            result.append(span)
            continue
        m = _BEFORE.search(text[: span.start])
        if not m:
            result.append(span)
            continue
        name = next(n for n, v in m.groupdict().items() if v)
        relation: Relation = "until" if name == "by" else name  # type: ignore[assignment]
        result.append(replace(span, relation=relation, start=m.start(), text=text[m.start() : span.end]))
    return result
