"""Instants: UTC, microseconds, one fixed-width text form, so that text order is time order."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from askreg.errors import InvalidInput

Clock = Callable[[], datetime]
When = str | date | datetime
"""What callers may give for a time: a date, an aware datetime, or ISO 8601 text of either."""

Edge = Literal["start", "last", "next"]
"""How a bare date is read: its first instant, its last instant, or the first of the next day."""

_BARE = re.compile(r"\d{4}-\d{2}-\d{2}")


def utc_now() -> datetime:
    """Return the present instant: the default clock."""
    return datetime.now(UTC)


def stored(moment: datetime) -> str:
    """Return the text form that the record holds, e.g. `2026-03-14T09:00:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """Return the datetime of a stored instant."""
    return datetime.fromisoformat(text)


def shown(text: str | None) -> str | None:
    """Return a stored instant as people and JSON read it: no empty fraction of a second."""
    return None if text is None else text.replace(".000000Z", "Z")


def instant(value: When, *, bare: Edge, name: str = "date") -> str:
    """Return `value` as a stored instant; text without an offset is taken as UTC."""
    if isinstance(value, str):
        value = _parsed(value.strip(), name)
    if not isinstance(value, datetime):
        return stored(_of_day(value, bare))
    return stored(value if value.tzinfo else value.replace(tzinfo=UTC))


def past(value: When, *, bare: Edge, now: str, name: str) -> str:
    """Return `value` as a stored instant, refusing the future; today's end counts as now."""
    result = instant(value, bare=bare, name=name)
    if result <= now:
        return result
    if result[:10] == now[:10] and _is_bare(value):
        return now
    if bare == "next" and _is_bare(value) and instant(value, bare="start") <= now:
        return now
    raise InvalidInput(f"{name} {value!s} is in the future; the registry's clock says {shown(now)}")


def _parsed(text: str, name: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if _BARE.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{name} {text!r} is not a date; write 2026-03-14 or 2026-03-14T09:00:00Z") from None


def _of_day(day: date, bare: Edge) -> datetime:
    start = datetime.combine(day, time(), UTC)
    if bare == "start":
        return start
    following = start + timedelta(days=1)
    return following if bare == "next" else following - timedelta(microseconds=1)


def _is_bare(value: When) -> bool:
    if isinstance(value, str):
        return bool(_BARE.fullmatch(value.strip()))
    return not isinstance(value, datetime)
