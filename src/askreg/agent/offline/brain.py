"""The brain without a language model, behind the interface that the language models are used by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askreg.agent.draft import Draft
from askreg.agent.offline import dialogue
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.offline.names import LEXICONS
from askreg.agent.tools.shapes import Call
from askreg.registry import times
from askreg.registry.documents import any_text
from askreg.registry.view import View

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage


class OfflineBrain:
    """Reads a question with rules and the registry's live names; the same messages always give the same reply."""

    model = None

    def __init__(self, *, seen: View, likeness: Likeness = WHOLE) -> None:
        """Read the names from `seen`."""
        self._seen, self._likeness = seen, likeness

    def invoke(self, input: Any) -> AIMessage:
        """Return the next calls, or the draft of the answer."""
        step = self._step(input)
        return _draft(step) if isinstance(step, Draft) else _calls(step, len(input))

    def _step(self, messages: Sequence[BaseMessage]) -> list[Call] | Draft:
        from langchain_core.messages import HumanMessage, ToolMessage

        asked = max(
            i for i, m in enumerate(messages) if isinstance(m, HumanMessage) and "problems" not in m.additional_kwargs
        )
        turns = [m.additional_kwargs["turn"] for m in messages[:asked] if "turn" in m.additional_kwargs]
        results = [m.artifact for m in messages[asked:] if isinstance(m, ToolMessage)]
        now = times.moment(self._seen.instant)
        past = self._seen.instant < self._seen.now
        question, lexicon = str(messages[asked].content), LEXICONS.of(self._seen)
        return dialogue.step(
            question, turns, lexicon, now, results, past=past, likeness=self._likeness, texts=any_text(self._seen)
        )


def _calls(calls: list[Call], number: int) -> AIMessage:
    from langchain_core.messages import AIMessage

    wanted = [
        {"name": c.tool, "args": c.args, "id": f"call_{number}_{i}", "type": "tool_call"} for i, c in enumerate(calls)
    ]
    return AIMessage(content="", tool_calls=wanted)


def _draft(draft: Draft) -> AIMessage:
    from langchain_core.messages import AIMessage

    return AIMessage(content=draft.model_dump_json(exclude_defaults=True))
