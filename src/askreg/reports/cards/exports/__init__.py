"""A card in the forms of others. Each is checked by what checks that form, and says what it could not carry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import orjson

from askreg.errors import InvalidInput
from askreg.reports.cards import catalogue, layout, markdown, page
from askreg.reports.cards.completeness import complete, left_out
from askreg.reports.cards.content import Card

Format = Literal["md", "html", "pdf", "json", "xml"]


@dataclass(frozen=True, slots=True)
class Export:
    """A written card. `checked` names what has checked its form; `not_carried` is what it could not hold."""

    content: bytes
    profile: str
    format: Format
    checked: str | None
    not_carried: tuple[str, ...]


def write(
    card: Card, *, profile: str | None = None, format: Format | None = None, standing: str = layout.STANDING
) -> Export:
    """Return a card in a profile's own form, or laid out by a profile as Markdown, HTML, PDF or JSON.

    Without a profile, all of the card is laid out. Raises `InvalidInput` for a form that a profile does not have.
    """
    chosen = catalogue.profile(profile or catalogue.WHOLE)
    format = format or chosen.native
    lost = (*chosen.cannot_carry, *left_out(card, chosen))
    native = _natives().get((chosen.profile, format))
    if native is not None:
        text, checked = native(card, standing)
        return Export(text.encode(), chosen.profile, format, checked, lost)
    if format == "xml":
        raise InvalidInput(f"the profile {chosen.profile!r} has no XML form; 'chai' has: --profile chai --format xml")
    if format == "json":
        content = orjson.dumps(_whole(card, chosen, lost, standing), option=orjson.OPT_INDENT_2) + b"\n"
        return Export(content, chosen.profile, format, None, lost)
    document = layout.lay_out(card, chosen, standing=standing)
    match format:
        case "md":
            content = markdown.write(document).encode()
        case "html":
            content = page.write(document).encode()
        case _:
            from askreg.reports.cards import pdf

            content = pdf.write(document)
    return Export(content, chosen.profile, format, None, lost)


def _whole(card: Card, chosen: catalogue.Profile, lost: tuple[str, ...], standing: str) -> dict[str, object]:
    return {
        "subject": card.subject,
        "content": card.content,
        "standing": standing,
        "profile": {"name": chosen.profile, "version": chosen.version, "dated": chosen.dated, "status": chosen.status},
        "completeness": complete(card, chosen).model_dump(mode="json"),
        "not_carried": list(lost),
        "card": card.model_dump(mode="json"),
    }


def _natives() -> dict[tuple[str, str], Callable[[Card, str], tuple[str, str]]]:
    from askreg.reports.cards.exports import bom, chai, hti1, hub

    return {
        ("hf", "md"): hub.write,
        ("chai", "xml"): chai.write,
        ("hti1", "json"): hti1.write,
        ("cyclonedx", "json"): bom.write,
    }
