"""Whether an abstention or refusal was due."""

from __future__ import annotations

from eval.row import Abstention
from eval.scorers.reading import SETTLED, WITHHELD
from eval.scorers.sample import Sample


def abstention(sample: Sample) -> Abstention | None:
    """Judge the status by those that are right; `partial` is an answer, and an error is neither."""
    expected = set(sample.case.status)
    if sample.status in WITHHELD:
        return "justified" if expected & set(WITHHELD) else "needless"
    if sample.status in SETTLED and not expected & set(SETTLED):
        return "missed"
    return None
