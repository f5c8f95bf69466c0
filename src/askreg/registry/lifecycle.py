"""Writes that move a version through its life: stages, signatures, aliases, deployments, retirement.

The policy decides in the registry's own name. History that a manifest tells is taken as it happened, marked as
imported, unless it is impossible.
"""

import json
from typing import Any

from askreg.errors import Conflict, InvalidInput, NotFound, PolicyRefused
from askreg.registry import names, signing, times
from askreg.registry.policy import Requirement
from askreg.registry.tables import (
    Alias,
    Approval,
    Decision,
    Deployment,
    Edge,
    Environment,
    Evaluation,
    Field,
    Meaning,
    Model,
    Person,
    Recorded,
    Stage,
    StageName,
    Version,
)
from askreg.registry.times import When
from askreg.registry.unit import Row, Unit
from askreg.registry.writes import named_version, one_of


def move(
    unit: Unit,
    *,
    version: str,
    stage: str,
    reason: str | None = None,
    at: When | None = None,
    by: str | None = None,
) -> None:
    """Move a version to a stage; raises `PolicyRefused` naming all that is missing."""
    one_of(stage, StageName, what="stage")
    if stage == "retired" and unit.origin == "registry":
        retire(unit, version=version, reason=reason, at=at, by=by)
        return
    unit.allow("move", version)
    version, row = named_version(unit, version)
    now_in = current_stage(unit, row)
    when, who = unit.when(at), unit.who(by)
    _after(when, now_in["at"], f"{version} entered {now_in['stage']}")
    if now_in["stage"] == "retired":
        raise PolicyRefused(
            subject=version, move=f"move to {stage}", missing=["it is retired, and nothing leaves that"]
        )
    if stage == now_in["stage"]:
        if unit.origin == "manifest" and when == now_in["at"]:
            return
        raise Conflict(f"{version} is in {stage} already, since {times.shown(now_in['at'])}")
    if unit.origin == "registry":
        _check_move(unit, version, row, now_in["stage"], stage, when)
    action = "version.retired" if stage == "retired" else "version.staged"
    _enter(unit, action, version, row, now_in, stage, reason=reason, when=when, who=who)


def approve(
    unit: Unit,
    *,
    version: str,
    meaning: str = "approval",
    decision: str = "approved",
    comment: str | None = None,
    at: When | None = None,
    by: str | None = None,
) -> None:
    """Sign a version, in one meaning, bound to the digest of exactly what it is now; moves nothing."""
    one_of(meaning, Meaning, what="meaning")
    one_of(decision, Decision, what="decision")
    unit.allow("approve" if meaning == "approval" else "move", version)
    version, row = named_version(unit, version)
    when, who = unit.when(at), unit.who(by)
    _after(when, row["at"], f"{version} was registered")
    if who is None:
        raise InvalidInput(f"a signature on {version} needs a signer")
    if unit.origin == "registry":
        if when != unit.now:
            raise InvalidInput(f"a signature on {version} is made now, not at {times.shown(when)}")
        if meaning == "approval":
            _check_signer(unit, version, row, who)
    action = "version.approved" if decision == "approved" else "version.rejected"
    detail = {"meaning": meaning, "decision": decision}
    signed = signing.content(unit, row)
    printed = printed_name(unit, who)
    with unit.event(action, version, at=when, by=who, entity=row["id"], detail=detail):
        for earlier in unit.current(Approval, "version_id", row["id"]):
            if (earlier["by"], earlier["meaning"]) == (who, meaning) and earlier["at"] <= when:
                unit.change(Approval, earlier, until=when)
        unit.insert(
            Approval,
            version_id=row["id"],
            meaning=meaning,
            decision=decision,
            printed_name=printed,
            comment=comment,
            content=signed,
            origin=unit.origin,
        )


def reject(unit: Unit, *, version: str, comment: str | None = None) -> None:
    """Record a rejection and move the version back to experimental."""
    version, row = named_version(unit, version)
    stage = current_stage(unit, row)["stage"]
    if stage not in ("validation", "approved"):
        unit.allow("approve", version)
        raise PolicyRefused(
            subject=version, move="be rejected", missing=[f"it is in {stage}; only validation and approved go back"]
        )
    approve(unit, version=version, decision="rejected", comment=comment)
    move(unit, version=version, stage="experimental", reason=comment)


def set_alias(
    unit: Unit,
    *,
    model: str,
    alias: str,
    version: int,
    at: When | None = None,
    until: When | None = None,
    by: str | None = None,
) -> None:
    """Give an alias of a model to a version; the version that held it loses it at that instant."""
    subject = f"{model}:{version}"
    names.name(alias, what="alias")
    unit.allow("alias", subject)
    subject, row = named_version(unit, subject)
    when, who = unit.when(at), unit.who(by)
    end = _end(unit, when, until, f"alias {alias} of {subject}")
    _after(when, row["at"], f"{subject} was registered")
    if unit.origin == "registry" and current_stage(unit, row)["stage"] == "retired":
        raise PolicyRefused(subject=subject, move=f"hold the alias {alias!r}", missing=["it is retired"])
    held = [a for a in unit.children(Alias, "model_id", row["model_id"]) if a["name"] == alias]
    before = next((a for a in held if a["until"] is None and a["at"] <= when), None)
    if before is not None and before["version_id"] == row["id"] and until is None:
        return
    for other in held:
        if other is not before and _overlap(when, end, other):
            raise Conflict(
                f"alias {alias!r} of {model} was held from {times.shown(other['at'])} "
                f"until {times.shown(other['until']) or 'now'}: {subject} cannot hold it at {times.shown(when)}"
            )
    with unit.event("alias.set", subject, at=when, by=who, entity=row["id"], detail={"alias": alias}) as event:
        if before is not None:
            unit.change(Alias, before, until=when)
        ends = {} if end is None else {"until": end, "closed_event": event.seq}
        unit.insert(Alias, model_id=row["model_id"], version_id=row["id"], name=alias, **ends)


def remove_alias(unit: Unit, *, model: str, alias: str, at: When | None = None, by: str | None = None) -> None:
    """Take an alias from the version that holds it."""
    unit.allow("alias", model)
    row = unit.find(Model, name=model)
    held = [a for a in unit.current(Alias, "model_id", row["id"]) if a["name"] == alias] if row else []
    if not held:
        raise NotFound(kind="alias", name=f"{model}@{alias}", hint="no version holds it now")
    when, who = unit.when(at), unit.who(by)
    _after(when, held[0]["at"], f"{alias} was given")
    version = unit.get(Version, held[0]["version_id"])
    subject = f"{model}:{version['number']}"
    with unit.event("alias.removed", subject, at=when, by=who, entity=version["id"], detail={"alias": alias}):
        unit.change(Alias, held[0], until=when)


def deploy(
    unit: Unit,
    *,
    version: str,
    site: str,
    environment: str,
    region: str | None = None,
    at: When | None = None,
    until: When | None = None,
    by: str | None = None,
) -> None:
    """Record that a version went live in a site's environment."""
    target = f"{names.name(site, what='site')}/{names.name(environment, what='environment')}"
    unit.allow("deploy", version)
    version, row = named_version(unit, version)
    when, who = unit.when(at), unit.who(by)
    end = _end(unit, when, until, f"deployment of {version}")
    _after(when, row["at"], f"{version} was registered")
    stage = current_stage(unit, row)
    allowed = unit.policy().deploy_from
    if unit.origin == "registry":
        if stage["stage"] not in allowed:
            missing = [f"it is in {stage['stage']}; only {' and '.join(allowed)} may be live"]
            raise PolicyRefused(subject=version, move=f"be deployed to {target}", missing=missing)
        _after(when, stage["at"], f"{version} entered {stage['stage']}")
    place = unit.find(Environment, site=site, name=environment)
    held = _deployments(unit, row, place)
    for other in held:
        if _overlap(when, end, other):
            raise Conflict(f"{version} is live at {target} already, since {times.shown(other['at'])}")
    detail = {"site": site, "environment": environment}
    with unit.event("version.deployed", version, at=when, by=who, entity=row["id"], detail=detail) as event:
        place_id = place["id"] if place else unit.insert(Environment, site=site, name=environment)
        ends = {} if end is None else {"until": end, "closed_event": event.seq}
        unit.insert(Deployment, version_id=row["id"], environment_id=place_id, region=region, **ends)
        if not held:
            unit.insert(
                Edge,
                source=place_id,
                source_kind="environment",
                target=row["id"],
                target_kind="version",
                relation="deployed",
            )


def withdraw(
    unit: Unit,
    *,
    version: str,
    site: str,
    environment: str,
    reason: str | None = None,
    at: When | None = None,
    by: str | None = None,
) -> None:
    """Record that a version is no longer live in a site's environment."""
    unit.allow("deploy", version)
    version, row = named_version(unit, version)
    place = unit.find(Environment, site=site, name=environment)
    mine = [deployment for deployment in _deployments(unit, row, place) if deployment["until"] is None]
    if not mine:
        raise Conflict(f"{version} is not live at {site}/{environment}; 'askreg deployed' lists what is")
    when, who = unit.when(at), unit.who(by)
    _after(when, mine[0]["at"], f"{version} went live at {site}/{environment}")
    detail = {"site": site, "environment": environment, **({"reason": reason} if reason else {})}
    with unit.event("version.withdrawn", version, at=when, by=who, entity=row["id"], detail=detail):
        unit.change(Deployment, mine[0], until=when, **({"reason": reason} if reason else {}))


def retire(
    unit: Unit,
    *,
    version: str,
    reason: str | None = None,
    withdraw: bool = False,
    at: When | None = None,
    by: str | None = None,
) -> None:
    """Retire a version for good; refuses while it is live or holds an alias, unless told to withdraw."""
    unit.allow("retire", version)
    version, row = named_version(unit, version)
    stage = current_stage(unit, row)
    if stage["stage"] == "retired":
        raise Conflict(f"{version} is retired already, since {times.shown(stage['at'])}")
    when, who = unit.when(at), unit.who(by)
    live = unit.current(Deployment, "version_id", row["id"])
    held = unit.current(Alias, "version_id", row["id"])
    for opened in (stage, *live, *held):
        _after(when, opened["at"], f"{version} was last moved")
    if (live or held) and not withdraw:
        missing = [f"it is live in {len(live)} environment(s)"] if live else []
        missing += [f"it holds the alias {alias['name']!r}" for alias in held]
        missing.append("withdraw it first, or retire it with --withdraw")
        raise PolicyRefused(subject=version, move="be retired", missing=missing)
    closing: list[tuple[type[Recorded], Row]] = [(Deployment, deployment) for deployment in live]
    closing += [(Alias, alias) for alias in held]
    _enter(unit, "version.retired", version, row, stage, "retired", reason=reason, when=when, who=who, closing=closing)


def current_stage(unit: Unit, version: Row) -> Row:
    """Return the open stage row of a version."""
    return unit.current(Stage, "version_id", version["id"])[0]


def _enter(
    unit: Unit,
    action: str,
    subject: str,
    version: Row,
    before: Row,
    stage: str,
    *,
    reason: str | None,
    when: str,
    who: str | None,
    closing: list[tuple[type[Recorded], Row]] | None = None,
) -> None:
    detail = {"from": before["stage"], "to": stage, **({"reason": reason} if reason else {})}
    with unit.event(action, subject, at=when, by=who, entity=version["id"], detail=detail):
        for of, opened in closing or []:
            unit.change(of, opened, until=when)
        unit.change(Stage, before, until=when)
        unit.insert(
            Stage,
            version_id=version["id"],
            stage=stage,
            previous=before["stage"],
            reason=reason,
            origin=unit.origin,
        )


def _check_move(unit: Unit, subject: str, version: Row, now_in: StageName, stage: Any, when: str) -> None:
    policy = unit.policy()
    allowed = policy.moves.get(now_in, [])
    if stage not in allowed:
        missing = [f"from {now_in} it can only go to {', '.join(allowed)}"]
    else:
        missing = _missing(unit, version, policy.requirement(stage), when)
    if missing:
        raise PolicyRefused(subject=subject, move=f"move to {stage}", missing=missing)


def _missing(unit: Unit, version: Row, needs: Requirement, when: str) -> list[str]:
    """Return what of the requirements was not there yet at the time of a move, which may be told late."""
    missing = []
    evaluations = [e for e in unit.children(Evaluation, "version_id", version["id"]) if e["at"] <= when]
    if len(evaluations) < needs.evaluations:
        missing.append(f"it has {len(evaluations)} of {needs.evaluations} evaluations")
    trained = set()
    if version["run_id"] is not None:
        used = unit.children(Edge, "source", version["run_id"])
        trained = {edge["target"] for edge in used if edge["relation"] == "used" and edge["role"] == "training"}
    independent = [e for e in evaluations if e["dataset_version_id"] not in trained]
    if len(independent) < needs.independent_evaluations:
        missing.append(
            f"it has {len(independent)} of {needs.independent_evaluations} evaluations on data it was not trained on"
        )
    standing = [a for a in unit.current(Approval, "version_id", version["id"]) if a["at"] <= when]
    for meaning, role in needs.signatures.items():
        if not any(_counts(unit, version, approval, meaning, role) for approval in standing):
            missing.append(f"no {meaning} by a person with the role {role} stands")
    filled = _filled_card(unit, version)
    missing += [f"card field {name!r} is empty" for name in needs.card if name not in filled]
    if needs.digest and not version["digest"]:
        missing.append("the artifact's digest is not recorded")
    return missing


def _counts(unit: Unit, version: Row, approval: Row, meaning: str, role: str) -> bool:
    if (approval["meaning"], approval["decision"]) != (meaning, "approved"):
        return False
    if approval["origin"] == "registry":
        return True  # authority and independence were checked at signing
    signer = approval["by"]
    return not {role, "admin"}.isdisjoint(unit.roles(signer)) and not _own(unit, version, signer)


def _filled_card(unit: Unit, version: Row) -> set[str]:
    rows = [*unit.current(Field, "entity_id", version["id"]), *unit.current(Field, "entity_id", version["model_id"])]
    return {row["name"].removeprefix("card.") for row in rows if row["name"].startswith("card.")}


def _check_signer(unit: Unit, subject: str, version: Row, who: str) -> None:
    missing = []
    now_in = current_stage(unit, version)["stage"]
    if now_in == "experimental":
        missing.append("it is in experimental; send it to validation first")
    if now_in == "retired":
        missing.append("it is retired")
    if own := _own(unit, version, who):
        missing.append(f"{who} {own}; another approver must sign")
    if missing:
        raise PolicyRefused(subject=subject, move="be approved", missing=missing)


def part_in(unit: Unit, version: Row) -> dict[str, str]:
    """Return who is part of the request to approve a version, and by what: none of them may."""
    stages = unit.children(Stage, "version_id", version["id"])
    sent = {stage["by"]: "sent it to validation" for stage in stages if stage["stage"] == "validation"}
    return {who: did for who, did in {**sent, version["by"]: "registered it"}.items() if who is not None}


def _own(unit: Unit, version: Row, who: str) -> str | None:
    """Return what makes a signer part of the request, if anything does."""
    return part_in(unit, version).get(who)


def printed_name(unit: Unit, person: str) -> str:
    """Return the name that a signature of a person bears: the display name, if there is one."""
    row = unit.find(Person, name=person)
    display = unit.field(row["id"], "display") if row else None
    return person if display is None else str(json.loads(display["value"]))


def _deployments(unit: Unit, version: Row, place: Row | None) -> list[Row]:
    """Return the deployments of a version in an environment; versions have fewer than environments."""
    if place is None:
        return []
    of_version = unit.children(Deployment, "version_id", version["id"])
    return [deployment for deployment in of_version if deployment["environment_id"] == place["id"]]


def _end(unit: Unit, when: str, until: When | None, what: str) -> str | None:
    if until is None:
        return None
    end = unit.when(until, name="until", bare="next")
    if end < when or (end == when and unit.origin == "registry"):  # history has intervals that ended as they began
        raise InvalidInput(f"{what} ends at {times.shown(end)}, which is not after {times.shown(when)}")
    return end


def _after(when: str, earlier: str, what: str) -> None:
    if when < earlier:
        raise InvalidInput(f"{times.shown(when)} is too early: {what} at {times.shown(earlier)}")


def _overlap(start: str, end: str | None, other: Row) -> bool:
    return (end is None or other["at"] < end) and (other["until"] is None or start < other["until"])
