"""A card as one HTML file: nothing in it is fetched from anywhere, and all text of the record is shown as it is."""

from collections.abc import Iterator

from askreg.reports.cards.catalogue import data
from askreg.reports.cards.content import Table
from askreg.reports.cards.layout import Block, Document, Grid, Paragraph
from askreg.reports.cards.plot import svg
from askreg.reports.cards.text import html

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write(document: Document) -> str:
    """Return the page."""
    return "".join(_parts(document))


def _parts(document: Document) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{html(document.title)}</title>\n<style>\n{data('card.css').decode()}</style>\n</head>\n<body>\n"
    yield f"<main>\n<header>\n<h1>{html(document.title)}</h1>\n<dl>\n"
    for name, value in document.facts:
        yield f"<dt>{html(name)}</dt><dd>{html(value)}</dd>\n"
    yield "</dl>\n</header>\n<nav><ol>\n"
    for number, section in enumerate(document.sections):
        yield f'<li><a href="#s{number}">{html(section.title)}</a></li>\n'
    yield "</ol></nav>\n"
    for number, section in enumerate(document.sections):
        yield f'<section id="s{number}">\n<h2>{html(section.title)}</h2>\n'
        for item in section.items:
            if item.label:
                yield f"<h3>{html(item.label)}</h3>\n"
            for block in item.blocks:
                yield _block(block, document)
        yield "</section>\n"
    yield "</main>\n</body>\n</html>\n"


def _block(block: Block, document: Document) -> str:
    match block:
        case Paragraph():
            return _paragraph(block)
        case Grid(table=table):
            return _table(table)
        case _:
            return f"<figure>{svg(block)}<figcaption>{_cites(block.facts)}</figcaption></figure>\n"


def _paragraph(block: Paragraph) -> str:
    cites = _cites(block.cites)
    match block.tone:
        case "quoted":
            parts = "".join(f"<p>{html(part)}</p>" for part in block.text.splitlines() if part.strip())
            by = html(block.by or "author not recorded")
            return f"<blockquote>{parts}<footer>{by} {cites}</footer></blockquote>\n"
        case "told":
            return f'<p class="told">{html(block.text)} {cites}</p>\n'
        case "open":
            return f'<p class="open">{html(block.text)} {cites}</p>\n'
    return f"<p>{html(block.text)} {cites}</p>\n"


def _cites(facts: tuple[str, ...]) -> str:
    links = ", ".join(f'<a href="#{html(fact)}">{html(fact)}</a>' for fact in facts)
    return f'<span class="cite">[{links}]</span>' if links else ""


def _table(table: Table) -> str:
    cited = any(row.facts for row in table.rows)
    head = "".join(f"<th>{html(column)}</th>" for column in (*table.columns, *(["Facts"] * cited)))
    rows = []
    for row in table.rows:
        cells = [
            f'<td data-label="{html(column)}">{html(cell)}</td>'
            for column, cell in zip(table.columns, row.cells, strict=True)
        ]
        cells += [f'<td data-label="Facts">{_cites(row.facts)}</td>'] * cited
        anchor = f' id="{html(row.cells[0])}"' if table.columns[0] == "Fact" else ""
        rows.append(f"<tr{anchor}>{''.join(cells)}</tr>\n")
    return (
        f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{"".join(rows)}</tbody></table></div>\n'
    )
