"""How a version stands: its stage, aliases, deployments and signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from askreg.registry import signing
from askreg.registry.canonical import canonical, sha256
from askreg.registry.tables import Alias, Approval, Deployment, Environment, Stage, Version
from askreg.registry.unit import Row, Unit

Fields: TypeAlias = Mapping[str, tuple[str, ...]]
"""`stage`, `alias.NAME`, `deployed.SITE/ENVIRONMENT` and `approval.MEANING`, each with what it holds."""

APPLIER = "whoever applies this"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands, and the ids of the rows that say so: a row that was replaced by its like is another."""

    subject: str
    fields: Fields
    rows: tuple[int, ...]
    content: str
    """The digest of what a signer of it signs."""

    @property
    def hash(self) -> str:
        """Return the digest of all of it."""
        fields = {name: list(held) for name, held in self.fields.items()}
        return sha256(
            canonical(
                {"subject": self.subject, "content": self.content, "fields": fields, "rows": sorted(self.rows)},
            )
        )


def standing(
    unit: Unit, subject: str, version: Row, *, alias: str | None = None, place: tuple[str, str] | None = None
) -> Standing:
    """Return how a version stands, with who holds `alias` and what of its model is live at `place`."""
    found: list[tuple[str, str, int]] = []
    model = subject.partition(":")[0]
    for row in unit.current(Stage, "version_id", version["id"]):
        found.append(("stage", row["stage"], row["id"]))
    for row in unit.current(Alias, "model_id", version["model_id"]):
        if row["version_id"] == version["id"] or row["name"] == alias:
            holder = unit.get(Version, row["version_id"])
            found.append((f"alias.{row['name']}", f"{model}:{holder['number']}", row["id"]))
    for row in unit.current(Approval, "version_id", version["id"]):
        found.append((f"approval.{row['meaning']}", signature(row["decision"], row["by"] or "?"), row["id"]))
    for row in _live(unit, version, place):
        where, number = unit.get(Environment, row["environment_id"]), unit.get(Version, row["version_id"])["number"]
        what = deployment(f"{model}:{number}", row["region"])
        found.append((f"deployed.{where['site']}/{where['name']}", what, row["id"]))
    fields: dict[str, tuple[str, ...]] = {}
    for name, value, _ in sorted(found):
        fields[name] = (*fields.get(name, ()), value)
    return Standing(subject, fields, tuple(id for _, _, id in found), signing.content(unit, version))


def deployment(subject: str, region: str | None) -> str:
    """Return how a version that is live somewhere is written."""
    return f"{subject} (region {region!r})" if region else subject


def signature(decision: str, by: str | None) -> str:
    """Return how a signature is written."""
    return f"{decision} by {by or APPLIER}"


def _live(unit: Unit, version: Row, place: tuple[str, str] | None) -> list[Row]:
    """Return the open deployments in the places where the version is live, and in `place`, of all its model."""
    places = {row["environment_id"] for row in unit.current(Deployment, "version_id", version["id"])}
    if place is not None and (named := unit.find(Environment, site=place[0], name=place[1])):
        places.add(named["id"])
    open_there = [row for id in sorted(places) for row in unit.current(Deployment, "environment_id", id)]
    return [row for row in open_there if unit.get(Version, row["version_id"])["model_id"] == version["model_id"]]
