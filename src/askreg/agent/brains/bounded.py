"""Bounds on a model's server and on its client: how long a reply may be, how long one waits, and what is sent along."""

import email.utils
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

MOST_BYTES = 4_000_000
"""Of one reply, events and all."""
_BUSY = (429, 503, 529)


SLOW = "try again later, allow more time with ASKREG_MODEL_TIMEOUT"


class TooMuch(Exception):
    """A reply went on for too long; `remedy` is what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(what)


class Busy(Exception):
    """A server has too much to do; `seconds` is how long it asks to wait, if it says so."""

    def __init__(self, status: int, seconds: float | None) -> None:
        self.status, self.seconds = status, seconds
        super().__init__(f"HTTP {status}")


def bounded(stream: type[Any], *, seconds: float) -> Callable[[Any], None]:
    """Return a response hook for an httpx client (of either generation); `stream` is its `SyncByteStream`.

    A time-out per read does not end a reply that trickles, or never stops.
    """

    class Bounded(stream):  # type: ignore[misc]
        def __init__(self, inner: Any, start: float) -> None:
            self._inner, self._start = inner, start

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in self._inner:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise TooMuch(f"more than {MOST_BYTES} bytes", "ask for less at a time")
                if time.monotonic() - self._start > seconds:
                    raise TooMuch(f"more than {seconds:g} s", SLOW)
                yield chunk

        def close(self) -> None:
            self._inner.close()

    def hook(response: Any) -> None:
        response.stream = Bounded(response.stream, time.monotonic())

    return hook


def wait(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a server asks to wait before the next request, if it does."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / unit)
        except (KeyError, ValueError):
            continue
    try:
        return max(0.0, email.utils.parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    except (KeyError, ValueError):
        return None


def not_for_long(seconds: float) -> Callable[[Any], None]:
    """Return a response hook that keeps a client from waiting longer than that for its next try."""

    def hook(response: Any) -> None:
        asked = wait(response.headers)
        if asked is not None and asked > seconds:
            response.headers["x-should-retry"] = "false"

    return hook


def busy(response: Any) -> None:
    """Raise `Busy` for a response that says so: a response hook for a client that loses the headers of errors."""
    if response.status_code in _BUSY:
        raise Busy(response.status_code, wait(response.headers))


def unauthorised(request: Any) -> None:
    """Take out a credential that the client found in the environment: a request hook."""
    request.headers.pop("authorization", None)


@cache
def certificates(make: "Callable[..., ssl.SSLContext]") -> "ssl.SSLContext":
    """Return the context that a library's clients share: reading the certificates takes longer than all the rest."""
    return make(trust_env=False)
