"""The auditor's report: where a version comes from and what became of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askreg.cli import session
from askreg.cli.audit import signing_key
from askreg.cli.session import AsOf, Json, KnownAt
from askreg.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from askreg.registry.registry import Registry


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(provenance)


def provenance(
    ctx: typer.Context,
    subject: Annotated[
        str, typer.Argument(metavar="VERSION", show_default=False, help="A version: model:3 or model@alias.")
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="md, json, prov (by the suffix of --out), prov-json, prov-n, openlineage.",
        ),
    ] = "md",
    out: Annotated[Path | None, typer.Option("--out", metavar="PATH", help="Write it there.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Say where a version comes from, who approved it, where it is live and what changed, with the evidence."""
    from askreg.cli import progress
    from askreg.reports.provenance.export import export

    opening = session.of(ctx)
    form = "json" if as_json else _form(form, out)
    if form == "ro-crate" and out is None:
        raise typer.BadParameter("a pack is a file: say where it goes", param_hint="--out")
    with opening.registry() as registry, progress.bar("verifying") as report:
        key = signing_key(opening) if form == "ro-crate" and registry.version(subject) else None
        card = _card(registry, subject, as_of=as_of, known_at=known_at) if key is not None else {}
        asked = {"as_of": as_of, "known_at": known_at}
        made = export(registry, subject, form=form, key=key, reports=card, progress=report, **asked)
    if not made.summary.verified:
        session.say("the record does NOT verify: run 'askreg audit verify'")
    if out is None:
        typer.echo(made.data, nl=False)
        return
    write_bytes(out, made.data)
    typer.echo(f"wrote {out}, of which event {made.event} tells")
    if form == "ro-crate":
        typer.echo(f"verify it anywhere: python -I verify.py --key VKEY {out}; 'askreg audit key' prints the key")


def _card(registry: "Registry", subject: str, *, as_of: str | None, known_at: str | None) -> dict[str, bytes]:
    """Return the card that is kept of a version, with who signed it; nothing when none was drafted."""
    from askreg.reports.cards import exports, kept

    try:
        held = kept.show(registry, subject, as_of=as_of, known_at=known_at)
    except NotFound:
        return {}
    forms: tuple[exports.Format, ...] = ("md", "json")
    return {
        f"card.{form}": exports.write(held.card, format=form, standing=held.standing.said).content for form in forms
    }


def _form(given: str, out: Path | None) -> str:
    if given != "prov":
        return given
    return "prov-n" if out is not None and out.suffix in (".provn", ".prov-n") else "prov-json"


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that the user named."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from None
