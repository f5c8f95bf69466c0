"""What a sentence affirms or denies, and whether the record bears it out."""

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from askreg.agent.facts import Fact
from askreg.agent.reading import Token, stamp, tokens
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.verify import comparing
from askreg.agent.verify.claims import Claim, Evidence, Problem, arguments
from askreg.agent.verify.relations import RELATIONS, Relation, expressed, said
from askreg.agent.verify.support import Support
from askreg.registry.canonical import canonical
from askreg.registry.tables import Role

_NOT = re.compile(r"\b(?:not|never|nobody|no one|nothing|none|neither|cannot|no)\b|n't\b", re.IGNORECASE)
_HARMLESS = re.compile(
    r"(?:not|no|cannot|n't)\s+(?:\w+\s+){0,2}?"
    r"(?:comparable|compared|known|overlap|intervals?|recorded|measured alike|alike)\b|\bno longer\b",
    re.IGNORECASE,
)
_COMPARING = re.compile(rf"(?:not|no|n't|never)\s+(?:\w+\s+){{0,2}}?(?:{'|'.join(comparing.WORDS)})\b", re.IGNORECASE)
"""Denials that are judged by the figures, that speak of what is not known, or that a closed interval bears out."""
_CLAUSE = re.compile(r"[;:,]\s|\(|\b(?:but|while|whereas|although|though)\b", re.IGNORECASE)
_VERDICT = re.compile(r"(Yes|No)(?:\s*[:,.;!–—-]+\s*|\s*$)")
_ASKS = re.compile(
    r"(?:and |so |but )?(?:is|are|was|were|has|have|had|does|do|did|can|could|will|would|isn't|aren't|wasn't|hasn't)\b",
    re.IGNORECASE,
)
_PARTLY = re.compile(r"\b(?:all|every|everything|everyone|only|each|both|always|or)\b", re.IGNORECASE)


def denials(claim: Claim) -> list[tuple[int, int]]:
    """Return where the clauses stand that deny something of the record."""
    prose = claim.prose
    masked = _HARMLESS.sub(lambda m: "_" * len(m.group()), prose)
    if any(fact.metric for fact in claim.facts):
        masked = _COMPARING.sub(lambda m: "_" * len(m.group()), masked)
    verdict = _VERDICT.match(masked)
    start = verdict.end() if verdict else 0
    edges = [start, *(m.end() for m in _CLAUSE.finditer(prose, start)), len(prose)]
    return [(a, b) for a, b in zip(edges, edges[1:], strict=False) if a < b and _NOT.search(masked[a:b])]


def contradicted(claim: Claim) -> Iterator[Problem]:
    """Yield what is denied though the cited facts say it, or though no list was found empty."""
    if claim.title or not claim.evidence.asserting:
        return
    for start, end in denials(claim):
        text = claim.text[start:end].strip()
        if claim.facts:
            rows = [row for fact in claim.facts if (row := claim.evidence.row(fact.id))]
            if _empty_words(claim, start, end):
                yield claim.problem("denied", f"{text!r} denies something that no cited fact is about")
            elif _says(claim, start, end, rows):
                yield claim.problem("denied", f"{text!r} denies what the cited facts say")
        elif not any(grounds(result, claim, start, end) for result in claim.evidence.results):
            yield claim.problem("denied", f"{text!r} is borne out by no empty list that is just about this")


def uncited(claim: Claim) -> Iterator[Problem]:
    """Yield what is said of the record without a fact."""
    evidence = claim.evidence
    if claim.facts or not evidence.asserting or claim.title or claim.introduced:
        return
    verdict = _VERDICT.match(claim.text)
    if denials(claim):
        return
    if verdict and verdict[1] == "No":
        if not any(grounds(result, claim, 0, verdict.end()) for result in evidence.results):
            yield claim.problem("uncited", "'No' rests on no fact and on no empty list")
        if any(t.start >= verdict.end() for t in claim.tokens) or said(claim.prose):
            yield claim.problem("verdict", "'No' stands before something that is not denied")
        return
    named = [t.text for t in claim.tokens if t.kind in ("name", "version") and evidence.names.get(t.value) != "metric"]
    if re.search(r"\b(?:0|zero)\b", claim.prose) and any(
        grounds(r, claim, 0, len(claim.text)) for r in evidence.results
    ):
        return
    if verdict or named or said(claim.prose):
        what = named[0] if named else claim.text.split()[0]
        yield claim.problem("uncited", f"nothing is cited for what is said of {what!r}")


def _empty_words(claim: Claim, start: int, end: int) -> bool:
    """Tell whether a clause denies at some length, and names nothing of the record."""
    prose = claim.prose[start:end]
    if any(fact.field.startswith("gap.") for fact in claim.facts):
        return False  # a gap is something that is not there
    named = any(start <= t.start < end for t in claim.tokens) or "_" in prose or said(prose)
    return not named and len(prose.split()) > _BRIEF


_BRIEF = 2
"""Words: "not clearly"."""


def _says(claim: Claim, start: int, end: int, rows: list[list[Fact]]) -> bool:
    """Tell whether cited facts hold all that a clause speaks of, so that denying it denies them."""
    if any(fact.field.startswith("gap.") for row in rows for fact in row):
        return False  # a gap is something that is not there
    inside = [t for t in claim.tokens if start <= t.start < end]
    prose = claim.prose[start:end]
    if not inside and not said(prose):
        return False
    if _BEFORE.search(prose) and all(_first(fact, claim.evidence) for fact in claim.facts):
        return False  # the first of all there were denies that there was one before
    if re.search(r"\b(?:is|are|has|have)\b", prose) and not re.search(r"\bnever\b", prose):
        rows = [row for row in rows if not _over(row, inside)]
    support = Support(claim.evidence.names)
    facts = [fact for row in rows for fact in row]
    for fact in facts:
        support.add_fact(fact)
    for _, text in claim.expected:
        support.add_text(text)
    if not facts or not all(support.covers(t) or _during(t, facts) for t in inside):
        return False
    return all(any(expressed(relation, row) for row in rows) for relation in said(prose))


_BEFORE = re.compile(r"\b(?:nothing|no \w+|none|nobody)\b.*\bbefore\b", re.IGNORECASE)


def _first(fact: Fact, evidence: Evidence) -> bool:
    """Tell whether a whole list of all there ever was of a subject begins with a fact."""
    for result in evidence.holding(fact.id):
        told = {text.casefold() for text in values(result.args)}
        same = [f.since for f in result.facts if (f.subject, f.field) == (fact.subject, fact.field) and f.since]
        narrowed = {fact.value.casefold(), fact.value.casefold().partition(":")[0]} & told
        whole = result.args.get("history") and not result.truncated and not narrowed
        if whole and fact.since is not None and min(same, default=None) == fact.since:
            return True
    return False


def _over(row: list[Fact], inside: list[Token]) -> bool:
    """Tell whether a row holds no more, and the clause does not speak of the time when it did."""
    told = {t.value for t in inside if t.kind == "date"}
    return all(f.until is not None and stamp(f.since or "")[:10] not in told for f in row)


def _during(token: Token, facts: list[Fact]) -> bool:
    if token.kind != "date" or len(token.value) < 10:
        return False
    day = token.value[:10]
    return any(f.since and f.since[:10] <= day and (f.until is None or day < f.until) for f in facts)


def grounds(result: ToolResult, claim: Claim, start: int, end: int) -> bool:
    """Tell whether a result that found nothing is about just what a clause denies: nothing more, nothing else."""
    evidence = claim.evidence
    support = Support(evidence.names)
    support.compose = True
    if result.error is not None:
        support.add_text(result.error)
    elif result.total or result.truncated:
        return False
    for text in arguments(result):
        support.add_text(text)
    support.add_text(result.as_of)
    for text in evidence.instants:
        support.add_text(text)
    inside = [t for t in claim.tokens if start <= t.start < end and t.kind in ("name", "version", "date", "cohort")]
    metrics = [t for t in inside if evidence.names.get(t.value) == "metric"]
    if not all(support.covers(t) for t in inside if t not in metrics):
        return False
    if result.error is not None:
        return True
    kind = str(result.args.get("select", _KINDS.get(result.tool, "")))
    relations = said(claim.prose[start:end])
    if any(kind not in r.kinds and not _speaks(evidence, r) for r in relations if r.kinds):
        return False
    asked = set(values(result.args)) & {"approved", "rejected"}
    if asked and any(r.value in ("approved", "rejected") and r.value not in asked for r in relations):
        return False
    return all(_told(value, claim) for value in values(result.args))


def _speaks(evidence: Evidence, relation: Relation) -> bool:
    """Tell whether a call's filters or fields are about a relation, where its kind is not."""
    asked = [canonical(result.args) for result in evidence.results]
    found = (relation.value and relation.value in text or relation.words.search(text) for text in asked)
    paths = (path for text in asked for path in re.findall(r'"(?:path|select|hops|project)":\[?"([^"]+)"', text))
    return any(found) or any(
        part in relation.kinds or _singular(part) in relation.kinds for p in paths for part in p.split(".")
    )


def _singular(word: str) -> str:
    return word.removesuffix("s")


_KINDS: dict[str, str] = {"deployed": "deployment", "leaderboard": "metric", "compare": "metric"}
_CLOSED = frozenset(
    "approved rejected approval review responsibility authorship experimental validation production retired training"
    " test all up down both person service public deidentified phi true false".split()
)


def values(args: Mapping[str, object]) -> Iterator[str]:
    """Yield what a call's filters ask for; fields, relations, order and what is shown are not asked for."""
    for name, value in args.items():
        if name in ("where", "then") and isinstance(value, list):
            for condition in value:
                if isinstance(condition, Mapping):
                    found = condition.get("value")
                    yield from (str(v) for v in (found if isinstance(found, list) else [found]) if v is not None)
        elif name in ("subject", "subjects", "site", "environment", "model", "metric", "dataset", "cohort", "split",
                      "task", "actor", "action", "about", "text", "as_of", "known_at", "since", "until"):  # fmt: skip
            yield from (str(v) for v in (value if isinstance(value, list) else [value]) if v is not None)


def _told(value: str, claim: Claim) -> bool:
    """Tell whether the question or the sentence speaks of what a call asked for, or an earlier call found it."""
    evidence, folded = claim.evidence, value.casefold()
    text = f"{evidence.question}\n{claim.text}".casefold()
    if folded in _CLOSED or folded in text or folded in _named(text, evidence) or _dated(value, claim):
        return True
    if evidence.names.get(folded) == "person":  # by a first or a last name
        return any(len(part) > 2 and part in text for part in re.split(r"[._-]", folded))
    held = {x.casefold() for f in evidence.facts.values() for x in (f.subject, f.value)}
    return folded in held or any(x.startswith((f"{folded}:", f"{folded}@", f"{folded}/")) for x in held)


def _named(text: str, evidence: Evidence) -> Iterator[str]:
    for phrase, kind in evidence.names.items():
        owner = kind.partition(":")[2]
        if owner and phrase in text:
            yield owner.casefold()
    words = re.split(r"[^\w.-]+", text)
    known = set(evidence.names)
    for first, second in zip(words, words[1:], strict=False):
        yield from (w for w in (f"{first}-{second}", f"{first}_{second}", first + second) if w in known)


def _dated(value: str, claim: Claim) -> bool:
    if not re.match(r"\d{4}(?:-\d{2}|$)", value):
        return False
    support = Support(claim.evidence.names)
    for text in (claim.evidence.question, *claim.evidence.instants):
        support.add_text(text)
    return value in support.dates or value[:10] in support.dates


def misjudged(claim: Claim) -> Iterator[Problem]:
    """Yield a "yes" or "no" that the sentence's own words, or the figures, do not bear out."""
    verdict, question = _VERDICT.match(claim.text), claim.evidence.question
    if verdict is None or not claim.evidence.asserting:
        return
    yes, doubting = verdict[1] == "Yes", bool(_NOT.search(_HARMLESS.sub("", question)) or _PARTLY.search(question))
    truth = comparing.asked(claim)
    if truth is not None:
        if truth != yes:
            yield claim.problem("verdict", f"{verdict[1]!r}, but the figures say {'yes' if truth else 'no'}")
        return
    held = _role_held(claim)
    if held is not None and not doubting:
        if held != yes:
            yield claim.problem("verdict", f"{verdict[1]!r}, but the role asked for is {'' if held else 'not '}held")
        return
    denies = bool(denials(claim))
    if yes and denies and not doubting:
        yield claim.problem("verdict", "'Yes' stands before a denial")
    elif yes and claim.facts:
        rows = [claim.evidence.row(fact.id) for fact in claim.facts]
        for relation in said(question) if not doubting and len(_parts(question)) == 1 else ():
            if relation.value and not any(expressed(relation, row) for row in rows):
                yield claim.problem("verdict", f"'Yes', but no cited fact says {relation.value!r}")
    elif not yes and claim.facts and not denies and _affirms(claim, verdict.end()) and not doubting:
        yield claim.problem("verdict", "'No' stands before what the question asked, affirmed")


def _role_held(claim: Claim) -> bool | None:
    """Tell whether a person has the one role that is asked for; None when none is, or the claim tells no roles."""
    people = {fact.subject for fact in claim.facts if fact.field == "roles"}
    told = {f.value for f in claim.evidence.facts.values() if f.field == "roles" and f.subject in people}
    asked = {role for role in get_args(Role) if re.search(rf"\b{role}s?\b", claim.evidence.question, re.IGNORECASE)}
    return bool(asked & told) if len(asked) == len(people) == 1 else None


def _parts(question: str) -> list[str]:
    return re.split(r"[,;]|\b(?:and|but|or)\b", question.strip(" ,;?"))


def _affirms(claim: Claim, start: int) -> bool:
    """Tell whether a sentence says all that the question asks."""
    evidence, question = claim.evidence, claim.evidence.question
    if _PARTLY.search(question) or comparing.compares(question) or comparing.compares(claim.prose[start:]):
        return False
    support = Support(evidence.names)
    support.compose = True
    support.add_text(claim.text[start:])
    for fact in claim.facts:
        support.add_fact(fact)
    asked = [t for t in tokens(question, evidence.names) if t.kind in ("name", "version")]
    if not all(support.covers(t) for t in asked):
        return False
    rows = [evidence.row(fact.id) for fact in claim.facts]
    return all(any(expressed(r, row) for row in rows) for r in said(question) if r in RELATIONS)
