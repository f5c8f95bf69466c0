"""The command line. Each command parses, calls the registry or the agent once, and shows what came back.

Starting has to be quick, so nothing heavy is imported before a command runs.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from askreg import __version__
from askreg.cli import admin, agent, audit, card, docs, provenance, reads, writes
from askreg.cli.session import Session, say
from askreg.errors import AskregError

SECTIONS = {
    "Ask": ("ask", "chat", "app", "demo"),
    "Read": (
        "models", "versions", "show", "compare", "leaderboard", "lineage", "deployed", "history", "gaps",
    ),
    "Write": (
        "register", "evaluate", "alias", "stage", "approve", "reject", "deploy", "withdraw", "retire",
    ),
    "Report": ("card", "provenance"),
    "Keep": ("load", "dump", "docs", "audit", "answers", "doctor"),
}  # fmt: skip
"""The order in which help lists the commands."""


class Root(TyperGroup):
    """The one place where errors of the domain become a line on stderr and exit 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here a closed pipe is still handled
            return result
        except AskregError as error:
            say(_printable(str(error)))
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            say("interrupted")
            raise typer.Exit(130) from None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands by section."""
        width = formatter.width - 6 - max(map(len, self.commands))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(width)) for name in names])


app = typer.Typer(
    name="askreg",
    cls=Root,
    help="A model registry that answers questions in plain words, and shows the evidence for every figure.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"askreg {__version__}")
        raise typer.Exit


@app.callback()
def globals(
    ctx: typer.Context,
    db: Annotated[
        str | None, typer.Option("--db", metavar="URL", help="sqlite:///FILE or postgresql+psycopg://… [ASKREG_DB]")
    ] = None,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="Where askreg keeps its files. [ASKREG_HOME]")
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--as", metavar="USER", help="Who acts; else the system's user. [ASKREG_AS]")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask the registry in plain words; every figure comes with its evidence."""
    ctx.obj = Session(db=db, home=home, actor=actor)


for part in (agent, reads, writes, card, provenance, docs, audit, admin):
    part.add_to(app)


def main() -> None:
    """Run askreg."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot write must not end the command.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app()


def _printable(text: str) -> str:
    from askreg.cli.printable import printable

    return printable(text)
