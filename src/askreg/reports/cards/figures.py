"""Figures and data of a version as a card shows them: tables in which every row names its facts."""

from collections.abc import Callable, Iterable
from typing import Any

from askreg.registry.results import EvaluationView, MetricValue
from askreg.reports.cards.content import DatasetUse, Figure, Row, Table
from askreg.reports.cards.facts import Ledger
from askreg.reports.cards.record import Record

KINSHIP = {
    "training": "it was trained on this data",
    "same": "of the same origin as its training data",
    "other": "no common origin with its training data is on record",
    "unknown": "whether of the same origin as its training data is not recorded",
}
"""What the record tells of where the data of a figure comes from."""


def measured(record: Record, ledger: Ledger) -> tuple[Figure, ...]:
    """Return every figure of the version's evaluations, in the order they were recorded."""
    return tuple(
        _figure(record, ledger, evaluation, metric)
        for evaluation in record.version.evaluations
        for metric in evaluation.metrics
    )


def _figure(record: Record, ledger: Ledger, evaluation: EvaluationView, metric: MetricValue) -> Figure:
    value, ci = format(metric.value, "f"), None
    if metric.ci is not None:
        ci = (format(metric.ci[0], "f"), format(metric.ci[1], "f"))
    shared: dict[str, Any] = {
        "value": value,
        "n": metric.n,
        "ci": ci,
        "unit": metric.unit,
        "dataset": evaluation.dataset,
        "split": evaluation.split,
        "cohort": evaluation.cohort,
        "evidence": evaluation.evidence,
        "event": evaluation.event,
    }
    fact = ledger.add(subject=evaluation.subject, field=f"metric.{metric.metric}", since=evaluation.at, **shared)
    return Figure(
        metric=metric.metric,
        config=metric.config,
        at=evaluation.at,
        by=evaluation.by,
        fact=fact,
        kinship=record.kinship(evaluation.dataset),
        **shared,
    )


def table(figures: Iterable[Figure], *, cohort: bool = False) -> Table | None:
    """Return figures as a table, or None when there are none; what no figure has gets no column."""
    shown = list(figures)
    if not shown:
        return None
    columns = [column for column in _COLUMNS if cohort or column[0] != "Cohort"]
    columns = [column for column in columns if column[0] in _ALWAYS or any(column[1](figure) for figure in shown)]
    rows = [Row(cells=tuple(read(figure) for _, read in columns), facts=(figure.fact,)) for figure in shown]
    return Table(columns=tuple(name for name, _ in columns), rows=tuple(rows))


def used(record: Record, ledger: Ledger) -> tuple[DatasetUse, ...]:
    """Return the data that the version was made from and evaluated on, each dataset version once for each way."""
    found: dict[tuple[str, str | None], tuple[list[str], int]] = {}
    for subject, role, through, event in record.inputs():
        roles, _ = found.setdefault((subject, through), ([], event))
        roles.append(role)
    for evaluation in record.version.evaluations:
        roles, _ = found.setdefault((evaluation.dataset, None), ([], evaluation.event))
        roles.append("evaluation")
    uses = []
    for (subject, through), (roles, event) in found.items():
        view = record.dataset(subject)
        fact = ledger.add(
            subject=through or record.version.subject,
            field=f"data.{'+'.join(sorted(set(roles)))}",
            value=subject,
            n=view.rows,
            event=event,
        )
        uses.append(
            DatasetUse(
                subject=subject,
                roles=tuple(sorted(set(roles))),
                through=through,
                rows=view.rows,
                source=view.source,
                sensitivity=view.sensitivity,
                digest=view.digest,
                description=record.description(subject),
                by=view.by,
                event=view.event,
                fact=fact,
            )
        )
    return tuple(uses)


def data_table(uses: Iterable[DatasetUse], record: Record, ledger: Ledger, *, kin: bool) -> Table | None:
    """Return data as a table; `kin` adds what relates it to the training data."""
    rows = []
    for use in uses:
        facts = [
            use.fact,
            ledger.add(subject=use.subject, field="dataset", value=use.subject, n=use.rows, event=use.event),
        ]
        role = ", ".join(use.roles) + (f", through {use.through}" if use.through else "")
        cells = [use.subject, role, *(_or_not(part) for part in (use.rows, use.sensitivity, use.source, use.digest))]
        rows.append(Row(cells=(*cells, *([KINSHIP[record.kinship(use.subject)]] * kin)), facts=tuple(facts)))
    if not rows:
        return None
    columns = ("Dataset", "Role", "Rows", "Sensitivity", "Source", "Digest", *(["Origin"] * kin))
    return Table(columns=columns, rows=tuple(rows))


def extremes(figures: Iterable[Figure]) -> list[tuple[Figure, Figure]]:
    """Return, for each metric measured alike on two cohorts or more, the figures of the lowest and the highest."""
    groups: dict[tuple[Any, ...], list[Figure]] = {}
    for figure in figures:
        if figure.cohort != "all":
            key = (figure.metric, figure.dataset, figure.split, figure.evidence, figure.unit, str(figure.config))
            groups.setdefault(key, []).append(figure)
    pairs = []
    for group in groups.values():
        if len({figure.cohort for figure in group}) == len(group) > 1:
            ordered = sorted(group, key=lambda figure: float(figure.value))
            if ordered[0].value != ordered[-1].value:
                pairs.append((ordered[0], ordered[-1]))
    return pairs


def said(figure: Figure) -> str:
    """Return a figure with its unit and what bears it out."""
    value = f"{figure.value} {figure.unit}" if figure.unit else figure.value
    beside = [f"n = {figure.n}"] if figure.n is not None else []
    beside += [f"interval {figure.ci[0]} to {figure.ci[1]}"] if figure.ci else []
    return f"{value} ({', '.join(beside)})" if beside else value


def _or_not(part: object) -> str:
    return "not recorded" if part is None else str(part)


def _setup(figure: Figure) -> str:
    from askreg.registry.canonical import canonical

    return "" if figure.config is None else canonical(figure.config)


_ALWAYS = ("Metric", "Value", "Interval", "n", "Dataset", "Split", "Cohort", "Evidence", "Evaluated")
_COLUMNS: tuple[tuple[str, Callable[[Figure], str]], ...] = (
    ("Metric", lambda figure: figure.metric),
    ("Value", lambda figure: f"{figure.value} {figure.unit}" if figure.unit else figure.value),
    ("Interval", lambda figure: f"{figure.ci[0]} to {figure.ci[1]}" if figure.ci else "not recorded"),
    ("n", lambda figure: _or_not(figure.n)),
    ("Cohort", lambda figure: figure.cohort),
    ("Setup", _setup),
    ("Dataset", lambda figure: figure.dataset),
    ("Split", lambda figure: figure.split),
    ("Evidence", lambda figure: figure.evidence),
    ("Evaluated", lambda figure: figure.at[:10]),
)
