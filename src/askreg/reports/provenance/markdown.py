"""A provenance summary as Markdown that reads in two minutes."""

import re
from collections.abc import Iterator

from askreg.reports.provenance.lines import Cited, Line, Section, Summary

MOST_LINES = 14
"""Lines of a section that are printed; the rest are counted, with their events."""
SHORT = 12
"""Characters of a hash beside an event's number; the table at the end has all of them."""

# An underscore within a word is no emphasis, and names are full of them.
_ACTIVE = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])")


def render(summary: Summary) -> str:
    """Return the summary as Markdown. Its texts are the record's own: nothing in them is markup."""
    hashes = {event.seq: event.hash for event in summary.events}
    parts = [f"# Provenance of {escaped(summary.subject)}", _heading(summary)]
    for section in summary.sections:
        parts.append(f"## {section.title}")
        parts.append("\n".join(_lines(section, hashes)))
    parts.append("## Events cited")
    parts.append("\n".join(_table(summary.events)))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _ACTIVE.sub(lambda found: f"\\{found.group()}", text)


def _heading(summary: Summary) -> str:
    limits = [f"as of {summary.as_of}"] if summary.as_of else []
    limits += [f"as known at {summary.known_at}"] if summary.known_at else []
    asked = f"{' and '.join(limits)}, " if limits else ""
    verified = (
        "The record was verified." if summary.verified else "**THE RECORD DOES NOT VERIFY: see the last section.**"
    )
    return (
        f"Written {summary.written_at} for {escaped(summary.written_by)}, {asked}from the record alone. {verified} "
        f"Each line names the events it rests on, with the first {SHORT} characters of their hashes."
    )


def _lines(section: Section, hashes: dict[int, str]) -> Iterator[str]:
    for each in section.lines[:MOST_LINES]:
        yield _line(each, hashes)
    left = section.lines[MOST_LINES:]
    if left:
        events = sorted({event for each in left for event in each.events})
        yield (
            f"- **cut**: {MOST_LINES} of {len(section.lines)} lines are shown; the others are in the JSON form, "
            f"and rest on events {', '.join(f'#{event}' for event in events)}"
        )


def _line(each: Line, hashes: dict[int, str]) -> str:
    label = f"**{escaped(each.label)}**"
    refs = ", ".join(f"#{event} {hashes[event][:SHORT]}" for event in each.events if event in hashes)
    return f"- {label}: {escaped(each.text)}" + (f" \\[{refs}\\]" if refs else "")


def _table(events: list[Cited]) -> Iterator[str]:
    yield "| event | what | of | by | happened | recorded | hash |"
    yield "|---|---|---|---|---|---|---|"
    for event in events:
        by = event.actor or "not recorded"
        by = by if by == event.recorded_by else f"{by}, told by {event.recorded_by}"
        cells = (str(event.seq), event.action, event.subject, by, event.occurred_at, event.recorded_at)
        yield f"| {' | '.join(escaped(cell) for cell in cells)} | {event.hash} |"
