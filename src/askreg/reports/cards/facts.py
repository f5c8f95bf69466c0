"""Facts of a card: what the record says, with the event that recorded it; every row and sentence cites some."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """One thing the record says. Values are text with every digit they came with; a version is `model:3`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = ""
    """`F1`, `F2` … within one card; empty until a ledger has numbered it."""
    subject: str
    field: str
    value: str
    unit: str | None = None
    n: int | None = None
    dataset: str | None = None
    split: str | None = None
    cohort: str | None = None
    ci: tuple[str, str] | None = None
    evidence: str | None = None
    since: str | None = None
    until: str | None = None
    event: int | None = None
    """The event that recorded it; None for what is worked out from several, such as a gap."""

    @property
    def setting(self) -> tuple[Any, ...]:
        """Return what makes another fact one about the same thing, whatever its value."""
        return (self.subject, self.field, self.dataset, self.split, self.cohort, self.evidence)


class Ledger:
    """Numbers the facts of one card; the same fact met twice keeps its number."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        """Start with facts that are numbered already."""
        self._known: dict[tuple[Any, ...], Fact] = {_key(fact): fact for fact in facts}

    def add(self, **given: Any) -> str:
        """Return the number of the fact with these parts."""
        fact = Fact(**given)
        known = self._known.get(_key(fact))
        if known is None:
            known = fact.model_copy(update={"id": f"F{len(self._known) + 1}"})
            self._known[_key(fact)] = known
        return known.id

    def __iter__(self) -> Iterator[Fact]:
        """Return the facts in order."""
        return iter(self._known.values())


def _key(fact: Fact) -> tuple[Any, ...]:
    return tuple(value for name, value in fact if name != "id")
