"""Eighteen identifiers, every way to write them, every path to a cloud: not one byte arrives.

The paths of the client itself come first, then those of a whole question, over real sockets.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import anthropic
import pytest
from sockets.wire import LoopbackServer, Request, Response

from askreg.agent.guard.egress import Egress
from askreg.agent.guard.phi import Gate
from askreg.errors import EgressRefused

from .identifiers import CASES, ENCODINGS, IDS, Identifier, holds

HARMLESS = "Which version of sepsis-risk is live?"
MODEL = "claude-opus-5-5"
TOOL_USE = "toolu_01AbCdEfGhIjKlMnOp"
SYSTEM = "Answer from the record only."
MESSAGE: dict[str, Any] = {
    "id": "msg_01AbCdEfGhIjKlMnOp",
    "type": "message",
    "role": "assistant",
    "model": MODEL,
    "content": [],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


class Withheld(EgressRefused, anthropic.AnthropicError):
    """A refusal that Anthropic's client neither wraps nor tries again."""


Client = tuple[anthropic.Anthropic, LoopbackServer]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    import json

    def answer(request: Request) -> Response:
        counted = b'{"input_tokens": 1}' if request.path.endswith("count_tokens") else json.dumps(MESSAGE).encode()
        streamed = b'"stream": true' in request.body or b'"stream":true' in request.body
        return Response(200, {"content-type": "text/event-stream" if streamed else "application/json"}, (counted,))

    server = LoopbackServer(answer)
    egress = Egress(Gate({"sepsis-risk": "model"}), origin=server.url, cloud=True, static=[SYSTEM], refusal=Withheld)
    egress.allow([TOOL_USE])
    http = anthropic.DefaultHttpxClient(trust_env=False, event_hooks={"request": [egress.hook]})
    with anthropic.Anthropic(api_key="sk-none", base_url=server.url, http_client=http, max_retries=2) as made:
        yield made, server
    server.close()


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def create(client: Any, *messages: dict[str, Any], **more: Any) -> None:
    client.messages.create(model=MODEL, max_tokens=1000, messages=list(messages) or [user(HARMLESS)], **more)


def called(args: dict[str, Any]) -> dict[str, Any]:
    use = {"type": "tool_use", "id": TOOL_USE, "name": "search_docs", "input": args}
    return {"role": "assistant", "content": [use]}


def result(content: Any) -> dict[str, Any]:
    return user([{"type": "tool_result", "tool_use_id": TOOL_USE, "content": content}])


def document(text: str) -> dict[str, Any]:
    return {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": text}}


def tool(text: str) -> dict[str, Any]:
    return {"name": "search_docs", "description": text, "input_schema": {"type": "object"}}


def counted(client: anthropic.Anthropic, text: str) -> None:
    client.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": text}])


def streamed(client: anthropic.Anthropic, text: str) -> None:
    with client.messages.stream(model=MODEL, max_tokens=1000, messages=[{"role": "user", "content": text}]) as events:
        for _ in events:
            pass


PATHS: dict[str, Callable[[anthropic.Anthropic, str], None]] = {
    "question": lambda c, text: create(c, user(text)),
    "nested": lambda c, text: create(c, user([{"type": "text", "text": HARMLESS}, {"type": "text", "text": text}])),
    "history": lambda c, text: create(c, user(text), {"role": "assistant", "content": "Yes."}, user(HARMLESS)),
    "answer": lambda c, text: create(c, user(HARMLESS), {"role": "assistant", "content": text}, user(HARMLESS)),
    "system": lambda c, text: create(c, system=[{"type": "text", "text": SYSTEM}, {"type": "text", "text": text}]),
    "tool-arguments": lambda c, text: create(c, user(HARMLESS), called({"text": text}), result("total=0")),
    "tool-argument-names": lambda c, text: create(c, user(HARMLESS), called({text: "total"}), result("total=0")),
    "tool-results": lambda c, text: create(c, user(HARMLESS), called({}), result(text)),
    "tool-descriptions": lambda c, text: create(c, tools=[tool(text)]),
    "retrieved": lambda c, text: create(c, user([document(text)])),
    "retrieved-by-tool": lambda c, text: create(c, user(HARMLESS), called({}), result([document(text)])),
    "streaming": streamed,
    "retry": lambda c, text: create(c.with_options(max_retries=5), user(text)),
    "token-count": counted,
    "metadata": lambda c, text: create(c, metadata={"user_id": text}),
    "traces": lambda c, text: create(c, extra_headers={"baggage": f"note={quote(text)}"}),
    "address": lambda c, text: create(c, extra_query={"note": text}),
}
UNSENDABLE = {"metadata", "traces", "address"}
"""Nothing at all may go these ways, or no words."""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("identifier", "encoding"), CASES, ids=IDS)
def test_no_byte_of_an_identifier_leaves_the_client(
    client: Client, path: str, identifier: Identifier, encoding: str
) -> None:
    sender, server = client
    before = len(server.requests)
    with pytest.raises(Withheld):
        PATHS[path](sender, ENCODINGS[encoding](identifier.sentence))
    assert server.requests[before:] == []


@pytest.mark.parametrize("path", [path for path in PATHS if path not in UNSENDABLE])
def test_what_is_harmless_leaves_the_client_on_every_path(client: Client, path: str) -> None:
    sender, server = client
    before = len(server.requests)
    PATHS[path](sender, HARMLESS)
    (request,) = server.requests[before:]
    assert HARMLESS.encode() in request.body


def test_each_attempt_is_looked_at() -> None:
    looked: list[str] = []
    server = LoopbackServer(lambda request: Response(529, {"retry-after-ms": "1"}, (b"{}",)))
    egress = Egress(Gate(()), origin=server.url, cloud=True)

    def look(request: Any) -> None:
        looked.append(request.url.path)
        egress.hook(request)

    http = anthropic.DefaultHttpxClient(trust_env=False, event_hooks={"request": [look]})
    with anthropic.Anthropic(api_key="sk-none", base_url=server.url, http_client=http, max_retries=2) as sender:
        with pytest.raises(anthropic.APIStatusError):
            create(sender, user("which models are live?"))
    server.close()
    assert len(looked) == len(server.requests) == 3


def test_a_refusal_that_the_client_wraps_is_still_a_refusal_and_nothing_leaves() -> None:
    server = LoopbackServer(lambda request: Response(200, {}, (b"{}",)))
    egress = Egress(Gate(()), origin=server.url, cloud=True)
    http = anthropic.DefaultHttpxClient(trust_env=False, event_hooks={"request": [egress.hook]})
    with anthropic.Anthropic(api_key="sk-none", base_url=server.url, http_client=http, max_retries=1) as sender:
        with pytest.raises(anthropic.APIConnectionError) as wrapped:
            create(sender, user("patient Zbigniew Okonjo"))
    server.close()
    assert isinstance(wrapped.value.__cause__, EgressRefused)
    assert server.requests == []


@pytest.mark.parametrize(("identifier", "encoding"), CASES, ids=IDS)
def test_what_looks_for_an_identifier_would_see_it(identifier: Identifier, encoding: str) -> None:
    import json

    written = ENCODINGS[encoding](identifier.sentence)
    assert holds(written.encode(), identifier, encoding)
    assert holds(json.dumps({"content": written}).encode(), identifier, encoding)
    assert not holds(json.dumps({"content": HARMLESS}).encode(), identifier, encoding)
