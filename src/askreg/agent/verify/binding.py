"""Is each value said of its own subject, and of its own dataset and cohort?"""

import re
from collections.abc import Iterator

from askreg.agent import wording
from askreg.agent.draft import Ref, Use
from askreg.agent.facts import Fact
from askreg.agent.reading import Token, tokens
from askreg.agent.verify.claims import Claim, Placed, Problem

_JOINS = re.compile(
    r"[\s`*]*(?:[(\[]|(?:[\w\s`*]{0,24}?\b)?(?:for|of|by|in|with|at|on|is|was|has|belongs to)\b)[\s`*(]*"
)


def misplaced(claim: Claim) -> Iterator[Problem]:
    """Yield the values that are said of something else than what their facts are about."""
    counted = {id for p in claim.placed if _tells_all(p.use) for id in p.use.facts}
    for placed in claim.placed:
        fact = claim.evidence.facts[placed.use.args[0].fact]
        if not _says_something(placed, fact) or fact.id in counted or _shared(claim, placed):
            continue
        yield from _subject(claim, placed, fact)
        if fact.metric is not None:
            yield from _setting(claim, placed, fact)


def _tells_all(use: Use) -> bool:
    """Tell whether a placeholder counts its facts or lists what they say; listing their settings says nothing yet."""
    return use.function in ("count", "share") or (use.function == "list" and use.args[0].part not in _SETTING)


_SETTING = ("dataset", "split", "cohort", "unit")
_HELD = re.compile(r"(?:deployed|stage|alias\..*|approval\.by)$")
"""Fields that say of one thing at a time what it has: an arrow of a lineage may be told without where it starts."""


def mistyped(claim: Claim) -> Iterator[Problem]:
    """Yield typed values, of which no fact that holds them is about what they are said of."""
    if claim.passage.kind == "header":
        return
    subjects = {fact.subject.casefold() for fact in claim.facts}
    for token in claim.typed:
        if token.kind not in ("number", "name") or token.value in subjects:
            continue
        if any(a <= token.start < b for a, b in claim.asides):
            continue
        holding = [f for f in claim.facts if _same_value(f, token)]
        found: list[Problem] = []
        for fact in holding:
            use = Use("typed", "", (Ref(fact.id),))
            problems = list(_subject(claim, Placed(use, token.text, token.start, token.end), fact))
            if not problems:
                break
            found += problems
        else:
            yield from found[:1]


def _recognised(claim: Claim) -> Iterator[Placed]:
    """Yield the typed figures that are one cited fact's only."""
    for token in claim.typed:
        if token.kind == "number" and not any(a <= token.start < b for a, b in claim.asides):
            holding = [f for f in claim.facts if _same_value(f, token)]
            if len(holding) == 1:
                yield Placed(Use("typed", "", (Ref(holding[0].id),)), token.text, token.start, token.end)


def _same_value(fact: Fact, token: Token) -> bool:
    if token.kind == "number":
        return fact.metric is not None and wording.plain_text(fact.value) == token.value
    return fact.value.casefold() == token.value and bool(_HELD.match(fact.field))


def misnamed(claim: Claim) -> Iterator[Problem]:
    """Yield the figures that are called by another metric's name."""
    found = claim.evidence.names
    named = [(t.start, t.value) for t in claim.tokens if t.kind == "name" and found.get(t.value) == "metric"]
    for at, fact in claim.figures:
        metric = fact.metric or ""
        if claim.passage.kind == "row" and not named:
            heads = {t.value for t in tokens(_head(claim, at), found) if found.get(t.value) == "metric"}
        else:
            before = [name for start, name in named if start < at][-1:]
            after = [name for start, name in named if start > at][:1]
            heads = {*before, *after} if before[:1] != [metric] else set()
        if heads and metric.casefold() not in heads:
            yield claim.problem(
                "setting", f"{fact.value!r} is {fact.subject}'s {metric}, not {' or '.join(sorted(heads))}"
            )


def _head(claim: Claim, at: int) -> str:
    """Return what stands above a place in a table's row."""
    if claim.header is None:
        return ""
    heads = claim.header.text.strip().strip("|").split("|")
    column = claim.text[:at].replace("\\|", "  ").count("|") - 1
    return heads[column] if 0 <= column < len(heads) else ""


def _says_something(placed: Placed, fact: Fact) -> bool:
    """Tell whether a value is said of its subject; naming the subject or the metric says nothing yet."""
    part = placed.use.args[0].part
    if placed.use.function or part in ("subject", "field", "name", "as_of", "event"):
        return False
    return part not in ("model", "version") or ":" in fact.value


def _shared(claim: Claim, placed: Placed) -> bool:
    """Tell whether a setting is that of every figure in the claim: "on d@1, A has 0.8 and B has 0.9"."""
    part = placed.use.args[0].part
    if part not in _SETTING:
        return False
    return len({getattr(fact, part) for fact in claim.facts if fact.metric is not None}) == 1


def mentions(claim: Claim, found: list[Token], like: str) -> list[tuple[int, str]]:
    """Return where subjects of the same shape as `like` are named."""
    wanted = shape(like, claim)
    result = []
    for token in found:
        for name in _named(token, like):
            if shape(name, claim) == wanted:
                result.append((token.start, name))
    return result


def _named(token: Token, like: str) -> list[str]:
    if token.kind == "version" and re.search(r":\d+$", like):
        return [f"{like.rpartition(':')[0]}:{token.value}"]
    if token.kind != "name":
        return []
    head = re.split(r"[:@/]", token.value, maxsplit=1)[0]
    return [token.value, head] if head != token.value else [token.value]


def shape(subject: str, claim: Claim) -> str:
    """Return what kind of thing a subject is, as far as its form and the live names tell."""
    for prefix in ("run:", "doc:", "person:"):
        if subject.startswith(prefix):
            return prefix
    mark = re.search(r":(?=\d+$)|[@/]", subject)
    return mark.group() if mark else claim.evidence.names.get(subject.casefold(), "").partition(":")[0]


def _subject(claim: Claim, placed: Placed, fact: Fact) -> Iterator[Problem]:
    subject = fact.subject.casefold()
    named = [m for m in mentions(claim, claim.tokens, subject) if not placed.start <= m[0] < placed.end]
    if not shape(subject, claim):
        return  # not a thing of the record: "registry", a group of an aggregate
    others = {name for _, name in named}
    if claim.passage.kind == "row" and not others:
        yield from _column(claim, placed, fact)
        return
    if not others:
        if not claim.before.names(subject):
            yield claim.problem("subject", f"{placed.text!r} is about {fact.subject}, which is not named")
        return
    if subject not in others and not _parts_named(claim, fact):
        yield claim.problem("subject", f"{placed.text!r} is about {fact.subject}, not {', '.join(sorted(others))}")
    elif subject in others and len(others) > 1 and not _near(claim, placed, fact, named):
        yield claim.problem("subject", f"{placed.text!r} is about {fact.subject}, which is not what it is said of")


def _parts_named(claim: Claim, fact: Fact) -> bool:
    """Tell whether a value's own text names the subject's kind, as when a version is both subject and value."""
    return fact.subject in (other.value for other in claim.facts)


def _column(claim: Claim, placed: Placed, fact: Fact) -> Iterator[Problem]:
    """Check a table whose columns are subjects."""
    subject = fact.subject.casefold()
    if claim.header is not None:
        heads = claim.header.text.strip().strip("|").split("|")
        per_column = [{n for _, n in mentions(claim, list(tokens(h, claim.evidence.names)), subject)} for h in heads]
        if any(per_column):
            above = list(tokens(_head(claim, placed.start), claim.evidence.names))
            if subject not in {name for _, name in mentions(claim, above, subject)}:
                yield claim.problem("subject", f"{placed.text!r} is about {fact.subject}, not what its column says")
            return
    if not claim.before.names(subject):
        yield claim.problem("subject", f"{placed.text!r} is about {fact.subject}, which is not named")


def _near(claim: Claim, placed: Placed, fact: Fact, named: list[tuple[int, str]]) -> bool:
    subject = fact.subject.casefold()
    before = [name for at, name in named if at < placed.start]
    after = [(at, name) for at, name in named if at >= placed.end]
    if before and before[-1] == subject:
        return True
    if after and after[0][1] == subject and _JOINS.fullmatch(claim.text[placed.end : after[0][0]]):
        return True
    rivals = {f.subject for f in claim.facts if f.field == fact.field}
    if len(rivals) == 1 or claim.passage.kind == "row":
        return (before or [name for _, name in after])[0] == subject
    return _respectively(claim, fact, named)


def _respectively(claim: Claim, fact: Fact, named: list[tuple[int, str]]) -> bool:
    """Accept "A and B have x and y": all names first, then the values in the same order."""
    values = [
        (p.start, claim.evidence.facts[p.use.args[0].fact].subject.casefold())
        for p in sorted((*claim.placed, *_recognised(claim)), key=lambda p: p.start)
        if _says_something(p, found := claim.evidence.facts[p.use.args[0].fact]) and found.field == fact.field
    ]
    if not values or named[-1][0] > values[0][0]:
        return False
    return list(dict.fromkeys(name for _, name in named)) == list(dict.fromkeys(name for _, name in values))


def _setting(claim: Claim, placed: Placed, fact: Fact) -> Iterator[Problem]:
    cohorts = {t.value for t in claim.tokens if t.kind == "cohort"}
    header = claim.header.text.casefold() if claim.header else ""
    cohort = (fact.cohort or "all").casefold()
    if cohort == "all":
        wrong = cohorts and cohorts.isdisjoint({(f.cohort or "all").casefold() for f in claim.facts})
    else:
        said = cohort in cohorts or cohort in claim.text.casefold()
        wrong = not said and (bool(cohorts) or (cohort not in claim.before.named and cohort not in header))
    if wrong:
        yield claim.problem("setting", f"{placed.text!r} is for cohort {fact.cohort}")
    if fact.dataset is None:
        return
    dataset = fact.dataset.casefold()
    named = {name for _, name in mentions(claim, claim.tokens, dataset)}
    if named and dataset not in named:
        yield claim.problem(
            "setting", f"{placed.text!r} was measured on {fact.dataset}, not {', '.join(sorted(named))}"
        )
