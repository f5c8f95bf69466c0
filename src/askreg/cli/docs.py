"""`askreg docs …`: the document library."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askreg.cli import progress, session
from askreg.cli.session import AsOf, At, Json, KnownAt, Limit
from askreg.errors import AskregError

if TYPE_CHECKING:
    from askreg.library.adding import Added
    from askreg.library.index import Refreshed
    from askreg.library.library import Found, Library
    from askreg.registry.registry import Registry

About = Annotated[list[str] | None, typer.Option("--about", metavar="SUBJECT", help="What it is about; repeatable.")]
OneAbout = Annotated[str | None, typer.Option("--about", metavar="SUBJECT", help="Only what is about this.")]
Base = Annotated[
    Path | None,
    typer.Option("--base", metavar="DIR", help="What registered paths are relative to, if not this directory."),
]

docs = typer.Typer(
    help="Keep documents, in revisions, and search what they say.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(docs, name="docs")


@docs.command()
def add(
    ctx: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…", show_default=False, help="Files, folders or patterns: md, txt, html, pdf, docx."
        ),
    ],
    about: About = None,
    sensitivity: Annotated[
        str | None, typer.Option("--sensitivity", help="public, internal, deidentified or phi; internal if new.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="If not the first heading.")] = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Take files into the library. A changed file is a new revision; a broken one is named and left out (exit 1)."""
    from askreg.library import adding

    _installed()
    found = adding.files(paths, base or Path())
    if title is not None and len(found) > 1:
        raise typer.BadParameter(f"one title for {len(found)} files", param_hint="--title")
    with session.of(ctx).registry(announce=False) as registry, _resumable():
        first = session.untouched(registry)
        done = _add_all(registry, found, about=about or (), sensitivity=sensitivity, title=title)
        indexed = _refresh(registry, session.of(ctx).library)
    if first:
        session.founded(registry)
    _put_added(done, indexed, as_json=as_json)


@docs.command("list")
def listed(
    ctx: typer.Context,
    about: OneAbout = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    limit: Limit = 500,
    as_json: Json = False,
) -> None:
    """List the documents."""
    from askreg.registry.times import shown

    with session.of(ctx).registry() as registry, registry.view(as_of=as_of, known_at=known_at) as seen:
        held = session.of(ctx).library.shelf(seen, readable=_readable(registry, seen), about=about).holdings
    documents = [
        {
            "path": h.path, "title": h.title, "revision": h.revision, "since": shown(h.since), "about": list(h.about),
            "sensitivity": h.sensitivity, "digest": h.digest, "size": h.size, "by": h.by, "event": h.event,
            "read": h.text is not None,
        }
        for h in held[:limit]
    ]  # fmt: skip
    page = {"total": len(held), "returned": len(documents), "truncated": len(held) > limit, "documents": documents}
    if as_json:
        session.put_json(page)
        return
    from askreg.cli import tables

    tables.rows(
        "path|title|#revision|since|about|sensitivity|text",
        (
            (d["path"], d["title"], d["revision"], tables.when(str(d["since"])), d["about"], d["sensitivity"],
             None if d["read"] else "not read")
            for d in documents
        ),
    )  # fmt: skip
    tables.line(
        f"{len(documents)} of {len(held)} documents shown" + (", see more with --limit" if held[limit:] else "")
    )


@docs.command()
def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", show_default=False, help="In plain words.")],
    about: OneAbout = None,
    title: Annotated[
        str | None, typer.Option("--title", help="Only documents with these words in title or path.")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    limit: Limit = 5,
    as_json: Json = False,
) -> None:
    """Find passages by their words and meaning, and quote them."""
    _installed()
    library = session.of(ctx).library
    with session.of(ctx).registry() as registry, registry.view(as_of=as_of, known_at=known_at) as seen:
        with progress.bar("indexing") as report:
            found = library.search(
                seen, query, readable=_readable(registry, seen), about=about, title=title, limit=limit, progress=report
            )
    if as_json:
        session.put_json(found.model_dump(mode="json"))
        return
    _put_found(found)


@docs.command()
def remove(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", show_default=False, help="As 'docs list' gives them.")],
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it goes into the log.")] = None,
    at: At = None,
) -> None:
    """Take documents out of the library. What they said before stays on record, and so does the removal."""
    with session.of(ctx).registry() as registry, registry.transaction():
        for path in paths:
            registry.remove_document(path=path.removeprefix("doc:"), reason=reason, at=at)
    for path in paths:
        typer.echo(f"removed {path}; it is still found with --as-of")


@docs.command()
def reindex(ctx: typer.Context, base: Base = None, as_json: Json = False) -> None:
    """Build the index anew from the texts on record. Reads registered files that nobody has read yet."""
    from askreg.library import adding

    _installed()
    with session.of(ctx).registry() as registry, _resumable():
        done = list(adding.read_registered(registry, base or Path()))
        indexed = _refresh(registry, session.of(ctx).library, anew=True)
    _put_added(done, indexed, as_json=as_json)


def take_in(ctx: typer.Context, registry: "Registry", base: Path) -> None:
    """Read and index the registered documents that lie under `base`, and say what could not be."""
    from askreg.library import adding, files

    done = list(adding.read_registered(registry, base))
    for one in done:
        if one.why is not None:
            session.say(f"{one.path} is registered, and its text was not read: {one.why}")
    if not any(one.outcome == "read" for one in done):
        return
    if files.available():
        _refresh(registry, session.of(ctx).library)
    else:
        session.say(f"the documents are kept and not indexed yet: {files.EXTRA}; the first search makes the index")


def _installed() -> None:
    from askreg.library import files

    if not files.available():
        raise AskregError(f"the document library needs Chroma and its readers: {files.EXTRA}")


@contextmanager
def _resumable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        session.say("interrupted; what was taken in stays, and the same command goes on from there")
        raise typer.Exit(130) from None


def _add_all(
    registry: "Registry", found: Sequence[tuple[Path, str]], *, about: Sequence[str], sensitivity: str | None,
    title: str | None,
) -> "list[Added]":  # fmt: skip
    from askreg.library import adding

    done = []
    with progress.bar("reading") as report:
        for number, (file, path) in enumerate(found):
            if report is not None:
                report(number, len(found))
            done.append(adding.add(registry, file, path, about=about, sensitivity=sensitivity, title=title))
    return done


def _refresh(registry: "Registry", library: "Library", *, anew: bool = False) -> "Refreshed":
    with registry.view() as seen, progress.bar("indexing") as report:
        return library.refresh(seen, progress=report, anew=anew)


def _readable(registry: "Registry", seen: Any) -> frozenset[str]:
    from askreg.registry import access, documents

    return frozenset(access.readable(documents.roles(seen, registry.actor)))


def _put_added(done: "Sequence[Added]", indexed: "Refreshed", *, as_json: bool) -> None:
    broken = [one for one in done if one.outcome == "broken"]
    if as_json:
        files = [{"file": str(o.file), "path": o.path, "outcome": o.outcome, "why": o.why} for o in done]
        index = {"added": indexed.added, "total": indexed.total}
        session.put_json({"files": files, "index": index})
    else:
        for one in done:
            if one.outcome not in ("unchanged", "broken"):
                typer.echo(f"{one.outcome} {one.path}")
        counted = Counter(one.outcome for one in done)
        told = ", ".join(f"{number} {outcome}" for outcome, number in counted.items()) or "no file to read"
        typer.echo(f"{told}; the index holds {indexed.total} chunks ({indexed.added} new)")
    for one in broken:
        session.say(f"{one.path} was left out: {one.why}")
    if broken:
        raise typer.Exit(1)


def _put_found(found: "Found") -> None:
    from askreg.cli import tables

    for passage in found.passages:
        section = f", “{passage.section[-1]}”" if passage.section else ""
        revision = f", revision {passage.revision}" if passage.revision > 1 else ""
        tables.heading(f"{passage.document}{revision}{section}")
        tables.line(" ".join(passage.quote.split()))
        where = f"chunk {passage.chunk}, characters {passage.quote_start} to {passage.quote_end}"
        tables.line(f"{where}; holds {passage.coverage:.0%} of what was asked", style="dim")
    if not found.passages:
        tables.line(f"nothing found in {found.searched} documents")
    if found.unread:
        tables.line(f"not read, so not searched: {', '.join(found.unread)}; run 'askreg docs reindex'", style="yellow")
