"""People, and what an admin decides for all: directions of metrics and the policy."""

from collections.abc import Iterable, Mapping
from typing import Any

from askreg.errors import Conflict, InvalidInput
from askreg.registry import names, policy
from askreg.registry.canonical import canonical
from askreg.registry.tables import Measure, Person, PersonKind, PolicyRow, Role
from askreg.registry.times import When
from askreg.registry.unit import Unit
from askreg.registry.writes.rows import set_fields, update
from askreg.registry.writes.values import one_of


def register_person(
    unit: Unit,
    *,
    name: str,
    display: str | None = None,
    kind: str = "person",
    roles: Iterable[str] = (),
    at: When | None = None,
    by: str | None = None,
) -> int:
    """Add a person or service, or change the display name and add to the roles of a known one."""
    names.name(name, what="person")
    one_of(kind, PersonKind, what="kind of person")
    granted = {one_of(role, Role, what="role") for role in roles}
    unit.allow("administer", name)
    known = unit.find(Person, name=name)
    if known is None:
        when, who = unit.when(at), unit.who(by)
        with unit.event("person.registered", name, at=when, by=who) as event:
            event.entity = unit.insert(Person, name=name, kind=kind)
            set_fields(unit, event.entity, {"display": display, "roles": sorted(granted) or None})
        return int(event.entity)
    held = set(unit.roles(name))
    wanted = {"display": display} if display is not None else {}
    if granted - held:
        wanted["roles"] = sorted(granted | held)  # type: ignore[assignment]
    update(unit, "person.updated", known["id"], name, wanted, {}, at=at, by=by)
    return int(known["id"])


def declare_metric(unit: Unit, *, name: str, better: str | None = None, unit_of_measure: str | None = None) -> int:
    """Say which way a metric is better, and its unit; raises `Conflict` if it was said otherwise."""
    names.metric(name)
    if better not in (None, "higher", "lower"):
        raise InvalidInput(f"better {better!r} is neither 'higher' nor 'lower'")
    unit.allow("administer", name)
    known = unit.find(Measure, name=name)
    if known is not None:
        if (known["better"], known["unit"]) != (better, unit_of_measure):
            raise Conflict(f"metric {name!r} is declared already: better {known['better']}, unit {known['unit']}")
        return int(known["id"])
    with unit.event("metric.declared", name, at=unit.now, by=unit.who(None)) as event:
        event.entity = unit.insert(Measure, name=name, better=better, unit=unit_of_measure)
    return int(event.entity)


def set_policy(unit: Unit, *, body: Mapping[str, Any]) -> None:
    """Replace the lifecycle policy."""
    parsed = policy.parse(body)
    unit.allow("administer", "policy")
    with unit.event("policy.set", "policy", at=unit.now, by=unit.who(None)):
        for row in unit.select(PolicyRow):
            if row["until"] is None:
                unit.change(PolicyRow, row, until=unit.now)
        unit.insert(PolicyRow, body=canonical(parsed.model_dump(mode="json")))
