"""The brains from the command line: what is refused, what is said, and what the doctor finds."""

import json

import pytest

from .conftest import Cli

QUESTION = "What is live at northgate?"


def test_a_cloud_brain_is_refused_where_the_site_is_local_only(cli: Cli) -> None:
    answer = cli.json("ask", QUESTION, "--backend", "claude")
    assert answer["status"] == "refused" and answer["policy"] == "local-only"
    assert "ASKREG_POLICY" in answer["reason"] and "--backend offline" in answer["reason"]


def test_every_line_of_a_batch_is_refused_alike(cli: Cli) -> None:
    lines = f'{{"id": 1, "question": "{QUESTION}"}}\n{{"id": 2, "question": "{QUESTION}"}}\n'
    result = cli("ask", "--batch", "-", "--backend", "claude", input=lines)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(a["question_id"], a["status"]) for a in answers] == [(1, "refused"), (2, "refused")]


def test_the_policy_stands_beside_every_answer(cli: Cli) -> None:
    assert "offline (no language model), local-only" in cli.ok("ask", QUESTION)


def test_claude_without_a_key_says_what_to_set(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_POLICY", "cloud-allowed")
    assert "ANTHROPIC_API_KEY" in cli.ok("ask", QUESTION, "--backend", "claude")


def test_an_ollama_that_is_not_there_says_how_to_start_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_OLLAMA_URL", "http://127.0.0.1:9")
    shown = cli.ok("ask", QUESTION, "--backend", "ollama")
    assert "could not be reached" in shown and "ollama serve" in shown


def test_a_brain_that_does_not_exist_is_an_error(cli: Cli) -> None:
    assert "there is no brain 'gpt'" in cli.fails("ask", QUESTION, "--backend", "gpt")


def test_the_doctor_finds_the_chosen_brain_broken(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_BACKEND", "ollama")
    monkeypatch.setenv("ASKREG_OLLAMA_URL", "http://10.1.2.3:11434")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "ASKREG_OLLAMA_HOSTS" in result.stdout


def test_the_doctor_only_notes_what_is_not_chosen(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_OLLAMA_URL", "http://127.0.0.1:9")
    checks = {(check["name"], check["status"]) for check in cli.json("doctor")["checks"]}
    assert ("ollama", "note") in checks and ("claude", "note") in checks and ("site policy", "ok") in checks


def test_the_doctor_shows_no_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hush")
    monkeypatch.setenv("ASKREG_POLICY", "cloud-allowed")
    shown = cli.ok("doctor")
    assert "claude-" in shown and "hush" not in shown
