"""The auditor's pack: a signed RO-Crate that can be verified without askreg.

Its manifest, a note signed with the key of the log's checkpoints, lists the digest of every other file, and the
archive follows from the files alone: so no byte of it can change unseen. See `verify`, which goes with it.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from askreg.errors import InvalidInput
from askreg.registry import checkpoints
from askreg.registry.checkpoints import Checkpoint
from askreg.registry.citations import Entry
from askreg.registry.merkle import Tree
from askreg.registry.notes import SigningKey
from askreg.reports.provenance import crate, markdown, openlineage, w3c
from askreg.reports.provenance.lines import Signed, Summary
from askreg.reports.provenance.source import Source
from askreg.reports.provenance.verify import MANIFEST, TITLE, archive

_README = """\
This is an auditor's pack about {subject}, as recorded in the log {origin} up to event {size}.

Begin with summary.md. To verify the pack, with Python 3.7 or newer and nothing else:

    python -I verify.py --key VKEY PACK.zip

VKEY is the key that you were given before, as 'askreg audit key' prints it. The one in vkey.txt came with the pack:
with it you learn that the pack agrees with itself, not who made it. The same holds for the verify.py in the pack:
keep one that you have read, or compare its SHA-256 with that of another pack. It shows that no byte of the pack was
changed, that each event in events.jsonl was in the log, and that the summary cites these events truly.

An earlier checkpoint that you kept is compared with the log itself: askreg audit verify --checkpoint FILE
"""


def told(signed: Checkpoint, key: SigningKey) -> Signed:
    """Return what a summary says of the checkpoint that goes with it."""
    verifier = key.verifier(signed.origin)
    return Signed(size=signed.size, root=signed.root.hex(), key=f"{verifier.name}+{verifier.id.hex()}", event=None)


def build(
    summary: Summary,
    source: Source,
    *,
    signed: Checkpoint,
    key: SigningKey,
    reports: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the pack of a summary and the checkpoint at its head; `reports` are other files to go with them."""
    entries = source.entries(summary)
    tree = checkpoints.tree(source.view.connection, size=signed.size)
    moment = _moment(source, summary)
    files = {
        "README.txt": _README.format(subject=summary.subject, origin=signed.origin, size=signed.size).encode(),
        "summary.md": markdown.render(summary).encode(),
        "summary.json": (json.dumps(summary.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n").encode(),
        "provenance.json": w3c.prov_json(summary, source),
        "provenance.provn": w3c.prov_n(summary, source),
        "openlineage.jsonl": openlineage.run_events(summary, source),
        "events.jsonl": "".join(f"{entry.text}\n" for entry in entries).encode("utf-8", "surrogatepass"),
        "proofs.json": _proofs(summary, entries, tree, signed),
        "checkpoint.txt": (signed.note or "").encode(),
        "vkey.txt": f"{key.verifier(signed.origin).vkey}\n".encode(),
        "verify.py": Path(__file__).with_name("verify.py").read_bytes(),
    }
    for name, data in (reports or {}).items():
        if name in files or name in (MANIFEST, crate.NAME):
            raise InvalidInput(f"the pack has a {name!r} of its own")
        files[name] = data
    files[crate.NAME] = crate.metadata(summary, source, files, moment)
    files[MANIFEST] = key.sign(_manifest(summary, files, moment), name=signed.origin).encode()
    return archive(files, moment)


def _moment(source: Source, summary: Summary) -> str:
    """Return when the last event before the pack was recorded, to the second."""
    last = source.entry(summary.head.seq)
    return f"{last.recorded_at[:19]}Z"


def _manifest(summary: Summary, files: Mapping[str, bytes], moment: str) -> str:
    lines = [TITLE, summary.subject, moment]
    lines += [f"{hashlib.sha256(data).hexdigest()} {len(data)} {name}" for name, data in sorted(files.items())]
    return "\n".join(lines) + "\n"


def _proofs(summary: Summary, entries: list[Entry], tree: Tree, signed: Checkpoint) -> bytes:
    """Return the proofs of the events, and of the last of the log, whose contents are nobody's concern here."""
    hashes = {entry.seq: entry.hash for entry in entries} | {summary.head.seq: summary.head.hash}
    proved = [
        {
            "seq": seq,
            "hash": hashed,
            "path": [base64.b64encode(step).decode() for step in tree.inclusion(seq - 1, signed.size)],
        }
        for seq, hashed in sorted(hashes.items())
    ]
    whole = {"origin": signed.origin, "size": signed.size, "root": signed.root.hex(), "events": proved}
    return (json.dumps(whole, indent=1) + "\n").encode()
