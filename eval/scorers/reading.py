"""An answer beside what it is judged by: what every scorer of its content reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from eval.scorers.names import Names
from eval.truth.gold import Gold

Answer = dict[str, Any]
SETTLED = ("answered", "partial")
"""The statuses of an answer that says something; the others are `abstained`, `refused` and `error`."""
WITHHELD = ("abstained", "refused")


@dataclass(frozen=True)
class Reading:
    """An answer beside what it is judged by."""

    question: str
    answer: Answer
    gold: Gold
    names: Names
    check: str

    @property
    def text(self) -> str:
        """The rendered text."""
        return self.answer.get("answer") or ""

    @property
    def everything(self) -> str:
        """The text with the reason and the readings, for what may be said in any of them."""
        return " ".join([self.text, self.answer.get("reason") or "", json.dumps(self.answer.get("readings") or [])])

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The facts that the claims cite; all of them when no claim cites any."""
        facts: list[dict[str, Any]] = self.answer.get("facts") or []
        cited = {f for claim in self.answer.get("claims") or [] for f in claim.get("facts") or []}
        return [f for f in facts if f["id"] in cited] if cited else facts

    def asked(self, kind: str) -> set[str]:
        """What the question names itself."""
        return {n for n in self.names.by_kind.get(kind, ()) if self.names.says(self.question, kind, n)}
