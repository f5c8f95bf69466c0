"""The registry's typed results as facts: which fact each row of each result is."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from askreg.agent.facts import Fact
from askreg.registry.canonical import canonical
from askreg.registry.plan import CATALOGUE, Plan, PlanKind, PlanResult, PlanRow
from askreg.registry.results import (
    Arrow,
    Cell,
    ComparisonRow,
    DeploymentView,
    EventView,
    Gap,
    LeaderboardGroup,
    Ranked,
)
from askreg.registry.times import shown

INTERVALS: frozenset[str] = frozenset(("stage", "alias", "deployment", "approval"))

# What a row of these kinds must carry for its fact to be whole.
NEEDED: dict[str, tuple[str, ...]] = {
    "metric": ("name", "value", "n", "low", "high", "unit", "dataset", "split", "cohort", "evidence"),
    "stage": ("stage",),
    "alias": ("alias", "version"),
    "deployment": ("version",),
    "approval": ("decision", "meaning", "by"),
}


def text(value: object) -> str:
    """Return a value as a fact holds it, with every digit."""
    match value:
        case str():
            return shown(value) or value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case _:
            return canonical(value)


def result_kind(plan: Plan) -> PlanKind | None:
    """Return the kind of a plan's rows; None when a hop leads nowhere."""
    kind: PlanKind = plan.select
    for step in (name for hop in plan.hops for name in hop.split(".")):
        following = CATALOGUE[kind].relations.get(step)
        if following is None:
            return None
        kind = following
    return kind


def completed(plan: Plan) -> Plan:
    """Return the plan with the fields projected that its facts need."""
    kind = result_kind(plan)
    if plan.aggregate is not None or kind is None:
        return plan
    missing = [path for path in NEEDED.get(kind, ()) if path not in plan.project]
    return plan.model_copy(update={"project": [*plan.project, *missing]}) if missing else plan


def plan_facts(row: PlanRow, kind: PlanKind, *, as_of: str) -> Iterator[Fact]:
    """Yield the facts of a plan's row."""
    values = dict(row.values)
    common: dict[str, Any] = {"as_of": as_of, "event": row.event}
    if kind in INTERVALS:
        common |= {"since": shown(row.at), "until": shown(row.until)}
    subject = row.subject
    match kind:
        case "metric":
            yield _metric(subject, values, common)
        case "stage":
            yield Fact(subject=subject, field="stage", value=text(values.pop("stage")), **common)
        case "alias":
            field = f"alias.{values.pop('alias')}"
            yield Fact(subject=subject, field=field, value=text(values.pop("version")), **common)
        case "deployment":
            yield Fact(subject=subject, field="deployed", value=text(values.pop("version")), **common)
        case "approval":
            for name in ("by", "decision", "meaning"):
                value = values.pop(name, None)
                if value is not None:
                    yield Fact(subject=subject, field=f"approval.{name}", value=text(value), **common)
        case _ if not any(_flat(value) for value in values.values()):
            yield Fact(subject=subject, field=kind, value=subject, **common)
    prefix = "approval." if kind == "approval" else ""
    for path, value in values.items():
        for item in _flat(value):
            yield Fact(subject=subject, field=prefix + path, value=_version(subject, kind, path, item), **common)


def _flat(value: object) -> list[object]:
    if value is None:
        return []
    return [item for item in value if item is not None] if isinstance(value, list | tuple) else [value]


def _version(subject: str, kind: PlanKind, path: str, value: object) -> str:
    """Write a version's number as `model:3` where the row says whose it is."""
    if isinstance(value, int | Decimal) and kind == "version" and path == "number":
        return subject
    if isinstance(value, int | Decimal) and kind == "model" and path in ("latest.number", "versions.number"):
        return f"{subject}:{value}"
    return text(value)


def _metric(subject: str, values: dict[str, Any], common: dict[str, Any]) -> Fact:
    taken = {name: values.pop(name, None) for name in NEEDED["metric"]}
    low, high = taken["low"], taken["high"]
    return Fact(
        subject=subject,
        field=f"metric.{taken['name']}",
        value=text(taken["value"]),
        unit=taken["unit"],
        n=taken["n"],
        dataset=taken["dataset"],
        split=taken["split"],
        cohort=taken["cohort"],
        ci=None if low is None or high is None else (text(low), text(high)),
        evidence=taken["evidence"],
        **common,
    )


def anchor(plan: Plan) -> str:
    """Return what a plan's figures are about: the one thing it starts from, or the registry."""
    for condition in (*plan.where, *plan.then):
        named = condition.path.rpartition(".")[2] in ("name", "subject", "id", "path", "site")
        if named and condition.op == "=" and not condition.negate and isinstance(condition.value, str):
            return condition.value
    return "registry"


def reached(plan: Plan, row: PlanRow, arrows: Iterable[Arrow], *, as_of: str) -> Iterator[Fact]:
    """Yield the fact that the one thing a plan starts from leads to a row; its event is that of the last arrow."""
    start = anchor(plan)
    if not plan.hops or start == "registry":
        return
    near = {arrow.target for arrow in arrows if arrow.source == start} | {start}
    events = [arrow.event for arrow in arrows if arrow.source in near and arrow.target == row.subject]
    event = events[0] if events else row.event
    yield Fact(subject=start, field=".".join(plan.hops), value=row.subject, as_of=as_of, event=event)


def aggregate_facts(plan: Plan, result: PlanResult) -> Iterator[Fact]:
    """Yield one fact for each figure of an aggregate; the subject is the group, or what the plan starts from."""
    if plan.aggregate is None or result.aggregate is None:
        return
    what = plan.aggregate
    field = f"count.{result.kind}" if what.op == "count" else ".".join(filter(None, (what.op, what.of or result.kind)))
    unit = "s" if what.op == "duration" else None
    as_of = shown(result.as_of) or result.as_of
    for group, value in result.aggregate.items():
        if value is not None:
            yield Fact(subject=group or anchor(plan), field=field, value=text(value), unit=unit, as_of=as_of)


def measured(
    subject: str, metric: str, cell: Cell | Ranked, setting: ComparisonRow | LeaderboardGroup, *, as_of: str
) -> Fact:
    """Return the fact of a figure in a comparison or leaderboard."""
    return Fact(
        subject=subject,
        field=f"metric.{metric}",
        value=text(cell.value),
        unit=cell.unit,
        n=cell.n,
        dataset=setting.dataset,
        split=setting.split,
        cohort=setting.cohort,
        ci=None if cell.ci is None else (text(cell.ci[0]), text(cell.ci[1])),
        evidence=cell.evidence,
        as_of=as_of,
        event=cell.event,
    )


def deployment(view: DeploymentView, *, as_of: str) -> Fact:
    """Return the fact that a version was live somewhere."""
    return Fact(
        subject=f"{view.site}/{view.environment}",
        field="deployed",
        value=view.subject,
        since=shown(view.since),
        until=shown(view.until),
        as_of=as_of,
        event=view.event,
    )


def edge(arrow: Arrow, *, as_of: str) -> Fact:
    """Return the fact that one thing depends on another."""
    field = f"{arrow.relation}.{arrow.role}" if arrow.role else arrow.relation
    return Fact(subject=arrow.source, field=field, value=arrow.target, as_of=as_of, event=arrow.event)


def happened(event: EventView, *, as_of: str) -> Iterator[Fact]:
    """Yield who did something, and what they did in detail; `since` is when it happened."""
    common: dict[str, Any] = {"since": shown(event.occurred_at), "as_of": as_of, "event": event.seq}
    yield Fact(subject=event.subject, field=event.action, value=event.actor, **common)
    for name, value in flattened(event.detail):
        yield Fact(subject=event.subject, field=f"detail.{name}", value=value, **common)


def flattened(detail: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the named values of a nested mapping; lists and empty values are left out."""
    for name, value in detail.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{prefix}{name}.")
        elif value is not None and not isinstance(value, list | tuple):
            yield f"{prefix}{name}", text(value)


def gap(found: Gap, *, as_of: str) -> Fact:
    """Return the fact that something is missing or went past the policy."""
    return Fact(subject=found.subject, field=f"gap.{found.code}", value=found.field or found.needs, as_of=as_of)


def line(facts: Iterable[Fact]) -> str:
    """Return facts as one line for a language model. Free text is quoted, so that it reads as data."""
    parts = []
    for fact in facts:
        extras = {
            "n": fact.n,
            "dataset": fact.dataset,
            "split": fact.split,
            "cohort": fact.cohort,
            "ci": fact.ci and " to ".join(fact.ci),
            "evidence": fact.evidence,
            "since": fact.since,
            "until": fact.until,
        }
        more = " ".join(f"{name}={_data(str(extra))}" for name, extra in extras.items() if extra is not None)
        unit = f" {_data(fact.unit)}" if fact.unit else ""
        said = f"{fact.id} {_data(fact.subject)} {fact.field} {_data(fact.value)}{unit}"
        parts.append(said + (f" ({more})" if more else ""))
    return "; ".join(parts)


def _data(text: str) -> str:
    """Return text as it is, or in quotation marks where it could be taken for more than one word."""
    return canonical(text) if any(c.isspace() or not c.isprintable() for c in text) else text
