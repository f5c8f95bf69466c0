"""The record as of an instant, as known then: the two time axes as SQL conditions."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, case, literal_column, select, true
from sqlalchemy import func as sql

from askreg.registry import times
from askreg.registry.tables import Base, Event, span
from askreg.registry.times import When


def table(of: type[Base]) -> Table:
    """Return the Core table behind a SQLModel class."""
    return of.__table__  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True, slots=True)
class View:
    """A connection and the two limits of what may be seen through it.

    `as_of` is the last instant that has happened; None means now, which no row is later than.
    `known` is the last event that has been recorded; None means all.
    """

    connection: Connection
    now: str
    as_of: str | None = None
    known: int | None = None

    @property
    def instant(self) -> str:
        """Return the instant this view is of."""
        return self.as_of or self.now

    def exists(self, of: FromClause) -> ColumnElement[bool]:
        """Return the condition that a row (of any `Recorded` table or alias of one) had happened and was known."""
        limits = []
        if self.as_of is not None:
            limits.append(of.c.at <= self.as_of)
        if self.known is not None:
            limits.append(of.c.event <= self.known)
        return and_(true(), *limits)

    def open(self, of: FromClause) -> ColumnElement[bool]:
        """Return the condition that an interval (a row of an `Interval` table) held then, as far as known."""
        return and_(self.exists(of), self.until(of).is_(None))

    def spanned(self, of: Table) -> ColumnElement[bool]:
        """Return a condition that all meet that are `open`, for an index on `span` to answer."""
        if self.known is not None:
            return true()  # what was not known to be over may lie in any
        lies_in: ColumnElement[str] = literal_column(span(f"{of.name}."))
        if self.as_of is None:
            return lies_in == literal_column("''")
        return lies_in.in_([literal_column("''"), *(sql.substr(self.as_of, 1, length) for length in (4, 7, 10))])

    def until(self, of: FromClause) -> ColumnElement[str | None]:
        """Return the end of an interval as seen from here: null if it came later or was not known yet."""
        if self.as_of is None and self.known is None:
            return of.c.until
        seen: list[ColumnElement[bool]] = []
        if self.as_of is not None:
            seen.append(of.c.until <= self.as_of)
        if self.known is not None:
            seen.append(of.c.closed_event <= self.known)
        return case((and_(*seen), of.c.until), else_=None)


def at(connection: Connection, *, now: str, as_of: When | None = None, known_at: When | None = None) -> View:
    """Return the view of a connection, refusing the future on either axis."""
    limit = None if as_of is None else times.past(as_of, bare="last", now=now, name="as_of")
    known = None
    if known_at is not None:
        then = times.past(known_at, bare="last", now=now, name="known_at")
        events = table(Event)
        latest = select(events.c.seq).where(events.c.recorded_at <= then)
        found = connection.execute(latest.order_by(events.c.recorded_at.desc(), events.c.seq.desc()).limit(1)).scalar()
        known = found or 0
    return View(connection, now, limit, known)
