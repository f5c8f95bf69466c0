"""What exists once a file is loaded: its own things and those of the record, by name, and since when.

Here is checked whatever can be before anything is written: duplicates, references, order in time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from askreg.registry import names, times
from askreg.registry.manifest import shapes
from askreg.registry.manifest.reading import Place, Problems, suggestion
from askreg.registry.manifest.record import Record


@dataclass(slots=True)
class World:
    """Names and instants. A dataset version is `d@v`, a version `m:3`, an environment `site/environment`."""

    now: str
    problems: Problems
    people: set[str] = field(default_factory=set)
    first_act: dict[str, str] = field(default_factory=dict)
    """When each person first did something, as far as the file says."""
    datasets: dict[str, str] = field(default_factory=dict)
    dataset_versions: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    everything: Callable[[str], Mapping[str, str]] = field(default=lambda kind: {})
    """All names of a kind in the record, for naming the nearest."""

    # -- what exists

    def hold(self, record: Record, held: shapes.Manifest, given: shapes.Manifest) -> None:
        """Take in the record, as far as the file refers to it."""
        self.everything = record.named
        self.people |= {person.name for person in held.people}
        for dataset in held.datasets:
            self.datasets[dataset.name] = dataset.at or self.now
            self.dataset_versions.update({f"{dataset.name}@{v.version}": v.at for v in dataset.versions})
        about = [names.parse(subject) for document in given.documents for subject in document.about or ()]
        models = {model.name for model in given.models} | {ref.name for ref in about if ref.kind in (None, "version")}
        versions = [version for model in given.models for version in model.versions]
        models |= {version.base.partition(":")[0] for version in versions if version.base}
        self.models.update(record.named("model", models))
        self.versions.update(record.versions(models))
        runs = {version.run for version in versions if version.run} | {run.id for run in given.runs}
        self.runs.update(record.named("run", runs | {ref.name for ref in about if ref.kind == "run"}))
        documents = {document.path for document in given.documents}
        self.documents.update(record.named("document", documents | {r.name for r in about if r.kind == "document"}))
        self.places.update(record.places())

    def add(self, given: shapes.Manifest) -> None:
        """Take in the file, noting what it gives twice."""
        self._distinct(given.people, "name", lambda person: person.name)
        self.people |= {person.name for person in given.people}
        self._distinct(given.datasets, "name", lambda dataset: dataset.name)
        self._distinct(given.runs, "id", lambda run: run.id)
        self._distinct(given.models, "name", lambda model: model.name)
        self._distinct(given.documents, "path", lambda document: document.path)
        for dataset in given.datasets:
            self._distinct(dataset.versions, "version", lambda version: version.version)
            self.dataset_versions.update({f"{dataset.name}@{v.version}": v.at for v in dataset.versions})
            self._add(self.datasets, dataset.name, dataset.at, shapes.first_at(dataset.versions))
        self.runs.update({run.id: run.at for run in given.runs})
        for model in given.models:
            self._distinct(model.versions, "version", lambda version: version.version)
            self.versions.update({f"{model.name}:{v.version}": v.at for v in model.versions})
            self._add(self.models, model.name, model.at, shapes.first_at(model.versions))
            for version in model.versions:
                for live in version.deployments:
                    place = f"{live.site}/{live.environment}"
                    self.places[place] = min(self.places.get(place, live.at), live.at)
        for document in given.documents:
            self._add(self.documents, document.path, document.at, None)

    def _add(self, known: dict[str, str], name: str, at: str | None, default: str | None) -> None:
        known[name] = at or known.get(name) or default or self.now

    def _distinct(self, entries: Iterable[shapes.Entry], key: str, name: Callable[..., str | int]) -> None:
        seen: dict[str | int, shapes.Entry] = {}
        for entry in entries:
            first = seen.setdefault(name(entry), entry)
            if first is not entry:
                other = first.place.path if first.place else "before"
                self.problems.at(entry.place, key, f"{entry.what} {name(entry)!r} is given already, at {other}")

    # -- checks

    def act(self, entry: shapes.Entry, at: str, by: str | None) -> None:
        """Check when something happened and who did it."""
        if at > self.now:
            self.problems.at(
                entry.place,
                "at",
                f"{times.shown(at)} is in the future; the registry's clock says {times.shown(self.now)}",
            )
        if by is not None:
            if by not in self.people:
                self._missing(entry.place, "by", "person", by, self.people, "add them to people")
            if at < self.first_act.get(by, "~"):
                self.first_act[by] = at

    def refer(self, entry: shapes.Entry, key: str, kind: str, name: str, at: str, known: Mapping[str, str]) -> None:
        """Check that something exists, and did at that time."""
        since = known.get(name)
        if since is None:
            self._missing(entry.place, key, kind, name, known, self._latest(kind, name))
        elif since > at:
            early = f"this {entry.what} is at {times.shown(at)}, before {kind} {name!r}"
            self.problems.at(entry.place, "at", f"{early}, which is from {times.shown(since)}")

    def about(self, entry: shapes.Document, key: str, subject: str) -> None:
        """Check what a document is about. A document may be older than that."""
        ref = names.parse(subject)
        if ref.kind is None and ref.part and ref.name not in self.datasets and ref.name in self.models:
            self.problems.at(entry.place, key, f"{subject!r} is an alias, which may move; write {ref.name}:3")
            return
        kind, name, known = {
            "version": ("version", subject, self.versions),
            "environment": ("environment", subject, self.places),
            "run": ("run", ref.name, self.runs),
            "document": ("document", ref.name, self.documents),
            "person": ("person", ref.name, self.people),
            None: ("dataset version", subject, self.dataset_versions)
            if ref.part
            else ("model or dataset", subject, {**self.models, **self.datasets}),
        }[ref.kind]
        if name not in known:
            self._missing(entry.place, key, kind, name, known, self._latest(kind, name))

    def _latest(self, kind: str, name: str) -> str:
        model, _, number = name.partition(":")
        if kind != "version" or model not in self.models or not number:
            return ""
        numbers = [int(known.partition(":")[2]) for known in self.versions if known.startswith(f"{model}:")]
        return f"the latest version of {model!r} is {max(numbers)}" if numbers else f"{model!r} has no versions"

    def _missing(self, place: Place | None, key: str, kind: str, name: str, known: Collection[str], hint: str) -> None:
        if kind in ("run", "model", "document"):
            known = {*known, *self.everything(kind)}
        elif kind == "version":
            known = {*known, *self.everything("model")}
        near = suggestion(name, known)
        way_out = f"; {hint}" if hint else ""
        self.problems.at(place, key, f"no {kind} named {name!r} in this file or the record{near}{way_out}")


def future(at: str, now: str) -> str:
    """Say that an instant is in the future."""
    return f"{times.shown(at)} is in the future; the registry's clock says {times.shown(now)}"


def circle(arrows: Mapping[str, Iterable[str]]) -> tuple[list[str], list[str]]:
    """Return the keys in an order where targets come first, and a circle among them if there is one."""
    order: list[str] = []
    done: set[str] = set()
    for start in arrows:
        trail: list[str] = []
        stack = [(start, iter(arrows[start]))] if start not in done else []
        on_trail = {start} if stack else set()
        trail = [start] if stack else []
        while stack:
            node, targets = stack[-1]
            target = next((t for t in targets if t in arrows and t not in done), None)
            if target is None:
                stack.pop()
                trail.pop()
                on_trail.discard(node)
                done.add(node)
                order.append(node)
            elif target in on_trail:
                return order, [*trail[trail.index(target) :], target]
            else:
                stack.append((target, iter(arrows[target])))
                trail.append(target)
                on_trail.add(target)
    return order, []
