"""Which words of a chunk to quote: whole sentences, list items or tables, next to each other, verbatim."""

from __future__ import annotations

import re
from collections.abc import Mapping

from askreg.library.chunking import Chunk, blocks, sentences
from askreg.library.lexical import stems

_ROOM = 420
"""Characters that a quote may have, a single sentence or table apart."""
_TABLE = 900
"""Characters of a table that is quoted whole; of a longer one, the row."""

Span = tuple[int, int]
_MARKER = re.compile(r"(?:\s*(?:[-*+•]|\d{1,2}[.)])\s+)?")


def units(text: str, chunk: Chunk) -> list[Span]:
    """Return the spans of what can be quoted of a chunk, in order; headings are not."""
    found: list[Span] = []
    body = text[chunk.start : chunk.end]
    for block in blocks(body):
        start, end = chunk.start + block.start, chunk.start + block.end
        if block.kind == "heading":
            continue
        if block.kind == "list":
            start = chunk.start + block.start + _MARKER.match(body[block.start : block.end]).end()  # type: ignore[union-attr]
        if block.kind in ("paragraph", "list"):
            found += sentences(text, start, end)
        elif block.kind == "table" and end - start > _TABLE:
            found += _rows(text, start, end)
        else:
            found.append((start, end))
    return [span for span in (_trimmed(text, *span) for span in found) if span[0] < span[1]]


def quote(text: str, chunk: Chunk, weights: Mapping[str, float]) -> Span:
    """Return what to quote of a chunk for a question whose stems weigh so much: all of it where that is short."""
    spans = units(text, chunk)
    if not spans:
        return _trimmed(text, chunk.start, chunk.end)
    if spans[-1][1] - spans[0][0] <= _ROOM:
        return spans[0][0], spans[-1][1]
    rows = [text.startswith("|", start) for start, _ in spans]
    worth = [_worth(text[start:end], weights) for start, end in spans]
    best = max(range(len(spans)), key=lambda i: (worth[i], -i))
    first = last = best
    while True:
        # A table's rows are not run together with the words around them.
        before = worth[first - 1] if first and rows[first - 1] == rows[best] else -1.0
        after = worth[last + 1] if last + 1 < len(spans) and rows[last + 1] == rows[best] else -1.0
        wider = (first - 1, last) if before > after else (first, last + 1)
        if max(before, after) < 0 or spans[wider[1]][1] - spans[wider[0]][0] > _ROOM:
            return spans[first][0], spans[last][1]
        first, last = wider


def within(text: str, chunk: Chunk, span: Span) -> Span:
    """Return the whole sentences, items or rows of a chunk that a span lies in; of a heading, its line."""
    touched = [unit for unit in units(text, chunk) if unit[0] < span[1] and span[0] < unit[1]]
    if touched:
        return min(touched[0][0], span[0]), max(touched[-1][1], span[1])
    end = text.find("\n", span[1])
    return text.rfind("\n", 0, span[0]) + 1, len(text) if end < 0 else end


def _worth(text: str, weights: Mapping[str, float]) -> float:
    return sum(weights.get(stem, 0.0) for stem in set(stems(text)))


def _rows(text: str, start: int, end: int) -> list[Span]:
    rows, at = [], start
    for line in text[start:end].splitlines(keepends=True):
        if line.strip(" |:-\n"):
            rows.append((at, at + len(line)))
        at += len(line)
    return rows


def _trimmed(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
