"""Verify an auditor's pack with nothing but Python's standard library.

    python -I verify.py [--key VKEY] PACK.zip [PACK.zip …]

It imports nothing of askreg and reads nothing but the pack; Python 3.7 is enough. It shows that
1. every byte of the archive is as it was when the pack was signed: it builds the archive again from the signed list
   of its files, and compares;
2. the checkpoint in it, the state of the log at one instant, was signed with the same key;
3. every event in it was in the log then, at its place: its SHA-256 is under the checkpoint's Merkle root (RFC 6962);
4. the summary cites only these events, by their true hashes and times, and gives the figures that they recorded.
Give the key that you had before, from 'askreg audit key': without it, the pack is only shown to agree with itself.
Exit status: 0 if every pack is whole, 1 if any is not, 2 if it was called wrongly.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import re
import struct
import sys
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

TITLE = "askreg auditor's pack 1"
MANIFEST = "manifest.txt"
DASH = "\u2014 "
_TOLD = ("action", "subject", "occurred_at", "recorded_at", "recorded_by")


class Broken(Exception):
    """The pack is not what was signed; says in which way."""


# -- Ed25519 (RFC 8032), verification only: points in extended coordinates, no cofactor, no second encoding

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return the sum of two points."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def times(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return a multiple of a point."""
    found = NEUTRAL
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def decoded(raw: bytes) -> tuple[int, int, int, int] | None:
    """Return the point of 32 bytes, or None if they are not the encoding of one."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def encoded(point: tuple[int, int, int, int]) -> bytes:
    """Return the 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decoded((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature of a message is by the key of these 32 bytes."""
    key, s = decoded(public), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - key[0], key[1], key[2], P - key[3])
    return encoded(add(times(s, BASE), times(k, minus))) == signature[:32]


# -- signed notes (C2SP signed-note)


class Key:
    """A verifier key, `name+id+key`, of Ed25519."""

    def __init__(self, vkey: str) -> None:
        self.vkey = vkey.strip()
        self.name, _, rest = self.vkey.partition("+")
        id, _, text = rest.partition("+")
        raw = unbase64(text, "the key")
        self.public = raw[1:]
        self.id = hashlib.sha256(self.name.encode("utf-8", "surrogateescape") + b"\n\x01" + self.public).digest()[:4]
        if not self.name or raw[:1] != b"\x01" or len(raw) != 33 or self.id.hex() != id:
            raise Broken(f"{vkey.strip()!r} is not an Ed25519 verifier key")

    def text_of(self, note: str, what: str) -> str:
        """Return the text of a note that has this key's signature and no other."""
        text, blank, line = note.rpartition("\n\n")
        start = f"{DASH}{self.name} "
        if not blank or not line.startswith(start) or not line.endswith("\n") or "\n" in line[:-1]:
            raise Broken(f"{what} is not signed by {self.name} alone")
        raw = unbase64(line[len(start) : -1], f"the signature of {what}")
        text += "\n"
        if raw[:4] != self.id or not signed_by(self.public, text.encode(), raw[4:]):
            raise Broken(f"{what} does not have a true signature of {self.name} ({self.id.hex()})")
        return text


def unbase64(text: str, what: str) -> bytes:
    """Return the bytes of base64 in its one proper form."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken(f"{what} is not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Broken(f"{what} is not base64 in its proper form")
    return raw


# -- the Merkle tree (RFC 6962)


def root_from(entry: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to."""
    if not 0 <= index < size:
        raise Broken(f"entry {index} is not among {size}")
    found, last = hashlib.sha256(b"\x00" + entry).digest(), size - 1
    for sibling in path:
        if not last:
            raise Broken("a proof is too long")
        if index & 1 or index == last:
            found = hashlib.sha256(b"\x01" + sibling + found).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + sibling).digest()
        index, last = index >> 1, last >> 1
    if last:
        raise Broken("a proof is too short")
    return found


# -- the archive


def archive(files: dict[str, bytes], moment: str) -> bytes:
    """Return the one zip archive of these files: sorted by name, not compressed, all of the same instant.

    `moment` is such as 2026-07-01T00:00:00Z. Everything in it follows from names, contents and instant.
    """
    when = datetime.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S")
    date = max(when.year - 1980, 0) << 9 | when.month << 5 | when.day
    clock = when.hour << 11 | when.minute << 5 | when.second // 2
    body, directory = b"", b""
    for name in sorted(files):
        data, label = files[name], name.encode()
        common = struct.pack(
            "<HHHHHIIIHH", 20, 0x800, 0, clock, date, zlib.crc32(data), len(data), len(data), len(label), 0
        )
        directory += b"PK\x01\x02" + struct.pack("<H", 0x314) + common
        directory += struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(body)) + label
        body += b"PK\x03\x04" + common + label + data
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def contents(raw: bytes) -> dict[str, bytes]:
    """Return the files of an archive by name."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as opened:
            entries = opened.infolist()
            if len({entry.filename for entry in entries}) != len(entries):
                raise Broken("a file is in the archive twice")
            if sum(entry.file_size for entry in entries) > len(raw):
                raise Broken("the archive is compressed: it was packed again")
            return {entry.filename: opened.read(entry) for entry in entries}
    except Broken:
        raise
    except Exception as error:  # whatever a forged archive makes the reader do, it is not the one that was signed
        raise Broken(f"it is not a whole zip archive: {error!r}") from None


def listed(manifest: str) -> tuple[str, str, dict[str, tuple[str, int]]]:
    """Return what a manifest tells: the pack's subject and instant, and each file's digest and size."""
    lines = manifest.split("\n")
    if len(lines) < 5 or lines[0] != TITLE or lines[-1]:
        raise Broken(f"{MANIFEST} is not the list of a pack")
    files: dict[str, tuple[str, int]] = {}
    for line in lines[3:-1]:
        found = re.fullmatch(r"([0-9a-f]{64}) (\d+) ([\w./-]+)", line, re.ASCII)
        if not found or found[3] in files:
            raise Broken(f"{MANIFEST} has a line that it cannot have: {line!r}")
        files[found[3]] = found[1], int(found[2])
    return lines[1], lines[2], files


# -- the pack


class Pack:
    """A pack whose archive, list of files and checkpoint were shown to be what was signed."""

    def __init__(self, raw: bytes, trusted: Key | None) -> None:
        self.files = contents(raw)
        self.key = trusted or Key(self.text("vkey.txt"))
        manifest = self.key.text_of(self.text(MANIFEST), MANIFEST)
        self.subject, self.moment, told = listed(manifest)
        for name in sorted(set(told) - set(self.files)):
            raise Broken(f"{name} is missing")
        for name in sorted(set(self.files) - set(told) - {MANIFEST}):
            raise Broken(f"{name} was added")
        for name, (digest, size) in told.items():
            data = self.files[name]
            if len(data) != size or hashlib.sha256(data).hexdigest() != digest:
                raise Broken(f"{name} was altered")
        if archive(self.files, self.moment) != raw:
            raise Broken("the archive was altered around its files: order, names, times, attributes, gaps or comments")
        if self.text("vkey.txt").strip() != self.key.vkey:
            raise Broken(f"it is signed by {self.text('vkey.txt').strip()}, and the key given is another")
        self.origin, self.size, self.root = self._checkpoint()

    def text(self, name: str) -> str:
        """Return a file as text."""
        if name not in self.files:
            raise Broken(f"{name} is missing")
        try:
            return self.files[name].decode()
        except UnicodeDecodeError:
            raise Broken(f"{name} is not text") from None

    def json(self, name: str) -> Any:
        """Return a file as JSON; figures stay the text that they are."""
        try:
            return json.loads(self.text(name), parse_float=str)
        except ValueError:
            raise Broken(f"{name} is not JSON") from None

    def _checkpoint(self) -> tuple[str, int, bytes]:
        origin, size, root, *_ = self.key.text_of(self.text("checkpoint.txt"), "checkpoint.txt").split("\n")
        if origin != self.key.name or not re.fullmatch(r"0|[1-9]\d{0,17}", size):
            raise Broken("checkpoint.txt is not one of the log whose key this is")
        return origin, int(size), unbase64(root, "the checkpoint's root")

    def events(self) -> dict[int, tuple[str, dict[str, Any]]]:
        """Return each event's hash and contents by number, having shown that it was in the log."""
        found: dict[int, tuple[str, dict[str, Any]]] = {}
        for line in self.text("events.jsonl").split("\n")[:-1]:
            event = json.loads(line)
            found[event["seq"]] = hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest(), event
        for seq, (_, event) in found.items():
            if seq - 1 in found and event["previous"] != found[seq - 1][0]:
                raise Broken(f"event {seq} does not follow event {seq - 1}")
        return found

    def proved(self) -> dict[int, str]:
        """Return the hashes of the events that are under the checkpoint's root, by number."""
        told = self.json("proofs.json")
        if (told["origin"], told["size"], told["root"]) != (self.origin, self.size, self.root.hex()):
            raise Broken("proofs.json is of another checkpoint")
        found: dict[int, str] = {}
        for each in told["events"]:
            path = [unbase64(step, "a proof") for step in each["path"]]
            if root_from(bytes.fromhex(each["hash"]), each["seq"] - 1, self.size, path) != self.root:
                raise Broken(
                    f"event {each['seq']} was not in the log: its proof does not lead to the checkpoint's root"
                )
            found[each["seq"]] = each["hash"]
        return found


def check_events(pack: Pack) -> dict[int, tuple[str, dict[str, Any]]]:
    """Return the events, having compared them with their proofs."""
    events, proved = pack.events(), pack.proved()
    for seq, (digest, _) in events.items():
        if proved.get(seq) != digest:
            raise Broken(f"event {seq} is not the one that was proved to be in the log")
    return events


def check_summary(pack: Pack, events: dict[int, tuple[str, dict[str, Any]]]) -> None:
    """Compare the summary with the events that it rests on."""
    summary = pack.json("summary.json")
    head = summary["head"]
    if (summary["subject"], head["seq"]) != (pack.subject, pack.size) or pack.proved().get(head["seq"]) != head["hash"]:
        raise Broken("summary.json is of another version, or of another state of the log")
    for cited in summary["events"]:
        digest, event = events.get(cited["seq"], ("", {}))
        told = {name: shown(event.get(name)) for name in _TOLD}
        if digest != cited["hash"] or any(cited[name] != value for name, value in told.items()):
            raise Broken(f"summary.json cites event {cited['seq']} as it is not")
    known = {cited["seq"] for cited in summary["events"]}
    for section in summary["sections"]:
        for line in section["lines"]:
            if not known.issuperset(line["events"]):
                raise Broken(f"a line of summary.json rests on no event: {line['text']}")
            if line["label"] == "evaluated":
                check_figures(line, events)


def check_figures(line: dict[str, Any], events: dict[int, tuple[str, dict[str, Any]]]) -> None:
    """Compare the figures of an evaluation with those that its event recorded."""
    rows = [row for seq in line["events"] for row in events[seq][1]["payload"]["rows"].get("metric", [])]
    recorded = sorted((r["name"], r["value"], r["n"] or 0, r["low"] or "", r["high"] or "") for r in rows)
    metrics = line["values"]["metrics"]
    told = sorted((m["metric"], m["value"], m["n"] or 0, *(m["ci"] or ["", ""])) for m in metrics)
    if told != recorded or any(m["value"] not in line["text"] for m in metrics):
        raise Broken(f"the figures of summary.json are not those of the log: {line['text']}")


def shown(instant: Any) -> Any:
    """Return an instant as the summary writes it."""
    return instant.replace(".000000Z", "Z") if isinstance(instant, str) else instant


def verify(raw: bytes, key: Key | None = None) -> str:
    """Return what was shown of a pack; raises `Broken` saying what is wrong with it."""
    pack = Pack(raw, key)
    try:
        events = check_events(pack)
        check_summary(pack, events)
    except Broken:
        raise
    except Exception as error:
        raise Broken(f"a file has not the form it must have: {error!r}") from None
    whose = "the key you gave" if key else f"the key that came with it, {pack.key.vkey} (compare it with one you trust)"
    return (
        f"{pack.subject}: {len(pack.files)} files and {len(events)} events are as they were signed with {whose}; "
        f"the events were in the log {pack.origin} of {pack.size} events with root {pack.root.hex()}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Verify the packs named on the command line."""
    parser = argparse.ArgumentParser(description="Verify auditor's packs.")
    parser.add_argument("--key", metavar="VKEY", help="the key that the pack must be signed with: name+id+key")
    parser.add_argument("packs", nargs="+", metavar="PACK.zip", type=Path)
    given = parser.parse_args(arguments)
    try:
        key = Key(given.key) if given.key else None
    except Broken as error:
        parser.error(str(error))
    failed = 0
    for path in given.packs:
        try:
            line = f"OK {path}: {verify(path.read_bytes(), key)}"
        except (Broken, OSError) as error:
            failed, line = 1, f"BROKEN {path}: {error}"
        sys.stdout.write(line.encode("ascii", "backslashreplace").decode() + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
