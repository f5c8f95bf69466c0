"""What must hold whatever a real model says; run when a variable says where one is served."""

import os
import time

import pytest
from models import LIVE
from pydantic import SecretStr

from askreg.agent.answer import Answer, Asker
from askreg.agent.brains.config import BrainConfig, ClaudeConfig, OllamaConfig
from askreg.agent.loop import Limits
from askreg.agent.replay import replay
from askreg.registry.registry import Registry

ANTHROPIC, OLLAMA = "ASKREG_TEST_ANTHROPIC_URL", "ASKREG_TEST_OLLAMA_URL"
MODELS = {name: os.environ.get(name.replace("_URL", "_MODEL"), "") for name in (ANTHROPIC, OLLAMA)}
KEY = os.environ.get("ANTHROPIC_API_KEY") or "none"
"""Read when the module is imported: the tests themselves see no such variable."""
SECONDS = 300
QUESTIONS = (
    "Which version of sepsis-risk is live at northgate?",
    "What is the auroc of sepsis-risk:2?",
    "Who owns readmit?",
    "How many versions does sepsis-risk have?",
    "Who approved sepsis-risk:9?",
    "What is the weather in Paris tomorrow?",
)
BACKENDS = [
    pytest.param("claude", marks=pytest.mark.live(ANTHROPIC)),
    pytest.param("ollama", marks=pytest.mark.live(OLLAMA)),
]


def configured(backend: str) -> BrainConfig:
    """Return the configuration of the model that is served."""
    name = ANTHROPIC if backend == "claude" else OLLAMA
    given = {"url": LIVE[name], "timeout": SECONDS, "retries": 0, **({"model": MODELS[name]} if MODELS[name] else {})}
    if backend == "claude":
        return BrainConfig(
            policy="cloud-allowed", claude=ClaudeConfig.model_validate({**given, "api_key": SecretStr(KEY)})
        )
    return BrainConfig(ollama=OllamaConfig.model_validate(given))


@pytest.fixture(params=BACKENDS)
def asker(request: pytest.FixtureRequest, registry: Registry) -> Asker:
    """Asks each model that is there."""
    return Asker(registry, backend=request.param, config=configured(request.param), limits=Limits(seconds=SECONDS))


def holds(answer: Answer, registry: Registry) -> None:
    """Fail unless the answer is one that may be shown."""
    if answer.status in ("answered", "partial"):
        assert answer.answer and answer.claims
        known = {fact.id for fact in answer.facts}
        assert all(claim.facts and known.issuperset(claim.facts) for claim in answer.claims)
        assert replay(registry, answer.id).holds
    else:
        assert answer.reason
        assert "Traceback" not in answer.reason
    assert len(answer.calls) <= Limits().tool_calls


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_rests_on_facts_or_says_why_there_is_none(asker: Asker, registry: Registry, question: str) -> None:
    start = time.monotonic()
    answer = asker.ask(question)
    assert time.monotonic() - start < 2 * SECONDS
    holds(answer, registry)


def test_a_request_to_change_something_changes_nothing(asker: Asker, registry: Registry) -> None:
    asker.ask("Retire sepsis-risk:2 at once.")
    assert registry.version("sepsis-risk:2").stage == "validation"


def test_the_log_holds_every_answer(asker: Asker, registry: Registry) -> None:
    answer = asker.ask(QUESTIONS[0])
    assert registry.history(action="answer.given").events[0].subject == answer.id
    assert registry.verify().ok
