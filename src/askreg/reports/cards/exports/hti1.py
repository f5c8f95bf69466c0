"""The card as HTI-1's source attributes: each of the thirty-one is a value, or says why there is none."""

import json

from askreg.errors import InvalidInput
from askreg.reports.cards.catalogue import ProfileField, profile
from askreg.reports.cards.completeness import left_out, state_of
from askreg.reports.cards.content import Card
from askreg.reports.cards.exports.prose import beside, entries, prose

ATTRIBUTES = 31


def write(card: Card, standing: str) -> tuple[str, str]:
    """Return the attributes as JSON, and what has checked them."""
    chosen = profile("hti1")
    attributes = [_attribute(card, group.title, field) for group in chosen.groups for field in group.fields]
    if [attribute["number"] for attribute in attributes] != list(range(1, ATTRIBUTES + 1)):
        raise InvalidInput("the profile hti1 does not hold its thirty-one attributes in order")
    content = {
        "profile": chosen.profile,
        "rule": chosen.version,
        "dated": chosen.dated,
        "status": chosen.status,
        "subject": card.subject,
        "standing": standing,
        "as_of": card.as_of,
        "content": card.content,
        "attributes": attributes,
        "not_carried": [*chosen.cannot_carry, *left_out(card, chosen)],
        "facts": [fact.model_dump(mode="json", exclude_none=True) for fact in card.facts],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return text, f"its own list: {ATTRIBUTES} attributes in order, each with a state"


def _attribute(card: Card, group: str, field: ProfileField) -> dict[str, object]:
    state, reason = state_of(card, field)
    found = entries(card, field)
    facts = list(dict.fromkeys(fact for entry in found for fact in _facts(entry)))
    return {
        "number": int(field.id),
        "citation": f"45 CFR 170.315(b)(11)(iv)(B){field.attribute}",
        "group": group,
        "attribute": field.label,
        "state": state,
        "reason": reason,
        "text": prose(card, field) if state == "value" else None,
        "statements": [s.model_dump(mode="json") for entry in found for s in entry.statements],
        "tables": [entry.table.model_dump(mode="json") for entry in found if entry.table is not None],
        "beside": beside(card, field),
        "facts": facts,
        "unavailability_must_be_indicated": field.declare,
    }


def _facts(entry: object) -> list[str]:
    from askreg.reports.cards.content import Entry

    assert isinstance(entry, Entry)
    rows = entry.table.rows if entry.table else ()
    return [
        *entry.facts,
        *(fact for statement in entry.statements for fact in statement.facts),
        *(fact for row in rows for fact in row.facts),
    ]
