"""The events that a report cites: whole, as they were hashed."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, select

from askreg.registry.log import event_text
from askreg.registry.prepared import among, id_list, prepared
from askreg.registry.results import Instant, Result
from askreg.registry.tables import Event, Tag
from askreg.registry.times import shown
from askreg.registry.view import View, table

_EVENT, _TAG = table(Event), table(Tag)


class Entry(Result):
    """An event of the log and the text whose SHA-256 is its hash."""

    seq: int
    recorded_at: Instant
    occurred_at: Instant
    recorded_by: str
    actor: str
    action: str
    subject: str
    hash: str
    text: str

    @property
    def detail(self) -> dict[str, Any]:
        """Return what the event says beside the rows it wrote."""
        found: dict[str, Any] = json.loads(self.text)["payload"]["detail"]
        return found

    @property
    def done_by(self) -> str | None:
        """Return who did it, if that was said: an event that a manifest told falls to the loader otherwise."""
        return said(self.actor, self.recorded_by, self.detail)


class TagView(Result):
    """A tag with the event that recorded it."""

    key: str
    value: str
    event: int


def said(actor: str, recorded_by: str, detail: Mapping[str, Any]) -> str | None:
    """Return the actor of an event, or None where that is only whoever loaded the manifest that told of it."""
    return None if detail.get("source") == "manifest" and actor == recorded_by else actor


def entries(view: View, numbers: Iterable[int]) -> list[Entry]:
    """Return these events in their order, as far as they were known."""
    return [_entry(row) for row in _numbered(view, ids=id_list(set(numbers)))]


def tags(view: View, id: int) -> list[TagView]:
    """Return the present tags of a model or version."""
    return [TagView(key=row.key, value=row.value, event=row.event) for row in _tags(view, id=id)]


def _entry(row: Any) -> Entry:
    columns = dict(row._mapping)
    hashed = columns.pop("hash")
    return Entry(
        seq=row.seq,
        recorded_at=shown(row.recorded_at) or "",
        occurred_at=shown(row.occurred_at) or "",
        recorded_by=row.recorded_by,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        hash=hashed,
        text=event_text(**columns),
    )


@prepared
def _numbered(view: View) -> Select[Any]:
    found = select(_EVENT).where(among(view, _EVENT.c.seq)).order_by(_EVENT.c.seq)
    return found if view.known is None else found.where(_EVENT.c.seq <= view.known)


@prepared
def _tags(view: View) -> Select[Any]:
    return select(_TAG).where(_TAG.c.entity_id == bindparam("id"), view.open(_TAG)).order_by(_TAG.c.key, _TAG.c.value)
