"""Manifests to test with, and registries to load them into."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from clocks import Clock

from askreg.registry.registry import Registry

Fresh = Callable[[], Registry]


@pytest.fixture
def registry(backend_url: str, clock: Clock) -> Iterator[Registry]:
    """An empty registry of each kind in turn, acting for root."""
    with Registry.open(backend_url, actor="root", clock=clock) as registry:
        yield registry


@pytest.fixture
def fresh(tmp_path: Path, clock: Clock) -> Iterator[Fresh]:
    """Open one empty registry after another."""
    opened: list[Registry] = []
    number = count()

    def open_one() -> Registry:
        opened.append(Registry.open(f"sqlite:///{tmp_path / f'fresh-{next(number)}.db'}", actor="root", clock=clock))
        return opened[-1]

    yield open_one
    for registry in opened:
        registry.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with the documents that the manifests name."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "report.md").write_text("# Report\n")
    return tmp_path
