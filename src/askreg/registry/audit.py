"""Proof that nothing was altered: the log replayed against itself, the live tables and kept checkpoints."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, select

from askreg.errors import InvalidInput, StorageError
from askreg.registry.images import Images
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
    """What the log has said so far."""

    tables: dict[str, Images]
    problems: list[Problem] = field(default_factory=list)
    seq: int = 0
    hash: str = GENESIS
    events: int = 0
    recorded_at: str = ""
    hashes: dict[int, str] = field(default_factory=dict)
    """The hashes at the sequence numbers of the checkpoints."""

    def problem(self, where: str, what: str) -> None:
        self.problems.append(Problem(where=where, what=what))


def checkpoint(connection: Connection) -> Checkpoint:
    """Return where the log stands now."""
    head = connection.execute(select(table(Head))).mappings().first()
    if head is None:
        raise StorageError("the registry has lost its head row: run 'askreg audit verify'")
    return Checkpoint(head["seq"], head["hash"])


def verify(
    connection: Connection, *, checkpoints: Iterable[Checkpoint] = (), progress: Progress | None = None
) -> Verification:
    """Replay the whole log, compare it with every table of the record, the head, and kept checkpoints."""
    kept = list(checkpoints)
    replay = _Replay({str(of.__tablename__): Images(connection, of) for of in RECORD})
    heads = connection.execute(select(table(Head))).mappings().all()
    _replay(connection, replay, {c.seq for c in kept}, heads[0]["seq"] if heads else 0, progress)
    _check_head(replay, heads)
    for images in replay.tables.values():
        for where, what in images.problems():
            replay.problem(where, what)
    checked = [_check_checkpoint(replay, each) for each in kept]
    problems = replay.problems[:MOST_PROBLEMS]
    if len(replay.problems) > MOST_PROBLEMS:
        problems.append(Problem(where="…", what=f"and {len(replay.problems) - MOST_PROBLEMS} more"))
    return Verification(
        ok=not replay.problems,
        events=replay.events,
        head=LogHead(seq=replay.seq, hash=str(replay.hash)),
        checkpoints=checked,
        problems=problems,
    )


_BATCH = 1000


def _replay(connection: Connection, replay: _Replay, kept: set[int], total: int, progress: Progress | None) -> None:
    query = select(table(Event)).order_by(table(Event).c.seq)
    for batch in connection.execution_options(yield_per=_BATCH).execute(query).partitions():
        for event in batch:
            _check_link(replay, event)
            if replay.seq in kept:
                replay.hashes[replay.seq] = replay.hash
        for images in replay.tables.values():
            images.compare()
        if progress is not None:
            progress(replay.events, total)


def _check_link(replay: _Replay, event: Sequence[Any]) -> None:
    seq, recorded_at, occurred_at, recorded_by, actor, action, subject, entity_id, payload, previous, hash = event
    if seq != replay.seq + 1:
        replay.problem(f"event {replay.seq + 1}", f"missing: the log goes from event {replay.seq} to {seq}")
    try:
        own = event_hash(
            seq=seq,
            recorded_at=recorded_at,
            occurred_at=occurred_at,
            recorded_by=recorded_by,
            actor=actor,
            action=action,
            subject=subject,
            entity_id=entity_id,
            payload=payload,
            previous=previous,
        )
    except (TypeError, AttributeError):
        own = ""
    if own != hash:
        replay.problem(f"event {seq}", "altered: its contents do not give its hash")
    if previous != replay.hash:
        replay.problem(
            f"event {seq}", "does not follow the event before it: one was altered, inserted, moved or removed"
        )
    if str(recorded_at) < replay.recorded_at:
        replay.problem(f"event {seq}", f"backdated: recorded at {recorded_at}, after one of {replay.recorded_at}")
    else:
        replay.recorded_at = str(recorded_at)
    replay.seq = seq if isinstance(seq, int) else replay.seq + 1
    replay.hash = hash
    replay.events += 1
    _take_in(replay, seq, payload)


def _take_in(replay: _Replay, seq: int, payload: str) -> None:
    try:
        for name, images in orjson.loads(payload)["rows"].items():
            replay.tables[name].tell(seq, images)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        replay.problem(f"event {seq}", f"its payload cannot be replayed: {error!r}")


def _check_head(replay: _Replay, heads: Sequence[Mapping[Any, Any]]) -> None:
    if len(heads) != 1:
        replay.problem("head", f"the log has {len(heads)} heads, not one: a row was removed or inserted")
        return
    head = heads[0]
    if head["id"] != 1:
        replay.problem("head", f"its id is {head['id']}, not 1: it was renumbered, and writes would not move it")
    if (head["seq"], head["hash"]) != (replay.seq, replay.hash):
        replay.problem(
            "head",
            f"the log ends at event {replay.seq}, the head says {head['seq']}: events were cut off or added",
        )
    last = max(images.last_id for images in replay.tables.values() if isinstance(images.last_id, int))
    if head["last_id"] != last:
        replay.problem("head", f"the last id is {last}, the head says {head['last_id']}")


def _check_checkpoint(replay: _Replay, kept: Checkpoint) -> CheckedCheckpoint:
    found = GENESIS if kept.seq == 0 else replay.hashes.get(kept.seq)
    if found is None:
        replay.problem(f"checkpoint {kept.seq}", f"the log ends before it, at event {replay.seq}: it was cut off")
    elif found != kept.hash:
        replay.problem(
            f"checkpoint {kept.seq}", "the log up to there is not the one of the checkpoint: it was rewritten"
        )
    return CheckedCheckpoint(seq=kept.seq, hash=kept.hash, ok=found == kept.hash)
