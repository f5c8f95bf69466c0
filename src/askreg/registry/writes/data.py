"""Datasets, their versions, and runs."""

from collections.abc import Iterable, Mapping
from typing import Any

from askreg.registry import names
from askreg.registry.canonical import canonical
from askreg.registry.tables import Dataset, DatasetVersion, InputRole, Run, Sensitivity
from askreg.registry.times import When
from askreg.registry.unit import Unit
from askreg.registry.writes.lookup import dataset_version, unknown
from askreg.registry.writes.rows import edge, free, not_before, set_fields, update
from askreg.registry.writes.values import count, one_of, only


def register_dataset(
    unit: Unit, *, name: str, description: str | None = None, at: When | None = None, by: str | None = None
) -> int:
    """Add a dataset's name; raises `Conflict` if it is taken."""
    names.name(name, what="dataset")
    unit.allow("register", name)
    free(unit, Dataset, "dataset", name, name=name)
    with unit.event("dataset.registered", name, at=unit.when(at), by=unit.who(by)) as event:
        event.entity = unit.insert(Dataset, name=name)
        set_fields(unit, event.entity, {"description": description})
    return int(event.entity)


def update_dataset(
    unit: Unit, *, dataset: str, description: str, at: When | None = None, by: str | None = None
) -> None:
    """Change a dataset's description."""
    unit.allow("register", dataset)
    row = unit.find(Dataset, name=dataset)
    if row is None:
        raise unknown(unit, Dataset, "dataset", dataset)
    update(unit, "dataset.updated", row["id"], dataset, {"description": description}, {}, at=at, by=by)


def register_dataset_version(
    unit: Unit,
    *,
    dataset: str,
    version: str,
    digest: str | None = None,
    rows: int | None = None,
    source: str | None = None,
    sensitivity: str | None = None,
    derived_from: Iterable[str] = (),
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add a fixed state of a dataset, and the edges to those it was derived from."""
    subject = f"{dataset}@{version}"
    names.name(version, what="dataset version")
    if sensitivity is not None:
        one_of(sensitivity, Sensitivity, what="sensitivity")
    count(rows, "rows")
    unit.allow("register", subject)
    parent = unit.find(Dataset, name=dataset)
    if parent is None:
        raise unknown(unit, Dataset, "dataset", dataset)
    when, who = unit.when(at), unit.who(by)
    not_before(when, parent, subject, f"dataset {dataset}")
    free(unit, DatasetVersion, "dataset version", subject, dataset_id=parent["id"], label=version)
    sources = {name: dataset_version(unit, name) for name in derived_from}
    for name, row in sources.items():
        not_before(when, row, subject, name)
    with unit.event("dataset_version.registered", subject, at=when, by=who) as event:
        event.entity = id = unit.insert(
            DatasetVersion,
            dataset_id=parent["id"],
            label=version,
            digest=digest,
            rows=rows,
            source=source,
            sensitivity=sensitivity,
        )
        for row in sources.values():
            edge(unit, "derived_from", ("dataset_version", id), ("dataset_version", row["id"]))
    return id


def register_run(
    unit: Unit,
    *,
    id: str,
    params: Mapping[str, Any] | None = None,
    code: Mapping[str, str] | None = None,
    inputs: Iterable[Mapping[str, str]] = (),
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add a run with its parameters, code (`repo`, `commit`) and inputs (`dataset`, `role`)."""
    names.name(id, what="run")
    only(code or {}, {"repo", "commit"}, "code")
    unit.allow("register", f"run:{id}")
    free(unit, Run, "run", id, name=id)
    when, who = unit.when(at), unit.who(by)
    used: dict[tuple[int, str], None] = {}
    for item in inputs:
        only(item, {"dataset", "role"}, "input")
        row = dataset_version(unit, item["dataset"])
        not_before(when, row, f"run:{id}", item["dataset"])
        used[row["id"], one_of(item.get("role", "training"), InputRole, what="role of an input")] = None
    with unit.event("run.registered", f"run:{id}", at=when, by=who) as event:
        event.entity = run = unit.insert(Run, name=id, params=canonical(params or {}), **(code or {}))
        for target, role in used:
            edge(unit, "used", ("run", run), ("dataset_version", target), role=role)
    return run
