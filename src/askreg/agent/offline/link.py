"""From a question to items: names of the registry, words that mean something here, dates, numbers, and the unknown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from rapidfuzz import process
from rapidfuzz.distance import OSA

from askreg.agent.offline import dates, words
from askreg.agent.offline.dates import Span
from askreg.agent.offline.entities import Entity, EntityKind
from askreg.agent.offline.idioms import spelled_out
from askreg.agent.offline.lexicon import Lexicon, edits, slip
from askreg.agent.offline.pieces import Piece, cut, plain, words_of
from askreg.agent.offline.words import Word

_NUMBER = re.compile(
    r"(?<![\w.:@/-])\d{1,3}(?:,\d{3})+(?![\w])|(?<![\w.:@/-])\d*\.?\d+ ?%|(?<![\w.:@/-])\d+\.\d+(?![\w.-]*\w)"
)
_HEX = re.compile(r"\b(?:sha256:)?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,64}\b", re.I)
_URL = re.compile(r"\b[a-z][a-z0-9+]*://\S+", re.I)
_PAIRS = re.compile(r"(?<![\w=,])[a-z_][\w.-]*=[^\s,;?!=()]+(?:, ?[a-z_][\w.-]*=[^\s,;?!=()]+)*", re.I)
_JOINT = re.compile(r"[-_.]")
_VERSION = re.compile(r"v(?:er)?(\d+)", re.I)
_ORDINAL_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
                  "ten": 10}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A run of pieces read as one thing; it may have several senses."""

    text: str
    first: int
    last: int
    before: str = " "
    """What separates it from the item before."""
    entities: tuple[Entity, ...] = ()
    words: tuple[Word, ...] = ()
    date: Span | None = None
    number: float | None = None
    version: int | None = None
    """A number written as a version's: `v3`."""
    literal: str | None = None
    """A digest or commit."""
    corrected: bool = False

    def word(self, category: str, *senses: str) -> Word | None:
        """Return its sense in a category (one of `senses`, if given)."""
        return next((w for w in self.words if w.category == category and (not senses or w.sense in senses)), None)

    def entity(self, *kinds: EntityKind) -> Entity | None:
        """Return its first reading as an entity of one of these kinds."""
        return next((e for e in self.entities if e.kind in kinds), None)

    @property
    def unknown(self) -> bool:
        """Whether it is nothing that is known here."""
        return (
            not (self.entities or self.words or self.date or self.literal)
            and self.number is None
            and (self.version is None)
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """A question and its items."""

    text: str
    items: tuple[Item, ...]
    dates: tuple[Span, ...] = field(default=())


def link(question: str, lexicon: Lexicon, now: datetime) -> Linked:
    """Return the question's items: the segmentation that explains most in the longest pieces."""
    text = spelled_out(plain(question))
    pieces = cut(text)
    spans = dates.find(text, now)
    segments = _segments(pieces, text, spans, lexicon)
    items = _best(pieces, text, segments)
    return Linked(text, tuple(items), tuple(spans))


def _segments(
    pieces: list[Piece], text: str, spans: list[Span], lexicon: Lexicon
) -> dict[int, list[tuple[float, Item]]]:
    table: dict[int, list[tuple[float, Item]]] = {}
    covered = [False] * len(pieces)

    def put(item: Item, score: float) -> None:
        table.setdefault(item.first, []).append((score, item))
        covered[item.first : item.last] = [True] * (item.last - item.first)

    for first in range(len(pieces)):
        for last in range(min(len(pieces), first + max(lexicon.longest, words.LONGEST)), first, -1):
            item, score = _known(pieces, first, last, text, lexicon)
            if item:
                put(item, score)
    for first, last, span in _placed(pieces, spans):
        put(_item(pieces, first, last, text, date=span), 1.28 * (last - first))
    for item in _pairs(pieces, text, lexicon):
        put(item, 1.5 * (item.last - item.first))
    for item in _literals(pieces, text):
        put(item, 1.3 * (item.last - item.first))
    for index in range(len(pieces)):
        found = _single(pieces, index, text)
        if found:
            put(found, 1.0)
    for item, score in _guesses(pieces, text, covered, lexicon):
        table.setdefault(item.first, []).append((score, item))
    return table


def _item(pieces: list[Piece], first: int, last: int, text: str, **given: object) -> Item:
    return Item(text[pieces[first].start : pieces[last - 1].end], first, last, pieces[first].before, **given)  # type: ignore[arg-type]


def _known(pieces: list[Piece], first: int, last: int, text: str, lexicon: Lexicon) -> tuple[Item | None, float]:
    run = tuple(p.folded for p in pieces[first:last])
    if any(
        set(p.before) & set(",;?!()") or (". " in p.before and not _short(b))
        for b, p in zip(pieces[first:last], pieces[first + 1 : last], strict=False)
    ):
        return None, 0.0
    senses = words.senses(run) if all(set(p.before) <= {" ", "-", "'"} for p in pieces[first + 1 : last]) else []
    entities = lexicon.lookup(run)
    if length_of_colon(pieces[first + 1 : last]):
        entities = [e for e in entities if ":" in e.name or (run[0] == "person" and e.kind == "person")]
    if len(run) == 1 and senses and all(w.category in ("det", "prep", "aux", "wh", "conj", "pron") for w in senses):
        entities = []
    if not senses and not entities:
        return None, 0.0
    length = last - first
    score = length + 0.3 * (length - 1) + (0.15 if entities else 0.0)
    if length > 1 and not entities and all(w.category == "filler" for w in senses):
        score -= 0.2
    return _item(pieces, first, last, text, entities=tuple(entities), words=tuple(senses)), score


def _short(piece: Piece) -> bool:
    """Whether a full stop after it may mark an abbreviation: `St. Brannoc`, `G. Obi`."""
    return piece.folded in ("st", "dr", "prof", "mr", "mrs", "ms") or (len(piece.text) == 1 and piece.text.isalpha())


def length_of_colon(pieces: list[Piece]) -> bool:
    """Whether a colon joins the pieces: then only what is written with one can be meant."""
    return any(":" in p.before for p in pieces)


def _placed(pieces: list[Piece], spans: list[Span]) -> Iterator[tuple[int, int, Span]]:
    for span in spans:
        inside = [i for i, p in enumerate(pieces) if p.start >= span.start and p.end <= span.end]
        if inside:
            yield inside[0], inside[-1] + 1, span


def _pairs(pieces: list[Piece], text: str, lexicon: Lexicon) -> Iterator[Item]:
    """Yield cohorts and tags as they are stored: `sex=female,age=65+`, `tier=high`."""
    for found in _PAIRS.finditer(text):
        inside = [i for i, p in enumerate(pieces) if p.start >= found.start() and p.end <= found.end()]
        entity = lexicon.pairs(found.group().rstrip(".:"))
        if inside and entity is not None:
            yield _item(pieces, inside[0], inside[-1] + 1, text, entities=(entity,))


def _literals(pieces: list[Piece], text: str) -> Iterator[Item]:
    for found in _NUMBER.finditer(text):
        inside = [i for i, p in enumerate(pieces) if p.start >= found.start() and p.end <= found.end()]
        if inside:
            raw = found.group().replace(",", "")
            number = float(raw.rstrip("% ")) / (100 if raw.endswith("%") else 1)
            yield _item(pieces, inside[0], inside[-1] + 1, text, number=number)
    for found in _URL.finditer(text):
        inside = [i for i, p in enumerate(pieces) if p.start >= found.start() and p.end <= found.end()]
        if len(inside) > 1:
            yield _item(pieces, inside[0], inside[-1] + 1, text, literal=found.group().rstrip("?.,;"))
    for found in _HEX.finditer(text):
        inside = [i for i, p in enumerate(pieces) if p.start >= found.start() and p.end <= found.end()]
        if inside:
            yield _item(pieces, inside[0], inside[-1] + 1, text, literal=found.group().lower())


def _single(pieces: list[Piece], index: int, text: str) -> Item | None:
    piece = pieces[index]
    if piece.folded.isdigit():
        return _item(pieces, index, index + 1, text, number=float(piece.folded))
    version = _VERSION.fullmatch(piece.folded)
    if version:
        return _item(pieces, index, index + 1, text, version=int(version.group(1)))
    if piece.folded in _ORDINAL_WORDS and not words.senses((piece.folded,)):
        return _item(pieces, index, index + 1, text, number=float(_ORDINAL_WORDS[piece.folded]))
    return None


def _guesses(pieces: list[Piece], text: str, covered: list[bool], lexicon: Lexicon) -> Iterator[tuple[Item, float]]:
    """Yield what unknown pieces may be: a topic, a name or a word with typing errors."""
    for index, piece in enumerate(pieces):
        if covered[index]:
            continue
        topic = lexicon.topic(piece.folded)
        if topic:
            yield _item(pieces, index, index + 1, text, entities=(topic,)), 0.9
        else:
            named = index > 0 and piece.text[0].isupper() and not text.isupper()
            word = None if named else _word_near(piece.folded)
            if word:
                yield _item(pieces, index, index + 1, text, words=tuple(word), corrected=True), 0.8
        for first, last in _around(pieces, index, covered):
            run = [p.folded for p in pieces[first:last]]
            found = [(e, d) for e, d in lexicon.near("".join(run)) if not _piece_more(run, e)]
            if found:
                nearest = min(distance for _, distance in found)
                entities = _unique(e for e, distance in found if distance == nearest)
                typed = text[pieces[first].start : pieces[last - 1].end]
                entities = tuple(replace(e, typed=typed) for e in entities)
                length = last - first
                score = length + 0.3 * (length - 1) - 0.15 * nearest
                yield _item(pieces, first, last, text, entities=entities, corrected=True), score


def _piece_more(run: list[str], entity: Entity) -> bool:
    """Whether the one has a whole piece more than the other: `ct-lung-b` is no misspelt `ct-lung`."""
    named = words_of(entity.name)
    less, more = sorted((run, named), key=lambda pieces: len("".join(pieces)))
    return any("".join(less) == "".join(more[:i] + more[i + 1 :]) for i in range(len(more)))


def _unique(entities: Iterator[Entity]) -> tuple[Entity, ...]:
    return tuple(dict.fromkeys(entities))


def _around(pieces: list[Piece], index: int, covered: list[bool]) -> Iterator[tuple[int, int]]:
    """Yield the runs around an unknown piece that may be one misspelt name."""
    for first in range(max(0, index - 3), index + 1):
        for last in range(index + 1, min(len(pieces), index + 4) + 1):
            inside = range(first, last)
            glued = all(_JOINT.fullmatch(pieces[i].before) for i in inside if i > first)
            spaced = all(pieces[i].before in (" ", "-") for i in inside if i > first)
            content = all(not covered[i] for i in inside)
            if glued or (spaced and content):
                yield first, last


def _content(piece: str) -> bool:
    return not words.senses((piece,))


def _word_near(piece: str) -> list[Word] | None:
    if len(piece) < 4 or any(c.isdigit() for c in piece):
        return None
    found = [
        (c, d, i) for c, d, i in process.extract(piece, words.CORRECTABLE, scorer=OSA.distance, score_cutoff=2, limit=8)
        # Another ending is another word: `classified` is no `classifier`.
        if not (len(c) == len(piece) and c[:-1] == piece[:-1]) and not (c[0] != piece[0] and c[1:] == piece[1:])
        and slip(piece, c)
    ]  # fmt: skip
    near = [(c, d) for c, d, _ in found if d <= min(2, edits(max(piece, c, key=len))) and words.senses((c,))]
    if not near:
        return None
    least = min(d for _, d in near)
    best = [words.senses((c,)) for c, d in near if d == least]
    same_start = [words.senses((c,)) for c, d in near if d == least and c[0] == piece[0]]
    return (same_start or best)[0]


def _best(pieces: list[Piece], text: str, segments: dict[int, list[tuple[float, Item]]]) -> list[Item]:
    """Return the items of the best segmentation (dynamic programming from the end)."""
    count = len(pieces)
    best: list[tuple[float, Item | None]] = [(0.0, None)] * (count + 1)
    for first in range(count - 1, -1, -1):
        choice = (best[first + 1][0] - 0.2, _item(pieces, first, first + 1, text))
        for score, item in segments.get(first, []):
            total = score + best[item.last][0]
            if total > choice[0] + 1e-9:
                choice = (total, item)
        best[first] = choice
    items: list[Item] = []
    at = 0
    while at < count:
        item = best[at][1]  # type: ignore[assignment]
        assert item is not None
        items.append(_merged(item, segments))
        at = item.last
    return items


def _merged(item: Item, segments: dict[int, list[tuple[float, Item]]]) -> Item:
    """Return the item with the senses of the others over the same pieces."""
    for _, other in segments.get(item.first, []):
        if other.last != item.last or other is item:
            continue
        item = replace(
            item,
            entities=item.entities or other.entities,
            words=item.words or other.words,
            date=item.date or other.date,
            number=item.number if item.number is not None else other.number,
            version=item.version if item.version is not None else other.version,
        )
    return item
