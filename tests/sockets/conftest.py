import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from agent.small import fill
from clocks import Clock

from askreg.registry.registry import Registry

from .anthropic_server import AnthropicServer
from .model_server import ModelServer
from .ollama_server import OllamaServer
from .steps import Script

Serve = Callable[..., ModelServer]
KINDS: dict[str, type[ModelServer]] = {"claude": AnthropicServer, "ollama": OllamaServer}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers of a protocol with a script; afterwards no client has sent them what the real API refuses."""
    started: list[ModelServer] = []

    def start(protocol: str, script: Script, **given: Any) -> ModelServer:
        started.append(KINDS[protocol](script, **given))
        return started[-1]

    yield start
    for server in started:
        server.close()
    assert [crash for server in started for crash in server.wire.crashes] == []
    assert [complaint for server in started for complaint in server.complaints] == []


@pytest.fixture(params=["claude", "ollama"])
def protocol(request: pytest.FixtureRequest) -> str:
    """Each protocol in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sockets") / "askreg.db"
    with Registry.open(f"sqlite:///{path}", actor="ada.osei", clock=lambda: datetime(2026, 7, 1, tzinfo=UTC)) as made:
        fill(made)
    return path


@pytest.fixture
def registry(_filled: Path, tmp_path: Path, clock: Clock) -> Iterator[Registry]:
    """The small registry, of the test's own."""
    path = shutil.copy(_filled, tmp_path / "askreg.db")
    with Registry.open(f"sqlite:///{path}", actor="ada.osei", clock=clock) as opened:
        yield opened
