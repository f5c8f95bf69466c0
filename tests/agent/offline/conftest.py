from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from askreg.agent.answer import Answer, Asker
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.names import LEXICONS
from askreg.registry.manifest import load
from askreg.registry.registry import Registry

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
Ask = Callable[[str], Answer]


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The registry of `port.yaml`; nothing in it is clinical."""
    path = tmp_path_factory.mktemp("port") / "askreg.db"
    with Registry.open(f"sqlite:///{path}", actor="examiner", clock=lambda: NOW) as opened:
        load(opened, HERE / "port.yaml")
        yield opened


@pytest.fixture(scope="session")
def ask(port: Registry) -> Ask:
    """Ask the port's registry one question."""
    return Asker(port).ask


@pytest.fixture(scope="session")
def lexicon(port: Registry) -> Lexicon:
    """The port's names."""
    with port.view() as seen:
        return LEXICONS.of(seen)
