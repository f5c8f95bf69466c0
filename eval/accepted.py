"""Answers with all they rest on, as the offline brain gives them to the visible questions."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from askreg import Registry
from askreg.agent.answer import Asker
from askreg.agent.render import Rendered
from askreg.agent.thread import Thread
from askreg.agent.verify import Evidence, Problem
from eval import case, worlds
from eval.case import Case

KEPT_ASIDE = ("heldout", "blind")
"""Questions that nobody may tune by: files with these words in their names are left alone."""


@dataclass(frozen=True)
class Accepted:
    """A draft of the offline brain, and the evidence that it had. Whether the verifier accepts it is to be measured."""

    registry: str
    question: Case
    rendered: Rendered
    evidence: Evidence


def questions(registry: str) -> list[Case]:
    """Return the visible questions over a registry; the demo's and others' without a file are none."""
    return [c for c in case.every() if c.registry == registry and not any(word in c.file for word in KEPT_ASIDE)]


def accepted(registry: str) -> Iterator[Accepted]:
    """Ask every visible question over one registry, and yield the texts that answer, judged by no verifier yet."""
    with tempfile.TemporaryDirectory() as folder:
        with worlds.opened(registry, Path(folder)) as opened:
            yield from _asked(opened, registry)


def _asked(opened: Registry, registry: str) -> Iterator[Accepted]:
    kept: list[tuple[Rendered, Evidence]] = []

    def keep(rendered: Rendered, evidence: Evidence) -> list[Problem]:
        if evidence.asserting and rendered.passages:
            kept.append((rendered, evidence))
        return []

    asker = Asker(opened, check=keep)
    threads: dict[str, Thread] = defaultdict(Thread)
    for question in questions(registry):
        kept.clear()
        thread = threads[question.thread] if question.thread else None
        answer = asker.ask(question.question, as_of=question.as_of, thread=thread)
        if answer.status in ("answered", "partial") and kept:
            yield Accepted(registry, question, *kept[-1])
