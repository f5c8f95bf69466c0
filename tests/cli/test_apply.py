"""A change that an answer proposed, shown and applied from the command line."""

from typing import Any

import pytest

from cli.conftest import Cli

CROWN = "make sepsis-risk:2 the champion"


def proposed(cli: Cli, question: str, **options: Any) -> Any:
    """The answer to a request, which holds a proposal."""
    answer = cli.json("ask", question, **options)
    assert answer["status"] == "refused"
    assert answer["proposal"]["hash"].startswith("sha256:")
    return answer


def test_an_answer_as_json_carries_the_proposal(cli: Cli) -> None:
    answer = proposed(cli, CROWN)
    assert answer["proposal"].keys() == {
        *("action", "subject", "arguments", "based_on", "head", "diff", "needs", "hash"),
    }
    assert answer["proposal"]["diff"] == [
        {"field": "alias.champion", "before": "sepsis-risk:1", "after": "sepsis-risk:2"}
    ]
    assert "askreg alias sepsis-risk:2 champion" in answer["reason"]


def test_an_answer_for_people_shows_what_would_change_and_how_to_change_it(cli: Cli) -> None:
    shown = cli.ok("ask", CROWN)
    for part in ("Proposal: alias sepsis-risk:2", "alias.champion", "before", "sepsis-risk:1", "takes the role"):
        assert part in shown
    assert "answers apply ans_" in shown


def test_an_answer_says_what_is_missing_instead_of_how_to_apply_it(cli: Cli) -> None:
    shown = cli.ok("ask", "retire sepsis-risk:1")
    assert "it is live in 1 environment(s)" in shown
    assert "ask again once nothing is missing" in shown
    assert "answers apply" not in shown


def test_asking_for_a_change_makes_none(cli: Cli) -> None:
    before = cli.json("show", "sepsis-risk")
    proposed(cli, CROWN)
    assert cli.json("show", "sepsis-risk") == before
    assert cli.json("history", "--limit", "1")["events"][0]["action"] != "alias.set"


def test_applying_shows_the_difference_and_makes_it_in_ones_own_name(cli: Cli) -> None:
    id = proposed(cli, CROWN, actor="ada.osei")["id"]
    shown = cli.ok("answers", "apply", id, actor="lena.koch")
    assert "alias.champion" in shown
    assert "lena.koch applied it: alias sepsis-risk:2 (event " in shown
    assert cli.json("show", "sepsis-risk")["aliases"] == {"champion": 2}
    (event,) = [e for e in cli.json("audit", "log", "--limit", "5")["events"] if e["action"] == "alias.set"]
    assert (event["actor"], event["detail"]["answer"]) == ("lena.koch", id)


def test_applying_as_json_prints_the_version_as_it_is_then(cli: Cli) -> None:
    id = proposed(cli, CROWN)["id"]
    version = cli.json("answers", "apply", id)
    assert (version["subject"], version["aliases"]) == ("sepsis-risk:2", ["champion"])


def test_what_changed_since_is_shown_and_not_applied(cli: Cli) -> None:
    id = proposed(cli, CROWN)["id"]
    cli.ok("alias", "sepsis-risk:2", "shadow")
    result = cli("answers", "apply", id)
    assert result.exit_code == 1
    assert "alias.champion" in result.stdout
    assert "sepsis-risk:2 changed since it was proposed (event " in result.stderr
    assert cli.json("show", "sepsis-risk")["aliases"] == {"champion": 1, "shadow": 2}


def test_nothing_is_applied_twice(cli: Cli) -> None:
    id = proposed(cli, CROWN)["id"]
    cli.ok("answers", "apply", id)
    assert "ask again" in cli.fails("answers", "apply", id)


def test_who_may_not_make_the_change_may_not_apply_it(cli: Cli) -> None:
    id = proposed(cli, CROWN)["id"]
    assert "'eve' may not alias" in cli.fails("answers", "apply", id, actor="eve")


def test_who_registered_a_version_does_not_approve_it_this_way(cli: Cli) -> None:
    cli.ok("stage", "sepsis-risk:2", "validation", actor="ada.osei")
    id = proposed(cli, "approve sepsis-risk:2", actor="lena.koch")["id"]
    cli.ok("register", "person", "ada.osei", "--role", "approver")
    assert "another approver must sign" in cli.fails("answers", "apply", id, actor="ada.osei")
    assert "lena.koch applied it: approve sepsis-risk:2" in cli.ok("answers", "apply", id, actor="lena.koch")


def test_an_answer_that_proposes_nothing_cannot_be_applied(cli: Cli) -> None:
    id = cli.json("ask", "What is live at northgate?")["id"]
    assert f"the answer {id} proposes nothing" in cli.fails("answers", "apply", id)


def test_an_unknown_answer_cannot_be_applied(cli: Cli) -> None:
    assert "no answer named 'ans_0'" in cli.fails("answers", "apply", "ans_0")


@pytest.mark.parametrize("command", ["apply", "show"])
def test_what_the_record_says_is_shown_as_text(cli: Cli, command: str) -> None:
    cli.ok("deploy", "sepsis-risk:1", "southbank/ward", "--region", "[red]x[/red]\x1b[31m")
    id = proposed(cli, "withdraw sepsis-risk:1 from southbank/ward")["id"]
    shown = cli.ok("answers", command, id)
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown
