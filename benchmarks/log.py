"""Verifying: the log replayed, and compared with every table."""

from pathlib import Path

from askreg.registry.registry import Registry
from benchmarks.data import ACTOR, Data
from benchmarks.measure import Measured, Target, rate

_TARGET = Target(50_000, "events/s")


def verify(data: Data) -> list[Measured]:
    """Verify a log of registrations, with five rows to an event and more, and one of deployments."""
    return [
        _verified(data.catalogue(), "verify, 100,000 versions with three tags", rounds=3),
        _verified(data.deployments(), "verify, 1,000,000 events, mostly deployments", rounds=1),
    ]


def _verified(path: Path, name: str, *, rounds: int) -> Measured:
    with Registry.open(f"sqlite:///{path}", actor=ACTOR) as registry:
        events = registry.head().seq

        def check() -> None:
            found = registry.verify()
            if not found.ok:
                raise RuntimeError(f"{path} does not verify: {found.problems[:3]}")

        return Measured(name, _TARGET, [rate(events, check) for _ in range(rounds)], [f"{events:,} events"])
