"""Changes that were proposed and not made: what would change, bound to the record as it stands, and their application.

A proposal is drafted by reading: the write that it stands for is rehearsed, with all its checks, up to where it would
write. Whoever applies it does so in their own name: roles and policy are checked then, as for the write itself. It
holds for what it was drafted on and nothing else. That includes what it lacked: once an approval that was missing is
there, the version stands differently, and the change is to be proposed again.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from pydantic import ConfigDict, Field, StrictBool, StrictStr
from sqlalchemy import Connection, or_, select
from sqlalchemy import func as sql

from askreg.errors import Conflict, InvalidInput, NotFound, PolicyRefused
from askreg.registry import access, acts, lifecycle
from askreg.registry.acts import Act, Action
from askreg.registry.canonical import canonical, sha256
from askreg.registry.results import Result
from askreg.registry.standing import Fields, Standing, standing
from askreg.registry.tables import Answer, Event, Version
from askreg.registry.unit import Row, Unit
from askreg.registry.view import table
from askreg.registry.writes import named_version


class Change(Result):
    """A field of the version as it is and as it would be; null where there is nothing."""

    model_config = ConfigDict(extra="forbid")
    field: str
    before: str | None
    after: str | None


class Needs(Result):
    """What applying takes. What is `missing` must be there before the change is proposed again."""

    model_config = ConfigDict(extra="forbid")
    roles: list[str]
    """Any one of them."""
    not_by: list[str]
    """Those who are part of the request, and so may not sign."""
    asks: list[str]
    missing: list[str]


class Proposal(Result):
    """A change that was not made. Its text comes from the record, never from a model."""

    model_config = ConfigDict(extra="forbid")
    action: Action
    subject: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*:[1-9][0-9]*$")
    arguments: dict[str, StrictStr | StrictBool]
    based_on: str
    """The digest of how the version stood: its content, stage, approvals, aliases and deployments."""
    head: int
    """Where the log ended then."""
    diff: list[Change]
    needs: Needs
    hash: str
    """Of all the rest."""


def propose(
    connection: Connection, *, now: str, action: str, subject: str, arguments: Mapping[str, object]
) -> Proposal:
    """Return the proposal of a change; raises `InvalidInput`, `NotFound` or `Conflict` for what cannot be."""
    named, act = acts.read(action, {name: value for name, value in arguments.items() if value is not None})
    _check_subject(subject)
    unit = _Rehearsal(connection, now)
    subject, row = named_version(unit, subject)
    before = _standing(unit, act, subject, row)
    _check_holder(act, before)
    missing = _rehearsed(unit, act, before)
    content: dict[str, Any] = {
        "action": named,
        "subject": subject,
        "arguments": act.model_dump(exclude_none=True),
        "based_on": before.hash,
        "head": unit.seq,
        "diff": _diff(before.fields, acts.leaves(act, before.fields, subject)),
        "needs": Needs(
            roles=_roles(unit.permissions),
            not_by=sorted(lifecycle.part_in(unit, row)) if "approve" in unit.permissions else [],
            asks=[asked for step in acts.steps(act) for asked in acts.asks(step, unit.policy())],
            missing=missing,
        ),
    }
    drafted = Proposal(**content, hash="")
    return drafted.model_copy(update={"hash": digest(drafted)})


def apply(unit: Unit, proposal: Proposal, *, answer: str | None = None) -> str:
    """Make a proposed change as the unit's actor and return its subject.

    Raises `InvalidInput` when the proposal was altered, `Conflict` when what it would change is not what it was, and
    what the write itself raises.
    """
    unit.attempt = ("apply", proposal.subject)
    if digest(proposal) != proposal.hash:
        raise _altered(proposal, "its hash is not that of what it says")
    if answer is not None:
        _check_answer(unit, proposal, answer)
    _, act = acts.read(proposal.action, proposal.arguments)
    row = _unchanged(unit, proposal, act)
    again = propose(
        unit.connection, now=unit.now, action=proposal.action, subject=proposal.subject, arguments=proposal.arguments
    )
    if (again.subject, again.arguments, again.diff) != (proposal.subject, proposal.arguments, proposal.diff):
        raise _altered(proposal, "what it says would change is not what would")
    if again.needs != proposal.needs:
        raise Conflict(f"what this change of {proposal.subject} takes is not what was proposed; ask again")
    before = _standing(unit, act, proposal.subject, row)
    unit.cause = {"proposal": proposal.hash} | ({} if answer is None else {"answer": answer})
    try:
        acts.write(act, unit, proposal.subject)
    finally:
        unit.cause = {}
    shown = _diff(before.fields, acts.leaves(act, before.fields, proposal.subject, unit.actor))
    if _diff(before.fields, _standing(unit, act, proposal.subject, row).fields) != shown:
        raise Conflict(f"applying it would have changed {proposal.subject} otherwise than was proposed; nothing was")
    return proposal.subject


def digest(proposal: Proposal) -> str:
    """Return the digest of what a proposal says."""
    return sha256(canonical(proposal.model_dump(mode="json", exclude={"hash"})))


class _Ready(Exception):
    """All that is checked before a write was."""


class _Rehearsal(Unit):
    """Takes a write, by nobody in particular, up to where it would write."""

    def __init__(self, connection: Connection, now: str) -> None:
        super().__init__(connection, now=now, actor="")
        self._first_id = 2**63  # no row is its own: a unit around it may have written some
        self.permissions: list[access.Permission] = []

    def allow(self, permission: access.Permission, subject: str) -> None:
        self.permissions.append(permission)

    def who(self, by: str | None) -> str:
        return ""

    def event(self, *_: object, **__: object) -> NoReturn:
        raise _Ready


def _rehearsed(unit: _Rehearsal, act: Act, before: Standing) -> list[str]:
    """Return what the policy finds missing; raises `Conflict` where nothing could make up for it."""
    missing: list[str] = []
    for step in acts.steps(act):
        try:
            acts.write(step, unit, before.subject)
        except _Ready:
            continue
        except PolicyRefused as refused:
            if acts.impossible(step, unit.policy(), before.fields["stage"][0]):
                raise Conflict(str(refused)) from None
            missing += refused.missing
            continue
        raise Conflict(f"{before.subject} is so already; nothing would change")
    return missing


def _roles(permissions: list[access.Permission]) -> list[str]:
    return sorted(frozenset.intersection(*(access.PERMISSIONS[permission] for permission in permissions)))


def _standing(unit: Unit, act: Act, subject: str, row: Row) -> Standing:
    alias = act.alias if isinstance(act, acts.Aliasing) else None
    place = (act.site, act.environment) if isinstance(act, acts.Deploying | acts.Withdrawing) else None
    return standing(unit, subject, row, alias=alias, place=place)


def _diff(before: Fields, after: Fields) -> list[Change]:
    fields = [*before, *(name for name in after if name not in before)]
    return [
        Change(field=name, before=_joined(before.get(name)), after=_joined(after.get(name)))
        for name in fields
        if before.get(name, ()) != after.get(name, ())
    ]


def _joined(held: tuple[str, ...] | None) -> str | None:
    return ", ".join(held) if held else None


def _check_subject(subject: object) -> None:
    """Refuse what is no subject at all, or a number that no column holds."""
    if not isinstance(subject, str) or len(subject) > 300:
        raise InvalidInput(f"{str(subject)[:80]!r} is not a subject; write model:3 or model@alias")
    if found := re.search(r":v?(\d+)$", subject, re.IGNORECASE):
        if not found.group(1).isascii() or int(found.group(1)) >= 2**31:
            raise NotFound(kind="version", name=subject)


def _check_holder(act: Act, before: Standing) -> None:
    """Refuse to take an alias from a version that does not hold it, and to deploy what is live there already."""
    match act:
        case acts.Aliasing(alias=alias, remove=True):
            holders = before.fields.get(f"alias.{alias}")
            if holders is not None and holders != (before.subject,):
                raise Conflict(f"{alias} is held by {holders[0]}, not by {before.subject}")
        case acts.Deploying(site=site, environment=place):
            live = before.fields.get(f"deployed.{site}/{place}", ())
            if before.subject in (deployed.partition(" ")[0] for deployed in live):
                raise Conflict(f"{before.subject} is live at {site}/{place} already")


def _check_answer(unit: Unit, proposal: Proposal, answer: str) -> None:
    row = unit.find(Answer, key=answer)
    if row is None:
        raise NotFound(kind="answer", name=answer, hint="'askreg answers list' shows those given")
    if (json.loads(row["body"]).get("proposal") or {}).get("hash") != proposal.hash:
        raise InvalidInput(f"the answer {answer} does not hold this proposal of a change of {proposal.subject}")


def _unchanged(unit: Unit, proposal: Proposal, act: Act) -> Row:
    """Return the version's row if it stands as it did, else raise `Conflict`."""
    if proposal.head > unit.seq:
        raise _altered(proposal, f"it is from event {proposal.head}, and the log ends at {unit.seq}")
    try:
        subject, row = named_version(unit, proposal.subject)
    except NotFound as error:
        raise Conflict(f"{proposal.subject} changed since it was proposed ({error}); ask again") from None
    if _standing(unit, act, subject, row).hash != proposal.based_on:
        last = _last_change(unit, row, since=proposal.head)
        at = f" (event {last})" if last else ""
        raise Conflict(f"{proposal.subject} changed since it was proposed{at}; ask again")
    return row


def _last_change(unit: Unit, version: Row, *, since: int) -> int | None:
    """Return the last event of the version's model or any version of it."""
    unit.flush()
    events, versions = table(Event).c, table(Version).c
    within = select(versions.id).where(versions.model_id == version["model_id"])
    about = or_(events.entity_id == version["model_id"], events.entity_id.in_(within))
    return unit.connection.execute(select(sql.max(events.seq)).where(about, events.seq > since)).scalar()


def _altered(proposal: Proposal, how: str) -> InvalidInput:
    return InvalidInput(f"the proposal for {proposal.subject!r} was altered since it was drafted: {how}; ask again")
