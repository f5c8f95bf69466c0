"""A small model over Ollama's protocol that only selects: what it picks is checked, and code answers."""

import json

import pytest

from askreg.registry.registry import Registry

from .asking import ask
from .conftest import Serve
from .steps import Failed, Reply

SMALL = "qwen2.5-coder:1.5b"
WHERE = "Where is sepsis-risk:2 live?"


def selects(intent: str, **slots: str) -> Reply:
    return Reply(json.dumps({"intent": intent, **slots}))


def test_a_right_selection_is_answered_from_the_record(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [selects("where-live", version="sepsis-risk:2")], model=SMALL, size="1.5B")
    answer = ask(registry, server, WHERE, model=SMALL, mode="auto")
    assert answer.status == "answered" and "northgate" in answer.answer
    assert answer.facts and str(answer.brain.prompt).startswith("select@")


def test_the_model_is_held_to_a_schema_and_given_no_tools(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [selects("where-live", version="sepsis-risk:2")], model=SMALL, size="1.5B")
    ask(registry, server, WHERE, model=SMALL, mode="select")
    [request] = server.turns
    body = request.json
    assert not body.get("tools") and body["format"]["type"] == "object"
    assert "where-live" in body["format"]["properties"]["intent"]["enum"]
    assert body["format"]["properties"]["intent"]["enum"][-1] == "none"


def test_no_result_is_shown_to_a_model_that_selects(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [selects("where-live", version="sepsis-risk:2")], model=SMALL, size="1.5B")
    ask(registry, server, WHERE, model=SMALL, mode="select")
    assert "2026-03-14" not in "".join(request.body.decode() for request in server.turns)


@pytest.mark.parametrize(
    "selection",
    [
        selects("owner-of", model="sepsis-risk"),
        selects("stage-of", version="sepsis-risk:2"),
        selects("retired-when", version="sepsis-risk:2"),
        selects("base-of", version="sepsis-risk:2"),
        selects("where-live", version="sepsis-risk:1"),
        selects("version-count", model="sepsis-risk"),
    ],
)
def test_a_selection_that_asks_something_else_is_not_answered(
    registry: Registry, serve: Serve, selection: Reply
) -> None:
    server = serve("ollama", [selection], model=SMALL, size="1.5B")
    answer = ask(registry, server, WHERE, model=SMALL, mode="select")
    assert answer.status == "abstained", answer.answer
    assert answer.reason and answer.facts == []


@pytest.mark.parametrize("question", ["What's the weather in Leeds?", "Write me a poem about model governance"])
def test_a_question_about_something_else_is_not_answered_whatever_is_selected(
    registry: Registry, serve: Serve, question: str
) -> None:
    server = serve("ollama", [selects("models")], model=SMALL, size="1.5B")
    answer = ask(registry, server, question, model=SMALL, mode="select")
    assert answer.status == "abstained" and answer.facts == []


def test_what_is_asked_is_answered_in_its_own_terms(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [selects("live-since", version="sepsis-risk:1")], model=SMALL, size="1.5B")
    answer = ask(registry, server, "How long was sepsis-risk:1 live at northgate?", model=SMALL, mode="select")
    assert answer.status == "abstained" or "days" in answer.answer


@pytest.mark.parametrize(
    "reply",
    [
        Reply("none"),
        Reply("[]"),
        Reply('{"intent": "no-such-intent"}'),
        Reply('{"intent": "where-live", "version": "sepsis-risk:99"}'),
        Reply('{"intent": "where-live", "version": "sepsis-risk:2"', stop="length"),
        Reply(""),
        Failed(500, "llama runner has terminated"),
    ],
)
def test_a_selection_that_is_none_is_a_reason(registry: Registry, serve: Serve, reply: Reply) -> None:
    server = serve("ollama", [reply], model=SMALL, size="1.5B")
    answer = ask(registry, server, WHERE, model=SMALL, mode="select", retries=0)
    assert answer.status == "abstained" and answer.reason
    assert answer.facts == []


def test_a_large_model_that_fails_its_trial_only_selects(registry: Registry, serve: Serve) -> None:
    server = serve(
        "ollama",
        [selects("where-live", version="sepsis-risk:2")],
        model="chatty:13b",
        size="13B",
        examined=Reply("It is version 2."),
    )
    answer = ask(registry, server, WHERE, model="chatty:13b", mode="auto")
    assert answer.status == "answered" and str(answer.brain.prompt).startswith("select@")


def test_a_model_that_must_call_tools_and_does_not_is_a_reason(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [Reply("?")], model="mute:13b", size="13B", examined=Reply("It is version 2."))
    answer = ask(registry, server, WHERE, model="mute:13b", mode="tools")
    assert answer.status == "abstained" and "ASKREG_OLLAMA_MODE=select" in str(answer.reason)


ELSEWHERE = [
    Failed(500, "internal error"),
    Failed(404, "not here"),
]


@pytest.mark.parametrize("path", ["/api/tags", "/api/show"])
@pytest.mark.parametrize("step", ELSEWHERE)
def test_a_server_that_cannot_tell_what_it_has_is_a_reason(
    registry: Registry, serve: Serve, path: str, step: Failed
) -> None:
    server = serve("ollama", [Reply("?")], elsewhere={path: step})
    answer = ask(registry, server, WHERE)
    assert answer.status == "abstained" and answer.reason
    assert server.turns == []
