"""What every command shares: its options, the open registry, and how a result leaves the process."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askreg.errors import InvalidInput

if TYPE_CHECKING:
    from askreg.agent.brains.config import BrainConfig
    from askreg.library.library import Library
    from askreg.registry.registry import Registry
    from askreg.settings import Settings

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="What had happened by then.")]
KnownAt = Annotated[str | None, typer.Option("--known-at", metavar="DATE", help="What had been recorded by then.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")]
Cursor = Annotated[str | None, typer.Option("--cursor", metavar="TEXT", help="Go on where the last page ended.")]
At = Annotated[str | None, typer.Option("--at", metavar="DATE", help="When it happened, if not now.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="KEY=VALUE", help="A tag; repeatable.")]


@dataclass(frozen=True)
class Session:
    """The global options of one call."""

    db: str | None = None
    home: Path | None = None
    actor: str | None = None

    @cached_property
    def settings(self) -> "Settings":
        """Return the settings: these options over the environment."""
        from askreg.settings import Settings

        settings = Settings.load(db=self.db, home=self.home, actor=self.actor)
        if "://" not in settings.url:
            raise InvalidInput(f"{settings.url!r} is not a database URL; write sqlite:///{settings.url}")
        return settings

    @cached_property
    def brains(self) -> "BrainConfig":
        """Return what the settings say of the brains, with the environment for the guard to judge."""
        import os

        from askreg.agent.brains.config import BrainConfig

        return BrainConfig.of(self.settings, os.environ)

    @cached_property
    def library(self) -> "Library":
        """Return the document library, which opens nothing before it is searched."""
        from askreg.library.library import Library

        return Library.of(self.settings)

    @property
    def file(self) -> Path | None:
        """Return the registry's file, if the database is a SQLite file."""
        found = re.match(r"sqlite(?:\+\w+)?:///([^?]+)", self.settings.url)
        return Path(found.group(1)) if found and found.group(1) != ":memory:" else None

    @property
    def is_new(self) -> bool:
        """Return whether opening the registry would make it."""
        return self.file is not None and not (self.file.is_file() and self.file.stat().st_size)

    @contextmanager
    def registry(self, *, announce: bool = True) -> Iterator["Registry"]:
        """Open the registry for one command; a read that finds none says that it made an empty one."""
        from askreg.registry.registry import Registry

        new = self.is_new
        with Registry.open(self.settings.url, actor=self.settings.actor) as registry:
            if new and announce:
                say(f"made an empty registry at {self.file}; fill it with 'askreg load' or 'askreg register'")
            yield registry


def of(ctx: typer.Context) -> Session:
    """Return the session of a command."""
    session: Session = ctx.ensure_object(Session)
    return session


def untouched(registry: "Registry") -> bool:
    """Return whether nobody has written to a registry yet; answers it gave do not count."""
    from askreg.registry.tables import Person

    with registry.unit() as unit:
        return not unit.any(Person)


def founded(registry: "Registry") -> None:
    """Tell the first who writes what that made them."""
    say(f"{registry.actor} made the first entry of this registry, and is its admin")


def say(message: str) -> None:
    """Print one line about the work, not its result, to stderr."""
    typer.echo(f"askreg: {message}", err=True)


def put(result: Any, *, as_json: bool) -> None:
    """Print a result: as JSON in the contract's shape, or as tables."""
    if as_json:
        put_json(result)
        return
    from askreg.cli import show

    show.result(result)


def put_json(result: Any, *, indent: int | None = 2) -> None:
    """Print a result as JSON; what the terminal cannot write is escaped."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    text = json.dumps(plain(result), indent=indent, ensure_ascii=not unicode)
    typer.echo(text.encode("utf-8", "backslashreplace").decode() if unicode else text)


def plain(result: Any) -> Any:
    """Return a result, or a list of them, as JSON values."""
    if isinstance(result, list):
        return [plain(item) for item in result]
    return result.model_dump(mode="json", by_alias=True) if hasattr(result, "model_dump") else result


def pairs(given: Iterable[str] | None, option: str) -> dict[str, str]:
    """Return `KEY=VALUE` options as a mapping."""
    found: dict[str, str] = {}
    for text in given or ():
        key, mark, value = text.partition("=")
        if not (mark and key):
            raise typer.BadParameter(f"{text!r} is not KEY=VALUE", param_hint=option)
        if key in found:
            raise typer.BadParameter(f"{key!r} is given twice", param_hint=option)
        found[key] = value
    return found


def given(**options: Any) -> Mapping[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value not in (None, [], {}, ())}
