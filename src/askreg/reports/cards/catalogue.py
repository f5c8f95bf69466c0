"""The store of fields and the profiles that ask for them: data files, read and checked here."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from askreg.errors import InvalidInput

Kind = Literal["record", "text", "told"]
ProfileName = Literal["askreg", "hf", "chai", "hti1", "cyclonedx"]
PROFILES: tuple[ProfileName, ...] = ("hf", "chai", "hti1", "cyclonedx")
"""Those of others; `askreg` is the whole store."""
WHOLE: ProfileName = "askreg"
SAFETY = "safety_metrics"
"""The card field that names the metrics which are about safety: nothing else on record tells."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class StoreField(_Data):
    """One thing that a card can say. See `fields.yaml` for its kinds."""

    id: str
    kind: Kind
    label: str
    supplier: str


class Catalogue(_Data):
    """The whole store, in order."""

    catalogue: int
    dated: str
    fields: tuple[StoreField, ...]

    def __getitem__(self, id: str) -> StoreField:
        """Return a field."""
        return _by_id()[id]

    def __iter__(self) -> Iterator[StoreField]:  # type: ignore[override]
        """Return the fields in order."""
        return iter(self.fields)


class ProfileField(_Data):
    """What a profile asks for, under its own id and label, and from which fields of the store it is filled."""

    id: str
    label: str
    sources: tuple[str, ...] = Field(alias="from")
    beside: tuple[str, ...] = ()
    """Fields that are shown with it, and do not answer what is asked for: their tables only."""
    attribute: str | None = None
    """The paragraph, path or variable by which the profile's own text knows it; its id if there is no other."""
    required: bool = False
    declare: bool = False
    """Whether the profile has it said when this is not available."""


class Group(_Data):
    """A section of a profile."""

    title: str
    fields: tuple[ProfileField, ...]


class Profile(_Data):
    """A dated list of what a card is to say."""

    profile: ProfileName
    title: str
    version: str
    dated: str
    """The day as of which the list was drawn up."""
    status: str
    reference: str
    native: Literal["md", "xml", "json"]
    brief: bool = False
    """Whether what is not recorded is named in one line for each section, and not one by one."""
    cannot_carry: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def fields(self) -> list[ProfileField]:
        """Return all that it asks for, in order."""
        return [field for group in self.groups for field in group.fields]

    @property
    def sources(self) -> set[str]:
        """Return the fields of the store that it has a place for."""
        return {source for field in self.fields for source in (*field.sources, *field.beside)}

    @property
    def reference_line(self) -> str:
        """Return the profile with its version and date."""
        return f"{self.title}, {self.version}, as of {self.dated}"


@cache
def catalogue() -> Catalogue:
    """Return the store's fields."""
    return Catalogue.model_validate(_read("fields.yaml"))


@cache
def _by_id() -> dict[str, StoreField]:
    return {field.id: field for field in catalogue().fields}


@cache
def profile(name: str) -> Profile:
    """Return a profile; raises `InvalidInput` when there is none of that name."""
    if name not in (WHOLE, *PROFILES):
        raise InvalidInput(f"there is no profile {name!r}; there are {', '.join(PROFILES)}, and {WHOLE} for all fields")
    content = _read(f"profiles/{name}.yaml")
    if name == WHOLE:
        content = _spelled_out(content)
    try:
        found = Profile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"profile {name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    unknown = sorted(found.sources - _by_id().keys())
    if unknown:
        raise InvalidInput(f"profile {name} is filled from {', '.join(unknown)}, which the store does not have")
    return found


def data(name: str) -> bytes:
    """Return one of the files that ship with the cards."""
    return (files("askreg.reports.cards") / "data" / name).read_bytes()


def _read(name: str) -> Any:
    import yaml

    return yaml.safe_load(data(name).decode())


def _spelled_out(content: dict[str, Any]) -> dict[str, Any]:
    """Return the whole store as a profile like the others: its fields under their own names."""
    required = set(content.pop("required"))
    groups = [
        {
            "title": group["title"],
            "fields": [
                {"id": id, "label": _by_id()[id].label, "from": [id], "required": id in required}
                for id in group["fields"]
            ],
        }
        for group in content["groups"]
    ]
    return {**content, "groups": groups}
