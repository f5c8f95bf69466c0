"""Models and their versions."""

from collections.abc import Mapping
from typing import Any

from askreg.errors import Conflict
from askreg.registry import names
from askreg.registry.canonical import canonical
from askreg.registry.tables import ChangeControl, Model, Run, Stage, Version
from askreg.registry.times import When
from askreg.registry.unit import Row, Unit
from askreg.registry.writes.lookup import named_version, unknown, version_row
from askreg.registry.writes.rows import card_fields, edge, free, not_before, set_fields, set_tags, update
from askreg.registry.writes.values import count, one_of, only


def register_model(
    unit: Unit,
    *,
    name: str,
    task: str | None = None,
    owner: str | None = None,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    card: Mapping[str, Any] | None = None,
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add a model; raises `Conflict` if the name is taken."""
    names.name(name, what="model")
    unit.allow("register", name)
    free(unit, Model, "model", name, name=name)
    with unit.event("model.registered", name, at=unit.when(at), by=unit.who(by)) as event:
        event.entity = id = unit.insert(Model, name=name)
        set_fields(unit, id, {"task": task, "owner": owner, "description": description, **card_fields(card)})
        set_tags(unit, id, tags or {})
    return id


def register_version(
    unit: Unit,
    *,
    model: str,
    version: int | None = None,
    artifact: Mapping[str, Any] | None = None,
    framework: str | None = None,
    signature: Mapping[str, Any] | None = None,
    run: str | None = None,
    base: str | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    card: Mapping[str, Any] | None = None,
    change_control: str | None = None,
    at: When | None = None,
    by: str | None = None,
) -> Row:
    """Add a version, numbered next unless a manifest numbers it; return its row."""
    unit.allow("register", model)
    parent = unit.find(Model, name=model)
    if parent is None:
        raise unknown(unit, Model, "model", model)
    number = unit.next_number(parent["id"]) if version is None else version
    subject = f"{model}:{number}"
    if version is not None:
        free(unit, Version, "version", subject, model_id=parent["id"], number=count(number, "version", least=1))
    if unit.origin == "registry" and number != unit.next_number(parent["id"]):
        raise Conflict(f"the next version of {model!r} is {unit.next_number(parent['id'])}, not {number}")
    columns = _artifact(artifact or {})
    if change_control is not None:
        one_of(change_control, ChangeControl, what="change control")
    when, who = unit.when(at), unit.who(by)
    not_before(when, parent, subject, f"model {model}")
    made_by = _made_by(unit, run, when, subject)
    based_on = None if base is None else version_row(unit, base)
    if based_on is not None:
        not_before(when, based_on, subject, f"base {base}")
    with unit.event("version.registered", subject, at=when, by=who) as event:
        event.entity = id = unit.insert(
            Version,
            model_id=parent["id"],
            number=number,
            run_id=made_by and made_by["id"],
            base_id=based_on and based_on["id"],
            framework=framework,
            signature=None if signature is None else canonical(signature),
            change_control=change_control,
            **columns,
        )
        unit.insert(Stage, version_id=id, stage="experimental", origin=unit.origin)
        set_fields(unit, id, {"description": description, **card_fields(card)})
        set_tags(unit, id, tags or {})
        if made_by is not None:
            edge(unit, "generated_by", ("version", id), ("run", made_by["id"]))
        if based_on is not None:
            edge(unit, "derived_from", ("version", id), ("version", based_on["id"]))
    return unit.get(Version, id)


def update_model(
    unit: Unit,
    *,
    model: str,
    name: str | None = None,
    task: str | None = None,
    owner: str | None = None,
    description: str | None = None,
    tags: Mapping[str, str | None] | None = None,
    card: Mapping[str, Any] | None = None,
    at: When | None = None,
    by: str | None = None,
) -> None:
    """Change what describes a model; a tag or card field set to None is closed. `name` renames it."""
    unit.allow("register", model)
    row = unit.find(Model, name=model)
    if row is None:
        raise unknown(unit, Model, "model", model)
    if name is not None and name != model:
        names.name(name, what="model")
        free(unit, Model, "model", name, name=name)
        when, who = unit.when(at), unit.who(by)
        with unit.event("model.renamed", name, at=when, by=who, entity=row["id"], detail={"from": model, "to": name}):
            unit.change(Model, row, name=name)
    given = {"task": task, "owner": owner, "description": description}
    fields = {key: value for key, value in given.items() if value is not None} | card_fields(card)
    subject = name or model
    update(unit, "model.updated", row["id"], subject, fields, tags or {}, at=at, by=by)


def update_version(
    unit: Unit,
    *,
    version: str,
    description: str | None = None,
    tags: Mapping[str, str | None] | None = None,
    card: Mapping[str, Any] | None = None,
    at: When | None = None,
    by: str | None = None,
) -> None:
    """Change what describes a version; signatures on it lapse. Its artifact and origin never change."""
    unit.allow("register", version)
    version, row = named_version(unit, version)
    fields = ({} if description is None else {"description": description}) | card_fields(card)
    update(unit, "version.updated", row["id"], version, fields, tags or {}, at=at, by=by)


def _artifact(given: Mapping[str, Any]) -> Row:
    only(given, {"uri", "digest", "size"}, "artifact")
    return {"uri": given.get("uri"), "digest": given.get("digest"), "size": count(given.get("size"), "size")}


def _made_by(unit: Unit, run: str | None, when: str, subject: str) -> Row | None:
    if run is None:
        return None
    name = run.removeprefix("run:")
    row = unit.find(Run, name=name)
    if row is None:
        raise unknown(unit, Run, "run", name)
    not_before(when, row, subject, f"run:{name}")
    return row
