"""Registries of the evaluation by name: those of the question files, the demo, and generated ones.

Each is made and loaded once in a process and then copied, for what asks about it writes into it.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import RLock

from askreg import Registry
from askreg.errors import InvalidInput
from askreg.library import adding
from askreg.registry.manifest import load
from eval import generate
from eval.truth.base import NOW

REGISTRIES = Path(__file__).parent / "registries"
ACTOR = "examiner"
_SEED = re.compile(r"seed-(0|[1-9][0-9]*)")
_MAKING = RLock()


def build(name: str, folder: Path) -> Path:
    """Return the manifest of a registry with its documents beside it; what is not kept in a file is put in `folder`."""
    kept = REGISTRIES / f"{name}.yaml"
    if name in _kept():
        return kept
    _known(name)
    place = folder / name
    with _MAKING:
        made = _built(name)
        shutil.copytree(made.parent, place, dirs_exist_ok=True)
    return place / made.name


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Registry]:
    """Open a fresh copy of a loaded registry in `folder`, at the time of the questions, as the examiner."""
    _known(name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.db"
    for leftover in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        leftover.unlink(missing_ok=True)
    with _MAKING:
        shutil.copyfile(_loaded(name), path)
    with Registry.open(f"sqlite:///{path}", actor=ACTOR, clock=lambda: NOW) as registry:
        yield registry


def _kept() -> list[str]:
    return sorted(path.stem for path in REGISTRIES.glob("*.yaml"))


def _known(name: str) -> None:
    if name not in _kept() and name != "demo" and not _SEED.fullmatch(name):
        raise InvalidInput(f"there is no registry {name!r}; choose from {', '.join(_kept())}, demo and seed-N")


@cache
def _store() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="askreg-worlds-")


@cache
def _built(name: str) -> Path:
    """The manifest of the demo or of a seed in a folder of its own."""
    place = Path(_store().name) / name
    if name == "demo":
        from askreg.demo.build import build

        return build(place).manifest
    return generate.write(int(name.removeprefix("seed-")), place)


@cache
def _loaded(name: str) -> Path:
    """A closed database with all of a registry in it."""
    path = Path(_store().name) / f"{name}.db"
    manifest = REGISTRIES / f"{name}.yaml" if name in _kept() else _built(name)
    with Registry.open(f"sqlite:///{path}", actor=ACTOR, clock=lambda: NOW) as registry:
        load(registry, manifest)
        list(adding.read_registered(registry, manifest.parent))
    return path
