"""The words that people put on a card: a text, several, or a state that says why there is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from askreg.registry.canonical import canonical
from askreg.registry.cards import FieldView
from askreg.reports.cards.content import Entry, State, Statement
from askreg.reports.cards.facts import Ledger

_STATED = re.compile(
    r"\s*(?P<state>not available|unavailable|not applicable|n/a)\s*(?:$|[:;,.–—-]\s*(?P<reason>.*))",
    re.IGNORECASE | re.DOTALL,
)
_STATES: dict[str, State] = {
    "unavailable": "unavailable",
    "not available": "unavailable",
    "not applicable": "not applicable",
    "n/a": "not applicable",
}
NO_REASON = "it is said not to apply, but not why"


@dataclass(frozen=True, slots=True)
class Words:
    """What a card field holds: texts, or a state without any."""

    state: State
    texts: tuple[str, ...] = ()
    reason: str | None = None


def read(value: Any) -> Words:
    """Return what a card field's value says.

    A text is a value unless it begins with `unavailable` or `not applicable` (`: reason`); a mapping gives `state` and
    `reason`, or `value`; a list gives several texts. Anything else is shown as the JSON it is.
    """
    if value in (None, "", [], {}):
        return Words("missing")
    match value:
        case str():
            found = _STATED.fullmatch(value)
            return _words(value) if found is None else _stated(found["state"], found["reason"])
        case {"state": str(state), **rest} if " ".join(state.lower().replace("-", " ").split()) in _STATES:
            return _stated(" ".join(state.lower().replace("-", " ").split()), rest.get("reason"))
        case {"state": state, **rest} if set(rest) <= {"reason"}:
            return Words(
                "missing", reason=f"its state is given as {state!r}, which is not 'unavailable' or 'not applicable'"
            )
        case {"value": inner}:
            return read(inner)
        case list() if all(isinstance(item, str) for item in value):
            texts = tuple(item for item in value if item.strip())
            return Words("value", texts) if texts else Words("missing")
    return Words("value", (canonical(value),))


def entry(
    field: str,
    *,
    held: Mapping[str, FieldView],
    of_model: Mapping[str, FieldView],
    subject: str,
    model: str,
    ledger: Ledger,
) -> Entry:
    """Return a text field of a card: what the version's card says, or else its model's."""
    for fields, whose in ((held, subject), (of_model, model)):
        view = fields.get(f"card.{field}")
        words = Words("missing") if view is None else read(view.value)
        if view is None or (words.state == "missing" and words.reason is None):
            continue
        told = view.value if isinstance(view.value, str) else canonical(view.value)
        fact = ledger.add(subject=whose, field=view.name, value=told, since=view.at, event=view.event)
        if words.state != "value":
            return Entry(field=field, state=words.state, reason=words.reason, facts=(fact,))
        quotes = [Statement(text=text, facts=(fact,), origin="quote", by=view.by) for text in words.texts]
        return Entry(field=field, state="value", statements=tuple(quotes))
    return Entry(field=field, state="missing")


def _words(text: str) -> Words:
    return Words("value", (text,)) if text.strip() else Words("missing")


def _stated(state: str, reason: Any) -> Words:
    which = _STATES[state.lower()]
    why = reason.strip() if isinstance(reason, str) and reason.strip() else None
    if which == "not applicable" and why is None:
        return Words("missing", reason=NO_REASON)
    return Words(which, reason=why)
