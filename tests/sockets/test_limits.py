"""A model that never comes to an end is ended."""

import itertools

import pytest

from askreg.agent.loop import Limits
from askreg.registry.registry import Registry

from .asking import BASE, COMPARED, LIVE, ask
from .conftest import Serve
from .steps import Reply, Step, Wanted, call, calls, draft
from .wire import Request


def test_the_same_call_again_and_again_ends(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE)])
    answer = ask(registry, server)
    assert answer.status == "abstained" and "the same call again and again" in str(answer.reason)
    assert len(server.turns) == Limits().same_calls + 1


def test_other_calls_again_and_again_end(registry: Registry, serve: Serve, protocol: str) -> None:
    number = itertools.count(1)

    def step(request: Request) -> Step:
        return calls(call("history", limit=next(number)))

    server = serve(protocol, step)
    answer = ask(registry, server)
    assert answer.status == "abstained" and "no answer within" in str(answer.reason)
    assert len(server.turns) == Limits().model_calls == len(answer.calls)


def test_too_many_calls_at_once_are_not_run(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(*[LIVE] * 100)])
    answer = ask(registry, server)
    assert (answer.status, answer.calls) == ("abstained", [])
    assert len(server.turns) == 1


def test_calls_of_tools_that_do_not_exist_end_too(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(call("drop_table"))])
    assert ask(registry, server).status == "abstained"
    assert len(server.turns) <= Limits().model_calls


def test_arguments_that_are_never_json_end_too(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [calls(Wanted("deployed", "{site: northgate"))])
    assert ask(registry, server).status == "abstained"
    assert len(server.turns) <= Limits().model_calls


@pytest.mark.parametrize("most", [1, 3])
def test_the_limits_are_the_sites_to_set(registry: Registry, serve: Serve, protocol: str, most: int) -> None:
    server = serve(protocol, [calls(LIVE)])
    ask(registry, server, limits=Limits(model_calls=most, same_calls=9))
    assert len(server.turns) == most


def test_calls_within_the_limits_are_all_run(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(LIVE, BASE), calls(COMPARED, LIVE), draft("{F1} is live in {F1.subject}.")])
    answer = ask(registry, server)
    assert answer.status == "answered" and len(answer.calls) == 4


def test_a_draft_beside_calls_is_not_taken_for_the_answer(registry: Registry, serve: Serve, protocol: str) -> None:
    early = Reply('{"status": "answered", "text": "Nothing is live at northgate."}', (LIVE,))
    server = serve(protocol, [early, draft("{F1} is live in {F1.subject}.")])
    assert ask(registry, server).answer == "sepsis-risk:2 is live in northgate/icu."


def test_arguments_of_a_megabyte_are_neither_run_nor_kept(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [calls(call("deployed", site="x9-" * 400_000)), draft("Nothing is live at northgate.")])
    answer = ask(registry, server)
    assert (answer.status, answer.calls) == ("abstained", [])
    assert "called a tool with 12000" in str(answer.reason)
    assert len(answer.model_dump_json()) < 10_000
