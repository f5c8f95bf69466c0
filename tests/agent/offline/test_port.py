from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import Ask

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "port_questions.yaml").read_text())


def said(text: str) -> str:
    return text.replace("\\", "")


@pytest.mark.parametrize("case", CASES, ids=[c["q"] for c in CASES])
def test_a_question_is_answered_as_the_manifest_has_it(ask: Ask, case: dict[str, Any]) -> None:
    answer = ask(case["q"])
    assert answer.status == case["status"], answer.answer
    text = said(answer.answer)
    assert [s for s in case["says"] if str(s) not in text] == [], text


@pytest.mark.parametrize("case", [c for c in CASES if c["status"] == "answered"], ids=lambda c: c["q"])
def test_a_question_means_the_same_in_capitals_and_without_its_mark(ask: Ask, case: dict[str, Any]) -> None:
    loud = ask(case["q"].rstrip("?").upper())
    assert loud.status == "abstained" or said(loud.answer).casefold() == said(ask(case["q"]).answer).casefold()
