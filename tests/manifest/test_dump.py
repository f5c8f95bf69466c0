"""A dump is the record again: loaded into an empty registry it reads, and dumps, the same."""

import copy
import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from clocks import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manifest.conftest import Fresh
from manifest.examples import WHOLE
from manifest.strategies import manifests
from pydantic import BaseModel
from sqlalchemy import text as sql

from askreg.errors import NotFound
from askreg.registry.manifest import dump, loads
from askreg.registry.registry import Registry

MANY = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def loaded(text: str, name: str = "r.json", base: Path | None = None) -> Registry:
    registry = Registry.open("sqlite://", actor="root", clock=Clock(datetime(2026, 7, 1, tzinfo=UTC)))
    loads(registry, text, name=name, base=base)
    return registry


def events(registry: Registry) -> Counter[tuple[Any, ...]]:
    query = "SELECT occurred_at, actor, action, subject FROM event"
    with registry.view() as view:
        return Counter(tuple(row) for row in view.connection.execute(sql(query)))


@MANY
@given(manifests())
def test_any_manifest_makes_the_round_trip(manifest: dict[str, Any]) -> None:
    with loaded(json.dumps(manifest)) as first:
        text = dump(first)
        with loaded(text, "r.yaml") as second:
            assert dump(second) == text
            assert events(second) == events(first)
            assert loads(first, text, name="r.yaml").unchanged
        with loaded(dump(first, format="json")) as third:
            assert dump(third) == text


@MANY
@given(manifests())
def test_any_manifest_may_be_loaded_twice(manifest: dict[str, Any]) -> None:
    with loaded(json.dumps(manifest)) as registry:
        again = loads(registry, json.dumps(manifest), name="r.json")
        assert (again.events, again.unchanged) == (0, True)


@MANY
@given(manifests(), st.randoms(use_true_random=False))
def test_the_order_of_lists_does_not_matter(manifest: dict[str, Any], chance: random.Random) -> None:
    shuffled = _shuffled(copy.deepcopy(manifest), chance)
    with loaded(json.dumps(manifest)) as first, loaded(json.dumps(shuffled)) as second:
        assert dump(first) == dump(second)


@MANY
@given(manifests(), st.randoms(use_true_random=False))
def test_a_part_first_and_then_the_whole_is_the_whole(manifest: dict[str, Any], chance: random.Random) -> None:
    part = _without_some(copy.deepcopy(manifest), chance)
    with loaded(json.dumps(manifest)) as whole, loaded(json.dumps(part)) as grown:
        loads(grown, json.dumps(manifest), name="r.json")
        assert dump(grown) == dump(whole)


def _shuffled(value: Any, chance: random.Random) -> Any:
    for model in value["models"]:
        for version in model["versions"]:
            for key in ("evaluations", "approvals", "stages", "aliases", "deployments"):
                chance.shuffle(version[key])
        chance.shuffle(model["versions"])
    for dataset in value["datasets"]:
        chance.shuffle(dataset["versions"])
    for key in ("people", "datasets", "runs", "models"):
        chance.shuffle(value[key])
    return value


def _without_some(value: Any, chance: random.Random) -> Any:
    for model in value["models"]:
        for version in model["versions"]:
            for key in ("evaluations", "approvals", "aliases", "deployments"):
                version[key] = [entry for entry in version[key] if chance.random() < 0.5]
            version["stages"] = version["stages"][: chance.randint(0, 3)]
            for entry in version["deployments"]:
                if not any(_later(entry, other) for other in version["deployments"]):
                    entry.pop("until", None)
    return value


def _later(entry: Any, other: Any) -> bool:
    return bool(other["site"] == entry["site"] and other["at"] > entry["at"])


def test_a_whole_registry_dumps_the_same_from_both_back_ends(registry: Registry, fresh: Fresh, folder: Path) -> None:
    loads(registry, WHOLE, name="r.yaml", base=folder)
    text = dump(registry)
    copy_of_it = fresh()
    loads(copy_of_it, text, name="dump.yaml", base=folder)
    assert dump(copy_of_it) == text


@pytest.mark.parametrize("as_of", ["2025-05-31", "2025-06-12", "2025-06-30", "2026-01-05", "2026-03-15", None])
def test_a_loaded_dump_answers_the_same_as_of_any_instant(fresh: Fresh, folder: Path, as_of: str | None) -> None:
    original, loaded_again = fresh(), fresh()
    loads(original, WHOLE, name="r.yaml", base=folder)
    loads(loaded_again, dump(original), name="dump.yaml", base=folder)
    assert answers(loaded_again, as_of) == answers(original, as_of)


def answers(registry: Registry, as_of: str | None) -> list[Any]:
    """Return what a registry says of everything, less the handles into its own log."""
    told: list[Any] = [registry.deployed(as_of=as_of), registry.find_versions(), registry.gaps()]
    for subject in ("sepsis-risk", "icu-stays", "icu-stays@2025-06", "run:run-17", "sepsis-risk:1", "sepsis-risk:2"):
        try:
            told += [registry.show(subject, as_of=as_of), registry.lineage(subject, as_of=as_of)]
        except NotFound as error:
            told.append(str(error))
    return [_without_events(item) for item in told]


def _without_events(value: Any) -> Any:
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _without_events(item) for key, item in value.items() if key not in ("event", "content")}
    if isinstance(value, list):
        return [_without_events(item) for item in value]
    return value


def test_a_dump_reads_as_the_manifest_it_was_loaded_from(fresh: Fresh, folder: Path) -> None:
    registry = fresh()
    loads(registry, WHOLE, name="r.yaml", base=folder)
    dumped = yaml.safe_load(dump(registry))
    version = dumped["models"][0]["versions"][0]
    assert version["framework"] == "1.10"
    assert dumped["datasets"][1]["versions"][1]["version"] == "2025.10"
    assert version["evaluations"][1]["metrics"]["auroc"] == {"value": 0.871, "n": 1200, "ci": [0.852, 0.889]}
    assert "value: 0.8710, n: 1200" in dump(registry)
    assert [move["stage"] for move in version["stages"]] == ["validation", "production"]
    assert json.loads(dump(registry, format="json"))["models"][0]["name"] == "sepsis-risk"


def test_what_was_written_without_a_manifest_makes_the_round_trip(fresh: Fresh) -> None:
    registry = fresh()
    registry.register_model(name="bare")
    registry.register_dataset_version(dataset="icu", version="v1")
    registry.register_version(model="bare", artifact={"uri": ""})
    registry.set_alias(model="bare", alias="candidate", version=1)
    registry.move(version="bare:1", stage="validation")
    registry.move(version="bare:1", stage="experimental", reason="no")
    text = dump(registry)
    other = fresh()
    loads(other, text, name="dump.yaml")
    assert dump(other) == text


def test_an_empty_registry_dumps_an_empty_manifest(fresh: Fresh) -> None:
    text = dump(fresh())
    assert text == "askreg: 1\n"
    assert loads(fresh(), text, name="dump.yaml").counts == {}


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_numbers_survive_other_readers(fresh: Fresh, format: Any) -> None:
    registry = fresh()
    params = {"small": 1e-07, "large": 1e300, "whole": 2.0**60, "plain": 0.1}
    registry.register_run(id="r", params=params)
    text = dump(registry, format=format)
    read = yaml.safe_load(text) if format == "yaml" else json.loads(text)
    assert read["runs"][0]["params"] == params
