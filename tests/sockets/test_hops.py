"""Scripted models over real sockets: several calls one after the other, and figures that come from facts alone."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from askreg.agent import prompts
from askreg.agent.answer import Asker
from askreg.agent.thread import Thread
from askreg.registry.registry import Registry

from .asking import BASE, COMPARED, LIVE, QUESTION, READS_LIVE, SAYS_LIVE, ask, configured, three_hops
from .conftest import Serve
from .steps import Reply, Step, Wanted, call, calls, draft
from .wire import Request

SAYS = (
    "{F1} has been live in {F1.subject} since {F1.since:date}. Its base is {F4}. On {F7.dataset}, the {F7.name} of"
    " {F7.subject} is {F7} and that of {F6.subject} is {F6}: a difference of {diff(F6,F7)}."
)
READS = (
    "sepsis-risk:2 has been live in northgate/icu since 2026-03-14. Its base is sepsis-risk:1. On icu-holdout@2025-06,"
    " the auroc of sepsis-risk:2 is 0.893 and that of sepsis-risk:1 is 0.871: a difference of +0.022."
)


THOUGHT = (
    "The user wants to know which version is live at Northgate, and how its AUROC stacks up against its predecessor's."
    " I'll start with `deployed` (hmm, probably sepsis-risk:1?), then double-check: 0.893 - 0.871 = 0.022. Let's go!"
)


def test_one_call_and_a_draft_make_an_answer(registry: Registry, serve: Serve, protocol: str) -> None:
    answer = ask(registry, serve(protocol, [calls(LIVE), SAYS_LIVE]))
    assert (answer.status, answer.answer) == ("answered", READS_LIVE)
    assert [fact.value for fact in answer.facts] == ["sepsis-risk:2"]


def test_two_hops_end_in_an_answer(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE), calls(BASE), draft("{F1} is live in {F1.subject}; its base is {F4}.")])
    answer = ask(registry, server)
    assert answer.answer == "sepsis-risk:2 is live in northgate/icu; its base is sepsis-risk:1."
    assert [made.tool for made in answer.calls] == ["deployed", "query"]
    assert len(server.turns) == 3


def test_three_hops_end_in_an_answer_with_computed_figures(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, three_hops(draft(SAYS)))
    answer = ask(registry, server)
    assert (answer.status, answer.answer) == ("answered", READS)
    assert [made.tool for made in answer.calls] == ["deployed", "query", "compare"]
    assert {fact.value for fact in answer.facts} == {"sepsis-risk:1", "sepsis-risk:2", "0.871", "0.893"}


@pytest.mark.parametrize("sizes", [(1,), (7, 1, 31)])
def test_a_stream_is_read_however_its_bytes_fall(
    registry: Registry, serve: Serve, protocol: str, sizes: tuple[int, ...]
) -> None:
    turns = [Reply(turn.text, turn.calls, sizes=sizes) for turn in three_hops(draft(SAYS))]
    assert ask(registry, serve(protocol, turns)).answer == READS


def test_several_calls_in_one_turn_are_all_answered(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE, BASE, COMPARED), draft(SAYS)])
    assert ask(registry, server).answer == READS
    assert len(server.turns) == 2


def test_thinking_and_words_beside_the_calls_do_no_harm(registry: Registry, serve: Serve, protocol: str) -> None:
    turns = [
        Reply("Sure — I'll look, one sec… 🔍", (LIVE,), thinking=THOUGHT),
        Reply(SAYS_LIVE.text, thinking="So F1."),
    ]
    assert ask(registry, serve(protocol, turns)).answer == READS_LIVE


def test_a_zipped_stream_is_read(registry: Registry, serve: Serve, protocol: str) -> None:
    turns = [Reply(turn.text, turn.calls, gzip=True, sizes=(64,)) for turn in [calls(LIVE), SAYS_LIVE]]
    assert ask(registry, serve(protocol, turns)).answer == READS_LIVE


def test_the_model_reads_the_results_with_the_numbers_of_the_facts(
    registry: Registry, serve: Serve, protocol: str
) -> None:
    server = serve(protocol, three_hops(draft(SAYS)))
    ask(registry, server)
    sent = server.turns[-1].body.decode()
    for line in ("F1 northgate/icu deployed sepsis-risk:2", "F7 sepsis-risk:2 metric.auroc 0.893", "truncated=false"):
        assert line in sent


UNRUNNABLE = [
    Wanted("deployed", '{"site": "northg'),
    Wanted("gaps", "{a"),
    call("drop_table", table="models"),
    call("frobnicate", whom="the quux of Wibbleton"),
    call("deployed", site="Wibbleton General"),
]


@pytest.mark.parametrize("wanted", UNRUNNABLE)
def test_a_call_that_cannot_be_run_is_answered_and_the_model_goes_on(
    registry: Registry, serve: Serve, wanted: Wanted
) -> None:
    server = serve("claude", [calls(wanted), calls(LIVE), SAYS_LIVE])
    answer = ask(registry, server)
    assert answer.answer == READS_LIVE
    assert [made.tool for made in answer.calls if made.error is None] == ["deployed"]
    [result] = server.turns[1].json["messages"][-1]["content"]
    assert "error" in json.dumps(result)


def test_an_unknown_tool_is_answered_over_ollama(registry: Registry, serve: Serve) -> None:
    server = serve("ollama", [calls(call("drop_table", table="models")), calls(LIVE), SAYS_LIVE])
    assert ask(registry, server).answer == READS_LIVE
    assert "there is no tool 'drop_table'" in server.turns[1].json["messages"][-1]["content"]


def test_wrong_arguments_come_back_as_an_error(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(call("deployed", place="northgate")), calls(LIVE), SAYS_LIVE])
    assert ask(registry, server).answer == READS_LIVE
    assert "Extra inputs are not permitted" in server.turns[1].body.decode()


def test_a_typed_figure_is_sent_back_twice_and_then_nothing_is_said(
    registry: Registry, serve: Serve, protocol: str
) -> None:
    server = serve(protocol, three_hops(draft("{F1} is live in {F1.subject}, and its auroc is 0.917.")))
    answer = ask(registry, server)
    assert (answer.status, answer.facts) == ("abstained", [])
    assert "0.917" not in answer.model_dump_json()
    assert "could be verified" in str(answer.reason)
    assert len(server.turns) == 3 + 1 + 2


def test_a_typed_figure_that_is_repaired_makes_an_answer(registry: Registry, serve: Serve, protocol: str) -> None:
    wrong = draft("{F1} is live in {F1.subject}, and its auroc is 0.917.")
    server = serve(protocol, three_hops(wrong, draft(SAYS)))
    assert ask(registry, server).answer == READS
    assert "The draft was not accepted" in server.turns[-1].body.decode()


def test_a_draft_in_words_of_any_kind_is_repaired(registry: Registry, serve: Serve, protocol: str) -> None:
    chatty = draft("Wibbleton's quuxes, per Dr. Frobisher (b. 1961), say it's sepsis-risk:1!")
    server = serve(protocol, [calls(LIVE), chatty, SAYS_LIVE])
    assert ask(registry, server).answer == READS_LIVE


def test_a_version_that_the_tools_did_not_return_is_no_answer(registry: Registry, serve: Serve, protocol: str) -> None:
    answer = ask(registry, serve(protocol, [calls(LIVE), draft("sepsis-risk:1 is live in {F1.subject}.")]))
    assert answer.status == "abstained"


def test_prose_without_a_draft_is_no_answer(registry: Registry, serve: Serve, protocol: str) -> None:
    answer = ask(registry, serve(protocol, [calls(LIVE), Reply("sepsis-risk:2 is live at northgate.")]))
    assert answer.status == "abstained" and answer.reason


def test_the_answer_names_its_prompt_and_model(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    used = ask(registry, server).brain
    assert used.prompt is not None and used.prompt == prompts.load(used.prompt.partition("@")[0]).reference
    assert str(used.model).startswith(server.model)


def test_an_answer_is_in_the_log_with_its_calls_and_no_key(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    answer = ask(registry, server)
    event = registry.history(action="answer.given").events[0]
    assert event.subject == answer.id
    assert len(event.detail["calls"]) == 1
    assert not server.key or server.key not in event.model_dump_json()
    assert registry.verify().ok


def test_a_follow_up_takes_what_was_said_before_along(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE), SAYS_LIVE, calls(LIVE), SAYS_LIVE])
    asker, thread = Asker(registry, backend=protocol, config=configured(protocol, server.url)), Thread()
    asker.ask("What is live at northgate?", thread=thread)
    answer = asker.ask("And since when?", thread=thread)
    assert answer.status == "answered"
    roles = [message["role"] for message in server.turns[2].json["messages"] if message["role"] != "system"]
    assert roles == ["user", "assistant", "user"]


def _of_the_question(request: Request) -> Step:
    """Answer by what the question names, with the right call first."""
    said = [m for m in request.json["messages"] if m["role"] != "system"]
    number = next(n for n in "12" if f"sepsis-risk:{n}" in json.dumps(said[0]))
    if len(said) == 1:
        where: list[Any] = [{"path": "subject", "value": f"sepsis-risk:{number}"}]
        return calls(call("query", select="version", where=where, project=["at"]))
    return draft("{F1.subject} was registered on {F1:date}.")


def test_ten_threads_at_once_get_their_own_answers(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, _of_the_question)
    asker = Asker(registry, backend=protocol, config=configured(protocol, server.url))
    together = threading.Barrier(10)

    def asked(number: int) -> str:
        together.wait(10)
        return asker.ask(f"When was sepsis-risk:{number % 2 + 1} registered?").answer

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(asked, range(10)))
    days = {1: "2025-06-11", 2: "2026-02-11"}
    assert answers == [f"sepsis-risk:{n % 2 + 1} was registered on {days[n % 2 + 1]}." for n in range(10)]
    assert len(server.turns) == 20


def test_the_question_goes_out_once_and_unchanged(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE), SAYS_LIVE])
    ask(registry, server)
    for request in server.turns:
        assert request.body.decode().count(QUESTION) == 1
