"""Provenance as OpenLineage run events: how the version and those before it were trained, and how it was evaluated.

Datasets and models are datasets of the log's namespace, with what OpenLineage has no facet for in facets of askreg's
own. The record holds one instant of a run, so each is told by one event, its completion.
"""

import json
import uuid
from typing import Any

from askreg import __version__
from askreg.registry import reads
from askreg.registry.checkpoints import origin
from askreg.registry.results import EvaluationView
from askreg.reports.provenance.lines import Summary
from askreg.reports.provenance.origin import figures
from askreg.reports.provenance.source import Source

EVENT_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
VERSION_SCHEMA = (
    "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"
)
PRODUCER = f"urn:askreg:software:{__version__}"

Facet = dict[str, Any]


def run_events(summary: Summary, source: Source) -> bytes:
    """Return one event a line, in order of time."""
    lines = [json.dumps(event, ensure_ascii=False, sort_keys=True) for event in _Events(summary, source).all()]
    return "".join(f"{line}\n" for line in lines).encode()


class _Events:
    def __init__(self, summary: Summary, source: Source) -> None:
        self.source = source
        self.namespace = origin(source.view.connection)
        self._hashes = {entry.seq: entry.hash for entry in source.entries(summary)}

    def all(self) -> list[dict[str, Any]]:
        """Return the events of training and of evaluation."""
        made = [arrow for arrow in self.source.origins.edges if arrow.relation == "generated_by"]
        found = [self._training(arrow.target, arrow.source) for arrow in made]
        found += [self._evaluation(each) for each in self.source.version.evaluations]
        return sorted(found, key=lambda event: (event["eventTime"], event["run"]["runId"]))

    def _training(self, run: str, version: str) -> dict[str, Any]:
        told = self.source.run_of(run)
        facet = self._facet("run", told.event, id=told.id, params=told.params, code=told.code, by=told.by)
        inputs = [self._dataset(given.dataset, role=given.role) for given in told.inputs]
        name = f"train.{version.partition(':')[0]}"
        return self._event(run, told.at, name, {"askreg_run": facet}, inputs, [self._model(version)])

    def _evaluation(self, each: EvaluationView) -> dict[str, Any]:
        given = each.model_dump(include={"split", "cohort", "evidence", "by"})
        metrics = [_said(figures(metric)) for metric in each.metrics]
        facet = self._facet("evaluation", each.event, metrics=metrics, **given)
        inputs = [self._model(each.subject), self._dataset(each.dataset, role=None)]
        name = f"evaluate.{self.source.version.model}"
        return self._event(f"evaluation:{each.event}", each.at, name, {"askreg_evaluation": facet}, inputs, [])

    def _event(
        self,
        subject: str,
        at: str,
        job: str,
        facets: dict[str, Facet],
        inputs: list[dict[str, Any]],
        outputs: list[dict[str, Any]],
    ) -> dict[str, Any]:
        run = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.namespace}/{subject}")
        return {
            "eventType": "COMPLETE",
            "eventTime": at,
            "run": {"runId": str(run), "facets": facets},
            "job": {"namespace": self.namespace, "name": job, "facets": {}},
            "inputs": inputs,
            "outputs": outputs,
            "producer": PRODUCER,
            "schemaURL": EVENT_SCHEMA,
        }

    def _dataset(self, subject: str, *, role: str | None) -> dict[str, Any]:
        state = self.source.state(subject)
        given = state.model_dump(include={"digest", "rows", "sensitivity", "source", "derived_from"})
        facets = {
            "version": {"_producer": PRODUCER, "_schemaURL": VERSION_SCHEMA, "datasetVersion": state.version},
            "askreg_dataset": self._facet("dataset", state.event, role=role, **given),
        }
        return {"namespace": self.namespace, "name": f"dataset/{state.dataset}", "facets": facets}

    def _model(self, subject: str) -> dict[str, Any]:
        version = reads.version(self.source.view, subject)
        given = version.artifact.model_dump()
        facets = {
            "version": {"_producer": PRODUCER, "_schemaURL": VERSION_SCHEMA, "datasetVersion": str(version.version)},
            "askreg_model": self._facet(
                "model", version.event, framework=version.framework, base=version.base, **given
            ),
        }
        return {"namespace": self.namespace, "name": f"model/{version.model}", "facets": facets}

    def _facet(self, name: str, event: int, **told: Any) -> Facet:
        facet = {"_producer": PRODUCER, "_schemaURL": f"urn:askreg:facet:{name}:1", "event": event}
        facet |= {"hash": self._hashes[event]} if event in self._hashes else {}
        return facet | _said(told)


def _said(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
