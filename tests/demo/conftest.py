"""One build of the demo for all its tests: it takes a few seconds and nothing changes it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from askreg.demo import DemoFiles, build

pytest.importorskip("sklearn")
pytest.importorskip("skops")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return build(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def root(demo: DemoFiles) -> Path:
    return demo.manifest.parent


@pytest.fixture(scope="session")
def manifest(demo: DemoFiles) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(demo.manifest.read_text(encoding="utf-8"))
    return loaded
