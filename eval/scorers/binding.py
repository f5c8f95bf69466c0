"""Whether a sentence gives a figure, or a place, of the version that has it: what a swap of two versions changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from eval.scorers.names import NEGATION, NUMBER, as_decimal, bounded, scalars
from eval.scorers.reading import Reading

_END = re.compile(r"(?<=[.:;!?])\s|\n")
_CELL = re.compile(r"\s*\|\s*")


def misbound(reading: Reading) -> Iterator[str]:
    """Yield what is said of one version and is, by the facts, of another.

    Only plain sentences are judged: those in which each version is followed by figures, of which one must be its own
    value (or all the ends of its interval),
    and those with one version and one place that deny nothing.
    """
    values, ends, pairs = _held(reading)
    versions = {v for v, pattern in _patterns(reading, "version") if pattern.search(reading.text)}
    if not versions:
        return
    places = {p for p, pattern in _patterns(reading, "place") if pattern.search(reading.text)}
    for sentence in _END.split(_CELL.sub(" ", reading.text)):
        for version, told in _bound(sentence, versions, {*values, *ends}):
            is_value = any(version in values.get(figure, ()) for figure in told)
            if not is_value and not all(version in ends.get(figure, ()) for figure in told):
                yield f"gives {told[0]} as of {version}, which no fact does"
        named = [v for v in versions if bounded(v).search(sentence)]
        where = [p for p in places if bounded(p).search(sentence)]
        if len(named) == len(where) == 1 and not NEGATION.search(sentence) and (named[0], where[0]) not in pairs:
            yield f"no fact puts {named[0]} at {where[0]}"


def _patterns(reading: Reading, kind: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    yield from ((name, bounded(name)) for name in reading.names.by_kind[kind])


Owners = dict[Decimal, set[str]]


def _held(reading: Reading) -> tuple[Owners, Owners, set[tuple[str, str]]]:
    """The versions that have each figure of an evaluation, or end of an interval; and pairs of names in one fact."""
    values: Owners = {}
    ends: Owners = {}
    pairs: set[tuple[str, str]] = set()
    for fact in reading.answer.get("facts") or []:
        if str(fact.get("field")).startswith("metric."):
            for owners, cells in ((values, [fact.get("value")]), (ends, fact.get("ci") or [])):
                for figure in map(as_decimal, cells):
                    if figure is not None:
                        owners.setdefault(figure, set()).add(str(fact.get("subject")))
        told = [str(c) for c in scalars([fact.get("subject"), fact.get("value")])]
        pairs |= {(a, b) for a in told for b in told}
    return values, ends, pairs


def _bound(sentence: str, versions: set[str], figures: set[Decimal]) -> Iterator[tuple[str, list[Decimal]]]:
    """Yield each version with the figures that follow it, in a sentence that gives each version some."""
    found: list[tuple[int, str, Decimal | None]] = [
        (m.start(), v, None) for v in versions for m in bounded(v).finditer(sentence)
    ]
    found += [(m.start(), "", value) for m in NUMBER.finditer(sentence) if (value := as_decimal(m.group())) in figures]
    found.sort(key=lambda one: one[0])
    runs: list[tuple[str, list[Decimal]]] = []
    for _, version, value in found:
        if version:
            runs.append((version, []))
        elif not runs:
            return
        elif value is not None:
            runs[-1][1].append(value)
    if all(own for _, own in runs):
        yield from runs
