"""Cuts a text into chunks along its structure: a chunk lies in one section, and keeps tables and headings whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

CHUNKER = "structure-1"
"""Changes with any change to where chunks begin and end: an index of another is built anew."""

_TARGET = 900
"""Characters after which a section's next block begins a new chunk."""
_LONGEST = 1_400
"""Characters of a paragraph that is kept whole."""

BlockKind = Literal["heading", "table", "code", "list", "paragraph"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, table, list item, code block or paragraph: `text[start:end]`."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a text, `text[start:end]`, and the headings above it, outermost first."""

    start: int
    end: int
    section: tuple[str, ...]


def chunk_id(path: str, content: str, chunk: Chunk) -> str:
    """Return the id of a chunk: the same wherever and whenever the same text of a path is cut the same way."""
    key = f"{path}\n{content}\n{CHUNKER}\n{chunk.start}:{chunk.end}"
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def chunks(text: str) -> list[Chunk]:
    """Return a text's chunks in order; together they hold every block of it."""
    found: list[Chunk] = []
    path: list[tuple[int, str]] = []
    held: list[Block] = []

    def close() -> None:
        if held:
            found.append(Chunk(held[0].start, held[-1].end, tuple(title for _, title in path)))
            held.clear()

    for block in blocks(text):
        if block.kind == "heading":
            # A heading without anything under it stays with the next: it says what that is part of.
            if any(b.kind != "heading" for b in held) or (held and block.level <= held[-1].level):
                close()
            path[:] = [(level, title) for level, title in path if level < block.level]
            path.append((block.level, _heading(text[block.start : block.end])))
            held.append(block)
            continue
        whole = block.kind == "table" and held and held[-1].kind == "paragraph"  # which may be its caption
        if held and held[-1].kind != "heading" and block.end - held[0].start > _TARGET and not whole:
            close()
        for piece in _pieces(text, block):
            if held and held[-1].kind != "heading" and piece.end - held[0].start > _LONGEST and not whole:
                close()
            held.append(piece)
    close()
    return found


_FENCE = re.compile(r"\s*(```|~~~)")
_ATX = re.compile(r"(#{1,6})\s+\S")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+\S")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+[A-Z][^.!?;]{1,80}$")
_CAPITALS = re.compile(r"(?=.{4,70}$)[A-Z][A-Z0-9 ,:/&()-]*[A-Z)]$")
_UNDERLINE = re.compile(r"(=+|-{3,})\s*$")


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text in order."""
    lines = list(_lines(text))
    marked = any(_ATX.match(text[a:b]) for a, b in lines)
    i = 0
    while i < len(lines):
        start, end = lines[i]
        line = text[start:end]
        if not line.strip():
            i += 1
            continue
        level = _level(line, marked)
        if level is None and not marked and i + 1 < len(lines) and line.strip()[:1].isalnum():
            under = _UNDERLINE.match(text[lines[i + 1][0] : lines[i + 1][1]])
            if under and len(line) <= 100:
                yield Block("heading", start, lines[i + 1][1], 1 if under.group(1)[0] == "=" else 2)
                i += 2
                continue
        if level is not None:
            yield Block("heading", start, end, level)
            i += 1
            continue
        kind, last = _extent(text, lines, i, marked)
        yield Block(kind, start, lines[last][1])
        i = last + 1


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line begins and ends, without its end; a form feed ends a line too."""
    for found in re.finditer(r"[^\n\f]+", text):
        yield found.span()
        if text[found.end() : found.end() + 2] == "\n\n":
            yield found.end() + 1, found.end() + 1
        elif text[found.end() : found.end() + 1] == "\f":
            yield found.end(), found.end()


def _level(line: str, marked: bool) -> int | None:
    """Return how deep a heading is, counted from 1; None when the line is none."""
    if atx := _ATX.match(line):
        return len(atx.group(1))
    if marked:
        return None
    stripped = line.strip()
    if numbered := _NUMBERED.match(stripped):
        return 2 + numbered.group(1).count(".")
    return 2 if _CAPITALS.match(stripped) else None


def _extent(text: str, lines: list[tuple[int, int]], i: int, marked: bool) -> tuple[BlockKind, int]:
    """Return the kind of the block that begins at line `i`, and its last line."""

    def line(j: int) -> str:
        return text[lines[j][0] : lines[j][1]]

    last = i
    if fence := _FENCE.match(line(i)):
        while last + 1 < len(lines) and not line(last + 1).strip().startswith(fence.group(1)):
            last += 1
        return "code", min(last + 1, len(lines) - 1)
    if line(i).lstrip().startswith("|"):
        while last + 1 < len(lines) and line(last + 1).lstrip().startswith("|"):
            last += 1
        return "table", last
    kind: BlockKind = "list" if _ITEM.match(line(i)) else "paragraph"
    while last + 1 < len(lines):
        following = line(last + 1)
        ends = not following.strip() or _ITEM.match(following) or following.lstrip().startswith("|")
        if ends or _FENCE.match(following) or _level(following, marked) is not None:
            break
        last += 1
    return kind, last


_SENTENCE = re.compile(r"(?<=[.!?])[”\"')]*\s+(?=[A-Z0-9“\"(])")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|vs|no|approx|cf|resp|incl|Dr|Fig|Tab|et al)\.$", re.IGNORECASE)


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences in a stretch of prose."""
    begin = start
    for gap in _SENTENCE.finditer(text, start, end):
        if _ABBREVIATED.search(text, begin, gap.start()):
            continue
        yield begin, gap.start() + len(gap.group().rstrip())
        begin = gap.end()
    if begin < end:
        yield begin, end


def _pieces(text: str, block: Block) -> Iterator[Block]:
    """Yield a block, or a long paragraph in parts that end with a sentence."""
    if block.kind not in ("paragraph", "list") or block.end - block.start <= _LONGEST:
        yield block
        return
    start = end = block.start
    for first, last in sentences(text, block.start, block.end):
        if last - start > _TARGET and end > start:
            yield Block(block.kind, start, end)
            start = first
        end = last
    yield Block(block.kind, start, block.end)


def _heading(line: str) -> str:
    first = line.strip().splitlines()[0]
    return re.sub(r"^#{1,6}\s+|\s+#+$", "", first).strip()
