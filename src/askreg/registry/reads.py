"""Reading versions, models and deployments as of a view."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import CompoundSelect, FromClause, Row, Select, Text, bindparam, literal, null, select, union_all
from sqlalchemy import func as sql

from askreg.errors import NotFound
from askreg.registry import names
from askreg.registry.prepared import among, id_list, prepared
from askreg.registry.resolve import Resolved, resolve
from askreg.registry.results import (
    Artifact,
    Deployments,
    DeploymentView,
    ModelSummary,
    VersionSummary,
)
from askreg.registry.tables import (
    Alias,
    Deployment,
    Environment,
    Field,
    Model,
    Run,
    Stage,
    Tag,
    Version,
)
from askreg.registry.times import shown
from askreg.registry.view import View, table

_MODEL, _VERSION, _STAGE, _ALIAS = table(Model), table(Version), table(Stage), table(Alias)
_RUN, _TAG, _FIELD = table(Run), table(Tag), table(Field)
_DEPLOYMENT, _PLACE = table(Deployment), table(Environment)


def version(view: View, subject: str) -> VersionSummary:
    """Return a version by `model:3` or `model@alias`, in two statements."""
    ref = names.parse(subject)
    if ref.kind == "version":
        row = _by_number(view, name=ref.name, number=int(ref.part or 0)).first()
    elif ref.kind is None and ref.part is not None:
        row = _by_alias(view, name=ref.name, alias=ref.part).first()
    else:
        row = None
    if row is None:
        found = resolve(view, subject, kinds=("version",))  # raises, saying what is wrong
        return summaries(view, [found.id])[0]
    return _summary(row, _attributes_of_one(view, id=row.id).all())


def summaries(view: View, ids: Collection[int]) -> list[VersionSummary]:
    """Return versions in the order of their ids as given, in two statements."""
    if not ids:
        return []
    given = id_list(ids)
    rows = {row.id: row for row in _by_ids(view, ids=given)}
    attributes = _grouped(_attributes_of_many(view, ids=given))
    return [_summary(rows[id], attributes[id]) for id in ids if id in rows]


def versions_of(view: View, model: int) -> list[VersionSummary]:
    """Return all versions of a model, in order of number."""
    return summaries(view, list(_ids_of_model(view, model=model).scalars()))


def model_summaries(view: View, ids: Collection[int]) -> list[ModelSummary]:
    """Return models in the order of their ids as given, in three statements."""
    if not ids:
        return []
    given = id_list(ids)
    rows = {row.id: row for row in _models(view, ids=given)}
    attributes = _grouped(_attributes_of_many(view, ids=given))
    held = _grouped(_of_versions(view, ids=given))
    return [ModelSummary(**model_parts(rows[id], attributes[id], held[id])) for id in ids if id in rows]


def model_parts(row: Row[Any], attributes: Iterable[Row[Any]], held: Iterable[Row[Any]]) -> dict[str, Any]:
    """Return the fields of a model's summary."""
    tags, fields, _ = _sorted_out(attributes)
    counted = list(held)
    return {
        "name": row.name,
        "task": fields.get("task"),
        "owner": fields.get("owner"),
        "description": fields.get("description"),
        "tags": tags,
        "versions": sum(part.number for part in counted if part.part == "count"),
        "aliases": {part.name: part.number for part in counted if part.part == "alias"},
        "production": [part.number for part in counted if part.part == "production"],
        "at": shown(row.at),
        "by": row.by,
        "event": row.event,
    }


def fields_of(view: View, id: int) -> dict[str, Any]:
    """Return the values of an entity's fields by name."""
    return _sorted_out(_attributes_of_one(view, id=id))[1]


def card_of(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the card fields among an entity's fields."""
    return {name[5:]: value for name, value in fields.items() if name.startswith("card.")}


def deployed(
    view: View, *, site: str | None = None, environment: str | None = None, model: str | None = None
) -> Deployments:
    """Return what was live, by site, environment and subject; `model` may be a version. Raises `NotFound`."""
    places = {(place.site, place.name) for place in _places(view)} if site or environment else set()
    site = _known_place("site", site, {place[0] for place in places})
    inside = {name for at, name in places if site in (None, at)}
    environment = _known_place("environment", environment, inside)
    what = None if model is None else resolve(view, model, kinds=("model", "version"))
    return Deployments(
        as_of=shown(view.instant) or "",
        deployments=[
            deployment(row)
            for row in _live(view)
            if site in (None, row.site) and environment in (None, row.environment) and _is_of(row, what)
        ],
    )


def deployment(row: Row[Any]) -> DeploymentView:
    """Return a row of `deployments` as a result."""
    return DeploymentView(
        subject=f"{row.model}:{row.number}",
        site=row.site,
        environment=row.environment,
        region=row.region,
        since=shown(row.at) or "",
        until=shown(row.until),
        by=row.by,
        event=row.event,
        closed=row.closed_event if row.until else None,
    )


def deployments(view: View) -> Select[Any]:
    """Return the statement of all deployments that had begun, to be narrowed and ordered."""
    return (
        select(
            _DEPLOYMENT.c.at,
            view.until(_DEPLOYMENT).label("until"),
            _DEPLOYMENT.c.by,
            _DEPLOYMENT.c.event,
            _DEPLOYMENT.c.closed_event,
            _DEPLOYMENT.c.region,
            _DEPLOYMENT.c.version_id,
            _PLACE.c.site,
            _PLACE.c.name.label("environment"),
            _MODEL.c.name.label("model"),
            _MODEL.c.id.label("model_id"),
            _VERSION.c.number,
        )
        .join(_PLACE, _PLACE.c.id == _DEPLOYMENT.c.environment_id)
        .join(_VERSION, _VERSION.c.id == _DEPLOYMENT.c.version_id)
        .join(_MODEL, _MODEL.c.id == _VERSION.c.model_id)
        .where(view.exists(_DEPLOYMENT))
    )


# -- from rows to results


def _summary(row: Row[Any], attributes: Iterable[Row[Any]]) -> VersionSummary:
    tags, fields, aliases = _sorted_out(attributes)
    return VersionSummary(
        subject=f"{row.model}:{row.number}",
        model=row.model,
        version=row.number,
        stage=row.stage,
        at=shown(row.at) or "",
        by=row.by,
        event=row.event,
        framework=row.framework,
        artifact=Artifact(uri=row.uri, digest=row.digest, size=row.size),
        run=row.run,
        base=None if row.base_number is None else f"{row.base_model}:{row.base_number}",
        change_control=row.change_control,
        signature=None if row.signature is None else json.loads(row.signature),
        description=fields.get("description"),
        tags=tags,
        aliases=aliases,
        card=card_of(fields),
    )


def _sorted_out(attributes: Iterable[Row[Any]]) -> tuple[dict[str, str], dict[str, Any], list[str]]:
    tags: dict[str, str] = {}
    fields: dict[str, Any] = {}
    aliases: list[str] = []
    for row in attributes:
        if row.part == "tag":
            tags[row.name] = row.value
        elif row.part == "field":
            fields[row.name] = json.loads(row.value)
        else:
            aliases.append(row.name)
    return dict(sorted(tags.items())), dict(sorted(fields.items())), sorted(aliases)


def _grouped(rows: Iterable[Row[Any]]) -> defaultdict[int, list[Row[Any]]]:
    groups: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return groups


def _known_place(what: str, name: str | None, known: Collection[str]) -> str | None:
    if name is None:
        return None
    folded = name.strip().lower()
    if folded in known:
        return folded
    hint = "" if len(known) > 10 else f"there {_are(what, sorted(known))}"
    raise NotFound(kind=what, name=name, nearest=names.nearest(folded, known), hint=hint)


def _are(what: str, known: list[str]) -> str:
    if not known:
        return f"is no {what} yet"
    return f"is only {known[0]}" if len(known) == 1 else f"are {', '.join(known)}"


def _is_of(row: Row[Any], what: Resolved | None) -> bool:
    return what is None or what.id == (row.version_id if what.kind == "version" else row.model_id)


# -- statements


def _versions(view: View) -> Select[Any]:
    base, base_model = _VERSION.alias("base"), _MODEL.alias("base_model")
    return (
        select(
            *_VERSION.c["id", "number", "at", "by", "event", "framework", "uri", "digest", "size"],
            *_VERSION.c["signature", "change_control"],
            _MODEL.c.name.label("model"),
            _STAGE.c.stage,
            _RUN.c.name.label("run"),
            base.c.number.label("base_number"),
            base_model.c.name.label("base_model"),
        )
        .select_from(_MODEL)
        .join(_VERSION, _VERSION.c.model_id == _MODEL.c.id)
        .join(_STAGE, (_STAGE.c.version_id == _VERSION.c.id) & view.open(_STAGE))
        .outerjoin(_RUN, _RUN.c.id == _VERSION.c.run_id)
        .outerjoin(base, base.c.id == _VERSION.c.base_id)
        .outerjoin(base_model, base_model.c.id == base.c.model_id)
        .where(view.exists(_VERSION))
    )


@prepared
def _by_number(view: View) -> Select[Any]:
    return _versions(view).where(_MODEL.c.name == bindparam("name"), _VERSION.c.number == bindparam("number"))


@prepared
def _by_alias(view: View) -> Select[Any]:
    held = (_ALIAS.c.version_id == _VERSION.c.id) & (_ALIAS.c.model_id == _MODEL.c.id)
    named = (_MODEL.c.name == bindparam("name"), _ALIAS.c.name == bindparam("alias"))
    return _versions(view).join(_ALIAS, held).where(*named, view.open(_ALIAS))


@prepared
def _by_ids(view: View) -> Select[Any]:
    return _versions(view).where(among(view, _VERSION.c.id))


@prepared
def _ids_of_model(view: View) -> Select[Any]:
    mine = _VERSION.c.model_id == bindparam("model")
    return select(_VERSION.c.id).where(mine, view.exists(_VERSION)).order_by(_VERSION.c.number)


def _attributes(view: View, *, many: bool) -> CompoundSelect[Any]:
    def part(of: FromClause, owner: str, what: str, name: str, value: Any) -> Select[Any]:
        mine = among(view, of.c[owner]) if many else of.c[owner] == bindparam("id")
        columns = (of.c[owner].label("id"), literal(what).label("part"), of.c[name].label("name"), value)
        return select(*columns).where(mine, view.open(of))

    return union_all(
        part(_TAG, "entity_id", "tag", "key", _TAG.c.value),
        part(_FIELD, "entity_id", "field", "name", _FIELD.c.value),
        part(_ALIAS, "version_id", "alias", "name", sql.cast(null(), Text())),
    )


@prepared
def _attributes_of_one(view: View) -> CompoundSelect[Any]:
    return _attributes(view, many=False)


@prepared
def _attributes_of_many(view: View) -> CompoundSelect[Any]:
    return _attributes(view, many=True)


@prepared
def _models(view: View) -> Select[Any]:
    return select(_MODEL).where(among(view, _MODEL.c.id))


@prepared
def _of_versions(view: View) -> CompoundSelect[Any]:
    """Select how many versions each model has, and which hold aliases or are in production."""
    none = sql.cast(null(), Text()).label("name")
    count = (
        select(_VERSION.c.model_id, literal("count").label("part"), none, sql.count().label("number"))
        .where(among(view, _VERSION.c.model_id), view.exists(_VERSION))
        .group_by(_VERSION.c.model_id)
    )
    aliases = (
        select(_ALIAS.c.model_id, literal("alias"), _ALIAS.c.name, _VERSION.c.number)
        .join(_VERSION, _VERSION.c.id == _ALIAS.c.version_id)
        .where(among(view, _ALIAS.c.model_id), view.open(_ALIAS))
    )
    production = (
        select(_VERSION.c.model_id, literal("production"), none, _VERSION.c.number)
        .join(_STAGE, _STAGE.c.version_id == _VERSION.c.id)
        .where(among(view, _VERSION.c.model_id), _STAGE.c.stage == "production", view.open(_STAGE))
    )
    return union_all(count, aliases, production).order_by("name", "number")


@prepared
def _places(view: View) -> Select[Any]:
    return select(_PLACE.c.site, _PLACE.c.name).where(view.exists(_PLACE))


@prepared
def _live(view: View) -> Select[Any]:
    order = (_PLACE.c.site, _PLACE.c.name, _MODEL.c.name, _VERSION.c.number)
    return deployments(view).where(view.spanned(_DEPLOYMENT), view.until(_DEPLOYMENT).is_(None)).order_by(*order)
