"""The provenance command: what it prints, what it writes, and that it is logged."""

import hashlib
import json
import sqlite3
import zipfile
from pathlib import Path

from askreg.reports.provenance import verify
from cli.conftest import Cli


def test_a_summary_is_markdown_with_the_events_it_rests_on(cli: Cli) -> None:
    shown = cli.ok("provenance", "sepsis-risk@champion")
    assert shown.startswith("# Provenance of sepsis-risk:1\n")
    for title in ("In short", "What it is", "Made by whom, from what", "Evaluated on what", "Gaps", "Events cited"):
        assert f"\n## {title}" in shown
    assert "auroc 0.870 \\[0.852, 0.889\\], n 1200" in shown
    assert "brier 0.101, no interval, n not recorded" in shown


def test_a_summary_as_json_has_every_line_with_its_values(cli: Cli) -> None:
    found = cli.json("provenance", "sepsis-risk:1")
    assert json.loads(cli.ok("provenance", "sepsis-risk:1", "--format", "json"))["sections"][1] == found["sections"][1]
    (evaluated,) = [line for s in found["sections"] for line in s["lines"] if line["label"] == "evaluated"]
    assert evaluated["values"]["metrics"][0]["value"] == "0.870"
    assert found["verified"] is True


def test_an_export_is_logged_with_the_digest_of_what_left(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "summary.md"
    told = cli.ok("provenance", "sepsis-risk:1", "--as-of", "2025-06-30", "--out", str(out), actor="aud.itor")
    (event,) = cli.json("audit", "log", "--action", "report.exported")["events"]
    assert event["detail"] == {
        "as_of": "2025-06-30",
        "digest": f"sha256:{hashlib.sha256(out.read_bytes()).hexdigest()}",
        "format": "md",
        "head": event["seq"] - 1,
        "subject": "sepsis-risk:1",
        "verified": True,
    }
    assert (event["actor"], f"event {event['seq']}" in told) == ("aud.itor", True)
    assert cli.json("history", "sepsis-risk:1")["events"][0]["action"] != "report.exported"


def test_both_times_limit_a_summary(cli: Cli) -> None:
    before = cli.ok("provenance", "sepsis-risk:1", "--as-of", "2025-06-30")
    assert "nowhere at any time" in before
    assert "northgate" in cli.ok("provenance", "sepsis-risk:1")
    assert "not as then known" in cli.fails("provenance", "sepsis-risk:1", "--known-at", "2025-12-31")


def test_what_has_no_provenance_is_an_error_with_the_way_out(cli: Cli) -> None:
    assert "did you mean" in cli.fails("provenance", "sepsis-rsk:1")
    assert "is meant" in cli.fails("provenance", "icu-stays@2025-06")
    assert "is not one of md, json" in cli.fails("provenance", "sepsis-risk:1", "--format", "odt")


def test_an_altered_record_is_said_to_be(cli: Cli) -> None:
    with sqlite3.connect(cli.home / "askreg.db") as behind:
        behind.execute("UPDATE metric SET value = '0.99' WHERE name = 'auroc'")
    behind.close()
    result = cli("provenance", "sepsis-risk:1")
    assert "does NOT verify" in result.stderr
    assert "THE RECORD DOES NOT VERIFY" in result.stdout
    assert "0.99" in result.stdout.split("## The record it rests on")[1]


def test_what_people_wrote_is_shown_and_obeyed_by_nothing(cli: Cli) -> None:
    shown = cli.ok("provenance", "sepsis-risk:1")
    assert "\u202e" not in shown
    assert "\x1b" not in shown
    assert "\\[link=http://x.invalid\\]" in shown
    assert "\\u202e" in shown.replace("\\\\u", "\\u")


def test_prov_is_written_in_the_form_that_the_file_is_named_for(cli: Cli, tmp_path: Path) -> None:
    for name, begins in (("p.json", '{\n "prefix"'), ("p.provn", "document\n")):
        cli.ok("provenance", "sepsis-risk:1", "--format", "prov", "--out", str(tmp_path / name))
        assert (tmp_path / name).read_text("utf-8").startswith(begins)
    assert cli.ok("provenance", "sepsis-risk:1", "--format", "prov").startswith("{")
    assert cli.ok("provenance", "sepsis-risk:1", "--format", "prov-n").startswith("document")


def test_openlineage_is_one_event_a_line(cli: Cli) -> None:
    lines = cli.ok("provenance", "sepsis-risk:1", "--format", "openlineage").splitlines()
    assert [json.loads(line)["job"]["name"] for line in lines] == ["train.sepsis-risk", "evaluate.sepsis-risk"]


def test_a_pack_is_written_and_verifies_with_the_key_that_is_printed(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    told = cli.ok("provenance", "sepsis-risk:1", "--format", "ro-crate", "--out", str(out))
    assert "python -I verify.py --key VKEY" in told
    assert verify.main(["--key", cli.ok("audit", "key").strip(), str(out)]) == 0
    assert cli.json("audit", "verify")["recorded"] == 1


def test_a_pack_holds_the_card_that_is_kept(cli: Cli, tmp_path: Path) -> None:
    cli.ok("card", "draft", "sepsis-risk:1")
    out = tmp_path / "pack.zip"
    cli.ok("provenance", "sepsis-risk:1", "--format", "ro-crate", "--out", str(out))
    with zipfile.ZipFile(out) as pack:
        assert pack.read("card.md").startswith(b"# Model card: sepsis-risk:1")
        assert json.loads(pack.read("card.json"))["card"]["subject"] == "sepsis-risk:1"
    assert verify.main([str(out)]) == 0


def test_a_pack_is_a_file(cli: Cli) -> None:
    assert "--out" in cli.fails("provenance", "sepsis-risk:1", "--format", "ro-crate", code=2)
    cli.fails("provenance", "absent:1", "--format", "ro-crate", "--out", "x.zip")
    assert not (cli.home / "checkpoint-key.pem").exists()
