"""The plan algebra: a small typed language for reading the record.

A plan selects a kind, filters it, hops along relations, projects fields, orders, limits and aggregates, as of an
instant. What was not foreseen still composes; `query` compiles it to SQL. `CATALOGUE` says which fields and
relations each kind has; a path is relations and a field joined by dots, such as `model.owner`. A path that ends in a
relation means the subject of what it leads to, and the field `subject` a row's own; both are compared with subjects
as people write them (`sepsis-risk:3`, `sepsis-risk@champion`; a model or dataset stands for all its versions), which
must exist. `tag.*`, `card.*`, `param.*` and `detail.*` are all such values at once. `at.year`, `at.month`, `at.day`
are parts of an instant.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

PlanKind = Literal[
    "model",
    "version",
    "dataset",
    "dataset_version",
    "run",
    "metric",
    "stage",
    "approval",
    "alias",
    "deployment",
    "environment",
    "document",
    "person",
    "event",
]
FieldType = Literal["text", "number", "instant", "json"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "contains", "exists", "missing"]
Aggregation = Literal["count", "min", "max", "sum", "avg", "duration"]


class KindSpec(BaseModel):
    """The fields of a kind and where its relations lead."""

    model_config = ConfigDict(frozen=True)
    fields: dict[str, FieldType]
    relations: dict[str, PlanKind]


class Condition(BaseModel):
    """A filter. A path over a relation to many holds when any of them satisfies it.

    Conditions over the same relation speak of one and the same of them (a second `=` on the same path begins
    another): `deployments.site = north` and `deployments.environment = icu` is one deployment. Text is compared
    without regard to case; a date may be a day, month or year, which `<` ends before and `>` begins after. A value
    that is missing satisfies nothing but `missing`; `negate` holds for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str
    op: Operator = "="
    value: Any = None
    negate: bool = False
    """Whether none of them may satisfy it."""


class Order(BaseModel):
    """A sort key; ties are broken by subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    by: str
    descending: bool = False


class Aggregate(BaseModel):
    """One figure over the selected rows, or one for each value of `by`.

    `count` counts rows, or the different values of `of`. `duration` sums the time that intervals held, in seconds,
    up to the plan's instant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    op: Aggregation = "count"
    of: str | None = None
    by: str | None = None


class Plan(BaseModel):
    """What to read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    select: PlanKind
    where: list[Condition] = Field(default_factory=list)
    hops: list[str] = Field(default_factory=list)
    """Relations to follow, one after the other; the rows are then of the last one's kind, each once."""
    then: list[Condition] = Field(default_factory=list)
    """Filters on what the hops reached."""
    project: list[str] = Field(default_factory=list)
    """Paths to return; over a relation to many, the values come as a list. Empty: the subject only."""
    order: list[Order] = Field(default_factory=list)
    limit: int | None = Field(default=None, ge=1)
    aggregate: Aggregate | None = None
    history: bool = False
    """Whether closed intervals count as well as those that hold."""
    as_of: str | None = None
    known_at: str | None = None


class PlanRow(BaseModel):
    """A row of the result: a subject, its projected values, when it was so and which event says so.

    Interval kinds (stage, alias, deployment, approval) have `until`; for the others it is null.
    """

    model_config = ConfigDict(frozen=True)
    subject: str
    values: dict[str, Any]
    at: str | None
    until: str | None = None
    event: int | None


class PlanResult(BaseModel):
    """Rows or figures, and whether the list is whole."""

    model_config = ConfigDict(frozen=True)
    kind: PlanKind
    rows: list[PlanRow]
    """None when there is an aggregate."""
    total: int
    """How many rows there are, or groups of an aggregate."""
    returned: int
    truncated: bool
    aggregate: dict[str, Any] | None = None
    """Group (or "") to figure, largest first; figures are decimals, counts integers, instants text."""
    as_of: str


_RECORDED: dict[str, FieldType] = {"at": "instant", "by": "text"}
_INTERVAL: dict[str, FieldType] = {
    **_RECORDED,
    "since": "instant",
    "until": "instant",
    "closed_by": "text",  # who did what ended it
}

CATALOGUE: dict[PlanKind, KindSpec] = {
    "model": KindSpec(
        fields={
            **_RECORDED,
            "name": "text",
            "task": "text",
            "owner": "text",
            "description": "text",
            # One field for each key that occurs: `tag.specialty`, `card.intended_use`.
            "tag.*": "text",
            "card.*": "json",
        },
        relations={
            "versions": "version",
            "latest": "version",
            "aliases": "alias",
            "documents": "document",
            "registrant": "person",
            "owned_by": "person",
            "events": "event",
        },
    ),
    "version": KindSpec(
        fields={
            **_RECORDED,
            "number": "number",
            "stage": "text",
            "framework": "text",
            "description": "text",
            "uri": "text",
            "digest": "text",
            "size": "number",
            "signature": "json",
            "change_control": "text",
            "tag.*": "text",
            "card.*": "json",
        },
        relations={
            "model": "model",
            "run": "run",
            "base": "version",
            "bases": "version",  # base, base of the base, …
            "derived": "version",  # versions that name this one as base
            "descendants": "version",
            "previous": "version",  # the number before, of the same model
            "next": "version",
            "stages": "stage",
            "approvals": "approval",
            "metrics": "metric",
            "aliases": "alias",
            "deployments": "deployment",
            "environments": "environment",
            "trained_on": "dataset_version",  # inputs of its own run with role training
            "inputs": "dataset_version",  # inputs of its own run, any role
            "ancestor_datasets": "dataset_version",  # all it was trained on, what that derives from, the bases' too
            "evaluated_on": "dataset_version",
            "documents": "document",
            "registrant": "person",
            "events": "event",
        },
    ),
    "dataset": KindSpec(
        fields={**_RECORDED, "name": "text", "description": "text"},
        relations={"versions": "dataset_version", "documents": "document", "events": "event"},
    ),
    "dataset_version": KindSpec(
        fields={
            **_RECORDED,
            "name": "text",  # the dataset's
            "version": "text",
            "digest": "text",
            "rows": "number",
            "source": "text",
            "sensitivity": "text",
        },
        relations={
            "dataset": "dataset",
            "derived_from": "dataset_version",
            "sources": "dataset_version",  # derived from, transitively
            "derived": "dataset_version",
            "derivatives": "dataset_version",
            "runs": "run",
            "trained": "version",  # versions whose own run used it with role training
            "used_by": "version",  # versions whose own run used it, any role
            "descendant_versions": "version",  # trained on it or on what derives from it, or based on such
            "evaluated": "version",
            "documents": "document",
            "registrant": "person",
            "events": "event",
        },
    ),
    "run": KindSpec(
        fields={**_RECORDED, "id": "text", "repo": "text", "commit": "text", "param.*": "json"},
        relations={
            "inputs": "dataset_version",
            "training": "dataset_version",
            "validation": "dataset_version",
            "test": "dataset_version",
            "versions": "version",
            "runner": "person",
            "events": "event",
        },
    ),
    "metric": KindSpec(
        fields={
            **_RECORDED,
            "name": "text",
            "value": "number",
            "n": "number",
            "low": "number",
            "high": "number",
            "unit": "text",
            "dataset": "text",  # dataset@version; compared with a dataset's name, any version of it
            "split": "text",
            "cohort": "text",
            "evidence": "text",
            "config": "json",
        },
        relations={
            "version": "version",
            "model": "model",
            "dataset_version": "dataset_version",
            "evaluator": "person",
        },
    ),
    "stage": KindSpec(
        fields={**_INTERVAL, "stage": "text", "previous": "text", "reason": "text", "imported": "text"},
        relations={"version": "version", "model": "model", "mover": "person"},
    ),
    "approval": KindSpec(
        fields={
            **_INTERVAL,
            "meaning": "text",
            "decision": "text",
            "printed_name": "text",
            "comment": "text",
            "lapsed": "instant",
            "imported": "text",
        },
        relations={"version": "version", "model": "model", "approver": "person"},
    ),
    "alias": KindSpec(
        fields={**_INTERVAL, "alias": "text"}, relations={"version": "version", "model": "model", "setter": "person"}
    ),
    "deployment": KindSpec(
        fields={**_INTERVAL, "site": "text", "environment": "text", "region": "text", "reason": "text"},
        relations={"version": "version", "model": "model", "place": "environment", "deployer": "person"},
    ),
    "environment": KindSpec(
        fields={**_RECORDED, "site": "text", "environment": "text"},
        relations={"deployments": "deployment", "versions": "version"},
    ),
    "document": KindSpec(
        fields={
            **_RECORDED,
            "path": "text",
            "title": "text",
            "sensitivity": "text",
            "digest": "text",
            "size": "number",
        },
        relations={
            "models": "model",
            "versions": "version",
            "datasets": "dataset",
            "dataset_versions": "dataset_version",
        },
    ),
    "person": KindSpec(
        fields={**_RECORDED, "name": "text", "display": "text", "kind": "text", "roles": "text"},
        relations={
            "registered": "version",
            "owned": "model",
            "approvals": "approval",
            "moves": "stage",
            "deployed": "deployment",
            "evaluated": "metric",
            "ran": "run",
            "events": "event",
        },
    ),
    "event": KindSpec(
        fields={
            "seq": "number",
            "recorded_at": "instant",
            "occurred_at": "instant",
            "actor": "text",
            "recorded_by": "text",
            "action": "text",
            "subject": "text",
            "detail.*": "json",
        },
        relations={"person": "person", "version": "version", "model": "model"},
    ),
}
