"""All that the record says of one version, gathered from one view of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

from askreg.errors import NotFound
from askreg.registry import audit, cards, details, lineage, query
from askreg.registry.cards import FieldView
from askreg.registry.plan import Aggregate, Plan, PlanKind
from askreg.registry.resolve import Resolved, resolve
from askreg.registry.results import (
    Arrow,
    DatasetVersionView,
    DatasetView,
    DocumentView,
    Lineage,
    LogHead,
    ModelDetail,
    PersonView,
    RunView,
    VersionDetail,
)
from askreg.registry.tables import Kind
from askreg.registry.times import shown
from askreg.registry.view import View
from askreg.reports.cards.content import Kinship


@dataclass
class Record:
    """What the record says of a version, its model, its data and its people, as one view sees it."""

    seen: View
    found: Resolved
    version: VersionDetail
    model: ModelDetail
    fields: dict[str, FieldView]
    """The fields of the version, by name; its tags are among them, as `tag.KEY`."""
    model_fields: dict[str, FieldView]
    graph: Lineage
    """What the version came from, and what it was evaluated on."""
    head: LogHead
    _datasets: dict[str, DatasetVersionView] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)
    _people: dict[str, PersonView | None] = field(default_factory=dict)

    @property
    def as_of(self) -> str:
        """Return the instant that the view is of."""
        return shown(self.seen.instant) or ""

    @cached_property
    def run(self) -> RunView | None:
        """Return the run that made the version."""
        if self.version.run is None:
            return None
        return cast(RunView, details.show(self.seen, f"run:{self.version.run}", kinds=("run",)))

    @cached_property
    def documents(self) -> list[DocumentView]:
        """Return the documents about the version or its model."""
        subjects = sorted({*self.version.documents, *self.model.documents})
        return [cast(DocumentView, details.show(self.seen, subject)) for subject in subjects]

    @cached_property
    def bases(self) -> list[str]:
        """Return the versions that it was derived from, nearest first."""
        nearest, found = {a.source: a.target for a in self._arrows("derived_from") if ":" in a.source}, list[str]()
        at = nearest.get(self.version.subject)
        while at is not None and at not in found:
            found.append(at)
            at = nearest.get(at)
        return found

    def dataset(self, subject: str) -> DatasetVersionView:
        """Return a dataset version."""
        if subject not in self._datasets:
            shown_one = details.show(self.seen, subject, kinds=("dataset_version",))
            self._datasets[subject] = cast(DatasetVersionView, shown_one)
        return self._datasets[subject]

    def description(self, subject: str) -> str | None:
        """Return the description of a dataset version's dataset."""
        name = subject.partition("@")[0]
        return cast(DatasetView, details.show(self.seen, name, kinds=("dataset",))).description

    def person(self, name: str) -> PersonView | None:
        """Return a person or service that is on record."""
        if name not in self._people:
            try:
                self._people[name] = cast(PersonView, details.show(self.seen, f"person:{name}", kinds=("person",)))
            except NotFound:
                self._people[name] = None
        return self._people[name]

    def every(self, kind: Literal["dataset", "model", "site"]) -> list[str]:
        """Return the names of all things of a kind that the view holds."""
        if kind not in self._names:
            select: PlanKind = "environment" if kind == "site" else kind
            field = "site" if kind == "site" else "name"
            counted = query.run(self.seen, Plan(select=select, aggregate=Aggregate(by=field))).aggregate
            self._names[kind] = sorted(counted or {})
        return self._names[kind]

    def described(self, subject: str, kind: Kind) -> dict[str, FieldView]:
        """Return the fields of anything else, with the events that recorded them."""
        return cards.fields(self.seen, resolve(self.seen, subject, kinds=(kind,)).id)

    def inputs(self) -> Iterator[tuple[str, str, str | None, int]]:
        """Yield the data that the version was made from: dataset version, role, the base it came through, event."""
        made_by = {a.source: a.target for a in self._arrows("generated_by")}
        for version in (self.version.subject, *self.bases):
            for arrow in self._arrows("used"):
                if arrow.source == made_by.get(version):
                    through = None if version == self.version.subject else version
                    yield arrow.target, arrow.role or "training", through, arrow.event

    @cached_property
    def training(self) -> set[str]:
        """Return the dataset versions that it, or a version it was derived from, was trained on."""
        return {subject for subject, role, _, _ in self.inputs() if role == "training"}

    def kinship(self, dataset: str) -> Kinship:
        """Return how a dataset version is related to the training data, as far as the record tells."""
        if not self.training:
            return "unknown"
        if dataset in self.training:
            return "training"
        digest = self.dataset(dataset).digest
        if digest is not None and digest in {self.dataset(trained).digest for trained in self.training}:
            return "training"
        mine, theirs = self._origins([dataset]), self._origins(self.training)
        if not mine.isdisjoint(theirs):
            return "same"
        if any(self.dataset(each).derived_from or self.dataset(each).source for each in (dataset, *self.training)):
            return "other"
        return "unknown"

    def derives_from_training(self, dataset: str) -> bool:
        """Tell whether a dataset version was derived, in however many steps, from one that was trained on."""
        return not self.training.isdisjoint(self._ancestors([dataset]) - {dataset})

    def _origins(self, subjects: "set[str] | list[str]") -> set[str]:
        """Return what says where dataset versions come from: their names, those before them, sources."""
        every = self._ancestors(subjects)
        sources = {source for each in every if (source := self.dataset(each).source)}
        return {each.partition("@")[0] for each in every} | {f"source {source}" for source in sources}

    def _ancestors(self, subjects: "set[str] | list[str]") -> set[str]:
        found, stack = set(), list(subjects)
        while stack:
            each = stack.pop()
            if each not in found:
                found.add(each)
                stack += self.dataset(each).derived_from
        return found

    def _arrows(self, relation: str) -> "Iterator[Arrow]":
        return (arrow for arrow in self.graph.edges if arrow.relation == relation)


def read(seen: View, subject: str) -> Record:
    """Return all that a view holds of a version; raises `NotFound`."""
    found = resolve(seen, subject, kinds=("version",))
    version = details.version(seen, found)
    of_model = resolve(seen, version.model, kinds=("model",))
    return Record(
        seen=seen,
        found=found,
        version=version,
        model=details.model(seen, of_model),
        fields=cards.fields(seen, found.id),
        model_fields=cards.fields(seen, of_model.id),
        graph=lineage.lineage(seen, found.subject, direction="up"),
        head=audit.head(seen.connection),
    )
