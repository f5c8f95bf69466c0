"""HTTP on loopback for tests: every request is kept, and a response can stall, be cut off or come byte by byte."""

import json
import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True)
class Pause:
    """Nothing is sent for so long."""

    seconds: float


@dataclass(frozen=True)
class Cut:
    """The connection ends here: with a reset, or as if the response were complete."""

    reset: bool = True


Piece: TypeAlias = bytes | Pause | Cut


@dataclass(frozen=True)
class Response:
    """What is sent back. `close` frames the body by the end of the connection, as HTTP/1.0 did."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Iterable[Piece] = ()
    framing: Literal["length", "chunked", "close"] = "length"
    before: tuple[Pause | Cut, ...] = ()
    """What happens before the first byte of the head."""


@dataclass(frozen=True)
class Request:
    """A request as it came, and when (by `time.perf_counter`)."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    arrived: float

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass
class Exchange:
    """A request, and when its answer had been sent."""

    request: Request
    answered: float = 0.0

    @property
    def seconds(self) -> float:
        """How long the server had it."""
        return self.answered - self.request.arrived


Handle: TypeAlias = Callable[[Request], Response]


_RESET = struct.pack("ii", 1, 0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def shutdown_request(self, request: Any) -> None:
        """Leave out the polite end where a reset was asked for."""
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET)) == _RESET:
            self.close_request(request)
        else:
            super().shutdown_request(request)


class LoopbackServer:
    """Answers with what `handle` returns, each connection in a thread of its own."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self.exchanges: list[Exchange] = []
        self.crashes: list[str] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in order of arrival."""
        with self._lock:
            return [exchange.request for exchange in self.exchanges]

    def settled(self, seconds: float) -> bool:
        """Tell whether every connection is closed within so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._lock:
                if not self._open:
                    return True
            time.sleep(0.01)
        return False

    def close(self) -> None:
        """Let every stalled response go and stop listening."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def answer(self) -> None:
                outer._answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815

            def handle(self) -> None:
                with outer._lock:
                    outer._open.add(self.connection)
                with suppress(OSError):  # the client went away
                    super().handle()
                with outer._lock:
                    outer._open.discard(self.connection)

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        arrived = time.perf_counter()
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        exchange = Exchange(Request(handler.command, handler.path, headers, body, arrived))
        with self._lock:
            self.exchanges.append(exchange)
        try:
            response = self._handle(exchange.request)
        except Exception:
            self.crashes.append(traceback.format_exc())
            response = Response(500)
        try:
            _Sender(handler, self.closing).send(response)
        except OSError:
            handler.close_connection = True
        finally:
            exchange.answered = time.perf_counter()


class _Sender:
    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler, self._closing = handler, closing

    def send(self, response: Response) -> None:
        if not all(self._held(step) for step in response.before):
            return
        body: Iterable[Piece] = response.body
        handler = self._handler
        handler.send_response(response.status)
        for name, value in response.headers.items():
            handler.send_header(name, value)
        match response.framing:
            case "length":
                body = list(body)
                handler.send_header("Content-Length", str(sum(len(p) for p in body if isinstance(p, bytes))))
            case "chunked":
                handler.send_header("Transfer-Encoding", "chunked")
            case "close":
                handler.send_header("Connection", "close")
                handler.close_connection = True
        handler.end_headers()
        self._pieces(body, chunked=response.framing == "chunked")

    def _pieces(self, body: Iterable[Piece], *, chunked: bool) -> None:
        write = self._handler.wfile.write
        for piece in body:
            if not isinstance(piece, bytes):
                if not self._held(piece):
                    return
            elif piece:
                write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            write(b"0\r\n\r\n")

    def _held(self, step: Pause | Cut) -> bool:
        """Wait or end the connection; False when nothing more is to be sent."""
        if isinstance(step, Pause):
            if not self._closing.wait(step.seconds):
                return True
            step = Cut()
        connection = self._handler.connection
        if step.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._handler.close_connection = True
        return False


def split(content: bytes, sizes: Iterable[int]) -> Iterable[bytes]:
    """Cut bytes into pieces of the given sizes, over and over, wherever that falls."""
    steps, start = list(sizes), 0
    number = 0
    while start < len(content):
        end = start + max(1, steps[number % len(steps)])
        yield content[start:end]
        start, number = end, number + 1


def refused_url() -> str:
    """An address on loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
