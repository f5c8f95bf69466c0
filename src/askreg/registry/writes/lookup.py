"""What a write refers to: from a subject to the row in the unit of work."""

from askreg.errors import InvalidInput, NotFound
from askreg.registry import names
from askreg.registry.tables import (
    Alias,
    Dataset,
    DatasetVersion,
    Document,
    Environment,
    Kind,
    Model,
    Person,
    Recorded,
    Run,
    Version,
)
from askreg.registry.unit import Row, Unit


def version_row(unit: Unit, subject: str) -> Row:
    """Return the row of a version subject: `model:3` or `model@alias`."""
    ref = names.parse(subject)
    model = unit.find(Model, name=ref.name)
    if model is None:
        raise unknown(unit, Model, "model", ref.name)
    if ref.kind == "version" and ref.part is not None:
        row = unit.find(Version, model_id=model["id"], number=int(ref.part))
        if row is None:
            latest = unit.next_number(model["id"]) - 1
            held = f"the latest is {latest}" if latest else "it has none yet"
            raise NotFound(kind="version", name=subject, hint=f"{ref.name!r} has no version {ref.part}; {held}")
        return row
    if ref.kind is None and ref.part:
        held_by = [a for a in unit.current(Alias, "model_id", model["id"]) if a["name"] == ref.part]
        if held_by:
            return unit.get(Version, held_by[0]["version_id"])
        raise NotFound(kind="alias", name=subject, hint=f"no version of {ref.name!r} holds {ref.part!r} now")
    raise InvalidInput(f"{subject!r} does not say which version: write {ref.name}:1 or {ref.name}@alias")


def named_version(unit: Unit, subject: str) -> tuple[str, Row]:
    """Return a version's subject as it is properly written, whatever alias or case it was called by, and its row."""
    row = version_row(unit, subject)
    return f"{unit.get(Model, row['model_id'])['name']}:{row['number']}", row


def dataset_version(unit: Unit, subject: str) -> Row:
    """Return the row of a `dataset@version`."""
    ref = names.parse(subject)
    if ref.kind is not None or ref.part is None:
        raise InvalidInput(f"{subject!r} is not a dataset version: write dataset@version")
    parent = unit.find(Dataset, name=ref.name)
    if parent is None:
        raise unknown(unit, Dataset, "dataset", ref.name)
    row = unit.find(DatasetVersion, dataset_id=parent["id"], label=ref.part)
    if row is None:
        labels = [f"{ref.name}@{other['label']}" for other in unit.select(DatasetVersion, dataset_id=parent["id"])]
        raise NotFound(kind="dataset version", name=subject, nearest=names.nearest(subject, labels))
    return row


def any_subject(unit: Unit, subject: str) -> tuple[Kind, int]:
    """Return kind and id of anything that a document can be about."""
    ref = names.parse(subject)
    if ref.kind == "version":
        return "version", int(version_row(unit, subject)["id"])
    if ref.kind == "run":
        return "run", int(_named(unit, Run, "run", ref.name, name=ref.name)["id"])
    if ref.kind == "environment":
        row = unit.find(Environment, site=ref.name, name=ref.part)
        if row is None:
            raise NotFound(kind="environment", name=subject, hint="nothing was deployed there yet")
        return "environment", int(row["id"])
    if ref.kind == "document":
        return "document", int(_named(unit, Document, "document", ref.name, path=ref.name)["id"])
    if ref.kind == "person":
        return "person", int(_named(unit, Person, "person", ref.name, name=ref.name)["id"])
    return _model_or_dataset(unit, subject, ref)


def _named(unit: Unit, of: type[Recorded], kind: str, shown: str, /, **key: str) -> Row:
    row = unit.find(of, **key)
    if row is None:
        raise NotFound(kind=kind, name=shown, nearest=names.nearest(shown, unit.every(of, next(iter(key)))))
    return row


def _model_or_dataset(unit: Unit, subject: str, ref: names.Ref) -> tuple[Kind, int]:
    model = unit.find(Model, name=ref.name)
    data = unit.find(Dataset, name=ref.name)
    if model is None and data is None:
        known = [*unit.every(Model, "name"), *unit.every(Dataset, "name")]
        raise NotFound(kind="model or dataset", name=subject, nearest=names.nearest(ref.name, known))
    if ref.part is None:
        found: tuple[Kind, Row] = ("model", model) if model is not None else ("dataset", data)  # type: ignore[assignment]
        return found[0], int(found[1]["id"])
    if data is not None:
        return "dataset_version", int(dataset_version(unit, subject)["id"])
    return "version", int(version_row(unit, subject)["id"])


def unknown(unit: Unit, of: type[Recorded], kind: str, name: str) -> NotFound:
    """Return the error that a name is not in a table, with the nearest that are."""
    return NotFound(kind=kind, name=name, nearest=names.nearest(name, unit.every(of, "name")))
