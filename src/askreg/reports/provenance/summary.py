"""The provenance summary of a version, computed from the record alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from askreg.errors import AskregError, Conflict
from askreg.registry import audit, checkpoints, citations
from askreg.registry.checkpoints import Checkpoint
from askreg.registry.notes import Note
from askreg.registry.registry import Registry
from askreg.registry.results import Verification
from askreg.registry.times import When, shown
from askreg.registry.view import View
from askreg.reports.provenance import conduct, origin
from askreg.reports.provenance.lines import Cited, Section, Signed, Summary
from askreg.reports.provenance.source import Source


def summarise(
    registry: Registry,
    subject: str,
    *,
    as_of: When | None = None,
    known_at: When | None = None,
    progress: audit.Progress | None = None,
) -> Summary:
    """Return where a version (`model:3` or `model@alias`) comes from, having verified the whole record."""
    with registry.view(as_of=as_of, known_at=known_at) as seen, legible(seen):
        source = Source(seen, subject)
        outcome = audit.verify(seen.connection, progress=progress)
        return read(source, outcome=outcome, by=registry.actor, asked=(as_of, known_at))


@contextmanager
def legible(seen: View) -> Iterator[None]:
    """Say of a record that was altered into something that cannot be read that it was, whatever went wrong."""
    try:
        yield
    except AskregError:
        raise
    except Exception:
        problems = audit.verify(seen.connection).problems
        if not problems:
            raise
        found = f"{problems[0].where}: {problems[0].what}"
        raise Conflict(f"the record was altered and cannot be told ({found}); run 'askreg audit verify'") from None


def read(
    source: Source,
    *,
    outcome: Verification,
    by: str,
    asked: tuple[When | None, When | None] = (None, None),
    checkpoint: Signed | None = None,
) -> Summary:
    """Return the summary of a version.

    `asked` are the limits of its view as they were given; `checkpoint` goes with it, if it is not the log's last.
    """
    seen = source.view
    sections = [origin.identity(source), origin.making(source), origin.evaluations(source)]
    sections += [conduct.approvals(source), conduct.live(source), conduct.changes(source)]
    sections.append(conduct.gaps(source, sections))
    sections.insert(0, conduct.short(source))
    as_of, known_at = asked
    summary = Summary(
        subject=source.subject,
        as_of=None if as_of is None else shown(seen.as_of),
        known_at=None if known_at is None else str(known_at),
        written_at=shown(seen.now) or "",
        written_by=by,
        head=outcome.head,
        verified=outcome.ok,
        problems=outcome.problems,
        checkpoint=checkpoint or last_checkpoint(seen),
        sections=[],
        events=[],
    )
    sections.append(conduct.record(summary))
    return summary.model_copy(update={"sections": sections, "events": _cited(seen, sections)})


def last_checkpoint(seen: View) -> Signed | None:
    """Return the last checkpoint that the log tells of, whatever the limits of the view."""
    told = list(checkpoints.recorded(seen.connection))
    if not told:
        return None
    seq, payload = told[-1]
    note = json.loads(payload)["detail"]["note"]
    found = Checkpoint.parse(note, name=f"event {seq}")
    name, id, _ = Note.parse(note).signatures[0]
    return Signed(size=found.size, root=found.root.hex(), key=f"{name}+{id.hex()}", event=seq)


def _cited(seen: View, sections: list[Section]) -> list[Cited]:
    numbers = {event for section in sections for line in section.lines for event in line.events}
    whole = View(seen.connection, seen.now)  # a checkpoint may be later than what was known
    return [Cited(**entry.model_dump(include=set(Cited.model_fields))) for entry in citations.entries(whole, numbers)]
