"""Asking a small registry through a real client and a served model."""

from typing import Any

from pydantic import SecretStr

from askreg.agent.answer import Answer, Asker
from askreg.agent.brains.config import BrainConfig, ClaudeConfig, OllamaConfig
from askreg.agent.loop import Limits
from askreg.registry.registry import Registry

from .anthropic_server import KEY
from .anthropic_server import MODEL as CLAUDE_MODEL
from .model_server import ModelServer
from .ollama_server import MODEL as OLLAMA_MODEL
from .steps import Reply, Wanted, call, calls, draft

QUESTION = "Which version of sepsis-risk is live at northgate, and how does its auroc compare with that of its base?"
LIVE: Wanted = call("deployed", site="northgate")
BASE: Wanted = call("query", select="version", where=[{"path": "subject", "value": "sepsis-risk:2"}], hops=["base"])
COMPARED: Wanted = call("compare", subjects=["sepsis-risk:1", "sepsis-risk:2"], metric="auroc")
SAYS_LIVE: Reply = draft("{F1} has been live in {F1.subject} since {F1.since:date}.")
READS_LIVE = "sepsis-risk:2 has been live in northgate/icu since 2026-03-14."


def configured(protocol: str, url: str, **given: Any) -> BrainConfig:
    """Return a site's configuration whose model of that protocol is at `url`; `given` goes to the model's part."""
    own = {"url": url, "timeout": 5, "retries": 1, **given}
    if protocol == "claude":
        claude = ClaudeConfig(**{"model": CLAUDE_MODEL, "api_key": SecretStr(KEY), **own})
        return BrainConfig(policy="cloud-allowed", claude=claude)
    return BrainConfig(ollama=OllamaConfig(**{"model": OLLAMA_MODEL, "mode": "tools", **own}))


def ask(
    registry: Registry, server: ModelServer, question: str = QUESTION, *, limits: Limits | None = None, **given: Any
) -> Answer:
    """Ask through the client that speaks the server's protocol."""
    return ask_at(registry, server.protocol, server.url, question, limits=limits, **given)


def ask_at(
    registry: Registry,
    protocol: str,
    url: str,
    question: str = QUESTION,
    *,
    limits: Limits | None = None,
    **given: Any,
) -> Answer:
    """Ask a model at a URL; whatever comes of it, the answer is from that brain and holds no secret."""
    answer = Asker(registry, backend=protocol, config=configured(protocol, url, **given), limits=limits).ask(question)
    assert answer.brain.backend == protocol
    told = answer.model_dump_json()
    assert KEY not in told and KEY[-16:] not in told
    assert "Traceback" not in told and "site-packages" not in told
    return answer


def three_hops(*last: Reply) -> list[Reply]:
    """Return the turns of a model that looks three times before its drafts."""
    return [calls(LIVE), calls(BASE), calls(COMPARED), *last]
