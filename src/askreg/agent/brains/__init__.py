"""Which brain answers. Every brain takes and returns LangChain messages; language models are chat models."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from askreg.agent.brains.config import BrainConfig
from askreg.errors import InvalidInput

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from askreg.agent.guard.phi import Gate
    from askreg.registry.view import View

AVAILABLE = ("offline", "claude", "ollama")
CLOUD = frozenset(("claude",))
"""Those outside the site's walls."""


class Brain(Protocol):
    """What answers: any `BaseChatModel` is one.

    It gets a system message, the conversation so far, the question, and then its own tool calls with their results
    (`ToolMessage.artifact` is a `ToolResult`). It returns an `AIMessage`: tool calls, or a draft as JSON.
    """

    def invoke(self, input: Any) -> "BaseMessage":
        """Return the next message."""
        ...


def make_brain(
    backend: str,
    *,
    seen: "View",
    config: BrainConfig,
    gate: "Gate",
    static: Sequence[str] = (),
) -> Brain:
    """Return the brain of a backend.

    `offline` reads the live names from `seen`; `static` are the texts of the prompt itself. Raises `Refused` where the
    site's policy does not let the brain be, `BrainFailed` when it cannot be reached, and `InvalidInput` when there is
    no such backend or its packages are missing.
    """
    brain: Brain
    match backend:
        case "offline":
            # Not a BaseChatModel itself: importing that takes half a second, which no language model makes up for here.
            from askreg.agent.offline.brain import OfflineBrain

            brain = OfflineBrain(seen=seen, likeness=config.likeness)
        case "claude":
            from askreg.agent.brains.claude import ClaudeBrain

            brain = ClaudeBrain(config=config, gate=gate, static=static)
        case "ollama":
            from askreg.agent.brains.local import local_brain

            brain = local_brain(seen=seen, config=config, gate=gate)
        case _:
            raise InvalidInput(f"there is no brain {backend!r}; there are {', '.join(AVAILABLE)}")
    return brain
