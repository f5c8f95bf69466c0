"""The lifecycle policy: which moves exist and what each needs, as data that an admin may replace."""

from typing import get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from askreg.errors import InvalidInput
from askreg.registry.tables import Meaning, Role, StageName


class Requirement(BaseModel):
    """What must be on record before a version enters a stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    evaluations: int = Field(default=0, ge=0)
    """How many evaluations, on any data."""
    independent_evaluations: int = Field(default=0, ge=0)
    """How many on dataset versions that its own run did not use for training."""
    signatures: dict[Meaning, Role] = Field(default_factory=dict)
    """Meanings that must stand, unlapsed, and the role that each signer must hold."""
    card: list[str] = Field(default_factory=list)
    """Card fields that must be filled, on the version or its model."""
    digest: bool = False
    """Whether the artifact's digest must be known."""


class Publication(BaseModel):
    """What must be on record before a model card is published."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    signatures: dict[Meaning, Role] = {"approval": "approver"}
    """Meanings that must stand on the card, unlapsed, and the role that each signer must hold."""
    card: list[str] = Field(default_factory=list)
    """Card fields that must be filled, on the version or its model."""


class Policy(BaseModel):
    """The rules of the lifecycle. What is not listed as a move cannot be done."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    moves: dict[StageName, list[StageName]]
    enter: dict[StageName, Requirement] = Field(default_factory=dict)
    deploy_from: list[StageName]
    """The stages in which a version may go live."""
    publish: Publication = Field(default_factory=Publication)

    @field_validator("moves")
    @classmethod
    def _retired_is_final(cls, moves: dict[StageName, list[StageName]]) -> dict[StageName, list[StageName]]:
        if moves.get("retired"):
            raise ValueError("nothing leaves retired")
        return moves

    def requirement(self, stage: StageName) -> Requirement:
        """Return what entering `stage` needs."""
        return self.enter.get(stage, Requirement())


DEFAULT = Policy(
    moves={
        "experimental": ["validation", "retired"],
        "validation": ["approved", "experimental", "retired"],
        "approved": ["production", "experimental", "retired"],
        "production": ["validation", "retired"],
        "retired": [],
    },
    enter={
        "approved": Requirement(independent_evaluations=1, signatures={"approval": "approver"}),
        "production": Requirement(independent_evaluations=1, signatures={"approval": "approver"}),
    },
    deploy_from=["production"],
)
"""What holds until an admin sets another."""


def parse(body: object) -> Policy:
    """Return the policy in a JSON value, saying what is wrong with it otherwise."""
    try:
        return Policy.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"policy: {place}: {first['msg']}; stages are {', '.join(get_args(StageName))}") from None
