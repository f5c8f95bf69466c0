"""Runs an answer's tool calls again: as of then, and as of now. Do its facts still hold?"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from askreg.agent.answer import Answer, milliseconds
from askreg.agent.facts import Fact, Ledger
from askreg.agent.tools.documents import QUOTE, Documents, passage_facts
from askreg.agent.tools.shapes import Call
from askreg.agent.tools.toolbox import Toolbox
from askreg.errors import StorageError
from askreg.registry import access, answers, documents, times
from askreg.registry.registry import Registry
from askreg.registry.view import View

if TYPE_CHECKING:
    from askreg.library.library import Library


class Check(BaseModel):
    """What has become of a fact. `value` is what the record says instead, where it says something."""

    model_config = ConfigDict(frozen=True)
    id: str
    subject: str
    field: str
    said: str
    outcome: Literal["held", "changed", "gone"]
    value: str | None = None


class Replay(BaseModel):
    """An answer's facts, checked as of then and as of now."""

    model_config = ConfigDict(frozen=True)
    answer: Answer
    then: list[Check]
    """As of the answer's instant, with what was known then: anything but `held` means that the record was altered."""
    now: list[Check]
    reproduced: bool
    """Whether every fact held as of then."""
    holds: bool
    """Whether every fact still holds."""


def replay(registry: Registry, id: str, *, library: "Library | None" = None) -> Replay:
    """Return what the calls of a given answer find today; what it quotes is looked up in the `library`."""
    with registry.view() as seen:
        answer = stored(seen, id)
    with registry.view(known_at=answer.known_at) as seen:
        as_of = times.instant(answer.as_of, bare="last")
        known = min(answer.head.seq, answer.head.seq if seen.known is None else seen.known)
        held = None
        if library is not None:
            held = Documents(library, access.readable(documents.roles(seen, registry.actor)))
        past = _checked(answer, replace(seen, as_of=as_of, known=known), held)
        # A question about a day in the past is still about that day; one about the present is about today.
        present = _checked(answer, replace(seen, as_of=as_of if _dated(answer) else None, known=None), held)
    return Replay(
        answer=answer,
        then=past,
        now=present,
        reproduced=all(check.outcome == "held" for check in past),
        holds=all(check.outcome == "held" for check in present),
    )


def stored(seen: View, id: str) -> Answer:
    """Return an answer that was given, as it was given."""
    body = answers.stored(seen, id).body
    try:
        return Answer.model_validate(json.loads(body))
    except (ValidationError, ValueError) as error:
        raise StorageError(
            f"the stored answer {id} cannot be read ({error}); 'askreg audit verify' shows whether it was altered"
        ) from None


def _dated(answer: Answer) -> bool:
    """Tell whether the question was asked as of another instant than the one it was asked at."""
    asked = times.moment(times.instant(answer.as_of, bare="last"))
    return int(asked.timestamp() * 1000) != milliseconds(answer.id)


def _checked(answer: Answer, seen: View, held: Documents | None) -> list[Check]:
    ledger = Ledger()
    toolbox = Toolbox(seen, ledger, held)
    for made in answer.calls:
        if made.error is None:
            toolbox.run(Call.model_validate({"tool": made.tool, "args": made.args}))
    if held is not None:  # what is likeliest today may be another passage, and the quoted one still stand
        for fact in (f for f in answer.facts if f.field.startswith(QUOTE)):
            passage = held.cited(seen, fact)
            ledger.extend(() if passage is None else passage_facts(passage, as_of=answer.as_of))
    found = list(ledger)
    return [_compared(fact, found) for fact in answer.facts]


def _compared(fact: Fact, found: Iterable[Fact]) -> Check:
    same = [other for other in found if _about(other) == _about(fact)]
    holding = next((other for other in same if _said(other) == _said(fact)), None)
    outcome: Literal["held", "changed", "gone"] = "held" if holding else "changed" if same else "gone"
    instead = None if holding or not same else ", ".join(dict.fromkeys(_shown(other) for other in same))
    return Check(id=fact.id, subject=fact.subject, field=fact.field, said=_shown(fact), outcome=outcome, value=instead)


def _about(fact: Fact) -> tuple[str | None, ...]:
    return (fact.subject, *fact.setting)


def _said(fact: Fact) -> tuple[object, ...]:
    return (fact.value, fact.n, fact.ci, fact.evidence, fact.since, fact.until)


def _shown(fact: Fact) -> str:
    times_held = "" if fact.since is None else f" since {fact.since}" + (f" until {fact.until}" if fact.until else "")
    return fact.value + times_held
