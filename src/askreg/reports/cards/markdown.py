"""A card as Markdown: text of the record stands there as it is, and nothing in it is a link, an image or markup."""

from collections.abc import Iterator

from askreg.reports.cards.content import Table
from askreg.reports.cards.layout import Block, Document, Grid, Paragraph
from askreg.reports.cards.plot import chart
from askreg.reports.cards.text import line, markdown


def write(document: Document, *, level: int = 1) -> str:
    """Return the document; `level` is that of its title."""
    return "\n".join(_lines(document, "#" * level)).rstrip() + "\n"


def _lines(document: Document, mark: str) -> Iterator[str]:
    yield f"{mark} {markdown(document.title)}"
    yield ""
    for name, value in document.facts:
        yield f"- **{markdown(name)}:** {markdown(value)}"
    yield ""
    for section in document.sections:
        yield f"{mark}# {markdown(section.title)}"
        yield ""
        for item in section.items:
            if item.label:
                yield f"{mark}## {markdown(item.label)}"
                yield ""
            for block in item.blocks:
                yield from block_lines(block)
                yield ""


def block_lines(block: Block) -> Iterator[str]:
    """Yield the lines of a block."""
    match block:
        case Paragraph():
            yield from _paragraph(block)
        case Grid(table=table):
            yield from _table(table)
        case _:
            fence = "`" * 4
            yield from (f"{fence}text", chart(block).replace(fence, "'''"), fence)


def _paragraph(block: Paragraph) -> Iterator[str]:
    cites = f" [{', '.join(block.cites)}]" if block.cites else ""
    match block.tone:
        case "quoted":
            yield from (f"> {markdown(part)}" if part.strip() else ">" for part in _parts(block.text))
            yield ">"
            yield f"> — {markdown(block.by or 'author not recorded')}{cites}"
        case "told":
            yield f"{markdown(block.text)}{cites}"
        case "open":
            yield f"*{markdown(block.text)}*{cites}"
        case _:
            yield f"{markdown(block.text)}{cites}"


def _parts(text: str) -> list[str]:
    """Return the lines that somebody wrote: they are kept apart."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    spaced: list[str] = []
    for each in lines:
        spaced += ([""] if spaced and spaced[-1] and each.strip() else []) + [each]
    return spaced


def _table(table: Table) -> Iterator[str]:
    cited = any(row.facts for row in table.rows)
    columns = [*table.columns, *(["Facts"] * cited)]
    yield f"| {' | '.join(markdown(column) for column in columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in table.rows:
        cells = [markdown(cell) for cell in row.cells] + ([", ".join(row.facts)] if cited else [])
        yield f"| {' | '.join(line(cell) or ' ' for cell in cells)} |"
