"""Writes that add to the record or change what describes it. The lifecycle's own are in `lifecycle`.

Every function takes the unit of work first, checks everything, then writes its rows inside one event.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from askreg.errors import Conflict, InvalidInput, NotFound
from askreg.registry import names, signing, times
from askreg.registry.canonical import canonical, decimal_text
from askreg.registry.tables import (
    ChangeControl,
    Dataset,
    DatasetVersion,
    Document,
    Edge,
    Evaluation,
    Evidence,
    Field,
    InputRole,
    Kind,
    Measure,
    Metric,
    Model,
    Person,
    PersonKind,
    PolicyRow,
    Recorded,
    Relation,
    Role,
    Run,
    Sensitivity,
    Stage,
    Tag,
    Version,
)
from askreg.registry.times import When
from askreg.registry.unit import Row, Unit


def register_person(
    unit: Unit,
    *,
    name: str,
    display: str | None = None,
    kind: str = "person",
    roles: Iterable[str] = (),
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add a person or service, or change the display name and add to the roles of a known one."""
    names.name(name, what="person")
    one_of(kind, PersonKind, what="kind of person")
    granted = {one_of(role, Role, what="role") for role in roles}
    unit.allow("administer", name)
    known = unit.find(Person, name=name)
    if known is None:
        when, who = unit.when(at), unit.who(by)
        with unit.event("person.registered", name, at=when, by=who) as event:
            event.entity = unit.insert(Person, name=name, kind=kind)
            set_fields(unit, event.entity, {"display": display, "roles": sorted(granted) or None})
        return int(event.entity)
    held = set(unit.roles(name))
    wanted = {"display": display} if display is not None else {}
    if granted - held:
        wanted["roles"] = sorted(granted | held)  # type: ignore[assignment]
    _update(unit, "person.updated", known["id"], name, wanted, {}, at=at, by=by)
    return int(known["id"])


def register_dataset(
    unit: Unit, *, name: str, description: str | None = None, at: When | None = None, by: str | None = None
) -> int:
    """Add a dataset's name; raises `Conflict` if it is taken."""
    names.name(name, what="dataset")
    unit.allow("register", name)
    _free(unit, Dataset, "dataset", name, name=name)
    with unit.event("dataset.registered", name, at=unit.when(at), by=unit.who(by)) as event:
        event.entity = unit.insert(Dataset, name=name)
        set_fields(unit, event.entity, {"description": description})
    return int(event.entity)


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
        raise _unknown(unit, Dataset, "dataset", dataset)
    when, who = unit.when(at), unit.who(by)
    _not_before(when, parent, subject, f"dataset {dataset}")
    _free(unit, DatasetVersion, "dataset version", subject, dataset_id=parent["id"], label=version)
    sources = {name: dataset_version(unit, name) for name in derived_from}
    for name, row in sources.items():
        _not_before(when, row, subject, name)
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
            _edge(unit, "derived_from", ("dataset_version", id), ("dataset_version", row["id"]))
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
    _only(code or {}, {"repo", "commit"}, "code")
    unit.allow("register", f"run:{id}")
    _free(unit, Run, "run", id, name=id)
    when, who = unit.when(at), unit.who(by)
    used: dict[tuple[int, str], None] = {}
    for item in inputs:
        _only(item, {"dataset", "role"}, "input")
        row = dataset_version(unit, item["dataset"])
        _not_before(when, row, f"run:{id}", item["dataset"])
        used[row["id"], one_of(item.get("role", "training"), InputRole, what="role of an input")] = None
    with unit.event("run.registered", f"run:{id}", at=when, by=who) as event:
        event.entity = run = unit.insert(Run, name=id, params=canonical(params or {}), **(code or {}))
        for target, role in used:
            _edge(unit, "used", ("run", run), ("dataset_version", target), role=role)
    return run


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
    _free(unit, Model, "model", name, name=name)
    with unit.event("model.registered", name, at=unit.when(at), by=unit.who(by)) as event:
        event.entity = id = unit.insert(Model, name=name)
        set_fields(unit, id, {"task": task, "owner": owner, "description": description, **_card(card)})
        _set_tags(unit, id, tags or {})
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
        raise _unknown(unit, Model, "model", model)
    number = unit.next_number(parent["id"]) if version is None else version
    subject = f"{model}:{number}"
    _free(unit, Version, "version", subject, model_id=parent["id"], number=count(number, "version", least=1))
    if unit.origin == "registry" and number != unit.next_number(parent["id"]):
        raise Conflict(f"the next version of {model!r} is {unit.next_number(parent['id'])}, not {number}")
    columns = _artifact(artifact or {})
    if change_control is not None:
        one_of(change_control, ChangeControl, what="change control")
    when, who = unit.when(at), unit.who(by)
    _not_before(when, parent, subject, f"model {model}")
    made_by = _made_by(unit, run, when, subject)
    based_on = None if base is None else version_row(unit, base)
    if based_on is not None:
        _not_before(when, based_on, subject, f"base {base}")
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
        set_fields(unit, id, {"description": description, **_card(card)})
        _set_tags(unit, id, tags or {})
        if made_by is not None:
            _edge(unit, "generated_by", ("version", id), ("run", made_by["id"]))
        if based_on is not None:
            _edge(unit, "derived_from", ("version", id), ("version", based_on["id"]))
    return unit.get(Version, id)


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
    row, data = version_row(unit, version), dataset_version(unit, dataset)
    names.cohort(cohort)
    one_of(evidence, Evidence, what="evidence grade")
    if not metrics:
        raise InvalidInput(f"an evaluation of {version} needs at least one metric")
    figures = {names.metric(name): _figure(name, given) for name, given in metrics.items()}
    when, who = unit.when(at), unit.who(by)
    _not_before(when, row, f"an evaluation of {version}", version)
    _not_before(when, data, f"an evaluation of {version}", dataset)
    with unit.event("version.evaluated", version, at=when, by=who, entity=row["id"]):
        id = unit.insert(
            Evaluation,
            version_id=row["id"],
            dataset_version_id=data["id"],
            split=split,
            cohort=cohort,
            evidence=evidence,
        )
        for name, figure in figures.items():
            unit.insert(Metric, evaluation_id=id, name=name, **figure)
        arrows = unit.children(Edge, "source", row["id"])
        if not any(a["target"] == data["id"] and a["relation"] == "evaluated_on" for a in arrows):
            _edge(unit, "evaluated_on", ("version", row["id"]), ("dataset_version", data["id"]))
        signing.lapse(unit, row["id"], when)
    return id


def register_document(
    unit: Unit,
    *,
    path: str,
    title: str | None = None,
    about: Iterable[str] = (),
    sensitivity: str = "internal",
    digest: str | None = None,
    size: int | None = None,
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add a document's metadata and the edges to what it is about, or revise that of a known path."""
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise InvalidInput(f"document {path!r} is not a relative path inside the library")
    one_of(sensitivity, Sensitivity, what="sensitivity")
    unit.allow("register", f"doc:{path}")
    targets = [any_subject(unit, subject) for subject in about]
    fields = {"title": title, "sensitivity": sensitivity, "digest": digest, "size": count(size, "size")}
    known = unit.find(Document, path=path)
    when, who = unit.when(at), unit.who(by)
    if known is not None:
        held = {(a["target"]) for a in unit.children(Edge, "source", known["id"])}
        fresh = [target for target in targets if target[1] not in held]
        given = {name: value for name, value in fields.items() if value is not None}
        _update(unit, "document.updated", known["id"], f"doc:{path}", given, {}, at=at, by=by, about=fresh)
        return int(known["id"])
    with unit.event("document.registered", f"doc:{path}", at=when, by=who) as event:
        event.entity = id = unit.insert(Document, path=path)
        set_fields(unit, id, fields)
        for target in dict.fromkeys(targets):
            _edge(unit, "about", ("document", id), target)
    return id


def declare_metric(unit: Unit, *, name: str, better: str | None = None, unit_of_measure: str | None = None) -> int:
    """Say which way a metric is better, and its unit; raises `Conflict` if it was said otherwise."""
    names.metric(name)
    if better not in (None, "higher", "lower"):
        raise InvalidInput(f"better {better!r} is neither 'higher' nor 'lower'")
    unit.allow("administer", name)
    known = unit.find(Measure, name=name)
    if known is not None:
        if (known["better"], known["unit"]) != (better, unit_of_measure):
            raise Conflict(f"metric {name!r} is declared already: better {known['better']}, unit {known['unit']}")
        return int(known["id"])
    with unit.event("metric.declared", name, at=unit.now, by=unit.who(None)) as event:
        event.entity = unit.insert(Measure, name=name, better=better, unit=unit_of_measure)
    return int(event.entity)


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
        raise _unknown(unit, Model, "model", model)
    if name is not None and name != model:
        names.name(name, what="model")
        _free(unit, Model, "model", name, name=name)
        when, who = unit.when(at), unit.who(by)
        with unit.event("model.renamed", name, at=when, by=who, entity=row["id"], detail={"from": model, "to": name}):
            unit.change(Model, row, name=name)
    given = {"task": task, "owner": owner, "description": description}
    fields = {key: value for key, value in given.items() if value is not None} | _card(card)
    subject = name or model
    _update(unit, "model.updated", row["id"], subject, fields, tags or {}, at=at, by=by)


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
    row = version_row(unit, version)
    fields = ({} if description is None else {"description": description}) | _card(card)
    _update(unit, "version.updated", row["id"], version, fields, tags or {}, at=at, by=by)


def set_policy(unit: Unit, *, body: Mapping[str, Any]) -> None:
    """Replace the lifecycle policy."""
    from askreg.registry import policy

    parsed = policy.parse(body)
    unit.allow("administer", "policy")
    with unit.event("policy.set", "policy", at=unit.now, by=unit.who(None)):
        for row in unit.select(PolicyRow):
            if row["until"] is None:
                unit.change(PolicyRow, row, until=unit.now)
        unit.insert(PolicyRow, body=canonical(parsed.model_dump(mode="json")))


# -- looking up what a write refers to


def version_row(unit: Unit, subject: str) -> Row:
    """Return the row of a version subject: `model:3` or `model@alias`."""
    ref = names.parse(subject)
    model = unit.find(Model, name=ref.name)
    if model is None:
        raise _unknown(unit, Model, "model", ref.name)
    if ref.kind == "version" and ref.part is not None:
        row = unit.find(Version, model_id=model["id"], number=int(ref.part))
        if row is None:
            latest = unit.next_number(model["id"]) - 1
            held = f"the latest is {latest}" if latest else "it has none yet"
            raise NotFound(kind="version", name=subject, hint=f"{ref.name!r} has no version {ref.part}; {held}")
        return row
    if ref.kind is None and ref.part:
        from askreg.registry.tables import Alias

        held_by = [a for a in unit.current(Alias, "model_id", model["id"]) if a["name"] == ref.part]
        if held_by:
            return unit.get(Version, held_by[0]["version_id"])
        raise NotFound(kind="alias", name=subject, hint=f"no version of {ref.name!r} holds {ref.part!r} now")
    raise InvalidInput(f"{subject!r} does not say which version: write {ref.name}:1 or {ref.name}@alias")


def dataset_version(unit: Unit, subject: str) -> Row:
    """Return the row of a `dataset@version`."""
    ref = names.parse(subject)
    if ref.kind is not None or ref.part is None:
        raise InvalidInput(f"{subject!r} is not a dataset version: write dataset@version")
    parent = unit.find(Dataset, name=ref.name)
    if parent is None:
        raise _unknown(unit, Dataset, "dataset", ref.name)
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
        row = unit.find(Run, name=ref.name)
        if row is None:
            raise _unknown(unit, Run, "run", ref.name)
        return "run", int(row["id"])
    if ref.kind == "environment":
        from askreg.registry.tables import Environment

        row = unit.find(Environment, site=ref.name, name=ref.part)
        if row is None:
            raise NotFound(kind="environment", name=subject, hint="nothing was deployed there yet")
        return "environment", int(row["id"])
    return _model_or_dataset(unit, subject, ref)


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


def set_fields(unit: Unit, entity: int, fields: Mapping[str, Any]) -> None:
    """Insert the fields of a new entity, inside the open event; None is left out."""
    for name, value in fields.items():
        if value is not None:
            unit.insert(Field, entity_id=entity, name=name, value=canonical(value))


# -- checks


def one_of(value: str, closed: Any, *, what: str) -> str:
    """Return `value` if it is in the closed set, else say which there are."""
    choices: tuple[str, ...] = get_args(closed)
    if value in choices:
        return value
    near = names.nearest(str(value), choices, limit=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InvalidInput(f"{what} {value!r} is not one of {', '.join(choices)}{hint}")


def count(value: int | None, what: str, *, least: int = 0) -> int | None:
    """Return `value` if it is a whole number of at least `least`, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**53:
        raise InvalidInput(f"{what} {value!r} is not a whole number of {least} or more")
    return value


def _figure(name: str, given: Any) -> Row:
    if not isinstance(given, Mapping):
        given = {"value": given}
    _only(given, {"value", "n", "ci", "unit", "config"}, f"metric {name}")
    if "value" not in given:
        raise InvalidInput(f"metric {name!r} has no value")
    interval = given.get("ci")
    low = high = None
    if interval is not None:
        if isinstance(interval, str) or len(interval) != 2:
            raise InvalidInput(f"ci of {name} {interval!r} is not [low, high]")
        low, high = (decimal_text(end, name=f"ci of {name}") for end in interval)
        if float(low) > float(high):
            raise InvalidInput(f"ci of {name} {interval!r} has its ends the wrong way round")
    return {
        "value": decimal_text(given["value"], name=f"metric {name}"),
        "n": count(given.get("n"), f"n of {name}"),
        "low": low,
        "high": high,
        "unit": given.get("unit"),
        "config": None if given.get("config") is None else canonical(given["config"]),
    }


def _artifact(given: Mapping[str, Any]) -> Row:
    _only(given, {"uri", "digest", "size"}, "artifact")
    return {"uri": given.get("uri"), "digest": given.get("digest"), "size": count(given.get("size"), "size")}


def _made_by(unit: Unit, run: str | None, when: str, subject: str) -> Row | None:
    if run is None:
        return None
    name = run.removeprefix("run:")
    row = unit.find(Run, name=name)
    if row is None:
        raise _unknown(unit, Run, "run", name)
    _not_before(when, row, subject, f"run:{name}")
    return row


def _only(given: Mapping[str, Any], known: set[str], what: str) -> None:
    for key in given:
        if key not in known:
            near = names.nearest(str(key), known, limit=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(sorted(known))}"
            raise InvalidInput(f"{what} has no {key!r}; {hint}")


def _free(unit: Unit, of: type[Recorded], kind: str, shown: str, **key: Any) -> None:
    if unit.find(of, **key) is not None:
        raise Conflict(f"{kind} {shown!r} is registered already")


def _unknown(unit: Unit, of: type[Recorded], kind: str, name: str) -> NotFound:
    return NotFound(kind=kind, name=name, nearest=names.nearest(name, unit.every(of, "name")))


def _not_before(when: str, row: Row, what: str, other: str) -> None:
    if when < row["at"]:
        raise InvalidInput(f"{what} at {times.shown(when)} is before {other}, which is from {times.shown(row['at'])}")


def _card(card: Mapping[str, Any] | None) -> Row:
    return {f"card.{name}": value for name, value in (card or {}).items()}


def _set_tags(unit: Unit, entity: int, tags: Mapping[str, str | None]) -> None:
    for key, value in tags.items():
        if value is not None:
            unit.insert(Tag, entity_id=entity, key=_tag_key(key), value=str(value))


def _tag_key(key: str) -> str:
    if not isinstance(key, str) or not key.strip() or len(key) > 200:
        raise InvalidInput(f"tag {key!r} is not a name of 1 to 200 characters")
    return key


def _edge(
    unit: Unit, relation: Relation, source: tuple[Kind, int], target: tuple[Kind, int], *, role: str | None = None
) -> None:
    unit.insert(
        Edge,
        source=source[1],
        source_kind=source[0],
        target=target[1],
        target_kind=target[0],
        relation=relation,
        role=role,
    )


def _update(
    unit: Unit,
    action: str,
    entity: int,
    subject: str,
    fields: Mapping[str, Any],
    tags: Mapping[str, str | None],
    *,
    at: When | None,
    by: str | None,
    about: Iterable[tuple[Kind, int]] = (),
) -> None:
    """Close what changes and open what replaces it, in one event; the same values again are no event."""
    texts = {name: None if value is None else canonical(value) for name, value in fields.items()}
    held = {row["name"]: row for row in unit.current(Field, "entity_id", entity)}
    tagged = {row["key"]: row for row in unit.current(Tag, "entity_id", entity)}
    fresh = {name: text for name, text in texts.items() if text != (held[name]["value"] if name in held else None)}
    retagged = {key: tag for key, tag in tags.items() if tag != (tagged[key]["value"] if key in tagged else None)}
    arrows = list(about)
    if not (fresh or retagged or arrows):
        return
    when, who = unit.when(at), unit.who(by)
    replaced: list[tuple[type[Recorded], Row]] = [(Field, held[name]) for name in fresh if name in held]
    replaced += [(Tag, tagged[key]) for key in retagged if key in tagged]
    for _, row in replaced:
        _not_before(when, row, f"a change of {subject}", f"the value it replaces ({row.get('name') or row.get('key')})")
    detail = {"changed": sorted([*fresh, *(f"tag.{key}" for key in retagged)])}
    with unit.event(action, subject, at=when, by=who, entity=entity, detail=detail):
        for of, row in replaced:
            unit.change(of, row, until=when)
        for name, text in fresh.items():
            if text is not None:
                unit.insert(Field, entity_id=entity, name=name, value=text)
        _set_tags(unit, entity, retagged)
        for target in arrows:
            _edge(unit, "about", ("document", entity), target)
        signing.lapse_about(unit, entity, when, fields=texts, tags=retagged)
