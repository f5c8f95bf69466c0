"""What a signature on a version is bound to, and how it lapses."""

import json
from collections.abc import Iterable, Mapping

from askreg.registry.canonical import canonical, sha256
from askreg.registry.tables import (
    Approval,
    CardPublication,
    CardSignature,
    Edge,
    Evaluation,
    Field,
    Metric,
    Run,
    Tag,
    Version,
)
from askreg.registry.unit import Row, Unit

_SIGNED_OF_MODEL = ("task", "description", "card.")
_IDENTITY = ("model_id", "number", "base_id", "uri", "digest", "size", "framework", "signature", "change_control")
_RUN = ("name", "params", "repo", "commit")
_EVALUATION = ("dataset_version_id", "split", "cohort", "evidence", "at")
_METRIC = ("name", "value", "n", "low", "high", "unit", "config")


def content(unit: Unit, version: Row) -> str:
    """Return the digest of all that a signer of this version signs.

    That is its artifact, origin, description, card, tags and evaluations, and its model's task, description and
    card. Names and owners are left out, for they may change without changing what is run.
    """
    fields = unit.current(Field, "entity_id", version["id"])
    of_model = [f for f in unit.current(Field, "entity_id", version["model_id"]) if _signed_of_model(f["name"])]
    tags = unit.current(Tag, "entity_id", version["id"])
    evaluations = unit.children(Evaluation, "version_id", version["id"])
    return sha256(
        canonical(
            {
                "version": _parts(version, _IDENTITY),
                "run": _run(unit, version["run_id"]),
                "fields": {field["name"]: field["value"] for field in fields},
                "tags": {tag["key"]: tag["value"] for tag in tags},
                "model": {field["name"]: field["value"] for field in of_model},
                "evaluations": sorted(_evaluation(unit, evaluation) for evaluation in evaluations),
            }
        )
    )


def lapse(unit: Unit, version_id: int, when: str) -> None:
    """Close, within the open event, what was signed of a version whose content changes, and its published card."""
    for of in (Approval, CardSignature, CardPublication):
        for signed in unit.current(of, "version_id", version_id):
            unit.change(of, signed, until=max(when, signed["at"]))


def lapse_about(unit: Unit, entity: int, when: str, *, fields: Iterable[str], tags: Mapping[str, object]) -> None:
    """Lapse the signatures that an update of a version or model touches."""
    versions = unit.select(Version, model_id=entity)
    if not versions:
        lapse(unit, entity, when)
    elif any(_signed_of_model(name) for name in fields):
        for version in versions:
            lapse(unit, version["id"], when)


def _signed_of_model(field: str) -> bool:
    return field.startswith(_SIGNED_OF_MODEL)


def _run(unit: Unit, run_id: int | None) -> Row | None:
    if run_id is None:
        return None
    inputs = [edge for edge in unit.children(Edge, "source", run_id) if edge["relation"] == "used"]
    used = sorted([edge["target"], edge["role"]] for edge in inputs)
    return {**_parts(unit.get(Run, run_id), _RUN), "inputs": used}


def _evaluation(unit: Unit, row: Row) -> str:
    metrics = unit.children(Metric, "evaluation_id", row["id"])
    figures = sorted(canonical(_parts(metric, _METRIC)) for metric in metrics)
    return canonical({**_parts(row, _EVALUATION), "metrics": [json.loads(figure) for figure in figures]})


def _parts(row: Row, names: Iterable[str]) -> Row:
    return {name: row[name] for name in names}
