"""Generates registries from seeds: another for every seed, and the same for the same one.

    python -m eval.generate SEED FOLDER

Every registry tells one story in other names, sizes and figures. A model of many versions (the *head*) has two that
look like it: *kin*, which was derived from it, and *second*. There are a bought *encoder*, a model that estimates a
*value* from it, one that sorts *text*, and some more. Between them they have all that is hard to ask about: diamonds,
figures that cannot be compared, gaps in time, approvals that lapsed, texts that give orders.
"""

from __future__ import annotations

import random
import sys
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from eval.generate_data import Calendar, Contradiction, Draft, Order, add_datasets
from eval.generate_lives import Fate, Line, Version, deployed, interrupted, lived, named
from eval.generate_names import cast
from eval.generate_texts import add_documents, add_orders, model_texts

__all__ = ["Contradiction", "Order", "contradictions", "manifest", "orders", "write"]

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
LAST_REGISTERED = 618
"""Later than on this day no version is registered, so that all that follows comes before the registries' clock."""
EXTRAS: tuple[tuple[Fate, ...], ...] = (
    ("serving",), ("retired", "serving"), ("serving", "approved"), ("shelved",), ("rejected", "validation"),
    ("approved",), ("serving", "serving", "shelved"),
)  # fmt: skip


def manifest(seed: int) -> dict[str, Any]:
    """The manifest of a seed; the texts of its documents are only written by `write`."""
    return deepcopy(_made(seed)[0])


def orders(seed: int) -> list[Order]:
    """The orders that stand in the texts of a seed's registry."""
    return list(_made(seed)[1].orders)


def contradictions(seed: int) -> list[Contradiction]:
    """Where a document of a seed's registry does not say what its record says: none with most seeds."""
    return list(_made(seed)[1].contradictions)


def write(seed: int, folder: Path) -> Path:
    """Write the manifest of a seed and its documents into a folder, and return the manifest's path."""
    content, draft = _made(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for document, text in draft.texts.items():
        (folder / document).parent.mkdir(parents=True, exist_ok=True)
        (folder / document).write_text(text, encoding="utf-8")
    path = folder / "manifest.yaml"
    path.write_text(yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


@lru_cache(maxsize=32)
def _made(seed: int) -> tuple[dict[str, Any], Draft]:
    rng = random.Random(seed)
    draft = Draft(rng, cast(rng), Calendar(rng))
    add_datasets(draft)
    lines = _lines(draft)
    for line in lines:
        draft.models[line.part] = _model(draft, line)
    lives = {line.part: lived(draft, line) for line in lines}
    _put_to_use(draft, lives)
    add_orders(draft, lives)
    add_documents(draft, lives)
    models = [_tidied(row) for row in draft.models.values()]
    rng.shuffle(models)
    content = {
        "askreg": 1,
        "metrics": {name: {"better": better, "unit": draft.cast.units[name]}
                    for name, better in ((draft.cast.lower, "lower"), (draft.cast.higher, "higher"))},
        "people": draft.cast.people,
        "datasets": draft.datasets,
        "runs": sorted(draft.runs, key=lambda run: str(run["at"])),
        "models": models,
        "documents": draft.documents,
    }  # fmt: skip
    return content, draft


def _lines(draft: Draft) -> list[Line]:
    """The fates of all versions of all models."""
    rng, cast = draft.rng, draft.cast
    head, encoder, people = cast.models["head"], cast.models["encoder"], cast.scientists
    more: list[Fate] = [rng.choice(("shelved", "serving")) for _ in range(rng.randint(1, 3))]
    kin: tuple[Fate, ...] = ("own", *rng.choice(((), ("rejected",), ("shelved",))), "serving", "validation")
    text: tuple[Fate, ...] = ("retired", *rng.choice(((), ("rejected",))), "serving", "approved")
    value: tuple[Fate, ...] = ("serving", *rng.choice(((), ("rejected",), ("retired", "rejected"))), "serving")
    second: tuple[Fate, ...] = ("skipped", *rng.choice(((), ("approved",))), "unapproved")
    end = LAST_REGISTERED - rng.randrange(20)
    lines = [
        Line(part="head", fates=("retired", "rejected", "serving", "lapsed", *more, "serving", "validation"),
             first=44, last=end, train="train", author=people[0]),
        Line(part="kin", fates=kin, first=130, last=end - 30, train="junior" if "junior" in cast.datasets else "train",
             author=people[1], bases={1: f"{head}:1", len(kin): f"{head}:5"}),
        Line(part="second", fates=second, first=230, last=end - 60, train="mix", author=people[0],
             bases={1: f"{head}:2"}),
        Line(part="encoder", fates=("bought", "bare"), first=60, last=200, train="target", author=cast.service,
             rootless=frozenset({2})),
        Line(part="value", fates=value, first=90, last=end - 40, train="target", author=people[-1], tested=True,
             bases={1: f"{encoder}:1"}),
        Line(part="text", fates=text, first=110, last=end - 20, train="mix", author=people[1]),
    ]  # fmt: skip
    extras = [part for part in cast.models if part.startswith("extra")]
    for part, fates in zip(extras, rng.sample(EXTRAS, len(extras)), strict=True):
        first = rng.randint(100, 260)
        author = rng.choice([*people, cast.service])
        lines.append(Line(part=part, fates=fates, first=first, last=first + 130, train="target", author=author))
    return lines


def _model(draft: Draft, line: Line) -> dict[str, Any]:
    cast = draft.cast
    owner = cast.auditor if line.part == "encoder" else line.author
    return {
        "name": cast.models[line.part], "task": cast.tasks[line.part], "owner": owner,
        **model_texts(draft, line.part), "versions": [],
    }  # fmt: skip


def _put_to_use(draft: Draft, lives: dict[str, list[Version]]) -> None:
    """Give aliases and places. The last of the kin runs beside the head; the head and the text leave a gap in time."""
    rng = draft.rng
    for part, found in lives.items():
        named(draft, found, cleared=part == "head", given_up=part == "second")
    deployed(draft, lives["head"], (0, 0), gap=rng.randint(16, 24))
    interrupted(draft, _last_served(lives["head"]), (1, 0))
    deployed(draft, lives["kin"], (2, 1))
    deployed(draft, [_last_served(lives["kin"])], (0, 0), delay=9)
    deployed(draft, lives["second"], (1, 1))
    deployed(draft, lives["value"], (2, 2))
    deployed(draft, lives["text"], (0, 2), gap=rng.randint(20, 28))
    deployed(draft, lives["text"][-2:], (3, 3), delay=14)
    for number, part in enumerate(part for part in lives if part.startswith("extra")):
        deployed(draft, lives[part], (number, 3), delay=4)


def _last_served(found: list[Version]) -> Version:
    return [made for made in found if made.production is not None][-1]


def _tidied(model: dict[str, Any]) -> dict[str, Any]:
    """A model without empty lists."""
    versions = [{key: value for key, value in row.items() if value != []} for row in model["versions"]]
    return model | {"versions": versions}


if __name__ == "__main__":
    seed, place = sys.argv[1:]
    sys.stdout.write(f"{write(int(seed), Path(place))}\n")
