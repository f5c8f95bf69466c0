"""Loading, dumping, verifying, checkpoints and the doctor."""

import json
import sqlite3
from pathlib import Path

import pytest

from cli.conftest import MANIFEST, Cli


def test_loading_twice_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(MANIFEST, "utf-8")
    assert "nothing changed" in cli.ok("load", str(path))
    assert cli.json("load", str(path))["unchanged"] is True


def test_a_manifest_is_read_from_stdin(empty: Cli) -> None:
    assert "2 models" in empty.ok("load", "-", input=MANIFEST)


def test_a_wrong_manifest_names_file_and_place_and_writes_nothing(empty: Cli, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("askreg: 1\nmodels:\n  - {name: risk, tusk: triage}\n", "utf-8")
    message = empty.fails("load", str(path))
    assert f"{path}: line 3" in message
    assert empty.json("models")["total"] == 0


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_a_dump_loads_into_the_same_registry(cli: Cli, tmp_path: Path, format: str) -> None:
    path = tmp_path / f"dump.{format}"
    cli.ok("dump", "--format", format, "--out", str(path))
    again = Cli(tmp_path / "again")
    again.ok("load", str(path))
    assert again.ok("dump") == cli.ok("dump")


def test_an_untouched_registry_verifies(cli: Cli) -> None:
    outcome = cli.json("audit", "verify")
    assert outcome["ok"] is True
    assert outcome["problems"] == []
    assert outcome["events"] == outcome["head"]["seq"]
    assert "verified" in cli.ok("audit", "verify")


def test_a_changed_cell_is_named_and_exit_1(cli: Cli) -> None:
    with sqlite3.connect(cli.home / "askreg.db") as behind:
        behind.execute("UPDATE metric SET value = '0.99' WHERE name = 'auroc'")
    behind.close()
    result = cli("audit", "verify", "--json")
    assert result.exit_code == 1
    assert any("0.99" in problem["what"] for problem in json.loads(result.stdout)["problems"])
    assert "NOT verified" in cli("audit", "verify").stdout


def test_what_is_not_there_does_not_verify(empty: Cli) -> None:
    assert "nothing was verified" in empty.fails("audit", "verify")


def test_a_kept_checkpoint_still_holds_after_more_was_written(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    cli.ok("audit", "checkpoint", "--out", str(kept))
    cli.ok("register", "model", "later", "--task", "triage")
    (checked,) = cli.json("audit", "verify", "--checkpoint", str(kept))["checkpoints"]
    assert checked["ok"] is True


def test_a_checkpoint_of_another_log_does_not_hold(cli: Cli, empty: Cli, tmp_path: Path) -> None:
    other = Cli(tmp_path / "other")
    other.ok("register", "model", "risk", "--task", "triage")
    kept = tmp_path / "kept.json"
    kept.write_text(other.ok("audit", "checkpoint"))
    result = cli("audit", "verify", "--checkpoint", str(kept))
    assert result.exit_code == 1
    assert "does not hold" in result.stdout


def test_the_log_holds_answers_and_the_history_does_not(cli: Cli) -> None:
    cli.ok("ask", "What is live at northgate?")
    assert cli.json("audit", "log")["total"] == cli.json("history")["total"] + 1


def test_the_log_holds_refusals_and_can_be_filtered(cli: Cli) -> None:
    cli.fails("register", "model", "x", "--task", "t", actor="nobody")
    events = cli.json("audit", "log", "--actor", "nobody")["events"]
    assert [event["action"] for event in events] == ["attempt.refused"]


def test_the_doctor_finds_a_sound_registry_sound(cli: Cli) -> None:
    found = cli.json("doctor")
    assert found["ok"] is True
    checks = {check["name"]: check for check in found["checks"]}
    assert checks["writing"]["status"] == "ok"
    assert checks["sqlite"]["status"] == "ok"
    assert checks["roles"]["found"] == "admin"
    assert "log" in cli.ok("doctor")


def test_the_doctor_makes_no_registry(empty: Cli) -> None:
    empty.ok("doctor")
    assert not (empty.home / "askreg.db").exists()


def test_the_doctor_says_what_is_broken_and_exits_1(tmp_path: Path) -> None:
    (tmp_path / "askreg.db").write_text("hello " * 500)
    result = Cli(tmp_path)("doctor")
    assert result.exit_code == 1
    assert "BROKEN" in result.stdout


def test_the_doctor_names_variables_that_redirect_but_not_their_values(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGSMITH_API_KEY", "hush")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://hush.invalid")
    shown = cli.ok("doctor")
    assert "LANGSMITH_API_KEY" in shown
    assert "ANTHROPIC_BASE_URL" in shown
    assert "hush" not in shown


def test_the_doctor_refuses_a_cloud_brain_where_the_site_is_local_only(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKREG_BACKEND", "claude")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "ASKREG_POLICY=cloud-allowed" in result.stdout


def test_the_app_says_what_to_install_without_streamlit(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askreg.cli.admin.find_spec", lambda name: None)
    assert "pip install 'askreg[app]'" in cli.fails("app")
