"""The log as people ask for it: by subject, actor, action and time."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy import func as sql

from askreg.errors import InvalidInput, NotFound
from askreg.registry import names, paging, times
from askreg.registry.resolve import Resolved, resolve
from askreg.registry.results import EventView, History
from askreg.registry.tables import DatasetVersion, Deployment, Event, Person, Version
from askreg.registry.times import When, shown
from askreg.registry.view import View, table

ACTIONS = (
    "alias.removed",
    "alias.set",
    "answer.given",
    "attempt.refused",
    "dataset.registered",
    "dataset.updated",
    "dataset_version.registered",
    "document.registered",
    "document.updated",
    "metric.declared",
    "model.registered",
    "model.renamed",
    "model.updated",
    "person.registered",
    "person.updated",
    "policy.set",
    "run.registered",
    "version.approved",
    "version.deployed",
    "version.evaluated",
    "version.registered",
    "version.rejected",
    "version.retired",
    "version.staged",
    "version.updated",
    "version.withdrawn",
)
"""What events say was done."""

_EVENT, _VERSION, _STATE, _DEPLOYMENT = table(Event), table(Version), table(DatasetVersion), table(Deployment)
_ANSWER = "answer.given"


def history(
    view: View,
    *,
    subject: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    since: When | None = None,
    until: When | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> History:
    """Return a page of events, the latest first; refused attempts are among them.

    A model's history includes its versions', a dataset's its versions', an environment's what was deployed there.
    `action` is an action (`version.approved`), its first part (`version.`) or its verb (`approved`). Answers that
    were given change nothing and are left out, unless `action` asks for them.
    """
    paging.size(limit)
    key = paging.after(cursor, "events", str, int)
    limits = [*_in_view(view), *_in_time(view, since, until)]
    if subject is not None:
        limits.append(_about(resolve(view, subject)))
    if actor is not None:
        limits.append(_EVENT.c.actor == actor.strip().lower().removeprefix("person:"))
    if action is not None:
        limits.append(_of_action(action.strip().lower()))
    shows_answers = action is not None
    total = _total(view, limits, shows_answers=shows_answers)
    if not total:
        _explain_nothing(view, actor, action)
    found = select(_EVENT).where(*limits).order_by(_EVENT.c.occurred_at.desc(), _EVENT.c.seq.desc())
    if not shows_answers:
        found = found.where(_EVENT.c.action != _ANSWER)
    if key is not None:
        found = found.where(tuple_(_EVENT.c.occurred_at, _EVENT.c.seq) < tuple_(*key))
    rows = view.connection.execute(found.limit(limit + 1)).all()
    page, more = rows[:limit], len(rows) > limit
    return History(
        total=total,
        returned=len(page),
        truncated=more,
        next=paging.cursor("events", page[-1].occurred_at, page[-1].seq) if more else None,
        events=[_event(row) for row in page],
    )


def _event(row: Any) -> EventView:
    return EventView(
        seq=row.seq,
        recorded_at=shown(row.recorded_at) or "",
        occurred_at=shown(row.occurred_at) or "",
        recorded_by=row.recorded_by,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=json.loads(row.payload)["detail"],
        hash=row.hash,
    )


def _in_view(view: View) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if view.as_of is not None:
        limits.append(_EVENT.c.occurred_at <= view.as_of)
    if view.known is not None:
        limits.append(_EVENT.c.seq <= view.known)
    return limits


def _in_time(view: View, since: When | None, until: When | None) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if since is not None:
        limits.append(_EVENT.c.occurred_at >= times.past(since, bare="start", now=view.now, name="since"))
    if until is not None:
        times.past(until, bare="next", now=view.now, name="until")
        # The end of today, not now: what happens at this very instant is of today.
        limits.append(_EVENT.c.occurred_at < times.instant(until, bare="next", name="until"))
    return limits


def _about(found: Resolved) -> ColumnElement[bool]:
    refused = _EVENT.c.action == "attempt.refused"  # which names what was asked for, and no row
    if found.kind == "environment":
        there = _DEPLOYMENT.c.environment_id == found.id
        return or_(
            _EVENT.c.seq.in_(select(_DEPLOYMENT.c.event).where(there)),
            _EVENT.c.seq.in_(select(_DEPLOYMENT.c.closed_event).where(there)),
        )
    whose = [_EVENT.c.entity_id == found.id, and_(refused, _EVENT.c.subject == found.subject)]
    if found.kind == "model":
        versions = select(_VERSION.c.id).where(_VERSION.c.model_id == found.id)
        whose.append(_EVENT.c.entity_id.in_(versions))
        whose.append(and_(refused, _EVENT.c.subject.startswith(f"{found.subject}:", autoescape=True)))
    if found.kind == "dataset":
        versions = select(_STATE.c.id).where(_STATE.c.dataset_id == found.id)
        whose.append(_EVENT.c.entity_id.in_(versions))
        whose.append(and_(refused, _EVENT.c.subject.startswith(f"{found.subject}@", autoescape=True)))
    return or_(*whose)


def _of_action(action: str) -> ColumnElement[bool]:
    if action.endswith("."):
        return _EVENT.c.action.startswith(action, autoescape=True)
    if "." in action:
        return _EVENT.c.action == action
    return _EVENT.c.action.endswith(f".{action}", autoescape=True)


def _total(view: View, limits: list[ColumnElement[bool]], *, shows_answers: bool) -> int:
    count: Select[Any] = select(sql.count()).select_from(_EVENT).where(*limits)
    if not limits:  # events are numbered without a gap
        count = select(sql.coalesce(sql.max(_EVENT.c.seq), 0))
    total = int(view.connection.execute(count).scalar_one())
    if shows_answers:
        return total
    answers = select(sql.count()).select_from(_EVENT).where(*limits, _EVENT.c.action == _ANSWER)
    return total - int(view.connection.execute(answers).scalar_one())


def _explain_nothing(view: View, actor: str | None, action: str | None) -> None:
    """Say what is wrong where nothing was found because there is no such action or person."""
    if action is not None:
        asked = action.strip().lower()
        known = {*ACTIONS, *(name.partition(".")[0] + "." for name in ACTIONS), *(_verb(name) for name in ACTIONS)}
        if asked not in known:
            near = names.nearest(asked, sorted(known))
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"they are {', '.join(ACTIONS)}"
            raise InvalidInput(f"action {action!r} is not one that events have; {hint}")
    if actor is not None:
        people = table(Person)
        known_people = list(view.connection.execute(select(people.c.name).where(view.exists(people))).scalars())
        asked = actor.strip().lower().removeprefix("person:")
        if asked not in known_people:
            raise NotFound(kind="person", name=actor, nearest=names.nearest(asked, known_people))


def _verb(action: str) -> str:
    return action.rpartition(".")[2]
