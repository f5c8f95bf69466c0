"""The shapes of entries: a value, a table, or nothing on record."""

from askreg.reports.cards.content import Entry, Row, Statement, Table


def value(field: str, said: list[Statement], *, reason: str | None = None) -> Entry:
    """Return an entry of statements; without any, a missing one."""
    if not said:
        return Entry(field=field, state="missing", reason=reason)
    return Entry(field=field, state="value", statements=tuple(said))


def table(field: str, columns: tuple[str, ...], rows: list[Row]) -> Entry:
    """Return an entry of a table's rows; without any, a missing one."""
    return tabled(field, Table(columns=columns, rows=tuple(rows)) if rows else None)


def tabled(field: str, table: Table | None, *, reason: str | None = None) -> Entry:
    """Return an entry of a table; without one, a missing one."""
    if table is None:
        return Entry(field=field, state="missing", reason=reason)
    return Entry(field=field, state="value", table=table)


def day(instant: str) -> str:
    """Return an instant's day."""
    return instant[:10]


def instant(instant: str) -> str:
    """Return an instant as people read it, to the second."""
    return instant[:19].replace("T", " ") + " UTC"
