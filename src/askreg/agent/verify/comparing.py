"""Do "better", "worse", "higher" and "lower" agree with the figures and with what the metric calls better?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from askreg.agent import wording
from askreg.agent.facts import Fact
from askreg.agent.reading import Token, tokens
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
WORDS = (*_COMPARATIVE, *_SUPERLATIVE)
_QUALITATIVE = frozenset(_words(_QUALITY, _BEST))
_WORD = re.compile(rf"\b(?:{'|'.join([*_COMPARATIVE, *_SUPERLATIVE])})\b", re.IGNORECASE)
_CLAUSE = re.compile(r"(?:;|,?\s+\b(?:but|while|whereas|although|though)\b)\s*", re.IGNORECASE)
_DIRECTION = re.compile(
    r"\b(higher|lower)(?: values?| figures?)? (?:is|are|being|means?) (better|worse)\b", re.IGNORECASE
)
_NEGATED = re.compile(r"(?:\bnot?|n't|\bneither|\bnever|\bcannot)(?:\s+\w+){0,2}\s*$", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:within|(?P<beyond>beyond|outside|above)) (?:the )?noise\b|\bnoise is known\b"
    r"|\bintervals? (?:do )?(?P<no>not )?overlap",
    re.IGNORECASE,
)
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
        for noise in _NOISE.finditer(masked):
            apart = bool(noise["no"] or noise["beyond"] or _NEGATED.search(masked[: noise.start()]))
            yield from _noise(clause, negated=apart)


def _directions(claim: Claim) -> Iterator[Problem]:
    metrics = {f.metric for f in claim.facts if f.metric}
    for said in _DIRECTION.finditer(claim.prose):
        for metric in sorted(metrics):
            agrees = claim.evidence.better(metric) == said.group(1).casefold()
            if len(metrics) == 1 and agrees != (said.group(2).casefold() == "better"):
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
    if claim.passage.kind == "row":
        return
    best = facts[0]
    sign = _sign(claim, word, best.metric)
    if _NEGATED.search(clause.text[: found.start()]):
        if _leads(claim, best, sign):
            yield claim.problem("comparison", f"{best.subject}'s {best.value} is the {word} of its list")
        return
    for result in claim.evidence.holding(best.id):
        rivals = [f for f in result.facts if f.setting == best.setting]
        if len(rivals) < 2:
            continue
        if result.truncated and result.tool != "leaderboard":
            yield claim.problem("incomplete", f"{word!r}: the list that holds {best.id} is cut")
        if any((_figure(f) - _figure(best)) * sign > 0 for f in rivals):
            yield claim.problem("comparison", f"{word!r}: {best.subject}'s {best.value} is not the {word} of its list")


_TOLD_APART = re.compile(r"\bnoise is (?:well |now )?known\b", re.IGNORECASE)


def _leads(claim: Claim, best: Fact, sign: int) -> bool:
    """Tell whether a figure is ahead of all others of a list."""
    for result in claim.evidence.holding(best.id):
        rivals = [f for f in result.facts if f.setting == best.setting and f.id != best.id]
        if rivals and all((_figure(best) - _figure(f)) * sign >= 0 for f in rivals):
            return True
    return False


_UNLIKE = re.compile(
    r"\b(?:not|cannot|can't)\s+(?:be\s+)?(?:comparable|compared)|\bincomparable|\bmeasured on another", re.I
)
_LIKE = re.compile(r"(?<!not )\bcomparable\b|\b(?:can|may) be compared\b|(?<!not )\bmeasured alike\b", re.IGNORECASE)


def incomparable(claim: Claim) -> Iterator[Problem]:
    """Yield what is called comparable and is not, or not comparable and is."""
    facts = [f for f in (claim.facts or claim.introduced) if f.metric is not None]
    alike = [g for g in _alike(facts).values() if len({f.subject for f in g}) > 1]
    if _UNLIKE.search(claim.prose) and _LIKE.search(claim.prose):
        yield claim.problem("incomparable", "comparable and not comparable at once")
    if len({f.subject for f in facts}) < 2:
        return
    if _UNLIKE.search(claim.prose):
        if alike:
            yield claim.problem("incomparable", f"{' and '.join(f.id for f in alike[0])} were measured alike")
    if _LIKE.search(claim.prose) and not alike:
        yield claim.problem("incomparable", "no two of the figures were measured alike")


def superlative(text: str) -> bool:
    """Tell whether a text calls something the best, the worst or the like."""
    return any(word.group().casefold() in _SUPERLATIVE for word in _WORD.finditer(text))


def compares(text: str) -> bool:
    """Tell whether a text compares."""
    return bool(_WORD.search(text))


def asked(claim: Claim) -> bool | None:
    """Return what the figures say to a question such as "is A better than B" or "is A above 0.9"; None: not that."""
    question = claim.evidence.question
    figures = [f for f in claim.evidence.facts.values() if f.metric is not None and f in claim.facts] or []
    found = next((w for w in _WORD.finditer(question) if w.group().casefold() in _COMPARATIVE), None)
    if found is None or not figures:
        return None
    than = _THAN.search(question, found.end())
    words = list(tokens(question, claim.evidence.names))
    sign = _sign(claim, found.group().casefold(), figures[0].metric)
    number = next((t for t in words if t.kind == "number" and t.start >= found.end()), None)
    truth: bool | None = None
    if number is not None and not number.value.endswith("%"):
        if len({f.id for f in figures}) != 1:
            return None
        truth = (_figure(figures[0]) - Decimal(number.value)) * sign > 0
    else:
        truth = _first_is_ahead(claim, words, figures, than, found, sign)
    if truth is None:
        return None
    return truth != bool(_NEGATED.search(question[: found.start()]))


def _first_is_ahead(
    claim: Claim, words: list[Token], figures: list[Fact], than: re.Match[str] | None, found: re.Match[str], sign: int
) -> bool | None:
    if than is None and found.group().casefold() not in _VERBS:
        return None
    place = than.start() if than is not None else found.start()
    groups = [g for g in _alike(figures).values() if len({f.subject for f in g}) == 2]
    if len(groups) != 1:
        return None
    by_subject = {f.subject.casefold(): f for f in groups[0]}
    named = [(p, n) for p, n in mentions(claim, words, groups[0][0].subject.casefold()) if n in by_subject]
    before, after = {n for p, n in named if p < place}, {n for p, n in named if p > place}
    if len(before) != 1 or len(after) != 1 or before == after:
        return None
    return (_figure(by_subject[before.pop()]) - _figure(by_subject[after.pop()])) * sign > 0


_VERBS = frozenset(
    "outperforms outperformed outperform beats beat surpasses surpassed exceeds exceeded underperforms".split()
)


def _noise(clause: _Clause, *, negated: bool) -> Iterator[Problem]:
    for group in _alike([f for _, f in clause.figures]).values():
        if len(group) > 1 and _TOLD_APART.search(clause.text) and any(f.ci is None for f in group):
            yield clause.claim.problem("comparison", "without intervals, whether it is noise is not known")
        bounds = [(Decimal(f.ci[0]), Decimal(f.ci[1])) for f in group if f.ci is not None]
        if len(group) < 2 or len(bounds) < len(group):
            continue
        overlap = max(low for low, _ in bounds) <= min(high for _, high in bounds)
        if overlap == negated:
            yield clause.claim.problem("comparison", "whether the intervals overlap is told wrong")


def _figure(fact: Fact) -> Decimal:
    return wording.number(fact.value) or Decimal()
