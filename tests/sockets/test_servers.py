"""The servers by themselves, driven by the clients that people use: they take what the real APIs take, and no more."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx
import httpx2
import ollama
import pytest

from . import anthropic_server, ollama_server
from .anthropic_server import AnthropicServer
from .ollama_server import OllamaServer
from .steps import Broken, Failed, Reply, Silent, Trickled, Wanted, call, calls
from .wire import Response

TOOL = {"name": "deployed", "description": "What is live.", "input_schema": {"type": "object", "properties": {}}}
OTHER = {
    "type": "function",
    "function": {"name": "gaps", "description": "What lacks.", "parameters": TOOL["input_schema"]},
}
FUNCTION = {
    "type": "function",
    "function": {"name": "deployed", "description": "What is live.", "parameters": TOOL["input_schema"]},
}
ASKED: list[Any] = [{"role": "user", "content": "What is live?"}]


@pytest.fixture
def claude() -> Iterator[AnthropicServer]:
    server = AnthropicServer()
    yield server
    server.close()
    assert server.wire.crashes == []


@pytest.fixture
def local() -> Iterator[OllamaServer]:
    server = OllamaServer()
    yield server
    server.close()
    assert server.wire.crashes == []


@pytest.fixture
def to_claude(claude: AnthropicServer) -> Iterator[Callable[..., Any]]:
    """Send a message with the `anthropic` client."""
    # Without certificates, which take longer to read than everything else here.
    http = httpx2.Client(verify=False, timeout=5)
    with anthropic.Anthropic(base_url=claude.url, api_key=claude.key, max_retries=0, http_client=http) as client:

        def send(**given: Any) -> Any:
            return client.messages.create(**{"model": claude.model, "max_tokens": 100, "messages": ASKED, **given})

        yield send


@pytest.fixture
def to_ollama(local: OllamaServer) -> Iterator[Callable[..., Any]]:
    """Send a message with the `ollama` client."""
    with ollama.Client(host=local.url, timeout=5, verify=False) as client:

        def send(**given: Any) -> Any:
            return client.chat(**{"model": local.model, "messages": ASKED, "options": {"num_ctx": 8192}, **given})

        yield send


def streamed(client: Any, claude: AnthropicServer, **given: Any) -> Any:
    with client.messages.stream(**{"model": claude.model, "max_tokens": 100, "messages": ASKED, **given}) as stream:
        return stream.get_final_message()


def test_claude_says_text(claude: AnthropicServer, to_claude: Callable[..., Any]) -> None:
    message = to_claude()
    assert (message.content[0].text, message.stop_reason) == ("Hello.", "end_turn")
    assert claude.complaints == []


@pytest.mark.parametrize("sizes", [(1,), (2, 3, 5, 7), (4096,)])
def test_claude_streams_however_the_bytes_fall(claude: AnthropicServer, sizes: tuple[int, ...]) -> None:
    wanted = [call("deployed", site="Zürich – north"), call("gaps")]
    claude.script = [Reply("Größe 🙂", tuple(wanted), thinking="Let me see …", sizes=sizes)]
    with anthropic.Anthropic(base_url=claude.url, api_key=claude.key) as client:
        message = streamed(client, claude, tools=[TOOL])
    thinking, text, first, second = message.content
    assert (thinking.thinking, text.text) == ("Let me see …", "Größe 🙂")
    assert (first.input, second.input) == ({"site": "Zürich – north"}, {})
    assert message.stop_reason == "tool_use" and claude.complaints == []


def test_ollama_says_text_and_calls_tools(local: OllamaServer, to_ollama: Callable[..., Any]) -> None:
    local.script = [Reply("Größe 🙂", (call("deployed", site="Zürich"),), thinking="Hm.")]
    message = to_ollama(tools=[FUNCTION, OTHER]).message
    assert (message.content, message.thinking) == ("Größe 🙂", "Hm.")
    assert [(c.function.name, c.function.arguments) for c in message.tool_calls] == [("deployed", {"site": "Zürich"})]
    assert local.complaints == []


@pytest.mark.parametrize("sizes", [(1,), (2, 3, 5, 7), (4096,)])
def test_ollama_streams_however_the_bytes_fall(
    local: OllamaServer, to_ollama: Callable[..., Any], sizes: tuple[int, ...]
) -> None:
    local.script = [Reply("Größe 🙂 " * 10, (call("gaps"),), sizes=sizes)]
    parts = list(to_ollama(stream=True, tools=[FUNCTION, OTHER]))
    assert "".join(part.message.content for part in parts) == "Größe 🙂 " * 10
    assert parts[-1].done and parts[-1].done_reason == "stop"


def test_ollama_tells_what_it_has(local: OllamaServer) -> None:
    with ollama.Client(host=local.url, timeout=5) as client:
        assert [model.model for model in client.list().models] == [local.model]
        assert "tools" in (client.show(local.model).capabilities or [])
        assert len(client.embed(local.model, ["a", "b"]).embeddings) == 2
    assert httpx.get(f"{local.url}/api/version").json() == {"version": "0.15.0"}


def test_a_prefix_that_was_marked_is_read_from_the_cache(
    claude: AnthropicServer, to_claude: Callable[..., Any]
) -> None:
    system = [{"type": "text", "text": "Be right. " * 1000, "cache_control": {"type": "ephemeral"}}]
    first, second = to_claude(system=system, tools=[TOOL]), to_claude(system=system, tools=[TOOL])
    assert first.usage.cache_creation_input_tokens > 2000 and first.usage.cache_read_input_tokens == 0
    assert second.usage.cache_read_input_tokens == first.usage.cache_creation_input_tokens
    other = to_claude(system=system, tools=[{**TOOL, "description": "Something else."}])
    assert other.usage.cache_read_input_tokens == 0


USE = {"type": "tool_use", "id": "toolu_01", "name": "deployed", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_01", "content": "nothing"}
SIGNED = {"type": "thinking", "thinking": "Hm.", "signature": "mine"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"messages": [{"role": "assistant", "content": "Hello."}, *ASKED]}, "first message must use the user role"),
        ({"messages": [*ASKED, *ASKED]}, "roles must alternate"),
        ({"messages": [*ASKED, {"role": "assistant", "content": "{"}]}, "must end with a user message"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, "non-whitespace"),
        ({"messages": [*ASKED, {"role": "assistant", "content": [USE]}, *ASKED]}, "without `tool_result` blocks"),
        ({"messages": [{"role": "user", "content": [RESULT]}]}, "unexpected `tool_use_id`"),
        (
            {
                "messages": [
                    *ASKED,
                    {"role": "assistant", "content": [USE]},
                    {"role": "user", "content": [*[RESULT] * 2]},
                ]
            },
            "single result",
        ),
        (
            {
                "messages": [
                    *ASKED,
                    {"role": "assistant", "content": [USE]},
                    {"role": "user", "content": [{"type": "text", "text": "So:"}, RESULT]},
                ]
            },
            "must come first",
        ),
        (
            {"messages": [*ASKED, {"role": "assistant", "content": [SIGNED, {"type": "text", "text": "a"}]}, *ASKED]},
            "signature",
        ),
        ({"extra_body": {"temperature": 0}}, "not supported"),
        ({"extra_body": {"fancy": 1}}, "Extra inputs"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 3000}, "not supported"),
        ({"model": "claude-haiku-4-5", "output_config": {"effort": "low"}}, "does not support the effort"),
        ({"tools": [TOOL, TOOL]}, "unique"),
        ({"tools": [{**TOOL, "name": "a b"}]}, "name"),
        ({"tools": [{**TOOL, "input_schema": {"type": "string"}}]}, "Input should be 'object'"),
        ({"tools": [{**TOOL, "input_schema": {"type": "object", "anyOf": []}}]}, "at the top level"),
        ({"tools": [{**TOOL, "input_schema": {"type": "object", "properties": {"a": {"type": "text"}}}}]}, "'text'"),
        ({"tools": [{**TOOL, "input_schema": {"type": "object", "required": ["a"], "properties": {}}}]}, "required"),
        (
            {"tools": [{**TOOL, "input_schema": {"type": "object", "properties": {"a": {"$ref": "#/$defs/No"}}}}]},
            "leads nowhere",
        ),
        ({"tool_choice": {"type": "tool", "name": "gaps"}, "tools": [TOOL]}, "not found in provided tools"),
        (
            {"system": [{"type": "text", "text": str(n), "cache_control": {"type": "ephemeral"}} for n in range(5)]},
            "A maximum of 4",
        ),
        ({"extra_headers": {"anthropic-version": "2029-01-01"}}, "not a valid version"),
    ],
)
def test_claude_refuses(
    claude: AnthropicServer, to_claude: Callable[..., Any], given: dict[str, Any], says: str
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=says):
        to_claude(**given)
    assert any(says in complaint for complaint in claude.complaints)


def test_claude_refuses_a_wrong_key(claude: AnthropicServer) -> None:
    with (
        anthropic.Anthropic(base_url=claude.url, api_key="sk-wrong") as client,
        pytest.raises(anthropic.AuthenticationError),
    ):
        client.messages.create(model=claude.model, max_tokens=9, messages=ASKED)


def test_claude_does_not_know_every_model(to_claude: Callable[..., Any]) -> None:
    with pytest.raises(anthropic.NotFoundError, match="claude-nobody"):
        to_claude(model="claude-nobody")


MADE = {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "gaps", "arguments": {}}}]}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"options": {}}, "num_ctx"),
        ({"options": {"num_ctx": 8192, "fancy": 1}}, "invalid option"),
        ({"tools": [FUNCTION, OTHER], "format": {"type": "object"}}, "format and tools"),
        ({"format": {"type": "thing"}}, "'thing'"),
        ({"tools": [FUNCTION, FUNCTION]}, "same name"),
        ({"messages": [*ASKED, MADE]}, "have no result"),
        ({"messages": [*ASKED, MADE, *ASKED]}, "have no result"),
        ({"messages": [*ASKED, {"role": "tool", "content": "3"}]}, "a result of no call"),
        ({"messages": [*ASKED, {"role": "system", "content": "Be right."}]}, "not the first"),
        ({"messages": [*ASKED, {"role": "assistant", "content": "{"}]}, "go on writing"),
        ({"messages": [{"role": "user", "content": " "}]}, "empty question"),
    ],
)
def test_ollama_refuses(local: OllamaServer, to_ollama: Callable[..., Any], given: dict[str, Any], says: str) -> None:
    with pytest.raises(ollama.ResponseError, match=says):
        to_ollama(**given)
    assert any(says in complaint for complaint in local.complaints)


def test_ollama_does_not_know_every_model(to_ollama: Callable[..., Any]) -> None:
    with pytest.raises(ollama.ResponseError, match="model 'nobody' not found"):
        to_ollama(model="nobody")


def test_a_model_without_tools_refuses_them(to_ollama: Callable[..., Any], local: OllamaServer) -> None:
    local.capabilities = ("completion",)
    with pytest.raises(ollama.ResponseError, match="does not support tools"):
        to_ollama(tools=[FUNCTION, OTHER])


LONG = Reply("word " * 200)


def reply_over(claude: AnthropicServer, *, timeout: float = 0.5, retries: int = 0) -> str:
    with anthropic.Anthropic(base_url=claude.url, api_key=claude.key, max_retries=retries, timeout=timeout) as client:
        message = streamed(client, claude)
        return str(message.content[0].text)


@pytest.mark.parametrize(
    ("step", "raises"),
    [
        (Broken(LONG), httpx2.TransportError),
        (Broken(LONG, how="stall"), httpx2.ReadTimeout),
        (Broken(LONG, how="error"), anthropic.APIStatusError),
        (Silent(), anthropic.APITimeoutError),
        (Silent(dropped=True), anthropic.APIConnectionError),
        (Failed(529, "Overloaded"), anthropic.InternalServerError),
        (Failed(413, "Too large"), anthropic.APIStatusError),
    ],
)
def test_claude_breaks_as_told(claude: AnthropicServer, step: Any, raises: type[Exception]) -> None:
    claude.script = [step]
    with pytest.raises(raises):
        reply_over(claude)


def test_a_stream_that_ends_cleanly_too_early_looks_whole_to_the_client(claude: AnthropicServer) -> None:
    claude.script = [Broken(LONG, how="closed")]
    assert 0 < len(reply_over(claude)) < len(LONG.text)


def test_a_trickle_outlasts_every_read_time_out(claude: AnthropicServer) -> None:
    claude.script = [Trickled(every=0.05, seconds=0.6, reply=LONG)]
    start = time.perf_counter()
    reply_over(claude, timeout=0.2)
    assert time.perf_counter() - start > 0.5


@pytest.mark.parametrize(
    ("step", "raises"),
    [
        (Broken(LONG), httpx.TransportError),
        (Broken(LONG, how="stall"), httpx.ReadTimeout),
        (Broken(LONG, how="error"), ollama.ResponseError),
        (Silent(), httpx.ReadTimeout),
        (Silent(dropped=True), httpx.TransportError),
        (Failed(503, "server busy"), ollama.ResponseError),
    ],
)
def test_ollama_breaks_as_told(local: OllamaServer, step: Any, raises: type[Exception]) -> None:
    local.script = [step]
    with ollama.Client(host=local.url, timeout=0.5) as client, pytest.raises(raises):
        list(client.chat(local.model, ASKED, options={"num_ctx": 8192}, stream=True))


def test_a_zipped_reply_is_read(claude: AnthropicServer, local: OllamaServer) -> None:
    claude.script = local.script = [Reply("word " * 50, gzip=True)]
    assert reply_over(claude) == "word " * 50
    with ollama.Client(host=local.url, timeout=5) as client:
        assert client.chat(local.model, ASKED, options={"num_ctx": 8192}).message.content == "word " * 50


def test_a_redirect_is_what_the_script_says(claude: AnthropicServer) -> None:
    claude.script = [Response(307, {"Location": "http://127.0.0.1:9/v1/messages"})]
    answered = httpx2.post(
        f"{claude.url}/v1/messages",
        headers={"x-api-key": claude.key, "anthropic-version": "2023-06-01"},
        json={"model": claude.model, "max_tokens": 9, "messages": ASKED},
    )
    assert answered.status_code == 307


def test_the_chat_models_of_langchain_speak_to_both(claude: AnthropicServer, local: OllamaServer) -> None:
    from langchain_anthropic import ChatAnthropic
    from langchain_core.messages import HumanMessage, ToolMessage
    from langchain_ollama import ChatOllama

    claude.script = local.script = [calls(call("deployed", site="northgate"), thinking="Hm."), Reply("Nothing.")]
    made: list[Any] = [
        ChatAnthropic(model=claude.model, base_url=claude.url, api_key=claude.key, streaming=True),
        ChatOllama(model=local.model, base_url=local.url, num_ctx=8192),
    ]
    for chat in made:
        bound = chat.bind_tools([FUNCTION, OTHER])
        first = bound.invoke("What is live?")
        [asked] = first.tool_calls
        assert (asked["name"], asked["args"]) == ("deployed", {"site": "northgate"})
        result = ToolMessage(content="nothing", tool_call_id=asked["id"])
        assert bound.invoke([HumanMessage("What is live?"), first, result]).text == "Nothing."
        chat._client.close()
    assert claude.complaints == local.complaints == []


def test_both_know_their_own_names() -> None:
    assert (anthropic_server.MODEL, ollama_server.MODEL) == ("claude-opus-5-5", "qwen3:8b")
    assert Wanted("gaps", {}) == call("gaps")


def test_a_trial_with_one_tool_is_no_turn_of_the_script(local: OllamaServer, to_ollama: Callable[..., Any]) -> None:
    made = to_ollama(tools=[FUNCTION]).message.tool_calls
    assert [(call.function.name, call.function.arguments) for call in made] == [("deployed", {"site": "northgate"})]
    assert local.turns == []
