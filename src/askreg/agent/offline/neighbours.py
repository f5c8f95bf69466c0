"""Which example questions are most like a question, once the names in it are masked.

The vectors of the examples ship with the package (`python -m askreg.agent.offline.likely` makes them anew), since
embedding a thousand sentences takes seconds; those of any other embedder are made when they are first needed.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from array import array
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from askreg.agent.offline.entities import Entity
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.offline.meaning import Bare, Group, Holder, Node, Thing
from askreg.agent.offline.phrases import Tok
from askreg.library.choose import embedder as chosen
from askreg.library.embedding import Embedder, Vector, likeness

SLOT = re.compile(r"\{(\w+)\}")
_KEPT = Path(__file__).parent / "examples.vectors"

_ENTITIES = {
    "model": "model", "version": "version", "dataset": "dataset", "dataset_version": "dataset", "person": "person",
    "site": "site", "environment": "site", "place": "site", "metric": "metric", "alias": "alias", "stage": "stage",
    "framework": "framework", "cohort": "cohort", "role": "role", "sensitivity": "sensitivity",
}  # fmt: skip
"""The slot that something named fills, by its kind."""
WORDS = {
    "version": "the model", "other": "the other model", "model": "the model", "dataset": "the dataset",
    "person": "the person", "site": "the hospital", "metric": "the metric", "date": "that day", "alias": "champion",
    "stage": "production", "number": "the number", "framework": "the framework", "cohort": "women", "role": "approver",
    "sensitivity": "public",
}  # fmt: skip
"""What stands for a name where sentences are compared: words that a sentence embedding has met."""


def ranked(masked: str, examples: tuple[tuple[str, str], ...], *, embedder: str = "auto") -> list[tuple[str, str]]:
    """Return the examples with what belongs to each, those most like a masked question first."""
    scores = scored(masked, tuple(example for example, _ in examples), embedder=chosen(embedder))
    order = sorted(range(len(examples)), key=lambda i: (-scores[i], i))
    return [examples[i] for i in order]


def scored(masked: str, examples: tuple[str, ...], *, embedder: Embedder | None = None) -> list[float]:
    """Return how like a masked question each example is."""
    made = embedder or chosen()
    (query,) = made.embed([spoken(masked)])
    known = vectors(examples, made)
    return [likeness(query, vector) for vector in known]


def spoken(masked: str) -> str:
    """Return a masked question in words."""
    return SLOT.sub(lambda m: WORDS.get(m.group(1), m.group(1)), masked)


def mask(tokens: list[Tok], text: str, likeness: Likeness = WHOLE) -> tuple[str, dict[str, str]]:
    """Return the question with its names masked (if they are to be), and the first name of each kind."""
    named: dict[str, str] = {}
    words: list[str] = []
    for tok in tokens:
        for slot, value in slots(tok):
            if slot == "version" and slot in named and named[slot] != value:
                slot = "other"
            named.setdefault(slot, value)
            words.append("{" + slot + "}")
            if slot in ("version", "other"):
                named.setdefault("model", re.split(r"[:@]", value)[0])
        if not slots(tok):
            words.append(tok.item.text.lower())
    return " ".join(words) if likeness.masking else text.lower(), named


def masks(tokens: list[Tok], text: str, likeness: Likeness = WHOLE) -> list[str]:
    """Return the question masked in each way: an alias may stand for its holder, or be asked of itself."""
    whole = mask(tokens, text, likeness)[0]
    apart = [replace(tok, node=Holder(tok.node.alias)) if isinstance(tok.node, Holder) else tok for tok in tokens]
    return list(dict.fromkeys((whole, mask(apart, text, likeness)[0])))


def slots(tok: Tok) -> list[tuple[str, str]]:
    """Return the slots that a token fills."""
    if tok.node is not None:
        nodes: tuple[Node, ...] = tok.node.nodes if isinstance(tok.node, Group) else (tok.node,)
        return [slot for node in nodes for slot in _of_node(node)]
    item = tok.item
    if item.date is not None:
        return [("date", item.date.first.isoformat() if item.date.single else item.date.text)]
    for entity in item.entities:
        slot = _ENTITIES.get(entity.kind)
        if slot is not None and entity.exists:
            return [(slot, _name(entity))]
    state = item.word("state", *_STAGES)
    if state is not None:
        return [("stage", state.sense)]
    return [("number", f"{item.number:g}")] if item.number is not None and not item.words else []


_STAGES = ("experimental", "validation", "approved", "production", "retired")


def _of_node(node: Node) -> list[tuple[str, str]]:
    if isinstance(node, Holder) and isinstance(node.model, Thing):
        return [("version", f"{node.model.entity.name}@{node.alias}")]
    if isinstance(node, Holder):
        return [("alias", node.alias)]
    if isinstance(node, Thing) and node.entity.exists and node.entity.kind in _ENTITIES:
        return [(_ENTITIES[node.entity.kind], _name(node.entity))]
    if isinstance(node, Bare):
        return [("number", str(node.number))]
    return []


def _name(entity: Entity) -> str:
    return entity.name.replace("/", " ") if entity.kind == "place" else entity.name


# The vectors of the examples ----------------------------------------------------------------------------------------


def vectors(examples: tuple[str, ...], embedder: Embedder) -> list[Vector]:
    """Return the vectors of example questions."""
    return _vectors(examples, embedder)  # type: ignore[arg-type]  # every embedder is hashable, by identity


@cache
def _vectors(examples: tuple[str, ...], embedder: Embedder) -> list[Vector]:
    kept = _read(examples, embedder.name)
    return kept if kept is not None else embedder.embed([spoken(example) for example in examples])


def key(examples: Sequence[str]) -> str:
    """Return what identifies these examples as they are compared."""
    return hashlib.sha256("\n".join(map(spoken, examples)).encode()).hexdigest()


def _read(examples: Sequence[str], name: str) -> list[Vector] | None:
    """Return the vectors that ship with the package, if they are of these examples by this embedder."""
    if not _KEPT.is_file():
        return None
    header, _, content = _KEPT.read_bytes().partition(b"\n")
    said = json.loads(header)
    if (said["embedder"], said["examples"]) != (name, key(examples)):
        return None
    cells, size = array("b", content), int(said["dimensions"])
    return [_unit(cells[at : at + size]) for at in range(0, len(cells), size)]


def keep(examples: Sequence[str], embedder: Embedder, path: Path = _KEPT) -> None:
    """Write the examples' vectors, each number as a signed byte."""
    made = embedder.embed([spoken(example) for example in examples])
    header = {"embedder": embedder.name, "examples": key(examples), "dimensions": len(made[0])}
    cells = array("b", (round(127 * x / max(map(abs, vector))) for vector in made for x in vector))
    path.write_bytes(json.dumps(header).encode() + b"\n" + cells.tobytes())


def _unit(cells: Sequence[int]) -> Vector:
    length = math.sqrt(sum(c * c for c in cells)) or 1.0
    return tuple(c / length for c in cells)
