"""The same cases, asked and scored by the same code, as a task of inspect-ai: its epochs, its logs and its viewer.

    inspect eval eval/task.py -T backend=offline -T registry=seed-1 --epochs 3 --model mockllm/model

The brain is what `backend` and the ASKREG_ settings say; inspect's own model is never asked. A sample is one case. Of a
conversation, the questions before it are asked first and not scored. An epoch is a repeat: `accuracy` is pass^1, and
`pass_k` the share of cases that are right in every one of the k epochs.
"""

from __future__ import annotations

import sys
from pathlib import Path

if (top := str(Path(__file__).resolve().parent.parent)) not in sys.path:  # inspect loads this file by its path
    sys.path.insert(0, top)

import atexit
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from anyio import to_thread
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageAssistant, ModelOutput
from inspect_ai.scorer import (
    CORRECT,
    INCORRECT,
    NOANSWER,
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    accuracy,
    mean,
    metric,
    scorer,
    stderr,
    value_to_float,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from askreg.agent.brains.config import BrainConfig
from askreg.errors import InvalidInput
from askreg.settings import Settings
from eval import engine, subject
from eval.case import Case
from eval.engine import Bench, Group, Plan, World
from eval.row import Row
from eval.subject import Subject

SHARES = (
    "precision", "recall", "complete", "grounded_before", "grounded", "cited", "quoted", "obeyed", "leaked",
)  # fmt: skip
"""The scores of a row that a mean is taken of, where there is something to judge."""


class Desk:
    """Where the cases are asked: in one thread, which owns the open registries."""

    def __init__(self, asked: Subject, plan: Plan) -> None:
        """Build the registries of the plan; they are removed when the process ends."""
        self._stack = ExitStack()
        atexit.register(self._stack.close)
        folder = Path(self._stack.enter_context(TemporaryDirectory()))
        self.groups: dict[str, tuple[World, Group]] = {}
        for job in engine.jobs(plan, folder):
            for turn, one in enumerate(job.group, 1):
                self.groups[f"{one.registry}/{one.id}"] = job.world, job.group[:turn]
        self._bench = Bench(asked, folder)
        self._stack.callback(self._bench.close)
        self._thread = self._stack.enter_context(ThreadPoolExecutor(max_workers=1))

    async def asked(self, name: str, repeat: int) -> Row:
        """Return the row of a case."""
        world, group = self.groups[name]
        future = self._thread.submit(lambda: list(self._bench.asked(world, group, repeat))[-1])
        return await to_thread.run_sync(future.result)


@task
def askreg(
    backend: str = "offline", registry: str | Sequence[str] = "seed-1", cases: str = "*", limit: int | None = None
) -> Task:
    """Return the task over one registry or several; `cases` is a glob over the names of the case files."""
    config = BrainConfig.of(Settings.load(), os.environ)
    reason = subject.forbidden(backend, config)
    if reason is not None:
        raise InvalidInput(reason)
    chosen = Subject(backend, config)
    names = registry.split(",") if isinstance(registry, str) else registry
    desk = Desk(chosen, Plan(tuple(names), cases, limit=limit))
    samples = [_sample(name, group[-1], world) for name, (world, group) in desk.groups.items()]
    return Task(
        dataset=MemoryDataset(samples, name="askreg"),
        solver=ask(desk),
        scorer=[right(), confident_wrong(), *(share(name) for name in SHARES)],
        metadata=chosen.described(),
    )


def _sample(name: str, one: Case, world: World) -> Sample:
    about = {"registry": one.registry, "category": one.category, "as_of": one.as_of, "thread": one.thread}
    expected = {"expected": list(one.status), "check": one.check, "oracle": one.oracle}
    return Sample(one.question, target=str(one.gold(world.record).told()), id=name, metadata=about | expected)


@solver
def ask(desk: Desk) -> Solver:
    """Ask the agent, and keep the row where the scorers and the viewer of logs find it."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        row = await desk.asked(str(state.sample_id), state.epoch)
        answer = row.answer
        text = "\n\n".join(str(answer[key]) for key in ("status", "answer", "reason") if answer.get(key))
        state.messages.append(ChatMessageAssistant(content=text))
        state.output = ModelOutput.from_content(str((answer.get("brain") or {}).get("backend")), text)
        state.metadata |= {
            "facts": answer.get("facts"),
            "calls": answer.get("calls"),
            "row": row.model_dump(mode="json"),
        }
        return state

    return solve


def _row(state: TaskState) -> Row:
    return Row.model_validate(state.metadata["row"])


@metric
def pass_k() -> Metric:
    """Count the cases that are right in all epochs: those whose mean over them, which is what comes here, is 1."""
    to_float = value_to_float()

    def counted(scores: list[SampleScore]) -> float:
        return sum(bool(to_float(one.score.value) == 1) for one in scores) / max(1, len(scores))

    return counted


@scorer(metrics=[accuracy(), stderr(), pass_k()])
def right() -> Scorer:
    """Score a right answer; an abstention is no answer, and only a confident wrong one is incorrect."""

    async def score(state: TaskState, target: Target) -> Score:
        row = _row(state)
        value = {"right": CORRECT, "confident_wrong": INCORRECT}.get(row.scores.outcome, NOANSWER)
        return Score(
            value=value, answer=row.answer.get("answer"), explanation=row.scores.why or None,
            metadata=row.scores.model_dump(mode="json"),
        )  # fmt: skip

    return score


@scorer(metrics=[mean(), stderr()])
def confident_wrong() -> Scorer:
    """Score 1 for a confident wrong answer, else 0."""

    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=float(_row(state).scores.outcome == "confident_wrong"))

    return score


def share(name: str) -> Scorer:
    """Return the scorer that takes a score of the row over; where there is nothing to judge, there is no score."""

    @scorer(metrics=[mean(), stderr()], name=name)
    def taken() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score | None:
            value = getattr(_row(state).scores, name)
            return None if value is None else Score(value=float(value))

        return score

    return taken()
