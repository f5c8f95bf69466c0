"""Picks about what is, or was, live where."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta

from eval.oracle import Oracle
from eval.picks.base import Found, begun, day, live, pick, place, started
from eval.truth.base import NOW
from eval.truth.record import Record, Span


@pick("site", "env")
def live_place(record: Record) -> Found:
    """A place where something is live."""
    yield from (place(s) for s in live(record))


@pick("site", "env", "version")
def one_live(record: Record) -> Found:
    """A place where exactly one version is live."""
    spans = live(record)
    yield from ((*place(s), s.version) for s in spans if sum(o.what == s.what for o in spans) == 1)


@pick("site")
def live_site(record: Record) -> Found:
    """A site where something is live."""
    yield from ((s.row["site"],) for s in live(record))


@pick("env")
def live_env(record: Record) -> Found:
    """A kind of environment in which something is live."""
    yield from ((s.row["environment"],) for s in live(record))


@pick("region")
def live_region(record: Record) -> Found:
    """A region in which something is live."""
    yield from ((s.row["region"],) for s in live(record) if s.row.get("region"))


@pick("version")
def live_version(record: Record) -> Found:
    """A live version."""
    yield from ((s.version,) for s in live(record))


@pick("model")
def live_model(record: Record) -> Found:
    """A model with a live version."""
    yield from ((record.model_of(s.version),) for s in live(record))


@pick("model", "site")
def live_model_at(record: Record) -> Found:
    """A model with a version live at a site."""
    yield from ((record.model_of(s.version), s.row["site"]) for s in live(record))


@pick("version", "site", "env")
def live_at(record: Record) -> Found:
    """A version where it is live."""
    yield from ((s.version, *place(s)) for s in live(record))


@pick("version", "site")
def not_at(record: Record) -> Found:
    """A live version, and a site where it never was."""
    for s in live(record):
        ever = {o.row["site"] for o in record.deployments if o.version == s.version}
        yield from ((s.version, o.row["site"]) for o in record.deployments if o.row["site"] not in ever)


@pick("version", "site", "env")
def ended_at(record: Record) -> Found:
    """A version where it was live once, and is no more."""
    for s in begun(record.deployments):
        if s.end and s.end <= NOW and len(_periods(record, s)) == 1:
            yield s.version, *place(s)


def _periods(record: Record, span: Span) -> list[Span]:
    return [o for o in begun(record.deployments) if (o.version, o.what) == (span.version, span.what)]


@pick("site", "env", "day")
def busy_day(record: Record) -> Found:
    """A place, and a day in the past on which something was live there."""
    for s in record.deployments:
        if s.start + timedelta(days=4) < min(s.end or NOW, NOW):
            yield *place(s), day(s)


@pick("site", "day")
def busy_site_day(record: Record) -> Found:
    """A site, and a day in the past on which something was live there."""
    yield from ((site, when) for site, _, when in busy_day(record))


@pick("site", "env", "day")
def quiet_day(record: Record) -> Found:
    """A place, and a day before anything was ever live there."""
    for s in record.deployments:
        first = min(o.start for o in record.deployments if o.what == s.what) - timedelta(days=5)
        if first < NOW:
            yield *place(s), first.date().isoformat()


@pick("version", "site", "env", "day")
def was_live(record: Record) -> Found:
    """A version, where it was live, and a day on which it was."""
    for s in record.deployments:
        if s.start + timedelta(days=4) < min(s.end or NOW, NOW):
            yield s.version, *place(s), day(s)


@pick("version", "site", "env", "day")
def gone_by(record: Record) -> Found:
    """A version, where it was live, and a later day on which it was no more."""
    for s in record.deployments:
        if s.end and s.end + timedelta(days=4) < NOW and len(_periods(record, s)) == 1:
            yield s.version, *place(s), (s.end + timedelta(days=3)).date().isoformat()


@pick("site", "env", "day", "later")
def two_days(record: Record) -> Found:
    """A place, and two days on which different versions were live there."""
    oracle = Oracle(record, now=NOW)
    days: dict[tuple[str, str], set[str]] = {}
    for site, env, when in busy_day(record):
        days.setdefault((site, env), set()).add(when)
    for (site, env), found in days.items():
        ordered = sorted(found)
        for first, second in zip(ordered, ordered[1:], strict=False):
            if oracle.live(site, env, on=first).members != oracle.live(site, env, on=second).members:
                yield site, env, first, second


@pick("site", "env")
def succeeded(record: Record) -> Found:
    """A place where the one that is live now took over from another, and nothing else is live."""
    for s in live(record):
        spans = sorted((o for o in begun(record.deployments) if o.what == s.what), key=lambda o: o.start)
        if len(spans) > 1 and spans[-1] is s and spans[-2].version != s.version and spans[-2].start < s.start:
            if sum(o.what == s.what for o in live(record)) == 1:
                yield place(s)


@pick("site", "since", "until")
def busy_month(record: Record) -> Found:
    """A site, and the first and last day of a month in which something went live there."""
    for s in begun(record.deployments):
        yield s.row["site"], *_month(s)


@pick("since", "until")
def quitting_month(record: Record) -> Found:
    """The first and last day of a month in which something was withdrawn."""
    for s in record.deployments:
        if s.end and s.end <= NOW:
            first = s.end.date().replace(day=1)
            yield first.isoformat(), _last(first.year, first.month)


def _month(span: Span) -> tuple[str, str]:
    first = span.start.date().replace(day=1)
    return first.isoformat(), _last(first.year, first.month)


def _last(year: int, month: int) -> str:
    last = f"{year}-{month:02}-{monthrange(year, month)[1]}"
    return min(last, NOW.date().isoformat())


@pick("site", "env")
def first_there(record: Record) -> Found:
    """A place where one version was clearly the first to go live."""
    for s in begun(record.deployments):
        earliest = [o for o in begun(record.deployments) if o.what == s.what and o.start <= s.start]
        if len(earliest) == 1:
            yield place(s)


@pick("model")
def deployed_model(record: Record) -> Found:
    """A model of which something was ever live."""
    yield from ((record.model_of(s.version),) for s in begun(record.deployments))


@pick("version")
def deployed_version(record: Record) -> Found:
    """A version that was ever live."""
    yield from ((s.version,) for s in begun(record.deployments))


@pick("version", "site", "env")
def deployed_by_somebody(record: Record) -> Found:
    """A version and where it was put live, once, by somebody on record."""
    for s in begun(record.deployments):
        if s.row.get("by") and len(_periods(record, s)) == 1:
            yield s.version, *place(s)


@pick("person")
def deployer(record: Record) -> Found:
    """Somebody who put something live."""
    yield from ((s.row["by"],) for s in begun(record.deployments) if s.row.get("by"))


@pick("version", "since", "until")
def eventful_month(record: Record) -> Found:
    """A version, and the first and last day of a month in which it moved, was aliased or went live."""
    for s in begun([*record.stages, *record.aliases, *record.deployments]):
        if s.what != "experimental":
            yield s.version, *_month(s)


@pick("version", "day", "site", "env")
def day_one(record: Record) -> Found:
    """A version, and the very day it went live somewhere."""
    yield from ((s.version, started(s), *place(s)) for s in begun(record.deployments))
