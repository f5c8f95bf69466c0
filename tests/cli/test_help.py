"""Every command is there, says what it does, and costs nothing to ask about."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from askreg import __version__
from askreg.cli import SECTIONS, app

CONTRACT = {
    *("demo", "ask", "chat", "app", "load", "dump", "doctor", "gaps"),
    *("models", "show", "compare", "lineage", "history", "deployed", "leaderboard"),
    *("register", "evaluate", "alias", "stage", "approve", "reject", "deploy", "withdraw", "retire"),
    *("audit verify", "audit log", "audit checkpoint", "audit proof", "audit key"),
    *("answers list", "answers show", "answers replay", "answers apply", "provenance"),
}
READS = {
    *("models", "versions", "show", "compare", "lineage", "history", "deployed", "leaderboard", "gaps"),
    *("audit log", "answers list", "answers show", "provenance"),
}
HEAVY = {"sqlalchemy", "sqlmodel", "pydantic", "langchain_core", "rich", "yaml", "streamlit"}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command and group, with how it is called."""
    if path:
        yield " ".join(path), command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


ALL = dict(commands(get_command(app)))


def test_every_command_of_the_contract_exists() -> None:
    assert CONTRACT <= ALL.keys()


@pytest.mark.parametrize("path", sorted(ALL))
def test_a_command_says_what_it_does(path: str) -> None:
    assert len(ALL[path].help or "") > 10
    assert (ALL[path].help or "").endswith(".")


@pytest.mark.parametrize("path", sorted(ALL))
def test_an_option_says_what_it_is_for(path: str) -> None:
    undocumented = [p.name for p in ALL[path].params if not getattr(p, "help", None)]
    assert undocumented == []


@pytest.mark.parametrize("path", sorted(READS))
def test_a_read_prints_json_and_looks_back(path: str) -> None:
    options = {option for parameter in ALL[path].params for option in parameter.opts}
    assert {"--json", "--as-of", "--known-at"} <= options


def test_help_lists_every_command_once() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(name for name in ALL if " " not in name)


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "askreg", *args], capture_output=True, text=True, check=False)


def test_help_names_the_commands() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    assert all(f"  {name} " in shown.stdout for names in SECTIONS.values() for name in names)


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from askreg.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stderr.split())


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"askreg {__version__}\n"


def test_an_unknown_command_names_the_nearest() -> None:
    done = run("modles")
    assert done.returncode == 2
    assert "Did you mean 'models'" in done.stderr
