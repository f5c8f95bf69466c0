"""The manifest's shapes: one class for each kind of entry, whether read from a file or from the record.

None means that the file does not say. Instants are text as the record stores them, figures exact decimals.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from askreg.registry.manifest.reading import Place
from askreg.registry.tables import InputRole


@dataclass(slots=True, kw_only=True)
class Entry:
    """What every entry has."""

    what: ClassVar[str]
    """What it is, in messages."""
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, kw_only=True)
class Person(Entry):
    """A person or service. When they were registered is not carried: they are known from their first act on."""

    what = "person"
    name: str
    display: str | None = None
    kind: str | None = None
    roles: list[str] | None = None


@dataclass(slots=True, kw_only=True)
class Measure(Entry):
    """Which way a metric is better."""

    what = "metric"
    name: str = ""
    better: str | None = None
    unit: str | None = None


@dataclass(slots=True, kw_only=True)
class DatasetVersion(Entry):
    """A fixed state of a dataset."""

    what = "dataset version"
    version: str
    at: str
    by: str | None = None
    digest: str | None = None
    rows: int | None = None
    source: str | None = None
    sensitivity: str | None = None
    derived_from: list[str] | None = None


@dataclass(slots=True, kw_only=True)
class Dataset(Entry):
    """A dataset; `at` defaults to its first version's."""

    what = "dataset"
    name: str
    description: str | None = None
    at: str | None = None
    by: str | None = None
    versions: list[DatasetVersion] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Input(Entry):
    """A dataset version that a run used, and as what."""

    what = "input"
    dataset: str
    role: InputRole = "training"


@dataclass(slots=True, kw_only=True)
class Run(Entry):
    """A training run."""

    what = "run"
    id: str
    at: str
    by: str | None = None
    code: dict[str, str] | None = None
    params: dict[str, Any] | None = None
    inputs: list[Input] | None = None


@dataclass(slots=True, kw_only=True)
class Figure(Entry):
    """A metric's value."""

    what = "metric"
    value: Decimal
    n: int | None = None
    ci: tuple[Decimal, Decimal] | None = None
    unit: str | None = None
    config: Any = None

    def given(self) -> dict[str, Any]:
        """Return what `writes.evaluate` takes."""
        return {"value": self.value, "n": self.n, "ci": self.ci, "unit": self.unit, "config": self.config}


@dataclass(slots=True, kw_only=True)
class Evaluation(Entry):
    """Figures of a version on a split and cohort of a dataset version."""

    what = "evaluation"
    dataset: str
    split: str = "test"
    cohort: str = "all"
    at: str
    by: str | None = None
    evidence: str = "self-reported"
    metrics: dict[str, Figure]

    @property
    def key(self) -> tuple[str, ...]:
        """Return what tells it from the version's other evaluations."""
        return (self.dataset, self.split, self.cohort, self.at)


@dataclass(slots=True, kw_only=True)
class Approval(Entry):
    """A signature."""

    what = "approval"
    by: str
    meaning: str
    decision: str
    at: str
    comment: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Return what tells it from the version's other approvals."""
        return (self.by, self.meaning, self.at)


@dataclass(slots=True, kw_only=True)
class Stage(Entry):
    """A move to a stage."""

    what = "stage"
    stage: str
    at: str
    by: str | None = None
    reason: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Return what tells it from the version's other moves."""
        return (self.stage, self.at)


@dataclass(slots=True, kw_only=True)
class Interval(Entry):
    """Something that held from `at` until `until`."""

    at: str
    until: str | None = None
    day: str | None = None
    """The day of `until` when the file gives no time: it ended on that day, at its end at the latest."""
    by: str | None = None


@dataclass(slots=True, kw_only=True)
class Alias(Interval):
    """An alias that a version held; without `until` it ends when another version gets it."""

    what = "alias"
    alias: str

    @property
    def key(self) -> tuple[str, ...]:
        """Return what tells it from the version's other intervals."""
        return (self.alias, self.at)


@dataclass(slots=True, kw_only=True)
class Deployment(Interval):
    """A site and environment where a version was live."""

    what = "deployment"
    site: str
    environment: str
    region: str | None = None
    reason: str | None = None
    """Why it was withdrawn."""

    @property
    def key(self) -> tuple[str, ...]:
        """Return what tells it from the version's other intervals."""
        return (self.site, self.environment, self.at)


@dataclass(slots=True, kw_only=True)
class Version(Entry):
    """A model version and its life."""

    what = "version"
    version: int
    at: str
    by: str | None = None
    run: str | None = None
    base: str | None = None
    framework: str | None = None
    artifact: dict[str, Any] | None = None
    signature: dict[str, Any] | None = None
    change_control: str | None = None
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    evaluations: list[Evaluation] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Model(Entry):
    """A model; `at` defaults to its first version's."""

    what = "model"
    name: str
    task: str | None = None
    owner: str | None = None
    description: str | None = None
    at: str | None = None
    by: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Document(Entry):
    """A document; digest and size are computed from the file beside the manifest."""

    what = "document"
    path: str
    title: str | None = None
    about: list[str] | None = None
    sensitivity: str | None = None
    at: str | None = None
    by: str | None = None
    digest: str | None = None
    size: int | None = None


@dataclass(slots=True, kw_only=True)
class Manifest(Entry):
    """A whole file, or a whole record."""

    what = "manifest"
    people: list[Person] = field(default_factory=list)
    metrics: list[Measure] = field(default_factory=list)
    datasets: list[Dataset] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)


def first_at(versions: list[Version] | list[DatasetVersion]) -> str | None:
    """Return when the first of these versions was made: the default of what they are versions of."""
    return min((version.at for version in versions), default=None)
