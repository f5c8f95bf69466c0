"""Registries of a given size, the same for the same seed, written through the unit of work as a load would.

So each event is chained and each row is checked, and `verify` passes on all of them.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from askreg.registry import lifecycle, writes
from askreg.registry.registry import Registry
from askreg.registry.unit import Unit

NOW = datetime(2026, 7, 1, tzinfo=UTC)
"""What the clock says while they are written."""
START = datetime(2020, 1, 1, tzinfo=UTC)

TAGS = {"site": 25, "team": 40, "tier": 8}
"""Tag keys and how many values each has; the n-th value is n times as rare as the first."""
PEOPLE = [f"person-{number}" for number in range(50)]
ENVIRONMENTS = ("icu", "ed", "or", "lab", "ward")


def catalogue(registry: Registry, chance: random.Random, *, versions: int) -> None:
    """Write versions, 100 to a model, with three tags each; and an alias `champion` on one of each model's."""
    with registry.unit(origin="manifest") as unit:
        _people(unit)
        moments = _moments(versions * 11 // 10 + 1)
        for number in range(versions // 100):
            model = f"model-{number}"
            writes.register_model(unit, name=model, task="classification", at=next(moments), by=chance.choice(PEOPLE))
            for _ in range(100):
                writes.register_version(
                    unit,
                    model=model,
                    artifact=_artifact(chance),
                    framework="scikit-learn 1.9",
                    tags=tags(chance),
                    at=next(moments),
                    by=chance.choice(PEOPLE),
                )
            champion = chance.randint(1, 100)
            lifecycle.set_alias(unit, model=model, alias="champion", version=champion, at=next(moments))


def deployments(registry: Registry, chance: random.Random, *, events: int) -> None:
    """Write that many events: versions that go to production, then go live and are withdrawn at 500 places."""
    with registry.unit(origin="manifest") as unit:
        _people(unit)
        moments = _moments(events)
        versions = [subject for number in range(events // 2500) for subject in _in_production(unit, number, moments)]
        places = [(f"site-{site}", environment) for site in range(100) for environment in ENVIRONMENTS]
        live: dict[tuple[str, str], str] = {}
        while unit.seq < events:
            site, environment = place = chance.choice(places)
            given: dict[str, Any] = {"site": site, "environment": environment, "at": next(moments)}
            given["by"] = chance.choice(PEOPLE)
            if place in live:
                lifecycle.withdraw(unit, version=live.pop(place), **given)
            else:
                live[place] = chance.choice(versions)
                lifecycle.deploy(unit, version=live[place], **given)


def lineage(registry: Registry, chance: random.Random, *, edges: int) -> None:
    """Write families of 1,000 nodes and 4,000 edges that all descend from one dataset version each."""
    with registry.unit(origin="manifest") as unit:
        _people(unit)
        moments = _moments(edges // 3)
        for number in range(edges // 4000):
            _family(unit, chance, number, moments)


def tags(chance: random.Random) -> dict[str, str]:
    """Return three tags, common ones more often than rare ones."""
    return {key: f"{key}-{_skewed(chance, values)}" for key, values in TAGS.items()}


def _family(unit: Unit, chance: random.Random, number: int, moments: Iterator[str]) -> None:
    """Write 200 states of a dataset, 400 runs and 400 versions, each made from earlier ones."""
    data, model = f"data-{number}", f"model-{number}"
    writes.register_dataset(unit, name=data, at=next(moments))
    writes.register_model(unit, name=model, task="classification", at=next(moments))
    states: list[str] = []
    for state in range(200):
        sources = chance.sample(states, min(len(states), 5))
        writes.register_dataset_version(unit, dataset=data, version=f"{state}", derived_from=sources, at=next(moments))
        states.append(f"{data}@{state}")
    for version in range(1, 401):
        used = [{"dataset": state, "role": "training"} for state in chance.sample(states, 5)]
        run = f"run-{number}-{version}"
        writes.register_run(unit, id=run, inputs=used, at=next(moments))
        base = f"{model}:{chance.randint(1, version - 1)}" if version > 1 else None
        writes.register_version(unit, model=model, run=run, base=base, at=next(moments))
        if version % 2:
            figures = {"auroc": {"value": f"0.{chance.randint(700, 950)}", "n": 1200}}
            subject = f"{model}:{version}"
            writes.evaluate(unit, version=subject, dataset=chance.choice(states), metrics=figures, at=next(moments))


def _in_production(unit: Unit, number: int, moments: Iterator[str]) -> list[str]:
    """Write a model with 20 versions, all of which go to production; return them."""
    model = f"model-{number}"
    writes.register_model(unit, name=model, task="classification", at=next(moments))
    subjects = [f"{model}:{version}" for version in range(1, 21)]
    for subject in subjects:
        writes.register_version(unit, model=model, at=next(moments))
        for stage in ("validation", "approved", "production"):
            lifecycle.move(unit, version=subject, stage=stage, at=next(moments))
    return subjects


def _people(unit: Unit) -> None:
    for name in PEOPLE:
        writes.register_person(unit, name=name, display=name.title(), roles=["scientist"])


def _moments(count: int) -> Iterator[str]:
    """Yield instants in order, evenly spread, the last before now."""
    step = (NOW - START) / (count + 1)
    for number in range(1, count + 1):
        yield (START + number * step).isoformat()


def _skewed(chance: random.Random, values: int) -> int:
    return chance.choices(range(values), weights=[1 / (value + 1) for value in range(values)])[0]


def _artifact(chance: random.Random) -> dict[str, Any]:
    digest = f"sha256:{chance.getrandbits(256):064x}"
    return {"uri": f"s3://models/{digest[7:19]}", "digest": digest, "size": chance.randint(10_000, 10_000_000)}
