"""An auditor's pack with one thing changed, in as many ways as one can think of."""

import hashlib
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator

from askreg.registry.notes import SigningKey
from askreg.reports.provenance.verify import MANIFEST, archive

Mutant = tuple[str, bytes]


def files_of(pack: bytes) -> dict[str, bytes]:
    """Return a pack's files by name."""
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def moment_of(pack: bytes) -> str:
    """Return the instant that a pack is of."""
    return files_of(pack)[MANIFEST].decode().split("\n")[2]


def mutants(pack: bytes, key: SigningKey, *, seed: int) -> Iterator[Mutant]:
    """Yield packs that each differ from the true one in one thing, with what it is."""
    chance = random.Random(seed)
    yield from _bytes(pack, chance)
    yield from _structure(pack)
    yield from _contents(pack, chance)
    yield from _named(pack)
    yield from _forged(pack, key)


def _flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def _bytes(pack: bytes, chance: random.Random) -> Iterator[Mutant]:
    """Flip bits anywhere in the archive, and cut, swap and add bytes."""
    for at in sorted(chance.sample(range(len(pack)), 60)):
        yield f"bit of byte {at} flipped", _flipped(pack, at, chance.randrange(8))
    for at in (0, 1, len(pack) // 2, len(pack) - 1):
        yield f"cut off after {at} bytes", pack[:at]
    for at in chance.sample(range(len(pack) - 1), 12):
        if pack[at] != pack[at + 1]:
            yield f"bytes {at} and next swapped", pack[:at] + pack[at : at + 2][::-1] + pack[at + 2 :]
    yield "a byte after the end", pack + b"\0"
    yield "a byte before the start", b"\0" + pack
    yield "another archive after it", pack + pack
    yield "nothing", b""


def _structure(pack: bytes) -> Iterator[Mutant]:
    """Change every field of the zip's own records of one file, and of the end."""
    local = pack.index(b"PK\x03\x04", 1)
    central = pack.index(b"PK\x01\x02")
    end = pack.rindex(b"PK\x05\x06")
    for name, start, length in (("local", local, 30), ("central", central, 46), ("end", end, 22)):
        for at in range(start, start + length):
            yield f"{name} header byte {at - start}", _flipped(pack, at, 0)
    yield "a comment", pack[:-2] + struct.pack("<H", 3) + b"hey"
    for what, repack in _REPACKED.items():
        yield what, repack(pack)


def _packed(pack: bytes, *, method: int, names: Callable[[list[str]], list[str]]) -> bytes:
    files, buffer = files_of(pack), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name in names(list(files)):
            made.writestr(name, files[name])
    return buffer.getvalue()


_REPACKED: dict[str, Callable[[bytes], bytes]] = {
    "packed again": lambda pack: _packed(pack, method=zipfile.ZIP_STORED, names=list),
    "packed again, compressed": lambda pack: _packed(pack, method=zipfile.ZIP_DEFLATED, names=list),
    "packed again, in another order": lambda pack: _packed(
        pack, method=zipfile.ZIP_STORED, names=lambda n: list(reversed(n))
    ),
    "packed again, of another time": lambda pack: archive(files_of(pack), "2001-01-01T00:00:00Z"),
}


def _contents(pack: bytes, chance: random.Random) -> Iterator[Mutant]:
    """Change one file and make a proper archive of all again, so that only what is signed can tell."""
    files, moment = files_of(pack), moment_of(pack)

    def repacked(name: str, data: bytes) -> bytes:
        return archive({**files, name: data}, moment)

    for name, data in files.items():
        for at in (0, len(data) - 1, *chance.sample(range(len(data)), 3)):
            yield f"{name}: byte {at} changed", repacked(name, _flipped(data, at, chance.randrange(8)))
        yield f"{name}: a byte more", repacked(name, data + b"\n")
        yield f"{name}: a byte less", repacked(name, data[:-1])
        yield f"{name}: emptied", repacked(name, b"")
        lines = data.split(b"\n")
        if len(lines) > 3:
            yield f"{name}: first line to the end", repacked(name, b"\n".join([*lines[1:-1], lines[0], b""]))
        if figures := list(re.finditer(rb"\d", data)):
            found = chance.choice(figures)
            digit = b"%d" % ((int(found.group()) + 1) % 10)
            changed = data[: found.start()] + digit + data[found.end() :]
            yield f"{name}: a digit changed", repacked(name, changed)


def _named(pack: bytes) -> Iterator[Mutant]:
    """Remove, rename, exchange and add files."""
    files, moment = files_of(pack), moment_of(pack)
    names = list(files)
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        rest = {key: data for key, data in files.items() if key != name}
        yield f"{name} removed", archive(rest, moment)
        yield f"{name} renamed", archive({**rest, f"{name}.bak": files[name]}, moment)
        yield f"{name} and {other} exchanged", archive({**files, name: files[other], other: files[name]}, moment)
    for name in ("added.txt", "../added.txt", "Summary.md"):
        yield f"{name} added", archive({**files, name: b"hello\n"}, moment)


def _forged(pack: bytes, key: SigningKey) -> Iterator[Mutant]:
    """Change a file and all that follows from it, but for a signature; then sign with another's key."""
    files, moment = files_of(pack), moment_of(pack)
    origin = files["checkpoint.txt"].decode().split("\n")[0]
    stranger = SigningKey.generate()
    manifest = files[MANIFEST].decode()
    for name in [name for name in files if name != MANIFEST]:
        data = files[name].replace(b"a", b"b", 1)
        told = {**files, name: data}
        line = f"{hashlib.sha256(data).hexdigest()} {len(data)} {name}"
        relisted = re.sub(rf"[0-9a-f]{{64}} \d+ {re.escape(name)}(?=\n)", line, manifest)
        yield f"{name} changed, and its digest too", archive({**told, MANIFEST: relisted.encode()}, moment)
        text = relisted.rpartition("\n\n")[0] + "\n"
        strange = stranger.sign(text, name=origin).encode()
        if name != "vkey.txt":
            yield f"{name} changed, the list signed by another", archive({**told, MANIFEST: strange}, moment)
            known = f"{stranger.verifier(origin).vkey}\n".encode()
            told = {**told, "vkey.txt": known, MANIFEST: strange}
            yield f"{name} changed, the list signed by another who names their key", archive(told, moment)
    twice = manifest + key.sign(manifest.rpartition("\n\n")[0] + "\n", name=origin).rpartition("\n\n")[2]
    yield "signed twice", archive({**files, MANIFEST: twice.encode()}, moment)
