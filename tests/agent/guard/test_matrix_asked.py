"""The same identifiers in whole questions: what the server of a cloud gets, what logs, database and answers keep."""

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sockets.anthropic_server import KEY, MODEL, AnthropicServer
from sockets.steps import Reply, call, calls, draft

from askreg.agent.answer import Answer, Asker
from askreg.agent.brains.config import BrainConfig, ClaudeConfig
from askreg.agent.thread import Thread, Turn
from askreg.registry.registry import Registry

from ..small import fill
from .identifiers import CASES, ENCODINGS, IDS, Identifier, holds

NOW = datetime(2026, 7, 1, tzinfo=UTC)
HARMLESS = "Which version of sepsis-risk is live at northgate?"
LIVE = call("deployed", site="northgate")
DONE = draft("{F1} is live in {F1.subject}.")


def opened(path: Path) -> Registry:
    return Registry.open(f"sqlite:///{path}", actor="ada.osei", clock=lambda: NOW)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("matrix") / "askreg.db"
    with opened(path) as made:
        fill(made)
    return path


def config(server: AnthropicServer, **variables: str) -> BrainConfig:
    claude = ClaudeConfig(model=MODEL, url=server.url, api_key=SecretStr(KEY), timeout=5, retries=0)
    return BrainConfig(policy="cloud-allowed", claude=claude, variables=variables)


def received(server: AnthropicServer) -> bytes:
    return b"\n".join(
        b"\n".join((r.path.encode(), repr(dict(r.headers)).encode(), r.body)) for r in server.wire.requests
    )


def kept(path: Path) -> bytes:
    """Return all bytes of a database."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


@dataclass
class Asked:
    """What came of asking every question with an identifier."""

    answers: dict[str, Answer]
    thread: Thread
    server: AnthropicServer
    stored: bytes
    logged: str


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def ask_all(path: Path, backend: str, cases: list[tuple[Identifier, str]]) -> Asked:
    """Ask each question in one thread, with every logger as talkative as it can be."""
    server, lines, root = AnthropicServer([DONE]), _Lines(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    answers, thread = {}, Thread(keep=1)
    try:
        with opened(path) as registry:
            asker = Asker(registry, backend=backend, config=config(server))
            for identifier, encoding in cases:
                answers[f"{identifier.category}-{encoding}"] = asker.ask(
                    ENCODINGS[encoding](identifier.sentence), thread=thread
                )
    finally:
        root.setLevel(level)
        root.removeHandler(lines)
        server.close()
    return Asked(answers, thread, server, kept(path), "\n".join(lines.lines))


# The client's own tests try every way to write an identifier; whole questions take two of them.
PLAIN = [(identifier, encoding) for identifier, encoding in CASES if encoding in ("plain", "full-width")]
PLAIN_IDS = [f"{identifier.category}-{encoding}" for identifier, encoding in PLAIN]
ASKED = {"offline": CASES, "claude": PLAIN}
EACH = [(backend, *case) for backend, cases in ASKED.items() for case in cases]
EACH_IDS = [f"{backend}-{identifier.category}-{encoding}" for backend, identifier, encoding in EACH]


@pytest.fixture(scope="module")
def asked(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Asked]:
    """Ask all questions of both brains, each of a registry of its own."""
    found = {}
    for backend, cases in ASKED.items():
        path = Path(shutil.copy(filled, tmp_path_factory.mktemp(backend) / "askreg.db"))
        found[backend] = ask_all(path, backend, cases)
    return found


@pytest.mark.parametrize(("backend", "identifier", "encoding"), EACH, ids=EACH_IDS)
def test_a_question_leaves_no_trace_of_an_identifier(
    asked: dict[str, Asked], backend: str, identifier: Identifier, encoding: str
) -> None:
    of = asked[backend]
    answer = of.answers[f"{identifier.category}-{encoding}"]
    assert of.server.wire.requests == []
    assert answer.question.startswith("[withheld: ") and identifier.category in answer.question
    assert not holds(answer.model_dump_json().encode(), identifier, encoding)
    assert not holds(of.thread.model_dump_json().encode(), identifier, encoding)
    assert not holds(of.logged.encode(), identifier, encoding)


@pytest.mark.parametrize(("backend", "identifier", "encoding"), EACH, ids=EACH_IDS)
def test_the_database_keeps_no_trace_of_an_identifier(
    asked: dict[str, Asked], backend: str, identifier: Identifier, encoding: str
) -> None:
    assert not holds(asked[backend].stored, identifier, encoding)


@pytest.mark.parametrize("backend", ASKED)
def test_the_database_has_the_answers(asked: dict[str, Asked], backend: str) -> None:
    assert all(answer.id.encode() in asked[backend].stored for answer in asked[backend].answers.values())


def test_a_cloud_refuses_and_names_the_local_brain(asked: dict[str, Asked]) -> None:
    answers = asked["claude"].answers.values()
    assert {answer.status for answer in answers} == {"refused"}
    assert all("--backend offline" in (answer.reason or "") for answer in answers)


@pytest.fixture
def registry(filled: Path, tmp_path: Path) -> Iterator[Registry]:
    with opened(Path(shutil.copy(filled, tmp_path / "askreg.db"))) as made:
        yield made


@pytest.fixture
def scripted() -> Iterator[list[AnthropicServer]]:
    started: list[AnthropicServer] = []
    yield started
    for server in started:
        server.close()


@pytest.mark.parametrize(("identifier", "encoding"), PLAIN, ids=PLAIN_IDS)
def test_an_earlier_question_of_a_conversation_is_held(
    registry: Registry, scripted: list[AnthropicServer], identifier: Identifier, encoding: str
) -> None:
    server = AnthropicServer([DONE])
    scripted.append(server)
    written = ENCODINGS[encoding](identifier.sentence)
    turn = Turn(question=written, status="answered", answer=written, as_of="2026-06-30")
    answer = Asker(registry, backend="claude", config=config(server)).ask(HARMLESS, thread=Thread(turns=[turn]))
    assert answer.status == "refused"
    assert server.wire.requests == []


@pytest.mark.parametrize(("identifier", "encoding"), PLAIN, ids=PLAIN_IDS)
def test_what_a_model_makes_up_in_a_call_goes_back_as_its_own_words_only(
    registry: Registry, scripted: list[AnthropicServer], identifier: Identifier, encoding: str
) -> None:
    server = AnthropicServer([calls(call("search_docs", text=ENCODINGS[encoding](identifier.sentence))), DONE])
    scripted.append(server)
    Asker(registry, backend="claude", config=config(server)).ask(HARMLESS)
    assert len(server.turns) > 1
    for request in server.turns:
        others = [message for message in request.json["messages"] if message["role"] != "assistant"]
        assert not holds(json.dumps(others).encode(), identifier, encoding)


@dataclass
class Read:
    """A conversation in which the record's own free text was read."""

    answer: Answer
    sent: bytes
    hops: int


@pytest.fixture(scope="module")
def read(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Read a registry whose every free text holds an identifier."""
    path = Path(shutil.copy(filled, tmp_path_factory.mktemp("read") / "askreg.db"))
    hops: list[Reply] = [
        calls(call("query", select="model", project=["description", "tag.note", "card.population"])),
        calls(call("query", select="model", aggregate={"op": "count", "by": "description"})),
        calls(call("search_docs")),
        calls(call("history", limit=1000)),
        calls(LIVE),
    ]
    with opened(path) as registry:
        for number, (identifier, encoding) in enumerate(CASES):
            written = ENCODINGS[encoding](identifier.sentence)
            registry.register_model(
                name=f"m-{number}", task="classification", owner="ada.osei", description=written,
                tags={"note": written}, card={"population": written},
            )  # fmt: skip
        server = AnthropicServer([*hops, draft("{F1} is live.", status="partial", reason="the rest was withheld")])
        answer = Asker(registry, backend="claude", config=config(server)).ask(HARMLESS)
        server.close()
    return Read(answer, received(server), len(server.wire.requests))


def test_a_registry_full_of_identifiers_can_be_read(read: Read) -> None:
    assert read.hops >= 6
    assert read.answer.status != "refused", read.answer.reason
    assert b"(withheld; cite" in read.sent and b"northgate/icu deployed sepsis-risk:2" in read.sent


@pytest.mark.parametrize(("identifier", "encoding"), CASES, ids=IDS)
def test_the_records_free_text_is_not_sent(read: Read, identifier: Identifier, encoding: str) -> None:
    assert not holds(read.sent, identifier, encoding)


@pytest.mark.parametrize("name", ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "ANTHROPIC_BASE_URL", "HTTPS_PROXY"])
def test_with_traffic_led_elsewhere_nothing_is_asked(
    registry: Registry, scripted: list[AnthropicServer], name: str
) -> None:
    server = AnthropicServer([DONE])
    scripted.append(server)
    answer = Asker(registry, backend="claude", config=config(server, **{name: "true"})).ask(HARMLESS)
    assert answer.status == "refused" and name in (answer.reason or "")
    assert server.wire.requests == []


def test_a_harmless_question_is_answered_by_the_cloud(registry: Registry, scripted: list[AnthropicServer]) -> None:
    server = AnthropicServer([calls(LIVE), DONE])
    scripted.append(server)
    answer = Asker(registry, backend="claude", config=config(server)).ask(HARMLESS)
    assert (answer.status, answer.answer) == ("answered", "sepsis-risk:2 is live in northgate/icu.")
    assert len(server.wire.requests) == 2 and HARMLESS.encode() in received(server)
