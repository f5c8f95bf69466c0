"""What a card says of something as plain paragraphs, for forms that hold text alone; events are named in it."""

from collections.abc import Iterable

from askreg.reports.cards.catalogue import ProfileField
from askreg.reports.cards.content import NOT_RECORDED, Card, Entry, Row, Statement
from askreg.reports.cards.layout import absent
from askreg.reports.cards.text import line, markdown, visible


def entries(card: Card, field: ProfileField) -> list[Entry]:
    """Return the entries that fill what a profile asks for: those with values, or else those that say why not."""
    found = [card.entries[source] for source in field.sources]
    return [entry for entry in found if entry.state == "value"] or found


def paragraphs(card: Card, entry: Entry, *, marked: bool = False) -> list[str]:
    """Return what an entry says, one paragraph for each sentence or row; `marked` when the form reads Markdown."""
    if entry.state != "value":
        return [_cited(absent(entry), card, entry.facts, marked)]
    said = [_statement(card, statement, marked) for statement in entry.statements]
    if entry.table is not None:
        said += [_row(card, entry.table.columns, row, marked) for row in entry.table.rows]
    return said


def prose(card: Card, field: ProfileField, *, marked: bool = False) -> str:
    """Return what a card says of something that a profile asks for, or that nothing is recorded."""
    said = [text for entry in entries(card, field) for text in paragraphs(card, entry, marked=marked)]
    said += beside(card, field, marked=marked)
    bare = all(entry.state == "missing" and entry.reason is None for entry in entries(card, field))
    kept = [NOT_RECORDED] * bare + [text for text in dict.fromkeys(said) if text != NOT_RECORDED]
    return "\n\n".join(kept)


def beside(card: Card, field: ProfileField, *, marked: bool = False) -> list[str]:
    """Return the rows that are shown with what a profile asks for, and do not answer it."""
    tables = [table for source in field.beside if (table := card.entries[source].table) is not None]
    return [_row(card, table.columns, row, marked) for table in tables for row in table.rows]


def _statement(card: Card, statement: Statement, marked: bool) -> str:
    text = statement.text
    if statement.origin == "quote":
        by = f" (words of {statement.by})" if statement.by else ""
        return _cited(f"{text}{by}", card, statement.facts, marked)
    return _cited(text, card, statement.facts, marked)


def _row(card: Card, columns: Iterable[str], row: Row, marked: bool) -> str:
    said = "; ".join(f"{column}: {cell}" for column, cell in zip(columns, row.cells, strict=True) if cell)
    return _cited(said, card, row.facts, marked)


def _cited(text: str, card: Card, facts: tuple[str, ...], marked: bool) -> str:
    shown = "\n\n".join(markdown(part) for part in text.splitlines() if part.strip()) if marked else line(visible(text))
    return f"{shown}{cites(card, facts)}"


def cites(card: Card, facts: tuple[str, ...]) -> str:
    """Return the events that recorded facts, as they are cited in text."""
    events = card.events(facts)
    if not events:
        return ""
    return f" [event{'s' if len(events) > 1 else ''} {', '.join(map(str, events))}]"
