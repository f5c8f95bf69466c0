"""How the report writes text and figures: nothing is rounded to what it is not, and hostile text is inert."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

from markupsafe import Markup, escape

from eval.summary import Share

ABSENT = "–"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that show as nothing, or that change how their neighbours show."""


def shown(text: str) -> str:
    """Return text with what would not be seen (NUL, overrides of direction, zero width) spelled out."""
    if text.isprintable():
        return text
    return "".join(f"⟨U+{ord(c):04X}⟩" if c not in "\n\t" and unicodedata.category(c) in _UNSEEN else c for c in text)


def finalized(value: object) -> object:
    """Return what a template prints for a value; whatever text it prints goes through `shown`."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def size(text: str) -> int:
    """Return how many bytes the text takes in the page."""
    return len(escape(shown(text)).encode())


def cut(text: str, room: int) -> str:
    """Return the beginning of the text that takes at most `room` bytes in the page, and how much was left out."""
    if size(text) <= room:
        return text
    kept = bisect_right(range(min(room, len(text)) + 1), room, key=lambda length: size(text[:length])) - 1
    return f"{text[:kept]} … ({len(text) - kept:,} characters are left out)"


def percent(share: float | None) -> str:
    """Return a share in per cent with one decimal; only all is 100 and only none is 0."""
    if share is None:
        return ABSENT
    if 0 < share < 0.0005:
        return "<0.1\N{NO-BREAK SPACE}%"
    if 0.9995 <= share < 1:
        return ">99.9\N{NO-BREAK SPACE}%"
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def interval(share: Share) -> str:
    """Return the interval of a share, in per cent."""
    if share.interval is None:
        return ABSENT
    low, high = share.interval
    return f"{100 * low:.1f}–{100 * high:.1f}\N{NO-BREAK SPACE}%"


def decimal(value: float | None, places: int = 3) -> str:
    """Return a figure with so many decimals."""
    return ABSENT if value is None else f"{value:.{places}f}".replace("-", "−")


def seconds(value: float | None) -> str:
    """Return a duration with three figures, in the unit that suits it."""
    if value is None:
        return ABSENT
    if value < 0.9995:
        return f"{1000 * value:.3g}\N{NO-BREAK SPACE}ms"
    return f"{value:.3g}\N{NO-BREAK SPACE}s" if value < 999.5 else f"{value:,.0f}\N{NO-BREAK SPACE}s"
