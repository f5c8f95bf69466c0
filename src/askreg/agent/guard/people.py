"""Names of people: by what announces them, by lists of names, by capitals."""

import re
from collections.abc import Iterator
from itertools import islice

from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.lexicon import domain, is_first_name, is_name, is_surname, is_word
from askreg.agent.guard.normal import fold
from askreg.agent.guard.scan import AFTER_ACTOR, BEFORE_ACTOR, Hit, Scan

_W = r"[^\W\d_][^\W\d_'.-]*(?:['-][^\W\d_]+)*"
_WORD = Lazy(_W)
_TITLE = Lazy(
    r"(?<![\w.-])(?P<cue>mrs?|ms|miss|mx|dr|doctor|prof|professor|sir|frau|herr|mme|mlle|señora?|sra|madam)\b\.?\s+"
    rf"(?P<name>{_W})"
)
_STRONG_CUES = (
    r"patients?|pts?|named?|(?:first|last|full|maiden|sur)\s?name(?:\sis)?|my\sname\sis|client|resident|next\sof\skin"
    r"|nok|attn|attention|regarding|dear|mother|father|wife|husband|son|daughter|brother|sister|partner|carer|guardian"
    r"|mum|mom|dad|gran|grandma|grandad|grandpa|aunt|uncle|nurse|called|known\sas|baby(?:\s(?:boy|girl))?|infant"
    r"|(?:seen|treated|referred|admitted|examined|operated|consented)\sby"
)
_LOOSE_CUES = r"for|of|is|re|about|with|does|did|has|was|on|to|and|in|by|from|told|asked"
_AFTER = rf"(?:\s+(?:is|was|of|name|called|named))?[\s:,=(-]+(?P<name>{_W})"
_CUE = Lazy(rf"(?<![\w-])(?P<cue>{_STRONG_CUES}){_AFTER}")
_LOOSE = Lazy(rf"(?<![\w-])(?P<cue>{_LOOSE_CUES}){_AFTER}")
_ANY_NAME = frozenset(("patient", "pt", "mother", "father", "wife", "husband", "named", "name"))
"""What follows these is a name even if no list has it."""
_INITIALS = Lazy(
    rf"""(?<![\w.'-])(?:
      (?:[Pp]atient|PATIENT|[Pp]t|PT)\.?\s+(?P<pt>[A-Z]\.?\s?[A-Z]\.?(?:\s?[A-Z]\.?)?)(?![\w])
    | (?P<last>{_W}),\s(?P<by>[A-Z]\.\s?(?:[A-Z]\.\s?){{0,2}}|[A-Z]{{1,2}}(?![\w]))
    | (?P<first>[A-Z])\s(?P<sur>[A-Z][^\W\d_]*[a-z])
    )""",
    verbose=True,
)
_MIDDLE = Lazy(r" [A-Za-z](?:\. ?| .?)")
_LONGEST = 7
"""Words of a name."""
_LETTERS = Lazy(r"(?<![\w.])[a-z]\. ?[a-z]\.(?: ?[a-z]\.)?(?!\w)")
_ABBREVIATED = frozenset(("e.g.", "i.e.", "a.m.", "p.m.", "u.s.", "u.k.", "e.u.", "u.s.a.", "n.b.", "p.s.", "d.o.b."))
_PARTICLES = frozenset(
    "van von de del della der den di da dos das la le el al bin ibn ben abu st mac mc o ter ten du".split()
)


def may_be_name(word: str) -> bool:
    """Tell whether a word is a name that is known and not one of the registry's own words."""
    return word not in domain() and is_name(word)


def hits(scan: Scan) -> Iterator[Hit]:
    """Yield names of people."""
    yield from _titled(scan)
    yield from _cued(scan)
    yield from _initialled(scan)
    yield from _runs(scan)


def _titled(scan: Scan) -> Iterator[Hit]:
    """Yield what stands after a title, such as Mr or Dr."""
    for found in _TITLE.finditer(scan.folded):
        word, cue = fold(found["name"]), found["cue"]
        start, end = found.span("name")
        capital = scan.text[start].isupper()
        unit = cue == "ms" and re.search(r"\d\s*$|\b(?:in|of|per)\s*$", scan.folded[: found.start()]) is not None
        unsure = cue in ("ms", "miss", "doctor", "sir", "madam") or (word in domain() and not capital)
        known = not is_word(word) or may_be_name(word) or (capital and not unit)
        if known if unsure else not unit:
            end = extended(scan, start)
            if not scan.allowed(start, end):
                yield Hit("name", start, end, certain=not _acts(scan, found.start(), end) or scan.care is not None)


def _cued(scan: Scan) -> Iterator[Hit]:
    """Yield what stands after words that announce a name."""
    for found in _CUE.finditer(scan.folded):
        start, cue = found.start("name"), found["cue"]
        word = _stem(found["name"])
        if scan.allowed(*found.span("name")) or not _announced(word, cue, scan, start):
            continue
        yield Hit("name", start, extended(scan, start), certain=word not in scan.people or scan.care is not None)
    if scan.care is None:
        return
    for found in _LOOSE.finditer(scan.folded):
        start, word = found.start("name"), _stem(found["name"])
        if not scan.allowed(*found.span("name")) and not is_word(word) and known_name(word) and not scan.near(word):
            yield Hit("name", start, extended(scan, start))


def _announced(word: str, cue: str, scan: Scan, at: int) -> bool:
    if is_word(word):
        capital = scan.text[at].isupper() and scan.text[at + 1 : at + 2].islower() and not scan.titled
        return capital and cue in _ANY_NAME and may_be_name(word)
    return not scan.near(word) and (cue in _ANY_NAME or known_name(word))


def _initialled(scan: Scan) -> Iterator[Hit]:
    """Yield initials that stand for someone, alone or with a surname."""
    for found in _LETTERS.finditer(scan.folded):
        if found.group().replace(" ", "") not in _ABBREVIATED:
            yield Hit("name", *found.span(), certain=scan.care is not None)
    for found in _INITIALS.finditer(scan.text):
        if found["pt"]:
            yield Hit("name", *found.span("pt"))
            continue
        word = fold(found["last"] or found["sur"])
        if not is_word(word) and not scan.near(word) and known_name(word):
            yield Hit("name", *found.span())


def _stem(word: str) -> str:
    return re.sub(r"'s?$", "", fold(word))


def known_name(word: str) -> bool:
    """Tell whether a folded word, or a part of it between hyphens, is a name that is known."""
    return is_name(word) or any(len(part) > 2 and is_name(part) for part in re.split(r"[-']", word) if part != word)


def extended(scan: Scan, start: int) -> int:
    """Return where a name that begins at a place ends: the words after it that are names too."""
    end = start
    for found in islice(_WORD.finditer(scan.text, start), _LONGEST):
        gap = scan.text[end : found.start()] if end > start else ""
        word = re.sub(r"'s$", "", fold(found.group()))
        if gap.strip(" .") or (end > start and len(gap) > 3):
            break
        if end > start and not (
            word in _PARTICLES or not is_word(word) or (found.group()[0].isupper() and may_be_name(word))
        ):
            break
        end = found.start() + len(re.sub(r"'s$", "", found.group()))
    return end


def _acts(scan: Scan, start: int, end: int) -> bool:
    """Tell whether someone is spoken of as one who acts in the registry."""
    before, after = scan.folded[max(0, start - 60) : start], scan.folded[end:]
    return BEFORE_ACTOR.search(before) is not None or AFTER_ACTOR.match(after) is not None


def _runs(scan: Scan) -> Iterator[Hit]:
    """Yield words in a row that are names together."""
    words = list(_WORD.finditer(scan.text))
    for first, second in zip(words, words[1:], strict=False):
        gap = scan.text[first.end() : second.start()]
        if len(second.group()) == 1 and _MIDDLE.fullmatch(scan.text[first.end() : second.end() + 2]):
            # A middle initial stands between the two.
            after = next((word for word in words if word.start() > second.end()), second)
            gap, second = " ", after
        if gap not in (" ", ", ", ",", "  "):
            continue
        if scan.allowed(*first.span()) or scan.allowed(*second.span()):
            continue
        strength = _pair(first.group(), second.group(), gap, scan, first.start())
        if strength is not None:
            end = extended(scan, second.start())
            acting = _acts(scan, first.start(), end) and scan.care is None
            yield Hit("name", first.start(), max(end, second.end()), certain=strength and not acting)


def _pair(one: str, two: str, gap: str, scan: Scan, at: int) -> bool | None:
    """Tell whether two words in a row are a name: certainly, perhaps, or (None) not."""
    a, b = fold(one), re.sub(r"'s$", "", fold(two))
    if a in domain() or b in domain():
        return None
    strange = not is_word(a), not is_word(b)
    if not any(strange):
        return None
    verdict = _strange_pair(a, b, gap) if all(strange) else None
    if verdict is None and gap in (" ", "  ") and one[:1].isupper() and two[:1].isupper() and _capitals_tell(scan):
        if all(strange):
            verdict = False
        elif is_first_name(a) and is_surname(b) and (strange[0] or not scan.begins(at)):
            verdict = True
    return None if verdict is None or scan.near(a) or scan.near(b) else verdict


def _strange_pair(a: str, b: str, gap: str) -> bool | None:
    if gap in (", ", ","):
        return True if is_surname(a) and is_first_name(b) else None
    return True if known_name(a) or known_name(b) else None


def _capitals_tell(scan: Scan) -> bool:
    """Tell whether a capital says something: in a heading it does not."""
    return not scan.titled or scan.text.isupper()
