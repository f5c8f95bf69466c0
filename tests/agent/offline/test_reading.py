from datetime import UTC, datetime

import pytest

from askreg.agent.answer import Asker
from askreg.agent.offline import canonical
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.link import link
from askreg.agent.offline.meaning import Thing
from askreg.agent.offline.phrases import Phrases
from askreg.agent.thread import Thread
from askreg.registry.registry import Registry

from .conftest import Ask

NOW = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("eta_forecast", "eta_forecast"),
        ("ETA forecast", "eta_forecast"),
        ("eta-forecast", "eta_forecast"),
        ("eta_forcast", "eta_forecast"),
        ("eta_forecast:2", "eta_forecast:2"),
        ("eta forecast v2", "eta_forecast:2"),
        ("version 2 of eta_forecast", "eta_forecast:2"),
        ("eta_forecast's version 2", "eta_forecast:2"),
        ("berth log s1", "berth-log@s1"),
        ("Marta", "marta.quist"),
        ("dr quist", "marta.quist"),
        ("gull pier tower", "gull-pier/tower"),
        ("job 12", "run:job-12"),
        ("eta-guide.md", "doc:notes/eta-guide.md"),
    ],
)
def test_a_name_is_found_however_it_is_written(lexicon: Lexicon, text: str, name: str) -> None:
    tokens = Phrases(link(f"who made {text}", lexicon, NOW).items, lexicon).tokens()
    assert [t.node.entity.name for t in tokens if isinstance(t.node, Thing)] == [name]


def test_a_version_that_does_not_exist_is_not_taken_for_another(lexicon: Lexicon) -> None:
    (token,) = Phrases(link("eta_forecast:9", lexicon, NOW).items, lexicon).tokens()
    assert isinstance(token.node, Thing) and not token.node.entity.exists


@pytest.mark.parametrize("word", ["skipped", "weather", "classified", "Leeds", "cost"])
def test_an_unknown_word_is_not_taken_for_a_slip(lexicon: Lexicon, word: str) -> None:
    items = link(f"which of the models {word} it", lexicon, NOW).items
    assert next(i for i in items if i.text == word).words == () or word == "classified"


@pytest.mark.parametrize(
    "question",
    [
        "which versions were trained on berth-log@s1 by wombat",
        "what was live at kelp-quay during the storm",
        "auroc of eta_forecast:1 for pilots",
        "who approved eta_forecast:1 on behalf of the board",
        "which three of the versions are live",
    ],
)
def test_what_is_not_understood_is_never_ignored(ask: Ask, question: str) -> None:
    assert ask(question).status == "abstained"


def test_a_question_that_is_not_understood_is_answered_with_readings(ask: Ask) -> None:
    answer = ask("eta_forecast:2 frobnicated by whom")
    assert answer.status == "abstained"
    assert len(answer.readings) in (2, 3)
    assert all(r.question and r.call for r in answer.readings)


def test_neighbours_are_about_what_the_question_names(lexicon: Lexicon) -> None:
    text = "eta_forecast any good"
    tokens = Phrases(link(text, lexicon, NOW).items, lexicon).tokens()
    assert all("eta_forecast" in q for q in canonical.readings(tokens, text))


CONVERSATIONS = [
    [("what is live at kelp-quay", "eta_forecast:2"), ("since when?", "2025-06-02"), ("who approved it?",
        "marta.quist"),
     ("when?", "2025-05-25")],
    [("who is primary of eta_forecast", "eta_forecast:2"), ("and the one before?", "eta_forecast:1"),
     ("what was it trained on", "berth-log@s1"), ("how many rows does that dataset have", "5000")],
    [("mae of eta_forecast:1", "22.1"), ("and of version 2?", "19.4"), ("and delay_minutes?", "27.0"),
     ("which of the two is better?", "eta_forecast:2")],
    [("who owns eta_forecast?", "ines.vega"), ("and drift-alarm?", "olu.bello"), ("what has he deployed", "kelp-quay")],
    [("what was live at gull-pier on 2025-07-20", "eta_forecast:2"), ("and now?", "drift-alarm:1"),
        ("and at kelp-quay?", "eta_forecast:2")],
]  # fmt: skip


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=[c[0][0] for c in CONVERSATIONS])
def test_a_question_may_lean_on_the_one_before(port: Registry, turns: list[tuple[str, str]]) -> None:
    thread, asker = Thread(), Asker(port)
    for question, said in turns:
        answer = asker.ask(question, thread=thread)
        assert (answer.status, said in answer.answer) == ("answered", True), f"{question}: {answer.answer}"


def test_a_pronoun_with_nothing_before_it_is_not_guessed(ask: Ask) -> None:
    assert ask("who approved it?").status == "abstained"
