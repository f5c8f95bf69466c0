"""Where a quoted document and the record, or two quoted documents, give different figures for the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from askreg.agent.facts import Fact
from askreg.agent.offline.programs.work import Asking, Rows, Work, where
from askreg.agent.offline.synonyms import METRICS
from askreg.library.chunking import sentences
from askreg.library.lexical import content_stems
from askreg.library.library import Passage

Given = tuple[Passage, Fact]
"""A passage and the fact that holds its quote."""

_NAMES: dict[str, str] = {
    form: forms[0]
    for forms in METRICS
    for form in forms
    if len(form) > 3 or form in ("auc", "roc", "mae", "ece", "npv")
}
_METRIC = re.compile(rf"(?<![\w-])({'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})(?![\w-])", re.I)
_NUMBER = re.compile(r"(?<![\w.:@-])(\d+(?:\.\d+)?)(\s?%)?(?![\w:@-]|\.\d)")
_VERSION = re.compile(r"(?<![\w-])([a-z0-9][a-z0-9._-]*):(\d+)\b|\bversion (\d+)\b", re.I)
_PART = re.compile(
    r"\b(?:sub-?groups?|cohorts?|women|men|female|male|aged?|older|younger|black|white|asian|hispanic|under|over|site"
    r"|external|internal|training|train|target|threshold|goal|required?|must|should|at least|minimum|expected|claimed?"
    r"|vendor|published|interval|between|from)\b|=",
    re.I,
)
"""What makes a sentence tell of something else than the figure of a whole test set."""
_REACH = 40
"""Characters that may lie between a metric's name and its figure."""
_ALIKE = 0.6
"""What share of their words two sentences must have in common to tell of the same thing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a quoted sentence gives for a metric of a version."""

    version: str
    metric: str
    shown: str
    value: Decimal
    quote: Fact


def notes(work: Work, given: Sequence[Given]) -> Asking:
    """Return sentences that say where the quotes and the record, or two of the quotes, are at odds."""
    told: list[str] = []
    for figure in [f for passage, quote in given for f in figures(passage, quote)]:
        rows: Rows = yield from work.plan("metric", [where("subject", figure.version)], ("name", "value"))
        known = [r.main for r in rows.rows if _metric(r.main.metric or "") == figure.metric]
        if not known or rows.truncated or any(_same(figure, Decimal(fact.value)) for fact in known):
            continue
        held = next((fact for fact in known if fact.cohort == "all"), known[0])
        told.append(
            f"The record differs: for {{{held.id}.subject}}, {{{held.id}.name}} is {{{held.id}}} on "
            f"{{{held.id}.dataset}} ({{{held.id}.split}}, {{{held.id}.cohort}}){{cite({figure.quote.id})}}."
        )
    for first, second in _apart(given):
        told.append(
            f"These documents differ: {{{first.id}.subject}} and {{{second.id}.subject}} give different figures."
        )
    return list(dict.fromkeys(told))


def figures(passage: Passage, quote: Fact) -> Iterator[Figure]:
    """Yield the figures of a quote that are plainly of one metric of one version, and of no part of its data."""
    models = {about.partition(":")[0] for about in passage.about if "@" not in about and "/" not in about}
    versions = {about for about in passage.about if re.fullmatch(r"[^@/]+:\d+", about) and "doc:" not in about}
    text = passage.quote
    for start, end in sentences(text, 0, len(text)):
        sentence = text[start:end]
        metrics, numbers = list(_METRIC.finditer(sentence)), list(_NUMBER.finditer(_unversioned(sentence)))
        if len(metrics) != 1 or len(numbers) != 1 or _PART.search(sentence) or "|" in sentence:
            continue
        version = _version(sentence, models, versions)
        if version is None or not 0 < numbers[0].start() - metrics[0].end() <= _REACH:
            continue
        percent = bool(numbers[0].group(2))
        value = Decimal(numbers[0].group(1)) / (100 if percent else 1)
        yield Figure(version, _metric(metrics[0].group(1)), numbers[0].group(1), value, quote)


def _metric(name: str) -> str:
    """Return the first of a metric's names: `recall` is `sensitivity`."""
    return _NAMES.get(name.lower().replace("_", " "), name.lower())


def _unversioned(sentence: str) -> str:
    """Return a sentence without the numbers of versions, everything else where it was."""
    return _VERSION.sub(lambda found: " " * len(found.group()), sentence)


def _version(sentence: str, models: set[str], versions: set[str]) -> str | None:
    """Return the one version that a sentence is about, by itself or by what its document is about."""
    named = list(_VERSION.finditer(sentence))
    if len(named) > 1:
        return None
    if named:
        model, number, alone = named[0].groups()
        if model is not None:
            return f"{model.casefold()}:{number}"
        return f"{next(iter(models))}:{alone}" if len(models) == 1 else None
    return next(iter(versions)) if len(versions) == 1 and len(models) == 1 else None


def _same(figure: Figure, recorded: Decimal) -> bool:
    """Whether the record's figure, rounded as the document gives it, is the document's."""
    places = Decimal(1).scaleb(figure.value.as_tuple().exponent)  # type: ignore[arg-type]
    return recorded.quantize(places, rounding=ROUND_HALF_UP) == figure.value


def _apart(given: Sequence[Given]) -> Iterator[tuple[Fact, Fact]]:
    """Yield the quotes of two documents of which one sentence each says nearly the same with other numbers."""
    for i, (first, quote) in enumerate(given):
        for second, other in given[i + 1 :]:
            if first.document != second.document and _differ(first.quote, second.quote):
                yield quote, other


def _differ(first: str, second: str) -> bool:
    for a, b in sentences(first, 0, len(first)):
        for c, d in sentences(second, 0, len(second)):
            one, two = set(content_stems(first[a:b])), set(content_stems(second[c:d]))
            numbers = [{w for w in words if w[0].isdigit()} for words in (one, two)]
            one, two = one - numbers[0], two - numbers[1]
            if all(numbers) and numbers[0] != numbers[1] and len(one & two) >= _ALIKE * len(one | two) and len(one) > 2:
                return True
    return False
