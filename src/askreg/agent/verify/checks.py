"""Runs every check over every claim of a rendered answer."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby, takewhile

from askreg.agent.reading import tokens
from askreg.agent.render import Passage, Rendered
from askreg.agent.verify.binding import misnamed, misplaced, mistyped
from askreg.agent.verify.claims import Before, Claim, Evidence, Problem, arguments, context
from askreg.agent.verify.comparing import incomparable, misordered
from askreg.agent.verify.complete import incomplete
from askreg.agent.verify.polarity import contradicted, misjudged, uncited
from askreg.agent.verify.relations import unsaid
from askreg.agent.verify.roles import displaced, misread, misworded, untold
from askreg.agent.verify.topic import off_topic
from askreg.agent.verify.vocabulary import unvouched
from askreg.agent.verify.whole import left_out


def verify(rendered: Rendered, evidence: Evidence) -> list[Problem]:
    """Return what is wrong with an answer's text; nothing is, when the list is empty."""
    known = context(evidence)
    for length in _lengths(rendered.passages, evidence):
        known.counted.add(length)
        known.numbers.add(length)
    before = Before(evidence.names)
    before.add(evidence.question)
    for result in evidence.results:
        for text in arguments(result):
            before.add(text)
    problems: list[Problem] = []
    header: Passage | None = None
    for index, passage in enumerate(rendered.passages):
        header = passage if passage.kind == "header" else header if passage.kind == "row" else None
        claim = Claim(passage, evidence, known, before, header, _introduced(rendered.passages, index))
        for check in _CHECKS:
            problems += check(claim)
        if len(problems) > _ENOUGH:
            return list(dict.fromkeys(problems))
        before.add(passage.text, told=True)
    problems += off_topic(rendered.passages, evidence)
    problems += left_out(rendered, evidence)
    problems += _unread(rendered, evidence)
    problems += _unquoted(evidence)
    return list(dict.fromkeys(problems))


def _lengths(passages: list[Passage], evidence: Evidence) -> Iterator[str]:
    """Yield how many items or rows each list has, if each is of another thing: an answer may say how many it shows."""
    for shown, run in groupby(passages, key=lambda p: p.kind in ("item", "row")):
        if shown:
            items = list(run)
            named = [next((t.value for t in tokens(p.text, evidence.names) if t.kind == "name"), p.text) for p in items]
            if len(set(named)) == len(named):
                yield str(len(items))


def _introduced(passages: list[Passage], index: int) -> list[Passage]:
    """Return the items and rows that a line ending in a colon introduces."""
    if not passages[index].text.rstrip().endswith(":"):
        return []
    return list(takewhile(lambda p: p.kind in ("item", "header", "row"), passages[index + 1 :]))


_BEFORE = re.compile(r"\bbefore\s+$", re.IGNORECASE)


_ENOUGH = 50
"""Problems after which nothing more is read."""
_VERSION = re.compile(r"[\w.-]+:\d+")
_VERSIONS = re.compile(r"\s+(?:(?:different|distinct)\s+)?versions?\b", re.IGNORECASE)
_LINKED = re.compile(r"(?<!\\)\][(\[:]")


def _marked_up(claim: Claim) -> Iterator[Problem]:
    bare = re.sub(r"`[^`]*`", "", claim.text)
    if _LINKED.search(bare):
        yield claim.problem("link", "a link, an image or a link's target")
    for token in claim.tokens:
        if token.kind == "link" and not claim.support.covers(token):
            yield claim.problem("link", f"{token.text!r} is a link or markup that no fact holds")


def _unsupported(claim: Claim) -> Iterator[Problem]:
    for token in claim.tokens:
        if token.kind in ("link", "quote") or claim.support.covers(token) or claim.context.covers(token):
            continue
        if token.kind == "counted" and token.value in _sizes(claim, claim.text[token.end :]):
            continue
        if token.kind == "date" and token.value in claim.context.ends and _BEFORE.search(claim.text[: token.start]):
            continue
        if claim.evidence.names.get(token.value) == "metric" and not any(fact.metric for fact in claim.facts):
            continue  # "sensitivity" and "latency" are words too
        yield claim.problem("unsupported", f"{token.text!r} is in none of the facts that this cites")


def _sizes(claim: Claim, counted: str) -> set[str]:
    """Return how many facts, subjects or values the claim cites: what "two versions" may count.

    `counted` is what comes after the number. Where it says versions, and versions are cited, only these are counted.
    """
    facts = claim.facts
    if any(f.field.startswith("count") for f in facts) or any(
        u.function in ("count", "share") for u, _ in claim.expected
    ):
        return set()
    found = ({f.subject for f in facts}, {f.value for f in facts})
    versions = [{name for name in names if _VERSION.fullmatch(name)} for names in found]
    if _VERSIONS.match(counted) and any(versions):
        return {str(len(names)) for names in versions if names}
    return {str(len(x)) for x in (facts, *found) if x}


def _missing(claim: Claim) -> Iterator[Problem]:
    placed = {id(p.use) for p in claim.placed}
    for use, text in claim.expected:
        if not text and use.function != "cite":
            yield claim.problem("missing", f"{{{use.source}}} cannot be worked out from the facts")
        elif text and id(use) not in placed:
            yield claim.problem("missing", f"the text does not show {text!r}, which {{{use.source}}} stands for")


def _invented(claim: Claim) -> Iterator[Problem]:
    for token in claim.tokens:
        if token.kind != "quote" or not token.value.strip():
            continue
        if not (claim.support.covers(token) or _spoken_before(claim, token.value)):
            yield claim.problem("quote", f"{token.text} is not what any cited fact says, word for word")


def _spoken_before(claim: Claim, text: str) -> bool:
    return bool(text.strip()) and text.casefold() in claim.evidence.question.casefold()


def _unread(rendered: Rendered, evidence: Evidence) -> Iterator[Problem]:
    """Find text that no claim covers: what is not read cannot be vouched for."""
    end = 0
    for passage in rendered.passages:
        text = passage.text.strip()
        at = rendered.text.find(text, end)
        if at < 0:
            yield Problem(code="unread", claim=passage.text, what="the answer's text does not hold this claim")
            continue
        yield from _between(rendered.text[end:at], evidence)
        end = at + len(text)
    yield from _between(rendered.text[end:], evidence)


def _between(text: str, evidence: Evidence) -> Iterator[Problem]:
    bare = "\n".join(line for line in text.splitlines() if line.strip(" \t-*+#>|:.)0123456789"))
    if bare.strip() and (list(tokens(bare, evidence.names)) or any(c.isalpha() for c in bare)):
        yield Problem(code="unread", claim=text.strip(), what="no claim covers this text")


def _unquoted(evidence: Evidence) -> Iterator[Problem]:
    for quote in evidence.quotes:
        held = any(
            fact.subject == f"doc:{quote.document}" and quote.text in fact.value for fact in evidence.facts.values()
        )
        if not quote.text.strip() or not held:
            yield Problem(code="quote", claim=quote.text, what=f"{quote.document!r} does not say this, word for word")


_CHECKS: tuple[Callable[[Claim], Iterator[Problem]], ...] = (
    _marked_up,
    _unsupported,
    _missing,
    untold,
    _invented,
    unvouched,
    misplaced,
    mistyped,
    misnamed,
    misread,
    displaced,
    misworded,
    unsaid,
    uncited,
    contradicted,
    misjudged,
    misordered,
    incomparable,
    incomplete,
)
