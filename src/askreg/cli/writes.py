"""Commands that change the record: one line of what happened, with the number of its event."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from askreg.cli import register
from askreg.cli.session import At, Json
from askreg.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from askreg.registry.registry import Registry

Version = Annotated[
    str, typer.Argument(metavar="MODEL:V", show_default=False, help="A version: model:3 or model@alias.")
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for the record.")]
Comment = Annotated[str | None, typer.Option("--comment", help="Goes on record with the signature.")]
Place = Annotated[str | None, typer.Argument(metavar="SITE/ENVIRONMENT", show_default=False, help="Where.")]
Site = Annotated[str | None, typer.Option("--site", help="Where, instead of SITE/ENVIRONMENT.")]
Environment = Annotated[str | None, typer.Option("--environment", help="Where, together with --site.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(register.register, name="register")
    for command in (evaluate, alias, stage, approve, reject, deploy, withdraw, retire):
        app.command()(command)


def evaluate(
    ctx: typer.Context,
    version: Version,
    dataset: Annotated[str, typer.Option("--dataset", metavar="DATASET@V", help="What it was measured on.")],
    metric: Annotated[
        list[str],
        typer.Option(
            "--metric",
            metavar="NAME=VALUE[,n=N][,ci=LOW..HIGH][,unit=U]",
            help="Such as auroc=0.871,n=1200,ci=0.85..0.89; repeatable.",
        ),
    ],
    split: Annotated[str, typer.Option("--split", help="Part of the dataset.")] = "test",
    cohort: Annotated[str, typer.Option("--cohort", help="all, or such as sex=female,age=65+.")] = "all",
    evidence: Annotated[
        str, typer.Option("--evidence", help="vendor, self-reported, third-party, local or signed.")
    ] = "self-reported",
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record an evaluation of a version."""
    metrics = register.metrics(metric)

    def act(registry: "Registry", subject: str) -> str:
        registry.evaluate(
            version=subject, dataset=dataset, metrics=metrics, split=split, cohort=cohort, evidence=evidence, at=at
        )
        return f"recorded {', '.join(metrics)} of {subject} on {dataset} ({split}, {cohort})"

    _on_version(ctx, version, act, as_json=as_json)


def alias(
    ctx: typer.Context,
    version: Annotated[
        str, typer.Argument(metavar="MODEL:V", show_default=False, help="A version; the model is enough to remove.")
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="Such as champion.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the alias away.")] = False,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Give a version an alias; the version that held it loses it."""
    if remove:

        def act(registry: "Registry") -> register.Done:
            model = version.partition(":")[0].strip().lower()
            held = registry.version(f"{model}@{name}")
            if ":" in version and registry.version(version).subject != held.subject:
                raise Conflict(f"{name} of {model} is held by {held.subject}, not by {version}; nothing was removed")
            registry.remove_alias(model=held.model, alias=name, at=at)
            return f"{held.subject} no longer holds the alias {name}", held.subject

        register.write(ctx, act, as_json=as_json)
        return

    def give(registry: "Registry", subject: str) -> str:
        target = registry.version(subject)
        registry.set_alias(model=target.model, alias=name, version=target.version, at=at)
        return f"{subject} holds the alias {name}"

    _on_version(ctx, version, give, as_json=as_json)


def stage(
    ctx: typer.Context,
    version: Version,
    to: Annotated[
        str,
        typer.Argument(
            metavar="STAGE", show_default=False, help="experimental, validation, approved, production or retired."
        ),
    ],
    reason: Reason = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Move a version to another stage, if the policy allows it."""

    def act(registry: "Registry", subject: str) -> str:
        registry.move(version=subject, stage=to, reason=reason, at=at)
        return f"{subject} is in {to}"

    _on_version(ctx, version, act, as_json=as_json)


def approve(
    ctx: typer.Context,
    version: Version,
    meaning: Annotated[
        str, typer.Option("--meaning", help="approval, review, responsibility or authorship.")
    ] = "approval",
    comment: Comment = None,
    as_json: Json = False,
) -> None:
    """Sign a version as it is now; moves nothing."""

    def act(registry: "Registry", subject: str) -> str:
        registry.approve(version=subject, meaning=meaning, comment=comment)
        next_step = f"; move it with: askreg stage {subject} approved" if meaning == "approval" else ""
        return f"{registry.actor} signed {subject} ({meaning}){next_step}"

    _on_version(ctx, version, act, as_json=as_json)


def reject(
    ctx: typer.Context,
    version: Version,
    comment: Annotated[str | None, typer.Option("--comment", "--reason", help="Why, for the record.")] = None,
    as_json: Json = False,
) -> None:
    """Reject a version and move it back to experimental."""

    def act(registry: "Registry", subject: str) -> str:
        registry.reject(version=subject, comment=comment)
        return f"{registry.actor} rejected {subject}; it is back in experimental"

    _on_version(ctx, version, act, as_json=as_json)


def deploy(
    ctx: typer.Context,
    version: Version,
    place: Place = None,
    site: Site = None,
    environment: Environment = None,
    region: Annotated[str | None, typer.Option("--region", help="Such as eu-west.")] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a version went live somewhere."""
    where = _where(place, site, environment)

    def act(registry: "Registry", subject: str) -> str:
        registry.deploy(version=subject, site=where[0], environment=where[1], region=region, at=at)
        return f"{subject} is live at {'/'.join(where)}"

    _on_version(ctx, version, act, as_json=as_json)


def withdraw(
    ctx: typer.Context,
    version: Version,
    place: Place = None,
    site: Site = None,
    environment: Environment = None,
    reason: Reason = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a version is no longer live somewhere."""
    where = _where(place, site, environment)

    def act(registry: "Registry", subject: str) -> str:
        registry.withdraw(version=subject, site=where[0], environment=where[1], reason=reason, at=at)
        return f"{subject} is no longer live at {'/'.join(where)}"

    _on_version(ctx, version, act, as_json=as_json)


def retire(
    ctx: typer.Context,
    version: Version,
    reason: Reason = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Also end its deployments and take its aliases.")
    ] = False,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Retire a version for good."""

    def act(registry: "Registry", subject: str) -> str:
        registry.retire(version=subject, reason=reason, withdraw=withdraw, at=at)
        return f"{subject} is retired"

    _on_version(ctx, version, act, as_json=as_json)


def _on_version(ctx: typer.Context, version: str, act: Callable[["Registry", str], str], *, as_json: bool) -> None:
    def on_subject(registry: "Registry") -> register.Done:
        subject = registry.version(version).subject  # the log names versions by number, not by alias
        return act(registry, subject), subject

    register.write(ctx, on_subject, as_json=as_json)


def _where(place: str | None, site: str | None, environment: str | None) -> tuple[str, str]:
    if place is not None and (site or environment):
        raise typer.BadParameter("say where once: SITE/ENVIRONMENT, or --site and --environment", param_hint="--site")
    if place is not None:
        site, _, environment = place.partition("/")
    if not (site and environment):
        wanted = "write SITE/ENVIRONMENT, such as northgate/icu, or --site and --environment"
        if place is not None:
            raise InvalidInput(f"{place!r} does not say site and environment; {wanted}")
        raise typer.BadParameter(f"where? {wanted}", param_hint="SITE/ENVIRONMENT")
    return site, environment
