"""Registries with documents, and libraries that need no weights."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clocks import Clock

from askreg.library import adding
from askreg.library.embedding import LexicalEmbedder
from askreg.library.library import Library
from askreg.registry.registry import Registry

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
REPORT = """# Validation report

## Discrimination

The auroc of version 3 is 0.871 on the holdout.

## Limitations

Children were not studied. The score must not be used in pregnancy.
"""
ALL = frozenset(("public", "internal", "deidentified", "phi"))


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def registry(backend_url: str, clock: Clock) -> Iterator[Registry]:
    """A registry of each kind, with one model of three versions."""
    with Registry.open(backend_url, actor="ada.osei", clock=clock) as opened:
        filled(opened)
        yield opened


@pytest.fixture
def local(sqlite_url: str, clock: Clock) -> Iterator[Registry]:
    """The same in SQLite only."""
    with Registry.open(sqlite_url, actor="ada.osei", clock=clock) as opened:
        filled(opened)
        yield opened


def filled(registry: Registry) -> None:
    registry.register_model(name="sepsis-risk", task="classification")
    registry.register_model(name="falls-risk", task="classification")
    registry.register_dataset_version(dataset="holdout", version="1")
    for _ in range(3):
        registry.register_version(model="sepsis-risk")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library", make=LexicalEmbedder)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file and take it into a registry; gives the file."""

    def written(registry: Registry, path: str, text: str | bytes, **given: object) -> Path:
        file = tmp_path / "files" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        added = adding.add(registry, file, path, **given)  # type: ignore[arg-type]
        assert added.why is None, added.why
        return file

    return written
