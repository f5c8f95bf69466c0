"""The Merkle tree is that of RFC 6962, and its proofs prove what they say and nothing else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askreg.errors import InvalidInput
from askreg.registry.merkle import Tree, consistent, included

# The entries of Certificate Transparency's own tests, and the roots of the first 1, 2 … 8 of them.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if not entries:
        return sha(b"")
    if len(entries) == 1:
        return sha(b"\x00" + entries[0])
    k = split(len(entries))
    return sha(b"\x01" + mth(entries[:k]) + mth(entries[k:]))


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, word for word."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], known: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, word for word."""
    if m == len(entries):
        return [] if known else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], known), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert Tree.of(ENTRIES[:size]).root().hex() == ROOTS[size - 1]
    assert Tree.of(ENTRIES).root(size).hex() == ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert Tree().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


MANY = [bytes([n, n]) for n in range(70)]


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 70])
def test_roots_and_proofs_are_those_of_the_definition_at_every_size(size: int) -> None:
    tree, first = Tree.of(MANY), MANY[:size]
    assert tree.root(size) == mth(first)
    for index in range(size):
        assert tree.inclusion(index, size) == path(index, first)
        assert tree.consistency(index + 1, size) == subproof(index + 1, first, True)


@given(entries=st.lists(st.binary(max_size=40), min_size=1, max_size=300), data=st.data())
def test_a_proof_of_any_tree_holds(entries: list[bytes], data: st.DataObject) -> None:
    tree = Tree.of(entries)
    size = data.draw(st.integers(1, len(entries)))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = tree.root(size)
    assert root == mth(entries[:size])
    proof = tree.inclusion(index, size)
    assert proof == path(index, entries[:size])
    assert included(entries[index], index=index, size=size, root=root, proof=proof)
    steps = tree.consistency(old, size)
    assert steps == subproof(old, entries[:size], True)
    assert consistent(old=old, old_root=tree.root(old), size=size, root=root, proof=steps)


@given(size=st.integers(1, 130), data=st.data())
def test_a_proof_that_was_changed_holds_no_more(size: int, data: st.DataObject) -> None:
    entries = [n.to_bytes(2, "big") for n in range(size)]
    tree = Tree.of(entries)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, proof, steps = tree.root(), tree.inclusion(index, size), tree.consistency(old, size)
    assert not included(b"another", index=index, size=size, root=root, proof=proof)
    assert not included(entries[index], index=index, size=size, root=sha(root), proof=proof)
    assert not included(entries[index], index=index, size=size, root=root, proof=[*proof, root])
    assert not included(entries[index], index=size, size=size, root=root, proof=proof)
    assert not consistent(old=old, old_root=sha(root), size=size, root=root, proof=steps)
    assert not consistent(old=old, old_root=tree.root(old), size=size, root=sha(root), proof=steps)
    assert not consistent(old=old, old_root=tree.root(old), size=size, root=root, proof=[*steps, root])
    for at in range(len(proof)):
        changed = [sha(step) if n == at else step for n, step in enumerate(proof)]
        assert not included(entries[index], index=index, size=size, root=root, proof=changed)
        assert not included(entries[index], index=index, size=size, root=root, proof=proof[:at])
    for at in range(len(steps)):
        changed = [sha(step) if n == at else step for n, step in enumerate(steps)]
        assert not consistent(old=old, old_root=tree.root(old), size=size, root=root, proof=changed)


def test_a_tree_that_was_rewritten_is_not_consistent_with_the_one_before() -> None:
    true, forged = Tree.of(MANY), Tree.of([b"forged", *MANY[1:]])
    proof = forged.consistency(40, 70)
    assert not consistent(old=40, old_root=true.root(40), size=70, root=forged.root(), proof=proof)


@pytest.mark.parametrize("ask", [lambda t: t.root(71), lambda t: t.inclusion(70, 70), lambda t: t.consistency(0, 9)])
def test_what_the_tree_does_not_hold_is_an_error(ask: object) -> None:
    with pytest.raises(InvalidInput):
        ask(Tree.of(MANY))  # type: ignore[operator]


def test_a_proof_in_a_large_tree_is_found_without_hashing_it_again() -> None:
    entries = [n.to_bytes(4, "big") for n in range(100_000)]
    tree = Tree.of(entries)
    hashed = 0
    real = hashlib.sha256

    def counting(*args: bytes) -> object:
        nonlocal hashed
        hashed += 1
        return real(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "sha256", counting)
        tree.root()
        tree.inclusion(77_777, 99_999)
        tree.consistency(12_345, 99_999)
    assert hashed < 3 * 17
    tree.append(b"one more")
    assert tree.root() == mth([*entries, b"one more"])
