"""How values read in Markdown: instants, spans of time, and text that must stay text.

What the record holds as free text was written by anyone: escaped, it can neither format, link nor embed anything.
"""

import re
from decimal import Decimal, InvalidOperation

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_PLAIN = re.compile(r"[\w@:/.,=+%-]*")
_MARKER = re.compile(r"[-+=_]+|\d+\.")
"""Alone at the start of a line, a rule, an underline or a list's bullet or number."""
_NAME = 3
"""Words that a name may have: `scikit-learn 1.9`, `Maria del Prado`."""
_PROSE = re.compile(r"[.!?:;]\s|[<>{}\[\]`*|\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\n]")
_FREE = re.compile(r"(?:^|\.)(?:description|comment|reason|title|source|section|card\.[\w.-]+|detail\.\w+|quote\.\w+)$")


def instant(text: str, *, date: bool = False) -> str:
    """Return a stored instant as people read it: `2026-03-14 09:00 UTC`."""
    day, _, time = text.removesuffix("Z").partition("T")
    if date or not time:
        return day
    hours, minutes, seconds = time.split(":")
    whole, _, fraction = seconds.partition(".")
    tail = f".{fraction}" if fraction.strip("0") else ""
    return f"{day} {hours}:{minutes}" + (f":{whole}{tail}" if int(whole) or tail else "") + " UTC"


def span(seconds: Decimal) -> str:
    """Return a length of time to the second: `163 days 4 hours`."""
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    parts = []
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:f} {unit}{'' if count == 1 else 's'}")
    if seconds or not parts:
        parts.append(f"{plain(seconds)} second{'' if seconds == 1 else 's'}")
    return sign + " ".join(parts)


def number(text: str) -> Decimal | None:
    """Return the text as a number if it is one."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def plain(value: Decimal) -> str:
    """Return a number without an exponent or empty places."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_text(text: str) -> str:
    """Return a number's text in its plain form; any other text as it is."""
    value = number(text)
    return text if value is None else plain(value)


def about(value: Decimal, *, digits: int = 4) -> str:
    """Return a quotient: as it is if it ends within six significant digits, else rounded and marked `≈`."""
    brief = Decimal(f"{value:.6g}")
    if brief == value:
        return plain(brief)
    return f"≈ {plain(Decimal(f'{value:.{digits}g}'))}"


def is_free(field: str) -> bool:
    """Tell whether a field holds whatever somebody wrote."""
    return bool(_FREE.search(field))


def is_prose(text: str) -> bool:
    """Tell whether a text is more than a name or a figure: quoted, it cannot be taken for what the answer says."""
    return len(text.split()) > _NAME or bool(_PROSE.search(text))


def is_uri(text: str) -> bool:
    """Tell whether the text is a URI, which is shown as code so that nothing makes a link of it."""
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s`]+", text))


def escape(text: str) -> str:
    """Return text that Markdown shows exactly as it is, on one line."""
    text = " ".join(text.split())
    if _PLAIN.fullmatch(text) and "://" not in text and "__" not in text and not _MARKER.fullmatch(text):
        return text if text[:1] != "_" else f"\\{text}"
    text = re.sub(r"([\\`*\[\]<>|~$])", r"\\\1", text)
    text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)
    text = re.sub(r"(?i):(?=//)|(?<=\bwww)\.|(?<=\w)@(?=\w)", r"\\\g<0>", text)
    return re.sub(r"^(\d+)([.)])(?=\s)|^(?=[#+=-])", r"\1\\\2", text)


def unescape(text: str) -> str:
    """Return what Markdown shows for escaped text."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def code(text: str) -> str:
    """Return text for the inside of a code span."""
    return " ".join(text.split()).replace("`", "'")
