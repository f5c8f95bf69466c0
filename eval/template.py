"""A templated case: rows of a file with placeholders, and the cases that they become over one record."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from askreg.errors import InvalidInput
from eval.picks import PICKS
from eval.scorers.names import MONTHS
from eval.truth.record import Record

Row = dict[str, Any]


class Wording(string.Formatter):
    """Fills placeholders as people would write what stands there: `{day:words}` is 14 March 2026."""

    def __init__(self, record: Record | None = None) -> None:
        self.record = record

    def format_field(self, value: Any, format_spec: str) -> str:
        """The value in a form; unknown forms are an error."""
        if not format_spec:
            return str(value)
        if format_spec not in FORMS:
            raise InvalidInput(f"there is no form {format_spec!r}; choose from {', '.join(FORMS)}")
        return FORMS[format_spec](str(value), self.record) if self.record else str(value)


def _words(value: str, record: Record) -> str:
    day = date.fromisoformat(value)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _slashed(value: str, record: Record) -> str:
    return date.fromisoformat(value).strftime("%d/%m/%Y")


def _month(value: str, record: Record) -> str:
    day = date.fromisoformat(value)
    return f"{MONTHS[day.month - 1]} {day.year}"


def _title(value: str, record: Record) -> str:
    return value.replace("-", " ").replace("_", " ").title()


def _name(value: str, record: Record) -> str:
    return str(record.people[value].get("display", value))


def _number(value: str, record: Record) -> str:
    return value.rsplit(":", 1)[1]


FORMS: dict[str, Callable[[str, Record], str]] = {
    "words": _words, "slashed": _slashed, "month": _month, "title": _title, "name": _name, "number": _number,
    "model": lambda value, record: record.model_of(value),
}  # fmt: skip
"""How a value may be put in a wording: a day in words, with slashes, or its month; a place as a proper name; the
display name of a person; the number, or the model, of a version."""


def texts(row: Row) -> Iterator[str]:
    """Every text of a templated row that holds placeholders."""
    for turn in row.get("turns") or [row]:
        yield from turn["ask"]
        yield from ([turn["as_of"]] if "as_of" in turn else [])
        yield turn["expect"]["oracle"]
    yield from row.get("forbidden") or []


def check(row: Row, *, where: str) -> None:
    """Refuse a pick, a placeholder or a form that does not exist; `where` names the row in the error."""
    if row["pick"] not in PICKS:
        raise InvalidInput(f"{where}: there is no pick {row['pick']!r}; choose from {', '.join(sorted(PICKS))}")
    known = PICKS[row["pick"]].names
    for turn in row.get("turns") or [row]:
        call = turn["expect"]["oracle"]
        for _, name, _, conversion in _parsed(call, where=where):
            if name is not None and conversion != "r":
                raise InvalidInput(f"{where}: {call!r} has {{{name}}}; an oracle call takes a value as {{{name}!r}}")
    for text in texts(row):
        for name, form in placeholders(text, where=where):
            if name not in known:
                raise InvalidInput(
                    f"{where}: {text!r} has the placeholder {name!r}, but {row['pick']} gives {', '.join(known)}"
                )
            if form and form not in FORMS:
                raise InvalidInput(f"{where}: there is no form {form!r}; choose from {', '.join(FORMS)}")


def placeholders(text: str, *, where: str) -> list[tuple[str, str]]:
    """The name and the form of each placeholder of a text."""
    return [(name, form or "") for _, name, form, _ in _parsed(text, where=where) if name is not None]


def _parsed(text: str, *, where: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(string.Formatter().parse(text))
    except ValueError as error:
        raise InvalidInput(f"{where}: {text!r} is no template: {error}") from error


def sample_oracle(row: Row) -> Iterator[str]:
    """The oracle calls of a templated row with its placeholders' own names in them, to see what they call."""
    names = {name: name for name in PICKS[row["pick"]].names}
    for turn in row.get("turns") or [row]:
        yield Wording().vformat(turn["expect"]["oracle"], (), names)


def bound(row: Row, record: Record, *, registry: str, seed: int) -> list[Row]:
    """The rows that a templated row becomes over a record: none where its pick finds nothing."""
    chance = random.Random(f"{registry}-{seed}-{row['id']}")
    bindings = PICKS[row["pick"]].bindings(record)
    chosen = chance.sample(bindings, min(row.get("each", 1), len(bindings)))
    many = row.get("each", 1) > 1
    return [
        turn
        for number, binding in enumerate(chosen, start=1)
        for turn in _turns(row, binding, chance, f"{row['id']}-{number}" if many else row["id"], Wording(record))
    ]


def _turns(row: Row, binding: Mapping[str, str], chance: random.Random, id: str, wording: Wording) -> Iterator[Row]:
    def filled(text: str) -> str:
        return wording.vformat(text, (), binding)

    turns: Sequence[Row] = row.get("turns") or [row]
    for number, turn in enumerate(turns, start=1):
        made: Row = {
            "id": f"{id}.{number}" if "turns" in row else id,
            "category": row["category"],
            "question": filled(chance.choice(turn["ask"])),
            "expect": {**turn["expect"], "oracle": filled(turn["expect"]["oracle"])},
            "forbidden": [filled(text) for text in row.get("forbidden") or []],
        }
        if "as_of" in turn:
            made["as_of"] = filled(turn["as_of"])
        if "turns" in row:
            made["thread"] = id
        yield made
