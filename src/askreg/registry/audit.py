"""Proof that nothing was altered: the log replayed against itself, the live tables and kept checkpoints."""

import hashlib
import json
import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, select

from askreg.errors import InvalidInput
from askreg.registry.canonical import sha256
from askreg.registry.log import GENESIS, event_hash
from askreg.registry.results import CheckedCheckpoint, LogHead, Problem, Verification
from askreg.registry.tables import RECORD, Event, Head
from askreg.registry.view import table

ORIGIN = "askreg"
MOST_PROBLEMS = 200
"""How many problems are named; the rest are counted."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the log stood at some time, kept outside of it. Only such a thing shows a log rewritten as a whole."""

    seq: int
    hash: str

    def to_json(self) -> str:
        """Return the text to keep."""
        return json.dumps({"origin": ORIGIN, "seq": self.seq, "hash": self.hash}) + "\n"

    @classmethod
    def from_json(cls, text: str, *, name: str) -> "Checkpoint":
        """Read a kept checkpoint; `name` says in errors where it came from."""
        try:
            kept = json.loads(text)
            if kept["origin"] != ORIGIN or not isinstance(kept["seq"], int) or not isinstance(kept["hash"], str):
                raise ValueError
            return cls(kept["seq"], kept["hash"])
        except (ValueError, KeyError, TypeError):
            raise InvalidInput(f"{name} is not a checkpoint; 'askreg audit checkpoint' writes one") from None


@dataclass
class _Replay:
    """What the log says: each row's fingerprint and the event that wrote it last."""

    expected: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    events: int = 0
    head: LogHead = LogHead(seq=0, hash=GENESIS)  # noqa: RUF009
    recorded_at: str = ""
    hashes: dict[int, str] = field(default_factory=dict)
    """The hashes at the sequence numbers of the checkpoints."""

    def problem(self, where: str, what: str) -> None:
        self.problems.append(Problem(where=where, what=what))


def checkpoint(connection: Connection) -> Checkpoint:
    """Return where the log stands now."""
    head = connection.execute(select(table(Head))).mappings().one()
    return Checkpoint(head["seq"], head["hash"])


def verify(
    connection: Connection, *, checkpoints: Iterable[Checkpoint] = (), progress: Progress | None = None
) -> Verification:
    """Replay the whole log, compare it with every table of the record, the head, and kept checkpoints."""
    kept = list(checkpoints)
    replay = _Replay()
    head = connection.execute(select(table(Head))).mappings().one_or_none()
    _replay(connection, replay, {c.seq for c in kept}, head["seq"] if head else 0, progress)
    _check_head(replay, head)
    for position, of in enumerate(RECORD):
        _check_table(connection, replay, position, table(of), getattr(of, "digested", frozenset()))
    for id, (_, seq) in replay.expected.items():
        replay.problem(
            f"row {id}", f"event {seq} wrote it, and it is no longer there: {_described(connection, seq, id)}"
        )
    checked = [_check_checkpoint(replay, each) for each in kept]
    problems = replay.problems[:MOST_PROBLEMS]
    if len(replay.problems) > MOST_PROBLEMS:
        problems.append(Problem(where="…", what=f"and {len(replay.problems) - MOST_PROBLEMS} more"))
    return Verification(
        ok=not replay.problems, events=replay.events, head=replay.head, checkpoints=checked, problems=problems
    )


_ORDER = [tuple(column.name for column in table(of).c) for of in RECORD]
_PLACE = {str(of.__tablename__): (position, itemgetter(*_ORDER[position])) for position, of in enumerate(RECORD)}


def _replay(connection: Connection, replay: _Replay, kept: set[int], total: int, progress: Progress | None) -> None:
    previous, number = GENESIS, 0
    columns = table(Event).c
    fields = [column for column in columns if column.name != "hash"]
    names = [column.name for column in fields]
    query = select(columns.hash, *fields).order_by(columns.seq)
    for row in connection.execution_options(yield_per=2000).execute(query):
        event = dict(zip(names, row[1:], strict=True))
        number = _check_link(replay, event, row[0], previous, number)
        previous = row[0]
        if number in kept:
            replay.hashes[number] = previous
        if progress is not None and number % 5000 == 0:
            progress(number, total)
    replay.head = LogHead(seq=number, hash=previous)


def _check_link(replay: _Replay, event: dict[str, Any], hash: str, previous: str, number: int) -> int:
    seq = event["seq"]
    if seq != number + 1:
        replay.problem(f"event {number + 1}", f"missing: the log goes from event {number} to {seq}")
    try:
        intact = event_hash(**event) == hash
    except (TypeError, AttributeError):
        intact = False
    if not intact:
        replay.problem(f"event {seq}", "altered: its contents do not give its hash")
    if event["previous"] != previous:
        replay.problem(
            f"event {seq}", "does not follow the event before it: one was altered, inserted, moved or removed"
        )
    recorded_at = str(event["recorded_at"])
    if recorded_at < replay.recorded_at:
        replay.problem(f"event {seq}", f"backdated: recorded at {recorded_at}, after one of {replay.recorded_at}")
    replay.recorded_at = max(replay.recorded_at, recorded_at)
    replay.events += 1
    _apply(replay, seq, event["payload"])
    return int(seq)


def _apply(replay: _Replay, seq: int, payload: str) -> None:
    try:
        rows = orjson.loads(payload)["rows"]
        for name, images in rows.items():
            position, values = _PLACE[name]
            for image in images:
                replay.expected[image["id"]] = (_fingerprint(position, values(image)), seq)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        replay.problem(f"event {seq}", f"its payload cannot be replayed: {error!r}")


def _fingerprint(position: int, values: tuple[Any, ...]) -> bytes:
    # Version 2 of marshal writes equal values alike, whatever their identity, and tells 1 from 1.0 and "1".
    return hashlib.blake2b(marshal.dumps((position, values), 2), digest_size=16).digest()


def _check_table(connection: Connection, replay: _Replay, position: int, of: Any, digested: frozenset[str]) -> None:
    order = _ORDER[position]
    hashed = [order.index(name) for name in digested]
    pop = replay.expected.pop
    for row in _rows(connection, of):
        values = tuple(row)
        if hashed:
            values = tuple(sha256(v) if i in hashed and isinstance(v, str) else v for i, v in enumerate(values))
        told = pop(values[0], None)
        if told is None:
            replay.problem(f"{of.name} {values[0]}", "no event wrote this row: it was inserted, moved or renumbered")
        elif told[0] != _fingerprint(position, values):
            differs = _difference(connection, told[1], of.name, dict(zip(order, values, strict=True)))
            replay.problem(f"{of.name} {values[0]}", f"altered since event {told[1]}: {differs}")


def _rows(connection: Connection, of: Any) -> Iterator[Any]:
    # Types are left out, so that a value of the wrong type comes back as it is and is reported.
    columns = ", ".join(f'"{name}"' for name in (column.name for column in of.c))
    result = connection.execution_options(yield_per=2000).exec_driver_sql(f'SELECT {columns} FROM "{of.name}"')
    return chain.from_iterable(result.partitions(2000))


def _difference(connection: Connection, seq: int, name: str, live: dict[str, Any]) -> str:
    image = _image(connection, seq, live["id"])
    if image is None or image[0] != name:
        return "the log has it in another table"
    told = image[1]
    return "; ".join(
        f"{column} is {value!r}, the log says {told[column]!r}"
        for column, value in live.items()
        if told[column] != value
    )


def _described(connection: Connection, seq: int, id: int) -> str:
    image = _image(connection, seq, id)
    return "unknown" if image is None else f"{image[0]} {json.dumps(image[1], ensure_ascii=False)}"


def _image(connection: Connection, seq: int, id: int) -> tuple[str, dict[str, Any]] | None:
    events = table(Event)
    payload = connection.execute(select(events.c.payload).where(events.c.seq == seq)).scalar()
    for name, images in json.loads(payload or '{"rows":{}}')["rows"].items():
        for image in images:
            if image["id"] == id:
                return name, image
    return None


def _check_head(replay: _Replay, head: Mapping[Any, Any] | None) -> None:
    if head is None:
        replay.problem("head", "the head of the log is missing")
        return
    if (head["seq"], head["hash"]) != (replay.head.seq, replay.head.hash):
        replay.problem(
            "head",
            f"the log ends at event {replay.head.seq}, the head says {head['seq']}: events were cut off or added",
        )
    last = max(replay.expected, default=0)
    if head["last_id"] != last:
        replay.problem("head", f"the last id is {last}, the head says {head['last_id']}")


def _check_checkpoint(replay: _Replay, kept: Checkpoint) -> CheckedCheckpoint:
    found = GENESIS if kept.seq == 0 else replay.hashes.get(kept.seq)
    if found is None:
        replay.problem(f"checkpoint {kept.seq}", f"the log ends before it, at event {replay.head.seq}: it was cut off")
    elif found != kept.hash:
        replay.problem(
            f"checkpoint {kept.seq}", "the log up to there is not the one of the checkpoint: it was rewritten"
        )
    return CheckedCheckpoint(seq=kept.seq, hash=kept.hash, ok=found == kept.hash)
