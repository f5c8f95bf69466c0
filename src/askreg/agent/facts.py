"""Facts: what the record says, in the only form in which a figure may reach an answer."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """One thing the record says. Values are text with every digit they came with; a version is `model:3`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = ""
    """`F1`, `F2` … within one answer; empty until a ledger has numbered it."""
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
    as_of: str
    event: int | None = None
    """The event that recorded it."""

    @property
    def metric(self) -> str | None:
        """Return the metric's name if this is a figure of an evaluation."""
        return self.field.removeprefix("metric.") if self.field.startswith("metric.") else None

    @property
    def setting(self) -> tuple[str | None, ...]:
        """Return what a figure must share with another to be compared with it."""
        return (self.field, self.dataset, self.split, self.cohort, self.unit)


class Ledger:
    """Numbers the facts of one answer; the same fact met twice keeps its number."""

    def __init__(self) -> None:
        """Start with no facts."""
        self._by_key: dict[tuple[Any, ...], Fact] = {}
        self._by_id: dict[str, Fact] = {}

    def add(self, fact: Fact) -> Fact:
        """Return the fact under its number."""
        key = tuple(value for name, value in fact if name != "id")
        known = self._by_key.get(key)
        if known is None:
            known = fact.model_copy(update={"id": f"F{len(self._by_key) + 1}"})
            self._by_key[key] = self._by_id[known.id] = known
        return known

    def extend(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return the facts under their numbers."""
        return [self.add(fact) for fact in facts]

    def get(self, id: str) -> Fact | None:
        """Return the fact of that number, if there is one."""
        return self._by_id.get(id)

    def __iter__(self) -> Iterator[Fact]:
        """Return the facts in order."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        """Return how many facts there are."""
        return len(self._by_id)
