"""Picks about models, versions and datasets, their fields, aliases and stages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from eval.picks.base import Found, begun, day, pick
from eval.truth.base import NOW
from eval.truth.record import Record, Span


@pick()
def anything(record: Record) -> Found:
    """Nothing in particular."""
    yield ()


@pick("model")
def model(record: Record) -> Found:
    """A model."""
    yield from ((name,) for name in record.models)


@pick("version", "model")
def version(record: Record) -> Found:
    """A version."""
    yield from ((name, record.model_of(name)) for name in record.versions)


@pick("model")
def described(record: Record) -> Found:
    """A model with a description."""
    yield from ((name,) for name, row in record.models.items() if row.get("description"))


@pick("model", "owner")
def owned(record: Record) -> Found:
    """A model with an owner."""
    yield from ((name, row["owner"]) for name, row in record.models.items() if row.get("owner") in record.people)


@pick("task")
def task(record: Record) -> Found:
    """A task of some model."""
    yield from ((row["task"],) for row in record.models.values())


@pick("key", "value")
def tag(record: Record) -> Found:
    """A tag of some model."""
    for row in record.models.values():
        yield from ((key, str(value)) for key, value in (row.get("tags") or {}).items())


@pick("framework")
def framework(record: Record) -> Found:
    """The name of a framework, without its release."""
    yield from ((str(row["framework"]).split()[0],) for row in record.versions.values() if row.get("framework"))


@pick("version")
def framed(record: Record) -> Found:
    """A version with a framework."""
    yield from ((name,) for name, row in record.versions.items() if row.get("framework"))


@pick("version")
def sized(record: Record) -> Found:
    """A version whose artifact has a size."""
    yield from ((name,) for name in _with_artifact(record, "size"))


@pick("version")
def digested(record: Record) -> Found:
    """A version whose artifact has a digest."""
    yield from ((name,) for name in _with_artifact(record, "digest"))


@pick("version")
def located(record: Record) -> Found:
    """A version whose artifact has an address."""
    yield from ((name,) for name in _with_artifact(record, "uri"))


def _with_artifact(record: Record, key: str) -> Iterator[str]:
    return (name for name, row in record.versions.items() if (row.get("artifact") or {}).get(key))


@pick("version")
def planned(record: Record) -> Found:
    """A version whose change is inside or outside the predetermined plan."""
    yield from ((name,) for name, row in record.versions.items() if row.get("change_control"))


@pick("version", "run", "param")
def parameter(record: Record) -> Found:
    """A version, its run, and a parameter of it."""
    for name, run, row in _runs(record):
        yield from ((name, run, key) for key in row.get("params") or {})


@pick("version", "run")
def committed(record: Record) -> Found:
    """A version whose run names a commit."""
    yield from ((name, run) for name, run, row in _runs(record) if (row.get("code") or {}).get("commit"))


@pick("version", "run")
def made_by_run(record: Record) -> Found:
    """A version with the run that made it, by somebody on record."""
    yield from ((name, run) for name, run, row in _runs(record) if row.get("by") in record.people)


def _runs(record: Record) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, row in record.versions.items():
        if row.get("run"):
            yield name, row["run"], record.runs[row["run"]]


@pick("dataset", "name")
def sized_dataset(record: Record) -> Found:
    """A dataset version with a number of rows."""
    yield from ((name, row["name"]) for name, row in record.datasets.items() if row.get("rows"))


@pick("dataset")
def graded_dataset(record: Record) -> Found:
    """A dataset version with a sensitivity."""
    yield from ((name,) for name, row in record.datasets.items() if row.get("sensitivity"))


@pick("dataset")
def sourced_dataset(record: Record) -> Found:
    """A dataset version with a source."""
    yield from ((name,) for name, row in record.datasets.items() if row.get("source"))


@pick("dataset")
def signed_dataset(record: Record) -> Found:
    """A dataset version registered by somebody on record."""
    yield from ((name,) for name, row in record.datasets.items() if row.get("by") in record.people)


@pick("name")
def dataset_of_several(record: Record) -> Found:
    """A dataset of which there are several versions."""
    names = [row["name"] for row in record.datasets.values()]
    yield from ((name,) for name in names if names.count(name) > 1)


@pick("sensitivity")
def sensitivity(record: Record) -> Found:
    """A sensitivity of some dataset."""
    yield from ((row["sensitivity"],) for row in record.datasets.values() if row.get("sensitivity"))


@pick("alias", "model", "version")
def held(record: Record) -> Found:
    """A model with an alias that something holds."""
    yield from ((s.what.split("@")[1], record.model_of(s.version), s.version) for s in record.aliases if s.holds(NOW))


@pick("alias", "model")
def handed_over(record: Record) -> Found:
    """A model with an alias that passed from one version to another."""
    for s in record.aliases:
        earlier = [o for o in record.aliases if o.what == s.what and o.start < s.start]
        if s.holds(NOW) and earlier and max(earlier, key=lambda o: o.start).version != s.version:
            yield s.what.split("@")[1], record.model_of(s.version)


@pick("alias", "version", "model")
def began_to_hold(record: Record) -> Found:
    """A version that held an alias once."""
    for s in begun(record.aliases):
        if len(_times(record, s)) == 1:
            yield s.what.split("@")[1], s.version, record.model_of(s.version)


@pick("alias", "version")
def ceased_to_hold(record: Record) -> Found:
    """A version that held an alias once, and does no more."""
    for s in begun(record.aliases):
        if s.end and s.end <= NOW and len(_times(record, s)) == 1:
            yield s.what.split("@")[1], s.version


@pick("alias", "version")
def aliased_by(record: Record) -> Found:
    """A version that somebody gave an alias, once."""
    for s in begun(record.aliases):
        if s.row.get("by") in record.people and len(_times(record, s)) == 1:
            yield s.what.split("@")[1], s.version


def _times(record: Record, span: Span) -> list[Span]:
    return [o for o in begun(record.aliases) if (o.version, o.what) == (span.version, span.what)]


@pick("alias", "model", "day")
def held_then(record: Record) -> Found:
    """A model, an alias, and a day in the past on which something held it."""
    for s in record.aliases:
        if s.start + timedelta(days=4) < min(s.end or NOW, NOW):
            yield s.what.split("@")[1], record.model_of(s.version), day(s)


@pick("alias", "model", "day")
def not_yet_held(record: Record) -> Found:
    """A model, an alias, and a day before anything held it."""
    for s in begun(record.aliases):
        first = min(o.start for o in record.aliases if o.what == s.what) - timedelta(days=6)
        yield s.what.split("@")[1], record.model_of(s.version), first.date().isoformat()


@pick("alias")
def alias(record: Record) -> Found:
    """An alias that is in use."""
    yield from ((s.what.split("@")[1],) for s in record.aliases if s.holds(NOW))


@pick("stage")
def stage(record: Record) -> Found:
    """A stage that some version is in."""
    yield from ((s.what,) for s in record.stages if s.holds(NOW))


@pick("stage", "model")
def stage_of_model(record: Record) -> Found:
    """A stage that some version of a model is in."""
    yield from ((s.what, record.model_of(s.version)) for s in record.stages if s.holds(NOW))


@pick("version", "stage")
def moved(record: Record) -> Found:
    """A version, and a stage that it entered once."""
    for s in begun(record.stages):
        if s.what != "experimental" and _entries(record, s.version, s.what) == 1:
            yield s.version, s.what


@pick("version", "stage")
def moved_by(record: Record) -> Found:
    """A version, and a stage that somebody on record moved it to, once."""
    for s in begun(record.stages):
        if s.what != "experimental" and s.row.get("by") in record.people and _entries(record, s.version, s.what) == 1:
            yield s.version, s.what


@pick("version", "stage")
def left_stage(record: Record) -> Found:
    """A version, and a stage that it was in once, and is no more."""
    for s in record.stages:
        if s.end and s.end <= NOW and _entries(record, s.version, s.what) == 1:
            yield s.version, s.what


@pick("version", "stage")
def reasoned(record: Record) -> Found:
    """A version, and a stage to which it was moved with a reason."""
    for s in begun(record.stages):
        if s.row.get("reason") and _entries(record, s.version, s.what) == 1:
            yield s.version, s.what


@pick("version", "day")
def staged_then(record: Record) -> Found:
    """A version, and a day in the past shortly after it changed its stage."""
    for s in record.stages:
        if s.start + timedelta(days=4) < min(s.end or NOW, NOW):
            yield s.version, day(s)


@pick("stage", "day")
def stage_then(record: Record) -> Found:
    """A stage, and a day in the past on which some version was in it."""
    for s in record.stages:
        if s.start + timedelta(days=4) < min(s.end or NOW, NOW):
            yield s.what, day(s)


@pick("version", "other")
def in_other_stage(record: Record) -> Found:
    """A version, and a stage that it is not in."""
    for s in record.stages:
        if s.holds(NOW):
            yield from ((s.version, stage) for stage in ("production", "approved", "validation") if stage != s.what)


def _entries(record: Record, version: str, stage: str) -> int:
    return sum((s.version, s.what) == (version, stage) for s in begun(record.stages))
