"""Dates: what registry questions are about, and what may identify a patient. The words around decide."""

import re
from collections.abc import Iterator

from askreg.agent.guard.care import ATTACHED, EARLIEST, EARLY, WEAK
from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.scan import Hit, Scan

_YEAR = Lazy(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


def hits(scan: Scan) -> Iterator[Hit]:
    """Yield the dates that are a patient's, and those of which nothing says that they are not."""
    weak = None
    for found in scan.dates:
        if scan.care is not None or _attached(found.start(), scan):
            yield Hit("date", *found.span())
        elif _early(found.group()) or not scan.anchored or _bare(found, scan):
            yield Hit("date", *found.span(), certain=False)
        else:
            weak = _weak(scan) if weak is None else weak
            if weak:
                yield Hit("date", *found.span(), certain=False)
    for found in EARLY.finditer(scan.folded):
        yield Hit("date", *found.span(), certain=scan.care is not None)


def _early(date: str) -> bool:
    return any(int(year) < EARLIEST for year in _YEAR.findall(date))


def _bare(found: re.Match[str], scan: Scan) -> bool:
    """Tell whether eight digits are a date only if one wants them to be."""
    return found.group().isdigit() and len(found.group()) == 8


def _weak(scan: Scan) -> bool:
    """Tell whether a word of care stands outside of live names and of the names that models have."""
    return any(not scan.allowed(*m.span()) and not _kind_of_model(m, scan) for m in WEAK.finditer(scan.folded))


_MODELLED = Lazy(
    r"[\s-]+(?:\w+[\s-]+)?(?:models?|versions?|risk|prediction|predictor|classifier|score|notes?|summar\w+"
    r"|deterioration|data|dataset|outcomes?|cohort|safety|level|population|mortality|readmission|length)\b"
)


def _kind_of_model(found: re.Match[str], scan: Scan) -> bool:
    return _MODELLED.match(scan.folded, found.end()) is not None


def _attached(at: int, scan: Scan) -> bool:
    """Tell whether a word of care stands right before a date, and not as part of a name."""
    from_ = max(0, at - 40)
    found = ATTACHED.search(scan.folded[from_:at])
    return found is not None and not scan.allowed(*(from_ + i for i in found.span("cue")))
