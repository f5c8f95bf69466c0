"""Where a site keeps everything inside, no cloud brain comes to be; and every brain fails in words."""

import socket
from typing import Any

import pytest
from pydantic import SecretStr

from askreg.agent.answer import Asker, ask
from askreg.agent.batch import answer_lines
from askreg.agent.brains import AVAILABLE, make_brain
from askreg.agent.brains.claude import ClaudeBrain
from askreg.agent.brains.config import BrainConfig, ClaudeConfig, OllamaConfig
from askreg.agent.brains.failures import BrainFailed
from askreg.agent.brains.local import chosen
from askreg.agent.guard.phi import Gate
from askreg.errors import InvalidInput, Refused
from askreg.registry.registry import Registry
from askreg.settings import Settings

KEY = "sk-ant-very-secret"
CLAUDE = ClaudeConfig(api_key=SecretStr(KEY))
INSIDE = BrainConfig(claude=CLAUDE)
OUTSIDE = BrainConfig(policy="cloud-allowed", claude=CLAUDE)


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that somebody tried to reach."""
    tried: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def test_no_cloud_brain_is_made_where_the_site_is_local_only(registry: Registry) -> None:
    gate = Gate(())
    with pytest.raises(Refused, match="local-only"):
        ClaudeBrain(config=INSIDE, gate=gate, static=())
    with registry.view() as seen, pytest.raises(Refused, match="local-only"):
        make_brain("claude", seen=seen, config=INSIDE, gate=gate)


def test_a_site_that_has_not_decided_is_local_only(registry: Registry, connections: list[Any]) -> None:
    answers = [
        ask(registry, "what is live at northgate?", backend="claude"),
        Asker(registry, backend="claude").ask("what is live at northgate?"),
        Asker(registry, backend="claude", config=INSIDE).ask("what is live at northgate?"),
    ]
    (line,) = answer_lines(Asker(registry, backend="claude"), ['{"question": "what is live at northgate?"}'])
    assert [answer.status for answer in answers] == ["refused"] * 3 and line["status"] == "refused"
    assert all("--backend offline" in (answer.reason or "") for answer in answers)
    assert all(answer.policy == "local-only" and answer.brain.backend == "claude" for answer in answers)
    assert connections == []


def test_a_refused_brain_is_in_the_log(registry: Registry) -> None:
    answer = ask(registry, "what is live at northgate?", backend="claude")
    (event,) = registry.history(action="answer.given").events
    assert event.subject == f"answer:{answer.id}" or answer.id in str(event)


@pytest.mark.parametrize("name", ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "ANTHROPIC_BASE_URL", "HTTPS_PROXY"])
@pytest.mark.parametrize("backend", ["claude", "ollama"])
def test_a_variable_that_leads_elsewhere_is_refused_by_name(
    registry: Registry, connections: list[Any], name: str, backend: str
) -> None:
    config = OUTSIDE.model_copy(update={"variables": {name: "true"}})
    answer = ask(registry, "what is live at northgate?", backend=backend, config=config)
    assert answer.status == "refused" and name in (answer.reason or "")
    assert connections == []


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("http://192.168.1.5:11434", "qwen3:8b"),
        ("http://127.0.0.1.evil.example:11434", "qwen3:8b"),
        ("http://localhost@evil.example:11434", "qwen3:8b"),
        ("http://127.0.0.1:11434", "gpt-oss:120b-cloud"),
        ("http://127.0.0.1:11434", "qwen3-coder:480b-CLOUD"),
    ],
)
def test_ollama_elsewhere_is_refused_before_it_is_reached(
    registry: Registry, connections: list[Any], url: str, model: str
) -> None:
    config = BrainConfig(ollama=OllamaConfig(url=url, model=model))
    answer = ask(registry, "what is live at northgate?", backend="ollama", config=config)
    assert answer.status == "refused"
    assert connections == []


def test_a_listed_host_may_be_asked() -> None:
    config = BrainConfig(ollama=OllamaConfig(url="http://192.0.2.7:11434", hosts=("192.0.2.7",)))
    with pytest.raises(BrainFailed, match="could not be reached at http://192.0.2.7:11434"):
        chosen(config)


def test_claude_without_a_key_abstains_and_says_what_to_set(registry: Registry) -> None:
    config = BrainConfig(policy="cloud-allowed")
    answer = ask(registry, "what is live at northgate?", backend="claude", config=config)
    assert answer.status == "abstained" and "ANTHROPIC_API_KEY" in (answer.reason or "")


@pytest.mark.parametrize("backend", ["claude", "ollama"])
def test_what_cannot_be_reached_abstains_and_no_other_brain_takes_over(registry: Registry, backend: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        config = BrainConfig(
            policy="cloud-allowed",
            claude=ClaudeConfig(api_key=SecretStr(KEY), url=url, retries=0),
            ollama=OllamaConfig(url=url),
        )
        answer = ask(registry, "what is live at northgate?", backend=backend, config=config)
    assert (answer.status, answer.brain.backend, answer.facts) == ("abstained", backend, [])
    assert "could not be reached" in (answer.reason or "") and "--backend offline" in (answer.reason or "")
    assert KEY not in answer.model_dump_json()


def test_a_brain_that_does_not_exist_is_named_with_those_that_do(registry: Registry) -> None:
    with pytest.raises(InvalidInput, match="no brain 'gpt'.*" + ".*".join(AVAILABLE)):
        ask(registry, "what is live?", backend="gpt")


def test_the_settings_reach_the_brains(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ASKREG_POLICY": "cloud-allowed",
        "ASKREG_CLAUDE_EFFORT": "low",
        "ASKREG_OLLAMA_MODEL": "m:1b",
        "ASKREG_OLLAMA_HOSTS": "gpu1, gpu2",
        "ASKREG_OLLAMA_NUM_CTX": "4096",
        "ASKREG_MODEL_TIMEOUT": "7",
        "ASKREG_MODEL_RETRIES": "0",
        "ANTHROPIC_API_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)
    config = BrainConfig.of(Settings.load(), {})
    assert (config.policy, config.claude.effort, config.claude.timeout) == ("cloud-allowed", "low", 7)
    assert (config.ollama.model, config.ollama.hosts, config.ollama.num_ctx) == ("m:1b", ("gpu1", "gpu2"), 4096)
    assert config.claude.retries == config.ollama.retries == 0
    assert config.claude.model == CLAUDE.model  # what is not set keeps its default
    assert KEY not in repr(config) and KEY not in str(Settings.load())
