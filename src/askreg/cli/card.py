"""Commands about model cards: drafted from the record, checked against it, signed and published."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askreg.cli import register, session
from askreg.cli.agent import Backend
from askreg.cli.session import AsOf, Json, KnownAt
from askreg.cli.writes import Comment, Version
from askreg.errors import InvalidInput, StorageError

if TYPE_CHECKING:
    from askreg.registry.registry import Registry
    from askreg.reports.cards.check import CardCheck
    from askreg.reports.cards.content import Card
    from askreg.reports.cards.exports import Export

Profile = Annotated[
    str | None, typer.Option("--profile", help="hf, chai, hti1 or cyclonedx; without one, everything is on the card.")
]
Format = Annotated[
    str | None, typer.Option("--format", help="md, html, pdf, json or xml; without one, the profile's own form.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it, if not on stdout.")]
Content = Annotated[
    str | None,
    typer.Option("--content", metavar="DIGEST", help="Which card, by its content's digest or its beginning."),
]

card = typer.Typer(help="Draft, check, sign and publish model cards.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Add the group of these commands."""
    app.add_typer(card, name="card")


@card.command()
def draft(
    ctx: typer.Context,
    version: Version,
    profile: Profile = None,
    format: Format = None,
    out: Out = None,
    backend: Backend = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """Draft the card of a version from the record; a language model tells parts in words if --backend names one."""
    with session.of(ctx).registry() as registry:
        from askreg.reports.cards import drafting, exports, kept

        _checked(format, out)
        teller = _teller(ctx, backend, registry.actor)
        made = drafting.draft(registry, version, as_of=as_of, known_at=known_at, teller=teller)
        written = exports.write(made, profile=profile, format=format)  # type: ignore[arg-type]
        present = as_of is None and known_at is None
        detail = {"profile": written.profile, "format": written.format, "as_of": made.as_of, "digest": _digest(written)}
        event = kept.keep(registry, made, detail=detail, present=present)
        _put(written, out)
        _tell(made, written, event, present=present)


@card.command()
def check(
    ctx: typer.Context,
    version: Version,
    profile: Annotated[list[str] | None, typer.Option("--profile", help="Only under this profile; repeatable.")] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", metavar="FILE", help="Also hold this card to the record: Markdown, text or JSON; repeatable."
        ),
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Say what a card lacks and what the record contradicts; exit 1 if it contradicts anything."""
    texts = {str(path): _read(path) for path in file or ()}
    with session.of(ctx).registry() as registry:
        from askreg.reports.cards.check import check as held

        found = held(registry, version, profiles=profile or None, as_of=as_of, known_at=known_at, files=texts)
    if as_json:
        session.put_json(found)
    else:
        _show_check(found)
    if not found.ok:
        raise typer.Exit(1)


@card.command()
def show(
    ctx: typer.Context,
    version: Version,
    content: Content = None,
    profile: Profile = None,
    format: Format = None,
    out: Out = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show the card that was published, or else drafted last, with who signed it and whether that still holds."""
    with session.of(ctx).registry() as registry:
        from askreg.reports.cards import drafting, exports, kept
        from askreg.reports.cards.check import outdated

        _checked(format, out)
        held = kept.show(registry, version, content=content, as_of=as_of, known_at=known_at)
        now = drafting.draft(registry, held.card.subject, as_of=as_of, known_at=known_at)
        stale = [finding.what for finding in outdated(held.card, now)]
        standing = "; ".join([held.standing.said, *(f"NO LONGER HOLDS: {what}" for what in stale)])
        if as_json:
            shape = {"standing": held.standing, "no_longer_holds": stale, "card": held.card}
            session.put_json({name: session.plain(value) for name, value in shape.items()})
            return
        written = exports.write(held.card, profile=profile, format=format, standing=standing)  # type: ignore[arg-type]
        if out is not None:
            detail = {"content": held.card.content, "profile": written.profile, "event": held.standing.event}
            registry.record_export(
                subject=held.card.subject, form=f"card.{written.format}", digest=_digest(written), detail=detail
            )
        _put(written, out)
    session.say(held.standing.said)
    for what in stale:
        session.say(f"no longer holds: {what}")


@card.command()
def approve(
    ctx: typer.Context,
    version: Version,
    content: Content = None,
    meaning: Annotated[
        str, typer.Option("--meaning", help="approval, review, responsibility or authorship.")
    ] = "approval",
    comment: Comment = None,
    as_json: Json = False,
) -> None:
    """Sign the card that was drafted last, exactly as it is; its author cannot approve it."""

    def act(registry: "Registry") -> register.Done:
        from askreg.reports.cards import kept

        signed = kept.approve(registry, version, content=content, meaning=meaning, comment=comment)
        return f"{registry.actor} signed the card of {version} ({meaning}): {signed}", version

    register.write(ctx, act, as_json=as_json)


@card.command()
def publish(ctx: typer.Context, version: Version, content: Content = None, as_json: Json = False) -> None:
    """Publish a signed card; refused where the record contradicts it or no longer holds what it says."""

    def act(registry: "Registry") -> register.Done:
        from askreg.reports.cards import kept

        published = kept.publish(registry, version, content=content)
        return f"published the card of {version}: {published}", version

    register.write(ctx, act, as_json=as_json)


@card.command("set")
def set_fields(
    ctx: typer.Context,
    subject: Annotated[
        str, typer.Argument(metavar="MODEL[:V]", show_default=False, help="A model, or a version whose own it is.")
    ],
    fields: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=TEXT …",
            show_default=False,
            help="'unavailable: why' and 'not applicable: why' declare a state; an empty text takes the field away.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Write card fields of a model or version; signatures on it and on its card lapse."""
    given = session.pairs(fields, "FIELD=TEXT")

    def act(registry: "Registry") -> register.Done:
        _known_fields(given)
        values = {name: text or None for name, text in given.items()}
        if ":" in subject or "@" in subject:
            registry.update_version(version=subject, card=values)
        else:
            registry.update_model(model=subject, card=values)
        return f"wrote {', '.join(given)} on the card of {subject}", subject

    register.write(ctx, act, as_json=as_json)


@card.command()
def profiles(
    name: Annotated[
        str | None, typer.Argument(metavar="PROFILE", show_default=False, help="All that this one asks for.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the profiles with their dates, or what one of them asks for and where each field comes from."""
    from askreg.reports.cards import catalogue

    chosen = [catalogue.profile(each) for each in ([name] if name else [*catalogue.PROFILES, catalogue.WHOLE])]
    if as_json:
        session.put_json([each.model_dump(mode="json", by_alias=True) for each in chosen])
        return
    from askreg.cli import tables

    if name is None:
        tables.rows(
            "profile|title|version|as of|form|#asks for|status",
            [[p.profile, p.title, p.version, p.dated, p.native, len(p.fields), p.status] for p in chosen],
        )
        return
    tables.line(f"{chosen[0].reference_line}; {chosen[0].status}")
    lines = [
        [group.title, field.attribute or field.id, field.label, "yes" if field.required else "", list(field.sources)]
        for group in chosen[0].groups
        for field in group.fields
    ]
    tables.rows("section|attribute|label|required|from", lines)
    for lost in chosen[0].cannot_carry:
        tables.line(f"cannot carry: {lost}")


# -- what is shared


def _teller(ctx: typer.Context, backend: str | None, actor: str) -> Any:
    """Return who tells parts in words: only a language model that was asked for."""
    if backend in (None, "offline"):
        return None
    from askreg.agent.cards import CardTeller

    current = session.of(ctx)
    return CardTeller(backend=str(backend), config=current.brains, library=current.library, actor=actor)


def _checked(format: str | None, out: Path | None) -> None:
    if format not in (None, "md", "html", "pdf", "json", "xml"):
        raise typer.BadParameter(f"{format!r} is not one of md, html, pdf, json, xml", param_hint="--format")
    if format == "pdf" and out is None and sys.stdout.isatty():
        raise typer.BadParameter("a PDF is no text for a terminal: say where with --out FILE", param_hint="--format")


def _put(written: "Export", out: Path | None) -> None:
    if out is not None:
        try:
            out.write_bytes(written.content)
        except OSError as error:
            raise StorageError(f"{out} cannot be written: {error.strerror}") from None
        session.say(f"wrote {out}")
        return
    if written.format == "pdf" or not hasattr(sys.stdout, "encoding"):
        typer.echo(written.content, nl=False)
        return
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    text = written.content.decode()
    typer.echo(text if encoding == "utf8" else text.encode("ascii", "backslashreplace").decode(), nl=False)


def _tell(made: "Card", written: "Export", event: int, *, present: bool) -> None:
    """Say on stderr what became of it."""
    from askreg.reports.cards.catalogue import profile
    from askreg.reports.cards.completeness import complete

    found = complete(made, profile(written.profile))
    kept = f"kept as {made.content}" if present else "not kept: it is not of the present"
    session.say(f"drafted the card of {made.subject} (event {event}); {kept}")
    checked = f"; checked by {written.checked}" if written.checked else ""
    missing = (
        f"{len(found.missing)} of {len(found.fields)} fields are missing, {found.required_missing} of them required"
    )
    session.say(f"{missing}{checked}")
    left_open = [entry for entry in made.entries.values() if (entry.reason or "").startswith("left open:")]
    for entry in left_open:
        session.say(f"{entry.field}: {entry.reason}")
    for lost in written.not_carried:
        session.say(f"not carried: {lost}")


def _show_check(found: "CardCheck") -> None:
    from askreg.cli import tables
    from askreg.reports.cards.check import missing_lines

    for each in found.profiles:
        counts = ", ".join(f"{count} {state}" for state, count in each.counts.items())
        tables.heading(f"{each.title} ({each.profile}, {each.version}, as of {each.dated}): {counts}")
        tables.rows("missing|asked for as|who could supply it|why", missing_lines(each))
    rows = [[f.severity, f.code, f.where, f.what, f.text, list(f.events)] for f in found.findings]
    tables.rows("severity|code|where|what|text|#events", rows, title="Findings")
    wrong = sum(finding.severity == "error" for finding in found.findings)
    tables.line(f"{wrong} errors, {len(found.findings) - wrong} warnings: {'ok' if found.ok else 'not ok'}")


def _known_fields(given: Any) -> None:
    from askreg.registry.names import nearest
    from askreg.reports.cards.catalogue import catalogue

    known = {field.id for field in catalogue() if field.kind != "record"} | {"safety_metrics"}
    for name in given:
        if name not in known:
            near = nearest(name, sorted(known))
            hint = f"did you mean {' or '.join(near)}?" if near else f"they are {', '.join(sorted(known))}"
            raise InvalidInput(f"{name!r} is no field of a card that people write; {hint}")


def _digest(written: "Export") -> str:
    from askreg.registry.canonical import sha256

    return sha256(written.content)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read as text: {error}") from None
