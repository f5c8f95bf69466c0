"""Questions that are known to be understood, as neighbours of one that is not: readings to choose from."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import Group, Holder, Thing
from askreg.agent.offline.phrases import Tok
from askreg.library.embedding import Embedder, LexicalEmbedder, Vector, nearest

_SLOT = re.compile(r"\{(\w+)\}")
_SLOTS = {"model": "model", "version": "version", "dataset": "dataset", "dataset_version": "dataset",
    "person": "person",
          "site": "site", "place": "site", "metric": "metric"}  # fmt: skip
_ALIKE = 0.3
"""Below this, a neighbour is none."""


@cache
def examples() -> dict[str, str]:
    """Return each example question and its intent."""
    text = (Path(__file__).parent / "examples.json").read_text(encoding="utf-8")
    return {question: intent for intent, questions in json.loads(text).items() for question in questions}


@cache
def _vectors(embedder: Embedder) -> list[tuple[str, Vector]]:
    questions = list(examples())
    return list(zip(questions, embedder.embed(questions), strict=True))


_EMBEDDER = LexicalEmbedder()


def readings(tokens: list[Tok], text: str, *, embedder: Embedder = _EMBEDDER, limit: int = 3) -> list[str]:
    """Return up to three questions near to this one, about the things that it names."""
    masked, named = mask(tokens, text)
    found = nearest(embedder.embed([masked])[0], _vectors(embedder), limit=40)  # type: ignore[arg-type]
    result: list[str] = []
    intents: set[str] = set()
    for example, score in found:
        slots = set(_SLOT.findall(example))
        if score < _ALIKE or not slots <= set(named) or (named and not slots) or examples()[example] in intents:
            continue
        intents.add(examples()[example])
        result.append(_SLOT.sub(lambda m: named[m.group(1)], example))
        if len(result) == limit:
            break
    return result


def mask(tokens: list[Tok], text: str) -> tuple[str, dict[str, str]]:
    """Return the question with its names masked, and the first name of each kind."""
    named: dict[str, str] = {}
    words: list[str] = []
    for tok in tokens:
        entity = _entity(tok)
        slot = _SLOTS.get(entity.kind) if entity is not None else None
        if entity is None or slot is None or not entity.exists:
            words.append(tok.item.text.lower())
            continue
        named.setdefault(slot, entity.name.split("/")[0] if slot == "site" else entity.name)
        if slot == "version":
            named.setdefault("model", entity.head)
        words.append("{" + slot + "}")
    return " ".join(words), named


def _entity(tok: Tok) -> Entity | None:
    node = tok.node
    if isinstance(node, Group):
        node = node.nodes[0]
    if isinstance(node, Holder):
        node = node.model
    if isinstance(node, Thing):
        return node.entity
    return tok.item.entity("metric") if tok.node is None else None
