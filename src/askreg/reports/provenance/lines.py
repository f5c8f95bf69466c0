"""What a provenance summary is made of: lines, each a fact of the record with the events that recorded it."""

import re
import unicodedata
from typing import Any

from askreg.registry.results import Instant, LogHead, Problem, Result

NOT_RECORDED = "not recorded"
LONGEST = 160
"""Characters of a free text that a line repeats; the event that it cites holds the rest."""

_QUOTES = dict.fromkeys(map(ord, "“”„‟"), '"')
_WORD = re.compile(r"[\w.:/@+=,-]{1,80}")


class Line(Result):
    """One statement. `values` are those of the record that its text repeats, figures as the decimal text they are."""

    label: str
    text: str
    values: dict[str, Any] = {}
    events: list[int] = []
    recorded: bool = True


class Section(Result):
    """Lines under a heading, the most important first."""

    title: str
    lines: list[Line]


class Cited(Result):
    """An event that a line rests on. `actor` is null where a manifest told of it and not by whom."""

    seq: int
    hash: str
    action: str
    subject: str
    actor: str | None
    occurred_at: Instant
    recorded_at: Instant
    recorded_by: str


class Signed(Result):
    """A checkpoint: the events it covers, the Merkle root in hex, and the signer's key.

    It is the last that the log tells of, by `event`, or, where that is null, one that goes with the summary.
    """

    size: int
    root: str
    key: str
    event: int | None


class Summary(Result):
    """Where a version comes from and what became of it, as far as the record says.

    `as_of` and `known_at` are the limits that were asked for. `verified` says whether the whole log and every table
    stood up to a replay just before, and `problems` what did not.
    """

    subject: str
    as_of: Instant | None
    known_at: Instant | None
    written_at: Instant
    written_by: str
    head: LogHead
    verified: bool
    problems: list[Problem]
    checkpoint: Signed | None
    sections: list[Section]
    events: list[Cited]

    @property
    def lines(self) -> list[Line]:
        """Return the lines of all sections."""
        return [line for section in self.sections for line in section.lines]


def line(label: str, text: str, *events: int | None, **values: Any) -> Line:
    """Return a statement; events that are None are left out."""
    cited = sorted({event for event in events if event is not None})
    return Line(label=label, text=text, values=values, events=cited)


def missing(label: str) -> Line:
    """Return the statement that the record does not say."""
    return Line(label=label, text=NOT_RECORDED, recorded=False)


def quoted(text: object) -> str:
    """Return text that somebody wrote, marked as theirs and cut where it is long."""
    written = plain(text).translate(_QUOTES)  # so that it cannot end its own quotation
    if len(written) > LONGEST:
        return f"“{written[:LONGEST]}…” (cut)"
    return f"“{written}”"


def worded(text: object) -> str:
    """Return a short text of somebody's as it is where it is one word, else quoted."""
    written = plain(text)
    return written if _WORD.fullmatch(written) else quoted(text)


def plain(text: object) -> str:
    """Return text on one line, with what a screen or reader would obey written out."""
    return "".join(_seen(character) for character in re.sub(r"[\r\n\t]+", " ", str(text)))


def _seen(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"):
        return f"\\u{ord(character):04x}"
    return character
