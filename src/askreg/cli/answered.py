"""Answers for people: the text, the facts it rests on, and what it was answered with."""

import re
from collections.abc import Iterable

from askreg.agent.answer import Answer
from askreg.agent.draft import Quote
from askreg.agent.facts import Fact
from askreg.agent.replay import Check, Replay
from askreg.agent.wording import unescape
from askreg.cli.printable import printable
from askreg.cli.tables import facts, heading, line, put, rows, span, when
from askreg.registry.proposals import Proposal

_INTERVAL = re.compile(r"(?:stage|deployed|alias\..*|approval\..*|by|version|region)$")
_MARKED = re.compile(r"[`*_#|\[\]\\<>&~]|^\s*(?:[-+=]|\d+[.)])|\n| {2}", re.MULTILINE)
"""What Markdown would show otherwise than it is written."""
MOST_FACTS = 40
"""More than that nobody reads on a terminal; JSON has all of them."""


def answer(given: Answer) -> None:
    """Print an answer."""
    if given.answer and given.answer != given.reason:
        _text(given.answer)
    if given.status != "answered":
        line(f"{given.status}: {given.reason}", style="yellow")
    for number, reading in enumerate(given.readings, 1):
        line(f"  {number}. {reading.question}")
    if given.proposal:
        proposal(given.proposal)
        if given.proposal.needs.missing:
            line("it cannot be made yet; ask again once nothing is missing", style="yellow")
        else:
            line(f"to make it in your own name: askreg --as USER answers apply {given.id}")
    for quote in given.quotes:
        line(_source(quote, given.answer), style="italic")
    _facts(given.facts, given.as_of)
    line(_provenance(given), style="dim")


def _source(quote: Quote, told: str) -> str:
    """Return where a quote stands, and its words unless the answer has them already."""
    words = " ".join(quote.text.split())
    parts = [
        "" if words in unescape(told) else f"“{words}”",
        quote.document + (f", revision {quote.revision}" if quote.revision else ""),
        f"under “{quote.section}”" if quote.section else "",
        f"characters {quote.start} to {quote.end}" if quote.start is not None else "",
        f"chunk {quote.chunk}",
    ]
    return " – ".join(filter(None, parts))


def proposal(given: Proposal) -> None:
    """Print a change that was proposed: what would change, and what it takes."""
    heading(f"Proposal: {given.action} {given.subject}")
    facts(given.arguments)
    rows("field|before|after", ((c.field, c.before or "nothing", c.after or "nothing") for c in given.diff))
    needs = given.needs
    facts(
        {
            "takes the role": " or ".join(needs.roles),
            "not by": needs.not_by,
            "asks for": "; ".join(needs.asks),
            "missing": "; ".join(needs.missing),
        }
    )


def _text(markdown: str) -> None:
    if _MARKED.search(markdown):
        from rich.markdown import Markdown  # takes a tenth of a second, which a plain sentence need not wait for

        # A link's target would be hidden behind its text, so links stay text.
        put(Markdown(printable(markdown), hyperlinks=False))
    else:
        line(markdown)


def _facts(known: list[Fact], as_of: str) -> None:
    rows(
        "fact|subject|field|value|on|#n|held|#event",
        ((f.id, f.subject, f.field, _value(f), _on(f), f.n, _held(f, as_of), f.event) for f in known[:MOST_FACTS]),
    )
    if len(known) > MOST_FACTS:
        line(f"{MOST_FACTS} of {len(known)} facts shown; --json has all", style="yellow")


def _value(fact: Fact) -> str:
    extras = [fact.unit, f"({fact.ci[0]} to {fact.ci[1]})" if fact.ci else None]
    return " ".join([fact.value, *filter(None, extras)])


def _on(fact: Fact) -> str:
    return ", ".join(filter(None, [fact.dataset, fact.split, fact.cohort, fact.evidence]))


def _held(fact: Fact, as_of: str) -> str | None:
    """Return when a fact held; of an event, when it was; of what was still open on an earlier day, that it was."""
    if fact.since is None:
        return None
    if fact.until is None and not _INTERVAL.match(fact.field):
        return when(fact.since)
    then = f", still on {fact.as_of[:10]}" if fact.until is None and fact.as_of != as_of else ""
    return span(fact.since, fact.until) + then


def _provenance(given: Answer) -> str:
    brain = given.brain
    wrote = "offline (no language model)" if brain.backend == "offline" else f"{brain.backend} {brain.model or ''}"
    known = f", as known at {given.known_at}" if given.known_at else ""
    return (
        f"{wrote.strip()}, {given.policy} | as of {when(given.as_of)}{known} | log at event {given.head.seq} | "
        f"{given.id} | {given.elapsed_ms} ms"
    )


def replay(outcome: Replay) -> None:
    """Print what became of an answer's facts."""
    line(outcome.answer.question, style="bold")
    line(f"answered as of {when(outcome.answer.as_of)}, with the log at event {outcome.answer.head.seq}", style="dim")
    _checks(outcome.then, "As of then")
    _checks(outcome.now, "As of now")
    if outcome.reproduced:
        line("reproduced: as of then, every fact is what the answer said", style="green")
    else:
        line("NOT reproduced: the record of then has changed since; run 'askreg audit verify'", style="red")
    line("every fact still holds" if outcome.holds else "not every fact holds today")


def _checks(checks: Iterable[Check], title: str) -> None:
    rows(
        "fact|subject|field|said|outcome|says now",
        ((c.id, c.subject, c.field, c.said, c.outcome, c.value) for c in checks),
        title=title,
    )
