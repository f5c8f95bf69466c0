"""Drafting: a card from the record as of an instant, with or without somebody who tells parts of it in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from askreg.registry.registry import Registry
from askreg.registry.times import When
from askreg.registry.view import View
from askreg.reports.cards.catalogue import StoreField, catalogue
from askreg.reports.cards.content import Card, Entry, Identity, Statement, Writer
from askreg.reports.cards.facts import Fact
from askreg.reports.cards.filling import Filling
from askreg.reports.cards.record import Record, read


@dataclass(frozen=True, slots=True)
class Told:
    """What a language model told of a field: sentences with the facts each rests on, or why there are none."""

    sentences: Sequence[tuple[str, Sequence[Fact]]] = ()
    refusal: str | None = None


class Teller(Protocol):
    """What tells fields in words: a language model behind the guard and the verifier, which are not known here."""

    def __call__(self, seen: View, subject: str, fields: Sequence[StoreField]) -> "Telling":
        """Return what it told, field by field."""
        ...


@dataclass(frozen=True, slots=True)
class Telling:
    """What a language model told, and who it is."""

    writer: Writer
    told: Mapping[str, Told] = field(default_factory=dict)


def draft(
    registry: Registry,
    subject: str,
    *,
    as_of: When | None = None,
    known_at: When | None = None,
    teller: Teller | None = None,
) -> Card:
    """Return the card of a version, as the record has it; it writes nothing."""
    with registry.view(as_of=as_of, known_at=known_at) as seen:
        return card_of(read(seen, subject), teller=teller, known_at=None if known_at is None else str(known_at))


def card_of(record: Record, *, teller: Teller | None = None, known_at: str | None = None) -> Card:
    """Return the card of the version that a record is of."""
    filling = Filling(record)
    entries = filling.entries()
    writer = Writer() if teller is None else _tell(teller, filling, entries)
    return Card(
        subject=record.version.subject,
        catalogue=catalogue().catalogue,
        identity=_identity(record),
        entries=entries,
        figures=filling.figures,
        datasets=filling.data,
        facts=tuple(filling.ledger),
        writer=writer,
        as_of=record.as_of,
        known_at=known_at,
        head=record.head,
    )


def _tell(teller: Teller, filling: Filling, entries: dict[str, Entry]) -> Writer:
    """Put what was told in the place of what code would have said; people's own words stay."""
    wanted = [each for each in catalogue() if each.kind == "told" and not _worded(entries[each.id])]
    telling = teller(filling.record.seen, filling.subject, wanted)
    who = telling.writer.model or telling.writer.backend
    for each in wanted:
        told = telling.told.get(each.id, Told(refusal="nothing was told"))
        said = []
        for text, facts in told.sentences:
            numbers = tuple(filling.ledger.add(**fact.model_dump(exclude={"id"})) for fact in facts)
            said.append(Statement(text=text, facts=numbers, origin="model", by=who))
        if said and told.refusal is None:
            entries[each.id] = Entry(field=each.id, state="value", statements=tuple(said))
        else:
            entries[each.id] = Entry(field=each.id, state="missing", reason=f"left open: {told.refusal}")
    return telling.writer


def _worded(entry: Entry) -> bool:
    return entry.state in ("unavailable", "not applicable") or any(s.origin == "quote" for s in entry.statements)


def _identity(record: Record) -> Identity:
    version, model = record.version, record.model
    owner = None if model.owner is None else record.person(model.owner)
    texts = {
        name[5:]: view.value
        for fields in (record.model_fields, record.fields)
        for name, view in fields.items()
        if name.startswith("card.")
    }
    return Identity(
        model=version.model,
        version=version.version,
        name=version.subject,
        task=model.task,
        framework=version.framework,
        digest=version.artifact.digest,
        uri=version.artifact.uri,
        size=version.artifact.size,
        base=version.base,
        owner=model.owner,
        owner_name=None if owner is None else owner.display,
        tags={**model.tags, **version.tags},
        texts=texts,
        stage=version.stage,
        at=version.at,
    )
