"""What askreg adds to a language model: each step of an answer, without the time that the model's server has it.

The servers are the tests' own: they speak the real protocols on loopback, and answer at once what a script says.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from askreg.registry.registry import Registry
from benchmarks.data import ACTOR, Data
from benchmarks.measure import Measured, Sample, Target

_TESTS = Path(__file__).resolve().parent.parent / "tests"
_QUESTIONS = 15


def claude_steps(data: Data) -> list[Measured]:
    """Ask through the `anthropic` client, three calls and a draft each time."""
    return [_steps(data, "claude")]


def ollama_steps(data: Data) -> list[Measured]:
    """Ask through the `ollama` client, three calls and a draft each time."""
    return [_steps(data, "ollama")]


def _steps(data: Data, protocol: str) -> Measured:
    with data.fresh() as directory, _test_modules():
        from agent.small import fill
        from sockets.asking import SAYS_LIVE, three_hops
        from sockets.measuring import asked_steps

        path = directory / "askreg.db"
        with Registry.open(f"sqlite:///{path}", actor=ACTOR) as registry:
            fill(registry)
            asked = asked_steps(registry, protocol, three_hops(SAYS_LIVE), _QUESTIONS)
            samples = [Sample(step.wall, step.processor) for step in asked]
    note = f"{_QUESTIONS} questions of 4 steps each, without what the server took; clients are made for each question"
    return Measured(f"a step of an answer by {protocol}, beside the model", Target(30, "ms"), samples, [note])


@contextmanager
def _test_modules() -> Iterator[None]:
    """Find the servers where pytest finds them."""
    sys.path.insert(0, str(_TESTS))
    try:
        yield
    finally:
        sys.path.remove(str(_TESTS))
