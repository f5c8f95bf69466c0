"""What is known of a question before a small model selects: the intents it may have, and the names it may be about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from askreg.agent.offline import canonical, coverage
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.offline.link import link
from askreg.agent.offline.phrases import Phrases, Tok
from askreg.agent.offline.understanding import understand
from askreg.agent.thread import Turn
from askreg.registry.tables import Role, Sensitivity, StageName

NEAREST = 40
"""Examples that are looked at; their intents are those to choose from."""
MOST_INTENTS, MOST_NAMES = 12, 20
_PREPOSITION = re.compile(r"^(?:on|in|at|as of|as at|during|by|of)\s+", re.IGNORECASE)
_SLOT_OF = {"model": "model", "version": "version", "dataset": "dataset", "dataset_version": "dataset",
            "person": "person", "site": "site", "place": "site", "metric": "metric", "alias": "alias",
            "cohort": "cohort", "framework": "framework"}  # fmt: skip
_CLOSED = {"stage": get_args(StageName), "sensitivity": get_args(Sensitivity), "role": get_args(Role)}


@dataclass(frozen=True, slots=True)
class Sketch:
    """A question beside the known ones that are near to it."""

    question: str
    intents: tuple[canonical.Intent, ...]
    examples: tuple[tuple[str, str, dict[str, str]], ...]
    """The nearest known questions, with their intent and what the question gives for its slots."""
    candidates: dict[str, tuple[str, ...]]
    """For each slot of those intents, the names that may fill it."""
    lexicon: Lexicon
    now: datetime

    def left_out(self, selected: str) -> list[str] | None:
        """Return the words whose meaning a selected question has lost; None when it cannot be read itself."""
        query = understand(selected, self.lexicon, self.now).query
        if query is None:
            return None
        unknown = understand(self.question, self.lexicon, self.now).unread or ()
        return [*unknown, *coverage.missing(_tokens(self.question, self.lexicon, self.now), query)]

    @property
    def settled(self) -> bool:
        """Whether the question is read as it stands, or known to be none that the record could answer."""
        return understand(self.question, self.lexicon, self.now).unread is None


def sketch(
    question: str, lexicon: Lexicon, now: datetime, turns: Sequence[Turn] = (), likeness: Likeness = WHOLE
) -> Sketch:
    """Return what is known of a question; what the answer before named may be meant too."""
    nearest = canonical.nearest_examples(question, lexicon, now, limit=NEAREST, likeness=likeness)
    near = dict.fromkeys(intent for _, intent, _ in nearest)
    chosen = [intent for name in [*near][:MOST_INTENTS] for intent in canonical.intents() if intent.name == name]
    slots = dict.fromkeys(slot for intent in chosen for slot in intent.slots)
    named = _named(_tokens(question, lexicon, now), lexicon)
    for turn in turns[-1:]:
        for slot, names in _told(turn).items():
            named.setdefault(slot, []).extend(names)
    candidates = {slot: _candidates(slot, named, lexicon) for slot in slots}
    kept = {intent.name for intent in chosen} if likeness.examples else set()
    examples = [row for row in nearest if row[1] in kept]
    return Sketch(question, tuple(chosen), tuple(examples), candidates, lexicon, now)


def _tokens(question: str, lexicon: Lexicon, now: datetime) -> list[Tok]:
    return Phrases(link(question, lexicon, now).items, lexicon).tokens()


def _named(tokens: Iterable[Tok], lexicon: Lexicon) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tok in tokens:
        item = tok.item
        meant = [a for a in coverage.atoms(tok.node) if isinstance(a, Entity)] if tok.node else item.entities
        for entity in meant:
            for slot, name in _fills(entity):
                found.setdefault(slot, []).append(name)
        if item.date is not None and item.date.relation in ("at", "as_of"):
            found.setdefault("date", []).append(_PREPOSITION.sub("", item.date.text))
        if item.number is not None:
            found.setdefault("number", []).append(item.text)
    if "version" not in found:
        every = [f"{model}:{number}" for model in found.get("model", ()) for number in sorted(lexicon.versions[model])]
        found["version"] = every
    return found


def _fills(entity: Entity) -> Iterator[tuple[str, str]]:
    slot = _SLOT_OF.get(entity.kind)
    if slot is None or not entity.exists:
        return
    yield slot, entity.head if slot == "site" else entity.name
    if slot == "version":
        yield "model", entity.head


def _told(turn: Turn) -> dict[str, list[str]]:
    """Return what an answer's facts are about."""
    found: dict[str, list[str]] = {}
    for text in (text for fact in turn.facts for text in (fact.subject, fact.value)):
        if re.fullmatch(r"[\w.-]+:\d+", text):
            found.setdefault("version", []).append(text)
            found.setdefault("model", []).append(text.rpartition(":")[0])
        elif re.fullmatch(r"[\w.-]+@[\w.-]+", text):
            found.setdefault("dataset", []).append(text)
        elif re.fullmatch(r"[\w.-]+/[\w./-]+", text):
            found.setdefault("site", []).append(text.partition("/")[0])
    return found


def _candidates(slot: str, named: dict[str, list[str]], lexicon: Lexicon) -> tuple[str, ...]:
    if slot in _CLOSED:
        return _CLOSED[slot]
    slot = "version" if slot == "other" else slot
    found = list(dict.fromkeys(named.get(slot, ())))
    if not found and slot == "metric":
        found = sorted(lexicon.names.metrics)
    if not found and slot == "alias":
        found = sorted(lexicon.names.aliases)
    return tuple(found[:MOST_NAMES])
