"""Provenance in every form that it leaves in; each export is logged, with the digest of what left."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from askreg.errors import InvalidInput
from askreg.registry import audit
from askreg.registry.canonical import sha256
from askreg.registry.registry import Registry
from askreg.registry.times import When
from askreg.reports.provenance import markdown, openlineage, w3c
from askreg.reports.provenance.lines import Summary
from askreg.reports.provenance.source import Source
from askreg.reports.provenance.summary import read

Form = Literal["md", "json", "prov-json", "prov-n", "openlineage"]
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
    progress: audit.Progress | None = None,
) -> Export:
    """Return the provenance of a version in one form, and log that it left."""
    if form not in FORMS:
        raise InvalidInput(f"format {form!r} is not one of {', '.join(FORMS)}")
    with registry.view(as_of=as_of, known_at=known_at) as seen:
        outcome = audit.verify(seen.connection, progress=progress)
        source = Source(seen, subject)
        summary = read(source, outcome=outcome, by=registry.actor, asked=(as_of, known_at))
        data = _WRITTEN[form](summary, source)
    detail: dict[str, object] = {"head": summary.head.seq, "verified": summary.verified}
    limits = {"as_of": as_of, "known_at": known_at}
    detail |= {name: str(value) for name, value in limits.items() if value is not None}
    event = registry.record_export(subject=summary.subject, form=form, digest=sha256(data), detail=detail)
    return Export(form=form, data=data, summary=summary, event=event)


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
