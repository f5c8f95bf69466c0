"""A small model as a brain: one constrained call selects which known question was asked; code answers that one.

The model never sees a result and never writes a word of the answer. It picks an intent and, from enumerated live names,
its slots; the question composed of them is read, run and worded as any other. Where the question can be read as it
stands, the selection must agree with it; and one that leaves out something which the question names is not answered but
offered as a reading.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askreg.agent import prompts
from askreg.agent.brains.config import OllamaConfig
from askreg.agent.brains.failures import BrainFailed
from askreg.agent.brains.ollama import OllamaModel, asked, chat, close
from askreg.agent.brains.sketch import Sketch, sketch
from askreg.agent.draft import Draft, Reading, read
from askreg.agent.guard.egress import Egress
from askreg.agent.offline import canonical
from askreg.agent.offline.brain import OfflineBrain
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.offline.names import LEXICONS
from askreg.agent.thread import Turn
from askreg.errors import InvalidInput
from askreg.registry import times
from askreg.registry.view import View

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage

_SHOTS = 8
_NONE = "none"
_TOO_LITTLE = "the question does not say enough to be answered; name the model, version, dataset, site or person"
_NOTHING = "no question that askreg can answer asks the same; put it in other words"


class SelectorBrain:
    """Selects a known question with the model, and answers that without it."""

    prompt = "select"

    def __init__(
        self, config: OllamaConfig, model: OllamaModel, egress: Egress, *, seen: View, likeness: Likeness = WHOLE
    ) -> None:
        """Read the live names from `seen`; see `examined` for the model."""
        self._config, self._egress, self._seen = config, egress, seen
        self.model = model.reference
        self._likeness = likeness
        self._offline = OfflineBrain(seen=seen, likeness=likeness)
        self._selected: list[BaseMessage] | Draft | None = None

    def invoke(self, input: Sequence[BaseMessage]) -> AIMessage:
        """Return the next calls or the draft; raises `BrainFailed`."""
        from langchain_core.messages import AIMessage, HumanMessage

        asked_at = max(
            i for i, m in enumerate(input) if isinstance(m, HumanMessage) and "problems" not in m.additional_kwargs
        )
        if self._selected is None:
            self._selected = self._select(input[:asked_at], input[asked_at].text)
        if isinstance(self._selected, Draft):
            return AIMessage(content=self._selected.model_dump_json(exclude_defaults=True))
        return self._offline.invoke([*self._selected, *input[asked_at + 1 :]])

    def _select(self, before: Sequence[BaseMessage], question: str) -> list[BaseMessage] | Draft:
        """Return what is to be answered, or the draft that says why nothing is."""
        from langchain_core.messages import HumanMessage

        known = sketch(
            question, LEXICONS.of(self._seen), times.moment(self._seen.instant), _turns(before), self._likeness
        )
        as_it_stands: list[BaseMessage] = [*before, HumanMessage(content=question)]
        own = self._offline.invoke(as_it_stands)
        if known.settled and not own.tool_calls:
            return read(own.text)
        chosen = self._choice(known)
        intent = next((one for one in known.intents if one.name == chosen.get("intent")), None)
        if intent is None:
            return Draft(status="abstained", reason=_NOTHING)
        try:
            selected = canonical.compose(intent.name, _slots(intent, chosen, known))
        except InvalidInput:
            return Draft(status="abstained", reason=_TOO_LITTLE)
        left_out = known.left_out(selected)
        if left_out is None:
            return Draft(status="abstained", reason=_NOTHING)
        if left_out:
            return _offered(selected, left_out)
        # The selected question names all that it is about: what was said before it would only distract.
        alone: list[BaseMessage] = [HumanMessage(content=selected)]
        if not own.tool_calls:
            return alone
        same = _calls(own) == _calls(self._offline.invoke(alone))
        return as_it_stands if same else _doubted(selected)

    def _choice(self, known: Sketch) -> dict[str, Any]:
        model = chat(self._config, self._egress, format=_schema(known))
        try:
            reply = asked(model, _messages(known), self._config)
        finally:
            close(model)
        try:
            chosen = json.loads(reply.text)
        except json.JSONDecodeError:
            raise BrainFailed("the Ollama model's selection is not JSON") from None
        if not isinstance(chosen, dict):
            raise BrainFailed("the Ollama model's selection is not an object")
        return chosen


def _calls(reply: AIMessage) -> list[tuple[str, dict[str, Any]]]:
    return [(call["name"], call["args"]) for call in reply.tool_calls]


def _slots(intent: canonical.Intent, chosen: dict[str, Any], known: Sketch) -> dict[str, str]:
    """Return what fills an intent's slots: the schema has those of all intents, and the others' say nothing."""
    slots = {name: str(chosen[name]) for name in intent.slots if chosen.get(name)}
    # Where only one name can fill a slot that must be filled, there is nothing to select.
    single = {name: known.candidates[name][0] for name in intent.required if len(known.candidates[name]) == 1}
    slots = single | slots
    if slots.get("other") == slots.get("version"):
        slots.pop("other", None)
    return slots


def _offered(selected: str, left_out: list[str]) -> Draft:
    told = " and ".join(f"“{name}”" for name in left_out)
    reason = _literal(f"the nearest question that askreg can answer leaves out {told}")
    return Draft(status="abstained", reason=reason, readings=[Reading(question=selected)])


def _doubted(selected: str) -> Draft:
    reason = "the model reads this question otherwise than its words do; ask it as it is meant, or in other words"
    return Draft(status="abstained", reason=reason, readings=[Reading(question=selected)])


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _turns(before: Sequence[BaseMessage]) -> list[Turn]:
    return [m.additional_kwargs["turn"] for m in before if "turn" in m.additional_kwargs]


def _messages(known: Sketch) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    listed = "\n".join(f"- {intent.name}: {intent.description}" for intent in known.intents)
    messages: list[BaseMessage] = [SystemMessage(content=prompts.load("select").render({"intents": listed}))]
    for example, intent, slots in reversed(known.examples[:_SHOTS]):  # the nearest last, beside the question
        messages += [HumanMessage(content=example), AIMessage(content=_shot(known, intent, slots))]
    names = "\n".join(f"{slot}: {', '.join(values)}" for slot, values in known.candidates.items() if values)
    messages.append(HumanMessage(content=f"{known.question}\n\n{names}"))
    return messages


def _shot(known: Sketch, intent: str, slots: dict[str, str]) -> str:
    """Return a selection as the schema asks for it."""
    filled = {slot: slots.get(slot, "") for slot, values in known.candidates.items() if values}
    return json.dumps({"intent": intent, **filled})


def _schema(known: Sketch) -> dict[str, Any]:
    properties: dict[str, Any] = {"intent": {"enum": [*(i.name for i in known.intents), _NONE]}}
    properties |= {slot: {"enum": ["", *values]} for slot, values in known.candidates.items() if values}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
