"""The cases: each a question, what is expected of its answer, and the oracle call that computes the gold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from eval.oracle import Oracle
from eval.truth.gold import Gold
from eval.truth.record import Record

CASES = Path(__file__).parent / "cases"
REGISTRIES = Path(__file__).parent / "registries"
NOW = datetime(2026, 10, 15, 12, 0, tzinfo=UTC)
"""The clock of the registries, so that "now" and "last March" mean the same on each day that a case is asked."""

ASPECTS = {
    "set": "members", "values": "items", "count": "count", "verdict": "verdict", "winner": "winner",
    "difference": "difference", "duration": "days", "date": "dates",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question over one registry, and what is expected of its answer."""

    id: str
    registry: str
    category: str
    question: str
    status: tuple[str, ...]
    check: str
    oracle: str
    as_of: str | None = None
    thread: str | None = None
    """Cases of one thread are a conversation, asked in order."""
    forbidden: tuple[str, ...] = ()
    """What must be nowhere in the answer: an identifier of the question, or what an order in the record demands."""
    file: str = ""

    @property
    def key(self) -> str:
        """What names the case among those of all registries."""
        return f"{self.registry}/{self.id}"

    def gold(self, record: Record) -> Gold:
        """The gold, computed from the manifest."""
        gold = Oracle(record, now=NOW, as_of=self.as_of).evaluate(self.oracle)
        aspect = ASPECTS.get(self.check)
        if aspect and getattr(gold, aspect) in (None, (), frozenset()) and not gold.mentions and gold.members is None:
            raise ValueError(f"{self.id}: the oracle gives nothing to check as {self.check!r}")
        return gold


def read(path: Path) -> list[Case]:
    """The cases of a file."""
    with path.open(encoding="utf-8") as stream:
        content = yaml.safe_load(stream)
    return [case(row, content.get("registry"), file=path.stem) for row in content["cases"]]


def case(row: dict[str, Any], registry: str | None, *, file: str) -> Case:
    """A case from its row."""
    expect = row["expect"]
    status = expect["status"]
    return Case(
        id=row["id"],
        registry=row.get("registry") or registry or "",
        category=row["category"],
        question=row["question"],
        status=(status,) if isinstance(status, str) else tuple(status),
        check=expect["check"],
        oracle=expect["oracle"],
        as_of=row.get("as_of"),
        thread=row.get("thread"),
        file=file,
    )


def every() -> list[Case]:
    """All cases of all files, in order."""
    return [c for path in sorted((CASES / "written").glob("*.yaml")) for c in read(path)]
