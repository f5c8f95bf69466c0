"""A table of the record held against the images of its rows in the log.

Ids are given out in the order of the log, so a table and its images are read side by side and compared batch by batch.
What differs, as every row does that a later event changed, is kept until the log has been read.
"""

import hashlib
import json
import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select

from askreg.registry.canonical import sha256
from askreg.registry.tables import Event, Recorded
from askreg.registry.view import table

Values = tuple[Any, ...]

_BATCH = 1000


class Images:
    """The images of one table's rows as the log gives them, and the table read beside them."""

    def __init__(self, connection: Connection, of: type[Recorded]) -> None:
        self.name = str(of.__tablename__)
        self._table, self._connection = table(of), connection
        self._columns = tuple(column.name for column in self._table.c)
        self._values = itemgetter(*self._columns)
        self._event = self._columns.index("event")
        self._digested = [self._columns.index(name) for name in getattr(of, "digested", ())]
        self._fetch = _fetching(connection, self.name, self._columns)
        self.last_id: Any = 0
        """The id of the row that the log inserted last."""
        self._inserted: list[Values] = []
        self._told: dict[Any, tuple[bytes, int]] = {}
        """The last image of each row that was not found like it, and the event that gave it."""
        self._found: dict[Any, bytes] = {}
        """The rows that were not like their image."""
        self._twice: list[Any] = []

    def tell(self, seq: int, images: Iterable[Mapping[str, Any]]) -> None:
        """Take in rows as they stood after event `seq`."""
        for values in map(self._values, images):
            if values[self._event] == seq:
                self._inserted.append(values)
            else:
                self._told[values[0]] = (_fingerprint(values), seq)

    def compare(self) -> None:
        """Compare the rows that were inserted since the last time with as many of the table."""
        told = self._inserted
        if not told:
            return
        found = self._rows(len(told))
        if _written(told) != _written(found):
            for image, row in zip_longest(told, found):
                if _written(image) != _written(row):
                    self._differ(image, row)
        self.last_id = told[-1][0]
        told.clear()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Read the rest of the table; yield which rows are not what the log says, and how."""
        self.compare()
        while rows := self._rows(_BATCH):
            for row in rows:
                self._differ(None, row)
        for id in self._twice:
            yield f"{self.name} {id}", "it is there twice"
        for id, found in self._found.items():
            told, seq = self._told.pop(id, (None, 0))
            if told is None:
                yield f"{self.name} {id}", "no event wrote this row: it was inserted, moved or renumbered"
            elif told != found:
                yield f"{self.name} {id}", self._difference(id, seq, self._live(id))
        for id, (told, seq) in self._told.items():  # rows like an earlier image, or gone
            live = self._live(id)
            if live is None:
                yield f"{self.name} {id}", f"event {seq} wrote it, and it is no longer there: {self._image(id, seq)}"
            elif told != _fingerprint(live):
                yield f"{self.name} {id}", self._difference(id, seq, live)

    def _rows(self, count: int) -> list[Values]:
        rows = self._fetch(count)
        return [self._as_logged(row) for row in rows] if self._digested else rows

    def _as_logged(self, row: Values) -> Values:
        return tuple(sha256(v) if i in self._digested and isinstance(v, str) else v for i, v in enumerate(row))

    def _differ(self, image: Values | None, row: Values | None) -> None:
        if image is not None:  # a later event of the batch may have given the next image already
            self._told.setdefault(image[0], (_fingerprint(image), image[self._event]))
        if row is not None:
            if row[0] in self._found:
                self._twice.append(row[0])
            self._found[row[0]] = _fingerprint(row)

    def _live(self, id: object) -> Values | None:
        if not isinstance(id, int):
            return None
        row = self._connection.execute(select(self._table).where(self._table.c.id == id)).first()
        return None if row is None else self._as_logged(tuple(row))

    def _difference(self, id: object, seq: int, live: Values | None) -> str:
        told = self._image(id, seq)
        differing = "; ".join(
            f"{column} is {value!r}, the log says {told.get(column)!r}"
            for column, value in zip(self._columns, live or (), strict=False)
            if _written(told.get(column)) != _written(value)
        )
        return f"altered since event {seq}: {differing}"

    def _image(self, id: object, seq: int) -> dict[str, Any]:
        events = table(Event)
        payload = self._connection.execute(select(events.c.payload).where(events.c.seq == seq)).scalar_one()
        images: list[dict[str, Any]] = json.loads(payload)["rows"][self.name]
        return next(image for image in images if image["id"] == id)


def _written(values: Any) -> bytes:
    # Version 2 of marshal writes equal values alike, whatever their identity, and tells 1 from 1.0 and "1".
    return marshal.dumps(values, 2)


def _fingerprint(values: Values) -> bytes:
    return hashlib.blake2b(_written(values), digest_size=16).digest()


def _fetching(connection: Connection, name: str, columns: tuple[str, ...]) -> Callable[[int], list[Values]]:
    """Return what gives the next so many rows of a table as plain tuples."""
    # Types are left out, so that a value of the wrong type comes back as it is and is reported.
    listed = ", ".join(f'"{column}"' for column in columns)
    query = f'SELECT {listed} FROM "{name}" ORDER BY id'
    result = connection.exec_driver_sql(query, execution_options={"stream_results": True})
    if connection.dialect.name == "sqlite":  # whose rows are plain tuples already
        cursor: Any = result.cursor
        return cursor.fetchmany  # type: ignore[no-any-return]
    return lambda count: [tuple(row) for row in result.fetchmany(count)]
