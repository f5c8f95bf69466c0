"""From a subject as written to the row it names, and back."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Result,
    Select,
    Table,
    Text,
    bindparam,
    literal,
    select,
    union_all,
)
from sqlalchemy import func as sql

from askreg.errors import InvalidInput, NotFound
from askreg.registry import names, times
from askreg.registry.names import Ref
from askreg.registry.prepared import among, id_list, prepared
from askreg.registry.tables import (
    Alias,
    Dataset,
    DatasetVersion,
    Document,
    Environment,
    Event,
    Kind,
    Model,
    Person,
    Run,
    Version,
)
from askreg.registry.view import View, table

_MODEL, _VERSION, _ALIAS = table(Model), table(Version), table(Alias)
_DATASET, _STATE = table(Dataset), table(DatasetVersion)
_RUN, _DOCUMENT, _PERSON, _PLACE = table(Run), table(Document), table(Person), table(Environment)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a subject names: its kind, the id of its row, and the subject in its one proper form."""

    kind: Kind
    id: int
    subject: str


def resolve(view: View, subject: str, *, kinds: tuple[Kind, ...] | None = None) -> Resolved:
    """Return what a subject names in this view; raises `NotFound` with the nearest names.

    A bare name may be a model's, a dataset's or a person's, in that order; `kinds` says which are wanted.
    """
    ref = names.parse(subject)
    try:
        found = _found(view, ref, subject, kinds)
    except NotFound as error:
        if view.as_of is None and view.known is None:
            raise
        raise _not_yet(view, subject, kinds, error) from None
    if kinds is not None and found.kind not in kinds:
        raise InvalidInput(
            f"{subject!r} is a {_said(found.kind)}; {' or '.join(_FORMS[kind] for kind in kinds)} is meant"
        )
    return found


def labels(view: View, ids: Mapping[Kind, Collection[int]]) -> dict[int, str]:
    """Return the subject of every id, with one query for each kind."""
    found: dict[int, str] = {}
    for kind, wanted in ids.items():
        if wanted:
            found.update((row.id, row.label) for row in _LABELS[kind](view, ids=id_list(wanted)))
    return found


# -- one look-up for each form of a subject


def _found(view: View, ref: Ref, subject: str, kinds: tuple[Kind, ...] | None) -> Resolved:
    if ref.kind == "version":
        return _numbered(view, ref.name, int(ref.part or 0))
    if ref.kind == "environment":
        return _one(view, "environment", f"{ref.name}/{ref.part}", site=ref.name, name=ref.part)
    if ref.kind == "run":
        return _one(view, "run", f"run:{ref.name}", name=ref.name)
    if ref.kind == "document":
        return _one(view, "document", f"doc:{ref.name}", name=ref.name.lower())
    if ref.kind == "person":
        return _one(view, "person", ref.name, name=ref.name)
    if ref.part is not None:
        return _at(view, ref.name, ref.part, subject, kinds)
    return _bare(view, ref.name, kinds)


def _numbered(view: View, model: str, number: int) -> Resolved:
    row = _by_number(view, name=model, number=number).first()
    if row is not None:
        return Resolved("version", row.id, f"{model}:{number}")
    parent = _owner(view, model, wants="model")
    latest = _latest(view, model=parent.id).scalar()
    held = f"the latest is {latest}" if latest else "it has none yet"
    raise NotFound(kind="version", name=f"{model}:{number}", hint=f"there is no version {number} of {model}; {held}")


def _at(view: View, name: str, part: str, subject: str, kinds: tuple[Kind, ...] | None) -> Resolved:
    rows = {row.kind: row for row in _by_at(view, name=name, part=part)}
    for kind in ("version", "dataset_version"):
        if kind in rows and (kinds is None or kind in kinds or len(rows) == 1):
            label = f"{name}:{rows[kind].number}" if kind == "version" else f"{name}@{part}"
            return Resolved(rows[kind].kind, rows[kind].id, label)
    parents = _parents(view, name)
    if not parents:
        raise _unknown(view, name, ("model", "dataset"))
    known: list[str] = []
    hints = []
    if "model" in parents:
        aliases = sorted(_aliases(view, model=parents["model"]).scalars())
        known += aliases
        hints.append(f"{name} has {_listed('the alias', 'the aliases', aliases) or 'no aliases'}")
    if "dataset" in parents:
        states = sorted(_states(view, dataset=parents["dataset"]).scalars())
        known += states
        hints.append(f"{name} has {_listed('the version', 'the versions', states) or 'no versions'}")
    what = "alias" if "dataset" not in parents else "dataset version" if "model" not in parents else "alias or version"
    near = [f"{name}@{other}" for other in names.nearest(part, known)]
    raise NotFound(kind=what, name=subject.strip(), nearest=near, hint="; ".join(hints))


def _bare(view: View, name: str, kinds: tuple[Kind, ...] | None) -> Resolved:
    parents = _parents(view, name)
    plain: tuple[Kind, ...] = ("model", "dataset", "person")
    for kind in plain:
        if kind in parents and (kinds is None or kind in kinds):
            return Resolved(kind, parents[kind], name)
    if not parents:
        raise _unknown(view, name, tuple(kind for kind in plain if kinds is None or kind in _wider(kinds)) or plain)
    if kinds is not None and "version" in kinds and "model" in parents:
        raise InvalidInput(f"{name!r} does not say which version: write {name}:1 or {name}@alias")
    if kinds is not None and "dataset_version" in kinds and "dataset" in parents:
        raise InvalidInput(f"{name!r} does not say which version: write {name}@version")
    kind = next(kind for kind in plain if kind in parents)
    return Resolved(kind, parents[kind], name)


def _one(view: View, kind: Kind, label: str, **key: Any) -> Resolved:
    row = _BY_NAME[kind](view, **key).first()
    if row is not None:
        return Resolved(kind, row.id, row.label)
    known = [other.label for other in _ALL[kind](view)]
    if kind == "environment":  # the path of a document looks like one
        known += [other.label for other in _ALL["document"](view)]
    raise NotFound(kind=_said(kind), name=label, nearest=names.nearest(label, known))


# -- what to say when there is nothing


def _parents(view: View, name: str) -> dict[Kind, int]:
    return {row.kind: row.id for row in _by_bare_name(view, name=name)}


def _owner(view: View, name: str, *, wants: Kind) -> Any:
    parents = _parents(view, name)
    if wants in parents:
        return Resolved(wants, parents[wants], name)
    if "dataset" in parents:
        raise NotFound(kind="model", name=name, hint=f"it is a dataset, whose versions are written {name}@version")
    raise _unknown(view, name, ("model",))


def _unknown(view: View, name: str, kinds: tuple[Kind, ...]) -> NotFound:
    known = [row.label for kind in kinds for row in _ALL[kind](view)]
    said = " or ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)
    return NotFound(kind=said, name=name, nearest=names.nearest(name, known), hint=_renamed(view, name))


def _renamed(view: View, name: str) -> str:
    for payload in _renames(view).scalars():
        detail = json.loads(payload)["detail"]
        if detail["from"] == name:
            return f"the model of that name is now {detail['to']!r}"
    return ""


def _not_yet(view: View, subject: str, kinds: tuple[Kind, ...] | None, error: NotFound) -> NotFound:
    try:
        _found(View(view.connection, view.now), names.parse(subject), subject, kinds)
    except (NotFound, InvalidInput):
        return error
    limits = [] if view.as_of is None else [f"as of {times.shown(view.as_of)}"]
    limits += [] if view.known is None else ["as then known"]
    hint = f"the record has it now, but not {' '.join(limits)}"
    return NotFound(kind=error.kind, name=error.name, hint=hint)


def _wider(kinds: tuple[Kind, ...]) -> set[Kind]:
    of: dict[Kind, Kind] = {"version": "model", "dataset_version": "dataset"}
    return {*kinds, *(of[kind] for kind in kinds if kind in of)}


def _listed(one: str, many: str, items: list[str]) -> str:
    if not items:
        return ""
    more = f" and {len(items) - 10} more" if len(items) > 10 else ""
    return f"{one if len(items) == 1 else many} {', '.join(items[:10])}{more}"


def _said(kind: Kind) -> str:
    return kind.replace("_", " ")


_FORMS: dict[Kind, str] = {
    "person": "a person's name",
    "dataset": "a dataset's name",
    "dataset_version": "dataset@version",
    "run": "run:id",
    "model": "a model's name",
    "version": "model:3 or model@alias",
    "environment": "site/environment",
    "document": "doc:path",
}


# -- statements


@prepared
def _by_number(view: View) -> Select[Any]:
    joined = _VERSION.join(_MODEL, _MODEL.c.id == _VERSION.c.model_id)
    named = (_MODEL.c.name == bindparam("name"), _VERSION.c.number == bindparam("number"))
    return select(_VERSION.c.id).select_from(joined).where(*named, view.exists(_VERSION))


@prepared
def _latest(view: View) -> Select[Any]:
    mine = _VERSION.c.model_id == bindparam("model")
    return select(sql.max(_VERSION.c.number)).where(mine, view.exists(_VERSION))


@prepared
def _by_at(view: View) -> CompoundSelect[Any]:
    held = _ALIAS.join(_MODEL, _MODEL.c.id == _ALIAS.c.model_id).join(_VERSION, _VERSION.c.id == _ALIAS.c.version_id)
    aliases = (
        select(literal("version").label("kind"), _VERSION.c.id, _VERSION.c.number)
        .select_from(held)
        .where(_MODEL.c.name == bindparam("name"), _ALIAS.c.name == bindparam("part"), view.open(_ALIAS))
    )
    states = (
        select(literal("dataset_version").label("kind"), _STATE.c.id, literal(0).label("number"))
        .select_from(_STATE.join(_DATASET, _DATASET.c.id == _STATE.c.dataset_id))
        .where(_DATASET.c.name == bindparam("name"), _STATE.c.label == bindparam("part"), view.exists(_STATE))
    )
    return union_all(aliases, states)


@prepared
def _by_bare_name(view: View) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(literal(kind).label("kind"), of.c.id).where(of.c.name == bindparam("name"), view.exists(of))
            for kind, of in (("model", _MODEL), ("dataset", _DATASET), ("person", _PERSON))
        )
    )


@prepared
def _aliases(view: View) -> Select[Any]:
    return select(_ALIAS.c.name).where(_ALIAS.c.model_id == bindparam("model"), view.open(_ALIAS))


@prepared
def _states(view: View) -> Select[Any]:
    return select(_STATE.c.label).where(_STATE.c.dataset_id == bindparam("dataset"), view.exists(_STATE))


@prepared
def _renames(view: View) -> Select[Any]:
    events = table(Event)
    return select(events.c.payload).where(events.c.action == "model.renamed").order_by(events.c.seq.desc())


def _text(column: ColumnElement[Any]) -> ColumnElement[str]:
    return sql.cast(column, Text())


_KINDS: dict[Kind, tuple[Table, FromClause, ColumnElement[str]]] = {
    "person": (_PERSON, _PERSON, _PERSON.c.name),
    "dataset": (_DATASET, _DATASET, _DATASET.c.name),
    "dataset_version": (
        _STATE,
        _STATE.join(_DATASET, _DATASET.c.id == _STATE.c.dataset_id),
        _DATASET.c.name + "@" + _STATE.c.label,
    ),
    "run": (_RUN, _RUN, "run:" + _RUN.c.name),
    "model": (_MODEL, _MODEL, _MODEL.c.name),
    "version": (
        _VERSION,
        _VERSION.join(_MODEL, _MODEL.c.id == _VERSION.c.model_id),
        _MODEL.c.name + ":" + _text(_VERSION.c.number),
    ),
    "environment": (_PLACE, _PLACE, _PLACE.c.site + "/" + _PLACE.c.name),
    "document": (_DOCUMENT, _DOCUMENT, "doc:" + _DOCUMENT.c.path),
}
"""Each kind's table, what its subject is written from, and how."""

_NAMED: dict[Kind, tuple[ColumnElement[bool], ...]] = {
    "run": (_RUN.c.name == bindparam("name"),),
    "document": (sql.lower(_DOCUMENT.c.path) == bindparam("name"),),
    "person": (_PERSON.c.name == bindparam("name"),),
    "environment": (_PLACE.c.site == bindparam("site"), _PLACE.c.name == bindparam("name")),
}


def _selected(kind: Kind, *, by: str) -> Callable[..., Result[Any]]:
    of, source, label = _KINDS[kind]

    @prepared
    def statement(view: View) -> Select[Any]:
        found = select(of.c.id, label.label("label")).select_from(source)
        if by == "ids":  # an id is only known from a row that was seen
            return found.where(among(view, of.c.id))
        return found.where(view.exists(of), *(_NAMED[kind] if by == "name" else ())).order_by(label)

    return statement


_LABELS = {kind: _selected(kind, by="ids") for kind in _KINDS}
_ALL = {kind: _selected(kind, by="all") for kind in _KINDS}
_BY_NAME = {kind: _selected(kind, by="name") for kind in _NAMED}
