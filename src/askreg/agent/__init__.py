"""The agent: questions in plain words, answered from the record."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askreg.agent.answer import Answer, Asker, ask
    from askreg.agent.batch import answer_lines
    from askreg.agent.thread import Thread

_HOME = {
    "Answer": "answer",
    "Asker": "answer",
    "Thread": "thread",
    "answer_lines": "batch",
    "ask": "answer",
}

__all__ = ["Answer", "Asker", "Thread", "answer_lines", "ask"]


def __getattr__(name: str) -> object:
    """Import on first use: a command that needs one of these should not wait for the others."""
    if name not in _HOME:
        raise AttributeError(f"module 'askreg.agent' has no attribute {name!r}")
    return getattr(import_module(f"askreg.agent.{_HOME[name]}"), name)
