"""What the words on a card claim of the version, held against the record: figures, sizes, dates, names, states.

A claim that the record contradicts is an error; one that it does not hold at all is said to be unsupported. What is
not recognised as a claim is not judged.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from askreg.reports.cards import settings
from askreg.reports.cards.content import Card, Figure
from askreg.reports.cards.reading import Number, dates, numbers
from askreg.reports.cards.record import Record

Code = Literal["contradiction", "unsupported"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """Something a text says that the record does not bear out."""

    code: Code
    sentence: str
    what: str
    facts: tuple[str, ...] = ()


SYNONYMS: dict[str, tuple[str, ...]] = {
    "auroc": ("auroc", "auc", "roc auc", "roc-auc", "c-statistic", "area under the curve",
              "area under the receiver operating characteristic curve"),
    "auprc": ("auprc", "average precision", "area under the precision-recall curve"),
    "sensitivity": ("sensitivity", "recall", "true positive rate"),
    "recall": ("recall", "sensitivity", "true positive rate"),
    "specificity": ("specificity", "true negative rate"),
    "ppv": ("ppv", "positive predictive value", "precision"),
    "precision": ("precision", "positive predictive value", "ppv"),
    "npv": ("npv", "negative predictive value"),
    "accuracy": ("accuracy",),
    "f1": ("f1", "f1 score", "f1-score"),
    "brier": ("brier score", "brier"),
    "mae": ("mae", "mean absolute error"),
    "rmse": ("rmse", "root mean squared error", "root mean square error"),
    "r2": ("r2", "r²", "r squared"),
}  # fmt: skip
"""Words by which a metric is known beside its name."""

_GOAL = re.compile(
    r"\b(?:goals?|targets?|should|must|aims?|aimed|expected|required|requires?|at which|would|could|if|whenever)\b"
    r"|\b(?:drops|falls|sinks|rises) (?:below|under|above|over)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?P<low>\b(?:above|over|exceed\w*|(?:more|greater|higher|better) than|at least|no (?:less|lower) than)\s*)$"
    r"|(?P<high>\b(?:below|under|(?:less|lower) than|at most|no (?:more|higher) than)\s*)$",
    re.IGNORECASE,
)
_NEAR = 32
"""Characters before a number in which the words that belong to it stand."""
_THING = re.compile(
    r"\b(?:versions?|v|methods?|figures?|tables?|sections?|steps?|phases?|levels?|type|class|grade|model|chapter|ref"
    r"|(?:threshold|cut-?off)(?:\s+(?:of|at|is|was))?)\.?\s*$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?(?:(?:mmol|mg|ml|kg|cm|mm|mmhg|bpm|°|hours?|hrs?|h|days?|minutes?|min|years?|weeks?|months?|seconds?|beds?)\b"
    r"|of\s+(?:its|the|their|all|these|\d)|(?:figures?|evaluations?|metrics?|cohorts?|groups?|datasets?|versions?|sites?"
    r"|models?|features?|variables?|resamples?|folds?|times|others?|more)\b)",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(?:compared (?:with|to)|versus|vs\.?|than|et al\.?(?:\s+\d{4})?|baseline|previous|prior|earlier|older|other"
    r"|reported|published|literature|state of the art)\b[^;]*$",
    re.IGNORECASE,
)
_FOR_ANOTHER = re.compile(r"\s+(?:for|by|with|from)\s+(?:the\s+)?[A-Z]{2,}\b")
_EACH = re.compile(r"[\s%]*(?:in|for|among)\s+(?:both|each|either|all)\b", re.IGNORECASE)
_SLASHED = re.compile(r"(?<![\w./])(\d*\.\d+\s?%?|\d{1,3}\s?%)\s*/\s*(\d*\.\d+\s?%?|\d{1,3}\s?%)(?![\w/])")
_SYMBOL = re.compile(r"(?P<low>(?:>=?|≥)\s*)$|(?P<high>(?:<=?|≤)\s*)$")
_INTERVAL = re.compile(
    r"(?:ci|confidence interval|interval|\()\W{0,3}(?:of |from |was |is )?"
    r"(\d*\.?\d+)\s*%?\s*(?:to|–|—|-|,|and)\s*(\d*\.?\d+)",
    re.IGNORECASE,
)
_SIZED = re.compile(
    r"\bn\s*=\s*(?P<n>[\d,]+)"
    r"|(?<![\w.,@:/=-])(?<!\bper )(?P<count>\d{1,3}(?:,\d{3})+|\d+)\s+(?:[a-z-]+\s+){0,2}?"
    r"(?:patients?|cases?|stays?|records?|rows?|images?|samples?|encounters?|people|participants?|examinations?|"
    r"recipients?|admissions?|visits?|scans?|studies|subjects)\b(?!-)",
    re.IGNORECASE,
)
_TRAINED = re.compile(r"\b(?:train(?:ed|ing)|developed on|fitted|learn(?:ed|t))\b", re.IGNORECASE)
_TESTED = re.compile(r"\b(?:evaluat\w+|test(?:ed|ing)?|validat\w+|measured|held-?out|assessed)\b", re.IGNORECASE)


class Claims:
    """The claims of texts about one version, and the record that they are held against."""

    def __init__(self, record: Record, card: Card) -> None:
        """Hold texts against `record`, whose facts have their numbers on `card`."""
        self.record, self.card = record, card

    @cached_property
    def names(self) -> dict[str, str]:
        """Return each word for a metric, folded, and the metric it means: one of the version's own, if it can be."""
        measured = {figure.metric for figure in self.card.figures}
        found: dict[str, str] = {}
        for name in sorted(SYNONYMS.keys() | measured, key=lambda name: (name in measured, name)):
            found |= dict.fromkeys(SYNONYMS.get(name, ()), name)
        for name in measured:
            found |= {name.casefold(): name, name.casefold().replace("_", " "): name}
        return found

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds the words for metrics."""
        words = "|".join(re.escape(word) for word in sorted(self.names, key=len, reverse=True))
        return re.compile(rf"(?<![\w.=-])(?:{words})(?![\w=])")

    def facts(self, field: str) -> tuple[str, ...]:
        """Return the numbers of the card's facts of a field."""
        return tuple(fact.id for fact in self.card.facts if fact.field == field)


# -- figures


def _figures(claims: Claims, sentence: str) -> Iterator[Claimed]:
    found = numbers(sentence)
    if not (found or _SLASHED.search(sentence)) or _GOAL.search(sentence):
        return
    sized = [match.span() for match in _SIZED.finditer(sentence)]
    bounds = [match.span(group) for match in _INTERVAL.finditer(sentence) for group in (1, 2)]
    figures = [n for n in found if not any(a <= n.start < b for a, b in (*sized, *bounds)) and not _counts(sentence, n)]
    mentions = sorted(_mentions(claims, sentence))
    for index, (start, end, metric) in enumerate(mentions):
        following = mentions[index + 1][0] if index + 1 < len(mentions) else len(sentence)
        number = _number_for(sentence, figures, start, end, following, first=index == 0)
        if number is None or _of_another(sentence, start, number):
            continue
        yield from _judged(claims, sentence, metric, number)
        # "0.83 in women and 0.89 in men": a further figure counts if it is said of a cohort or of data.
        for further in figures:
            if number.end <= further.start < following and settings.bound(claims.card, sentence, further):
                yield from _judged(claims, sentence, metric, further)
    for metric, number in _paired(sentence, mentions):
        yield from _judged(claims, sentence, metric, number)


def _of_another(sentence: str, start: int, number: Number) -> bool:
    """Tell whether a figure is said of something else than this version: of a score, a paper, an earlier model."""
    return _ANOTHER.search(sentence[max(0, start - 60) : start]) is not None or (
        _FOR_ANOTHER.match(sentence[number.end : number.end + 20]) is not None
    )


def _paired(sentence: str, mentions: list[tuple[int, int, str]]) -> Iterator[tuple[str, Number]]:
    """Yield the figures of metrics that are told in pairs: "sensitivity/specificity: 0.81/0.70"."""
    for (_, end, first), (start, stop, second) in zip(mentions, mentions[1:], strict=False):
        told = _SLASHED.search(sentence, stop)
        if sentence[end:start].strip() in ("/", "and", "&") and told is not None and told.start() - stop <= 20:
            for metric, text in ((first, told.group(1)), (second, told.group(2))):
                yield from ((metric, number) for number in numbers(f" {text} ")[:1])


def _mentions(claims: Claims, sentence: str) -> Iterator[tuple[int, int, str]]:
    """Yield where metrics are named; of names that lie in each other, the longest."""
    for found in claims.pattern.finditer(sentence.casefold()):
        yield *found.span(), claims.names[found.group()]


def _number_for(
    sentence: str, figures: list[Number], start: int, end: int, following: int, *, first: bool
) -> Number | None:
    """Return the number that is said of a metric: the first after its name, or else one just before it."""
    after = [number for number in figures if end <= number.start < following]
    if after and after[0].start - end <= 60:
        return after[0]
    enclosed = sentence[start - 1 : start] == "(" and sentence[end : end + 1] == ")"
    before = [number for number in figures if number.end <= start and start - number.end <= (40 if enclosed else 12)]
    return before[-1] if before and (first or enclosed) else None


def _counts(sentence: str, number: Number) -> bool:
    """Tell whether a number is one of a thing ("version 2", "method 5") or of a unit, and no measure."""
    if _UNIT.match(sentence[number.end : number.end + _NEAR]):
        return True
    return _THING.search(sentence[max(0, number.start - _NEAR) : number.start]) is not None


def _judged(claims: Claims, sentence: str, metric: str, number: Number) -> Iterator[Claimed]:
    same = _alike(claims, metric)
    whole = number.places == 0 and not number.percent and number.value not in (0, 1)
    if whole and all(abs(Decimal(figure.value)) <= 1 for figure in same):
        return  # no proportion is written like this
    if not same:
        yield Claimed("unsupported", sentence, f"{number.text} is said of {metric}, of which no figure is on record")
        return
    meant = settings.meant(sentence, number, same)
    bound = _bound(sentence, number)
    if bound is not None:
        # A bound is said of the whole, unless a cohort is named.
        over = [figure for figure in meant if figure.cohort == "all"] or meant
        wrong = [f for f in over if (Decimal(f.value) > number.around(f.value)) != (bound == "low")]
        wrong = [f for f in wrong if Decimal(f.value) != number.around(f.value)]
        if wrong:
            yield _contradicted(sentence, f"{metric} is said to be {bound_words(bound)} {number.text}", wrong)
        return
    held = [figure for figure in meant if number.is_of(figure.value)]
    if not held:
        yield _contradicted(sentence, f"{number.text} is said of {metric}", meant)
        return
    if _EACH.match(sentence[number.end : number.end + _NEAR]):
        for cohort in settings.named(sentence, same):
            alike = [figure for figure in same if figure.cohort == cohort]
            if not any(number.is_of(figure.value) for figure in alike):
                yield _contradicted(sentence, f"{number.text} is said of {metric} in {cohort}", alike)
        return
    yield from _intervals(sentence, metric, number, held)


def _intervals(sentence: str, metric: str, number: Number, held: list[Figure]) -> Iterator[Claimed]:
    stated = _INTERVAL.search(sentence, number.end)
    if stated is None or stated.start() - number.end > 25:
        return
    ends = [numbers(stated.group(group))[:1] for group in (1, 2)]
    with_interval = [figure for figure in held if figure.ci is not None]
    if not all(ends) or not with_interval:
        return
    low, high = (
        Number(end[0].value, end[0].places, number.percent, end[0].start, end[0].end, end[0].text) for end in ends
    )
    if not any(low.is_of(f.ci[0]) and high.is_of(f.ci[1]) for f in with_interval if f.ci):
        said = f"the interval {stated.group(1)} to {stated.group(2)} is said of {metric}"
        recorded = ", ".join(f"{f.ci[0]} to {f.ci[1]}" for f in with_interval if f.ci)
        yield Claimed("contradiction", sentence, f"{said}; on record: {recorded}", tuple(f.fact for f in with_interval))


def _alike(claims: Claims, metric: str) -> list[Figure]:
    words = {metric} | {other for other, known in SYNONYMS.items() if metric in known}
    exact = [figure for figure in claims.card.figures if figure.metric == metric]
    return exact or [figure for figure in claims.card.figures if figure.metric in words]


def _bound(sentence: str, number: Number) -> Literal["low", "high"] | None:
    before = sentence[max(0, number.start - _NEAR) : number.start]
    found = _BOUND.search(before) or _SYMBOL.search(before)
    return None if found is None else "low" if found["low"] else "high"


def bound_words(bound: str) -> str:
    """Return how a bound is written."""
    return "at least" if bound == "low" else "at most"


def _contradicted(sentence: str, said: str, figures: Iterable[Figure]) -> Claimed:
    held = list(dict.fromkeys((f.value, f.cohort, f.dataset, f.fact) for f in figures))
    shown = ", ".join(f"{value} ({cohort}, {dataset})" for value, cohort, dataset, _ in held[:6])
    more = f" and {len(held) - 6} more" if len(held) > 6 else ""
    return Claimed("contradiction", sentence, f"{said}; on record: {shown}{more}", tuple(fact for *_, fact in held))


# -- sizes


def _sizes(claims: Claims, sentence: str) -> Iterator[Claimed]:
    for found in _SIZED.finditer(sentence):
        if _GOAL.search(sentence) or any(a <= found.start() < b for _, a, b in dates(sentence)):
            continue
        size = int((found["n"] or found["count"]).replace(",", "").strip() or 0)
        known, what = _known_sizes(claims, sentence)
        if size in {number for number, _ in known}:
            continue
        if not known:
            yield Claimed("unsupported", sentence, f"{found.group().strip()!r}: no such size is on record")
            continue
        shown = ", ".join(str(number) for number in dict.fromkeys(number for number, _ in known))
        facts = tuple(dict.fromkeys(fact for _, fact in known))
        yield Claimed(
            "contradiction", sentence, f"{found.group().strip()!r} is said of {what}; on record: {shown}", facts
        )


def _known_sizes(claims: Claims, sentence: str) -> tuple[list[tuple[int, str]], str]:
    folded = sentence.casefold()
    rows = [(use, use.rows) for use in claims.card.datasets if use.rows is not None]

    def named_in(name: str) -> bool:
        return settings.stands(name, folded) or settings.stands(name.partition("@")[0], folded)

    named = [(n, use.fact) for use, n in rows if named_in(use.subject)]
    measured = [(figure.n, figure) for figure in claims.card.figures if figure.n is not None]
    sizes = [(n, figure.fact) for n, figure in measured]
    if named:
        about = [(n, f.fact) for n, f in measured if settings.stands(f.dataset.split("@")[0], folded)]
        return named + about, "the data it names"
    if _TRAINED.search(sentence) and not _TESTED.search(sentence):
        return [(n, use.fact) for use, n in rows if "training" in use.roles], "the data it was trained on"
    if _TESTED.search(sentence) and not _TRAINED.search(sentence):
        evaluated = [(n, use.fact) for use, n in rows if "evaluation" in use.roles]
        return evaluated + sizes, "what it was evaluated on"
    return [(n, use.fact) for use, n in rows] + sizes, "its data"


CHECKS: tuple[Callable[[Claims, str], Iterator[Claimed]], ...] = (_figures, _sizes)
