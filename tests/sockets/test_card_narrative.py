"""Fields of a card told by a served model: only what the verifier accepts is on the card, and the rest is left open."""

import json
from typing import Any

import pytest

from askreg.agent.brains.config import BrainConfig
from askreg.agent.cards import ASKED, CardTeller
from askreg.errors import InvalidInput
from askreg.registry.registry import Registry
from askreg.reports.cards import kept
from askreg.reports.cards.check import check
from askreg.reports.cards.content import Card
from askreg.reports.cards.drafting import draft

from .asking import configured
from .conftest import Serve
from .model_server import ModelServer
from .ollama_server import MODEL
from .steps import Failed, Reply, Script, call, calls
from .steps import draft as says
from .wire import Request

SUBJECT = "sepsis-risk:2"
MEASURED = call("query", select="metric", where=[{"path": "version.subject", "value": SUBJECT}])
STAGED = call("query", select="stage", where=[{"path": "version.subject", "value": SUBJECT}])
MADE = call("lineage", subject=SUBJECT, direction="up")
LOOKS = {"summary": STAGED, "data_summary": MADE, "results_summary": MEASURED}
GOOD = {
    "summary": "The stage of {F1.subject} is {F1} since {F1.since:date}.",
    "data_summary": "{F1.subject} rests on {F1}.",
    "results_summary": "The {F1.name} of {F1.subject} on {F1.dataset} is {F1}.",
}


def field_asked(request: Request) -> str:
    """Return the field that a request is about."""
    text = request.body.decode()
    return next(field for field, asked in ASKED.items() if asked in text)


def script(texts: dict[str, Any]) -> Script:
    """Return a model that looks once for each field, and then hands in its text, again and again."""
    looked: set[str] = set()

    def step(request: Request) -> Any:
        field = field_asked(request)
        if field not in looked:
            looked.add(field)
            return calls(LOOKS[field])
        text = texts.get(field, GOOD[field])
        return text if not isinstance(text, str) else says(text)

    return step


def told(registry: Registry, server: ModelServer, **given: Any) -> Card:
    teller = CardTeller(backend=server.protocol, config=configured(server.protocol, server.url, **given))
    return draft(registry, SUBJECT, teller=teller)


def texts(card: Card, field: str) -> list[str]:
    return [statement.text for statement in card.entries[field].statements]


def test_what_a_model_tells_rests_on_facts_with_their_events(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, script({}))
    card = told(registry, server)
    for field in ASKED:
        entry = card.entries[field]
        assert entry.state == "value", (field, entry.reason)
        for statement in entry.statements:
            assert statement.origin == "model" and statement.by == card.writer.model
            assert statement.facts and all(card.fact(id).event for id in statement.facts)
    assert card.writer.backend == protocol and str(card.writer.prompt).startswith("card@1:sha256")


def test_the_rest_of_the_card_is_what_code_fills(registry: Registry, serve: Serve, protocol: str) -> None:
    card, without = told(registry, serve(protocol, script({}))), draft(registry, SUBJECT)
    for field in card.entries.keys() - ASKED.keys():
        assert texts(card, field) == texts(without, field), field
        assert card.entries[field].state == without.entries[field].state
    assert card.figures == without.figures


@pytest.mark.parametrize(
    "text",
    [
        "The auroc of sepsis-risk:2 is 0.99.",
        "The stage of {F1.subject} is {F1}. It is safe for all patients.",
        "sepsis-risk:2 was approved by Jane Doe.",
        "It is a good model.",
        "The stage of sepsis-risk:1 is {F1}.",
        "# Summary\n\nThe stage of {F1.subject} is {F1}.",
        "| Stage |\n|---|\n| {F1} |",
        "See [the site](http://evil.example) for {F1.subject}.",
        "",
        "{F99} is its stage.",
    ],
)
def test_what_the_verifier_rejects_is_left_open_and_never_shown(
    registry: Registry, serve: Serve, protocol: str, text: str
) -> None:
    card = told(registry, serve(protocol, script({"summary": text})))
    entry = card.entries["summary"]
    assert entry.state == "missing" and entry.statements == ()
    assert (entry.reason or "").startswith("left open: ")
    if text:
        assert text not in card.model_dump_json() and "Jane Doe" not in card.model_dump_json()
    assert card.entries["results_summary"].state == "value"


def test_a_model_that_finds_nothing_leaves_the_field_open(registry: Registry, serve: Serve, protocol: str) -> None:
    nothing = says("", status="abstained", reason="The record holds nothing of it.")
    card = told(registry, serve(protocol, script({"summary": nothing})))
    assert card.entries["summary"].reason == "left open: the model found nothing on record to tell"


def test_a_model_that_fails_leaves_the_card_to_code(registry: Registry, serve: Serve, protocol: str) -> None:
    card = told(registry, serve(protocol, lambda request: Failed(500, "broken")), retries=0)
    assert all((card.entries[field].reason or "").startswith("left open: ") for field in ASKED)
    assert card.entries["results"].state == "value"


def test_a_wrong_text_may_be_corrected(registry: Registry, serve: Serve, protocol: str) -> None:
    wrong = ["It is 0.99.", "The auroc of sepsis-risk:2 is 0.98.", GOOD["summary"]]
    replies = iter([calls(STAGED), *map(says, wrong)])
    usual = script({})

    def step(request: Request) -> Any:
        return next(replies) if field_asked(request) == "summary" else usual(request)  # type: ignore[operator]

    card = told(registry, serve(protocol, step))
    assert card.entries["summary"].state == "value" and "0.9" not in texts(card, "summary")[0]


def test_peoples_own_words_are_not_told_anew(registry: Registry, serve: Serve, protocol: str) -> None:
    registry.update_version(version=SUBJECT, card={"summary": "Words of a person"})
    server = serve(protocol, script({}))
    card = told(registry, server)
    assert texts(card, "summary") == ["Words of a person"]
    assert all(ASKED["summary"] not in request.body.decode() for request in server.turns)


def test_a_small_model_that_only_selects_tells_nothing(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [Reply(json.dumps({"intent": "none"}))], model="qwen2.5:1.5b", size="1.5B")
    card = told(registry, server, model="qwen2.5:1.5b", mode="auto")
    assert all("only selects" in (card.entries[field].reason or "") for field in ASKED)
    assert server.turns == []


def test_a_site_that_keeps_everything_inside_tells_no_cloud(registry: Registry, serve: Serve) -> None:
    server = serve("claude", script({}))
    config = configured("claude", server.url)
    local = BrainConfig(policy="local-only", claude=config.claude)
    card = draft(registry, SUBJECT, teller=CardTeller(backend="claude", config=local))
    assert all("local-only" in (card.entries[field].reason or "") for field in ASKED)
    assert server.turns == []


def test_free_text_of_the_record_does_not_reach_a_cloud(registry: Registry, serve: Serve) -> None:
    registry.update_model(model="sepsis-risk", description="Zanzibar notes by hand", card={"risks": "Zanzibar risk"})
    look = call("query", select="model", where=[{"path": "name", "value": "sepsis-risk"}], project=["description"])
    replies = {"summary": iter([calls(look), says(GOOD["summary"]), says("", status="abstained", reason="no")])}
    usual = script({})

    def step(request: Request) -> Any:
        field = field_asked(request)
        return next(replies[field], says("", status="abstained")) if field in replies else usual(request)  # type: ignore[operator]

    server = serve("claude", step)
    told(registry, server)
    assert server.turns and all("Zanzibar" not in request.body.decode() for request in server.turns)


def test_a_told_card_is_kept_signed_and_published_like_any_other(registry: Registry, serve: Serve) -> None:
    card = told(registry, serve("ollama", script({})))
    with registry.transaction():
        kept.keep(registry, card, detail={})
    assert [found.what for found in check(registry, SUBJECT, profiles=()).findings if found.code == "outdated"] == []
    with Registry.open(registry.url, actor="lena.koch", clock=registry._clock) as lena:
        kept.approve(lena, SUBJECT)
    kept.publish(registry, SUBJECT)
    assert kept.show(registry, SUBJECT).card == card
    [event] = registry.history(action="card.drafted").events
    assert (event.detail["backend"], event.detail["model"]) == ("ollama", card.writer.model)
    registry.evaluate(version=SUBJECT, dataset="icu-holdout@2025-06", metrics={"auroc": 0.7})
    assert kept.show(registry, SUBJECT).standing.state == "lapsed"


def test_the_offline_brain_is_no_teller() -> None:
    with pytest.raises(InvalidInput, match="leave --backend out"):
        CardTeller(backend="offline")


def test_each_model_is_asked_by_its_own_name(registry: Registry, serve: Serve) -> None:
    card = told(registry, serve("ollama", script({})))
    assert str(card.writer.model).startswith(f"{MODEL}@")
