import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from askreg.errors import AskregError, InvalidInput
from askreg.library.choose import embedder
from askreg.library.served import OllamaEmbedder

pytest.importorskip("ollama")


class Server(BaseHTTPRequestHandler):
    """Answers as Ollama does for one embedding model."""

    def do_GET(self) -> None:
        self._reply({"models": [{"model": "tiny:latest", "digest": "sha256:" + "ab" * 32}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._reply({"embeddings": [[3.0, 4.0]] * len(asked["input"])})

    def _reply(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_vectors_of_the_server_are_made_unit_length(url: str) -> None:
    first, second = embedder("ollama:tiny", url=url).embed(["a", "b"])
    assert first == second and math.isclose(sum(x * x for x in first), 1.0)


def test_the_name_holds_the_digest_that_the_server_gives(url: str) -> None:
    assert OllamaEmbedder("tiny", url).name == "ollama:tiny:latest:abababababababab"


def test_a_model_that_is_not_there_says_how_to_get_it(url: str) -> None:
    with pytest.raises(AskregError, match="ollama pull large"):
        _ = OllamaEmbedder("large", url).name


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(AskregError, match="127.0.0.1:9"):
        OllamaEmbedder("tiny", "http://127.0.0.1:9").embed(["a"])


@pytest.mark.parametrize("elsewhere", ["http://models.example.org", "http://10.0.0.4:11434", "http://localhost.evil"])
def test_another_host_is_refused_unless_it_is_allowed(elsewhere: str) -> None:
    with pytest.raises(InvalidInput, match="may not be sent"):
        OllamaEmbedder("tiny", elsewhere)
    host = elsewhere.split("//")[1].split(":")[0]
    assert OllamaEmbedder("tiny", elsewhere, allowed_hosts=[host]) is not None


@pytest.mark.parametrize("address", ["localhost:11434", "ftp://localhost", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="no address"):
        OllamaEmbedder("tiny", address)
