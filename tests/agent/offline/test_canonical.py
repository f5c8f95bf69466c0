import re

import pytest

from askreg.agent.offline import canonical, neighbours
from askreg.agent.offline.canonical import Intent, intents
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.understanding import understand
from askreg.errors import InvalidInput
from askreg.library import minilm
from askreg.library.embedding import likeness

from .conftest import NOW

SLOTS = {
    "version": "eta_forecast:2", "other": "eta_forecast:1", "model": "eta_forecast", "dataset": "berth-log",
    "person": "ines.vega", "site": "kelp-quay", "metric": "mae", "date": "2025-07-20", "alias": "primary",
    "stage": "production", "number": "20", "framework": "lightgbm 4.6", "cohort": "women",
    "role": "approver", "sensitivity": "public",
}  # fmt: skip


@pytest.mark.parametrize("intent", intents(), ids=lambda intent: intent.name)
def test_every_canonical_question_is_understood_in_short_and_in_full(intent: Intent, lexicon: Lexicon) -> None:
    for slots in (intent.required, set(intent.slots) - {"cohort"}):  # the port's figures have no cohorts
        question = canonical.compose(intent.name, {slot: SLOTS[slot] for slot in slots})
        understood = understand(question, lexicon, NOW)
        assert understood.query is not None, f"{question}: {understood.draft}"
        assert understood.query.intent != "unknown", question


@pytest.mark.parametrize("intent", intents(), ids=lambda intent: intent.name)
def test_examples_name_only_what_their_intent_has_slots_for(intent: Intent) -> None:
    for example in intent.examples:
        assert set(neighbours.SLOT.findall(example)) <= set(intent.slots), example
        assert intent.required <= set(neighbours.SLOT.findall(example)), example


def test_no_wording_belongs_to_two_intents() -> None:
    wordings = [re.sub(r"\W+", " ", example).lower() for example, _ in canonical.examples()]
    assert len(wordings) == len(set(wordings))


def test_a_part_whose_slot_is_not_given_is_left_out() -> None:
    assert canonical.compose("live-at-site", {"site": "kelp-quay"}) == "what is live at kelp-quay"
    given = {"site": "kelp-quay", "date": "2025-07-20"}
    assert canonical.compose("live-at-site", given) == "what is live at kelp-quay on 2025-07-20"


@pytest.mark.parametrize(
    ("name", "slots", "said"),
    [
        ("live-at-site", {}, "lacks site"),
        ("live-at-site", {"site": ""}, "lacks site"),
        ("models", {"site": "kelp-quay"}, "takes no site"),
        ("sail-away", {}, "no intent"),
    ],
)
def test_a_question_with_other_slots_than_it_has_is_refused(name: str, slots: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        canonical.compose(name, slots)


def test_the_nearest_examples_speak_of_what_the_question_names(lexicon: Lexicon) -> None:
    found = canonical.nearest_examples("by whom was eta_forecast:2 given the green light", lexicon, NOW)
    example, name, slots = found[0]
    assert (name, slots) == ("approved-by", {"version": "eta_forecast:2"})
    assert "eta_forecast:2" in example
    assert len(found) == 8


@pytest.mark.skipif(not minilm.available(), reason="the packages with MiniLM's weights are missing")
def test_the_vectors_that_ship_are_those_of_the_examples() -> None:
    examples = tuple(example for example, _ in canonical.examples())
    embedder = minilm.MiniLmEmbedder()
    kept = neighbours._read(examples, embedder.name)
    assert kept is not None, "make them anew: python -m askreg.agent.offline.likely"
    some = range(0, len(examples), 97)
    made = embedder.embed([neighbours.spoken(examples[i]) for i in some])
    assert all(likeness(kept[i], vector) > 0.995 for i, vector in zip(some, made, strict=True))
