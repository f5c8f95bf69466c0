"""What the two servers share: a script that is played turn by turn, and complaints about what the client sends."""

import gzip
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from .steps import HELLO, Broken, Failed, Reply, Script, Silent, Step, Trickled
from .wire import Cut, Exchange, LoopbackServer, Pause, Piece, Request, Response, split


class ModelServer(ABC):
    """A scripted model behind a protocol; the last step of its script is repeated."""

    protocol: ClassVar[str]
    stream_type: ClassVar[str]

    def __init__(self, script: Script = HELLO, *, model: str, key: str) -> None:
        self.script, self.model, self.key = script, model, key
        self.complaints: list[str] = []
        """Whatever a client sent that the real API would refuse."""
        self._lock = threading.Lock()
        self._turn = 0
        self.wire = LoopbackServer(self.handle)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.wire.url

    @property
    def turns(self) -> list[Request]:
        """The requests for a turn of the model, in order."""
        return [request for request in self.wire.requests if self.is_turn(request)]

    @property
    def exchanges(self) -> list[Exchange]:
        """The same with how long the server had them."""
        return [exchange for exchange in list(self.wire.exchanges) if self.is_turn(exchange.request)]

    def restart(self) -> None:
        """Begin the script again."""
        with self._lock:
            self._turn = 0

    def close(self) -> None:
        """Stop listening."""
        self.wire.close()

    @abstractmethod
    def is_turn(self, request: Request) -> bool:
        """Tell a request for a turn of the model from the others."""

    @abstractmethod
    def handle(self, request: Request) -> Response:
        """Answer a request."""

    @abstractmethod
    def written(self, reply: Reply, request: Request) -> bytes:
        """Return a reply as the body of a response, streamed if the request asks for it."""

    @abstractmethod
    def streams(self, request: Request) -> bool:
        """Tell whether a request asks for a stream."""

    @abstractmethod
    def error(self, failed: Failed) -> bytes:
        """Return an error as the body of a response."""

    @abstractmethod
    def error_event(self, failed: Failed) -> bytes:
        """Return an error in the middle of a stream."""

    @abstractmethod
    def sign_of_life(self) -> bytes:
        """Return what may stand between the parts of a stream and means nothing."""

    def step(self, request: Request) -> Step:
        """Return the next step of the script."""
        if callable(self.script):
            return self.script(request)
        with self._lock:
            step = self.script[min(self._turn, len(self.script) - 1)]
            self._turn += 1
        return step

    def play(self, step: Step, request: Request) -> Response:
        """Return the response of a step."""
        match step:
            case Response():
                return step
            case Reply():
                return self._replied(step, request)
            case Failed():
                return Response(
                    step.status, {"Content-Type": "application/json", **dict(step.headers)}, [self.error(step)]
                )
            case Silent():
                return Response(before=(Cut(),) if step.dropped else (Pause(step.seconds),))
            case Broken():
                return self._broken(step, request)
            case Trickled():
                return self._trickled(step, request)

    def _head(self, reply: Reply, request: Request) -> dict[str, str]:
        usual = self.stream_type if self.streams(request) else "application/json"
        return {"Content-Type": reply.content_type or usual} | ({"Content-Encoding": "gzip"} if reply.gzip else {})

    def _replied(self, reply: Reply, request: Request) -> Response:
        content = self.written(reply, request)
        if reply.gzip:
            content = gzip.compress(content)
        if not self.streams(request):
            return Response(200, self._head(reply, request), [content])
        return Response(200, self._head(reply, request), split(content, reply.sizes), framing="chunked")

    def _broken(self, step: Broken, request: Request) -> Response:
        content = self.written(step.reply, request)
        start = content[: int(len(content) * step.share)]
        head = self._head(step.reply, request)
        match step.how:
            case "reset":
                return Response(200, head, [start, Pause(0.05), Cut()], framing="chunked")
            case "closed":
                whole = start if not self.streams(request) else start[: start.rfind(b"\n") + 1]
                return Response(200, head, [whole, Cut(reset=False)], framing="close")
            case "stall":
                return Response(200, head, [start, Pause(30.0)], framing="chunked")
            case "error":
                end = start.rfind(b"\n\n") + 2 if b"\n\n" in start else start.rfind(b"\n") + 1
                event = self.error_event(Failed(529, "Overloaded", "overloaded_error"))
                return Response(200, head, [start[:end], event], framing="chunked")

    def _trickled(self, step: Trickled, request: Request) -> Response:
        def pieces() -> Iterator[Piece]:
            start = self.written(step.reply, request)
            if self.streams(request):
                yield start[: len(start) // 2].rpartition(b"\n\n")[0] + b"\n\n" if b"\n\n" in start else b""
            end = time.monotonic() + step.seconds
            while time.monotonic() < end:
                yield Pause(step.every)
                yield self.sign_of_life() if self.streams(request) else b" "

        return Response(200, self._head(step.reply, request), pieces(), framing="chunked")

    def complain(self, problems: Iterable[str]) -> str | None:
        """Keep what is wrong with a request; return the first of it."""
        found = list(problems)
        with self._lock:
            self.complaints += found
        return found[0] if found else None
