from typing import Any

import pytest

from askreg.agent.offline import crosscheck, likely
from askreg.agent.offline.likeness import Likeness
from askreg.agent.tools.shapes import ToolName, ToolResult
from askreg.library import minilm


def result(tool: ToolName, **args: Any) -> ToolResult:
    return ToolResult(tool=tool, args=args, text="", as_of="2026-07-01T00:00:00Z")


OWNER = result("query", select="model", project=["owner"])
APPROVAL = result("query", select="approval", where=[{"path": "decision", "value": "approved"}])


@pytest.mark.skipif(not minilm.available(), reason="the packages with MiniLM's weights are missing")
def test_what_serves_no_likely_intent_is_doubted_and_what_serves_one_is_not() -> None:
    asked = ["who gave {version} the green light"]
    assert crosscheck.doubted(asked, [OWNER])
    assert not crosscheck.doubted(asked, [APPROVAL])


def test_a_question_in_the_words_of_a_known_one_needs_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(masked: str, choice: str) -> dict[str, float]:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(likely, "probabilities", loaded)
    assert not crosscheck.doubted(["who approved {version}"], [APPROVAL])


@pytest.mark.parametrize("likeness", [Likeness(embedder="lexical"), Likeness(examples=False)])
def test_without_weights_or_examples_nothing_is_doubted(likeness: Likeness) -> None:
    assert not crosscheck.doubted(["who gave {version} the green light"], [OWNER], likeness)
