"""The RO-Crate metadata of an auditor's pack: what each of its files is, as JSON-LD."""

import json
from collections.abc import Mapping

from askreg.reports.provenance.lines import Summary
from askreg.reports.provenance.source import Source

NAME = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/crate/1.1"
_TYPES = {
    ".md": "text/markdown",
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".xml": "application/xml",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".txt": "text/plain",
    ".py": "text/x-python",
    ".provn": "text/provenance-notation",
}
DESCRIPTIONS = {
    "README.txt": "How to verify this pack",
    "summary.md": "The provenance summary, for reading",
    "summary.json": "The provenance summary with every line, value and event",
    "provenance.json": "The provenance as W3C PROV-JSON",
    "provenance.provn": "The provenance as W3C PROV-N",
    "openlineage.jsonl": "Training and evaluation as OpenLineage run events",
    "events.jsonl": "The events of the log that the summary rests on, each line the text whose SHA-256 is its hash",
    "proofs.json": "Merkle inclusion proofs (RFC 6962) of these events under the checkpoint",
    "checkpoint.txt": "The signed state of the log (C2SP tlog-checkpoint)",
    "vkey.txt": "The key that checkpoint and manifest are signed with (C2SP signed-note)",
    "verify.py": "A verifier that needs only Python's standard library",
    "manifest.txt": "The signed list of all other files with their SHA-256 and size",
}


def metadata(summary: Summary, source: Source, files: Mapping[str, bytes], moment: str) -> bytes:
    """Return the metadata file of a crate of these files, of this instant; the manifest is added to them later."""
    parts = [_file(name, data) for name, data in sorted(files.items())]
    parts.append(_file("manifest.txt", None))
    version = source.version
    about = {
        "@id": "#version",
        "@type": "SoftwareApplication",
        "name": version.subject,
        "softwareVersion": str(version.version),
        **({"identifier": version.artifact.digest} if version.artifact.digest else {}),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Provenance of {version.subject}",
        "description": f"An auditor's pack: where {version.subject} comes from and what became of it, with the events "
        f"that say so of a log of {summary.head.seq}, and the means to verify them",
        "datePublished": moment,
        "license": {"@id": "#terms"},
        "about": {"@id": "#version"},
        "hasPart": [{"@id": part["@id"]} for part in parts],
    }
    terms = {
        "@id": "#terms",
        "@type": "CreativeWork",
        "name": "Given for audit",
        "description": "The record says nothing of a licence: none is granted by this pack.",
    }
    descriptor = {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _PROFILE},
        "about": {"@id": "./"},
    }
    crate = {"@context": f"{_PROFILE}/context", "@graph": [descriptor, root, about, terms, *parts]}
    return (json.dumps(crate, indent=1, ensure_ascii=False) + "\n").encode()


def _file(name: str, data: bytes | None) -> dict[str, str]:
    suffix = name[name.rindex(".") :]
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": DESCRIPTIONS.get(name, "A report on the same version"),
        "encodingFormat": _TYPES.get(suffix, "application/octet-stream"),
        **({} if data is None else {"contentSize": str(len(data))}),
    }
