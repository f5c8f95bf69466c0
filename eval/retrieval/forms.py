"""The documents of the corpus, written from Markdown in the form that each has: md, txt, html, pdf or docx."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown_it import MarkdownIt


def written(source: str, form: str) -> bytes:
    """Return a document's file."""
    return _FORMS[form](source)


def _markdown(source: str) -> bytes:
    return source.encode()


def _text(source: str) -> bytes:
    """Return plain text whose headings are underlined."""

    def underlined(found: re.Match[str]) -> str:
        return f"{found.group(2)}\n{('=' if found.group(1) == '#' else '-') * len(found.group(2))}"

    return re.sub(r"^(#+) (.+)$", underlined, source, flags=re.MULTILINE).encode()


def _html(source: str) -> bytes:
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    page = f"<!doctype html><html><head><title>Intranet</title><style>p {{}}</style></head><body><nav>Home</nav>{body}"
    return f"{page}<script>var hidden = 'script';</script></body></html>".encode()


def _docx(source: str) -> bytes:
    import docx

    document = docx.Document()
    for kind, text in _blocks(source):
        if kind == "table":
            rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
            _table(document, [row for row in rows if not set("".join(row)) <= set("- ")])
        elif kind.startswith("#"):
            document.add_heading(text, 0 if kind == "#" else 1)
        else:
            document.add_paragraph(text, style=kind or None)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text


def _pdf(source: str) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles, story, number = getSampleStyleSheet(), [], 0
    for kind, text in _blocks(source):
        if kind == "table":
            story += [Paragraph(line, styles["Normal"]) for line in text.splitlines()]
            continue
        if kind == "##":
            number += 1
            text = f"{number}. {text}"
        story.append(Paragraph(text, styles["Title" if kind == "#" else "Heading2" if kind == "##" else "Normal"]))
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(story)
    return out.getvalue()


def _blocks(source: str) -> Iterator[tuple[str, str]]:
    """Yield `#` or `##` with a heading, `table` with its lines, a list's style with an item, and paragraphs."""
    for block in re.split(r"\n\n+", source.strip()):
        heading = re.match(r"(#+) (.+)", block)
        if heading:
            yield heading.group(1), heading.group(2)
        elif block.startswith("|"):
            yield "table", block
        elif re.match(r"\d\. ", block):
            yield from (("List Number", " ".join(item.split())) for item in re.split(r"(?m)^\d\. ", block) if item)
        else:
            yield "", " ".join(block.split())


_FORMS: dict[str, Callable[[str], bytes]] = {
    "md": _markdown,
    "txt": _text,
    "html": _html,
    "docx": _docx,
    "pdf": _pdf,
}
