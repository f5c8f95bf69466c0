"""Reading an answer: which things of the record a text names, and which figures and dates it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property, lru_cache
from typing import Any

from eval.truth.gold import instant
from eval.truth.record import Record

NEGATION = re.compile(r"\b(no|none|nothing|not|never|neither|nobody|zero|without|cannot|0)\b|n't\b", re.IGNORECASE)
WORDS = dict(enumerate("zero one two three four five six seven eight nine ten eleven twelve".split()))
NUMBER = re.compile(r"(?<![\w.:@/-])[+\N{MINUS SIGN}-]?\d[\d,]*(?:\.\d+)?(?![\w@/-]|\.\d|:\d)")
MONTHS = "January February March April May June July August September October November December".split()


@cache
def bounded(name: str) -> re.Pattern[str]:
    """A pattern for a whole name, so that `cxr-triage` is not found in `cxr-triage2` or `cxr-triage.lite`."""
    return re.compile(rf"(?<![\w.@/-]){re.escape(name)}(?![\w@/-]|[.:]\w)", re.IGNORECASE)


class Names:
    """The names of a record by kind, and where a text or a fact holds them."""

    def __init__(self, record: Record) -> None:
        places = {s.what for s in record.deployments}
        self.titles = {d["path"]: d.get("title", d["path"]) for d in record.documents}
        self.display = {n: p.get("display", n) for n, p in record.people.items()}
        self.by_kind: dict[str, set[str]] = {
            "version": set(record.versions),
            "model": set(record.models),
            "dataset": set(record.datasets),
            "person": set(record.people),
            "place": places,
            "site": {p.split("/")[0] for p in places},
            "run": {f"run:{r}" for r in record.runs},
            "document": {d["path"] for d in record.documents},
        }

    def says(self, text: str, kind: str, name: str) -> bool:
        """Whether a text names a thing, in any of the usual ways."""
        if bounded(name).search(text):
            return True
        match kind:
            case "version":
                return says_version(text, name)
            case "person":
                return bool(bounded(self.display.get(name, name)).search(text))
            case "place" | "dataset":
                parts = re.split("[/@]", name, maxsplit=1)
                return any(all(bounded(p).search(line) for p in parts) for line in text.splitlines())
            case "model":
                return bool(re.search(rf"(?<![\w.@/-]){re.escape(name)}(?=:\d)", text, re.IGNORECASE))
            case "site":
                return bool(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", text, re.IGNORECASE))
            case "run":
                return bool(bounded(name.removeprefix("run:")).search(text))
            case "document":
                return name.rsplit("/", 1)[-1] in text or self.titles[name] in text
        return False

    def plain(self, text: str, kind: str) -> set[str]:
        """Things of a kind that a text names outright; loose mentions do not count against an answer."""
        found = {n for n in self.by_kind.get(kind, ()) if bounded(n).search(text)}
        if kind == "person":
            found |= {n for n, shown in self.display.items() if bounded(shown).search(text)}
        return found

    def invented(self, text: str) -> set[str]:
        """What a text writes like a version of a model or dataset that the record has, and that the record lacks."""
        known = {name.casefold() for kind in ("version", "dataset") for name in self.by_kind[kind]}
        return {found for found in self._written.findall(text) if found.casefold() not in known}

    @cached_property
    def _written(self) -> re.Pattern[str]:
        models = "|".join(map(re.escape, sorted(self.by_kind["model"], key=len, reverse=True))) or r"(?!)"
        datasets = {name.split("@")[0] for name in self.by_kind["dataset"]}
        sources = "|".join(map(re.escape, sorted(datasets, key=len, reverse=True))) or r"(?!)"
        return re.compile(rf"(?<![\w.@/-])(?:(?:{models}):\d+|(?:{sources})@\w+(?:[.-]\w+)*)(?![\w@])", re.IGNORECASE)

    def in_fact(self, fact: dict[str, Any], kind: str) -> set[str]:
        """Things of a kind that are the subject or the value of a fact."""
        cells = [c for c in scalars([fact.get("subject"), fact.get("value")]) if isinstance(c, str)]
        found = {self.project(cell, kind) for cell in cells}
        return {f for f in found if f}

    def project(self, cell: str, kind: str) -> str | None:
        """A cell as a thing of this kind: `m:3` is the model m, `site/env` the site."""
        known = self.by_kind.get(kind, set())
        forms = {
            "model": [cell.rsplit(":", 1)[0], cell],
            "site": [cell.split("/")[0]],
            "run": [f"run:{cell}", cell],
            "document": [cell.removeprefix("doc:")],
            "person": [*(n for n, shown in self.display.items() if shown == cell), cell.removeprefix("person:")],
        }.get(kind, [cell])
        return next((f for f in forms if f in known), None)

    def without(self, text: str) -> str:
        """A text without the names of the record and without dates, so that only its own figures are left."""
        return without_dates(self.nameless(text))

    def nameless(self, text: str) -> str:
        """A text without the names of the record."""
        return self._nameless(text)

    @cached_property
    def _nameless(self) -> Callable[[str], str]:
        names = sorted({n for group in self.by_kind.values() for n in group} | set(self.display.values()), key=len)
        if not names:
            return str
        longest_first = "|".join(re.escape(name) for name in reversed(names))
        known = re.compile(rf"(?<![\w.])(?:{longest_first})(?![\w-])", re.IGNORECASE)
        # The scorers ask for the same few texts again and again.
        return lru_cache(maxsize=64)(lambda text: known.sub(" ", text))


def says_version(text: str, name: str) -> bool:
    """`m:3` as "m version 3", "m v3" or "m: versions 1, 2 and 3"."""
    model, number = name.rsplit(":", 1)
    if not re.search(rf"(?<![\w.-]){re.escape(model)}(?![\w-]|\.\w)", text, re.IGNORECASE):
        return False
    lists = re.findall(r"\b(?:versions?|v\.?)\s*((?:\d+(?:\s*(?:,|and|&|\s)\s*)*)+)", text, re.IGNORECASE)
    return number in {n for found in lists for n in re.findall(r"\d+", found)}


_MONTH = "|".join(f"{m}|{m[:3]}" for m in MONTHS)
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?(?: UTC)?)?",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})\.?,?(?: \d{{4}})?",
        rf"\b(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?,?(?: \d{{4}})?",
        rf"\b(?:{_MONTH}) \d{{4}}",
        r"\[?\{?\bF\d+\b\}?\]?|sha256:\w+|\bevent #?\d+",
    )
)
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)[\d:.]*(Z|[+-]\d\d:?\d\d)?)?")
_SPELLED = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH})\.?,? (?P<year>\d{{4}})", re.I),
    re.compile(rf"\b(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})", re.I),
)


def without_dates(text: str) -> str:
    """A text without dates, times, markup of facts and identifiers of events."""
    for pattern in _DATES:
        text = pattern.sub(" ", text)
    return text


def times_in(text: str) -> list[tuple[str, str | None]]:
    """The dates of a text, in ISO form, each with the time of day in UTC where it gives one: `09:00`."""
    found: list[tuple[str, str | None]] = []
    for match in _ISO.finditer(text):
        day, clock, zone = match.groups()
        if clock and zone and zone != "Z":
            day, clock = instant(match.group()).strftime("%Y-%m-%d %H:%M").split()
        found.append((day, clock))
    for pattern in _SPELLED:
        for match in pattern.finditer(text):
            month = [m[:3].lower() for m in MONTHS].index(match["month"][:3].lower()) + 1
            found.append((f"{match['year']}-{month:02}-{int(match['day']):02}", None))
    return found


def says_date(text: str, day: str) -> bool:
    """Whether a text gives a day, in ISO form or spelled out."""
    date = datetime.fromisoformat(day)
    month = MONTHS[date.month - 1]
    spelled = rf"(?:{month}|{month[:3]})\.?"
    forms = [
        rf"{day}",
        rf"\b0?{date.day}(?:st|nd|rd|th)? (?:of )?{spelled},? {date.year}",
        rf"\b{spelled} 0?{date.day}(?:st|nd|rd|th)?,? {date.year}",
    ]
    return any(re.search(form, text, re.IGNORECASE) for form in forms)


def fact_on(fact: dict[str, Any], day: str) -> bool:
    """Whether any cell of a fact is a time on this day."""
    for cell in scalars(list(fact.values())):
        try:
            if isinstance(cell, str) and len(cell) >= 10 and instant(cell).date().isoformat() == day:
                return True
        except ValueError:
            continue
    return False


def scalars(value: Any) -> Iterable[Any]:
    """The leaves of a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from scalars(part)
    elif value is not None:
        yield value


def as_decimal(value: Any) -> Decimal | None:
    """A figure as an exact decimal, or None."""
    if isinstance(value, bool):
        return None
    try:
        return Decimal(str(value).replace(",", "").replace("\N{MINUS SIGN}", "-").strip())
    except InvalidOperation:
        return None


def figures(text: str) -> list[Decimal]:
    """The figures of a text in order, with their signs."""
    found = (as_decimal(m.group()) for m in NUMBER.finditer(text))
    return [f for f in found if f is not None]
