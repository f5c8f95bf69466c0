"""Figures, comparisons, rankings, days and conversations: what an answer must say, and what would mislead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from askreg.agent.answer import Answer, Asker
from askreg.agent.thread import Thread
from askreg.registry.manifest import load
from askreg.registry.registry import Registry
from eval.case import REGISTRIES

HERE = Path(__file__).parent
NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "figures.yaml").read_text(encoding="utf-8"))
Ask = Callable[[dict[str, Any]], Answer]


@pytest.fixture(scope="module")
def answer_to(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask the registry that a case names; of a conversation, return the last answer."""
    opened: dict[str, Registry] = {}
    for name in ("b", "c"):
        path = tmp_path_factory.mktemp(name) / "askreg.db"
        opened[name] = Registry.open(f"sqlite:///{path}", actor="examiner", clock=lambda: NOW)
        load(opened[name], REGISTRIES / f"{name}.yaml")

    def ask(case: dict[str, Any]) -> Answer:
        asker, thread = Asker(opened[case["registry"]]), Thread()
        questions = case.get("thread") or [case["ask"]]
        return [asker.ask(q, as_of=case.get("as_of"), thread=thread) for q in questions][-1]

    yield ask
    for registry in opened.values():
        registry.close()


def described(case: dict[str, Any]) -> str:
    """Name a case by what it asks."""
    return str(case.get("ask") or " / ".join(case["thread"]))


@pytest.mark.parametrize("case", CASES, ids=described)
def test_an_answer_says_what_the_record_says(case: dict[str, Any], answer_to: Ask) -> None:
    answer = answer_to(case)
    text = f"{answer.answer}\n{answer.reason or ''}"
    assert answer.status == case.get("status", "answered"), text
    for words in case["says"]:
        assert any(word in text for word in words.split("|")), f"{words!r} is not in: {text}"
    for word in case.get("never", ()):
        assert word not in text, f"{word!r} misleads: {text}"
