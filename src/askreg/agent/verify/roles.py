"""Does each figure, date and name that was typed stand for the part of a fact that its words say it is?"""

import re
from collections.abc import Iterator

from askreg.agent import wording
from askreg.agent.facts import Fact
from askreg.agent.reading import Token, date_forms, stamp
from askreg.agent.verify.binding import mentions, shape
from askreg.agent.verify.claims import INTERVAL, SIZE, Claim, Problem, stands
from askreg.agent.verify.comparing import compares, superlative
from askreg.agent.verify.relations import said

_FROM = re.compile(r"\b(?:since|from)\s+$", re.IGNORECASE)
_TO = re.compile(r"\b(?:until|till|to)\s+$", re.IGNORECASE)
_ON = re.compile(r"\bon\s+$", re.IGNORECASE)
_SPAN = re.compile(r"\bfrom (\d{4}-\d{2}-\d{2}) (?:until|till|to)(?: before)? (\d{4}-\d{2}-\d{2})", re.IGNORECASE)
_ENDED = re.compile(r"\b(?:lapsed|withdrawn|stopped|ended|closed)\b", re.IGNORECASE)
_STATE = re.compile(r"\b(?:live|was|is)\b", re.IGNORECASE)
_DONE = re.compile(
    r"\b(?:approved|rejected|reviewed|registered|moved|deployed|retired|signed|set|began|started|became)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?(patients?|rows?|people|days?|hours?|minutes?|seconds?|weeks?|months?|years?|ms|milliseconds?|kb|mb|gb|kilobytes?|megabytes?|gigabytes?|bytes"
    r"|percentage points|points|%)(?!\w)",
    re.IGNORECASE,
)


def misread(claim: Claim) -> Iterator[Problem]:
    """Yield the figures and dates that are a fact's, but not the part of it that the words around them say."""
    yield from _backwards(claim)
    if not claim.facts:
        return
    yield from _asides(claim)
    yield from _sizes(claim)
    yield from _bounds(claim)
    yield from _values(claim)
    yield from _instants(claim)
    yield from _units(claim)


def _sizes(claim: Claim) -> Iterator[Problem]:
    sizes = {str(f.n) for f in claim.best if f.n is not None}
    for found in SIZE.finditer(claim.prose) if sizes else ():
        number = (found[1] or found[2]).replace(",", "").rstrip(".")
        if found.start() and any(p.start <= found.start(1) < p.end for p in claim.placed):
            continue
        if number not in sizes | {f.value for f in claim.facts if f.metric is None}:
            yield claim.problem("unsupported", f"{found.group()!r} is the size of no sample that this cites")


def _bounds(claim: Claim) -> Iterator[Problem]:
    known = {tuple(wording.plain_text(x) for x in f.ci) for f in claim.facts if f.ci is not None}
    for found in INTERVAL.finditer(claim.prose) if any(f.metric for f in claim.facts) else ():
        told = tuple(wording.plain_text(x.replace("−", "-")) for x in found.groups())
        if told not in known:
            yield claim.problem("unsupported", f"{found.group()!r} is no interval that this cites")


def _values(claim: Claim) -> Iterator[Problem]:
    """Check that a bound or a sample's size is not told as if it were the figure."""
    if not any(f.metric for f in claim.facts):
        return
    values = {wording.plain_text(f.value) for f in claim.facts}
    others = {
        wording.plain_text(b) for f in claim.facts for b in (*(f.ci or ()), *([str(f.n)] if f.n else ()))
    } - values
    spans = [*claim.asides, *((p.start, p.end) for p in claim.placed)]
    for token in claim.tokens:
        inside = any(a <= token.start < b for a, b in spans)
        if token.kind == "number" and token.value in others and not inside and not claim.context.covers(token):
            if not re.search(r"\b(?:n|size|interval|bound|between|and|patients|to)\b\W*$", claim.text[: token.start]):
                yield claim.problem("unsupported", f"{token.text!r} is a bound or a size, not the figure itself")


_WORD_ASIDE = re.compile(r"(?<=\()([a-z]+(?:-[a-z]+)*)(?=\))")


def _asides(claim: Claim) -> Iterator[Problem]:
    """Find words in brackets that no cited fact holds: "readmit (regression)" says what readmit is."""
    for found in _WORD_ASIDE.finditer(claim.prose):
        held = any(found[1] in f"{f.value} {f.field} {f.split} {f.cohort} {f.evidence}".casefold() for f in claim.facts)
        if not held and found[1] not in claim.evidence.question.casefold():
            yield claim.problem("unsupported", f"({found[1]}) is what no cited fact says")


def _instants(claim: Claim) -> Iterator[Problem]:
    parts = {p.start: p.use.args[0].part for p in claim.placed if not p.use.function}
    facts = claim.best
    timed = [f for f in facts if f.since is not None]
    starts = {x for f in facts for x in _forms(f.since, f.value)}
    ends = {x for f in facts for x in _forms(f.until, f.value)}
    told = {x for t in claim.tokens if t.kind == "date" for x in (t.value, t.value[:10])}
    for token in claim.tokens:
        before = claim.prose[: token.start]
        if token.kind != "date":
            continue
        if token.start in parts:
            wrong = bool((_TO if parts[token.start] == "since" else _FROM).search(before))
            wrong = wrong and parts[token.start] in ("since", "until")
            wrong = wrong or (parts[token.start] == "until" and bool(_ON.search(before)) and _began_last(before))
        elif not timed or any(p.start <= token.start < p.end for p in claim.placed):
            continue
        elif _FROM.search(before):
            wrong = token.value not in starts
        elif _TO.search(before):
            wrong = token.value not in ends
        else:
            wrong = _ON.search(before) is not None and not _happened_on(token, before, claim, timed)
        if wrong and (
            token.start in parts or not claim.context.covers(token) or _displaces(timed, told) or _ON.search(before)
        ):
            yield claim.problem("unsupported", f"{token.text!r} is not the day that the words before it say")


_CLOSING = re.compile(r"\.(?:withdrawn|cleared|closed|removed|retired|lapsed|unset|stopped|ended)$")


def _began_last(before: str) -> bool:
    """Tell whether the last verb speaks of a beginning."""
    ended, done = list(_ENDED.finditer(before)), list(_DONE.finditer(before))
    return bool(done) and (not ended or ended[-1].start() < done[-1].start())


def _backwards(claim: Claim) -> Iterator[Problem]:
    """Find spans that end before they begin, or as they begin though no fact does."""
    for found in _SPAN.finditer(claim.prose):
        first, last = found.groups()
        at_once = any((f.since or "")[:10] == (f.until or "")[:10] == first for f in claim.facts)
        if first > last or (first == last and not at_once):
            yield claim.problem("unsupported", f"{found.group()!r} is no span of time")


def _happened_on(token: Token, before: str, claim: Claim, timed: list[Fact]) -> bool:
    """Tell whether what is said to have been, or to have been done, on a day was so by the facts."""
    day = token.value[:10]
    if len(day) < 10:
        return True
    starts = {(f.since or "")[:10] for f in timed} | {
        stamp(f.value)[:10] for f in timed if wording.INSTANT.fullmatch(f.value)
    }
    ends = {f.until[:10] for f in timed if f.until}
    ended, done = list(_ENDED.finditer(before)), list(_DONE.finditer(before))
    if ended and (not done or done[-1].start() < ended[-1].start()):
        return day in ends or day in starts and any(_CLOSING.search(f.field) for f in timed)
    if done and not _STATE.search(before[done[-1].end() :]):
        return day in starts or day in ends and _ENDED.search(before) is not None
    within = any((f.since or "")[:10] <= day and (f.until is None or day <= f.until[:10]) for f in timed)
    return within and (day in starts | ends or _asked_about(token, claim))


def _forms(*texts: str | None) -> set[str]:
    return {x for text in texts if text and wording.INSTANT.fullmatch(text) for x in date_forms(text)}


def _displaces(timed: list[Fact], told: set[str]) -> bool:
    """Tell whether a date stands where a cited fact's own should, which is not told."""
    return not any(stamp(x)[:10] in told for f in timed for x in (f.since, f.until) if x)


def _asked_about(token: Token, claim: Claim) -> bool:
    """Tell whether the question or a call's own date is this day; the day after is written "before …" only."""
    days = {d for r in claim.evidence.results for d in (str(r.args.get("as_of") or "")[:10], r.as_of[:10])}
    return token.value[:10] in days or token.value[:10] in {x[:10] for x in claim.evidence.instants}


def _units(claim: Claim) -> Iterator[Problem]:
    """Check a number's unit against what code worked out and what facts say."""
    worked = " ".join(text for use, text in claim.expected)
    held = " ".join(
        filter(None, (x for f in claim.facts for x in (f.unit, f"{f.value} {f.unit or ''}", f.field, f.subject)))
    )
    said = f"{worked} {held} {claim.evidence.question}".casefold()
    for token in claim.tokens:
        if token.kind != "number" or token.value.endswith("%"):
            continue
        unit = _UNIT.match(claim.text, token.end)
        if unit is None or token.value not in claim.support.numbers:
            continue
        word = unit[1].casefold()
        stem = word.rstrip("s") if len(word) > 2 else word
        if word in ("patient", "patients", "people", "row", "rows"):
            fits = token.value in {str(f.n) for f in claim.facts} or stem in said
        else:
            fits = stem in said or (word == "bytes" and "size" in said)
        if not fits:
            yield claim.problem("unsupported", f"{token.text} {unit[1]}: nothing cited is in {unit[1]}")


def displaced(claim: Claim) -> Iterator[Problem]:
    """Yield names of the question or the calls that stand where a cited fact's own should, which is not told."""
    if not claim.facts or claim.passage.kind in ("header", "heading"):
        return
    told = {t.value for t in claim.tokens if t.kind == "name"}
    told |= {claim.evidence.names.get(t.value, "").partition(":")[2] for t in claim.tokens if t.kind == "name"}
    denied = re.search(r"\b(?:not|no|never|nobody|nothing|than|before|instead)\b", claim.prose, re.IGNORECASE)
    for token in claim.tokens:
        if token.kind != "name" or claim.support.covers(token) or not claim.context.covers(token) or denied:
            continue
        kind = shape(token.value, claim)
        for fact in claim.facts if kind in (":", "@", "/", "model", "dataset", "person", "site", "run:") else ():
            for part in (fact.subject, fact.value):
                own = part.casefold()
                if shape(own, claim) == kind and own not in told and not _version_told(own, claim):
                    yield claim.problem(
                        "subject", f"{token.text!r} stands where {part!r} should, which is what is cited"
                    )


def _version_told(own: str, claim: Claim) -> bool:
    number = own.partition(":")[2]
    return number in {t.value for t in claim.tokens if t.kind == "version"} or stands(own, claim.before.told)


_CLOSED: tuple[tuple[str, frozenset[str]], ...] = (
    ("stage", frozenset(("experimental", "validation", "approved", "production", "retired"))),
    ("approval.decision", frozenset(("approved", "rejected"))),
    ("evidence", frozenset(("vendor", "self-reported", "third-party", "local", "signed"))),
    ("split", frozenset(("test", "validation", "training", "train"))),
    ("sensitivity", frozenset(("public", "internal", "deidentified", "phi"))),
    ("change_control", frozenset(("inside", "outside"))),
)


def misworded(claim: Claim) -> Iterator[Problem]:
    """Yield words of a closed set that stand where a cited fact's own word should, which is not told."""
    if claim.passage.kind in ("header", "heading"):
        return
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", claim.prose.casefold()))
    for name, closed in _CLOSED:
        own = {w for f in claim.facts for w in _words(f, name)}
        others = (words & closed) - own
        if others and own and not own & words and not any(claim.says(w) for w in own):
            yield claim.problem("setting", f"{min(others)!r} stands where {min(own)!r} should, which is what is cited")
        elif name in ("evidence", "split"):
            yield from _repeated(claim, name, words & closed)
    yield from _other_field(claim)


def _words(fact: Fact, name: str) -> set[str]:
    if name in ("evidence", "split"):
        found = getattr(fact, name)
        return {found} if found else set()
    return {fact.value.casefold()} if fact.field == name else set()


def _repeated(claim: Claim, name: str, told: set[str]) -> Iterator[Problem]:
    """Find one fact's grade told twice, instead of each its own."""
    figures = [f for f in claim.facts if f.metric is not None]
    own = {w for f in figures for w in _words(f, name)}
    lost = {w for w in own - told if not claim.says(w)}
    if told & own and lost:
        yield claim.problem("setting", f"{min(told & own)!r} is told of what is {min(lost)!r}")
    elif told - own and figures and not claim.context.names & told:
        yield claim.problem("setting", f"{min(told - own)!r} is the {name} of none of the figures")


def _other_field(claim: Claim) -> Iterator[Problem]:
    """Find a metric's name told of a field that is none: the sensitivity of data is no latency."""
    fields = {f.field.rpartition(".")[2] for f in claim.facts}
    told = {t.value for t in claim.tokens if t.kind == "name" and claim.evidence.names.get(t.value) == "metric"}
    lost = {f for f in fields if claim.evidence.names.get(f) == "metric"} - told
    if lost and told and not told & fields and not any(f.metric for f in claim.facts):
        yield claim.problem("setting", f"{min(told)!r} stands where {min(lost)!r} should")


def untold(claim: Claim) -> Iterator[Problem]:
    """Yield the cited facts of a typed list that it does not tell."""
    if any(not p.use.function or p.use.function == "list" for p in claim.placed) or claim.introduces:
        return
    yield from _beside_the_point(claim)
    if superlative(claim.prose):
        return  # what is best is so among others, which it need not tell
    worked = {id for use, _ in claim.expected if use.function not in ("", "cite") for id in use.facts}
    groups: dict[str, list[Fact]] = {}
    for fact in [f for f in claim.facts if f.id not in worked]:
        groups.setdefault(fact.field, []).append(fact)
    for facts in groups.values():
        parts = [part for part in ("subject", "value") if len({getattr(f, part) for f in facts}) > 1]
        if not parts or not claim.typed:
            continue
        told = [any(_told(claim, getattr(f, part)) for part in parts) for f in facts]
        lost = [f for f, said in zip(facts, told, strict=True) if not said]
        if any(told) and lost:
            yield claim.problem("missing", f"{lost[0].subject} {lost[0].value} is cited and not told")
    for fact in [f for f in claim.facts if f.id not in worked] if claim.typed else ():
        subject = fact.subject.casefold()
        named = {n for _, n in mentions(claim, claim.tokens, subject)} if shape(subject, claim) else set()
        if named and subject not in named and not (claim.before.names(subject) and not _HELD.match(fact.field)):
            if not stands(subject, claim.before.told) and fact.subject not in {f.value for f in claim.facts}:
                yield claim.problem("subject", f"{fact.subject} {fact.field} is cited for what is said of {min(named)}")


def _beside_the_point(claim: Claim) -> Iterator[Problem]:
    """Find sentences that cite facts and tell none of them."""
    text = re.sub(r"^(?:Yes|No)\b\W*", "", claim.prose)
    if not claim.facts or claim.passage.kind == "header" or len(text.split()) < _SENTENCE or claim.placed:
        return
    words = set(re.findall(r"[a-z]+", claim.text.casefold()))
    for fact in claim.facts:
        named = set(re.findall(r"[a-z]+", fact.field.casefold())) & words
        heads = (re.split(r"[:@/]", part)[0] for part in (fact.subject, fact.value))
        if named or any(claim.says(part) for part in (fact.subject, fact.value, *heads)) or said(claim.prose):
            return
    if not (compares(claim.prose) or _NOISE.search(claim.prose)):
        yield claim.problem("missing", "this cites facts and tells none of them")


_SENTENCE = 5
"""Words; fewer are a remark."""
_NOISE = re.compile(r"\b(?:noise|intervals?|compar\w+|alike|same|recorded|known)\b", re.IGNORECASE)
_HELD = re.compile(r"(?:deployed|stage|alias\..*|approval\..*|task|by|at|owner|metric\..*)$")


def _told(claim: Claim, part: str) -> bool:
    return claim.says(part) or stands(part, claim.before.told)
