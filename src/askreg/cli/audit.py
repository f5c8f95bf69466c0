"""Commands about the log: verify it, read it, keep its end outside."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askreg.cli import session
from askreg.cli.reads import Action, Actor, MaybeSubject, Since, Until
from askreg.cli.session import AsOf, Cursor, Json, KnownAt, Limit
from askreg.errors import InvalidInput, StorageError

if TYPE_CHECKING:
    from askreg.registry.audit import Checkpoint

audit = typer.Typer(help="Verify, read and keep the tamper-evident log.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Add the group of these commands."""
    app.add_typer(audit, name="audit")


@audit.command()
def verify(
    ctx: typer.Context,
    checkpoint: Annotated[
        list[Path] | None, typer.Option("--checkpoint", metavar="FILE", help="A kept checkpoint; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay the log and compare it with the live tables and kept checkpoints; exit 1 if anything differs."""
    from askreg.cli import progress

    kept = [_kept(path) for path in checkpoint or ()]
    opening = session.of(ctx)
    if opening.is_new:  # "ok" about a mistyped path would be a lie
        raise StorageError(f"there is no registry at {opening.file}: nothing was verified; say --home or --db")
    with opening.registry() as registry, progress.bar("verifying") as report:
        outcome = registry.verify(checkpoints=kept, progress=report)
    session.put(outcome, as_json=as_json)
    if not outcome.ok:
        raise typer.Exit(1)


@audit.command()
def checkpoint(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Print where the log ends now, to be kept outside: only that shows a log rewritten as a whole."""
    with session.of(ctx).registry() as registry:
        kept = registry.checkpoint()
    if out is None:
        typer.echo(kept.to_json(), nl=False)
        return
    write_file(out, kept.to_json())
    typer.echo(f"kept event {kept.seq} in {out}; check against it with: askreg audit verify --checkpoint {out}")


@audit.command()
def log(
    ctx: typer.Context,
    subject: MaybeSubject = None,
    actor: Actor = None,
    action: Action = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List every event, newest first. Answers that were given and refused attempts are among them."""
    with session.of(ctx).registry() as registry:
        page = registry.history(
            subject=subject, actor=actor, action=action, since=since, until=until, everything=True,
            limit=limit, cursor=cursor, as_of=as_of, known_at=known_at,
        )  # fmt: skip
    session.put(page, as_json=as_json)


def write_file(path: Path, text: str) -> None:
    """Write a file that the user named."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from None


def _kept(path: Path) -> "Checkpoint":
    from askreg.registry.audit import Checkpoint

    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    return Checkpoint.from_json(text, name=str(path))
