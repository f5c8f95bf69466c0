"""Is the answer about what the question names?"""

import re
from collections.abc import Iterator, Sequence

from askreg.agent.facts import Fact
from askreg.agent.reading import Token, tokens
from askreg.agent.render import Passage
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.verify.claims import Evidence, Problem, arguments
from askreg.agent.verify.support import Support

_KINDS = frozenset(("model", "dataset", "site", "person", "alias", "run", "document"))
_SIDE_BY_SIDE = frozenset(("compare", "leaderboard"))
"""Tools whose arguments do not say that each row is about each of them."""
_TOGETHER = re.compile(
    r"\b(?:both|only|also|but|except|too|as well|anywhere|elsewhere|without|not|and|nor|or)\b", re.IGNORECASE
)
"""Words by which a question is about what two lists have in common, or what one has and the other has not."""
_DENIES = re.compile(r"\b(?:no|not|never|nothing|nobody|none)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:not|except|besides?|other than|apart from|instead of|rather than|without)\s+(?:\w+\s+)?$", re.I
)


def off_topic(passages: Sequence[Passage], evidence: Evidence) -> Iterator[Problem]:
    """Yield the live names of the question that neither the cited facts nor the calls behind them are about."""
    if not evidence.asserting:
        return
    asked = [t for t in tokens(evidence.question, evidence.names) if _names_something(t, evidence)]
    if not asked:
        return
    cited = list(dict.fromkeys(id for passage in passages for id in passage.facts if id in evidence.facts))
    support = Support(evidence.names)
    support.compose = True
    for fact in (mate for id in cited for mate in evidence.row(id)):
        support.add_fact(fact)
        for part in re.split(r"[=,<>]+", fact.cohort or ""):
            support.add_text(part)
    results = [r for r in evidence.results if _rests(r, cited)] if cited else [r for r in evidence.results if _empty(r)]
    if _TOGETHER.search(evidence.question):
        about = {
            re.split(r"[:@/]", x)[0] for id in cited for x in (evidence.facts[id].subject, evidence.facts[id].value)
        }
        results += [r for r in evidence.results if r not in results and _mentions(r, about)]
    for result in _behind(results, evidence):
        if result.tool not in _SIDE_BY_SIDE or not result.total:
            for text in arguments(result):
                support.add_text(text)
        if result.error is not None:
            support.add_text(result.error)
    for passage in passages:
        if not passage.facts and _DENIES.search(passage.text):
            support.add_text(passage.text)  # whether an empty list bears it out is judged where denials are
    for token in asked:
        owner = evidence.names.get(token.value, "").partition(":")[2]
        if not (
            support.covers(token)
            or owner.casefold() in support.names
            or _BESIDE.search(evidence.question[: token.start])
        ):
            yield Problem(code="topic", claim="", what=f"the question names {token.text!r}; nothing cited is about it")


def _names_something(token: Token, evidence: Evidence) -> bool:
    if token.kind != "name":
        return False
    head = re.split(r"[:@/]", token.value, maxsplit=1)[0]
    return evidence.names.get(head, "").partition(":")[0] in _KINDS


def _mentions(result: ToolResult, about: set[str]) -> bool:
    return _empty(result) or any(re.split(r"[:@/]", x)[0] in about for f in result.facts for x in (f.subject, f.value))


def _rests(result: ToolResult, cited: Sequence[str]) -> bool:
    return not {f.id for f in result.facts}.isdisjoint(cited)


def _empty(result: ToolResult) -> bool:
    return result.error is not None or (not result.total and not result.truncated)


def _behind(results: Sequence[ToolResult], evidence: Evidence) -> list[ToolResult]:
    """Return results and those that named what they ask about: a champion was looked up before its figure was."""
    found = list(results)
    for _ in range(3):
        wanted = {text.casefold() for result in found for text in arguments(result)}
        earlier = [r for r in evidence.results if r not in found and any(_is(f, wanted) for f in r.facts)]
        if not earlier:
            break
        found += earlier
    return found


def _is(fact: Fact, wanted: set[str]) -> bool:
    return bool({fact.subject.casefold(), fact.value.casefold()} & wanted)
