"""The registries to measure, generated once per seed and kept between runs."""

import gc
import hashlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from askreg.registry import tables
from askreg.registry.registry import Registry
from benchmarks import generate, manifests

_GENERATORS: tuple[Path, ...] = (Path(tables.__file__), Path(generate.__file__), Path(manifests.__file__))
ACTOR = "ada.osei"


class Data:
    """A directory of generated registries. A change of the tables or of the generators makes new ones."""

    def __init__(self, directory: Path, *, seed: int, say: Callable[[str], None]) -> None:
        source = b"".join(path.read_bytes() for path in _GENERATORS)
        self.seed, self._say = seed, say
        self._directory = directory / f"{hashlib.sha256(source).hexdigest()[:10]}-seed{seed}"
        self._directory.mkdir(parents=True, exist_ok=True)

    def catalogue(self) -> Path:
        """Return a registry of 100,000 versions with three tags each."""
        return self._registry("catalogue", lambda reg, chance: generate.catalogue(reg, chance, versions=100_000))

    def deployments(self) -> Path:
        """Return a registry of 1,000,000 events."""
        return self._registry("deployments", lambda reg, chance: generate.deployments(reg, chance, events=1_000_000))

    def lineage(self) -> Path:
        """Return a registry of 1,000,000 edges."""
        return self._registry("lineage", lambda reg, chance: generate.lineage(reg, chance, edges=1_000_000))

    def manifest(self, suffix: str) -> Path:
        """Return a manifest of 10,000 versions, as YAML or JSON."""
        write = {"yaml": manifests.yaml_text, "json": manifests.json_text}[suffix]
        text: Callable[[Path], object] = lambda path: path.write_text(write(self.chance(), versions=10_000))  # noqa: E731
        return self._kept(f"manifest.{suffix}", text)

    def loaded(self) -> Path:
        """Return a registry made from the manifest."""
        from askreg.registry import manifest

        source = self.manifest("json")
        return self._registry("loaded", lambda reg, chance: manifest.load(reg, source))

    def demo(self) -> Path:
        """Return a home directory with the demo registry in it."""

        def build(home: Path) -> None:
            command = [sys.executable, "-m", "askreg", "--home", str(home), "demo"]
            subprocess.run(command, check=True, capture_output=True)

        return self._kept("demo", build)

    def chance(self) -> random.Random:
        """Return a new source of the same numbers."""
        return random.Random(self.seed)

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """Yield a directory that is deleted afterwards."""
        directory = self._directory / f"fresh-{os.getpid()}"
        directory.mkdir()
        try:
            yield directory
        finally:
            shutil.rmtree(directory)

    def _registry(self, name: str, fill: Callable[[Registry, random.Random], object]) -> Path:
        def make(path: Path) -> None:
            gc.disable()
            try:
                with Registry.open(f"sqlite:///{path}", actor=ACTOR, clock=lambda: generate.NOW) as registry:
                    fill(registry, self.chance())
            finally:
                gc.enable()

        return self._kept(f"{name}.db", make)

    def _kept(self, name: str, make: Callable[[Path], object]) -> Path:
        path = self._directory / name
        if not path.exists():
            self._say(f"making {name} …")
            start = time.perf_counter()
            partial = path.with_name(f"partial-{name}")
            for old in self._directory.glob(f"{partial.name}*"):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            make(partial)
            partial.rename(path)
            self._say(f"made {name} in {time.perf_counter() - start:.0f} s")
        return path
