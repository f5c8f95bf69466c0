"""PROV and OpenLineage say what the record says, and other software reads them as they were meant."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.serde import Serde
from prov.model import ProvDocument

from askreg.registry import audit
from askreg.registry.registry import Registry
from askreg.reports.provenance import openlineage, w3c
from askreg.reports.provenance.lines import Summary
from askreg.reports.provenance.source import Source
from askreg.reports.provenance.summary import read
from reports.generated import generated


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    path: Path = tmp_path_factory.mktemp("exports") / "askreg.db"
    with generated(f"sqlite:///{path}", seed=7, models=20, versions=10) as registry:
        yield registry


def told(registry: Registry, *, models: int = 20, **limits: str) -> Iterator[tuple[Summary, Source]]:
    """Return the summary and source of every version of the first so many models."""
    with registry.view(as_of=limits.get("as_of")) as seen:
        outcome = audit.verify(seen.connection)
        for model in range(1, models + 1):
            for number in range(1, 11):
                source = Source(seen, f"risk-{model}:{number}")
                yield read(source, outcome=outcome, by="root.admin"), source


def test_prov_json_reads_as_it_was_written_for_all_of_two_hundred_versions(registry: Registry) -> None:
    for summary, source in told(registry):
        document = w3c.document(summary, source)
        written = document.serialize(format="json", indent=1)
        assert ProvDocument.deserialize(content=written, format="json") == document
        if source.version.version == 1:
            assert w3c.prov_json(summary, source) == f"{written}\n".encode()


def test_prov_n_reads_as_it_was_written(registry: Registry) -> None:
    for summary, source in told(registry, models=3):
        document = w3c.document(summary, source)
        again = ProvDocument.deserialize(content=w3c.prov_n(summary, source).decode(), format="provn")
        assert again == document


def test_the_same_record_gives_the_same_bytes(registry: Registry) -> None:
    (first, source), *_ = told(registry, models=1)
    (second, again), *_ = told(registry, models=1)
    assert first == second
    with registry.view() as seen:
        same = Source(seen, "risk-1:1")
        assert w3c.prov_json(first, same) == w3c.prov_json(second, same)
        assert openlineage.run_events(first, same) == openlineage.run_events(second, same)


def test_every_figure_of_prov_is_the_recorded_decimal(registry: Registry) -> None:
    seen = 0
    for summary, source in told(registry, models=5):
        entities = json.loads(w3c.prov_json(summary, source))["entity"]
        figures = [each for name, each in entities.items() if name.startswith("rec:figure/")]
        recorded = [m for e in source.version.evaluations for m in e.metrics]
        assert [each["askreg:value"]["$"] for each in figures] == [format(metric.value, "f") for metric in recorded]
        assert [each.get("askreg:low", {}).get("$") for each in figures] == [
            None if metric.ci is None else format(metric.ci[0], "f") for metric in recorded
        ]
        seen += len(figures)
    assert seen > 100


def test_everything_in_prov_names_its_event_and_hash(registry: Registry) -> None:
    with registry.view() as seen:
        hashes = {event.seq: event.hash for event in registry.history(everything=True, limit=10_000).events}
        source = Source(seen, "risk-1:10")
        summary = read(source, outcome=audit.verify(seen.connection), by="root.admin")
        document = json.loads(w3c.prov_json(summary, source))
    things = [*document["entity"].items(), *document["activity"].items()]
    bound = [each for name, each in things if not name.startswith("rec:log")]
    assert bound
    for each in bound:
        assert each["askreg:eventHash"] == hashes[int(each["askreg:event"]["$"])]


def test_prov_tells_the_training_data_with_its_role(registry: Registry) -> None:
    for summary, source in told(registry, models=2):
        document = json.loads(w3c.prov_json(summary, source))
        used = {
            (each["prov:activity"], each["prov:entity"])
            for each in document.get("used", {}).values()
            if each.get("prov:role", {}).get("$") == "askreg:training"
        }
        run = f"rec:run/{source.version.run}"
        training = [i.dataset for i in source.run.inputs if i.role == "training"] if source.run else []
        assert {(run, f"rec:{w3c.identifier(name)}") for name in training} <= used


def events(summary: Summary, source: Source) -> list[dict[str, Any]]:
    return [json.loads(line) for line in openlineage.run_events(summary, source).decode().splitlines()]


def rebuilt(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event made again with OpenLineage's own classes, which check what they are given."""
    run = Run(event["run"]["runId"], event["run"]["facets"])
    job = Job(event["job"]["namespace"], event["job"]["name"], event["job"]["facets"])
    made = RunEvent(
        eventType=RunState(event["eventType"]),
        eventTime=event["eventTime"],
        run=run,
        job=job,
        inputs=[InputDataset(each["namespace"], each["name"], each["facets"]) for each in event["inputs"]],
        outputs=[OutputDataset(each["namespace"], each["name"], each["facets"]) for each in event["outputs"]],
        producer=event["producer"],
    )
    found: dict[str, Any] = json.loads(Serde.to_json(made))
    return found


def test_openlineage_s_own_classes_make_the_same_events(registry: Registry) -> None:
    count = 0
    for summary, source in told(registry, models=4):
        for event in events(summary, source):
            again = rebuilt(event)
            assert {name: again[name] for name in ("eventType", "eventTime", "run", "job", "schemaURL")} == {
                name: event[name] for name in ("eventType", "eventTime", "run", "job", "schemaURL")
            }
            assert [each["name"] for each in again["inputs"]] == [each["name"] for each in event["inputs"]]
            count += 1
    assert count > 40


def test_every_facet_says_who_made_it_and_where_its_schema_is(registry: Registry) -> None:
    for summary, source in told(registry, models=2):
        for event in events(summary, source):
            facets = [*event["run"]["facets"].values(), *event["job"]["facets"].values()]
            facets += [facet for data in (*event["inputs"], *event["outputs"]) for facet in data["facets"].values()]
            assert all(facet["_producer"] == event["producer"] and ":" in facet["_schemaURL"] for facet in facets)


def test_openlineage_tells_what_each_run_used_and_made(registry: Registry) -> None:
    for summary, source in told(registry, models=2):
        if source.run is None:
            continue
        (training,) = [
            event
            for event in events(summary, source)
            if event["run"]["facets"].get("askreg_run", {}).get("id") == source.version.run
        ]
        used = {(i["name"], i["facets"]["version"]["datasetVersion"]) for i in training["inputs"]}
        assert used == {(f"dataset/{d}", v) for d, v in (i.dataset.split("@") for i in source.run.inputs)}
        (made,) = training["outputs"]
        assert (made["name"], made["facets"]["version"]["datasetVersion"]) == (
            f"model/{source.version.model}",
            str(source.version.version),
        )
        figures = [m for e in events(summary, source) for m in _metrics(e)]
        assert sorted(Decimal(m["value"]) for m in figures) == sorted(
            m.value for e in source.version.evaluations for m in e.metrics
        )


def _metrics(event: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = event["run"]["facets"].get("askreg_evaluation", {}).get("metrics", [])
    return found
