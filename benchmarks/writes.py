"""Writing: one version at a time, durably, and whole manifests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from askreg.registry import manifest
from askreg.registry.registry import Registry
from benchmarks.data import ACTOR, Data
from benchmarks.generate import tags
from benchmarks.measure import Measured, Sample, Target, milliseconds, rate

_ROUNDS, _WRITES = 5, 400


def register(data: Data) -> list[Measured]:
    """Register versions, each durable with its event before the call returns."""
    rates, each = [], []
    chance = data.chance()
    with data.fresh() as directory, _empty(directory / "register.db") as registry:

        def one() -> None:
            registry.register_version(model="m", framework="scikit-learn 1.9", tags=tags(chance))

        registry.register_model(name="m")
        milliseconds([one] * 50)  # what the first write has to import is not its price
        for _ in range(_ROUNDS):
            rates.append(rate(_WRITES, lambda: each.extend(milliseconds([one] * _WRITES))))
        synchronous = _synchronous(registry)
    call = Measured("one call", Target(1, "ms"), each)
    notes = [
        f"one transaction each, WAL, synchronous={synchronous}; {_WRITES} in each of {_ROUNDS} rounds",
        f"a call takes {call.shown('median')} ms median, {call.shown('p99')} ms p99",
    ]
    return [Measured("register a version, durable with its event", Target(400, "versions/s"), rates, notes)]


def load_yaml(data: Data) -> list[Measured]:
    """Load a YAML manifest of 10,000 versions."""
    return [_load(data, "yaml")]


def load_json(data: Data) -> list[Measured]:
    """Load a JSON manifest of 10,000 versions."""
    return [_load(data, "json")]


def _load(data: Data, suffix: str) -> Measured:
    source = data.manifest(suffix)
    rates: list[Sample] = []
    counts: dict[str, int] = {}
    for _ in range(3):
        with data.fresh() as directory, _empty(directory / "load.db") as registry:
            rates.append(rate(10_000, lambda: counts.update(manifest.load(registry, source).counts)))
    added = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    name = f"load a manifest of 10,000 versions ({suffix.upper()})"
    notes = [f"with three tags and an evaluation each; added {added}"]
    return Measured(name, Target(3000, "versions/s"), rates, notes)


@contextmanager
def _empty(path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{path}", actor=ACTOR) as registry:
        yield registry


def _synchronous(registry: Registry) -> str:
    with registry.view() as view:
        level = view.connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    return {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}[level]
