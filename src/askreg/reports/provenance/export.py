"""Provenance in every form that it leaves in; each export is logged, with the digest of what left."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from askreg.errors import Conflict, InvalidInput
from askreg.registry import audit, checkpoints
from askreg.registry.canonical import sha256
from askreg.registry.checkpoints import Checkpoint
from askreg.registry.notes import SigningKey
from askreg.registry.registry import Registry
from askreg.registry.results import Verification
from askreg.registry.times import When
from askreg.registry.view import View
from askreg.reports.provenance import markdown, openlineage, pack, w3c
from askreg.reports.provenance.lines import Summary
from askreg.reports.provenance.source import Source
from askreg.reports.provenance.summary import legible, read

Form = Literal["md", "json", "prov-json", "prov-n", "openlineage", "ro-crate"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True, slots=True)
class Export:
    """What leaves: its bytes, and the event that says so."""

    form: Form
    data: bytes
    summary: Summary
    event: int


def export(
    registry: Registry,
    subject: str,
    *,
    form: str = "md",
    as_of: When | None = None,
    known_at: When | None = None,
    key: SigningKey | None = None,
    reports: Mapping[str, bytes] | None = None,
    progress: audit.Progress | None = None,
) -> Export:
    """Return the provenance of a version in one form, and log that it left.

    An auditor's pack (`ro-crate`) needs the site's `key`: it holds a new checkpoint, which is recorded, and other
    `reports` by their file names. A record that does not verify is told of, but not signed for: raises `Conflict`.
    """
    if form not in FORMS:
        raise InvalidInput(f"format {form!r} is not one of {', '.join(FORMS)}")
    asked = (as_of, known_at)
    signed = None
    with registry.view(as_of=as_of, known_at=known_at) as seen, legible(seen):
        source = Source(seen, subject)
        own = [] if key is None else [key.verifier(checkpoints.origin(seen.connection))]
        outcome = audit.verify(seen.connection, keys=own, progress=progress)
        if form == "ro-crate":
            if key is None:
                raise InvalidInput("an auditor's pack is signed: give the key")
            signed = _signed(seen, outcome, key)
            summary = read(source, outcome=outcome, by=registry.actor, asked=asked, checkpoint=pack.told(signed, key))
            data = pack.build(summary, source, signed=signed, key=key, reports=reports)
        else:
            summary = read(source, outcome=outcome, by=registry.actor, asked=asked)
            data = _WRITTEN[form](summary, source)
    if signed is not None and key is not None:
        registry.record_checkpoint(signed, key.verifier(signed.origin))
    detail: dict[str, object] = {"head": summary.head.seq, "verified": summary.verified}
    detail |= {name: str(value) for name, value in zip(("as_of", "known_at"), asked, strict=True) if value is not None}
    event = registry.record_export(subject=summary.subject, form=form, digest=sha256(data), detail=detail)
    return Export(form=form, data=data, summary=summary, event=event)


def _signed(seen: View, outcome: Verification, key: SigningKey) -> Checkpoint:
    if not outcome.ok:
        found = f"{outcome.problems[0].where}: {outcome.problems[0].what}"
        raise Conflict(f"nothing was packed, for the record does not verify ({found}); run 'askreg audit verify'")
    return checkpoints.now(seen.connection).signed(key)


def json_text(summary: Summary, _source: Source) -> bytes:
    """Return the summary with every line and value, as JSON."""
    return (json.dumps(summary.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n").encode()


def markdown_text(summary: Summary, _source: Source) -> bytes:
    """Return the summary as Markdown."""
    return markdown.render(summary).encode()


_WRITTEN: dict[str, Callable[[Summary, Source], bytes]] = {
    "md": markdown_text,
    "json": json_text,
    "prov-json": w3c.prov_json,
    "prov-n": w3c.prov_n,
    "openlineage": openlineage.run_events,
}
