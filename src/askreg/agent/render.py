"""From a draft to text: values go in, and each sentence, list item and table row becomes a claim."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from askreg.agent import derive
from askreg.agent.draft import Use, parse
from askreg.errors import InvalidInput

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+|#{1,6}\s+|>\s+")
_RULE = re.compile(r"[\s|:-]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[”\"')*_]*\s+(?=[^\sa-z])")
_ABBREVIATION = re.compile(r"(?i)\b(?:e\.g|i\.e|vs|no|approx|cf|resp|incl)\.\W*$")

_LONGEST = 3_000
"""Characters that a claim may have besides its placeholders."""

# What Markdown would fetch, follow or obey, when a brain types it.
_UNWANTED = (
    (re.compile(r"!?\[([^\]]{0,500})\]\([^)]{0,2000}\)"), r"\1"),
    (re.compile(r"!?\[([^\]]{0,500})\]\[[^\]]{0,500}\]"), r"\1"),
    (re.compile(r"<[A-Za-z/!?][^<>]*>"), ""),
    (re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)\S+"), "(a link that was left out)"),
)


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a placeholder's text is in its claim."""

    use: Use
    text: str
    start: int
    end: int
    code: bool
    """Whether it stands in a code span, where nothing is escaped."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A claim with all that is needed to check it."""

    text: str
    kind: str
    """`sentence`, `item`, `heading`, `header` (a table's first row) or `row`."""
    block: int
    """Number of the paragraph, list or table it stands in."""
    landings: tuple[Landing, ...] = ()

    @property
    def facts(self) -> list[str]:
        """Return the ids of the facts it rests on, in order of use."""
        return list(dict.fromkeys(id for landing in self.landings for id in landing.use.facts))


@dataclass(slots=True)
class Rendered:
    """An answer's text and the claims it consists of."""

    text: str
    passages: list[Passage] = field(default_factory=list)


def render(template: str, facts: derive.Facts) -> Rendered:
    """Return the text with every placeholder's value; raises `InvalidInput` for one that cannot be had."""
    uses: list[Use] = []
    marked = ""
    for piece in parse(template):
        if isinstance(piece, Use):
            marked += f"{_OPEN}{len(uses)}{_CLOSE}"
            uses.append(piece)
        else:
            marked += piece.replace(_OPEN, "").replace(_CLOSE, "")
    result = Rendered("")
    for kind, block, text in _segments(_sanitized(marked)):
        if not kind:
            result.text += text
            continue
        passage = _filled(kind, block, text, uses, facts)
        result.text += passage.text
        if passage.text.strip():
            result.passages.append(passage)
    result.text = result.text.strip()
    return result


def _sanitized(text: str) -> str:
    for pattern, instead in _UNWANTED:
        text = pattern.sub(instead, text)
    return text


def _filled(kind: str, block: int, text: str, uses: list[Use], facts: derive.Facts) -> Passage:
    if len(_MARK.sub("", text)) > _LONGEST:
        raise InvalidInput(f"a sentence, item or row of the draft has more than {_LONGEST} characters of its own")
    filled, end, landings = "", 0, []
    for mark in _MARK.finditer(text):
        filled += text[end : mark.start()]
        end = mark.end()
        use = uses[int(mark.group(1))]
        code = (filled.count("`") - filled.count("\\`")) % 2 == 1
        value = derive.evaluate(use, facts, code=code)
        landings.append(Landing(use, value, len(filled), len(filled) + len(value), code))
        filled += value
    return Passage(filled + text[end:], kind, block, tuple(landings))


def _segments(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield (kind, block, text): claims of a kind, and with no kind what stands between them."""
    block, paragraph, table = 0, "", False
    for line in text.splitlines(keepends=True):
        body = line.rstrip("\n")
        item = _ITEM.match(body)
        row = body.lstrip().startswith("|")
        if paragraph and (not body.strip() or item or row):
            yield from _sentences(paragraph, block)
            paragraph = ""
        block += not body.strip() or (row != table)
        if not body.strip() or (row and _RULE.fullmatch(body)):
            yield "", block, line
        elif row:
            yield "row" if table else "header", block, body
            yield "", block, line[len(body) :]
        elif item:
            yield "", block, item.group()
            yield "heading" if item.group().startswith("#") else "item", block, body[item.end() :]
            yield "", block, line[len(body) :]
        else:
            paragraph += line
        table = row
    if paragraph:
        yield from _sentences(paragraph, block)


def _sentences(paragraph: str, block: int) -> Iterator[tuple[str, int, str]]:
    start = 0
    for gap in _SENTENCE_END.finditer(paragraph):
        if _ABBREVIATION.search(paragraph[start : gap.start()]):
            continue
        end = gap.end() - len(gap.group()) + len(gap.group().rstrip())
        yield "sentence", block, paragraph[start:end]
        yield "", block, paragraph[end : gap.end()]
        start = gap.end()
    rest = paragraph[start:]
    yield "sentence", block, rest.rstrip("\n")
    yield "", block, rest[len(rest.rstrip("\n")) :]
