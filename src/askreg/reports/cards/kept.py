"""Cards that were kept: drafted, signed, published. What is published is what somebody else than its author signed."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from askreg.errors import NotFound, StorageError
from askreg.registry import cards
from askreg.registry.canonical import canonical
from askreg.registry.cards import CardPublished, CardSigned
from askreg.registry.registry import Registry
from askreg.registry.resolve import resolve
from askreg.registry.times import When, shown
from askreg.registry.view import View
from askreg.reports.cards.content import Card


class Standing(BaseModel):
    """Whether a card is drafted, signed or published, and what has ended that."""

    model_config = ConfigDict(frozen=True)
    state: str
    """`draft`, `approved`, `published`, `replaced` or `lapsed`."""
    said: str
    """The same in words, with who, when and in which events."""
    drafted_by: str | None
    drafted_at: str
    event: int
    signatures: tuple[CardSigned, ...]
    publications: tuple[CardPublished, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A card as it was drafted, and how it stands."""

    card: Card
    standing: Standing


def keep(registry: Registry, card: Card, *, detail: Mapping[str, object], present: bool = True) -> int:
    """Log that a card was drafted, and keep it if it is of the present; return the event."""
    events = sorted({fact.event for fact in card.facts if fact.event is not None})
    with registry.unit() as unit:
        return cards.record_draft(
            unit,
            version=card.subject,
            content=card.content,
            backend=card.writer.backend,
            body=canonical(card.model_dump(mode="json")),
            detail={"facts": events, "model": card.writer.model, "prompt": card.writer.prompt, **detail},
            keep=present,
        )


def approve(
    registry: Registry,
    subject: str,
    *,
    content: str | None = None,
    meaning: str = "approval",
    comment: str | None = None,
) -> str:
    """Sign the card that was drafted last, or the one that `content` names; return its content."""
    with registry.unit() as unit:
        return cards.sign(unit, version=subject, content=content, meaning=meaning, comment=comment)


def publish(registry: Registry, subject: str, *, content: str | None = None) -> str:
    """Publish a signed card, unless the record contradicts it or no longer holds what it says; return its content."""
    from askreg.reports.cards.check import check

    with registry.unit() as unit:  # nothing may change between the check and what it allows
        if content is None:
            with registry.view() as seen:
                version = resolve(seen, subject, kinds=("version",))
                standing = [each for each in cards.signatures(seen, version.id) if each.lapsed is None]
            content = standing[-1].content if standing else None
        found = check(registry, subject, profiles=(), content=content)
        problems = [f"{finding.where}: {finding.what}" for finding in found.findings if finding.severity == "error"]
        return cards.publish(unit, version=subject, content=content, problems=problems)


def show(
    registry: Registry,
    subject: str,
    *,
    content: str | None = None,
    as_of: When | None = None,
    known_at: When | None = None,
) -> Kept:
    """Return the kept card: the one `content` names, or that was published last, or drafted last."""
    with registry.view(as_of=as_of, known_at=known_at) as seen:
        found = resolve(seen, subject, kinds=("version",))
        held = kept(seen, found.id, subject=found.subject, content=content)
        if held is None:
            hint = f"'askreg card draft {found.subject}' drafts one"
            raise NotFound(kind="card of", name=found.subject if content is None else f"{subject} {content}", hint=hint)
        return held


def kept(seen: View, version: int, *, subject: str, content: str | None = None) -> Kept | None:
    """Return a kept card of a version, or None."""
    drafted = cards.drafts(seen, version, subject=subject)
    published = cards.publications(seen, version)
    signed = cards.signatures(seen, version)
    if content is None and published:
        last_one = published[-1]
        newer = last_one.closed is not None and drafted[-1].event > last_one.closed
        content = None if newer else last_one.content
    if content is not None:
        wanted = content.removeprefix("sha256:")
        drafted = [each for each in drafted if each.content.removeprefix("sha256:").startswith(wanted)]
    if not drafted:
        return None
    last = drafted[-1]
    try:
        card = Card.model_validate_json(last.body)
    except ValidationError:
        raise StorageError(
            f"the card drafted in event {last.event} cannot be read; run 'askreg audit verify'"
        ) from None
    mine = [each for each in published if each.content == last.content]
    on_it = [each for each in signed if each.content == last.content]
    standing = Standing(
        state=_state(mine, on_it, published),
        said=_said(mine, on_it, published, last.by, last.at, last.event),
        drafted_by=last.by,
        drafted_at=last.at,
        event=last.event,
        signatures=tuple(on_it),
        publications=tuple(mine),
    )
    return Kept(card, standing)


def _state(mine: list[CardPublished], signed: list[CardSigned], published: list[CardPublished]) -> str:
    if mine and mine[-1].until is None:
        return "published"
    if mine:
        return "replaced" if _replaced(mine[-1], published) else "lapsed"
    if any(signature.lapsed is None for signature in signed):
        return "approved"
    return "lapsed" if signed else "draft"


def _replaced(ended: CardPublished, published: list[CardPublished]) -> bool:
    return any(other.event == ended.closed for other in published)


def _said(
    mine: list[CardPublished],
    signed: list[CardSigned],
    published: list[CardPublished],
    by: str | None,
    at: str,
    event: int,
) -> str:
    parts = [f"drafted by {by or 'nobody on record'} on {shown(at)} (event {event})"]
    for signature in signed:
        gone = "" if signature.lapsed is None else f", which lapsed on {signature.lapsed}: what it tells has changed"
        meaning = f"{signature.printed_name}, {signature.meaning}, {signature.at} (event {signature.event})"
        parts.append(f"signed by {meaning}{gone}")
    for publication in mine:
        ended = ""
        if publication.until is not None:
            why = "another was published" if _replaced(publication, published) else "what it tells has changed"
            ended = f", until {publication.until} (event {publication.closed}): {why}"
        parts.append(f"published by {publication.by} on {publication.at} (event {publication.event}){ended}")
    if not mine and published:
        before = published[-1]
        parts.append(f"{before.content} was published on {before.at} (event {before.event}), and not this one")
    state = _state(mine, signed, published)
    return f"{state.upper()}: {'; '.join(parts)}"
