"""Verifying: the log replayed, and compared with every table."""

from pathlib import Path

from askreg.registry.registry import Registry
from benchmarks.data import ACTOR, Data
from benchmarks.measure import Measured, Stopwatch, Target, figure

_TARGET = Target(50_000, "events/s")


def verify(data: Data) -> list[Measured]:
    """Verify a log of registrations, with five rows to an event and more, and one of deployments."""
    return [
        _verified(data.catalogue(), "verify, 100,000 versions with three tags", rounds=3),
        _verified(data.deployments(), "verify, 1,000,000 events, mostly deployments", rounds=1),
    ]


def _verified(path: Path, name: str, *, rounds: int) -> Measured:
    rates, processor, events = [], [], 0
    with Registry.open(f"sqlite:///{path}", actor=ACTOR) as registry:
        for _ in range(rounds):
            watch = Stopwatch()
            found = registry.verify()
            wall, own = watch.rates(found.events)
            rates.append(wall)
            processor.append(own)
            events = found.events
            if not found.ok:
                raise RuntimeError(f"{path} does not verify: {found.problems[:3]}")
    note = f"{events:,} events; {figure(sorted(processor)[len(processor) // 2])} per second of processor time"
    return Measured(name, _TARGET, rates, [note])
