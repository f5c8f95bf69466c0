"""Text in one form for all ways to write it, with the way back to the original's characters."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from askreg.agent.guard.lazy import Lazy

# Letters that no decomposition takes apart.
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "Ae", "ß": "ss", "ẞ": "SS"}
)
_QUOTES = "’‘ʼ＇`´′"
_BLANKS = "\u2800\u3164\u115f\u1160\uffa0"
_SPACED = Lazy(r"(?<!\S)\S(?: {1,6}\S){4,}(?!\S)")
_DOTTED = Lazy(r"(?<!\w)[^\W_]([._*|~+-])[^\W_](?:\1[^\W_]){3,}(?!\w)")


@dataclass(frozen=True)
class Normal:
    """A normalised text; `origin[i]` is where its i-th character stands in the original."""

    text: str
    """Case is kept; accents, invisible characters and other forms of a letter or digit are not."""
    origin: list[int]

    @cached_property
    def folded(self) -> str:
        """Return the text in lower case, of the same length."""
        lower = self.text.lower()
        return lower if len(lower) == len(self.text) else "".join(c.lower()[:1] for c in self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the original a span of this text stands."""
        return self.origin[start], self.origin[end - 1] + 1


def normal(text: str) -> Normal:
    """Return a text in one form; letters and digits that were set apart ("1 2 3 - 4 5") are joined."""
    if text.isascii():
        plain = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", text)
        return _joined(Normal(plain, list(range(len(plain)))))
    characters: list[str] = []
    origin: list[int] = []
    for i, original in enumerate(text):
        for c in _plain(original):
            characters.append(c)
            origin.append(i)
    return _joined(Normal("".join(characters), origin))


def fold(word: str) -> str:
    """Return a word in lower case, without accents."""
    return word.lower() if word.isascii() else "".join(c for o in word for c in _plain(o)).lower()


def _plain(original: str) -> str:
    if original.isascii():
        return original if original >= " " or original == "\n" else " "
    kept = []
    for c in unicodedata.normalize("NFKD", original.translate(_PLAIN)):
        kind = unicodedata.category(c)
        if c in _BLANKS or kind in ("Zs", "Zl", "Zp", "Cc"):
            kept.append(" ")
        elif kind in ("Mn", "Me", "Cf"):
            continue
        elif kind == "Pd" or c == "−":
            kept.append("-")
        elif c in _QUOTES:
            kept.append("'")
        elif kind == "Nd":
            kept.append(str(unicodedata.decimal(c)))
        else:
            kept.append(c)
    return "".join(kept)


def _joined(found: Normal) -> Normal:
    """Join characters that stand alone, five or more in a row; the widest gaps between them part words."""
    drop: set[int] = set()
    for run in _SPACED.finditer(found.text):
        gaps = [*re.finditer(" +", run.group())]
        least = min(len(gap.group()) for gap in gaps)
        for gap in gaps:
            keep = 0 if len(gap.group()) == least else 1
            drop.update(range(run.start() + gap.start() + keep, run.start() + gap.end()))
    for run in _DOTTED.finditer(found.text):
        drop.update(range(run.start() + 1, run.end(), 2))
    if not drop:
        return found
    kept = [i for i in range(len(found.text)) if i not in drop]
    return Normal("".join(found.text[i] for i in kept), [found.origin[i] for i in kept])
