"""What reads return: typed, frozen, and ready for JSON with `model_dump(mode="json", by_alias=True)`.

Instants are ISO 8601 text in UTC; figures are decimals, written as JSON numbers; `event` is the number of the
event that recorded the thing, the handle by which the log can be asked about it.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from askreg.registry.tables import (
    ChangeControl,
    Decision,
    Evidence,
    InputRole,
    Kind,
    Meaning,
    Relation,
    StageName,
)

Instant = str
Figure = Annotated[Decimal, PlainSerializer(lambda d: float(d), return_type=float, when_used="json")]


class Result(BaseModel):
    """Base of all results."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Page(Result):
    """What every list says of itself."""

    total: int
    returned: int
    truncated: bool
    next: str | None = None
    """Cursor of the next page, when truncated."""


class Artifact(Result):
    """Where a version's file is and what it must hash to. Size in bytes."""

    uri: str | None = None
    digest: str | None = None
    size: int | None = None


class VersionSummary(Result):
    """A model version as lists and single look-ups show it."""

    subject: str
    model: str
    version: int
    stage: StageName
    at: Instant
    by: str | None
    event: int
    framework: str | None = None
    artifact: Artifact = Artifact()
    run: str | None = None
    """The run's id, without the `run:` of a subject."""
    base: str | None = None
    """The base version's subject."""
    change_control: ChangeControl | None = None
    signature: Any = None
    description: str | None = None
    tags: dict[str, str] = {}
    aliases: list[str] = []
    card: dict[str, Any] = {}


class MetricValue(Result):
    """A figure with what it was measured on."""

    metric: str
    value: Figure
    n: int | None = None
    ci: tuple[Figure, Figure] | None = None
    unit: str | None = None
    config: Any = None


class EvaluationView(Result):
    """An evaluation and its figures."""

    subject: str
    dataset: str
    split: str
    cohort: str
    evidence: Evidence
    at: Instant
    by: str | None
    event: int
    metrics: list[MetricValue]


class ApprovalView(Result):
    """A signature. `lapsed` says when what was signed had changed; null while it stands."""

    subject: str
    by: str
    printed_name: str
    meaning: Meaning
    decision: Decision
    at: Instant
    comment: str | None = None
    content: str
    lapsed: Instant | None = None
    imported: bool = False
    event: int
    closed: int | None = None
    """The event that ended it."""


class StageView(Result):
    """A stage and the time it was held."""

    subject: str
    stage: StageName
    since: Instant
    until: Instant | None
    by: str | None
    reason: str | None = None
    imported: bool = False
    event: int
    closed: int | None = None
    """The event that ended it."""


class AliasView(Result):
    """An alias and the version that held it."""

    alias: str
    model: str
    subject: str
    since: Instant
    until: Instant | None
    by: str | None
    event: int
    closed: int | None = None
    """The event that ended it."""


class DeploymentView(Result):
    """A version live in a site's environment from `since` until `until`."""

    subject: str
    site: str
    environment: str
    region: str | None = None
    since: Instant
    until: Instant | None
    by: str | None
    event: int
    closed: int | None = None
    """The event that ended it."""


class Deployments(Result):
    """What was live as of an instant."""

    as_of: Instant
    deployments: list[DeploymentView]


class Gap(Result):
    """Something the record lacks or that went past the policy."""

    code: str
    subject: str
    field: str | None
    needs: str
    why: str


class VersionDetail(VersionSummary):
    """Everything the record says about a version."""

    evaluations: list[EvaluationView]
    approvals: list[ApprovalView]
    stages: list[StageView]
    alias_history: list[AliasView]
    deployments: list[DeploymentView]
    documents: list[str]
    gaps: list[Gap]


class ModelSummary(Result):
    """A registered model as lists show it."""

    name: str
    task: str | None
    owner: str | None
    description: str | None = None
    tags: dict[str, str] = {}
    versions: int
    aliases: dict[str, int] = {}
    production: list[int] = []
    at: Instant
    by: str | None
    event: int


class ModelDetail(ModelSummary):
    """A model with its card fields and versions."""

    card: dict[str, Any]
    version_list: list[VersionSummary]
    documents: list[str]


class ModelPage(Page):
    """A page of models."""

    models: list[ModelSummary]


class VersionPage(Page):
    """A page of versions."""

    versions: list[VersionSummary]


class DatasetVersionView(Result):
    """A fixed state of a dataset."""

    subject: str
    dataset: str
    version: str
    digest: str | None
    rows: int | None
    source: str | None
    sensitivity: str | None
    derived_from: list[str]
    at: Instant
    by: str | None
    event: int


class DatasetView(Result):
    """A dataset and its versions."""

    name: str
    description: str | None
    at: Instant
    event: int
    versions: list[DatasetVersionView]


class RunInput(Result):
    """A dataset version a run used, and as what."""

    dataset: str
    role: InputRole


class RunView(Result):
    """A run."""

    subject: str
    id: str
    params: dict[str, Any]
    code: dict[str, str]
    inputs: list[RunInput]
    versions: list[str]
    at: Instant
    by: str | None
    event: int


class PersonView(Result):
    """A person or service and what they may do."""

    name: str
    display: str | None
    kind: str
    roles: list[str]
    at: Instant
    event: int


class DocumentView(Result):
    """A registered document."""

    subject: str
    path: str
    title: str | None
    sensitivity: str | None
    digest: str | None
    size: int | None
    removed: str | None = None
    """Why it is no longer in the library."""
    about: list[str]
    at: Instant
    by: str | None
    event: int


class EnvironmentView(Result):
    """A site's environment and everything that ran there, newest first."""

    subject: str
    site: str
    environment: str
    deployments: list[DeploymentView]


class Node(Result):
    """A node of the lineage graph."""

    subject: str
    kind: Kind
    event: int


class Arrow(Result):
    """An edge of the lineage graph, from what depends to what it depends on."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    relation: Relation
    role: InputRole | None = None
    event: int


class Lineage(Result):
    """The graph reached from a subject, which is itself a node."""

    subject: str
    direction: str
    nodes: list[Node]
    edges: list[Arrow]
    truncated: bool


class Cell(Result):
    """One subject's figure in a comparison."""

    value: Figure
    n: int | None
    ci: tuple[Figure, Figure] | None
    evidence: Evidence
    unit: str | None = None
    event: int


class ComparisonRow(Result):
    """One metric in one setting. `difference` is the second subject's value less the first's, for two subjects."""

    metric: str
    dataset: str
    split: str
    cohort: str
    config: Any = None
    """What else the figures depend on, such as a threshold."""
    better: str | None
    values: dict[str, Cell]
    difference: Figure | None
    difference_ci: tuple[Figure, Figure] | None
    within_noise: bool | None
    """Whether the intervals overlap; null when either has none."""
    comparable: bool
    why_not: str | None


class Setting(Result):
    """What a figure was measured on."""

    metric: str
    dataset: str
    split: str
    cohort: str
    config: Any = None


class Comparison(Result):
    """Subjects side by side; nothing is compared that was not measured alike."""

    subjects: list[str]
    rows: list[ComparisonRow]
    only_in: dict[str, list[Setting]]


class Ranked(Result):
    """A row of a leaderboard; equal values share a rank."""

    rank: int
    subject: str
    value: Figure
    n: int | None
    ci: tuple[Figure, Figure] | None
    evidence: Evidence
    unit: str | None = None
    event: int


class LeaderboardGroup(Result):
    """Versions measured alike, best first."""

    dataset: str
    split: str
    cohort: str
    config: Any = None
    rows: list[Ranked]


class Leaderboard(Page):
    """One group for each comparable setting of a metric."""

    metric: str
    better: str | None
    groups: list[LeaderboardGroup]


class EventView(Result):
    """One event of the log."""

    seq: int
    recorded_at: Instant
    occurred_at: Instant
    recorded_by: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class History(Page):
    """A page of events."""

    events: list[EventView]


class LogHead(Result):
    """Where the log ends."""

    seq: int
    hash: str


class Problem(Result):
    """One place where the record is not what the log says."""

    where: str
    what: str


class CheckedCheckpoint(Result):
    """A checkpoint that was compared with the log: the last event it covers, and the Merkle root in hex."""

    seq: int
    hash: str
    ok: bool
    origin: str


class Verification(Result):
    """The outcome of replaying the log against itself, the tables and any checkpoints."""

    ok: bool
    events: int
    head: LogHead
    checkpoints: list[CheckedCheckpoint]
    """Those that were kept outside and given."""
    recorded: int = 0
    """How many checkpoints the log itself tells of; what is wrong with one is among the problems."""
    problems: list[Problem]
