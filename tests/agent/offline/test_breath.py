"""Several questions in one breath, who ended what held, and denials in the question's own words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from askreg.agent.answer import Answer, Asker
from askreg.agent.thread import Thread
from askreg.registry.manifest import load
from askreg.registry.registry import Registry
from eval.case import NOW, REGISTRIES

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "breath.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    path = tmp_path_factory.mktemp("breath") / "askreg.db"
    with Registry.open(f"sqlite:///{path}", actor="examiner", clock=lambda: NOW) as opened:
        load(opened, REGISTRIES / "b.yaml")
        yield Asker(opened)


def last(asker: Asker, case: dict[str, Any]) -> Answer:
    thread = Thread()
    answers = [asker.ask(question, thread=thread) for question in case.get("thread", [case.get("q")])]
    return answers[-1]


@pytest.mark.parametrize("case", CASES, ids=[c.get("q") or " / ".join(c["thread"]) for c in CASES])
def test_every_clause_is_answered_or_named(asker: Asker, case: dict[str, Any]) -> None:
    answer = last(asker, case)
    assert answer.status == case["status"], answer.answer
    text = answer.answer.replace("\\", "")
    assert [s for s in case["says"] if s not in text] == [], text
    assert [s for s in case.get("not", []) if s in text] == [], text
    assert case.get("reason", "") in (answer.reason or "")
