"""Is "all", "only", "none" or a number of things said of a list that is whole?"""

import re
from collections.abc import Callable, Iterator

from askreg.agent.facts import Fact
from askreg.agent.reading import COUNTED
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.verify.claims import Claim, Problem

_WHOLE = re.compile(
    r"\b(?:only|solely|exclusively|every|everything|never|nothing|nobody|none|neither|no one|no other|in total"
    r"|no longer|no\s+(?:[\w.:@/-]+\s+){1,5}(?:is|are|was|were|has|have|exists?)|(?:is|are|was|were) no)\b"
    r"|\b(?:all|each)\b(?!\s*(?:\)|\||,|$|`|patients|cohort|cases))",
    re.IGNORECASE,
)
_LISTING = frozenset(("count", "share", "list"))
_COUNT = re.compile(rf"\b\d+\s+{COUNTED}", re.IGNORECASE)


def incomplete(claim: Claim) -> Iterator[Problem]:
    """Yield what is said of a whole list that is cut, or of which not all is cited."""
    counts = [use for use in (p.use for p in claim.passage.landings) if use.function in _LISTING]
    text = re.sub(r"\beach other\b", "", claim.prose)
    if not (counts or _WHOLE.search(text) or _COUNT.search(text)):
        return
    facts = claim.facts or claim.introduced
    if not facts:
        if claim.evidence.asserting and _WHOLE.search(text) and not _nothing_found(claim):
            yield claim.problem("incomplete", "no call found nothing, and no fact is cited")
        return
    for fact in facts:
        results = claim.evidence.holding(fact.id)
        if results and all(r.truncated and r.count != fact.id for r in results):
            yield claim.problem(
                "incomplete", f"the list that holds {fact.id} is cut: it cannot be counted or called all"
            )
    for use in counts:
        refs = use.whole if use.function == "share" else use.args
        cited = {ref.fact for ref in refs}
        if use.function != "list" and not _closed(cited, claim):
            yield claim.problem("incomplete", f"{{{use.source}}} leaves out facts that belong to the same list")


def _nothing_found(claim: Claim) -> bool:
    return any(r.error is not None or (r.total == 0 and not r.truncated) for r in claim.evidence.results)


def _closed(cited: set[str], claim: Claim) -> bool:
    """Tell whether the cited facts are all of a list, or all of it that shares a field and value, or a model."""
    results = [r for r in claim.evidence.results if cited & {f.id for f in r.facts}]
    covering = [r for r in results if cited <= {f.id for f in r.facts}]
    if covering:
        return any(_closed_in(cited, r) for r in covering)
    return bool(results) and all(_closed_in(cited & {f.id for f in r.facts}, r) for r in results)


_GROUPS: tuple[Callable[[Fact], object], ...] = (
    lambda f: f.field,
    lambda f: (f.field, f.value),
    lambda f: (f.field, f.subject),
    lambda f: (f.field, re.split(r"[:@/]", f.subject)[0]),
    lambda f: (f.field, re.split(r"[:@/]", f.value)[0]),
    lambda f: (f.field, f.until is None),
    lambda f: (f.field, f.dataset, f.split, f.cohort),
)


def _closed_in(cited: set[str], result: ToolResult) -> bool:
    if result.truncated:
        return False
    facts = [f for f in result.facts if f.id != result.count]
    if all(cited & set(row) for row in result.rows if row):
        return True
    for group in _GROUPS:
        keys = {group(f) for f in facts if f.id in cited}
        if len(keys) == 1 and {f.id for f in facts if group(f) in keys} == cited:
            return True
    return False
