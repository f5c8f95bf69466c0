"""Asking: how soon the command line is there, and how long an answer takes in a running process."""

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from askreg.demo.questions import QUESTIONS
from askreg.registry.registry import Registry
from benchmarks.data import ACTOR, Data
from benchmarks.measure import Measured, Target, milliseconds, timed

_RUNS = 7
_ROUNDS = 10
_EXECUTABLE = Path(sys.executable).with_name("askreg")


def start(data: Data) -> list[Measured]:
    """Run `askreg --help` as a new process."""
    with data.fresh() as directory:
        return [_process(directory, "askreg --help", Target(0.3, "s"), "--help")]


def cold_ask(data: Data) -> list[Measured]:
    """Run `askreg ask` as a new process, on the demo."""
    with data.fresh() as directory:
        home = str(_copied(data.demo(), directory))
        return [_process(directory, "askreg ask, cold", Target(1.5, "s"), "--home", home, "ask", QUESTIONS[0].text)]


def ask_demo(data: Data) -> list[Measured]:
    """Ask the demo's own questions."""
    questions = [question.text for question in QUESTIONS]
    with data.fresh() as directory:
        path = _copied(data.demo(), directory) / "askreg.db"
        return [_asked(path, "an answer in a running process, demo", Target(50, "ms"), questions)]


def ask_many(data: Data) -> list[Measured]:
    """Ask questions of several kinds about 10,000 versions."""
    chance = data.chance()
    questions = [question for _ in range(5) for question in _questions(chance)]
    with data.fresh() as directory:
        path = Path(shutil.copy(data.loaded(), directory / "askreg.db"))
        return [_asked(path, "an answer in a running process, 10,000 versions", Target(150, "ms"), questions)]


def _asked(path: Path, name: str, target: Target, questions: list[str]) -> Measured:
    from askreg.agent.answer import Asker

    statuses: Counter[str] = Counter()
    with Registry.open(f"sqlite:///{path}", actor=ACTOR) as registry:
        asker = Asker(registry)

        def asking(question: str) -> Callable[[], None]:
            return lambda: statuses.update([asker.ask(question).status])

        first = timed(asking(questions[0]), scale=1000).wall
        statuses.clear()
        asked = questions * max(1, _ROUNDS * 4 // len(questions))
        samples = milliseconds(asking(question) for question in asked)
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return Measured(name, target, samples, [f"{told}; the first question of the process takes {first:.0f} ms"])


def _questions(chance: random.Random) -> list[str]:
    model, other = chance.sample(range(200), 2)
    return [
        f"Which version of model-{model} is the champion?",
        f"What is live at site-{chance.randrange(20)}?",
        f"Is model-{model}:1 better than model-{model}:2 on auroc?",
        f"Who registered model-{other}:{chance.randint(1, 50)}?",
        f"What was model-{other}:{chance.randint(1, 50)} evaluated on?",
        f"How many versions does model-{other} have?",
        f"Which models does person-{chance.randrange(50)} own?",
        f"Which version of model-{model} was in production on 2024-03-14?",
    ]


def _process(directory: Path, name: str, target: Target, *arguments: str) -> Measured:
    """Measure the command in new processes, after one to have its files in memory and compiled, as pip leaves them."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(directory / "compiled")

    def run() -> None:
        subprocess.run([str(_EXECUTABLE), *arguments], check=True, capture_output=True, env=environment)

    run()
    return Measured(name, target, [timed(run) for _ in range(_RUNS)], ["a new process each time, its modules compiled"])


def _copied(home: Path, directory: Path) -> Path:
    """Return a copy of a home: asking writes to the log."""
    return shutil.copytree(home, directory / "home")
