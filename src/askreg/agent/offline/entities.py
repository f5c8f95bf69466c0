"""What a question can name: entities of the registry, and the registry's names as the lexicon is built from them."""

from dataclasses import dataclass, field
from typing import Literal

EntityKind = Literal[
    "model", "version", "dataset", "dataset_version", "person", "site", "environment", "place", "region", "run",
    "document", "metric", "alias", "framework", "task", "tag", "tag_key", "cohort", "cohort_key", "card", "param",
    "sensitivity", "split", "evidence", "role", "topic", "stage",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entity:
    """Something of the record that a question names."""

    kind: EntityKind
    name: str
    """The subject (`model`, `model:3`, `dataset@version`, `site/environment`, `run:id` …) or the value."""
    part: str = ""
    """Of a tag, its key; of a version, its number; of a dataset version, its label."""
    exists: bool = True
    members: tuple[str, ...] = ()
    """Of a topic: the models, datasets and documents (as subjects) that it may stand for."""
    typed: str = ""
    """What was written, where it is not the name itself."""

    @property
    def head(self) -> str:
        """The name without its version, label or environment."""
        for mark in ":@/":
            if mark in self.name and self.kind in ("version", "dataset_version", "place"):
                return self.name.split(mark)[0]
        return self.name


@dataclass(slots=True)
class ModelNames:
    """What the lexicon needs of a model."""

    name: str
    versions: list[int] = field(default_factory=list)
    task: str | None = None
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Names:
    """Every name in a registry, read at one point of its log."""

    models: list[ModelNames] = field(default_factory=list)
    datasets: dict[str, list[str]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    """Descriptions of datasets."""
    people: dict[str, str | None] = field(default_factory=dict)
    """Name to display name."""
    aliases: set[str] = field(default_factory=set)
    places: set[tuple[str, str]] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    runs: list[str] = field(default_factory=list)
    metrics: set[str] = field(default_factory=set)
    cohorts: set[str] = field(default_factory=set)
    frameworks: set[str] = field(default_factory=set)
    tags: set[tuple[str, str]] = field(default_factory=set)
    cards: set[str] = field(default_factory=set)
    params: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    documents: dict[str, str | None] = field(default_factory=dict)
