"""What a right answer must hold, as the oracle states it and the scorer reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Item:
    """One fact that must be there. A field that is None is not looked at."""

    value: str
    subject: str | None = None
    field: str | None = None
    dataset: str | None = None
    cohort: str | None = None


@dataclass(frozen=True, kw_only=True)
class Gold:
    """The content of a right answer. An aspect that is None or empty is not asked for."""

    items: tuple[Item, ...] = ()
    members: frozenset[str] | None = None
    kind: str | None = None
    """Kind of the members: version, model, dataset, person, place, site, run, document."""
    optional: frozenset[str] = frozenset()
    count: int | None = None
    verdict: bool | None = None
    winner: str | None = None
    loser: str | None = None
    tie_ok: bool = False
    """The intervals overlap, or the values are equal: "no clear difference" is right too."""
    difference: Decimal | None = None
    days: frozenset[int] = frozenset()
    dates: tuple[str, ...] = ()
    mentions: tuple[tuple[str, ...], ...] = field(default=())
    """Of each group one must be said, in the answer, the reason or a reading."""

    @property
    def one(self) -> str:
        """The only member; an error when there are none or several."""
        members = sorted(self.members or ())
        if len(members) != 1:
            raise ValueError(f"expected one member, got {members!r}")
        return members[0]

    def told(self) -> dict[str, Any]:
        """The aspects that are asked for, as JSON."""
        found = {name: value for name, value in asdict(self).items() if value not in (None, (), frozenset(), False)}
        if self.verdict is False:
            found["verdict"] = False
        if self.members is not None:
            found["members"] = self.members
        return {name: _jsonable(value) for name, value in found.items()}

    def with_(self, **changes: Any) -> Gold:
        """A copy with some aspects changed."""
        return replace(self, **changes)


def instant(value: str | datetime, *, end_of_day: bool = True) -> datetime:
    """An aware UTC time; a bare date is the end of its day, or the start on request."""
    if isinstance(value, str) and len(value) == 10:
        day = datetime.fromisoformat(value).date()
        return datetime.combine(day, time(23, 59, 59, 999999) if end_of_day else time(), UTC)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value.replace("Z", "+00:00"))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _jsonable(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_jsonable(part) for part in value]
    if isinstance(value, dict):
        return {name: part for name, part in value.items() if part is not None}
    return str(value) if isinstance(value, Decimal) else value
