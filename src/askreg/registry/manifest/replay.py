"""From a manifest and what the record holds already to the writes that are missing, in order of time.

The same content again comes out as no writes at all. What may change (descriptions, tags, cards, owners, roles,
documents) becomes an update as of now; what is fixed and differs is a problem that says what the record holds.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from askreg.registry import lifecycle, times, writes
from askreg.registry.manifest import shapes, timelines
from askreg.registry.manifest.calls import Call, Rank
from askreg.registry.manifest.differences import contradiction, differ, shown, unlike
from askreg.registry.manifest.world import World, circle

_Fixed = tuple[str, ...]
_E = TypeVar("_E", bound=shapes.Entry)


class Replay:
    """Compares a file with the record, and collects the calls and the problems."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls: list[Call] = []

    def plan(self, given: shapes.Manifest, held: shapes.Manifest) -> list[Call]:
        """Return the calls, in order; raises `ManifestError` if anything is wrong."""
        self._metrics(given, {measure.name: measure for measure in held.metrics})
        self._datasets(given, {dataset.name: dataset for dataset in held.datasets})
        self._runs(given, {run.id: run for run in held.runs})
        self._models(given, {model.name: model for model in held.models})
        self._documents(given, {document.path: document for document in held.documents})
        self._people(given, {person.name: person for person in held.people})  # last: by now it is known who did what
        self.world.problems.settle()
        return sorted(self.calls)

    def call(
        self, at: str, rank: Rank, kind: str, function: Callable[..., object], entry: shapes.Entry, /, **given: Any
    ) -> None:
        """Add a call."""
        self.calls.append(Call(at, rank, len(self.calls), kind, function, given, entry))

    # -- each kind of thing

    def _people(self, given: shapes.Manifest, held: Mapping[str, shapes.Person]) -> None:
        for person in given.people:
            known = held.get(person.name)
            at = self.world.first_act.get(person.name, self.world.now)
            if known is None:
                self.call(
                    at, Rank.PERSON, "people", writes.register_person, person,
                    name=person.name, display=person.display, kind=person.kind or "person", roles=person.roles or (),
                    at=at,
                )  # fmt: skip
                continue
            self._fixed(person, known, ("kind",))
            changes = self._changes(person, known, ("display",))
            if set(person.roles or ()) - set(known.roles or ()):
                changes["roles"] = person.roles
            if changes:
                self._update("people", writes.register_person, person, name=person.name, **changes)

    def _metrics(self, given: shapes.Manifest, held: Mapping[str, shapes.Measure]) -> None:
        for measure in given.metrics:
            if measure.name in held:
                self._fixed(measure, held[measure.name], ("better", "unit"))
            else:
                self.call(
                    self.world.now, Rank.PERSON, "metrics", writes.declare_metric, measure,
                    name=measure.name, better=measure.better, unit_of_measure=measure.unit,
                )  # fmt: skip

    def _datasets(self, given: shapes.Manifest, held: Mapping[str, shapes.Dataset]) -> None:
        order = self._order(
            {f"{d.name}@{v.version}": (v, v.derived_from or []) for d in given.datasets for v in d.versions},
            "derived_from",
        )
        for dataset in given.datasets:
            at = self.world.datasets[dataset.name]
            self.world.act(dataset, at, dataset.by)
            known = held.get(dataset.name)
            if known is None:
                self.call(
                    at, Rank.DATASET, "datasets", writes.register_dataset, dataset,
                    name=dataset.name, description=dataset.description, at=at, by=dataset.by,
                )  # fmt: skip
            else:
                self._fixed(dataset, known, ("at", "by"))
                if changes := self._changes(dataset, known, ("description",)):
                    self._update("datasets", writes.update_dataset, dataset, dataset=dataset.name, **changes)
            versions = {version.version: version for version in known.versions} if known else {}
            for version in dataset.versions:
                self._dataset_version(dataset.name, version, versions.get(version.version))
        self._arrange(Rank.DATASET_VERSION, order, lambda given: f"{given['dataset']}@{given['version']}")

    def _dataset_version(
        self, dataset: str, version: shapes.DatasetVersion, known: shapes.DatasetVersion | None
    ) -> None:
        world = self.world
        world.act(version, version.at, version.by)
        world.refer(version, "version", "dataset", dataset, version.at, world.datasets)
        for index, source in enumerate(version.derived_from or ()):
            key = f"derived_from[{index}]"
            world.refer(version, key, "dataset version", source, version.at, world.dataset_versions)
        if known is not None:
            self._fixed(version, known, ("at", "by", "digest", "rows", "source", "sensitivity"))
            self._same_set(version, "derived_from", version.derived_from, known.derived_from)
            return
        self.call(
            version.at, Rank.DATASET_VERSION, "dataset_versions", writes.register_dataset_version, version,
            dataset=dataset, version=version.version, digest=version.digest, rows=version.rows, source=version.source,
            sensitivity=version.sensitivity, derived_from=version.derived_from or (), at=version.at, by=version.by,
        )  # fmt: skip

    def _runs(self, given: shapes.Manifest, held: Mapping[str, shapes.Run]) -> None:
        for run in given.runs:
            self.world.act(run, run.at, run.by)
            for index, used in enumerate(run.inputs or ()):
                self.world.refer(
                    run,
                    f"inputs[{index}].dataset",
                    "dataset version",
                    used.dataset,
                    run.at,
                    self.world.dataset_versions,
                )
            inputs = [{"dataset": used.dataset, "role": used.role} for used in run.inputs or ()]
            known = held.get(run.id)
            if known is not None:
                self._fixed(run, known, ("at", "by", "code", "params"))
                before = [f"{used.dataset} ({used.role})" for used in known.inputs or ()]
                now = None if run.inputs is None else [f"{used.dataset} ({used.role})" for used in run.inputs]
                self._same_set(run, "inputs", now, before)
                continue
            self.call(
                run.at, Rank.RUN, "runs", writes.register_run, run,
                id=run.id, params=run.params or {}, code=run.code or {}, inputs=inputs, at=run.at, by=run.by,
            )  # fmt: skip

    def _models(self, given: shapes.Manifest, held: Mapping[str, shapes.Model]) -> None:
        order = self._order(
            {f"{m.name}:{v.version}": (v, [v.base] if v.base else []) for m in given.models for v in m.versions}, "base"
        )
        for model in given.models:
            at = self.world.models[model.name]
            self.world.act(model, at, model.by)
            known = held.get(model.name)
            if known is None:
                self.call(
                    at, Rank.MODEL, "models", writes.register_model, model,
                    name=model.name, task=model.task, owner=model.owner, description=model.description, tags=model.tags,
                    card=model.card, at=at, by=model.by,
                )  # fmt: skip
            else:
                self._fixed(model, known, ("at", "by"))
                if changes := self._changes(model, known, ("task", "owner", "description"), mappings=("tags", "card")):
                    self._update("models", writes.update_model, model, model=model.name, **changes)
            versions = {version.version: version for version in known.versions} if known else {}
            for version in model.versions:
                self._version(model.name, version, versions.get(version.version))
            timelines.aliases(self, model, known)
        self._arrange(Rank.VERSION, order, lambda given: f"{given['model']}:{given['version']}")

    def _version(self, model: str, version: shapes.Version, known: shapes.Version | None) -> None:
        world, subject, at = self.world, f"{model}:{version.version}", version.at
        world.act(version, at, version.by)
        world.refer(version, "version", "model", model, at, world.models)
        if version.run is not None:
            world.refer(version, "run", "run", version.run, at, world.runs)
        if version.base is not None:
            world.refer(version, "base", "version", version.base, at, world.versions)
        if known is None:
            self.call(
                at, Rank.VERSION, "versions", writes.register_version, version,
                model=model, version=version.version, artifact=version.artifact, framework=version.framework,
                signature=version.signature, run=version.run, base=version.base, tags=version.tags,
                description=version.description, card=version.card, change_control=version.change_control, at=at,
                by=version.by,
            )  # fmt: skip
        else:
            fixed = ("at", "by", "run", "base", "framework", "artifact", "signature", "change_control")
            self._fixed(version, known, fixed)
            if changes := self._changes(version, known, ("description",), mappings=("tags", "card")):
                self._update("versions", writes.update_version, version, version=subject, **changes)
        if version.evaluations:
            self._evaluations(subject, version, known)
        if version.approvals:
            self._approvals(subject, version, known)
        if version.stages:
            timelines.stages(self, subject, version, known)
        if version.deployments:
            timelines.deployments(self, subject, version, known)

    def _evaluations(self, subject: str, version: shapes.Version, known: shapes.Version | None) -> None:
        seen: defaultdict[tuple[str, ...], dict[str, shapes.Evaluation]] = defaultdict(dict)
        for evaluation in version.evaluations:
            self.within(evaluation, version, evaluation.at, evaluation.by)
            self.world.refer(
                evaluation, "dataset", "dataset version", evaluation.dataset, evaluation.at, self.world.dataset_versions
            )
            if not evaluation.metrics:
                self.world.problems.at(evaluation.place, "metrics", "needs at least one metric")
            for metric in evaluation.metrics:
                first = seen[evaluation.key].setdefault(metric, evaluation)
                if first is not evaluation:
                    self._twice(evaluation, f"metrics.{metric}", f"{metric!r} of this evaluation", first)
        for evaluation in self._new(version.evaluations, known.evaluations if known else [], _unlike_evaluation):
            self.call(
                evaluation.at, Rank.EVALUATION, "evaluations", writes.evaluate, evaluation,
                version=subject, dataset=evaluation.dataset, split=evaluation.split, cohort=evaluation.cohort,
                metrics={name: figure.given() for name, figure in evaluation.metrics.items()},
                evidence=evaluation.evidence, at=evaluation.at, by=evaluation.by,
            )  # fmt: skip

    def _approvals(self, subject: str, version: shapes.Version, known: shapes.Version | None) -> None:
        seen: dict[tuple[str, ...], shapes.Approval] = {}
        for approval in version.approvals:
            self.within(approval, version, approval.at, approval.by)
            first = seen.setdefault((*approval.key, approval.decision), approval)
            if first is not approval:
                self._twice(approval, "at", "this signature", first)
        for approval in self._new(version.approvals, known.approvals if known else [], _unlike_approval):
            self.call(
                approval.at, Rank.APPROVAL, "approvals", lifecycle.approve, approval,
                version=subject, meaning=approval.meaning, decision=approval.decision, comment=approval.comment,
                at=approval.at, by=approval.by,
            )  # fmt: skip

    def _documents(self, given: shapes.Manifest, held: Mapping[str, shapes.Document]) -> None:
        world = self.world
        sources = {
            d.path: (d, [s.removeprefix("doc:") for s in d.about or () if s[:4] == "doc:"]) for d in given.documents
        }
        order = self._order(sources, "about")
        after: dict[str, str] = {}
        for document in sorted(given.documents, key=lambda document: order.get(document.path, -1)):
            at = world.documents[document.path]
            world.act(document, at, document.by)
            for index, subject in enumerate(document.about or ()):
                world.about(document, f"about[{index}]", subject)
            known = held.get(document.path)
            if known is None:
                subjects = document.about or ()
                after[document.path] = max(
                    [at, *(after.get(s.removeprefix("doc:")) or self._since(s) for s in subjects)]
                )
                self.call(
                    after[document.path], Rank.DOCUMENT, "documents", writes.register_document, document,
                    path=document.path, title=document.title, about=document.about or (),
                    sensitivity=document.sensitivity or "internal", digest=document.digest, size=document.size,
                    at=at, by=document.by,
                )  # fmt: skip
                continue
            self._fixed(document, known, ("at", "by"))
            changes = self._changes(document, known, ("title", "sensitivity", "digest", "size"))
            fresh = [subject for subject in document.about or () if subject not in (known.about or ())]
            if changes or fresh:
                changes = {"sensitivity": known.sensitivity or "internal", **changes, "about": fresh}
                self._update("documents", writes.register_document, document, path=document.path, **changes)

        self._arrange(Rank.DOCUMENT, order, lambda given: str(given["path"]))

    def _since(self, subject: str) -> str:
        world = self.world
        for known in (world.versions, world.dataset_versions, world.models, world.datasets, world.places):
            if subject in known:
                return known[subject]
        if subject.startswith("person:"):
            return world.first_act.get(subject.removeprefix("person:"), world.now)
        return world.runs.get(subject.removeprefix("run:"), "")

    # -- comparing

    def within(self, entry: shapes.Entry, version: shapes.Version, at: str, by: str | None) -> None:
        """Check something that happened to a version."""
        self.world.act(entry, at, by)
        if at < version.at:
            early = f"this {entry.what} is at {times.shown(at)}, before its version"
            self.world.problems.at(entry.place, "at", f"{early}, which is from {times.shown(version.at)}")

    def contradicted(self, given: shapes.Entry, known: shapes.Entry, key: str) -> None:
        """Note that the record holds something else."""
        self.world.problems.at(given.place, key, contradiction(shown(given, key), shown(known, key)))

    def _fixed(self, given: shapes.Entry, known: shapes.Entry, keys: _Fixed) -> None:
        for key in unlike(given, known, keys):
            self.contradicted(given, known, key)

    def _same_set(self, given: shapes.Entry, key: str, now: list[str] | None, before: list[str] | None) -> None:
        if now is not None and set(now) != set(before or ()):
            sets = [", ".join(names) or "nothing" for names in (now, before or ())]
            self.world.problems.at(given.place, key, contradiction(*sets))

    def _changes(
        self, given: shapes.Entry, known: shapes.Entry, keys: _Fixed, *, mappings: _Fixed = ()
    ) -> dict[str, Any]:
        changes = {key: getattr(given, key) for key in unlike(given, known, keys)}
        for key in mappings:
            held = getattr(known, key)
            if fresh := {name: value for name, value in getattr(given, key).items() if differ(value, held.get(name))}:
                changes[key] = fresh
        return changes

    def _update(self, kind: str, function: Callable[..., object], entry: shapes.Entry, **changes: Any) -> None:
        self.call(self.world.now, Rank.UPDATE, kind, function, entry, **changes)

    def _twice(self, entry: shapes.Entry, key: str, what: str, first: shapes.Entry) -> None:
        other = first.place.path if first.place else "before"
        self.world.problems.at(entry.place, key, f"{what} is given already, at {other}")

    def _new(self, given: list[_E], known: list[_E], unlike: Callable[[_E, _E], list[str]]) -> list[_E]:
        """Return the given entries that the record does not hold, noting those it contradicts."""
        if not known:
            return given
        held: defaultdict[tuple[str, ...], list[_E]] = defaultdict(list)
        for entry in known:
            held[entry.key].append(entry)  # type: ignore[attr-defined]
        fresh = []
        for entry in given:
            rivals = held[entry.key]  # type: ignore[attr-defined]
            if any(not unlike(entry, rival) for rival in rivals):
                continue
            if not rivals:
                fresh.append(entry)
            else:
                self.contradicted(entry, rivals[0], unlike(entry, rivals[0])[0])
        return fresh

    # -- order among things of one instant

    def _order(self, arrows: Mapping[str, tuple[shapes.Entry, list[str]]], key: str) -> dict[str, int]:
        dependent = {name: targets for name, (_, targets) in arrows.items() if targets}
        order, ring = circle(dependent)
        if ring:
            self.world.problems.at(arrows[ring[0]][0].place, key, f"runs in a circle: {' -> '.join(ring)}")
        return {name: place for place, name in enumerate(order)}

    def _arrange(self, rank: Rank, order: Mapping[str, int], name: Callable[[dict[str, Any]], str]) -> None:
        """Number the calls of a rank so that what was derived comes after its sources, at one instant too."""
        if not order:
            return
        last = len(self.calls)
        self.calls = [
            call._replace(number=last + order[name(call.given)])
            if call.rank == rank and name(call.given) in order
            else call
            for call in self.calls
        ]


def _unlike_approval(given: shapes.Approval, known: shapes.Approval) -> list[str]:
    return unlike(given, known, ("decision", "comment"))


def _unlike_evaluation(given: shapes.Evaluation, known: shapes.Evaluation) -> list[str]:
    keys = unlike(given, known, ("evidence", "by"))
    for name, figure in given.metrics.items():
        other = known.metrics.get(name)
        if other is None:
            keys.append(f"metrics.{name}")
        else:
            keys += [f"metrics.{name}.{key}" for key in unlike(figure, other, ("value", "n", "ci", "unit", "config"))]
    return keys
