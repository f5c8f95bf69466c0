"""What is wrong is said in one line on stderr: exit 1 for the record's errors, 2 for how a command was called."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from askreg.cli import app
from cli.conftest import Cli


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["show", "sepsis-rsk"], "did you mean 'sepsis-risk'?"),
        (["show", "sepsis-risk:9"], "sepsis-risk:9"),
        (["show", "run:run-71"], "run-17"),
        (["deployed", "--as-of", "yesterdayish"], "is not a date"),
        (["models", "--as-of", "2999-01-01"], "in the future"),
        (["models", "--known-at", "2999-01-01"], "in the future"),
        (["history", "--cursor", "nonsense"], "nonsense"),
        (["compare", "sepsis-risk:1", "fall-risk:7"], "fall-risk"),
        (["lineage", "sepsis-risk:1", "--direction", "sideways"], "sideways"),
        (["load", "absent.yaml"], "there is no such file"),
        (["audit", "verify", "--checkpoint", "absent.json"], "absent.json cannot be read"),
        (["answers", "show", "ans_nonsense"], "ans_nonsense"),
        (["ask", "what is live?", "--backend", "oracle"], "oracle"),
        (["ask", "--batch", "absent.jsonl"], "absent.jsonl cannot be read"),
        (["ask", "what is live?", "--as-of", "2999-01-01"], "in the future"),
        (["stage", "sepsis-risk:2", "shipped"], "shipped"),
        (["deploy", "sepsis-risk:1", "northgate"], "northgate/icu"),
    ],
)
def test_an_error_of_the_record_is_one_line_and_exit_1(cli: Cli, args: list[str], says: str) -> None:
    message = cli.fails(*args)
    assert says in message
    assert message.startswith("askreg: ")


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["show"],
        ["models", "--limit", "0"],
        ["models", "--tag", "novalue"],
        ["models", "--no-such-option"],
        ["ask"],
        ["ask", "one", "--batch", "-"],
        ["deploy", "sepsis-risk:1"],
        ["dump", "--format", "xml"],
        ["evaluate", "sepsis-risk:1", "--dataset", "icu-holdout@2025-06", "--metric", "auroc"],
        ["evaluate", "sepsis-risk:1", "--dataset", "icu-holdout@2025-06", "--metric", "auroc=1,m=3"],
        ["register", "dataset", "icu-stays", "--rows", "3"],
    ],
)
def test_a_wrong_call_is_exit_2(cli: Cli, args: list[str]) -> None:
    cli.fails(*args, code=2)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("askreg.db", "write sqlite:///askreg.db"),
        ("nosuch://place", "nosuch"),
        ("mysql://localhost/x", "mysql"),
        ("sqlite:////proc/nothing/askreg.db", "/proc/nothing"),
    ],
)
def test_an_unusable_database_url(url: str, says: str) -> None:
    result = CliRunner().invoke(app, ["--db", url, "models"])
    assert result.exit_code == 1
    assert says in result.stderr


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "askreg.db").write_text("hello " * 500)
    assert "not a database" in Cli(tmp_path).fails("models")


def test_a_database_that_is_not_askregs(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "askreg.db") as other:
        other.execute("CREATE TABLE recipes (id INTEGER)")
    other.close()
    assert "not an askreg registry" in Cli(tmp_path).fails("models")


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    assert str(tmp_path) in Cli(tmp_path / "home").fails("models")


def test_a_manifest_that_is_a_directory(empty: Cli, tmp_path: Path) -> None:
    assert "directory" in empty.fails("load", str(tmp_path))


def test_a_user_name_that_is_none(cli: Cli) -> None:
    assert "is not a name" in cli.fails("models", actor="no body")


def test_a_setting_that_is_none(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_BACKEND", "crystal-ball")
    assert "ASKREG_BACKEND" in cli.fails("models")


def test_a_reader_that_goes_away_is_no_error(cli: Cli) -> None:
    command = [sys.executable, "-m", "askreg", "--home", str(cli.home), "history", "--json"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    message = running.stderr.read()
    running.stderr.close()
    running.wait()
    assert message == b""


def test_an_interrupted_load_writes_nothing_and_is_exit_130(empty: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from askreg.registry import manifest

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(manifest, "load", interrupted)
    assert "nothing was written" in empty.fails("load", "any.yaml", code=130)
