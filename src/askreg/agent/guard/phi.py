"""Finds what may identify a patient. Detection is a gate that fails closed, never a redaction that licenses sending.

Two strengths. What is `certain` is an identifier: a question that holds one is answered from a masked question and
stored as categories and a hash. What is not certain the gate cannot vouch for: enough to send nothing to a cloud.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from askreg.agent.guard import cues, dates, people, places
from askreg.agent.guard.allowed import Allowed
from askreg.agent.guard.care import ALONE, BODY, FACE, OF_SOMEONE, OLD
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
            hits += [hit for hit in _doubtful(scan, sure) if not scan.allowed(hit.start, hit.end)]
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
    r"(?:[\s:,#(]+(?:id|no|number|is|of|template|code|the|patient|sample|scanned|stored|enrolled|saved|on|file|as|under)\b){0,4}"
    r"[\s:,#(]*(?=[a-z_-]{0,6}\s?\d)[a-z0-9_-]{1,12}(?:\s?\d[\w-]+)?"
)
_WORD = Lazy(r"[^\W_]+(?:'[^\W\d_]+)*")
_PLAIN_NUMBER = Lazy(r"(?<![\w.,])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e-?\d{1,3})?%?(?![\w])")
_SHAPE = Lazy(
    r"v?\d{1,4}|\d{1,4}(?:st|nd|rd|th|d|h|m|s|x|k|mb|gb|kb|b|ms|mm|ml|mg|yr|am|pm|w|bn|hz|px)|[a-z]\d{1,3}|\d{1,3}[a-z]"
    r"|(?:gpt|llama|bert|vit|resnet|r|v|rev|rc|p|q|h|f|t|auc|sha|utf|int|fp|top|iso|icd|cp|h|ipv)\d{1,4}|q[1-4]|t\d\d|w\d\d|\d{1,2}t\d\d|\d{2}z|0x[0-9a-f]{1,4}"
)
_GROUPS = Lazy(r"(?<![\w.])\d+(?:[\s/-]+\d+)+(?!\.?\w)|(?<![\w.])\d+(?:\.\d+){3,}(?!\w)")
_JOINED = Lazy(
    r"(?<![\w.:@/-])(?:(?P<a>\d+)[-_/](?P<b>[^\W\d_]+)|(?P<c>[^\W\d_]+)[-_/](?P<d>\d+))(?![\w:@/-])"
    r"|(?<![\w.,:-])(?P<zero>0\d{2,})(?![\w.,:-])"
)
_PRONOUN = Lazy(r"(?<![\w-])(?:he|him|his|she|her|hers)(?![\w-])")
_COUNTED = Lazy(
    r"\s?(?:rows?|bytes?|samples?|stays?|records?|patients|examples?|images|records|encounters|admissions|events?|ms|seconds?|s|kb|mb|gb)\b"
)
_COUNTING = Lazy(
    r"(?:(?:^|[\s(;])(?:n|rows|size|seq|event|events|total|returned|value|count(?:\.\w+)*|bytes|max_tokens|budget_tokens"
    r"|expires_in|created|limit)\s*[=:\s]\s*|f\d+ \S+ [a-z_]+(?:\.[a-z_.]+)? )$"
)


def _doubtful(scan: Scan, sure: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """Yield what nothing vouches for."""
    taken = [*scan.dated, *sure, *scan.nearly]
    for found in _WORD.finditer(scan.text):
        start, end = found.start(), found.start() + len(re.sub(r"'s?$", "", found.group()))
        if any(a <= start and end <= b for a, b in taken) or scan.allowed(start, end):
            continue
        if not _vouched(found, scan):
            yield Hit("unrecognised", start, end, certain=False)
    for found in _PLAIN_NUMBER.finditer(scan.folded):
        whole = re.sub(r"\D", "", found.group().split(".")[0])
        if len(whole) > 4 and not _explained(found, scan):
            yield Hit("unrecognised", *found.span(), certain=False)
    for found in _GROUPS.finditer(scan.folded):
        if _long(found.group()) and not any(a <= found.start() and found.end() <= b for a, b in taken):
            yield Hit("unrecognised", *found.span(), certain=False)
    for found in _JOINED.finditer(scan.folded):
        if not any(a <= found.start() and found.end() <= b for a, b in taken) and not _plain_joint(found):
            yield Hit("unrecognised", *found.span(), certain=False)
    if not scan.registrar:
        yield from (Hit("unrecognised", *found.span(), certain=False) for found in _PRONOUN.finditer(scan.folded))
    yield from (Hit("unrecognised", *found.span(), certain=False) for found in ALONE.finditer(scan.folded))


def _plain_joint(found: re.Match[str]) -> bool:
    """Tell whether letters and digits are joined as in 30-day or covid-19, not as in a number of something."""
    if found["zero"]:
        return False
    digits, letters = found["a"] or found["d"], found["b"] or found["c"]
    small = len(digits) < 3 or re.fullmatch(r"(?:19|20)\d\d", digits) is not None
    return small and (is_word(letters) and len(letters) > 1)


def _long(groups: str) -> bool:
    """Tell whether groups of digits are more than a few small numbers or years."""
    found = re.findall(r"\d+", groups)
    years = all(re.fullmatch(r"(?:19|20)\d\d", group) for group in found)
    return sum(map(len, found)) >= (6 if re.search(r"\d[./-]\d", groups) else 7) and not years


def _vouched(found: re.Match[str], scan: Scan) -> bool:
    word = found.group()
    folded = fold(word)
    stem = re.sub(r"'s?$", "", folded)
    if any(c.isdigit() for c in word):
        return word.isdigit() or _SHAPE.fullmatch(folded) is not None
    capital = word[0].isupper() and not word.isupper() and not scan.titled and not scan.begins(found.start())
    if is_word(stem) or (stem in _CONTRACTED):
        return not (people.may_be_name(stem) and (capital or folded.endswith("'s")))
    if all(is_word(part) for part in stem.split("'")):
        return True
    if stem in scan.people and scan.registrar and scan.care is None:
        return True
    return scan.near(stem)


_CONTRACTED = frozenset(("i'm", "i've", "i'd", "i'll", "o'clock", "y'all"))


def _explained(found: re.Match[str], scan: Scan) -> bool:
    start, end = found.span()
    if scan.allowed(start, end) or any(a <= start and end <= b for a, b in scan.dated):
        return True
    if "," in found.group() or "." in found.group():
        return len(re.sub(r"\D", "", found.group().split(".")[0])) < 8
    counted = _COUNTED.match(scan.folded, end) or _COUNTING.search(scan.folded[max(0, start - 120) : start])
    return counted is not None and len(found.group()) < 12


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
