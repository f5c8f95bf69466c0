"""Which cohort and which data a figure in a sentence is said of."""

import re
from collections.abc import Iterable, Iterator

from askreg.reports.cards.content import Card, Figure
from askreg.reports.cards.reading import Number

_PEOPLE = {"female": ("women", "woman", "females"), "male": ("men", "man", "males")}
_LEADS = r"[\s%]*(?:\(|in|for|among|amongst|of|on|at)?\s*(?:the\s+|all\s+)?"
_NEAR = 48
"""Characters after a figure in which its cohort may be named."""


def stands(name: str, folded: str) -> bool:
    """Tell whether a name stands in a folded text as a whole."""
    return bool(name) and re.search(_whole(name), folded) is not None


def meant(sentence: str, number: Number, figures: list[Figure]) -> list[Figure]:
    """Return the figures that a number can be one of: of the data and the cohort it is said of, if it is of any."""
    folded = sentence.casefold()
    on = [f for f in figures if stands(f.dataset, folded) or stands(f.dataset.partition("@")[0], folded)]
    figures = _nearest_data(folded, number, on) or figures
    beside = _beside(folded, number, {figure.cohort for figure in figures})
    if beside:
        return [figure for figure in figures if figure.cohort in beside]
    cohorts = named(sentence, figures)
    return [figure for figure in figures if figure.cohort in cohorts] or figures


def named(sentence: str, figures: list[Figure]) -> set[str]:
    """Return the cohorts that a sentence names, without those that are part of another it names."""
    folded = sentence.casefold()
    cohorts = {f.cohort for f in figures if f.cohort != "all" and _names(f.cohort, folded)}
    return {cohort for cohort in cohorts if not any(_pairs(cohort) < _pairs(other) for other in cohorts)}


def bound(card: Card, sentence: str, number: Number) -> bool:
    """Tell whether a number is said of a cohort or of data that stands right beside it."""
    folded = sentence.casefold()
    if _beside(folded, number, {figure.cohort for figure in card.figures}, adjacent=True):
        return True
    names = {name for figure in card.figures for name in (figure.dataset, figure.dataset.partition("@")[0])}
    after = folded[number.end : number.end + _NEAR]
    return any(re.match(_LEADS + _whole(name), after) for name in names)


def _beside(folded: str, number: Number, cohorts: Iterable[str], *, adjacent: bool = False) -> set[str]:
    """Return the cohorts named right after a number, or else last before it and after any number before."""
    known = {word: cohort for cohort in cohorts if cohort != "all" for word in _words(cohort)}
    after = folded[number.end : number.end + _NEAR]
    next_to = [word for word in known if re.match(_LEADS + _whole(word), after)]
    if next_to:
        return {known[max(next_to, key=len)]}
    if adjacent:
        return set()
    before = folded[: number.start]
    since = max((found.end() for found in re.finditer(r"\d\.\d+", before)), default=0)
    # The longest first, so that no part of a name is taken for a name.
    words = "|".join(_whole(word) for word in sorted(known, key=len, reverse=True))
    named = [known[found.group()] for found in re.finditer(words, before[since:])] if words else []
    return set(named[-1:])


def _nearest_data(folded: str, number: Number, named: list[Figure]) -> list[Figure]:
    """Return the figures of the data named right after a number, where several are named; of all named, otherwise."""
    if len({figure.dataset for figure in named}) < 2:
        return named
    after = folded[number.end : number.end + _NEAR]
    near = [f for f in named if re.match(_LEADS + _whole(f.dataset.partition("@")[0]), after)]
    return near or named


def _names(cohort: str, folded: str) -> bool:
    if stands(cohort.casefold(), folded):
        return True
    values = [pair.partition("=")[2].casefold() for pair in cohort.split(",")]
    return all(any(stands(word, folded) for word in _forms(value)) for value in values)


def _words(cohort: str) -> Iterator[str]:
    yield cohort.casefold()
    if "," not in cohort:
        yield from _forms(cohort.partition("=")[2].casefold())


def _forms(value: str) -> tuple[str, ...]:
    return (value, value.replace("-", " "), *_PEOPLE.get(value, ()))


def _pairs(cohort: str) -> frozenset[str]:
    return frozenset(cohort.split(","))


def _whole(name: str) -> str:
    return rf"(?<![\w.-]){re.escape(name.casefold())}(?![\w=]|-\w|\.\w)"
