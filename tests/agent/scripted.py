"""A brain that says what it is told to, and tools that find what they are told to."""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from askreg.agent.facts import Ledger
from askreg.agent.tools.shapes import Call, ToolResult
from askreg.agent.tools.toolbox import Toolbox

from .corpus import AS_OF, LIVE


class ScriptedBrain(BaseChatModel):
    """Gives one reply after the other, the last one again and again, and keeps what it was sent."""

    replies: list[Any]
    seen: list[list[BaseMessage]] = []

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.seen.append(list(messages))
        reply = self.replies[min(len(self.seen), len(self.replies)) - 1]
        if isinstance(reply, Exception):
            raise reply
        return ChatResult(generations=[ChatGeneration(message=reply)])


def brain(*replies: AIMessage | Exception) -> ScriptedBrain:
    return ScriptedBrain(replies=list(replies), seen=[])


def calling(*calls: tuple[str, dict[str, Any]]) -> AIMessage:
    return AIMessage(
        content="",
        tool_calls=[{"name": name, "args": args, "id": f"c{i}"} for i, (name, args) in enumerate(calls)],
    )


def drafting(text: str, *, status: str = "answered", reason: str | None = None) -> AIMessage:
    return AIMessage(content=json.dumps({"status": status, "text": text, "reason": reason}))


class FixedTools(Toolbox):
    """Finds the same three deployments, whatever is called."""

    def __init__(self) -> None:
        self.ledger, self.calls = Ledger(), list[Call]()

    def run(self, call: Call) -> ToolResult:
        self.calls.append(call)
        rows: Sequence[Any] = [self.ledger.extend(row) for row in LIVE]
        return ToolResult(
            tool=call.tool,
            args=call.args,
            text="three rows",
            facts=[f for row in rows for f in row],
            rows=[[f.id for f in row] for row in rows],
            total=3,
            returned=3,
            as_of=AS_OF,
        )
