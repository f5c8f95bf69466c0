"""Proofs about the log as text files: that an event is in it, and that it continues an earlier checkpoint.

An inclusion proof is in the form of C2SP (tlog-proof), a consistency proof in that in which a witness is asked to
sign a later checkpoint (tlog-witness). Both end with the checkpoint itself, so they need nothing else to be checked.
"""

import base64
import json
from dataclasses import dataclass

from sqlalchemy import Connection

from askreg.errors import Conflict, InvalidInput
from askreg.registry import checkpoints
from askreg.registry.checkpoints import Checkpoint
from askreg.registry.merkle import Tree

FORM = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That event `seq` is in the log of a checkpoint; the event's entry in the tree is the bytes of its hash."""

    seq: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def text(self) -> str:
        """Return the proof as a file's text; entries are counted from 0."""
        return f"{FORM}\nindex {self.seq - 1}\n{_lines(self.path)}\n{_shown(self.checkpoint)}"


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the log of a checkpoint begins with the log as it was at `old` events."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def text(self) -> str:
        """Return the proof as a file's text."""
        return f"old {self.old}\n{_lines(self.path)}\n{_shown(self.checkpoint)}"


def inclusion(connection: Connection, seq: int, checkpoint: Checkpoint) -> Inclusion:
    """Return the proof for one event; raises `Conflict` if the log is not that of the checkpoint."""
    if not 0 < seq <= checkpoint.size:
        raise InvalidInput(f"event {seq} is not among the {checkpoint.size} that the checkpoint covers")
    tree = held(connection, checkpoint)
    return Inclusion(seq, tuple(tree.inclusion(seq - 1, checkpoint.size)), checkpoint)


def consistency(connection: Connection, old: Checkpoint, new: Checkpoint) -> Consistency:
    """Return the proof from one checkpoint to a later one; raises `Conflict` if the log is not that of both."""
    if old.size > new.size:
        raise InvalidInput(f"the checkpoint of event {new.size} is before that of event {old.size}, not after it")
    tree = held(connection, new)
    _check(tree, old)
    return Consistency(old.size, tuple(tree.consistency(old.size, new.size)), new)


def latest(connection: Connection, *, covering: int) -> Checkpoint | None:
    """Return the last checkpoint that the log tells of, if it covers so many events."""
    told = list(checkpoints.recorded(connection))
    if not told:
        return None
    seq, payload = told[-1]
    found = Checkpoint.parse(json.loads(payload)["detail"]["note"], name=f"event {seq}")
    return found if found.size >= covering else None


def held(connection: Connection, checkpoint: Checkpoint) -> Tree:
    """Return the log's tree up to a checkpoint, having compared their roots."""
    tree = checkpoints.tree(connection, size=checkpoint.size)
    _check(tree, checkpoint)
    return tree


def _check(tree: Tree, checkpoint: Checkpoint) -> None:
    if len(tree) < checkpoint.size or tree.root(checkpoint.size) != checkpoint.root:
        raise Conflict(
            f"the log is not the one of the checkpoint of event {checkpoint.size}: "
            "'askreg audit verify --checkpoint FILE' says what was altered"
        )


def _lines(path: tuple[bytes, ...]) -> str:
    return "".join(f"{base64.b64encode(step).decode()}\n" for step in path)


def _shown(checkpoint: Checkpoint) -> str:
    return checkpoint.note or checkpoint.text
