"""What can be proposed: an act on one version, its arguments, the write it stands for, and what that leaves behind."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from askreg.errors import InvalidInput
from askreg.registry import lifecycle, names
from askreg.registry.canonical import canonical
from askreg.registry.policy import Policy, Requirement
from askreg.registry.standing import Fields, deployment, signature
from askreg.registry.tables import Meaning, StageName
from askreg.registry.unit import Unit
from askreg.registry.writes.values import one_of, only

Action = Literal["stage", "alias", "approve", "reject", "deploy", "withdraw", "retire"]
"""The commands that move a version through its life. What registers and describes is no decision to put to someone."""
LONGEST_TEXT = 10_000
"""Characters of a reason or comment."""


def _text(value: str) -> str:
    if len(value) > LONGEST_TEXT or "\0" in value:
        raise ValueError(f"it is not a text of at most {LONGEST_TEXT} characters")
    canonical(value)
    return value


Text = Annotated[str, AfterValidator(_text)]
Alias = Annotated[str, AfterValidator(lambda value: names.name(value, what="alias"))]
Site = Annotated[str, AfterValidator(lambda value: names.name(value, what="site"))]
Environment = Annotated[str, AfterValidator(lambda value: names.name(value, what="environment"))]


class Act(BaseModel):
    """An act and its arguments, which are flat."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Staging(Act):
    """A move to another stage."""

    stage: StageName
    reason: Text | None = None


class Retiring(Act):
    """Retirement, for good; `withdraw` also ends its deployments and takes its aliases."""

    withdraw: bool = False
    reason: Text | None = None


class Aliasing(Act):
    """An alias given, or taken away with `remove`."""

    alias: Alias
    remove: bool = False


class Deploying(Act):
    """A version going live in a site's environment, beside what is live there."""

    site: Site
    environment: Environment
    region: Text | None = None


class Withdrawing(Act):
    """A version going out of use in a site's environment."""

    site: Site
    environment: Environment
    reason: Text | None = None


class Approving(Act):
    """A signature, by whoever applies it."""

    meaning: Meaning = "approval"
    comment: Text | None = None


class Rejecting(Act):
    """A rejection, by whoever applies it, and the move back to experimental."""

    comment: Text | None = None


ACTS: dict[Action, type[Act]] = {
    "stage": Staging,
    "alias": Aliasing,
    "approve": Approving,
    "reject": Rejecting,
    "deploy": Deploying,
    "withdraw": Withdrawing,
    "retire": Retiring,
}


def read(action: str, arguments: Mapping[str, Any]) -> tuple[Action, Act]:
    """Return the act with these arguments; moving to `retired` is retiring. Raises `InvalidInput`."""
    named = cast(Action, one_of(action, Action, what="action"))
    only(arguments, set(ACTS[named].model_fields), f"{action!r}")
    for argument, closed in (("stage", StageName), ("meaning", Meaning)):
        if argument in arguments:
            one_of(arguments[argument], closed, what=argument)
    if arguments.get("stage") == "retired":
        return read("retire", {name: value for name, value in arguments.items() if name != "stage"})
    try:
        return named, ACTS[named].model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{action}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def steps(act: Act) -> tuple[Act, ...]:
    """Return the acts that must all be possible for this one to be."""
    return (act, Staging(stage="experimental", reason=act.comment)) if isinstance(act, Rejecting) else (act,)


def write(act: Act, unit: Unit, subject: str) -> None:
    """Make the write that an act stands for, with all its checks."""
    model, _, number = subject.partition(":")
    match act:
        case Staging(stage=stage, reason=reason):
            lifecycle.move(unit, version=subject, stage=stage, reason=reason)
        case Retiring(withdraw=withdraw, reason=reason):
            lifecycle.retire(unit, version=subject, withdraw=withdraw, reason=reason)
        case Aliasing(alias=alias, remove=True):
            lifecycle.remove_alias(unit, model=model, alias=alias)
        case Aliasing(alias=alias):
            lifecycle.set_alias(unit, model=model, alias=alias, version=int(number))
        case Deploying(site=site, environment=place, region=region):
            lifecycle.deploy(unit, version=subject, site=site, environment=place, region=region)
        case Withdrawing(site=site, environment=place, reason=reason):
            lifecycle.withdraw(unit, version=subject, site=site, environment=place, reason=reason)
        case Approving(meaning=meaning, comment=comment):
            lifecycle.approve(unit, version=subject, meaning=meaning, comment=comment)
        case Rejecting(comment=comment):
            lifecycle.reject(unit, version=subject, comment=comment)


def leaves(act: Act, fields: Fields, subject: str, signer: str | None = None) -> Fields:
    """Return how a version stands after an act; `signer` is None while it is not known who will apply it."""
    match act:
        case Staging(stage=stage):
            return {**fields, "stage": (stage,)}
        case Retiring(withdraw=withdraw):
            freed = {name: _without(held, subject) for name, held in fields.items()} if withdraw else fields
            return {**freed, "stage": ("retired",)}
        case Aliasing(alias=alias, remove=remove):
            return {**fields, f"alias.{alias}": () if remove else (subject,)}
        case Deploying(site=site, environment=place, region=region):
            name = f"deployed.{site}/{place}"
            return {**fields, name: tuple(sorted((*fields.get(name, ()), deployment(subject, region))))}
        case Withdrawing(site=site, environment=place):
            name = f"deployed.{site}/{place}"
            return {**fields, name: _without(fields.get(name, ()), subject)}
        case Approving(meaning=meaning):
            return _signed(fields, meaning, "approved", signer)
        case Rejecting():
            return {**_signed(fields, "approval", "rejected", signer), "stage": ("experimental",)}
    raise AssertionError(act)


def impossible(act: Act, policy: Policy, stage: str) -> bool:
    """Tell whether a refusal means that there is no such act from `stage`, not just that something is missing."""
    if isinstance(act, Staging):
        return act.stage not in policy.moves.get(cast(StageName, stage), [])
    return stage == "retired" or isinstance(act, Approving | Rejecting)


def asks(act: Act, policy: Policy) -> list[str]:
    """Return what the policy asks for an act, in words."""
    match act:
        case Staging(stage=stage):
            return _asked(policy.requirement(stage))
        case Deploying():
            return [f"it is in {' or '.join(policy.deploy_from)}"]
        case Retiring(withdraw=False):
            return ["it is live nowhere and holds no alias, or withdraw is given"]
    return []


def _without(held: tuple[str, ...], subject: str) -> tuple[str, ...]:
    return tuple(value for value in held if value.partition(" ")[0] != subject)


def _signed(fields: Fields, meaning: str, decision: str, signer: str | None) -> Fields:
    """Return the signatures with one more; it replaces what the signer had said in this meaning."""
    name = f"approval.{meaning}"
    others = [held for held in fields.get(name, ()) if signer is None or held.partition(" by ")[2] != signer]
    return {**fields, name: tuple(sorted((*others, signature(decision, signer))))}


def _asked(needs: Requirement) -> list[str]:
    asked = [f"at least {_evaluations(needs.evaluations)}"] if needs.evaluations else []
    if needs.independent_evaluations:
        asked.append(f"at least {_evaluations(needs.independent_evaluations)} on data it was not trained on")
    asked += [f"{meaning} by a person with the role {role}" for meaning, role in needs.signatures.items()]
    asked += [f"the card field {name!r}" for name in needs.card]
    return [*asked, "the artifact's digest"] if needs.digest else asked


def _evaluations(number: int) -> str:
    return f"{number} evaluation{'' if number == 1 else 's'}"
