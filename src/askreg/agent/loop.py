"""The conversation between a brain and the tools: calls are run, drafts are checked, both within limits."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from askreg.agent.brains import Brain
from askreg.agent.brains.failures import BrainFailed
from askreg.agent.draft import Draft, read
from askreg.agent.tools.shapes import TOOLS, Call, ToolResult
from askreg.agent.tools.toolbox import Toolbox
from askreg.agent.verify import Problem
from askreg.errors import AskregError, InvalidInput, Refused
from askreg.registry.canonical import canonical

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AnyMessage, ToolMessage


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a brain may go on."""

    model_calls: int = 10
    tool_calls: int = 24
    repairs: int = 2
    same_calls: int = 2
    """How often the very same call is answered: it finds the same each time."""
    seconds: float = 300


@dataclass(frozen=True, slots=True)
class Ran:
    """A call that was made, what it found and how long it took."""

    call: Call
    result: ToolResult
    ms: float


@dataclass(slots=True)
class Outcome:
    """An accepted draft, or the reason that there is none."""

    draft: Draft | None = None
    reason: str = ""
    refused: bool = False
    """Whether the reason is that something was not allowed."""
    problems: list[Problem] = field(default_factory=list)
    ran: list[Ran] = field(default_factory=list)


_UNVERIFIED = "no wording of the answer could be verified against the record; ask for one thing at a time"

Check = Callable[[Draft, Sequence[ToolResult]], list[Problem]]


class Conversation:
    """One question being answered."""

    def __init__(
        self,
        brain: Brain,
        toolbox: Toolbox,
        check: Check,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let `brain` call the `toolbox` and have its drafts judged by `check`; `clock` counts seconds."""
        self._brain, self._toolbox, self._check, self._limits = brain, toolbox, check, limits
        self._outcome, self._clock = Outcome(), clock

    def run(self, messages: "list[AnyMessage]") -> Outcome:
        """Return the first draft that is accepted; without one in time, say why."""
        repairs, start = 0, self._clock()
        for _ in range(self._limits.model_calls):
            if self._clock() - start > self._limits.seconds:
                return self._given_up(f"no answer within {self._limits.seconds:g} s")
            try:
                reply = self._reply(messages)
            except Refused as refusal:
                self._outcome.refused = True
                return self._given_up(str(refusal))
            except BrainFailed as failed:
                return self._given_up(str(failed))
            except AskregError:
                raise
            except Exception as error:  # whatever a model's client does; its words may be the question's
                return self._given_up(f"the brain failed ({type(error).__name__})")
            messages.append(reply)
            if reply.tool_calls or reply.invalid_tool_calls:
                endless = self._endless(reply)
                if endless:
                    return self._given_up(endless)
                self._call(reply, messages)
                continue
            draft, problems = self._judged(reply)
            if draft is not None and not problems:
                self._outcome.draft = draft
                return self._outcome
            self._outcome.problems = problems
            if repairs == self._limits.repairs:
                return self._given_up(_UNVERIFIED)
            repairs += 1
            messages.append(_complaint(problems))
        return self._given_up(f"no answer within {self._limits.model_calls} calls of the brain")

    def _given_up(self, reason: str) -> Outcome:
        self._outcome.reason = reason
        return self._outcome

    def _reply(self, messages: "list[AnyMessage]") -> "AIMessage":
        from langchain_core.messages import AIMessage

        with _untraced():
            reply = self._brain.invoke(messages)
        if not isinstance(reply, AIMessage):
            raise TypeError(f"a {type(reply).__name__} instead of an AIMessage")
        return reply

    def _endless(self, reply: "AIMessage") -> str:
        """Return why these calls are too many; nothing when they are not."""
        wanted = len(reply.tool_calls) + len(reply.invalid_tool_calls)
        if len(self._outcome.ran) + wanted > self._limits.tool_calls:
            return f"no answer within {self._limits.tool_calls} tool calls"
        made = Counter(_same(ran.call.tool, ran.call.args) for ran in self._outcome.ran)
        made.update(_same(asked["name"], asked["args"]) for asked in reply.tool_calls)
        if max(made.values(), default=0) > self._limits.same_calls:
            return "the brain went round in circles: it made the same call again and again"
        return ""

    def _call(self, reply: "AIMessage", messages: "list[AnyMessage]") -> None:
        from langchain_core.messages import ToolMessage

        for malformed in reply.invalid_tool_calls:
            text = f"error: the arguments are not JSON: {malformed.get('error') or malformed.get('args')}"
            messages.append(
                ToolMessage(content=text, tool_call_id=malformed.get("id") or "", name=malformed.get("name") or "")
            )
        for asked in reply.tool_calls:
            messages.append(self._ran(asked["name"], asked["args"], asked["id"] or ""))

    def _ran(self, name: str, args: dict[str, Any], id: str) -> "ToolMessage":
        from langchain_core.messages import ToolMessage

        if name not in TOOLS:
            text = f"error: there is no tool {name!r}; there are {', '.join(TOOLS)}"
            return ToolMessage(content=text, tool_call_id=id, name=name, status="error")
        try:
            canonical(args)  # what was called is kept with the answer
        except InvalidInput as error:
            return ToolMessage(content=f"error: {error}", tool_call_id=id, name=name, status="error")
        call = Call(tool=name, args=args)
        start = time.perf_counter()
        result = self._toolbox.run(call)
        self._outcome.ran.append(Ran(call, result, (time.perf_counter() - start) * 1000))
        return ToolMessage(
            content=result.text,
            artifact=result,
            tool_call_id=id,
            name=name,
            status="error" if result.error else "success",
        )

    def _judged(self, reply: "AIMessage") -> tuple[Draft | None, list[Problem]]:
        text = reply.text if isinstance(reply.text, str) else str(reply.content)
        try:
            draft = read(_unfenced(text))
            return draft, self._check(draft, [ran.result for ran in self._outcome.ran])
        except InvalidInput as error:
            return None, [Problem(code="draft", claim="", what=str(error))]


def _same(tool: str, args: dict[str, Any]) -> str:
    return f"{tool} {json.dumps(args, sort_keys=True, default=str)}"


def _untraced() -> AbstractContextManager[None]:
    """Keep a chat model from sending the question to a tracing service, whatever the environment says."""
    if "langchain_core.language_models.chat_models" not in sys.modules:
        return nullcontext()  # no chat model: nothing that could trace
    from langsmith.run_helpers import tracing_context

    return tracing_context(enabled=False)


def _complaint(problems: list[Problem]) -> "AnyMessage":
    from langchain_core.messages import HumanMessage

    listed = "\n".join(f"- {p.code}: {p.what}" + (f" (in: {json.dumps(p.claim)})" if p.claim else "") for p in problems)
    return HumanMessage(
        content=f"The draft was not accepted:\n{listed}\nSend it again, corrected, or abstain.",
        additional_kwargs={"problems": [p.model_dump() for p in problems]},
    )


def _unfenced(text: str) -> str:
    """Return the JSON inside a code fence, which models like to put around it."""
    text = text.strip()
    if text.startswith("```"):
        text = text.partition("\n")[2].rpartition("```")[0]
    return text
