"""What a question means: nodes that stand for things, conditions on them, and the query about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from askreg.agent.offline.dates import Span
from askreg.agent.offline.entities import Entity

Kind = Literal[
    "model", "version", "dataset", "dataset_version", "run", "metric", "stage", "approval", "alias", "deployment",
    "environment", "site", "region", "document", "person", "event", "gap", "tag", "cohort", "thing",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thing:
    """Something named; `others` are what else the same words may name."""

    entity: Entity
    others: tuple[Entity, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """The version that holds an alias; of every model if none is given."""

    alias: str
    model: Node | None = None


@dataclass(frozen=True, slots=True)
class Bare:
    """A version number whose model is not said."""

    number: int


@dataclass(frozen=True, slots=True)
class Step:
    """The one before (-1) or after (+1) another."""

    of: Node
    by: int = -1
    than: Node | None = None
    """Of an alias: the holder that it is before or after, when that is not the present one."""


@dataclass(frozen=True, slots=True)
class Related:
    """What stands in a relation to another: its base, run, training data, owner, and so on."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class SetOf:
    """Things of a kind that meet conditions."""

    kind: Kind
    conds: tuple[Cond, ...] = ()
    order: str = ""
    """`latest`, `first` … when one is meant by its place in time."""
    definite: bool = False
    """Whether the words mean one thing: `the version`."""
    quantity: str = ""
    """`any`, `all`, `no`, `other`."""


@dataclass(frozen=True, slots=True)
class Group:
    """Several things joined by `and`, `or`, `vs`."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A pronoun: what the conversation (or the sentence) is about."""

    word: str


Node: TypeAlias = "Thing | Holder | Bare | Step | Related | SetOf | Group | Given"


@dataclass(frozen=True, slots=True)
class Event:
    """A condition that something happened, or holds: who, what, where, from what, when."""

    pred: str
    roles: tuple[tuple[str, Node], ...] = ()
    time: Span | None = None
    negated: bool = False
    past: bool = False
    """Whether it need not hold any more."""
    order: str = ""

    def role(self, name: str) -> Node | None:
        """Return what plays a part."""
        return next((node for role, node in self.roles if role == name), None)


@dataclass(frozen=True, slots=True)
class Has:
    """A condition on a field: framework, task, tag, topic, metric, and so on."""

    field: str
    op: str
    value: object = None
    negated: bool = False
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Within:
    """A condition that it belongs to another: a version of a model, an approval of a version; or is that one."""

    node: Node
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A condition on how many others it has: `with more than one version`, `live at two sites`."""

    node: SetOf
    op: str
    number: float
    event: Event | None = None
    negated: bool = False


Cond: TypeAlias = "Event | Has | Within | Count"


@dataclass(frozen=True, slots=True)
class Query:
    """A question: what is asked about what."""

    intent: str
    """`role`, `field`, `set`, `metric`, `compare`, `leaderboard`, `lineage`, `history`, `gaps`, `docs`, `describe`,
    `duration`, `refuse`."""
    ask: tuple[str, ...] = ()
    """`agent`, `instant`, `place`, `list`, `count`, `exists`, a field's name, and so on."""
    node: Node | None = None
    event: Event | None = None
    fields: tuple[str, ...] = ()
    metrics: tuple[Entity, ...] = ()
    dataset: Node | None = None
    cohorts: tuple[Entity, ...] = ()
    split: str = ""
    order: str = ""
    time: Span | None = None
    direction: str = ""
    kinds: tuple[str, ...] = ()
    limit: int | None = None
    text: str = ""
    unexplained: tuple[str, ...] = ()
    options: frozenset[str] = field(default_factory=frozenset)


def kind_of(node: Node | None) -> str:
    """Return the kind of thing a node stands for, as far as its form tells."""
    match node:
        case Thing(entity):
            return entity.kind
        case Holder() | Bare():
            return "version"
        case Step(of):
            return "version" if kind_of(of) in ("version", "model", "given", "thing") else kind_of(of)
        case SetOf(kind):
            return kind
        case Group(nodes):
            return kind_of(nodes[0])
        case Related(_, name):
            return RELATED.get(name, "thing")
        case Given(word):
            return {"person": "person", "there": "place"}.get(word, "given")
    return "none"


RELATED: dict[str, str] = {
    "base": "version", "bases": "version", "run": "run", "training": "dataset_version", "owner": "person",
        "registrant": "person",
    "approver": "person", "validation": "dataset_version", "test": "dataset_version", "inputs": "dataset_version",
    "model": "model", "sources": "dataset_version", "descendants": "version", "reviewer": "person", "trainer": "person",
    "deployer": "person",
}  # fmt: skip
