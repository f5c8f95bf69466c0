"""The last look before bytes leave: a request that goes elsewhere, or holds what the gate cannot vouch for, is refused.

It works at the HTTP client itself, so that no caller, retry, stream or count of tokens goes around it.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from askreg.agent.guard.phi import Gate
from askreg.errors import EgressRefused

_PORTS = {"http": 80, "https": 443}
_DEEPEST = 60
_LONGEST_PAIR = 200
"""Characters of a value that is read together with its key."""

# What an HTTP client and the vendor's library send of themselves; a credential is never read.
_SECRET = frozenset(("authorization", "x-api-key"))
_HEADERS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "host": r"[\w.:\[\]-]+",
        "accept": r"[\w/*+.;=, -]{1,100}",
        "accept-encoding": r"[\w, ;=.-]{1,60}",
        "connection": r"[\w-]{1,20}",
        "content-length": r"\d{1,9}",
        "content-type": r"application/json(?:; ?charset=utf-8)?",
        "transfer-encoding": r"chunked",
        "user-agent": r"[\w./ ()-]{1,80}",
        "anthropic-version": r"\d{4}-\d\d-\d\d",
        "anthropic-beta": r"[a-z0-9, -]{1,300}",
        "anthropic-dangerous-direct-browser-access": r"true|false",
        "idempotency-key": r"stainless-python-retry-[0-9a-f-]{36}",
        "x-stainless-[a-z-]+": r"[\w.:;=,-]{1,40}",
    }.items()
}
_PATH = re.compile(r"/v1/(?:messages(?:/count_tokens)?|models(?:/claude-[a-z0-9.-]{1,60})?)")
_QUERY = re.compile(r"(?:beta=true|limit=\d{1,4})?(?:&(?:beta=true|limit=\d{1,4}))*")

# Values at the top of a request that the protocol itself makes, by key.
_OPAQUE: dict[str, re.Pattern[str]] = {
    "model": re.compile(r"claude-[a-z0-9.-]{1,60}"),
    "max_tokens": re.compile(r"\d{1,6}"),
    "budget_tokens": re.compile(r"\d{1,6}"),
    "ttl": re.compile(r"\d{1,2}[mh]"),
}
_TOP = 2
"""So deep may they stand: `thinking.budget_tokens` is a level below `model`."""
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{8,}")
_PROTOCOL = frozenset(
    """
    additionalProperties allOf any anyOf assistant auto budget_tokens cache_control const content context_management
    count_tokens default description disabled display effort enabled enum ephemeral exclusiveMinimum false format id
    input input_schema is_error items max_tokens maxItems maximum messages metadata minItems minLength maxLength minimum
    model name none null oneOf output_config output_format parameters parent_tool_use_id properties ref required role
    schema signature stop_sequences stream strict string summarized system temperature text thinking title tool
    tool_choice tool_result tool_use tool_use_id tools top_k top_p true ttl type user adaptive disable_parallel_tool_use
    redacted_thinking betas object array integer number boolean json_schema caller direct defer_loading
    """.split()
)


class Egress:
    """What one client may send, and where to."""

    def __init__(
        self,
        gate: Gate,
        *,
        origin: str,
        cloud: bool,
        static: Collection[str] = (),
        refusal: type[EgressRefused] = EgressRefused,
    ) -> None:
        """Let requests go to `origin` only; to a `cloud`, only what the gate vouches for and exact `static` texts.

        A client that wraps errors it does not know raises `refusal` untouched if that is also one of its own errors.
        """
        self._gate, self._cloud, self._refusal = gate, cloud, refusal
        self._origin = _origin(origin)
        self._static = _PROTOCOL | frozenset(static) | {""}
        self._vouched: set[str] = set()
        """Texts in which the gate found nothing: it would find nothing again, and a conversation goes out often."""

    def check(self, texts: Iterable[str], *, what: str) -> None:
        """Refuse `what` (the question, the conversation …) if a text must not go to a cloud."""
        if not self._cloud:
            return
        categories = {category for text in texts for category in self._held_by(text)}
        if categories:
            raise self._refusal(what=what, categories=categories)

    def allow(self, tokens: Iterable[str]) -> None:
        """Let ids and signatures that the cloud itself has sent go back to it, by equality."""
        self._static |= {token for token in tokens if _TOKEN.fullmatch(token)}

    def vouch(self, texts: Iterable[str]) -> None:
        """Let texts leave as they are, by equality: what the cloud itself has written, and fixed words of askreg's."""
        self._static |= frozenset(texts)

    def hook(self, request: Any) -> None:
        """Look at a request of `httpx` or `httpx2` that is about to be sent."""
        try:
            self._look(request)
        except EgressRefused:
            raise
        except Exception:
            # What was wrong may quote the text.
            raise self._refusal(what="the request", why="it could not be read") from None

    def _look(self, request: Any) -> None:
        url = request.url
        target = (url.scheme, url.host, url.port or _PORTS.get(url.scheme))
        if target != self._origin or url.userinfo:
            there = f"{self._origin[0]}://{self._origin[1]}:{self._origin[2]}"
            raise self._refusal(what="the request", why=f"it does not go to {there}, where the brain is")
        if not self._cloud:
            return
        self._address(url)
        self._headers(request.headers)
        self._body(request.read())

    def _address(self, url: Any) -> None:
        query = url.query.decode("ascii") if isinstance(url.query, bytes) else str(url.query)
        if not (_PATH.fullmatch(url.path) and _QUERY.fullmatch(query)) or url.fragment:
            raise self._refusal(what="the request's address", why="it is none of those known")

    def _headers(self, headers: Any) -> None:
        for name, value in headers.multi_items():
            name = name.lower()
            if name in _SECRET:
                continue
            shape = next((shape for known, shape in _HEADERS.items() if re.fullmatch(known, name)), None)
            if shape is None or not shape.fullmatch(value):
                raise self._refusal(what="a header of the request", why="it is not one that is expected")
            self._header_value(name, value)

    def _header_value(self, name: str, value: str) -> None:
        if name == "host":
            bare = {
                f"{self._origin[1]}",
                f"{self._origin[1]}:{self._origin[2]}",
                f"[{self._origin[1]}]:{self._origin[2]}",
            }
            if value.lower() not in bare:
                raise self._refusal(what="a header of the request", why="it names another host")
        elif name in ("user-agent", "anthropic-beta") or name.startswith("x-stainless"):
            categories = {f.category for f in self._gate.findings(value, certain_only=True) if f.category != "ip"}
            if categories:
                raise self._refusal(what="a header of the request", categories=categories)

    def _body(self, body: bytes) -> None:
        if not body:
            return
        # Every pair of every object, so that a key that stands twice hides nothing.
        content = json.loads(body.decode("utf-8"), object_pairs_hook=_Pairs, parse_constant=_no_constant)
        for what, key, text, depth in _strings(content, "", 0):
            pattern = _OPAQUE.get(key) if depth <= _TOP else None
            if pattern is not None and pattern.fullmatch(text):
                continue
            categories = set(self._held_by(text))
            if key not in self._static and text not in self._static and len(text) <= _LONGEST_PAIR:
                # A key says what a short value is: {"mrn": "4471"}.
                categories |= set(self._held_by(f"{key}: {text}"))
            if categories:
                raise self._refusal(what=what, categories=categories)

    def _held_by(self, text: str) -> Iterator[str]:
        if text in self._static or text in self._vouched:
            return
        try:
            found = self._gate.findings(text)
            if not found:
                self._vouched.add(text)
            yield from (finding.category for finding in found)
        except Exception:
            raise self._refusal(what="a text", why="it could not be read") from None


class _Pairs(list[tuple[str, Any]]):
    """The pairs of a JSON object, repeated keys included."""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_PLACES = {
    "system": "the instructions",
    "tools": "a tool's description",
    "tool_result": "a tool's result",
    "tool_use": "a tool's arguments",
}


def _strings(content: Any, what: str, depth: int, key: str = "") -> Iterator[tuple[str, str, str, int]]:
    """Yield each string and number with the place it stands in, its key and how deep; keys are strings too."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(content, _Pairs):
        kind = next((value for name, value in content if name == "type" and isinstance(value, str)), "")
        place = _PLACES.get(kind, what)
        for name, value in content:
            inner = _PLACES.get(name, place) if depth == 0 else place
            yield inner or "the conversation", "", name, depth
            yield from _strings(value, inner, depth + 1, name)
    elif isinstance(content, list):
        for item in content:
            yield from _strings(item, what, depth + 1, key)
    elif isinstance(content, str):
        yield what or "the conversation", key, content, depth
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield what or "the conversation", key, repr(content), depth


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


def strings(content: Any) -> frozenset[str]:
    """Return every string in nested data, keys included: what is `static` of instructions and tools."""
    if isinstance(content, dict):
        return frozenset(content).union(*(strings(value) for value in content.values()))
    if isinstance(content, list | tuple | set | frozenset):
        return frozenset().union(*(strings(item) for item in content))
    return frozenset((content,)) if isinstance(content, str) else frozenset()
