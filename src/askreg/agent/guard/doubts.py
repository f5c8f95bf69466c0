"""What nothing vouches for: words that no list has, numbers that nothing explains, words that speak of one person."""

import re
from collections.abc import Iterator, Sequence

from askreg.agent.guard.care import ALONE
from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.lexicon import is_word
from askreg.agent.guard.normal import fold
from askreg.agent.guard.people import may_be_name
from askreg.agent.guard.scan import Hit, Scan

_WORD = Lazy(r"[^\W_]+(?:'[^\W\d_]+)*")
_PLAIN_NUMBER = Lazy(r"(?<![\w.,])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e-?\d{1,3})?%?(?![\w])")
_SHAPE = Lazy(
    r"""v?\d{1,4}|[a-z]\d{1,3}|\d{1,3}[a-z]|q[1-4]|\d{1,2}t\d\d|\d{2}z|0x[0-9a-f]{1,4}
    | \d{1,4}(?:st|nd|rd|th|d|h|m|s|x|k|mb|gb|kb|b|ms|mm|ml|mg|yr|am|pm|w|bn|hz|px)
    | (?:gpt|llama|bert|vit|resnet|rev|rc|auc|sha|utf|int|fp|top|iso|icd|cp|ipv|[rvpqhftw])\d{1,4}""",
    verbose=True,
)
_GROUPS = Lazy(r"(?<![\w.])\d+(?:[\s/-]+\d+)+(?!\.?\w)|(?<![\w.])\d+(?:\.\d+){3,}(?!\w)")
_JOINED = Lazy(
    r"(?<![\w.:@/-])(?:(?P<a>\d+)[-_/](?P<b>[^\W\d_]+)|(?P<c>[^\W\d_]+)[-_/](?P<d>\d+))(?![\w:@/-])"
    r"|(?<![\w.,:-])(?P<zero>0\d{2,})(?![\w.,:-])"
)
_PRONOUN = Lazy(r"(?<![\w-])(?:he|him|his|she|her|hers)(?![\w-])")
_COUNTED = Lazy(
    r"\s?(?:rows?|bytes?|samples?|stays?|records?|patients|examples?|images|encounters|admissions|events?|ms|seconds?|s"
    r"|kb|mb|gb)\b"
)
_COUNTING = Lazy(
    r"(?:(?:^|[\s(;])(?:n|rows|size|seq|event|events|total|returned|value|count(?:\.\w+)*|bytes|max_tokens"
    r"|budget_tokens|expires_in|created|limit)\s*[=:\s]\s*|f\d+ \S+ [a-z_]+(?:\.[a-z_.]+)? )$"
)


def hits(scan: Scan, sure: Sequence[tuple[int, int]]) -> Iterator[Hit]:
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
        return not (may_be_name(stem) and (capital or folded.endswith("'s")))
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
