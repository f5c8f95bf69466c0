"""What a card says: entries of the store, each a state with the statements and tables that bear it out."""

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from askreg.registry.canonical import canonical, sha256
from askreg.registry.results import LogHead
from askreg.reports.cards.facts import Fact

State = Literal["value", "unavailable", "not applicable", "missing"]
Origin = Literal["record", "quote", "model"]
"""Who words a statement: code from facts, a person (verbatim), or a language model (verified against its facts)."""
Kinship = Literal["training", "same", "other", "unknown"]
"""How the data of a figure is related to what the version was trained on, as far as the record tells."""

NOT_RECORDED = "not recorded"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(_Part):
    """A sentence, or somebody's words as a whole; `facts` are those it rests on."""

    text: str
    facts: tuple[str, ...]
    origin: Origin = "record"
    by: str | None = None
    """Whose words they are."""


class Row(_Part):
    """A row of a table and the facts it rests on."""

    cells: tuple[str, ...]
    facts: tuple[str, ...]


class Table(_Part):
    """A table of the record."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Entry(_Part):
    """One field of the store as this card has it."""

    field: str
    state: State
    statements: tuple[Statement, ...] = ()
    table: Table | None = None
    reason: str | None = None
    """Why it is not available, or does not apply; for a missing one, what stands in the way."""
    facts: tuple[str, ...] = ()
    """What a state that is no value rests on."""


class Figure(_Part):
    """A figure of an evaluation, as recorded."""

    metric: str
    value: str
    n: int | None
    ci: tuple[str, str] | None
    unit: str | None
    config: Any
    dataset: str
    split: str
    cohort: str
    evidence: str
    at: str
    by: str | None
    event: int
    fact: str
    kinship: Kinship

    @property
    def setting(self) -> str:
        """Return what it was measured on, in words."""
        return f"{self.dataset}, {self.split}"


class DatasetUse(_Part):
    """A dataset version that the version was made from or evaluated on."""

    subject: str
    roles: tuple[str, ...]
    through: str | None = None
    """The base version by which it came in, if not by the version's own run."""
    rows: int | None
    source: str | None
    sensitivity: str | None
    digest: str | None
    description: str | None
    by: str | None
    event: int
    fact: str


class Writer(_Part):
    """What wrote the narrative: code alone (`offline`), or a language model's backend, name and prompt."""

    backend: str = "offline"
    model: str | None = None
    prompt: str | None = None


class Identity(_Part):
    """What formats with fields of their own need to know of the version."""

    model: str
    version: int
    name: str
    task: str | None
    framework: str | None
    digest: str | None
    uri: str | None
    size: int | None
    base: str | None
    owner: str | None
    owner_name: str | None
    tags: dict[str, str]
    texts: dict[str, Any]
    """The card fields as people wrote them."""
    stage: str
    at: str


class Card(_Part):
    """A card: what the record says of a version as of an instant."""

    subject: str
    catalogue: int
    identity: Identity
    entries: dict[str, Entry]
    figures: tuple[Figure, ...]
    datasets: tuple[DatasetUse, ...]
    facts: tuple[Fact, ...]
    writer: Writer = Writer()
    as_of: str
    known_at: str | None = None
    head: LogHead
    """Where the log ended when the record was read."""

    @cached_property
    def content(self) -> str:
        """Return the digest of all that it says: when it was drafted, and how far the log went, is not part of that."""
        body = self.model_dump(mode="json", exclude={"as_of", "known_at", "head", "writer"})
        return sha256(canonical(body))

    def fact(self, id: str) -> Fact:
        """Return a fact by its number."""
        return self.facts[int(id[1:]) - 1]

    def events(self, facts: tuple[str, ...]) -> list[int]:
        """Return the events that recorded facts, each once."""
        return sorted({event for id in facts if (event := self.fact(id).event) is not None})
