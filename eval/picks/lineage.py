"""Picks about what came from what."""

from __future__ import annotations

from eval.oracle import Oracle
from eval.picks.base import Found, live, pick
from eval.picks.versions import handed_over
from eval.truth.base import NOW
from eval.truth.record import Record


@pick("version")
def trained(record: Record) -> Found:
    """A version with training data of its own."""
    oracle = Oracle(record, now=NOW)
    yield from ((v,) for v in record.versions if oracle.trained_on(v).members)


@pick("alias", "model")
def previous_trained(record: Record) -> Found:
    """A model with an alias that passed on from a version with training data of its own."""
    oracle = Oracle(record, now=NOW)
    for alias, model in handed_over(record):
        if oracle.trained_on(oracle.previous_holder(model, alias).one).members:
            yield alias, model


@pick("version")
def based(record: Record) -> Found:
    """A version that was derived from another."""
    yield from ((v,) for v, row in record.versions.items() if row.get("base"))


@pick("version")
def unbased(record: Record) -> Found:
    """A version that was derived from no other."""
    yield from ((v,) for v, row in record.versions.items() if not row.get("base"))


@pick("version")
def deeply_based(record: Record) -> Found:
    """A version whose base has a base."""
    oracle = Oracle(record, now=NOW)
    yield from ((v,) for v in record.versions if len(oracle.bases(v).members or ()) > 1)


@pick("version", "role")
def with_role(record: Record) -> Found:
    """A version whose run used data for validation or test."""
    for version, row in record.versions.items():
        for entry in record.runs.get(row.get("run") or "", {}).get("inputs") or []:
            if entry["role"] != "training":
                yield version, entry["role"]


@pick("dataset")
def derived_dataset(record: Record) -> Found:
    """A dataset version that was derived from others."""
    yield from ((d,) for d, row in record.datasets.items() if row.get("derived_from"))


@pick("dataset")
def training_data(record: Record) -> Found:
    """A dataset version that something was trained on."""
    for run in record.runs.values():
        yield from ((i["dataset"],) for i in run.get("inputs") or [] if i["role"] == "training")


@pick("dataset")
def source_data(record: Record) -> Found:
    """A dataset version that others were derived from."""
    yield from ((d,) for row in record.datasets.values() for d in row.get("derived_from") or [])


@pick("dataset")
def reaching(record: Record) -> Found:
    """A dataset version that some version came from, and none by its validation or test data alone."""
    oracle = Oracle(record, now=NOW)
    yield from ((d,) for d in record.datasets if oracle.down(d, "version").members and _by_training(oracle, d))


def _by_training(oracle: Oracle, dataset: str) -> bool:
    below = oracle.down(dataset, "version").members or ()
    return all(dataset in (oracle.up_by_training(v, "dataset").members or ()) for v in below)


@pick("dataset")
def reaching_live(record: Record) -> Found:
    """A dataset version that some live version came from, and none by its validation or test data alone."""
    oracle = Oracle(record, now=NOW)
    yield from ((d,) for d in record.datasets if oracle.down_live(d).members and _by_training(oracle, d))


@pick("version")
def parent(record: Record) -> Found:
    """A version that others were derived from."""
    yield from ((row["base"],) for row in record.versions.values() if row.get("base"))


@pick("source", "subject")
def diamond(record: Record) -> Found:
    """A dataset version, and a version that came from it by several routes."""
    oracle = Oracle(record, now=NOW)
    for subject in record.versions:
        for source in oracle.up(subject, "dataset").members or ():
            if oracle.routes(source, subject) > 1 and oracle.between(source, subject).members:
                yield source, subject


@pick("source", "subject")
def dataset_diamond(record: Record) -> Found:
    """A dataset version, and another that came from it by several routes."""
    oracle = Oracle(record, now=NOW)
    for subject in record.datasets:
        for source in oracle.up(subject, "dataset").members or ():
            if oracle.routes(source, subject) > 1:
                yield source, subject


@pick("source", "subject")
def single_route(record: Record) -> Found:
    """A dataset version, and a version that came from it by one route only."""
    oracle = Oracle(record, now=NOW)
    for subject in record.versions:
        for source in oracle.up(subject, "dataset").members or ():
            if oracle.routes(source, subject) == 1:
                yield source, subject


@pick("dataset")
def joined(record: Record) -> Found:
    """A dataset version that was joined from two or more."""
    yield from ((d,) for d, row in record.datasets.items() if len(row.get("derived_from") or []) > 1)


@pick("a", "b")
def cousins(record: Record) -> Found:
    """Versions of two models that came from some of the same data, and each from other data too."""
    oracle = Oracle(record, now=NOW)
    for a in record.versions:
        for b in record.versions:
            if a < b and record.model_of(a) != record.model_of(b) and oracle.shared(a, b).members:
                yield a, b


@pick("version", "sensitivity")
def sensitive_ancestry(record: Record) -> Found:
    """A version with something of a sensitivity among all that it came from."""
    oracle = Oracle(record, now=NOW)
    for version in record.versions:
        for dataset in oracle.up(version, "dataset").members or ():
            if record.datasets[dataset].get("sensitivity"):
                yield version, record.datasets[dataset]["sensitivity"]


@pick("sensitivity")
def trained_sensitivity(record: Record) -> Found:
    """A sensitivity that some version's own training data have."""
    oracle = Oracle(record, now=NOW)
    for version in record.versions:
        for dataset in oracle.trained_on(version).members or ():
            if record.datasets[dataset].get("sensitivity"):
                yield (record.datasets[dataset]["sensitivity"],)


@pick("site", "env", "version")
def live_and_trained(record: Record) -> Found:
    """A place where one version alone is live, and that version has training data of its own."""
    known = {version for (version,) in trained(record)}
    for s in live(record):
        if s.version in known and sum(o.what == s.what for o in live(record)) == 1:
            yield s.row["site"], s.row["environment"], s.version
