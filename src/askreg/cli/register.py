"""`askreg register …`: what comes into the record."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from askreg.cli import session
from askreg.cli.session import At, Json, Tags
from askreg.errors import InvalidInput

if TYPE_CHECKING:
    from askreg.registry.registry import Registry

Done: TypeAlias = tuple[str, str]
"""A sentence of what happened, and the subject to show."""

Card = Annotated[list[str] | None, typer.Option("--card", metavar="KEY=TEXT", help="A card field; repeatable.")]
Description = Annotated[str | None, typer.Option("--description", help="In a sentence.")]
Digest = Annotated[str | None, typer.Option("--digest", metavar="sha256:…", help="Of its contents.")]
File = Annotated[Path | None, typer.Option("--file", metavar="PATH", help="The file: gives digest and size.")]

register = typer.Typer(
    help="Add people, datasets, runs, models, versions and documents.", no_args_is_help=True, rich_markup_mode=None
)


def write(ctx: typer.Context, act: Callable[["Registry"], Done], *, as_json: bool) -> None:
    """Make one change in one transaction, then say what happened."""
    shown: Any = None
    with session.of(ctx).registry(announce=False) as registry:
        with registry.unit() as unit:
            first, before = session.untouched(registry), unit.seq
            sentence, subject = act(registry)
            if as_json:
                shown = registry.show(subject)
            after = unit.seq
    if first:
        session.founded(registry)
    if as_json:
        session.put_json(session.plain(shown))
        return
    if after == before:
        typer.echo(f"{sentence}: it was so already, nothing changed")
        return
    typer.echo(f"{sentence} ({f'event {after}' if after == before + 1 else f'events {before + 1} to {after}'})")


@register.command()
def model(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="Lower case, such as sepsis-risk.")],
    task: Annotated[str | None, typer.Option("--task", help="Such as classification.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who answers for it.")] = None,
    description: Description = None,
    tag: Tags = None,
    card: Card = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Add a model."""
    fields = session.given(
        task=task, owner=owner, description=description,
        tags=session.pairs(tag, "--tag"), card=session.pairs(card, "--card"), at=at,
    )  # fmt: skip

    def act(registry: "Registry") -> Done:
        registry.register_model(name=name, **fields)
        return f"registered model {name}", name

    write(ctx, act, as_json=as_json)


@register.command()
def version(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", show_default=False, help="The model it is a version of.")],
    uri: Annotated[str | None, typer.Option("--uri", help="Where the artifact is.")] = None,
    digest: Digest = None,
    size: Annotated[int | None, typer.Option("--size", metavar="BYTES", help="Of the artifact.")] = None,
    file: File = None,
    framework: Annotated[str | None, typer.Option("--framework", help="Such as 'scikit-learn 1.9'.")] = None,
    run: Annotated[str | None, typer.Option("--run", metavar="ID", help="The run that made it.")] = None,
    base: Annotated[str | None, typer.Option("--base", metavar="MODEL:V", help="The version it derives from.")] = None,
    tag: Tags = None,
    card: Card = None,
    description: Description = None,
    change_control: Annotated[
        str | None, typer.Option("--change-control", help="inside or outside the predetermined plan.")
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Add the next version of a model."""
    fields = session.given(
        artifact=_artifact(uri, digest, size, file), framework=framework, run=run, base=base,
        tags=session.pairs(tag, "--tag"), card=session.pairs(card, "--card"),
        description=description, change_control=change_control, at=at,
    )  # fmt: skip

    def act(registry: "Registry") -> Done:
        made = registry.register_version(model=model, **fields)
        return f"registered {made.subject}, in {made.stage}", made.subject

    write(ctx, act, as_json=as_json)


@register.command()
def dataset(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME[@VERSION]", show_default=False, help="A dataset, or a fixed state of one.")
    ],
    description: Annotated[str | None, typer.Option("--description", help="Of a new dataset.")] = None,
    digest: Digest = None,
    rows: Annotated[int | None, typer.Option("--rows", metavar="N", help="How many rows.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Where it came from.")] = None,
    sensitivity: Annotated[
        str | None, typer.Option("--sensitivity", help="public, internal, deidentified or phi.")
    ] = None,
    derived_from: Annotated[
        list[str] | None, typer.Option("--derived-from", metavar="DATASET@V", help="What it derives from; repeatable.")
    ] = None,
    file: File = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Add a dataset, or a fixed state of one."""
    dataset, mark, label = name.partition("@")
    found = _artifact(None, digest, None, file)
    fields = session.given(
        digest=found.get("digest"), rows=rows, source=source, sensitivity=sensitivity, derived_from=derived_from
    )
    if not mark and fields:
        option = f"--{next(iter(fields)).replace('_', '-')}"
        raise typer.BadParameter(f"belongs to a version: write {name}@VERSION", param_hint=option)

    def act(registry: "Registry") -> Done:
        if description is not None or not mark:
            registry.register_dataset(name=dataset, **session.given(description=description, at=at))
        if mark:
            registry.register_dataset_version(dataset=dataset, version=label, **fields, **session.given(at=at))
        return f"registered dataset {name}", name

    write(ctx, act, as_json=as_json)


@register.command()
def run(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", show_default=False, help="As its tracker knows it.")],
    input: Annotated[
        list[str] | None,
        typer.Option(
            "--input", metavar="DATASET@V:ROLE", help="What it used, as training, validation or test; repeatable."
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="KEY=VALUE", help="A parameter, as JSON if it is JSON; repeatable."),
    ] = None,
    repo: Annotated[str | None, typer.Option("--repo", help="Where its code is.")] = None,
    commit: Annotated[str | None, typer.Option("--commit", help="Which state of it.")] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Add a training run with its inputs."""
    fields = session.given(
        params={key: _value(text) for key, text in session.pairs(param, "--param").items()},
        code=session.given(repo=repo, commit=commit),
        inputs=[_input(text) for text in input or ()],
        at=at,
    )

    def act(registry: "Registry") -> Done:
        shown = registry.register_run(id=id.removeprefix("run:"), **fields)
        return f"registered {shown.subject}", shown.subject

    write(ctx, act, as_json=as_json)


@register.command()
def document(
    ctx: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", show_default=False, help="Relative, as it shall be cited.")],
    title: Annotated[str | None, typer.Option("--title", help="Its title.")] = None,
    about: Annotated[
        list[str] | None, typer.Option("--about", metavar="SUBJECT", help="What it is about; repeatable.")
    ] = None,
    sensitivity: Annotated[
        str, typer.Option("--sensitivity", help="public, internal, deidentified or phi.")
    ] = "internal",
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Its contents, if not the file at PATH.")
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Add a document, or revise what is known of one."""
    contents = file or (Path(path) if Path(path).is_file() else None)
    found = _artifact(None, None, None, contents)
    found.pop("uri", None)

    def act(registry: "Registry") -> Done:
        shown = registry.register_document(
            path=path, sensitivity=sensitivity, **found, **session.given(title=title, about=about, at=at)
        )
        return f"registered {shown.subject}", shown.subject

    write(ctx, act, as_json=as_json)


@register.command()
def person(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="Such as ada.osei.")],
    display: Annotated[str | None, typer.Option("--display", help="The name that signatures print.")] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help="viewer, analyst, scientist, approver, auditor or admin; repeatable."),
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="person or service.")] = "person",
    at: At = None,
    as_json: Json = False,
) -> None:
    """Add a person, or give one more roles."""

    def act(registry: "Registry") -> Done:
        registry.register_person(name=name, kind=kind, **session.given(display=display, roles=role, at=at))
        return f"registered {name}{' as ' + ', '.join(role) if role else ''}", f"person:{name}"

    write(ctx, act, as_json=as_json)


def metrics(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return `auroc=0.871,n=1200,ci=0.85..0.89` options as metrics."""
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        (name, value), *others = (part.partition("=")[::2] for part in text.split(","))
        if not (name and value):
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE, such as auroc=0.871,n=1200", param_hint="--metric")
        if name in found:
            raise typer.BadParameter(f"{name!r} is given twice", param_hint="--metric")
        found[name] = {"value": value, **{key: _detail(key, detail, text) for key, detail in others}}
    return found


def _detail(key: str, value: str, text: str) -> Any:
    if key == "n" and value.isdigit():
        return int(value)
    low, dots, high = value.partition("..")
    if key == "ci" and dots:
        return [low, high]
    if key == "unit" and value:
        return value
    raise typer.BadParameter(
        f"{key}={value} in {text!r} is none of n=1200, ci=0.85..0.89, unit=mmHg", param_hint="--metric"
    )


def _input(text: str) -> dict[str, str]:
    dataset, _, role = text.partition(":")
    return {"dataset": dataset, "role": role or "training"}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _artifact(uri: str | None, digest: str | None, size: int | None, file: Path | None) -> dict[str, Any]:
    if file is None:
        return dict(session.given(uri=uri, digest=digest, size=size))
    try:
        with file.open("rb") as stream:
            found = f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
        length = file.stat().st_size
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
    if digest not in (None, found):
        raise InvalidInput(f"{file} has the digest {found}, not {digest}")
    if size not in (None, length):
        raise InvalidInput(f"{file} has {length} bytes, not {size}")
    return {"uri": uri or file.resolve().as_uri(), "digest": found, "size": length}
