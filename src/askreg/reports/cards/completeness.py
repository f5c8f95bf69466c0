"""How complete a card is under a profile: a state for each thing that the profile asks for."""

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from askreg.reports.cards.catalogue import Profile, ProfileField, catalogue
from askreg.reports.cards.content import Card, State

_RANK: tuple[State, ...] = ("value", "unavailable", "not applicable", "missing")


class Asked(BaseModel):
    """One thing that a profile asks for, and its state on a card."""

    model_config = ConfigDict(frozen=True)
    group: str
    id: str
    label: str
    attribute: str | None
    required: bool
    state: State
    reason: str | None = None
    sources: tuple[str, ...]
    supplier: str
    """Who could supply it."""
    undeclared: bool = False
    """Whether the profile has it said when it is not available, and nobody has."""


class Completeness(BaseModel):
    """A card under one profile."""

    model_config = ConfigDict(frozen=True)
    profile: str
    title: str
    version: str
    dated: str
    counts: dict[State, int]
    required_missing: int
    fields: tuple[Asked, ...]

    @property
    def missing(self) -> list[Asked]:
        """Return what is asked for and not there."""
        return [asked for asked in self.fields if asked.state == "missing"]


def complete(card: Card, profile: Profile) -> Completeness:
    """Return how complete a card is under a profile."""
    fields = tuple(_asked(card, group.title, field) for group in profile.groups for field in group.fields)
    counts = Counter(asked.state for asked in fields)
    return Completeness(
        profile=profile.profile,
        title=profile.title,
        version=profile.version,
        dated=profile.dated,
        counts={state: counts[state] for state in _RANK},
        required_missing=sum(asked.required and asked.state == "missing" for asked in fields),
        fields=fields,
    )


def why(asked: Asked) -> str:
    """Return why something is missing, and whether the profile has that said."""
    declare = "the profile has it declared when it is not available" if asked.undeclared else ""
    return "; ".join(part for part in (asked.reason, declare) if part)


def state_of(card: Card, field: ProfileField) -> tuple[State, str | None]:
    """Return the state of what a profile asks for, and the reason of it: the best state among its sources."""
    entries = [card.entries[source] for source in field.sources]
    best = min(entries, key=lambda entry: _RANK.index(entry.state))
    reasons = list(dict.fromkeys(entry.reason for entry in entries if entry.state == best.state and entry.reason))
    return best.state, "; ".join(reasons) or None


def left_out(card: Card, profile: Profile) -> list[str]:
    """Return what the card holds and the profile has no place for: labels of fields, and figures one by one."""
    fields = [
        catalogue()[id].label
        for id, entry in card.entries.items()
        if entry.state == "value" and id not in profile.sources and id not in _LISTS
    ]
    tables = [table for source in _LISTS & profile.sources if (table := card.entries[source].table) is not None]
    placed = {fact for table in tables for row in table.rows for fact in row.facts}
    lost = [figure for figure in card.figures if figure.fact not in placed]
    return fields + [f"{figure.metric} {figure.value} on {figure.setting}, {figure.cohort}" for figure in lost]


_LISTS = {
    *("results", "internal_results", "external_results", "local_results"),
    *("cohorts", "internal_cohorts", "external_cohorts", "local_cohorts"),
    "safety_results",
}
"""Fields that list figures: what one of them holds is no loss where another is asked for."""


def _asked(card: Card, group: str, field: ProfileField) -> Asked:
    state, reason = state_of(card, field)
    return Asked(
        group=group,
        id=field.id,
        label=field.label,
        attribute=field.attribute,
        required=field.required,
        state=state,
        reason=reason,
        sources=field.sources,
        supplier=", ".join(_suppliers(field)),
        undeclared=field.declare and state == "missing",
    )


def _suppliers(field: ProfileField) -> Iterator[str]:
    yield from dict.fromkeys(catalogue()[source].supplier for source in field.sources)
