"""Everything the record says about one subject."""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, literal, select, union_all

from askreg.registry import reads
from askreg.registry.gaps import gaps
from askreg.registry.prepared import among, id_list, prepared
from askreg.registry.resolve import Resolved, labels, resolve
from askreg.registry.results import (
    AliasView,
    ApprovalView,
    DatasetVersionView,
    DatasetView,
    DocumentView,
    EnvironmentView,
    EvaluationView,
    MetricValue,
    ModelDetail,
    PersonView,
    Result,
    RunInput,
    RunView,
    StageView,
    VersionDetail,
)
from askreg.registry.tables import (
    Alias,
    Approval,
    Dataset,
    DatasetVersion,
    Deployment,
    Document,
    Edge,
    Environment,
    Evaluation,
    Field,
    Kind,
    Metric,
    Person,
    Run,
    Stage,
)
from askreg.registry.times import shown
from askreg.registry.view import View, table

_STAGE, _APPROVAL, _ALIAS, _FIELD = table(Stage), table(Approval), table(Alias), table(Field)
_EVALUATION, _METRIC, _DEPLOYMENT, _EDGE = table(Evaluation), table(Metric), table(Deployment), table(Edge)
_DATASET, _STATE, _RUN = table(Dataset), table(DatasetVersion), table(Run)
_PERSON, _PLACE, _DOCUMENT = table(Person), table(Environment), table(Document)


def show(view: View, subject: str, *, kinds: tuple[Kind, ...] | None = None) -> Result:
    """Return everything the record says about a subject, which may be limited to some kinds."""
    found = resolve(view, subject, kinds=kinds)
    return _SHOWN[found.kind](view, found)


def model(view: View, found: Resolved) -> ModelDetail:
    """Return a model with its card and versions."""
    summary = reads.model_summaries(view, [found.id])[0]
    return ModelDetail(
        **dict(summary),
        card=reads.card_of(reads.fields_of(view, found.id)),
        version_list=reads.versions_of(view, found.id),
        documents=_documents(view, found.id),
    )


def version(view: View, found: Resolved) -> VersionDetail:
    """Return a version with its evaluations, signatures, stages, aliases, deployments, documents and gaps."""
    subject = found.subject
    return VersionDetail(
        **dict(reads.summaries(view, [found.id])[0]),
        evaluations=_evaluations(view, found),
        approvals=[_approval(subject, row) for row in _approvals(view, id=found.id)],
        stages=[_stage(subject, row) for row in _stages(view, id=found.id)],
        alias_history=[_alias(subject, row) for row in _aliases(view, id=found.id)],
        deployments=[reads.deployment(row) for row in _of_version(view, id=found.id)],
        documents=_documents(view, found.id),
        gaps=gaps(view, subject=subject),
    )


def dataset(view: View, found: Resolved) -> DatasetView:
    """Return a dataset and its versions."""
    row = _dataset(view, id=found.id).one()
    return DatasetView(
        name=row.name,
        description=reads.fields_of(view, found.id).get("description"),
        at=shown(row.at) or "",
        event=row.event,
        versions=_states(view, _of_dataset(view, id=found.id).all()),
    )


def dataset_version(view: View, found: Resolved) -> DatasetVersionView:
    """Return a fixed state of a dataset."""
    return _states(view, _state(view, id=found.id).all())[0]


def run(view: View, found: Resolved) -> RunView:
    """Return a run, what it used and what it made."""
    row = _run(view, id=found.id).one()
    arrows = _arrows_of_run(view, id=found.id).all()
    named = _named(view, dataset_version=[a.id for a in arrows if a.role], version=[a.id for a in arrows if not a.role])
    inputs = sorted((named[arrow.id], arrow.role) for arrow in arrows if arrow.role)
    code = {"repo": row.repo, "commit": row.commit}
    return RunView(
        subject=found.subject,
        id=row.name,
        params=json.loads(row.params),
        code={name: value for name, value in code.items() if value is not None},
        inputs=[RunInput(dataset=name, role=role) for name, role in inputs],
        versions=[named[arrow.id] for arrow in arrows if not arrow.role],
        at=shown(row.at) or "",
        by=row.by,
        event=row.event,
    )


def environment(view: View, found: Resolved) -> EnvironmentView:
    """Return a site's environment and everything that ran there."""
    row = _place(view, id=found.id).one()
    held = [reads.deployment(deployment) for deployment in _of_place(view, id=found.id)]
    return EnvironmentView(subject=found.subject, site=row.site, environment=row.name, deployments=held)


def document(view: View, found: Resolved) -> DocumentView:
    """Return a registered document and what it is about."""
    row = _document(view, id=found.id).one()
    fields = reads.fields_of(view, found.id)
    arrows = _about(view, id=found.id).all()
    kinds: defaultdict[Kind, list[int]] = defaultdict(list)
    for arrow in arrows:
        kinds[arrow.target_kind].append(arrow.target)
    named = labels(view, kinds)
    return DocumentView(
        subject=found.subject,
        path=row.path,
        title=fields.get("title"),
        sensitivity=fields.get("sensitivity"),
        digest=fields.get("digest"),
        size=fields.get("size"),
        removed=fields.get("removed"),
        about=sorted(named[arrow.target] for arrow in arrows),
        at=shown(row.at) or "",
        by=row.by,
        event=row.event,
    )


def person(view: View, found: Resolved) -> PersonView:
    """Return a person or service."""
    row = _person(view, id=found.id).one()
    fields = reads.fields_of(view, found.id)
    return PersonView(
        name=row.name,
        display=fields.get("display"),
        kind=row.kind,
        roles=fields.get("roles") or [],
        at=shown(row.at) or "",
        event=row.event,
    )


_SHOWN: dict[Kind, Callable[[View, Resolved], Result]] = {
    "model": model,
    "version": version,
    "dataset": dataset,
    "dataset_version": dataset_version,
    "run": run,
    "environment": environment,
    "document": document,
    "person": person,
}


# -- from rows to results


def _evaluations(view: View, found: Resolved) -> list[EvaluationView]:
    rows = _evaluated(view, id=found.id).all()
    figures: defaultdict[int, list[MetricValue]] = defaultdict(list)
    for row in _figures(view, id=found.id):
        figures[row.evaluation_id].append(metric_value(row))
    return [
        EvaluationView(
            subject=found.subject,
            dataset=f"{row.dataset}@{row.label}",
            split=row.split,
            cohort=row.cohort,
            evidence=row.evidence,
            at=shown(row.at) or "",
            by=row.by,
            event=row.event,
            metrics=figures[row.id],
        )
        for row in rows
    ]


def metric_value(row: Any) -> MetricValue:
    """Return a row of the metrics as a result."""
    return MetricValue(
        metric=row.name,
        value=Decimal(row.value),
        n=row.n,
        ci=None if row.low is None else (Decimal(row.low), Decimal(row.high)),
        unit=row.unit,
        config=None if row.config is None else json.loads(row.config),
    )


def _approval(subject: str, row: Any) -> ApprovalView:
    return ApprovalView(
        subject=subject,
        by=row.by,
        printed_name=row.printed_name,
        meaning=row.meaning,
        decision=row.decision,
        at=shown(row.at) or "",
        comment=row.comment,
        content=row.content,
        lapsed=shown(row.end),
        imported=row.origin == "manifest",
        event=row.event,
        closed=row.closed_event if row.end else None,
    )


def _stage(subject: str, row: Any) -> StageView:
    return StageView(
        subject=subject,
        stage=row.stage,
        since=shown(row.at) or "",
        until=shown(row.end),
        by=row.by,
        reason=row.reason,
        imported=row.origin == "manifest",
        event=row.event,
        closed=row.closed_event if row.end else None,
    )


def _alias(subject: str, row: Any) -> AliasView:
    return AliasView(
        alias=row.name,
        model=subject.partition(":")[0],
        subject=subject,
        since=shown(row.at) or "",
        until=shown(row.end),
        by=row.by,
        event=row.event,
        closed=row.closed_event if row.end else None,
    )


def _states(view: View, rows: Any) -> list[DatasetVersionView]:
    arrows = _derived(view, ids=id_list([row.id for row in rows])).all()
    named = _named(view, dataset_version=[arrow.target for arrow in arrows])
    sources: defaultdict[int, list[str]] = defaultdict(list)
    for arrow in arrows:
        sources[arrow.source].append(named[arrow.target])
    return [
        DatasetVersionView(
            subject=f"{row.dataset}@{row.label}",
            dataset=row.dataset,
            version=row.label,
            digest=row.digest,
            rows=row.rows,
            source=row.source,
            sensitivity=row.sensitivity,
            derived_from=sorted(sources[row.id]),
            at=shown(row.at) or "",
            by=row.by,
            event=row.event,
        )
        for row in rows
    ]


def _documents(view: View, id: int) -> list[str]:
    return sorted(f"doc:{path}" for path in _documents_about(view, id=id).scalars())


def _named(view: View, **ids: list[int]) -> dict[int, str]:
    return labels(view, ids)  # type: ignore[arg-type]


# -- statements


def _held(view: View, of: Any) -> Select[Any]:
    mine = of.c.version_id == bindparam("id")
    return select(of, view.until(of).label("end")).where(mine, view.exists(of)).order_by(of.c.at, of.c.id)


@prepared
def _stages(view: View) -> Select[Any]:
    return _held(view, _STAGE)


@prepared
def _approvals(view: View) -> Select[Any]:
    return _held(view, _APPROVAL)


@prepared
def _aliases(view: View) -> Select[Any]:
    return _held(view, _ALIAS)


@prepared
def _of_version(view: View) -> Select[Any]:
    mine = _DEPLOYMENT.c.version_id == bindparam("id")
    return reads.deployments(view).where(mine).order_by(_DEPLOYMENT.c.at, _DEPLOYMENT.c.id)


@prepared
def _of_place(view: View) -> Select[Any]:
    here = _DEPLOYMENT.c.environment_id == bindparam("id")
    return reads.deployments(view).where(here).order_by(_DEPLOYMENT.c.at.desc(), _DEPLOYMENT.c.id.desc())


@prepared
def _evaluated(view: View) -> Select[Any]:
    return (
        select(_EVALUATION, _DATASET.c.name.label("dataset"), _STATE.c.label)
        .join(_STATE, _STATE.c.id == _EVALUATION.c.dataset_version_id)
        .join(_DATASET, _DATASET.c.id == _STATE.c.dataset_id)
        .where(_EVALUATION.c.version_id == bindparam("id"), view.exists(_EVALUATION))
        .order_by(_EVALUATION.c.at, _EVALUATION.c.id)
    )


@prepared
def _figures(view: View) -> Select[Any]:
    return (
        select(_METRIC)
        .join(_EVALUATION, _EVALUATION.c.id == _METRIC.c.evaluation_id)
        .where(_EVALUATION.c.version_id == bindparam("id"), view.exists(_METRIC))
        .order_by(_METRIC.c.name)
    )


@prepared
def _documents_about(view: View) -> Select[Any]:
    about = (_EDGE.c.target == bindparam("id")) & (_EDGE.c.relation == "about")
    return select(_DOCUMENT.c.path).join(_EDGE, _EDGE.c.source == _DOCUMENT.c.id).where(about, view.exists(_EDGE))


@prepared
def _about(view: View) -> Select[Any]:
    about = (_EDGE.c.source == bindparam("id")) & (_EDGE.c.relation == "about")
    return select(_EDGE.c.target, _EDGE.c.target_kind).where(about, view.exists(_EDGE))


@prepared
def _derived(view: View) -> Select[Any]:
    derived = among(view, _EDGE.c.source) & (_EDGE.c.relation == "derived_from")
    return select(_EDGE.c.source, _EDGE.c.target).where(derived, view.exists(_EDGE))


@prepared
def _arrows_of_run(view: View) -> CompoundSelect[Any]:
    """Select what a run used, with the role, and what it made, without one."""
    used = select(_EDGE.c.target.label("id"), _EDGE.c.role).where(
        _EDGE.c.source == bindparam("id"), _EDGE.c.relation == "used", view.exists(_EDGE)
    )
    made = select(_EDGE.c.source.label("id"), literal(None, _EDGE.c.role.type)).where(
        _EDGE.c.target == bindparam("id"), _EDGE.c.relation == "generated_by", view.exists(_EDGE)
    )
    return union_all(used, made).order_by("id")


def _whole_states(view: View) -> Select[Any]:
    joined = _STATE.join(_DATASET, _DATASET.c.id == _STATE.c.dataset_id)
    return select(_STATE, _DATASET.c.name.label("dataset")).select_from(joined).where(view.exists(_STATE))


@prepared
def _of_dataset(view: View) -> Select[Any]:
    return _whole_states(view).where(_DATASET.c.id == bindparam("id")).order_by(_STATE.c.at, _STATE.c.id)


@prepared
def _state(view: View) -> Select[Any]:
    return _whole_states(view).where(_STATE.c.id == bindparam("id"))


def _row_of(of: Any) -> Callable[..., Any]:
    return prepared(lambda view: select(of).where(of.c.id == bindparam("id")))


_dataset, _run, _place, _document, _person = (_row_of(of) for of in (_DATASET, _RUN, _PLACE, _DOCUMENT, _PERSON))
