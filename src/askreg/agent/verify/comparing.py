"""Do "better", "worse", "higher" and "lower" agree with the figures and with what the metric calls better?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from askreg.agent import wording
from askreg.agent.facts import Fact
from askreg.agent.verify.binding import mentions
from askreg.agent.verify.claims import Claim, Problem

_QUALITY = {
    1: "better improves improved improvement improving outperforms outperformed outperform beats beat surpasses "
    "surpassed stronger superior gained",
    -1: "worse worsened declined declines deteriorated degraded regressed regression underperforms underperformed "
    "weaker inferior",
}
_SIZE = {
    1: "higher larger greater rose rises risen increased increases increase grew exceeds exceeded above",
    -1: "lower smaller less fell falls fallen decreased decreases decrease dropped drops shrank below",
}
_BEST = {1: "best top leading strongest", -1: "worst weakest"}
_MOST = {1: "highest largest greatest", -1: "lowest smallest"}


def _words(*tables: dict[int, str]) -> dict[str, int]:
    return {word: sign for table in tables for sign, words in table.items() for word in words.split()}


_COMPARATIVE, _SUPERLATIVE = _words(_QUALITY, _SIZE), _words(_BEST, _MOST)
_QUALITATIVE = frozenset(_words(_QUALITY, _BEST))
_WORD = re.compile(rf"\b(?:{'|'.join([*_COMPARATIVE, *_SUPERLATIVE])})\b", re.IGNORECASE)
_CLAUSE = re.compile(r"(?:;|,?\s+\b(?:but|while|whereas|although|though)\b)\s*", re.IGNORECASE)
_DIRECTION = re.compile(r"\b(higher|lower)(?: values?| figures?)? (?:is|are|being|means?) better\b", re.IGNORECASE)
_NEGATED = re.compile(r"(?:\bnot?|n't|\bneither|\bnever|\bcannot)(?:\s+\w+){0,2}\s*$", re.IGNORECASE)
_NOISE = re.compile(r"\bwithin (?:the )?noise\b|\bintervals? (?:do )?(?P<no>not )?overlap", re.IGNORECASE)
_THAN = re.compile(r"\b(?:than|over|against|compared (?:with|to)|vs\.?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a claim that compares, and the figures in it."""

    claim: Claim
    start: int
    text: str
    figures: list[tuple[int, Fact]]
    """Where each figure stands (-1: somewhere in the claim), and its fact."""


def misordered(claim: Claim) -> Iterator[Problem]:
    """Yield the comparisons that the figures do not bear out."""
    if claim.passage.kind in ("header", "heading"):
        return
    yield from _directions(claim)
    for clause in _clauses(claim):
        masked = _DIRECTION.sub(lambda m: "_" * len(m.group()), clause.text)
        for word in _WORD.finditer(masked):
            yield from _word(clause, word)
        noise = _NOISE.search(masked)
        if noise:
            yield from _noise(clause, negated=bool(noise["no"] or _NEGATED.search(masked[: noise.start()])))


def _directions(claim: Claim) -> Iterator[Problem]:
    metrics = {f.metric for f in claim.facts if f.metric}
    for said in _DIRECTION.finditer(claim.prose):
        for metric in sorted(metrics):
            if len(metrics) == 1 and claim.evidence.better(metric) != said.group(1).casefold():
                yield claim.problem("comparison", f"of {metric}, {claim.evidence.better(metric)} is better")


def _clauses(claim: Claim) -> Iterator[_Clause]:
    starts = [0, *(m.end() for m in _CLAUSE.finditer(claim.prose))]
    for start, end in zip(starts, [*starts[1:], len(claim.text)], strict=True):
        figures = [(at, fact) for at, fact in claim.figures if start <= at < end]
        whole = [(-1, fact) for fact in claim.facts if fact.metric is not None]
        yield _Clause(claim, start, claim.prose[start:end], figures or whole)


def _word(clause: _Clause, found: re.Match[str]) -> Iterator[Problem]:
    word, claim = found.group().casefold(), clause.claim
    facts = list({f.id: f for _, f in clause.figures}.values())
    if not facts:
        return
    if word in _SUPERLATIVE:
        yield from _superlative(clause, word, facts, found)
        return
    negated = bool(_NEGATED.search(clause.text[: found.start()]))
    threshold = _threshold(clause, found)
    if threshold is not None:
        yield from _against(clause, word, threshold, negated=negated)
        return
    groups = [g for g in _alike(facts).values() if len({f.subject for f in g}) > 1]
    if not groups:
        if len({f.subject for f in facts}) > 1:
            yield claim.problem("incomparable", f"{word!r} compares figures that were not measured alike")
        elif re.search(r"\bthe\s+$", clause.text[: found.start()]):
            yield from _superlative(clause, word, facts, found)
        return
    for group in groups:
        yield from _pair(clause, word, found, group, negated=negated)


def _alike(facts: list[Fact]) -> dict[tuple[str | None, ...], list[Fact]]:
    groups: dict[tuple[str | None, ...], list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.setting, []).append(fact)
    return groups


def _sign(claim: Claim, word: str, metric: str | None) -> int:
    """Return 1 when the word says that the first figure is the greater one."""
    sign = {**_COMPARATIVE, **_SUPERLATIVE}[word]
    lower = metric is not None and claim.evidence.better(metric) == "lower"
    return -sign if word in _QUALITATIVE and lower else sign


def _pair(clause: _Clause, word: str, found: re.Match[str], group: list[Fact], *, negated: bool) -> Iterator[Problem]:
    first = _first(clause, found, group)
    rivals = [f for f in group if f.subject != first.subject]
    named = _compared_with(clause, found, group, first)
    sign = _sign(clause.claim, word, first.metric)
    for rival in [f for f in rivals if f.subject.casefold() in named] or rivals:
        gap = (_figure(first) - _figure(rival)) * sign
        if gap > 0 if negated else gap <= 0:
            yield clause.claim.problem(
                "comparison",
                f"{word!r}: {first.subject} has {first.metric} {first.value}, {rival.subject} {rival.value}"
                f" ({clause.claim.evidence.better(first.metric or '')} is better)",
            )


def _first(clause: _Clause, found: re.Match[str], group: list[Fact]) -> Fact:
    """Return the figure of whom the comparative is said."""
    claim, at = clause.claim, clause.start + found.start()
    placed = [f for place, f in clause.figures if place > at and f in group]
    if len(placed) > 1 and re.match(r"\s+from\b", claim.text[clause.start + found.end() :]):
        return placed[-1]
    by_subject = {f.subject.casefold(): f for f in group}
    named = [(p, n) for p, n in mentions(claim, claim.tokens, group[0].subject.casefold()) if n in by_subject]
    before = [n for p, n in named if p < at]
    in_clause = [n for p, n in named if clause.start <= p < at]
    after = [n for p, n in named if p > at]
    if in_clause:
        return by_subject[in_clause[-1]]
    if before and not after:
        return by_subject[before[-1]]
    diff = next((p.use for p in claim.placed if p.use.function == "diff" and p.use.args[1].fact in _ids(group)), None)
    if diff is not None:
        return claim.evidence.facts[diff.args[1].fact]
    if after and not _THAN.match(claim.prose, at + len(found.group()) + 1):
        return by_subject[after[0]]
    if before:
        return by_subject[before[0]]
    return group[-1]


def _ids(facts: list[Fact]) -> set[str]:
    return {f.id for f in facts}


def _compared_with(clause: _Clause, found: re.Match[str], group: list[Fact], first: Fact) -> set[str]:
    claim = clause.claim
    than = _THAN.search(claim.prose, clause.start + found.end())
    if than is None:
        return set()
    end = clause.start + len(clause.text)
    subjects = {f.subject.casefold() for f in group} - {first.subject.casefold()}
    named = mentions(claim, claim.tokens, first.subject.casefold())
    return {n for p, n in named if than.end() <= p < end and n in subjects}


def _threshold(clause: _Clause, found: re.Match[str]) -> Decimal | None:
    """Return the number that the question put up for comparison: "above 0.9", "lower than 0.9"."""
    claim, end = clause.claim, clause.start + found.end()
    for token in claim.tokens:
        if token.kind == "number" and token.start >= end and not token.value.endswith("%"):
            between = claim.text[end : token.start]
            inside = any(p.start <= token.start < p.end for p in claim.placed)
            if re.fullmatch(r"\s+(?:than\s+)?(?:the\s+)?[`*]*", between) and not inside:
                return Decimal(token.value)
    return None


def _against(clause: _Clause, word: str, threshold: Decimal, *, negated: bool) -> Iterator[Problem]:
    for _, fact in clause.figures:
        gap = (_figure(fact) - threshold) * _sign(clause.claim, word, fact.metric)
        if gap > 0 if negated else gap <= 0:
            yield clause.claim.problem(
                "comparison", f"{word!r}: {fact.metric} is {fact.value}, not so against {threshold}"
            )


def _superlative(clause: _Clause, word: str, facts: list[Fact], found: re.Match[str]) -> Iterator[Problem]:
    claim = clause.claim
    if _NEGATED.search(clause.text[: found.start()]) or claim.passage.kind == "row":
        return
    best = facts[0]
    sign = _sign(claim, word, best.metric)
    for result in claim.evidence.holding(best.id):
        rivals = [f for f in result.facts if f.setting == best.setting]
        if len(rivals) < 2:
            continue
        if result.truncated and result.tool != "leaderboard":
            yield claim.problem("incomplete", f"{word!r}: the list that holds {best.id} is cut")
        if any((_figure(f) - _figure(best)) * sign > 0 for f in rivals):
            yield claim.problem("comparison", f"{word!r}: {best.subject}'s {best.value} is not the {word} of its list")


def _noise(clause: _Clause, *, negated: bool) -> Iterator[Problem]:
    for group in _alike([f for _, f in clause.figures]).values():
        bounds = [(Decimal(f.ci[0]), Decimal(f.ci[1])) for f in group if f.ci is not None]
        if len(group) < 2 or len(bounds) < len(group):
            continue
        overlap = max(low for low, _ in bounds) <= min(high for _, high in bounds)
        if overlap == negated:
            yield clause.claim.problem("comparison", "whether the intervals overlap is told wrong")


def _figure(fact: Fact) -> Decimal:
    return wording.number(fact.value) or Decimal()
