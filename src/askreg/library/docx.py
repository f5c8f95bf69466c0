"""The text of a Word document: paragraphs, headings, lists and tables in their order."""

import io
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def read(content: bytes) -> tuple[str, str]:
    """Return the document's text and what read it."""
    import docx

    document = docx.Document(io.BytesIO(content))
    return "\n\n".join(_blocks(document)) + "\n", f"docx-1:python-docx-{version('python-docx')}"


def _blocks(document: Any) -> Iterator[str]:
    for item in document.iter_inner_content():
        text = _table(item) if hasattr(item, "rows") else _paragraph(item)
        if text:
            yield text


def _paragraph(paragraph: Any) -> str:
    text: str = paragraph.text.strip()
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    heading = _HEADING.fullmatch(style)
    if not text:
        return ""
    if style == "Title":
        return f"# {text}"
    if heading:
        return f"{'#' * min(int(heading.group(1)) + 1, 6)} {text}"
    return f"- {text}" if style.startswith("List") else text


def _table(table: Any) -> str:
    rows = [[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows]
    if not rows:
        return ""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, f"|{' --- |' * len(rows[0])}")
    return "\n".join(lines)
