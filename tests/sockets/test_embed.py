"""Embeddings over Ollama's protocol: they come from the server that was named, in time, and nothing else goes there."""

import time

import pytest

from askreg.errors import AskregError
from askreg.library.served import OllamaEmbedder

from .conftest import Serve
from .ollama_server import OllamaServer
from .steps import HELLO, Failed, Silent, Step
from .wire import LoopbackServer, Response

MODEL = "all-minilm:22m"


@pytest.mark.parametrize("step", [Failed(500, "llama runner has terminated"), Silent(dropped=True), Silent()])
def test_a_server_that_fails_is_an_error_in_time(serve: Serve, step: Step) -> None:
    server = serve("ollama", HELLO, model=MODEL, elsewhere={"/api/embed": step})
    start = time.perf_counter()
    with pytest.raises(AskregError, match=MODEL):
        OllamaEmbedder(MODEL, server.url, timeout=0.5).embed(["text"])
    assert time.perf_counter() - start < 5


def test_the_same_text_gives_the_same_vector(serve: Serve) -> None:
    embedder = OllamaEmbedder(MODEL, serve("ollama", HELLO, model=MODEL).url)
    first, second, third = embedder.embed(["sepsis", "falls", "sepsis"])
    assert first == third != second
    assert sum(x * x for x in first) == pytest.approx(1)


def test_no_key_of_the_environment_is_sent_along(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "sk-of-the-environment")
    server = serve("ollama", HELLO, model=MODEL)
    assert isinstance(server, OllamaServer)
    OllamaEmbedder(MODEL, server.url).embed(["text"])
    assert [request.headers.get("authorization") for request in server.wire.requests] == [None]


def test_texts_follow_no_redirect(serve: Serve) -> None:
    elsewhere = LoopbackServer(lambda request: Response(200))
    moved = Response(307, {"Location": f"{elsewhere.url}/api/embed"})
    server = serve("ollama", HELLO, model=MODEL, elsewhere={"/api/embed": moved})
    try:
        with pytest.raises(AskregError):
            OllamaEmbedder(MODEL, server.url).embed(["text"])
        assert elsewhere.requests == []
    finally:
        elsewhere.close()
