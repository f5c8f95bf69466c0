"""`askreg docs …` as a user calls it."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from askreg.library import files
from cli.conftest import MANIFEST, Cli

REPORT = (
    "# Validation of sepsis-risk\n\n## Limitations\n\nChildren were not studied.\n\n## Calibration\n\nIt is good.\n"
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASKREG_EMBEDDER", "lexical")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two documents, one that is broken, and things that are none."""
    made = tmp_path / "docs"
    (made / "more").mkdir(parents=True)
    (made / "report.md").write_text(REPORT)
    (made / "more" / "sop.html").write_text("<h1>SOP-1</h1><h2>Alarms</h2><p>A nurse comes within 15 minutes.</p>")
    (made / "broken.pdf").write_bytes(b"%PDF-1.7 cut")
    (made / ".hidden.md").write_text("hidden")
    (made / "data.csv").write_text("a,b")
    return made


def test_a_folder_is_taken_in_and_a_broken_file_named_and_left_out(cli: Cli, folder: Path) -> None:
    result = cli("docs", "add", "docs", "--about", "sepsis-risk", "--sensitivity", "public")
    assert result.exit_code == 1
    assert "docs/broken.pdf was left out: 'broken.pdf' is broken" in result.stderr
    assert "2 added" in result.stdout.replace("\n", " ")
    listed = cli.json("docs", "list")
    assert [(d["path"], d["title"], d["about"], d["read"]) for d in listed["documents"]] == [
        ("docs/more/sop.html", "SOP-1", ["sepsis-risk"], True),
        ("docs/report.md", "Validation of sepsis-risk", ["sepsis-risk"], True),
    ]
    assert (listed["total"], listed["returned"], listed["truncated"]) == (2, 2, False)


def test_adding_again_changes_nothing_and_a_changed_file_is_a_revision(cli: Cli, folder: Path) -> None:
    (folder / "broken.pdf").unlink()
    assert [f["outcome"] for f in cli.json("docs", "add", "docs")["files"]] == ["added", "added"]
    again = cli.json("docs", "add", "docs")
    assert [f["outcome"] for f in again["files"]] == ["unchanged", "unchanged"] and again["index"]["added"] == 0
    (folder / "report.md").write_text(REPORT.replace("Children", "Children and teenagers"))
    changed = cli.json("docs", "add", "docs/*.md")
    assert [f["outcome"] for f in changed["files"]] == ["revised"]
    (found,) = cli.json("docs", "search", "teenagers", "--limit", "1")["passages"]
    assert (found["revision"], found["quote"]) == (2, "Children and teenagers were not studied.")


def test_search_quotes_with_document_section_and_offsets(cli: Cli, folder: Path) -> None:
    cli("docs", "add", "docs/report.md", "--about", "sepsis-risk")
    found = cli.json("docs", "search", "which patients were not studied", "--about", "sepsis-risk")
    first = found["passages"][0]
    assert (first["document"], first["section"][-1]) == ("docs/report.md", "Limitations")
    assert REPORT[first["quote_start"] : first["quote_end"]] == first["quote"] == "Children were not studied."
    assert "“Limitations”" in cli.ok("docs", "search", "which patients were not studied")
    assert "nothing found" in cli.ok("docs", "search", "children", "--about", "fall-risk")


def test_what_was_removed_is_found_as_of_before_and_the_log_says_why(cli: Cli, folder: Path) -> None:
    cli("docs", "add", "docs/report.md")
    then = cli.json("history", "--action", "document.registered")["events"][0]["recorded_at"]
    assert "removed docs/report.md" in cli.ok("docs", "remove", "docs/report.md", "--reason", "superseded")
    assert cli.json("docs", "list")["total"] == 0
    assert cli.json("docs", "search", "children")["passages"] == []
    assert cli.json("docs", "search", "children", "--as-of", then)["passages"][0]["document"] == "docs/report.md"
    (event,) = cli.json("history", "--action", "document.removed")["events"]
    assert event["detail"]["reason"] == "superseded"
    assert "removed already" in cli.fails("docs", "remove", "docs/report.md")
    assert cli.json("audit", "verify")["ok"]


def test_what_identifies_patients_is_listed_and_found_for_those_who_may_read_it(cli: Cli, folder: Path) -> None:
    cli("docs", "add", "docs/report.md", "--sensitivity", "phi")
    assert cli.json("docs", "list", actor="ada.osei")["total"] == 1
    assert cli.json("docs", "list", actor="nobody.known")["total"] == 0
    assert cli.json("docs", "search", "children", actor="nobody.known")["passages"] == []


def test_a_manifest_s_documents_are_read_and_indexed_when_it_is_loaded(
    empty: Cli, tmp_path: Path, folder: Path
) -> None:
    manifest = tmp_path / "registry.yaml"
    manifest.write_text(
        f"{MANIFEST}documents:\n"
        "  - {path: docs/report.md, about: [sepsis-risk], at: 2025-08-01T00:00:00Z}\n"
        "  - {path: docs/broken.pdf, at: 2025-08-01T00:00:00Z}\n"
    )
    result = empty("load", str(manifest))
    assert result.exit_code == 0
    assert "docs/broken.pdf is registered, and its text was not read" in result.stderr
    (found,) = empty.json("docs", "search", "children", "--limit", "1", "--as-of", "2025-08-02")["passages"]
    assert found["document"] == "docs/report.md"
    assert empty.json("docs", "search", "children")["unread"] == ["docs/broken.pdf"]
    answer = empty.json("ask", "What does the validation of sepsis-risk say about children?")
    assert [q["text"] for q in answer["quotes"]] == ["Children were not studied."]
    assert empty.json("load", str(manifest))["unchanged"]


def test_an_index_is_built_anew_and_files_that_nobody_read_are_read(cli: Cli, folder: Path) -> None:
    cli.ok("register", "document", "docs/more/sop.html", "--file", "docs/more/sop.html")
    cli("docs", "add", "docs/report.md")
    assert [d["read"] for d in cli.json("docs", "list")["documents"]] == [False, True]
    built = cli.json("docs", "reindex")
    assert [(f["path"], f["outcome"]) for f in built["files"]] == [("docs/more/sop.html", "read")]
    assert built["index"]["added"] == built["index"]["total"] == 3
    assert cli.json("docs", "search", "who comes to alarms", "--limit", "1")["passages"][0]["section"][-1] == "Alarms"


def test_a_file_that_changed_since_it_was_registered_is_not_read_as_it(cli: Cli, folder: Path) -> None:
    cli.ok("register", "document", "docs/report.md", "--file", "docs/report.md")
    (folder / "report.md").write_text("other words")
    assert "has changed since" in cli.fails("docs", "reindex")


def test_another_embedder_is_refused_until_reindexed(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("docs", "add", "docs/report.md")
    monkeypatch.setenv("ASKREG_EMBEDDER", "minilm")
    assert "askreg docs reindex" in cli.fails("docs", "search", "children")
    cli.ok("docs", "reindex")
    assert cli.json("docs", "search", "children")["passages"]


def test_wrong_use_says_what_to_do(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing to read at 'nowhere.md'" in cli.fails("docs", "add", "nowhere.md")
    assert "one title for 2 files" in cli.fails("docs", "add", "docs/report.md", "docs/more", "--title", "T", code=2)
    assert "did you mean 'sepsis-risk'" in cli.fails("docs", "add", "docs/report.md", "--about", "sepsis-rsk")
    assert "--base" in cli.fails("docs", "add", str(folder / "report.md"), "--base", str(folder / "more"))
    assert "sensitivity" in cli.fails("docs", "add", "docs/report.md", "--sensitivity", "secret")
    assert "no document named 'docs/report.md'" in cli.fails("docs", "remove", "docs/report.md")
    assert "may not register" in cli.fails("docs", "add", "docs/report.md", actor="vera.new")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    assert "pip install 'askreg[docs]'" in cli.fails("docs", "add", "docs/report.md")


def test_a_question_that_needs_no_document_loads_nothing_of_chroma(cli: Cli, folder: Path) -> None:
    cli("docs", "add", "docs/report.md")
    code = (
        "import sys; from askreg.cli import main; sys.argv = ['askreg', *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted(m for m in ('chromadb', 'bm25s', 'pypdf', 'docx', 'bs4') if m in sys.modules), file=sys.stderr)"
    )
    for command in (["--help"], ["docs", "list"], ["ask", "Which versions of sepsis-risk are live?", "--json"]):
        call = [sys.executable, "-c", code, "--home", str(cli.home), *command]
        done = subprocess.run(call, capture_output=True, text=True, check=True)
        assert done.stderr.splitlines()[-1] == "[]", command
    assert json.loads(done.stdout)["status"] == "answered"


def test_the_doctor_says_which_documents_were_never_read(cli: Cli, folder: Path) -> None:
    def found() -> dict[str, str]:
        return next((c for c in cli.json("doctor")["checks"] if c["name"] == "documents"), {})

    assert found() == {}
    cli.ok("register", "document", "docs/report.md", "--file", "docs/report.md")
    assert (found()["status"], found()["found"]) == ("note", "1, of which 1 were never read")
    cli.ok("docs", "reindex")
    assert found()["status"] == "ok"
