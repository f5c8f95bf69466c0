"""Questions from the command line: one, many, a conversation; and the answers kept."""

import json
import subprocess
import sys
from typing import Any

import pytest

from askreg.agent.draft import Reading
from askreg.agent.thread import Thread, Turn
from askreg.cli import agent
from askreg.errors import NotFound
from cli.conftest import Cli

QUESTION = "What is live at northgate?"


def lines(*items: Any) -> str:
    return "".join(f"{item if isinstance(item, str) else json.dumps(item)}\n" for item in items)


def batch(cli: Cli, text: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cli.ok("ask", "--batch", "-", input=text).splitlines()]


def test_an_answer_as_json_has_the_contracts_shape(cli: Cli) -> None:
    answer = cli.json("ask", QUESTION)
    assert answer.keys() >= {
        *("id", "question", "status", "answer", "reason", "claims", "facts", "quotes", "calls", "brain"),
        *("as_of", "head", "elapsed_ms"),
    }
    assert answer["status"] == "answered"
    assert answer["brain"]["backend"] == "offline"
    (fact,) = [fact for fact in answer["facts"] if fact["field"] == "deployed"]
    assert (fact["subject"], fact["value"]) == ("northgate/icu", "sepsis-risk:1")


def test_an_answer_for_people_shows_its_facts_and_what_answered(cli: Cli) -> None:
    shown = cli.ok("ask", QUESTION)
    assert "sepsis-risk:1" in shown
    assert "northgate/icu" in shown
    assert "offline (no language model)" in shown
    assert "log at event" in shown


def test_an_answer_looks_back(cli: Cli) -> None:
    answer = cli.json("ask", QUESTION, "--as-of", "2025-06-30")
    assert answer["as_of"].startswith("2025-06-30")
    assert "sepsis-risk:1" not in [fact["value"] for fact in answer["facts"]]


def test_what_cannot_be_answered_is_said_with_the_reason(cli: Cli) -> None:
    shown = cli.ok("ask", "What is the AUROC of sepsis-risk version 9?")
    assert "abstained: " in shown


def test_a_batch_answers_in_order_under_the_lines_ids(cli: Cli) -> None:
    answers = batch(cli, lines({"id": "b", "question": QUESTION}, {"id": "a", "question": QUESTION}))
    assert [answer["question_id"] for answer in answers] == ["b", "a"]
    assert {answer["status"] for answer in answers} == {"answered"}


@pytest.mark.parametrize("bad", ["{", '{"id": "x"}', "[]", '{"id": "x", "question": "q", "as_of": "2999-01-01"}'])
def test_a_bad_line_of_a_batch_is_an_error_of_that_line_only(cli: Cli, bad: str) -> None:
    wrong, right = batch(cli, lines(bad, {"id": "ok", "question": QUESTION}))
    assert wrong["status"] == "error"
    assert wrong["reason"]
    assert right["status"] == "answered"


def test_bytes_that_are_no_text_are_an_error_of_their_line_only(cli: Cli) -> None:
    wrong, right = batch(cli, b'{"question": "\xff\xfe"}\n' + lines({"id": 1, "question": QUESTION}).encode())
    assert wrong["status"] == "error"
    assert (right["question_id"], right["status"]) == (1, "answered")


def test_a_batch_is_read_from_a_file(cli: Cli) -> None:
    path = cli.home / "questions.jsonl"
    path.write_text(lines({"id": 1, "question": QUESTION}), "utf-8")
    assert json.loads(cli.ok("ask", "--batch", str(path)))["question_id"] == 1


def test_a_chat_answers_what_is_piped_until_it_is_told_to_quit(cli: Cli) -> None:
    shown = cli.ok("chat", input=lines(QUESTION, "/quit", "What is live at southbank?"))
    assert shown.count("log at event") == 1


def test_a_chat_remembers(cli: Cli) -> None:
    said = lines("What stage is sepsis-risk:1 in?", "And sepsis-risk:2?")
    second = json.loads(cli.ok("chat", "--json", input=said).splitlines()[1])
    assert second["status"] == "answered"
    assert ("sepsis-risk:2", "stage", "experimental") in {
        (fact["subject"], fact["field"], fact["value"]) for fact in second["facts"]
    }


def test_a_number_in_a_chat_takes_one_of_the_readings_offered(capsys: pytest.CaptureFixture[str]) -> None:
    offered = [Reading(question="What is live at a?"), Reading(question="What is live at b?")]
    turn = Turn(question="live?", status="abstained", answer="", readings=offered, as_of="2026-07-01T00:00:00Z")

    class Asked:
        def ask(self, question: str, **_: object) -> None:
            raise NotFound(kind="site", name=question)

    for typed in ("2", "3"):
        agent.answer_next(Asked(), Thread(turns=[turn]), typed, None, None, as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "askreg: no site named 'What is live at b?'",
        "askreg: no site named '3'",
    ]


def test_a_chat_switches_to_json_and_goes_on_after_an_error(cli: Cli) -> None:
    result = cli("chat", input=lines("/json", "x" * 20_000, QUESTION, "/what"))
    assert "the question has 20000 characters" in result.stderr
    assert "/quit ends" in result.stderr
    assert json.loads(result.stdout)["status"] == "answered"


def test_an_answer_can_be_listed_shown_and_replayed(cli: Cli) -> None:
    given = cli.json("ask", QUESTION)
    (listed,) = cli.json("answers", "list")["answers"]
    assert (listed["id"], listed["question"], listed["by"]) == (given["id"], QUESTION, "root.admin")
    assert cli.json("answers", "show", given["id"]) == given
    outcome = cli.json("answers", "replay", given["id"])
    assert (outcome["reproduced"], outcome["holds"]) == (True, True)
    assert given["id"] in cli.ok("answers", "list")
    assert "northgate/icu" in cli.ok("answers", "show", given["id"])


def test_a_replay_says_what_no_longer_holds(cli: Cli) -> None:
    given = cli.json("ask", QUESTION)
    cli.ok("withdraw", "sepsis-risk:1", "northgate/icu", actor="lena.koch")
    outcome = cli.json("answers", "replay", given["id"])
    assert (outcome["reproduced"], outcome["holds"]) == (True, False)
    assert "not every fact holds today" in cli.ok("answers", "replay", given["id"])


def test_the_one_who_asks_first_is_not_made_admin(empty: Cli) -> None:
    empty.ok("ask", QUESTION, actor="curious")
    result = empty("register", "model", "risk", "--task", "triage", actor="ada.osei")
    assert "ada.osei made the first entry of this registry" in result.stderr


def test_asking_answers_from_another_process_too(cli: Cli) -> None:
    command = [sys.executable, "-m", "askreg", "--home", str(cli.home), "ask", QUESTION, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert json.loads(done.stdout)["status"] == "answered"
