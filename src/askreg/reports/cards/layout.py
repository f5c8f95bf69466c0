"""A card laid out by a profile, before it is written in any format: sections of blocks, and what is said at the end."""

from dataclasses import dataclass, field
from typing import Literal

from askreg.reports.cards.catalogue import Profile, catalogue
from askreg.reports.cards.completeness import complete, left_out, why
from askreg.reports.cards.content import NOT_RECORDED, Card, Entry, Row, Statement, Table
from askreg.reports.cards.plot import Plot, plots

Tone = Literal["said", "quoted", "told", "open"]
"""Worded by code, somebody's own words, worded by a language model, or not there."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence with its citations; `by` is whose words they are."""

    text: str
    tone: Tone = "said"
    cites: tuple[str, ...] = ()
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose rows have citations."""

    table: Table


Block = Paragraph | Grid | Plot


@dataclass(slots=True)
class Item:
    """One thing that the profile asks for."""

    label: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """A titled part of a document."""

    title: str
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A card ready to be written."""

    title: str
    facts: list[tuple[str, str]]
    """What stands under the title: names and values."""
    sections: list[Section]
    card: Card
    profile: Profile


_COHORTS = {"cohorts", "internal_cohorts"}
"""The fields beside which cohorts are drawn, once in a document."""
STANDING = "not published: a draft"


def lay_out(card: Card, profile: Profile, *, standing: str = STANDING) -> Document:
    """Return the card as a document; `standing` says whether it was approved or published."""
    sections = []
    shown: set[str] = set()
    for group in profile.groups:
        section = Section(group.title)
        for asked in group.fields:
            item = Item(f"{asked.id}. {asked.label}" if asked.attribute else asked.label)
            for source in asked.sources:
                if source in _COHORTS and not shown & _COHORTS:
                    item.blocks += plots(card.figures)
                item.blocks += _blocks(card, card.entries[source], named=len(asked.sources) > 1)
                shown.add(source)
            item.blocks = _without_repeated_absence(item.blocks)
            beside = (card.entries[source].table for source in asked.beside)
            item.blocks += [Grid(table) for table in beside if table is not None]
            section.items.append(item)
        if profile.brief:
            section.items = _with_absences_last(section.items)
        sections.append(section)
    sections.append(_missing(card, profile))
    sections.append(_not_carried(card, profile))
    sections.append(_evidence(card))
    return Document(f"Model card: {card.subject}", _head(card, profile, standing), sections, card, profile)


def _head(card: Card, profile: Profile, standing: str) -> list[tuple[str, str]]:
    writer = card.writer
    words = "code, from the record; no language model" if writer.backend == "offline" else _written_by(card)
    found = [
        ("Standing", standing),
        ("As of", card.as_of),
        ("Profile", profile.reference_line),
        ("State of the profile", profile.status),
        ("Narrative", words),
        ("Content", card.content),
        ("Log", f"event {card.head.seq}, {card.head.hash}"),
    ]
    return found + ([("Known at", card.known_at)] if card.known_at else [])


def _written_by(card: Card) -> str:
    writer = card.writer
    return (
        f"{writer.backend} {writer.model or ''} with prompt {writer.prompt}; each sentence verified against its facts"
    )


def _blocks(card: Card, entry: Entry, *, named: bool) -> list[Block]:
    label = catalogue()[entry.field].label
    if entry.state != "value":
        text = absent(entry)
        return [Paragraph(f"{label}: {text}" if named else text, "open", entry.facts)]
    found: list[Block] = [_paragraph(statement) for statement in entry.statements]
    return found + ([Grid(entry.table)] if entry.table else [])


def absent(entry: Entry) -> str:
    """Return what is said of an entry that holds no value."""
    why = f": {entry.reason}" if entry.reason else ""
    match entry.state:
        case "unavailable":
            return f"declared not available{why}"
        case "not applicable":
            return f"declared not applicable{why}"
    return f"{NOT_RECORDED}{why}"


def _paragraph(statement: Statement) -> Paragraph:
    tone: Tone = {"record": "said", "quote": "quoted", "model": "told"}[statement.origin]  # type: ignore[assignment]
    return Paragraph(statement.text, tone, statement.facts, statement.by)


def _without_repeated_absence(blocks: list[Block]) -> list[Block]:
    """Leave out what is merely not recorded where something else of the same item is."""
    there = [block for block in blocks if not (isinstance(block, Paragraph) and block.tone == "open")]
    bare = [block for block in blocks if block not in there]
    if there:
        return [block for block in blocks if block in there or not _is_bare(block)]
    if len(bare) > 1 and all(_is_bare(block) for block in bare):
        return [Paragraph(NOT_RECORDED, "open")]
    return blocks


def _with_absences_last(items: list[Item]) -> list[Item]:
    """Return what is there, and one line that names what is not."""
    bare = [item for item in items if all(_is_bare(block) for block in item.blocks)]
    there = [item for item in items if item not in bare]
    names = "; ".join(item.label for item in bare)
    return [*there, Item("", [Paragraph(f"{NOT_RECORDED.capitalize()}: {names}.", "open")])] if bare else there


def _is_bare(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.tone == "open" and block.text.endswith(NOT_RECORDED)


def _missing(card: Card, profile: Profile) -> Section:
    rows = [
        Row(
            cells=(asked.label, "required" if asked.required else "optional", asked.supplier, why(asked)),
            facts=(),
        )
        for asked in sorted(complete(card, profile).missing, key=lambda asked: not asked.required)
    ]
    title = f"What is missing under {profile.title}"
    if not rows:
        return Section(title, [Item("", [Paragraph("Nothing that the profile asks for is missing.")])])
    table = Table(columns=("Field", "Asked for as", "Who could supply it", "Why"), rows=tuple(rows))
    return Section(title, [Item("", [Grid(table)])])


def _not_carried(card: Card, profile: Profile) -> Section:
    lines = [
        *profile.cannot_carry,
        *(f"On the card, and without a place here: {label}." for label in left_out(card, profile)),
    ]
    lines = lines or ["Everything on the card is carried."]
    return Section("What this form could not carry", [Item("", [Paragraph(line) for line in lines])])


def _evidence(card: Card) -> Section:
    rows = []
    for fact in card.facts:
        beside = [part for part in (fact.dataset, fact.split, fact.cohort, fact.evidence) if part]
        beside += [f"n = {fact.n}"] if fact.n is not None else []
        beside += [f"interval {fact.ci[0]} to {fact.ci[1]}"] if fact.ci else []
        beside += [f"since {fact.since}"] if fact.since else []
        beside += [f"until {fact.until}"] if fact.until else []
        value = f"{fact.value} {fact.unit}" if fact.unit else fact.value
        event = "" if fact.event is None else str(fact.event)
        rows.append(Row(cells=(fact.id, fact.subject, fact.field, value, ", ".join(beside), event), facts=()))
    table = Table(columns=("Fact", "Subject", "Field", "Value", "Of", "Event"), rows=tuple(rows))
    return Section("Evidence", [Item("", [Grid(table)])])
