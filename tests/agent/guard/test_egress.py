import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest
from sockets.wire import LoopbackServer, Request, Response

from askreg.agent.guard.egress import Egress, strings
from askreg.agent.guard.phi import Finding, Gate
from askreg.errors import EgressRefused, Refused

GATE = Gate({"sepsis-risk": "model", "northgate": "site"})
SYSTEM = "You are Zyxquorn of askreg."
SIGNATURE = "b64" * 30
TOOL_USE = "toolu_01AbCdEfGhIjKlMnOp"
BODY: dict[str, Any] = {
    "model": "claude-opus-5-5",
    "max_tokens": 16000,
    "stream": True,
    "system": [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": "Which version of sepsis-risk is live at northgate?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "I look at what is live.", "signature": SIGNATURE},
                {
                    "type": "tool_use",
                    "id": TOOL_USE,
                    "name": "deployed",
                    "input": {"site": "northgate"},
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": TOOL_USE,
                    "content": "total=1\nF1 northgate/icu deployed sepsis-risk:2 (since=2026-03-14T09:00:00Z)",
                }
            ],
        },
    ],
    "tools": [
        {"name": "deployed", "description": "What is live.", "input_schema": {"type": "object", "properties": {}}}
    ],
}


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    def answer(request: Request) -> Response:
        if request.path == "/elsewhere":
            return Response(307, {"location": "http://localhost:9/v1/messages"})
        return Response(200, {"content-type": "application/json"}, (b"{}",))

    started = LoopbackServer(answer)
    yield started
    started.close()


Post = Callable[..., Any]


@pytest.fixture(params=["httpx", "httpx2"])
def post(request: pytest.FixtureRequest, server: LoopbackServer) -> Iterator[Post]:
    """Post to the server through a guarded client of either library."""
    library = httpx if request.param == "httpx" else httpx2
    egress = Egress(GATE, origin=server.url, cloud=True, static=[SYSTEM])
    egress.allow([SIGNATURE, TOOL_USE])
    with library.Client(trust_env=False, event_hooks={"request": [egress.hook]}) as client:

        def send(body: Any = BODY, path: str = "/v1/messages", **more: Any) -> Any:
            if isinstance(body, bytes):
                return client.post(
                    server.url + path, content=body, headers={"content-type": "application/json"}, **more
                )
            return client.post(server.url + path, json=body, **more)

        yield send


def test_a_harmless_conversation_goes_through(post: Post, server: LoopbackServer) -> None:
    assert post().status_code == 200
    assert server.requests[0].json == BODY


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages?beta=true", "/v1/messages/count_tokens"])
def test_every_endpoint_is_looked_at(post: Post, server: LoopbackServer, path: str) -> None:
    assert post(path=path).status_code == 200
    with pytest.raises(EgressRefused):
        post({**BODY, "messages": [{"role": "user", "content": "mrn 4482991"}]}, path=path)
    assert len(server.requests) == 1


def test_a_text_of_our_own_passes_by_equality_only(post: Post) -> None:
    assert post({"system": SYSTEM}).status_code == 200
    with pytest.raises(EgressRefused):
        post({"system": SYSTEM + " Zbigniew Okonjo"})


HELD = [
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "patient Zbigniew Okonjo"}]}]},
    {"messages": [{"role": "user", "content": [{"a": {"b": [{"c": ["mrn 4482991"]}]}}]}]},
    {"messages": [], "Zbigniew Okonjo": "true"},
    {"tools": [{"name": "deployed", "input_schema": {"properties": {"zbigniew_okonjo": {"type": "string"}}}}]},
    {"messages": [{"role": "user", "content": {"mrn": "44829"}}]},
    {"messages": [{"role": "user", "content": {"mrn": 44829}}]},
    {"messages": [{"role": "user", "content": 83920174}]},
    {"metadata": {"user_id": "zbigniew.okonjo"}},
    {"stop_sequences": ["Okonjo"]},
    {"messages": [{"role": "user", "content": [{"type": "image", "source": {"data": "aGVsbG8gd29ybGQhIQ" * 9}}]}]},
    {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_Zbigniew Okonjo 19610314"}]}]},
    {"model": "claude-opus-5-5 Okonjo"},
    {"messages": [{"content": [{"type": "tool_use", "input": {"model": "claude-okonjo"}}]}]},
    {"messages": [{"content": [{"type": "tool_use", "input": {"max_tokens": 44829}}]}]},
    {"messages": [{"content": [{"type": "tool_use", "id": "toolu_ZbigniewOkonjo0123456"}]}]},
    {"messages": [{"content": [{"type": "thinking", "signature": "ZbigniewOkonjo" * 5}]}]},
]


@pytest.mark.parametrize("body", HELD, ids=range(len(HELD)))
def test_nothing_is_too_deep_or_too_odd_to_be_found(post: Post, server: LoopbackServer, body: Any) -> None:
    with pytest.raises(EgressRefused):
        post(body)
    assert server.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b'{"a": NaN}',
        b'{"a": "\xff"}',
        b"\x1f\x8b\x08\x00",
        b'{"content": "mrn 4482991", "content": "fine"}',
        b'{"content": "\\u006d\\u0072\\u006e 4482991"}',
        b"[" * 100 + b"]" * 100,
        "{}".encode("utf-16"),
    ],
)
def test_a_body_that_cannot_be_read_or_says_a_thing_twice_is_refused(
    post: Post, server: LoopbackServer, body: bytes
) -> None:
    with pytest.raises(EgressRefused):
        post(body)
    assert server.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {"baggage": "patient=okonjo"},
        {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        {"x-note": "fine"},
        {"user-agent": "Zbigniew Okonjo"},
        {"user-agent": b"x\xc3\xa9"},
        {"content-encoding": "gzip"},
        {"content-type": "multipart/form-data; boundary=okonjo"},
        {"host": "evil.example"},
        {"x-stainless-note": "mrn 4482991"},
        {"cookie": "mrn=4482991"},
    ],
)
def test_a_header_that_is_not_expected_is_refused(post: Post, server: LoopbackServer, headers: dict[str, Any]) -> None:
    with pytest.raises(EgressRefused):
        post({}, headers=headers)
    assert server.requests == []


def test_a_credential_is_sent_and_not_read(post: Post, server: LoopbackServer) -> None:
    assert post(headers={"x-api-key": "sk-Zbigniew-4482991"}).status_code == 200
    assert server.requests[0].headers["x-api-key"] == "sk-Zbigniew-4482991"


@pytest.mark.parametrize(
    "path", ["/v1/files", "/v1/messages/okonjo", "/v1/messages?patient=okonjo", "/v1/models/mrn4482991"]
)
def test_an_address_that_is_not_known_is_refused(post: Post, server: LoopbackServer, path: str) -> None:
    with pytest.raises(EgressRefused):
        post({}, path=path)
    assert server.requests == []


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("cloud", [True, False])
def test_a_request_goes_to_its_origin_and_nowhere_else(server: LoopbackServer, library: Any, cloud: bool) -> None:
    egress = Egress(GATE, origin=server.url, cloud=cloud)
    with library.Client(trust_env=False, follow_redirects=True, event_hooks={"request": [egress.hook]}) as client:
        for url in (
            f"http://localhost:{server.port}/v1/messages",
            f"http://user:pw@127.0.0.1:{server.port}/v1/messages",
            f"https://127.0.0.1:{server.port}/v1/messages",
            "http://127.0.0.1:9/v1/messages",
            "http://example.org/v1/messages",
        ):
            with pytest.raises(EgressRefused, match="does not go to"):
                client.post(url, json={})
        assert server.requests == []
        if not cloud:
            with pytest.raises(EgressRefused, match="does not go to"):
                client.post(f"{server.url}/elsewhere", json={})
            assert [request.path for request in server.requests] == ["/elsewhere"]


def test_a_local_brain_may_be_told_everything(server: LoopbackServer) -> None:
    egress = Egress(GATE, origin=server.url, cloud=False)
    egress.check(["patient Zbigniew Okonjo"], what="the question")
    with httpx.Client(trust_env=False, event_hooks={"request": [egress.hook]}) as client:
        assert client.post(f"{server.url}/api/chat", json={"prompt": "mrn 4482991"}).status_code == 200


def test_a_body_that_is_streamed_is_read_first(server: LoopbackServer) -> None:
    egress = Egress(GATE, origin=server.url, cloud=True)

    def pieces() -> Iterator[bytes]:
        yield from (b'{"content": "patient Zbigniew ', b'Okonjo"}')

    with httpx2.Client(trust_env=False, event_hooks={"request": [egress.hook]}) as client:
        with pytest.raises(EgressRefused):
            client.post(f"{server.url}/v1/messages", content=pieces(), headers={"content-type": "application/json"})
    assert server.requests == []


def test_a_gate_that_fails_is_a_gate_that_is_closed(server: LoopbackServer) -> None:
    class Broken(Gate):
        def findings(self, text: str, *, certain_only: bool = False) -> list[Finding]:
            raise ZeroDivisionError(text)

    egress = Egress(Broken(()), origin=server.url, cloud=True)
    with pytest.raises(EgressRefused) as refused:
        egress.check(["patient Okonjo"], what="the question")
    assert "Okonjo" not in str(refused.value) and refused.value.__cause__ is None
    with httpx.Client(trust_env=False, event_hooks={"request": [egress.hook]}) as client:
        with pytest.raises(EgressRefused):
            client.post(f"{server.url}/v1/messages", json={"content": "hello"})
    assert server.requests == []


def test_a_refusal_names_what_was_held_and_the_way_out_and_not_the_text() -> None:
    egress = Egress(GATE, origin="https://api.anthropic.com", cloud=True)
    with pytest.raises(EgressRefused) as refused:
        egress.check(["fine", "patient Zbigniew Okonjo, mrn 4482991"], what="the question")
    said = str(refused.value)
    assert "the question" in said and "mrn" in said and "name" in said and "--backend offline" in said
    assert "Okonjo" not in said and "4482991" not in said
    assert refused.value.categories == ["mrn", "name", "unrecognised"]
    assert isinstance(refused.value, Refused)


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("the instructions", {"system": "mrn 4482991"}),
        ("the conversation", {"messages": [{"role": "user", "content": "mrn 4482991"}]}),
        ("a tool's result", {"messages": [{"content": [{"type": "tool_result", "content": "mrn 4482991"}]}]}),
        ("a tool's arguments", {"messages": [{"content": [{"type": "tool_use", "input": {"text": "mrn 4482991"}}]}]}),
        ("a tool's description", {"tools": [{"description": "mrn 4482991"}]}),
    ],
)
def test_a_refusal_says_where_it_was(post: Post, place: str, body: Any) -> None:
    with pytest.raises(EgressRefused) as refused:
        post(body)
    assert refused.value.what == place


def test_a_refusal_can_be_an_error_of_the_client_itself(server: LoopbackServer) -> None:
    class ItsOwn(EgressRefused, RuntimeError):
        pass

    egress = Egress(GATE, origin=server.url, cloud=True, refusal=ItsOwn)
    with pytest.raises(ItsOwn):
        egress.check(["mrn 4482991"], what="the question")


def test_what_the_cloud_has_sent_may_go_back(post: Post, server: LoopbackServer) -> None:
    egress = Egress(GATE, origin=server.url, cloud=True)
    egress.allow(["opaque_Zyxq0001", "patient Zbigniew Okonjo", "short"])
    with httpx2.Client(trust_env=False, event_hooks={"request": [egress.hook]}) as client:
        assert client.post(f"{server.url}/v1/messages", json={"id": "opaque_Zyxq0001"}).status_code == 200
        with pytest.raises(EgressRefused):
            client.post(f"{server.url}/v1/messages", json={"id": "patient Zbigniew Okonjo"})


def test_what_is_vouched_for_may_leave_as_it_is_and_not_with_more(server: LoopbackServer) -> None:
    egress = Egress(GATE, origin=server.url, cloud=True)
    egress.vouch(["Dr Zyxquorn said so."])
    egress.check(["Dr Zyxquorn said so."], what="the conversation")
    with pytest.raises(EgressRefused):
        egress.check(["Dr Zyxquorn said so. Okonjo."], what="the conversation")


def test_all_strings_of_nested_data_are_told() -> None:
    assert strings({"a": ["b", {"c": "d"}, 1, None]}) == {"a", "b", "c", "d"}
    assert strings(json.loads("[]")) == frozenset()
