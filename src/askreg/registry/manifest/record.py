"""The record as a manifest: what `dump` writes, and what `load` compares a file with.

A constant number of queries, whatever the size. Lists are ordered by what they say, never by when they were recorded,
so that a record and its copy read the same.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, select, true

from askreg.registry import tables
from askreg.registry.manifest import shapes
from askreg.registry.view import table

_MANY = 400
"""So many names are looked up by name; more, and all are read."""

_T = TypeVar("_T")
_PERSON, _DATASET, _DATASET_VERSION = table(tables.Person), table(tables.Dataset), table(tables.DatasetVersion)
_RUN, _MODEL, _VERSION, _DOCUMENT = (
    table(tables.Run),
    table(tables.Model),
    table(tables.Version),
    table(tables.Document),
)
_EVALUATION, _METRIC, _MEASURE = table(tables.Evaluation), table(tables.Metric), table(tables.Measure)
_STAGE, _APPROVAL, _ALIAS = table(tables.Stage), table(tables.Approval), table(tables.Alias)
_DEPLOYMENT, _ENVIRONMENT = table(tables.Deployment), table(tables.Environment)
_FIELD, _TAG, _EDGE = table(tables.Field), table(tables.Tag), table(tables.Edge)


class Record:
    """Reads the record through one connection: all of it, or the things of some names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._subjects: dict[int, str] = {}
        """Subjects of the ids that edges and evaluations point to."""

    def whole(self) -> shapes.Manifest:
        """Return everything that a manifest can carry."""
        return shapes.Manifest(
            people=self.people(),
            metrics=self.measures(),
            datasets=self.datasets(),
            runs=self.runs(),
            models=self.models(),
            documents=self.documents(),
        )

    def beside(self, other: shapes.Manifest) -> shapes.Manifest:
        """Return what is held of the things that another manifest names; people and datasets in full."""
        return shapes.Manifest(
            people=self.people(),
            metrics=self.measures(),
            datasets=self.datasets(),
            runs=self.runs({run.id for run in other.runs}),
            models=self.models({model.name for model in other.models}),
            documents=self.documents({document.path for document in other.documents}),
        )

    def people(self) -> list[shapes.Person]:
        """Return the people, by name."""
        fields = self._fields(_PERSON)
        found = self._rows(select(_PERSON).order_by(_PERSON.c.name))
        return [
            shapes.Person(
                name=row.name,
                display=fields[row.id].get("display"),
                kind=row.kind,
                roles=fields[row.id].get("roles"),
            )
            for row in found
        ]

    def measures(self) -> list[shapes.Measure]:
        """Return the declared metrics, by name."""
        found = self._rows(select(_MEASURE).order_by(_MEASURE.c.name))
        return [shapes.Measure(name=row.name, better=row.better, unit=row.unit) for row in found]

    def datasets(self) -> list[shapes.Dataset]:
        """Return the datasets with their versions."""
        fields = self._fields(_DATASET)
        rows = self._rows(select(_DATASET_VERSION).order_by(_DATASET_VERSION.c.at, _DATASET_VERSION.c.label))
        datasets = self._rows(select(_DATASET).order_by(_DATASET.c.name))
        name = {row.id: row.name for row in datasets}
        self._subjects.update({row.id: f"{name[row.dataset_id]}@{row.label}" for row in rows})
        sources = self._edges("derived_from", _DATASET_VERSION)
        versions: defaultdict[int, list[shapes.DatasetVersion]] = defaultdict(list)
        for row in rows:
            versions[row.dataset_id].append(
                shapes.DatasetVersion(
                    version=row.label,
                    at=row.at,
                    by=row.by,
                    digest=row.digest,
                    rows=row.rows,
                    source=row.source,
                    sensitivity=row.sensitivity,
                    derived_from=sorted(self._subjects[target] for target, _ in sources[row.id]),
                )
            )
        return [
            shapes.Dataset(
                name=row.name,
                description=fields[row.id].get("description"),
                at=row.at,
                by=row.by,
                versions=versions[row.id],
            )
            for row in datasets
        ]

    def runs(self, ids: Collection[str] | None = None) -> list[shapes.Run]:
        """Return the runs with their inputs; `datasets` has been read."""
        limit = _named(_RUN.c.name, ids)
        inputs = self._edges("used", _RUN, limit)
        return [
            shapes.Run(
                id=row.name,
                at=row.at,
                by=row.by,
                code={key: value for key, value in (("repo", row.repo), ("commit", row.commit)) if value is not None},
                params=_json(row.params),
                inputs=[
                    shapes.Input(dataset=dataset, role=role)  # type: ignore[arg-type]
                    for dataset, role in sorted((self._subjects[target], role) for target, role in inputs[row.id])
                ],
            )
            for row in self._rows(select(_RUN).where(limit).order_by(_RUN.c.at, _RUN.c.name))
        ]

    def models(self, names: Collection[str] | None = None) -> list[shapes.Model]:
        """Return the models with the life of their versions; `datasets` has been read."""
        limit = _named(_MODEL.c.name, names)
        rows = self._rows(select(_MODEL).where(limit).order_by(_MODEL.c.name))
        fields, tags = self._fields(_MODEL, limit), self._tags(_MODEL, limit)
        versions = self._versions({row.id: row.name for row in rows}, limit)
        return [
            shapes.Model(
                name=row.name,
                task=fields[row.id].get("task"),
                owner=fields[row.id].get("owner"),
                description=fields[row.id].get("description"),
                at=row.at,
                by=row.by,
                tags=tags[row.id],
                card=_card(fields[row.id]),
                versions=versions[row.id],
            )
            for row in rows
        ]

    def documents(self, paths: Collection[str] | None = None) -> list[shapes.Document]:
        """Return the documents."""
        limit = _named(_DOCUMENT.c.path, paths)
        fields, about = self._fields(_DOCUMENT, limit), self._about(limit)
        return [
            shapes.Document(
                path=row.path,
                title=fields[row.id].get("title"),
                about=sorted(about[row.id]),
                sensitivity=fields[row.id].get("sensitivity"),
                at=row.at,
                by=row.by,
                digest=fields[row.id].get("digest"),
                size=fields[row.id].get("size"),
            )
            for row in self._rows(select(_DOCUMENT).where(limit).order_by(_DOCUMENT.c.path))
        ]

    # -- what a file may refer to

    def versions(self, models: Collection[str]) -> dict[str, str]:
        """Return the versions of these models, and since when they are."""
        held = select(_MODEL.c.name, _VERSION.c.number, _VERSION.c.at).join(
            _VERSION, _VERSION.c.model_id == _MODEL.c.id
        )
        return {f"{name}:{number}": at for name, number, at in self._rows(held.where(_named(_MODEL.c.name, models)))}

    def named(self, kind: str, wanted: Collection[str] | None = None) -> dict[str, str]:
        """Return the runs, models or documents of these names, or all, and since when they are."""
        column = {"run": _RUN.c.name, "model": _MODEL.c.name, "document": _DOCUMENT.c.path}[kind]
        held = select(column, column.table.c.at).where(_named(column, wanted))
        return {row[0]: row[1] for row in self._rows(held)}

    def places(self) -> dict[str, str]:
        """Return the environments, and since when they are."""
        return {f"{row.site}/{row.name}": row.at for row in self._rows(select(_ENVIRONMENT))}

    # -- versions and what belongs to them

    def _versions(self, name: dict[int, str], limit: ColumnElement[bool]) -> defaultdict[int, list[shapes.Version]]:
        source = _VERSION.join(_MODEL, _MODEL.c.id == _VERSION.c.model_id)
        base, base_model = _VERSION.alias(), _MODEL.alias()
        source = source.outerjoin(_RUN, _RUN.c.id == _VERSION.c.run_id)
        source = source.outerjoin(base, base.c.id == _VERSION.c.base_id)
        source = source.outerjoin(base_model, base_model.c.id == base.c.model_id)
        wanted = select(
            _VERSION, _RUN.c.name.label("run"), base_model.c.name.label("base"), base.c.number.label("base_number")
        )
        rows = self._rows(wanted.select_from(source).where(limit).order_by(_VERSION.c.model_id, _VERSION.c.number))
        fields, tags = self._fields(_VERSION, limit, source), self._tags(_VERSION, limit, source)
        evaluations = self._evaluations(limit, source)
        approvals = self._of_versions(_APPROVAL, limit, source, _approval)
        aliases = self._of_versions(_ALIAS, limit, source, _alias)
        stages = self._of_versions(_STAGE, limit, source, lambda row: row)
        deployments = self._deployments(limit, source)
        versions: defaultdict[int, list[shapes.Version]] = defaultdict(list)
        for row in rows:
            held = fields[row.id]
            versions[row.model_id].append(
                shapes.Version(
                    version=row.number,
                    at=row.at,
                    by=row.by,
                    run=row.run,
                    base=None if row.base is None else f"{row.base}:{row.base_number}",
                    framework=row.framework,
                    artifact=_present(uri=row.uri, digest=row.digest, size=row.size),
                    signature=None if row.signature is None else _json(row.signature),
                    change_control=row.change_control,
                    description=held.get("description"),
                    tags=tags[row.id],
                    card=_card(held),
                    evaluations=sorted(evaluations[row.id], key=_by_time),
                    approvals=sorted(approvals[row.id], key=_by_time),
                    stages=_moves(stages[row.id]),
                    aliases=sorted(aliases[row.id], key=_by_time),
                    deployments=sorted(deployments[row.id], key=_by_time),
                )
            )
        return versions

    def _evaluations(self, limit: ColumnElement[bool], source: FromClause) -> defaultdict[int, list[shapes.Evaluation]]:
        figures: defaultdict[int, dict[str, shapes.Figure]] = defaultdict(dict)
        of = _METRIC.join(_EVALUATION, _EVALUATION.c.id == _METRIC.c.evaluation_id)
        of = of.join(_VERSION, _VERSION.c.id == _EVALUATION.c.version_id).join(
            _MODEL, _MODEL.c.id == _VERSION.c.model_id
        )
        for row in self._rows(select(_METRIC).select_from(of).where(limit).order_by(_METRIC.c.name)):
            figures[row.evaluation_id][row.name] = shapes.Figure(
                value=Decimal(row.value),
                n=row.n,
                ci=None if row.low is None else (Decimal(row.low), Decimal(row.high)),
                unit=row.unit,
                config=None if row.config is None else _json(row.config),
            )

        def evaluation(row: Row[Any]) -> shapes.Evaluation:
            return shapes.Evaluation(
                dataset=self._subjects[row.dataset_version_id],
                split=row.split,
                cohort=row.cohort,
                at=row.at,
                by=row.by,
                evidence=row.evidence,
                metrics=figures[row.id],
            )

        return self._of_versions(_EVALUATION, limit, source, evaluation)

    def _deployments(self, limit: ColumnElement[bool], source: FromClause) -> defaultdict[int, list[shapes.Deployment]]:
        place = {row.id: row for row in self._rows(select(_ENVIRONMENT))}
        self._subjects.update({row.id: f"{row.site}/{row.name}" for row in place.values()})

        def deployment(row: Row[Any]) -> shapes.Deployment:
            where = place[row.environment_id]
            return shapes.Deployment(
                site=where.site,
                environment=where.name,
                region=row.region,
                at=row.at,
                until=row.until,
                by=row.by,
                reason=row.reason,
            )

        return self._of_versions(_DEPLOYMENT, limit, source, deployment)

    def _of_versions(
        self, of: FromClause, limit: ColumnElement[bool], source: FromClause, make: Callable[[Row[Any]], _T]
    ) -> defaultdict[int, list[_T]]:
        found: defaultdict[int, list[_T]] = defaultdict(list)
        joined = source.join(of, of.c.version_id == _VERSION.c.id)
        for row in self._rows(select(of).select_from(joined).where(limit).order_by(of.c.at, of.c.id)):
            found[row.version_id].append(make(row))
        return found

    # -- what belongs to anything

    def _fields(
        self, of: FromClause, limit: ColumnElement[bool] | None = None, source: FromClause | None = None
    ) -> defaultdict[int, dict[str, Any]]:
        fields: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        joined = (of if source is None else source).join(_FIELD, _FIELD.c.entity_id == of.c.id)
        held = select(_FIELD.c.entity_id, _FIELD.c.name, _FIELD.c.value).select_from(joined)
        for row in self._rows(held.where(_FIELD.c.until.is_(None), true() if limit is None else limit)):
            fields[row.entity_id][row.name] = _json(row.value)
        return fields

    def _tags(
        self, of: FromClause, limit: ColumnElement[bool], source: FromClause | None = None
    ) -> defaultdict[int, dict[str, str]]:
        tags: defaultdict[int, dict[str, str]] = defaultdict(dict)
        joined = (of if source is None else source).join(_TAG, _TAG.c.entity_id == of.c.id)
        held = select(_TAG.c.entity_id, _TAG.c.key, _TAG.c.value).select_from(joined)
        for row in self._rows(held.where(_TAG.c.until.is_(None), limit).order_by(_TAG.c.key)):
            tags[row.entity_id][row.key] = row.value
        return tags

    def _edges(
        self, relation: str, of: FromClause, limit: ColumnElement[bool] | None = None
    ) -> defaultdict[int, list[tuple[int, str | None]]]:
        edges: defaultdict[int, list[tuple[int, str | None]]] = defaultdict(list)
        joined = of.join(_EDGE, _EDGE.c.source == of.c.id)
        held = select(_EDGE.c.source, _EDGE.c.target, _EDGE.c.role).select_from(joined).order_by(_EDGE.c.id)
        for row in self._rows(held.where(_EDGE.c.relation == relation, true() if limit is None else limit)):
            edges[row.source].append((row.target, row.role))
        return edges

    def _about(self, limit: ColumnElement[bool]) -> defaultdict[int, list[str]]:
        about: defaultdict[int, list[str]] = defaultdict(list)
        joined = _DOCUMENT.join(_EDGE, _EDGE.c.source == _DOCUMENT.c.id)
        held = select(_EDGE).select_from(joined).where(limit).order_by(_EDGE.c.id)
        rows = self._rows(held)
        labels = self._labels({row.target_kind for row in rows})
        for row in rows:
            about[row.source].append(labels[row.target])
        return about

    def _labels(self, kinds: Iterable[str]) -> dict[int, str]:
        labels: dict[int, str] = {}
        for kind in kinds:
            for id, *parts in self._rows(_LABELS[kind]):
                labels[id] = _WRITTEN[kind].format(*parts)
        return labels

    def _rows(self, statement: Select[Any]) -> list[Any]:
        return list(self._connection.execute(statement).all())


_LABELS: dict[str, Select[Any]] = {
    "person": select(_PERSON.c.id, _PERSON.c.name),
    "dataset": select(_DATASET.c.id, _DATASET.c.name),
    "dataset_version": select(_DATASET_VERSION.c.id, _DATASET.c.name, _DATASET_VERSION.c.label).join(
        _DATASET, _DATASET.c.id == _DATASET_VERSION.c.dataset_id
    ),
    "run": select(_RUN.c.id, _RUN.c.name),
    "model": select(_MODEL.c.id, _MODEL.c.name),
    "version": select(_VERSION.c.id, _MODEL.c.name, _VERSION.c.number).join(_MODEL, _MODEL.c.id == _VERSION.c.model_id),
    "environment": select(_ENVIRONMENT.c.id, _ENVIRONMENT.c.site, _ENVIRONMENT.c.name),
    "document": select(_DOCUMENT.c.id, _DOCUMENT.c.path),
}
_WRITTEN = {
    "person": "person:{}",
    "dataset": "{}",
    "dataset_version": "{}@{}",
    "run": "run:{}",
    "model": "{}",
    "version": "{}:{}",
    "environment": "{}/{}",
    "document": "doc:{}",
}


def _json(text: str) -> Any:
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | float:
    # RFC 8785 writes 1e17 as a whole number, which as an integer it would not write again.
    return int(digits) if len(digits) < 16 else float(digits)


def _named(column: ColumnElement[str], wanted: Collection[str] | None) -> ColumnElement[bool]:
    if wanted is None or len(wanted) > _MANY:
        return true()
    return column.in_(sorted(wanted))


def _by_time(entry: Any) -> tuple[str, ...]:
    # Stages alone keep the order of their writing: at one instant it says where a version came from and went.
    return (entry.at, *entry.key, getattr(entry, "until", None) or "~", getattr(entry, "decision", ""))


def _card(fields: dict[str, Any]) -> dict[str, Any]:
    cards = {name.removeprefix("card."): value for name, value in fields.items() if name.startswith("card.")}
    return dict(sorted(cards.items()))


def _present(**values: Any) -> dict[str, Any] | None:
    return {key: value for key, value in values.items() if value is not None} or None


def _approval(row: Row[Any]) -> shapes.Approval:
    return shapes.Approval(by=row.by, meaning=row.meaning, decision=row.decision, at=row.at, comment=row.comment)


def _alias(row: Row[Any]) -> shapes.Alias:
    return shapes.Alias(alias=row.name, at=row.at, until=row.until, by=row.by)


def _moves(rows: list[Row[Any]]) -> list[shapes.Stage]:
    # The first stage, experimental, came with the version itself.
    return [
        shapes.Stage(stage=row.stage, at=row.at, by=row.by, reason=row.reason)
        for row in rows
        if row.previous is not None
    ]
