from collections.abc import Sequence

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, InvalidToolCall, ToolMessage

from askreg.agent.draft import Draft
from askreg.agent.loop import Conversation, Limits, Outcome
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.verify import Problem
from askreg.errors import Refused, StorageError

from .scripted import FixedTools, ScriptedBrain, brain, calling, drafting

BAD = Problem(code="unsupported", claim="It is 0.9.", what="'0.9' is in none of the facts")


def converse(model: ScriptedBrain, *, limits: Limits | None = None, wrong: Sequence[str] = ()) -> Outcome:
    def check(draft: Draft, results: Sequence[ToolResult]) -> list[Problem]:
        return [BAD] if draft.text in wrong else []

    messages: list[AnyMessage] = [HumanMessage(content="what is live?")]
    return Conversation(model, FixedTools(), check, limits or Limits()).run(messages)


def test_a_draft_without_calls_is_taken() -> None:
    outcome = converse(brain(drafting("Nothing.")))
    assert outcome.draft == Draft(status="answered", text="Nothing.")


def test_a_call_is_run_and_its_result_sent_back_as_an_artifact() -> None:
    model = brain(calling(("deployed", {"site": "northgate"})), drafting("{F1} is live."))
    outcome = converse(model)
    message = model.seen[1][-1]
    assert isinstance(message, ToolMessage)
    assert message.content == "three rows"
    assert isinstance(message.artifact, ToolResult)
    assert [ran.call.tool for ran in outcome.ran] == ["deployed"]


def test_several_calls_at_once_are_all_run() -> None:
    model = brain(calling(("deployed", {}), ("gaps", {})), drafting("Done."))
    assert [ran.call.tool for ran in converse(model).ran] == ["deployed", "gaps"]


def test_an_unknown_tool_is_answered_with_the_names_of_the_tools() -> None:
    model = brain(calling(("drop_table", {})), drafting("Done."))
    outcome = converse(model)
    assert "there is no tool 'drop_table'" in str(model.seen[1][-1].content)
    assert outcome.ran == [] and outcome.draft is not None


def test_arguments_that_are_no_json_are_answered() -> None:
    malformed = InvalidToolCall(name="deployed", args="{site:", id="c1", error="not JSON", type="invalid_tool_call")
    model = brain(AIMessage(content="", invalid_tool_calls=[malformed]), drafting("Done."))
    assert converse(model).draft is not None
    assert "not JSON" in str(model.seen[1][-1].content)


def test_a_wrong_draft_comes_back_with_its_problems() -> None:
    model = brain(drafting("It is 0.9."), drafting("It is {F1}."))
    outcome = converse(model, wrong=["It is 0.9."])
    assert outcome.draft is not None and outcome.draft.text == "It is {F1}."
    assert model.seen[1][-1].additional_kwargs["problems"] == [BAD.model_dump()]


def test_after_two_repairs_nothing_is_said() -> None:
    model = brain(drafting("It is 0.9."))
    outcome = converse(model, wrong=["It is 0.9."])
    assert outcome.draft is None
    assert outcome.problems == [BAD]
    assert len(model.seen) == 3


def test_prose_instead_of_a_draft_ends_in_a_reason() -> None:
    outcome = converse(brain(AIMessage(content="Sure! Sepsis-risk 3 is live.")))
    assert outcome.draft is None
    assert "not JSON" in outcome.problems[0].what


def test_a_draft_in_a_code_fence_is_read() -> None:
    fenced = AIMessage(content='```json\n{"status": "answered", "text": "Nothing."}\n```')
    assert converse(brain(fenced)).draft is not None


def test_calling_without_end_ends() -> None:
    asked = [calling(("gaps", {"subject": f"m:{number}"})) for number in range(9)]
    outcome = converse(brain(*asked), limits=Limits(model_calls=4))
    assert outcome.reason == "no answer within 4 calls of the brain"
    assert len(outcome.ran) == 4


def test_the_same_call_again_and_again_ends() -> None:
    outcome = converse(brain(calling(("gaps", {}))))
    assert "the same call again and again" in outcome.reason
    assert len(outcome.ran) == 2


def test_a_brain_that_takes_too_long_ends() -> None:
    seconds = iter([0.0, 1.0, 400.0])
    asked = [calling(("gaps", {"subject": f"m:{number}"})) for number in range(9)]
    tools, check = FixedTools(), lambda draft, results: list[Problem]()
    outcome = Conversation(brain(*asked), tools, check, Limits(), clock=lambda: next(seconds)).run([])
    assert outcome.reason == "no answer within 300 s"


def test_what_may_not_be_sent_is_a_refusal() -> None:
    outcome = converse(brain(Refused("not sent to claude: the question holds a name")))
    assert outcome.refused and outcome.reason.startswith("not sent to claude")


def test_too_many_calls_at_once_are_not_run() -> None:
    outcome = converse(brain(calling(*[("gaps", {})] * 30)))
    assert outcome.reason == "no answer within 24 tool calls"
    assert outcome.ran == []


def test_a_brain_that_fails_is_a_reason_and_no_traceback() -> None:
    outcome = converse(brain(ConnectionError("no route to the model")))
    assert outcome.reason == "the brain failed (ConnectionError)"


def test_a_broken_database_is_no_abstention() -> None:
    with pytest.raises(StorageError):
        converse(brain(StorageError("the disk is full")))


def test_nothing_is_traced_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    import langsmith.client

    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "key")
    monkeypatch.setattr(langsmith.client.Client, "create_run", lambda *_, **__: pytest.fail("a run was traced"))
    assert converse(brain(drafting("Nothing."))).draft is not None


def test_arguments_that_cannot_be_kept_are_answered_and_not_run() -> None:
    model = brain(calling(("gaps", {"subject": 10**400})), drafting("Done."))
    outcome = converse(model)
    assert outcome.draft is not None and outcome.ran == []
    assert "cannot be written as JSON" in str(model.seen[1][-1].content)
