"""Which brain answers. Every brain takes and returns LangChain messages; language models are chat models."""

from typing import TYPE_CHECKING, Any, Protocol

from askreg.errors import InvalidInput

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from askreg.registry.view import View

AVAILABLE = ("offline",)


class Brain(Protocol):
    """What answers: any `BaseChatModel` is one.

    It gets a system message, the conversation so far, the question, and then its own tool calls with their results
    (`ToolMessage.artifact` is a `ToolResult`). It returns an `AIMessage`: tool calls, or a draft as JSON.
    """

    def invoke(self, input: Any) -> "BaseMessage":
        """Return the next message."""
        ...


def make_brain(backend: str, *, seen: "View") -> Brain:
    """Return the brain of a backend; `offline` reads the live names from `seen`."""
    if backend == "offline":
        # Not a BaseChatModel itself: importing that takes half a second, which no language model makes up for here.
        from askreg.agent.offline.brain import OfflineBrain

        brain: Brain = OfflineBrain(seen=seen)
        return brain
    raise InvalidInput(f"there is no brain {backend!r} here; available: {', '.join(AVAILABLE)}")
