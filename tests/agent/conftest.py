import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clocks import Clock

from askreg.registry.registry import Registry

from .small import fill


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "askreg.db"
    with Registry.open(f"sqlite:///{path}", actor="ada.osei", clock=lambda: datetime(2026, 7, 1, tzinfo=UTC)) as made:
        fill(made)
    return path


@pytest.fixture
def registry(_filled: Path, tmp_path: Path, clock: Clock) -> Iterator[Registry]:
    """A small registry of the test's own: two models, three versions, evaluations, an approval, deployments."""
    path = shutil.copy(_filled, tmp_path / "askreg.db")
    with Registry.open(f"sqlite:///{path}", actor="ada.osei", clock=clock) as opened:
        yield opened
