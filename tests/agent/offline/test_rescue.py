import re

import pytest

from askreg.agent.offline import likely
from askreg.agent.offline.canonical import intents
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.rescue import rescued
from askreg.agent.offline.understanding import understand
from askreg.library import minilm

from .conftest import NOW, Ask

pytestmark = pytest.mark.skipif(not minilm.available(), reason="the packages with MiniLM's weights are missing")

READ = [
    ("birthday of eta_forecast:2", "when was eta_forecast:2 registered"),
    ("how much disk does eta_forecast:2 take", "how big is the artifact of eta_forecast:2"),
]
NEVER = [
    "birthday of eta_forecast:2 and drift-alarm:1",
    "birthday of eta_forecast:2 before 2025-03-01",
    "how much disk does no version but eta_forecast:2 take",
    "birthday of eta_forecast:99",
    "which paediatric gizmos are live at kelp-quay",
    "how delicious is eta_forecast:2",
]


def read(question: str, lexicon: Lexicon) -> str | None:
    understood = understand(question, lexicon, NOW)
    if understood.unread is None:
        return None
    found = rescued(question, understood.unread, lexicon, NOW)
    return None if found is None else found.question


@pytest.mark.parametrize(("question", "meant"), READ, ids=[question for question, _ in READ])
def test_unknown_words_that_carry_a_known_question_are_read(question: str, meant: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon) == meant


@pytest.mark.parametrize("question", NEVER)
def test_what_a_known_question_would_lose_is_not_read(question: str, lexicon: Lexicon) -> None:
    assert read(question, lexicon) is None


def test_a_rescued_question_is_answered_from_the_record(ask: Ask) -> None:
    answer = ask("birthday of eta_forecast:2")
    assert (answer.status, "2025-05-11" in answer.answer) == ("answered", True), answer.answer


def test_the_weights_that_ship_are_those_of_the_examples() -> None:
    assert likely.usable(), "make them anew: python -m askreg.agent.offline.likely"


def test_the_likeliest_intent_of_each_canonical_question_is_its_own() -> None:
    wrong = []
    for intent in intents():
        chances = likely.probabilities(re.sub(r"[\[\]]", "", intent.canonical))
        if max(chances, key=lambda name: chances[name]) != intent.name:
            wrong.append(intent.name)
    assert wrong == []


def test_without_the_weights_a_question_is_offered_readings_and_not_rescued(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from askreg.agent.offline import neighbours
    from askreg.library.embedding import LexicalEmbedder

    lexical = LexicalEmbedder()
    monkeypatch.setattr(likely, "probabilities", lambda masked: {})
    monkeypatch.setattr(neighbours, "chosen", lambda: lexical)
    answer = ask("birthday of eta_forecast:2")
    assert answer.status == "abstained"
    assert all("eta_forecast" in reading.question for reading in answer.readings)
