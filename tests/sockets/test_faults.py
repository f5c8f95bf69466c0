"""Whatever a model's server does, the question ends in time, in few requests, and in a reason with a way out."""

import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from askreg.agent.answer import Answer
from askreg.registry.registry import Registry

from .asking import LIVE, READS_LIVE, SAYS_LIVE, ask, ask_at
from .conftest import Serve
from .steps import Broken, Failed, Reply, Silent, Step, Trickled, calls, draft
from .wire import LoopbackServer, Response, refused_url

TIMEOUT = 0.5
RETRIES = 1
LONG = draft("A word. " * 200)
WITHOUT = r"--backend offline"
"""The way out that always leads somewhere."""


@dataclass(frozen=True)
class Fault:
    """A step that fails again and again, what the reason says of it, and how often it may be tried."""

    name: str
    step: Step
    says: str
    way: str = WITHOUT
    tries: Literal["once", "again", "either"] = "either"
    """Whether it is final, is worth another try, or may be taken for both."""
    protocols: tuple[str, ...] = ("claude", "ollama")
    timeout: float = TIMEOUT

    @property
    def requests(self) -> range:
        """How many requests it may take."""
        return range(RETRIES + 1 if self.tries == "again" else 1, 2 if self.tries == "once" else RETRIES + 2)


CLAUDE = ("claude",)
OLLAMA = ("ollama",)
FAULTS = [
    Fault("a wrong key", Failed(401, "invalid x-api-key"), r"API key.*401", "ANTHROPIC_API_KEY", "once", CLAUDE),
    Fault("no permission", Failed(403, "not allowed"), r"403", "ANTHROPIC_API_KEY", "once", CLAUDE),
    Fault("no such model", Failed(404, "model: nobody"), r"no model 'claude", "ASKREG_CLAUDE_MODEL", "once", CLAUDE),
    Fault("no such model", Failed(404, "model not found"), r"no model 'qwen", "ollama pull qwen3:8b", "once", OLLAMA),
    Fault("a proxy that wants a login", Failed(401, "unauthorized"), r"401", WITHOUT, "once", OLLAMA),
    Fault(
        "too long a prompt", Failed(400, "prompt is too long: 240000 tokens > 200000 maximum"), r"context", "new one",
        "once", CLAUDE,
    ),
    Fault(
        "too long a prompt", Failed(400, "the input length exceeds the context length"), r"context", "new one",
        "once", OLLAMA,
    ),
    Fault("a bad request", Failed(400, "messages: something is off"), r"400", WITHOUT, "once"),
    Fault("too large a request", Failed(413, "Request is too large"), r"413|too long|too large", tries="once"),
    Fault("a rate limit", Failed(429, "slow down"), r"429|rate limit", tries="again"),
    Fault("an overloaded server", Failed(529, "Overloaded"), r"overloaded", protocols=CLAUDE, tries="again"),
    Fault("a busy server", Failed(503, "server busy, please try again"), r"503|busy", protocols=OLLAMA, tries="again"),
    Fault("a server that fails", Failed(500, "llama runner has terminated"), r"server failed.*500", tries="again"),
    Fault("a connection dropped at once", Silent(dropped=True), r"reached|broke off|dropped", tries="again"),
    Fault("a connection dropped in the middle", Broken(LONG), r"broke off|dropped"),
    Fault("a reply that ends too early", Broken(LONG, how="closed"), r"broke off|cut|end"),
    Fault("a reply that stops in the middle", Broken(LONG, how="stall"), r"within 0\.5 s|broke off|too long"),
    Fault("an error in the middle", Broken(LONG, how="error"), r"overloaded|failed|broke off|no longer running"),
    Fault("a silent server", Silent(), r"within 0\.5 s", "ASKREG_MODEL_TIMEOUT"),
    Fault("a reply that trickles", Trickled(every=0.1, reply=LONG), r"too long|within", "ASKREG_MODEL_TIMEOUT"),
    Fault("a reply that trickles byte by byte", Trickled(every=0.05), r"too long|within"),
    Fault("a refusal", Reply("", stop="refusal"), r"declined", "other words", "once", CLAUDE),
    Fault("a refusal in the middle", Reply("So", stop="refusal"), r"declined", "other words", "once", CLAUDE),
    Fault("a draft that was cut", Reply(LONG.text, stop="length"), r"cut", "less", tries="once"),
    Fault("a call that was cut", Reply("", (LIVE,), stop="length"), r"cut", "less", tries="once"),
    Fault("an empty reply", Reply(""), r"empty"),
    Fault("a model that only loads", Reply("", stop="load"), r"empty|could not be read", protocols=OLLAMA),
    Fault("megabytes of text", draft("x" * 5_000_000), r"too long|characters|bytes", "less|later", "once", timeout=9),
    Fault(
        "megabytes in a few bytes", Reply(draft("x" * 5_000_000).text, gzip=True),
        r"too long|characters|bytes", "less|later", "once", timeout=9,
    ),
    Fault(
        "a page of a proxy", Response(200, {"Content-Type": "text/html"}, [b"<html>Sign in</html>"]),
        r"could not be read|broke off|not Claude|not Ollama|no reply|empty",
    ),
    Fault(
        "broken JSON",
        Response(200, {"Content-Type": "text/event-stream"}, [b'event: message_start\ndata: {"type": \n\n']),
        r"could not be read|broke off", protocols=CLAUDE,
    ),
    Fault(
        "broken JSON", Response(200, {"Content-Type": "application/x-ndjson"}, [b'{"message": {"role"\n']),
        r"could not be read|broke off", protocols=OLLAMA,
    ),
    Fault(
        "nothing at all", Response(200, {"Content-Type": "text/event-stream"}, [b""]),
        r"could not be read|broke off|empty|no reply",
    ),
]  # fmt: skip


def cases(faults: Iterable[Fault]) -> list[Any]:
    """Return each fault with each protocol that has it."""
    return [
        pytest.param(protocol, fault, id=f"{protocol}-{fault.name.replace(' ', '-')}")
        for fault in faults
        for protocol in fault.protocols
    ]


LATER = {
    "a wrong key", "a rate limit", "a server that fails", "a connection dropped at once", "a reply that ends too early",
    "an error in the middle", "a silent server", "a refusal", "a call that was cut", "an empty reply", "a bad request",
}  # fmt: skip
"""What may as well happen after a first call."""


def timely(registry: Registry, served: Any, *, seconds: float = 8.0, **given: Any) -> Answer:
    """Ask, and fail instead of waiting for ever."""
    found: list[Any] = []

    def asking() -> None:
        try:
            found.append(ask(registry, served, **{"timeout": TIMEOUT, "retries": RETRIES, **given}))
        except BaseException as error:  # to be raised where the test sees it
            found.append(error)

    thread = threading.Thread(target=asking, daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, f"no answer within {seconds} s"
    if isinstance(found[0], BaseException):
        raise found[0]
    answer: Answer = found[0]
    return answer


@pytest.mark.parametrize(("protocol", "fault"), cases(FAULTS))
def test_a_fault_ends_in_a_reason_with_a_way_out(registry: Registry, serve: Serve, protocol: str, fault: Fault) -> None:
    server = serve(protocol, [fault.step])
    answer = timely(registry, server, timeout=fault.timeout, seconds=8 + fault.timeout)
    assert answer.status == "abstained"
    assert answer.facts == [] and answer.calls == []
    reason = str(answer.reason)
    assert re.search(fault.says, reason), reason
    assert re.search(fault.way, reason) and re.search(WITHOUT, reason), reason
    assert len(reason) < 400 and "\n" not in reason
    assert len(server.turns) in fault.requests


@pytest.mark.parametrize(("protocol", "fault"), cases(fault for fault in FAULTS if fault.name in LATER))
def test_a_fault_after_a_first_call_ends_the_same_way(
    registry: Registry, serve: Serve, protocol: str, fault: Fault
) -> None:
    server = serve(protocol, [calls(LIVE), fault.step])
    answer = timely(registry, server, timeout=fault.timeout)
    assert answer.status == "abstained"
    assert re.search(fault.says, str(answer.reason)), answer.reason
    assert [made.tool for made in answer.calls] == ["deployed"]
    assert len(server.turns) - 1 in fault.requests


PASSING = [
    pytest.param(Failed(429, "slow down", headers=(("retry-after-ms", "50"),)), id="a-rate-limit"),
    pytest.param(Failed(500, "internal error"), id="a-server-that-fails"),
    pytest.param(Failed(503, "server busy"), id="a-busy-server"),
    pytest.param(Silent(dropped=True), id="a-connection-dropped-at-once"),
    pytest.param(Broken(LONG), id="a-connection-dropped-in-the-middle"),
]


@pytest.mark.parametrize("step", PASSING)
def test_a_fault_that_passes_is_not_seen_in_the_answer(
    registry: Registry, serve: Serve, protocol: str, step: Step
) -> None:
    server = serve(protocol, [step, calls(LIVE), SAYS_LIVE])
    answer = timely(registry, server)
    assert (answer.status, answer.answer) == ("answered", READS_LIVE)
    assert len(server.turns) == 3


def test_an_overloaded_claude_is_asked_again(registry: Registry, serve: Serve) -> None:
    server = serve("claude", [Failed(529, "Overloaded"), calls(LIVE), Failed(529, "Overloaded"), SAYS_LIVE])
    assert timely(registry, server).answer == READS_LIVE
    assert len(server.turns) == 4


def test_as_many_retries_are_made_as_the_site_allows(registry: Registry, serve: Serve, protocol: str) -> None:
    server = serve(protocol, [Failed(500, "internal error")])
    timely(registry, server, retries=0)
    assert len(server.turns) == 1


def test_a_server_that_says_when_is_asked_again_then(registry: Registry, serve: Serve, protocol: str) -> None:
    again = Failed(429, "slow down", headers=(("retry-after", "1"),))
    server = serve(protocol, [again, calls(LIVE), SAYS_LIVE])
    assert timely(registry, server, timeout=5).answer == READS_LIVE
    first, second = (exchange.request.arrived for exchange in server.exchanges[:2])
    assert 0.95 <= second - first < 3


@pytest.mark.parametrize("when", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_nobody_waits_an_hour(registry: Registry, serve: Serve, protocol: str, when: str) -> None:
    server = serve(protocol, [Failed(429, "slow down", headers=(("retry-after", when),))])
    answer = timely(registry, server)
    assert answer.status == "abstained"
    assert re.search(r"429|rate limit", str(answer.reason))


def test_nobody_there_is_a_reason(registry: Registry, protocol: str) -> None:
    url = refused_url()
    start = time.perf_counter()
    answer = ask_at(registry, protocol, url, timeout=TIMEOUT, retries=RETRIES)
    assert time.perf_counter() - start < 5
    assert answer.status == "abstained"
    assert f"could not be reached at {url}" in str(answer.reason) and "--backend offline" in str(answer.reason)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(registry: Registry, serve: Serve, protocol: str, status: int) -> None:
    elsewhere = LoopbackServer(lambda request: Response(200))
    try:
        server = serve(protocol, [Response(status, {"Location": f"{elsewhere.url}/v1/messages"})])
        answer = timely(registry, server)
        assert elsewhere.requests == []
    finally:
        elsewhere.close()
    assert answer.status == "abstained"
    assert "redirect" in str(answer.reason) or str(status) in str(answer.reason)


def test_what_a_server_says_in_an_error_does_not_reach_the_reason(
    registry: Registry, serve: Serve, protocol: str
) -> None:
    server = serve(protocol, [Failed(500, "<script>alert('Bearer abc123')</script>")])
    assert "abc123" not in timely(registry, server).model_dump_json()


def test_a_fault_is_in_the_log(registry: Registry, serve: Serve, protocol: str) -> None:
    answer = timely(registry, serve(protocol, [Failed(500, "internal error")]), retries=0)
    event = registry.history(action="answer.given").events[0]
    assert event.subject == answer.id
    assert registry.verify().ok
