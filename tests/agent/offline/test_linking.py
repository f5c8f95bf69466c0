"""What a question names is that and nothing like it; what it only seems to name is said to be unknown."""

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
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "linking.yaml").read_text(encoding="utf-8"))
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
        return [asker.ask(q, thread=thread) for q in case.get("thread") or [case["ask"]]][-1]

    yield ask
    for registry in opened.values():
        registry.close()


def asked(case: dict[str, Any]) -> str:
    return " / ".join(case.get("thread") or [case["ask"]])


@pytest.mark.parametrize("case", CASES, ids=asked)
def test_a_question_is_about_what_it_names(answer_to: Ask, case: dict[str, Any]) -> None:
    answer = answer_to(case)
    text = f"{answer.answer} {answer.reason or ''}".replace("\\", "")
    assert answer.status == case["status"], text
    assert [s for s in case.get("says", ()) if s not in text] == [], text
    assert [s for s in case.get("not", ()) if s in text] == [], text
    assert len(answer.readings or ()) >= case.get("readings", 0), text
