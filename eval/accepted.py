"""Answers with all they rest on, as the offline brain gives them to the visible questions."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from askreg import Registry
from askreg.agent.answer import Asker
from askreg.agent.render import Rendered
from askreg.agent.thread import Thread
from askreg.agent.verify import Evidence, Problem
from askreg.errors import InvalidInput
from askreg.registry.manifest import load

HERE = Path(__file__).parent
KEPT_ASIDE = ("heldout", "blind")
"""Questions that nobody may tune by: files with these words in their names are left alone."""
NOW = datetime(2026, 10, 15, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """A visible question; those of one thread are asked in order."""

    id: str
    text: str
    as_of: str | None = None
    thread: str | None = None


@dataclass(frozen=True)
class Accepted:
    """A draft of the offline brain, and the evidence that it had. Whether the verifier accepts it is to be measured."""

    registry: str
    question: Question
    rendered: Rendered
    evidence: Evidence


def questions(registry: str) -> list[Question]:
    """Return the visible questions over a registry; the demo's and others' without a file are none."""
    found = []
    for path in sorted((HERE / "cases" / "written").glob("*.yaml")):
        if any(word in path.stem for word in KEPT_ASIDE):
            continue
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in content["cases"]:
            if (row.get("registry") or content.get("registry")) == registry:
                found.append(Question(row["id"], row["question"], row.get("as_of"), row.get("thread")))
    return found


def manifest(registry: str, folder: Path) -> Path:
    """Return the manifest of a registry; that of the demo is built on the spot."""
    if registry == "demo":
        from askreg.demo.build import build

        return build(folder).manifest
    path = HERE / "registries" / f"{registry}.yaml"
    if not path.exists():
        raise InvalidInput(f"there is no registry {registry!r} among the questions; looked for {path.name}")
    return path


def accepted(registry: str) -> Iterator[Accepted]:
    """Ask every visible question over one registry, and yield the texts that answer, judged by no verifier yet."""
    with tempfile.TemporaryDirectory() as folder:
        path = manifest(registry, Path(folder))
        with Registry.open(f"sqlite:///{folder}/asked.db", actor="examiner", clock=lambda: NOW) as opened:
            load(opened, path)
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
        answer = asker.ask(question.text, as_of=question.as_of, thread=thread)
        if answer.status in ("answered", "partial") and kept:
            yield Accepted(registry, question, *kept[-1])
