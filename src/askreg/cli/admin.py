"""Commands that keep a registry: fill it, write it out, show it at work, check what it stands on."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from askreg.cli import docs, progress, session
from askreg.cli.audit import write_file
from askreg.cli.demo import demo
from askreg.cli.session import Json
from askreg.errors import AskregError

if TYPE_CHECKING:
    from askreg.registry.manifest import LoadResult
    from askreg.registry.registry import Registry


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (demo, load, dump, doctor):
        app.command()(command)
    app.command("app")(start_app)


def load(
    ctx: typer.Context,
    manifest: Annotated[
        str, typer.Argument(metavar="MANIFEST", show_default=False, help="A YAML or JSON file, - for stdin.")
    ],
    as_json: Json = False,
) -> None:
    """Load a whole registry from a manifest. All or nothing, and safe to run twice."""
    with session.of(ctx).registry(announce=False) as registry:
        first = session.untouched(registry)
        loaded = interruptible(lambda: _load(registry, manifest))
        if manifest != "-":
            docs.take_in(ctx, registry, Path(manifest).parent)
    if first:
        session.founded(registry)
    if as_json:
        session.put_json(session.plain(loaded))
        return
    typer.echo(told(loaded, manifest))


def _load(registry: "Registry", manifest: str) -> "LoadResult":
    from askreg.registry import manifest as manifests

    with progress.bar("loading") as report:
        if manifest == "-":
            return manifests.loads(registry, sys.stdin.buffer.read(), name="<stdin>", progress=report)
        return manifests.load(registry, Path(manifest), progress=report)


def interruptible(work: "Callable[[], LoadResult]") -> "LoadResult":
    """Run a load; when the user interrupts it, say what became of it."""
    try:
        return work()
    except KeyboardInterrupt:
        session.say("interrupted; nothing was written")
        raise typer.Exit(130) from None


def told(loaded: "LoadResult", manifest: str) -> str:
    """Return a sentence of what a load did."""
    if loaded.unchanged:
        return f"nothing changed: the registry holds all of {manifest} already"
    added = ", ".join(f"{count} {kind}" for kind, count in loaded.counts.items())
    return f"loaded {manifest}: {added} ({loaded.events} events)"


def dump(
    ctx: typer.Context,
    format: Annotated[Literal["yaml", "json"], typer.Option("--format", help="yaml or json.")] = "yaml",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Write the whole registry as a manifest."""
    from askreg.registry import manifest

    with session.of(ctx).registry() as registry:
        text = manifest.dump(registry, format=format)
    if out is None:
        typer.echo(text.encode("utf-8", "backslashreplace").decode(), nl=False)
        return
    write_file(out, text)
    typer.echo(f"wrote {out}")


def doctor(ctx: typer.Context, as_json: Json = False) -> None:
    """Say what is configured, reachable and safe. And what to do if not; exit 1 if something is broken."""
    from askreg.cli.checks import examine

    findings = examine(session.of(ctx))
    if as_json:
        session.put_json({"ok": all(f.status != "broken" for f in findings), "checks": [vars(f) for f in findings]})
    else:
        from askreg.cli import tables

        marks = {"ok": "ok", "note": "-", "warning": "!", "broken": "BROKEN"}
        tables.rows("check||found|what to do", ((f.name, marks[f.status], f.found, f.remedy) for f in findings))
    if any(f.status == "broken" for f in findings):
        raise typer.Exit(1)


def start_app(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="On this machine only.")] = 8501,
) -> None:
    """Start the Streamlit app, on this machine only."""
    from askreg.settings import resource_dir

    if find_spec("streamlit") is None:
        raise AskregError("the app needs Streamlit: pip install 'askreg[app]'")
    settings = session.of(ctx).settings
    with session.of(ctx).registry():  # an unusable database is better said here than in the browser
        pass
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(resource_dir("app") / "main.py")]
    command += [f"--{name}={value}" for name, value in options.items()]
    acting = {"ASKREG_HOME": str(settings.home), "ASKREG_DB": settings.url, "ASKREG_AS": settings.actor}
    try:
        code = subprocess.run(command, env={**os.environ, **acting}, check=False).returncode
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(code)
