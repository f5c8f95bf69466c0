"""The Merkle tree of RFC 6962 over the log's event hashes, and its two kinds of proof.

An inclusion proof shows that an entry is under a root, a consistency proof that one tree continues another. Both
hold as many hashes as the tree is high, and are checked without the log.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Self

from askreg.errors import InvalidInput

SIZE = 32
"""Bytes of a hash."""
EMPTY = hashlib.sha256().digest()
"""The root of a tree without entries."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows, and keeps the hash of every complete subtree.

    So the root and the proofs of any size up to its own cost steps in the order of its height.
    """

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> Self:
        """Return the tree of these entries."""
        tree = cls()
        for entry in entries:
            tree.append(entry)
        return tree

    def __len__(self) -> int:
        """Return how many entries it has."""
        return len(self._levels[0]) // SIZE

    def append(self, entry: bytes) -> None:
        """Add an entry at the end."""
        added = leaf_hash(entry)
        for height, level in enumerate(self._levels):
            level += added
            if len(level) % (2 * SIZE):
                return
            added = hashlib.sha256(b"\x01" + level[-2 * SIZE :]).digest()
            if height + 1 == len(self._levels):
                break
        self._levels.append(bytearray(added))

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` entries, of all by default."""
        size = self._within(len(self) if size is None else size)
        return self._subtree(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that entry `index`, counted from 0, is among the first `size`."""
        self._within(size)
        if not 0 <= index < size:
            raise InvalidInput(f"entry {index} is not among the first {size}")
        start, end, path = 0, size, []
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._subtree(middle, end))
                end = middle
            else:
                path.append(self._subtree(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Return the proof that the first `size` entries begin with the first `old`."""
        self._within(size)
        if not 0 < old <= size:
            raise InvalidInput(f"a tree of {size} entries does not continue one of {old}")
        start, end, path, whole = 0, size, [], True
        while end != old:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._subtree(middle, end))
                end = middle
            else:
                path.append(self._subtree(start, middle))
                start, whole = middle, False
        # The old tree itself need not be given where it is a complete subtree: the verifier knows its root.
        return ([] if whole else [self._subtree(start, end)]) + path[::-1]

    def _within(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise InvalidInput(f"the tree has {len(self)} entries, not {size}")
        return size

    def _subtree(self, start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1) == 0:
            at = (start // count) * SIZE
            return bytes(self._levels[count.bit_length() - 1][at : at + SIZE])
        middle = start + _split(count)
        return node_hash(self._subtree(start, middle), self._subtree(middle, end))


def included(entry: bytes, *, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether a proof shows that an entry is at `index` under the root of a tree of `size`."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf_hash(entry)
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(*, old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether a proof shows that a tree of `size` begins with one of `old`."""
    if old == size:
        return not proof and old_root == root
    if not 0 < old < size or not proof:
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
