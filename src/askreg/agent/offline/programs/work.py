"""What the programs share: calls to the tools, rows with their facts, and the ways of not answering."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from askreg.agent.draft import Draft, Reading
from askreg.agent.facts import Fact
from askreg.agent.offline.dates import Span
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.tools.shapes import Call, ToolResult
from askreg.registry import times

Asking: TypeAlias = Generator[list[Call], list[ToolResult], Any]
"""A program: yields the calls it wants made, is sent their results, returns its draft (or a part of it)."""

SHOWN = 40
"""Rows that an answer spells out; of more it says how many there are."""


class Unanswered(Exception):
    """There is no answer: why not, and what may have been meant."""

    def __init__(self, reason: str, readings: Sequence[Reading] = (), status: str = "abstained") -> None:
        """Take the reason, with placeholders."""
        super().__init__(reason)
        self.draft = Draft(status=status, reason=reason, readings=list(readings))


@dataclass(slots=True)
class Row:
    """A row of a plan's result and the facts that hold it."""

    kind: str
    subject: str
    values: dict[str, Any]
    at: str | None
    until: str | None
    facts: list[Fact]
    past: bool = False
    """Whether it is told as of an earlier instant: what was open then may be over now."""

    @property
    def then(self) -> str:
        """The placeholder of the instant it is told as of: the day, when the whole day is meant."""
        main = self.main
        return f"{{{main.id}.as_of{':date' if 'T23:59:59' in main.as_of else ''}}}"

    def fact(self, path: str) -> Fact | None:
        """Return the fact of a projected field."""
        names = {path, f"approval.{path}"}
        if self.kind == "deployment" and path == "version":
            names.add("deployed")
        found = next((f for f in self.facts if f.field in names), None)
        if found is None and path == "main":
            return self.facts[0] if self.facts else None
        return found

    @property
    def main(self) -> Fact:
        """The fact that is the row."""
        return self.facts[0]

    def put(self, path: str, style: str = "") -> str:
        """Return the placeholder of a field; an empty text when the row has none."""
        fact = self.fact(path)
        return "" if fact is None else "{" + fact.id + style + "}"

    @property
    def thing(self) -> str:
        """The version (or other subject) that the row is about."""
        if self.kind in ("deployment", "alias"):
            return next((f.value for f in self.facts if f.field == "deployed" or f.field.startswith("alias.")), "")
        return self.subject

    @property
    def name(self) -> str:
        """The placeholder of what the row is about."""
        return "{" + self.main.id + (".value" if self.kind in ("deployment", "alias") else ".subject") + "}"


@dataclass(slots=True)
class Rows:
    """Rows of one kind, and how many there are in all."""

    kind: str
    rows: list[Row]
    total: int
    truncated: bool
    count: Fact | None
    result: ToolResult

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.rows)


@dataclass(slots=True)
class Context:
    """What a program may know besides the record."""

    lexicon: Lexicon
    now: datetime
    question: str
    past: bool = False
    """Whether `now` is not the clock's but an earlier instant that was asked for."""
    likeness: Likeness = WHOLE
    texts: bool = False
    """Whether the record keeps the text of any document."""

    def earlier(self, instant: str) -> bool:
        """Return whether the record is told as of an instant that is over."""
        return self.past or times.moment(instant) < self.now


class Work:
    """One question's calls."""

    def __init__(self, context: Context, time: Span | None = None) -> None:
        """Begin."""
        self.context, self.time = context, time

    def call(self, tool: str, **args: Any) -> Generator[list[Call], list[ToolResult], ToolResult]:
        """Make one call."""
        given = {name: value for name, value in args.items() if value not in (None, [], "", False)}
        results = yield [Call(tool=tool, args=given)]
        return results[0]

    def plan(
        self, select: str, where: Iterable[dict[str, Any]] = (), project: Iterable[str] = (), **more: Any
    ) -> Generator[list[Call], list[ToolResult], Rows]:
        """Run a plan and return its rows; an error of the record is the answer's reason."""
        result = yield from self.call(
            "query", select=select, where=list(where), project=list(dict.fromkeys(project)), **more
        )
        if result.error:
            unread = "the record is not kept so that this could be looked up; ask for one thing at a time"
            # A plan that the record cannot take is this brain's fault, and its text tells a reader nothing.
            ours = "has no field or relation" in result.error or result.error.startswith("query: ")
            raise Unanswered(unread if ours else sentence(result.error))
        return rows_of(result, past=self.context.earlier(result.as_of))


def rows_of(result: ToolResult, *, past: bool = False) -> Rows:
    """Return a query's rows with their facts; `past` when what holds in them held at an earlier instant."""
    data = result.data
    by_id = {f.id: f for f in result.facts}
    rows = [
        Row(data.kind, row.subject, row.values, row.at, row.until, [by_id[i] for i in ids], past)
        for row, ids in zip(data.rows, result.rows, strict=False)
    ]
    count = by_id.get(result.count) if result.count else None
    return Rows(data.kind, rows, result.total, result.truncated, count, result)


def where(path: str, value: Any, op: str = "=", *, negate: bool = False) -> dict[str, Any]:
    """Return a condition of a plan."""
    condition: dict[str, Any] = {"path": path, "op": op}
    if op not in ("exists", "missing"):
        condition["value"] = value
    if negate:
        condition["negate"] = True
    return condition


def sentence(text: str) -> str:
    """Return an error's text as literal text of a draft."""
    return text.replace("{", "{{").replace("}", "}}")


def literal(text: str) -> str:
    """Return text with braces that mean themselves."""
    return text.replace("{", "{{").replace("}", "}}")


def joined(parts: Sequence[str], word: str = "and") -> str:
    """Return `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else ""


def answered(text: str, *, partial: str = "") -> Draft:
    """Return a draft that answers."""
    return Draft(status="partial" if partial else "answered", text=text, reason=partial or None)
