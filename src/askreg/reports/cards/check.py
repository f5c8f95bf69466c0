"""Checking a card: what is missing, what the record contradicts or no longer holds, and figures to be wary of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from askreg.registry.registry import Registry
from askreg.registry.times import When
from askreg.reports.cards import assertions, claims
from askreg.reports.cards.catalogue import PROFILES, profile
from askreg.reports.cards.claims import Claimed, Claims
from askreg.reports.cards.completeness import Completeness, complete, why
from askreg.reports.cards.content import Card
from askreg.reports.cards.drafting import card_of
from askreg.reports.cards.facts import Fact
from askreg.reports.cards.kept import Kept, kept
from askreg.reports.cards.reading import sentences
from askreg.reports.cards.record import Record, read
from askreg.reports.cards.texts import NO_REASON

Code = Literal[
    "contradiction",  # the record says otherwise
    "outdated",  # a kept card says what the record no longer says
    "training-data",  # a figure was measured on what the version was trained on
    "validation-data",  # on what it was chosen or tuned by
    "derived-from-training",  # on what was derived from that: their independence is not shown
    "unsupported",  # the record says nothing of it
    "no-n",  # a figure without its number of cases
    "no-interval",  # a figure without an interval
    "meaningless",  # a text that fills a field and says nothing
    "no-reason",  # said not to apply, but not why
    "unread",  # a text too long to be read whole
]
Severity = Literal["error", "warning"]
ERRORS: frozenset[Code] = frozenset(("contradiction", "outdated", "training-data"))
"""What keeps a card from being published."""
LONGEST = 200_000
"""Characters of a text that are read."""

_HOLLOW = re.compile(
    r"\W*(?:tbd|tba|todo|to do|to be (?:done|determined|added|completed)|n\.?a\.?|none|null|nil|unknown|xxx+"
    r"|lorem ipsum.*|see above|same|text|string|placeholder|fill in|coming soon|0|test)?\W*",
    re.IGNORECASE | re.DOTALL,
)


class Finding(BaseModel):
    """One thing that was found."""

    model_config = ConfigDict(frozen=True)
    code: Code
    severity: Severity
    where: str
    """The card field, figure or file it is about."""
    what: str
    text: str | None = None
    """The words that it is about."""
    facts: tuple[str, ...] = ()
    events: tuple[int, ...] = ()


class CardCheck(BaseModel):
    """The outcome of a check. `ok` while nothing is an error: what is missing is told, and is none."""

    model_config = ConfigDict(frozen=True)
    subject: str
    as_of: str
    content: str
    kept: str | None
    """The content of the card that was published or, failing that, drafted last: its facts were held to the record."""
    ok: bool
    profiles: tuple[Completeness, ...]
    findings: tuple[Finding, ...]


def check(
    registry: Registry,
    subject: str,
    *,
    profiles: Iterable[str] | None = None,
    as_of: When | None = None,
    known_at: When | None = None,
    files: Mapping[str, str] | None = None,
    content: str | None = None,
) -> CardCheck:
    """Return what is wrong with the card of a version as the record has it, with its kept card, and with `files`.

    The kept card is the one that `content` names, or that is published, or was drafted last.
    """
    with registry.view(as_of=as_of, known_at=known_at) as seen:
        record = read(seen, subject)
        card = card_of(record)
        held = kept(seen, record.found.id, subject=card.subject, content=content)
        findings = list(_found(record, card, held, files or {}))
    asked = [profile(name) for name in (PROFILES if profiles is None else profiles)]
    return CardCheck(
        subject=card.subject,
        as_of=card.as_of,
        content=card.content,
        kept=held.card.content if held else None,
        ok=not any(finding.severity == "error" for finding in findings),
        profiles=tuple(complete(card, each) for each in asked),
        findings=tuple(findings),
    )


def _found(record: Record, card: Card, held: Kept | None, files: Mapping[str, str]) -> Iterator[Finding]:
    judge = Claims(record, card)
    for where, text, facts in _texts(card):
        yield from _of_text(judge, where, text, facts)
    yield from _figures(record, card)
    if held is not None:
        yield from outdated(held.card, card)
    for name, text in files.items():
        from askreg.reports.cards.files import claimed_by_file

        for where, claimed in claimed_by_file(judge, name, text):
            yield _finding(card, claimed.code, where, claimed.what, text=claimed.sentence, facts=claimed.facts)


def claimed(judge: Claims, text: str) -> Iterator[Claimed]:
    """Yield what a text says that the record does not bear out."""
    for sentence in sentences(text):
        for each in (*claims.CHECKS, *assertions.CHECKS):
            yield from each(judge, sentence)


def _texts(card: Card) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the words that people wrote: field, text and facts."""
    for entry in card.entries.values():
        for statement in entry.statements:
            if statement.origin == "quote":
                yield entry.field, statement.text, statement.facts
        if entry.field == "other" and entry.table is not None:
            for row in entry.table.rows:
                yield f"card.{row.cells[0]}", row.cells[1], row.facts


def _of_text(judge: Claims, where: str, text: str, facts: tuple[str, ...]) -> Iterator[Finding]:
    card = judge.card
    if len(text) > LONGEST:
        yield _finding(card, "unread", where, f"only the first {LONGEST} characters were read", facts=facts)
    if _HOLLOW.fullmatch(text):
        yield _finding(card, "meaningless", where, "it fills the field and says nothing", text=text, facts=facts)
        return
    goal = where.endswith("_goal")  # what is wanted is not what is
    for found in () if goal else claimed(judge, text[:LONGEST]):
        yield _finding(card, found.code, where, found.what, text=found.sentence, facts=found.facts or facts)


def _figures(record: Record, card: Card) -> Iterator[Finding]:
    for entry in card.entries.values():
        if entry.reason == NO_REASON:
            yield _finding(card, "no-reason", entry.field, NO_REASON, facts=entry.facts)
    chosen_by = {subject for subject, role, _, _ in record.inputs() if role == "validation"}
    for figure in card.figures:
        where = f"{figure.metric}, {figure.cohort}, {figure.setting}"
        facts = (figure.fact,)
        if figure.kinship == "training":
            what = f"{figure.value} was measured on {figure.dataset}, which it was trained on"
            yield _finding(card, "training-data", where, what, facts=facts)
        elif figure.dataset in chosen_by:
            what = f"{figure.value} was measured on {figure.dataset}, which its making used for validation"
            yield _finding(card, "validation-data", where, what, facts=facts)
        elif record.derives_from_training(figure.dataset):
            what = (
                f"{figure.dataset} was derived from data that it was trained on: nothing shows them to be independent"
            )
            yield _finding(card, "derived-from-training", where, what, facts=facts)
        if figure.n is None:
            yield _finding(card, "no-n", where, f"{figure.value} has no number of cases", facts=facts)
        if figure.ci is None:
            yield _finding(card, "no-interval", where, f"{figure.value} has no interval", facts=facts)


def outdated(before: Card, now: Card) -> Iterator[Finding]:
    """Yield what a kept card says that the record no longer says."""
    present: dict[tuple[Any, ...], list[Fact]] = {}
    for fact in now.facts:
        present.setdefault(fact.setting[:5], []).append(fact)
    told = _told_only(before)
    for fact in before.facts:
        if fact.event is None:  # a gap: that it was filled is no fault of the card
            continue
        same = present.get(fact.setting[:5], [])
        # The tools of a language model give fewer parts of a fact than a card has.
        says = _figure if fact.id in told else _says
        if any(says(fact) == says(other) for other in same):
            continue
        where = " ".join(part for part in fact.setting[:5] if part)
        if fact.id in told and not same:
            what = "a sentence that a language model told rests on it, and this check cannot look it up: draft again"
            yield Finding(code="unread", severity="warning", where=where, what=what)
            continue
        what = "; ".join(dict.fromkeys(_told(other) for other in same)) or "nothing of the kind"
        yield Finding(
            code="outdated",
            severity="error",
            where=where,
            what=f"the kept card says {_told(fact)}; the record now says {what}",
            facts=tuple(other.id for other in same),
            events=tuple(sorted({other.event for other in same if other.event is not None})),
        )


def _told_only(card: Card) -> set[str]:
    """Return the facts that only sentences of a language model cite."""
    told: set[str] = set()
    cited: set[str] = set()
    for entry in card.entries.values():
        cited.update(entry.facts)
        cited.update(fact for row in (entry.table.rows if entry.table else ()) for fact in row.facts)
        for statement in entry.statements:
            (told if statement.origin == "model" else cited).update(statement.facts)
    return told - cited


def _figure(fact: Fact) -> tuple[Any, ...]:
    return (fact.value, fact.unit, fact.n, fact.ci)


def _says(fact: Fact) -> tuple[Any, ...]:
    return (fact.value, fact.unit, fact.n, fact.ci, fact.since, fact.until)


def _told(fact: Fact) -> str:
    parts = [fact.value if not fact.unit else f"{fact.value} {fact.unit}"]
    parts += [f"n = {fact.n}"] if fact.n is not None else []
    parts += [f"interval {fact.ci[0]} to {fact.ci[1]}"] if fact.ci else []
    parts += [f"since {fact.since}"] if fact.since else []
    parts += [f"until {fact.until}"] if fact.until else []
    return ", ".join(parts)


def _finding(
    card: Card, code: Code, where: str, what: str, *, text: str | None = None, facts: Sequence[str] = ()
) -> Finding:
    return Finding(
        code=code,
        severity="error" if code in ERRORS else "warning",
        where=where,
        what=what,
        text=text,
        facts=tuple(facts),
        events=tuple(card.events(tuple(facts))),
    )


def missing_lines(found: Completeness) -> list[tuple[str, str, str, str]]:
    """Return what is missing under a profile: field, whether it is required, who could supply it, and why."""
    return [
        (asked.label, "required" if asked.required else "optional", asked.supplier, why(asked))
        for asked in found.missing
    ]
