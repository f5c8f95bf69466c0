"""What a scripted model does next, whatever the protocol: it replies, or something goes wrong."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .wire import Request, Response

Stop = Literal["end", "calls", "length", "refusal", "load"]


@dataclass(frozen=True)
class Wanted:
    """A tool call that the model asks for; `args` as text are sent as they are, JSON or not."""

    name: str
    args: dict[str, Any] | str


@dataclass(frozen=True)
class Reply:
    """A turn of the model."""

    text: str = ""
    calls: tuple[Wanted, ...] = ()
    thinking: str = ""
    stop: Stop | None = None
    sizes: tuple[int, ...] = (4096,)
    """The sizes of the pieces in which a streamed reply is sent, over and over."""
    gzip: bool = False
    content_type: str | None = None


@dataclass(frozen=True)
class Failed:
    """An error, as the protocol writes it, with an HTTP status."""

    status: int
    message: str = "something is wrong"
    kind: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Broken:
    """A reply that ends before its end."""

    reply: Reply
    share: float = 0.5
    """How much of it is sent."""
    how: Literal["reset", "closed", "error", "stall"] = "reset"
    """A reset; a clean end of the connection; an error event, as when the model is overloaded; silence."""


@dataclass(frozen=True)
class Trickled:
    """A reply that never ends: now and then a byte or a sign of life, so that no read ever times out."""

    every: float
    reply: Reply = Reply("")
    seconds: float = 20.0


@dataclass(frozen=True)
class Silent:
    """Not one byte, for so long; or the connection is dropped."""

    seconds: float = 30.0
    dropped: bool = False


Step: TypeAlias = Reply | Failed | Broken | Trickled | Silent | Response
Script: TypeAlias = Sequence[Step] | Callable[[Request], Step]


def draft(text: str, *, status: str = "answered", reason: str | None = None, **more: Any) -> Reply:
    """The model's last turn: a draft."""
    return Reply(json.dumps({"status": status, "text": text, "reason": reason, **more}))


def call(name: str, **args: Any) -> Wanted:
    """A tool call."""
    return Wanted(name, args)


def calls(*wanted: Wanted, **more: Any) -> Reply:
    """A turn that asks for tool calls."""
    return Reply(calls=wanted, **more)


HELLO: Script = (Reply("Hello."),)
