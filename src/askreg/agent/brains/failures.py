"""Why a language model gave no usable reply, in words that hold no secret and name the way out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

LONGEST_REPLY = 100_000
"""Characters; no answer about a registry is longer."""
LONGEST_ARGUMENTS = 10_000
"""Characters of the arguments of one call."""
_OTHERWISE = "or ask without a language model: --backend offline"


class BrainFailed(Exception):
    """A language model was unreachable, overloaded, too slow, declined, or said what cannot be used.

    Its message is the reason that the answer gives; the answer abstains, and no other brain takes over by itself.
    """

    def __init__(self, what: str, remedy: str = "try again later") -> None:
        super().__init__(f"{what}; {remedy}, {_OTHERWISE}")


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it, however often it was wrapped."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def usable(reply: "AIMessage", *, who: str) -> "AIMessage":
    """Return the reply if it is whole; raises `BrainFailed` when it was cut, declined, empty or far too long."""
    told = reply.response_metadata
    stop = told.get("stop_reason") or told.get("done_reason") or ("stop" if told.get("done") else None)
    if stop is None:
        # The connection ended as if all had been said; what was said may be half of it.
        raise BrainFailed(f"{who}'s reply broke off before its end")
    if stop == "refusal":
        raise BrainFailed(f"{who} declined to answer", "put the question in other words")
    if stop in ("max_tokens", "length", "model_context_window_exceeded"):
        raise BrainFailed(f"{who}'s reply was cut ({stop})", "ask for less at a time")
    if len(reply.text) > LONGEST_REPLY:
        raise BrainFailed(f"{who}'s reply has {len(reply.text)} characters", "ask for less at a time")
    longest = max((len(str(call["args"])) for call in (*reply.tool_calls, *reply.invalid_tool_calls)), default=0)
    if longest > LONGEST_ARGUMENTS:
        raise BrainFailed(f"{who} called a tool with {longest} characters", "ask for less at a time")
    if not (reply.text.strip() or reply.tool_calls or reply.invalid_tool_calls):
        raise BrainFailed(f"{who} sent an empty reply")
    return reply
