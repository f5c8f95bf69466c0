"""Checkpoints: where the log stood, in a few lines that are signed and kept outside of it.

A checkpoint is the root of the Merkle tree over the hashes of the first so many events, in the form of C2SP
(tlog-checkpoint). It is an event too, the next one: it speaks of the events before it, so the log vouches for its
checkpoints and they for it, without a circle.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from askreg.errors import Conflict, InvalidInput
from askreg.registry.merkle import SIZE, Tree
from askreg.registry.notes import Note, SigningKey, Verifier
from askreg.registry.tables import Event
from askreg.registry.unit import Unit
from askreg.registry.view import table

SIGNED = "checkpoint.signed"
"""The action of the event that records a checkpoint."""
_EVENT = table(Event)
_NUMBER = re.compile(r"0|[1-9]\d{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of the log `origin` at `size` events; `note` is the signed text it was read from, if it was."""

    origin: str
    size: int
    root: bytes
    note: str | None = None

    @property
    def text(self) -> str:
        """Return the lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, note: str, *, name: str) -> "Checkpoint":
        """Read a signed checkpoint, without checking it; `name` says in errors where it came from."""
        try:
            origin, size, root, *_ = Note.parse(note).text.split("\n")
            decoded = base64.b64decode(root, validate=True)
            if not origin or not _NUMBER.fullmatch(size) or len(decoded) != SIZE:
                raise ValueError
        except (ValueError, binascii.Error):
            raise InvalidInput(f"{name} is not a signed checkpoint; 'askreg audit checkpoint' writes one") from None
        return cls(origin, int(size), decoded, note)

    def signed(self, key: SigningKey) -> "Checkpoint":
        """Return it with a signature in the log's own name."""
        return Checkpoint(self.origin, self.size, self.root, key.sign(self.text, name=self.origin))

    def doubt(self, keys: list[Verifier]) -> str | None:
        """Return why it is not to be believed; one that was never written down is its holder's own word."""
        return None if self.note is None else Note.parse(self.note).doubt(keys)


def origin_of(first: str) -> str:
    """Return the name of the log whose first event has this hash."""
    return f"askreg/log/{first[:16]}"


def origin(connection: Connection) -> str:
    """Return the name of the log; one without an event has none."""
    first = connection.execute(select(_EVENT.c.hash).where(_EVENT.c.seq == 1)).scalar()
    if first is None:
        raise InvalidInput("the log has no event yet: there is nothing to sign")
    return origin_of(first)


def tree(connection: Connection, *, size: int | None = None) -> Tree:
    """Return the Merkle tree of the log, or of its first `size` events."""
    hashes = select(_EVENT.c.hash).order_by(_EVENT.c.seq)
    if size is not None:
        hashes = hashes.where(_EVENT.c.seq <= size)
    return Tree.of(map(bytes.fromhex, connection.execute(hashes).scalars()))


def now(connection: Connection) -> Checkpoint:
    """Return where the log stands, unsigned."""
    name, grown = origin(connection), tree(connection)
    return Checkpoint(name, len(grown), grown.root())


def recorded(connection: Connection) -> Iterator[tuple[int, str]]:
    """Yield the checkpoints that the log tells of, oldest first: the number of the event and its payload."""
    found = select(_EVENT.c.seq, _EVENT.c.payload).where(_EVENT.c.action == SIGNED).order_by(_EVENT.c.seq)
    for row in connection.execute(found):
        yield row.seq, row.payload


def record(unit: Unit, signed: Checkpoint, key: Verifier) -> None:
    """Add a signed checkpoint to the log it is of."""
    if origin(unit.connection) != signed.origin or signed.size > unit.seq:
        raise Conflict(f"the checkpoint of {signed.origin} at event {signed.size} is not one of this log")
    detail = {"key": key.vkey, "note": signed.note, "root": signed.root.hex(), "size": signed.size}
    with unit.event(SIGNED, "registry", at=unit.now, by=unit.actor, detail=detail):
        pass
