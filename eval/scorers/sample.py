"""What the scorers are given: a case with its gold, and all that came of asking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eval.scorers.names import Names
from eval.scorers.reading import Reading
from eval.truth.gold import Gold

if TYPE_CHECKING:
    from eval.case import Case

Fact = dict[str, Any]
Call = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One answer, and everything beside it that a scorer may look at."""

    case: Case
    gold: Gold
    names: Names
    answer: dict[str, Any]
    """As the contract has it; of an error `{"status": "error", "reason": …}`."""
    drafts: tuple[tuple[str, Sequence[Fact]], ...] = ()
    """Each draft that the brain handed in, oldest first: its text with the values in, and the facts it had."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """The text of each registered document, by its path."""
    logged: str = ""
    """What the log holds of this question."""
    calls: Sequence[Call] | None = None
    """The tool calls, when more is known of them than the answer says."""

    @property
    def status(self) -> str:
        """The status that it got."""
        return str(self.answer.get("status", "error"))

    @property
    def made(self) -> Sequence[Call]:
        """The tool calls that were made."""
        return self.calls if self.calls is not None else self.answer.get("calls") or []

    @cached_property
    def reading(self) -> Reading:
        """The answer beside its gold."""
        return Reading(self.case.question, self.answer, self.gold, self.names, self.case.check)
