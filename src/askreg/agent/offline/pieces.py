"""A question cut into pieces: runs of letters and digits with what separates them."""

import re
import unicodedata
from dataclasses import dataclass

_PIECE = re.compile(r"[^\W_]+", re.UNICODE)
_APOSTROPHE = "'’ʼ`"
_CONTRACTIONS = (
    (re.compile(r"\b(what|who|where|when|how|which|that|it|there|why)['’]s\b", re.I), r"\1 is"),
    (re.compile(r"\b(what|who|where|when|how|which|that|it|there|why)['’]re\b", re.I), r"\1 are"),
    (re.compile(r"\b(is|are|was|were|do|does|did|has|have|had|could|would|should)n['’]t\b", re.I), r"\1 not"),
    (re.compile(r"\b(who|what|which|that|i|we|they|you)['’](ve|d|ll)\b", re.I), r"\1 "),
    (re.compile(r"\bcan['’]t\b", re.I), "can not"),
    (re.compile(r"\bwhats\b", re.I), "what is"),
    (re.compile(r"\bwhos\b", re.I), "who is"),
    (re.compile(r"\bwheres\b", re.I), "where is"),
    (re.compile(r"\bwhens\b", re.I), "when is"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of letters and digits of the question."""

    text: str
    folded: str
    start: int
    end: int
    before: str
    """What separates it from the piece before: a space, a hyphen, `'`, and so on."""


def fold(text: str) -> str:
    """Return `text` as it is compared: lower case, no accents, no ligatures."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss").replace("ø", "o"))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def key(text: str) -> str:
    """Return the form under which a name is looked up: its letters and digits only."""
    return "".join(_PIECE.findall(fold(text)))


def words_of(name: str) -> list[str]:
    """Return the pieces of a name, folded."""
    return _PIECE.findall(fold(name))


def plain(question: str) -> str:
    """Return the question with contractions spelled out and typographic marks made plain."""
    text = unicodedata.normalize("NFC", question).replace("’", "'").replace("“", '"').replace("”", '"')
    text = text.replace("–", "-").replace("—", " - ").replace("‑", "-").replace("\u00a0", " ")
    for pattern, spelled in _CONTRACTIONS:
        text = pattern.sub(spelled, text)
    return text


def cut(question: str) -> list[Piece]:
    """Return the pieces of a question."""
    pieces: list[Piece] = []
    end = 0
    for found in _PIECE.finditer(question):
        before = question[end : found.start()]
        pieces.append(Piece(found.group(), fold(found.group()), found.start(), found.end(), before))
        end = found.end()
    return pieces


def possessive(piece: Piece) -> bool:
    """Return whether the piece is the `s` of a possessive."""
    return piece.folded == "s" and piece.before in set(_APOSTROPHE)
