"""How long askreg takes beside the model: the time of an answer without the server's, in equal parts for its steps."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from askreg.agent.answer import Asker
from askreg.registry.registry import Registry

from .anthropic_server import AnthropicServer
from .asking import QUESTION, configured
from .model_server import ModelServer
from .ollama_server import OllamaServer
from .steps import Step


@dataclass(frozen=True)
class Taken:
    """Milliseconds of one step of an answer."""

    wall: float
    processor: float


def asked_steps(registry: Registry, protocol: str, script: Sequence[Step], times: int) -> list[Taken]:
    """Ask the same question again and again; return how long a step of each answer took, the first one left out."""
    server: ModelServer = AnthropicServer(script) if protocol == "claude" else OllamaServer(script)
    asker = Asker(registry, backend=protocol, config=configured(protocol, server.url))
    taken = []
    try:
        for _ in range(times + 1):
            server.restart()
            before = len(server.exchanges)
            wall, processor = time.perf_counter(), time.process_time()
            answer = asker.ask(QUESTION)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            assert answer.status == "answered", answer.reason
            exchanges = server.exchanges[before:]
            wall -= sum(exchange.seconds for exchange in exchanges)
            taken.append(Taken(wall * 1000 / len(exchanges), processor * 1000 / len(exchanges)))
    finally:
        server.close()
    assert server.complaints == [] and server.wire.crashes == []
    return taken[1:]
