"""Bounds on what a server may send: a time-out per read does not end a reply that trickles, or never stops."""

import time
from collections.abc import Callable, Iterator
from typing import Any

MOST_BYTES = 4_000_000
"""Of one reply, events and all."""


class TooMuch(Exception):
    """A reply went on for too long."""


def bounded(stream: type[Any], *, seconds: float) -> Callable[[Any], None]:
    """Return a response hook for an httpx client (of either generation); `stream` is its `SyncByteStream`."""

    class Bounded(stream):  # type: ignore[misc]
        def __init__(self, inner: Any, start: float) -> None:
            self._inner, self._start = inner, start

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in self._inner:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise TooMuch(f"more than {MOST_BYTES} bytes")
                if time.monotonic() - self._start > seconds:
                    raise TooMuch(f"more than {seconds:g} s")
                yield chunk

        def close(self) -> None:
            self._inner.close()

    def hook(response: Any) -> None:
        response.stream = Bounded(response.stream, time.monotonic())

    return hook
