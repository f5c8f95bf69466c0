"""Model cards as the record keeps them: drafted, signed, published; and the fields of a thing with their events.

A card's content is a digest of all that it says. A signature is bound to it, and both a signature and a publication
lapse with the event that changes what a signer of the version would sign (see `signing`).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, select

from askreg.errors import Conflict, InvalidInput, NotFound, PolicyRefused
from askreg.registry.lifecycle import part_in, printed_name
from askreg.registry.prepared import prepared
from askreg.registry.results import Instant, Result
from askreg.registry.tables import Card, CardPublication, CardSignature, Field, Meaning, Tag
from askreg.registry.times import shown
from askreg.registry.unit import Row, Unit
from askreg.registry.view import View, table
from askreg.registry.writes import named_version, one_of

_FIELD, _TAG, _CARD, _SIGNATURE, _PUBLICATION = (
    table(Field),
    table(Tag),
    table(Card),
    table(CardSignature),
    table(CardPublication),
)
_SHORTEST = 8
"""Characters of a content's digest that name it."""


class FieldView(Result):
    """A value that describes something, with who wrote it and the event that recorded it."""

    name: str
    value: Any
    at: Instant
    by: str | None
    event: int


class CardDraft(Result):
    """A card that was drafted."""

    subject: str
    content: str
    backend: str
    at: Instant
    by: str | None
    event: int
    body: str


class CardSigned(Result):
    """A signature on a card. `lapsed` says when it lost its force; null while it stands."""

    by: str | None
    printed_name: str
    meaning: Meaning
    comment: str | None
    content: str
    at: Instant
    lapsed: Instant | None
    event: int


class CardPublished(Result):
    """A publication of a card; `until` says when it was replaced or lapsed, with event `closed`."""

    by: str | None
    content: str
    at: Instant
    until: Instant | None
    event: int
    closed: int | None


# -- reads


def fields(view: View, id: int) -> dict[str, FieldView]:
    """Return the present fields of a model, version, dataset … by name, its tags as `tag.KEY`."""
    tags = {
        f"tag.{row.key}": FieldView(
            name=f"tag.{row.key}", value=row.value, at=shown(row.at) or "", by=row.by, event=row.event
        )
        for row in _tags(view, id=id)
    }
    return tags | {
        row.name: FieldView(
            name=row.name, value=json.loads(row.value), at=shown(row.at) or "", by=row.by, event=row.event
        )
        for row in _fields(view, id=id)
    }


def drafts(view: View, version: int, *, subject: str) -> list[CardDraft]:
    """Return the cards drafted of a version, oldest first."""
    return [
        CardDraft(
            subject=subject,
            content=row.content,
            backend=row.backend,
            at=shown(row.at) or "",
            by=row.by,
            event=row.event,
            body=row.body,
        )
        for row in _drafts(view, version=version)
    ]


def signatures(view: View, version: int) -> list[CardSigned]:
    """Return the signatures on cards of a version, oldest first."""
    return [
        CardSigned(
            by=row.by,
            printed_name=row.printed_name,
            meaning=row.meaning,
            comment=row.comment,
            content=row.content,
            at=shown(row.at) or "",
            lapsed=shown(row.end),
            event=row.event,
        )
        for row in _signatures(view, version=version)
    ]


def publications(view: View, version: int) -> list[CardPublished]:
    """Return the publications of cards of a version, oldest first."""
    return [
        CardPublished(
            by=row.by,
            content=row.content,
            at=shown(row.at) or "",
            until=shown(row.end),
            event=row.event,
            closed=row.closed_event if row.end else None,
        )
        for row in _publications(view, version=version)
    ]


# -- writes


def record_draft(
    unit: Unit, *, version: str, content: str, backend: str, body: str, detail: Mapping[str, object], keep: bool = True
) -> int:
    """Log that a card was drafted, and keep its body unless its author has drafted the same before (or not `keep`)."""
    version, row = named_version(unit, version)
    known = [card for card in unit.select(Card, version_id=row["id"], content=content) if card["by"] == unit.actor]
    with unit.event(
        "card.drafted", version, at=unit.now, by=unit.actor, detail={"content": content, "backend": backend, **detail}
    ) as event:
        if known:
            event.entity = known[-1]["id"]
        elif keep:
            event.entity = unit.insert(Card, version_id=row["id"], content=content, backend=backend, body=body)
    return unit.seq


def sign(
    unit: Unit,
    *,
    version: str,
    content: str | None = None,
    meaning: str = "approval",
    comment: str | None = None,
) -> str:
    """Sign a drafted card, the latest unless `content` names one; return its content."""
    one_of(meaning, Meaning, what="meaning")
    unit.allow("approve" if meaning == "approval" else "publish", version)
    version, row = named_version(unit, version)
    card = _draft(unit, version, row, content)
    if meaning == "approval":
        own = _part_in_card(unit, row, card).get(unit.actor)
        if own:
            missing = [f"{unit.actor} {own}; another approver must sign"]
            raise PolicyRefused(subject=version, move="have its card approved", missing=missing)
    detail = {"meaning": meaning, "content": card["content"]}
    with unit.event("card.signed", version, at=unit.now, by=unit.actor, entity=row["id"], detail=detail):
        for earlier in unit.current(CardSignature, "version_id", row["id"]):
            if (earlier["by"], earlier["meaning"]) == (unit.actor, meaning):
                unit.change(CardSignature, earlier, until=unit.now)
        unit.insert(
            CardSignature,
            version_id=row["id"],
            card_id=card["id"],
            meaning=meaning,
            printed_name=printed_name(unit, unit.actor),
            comment=comment,
            content=card["content"],
        )
    return str(card["content"])


def publish(unit: Unit, *, version: str, content: str | None = None, problems: Iterable[str] = ()) -> str:
    """Publish a drafted card, the latest signed one unless `content` names one; return its content.

    `problems` are what a check of the card found against it. Raises `PolicyRefused` naming all that is missing.
    """
    unit.allow("publish", version)
    version, row = named_version(unit, version)
    standing = unit.current(CardSignature, "version_id", row["id"])
    if content is None and standing:
        content = standing[-1]["content"]
    card = _draft(unit, version, row, content)
    missing = [*_unmet(unit, row, card, standing), *problems]
    if missing:
        raise PolicyRefused(subject=version, move="have its card published", missing=missing)
    published = unit.current(CardPublication, "version_id", row["id"])
    if any(earlier["content"] == card["content"] for earlier in published):
        raise Conflict(f"this card of {version} is published already; 'askreg card show {version}' shows it")
    detail = {"content": card["content"]}
    with unit.event("card.published", version, at=unit.now, by=unit.actor, entity=row["id"], detail=detail):
        for earlier in published:
            unit.change(CardPublication, earlier, until=unit.now)
        unit.insert(CardPublication, version_id=row["id"], card_id=card["id"], content=card["content"])
    return str(card["content"])


def _draft(unit: Unit, version: str, row: Row, content: str | None) -> Row:
    drafted = unit.children(Card, "version_id", row["id"])
    if not drafted:
        raise NotFound(kind="card of", name=version, hint=f"'askreg card draft {version}' drafts one")
    if content is None:
        return drafted[-1]
    if same := [card for card in drafted if card["content"] == content]:
        return same[-1]
    wanted = content.removeprefix("sha256:")
    if len(wanted) < _SHORTEST:
        raise InvalidInput(
            f"{content!r} is too short to name a card: give {_SHORTEST} characters of its digest or more"
        )
    found = [card for card in drafted if card["content"].removeprefix("sha256:").startswith(wanted)]
    if len({card["content"] for card in found}) > 1:
        raise InvalidInput(f"{content!r} begins the digests of several cards: give more of it")
    if not found:
        raise NotFound(kind="card", name=content, hint=f"the latest of {version} is {drafted[-1]['content']}")
    return found[-1]


def _unmet(unit: Unit, row: Row, card: Row, standing: list[Row]) -> list[str]:
    needs = unit.policy().publish
    on_it = [signature for signature in standing if signature["content"] == card["content"]]
    missing = []
    for meaning, role in needs.signatures.items():
        given = [signature for signature in on_it if signature["meaning"] == meaning]
        if not any(not {role, "admin"}.isdisjoint(unit.roles(signature["by"])) for signature in given):
            missing.append(
                f"no {meaning} of this card by a person with the role {role} stands; another than its author signs it "
                "with 'askreg card approve'"
            )
    held = [*unit.current(Field, "entity_id", row["id"]), *unit.current(Field, "entity_id", row["model_id"])]
    filled = {field["name"] for field in held}
    return missing + [f"card field {name!r} is empty" for name in needs.card if f"card.{name}" not in filled]


def _part_in_card(unit: Unit, row: Row, card: Row) -> dict[str, str]:
    """Return who is part of the card and may not approve it: who drafted it, and who wrote what it tells."""
    held = [*unit.current(Field, "entity_id", row["id"]), *unit.current(Field, "entity_id", row["model_id"])]
    wrote = {field["by"]: f"wrote {field['name']}" for field in held if field["name"].startswith("card.")}
    drafted = {
        other["by"]: "drafted it"
        for other in unit.children(Card, "version_id", row["id"])
        if other["content"] == card["content"]
    }
    return {who: did for who, did in {**part_in(unit, row), **wrote, **drafted}.items() if who is not None}


# -- statements


@prepared
def _fields(view: View) -> Select[Any]:
    return select(_FIELD).where(_FIELD.c.entity_id == bindparam("id"), view.open(_FIELD)).order_by(_FIELD.c.name)


@prepared
def _tags(view: View) -> Select[Any]:
    return select(_TAG).where(_TAG.c.entity_id == bindparam("id"), view.open(_TAG)).order_by(_TAG.c.key)


def _of_version(view: View, of: Any) -> Select[Any]:
    mine = of.c.version_id == bindparam("version")
    return select(of).where(mine, view.exists(of)).order_by(of.c.event, of.c.id)


@prepared
def _drafts(view: View) -> Select[Any]:
    return _of_version(view, _CARD)


@prepared
def _signatures(view: View) -> Select[Any]:
    return _of_version(view, _SIGNATURE).add_columns(view.until(_SIGNATURE).label("end"))


@prepared
def _publications(view: View) -> Select[Any]:
    return _of_version(view, _PUBLICATION).add_columns(view.until(_PUBLICATION).label("end"))
