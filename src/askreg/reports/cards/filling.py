"""Fills the fields of the store from the record; nothing is written that no fact bears out."""

from typing import Any

from askreg.reports.cards import described, figures, measured, sentences, texts
from askreg.reports.cards.catalogue import catalogue
from askreg.reports.cards.content import Entry
from askreg.reports.cards.entries import value
from askreg.reports.cards.facts import Ledger
from askreg.reports.cards.record import Record

_FILLERS = described.FILLERS | measured.FILLERS


class Filling:
    """One card being filled: the record, the facts numbered so far, and the figures."""

    def __init__(self, record: Record) -> None:
        """Take in the figures and the data first, so that they have the first numbers."""
        self.record, self.ledger = record, Ledger()
        self.subject = record.version.subject
        self.figures = figures.measured(record, self.ledger)
        self.data = figures.used(record, self.ledger)

    def entries(self) -> dict[str, Entry]:
        """Return every field of the store."""
        return {field.id: self._entry(field.id, field.kind) for field in catalogue()}

    def _entry(self, field: str, kind: str) -> Entry:
        if kind == "record":
            return _FILLERS[field](self, field)
        words = self.words(field)
        if kind == "told" and words.state == "missing" and words.reason is None:
            return value(field, sentences.TEMPLATES[field](self))
        return words

    def words(self, field: str) -> Entry:
        """Return what the card of the version, or of its model, says in a field."""
        return texts.entry(
            field,
            held=self.record.fields,
            of_model=self.record.model_fields,
            subject=self.subject,
            model=self.record.model.name,
            ledger=self.ledger,
        )

    # -- facts

    def fact(self, field: str, value: object, **more: Any) -> str:
        """Return the number of a fact about the version."""
        return self.ledger.add(**{"subject": self.subject, "field": field, "value": str(value), **more})

    def own(self, field: str, value: object) -> str:
        """Return the number of a fact that the version was registered with."""
        return self.fact(field, value, event=self.record.version.event)

    def printed(self, person: str) -> tuple[str, tuple[str, ...]]:
        """Return a person's printed name with the name on record, and the fact it rests on."""
        known = self.record.person(person)
        if known is None or not known.display or known.display == person:
            return person, ()
        event = self.record.described(f"person:{person}", "person")["display"].event
        fact = self.ledger.add(subject=f"person:{person}", field="display", value=known.display, event=event)
        return f"{known.display} ({person})", (fact,)
