"""The record as a summary reads it: one version in one view, each thing read once."""

import re
from decimal import Decimal
from functools import cached_property

from askreg.errors import NotFound
from askreg.registry import cards, citations, details, history, lineage, reads
from askreg.registry.cards import FieldView
from askreg.registry.citations import Entry, TagView
from askreg.registry.resolve import resolve
from askreg.registry.results import (
    Arrow,
    DatasetVersionView,
    EventView,
    Lineage,
    ModelSummary,
    PersonView,
    RunView,
    VersionDetail,
    VersionSummary,
)
from askreg.registry.view import View
from askreg.reports.provenance.lines import Summary, plain, quoted

_MOST_EVENTS = 2_000
_DISPLAY = re.compile(r"[\w .,'’-]{1,80}")
"""A name that cannot be taken for more than a name."""


class Source:
    """A version and what it is tied to. Raises `NotFound` if the view has no such version."""

    def __init__(self, view: View, subject: str) -> None:
        self.view = view
        found = resolve(view, subject, kinds=("version",))
        self.id, self.subject = found.id, found.subject
        self.version: VersionDetail = details.version(view, found)
        self.model_id = resolve(view, self.version.model, kinds=("model",)).id
        self.model: ModelSummary = reads.model_summaries(view, [self.model_id])[0]
        self._people: dict[str, PersonView | None] = {}
        self._states: dict[str, DatasetVersionView] = {}
        self._runs: dict[str, RunView] = {}

    @cached_property
    def fields(self) -> dict[str, FieldView]:
        """Return what describes the version."""
        return cards.fields(self.view, self.id)

    @cached_property
    def model_fields(self) -> dict[str, FieldView]:
        """Return what describes its model."""
        return cards.fields(self.view, self.model_id)

    @cached_property
    def tags(self) -> list[TagView]:
        """Return the version's tags."""
        return citations.tags(self.view, self.id)

    @cached_property
    def origins(self) -> Lineage:
        """Return the graph of what the version came from."""
        return lineage.lineage(self.view, self.subject, direction="up")

    @cached_property
    def run(self) -> RunView | None:
        """Return the run that made it."""
        return None if self.version.run is None else self.run_of(f"run:{self.version.run}")

    @cached_property
    def trained_on(self) -> dict[str, list[Arrow]]:
        """Return the data that it or a version before it was trained on, with the arrows that say so."""
        found: dict[str, list[Arrow]] = {}
        for arrow in self.origins.edges:
            if arrow.relation == "used" and arrow.role == "training":
                found.setdefault(arrow.target, []).append(arrow)
        return found

    @cached_property
    def later(self) -> list[VersionSummary]:
        """Return the versions of its model that came after it."""
        return [v for v in reads.versions_of(self.view, self.model_id) if v.version > self.version.version]

    def events_since(self, seq: int) -> tuple[list[EventView], bool]:
        """Return the events about it after event `seq`, oldest first, and whether there are more than were read."""
        page = history.history(self.view, subject=self.subject, limit=_MOST_EVENTS)
        found = [event for event in page.events if event.seq > seq and event.action not in history.READING]
        return sorted(found, key=lambda event: event.seq), page.truncated

    def entries(self, summary: Summary) -> list[Entry]:
        """Return the events that a summary cites and those that recorded what the version came from."""
        numbers = {event.seq for event in summary.events}
        numbers |= {node.event for node in self.origins.nodes} | {arrow.event for arrow in self.origins.edges}
        return citations.entries(self._whole, numbers)

    def entry(self, seq: int) -> Entry:
        """Return an event."""
        return citations.entries(self._whole, [seq])[0]

    @property
    def _whole(self) -> View:
        """Return the view without its limits: what a report rests on may be later than what was known."""
        return View(self.view.connection, self.view.now)

    def state(self, subject: str) -> DatasetVersionView:
        """Return a dataset version."""
        if subject not in self._states:
            found = resolve(self.view, subject, kinds=("dataset_version",))
            self._states[subject] = details.dataset_version(self.view, found)
        return self._states[subject]

    def run_of(self, subject: str) -> RunView:
        """Return a run."""
        if subject not in self._runs:
            self._runs[subject] = details.run(self.view, resolve(self.view, subject, kinds=("run",)))
        return self._runs[subject]

    def document(self, subject: str) -> tuple[int, dict[str, FieldView]]:
        """Return the event that registered a document, and what describes it."""
        found = resolve(self.view, subject, kinds=("document",))
        return details.document(self.view, found).event, cards.fields(self.view, found.id)

    def who(self, name: str | None) -> str:
        """Return a person as text: the name in the record, and the one they go by."""
        if name is None:
            return "somebody whom the record does not name"
        found = self.person(name)
        if found is None or not found.display:
            return name
        shown = plain(found.display)
        return f"{name} ({shown if _DISPLAY.fullmatch(shown) else quoted(shown)})"

    def person(self, name: str) -> PersonView | None:
        """Return a person or service, or None if the view has none of that name."""
        if name not in self._people:
            try:
                found = details.show(self.view, f"person:{name}", kinds=("person",))
            except NotFound:  # registered later than the view, or never
                found = None
            self._people[name] = found if isinstance(found, PersonView) else None
        return self._people[name]


def figure(value: Decimal) -> str:
    """Return a figure with every digit it was recorded with."""
    return format(value, "f")
