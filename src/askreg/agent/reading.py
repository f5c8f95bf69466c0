"""Reads a text for everything that the record must vouch for: figures, dates, versions, names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from askreg.agent import wording

TokenKind = Literal["number", "counted", "date", "version", "name", "cohort", "link", "quote"]

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = rf"(?:{'|'.join(f'{m}|{m[:3]}' for m in MONTHS)})\.?"
NUMERALS = {
    "one": 1, "two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "twenty": 20,
}  # fmt: skip
COUNTED = (
    r"(?:other |different |registered |live |more |of the |of its )?"
    r"(?:models?|versions?|datasets?|runs?|documents?|deployments?|approvals?|rejections?|evaluations?|aliases|alias"
    r"|people|persons?|events?|sites?|environments?|gaps?|figures?|metrics?|stages?|changes?|subjects?|results?)\b"
)

_VALUE = r"[^\s,;|)`”]*[^\s,;|)`”.]"
_PAIR = rf"[A-Za-z_][\w.-]*[<>!]?={_VALUE}"
_LABEL = r"[A-Za-z0-9](?:[\w.-]*\w)?"
_PATH = r"[A-Za-z0-9](?:[\w./-]*\w)?"
_AND = r"(?:,?\ (?:and|or|to)\ |,\ |\ ?–\ ?)"
_CLOCK = r"[T\ ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\ ?UTC|Z|[+-]\d{2}:\d{2})?"
_TOKEN = re.compile(
    rf"""
    (?P<quote>“[^”]*”|"[^"\n]*")
  | (?P<link>!?\[[^\]]{0, 500}\]\([^)]{0, 2000}\)|(?<!\\)<[A-Za-z/!][^<>]*>|[A-Za-z][A-Za-z0-9+.-]*://[^\s`|)]+|www\.\w[^\s`|)]*)
  | (?P<digest>\bsha256:[0-9a-fA-F]+…?)
  | (?P<stamp>\b\d{{4}}-\d{{2}}-\d{{2}}(?:{_CLOCK})?(?![\w@/:-]))
  | (?P<worded>\b(?:\d{{1,2}}(?:st|nd|rd|th)?\ (?:of\ )?{_MONTH}(?:,?\ \d{{4}})?
      |{_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?(?:,\ ?\d{{4}})?(?!\d)|{_MONTH}\ \d{{4}})\b)
  | (?P<cohort>\b(?!n=){_PAIR}(?:,{_PAIR})*)
  | (?P<subject>\b(?:(?:run|doc|person):[^\s`|,;)”]*\w|[A-Za-z0-9][\w.-]*(?::\d+\b|@{_LABEL}|/{_PATH})))
  | (?P<version>\b(?:versions?\ |v)(?P<numbers>\d+(?:{_AND}\d+(?![\w.%-]))*)(?![\w.-]*\w))
  | (?P<number>(?<![\w.-])[-+−]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\w|\.\d)
      |(?<![\w.])[-+−]?\d+(?:\.\d+)?(?!\w|[.:/@-]\w))
  | (?P<word>\w(?:[\w.+'’-]*\w)?)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_QUOTE = re.compile(r"“[^”]*”")
_FILE = re.compile(r"\.[a-z]\w{0,4}$")
_COUNTED_AFTER = re.compile(rf"\s+{COUNTED}", re.IGNORECASE)
_PERCENT_AFTER = re.compile(r"\s?%")


class Names(dict[str, str]):
    """Each live name, folded, and its kind; a person's display name is of kind `person:name`."""

    @cached_property
    def phrases(self) -> list[str]:
        """Return the names of several words."""
        return [name for name in self if " " in name]


@dataclass(frozen=True, slots=True)
class Token:
    """Something in a text that must come from the record."""

    kind: TokenKind
    text: str
    value: str
    """In one form for all ways to write it: plain decimal, `2026-03-14 09:00`, folded name, digits of a version."""
    start: int
    end: int


def tokens(text: str, names: Names) -> Iterator[Token]:
    """Yield what must come from the record."""
    quotes = [m.span() for m in _QUOTE.finditer(text)]
    phrases = [p for p in _phrases(text, names) if not any(a < p[0] and p[1] < b for a, b in quotes)]
    for start, end, value in phrases:
        yield Token("name", text[start:end], value, start, end)
    for found in _TOKEN.finditer(text):
        if any(start <= found.start() < end for start, end, _ in phrases):
            continue
        yield from _of(found, text, names)


def _of(found: re.Match[str], text: str, names: Names) -> Iterator[Token]:
    kind, raw, start, end = found.lastgroup or "", found.group(), found.start(), found.end()
    match kind:
        case "quote" | "link":
            yield Token("quote" if kind == "quote" else "link", raw, raw.strip('“”"'), start, end)
        case "stamp":
            yield Token("date", raw, stamp(raw), start, end)
        case "worded":
            yield Token("date", raw, _worded(raw), start, end)
        case "cohort":
            yield Token("cohort", raw, raw.casefold(), start, end)
        case "digest" | "subject":
            yield from _subject(raw, start, end, names)
        case "version" | "numbers":
            for digits in re.finditer(r"\d+", raw):
                at = start + digits.start()
                yield Token("version", digits.group(), str(int(digits.group())), at, at + len(digits.group()))
        case "number":
            yield _number(raw, text, start, end)
        case "word":
            yield from _word(raw, text, start, end, names)


def _subject(raw: str, start: int, end: int, names: Names) -> Iterator[Token]:
    folded = raw.casefold()
    head, mark, tail = re.split(r"([:@/])", folded, maxsplit=1)
    if mark == "/" and not (head in names or tail in names or folded in names or _FILE.search(folded)):
        return  # "and/or", "input/output"
    yield Token("name", raw, folded, start, end)


def _number(raw: str, text: str, start: int, end: int) -> Token:
    value = Decimal(raw.replace(",", "").replace("−", "-"))
    percent = _PERCENT_AFTER.match(text, end)
    if percent:
        return Token("number", text[start : percent.end()], f"{wording.plain(value)}%", start, percent.end())
    kind: TokenKind = "counted" if _COUNTED_AFTER.match(text, end) else "number"
    return Token(kind, raw, wording.plain(value), start, end)


def _word(raw: str, text: str, start: int, end: int, names: Names) -> Iterator[Token]:
    raw = re.sub(r"['’]s$", "", raw)
    folded, end = raw.casefold(), start + len(raw)
    if folded in names:
        kind: TokenKind = "name"
        value = folded
    elif folded in NUMERALS and (folded == "both" or _COUNTED_AFTER.match(text, end)):
        kind, value = "counted", str(NUMERALS[folded])
    elif any(c.isdigit() for c in raw) or _in_code(text, start):
        kind, value = "name", folded
    elif re.search(r"\w[-._]\w", raw) and _resembles(folded, names):
        kind, value = "name", folded
    else:
        return
    yield Token(kind, raw, value, start, end)


def _in_code(text: str, at: int) -> bool:
    return (text.count("`", 0, at) - text.count("\\`", 0, at)) % 2 == 1


def _resembles(word: str, names: Names) -> bool:
    from rapidfuzz import fuzz, process

    return process.extractOne(word, names.keys(), scorer=fuzz.ratio, score_cutoff=85) is not None


def _phrases(text: str, names: Names) -> list[tuple[int, int, str]]:
    """Return where names of several words stand, such as a person's display name."""
    folded = text.casefold()
    if " " not in text or len(folded) != len(text):
        return []
    found = []
    for name in names.phrases:
        at = folded.find(name)
        while at >= 0:
            end = at + len(name)
            if not (folded[at - 1 : at].isalnum() or folded[end : end + 1].isalnum()):
                found.append((at, end, name))
            at = folded.find(name, at + 1)
    return found


def stamp(raw: str) -> str:
    """Return an instant in one form: `2026-03-14`, `2026-03-14 09:00`, `2026-03-14 09:00:05`."""
    text = re.sub(r"(?:\ ?UTC|Z|\+00:00)$", "", re.sub(r"(?<=\d)[Tt]", " ", raw)).strip()
    return re.sub(r"(:\d{2}):00(?:\.0+)?$", r"\1", text)


def _worded(raw: str) -> str:
    words = re.findall(r"[a-z]+|\d+", raw.casefold())
    month = next(i + 1 for i, m in enumerate(MONTHS) for w in words if len(w) > 2 and m.startswith(w))
    numbers = [w for w in words if w.isdigit()]
    year = next((n for n in numbers if len(n) == 4), None)
    day = next((n for n in numbers if len(n) < 3), None)
    return "-".join(([year] if year else []) + [f"{month:02}"] + ([f"{int(day):02}"] if day else []))


def date_forms(text: str) -> set[str]:
    """Return all that may truthfully be written for an instant: itself, its day, month, year, day and month."""
    value = stamp(text)
    day = value[:10]
    return {value, value[:16], day, day[:7], day[:4], day[5:]}
