"""What the clients send: the right head, the same tools each time, a cache that is used, and nothing else."""

import json
import os
from typing import Any

import pytest

from askreg.agent.answer import Asker
from askreg.agent.tools.shapes import TOOLS
from askreg.registry.registry import Registry

from .anthropic_server import AnthropicServer, credentials
from .asking import BASE, LIVE, SAYS_LIVE, ask, ask_at, configured, three_hops
from .conftest import Serve
from .steps import Reply, calls, draft
from .wire import LoopbackServer, Request, Response

DONE = draft("{F1} is live in {F1.subject}.")


def tools_of(request: Request) -> str:
    """Return the tools of a request as they were written."""
    text = request.body.decode()
    start = text.index('"tools":') + len('"tools":')
    start += len(text[start:]) - len(text[start:].lstrip())
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end]


def names_of(request: Request) -> list[str]:
    return [tool.get("name") or tool["function"]["name"] for tool in request.json["tools"]]


def test_the_tools_are_the_same_to_the_byte_in_every_request(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [*three_hops(DONE), *three_hops(DONE)])
    ask(registry, server)
    ask(registry, server, "What is live at northgate?")
    assert len(server.turns) == 8
    assert len({tools_of(request) for request in server.turns}) == 1


def test_the_tools_are_in_their_own_order(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    ask(registry, server)
    assert names_of(server.turns[0]) == list(TOOLS)


def test_the_head_of_a_request_is_what_the_api_wants(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [calls(LIVE), SAYS_LIVE])
    ask(registry, server)
    for request in server.turns:
        assert credentials(request) == [server.key]
        assert request.headers["anthropic-version"] in ("2023-06-01", "2026-10-21")
        assert request.json["stream"] is True and request.json["max_tokens"] >= 1024


def test_what_is_the_same_in_every_question_is_read_from_the_cache(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [calls(LIVE), calls(BASE), SAYS_LIVE, calls(LIVE), SAYS_LIVE])
    assert isinstance(server, AnthropicServer)
    ask(registry, server)
    ask(registry, server, "What is live at northgate?")
    first, *later = server.usages
    assert first["cache_creation_input_tokens"] > 1024
    assert all(usage["cache_read_input_tokens"] >= first["cache_creation_input_tokens"] for usage in later)


def test_what_differs_between_questions_is_after_the_marker(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [calls(LIVE), SAYS_LIVE])
    ask(registry, server)
    system: Any = server.turns[0].json["system"]
    marked = [n for n, block in enumerate(system) if "cache_control" in block]
    assert marked
    assert "2026-07-01" not in json.dumps(system[: marked[-1] + 1])
    assert "2026-07-01" in json.dumps(system)


def test_no_sampling_parameter_is_sent_to_claude(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [SAYS_LIVE])
    ask(registry, server)
    assert not {"temperature", "top_p", "top_k"} & set(server.turns[0].json)


@pytest.mark.parametrize("effort", ["low", "high"])
def test_the_effort_is_sent_and_the_thinking_goes_back_as_it_came(
    registry: Registry, serve: Serve, effort: str
) -> None:
    turns = [Reply("", (LIVE,), thinking="Northgate first."), Reply("", (BASE,), thinking="Now the base."), SAYS_LIVE]
    server = serve("claude", turns)
    assert ask(registry, server, effort=effort).status == "answered"
    assert server.turns[0].json["output_config"]["effort"] == effort
    blocks = [b for m in server.turns[-1].json["messages"] for b in m["content"] if isinstance(b, dict)]
    thought = [b["thinking"] for b in blocks if b["type"] == "thinking"]
    assert thought == ["Northgate first.", "Now the base."]


def test_ollama_is_told_how_much_context_to_keep(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [calls(LIVE), SAYS_LIVE])
    ask(registry, server, num_ctx=20_000)
    assert {request.json["options"]["num_ctx"] for request in server.turns} == {20_000}


def test_ollama_is_asked_without_chance(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [SAYS_LIVE])
    ask(registry, server)
    assert server.turns[0].json["options"]["temperature"] == 0


def test_a_context_that_would_be_cut_is_a_reason(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [SAYS_LIVE])
    answer = ask(registry, server, num_ctx=2048, num_predict=256)
    assert answer.status == "abstained" and "ASKREG_OLLAMA_NUM_CTX" in str(answer.reason)
    assert server.turns == []


def test_a_model_that_ollama_does_not_have_is_named_with_the_command_that_fetches_it(
    registry: Registry, serve: Serve
) -> None:
    answer = ask(registry, serve("ollama", [SAYS_LIVE]), model="mistral-nemo:12b")
    assert answer.status == "abstained" and "ollama pull mistral-nemo:12b" in str(answer.reason)


def test_another_digest_than_the_pinned_one_is_not_asked(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [SAYS_LIVE])
    answer = ask(registry, server, digest="sha256:0000")
    assert answer.status == "abstained" and "digest" in str(answer.reason)
    assert server.turns == []


ELSEWHERE = (
    "ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "OLLAMA_HOST", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy",
    "https_proxy", "all_proxy", "ANTHROPIC_PROXY", "LANGSMITH_GATEWAY", "LANGSMITH_ENDPOINT",
)  # fmt: skip


def test_no_variable_of_the_environment_leads_elsewhere(
    registry: Registry, serve: Serve, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = LoopbackServer(lambda request: Response(200))
    for variable in ELSEWHERE:
        monkeypatch.setenv(variable, elsewhere.url)
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    try:
        assert ask(registry, serve(protocol, [calls(LIVE), SAYS_LIVE])).status == "answered"
        assert elsewhere.requests == []
    finally:
        elsewhere.close()


SECRETS = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "OLLAMA_API_KEY",
    "LANGSMITH_API_KEY",
)


def test_no_secret_of_the_environment_goes_out(
    registry: Registry, serve: Serve, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in SECRETS:
        monkeypatch.setenv(variable, "sk-of-the-environment")
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    assert ask(registry, server).status == "answered"
    for request in server.wire.requests:
        assert "sk-of-the-environment" not in repr(request.headers) + request.body.decode()


def test_no_header_of_the_environment_goes_out(
    registry: Registry, serve: Serve, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Secret: sk-of-the-environment")
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    ask(registry, server)
    assert all("x-secret" not in request.headers for request in server.wire.requests)


def test_a_netrc_file_is_not_read(
    registry: Registry, serve: Serve, protocol: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login someone password of-the-netrc")
    monkeypatch.setenv("NETRC", os.fspath(tmp_path / "netrc"))
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    assert ask(registry, server).status == "answered"
    for request in server.wire.requests:
        assert "basic" not in request.headers.get("authorization", "").lower()


def test_under_local_only_claude_is_sent_nothing(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [SAYS_LIVE])
    config = configured("claude", server.url).model_copy(update={"policy": "local-only"})
    answer = Asker(registry, backend="claude", config=config).ask("What is live at northgate?")
    assert (answer.status, answer.brain.backend) == ("refused", "claude")
    assert "local-only" in str(answer.reason) and "offline" in str(answer.reason)
    assert server.wire.requests == []


def test_ollama_on_a_host_that_the_site_has_not_listed_is_sent_nothing(registry: Registry) -> None:
    answer = ask_at(registry, "ollama", "http://ollama.example:11434")
    assert answer.status == "refused"
    assert "ollama.example" in str(answer.reason)


def test_a_question_that_names_a_patient_is_not_sent_to_claude(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [SAYS_LIVE])
    question = "Which sepsis model scored the patient with MRN 84920175, born 3 May 1961?"
    answer = ask(registry, server, question)
    assert answer.status == "refused" and "84920175" not in answer.model_dump_json()
    assert server.wire.requests == []


def test_connections_are_closed_when_a_question_is_answered(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    ask(registry, server)
    assert server.wire.settled(1.0), "a connection is still open"
