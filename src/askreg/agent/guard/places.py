"""Places where people live or come from, by what announces them."""

from collections.abc import Iterator

from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.lexicon import domain, is_word
from askreg.agent.guard.normal import fold
from askreg.agent.guard.people import extended
from askreg.agent.guard.scan import Hit, Scan

_W = r"[^\W\d_][^\W\d_'.-]*(?:['-][^\W\d_]+)*"
_SOMEONE = ("patient", "pt", "man", "woman", "lady", "gentleman")
_LIVES = Lazy(
    rf"""(?<![\w-])(?:
      (?:{"|".join(_SOMEONE)}|(?:moved|came)(?:\shere)?|(?:he|she)(?:'s|\sis|\swas))\s(?=from)
    | lives?|living|resid(?:es?|ing|ent)|address|moved|comes?|came|native|originally|born|hails|home\stown|hometown|home
    | village|town|city|county|parish|suburb|district
    )
    (?:\s*(?:\b(?:is|in|at|near|from|of|to|the|on|off|outside|called)\b|:))+\s+(?P<name>{_W})""",
    verbose=True,
)


def hits(scan: Scan) -> Iterator[Hit]:
    """Yield where someone lives or comes from."""
    for found in _LIVES.finditer(scan.folded):
        start, end = found.span("name")
        word = fold(found["name"])
        if scan.allowed(start, end) or scan.near(word):
            continue
        if not is_word(word) or (scan.text[start].isupper() and word not in domain()):
            someone = scan.care is not None or not scan.anchored or found.group().startswith(_SOMEONE)
            yield Hit("geography", start, extended(scan, start), certain=someone)
