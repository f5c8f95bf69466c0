"""Picks about people and their signatures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from eval.oracle import Oracle
from eval.picks.base import Found, live, pick
from eval.truth.base import NOW
from eval.truth.gold import instant
from eval.truth.record import Record


def signatures(record: Record, meaning: str | None = "approval", decision: str | None = "approved") -> Iterator[
    tuple[str, dict[str, Any]]
]:  # fmt: skip
    """Versions with their signatures of a meaning and a decision."""
    for version in record.versions:
        for row in record.rows(version, "approvals"):
            if meaning in (None, row["meaning"]) and decision in (None, row["decision"]):
                yield version, row


@pick("version")
def approved(record: Record) -> Found:
    """A version that somebody approved."""
    yield from ((version,) for version, _ in signatures(record))


@pick("version")
def approved_once(record: Record) -> Found:
    """A version that was approved just once."""
    found = [version for version, _ in signatures(record)]
    yield from ((version,) for version in found if found.count(version) == 1)


@pick("version")
def rejected(record: Record) -> Found:
    """A version that somebody rejected, once."""
    found = [version for version, _ in signatures(record, "approval", "rejected")]
    yield from ((version,) for version in found if found.count(version) == 1)


@pick("version", "meaning")
def otherwise_signed(record: Record) -> Found:
    """A version with a signature that is no approval, and what it means."""
    for version, row in signatures(record, None, "approved"):
        if row["meaning"] != "approval":
            yield version, row["meaning"]


@pick("version")
def commented(record: Record) -> Found:
    """A version with one signature, and a comment on it."""
    for version in record.versions:
        rows = record.rows(version, "approvals")
        if len(rows) == 1 and rows[0].get("comment"):
            yield (version,)


@pick("person")
def approver(record: Record) -> Found:
    """Somebody who approved something."""
    yield from ((row["by"],) for _, row in signatures(record) if row["by"] in record.people)


@pick("person", "year", "since", "until")
def approver_in_year(record: Record) -> Found:
    """Somebody who approved something, and a year in which they did, with its first and last day up to now."""
    for _, row in signatures(record):
        if row["by"] in record.people:
            year = instant(row["at"]).year
            yield row["by"], str(year), f"{year}-01-01", min(f"{year}-12-31", NOW.date().isoformat())


@pick("person")
def rejecter(record: Record) -> Found:
    """Somebody who rejected something."""
    yield from ((row["by"],) for _, row in signatures(record, "approval", "rejected") if row["by"] in record.people)


@pick("version", "person")
def signed_by(record: Record) -> Found:
    """A version, and somebody who approved it."""
    yield from ((version, row["by"]) for version, row in signatures(record) if row["by"] in record.people)


@pick("version", "person")
def not_signed_by(record: Record) -> Found:
    """An approved version, and somebody who approves others and never signed this one."""
    people = {row["by"] for _, row in signatures(record) if row["by"] in record.people}
    for version, _ in signatures(record):
        signed = {row["by"] for row in record.rows(version, "approvals")}
        yield from ((version, person) for person in people - signed)


@pick("version", "day")
def not_yet_approved(record: Record) -> Found:
    """A version, and a day after it was registered and before it was approved."""
    for version, row in signatures(record):
        day = instant(row["at"]) - timedelta(days=2)
        if day.date() > instant(record.versions[version]["at"]).date():
            yield version, day.date().isoformat()


@pick("version")
def registered(record: Record) -> Found:
    """A version registered by somebody on record."""
    yield from ((version,) for version, row in record.versions.items() if row.get("by") in record.people)


@pick("person")
def registrar(record: Record) -> Found:
    """Somebody who registered a version."""
    yield from ((row["by"],) for row in record.versions.values() if row.get("by") in record.people)


@pick("person")
def owner(record: Record) -> Found:
    """Somebody who owns a model."""
    yield from ((row["owner"],) for row in record.models.values() if row.get("owner") in record.people)


@pick("person")
def person(record: Record) -> Found:
    """Somebody who is no service."""
    yield from ((name,) for name, row in record.people.items() if row.get("kind", "person") == "person")


@pick("role")
def role(record: Record) -> Found:
    """A role that somebody has."""
    yield from ((name,) for row in record.people.values() for name in row.get("roles") or [])


@pick("site", "env", "version")
def live_and_approved(record: Record) -> Found:
    """A place where one version alone is live, and that version was approved."""
    known = {version for version, _ in signatures(record)}
    for s in live(record):
        if s.version in known and sum(o.what == s.what for o in live(record)) == 1:
            yield s.row["site"], s.row["environment"], s.version


@pick("model", "version")
def champion_approved(record: Record) -> Found:
    """A model whose champion was approved."""
    known = {version for version, _ in signatures(record)}
    for s in record.aliases:
        if s.holds(NOW) and s.what.endswith("@champion") and s.version in known:
            yield record.model_of(s.version), s.version


@pick("since", "until")
def approving_month(record: Record) -> Found:
    """The first day of a quarter in which something was approved, and its last day."""
    for _, row in signatures(record):
        at = instant(row["at"])
        first = 3 * ((at.month - 1) // 3) + 1
        last = {1: "03-31", 4: "06-30", 7: "09-30", 10: "12-31"}[first]
        if f"{at.year}-{last}" < NOW.date().isoformat():
            yield f"{at.year}-{first:02}-01", f"{at.year}-{last}"


@pick("first", "a", "b")
def namesakes(record: Record) -> Found:
    """Two people with one first name."""
    shown = {name: str(row.get("display", "")) for name, row in record.people.items()}
    for a in shown:
        for b in shown:
            if a < b and shown[a] and shown[b] and shown[a].split()[0] == shown[b].split()[0]:
                yield shown[a].split()[0], a, b


@pick("version")
def gappy(record: Record) -> Found:
    """A version that lacks something, or with which something is irregular."""
    oracle = Oracle(record, now=NOW)
    retired = oracle.in_stage("retired").members or frozenset()
    found = [oracle.unapproved_live(), oracle.without_digest(), oracle.unevaluated(), oracle.self_approved()]
    yield from ((version,) for gold in found for version in (gold.members or frozenset()) - retired)
