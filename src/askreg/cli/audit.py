"""Commands about the log: verify it, read it, keep its end outside."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askreg.cli import session
from askreg.cli.reads import Action, Actor, MaybeSubject, Since, Until
from askreg.cli.session import AsOf, Cursor, Json, KnownAt, Limit
from askreg.errors import AskregError, Conflict, InvalidInput, StorageError

if TYPE_CHECKING:
    from askreg.registry.checkpoints import Checkpoint
    from askreg.registry.notes import SigningKey, Verifier
    from askreg.registry.registry import Registry

KEY_FILE = "checkpoint-key.pem"
"""The site's signing key, in its home: whoever can read it can sign in the log's name."""

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="VKEY", help="Whose signature counts, if not this site's; repeatable."),
]

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
    key: Keys = None,
    as_json: Json = False,
) -> None:
    """Replay the log and compare it with the live tables and kept checkpoints; exit 1 if anything differs."""
    from askreg.cli import progress

    kept = [_kept(path) for path in checkpoint or ()]
    opening = session.of(ctx)
    if opening.is_new:  # "ok" about a mistyped path would be a lie
        raise StorageError(f"there is no registry at {opening.file}: nothing was verified; say --home or --db")
    with opening.registry() as registry, progress.bar("verifying") as report:
        known = _keys(opening, registry, key, needed=bool(kept))
        outcome = registry.verify(checkpoints=kept, keys=known, progress=report)
    session.put(outcome, as_json=as_json)
    if not outcome.ok:
        raise typer.Exit(1)


@audit.command()
def checkpoint(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Sign where the log ends now, to be kept outside: only that shows a log rewritten as a whole."""
    with session.of(ctx).registry() as registry:
        kept = _signed(session.of(ctx), registry)
    if out is None:
        typer.echo(kept.note, nl=False)
        return
    write_file(out, kept.note or "")
    typer.echo(f"signed event {kept.size} in {out}; check against it with: askreg audit verify --checkpoint {out}")


@audit.command()
def key(ctx: typer.Context) -> None:
    """Print the key that this log's checkpoints are checked with, for an auditor to keep; it is no secret."""
    with session.of(ctx).registry() as registry:
        typer.echo(signing_key(session.of(ctx)).verifier(registry.log_name()).vkey)


@audit.command()
def proof(
    ctx: typer.Context,
    seq: Annotated[int | None, typer.Argument(metavar="SEQ", show_default=False, help="The event's number.")] = None,
    since: Annotated[
        Path | None, typer.Option("--from", metavar="CHECKPOINT", help="Prove that the log continues this one.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="FILE", help="Prove it to this one, not to a new one.")
    ] = None,
    key: Keys = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Prove that an event is in the log, or that the log continues a kept checkpoint."""
    if (seq is None) == (since is None):
        raise typer.BadParameter("give the number of an event, or a checkpoint with --from", param_hint="SEQ")
    opening = session.of(ctx)
    old, new = (None if path is None else _kept(path) for path in (since, checkpoint))
    with opening.registry() as registry:
        given = [each for each in (old, new) if each is not None]
        known = _keys(opening, registry, key, needed=bool(given))
        for each in given:
            if doubt := each.doubt(known):
                raise Conflict(f"the checkpoint of event {each.size} proves nothing: {doubt}")
        if new is None:
            new = registry.latest_checkpoint(covering=old.size if old else seq or 0) or _signed(opening, registry)
        found = registry.prove_consistency(old, new) if old else registry.prove_inclusion(seq or 0, new)
    if out is None:
        typer.echo(found.text, nl=False)
        return
    write_file(out, found.text)
    typer.echo(f"proved for the {new.size} events of the checkpoint, in {out}")


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


def signing_key(opening: session.Session) -> "SigningKey":
    """Return the site's key, making it the first time."""
    from askreg.registry.notes import SigningKey

    path = opening.settings.home / KEY_FILE
    if path.exists():
        return SigningKey.read(path)
    made = SigningKey.generate()
    try:
        made.write(path)
    except StorageError:
        if path.exists():  # another process was quicker
            return SigningKey.read(path)
        raise
    session.say(f"made the key {path}, with which checkpoints are signed; give auditors what 'askreg audit key' prints")
    return made


def _signed(opening: session.Session, registry: "Registry") -> "Checkpoint":
    from askreg.cli import progress

    registry.log_name()  # an empty log is refused before a key is made for it
    with progress.bar("verifying") as report:
        return registry.sign_checkpoint(signing_key(opening), progress=report)


def _keys(opening: session.Session, registry: "Registry", given: list[str] | None, *, needed: bool) -> list["Verifier"]:
    """Return the keys whose signatures count: those given, else the site's own."""
    from askreg.registry.notes import SigningKey, Verifier

    if given:
        return [Verifier.parse(text) for text in given]
    path = opening.settings.home / KEY_FILE
    if not path.exists() or not registry.head().seq:
        return []
    try:
        return [SigningKey.read(path).verifier(registry.log_name())]
    except AskregError as error:
        if needed:
            raise
        # What the log tells of its own checkpoints is compared with it all the same.
        session.say(f"signatures of earlier checkpoints were not checked: {error}")
        return []


def _kept(path: Path) -> "Checkpoint":
    from askreg.registry.checkpoints import Checkpoint

    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    return Checkpoint.parse(text, name=str(path))
