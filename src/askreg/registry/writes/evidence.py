"""Evaluations."""

from collections.abc import Mapping
from typing import Any

from askreg.errors import InvalidInput
from askreg.registry import names, signing
from askreg.registry.tables import Edge, Evaluation, Evidence, Metric
from askreg.registry.times import When
from askreg.registry.unit import Unit
from askreg.registry.writes.lookup import dataset_version, named_version
from askreg.registry.writes.rows import edge, not_before
from askreg.registry.writes.values import figure, one_of


def evaluate(
    unit: Unit,
    *,
    version: str,
    dataset: str,
    metrics: Mapping[str, Any],
    split: str = "test",
    cohort: str = "all",
    evidence: str = "self-reported",
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add an evaluation: figures of a version on a split and cohort of a dataset version.

    Each metric is a number or `{"value", "n", "ci": [low, high], "unit", "config"}`. Signatures on the version
    lapse, since what was signed did not include this.
    """
    unit.allow("evaluate", version)
    version, row = named_version(unit, version)
    data = dataset_version(unit, dataset)
    names.cohort(cohort)
    one_of(evidence, Evidence, what="evidence grade")
    if not metrics:
        raise InvalidInput(f"an evaluation of {version} needs at least one metric")
    figures = {names.metric(name): figure(name, given) for name, given in metrics.items()}
    when, who = unit.when(at), unit.who(by)
    not_before(when, row, f"an evaluation of {version}", version)
    not_before(when, data, f"an evaluation of {version}", dataset)
    with unit.event("version.evaluated", version, at=when, by=who, entity=row["id"]):
        id = unit.insert(
            Evaluation,
            version_id=row["id"],
            dataset_version_id=data["id"],
            split=split,
            cohort=cohort,
            evidence=evidence,
        )
        for name, columns in figures.items():
            unit.insert(Metric, evaluation_id=id, name=name, **columns)
        arrows = unit.children(Edge, "source", row["id"])
        if not any(a["target"] == data["id"] and a["relation"] == "evaluated_on" for a in arrows):
            edge(unit, "evaluated_on", ("version", row["id"]), ("dataset_version", data["id"]))
        signing.lapse(unit, row["id"], when)
    return id
