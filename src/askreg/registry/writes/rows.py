"""Rows that several writes share: fields, tags, edges, and their replacement."""

from collections.abc import Iterable, Mapping
from typing import Any

from askreg.errors import Conflict, InvalidInput
from askreg.registry import signing, times
from askreg.registry.canonical import canonical
from askreg.registry.tables import Edge, Field, Kind, Recorded, Relation, Tag
from askreg.registry.times import When
from askreg.registry.unit import Row, Unit


def free(unit: Unit, of: type[Recorded], kind: str, shown: str, **key: Any) -> None:
    """Refuse a key that is taken."""
    if unit.find(of, **key) is not None:
        raise Conflict(f"{kind} {shown!r} is registered already")


def not_before(when: str, row: Row, what: str, other: str) -> None:
    """Refuse what would come before the thing it refers to."""
    if when < row["at"]:
        raise InvalidInput(f"{what} at {times.shown(when)} is before {other}, which is from {times.shown(row['at'])}")


def card_fields(card: Mapping[str, Any] | None) -> Row:
    """Return card entries as the fields they are kept in."""
    return {f"card.{name}": value for name, value in (card or {}).items()}


def set_fields(unit: Unit, entity: int, fields: Mapping[str, Any]) -> None:
    """Insert the fields of a new entity, inside the open event; None is left out."""
    for name, value in fields.items():
        if value is not None:
            unit.insert(Field, entity_id=entity, name=name, value=canonical(value))


def set_tags(unit: Unit, entity: int, tags: Mapping[str, str | None]) -> None:
    """Insert the tags of an entity, inside the open event; None is left out."""
    for key, value in tags.items():
        if value is not None:
            unit.insert(Tag, entity_id=entity, key=_tag_key(key), value=str(value))


def _tag_key(key: str) -> str:
    if not isinstance(key, str) or not key.strip() or len(key) > 200:
        raise InvalidInput(f"tag {key!r} is not a name of 1 to 200 characters")
    return key


def edge(
    unit: Unit, relation: Relation, source: tuple[Kind, int], target: tuple[Kind, int], *, role: str | None = None
) -> None:
    """Insert an arrow of the lineage graph, inside the open event."""
    unit.insert(
        Edge,
        source=source[1],
        source_kind=source[0],
        target=target[1],
        target_kind=target[0],
        relation=relation,
        role=role,
    )


def update(
    unit: Unit,
    action: str,
    entity: int,
    subject: str,
    fields: Mapping[str, Any],
    tags: Mapping[str, str | None],
    *,
    at: When | None,
    by: str | None,
    about: Iterable[tuple[Kind, int]] = (),
) -> None:
    """Close what changes and open what replaces it, in one event; the same values again are no event."""
    texts = {name: None if value is None else canonical(value) for name, value in fields.items()}
    held = {row["name"]: row for row in unit.current(Field, "entity_id", entity)}
    tagged = {row["key"]: row for row in unit.current(Tag, "entity_id", entity)}
    fresh = {name: text for name, text in texts.items() if text != (held[name]["value"] if name in held else None)}
    retagged = {key: tag for key, tag in tags.items() if tag != (tagged[key]["value"] if key in tagged else None)}
    arrows = list(about)
    if not (fresh or retagged or arrows):
        return
    when, who = unit.when(at), unit.who(by)
    replaced: list[tuple[type[Recorded], Row]] = [(Field, held[name]) for name in fresh if name in held]
    replaced += [(Tag, tagged[key]) for key in retagged if key in tagged]
    for _, row in replaced:
        not_before(when, row, f"a change of {subject}", f"the value it replaces ({row.get('name') or row.get('key')})")
    detail = {"changed": sorted([*fresh, *(f"tag.{key}" for key in retagged)])}
    with unit.event(action, subject, at=when, by=who, entity=entity, detail=detail):
        for of, row in replaced:
            unit.change(of, row, until=when)
        for name, text in fresh.items():
            if text is not None:
                unit.insert(Field, entity_id=entity, name=name, value=text)
        set_tags(unit, entity, retagged)
        for target in arrows:
            edge(unit, "about", ("document", entity), target)
        signing.lapse_about(unit, entity, when, fields=texts, tags=retagged)
