"""A card as a PDF that says the same each time it is written; its font is embedded, so that names print as they are."""

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from askreg.errors import InvalidInput
from askreg.reports.cards.catalogue import data
from askreg.reports.cards.content import Table
from askreg.reports.cards.layout import Block, Document, Grid, Paragraph, Section
from askreg.reports.cards.plot import Plot
from askreg.reports.cards.text import visible

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

_FONT = "DejaVuSans"
_INK, _DIM, _LINE, _SOFT, _OPEN = "#1b1f24", "#57606a", "#c4ccd4", "#eef1f4", "#8a4b00"
_MARGIN, _NARROWEST = 40, 16
"""Points: around a page, and of a column."""
_POINTS = 50
"""Cohorts that are drawn on one page."""
_LONGEST = 40
"""Characters beyond which a column's texts claim no more room."""


def write(document: Document) -> bytes:
    """Return the PDF; a character that the font lacks is written as its number, and the first page says so."""
    try:
        from reportlab.lib.pagesizes import A4
        from reportlab.platypus import SimpleDocTemplate
    except ImportError:
        raise InvalidInput("PDF cards need more packages: pip install 'askreg[cards]'") from None
    writer = _Writer(A4[0] - 2 * _MARGIN)
    story = [flowable for section in document.sections for flowable in writer.section(section)]
    story = [*writer.head(document), *story]
    out = io.BytesIO()
    margins = {f"{side}Margin": _MARGIN for side in ("left", "right", "top", "bottom")}
    template = SimpleDocTemplate(
        out, pagesize=A4, title=visible(document.title), author="askreg", lang="en", invariant=1, **margins
    )
    foot = f"{visible(document.card.subject)}   as of {document.card.as_of}   {document.card.content}"
    template.build(story, onFirstPage=_footer(foot), onLaterPages=_footer(foot))
    return out.getvalue()


class _Writer:
    """Turns blocks into flowables of one width, and keeps what the font could not write."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.lacking: set[str] = set()

    def head(self, document: Document) -> Iterator[Any]:
        yield self._said(document.title, "title")
        for name, value in document.facts:
            yield self._said(f"{name}: {value}", "small")
        if self.lacking:
            listed = ", ".join(f"U+{ord(character):04X}" for character in sorted(self.lacking))
            yield self._said(
                f"Characters that the font of this document lacks are written as numbers: {listed}", "open"
            )

    def section(self, section: Section) -> Iterator[Any]:
        yield self._said(section.title, "section")
        for item in section.items:
            if item.label:
                yield self._said(item.label, "label")
            for block in item.blocks:
                yield from self._block(block)

    def _block(self, block: Block) -> Iterator[Any]:
        match block:
            case Paragraph():
                yield from self._paragraph(block)
            case Grid(table=table):
                yield self._table(table)
            case _:
                for start in range(0, len(block.points), _POINTS):
                    yield self._plot(replace(block, points=block.points[start : start + _POINTS]))

    def _paragraph(self, block: Paragraph) -> Iterator[Any]:
        quoted = block.tone == "quoted"
        style = {"quoted": "quote", "told": "said", "said": "said", "open": "open"}[block.tone]
        parts = [part for part in visible(block.text).split("\n") if part.strip()] or [""]
        for number, part in enumerate(parts, 1):
            yield self._said(part, style, block.cites if number == len(parts) and not quoted else ())
        if quoted:
            yield self._said(f"— {block.by or 'author not recorded'}", "source", block.cites)

    def _said(self, text: str, style: str, cites: tuple[str, ...] = ()) -> Any:
        from reportlab.platypus import Paragraph as Flowable

        cited = f' <font size="6.5" color="{_DIM}">[{escape(", ".join(cites))}]</font>' if cites else ""
        return Flowable(f"{escape(self._writable(text))}{cited}", _styles()[style])

    def _writable(self, text: str) -> str:
        shown = visible(text)
        known = _glyphs()
        if all(character in known for character in shown):
            return shown
        self.lacking.update(character for character in shown if character not in known and not character.isspace())
        return "".join(c if c in known else " " if c.isspace() else f"[U+{ord(c):04X}]" for c in shown)

    def _table(self, table: Table) -> Any:
        from reportlab.platypus import LongTable

        cited = any(row.facts for row in table.rows)
        lines = [[*table.columns, *(["Facts"] * cited)]]
        lines += [[*row.cells, *([", ".join(row.facts)] * cited)] for row in table.rows]
        cells = [
            [self._said(cell, "head" if not index else "cell") for cell in line] for index, line in enumerate(lines)
        ]
        rules = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
            ("BACKGROUND", (0, 0), (-1, 0), _SOFT),
            *((f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
        ]
        return LongTable(cells, colWidths=self._widths(lines), repeatRows=1, splitInRow=1, style=rules, spaceAfter=6)

    def _widths(self, lines: list[list[str]]) -> list[float]:
        """Return the columns' widths: in proportion to their longest text, none too narrow."""
        longest = [min(_LONGEST, max(len(line[index]) for line in lines)) + 2 for index in range(len(lines[0]))]
        room = self.width - _NARROWEST * len(longest)
        return [_NARROWEST + room * each / sum(longest) for each in longest]

    def _plot(self, plot: Plot) -> "Drawing":
        from reportlab.graphics.shapes import Circle, Drawing, Line, String

        names, row, track = 150.0, 13.0, self.width - 170.0
        height = row * (len(plot.points) + 2) + 8
        drawing = Drawing(self.width, height)

        def text(x: float, y: float, said: str, size: float = 7, anchor: str = "start") -> None:
            shown = self._writable(said)
            drawing.add(String(x, y, shown, fontName=_FONT, fontSize=size, textAnchor=anchor))

        text(0, height - 9, plot.title, 8)
        for index, point in enumerate(plot.points):
            y = height - row * (index + 2)
            text(0, y - 2, point.cohort if len(point.cohort) <= 34 else f"{point.cohort[:33]}…")
            drawing.add(Line(names, y, names + track, y, strokeColor=_colour(_LINE), strokeWidth=0.4))
            if point.low is not None and point.high is not None:
                ends = (names + track * point.low, y, names + track * point.high, y)
                drawing.add(Line(*ends, strokeColor=_colour(_INK), strokeWidth=1.4))
            solid = _colour(_INK if point.low is not None else "#ffffff")
            drawing.add(Circle(names + track * point.at, y, 2.6, fillColor=solid, strokeColor=_colour(_INK)))
        text(names, 2, plot.low)
        text(names + track, 2, plot.high, anchor="end")
        return drawing


def _footer(text: str) -> Any:
    def draw(canvas: Any, template: Any) -> None:
        canvas.saveState()
        canvas.setFont(_FONT, 6)
        canvas.setFillColor(_colour(_DIM))
        canvas.drawString(_MARGIN, _MARGIN / 2, text)
        canvas.drawRightString(template.pagesize[0] - _MARGIN, _MARGIN / 2, f"page {canvas.getPageNumber()}")
        canvas.restoreState()

    return draw


def _colour(code: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(code)


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    _glyphs()  # the font has to be there first

    def style(name: str, size: float, colour: str = _INK, **more: float) -> Any:
        shape = {"fontName": _FONT, "fontSize": size, "leading": size * 1.35, "textColor": _colour(colour), **more}
        return ParagraphStyle(name, splitLongWords=1, **shape)

    return {
        "title": style("title", 16, spaceAfter=6),
        "section": style("section", 12.5, spaceBefore=12, spaceAfter=3, keepWithNext=1),
        "label": style("label", 9, _DIM, spaceBefore=6, spaceAfter=1, keepWithNext=1),
        "said": style("said", 9, spaceAfter=1),
        "quote": style("quote", 9, leftIndent=10, spaceAfter=1),
        "source": style("source", 7, _DIM, leftIndent=10, spaceAfter=3),
        "open": style("open", 9, _OPEN, spaceAfter=2),
        "small": style("small", 7.5, _DIM),
        "cell": style("cell", 6.6),
        "head": style("head", 6.6, _DIM),
    }


@cache
def _glyphs() -> frozenset[str]:
    """Register the font; return the characters that it can write."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font: Any = TTFont(_FONT, io.BytesIO(data("fonts/DejaVuSans.ttf")))
    pdfmetrics.registerFont(font)
    return frozenset(map(chr, font.face.charToGlyph))
