"""The log as people ask for it: by subject, actor, action and time."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, select, tuple_, union_all
from sqlalchemy import func as sql

from askreg.errors import InvalidInput, NotFound
from askreg.registry import names, paging, times
from askreg.registry.resolve import Resolved, resolve
from askreg.registry.results import EventView, History
from askreg.registry.tables import DatasetVersion, Deployment, Event, Kind, Person, Version
from askreg.registry.times import When, shown
from askreg.registry.view import View, table

ACTIONS = (
    "alias.removed",
    "alias.set",
    "answer.given",
    "attempt.refused",
    "card.drafted",
    "card.published",
    "card.signed",
    "checkpoint.signed",
    "dataset.registered",
    "dataset.updated",
    "dataset_version.registered",
    "document.read",
    "document.registered",
    "document.removed",
    "document.updated",
    "metric.declared",
    "model.registered",
    "model.renamed",
    "model.updated",
    "person.registered",
    "person.updated",
    "policy.set",
    "report.exported",
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
READING = ("answer.given", "card.drafted", "checkpoint.signed", "document.read", "report.exported")
"""What is logged and leaves the record as it was."""

_EVENT, _VERSION, _STATE, _DEPLOYMENT = table(Event), table(Version), table(DatasetVersion), table(Deployment)


def history(
    view: View,
    *,
    subject: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    since: When | None = None,
    until: When | None = None,
    everything: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> History:
    """Return a page of events, the latest first; refused attempts are among them.

    A model's history includes its versions', a dataset's its versions', an environment's what was deployed there.
    `action` is an action (`version.approved`), its first part (`version.`) or its verb (`approved`). Answers,
    reports and checkpoints change nothing and are left out, unless `action` asks for them or `everything` is wanted.
    """
    paging.size(limit)
    key = paging.after(cursor, "events", str, int)
    asked = _in_time(view, since, until)
    if subject is not None:
        asked.append(_EVENT.c.seq.in_(_about(resolve(view, subject))))
    if actor is not None:
        asked.append(_EVENT.c.actor == _actor(actor))
    if action is not None:
        asked.append(_EVENT.c.action.in_(_actions(view, action.strip().lower())))
    seen = _in_view(view)
    answers = everything or action is not None or subject is not None  # no subject is an answer's
    total = _total(view, seen, asked, answers=answers)
    if not total and actor is not None:
        _check_person(view, actor)
    found = select(_EVENT).where(*seen, *asked).order_by(_EVENT.c.occurred_at.desc(), _EVENT.c.seq.desc())
    if not answers:
        found = found.where(_EVENT.c.action.not_in(READING))
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
        # What is known had happened when the last of it was recorded. Without the arithmetic, the index of numbers
        # would be taken instead of that of times, and everything known be sorted for one page.
        recorded = select(_EVENT.c.recorded_at).where(_EVENT.c.seq == view.known).scalar_subquery()
        limits += [_EVENT.c.seq + 0 <= view.known, _EVENT.c.occurred_at <= recorded]
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


def _about(found: Resolved) -> CompoundSelect[Any]:
    """Select the numbers of the events about a subject: found first, as they are few."""
    if found.kind == "environment":
        there = _DEPLOYMENT.c.environment_id == found.id
        opened, closed = select(_DEPLOYMENT.c.event).where(there), select(_DEPLOYMENT.c.closed_event).where(there)
        return union_all(opened, closed.where(_DEPLOYMENT.c.closed_event.is_not(None)))
    # A refused attempt names what was asked for, and no row.
    refused = select(_EVENT.c.seq).where(_EVENT.c.action == "attempt.refused")
    parts = [
        select(_EVENT.c.seq).where(_EVENT.c.entity_id == found.id),
        refused.where(_EVENT.c.subject == found.subject),
    ]
    for kind, child, parent, mark in _CHILDREN:
        if kind == found.kind:
            within = select(child.c.id).where(parent == found.id)
            parts.append(select(_EVENT.c.seq).where(_EVENT.c.entity_id.in_(within)))
            parts.append(refused.where(_EVENT.c.subject.startswith(f"{found.subject}{mark}", autoescape=True)))
    return union_all(*parts)


_CHILDREN: tuple[tuple[Kind, Table, ColumnElement[int], str], ...] = (
    ("model", _VERSION, _VERSION.c.model_id, ":"),
    ("dataset", _STATE, _STATE.c.dataset_id, "@"),
)


def _actions(view: View, asked: str) -> list[str]:
    """Return the actions that are meant by a whole one, a first part or a verb."""
    known = {*ACTIONS, *view.connection.execute(_EVERY_ACTION).scalars()}
    meant = [action for action in known if asked in (action, _noun(action), _verb(action))]
    if meant:
        return sorted(meant)
    words = {word for action in known for word in (action, _noun(action), _verb(action))}
    near = names.nearest(asked, sorted(words))
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"they are {', '.join(sorted(known))}"
    raise InvalidInput(f"action {asked!r} is not one that events have; {hint}")


def _noun(action: str) -> str:
    return action.partition(".")[0] + "."


def _verb(action: str) -> str:
    return action.rpartition(".")[2]


def _actor(name: str) -> str:
    return name.strip().lower().removeprefix("person:")


def _check_person(view: View, actor: str) -> None:
    people = table(Person)
    known = list(view.connection.execute(select(people.c.name).where(view.exists(people))).scalars())
    if _actor(actor) not in known:
        raise NotFound(kind="person", name=actor, nearest=names.nearest(_actor(actor), known))


def _total(view: View, seen: list[ColumnElement[bool]], asked: list[ColumnElement[bool]], *, answers: bool) -> int:
    def count(*conditions: ColumnElement[bool]) -> int:
        return int(view.connection.execute(select(sql.count()).select_from(_EVENT).where(*conditions)).scalar_one())

    if asked:
        wanted = [] if answers else [_EVENT.c.action.not_in(READING)]
        return count(*seen, *asked, *wanted)
    left_out = 0 if answers else count(*seen, _EVENT.c.action.in_(READING))
    return _all(view, count) - left_out


def _all(view: View, count: Callable[..., int]) -> int:
    """Return how many events a view has, counting as few as possible: they are numbered without a gap."""
    if view.known is not None and view.as_of is not None:
        return count(*_in_view(view))
    if view.known is not None:
        return view.known
    last = int(view.connection.execute(select(sql.coalesce(sql.max(_EVENT.c.seq), 0))).scalar_one())
    return last if view.as_of is None else last - count(_EVENT.c.occurred_at > view.as_of)


def _distinct_actions() -> Select[Any]:
    """Select the actions in the log by leaping from one to the next in their index."""
    first = select(sql.min(_EVENT.c.action).label("action")).cte("leap", recursive=True)
    later = _EVENT.alias()
    following = select(sql.min(later.c.action)).where(later.c.action > first.c.action).scalar_subquery()
    leap = first.union_all(select(following).where(first.c.action.is_not(None)))
    return select(leap.c.action).where(leap.c.action.is_not(None))


_EVERY_ACTION = _distinct_actions()
