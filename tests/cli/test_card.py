"""Model cards from the command line."""

import json
from pathlib import Path

import pytest

from .conftest import Cli

VERSION = "sepsis-risk:2"


@pytest.fixture
def cards(cli: Cli) -> Cli:
    """The loaded registry, with a second approver who took no part in the version."""
    cli.ok("register", "person", "tom.reid", "--role", "approver")
    return cli


def test_a_card_is_drafted_in_every_form(cli: Cli, tmp_path: Path) -> None:
    for arguments, begins in (
        ((), "# Model card: sepsis-risk:1"),
        (("--format", "html"), "<!doctype html>"),
        (("--format", "json"), "{"),
        (("--profile", "hf"), "---\n"),
        (("--profile", "chai"), "<?xml"),
        (("--profile", "hti1"), "{"),
        (("--profile", "cyclonedx"), "{"),
        (("--profile", "hti1", "--format", "md"), "# Model card"),
    ):
        assert cli.ok("card", "draft", "sepsis-risk:1", *arguments).startswith(begins), arguments
    cli.ok("card", "draft", "sepsis-risk@champion", "--format", "pdf", "--out", str(tmp_path / "card.pdf"))
    assert (tmp_path / "card.pdf").read_bytes().startswith(b"%PDF")


def test_a_draft_says_what_became_of_it(cli: Cli) -> None:
    result = cli("card", "draft", "sepsis-risk:1", "--profile", "cyclonedx")
    assert "checked by cyclonedx-python-lib" in result.stderr and "fields are missing" in result.stderr
    assert "not carried: It has no place for signatures or deployments." in result.stderr
    assert json.loads(result.stdout)["specVersion"] == "1.6"
    [event] = cli.json("history", "--action", "card.drafted")["events"]
    assert event["detail"]["profile"] == "cyclonedx" and event["subject"] == "sepsis-risk:1"


def test_a_draft_of_the_past_says_that_it_is_not_kept(cli: Cli) -> None:
    result = cli("card", "draft", "sepsis-risk:1", "--as-of", "2025-06-15")
    assert result.exit_code == 0 and "not kept" in result.stderr
    assert "production" not in result.stdout


def test_markup_in_names_stays_text(cli: Cli) -> None:
    page = cli.ok("card", "draft", "sepsis-risk:1", "--format", "html")
    assert "[red]Lena[/red] Koch" in page and "<blink>" not in page
    assert "\x1b" not in page and "\u202e" not in page


def test_a_check_lists_what_is_missing_and_fails_where_the_record_contradicts(cards: Cli) -> None:
    shown = cards.ok("card", "check", VERSION, "--profile", "hti1")
    assert "clinical owner" in shown and "0 errors" in shown
    cards.ok("card", "set", VERSION, "risks=Its AUROC is 0.99.")
    result = cards("card", "check", VERSION, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"]) == (1, False)
    [wrong] = [finding for finding in found["findings"] if finding["code"] == "contradiction"]
    assert wrong["where"] == "risks" and "0.902" in wrong["what"] and wrong["events"]
    assert [each["profile"] for each in found["profiles"]] == ["hf", "chai", "hti1", "cyclonedx"]


def test_a_file_is_held_to_the_record(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(cli.ok("card", "draft", VERSION, "--profile", "hf"), "utf-8")
    cli.ok("card", "check", VERSION, "--file", str(path))
    path.write_text(path.read_text("utf-8").replace("0.902", "0.912"), "utf-8")
    assert "0.912" in cli("card", "check", VERSION, "--file", str(path)).stdout
    assert "cannot be read" in cli.fails("card", "check", VERSION, "--file", str(tmp_path / "none.md"))


def test_a_card_is_signed_published_and_lapses(cards: Cli) -> None:
    cards.ok("card", "draft", VERSION, actor="ada.osei")
    assert "may not publish" in cards.fails("card", "publish", VERSION, actor="stranger")
    assert "no approval of this card" in cards.fails("card", "publish", VERSION, actor="ada.osei")
    assert "may not approve" in cards.fails("card", "approve", VERSION, actor="ada.osei")
    signed = cards.ok("card", "approve", VERSION, "--comment", "read", actor="tom.reid")
    assert "sha256:" in signed and "event" in signed
    assert "published the card" in cards.ok("card", "publish", VERSION, actor="ada.osei")
    assert cards.json("card", "show", VERSION)["standing"]["state"] == "published"
    cards.ok("card", "set", VERSION, "users=Intensivists", actor="ada.osei")
    shown = cards("card", "show", VERSION)
    assert "LAPSED" in shown.stdout and "LAPSED" in shown.stderr
    assert cards.json("card", "show", VERSION)["standing"]["state"] == "lapsed"
    assert cards.json("audit", "verify")["ok"]


def test_a_show_says_what_no_longer_holds(cards: Cli) -> None:
    cards.ok("card", "draft", VERSION, actor="ada.osei")
    cards.ok("stage", VERSION, "validation", actor="ada.osei")
    result = cards("card", "show", VERSION, "--profile", "hti1", "--format", "md")
    assert "no longer holds: the kept card says experimental" in result.stderr
    assert "NO LONGER HOLDS" in result.stdout
    assert cards.json("card", "show", VERSION)["no_longer_holds"]


def test_a_card_written_to_a_file_is_an_export_in_the_log(cards: Cli, tmp_path: Path) -> None:
    cards.ok("card", "draft", VERSION, actor="ada.osei")
    cards.ok("card", "show", VERSION, "--profile", "chai", "--out", str(tmp_path / "card.xml"))
    [event] = cards.json("history", "--action", "report.exported")["events"]
    assert event["detail"]["format"] == "card.xml" and event["detail"]["digest"].startswith("sha256:")


def test_fields_are_written_declared_and_taken_away(cards: Cli) -> None:
    cards.ok("card", "set", VERSION, "funding=unavailable: nobody answered", "ehr=not applicable: stands alone")
    states = {
        f["id"]: (f["state"], f["reason"])
        for f in cards.json("card", "check", VERSION, "--profile", "hti1")["profiles"][0]["fields"]
    }
    assert states["2"] == ("unavailable", "nobody answered")
    cards.ok("card", "set", "sepsis-risk", "population=Adults")
    assert "Adults" in cards.ok("card", "draft", "sepsis-risk:1")
    cards.ok("card", "set", VERSION, "funding=")
    assert "unavailable" not in cards.ok("card", "draft", VERSION, "--profile", "hti1", "--format", "md")


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("draft", "sepsis-risk:9"), "no version named", 1),
        (("draft", "nothing:1"), "no model named", 1),
        (("draft", "sepsis-risk:1", "--profile", "tripod"), "hf, chai, hti1, cyclonedx", 1),
        (("draft", "sepsis-risk:1", "--format", "docx"), "md, html, pdf, json, xml", 2),
        (("draft", "sepsis-risk:1", "--format", "xml"), "chai", 1),
        (("draft", "sepsis-risk:1", "--backend", "oracle"), "offline, claude, ollama", 1),
        (("show", "sepsis-risk:1"), "card draft", 1),
        (("set", "sepsis-risk:1", "intended_usage=x"), "did you mean intended_use", 1),
        (("set", "sepsis-risk:1", "results=0.99"), "no field of a card that people write", 1),
        (("set", "sepsis-risk:1", "risks"), "KEY=VALUE", 2),
        (("profiles", "tripod"), "hf, chai, hti1, cyclonedx", 1),
    ],
)
def test_a_mistake_is_named_with_the_way_out(cli: Cli, arguments: tuple[str, ...], message: str, code: int) -> None:
    assert message in cli.fails("card", *arguments, code=code)


def test_profiles_are_listed_with_their_dates(cli: Cli) -> None:
    listed = cli.json("card", "profiles")
    assert [each["profile"] for each in listed] == ["hf", "chai", "hti1", "cyclonedx", "askreg"]
    assert all(each["dated"] and each["version"] for each in listed)
    assert any("HTI-5" in each["status"] for each in listed)
    assert "hti1" in cli.ok("card", "profiles")
    assert "Intended use of the intervention" in cli.ok("card", "profiles", "hti1")
