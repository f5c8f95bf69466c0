"""Which brain answers: LangChain chat models behind one function."""

from typing import TYPE_CHECKING

from askreg.errors import InvalidInput

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from askreg.registry.view import View

AVAILABLE = ("offline",)


def make_brain(backend: str, *, seen: "View") -> "BaseChatModel":
    """Return the chat model of a backend; `offline` reads the live names from `seen`."""
    if backend == "offline":
        from askreg.agent.offline.model import OfflineChatModel

        brain: BaseChatModel = OfflineChatModel(seen=seen)
        return brain
    raise InvalidInput(f"there is no brain {backend!r} here; available: {', '.join(AVAILABLE)}")
