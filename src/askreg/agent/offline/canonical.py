"""The intents that a question may have: each with one question that is surely understood, and ways people ask it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from askreg.agent.offline import neighbours
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.offline.link import link
from askreg.agent.offline.phrases import Phrases, Tok
from askreg.errors import InvalidInput

SLOT = re.compile(r"\{(\w+)\}")
_PART = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that is asked of the registry."""

    name: str
    description: str
    canonical: str
    """The question that asks it, with `{slots}`; a part in brackets may be left out."""
    slots: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def required(self) -> frozenset[str]:
        """Return the slots without which the question cannot be asked."""
        return frozenset(SLOT.findall(_PART.sub("", self.canonical)))


@cache
def intents() -> tuple[Intent, ...]:
    """Return every intent."""
    text = (Path(__file__).parent / "examples.json").read_text(encoding="utf-8")
    return tuple(
        Intent(
            name=name,
            description=row["description"],
            canonical=row["canonical"],
            slots=tuple(dict.fromkeys(SLOT.findall(row["canonical"]))),
            examples=tuple(row["examples"]),
        )
        for name, row in json.loads(text).items()
    )


def compose(intent_name: str, slots: Mapping[str, str]) -> str:
    """Return the question of an intent about these things; raises `InvalidInput` when one is missing or none of it."""
    intent = next((one for one in intents() if one.name == intent_name), None)
    if intent is None:
        raise InvalidInput(f"there is no intent {intent_name!r}; there are {', '.join(i.name for i in intents())}")
    given = {name: value for name, value in slots.items() if value}
    missing = sorted(intent.required - given.keys())
    if missing:
        raise InvalidInput(f"{intent_name!r} lacks {' and '.join(missing)}: it asks “{intent.canonical}”")
    strange = sorted(given.keys() - set(intent.slots))
    if strange:
        raise InvalidInput(f"{intent_name!r} takes no {' or '.join(strange)}: it asks “{intent.canonical}”")
    return filled(intent.canonical, given)


def filled(canonical: str, slots: Mapping[str, str]) -> str:
    """Return a question with its slots filled, without the parts whose slots are not given."""

    def part(found: re.Match[str]) -> str:
        return found.group(1) if set(SLOT.findall(found.group(1))) <= slots.keys() else ""

    return SLOT.sub(lambda m: slots.get(m.group(1), m.group()), _PART.sub(part, canonical))


def nearest_examples(
    question: str, lexicon: Lexicon, now: datetime, limit: int = 8, likeness: Likeness = WHOLE
) -> list[tuple[str, str, dict[str, str]]]:
    """Return the examples most like a question, each with its intent and what the question gives for its slots.

    An example's slots are filled with what the question names, and stay as they are where it names nothing.
    """
    tokens = Phrases(link(question, lexicon, now).items, lexicon).tokens()
    masked, named = neighbours.mask(tokens, question, likeness)
    by_name = {intent.name: intent for intent in intents()}
    found: list[tuple[str, str, dict[str, str]]] = []
    for example, name in neighbours.ranked(masked, examples(), embedder=likeness.embedder):
        slots = {slot: named[slot] for slot in by_name[name].slots if slot in named}
        found.append((filled(example, slots), name, slots))
        if len(found) == limit:
            break
    return found


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """Return every wording of every intent, with the intent's name."""
    return tuple(_pairs())


def _pairs() -> Iterator[tuple[str, str]]:
    """Yield each question with its intent: the canonical one in short and in full, then the examples."""
    for intent in intents():
        forms = (_PART.sub("", intent.canonical), _PART.sub(r"\1", intent.canonical), *intent.examples)
        for form in dict.fromkeys(forms):
            yield form, intent.name


def readings(tokens: list[Tok], text: str, *, limit: int = 3, likeness: Likeness = WHOLE) -> list[str]:
    """Return up to three questions near to this one, about the things that it names."""
    masked, named = neighbours.mask(tokens, text, likeness)
    by_name = {intent.name: intent for intent in intents()}
    result: dict[str, str] = {}
    for _, name in neighbours.ranked(masked, examples(), embedder=likeness.embedder)[:_NEAR]:
        intent = by_name[name]
        used = {slot for slot in intent.slots if slot in named}
        if name in result or not intent.required <= named.keys() or (named and not used):
            continue
        result[name] = filled(intent.canonical, {slot: named[slot] for slot in used})
        if len(result) == limit:
            break
    return list(result.values())


_NEAR = 40
"""So many of the nearest examples are looked at."""
