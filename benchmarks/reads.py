"""Reading: one version, a search, a graph, and what was live on a day."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from askreg.registry.registry import Registry
from benchmarks import generate
from benchmarks.data import ACTOR, Data
from benchmarks.measure import Measured, Sample, Target, milliseconds


def alias(data: Data) -> list[Measured]:
    """Look up versions by alias, among 100,000."""
    chance = data.chance()
    with _opened(data.catalogue()) as registry, _statements() as statements:
        subjects = [f"model-{chance.randrange(1000)}@champion" for _ in range(2000)]
        samples, counted = _counted(statements, [_version(registry, subject) for subject in subjects])
    return [
        Measured("version by alias, of 100,000 versions", Target(0.5, "ms"), samples, [f"{counted} for each look-up"])
    ]


def search(data: Data) -> list[Measured]:
    """Search 100,000 versions by three tags, a page of 50."""
    chance = data.chance()
    found: list[int] = []

    def searching(registry: Registry, wanted: dict[str, str]) -> Callable[[], None]:
        return lambda: found.append(registry.find_versions(tags=wanted).total)

    with _opened(data.catalogue()) as registry, _statements() as statements:
        wanted = [generate.tags(chance) for _ in range(300)]
        samples, counted = _counted(statements, [searching(registry, each) for each in wanted])
    totals = sorted(found[-len(wanted) :])
    note = f"{counted} for each search; {totals[0]:,} to {totals[-1]:,} hits, {totals[len(totals) // 2]:,} median"
    return [Measured("three-tag search, of 100,000 versions", Target(20, "ms", "p95"), samples, [note])]


def lineage(data: Data) -> list[Measured]:
    """Walk down from a dataset version to all that came of it, among 1,000,000 edges."""
    chance = data.chance()
    sizes: list[tuple[int, int]] = []

    def walking(registry: Registry, subject: str) -> Callable[[], None]:
        def walk() -> None:
            graph = registry.lineage(subject, direction="down")
            sizes.append((len(graph.nodes), len(graph.edges)))

        return walk

    with _opened(data.lineage()) as registry, _statements() as statements:
        subjects = [f"data-{chance.randrange(250)}@0" for _ in range(40)]
        samples, counted = _counted(statements, [walking(registry, subject) for subject in subjects])
    nodes, edges = min(sizes)
    note = f"{counted} for each walk; at least {nodes:,} nodes and {edges:,} edges found"
    return [Measured("downstream lineage of 1,000 nodes, of 1,000,000 edges", Target(100, "ms"), samples, [note])]


def as_of(data: Data) -> list[Measured]:
    """Ask what was live on a day: everywhere, and at one site."""
    chance = data.chance()
    days = (generate.NOW - generate.START).days
    found: list[int] = []

    def asking(registry: Registry, **where: str) -> Callable[[], None]:
        day = generate.START.fromordinal(generate.START.toordinal() + chance.randrange(days // 10, days)).date()
        return lambda: found.append(len(registry.deployed(as_of=day, **where).deployments))

    results = []
    with _opened(data.deployments()) as registry, _statements() as statements:
        for name, sites in (("everywhere", []), ("at one site", [f"site-{number}" for number in range(100)])):
            calls = [asking(registry, **({"site": chance.choice(sites)} if sites else {})) for _ in range(200)]
            samples, counted = _counted(statements, calls)
            live = sorted(found[-len(calls) :])
            note = f"{counted} for each; {live[0]} to {live[-1]} live"
            title = f"deployed as of a day, {name}, of 1,000,000 events"
            results.append(Measured(title, Target(50, "ms", "p99"), samples, [note]))
    return results


def _version(registry: Registry, subject: str) -> Callable[[], Any]:
    return lambda: registry.version(subject)


def _counted(statements: list[str], calls: Sequence[Callable[[], object]]) -> tuple[list[Sample], str]:
    """Return how long the calls took, after one to warm up, and how many statements one ran."""
    calls[0]()
    counts = set()

    def counting(call: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            statements.clear()
            call()
            counts.add(len(statements))

        return run

    samples = milliseconds(counting(call) for call in calls)
    return samples, f"{' or '.join(str(count) for count in sorted(counts))} statements"


@contextmanager
def _statements() -> Iterator[list[str]]:
    """Yield a list to which every statement that is run is added."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def _opened(path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{path}", actor=ACTOR) as registry:
        yield registry
