"""A version's life from the command line: each write says what happened and which event says so."""

from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Cli

DIGEST = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc"


def test_a_life_from_registration_to_retirement(empty: Cli, tmp_path: Path) -> None:
    artifact = tmp_path / "model.bin"
    artifact.write_bytes(b"abc")
    admin, ada, lena = (dict[str, Any](actor=name) for name in ("root.admin", "ada.osei", "lena.koch"))
    empty.ok("register", "person", "ada.osei", "--display", "Ada Osei", "--role", "scientist", **admin)
    empty.ok("register", "person", "lena.koch", "--role", "approver", **admin)
    empty.ok("register", "dataset", "stays@1", "--rows", "10", "--sensitivity", "deidentified", **ada)
    empty.ok("register", "dataset", "holdout@1", "--derived-from", "stays@1", **ada)
    empty.ok("register", "run", "r1", "--input", "stays@1:training", "--param", "rate=0.1", "--commit", "abc", **ada)
    empty.ok("register", "model", "risk", "--task", "triage", "--tag", "a=b", "--card", "intended_use=triage", **ada)
    assert "registered risk:1, in experimental" in empty.ok(
        "register", "version", "risk", "--file", str(artifact), "--run", "r1", **ada
    )
    metric = "auroc=0.870,n=1200,ci=0.85..0.89"
    empty.ok("evaluate", "risk:1", "--dataset", "holdout@1", "--metric", metric, "--metric", "brier=0.1", **ada)
    empty.ok("stage", "risk:1", "validation", **ada)
    empty.ok("approve", "risk:1", "--comment", "good", **lena)
    empty.ok("stage", "risk:1", "approved", **lena)
    empty.ok("stage", "risk:1", "production", **lena)
    empty.ok("alias", "risk:1", "champion", **lena)
    empty.ok("deploy", "risk@champion", "northgate/icu", "--region", "eu", **lena)
    live = empty.json("show", "risk:1")
    assert live["artifact"] == {"uri": artifact.as_uri(), "digest": DIGEST, "size": 3}
    assert live["evaluations"][0]["metrics"][0] == {
        "metric": "auroc", "value": 0.87, "n": 1200, "ci": [0.85, 0.89], "unit": None, "config": None,
    }  # fmt: skip
    assert [place["site"] for place in live["deployments"]] == ["northgate"]
    assert "withdraw it first" in empty.fails("retire", "risk:1", **lena)
    empty.ok("withdraw", "risk:1", "--site", "northgate", "--environment", "icu", "--reason", "over", **lena)
    empty.ok("alias", "risk", "champion", "--remove", **lena)
    assert "risk:1 is retired" in empty.ok("retire", "risk:1", "--reason", "over", **lena)
    assert empty.json("show", "risk:1")["stage"] == "retired"
    assert empty.json("audit", "verify")["ok"] is True


def test_a_write_says_its_event(cli: Cli) -> None:
    shown = cli.ok("register", "model", "new-model", "--task", "triage")
    events = cli.json("history", "new-model")["events"]
    assert shown == f"registered model new-model (event {events[0]['seq']})\n"


def test_a_write_as_json_is_the_view_of_what_it_changed(cli: Cli) -> None:
    shown: Any = cli.json("register", "version", "fall-risk", "--uri", "s3://f/2", "--description", "second")
    assert (shown["subject"], shown["stage"], shown["artifact"]["uri"]) == ("fall-risk:2", "experimental", "s3://f/2")


def test_a_write_that_changes_nothing_says_so(cli: Cli) -> None:
    assert "nothing changed" in cli.ok("alias", "sepsis-risk:1", "champion")


def test_whoever_writes_first_is_told_that_they_are_the_admin(empty: Cli) -> None:
    result = empty("register", "model", "risk", "--task", "triage", actor="ada.osei")
    assert "ada.osei made the first entry of this registry, and is its admin" in result.stderr


def test_a_rejection_goes_back_to_experimental(cli: Cli) -> None:
    cli.ok("stage", "sepsis-risk:2", "validation", actor="ada.osei")
    assert "events" in cli.ok("reject", "sepsis-risk:2", "--reason", "weak in women", actor="lena.koch")
    shown = cli.json("show", "sepsis-risk:2")
    assert shown["stage"] == "experimental"
    assert shown["approvals"][0]["comment"] == "weak in women"


def test_the_policy_names_all_that_is_missing(cli: Cli) -> None:
    cli.ok("stage", "fall-risk:1", "validation", actor="ada.osei")
    message = cli.fails("stage", "fall-risk:1", "approved", actor="lena.koch")
    assert "0 of 1 evaluations" in message
    assert "no approval" in message


def test_a_refused_attempt_is_in_the_log(cli: Cli) -> None:
    cli.fails("stage", "sepsis-risk:2", "production", actor="ada.osei")
    (event,) = cli.json("audit", "log", "--action", "attempt.refused")["events"]
    assert (event["actor"], event["subject"]) == ("ada.osei", "sepsis-risk:2")


def test_who_has_no_role_may_not_write(cli: Cli) -> None:
    assert "'nobody' may not" in cli.fails("register", "model", "x", "--task", "t", actor="nobody")


def test_an_alias_held_by_another_version_is_not_removed(cli: Cli) -> None:
    assert "held by sepsis-risk:1" in cli.fails("alias", "sepsis-risk:2", "champion", "--remove")


def test_a_write_can_say_when_it_happened(cli: Cli) -> None:
    cli.ok("withdraw", "sepsis-risk:1", "northgate/icu", "--at", "2025-09-01", actor="lena.koch")
    assert cli.json("deployed", "--as-of", "2025-09-02")["deployments"] == []
    assert len(cli.json("deployed", "--as-of", "2025-08-30")["deployments"]) == 1


def test_a_document_is_digested(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "report.md").write_bytes(b"abc")
    shown = cli.json("register", "document", "docs/report.md", "--title", "Report", "--about", "sepsis-risk:1")
    assert (shown["digest"], shown["size"], shown["about"]) == (DIGEST, 3, ["sepsis-risk:1"])


def test_a_digest_that_is_not_the_files_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(b"abc")
    path = str(tmp_path / "m.bin")
    assert DIGEST in cli.fails("register", "version", "fall-risk", "--file", path, "--digest", "sha256:00")


def test_parameters_are_json_where_they_are_json(cli: Cli) -> None:
    shown = cli.json("register", "run", "r2", "--param", "rate=0.1", "--param", "name=tree", "--param", "deep=true")
    assert shown["params"] == {"rate": 0.1, "name": "tree", "deep": True}
