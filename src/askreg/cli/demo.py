"""`askreg demo`: real models with an invented life, and what can be asked about them."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from askreg.cli import docs, progress, session
from askreg.errors import AskregError

if TYPE_CHECKING:
    from askreg.library.library import Library
    from askreg.registry.registry import Registry


def demo(ctx: typer.Context) -> None:
    """Build a demo registry from real data, and ask it questions. Says what to try next; running it twice is safe."""
    from askreg import demo
    from askreg.cli import tables
    from askreg.cli.admin import interruptible, told
    from askreg.registry import manifest

    home = session.of(ctx).settings.home
    with session.of(ctx).registry(announce=False) as registry:
        _refuse_others(registry)
        with progress.steps() as step:
            files = demo.build(home, step)
            step("loading the manifest")
            loaded = interruptible(lambda: manifest.load(registry, files.manifest))
            step("reading and indexing the documents")
            docs.take_in(ctx, registry, files.manifest.parent)
            step("verifying the log")
            verified = registry.verify()
        if not verified.ok:
            session.put(verified, as_json=False)
            raise typer.Exit(1)
        tables.line(told(loaded, _near(files.manifest)))
        tables.line(f"verified: {verified.events} events, and the tables say what they say")
        _ask(registry, session.of(ctx).library)
    tables.line(demo.WHAT_IS_REAL, style="dim")
    tables.line(demo.WHAT_IS_INVENTED, style="dim")
    tables.heading("Try next")
    for command in demo.TRY_NEXT:
        typer.echo(f"  {called(ctx)}{command.removeprefix('askreg')}")


def _refuse_others(registry: "Registry") -> None:
    """Raise if the registry holds something, and it is not the demo."""
    if session.untouched(registry):
        return
    from askreg.demo.manifest import skeleton

    wanted = {model["name"] for model in skeleton()["models"]}
    if not wanted <= set(_models(registry)):
        raise AskregError(
            f"{registry.url} holds another registry, and the demo would be mixed into it; "
            "name a directory of its own: askreg --home .demo demo"
        )


def _models(registry: "Registry") -> Iterator[str]:
    cursor = None
    while True:
        page = registry.find_models(limit=500, cursor=cursor)
        yield from (model.name for model in page.models)
        cursor = page.next
        if cursor is None:
            return


def _ask(registry: "Registry", library: "Library") -> None:
    from askreg import demo
    from askreg.agent.answer import Asker
    from askreg.cli import answered, tables

    asker = Asker(registry, library=library)
    for question in demo.QUESTIONS:
        tables.heading(f"? {question.text}")
        answered.answer(asker.ask(question.text))
    tables.line("")


def called(ctx: typer.Context) -> str:
    """Return how askreg was called, with the options that say where: what to type to call it again."""
    given = session.of(ctx)
    options = {"--home": given.home, "--db": given.db, "--as": given.actor}
    words = [part for option, value in options.items() if value is not None for part in (option, str(value))]
    return " ".join([*program(), *map(shlex.quote, words)])


def program() -> list[str]:
    """Return the words that call askreg here."""
    called_as = Path(sys.argv[0])
    if called_as.name == "__main__.py":
        return [shlex.quote(_near(Path(sys.executable))), "-m", "askreg"]
    if called_as.stem != "askreg" or shutil.which("askreg") == str(called_as):
        return ["askreg"]
    return [shlex.quote(_near(called_as))]


def _near(path: Path) -> str:
    """Return a path as one would type it here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
