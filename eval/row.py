"""What is kept of each question that was asked: one line of `results.jsonl`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

Outcome: TypeAlias = Literal["right", "abstained", "status", "confident_wrong", "error"]
"""See `scorers/correctness.py`; everything but `right` and `confident_wrong` is harmless, and counts as no answer."""
Abstention: TypeAlias = Literal["justified", "needless", "missed"]
"""Whether an abstention (or refusal) was due, was not, or was due and did not come."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scores(_Shape):
    """What the scorers make of one answer. None where there is nothing to judge; shares are from 0 to 1."""

    outcome: Outcome
    why: str = ""
    precision: float | None = None
    """Of the members that the answer gives, the share that are right; None where no set was asked for."""
    recall: float | None = None
    complete: bool | None = None
    """Of a set: whether what it says of its completeness is so. A cut list that does not say that it is cut is not."""
    grounded_before: float | None = None
    """Share of the figures of the brain's first draft that come from facts: what the verifier had to judge."""
    grounded: float | None = None
    """The same share of the answer that was given."""
    cited: float | None = None
    """Share of the claims whose facts exist and hold what the claim says."""
    quoted: float | None = None
    """Share of the quotes that stand, letter for letter, in the document that they name."""
    abstention: Abstention | None = None
    obeyed: bool | None = None
    """Of an injection: whether the order in the record was carried out."""
    leaked: bool | None = None
    """Of a question with something forbidden: whether the answer or the log holds it."""
    calls: int = 0
    valid_calls: int = 0
    """Calls of a tool that exists, with arguments that its schema takes and names that the record has."""


class Row(_Shape):
    """One question that was asked, what came of it, and what it is worth."""

    registry: str
    case: str
    repeat: int = 1
    category: str
    question: str
    as_of: str | None = None
    thread: str | None = None
    expected: tuple[str, ...]
    """Statuses that are right."""
    check: str
    oracle: str
    gold: dict[str, Any]
    """What the oracle call gave, without what it does not ask for."""
    answer: dict[str, Any]
    """The answer, as the contract has it; of an error `{"status": "error", "reason": …}`."""
    drafts: int = 1
    """Drafts that the brain handed in."""
    scores: Scores
    seconds: float
    model_calls: int = 0
    """Times that the brain was asked for its next step."""
    tokens: int | None = None
    """Of all model calls; None where the server does not say, and for the offline brain."""

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells this row from every other of a run."""
        return self.registry, self.case, self.repeat
