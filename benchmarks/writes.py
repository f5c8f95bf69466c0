"""Writing: one version at a time, durably, and whole manifests."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from askreg.registry import manifest
from askreg.registry.registry import Registry
from benchmarks.data import ACTOR, Data
from benchmarks.generate import tags
from benchmarks.measure import Measured, Stopwatch, Target, figure

_ROUNDS, _WRITES = 5, 400


def register(data: Data) -> list[Measured]:
    """Register versions, each durable with its event before the call returns."""
    rates, processor, milliseconds = [], [], []
    chance = data.chance()
    with data.fresh() as directory, _empty(directory / "register.db") as registry:
        registry.register_model(name="m")
        _write(registry, chance, 50)  # what the first write has to import is not its price
        for _ in range(_ROUNDS):
            watch = Stopwatch()
            milliseconds += _write(registry, chance, _WRITES)
            wall, own = watch.rates(_WRITES)
            rates.append(wall)
            processor.append(own)
        synchronous = _synchronous(registry)
    each = Measured("each", Target(1, "ms"), milliseconds)
    return [
        Measured(
            "register a version, durable with its event",
            Target(400, "versions/s"),
            rates,
            [
                f"one transaction each, WAL, synchronous={synchronous}; {_WRITES} in each of {_ROUNDS} rounds",
                f"a call takes {each.shown('median')} ms median, {each.shown('p99')} ms p99; "
                f"{figure(sorted(processor)[_ROUNDS // 2])} per second of processor time",
            ],
        )
    ]


def load_yaml(data: Data) -> list[Measured]:
    """Load a YAML manifest of 10,000 versions."""
    return [_load(data, "yaml")]


def load_json(data: Data) -> list[Measured]:
    """Load a JSON manifest of 10,000 versions."""
    return [_load(data, "json")]


def _load(data: Data, suffix: str) -> Measured:
    source = data.manifest(suffix)
    rates, processor, counts = [], [], {}
    for _ in range(3):
        with data.fresh() as directory, _empty(directory / "load.db") as registry:
            watch = Stopwatch()
            counts = manifest.load(registry, source).counts
            wall, own = watch.rates(10_000)
        rates.append(wall)
        processor.append(own)
    added = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    return Measured(
        f"load a manifest of 10,000 versions ({suffix.upper()})",
        Target(3000, "versions/s"),
        rates,
        [
            f"with a checked reference, three tags and an evaluation each; added {added}",
            f"{figure(sorted(processor)[1])} per second of processor time",
        ],
    )


def _write(registry: Registry, chance: random.Random, count: int) -> list[float]:
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        registry.register_version(model="m", framework="scikit-learn 1.9", tags=tags(chance))
        taken.append((time.perf_counter() - start) * 1000)
    return taken


@contextmanager
def _empty(path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{path}", actor=ACTOR) as registry:
        yield registry


def _synchronous(registry: Registry) -> str:
    with registry.view() as view:
        level = view.connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    return {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}[level]
