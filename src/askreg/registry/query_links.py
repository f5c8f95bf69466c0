"""The relations of a plan as SQL: sets of pairs of ids, their closures and their chains.

A relation is never walked row by row. Given a statement that selects ids, it yields one that selects what they lead
to (`image`), what leads to them (`preimage`), or what each of them leads to (`track`); transitive ones recurse.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy import func as sql

from askreg.registry.plan import PlanKind
from askreg.registry.query_sources import Reading, Scope
from askreg.registry.tables import (
    Alias,
    Approval,
    Base,
    DatasetVersion,
    Deployment,
    Edge,
    Evaluation,
    Event,
    Field,
    Metric,
    Model,
    Person,
    Run,
    Stage,
    Version,
)

Id = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Pairs:
    """What leads to what: two columns and the conditions under which their row is a pair."""

    left: Id
    right: Id
    where: tuple[ColumnElement[bool], ...]

    def flipped(self) -> "Pairs":
        """Return the pairs the other way round."""
        return Pairs(self.right, self.left, self.where)


class Link(Protocol):
    """A relation."""

    @property
    def one(self) -> bool:
        """Whether it leads to one row at most."""

    def image(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """Return the ids that `seeds`, a statement selecting ids, lead to."""

    def preimage(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """Return the ids that lead to `seeds`."""

    def track(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """Return (origin, node) for what each `node` of `seeds`, a statement of (origin, node), leads to."""


@dataclass(frozen=True, slots=True)
class Direct:
    """A relation that the record holds as such."""

    pairs: Callable[[Reading], Pairs]
    one: bool = False

    def image(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        return _reached(self.pairs(reading), seeds)

    def preimage(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        return _reached(self.pairs(reading).flipped(), seeds)

    def track(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        pairs, start = self.pairs(reading), seeds.subquery()
        found = select(start.c.origin, pairs.right.label("node"))
        return found.where(pairs.left == start.c.node, pairs.right.is_not(None), *pairs.where).distinct()

    def flipped(self) -> "Direct":
        """Return the relation the other way round."""
        return Direct(lambda reading: self.pairs(reading).flipped())


@dataclass(frozen=True, slots=True)
class Closure:
    """A relation followed any number of times: at least once, or also not at all."""

    step: Direct
    reflexive: bool = False
    one: bool = False

    def image(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        return self._closed(reading, self.step, seeds)

    def preimage(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        return self._closed(reading, self.step.flipped(), seeds)

    def track(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        if self.reflexive:
            start = seeds.subquery()
            first = select(start.c.origin.label("origin"), start.c.node.label("node"))
        else:
            first = self.step.track(reading, seeds)
        reached, pairs = first.cte(recursive=True), self.step.pairs(reading)
        further = select(reached.c.origin, pairs.right)
        reached = reached.union(further.where(pairs.left == reached.c.node, pairs.right.is_not(None), *pairs.where))
        return select(reached.c.origin, reached.c.node)

    def _closed(self, reading: Reading, step: Direct, seeds: Select[Any]) -> Select[Any]:
        start = (seeds if self.reflexive else step.image(reading, seeds)).subquery()
        reached, pairs = select(list(start.c)[0].label("node")).cte(recursive=True), step.pairs(reading)
        further = select(pairs.right).where(pairs.left == reached.c.node, pairs.right.is_not(None), *pairs.where)
        reached = reached.union(further)
        return select(reached.c.node)


@dataclass(frozen=True, slots=True)
class Chain:
    """Relations followed one after the other."""

    links: tuple[Link, ...]
    one: bool = False

    def image(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        for link in self.links:
            seeds = link.image(reading, seeds)
        return seeds

    def preimage(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        for link in reversed(self.links):
            seeds = link.preimage(reading, seeds)
        return seeds

    def track(self, reading: Reading, seeds: Select[Any]) -> Select[Any]:
        """See `Link`."""
        for link in self.links:
            seeds = link.track(reading, seeds)
        return seeds


def _reached(pairs: Pairs, seeds: Select[Any]) -> Select[Any]:
    return select(pairs.right).where(pairs.left.in_(seeds), pairs.right.is_not(None), *pairs.where)


def _columns(of: type[Base], left: str, right: str, *, one: bool = False) -> Direct:
    """Return the relation between two columns of a table."""

    def pairs(reading: Reading) -> Pairs:
        rows, seen = reading.of(of)
        return Pairs(rows.c[left], rows.c[right], (seen,))

    return Direct(pairs, one)


def _edge(relation: str, *, role: str | None = None, down: bool = False, other: str | None = None) -> Direct:
    """Return the relation along edges, up unless `down`; `other` is the kind on the far side."""

    def pairs(reading: Reading) -> Pairs:
        rows, seen = reading.of(Edge)
        where = [seen, rows.c.relation == relation]
        if role is not None:
            where.append(rows.c.role == role)
        if other is not None:
            where.append((rows.c.source_kind if down else rows.c.target_kind) == other)
        up = Pairs(rows.c.source, rows.c.target, tuple(where))
        return up.flipped() if down else up

    return Direct(pairs)


def _person(of: type[Base], column: str = "by") -> Direct:
    """Return the relation from rows to the person a column names."""

    def pairs(reading: Reading) -> Pairs:
        people, known = reading.of(Person)
        if of is Event:
            rows = _events(reading)
            return Pairs(rows.left, people.c.id, (*rows.where, rows.right == people.c.name, known))
        rows_, seen = reading.of(of)
        return Pairs(rows_.c.id, people.c.id, (seen, rows_.c[column] == people.c.name, known))

    return Direct(pairs, one=True)


def _events(reading: Reading) -> Pairs:
    """Return each event with its actor's name."""
    scope = Scope(reading, "event")
    return Pairs(scope.id, scope.base.c.actor, (scope.seen(),))


def _entity(down: bool) -> Direct:
    """Return the relation from events to what they are about, or from things to their events."""

    def pairs(reading: Reading) -> Pairs:
        scope = Scope(reading, "event")
        found = Pairs(scope.id, scope.base.c.entity_id, (scope.seen(),))
        return found.flipped() if down else found

    return Direct(pairs, one=not down)


def _of_version(of: type[Base], target: str = "model_id") -> Direct:
    """Return the relation from rows of a version to its model."""

    def pairs(reading: Reading) -> Pairs:
        rows, seen = reading.of(of)
        versions, _ = reading.of(Version)
        return Pairs(rows.c.id, versions.c[target], (seen, rows.c.version_id == versions.c.id))

    return Direct(pairs, one=True)


def _of_evaluation(side: str, *, one: bool = True) -> Direct:
    """Return the relation from metrics to a column of their evaluation."""

    def pairs(reading: Reading) -> Pairs:
        metrics, seen = reading.of(Metric)
        evaluations, _ = reading.of(Evaluation)
        where = (seen, metrics.c.evaluation_id == evaluations.c.id)
        return Pairs(metrics.c.id, evaluations.c[side], where)

    return Direct(pairs, one)


def _metric_model(reading: Reading) -> Pairs:
    of_version = _of_evaluation("version_id").pairs(reading)
    versions, _ = reading.of(Version)
    return Pairs(of_version.left, versions.c.model_id, (*of_version.where, of_version.right == versions.c.id))


def _latest(reading: Reading) -> Pairs:
    rows, seen = reading.of(Version)
    later, known = reading.of(Version)
    newest = ~exists().where(later.c.model_id == rows.c.model_id, later.c.number > rows.c.number, known)
    return Pairs(rows.c.model_id, rows.c.id, (seen, newest))


def _previous(reading: Reading) -> Pairs:
    rows, seen = reading.of(Version)
    before, _ = reading.of(Version)
    among, known = reading.of(Version)
    number = select(sql.max(among.c.number)).where(
        among.c.model_id == rows.c.model_id, among.c.number < rows.c.number, known
    )
    same = before.c.model_id == rows.c.model_id
    return Pairs(rows.c.id, before.c.id, (seen, same, before.c.number == number.scalar_subquery()))


def _used(role: str | None) -> Direct:
    """Return the relation from versions to the inputs of their own run."""

    def pairs(reading: Reading) -> Pairs:
        rows, seen = reading.of(Version)
        edges, drawn = reading.of(Edge)
        where = [seen, drawn, rows.c.run_id == edges.c.source, edges.c.relation == "used"]
        return Pairs(rows.c.id, edges.c.target, (*where, *([] if role is None else [edges.c.role == role])))

    return Direct(pairs)


def _owner(reading: Reading) -> Pairs:
    fields, _ = reading.of(Field)
    people, known = reading.of(Person)
    # A field's value is JSON text; people's names need no escapes.
    named = fields.c.value == literal('"') + people.c.name + '"'
    where = (fields.c.name == "owner", reading.view.open(fields), known, named)
    return Pairs(fields.c.entity_id, people.c.id, where)


_run = _columns(Version, "id", "run_id", one=True)
_base = _columns(Version, "id", "base_id", one=True)
_previous_version = Direct(_previous, one=True)
_next_version = Direct(lambda reading: _previous(reading).flipped(), one=True)
_trained_on = _used("training")
_inputs = _used(None)
_source = _edge("derived_from", other="dataset_version")
_documents = _edge("about", down=True, other="document")
_events_of = _entity(down=True)
_owned_by = Direct(_owner)
_live_in = _columns(Deployment, "version_id", "environment_id")

LINKS: dict[PlanKind, dict[str, Link]] = {
    "model": {
        "versions": _columns(Version, "model_id", "id"),
        "latest": Direct(_latest, one=True),
        "aliases": _columns(Alias, "model_id", "id"),
        "documents": _documents,
        "registrant": _person(Model),
        "owned_by": Direct(_owner, one=True),
        "events": _events_of,
    },
    "version": {
        "model": _columns(Version, "id", "model_id", one=True),
        "run": _run,
        "base": _base,
        "bases": Closure(_base),
        "derived": _base.flipped(),
        "descendants": Closure(_base.flipped()),
        "previous": _previous_version,
        "next": _next_version,
        "stages": _columns(Stage, "version_id", "id"),
        "approvals": _columns(Approval, "version_id", "id"),
        "metrics": _of_evaluation("version_id").flipped(),
        "aliases": _columns(Alias, "version_id", "id"),
        "deployments": _columns(Deployment, "version_id", "id"),
        "environments": _live_in,
        "trained_on": _trained_on,
        "inputs": _inputs,
        "ancestor_datasets": Chain((Closure(_base, True), _trained_on, Closure(_source, True))),
        "evaluated_on": _columns(Evaluation, "version_id", "dataset_version_id"),
        "documents": _documents,
        "registrant": _person(Version),
        "events": _events_of,
    },
    "dataset": {
        "versions": _columns(DatasetVersion, "dataset_id", "id"),
        "documents": _documents,
        "events": _events_of,
    },
    "dataset_version": {
        "dataset": _columns(DatasetVersion, "id", "dataset_id", one=True),
        "derived_from": _source,
        "sources": Closure(_source),
        "derived": _source.flipped(),
        "derivatives": Closure(_source.flipped()),
        "runs": _edge("used", down=True),
        "trained": _trained_on.flipped(),
        "used_by": _inputs.flipped(),
        "descendant_versions": Chain(
            (Closure(_source.flipped(), True), _trained_on.flipped(), Closure(_base.flipped(), True))
        ),
        "evaluated": _columns(Evaluation, "dataset_version_id", "version_id"),
        "documents": _documents,
        "registrant": _person(DatasetVersion),
        "events": _events_of,
    },
    "run": {
        "inputs": _edge("used"),
        "training": _edge("used", role="training"),
        "validation": _edge("used", role="validation"),
        "test": _edge("used", role="test"),
        "versions": _run.flipped(),
        "runner": _person(Run),
        "events": _events_of,
    },
    "metric": {
        "version": _of_evaluation("version_id"),
        "model": Direct(_metric_model, one=True),
        "dataset_version": _of_evaluation("dataset_version_id"),
        "evaluator": _person(Metric),
    },
    "stage": {
        "version": _columns(Stage, "id", "version_id", one=True),
        "model": _of_version(Stage),
        "mover": _person(Stage),
    },
    "approval": {
        "version": _columns(Approval, "id", "version_id", one=True),
        "model": _of_version(Approval),
        "approver": _person(Approval),
    },
    "alias": {
        "version": _columns(Alias, "id", "version_id", one=True),
        "model": _columns(Alias, "id", "model_id", one=True),
        "setter": _person(Alias),
    },
    "deployment": {
        "version": _columns(Deployment, "id", "version_id", one=True),
        "model": _of_version(Deployment),
        "place": _columns(Deployment, "id", "environment_id", one=True),
        "deployer": _person(Deployment),
    },
    "environment": {
        "deployments": _columns(Deployment, "environment_id", "id"),
        "versions": _live_in.flipped(),
    },
    "document": {
        "models": _edge("about", other="model"),
        "versions": _edge("about", other="version"),
        "datasets": _edge("about", other="dataset"),
        "dataset_versions": _edge("about", other="dataset_version"),
    },
    "person": {
        "registered": _person(Version).flipped(),
        "owned": _owned_by.flipped(),
        "approvals": _person(Approval).flipped(),
        "moves": _person(Stage).flipped(),
        "deployed": _person(Deployment).flipped(),
        "evaluated": _person(Metric).flipped(),
        "ran": _person(Run).flipped(),
        "events": _person(Event).flipped(),
    },
    "event": {"person": _person(Event), "version": _entity(down=False), "model": _entity(down=False)},
}
"""How each relation of the catalogue is kept."""
