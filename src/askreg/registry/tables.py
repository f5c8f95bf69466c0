"""The tables of the record.

Every row is written once, by an event whose number it carries. Two kinds of columns may change later, each
time by a further event: the end of an interval, and the name of a model. Ids come from one counter, so an id
names a row of any table. Instants are text in one fixed-width UTC form (see `times`), which sorts as it reads
and hashes as it is stored; figures are decimal text, so that no digit is lost; nested values are RFC 8785 text.
"""

from typing import ClassVar, Literal, get_args

from sqlalchemy import BigInteger, Index, Integer, MetaData, Text, UniqueConstraint, text
from sqlalchemy.orm import registry as orm_registry
from sqlmodel import Field as Column
from sqlmodel import SQLModel

SCHEMA = 3
"""The layout of these tables. Each so far added tables only: an older database gets them, a newer one is refused."""

StageName = Literal["experimental", "validation", "approved", "production", "retired"]
Role = Literal["viewer", "analyst", "scientist", "approver", "auditor", "admin"]
PersonKind = Literal["person", "service"]
Sensitivity = Literal["public", "internal", "deidentified", "phi"]
InputRole = Literal["training", "validation", "test"]
Evidence = Literal["vendor", "self-reported", "third-party", "local", "signed"]
Meaning = Literal["review", "approval", "responsibility", "authorship"]
Decision = Literal["approved", "rejected"]
ChangeControl = Literal["inside", "outside"]
Origin = Literal["registry", "manifest"]
"""How a row came in: under the policy of its day, or as history that a manifest told."""

Kind = Literal["person", "dataset", "dataset_version", "run", "model", "version", "environment", "document"]
Relation = Literal["generated_by", "used", "derived_from", "evaluated_on", "deployed", "about"]
"""Edges run from what depends to what it depends on, as in PROV:

version -generated_by-> run -used[role]-> dataset version -derived_from-> dataset version;
version -derived_from-> base version; version -evaluated_on-> dataset version;
environment -deployed-> version; document -about-> anything.
"""

STAGES: tuple[StageName, ...] = get_args(StageName)
ROLES: tuple[Role, ...] = get_args(Role)

# SQLite keeps a table by its key, without an index beside it, only if the key's type is called INTEGER.
Key = BigInteger().with_variant(Integer(), "sqlite")
# Binary order on every back end: PostgreSQL would sort by the database's locale.
Ordered = Text().with_variant(Text(collation="C"), "postgresql")


class Base(SQLModel, registry=orm_registry(metadata=MetaData())):
    """Root of the record's tables; their own metadata keeps other SQLModel users out."""


class Recorded(Base):
    """What every row of the record says of itself."""

    id: int = Column(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    at: str = Column(description="when it happened (occurred_at)")
    by: str | None = Column(default=None, description="who did it, by the name of then")
    event: int = Column(sa_type=BigInteger, description="the event that recorded it")


class Interval(Recorded):
    """Something that held from `at` until `until` (half-open), and is closed, never overwritten."""

    until: str | None = None
    closed_event: int | None = Column(default=None, sa_type=BigInteger)


def span(of: str = "") -> str:
    """Return the SQL for the day, month or year that an interval lies in, or '' when it is longer or open.

    What held at an instant is in one of four spans: an index on them finds it, however many intervals came before
    and after. `of` is the prefix of the columns.
    """
    at, until = f"{of}at", f"{of}until"
    choices = (f"WHEN substr({at}, 1, {n}) = substr({until}, 1, {n}) THEN substr({at}, 1, {n})" for n in (10, 7, 4))
    return f"(CASE {' '.join(choices)} ELSE '' END)"


class Person(Recorded, table=True):
    """A person or service that acts. Display name and roles are fields."""

    name: str = Column(unique=True, sa_type=Ordered)
    kind: str


class Dataset(Recorded, table=True):
    """A dataset's name; what can be trained or tested on is a version of it."""

    name: str = Column(unique=True, sa_type=Ordered)


class DatasetVersion(Recorded, table=True):
    """A fixed state of a dataset."""

    __tablename__ = "dataset_version"
    __table_args__ = (UniqueConstraint("dataset_id", "label"),)
    dataset_id: int = Column(sa_type=BigInteger, foreign_key="dataset.id")
    label: str = Column(sa_type=Ordered)
    digest: str | None = None
    rows: int | None = Column(default=None, sa_type=BigInteger)
    source: str | None = None
    sensitivity: str | None = None


class Run(Recorded, table=True):
    """A training run; its inputs are `used` edges."""

    name: str = Column(unique=True, sa_type=Ordered, description="the run's id as its tracker knows it")
    params: str = Column(default="{}", description="RFC 8785")
    repo: str | None = None
    commit: str | None = None


class Model(Recorded, table=True):
    """A registered model. Task, owner, description and card are fields."""

    name: str = Column(unique=True, sa_type=Ordered)


class Version(Recorded, table=True):
    """A model version: an artifact and where it came from."""

    __table_args__ = (UniqueConstraint("model_id", "number"),)
    model_id: int = Column(sa_type=BigInteger, foreign_key="model.id")
    number: int
    run_id: int | None = Column(default=None, sa_type=BigInteger, foreign_key="run.id", index=True)
    base_id: int | None = Column(default=None, sa_type=BigInteger, foreign_key="version.id", index=True)
    uri: str | None = None
    digest: str | None = None
    size: int | None = Column(default=None, sa_type=BigInteger, description="bytes")
    framework: str | None = None
    signature: str | None = Column(default=None, description="RFC 8785 of {inputs, outputs}")
    change_control: str | None = Column(default=None, description="inside or outside the predetermined plan")


class Evaluation(Recorded, table=True):
    """One evaluation of a version on a split and cohort of a dataset version."""

    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    dataset_version_id: int = Column(sa_type=BigInteger, foreign_key="dataset_version.id", index=True)
    split: str
    cohort: str
    evidence: str


class Metric(Recorded, table=True):
    """A figure of an evaluation: decimal text, number of cases, interval."""

    __table_args__ = (Index("metric_by_evaluation", "evaluation_id", "name"), Index("metric_by_name", "name"))
    evaluation_id: int = Column(sa_type=BigInteger, foreign_key="evaluation.id")
    name: str = Column(sa_type=Ordered)
    value: str
    n: int | None = Column(default=None, sa_type=BigInteger)
    low: str | None = None
    high: str | None = None
    unit: str | None = None
    config: str | None = Column(default=None, description="RFC 8785; what else the figure depends on")


class Measure(Recorded, table=True):
    """Which way a metric is better, where the built-in directions do not know it."""

    name: str = Column(unique=True, sa_type=Ordered)
    better: str | None = None
    unit: str | None = None


class Stage(Interval, table=True):
    """The stage a version was in."""

    __table_args__ = (Index("stage_by_name", "stage", "until"),)
    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    stage: str
    previous: str | None = None
    reason: str | None = None
    origin: str = "registry"


class Approval(Interval, table=True):
    """A signature on a version. It is closed (lapses) when what was signed changes."""

    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    meaning: str
    decision: str
    printed_name: str
    comment: str | None = None
    content: str = Column(description="SHA-256 of the RFC 8785 form of what was signed")
    origin: str = "registry"


class Alias(Interval, table=True):
    """A name such as `champion` that one version of a model held."""

    __table_args__ = (Index("alias_by_name", "model_id", "name", "until"),)
    model_id: int = Column(sa_type=BigInteger, foreign_key="model.id")
    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    name: str = Column(sa_type=Ordered)


class Environment(Recorded, table=True):
    """A place where versions run: a site and an environment in it."""

    __table_args__ = (UniqueConstraint("site", "name"),)
    site: str = Column(sa_type=Ordered)
    name: str = Column(sa_type=Ordered)


class Deployment(Interval, table=True):
    """A version that was live in an environment."""

    __table_args__ = (Index("deployment_since", "at"), Index("deployment_by_span", text(span()), "until", "at"))
    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    environment_id: int = Column(sa_type=BigInteger, foreign_key="environment.id", index=True)
    region: str | None = None
    reason: str | None = None


class Document(Recorded, table=True):
    """A registered document. Title, digest, size, sensitivity and why it was removed are fields."""

    path: str = Column(unique=True, sa_type=Ordered)


class DocumentText(Recorded, table=True):
    """What a document with this digest says, as a reader took it out. The log holds the body's SHA-256."""

    __tablename__ = "document_text"
    __table_args__ = (UniqueConstraint("document_id", "digest", "reader"),)
    digested: ClassVar[frozenset[str]] = frozenset({"body"})
    document_id: int = Column(sa_type=BigInteger, foreign_key="document.id")
    digest: str = Column(description="of the file, as the document's field had it then")
    reader: str = Column(description="what took the text out of the file, with its version")
    content: str = Column(description="SHA-256 of the body")
    body: str


class Field(Interval, table=True):
    """A value that may change: task, owner, description, display, roles, title, `card.*` …; RFC 8785 text."""

    __table_args__ = (Index("field_by_entity", "entity_id", "name"), Index("field_by_name", "name", "until"))
    entity_id: int = Column(sa_type=BigInteger)
    name: str = Column(sa_type=Ordered)
    value: str


class Tag(Interval, table=True):
    """A key and value on a model or version."""

    __table_args__ = (
        Index("tag_by_entity", "entity_id", "key", "value", "until"),
        Index("tag_by_value", "key", "value", "entity_id", "until"),
    )
    entity_id: int = Column(sa_type=BigInteger)
    key: str = Column(sa_type=Ordered)
    value: str = Column(sa_type=Ordered)


class Edge(Recorded, table=True):
    """One arrow of the lineage graph (see `Relation`)."""

    __table_args__ = (Index("edge_up", "source", "relation", "target"), Index("edge_down", "target", "relation"))
    source: int = Column(sa_type=BigInteger)
    source_kind: str
    target: int = Column(sa_type=BigInteger)
    target_kind: str
    relation: str
    role: str | None = None


class PolicyRow(Interval, table=True):
    """The lifecycle policy that was in force."""

    __tablename__ = "policy"
    body: str


class Answer(Recorded, table=True):
    """An answer that was given. The log holds the body's SHA-256, not the body."""

    digested: ClassVar[frozenset[str]] = frozenset({"body"})
    key: str = Column(unique=True)
    question: str
    status: str
    backend: str
    body: str


class Card(Recorded, table=True):
    """A model card that was drafted. The log holds the body's SHA-256, not the body."""

    digested: ClassVar[frozenset[str]] = frozenset({"body"})
    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    content: str = Column(description="SHA-256 of the RFC 8785 form of what the card says")
    backend: str = Column(description="what wrote the narrative")
    body: str


class CardSignature(Interval, table=True):
    """A signature on a card. It is closed (lapses) when what the card tells of its version changes."""

    __tablename__ = "card_signature"
    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    card_id: int = Column(sa_type=BigInteger, foreign_key="card.id")
    meaning: str
    printed_name: str
    comment: str | None = None
    content: str = Column(description="the card's content that was signed")


class CardPublication(Interval, table=True):
    """A card that was published. It is closed when another is, or lapses as its signatures do."""

    __tablename__ = "card_publication"
    version_id: int = Column(sa_type=BigInteger, foreign_key="version.id", index=True)
    card_id: int = Column(sa_type=BigInteger, foreign_key="card.id")
    content: str


class Event(Base, table=True):
    """One link of the tamper-evident log (see `log`)."""

    # History is counted from an index alone, and read from it in order.
    __table_args__ = (
        Index("event_by_entity", "entity_id", "seq"),
        Index("event_by_actor", "actor", "occurred_at", "seq", "action"),
        Index("event_by_action", "action", "occurred_at", "seq"),
        Index("event_by_time", "occurred_at", "seq"),
        Index("event_by_record", "recorded_at", "seq"),
    )
    seq: int = Column(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    recorded_at: str
    occurred_at: str
    recorded_by: str = Column(description="who wrote it")
    actor: str = Column(description="who did it: another than recorded_by only where a manifest says so")
    action: str
    subject: str
    entity_id: int | None = Column(default=None, sa_type=BigInteger)
    payload: str = Column(description="RFC 8785 of {detail, rows}: every row as it stood after the event")
    previous: str
    hash: str


class Head(Base, table=True):
    """One row: where the log ends, and the last id given out. Writers lock it on PostgreSQL."""

    id: int = Column(primary_key=True, sa_column_kwargs={"autoincrement": False})
    layout: int
    seq: int = Column(sa_type=BigInteger)
    hash: str
    last_id: int = Column(sa_type=BigInteger)


RECORD: tuple[type[Recorded], ...] = (
    Person,
    Dataset,
    DatasetVersion,
    Run,
    Model,
    Version,
    Evaluation,
    Metric,
    Measure,
    Stage,
    Approval,
    Alias,
    Environment,
    Deployment,
    Document,
    DocumentText,
    Field,
    Tag,
    Edge,
    PolicyRow,
    Answer,
    Card,
    CardSignature,
    CardPublication,
)
"""Every table that events write, parents before children."""
