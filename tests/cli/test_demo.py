"""`askreg demo`: one run for all tests here, since it trains the models."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from askreg.cli.demo import program
from askreg.demo import QUESTIONS, TRY_NEXT, Question
from cli.conftest import Cli

pytest.importorskip("sklearn")


@dataclass
class Demo:
    cli: Cli
    shown: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    cli = Cli(tmp_path_factory.mktemp("demo") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["askreg"])  # however the tests themselves were called
        return Demo(cli, cli.ok("demo"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.kind)
def test_a_question_of_the_demo_is_answered_with_what_it_has_to_name(demo: Demo, question: Question) -> None:
    part = demo.shown.partition(question.text)[2].partition("log at event")[0]
    together = " ".join(part.split())
    assert all(mention in together for mention in question.mentions)


def test_the_demo_says_what_is_invented(demo: Demo) -> None:
    assert "Invented: " in demo.shown
    assert "Real: " in demo.shown


def test_what_to_try_next_works_as_it_is_printed(demo: Demo) -> None:
    commands = [line.strip() for line in demo.shown.partition("Try next")[2].splitlines() if line.strip()]
    assert len(commands) == len(TRY_NEXT)
    for command in commands:
        program, home, place, _, _, *words = shlex.split(command)  # … --as root.admin
        assert (program, home, place) == ("askreg", "--home", str(demo.cli.home))
        demo.cli.ok(*words)


def test_the_demo_a_second_time_changes_nothing(demo: Demo) -> None:
    before = demo.cli.json("audit", "log", "--limit", "1")["total"]
    again = demo.cli.ok("demo")
    after = demo.cli.json("audit", "log", "--limit", "1")["total"]
    assert "nothing changed" in again
    assert after == before + len(QUESTIONS)  # the answers


def test_the_demo_is_not_mixed_into_another_registry(cli: Cli, tmp_path: Path) -> None:
    assert "askreg --home .demo demo" in cli.fails("demo")
    assert not (cli.home / "demo").exists()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (".venv/bin/askreg", ".venv/bin/askreg"),
        ("{cwd}/.venv/bin/askreg", ".venv/bin/askreg"),
        ("{cwd}/my tools/askreg", "'my tools/askreg'"),
        ("{cwd}/on-path/askreg", "askreg"),
        ("/elsewhere/pytest", "askreg"),
    ],
)
def test_what_to_type_is_how_askreg_was_called(
    typed: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "on-path" / "askreg"
    installed.parent.mkdir()
    installed.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(installed.parent))
    monkeypatch.setattr(sys, "argv", [typed.format(cwd=tmp_path)])
    assert program() == [shown]
