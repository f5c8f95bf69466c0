"""Proof that nothing was altered: the log replayed against itself, the live tables and checkpoints."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, select

from askreg.errors import InvalidInput, StorageError
from askreg.registry.checkpoints import Checkpoint, origin_of, recorded
from askreg.registry.images import Images
from askreg.registry.log import GENESIS, event_hash
from askreg.registry.merkle import Tree
from askreg.registry.notes import Verifier
from askreg.registry.results import CheckedCheckpoint, LogHead, Problem, Verification
from askreg.registry.tables import RECORD, Event, Head
from askreg.registry.view import table

MOST_PROBLEMS = 200
"""How many problems are named; the rest are counted."""

Progress = Callable[[int, int], None]


@dataclass
class _Replay:
    """What the log has said so far."""

    tables: dict[str, Images]
    problems: list[Problem] = field(default_factory=list)
    seq: int = 0
    hash: str = GENESIS
    events: int = 0
    recorded_at: str = ""
    first: str = ""
    """The hash that the first event's contents give."""
    tree: Tree | None = None
    """The Merkle tree of what the events' contents give, where there is a checkpoint to compare it with."""

    def problem(self, where: str, what: str) -> None:
        self.problems.append(Problem(where=where, what=what))


def head(connection: Connection) -> LogHead:
    """Return where the log ends now."""
    found = connection.execute(select(table(Head))).mappings().first()
    if found is None:
        raise StorageError("the registry has lost its head row: run 'askreg audit verify'")
    return LogHead(seq=found["seq"], hash=found["hash"])


def verify(
    connection: Connection,
    *,
    checkpoints: Iterable[Checkpoint] = (),
    keys: Iterable[Verifier] = (),
    progress: Progress | None = None,
) -> Verification:
    """Replay the whole log, compare it with every table of the record, the head, and checkpoints.

    The checkpoints are those that were kept outside and given, and those that the log tells of. One that was read
    from a signed note holds only if one of the `keys` signed it.
    """
    kept, told, known = list(checkpoints), list(recorded(connection)), list(keys)
    replay = _Replay({str(of.__tablename__): Images(connection, of) for of in RECORD})
    replay.tree = Tree() if kept or told else None
    heads = connection.execute(select(table(Head))).mappings().all()
    _replay(connection, replay, heads[0]["seq"] if heads else 0, progress)
    _check_head(replay, heads)
    for images in replay.tables.values():
        for where, what in images.problems():
            replay.problem(where, what)
    for seq, payload in told:
        _check_recorded(replay, seq, payload, known)
    checked = _check_kept(replay, kept, known)
    problems = replay.problems[:MOST_PROBLEMS]
    if len(replay.problems) > MOST_PROBLEMS:
        problems.append(Problem(where="…", what=f"and {len(replay.problems) - MOST_PROBLEMS} more"))
    return Verification(
        ok=not replay.problems,
        events=replay.events,
        head=LogHead(seq=replay.seq, hash=str(replay.hash)),
        checkpoints=checked,
        recorded=len(told),
        problems=problems,
    )


_BATCH = 1000


def _replay(connection: Connection, replay: _Replay, total: int, progress: Progress | None) -> None:
    query = select(table(Event)).order_by(table(Event).c.seq)
    for batch in connection.execution_options(yield_per=_BATCH).execute(query).partitions():
        for event in batch:
            _check_link(replay, event)
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
    if replay.tree is not None:
        replay.tree.append(bytes.fromhex(own))
    replay.first = replay.first or own
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


def _check_kept(replay: _Replay, kept: list[Checkpoint], keys: list[Verifier]) -> list[CheckedCheckpoint]:
    """Compare the checkpoints that were given, in their order; the one before a broken one says how far back it is."""
    doubts = [_doubt(replay, each, each.doubt(keys)) for each in kept]
    held = [each.size for each, doubt in zip(kept, doubts, strict=True) if doubt is None]
    for each, doubt in zip(kept, doubts, strict=True):
        if doubt is not None:
            before = max((size for size in held if size < each.size), default=None)
            since = "" if before is None else f"; that of event {before} holds, so it was altered after that event"
            replay.problem(f"checkpoint {each.size}", doubt + since)
    return [
        CheckedCheckpoint(seq=each.size, hash=each.root.hex(), ok=doubt is None, origin=each.origin)
        for each, doubt in zip(kept, doubts, strict=True)
    ]


def _check_recorded(replay: _Replay, seq: int, payload: str, keys: list[Verifier]) -> None:
    """Compare a checkpoint that the log tells of; one by a key that is not known here still has to fit the log."""
    try:
        detail = orjson.loads(payload)["detail"]
        found = Checkpoint.parse(detail["note"], name=f"event {seq}")
        signer = Verifier.parse(detail["key"])
    except (ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        replay.problem(f"event {seq}", "it tells of a checkpoint that cannot be read")
        return
    doubt = "it covers itself" if found.size >= seq else None
    doubt = doubt or (found.doubt([signer]) if signer in keys else None) or _doubt(replay, found, None)
    if doubt is not None:
        replay.problem(f"event {seq}", f"the checkpoint of event {found.size} that it tells of does not hold: {doubt}")


def _doubt(replay: _Replay, kept: Checkpoint, doubt: str | None) -> str | None:
    """Return why a checkpoint does not hold: a doubt of its signature, or what the log is not."""
    if doubt is not None or replay.tree is None:
        return doubt
    if kept.size > len(replay.tree):
        return f"the log ends before it, at event {replay.seq}: it was cut off"
    if replay.tree.root(kept.size) == kept.root:
        own = origin_of(replay.first)
        return None if kept.origin == own or not kept.size else f"it is of the log {kept.origin}, and this is {own}"
    return "the log up to there is not the one of the checkpoint: events were altered, moved or removed, or rewritten"
