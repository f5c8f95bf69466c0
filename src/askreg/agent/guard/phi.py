"""Finds what may identify a patient. Detection is a gate that fails closed, never a redaction that licenses sending.

Two strengths. What is `certain` is an identifier: a question that holds one is answered from a masked question and
stored as categories and a hash. What is not certain the gate cannot vouch for: enough to send nothing to a cloud.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from askreg.agent.guard import cues, dates, doubts, people, places
from askreg.agent.guard.allowed import Allowed
from askreg.agent.guard.care import BODY, FACE, OF_SOMEONE, OLD
from askreg.agent.guard.kinds import Category
from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.lexicon import is_word
from askreg.agent.guard.normal import fold, normal
from askreg.agent.guard.scan import Hit, Scan
from askreg.agent.guard.shapes import CAPITAL_SHAPES, SHAPES, addresses, matches


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and where in the text."""

    category: Category
    start: int
    end: int
    certain: bool
    """Whether it is an identifier; otherwise it is only something that nothing vouches for."""


class Gate:
    """Looks at texts, knowing the live names of one registry."""

    def __init__(self, names: Collection[str]) -> None:
        """Let `names` pass: those that `askreg.agent.known.names` returns."""
        self._allowed = Allowed(names)

    def findings(self, text: str, *, certain_only: bool = False) -> list[Finding]:
        """Return what may identify a patient, in order; `certain_only` leaves out what would only hold back a cloud."""
        seen = normal(text)
        scan = Scan(seen, self._allowed)
        hits = [hit for hit in _certain(scan) if not scan.allowed(hit.start, hit.end)]
        if not certain_only:
            sure = [(hit.start, hit.end) for hit in hits if hit.certain]
            hits += [hit for hit in doubts.hits(scan, sure) if not scan.allowed(hit.start, hit.end)]
        found = {
            Finding(hit.category, *seen.span(hit.start, hit.end), hit.certain) for hit in hits if hit.end > hit.start
        }
        kept = (f for f in found if not (certain_only and not f.certain))
        return sorted(kept, key=lambda f: (f.start, f.end, f.category, not f.certain))


def _certain(scan: Scan) -> Iterator[Hit]:
    """Yield identifiers, and what in the same places is not certain."""
    for category, found in matches(SHAPES, scan.folded, scan.digits):
        if not _excused(category, found):
            faxed = category == "phone" and "fax" in scan.folded
            yield Hit("fax" if faxed else category, *found.span())
    for category, found in matches(CAPITAL_SHAPES, scan.text, scan.digits):
        if category != "name" or not is_word(fold(re.split(r"[ .]", found.group())[-1])):
            yield Hit(category, *found.span())
    if scan.digits > 1:
        yield from (Hit(category, start, end) for category, start, end in cues.numbers(scan.folded))
        yield from (Hit("date", *found.span()) for found in OLD.finditer(scan.folded))
    yield from (Hit("ip", *span) for span in addresses(scan.folded))
    yield from _bodies(scan)
    yield from dates.hits(scan)
    yield from people.hits(scan)
    yield from places.hits(scan)


def _excused(category: Category, found: re.Match[str]) -> bool:
    """Tell whether what follows an @ is no user's name but a word, such as an alias."""
    return category == "other-id" and found.group().startswith("@") and is_word(found.group()[1:])


_BODY_SIGNS = (
    "print", "retina", "iris", "voice", "face id", "faceid", "facial", "face ", "dna", "biometric", "gait", "vein",
    "geometry", "keystroke", "genome", "photo", "selfie", "shot", "portrait", "pic",
)  # fmt: skip


def _bodies(scan: Scan) -> Iterator[Hit]:
    if not any(sign in scan.folded for sign in _BODY_SIGNS):
        return
    someone = OF_SOMEONE.search(scan.folded) is not None or scan.care is not None
    looks: tuple[tuple[Category, Lazy], ...] = (("biometric", BODY), ("photo", FACE))
    for category, pattern in looks:
        for found in pattern.finditer(scan.folded):
            numbered = _NUMBERED.match(scan.folded, found.end())
            end = numbered.end() if numbered else found.end()
            yield Hit(category, found.start(), end, certain=someone or numbered is not None)


_NUMBERED = Lazy(
    r"""(?:[\s:,\#(]+(?:id|no|number|is|of|template|code|the|patient|sample|scanned|stored|enrolled|saved|on|file|as
    |under)\b){0,4}[\s:,\#(]*(?=[a-z_-]{0,6}\s?\d)[a-z0-9_-]{1,12}(?:\s?\d[\w-]+)?""",
    verbose=True,
)


def masked(text: str, findings: Iterable[Finding]) -> str:
    """Return the text with each certain span replaced by its category in brackets."""
    kept, at = [], 0
    for start, end, category in _merged(findings):
        kept += [text[at:start], f"[{category}]"]
        at = end
    return "".join([*kept, text[at:]])


def _merged(findings: Iterable[Finding]) -> list[tuple[int, int, Category]]:
    """Return the certain spans, those that overlap as one, under the category of the longest."""
    merged: list[tuple[int, int, Category, int]] = []
    for found in sorted((f for f in findings if f.certain), key=lambda f: (f.start, -f.end)):
        length = found.end - found.start
        if merged and found.start < merged[-1][1]:
            start, end, category, longest = merged[-1]
            best = (found.category, length) if length > longest else (category, longest)
            merged[-1] = (start, max(end, found.end), *best)
        else:
            merged.append((found.start, found.end, found.category, length))
    return [(start, end, category) for start, end, category, _ in merged]


_COST = {"n": 4096, "r": 8, "p": 1}


def withheld(question: str, findings: Iterable[Finding]) -> str:
    """Return what is stored instead of a question: the categories found, and a salted hash."""
    categories = ", ".join(sorted({f.category for f in findings if f.certain}))
    salt = secrets.token_bytes(16)
    return f"[withheld: {categories}; scrypt {salt.hex()} {_hash(question, salt)}]"


def is_withheld(stored: str, question: str) -> bool:
    """Tell whether a stored text was kept instead of this question."""
    found = re.fullmatch(r"\[withheld: [^;]*; scrypt ([0-9a-f]{32}) ([0-9a-f]{64})\]", stored)
    return found is not None and secrets.compare_digest(_hash(question, bytes.fromhex(found[1])), found[2])


def _hash(question: str, salt: bytes) -> str:
    return hashlib.scrypt(question.encode(), salt=salt, **_COST, dklen=32).hex()
