"""What an answer took: tool calls, and how many of them were such as the tools take."""

from __future__ import annotations

from eval.scorers.sample import Sample


def effort(sample: Sample) -> tuple[int, int]:
    """Return the calls and, of them, the valid ones: those to which the tool did not answer with an error."""
    return len(sample.made), sum(not call.get("error") for call in sample.made)
