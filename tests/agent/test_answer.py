import json
from typing import Any

import pytest
from clocks import Clock

from askreg.agent.answer import Answer, Asker
from askreg.agent.batch import answer_lines
from askreg.agent.replay import replay
from askreg.agent.thread import Thread
from askreg.errors import InvalidInput, NotFound
from askreg.registry.registry import Registry

from .scripted import ScriptedBrain, brain, calling, drafting

LIVE = ("deployed", {"site": "northgate"})
SAYS = "{F1} has been live in {F1.subject} since {F1.since:date}."


def asker(registry: Registry, *replies: Any) -> tuple[Asker, ScriptedBrain]:
    model = brain(*replies)
    return Asker(registry, make=lambda backend, **_: model), model


def ask(registry: Registry, *replies: Any, question: str = "what is live at northgate?", **given: Any) -> Answer:
    return asker(registry, *replies)[0].ask(question, **given)


def test_an_answer_shows_its_facts(registry: Registry) -> None:
    answer = ask(registry, calling(LIVE), drafting(SAYS))
    assert answer.status == "answered"
    assert answer.answer == "sepsis-risk:2 has been live in northgate/icu since 2026-03-14."
    assert [(c.text, c.facts) for c in answer.claims] == [(answer.answer, ["F1"])]
    assert answer.facts[0].value == "sepsis-risk:2"
    assert [(c.tool, c.total, c.truncated) for c in answer.calls] == [("deployed", 1, False)]


def test_the_json_is_what_the_contract_says(registry: Registry) -> None:
    body = ask(registry, calling(LIVE), drafting(SAYS)).model_dump(mode="json")
    assert list(body) == [
        "id", "question", "status", "answer", "reason", "claims", "facts", "quotes", "calls", "brain", "as_of", "head",
        "elapsed_ms", "policy",
    ]  # fmt: skip
    assert body["policy"] == "local-only"
    assert body["brain"]["backend"] == "offline" and body["brain"]["model"] is None
    assert body["brain"]["prompt"].startswith("answer@3:sha256:")
    assert set(body["calls"][0]) == {"tool", "args", "total", "returned", "truncated", "ms"}
    assert {"id", "subject", "field", "value", "unit", "n", "dataset", "cohort", "as_of", "event"} <= set(
        body["facts"][0]
    )


def test_only_cited_facts_are_in_the_answer_numbered_from_one(registry: Registry) -> None:
    draft = drafting("{F5.subject} is owned by {F5}.")
    calls = calling(LIVE, ("query", {"select": "model", "project": ["task", "owner"]}))
    answer = ask(registry, calls, draft, question="who owns the models?")
    assert answer.status == "answered"
    assert [(f.id, f.field) for f in answer.facts] == [("F1", "owner")]


def test_a_figure_that_the_record_does_not_hold_ends_in_abstention(registry: Registry) -> None:
    answer = ask(registry, calling(LIVE), drafting("sepsis-risk:1 has been live in {F1.subject} since 2024-01-01."))
    assert answer.status == "abstained"
    assert answer.reason is not None
    assert "could be verified" in answer.reason and "2024-01-01" not in answer.reason
    assert answer.facts == [] and "2024-01-01" not in [c.text for c in answer.claims]


def test_what_a_model_card_says_is_quoted_and_harmless(registry: Registry) -> None:
    where = [{"path": "name", "value": "sepsis-risk"}]
    call = ("query", {"select": "model", "where": where, "project": ["description"]})
    answer = ask(
        registry,
        calling(call),
        drafting("{F1.subject} is described as {F1}."),
        question="what is the model described as?",
    )
    assert answer.status == "answered"
    assert "![x](" not in answer.answer and "http://" not in answer.answer


def test_a_false_premise_is_named(registry: Registry) -> None:
    draft = drafting("", status="abstained", reason="there is no version 9 of sepsis-risk; the latest is {F1}.")
    call = ("query", {"select": "model", "where": [{"path": "name", "value": "sepsis-risk"}], "project": ["latest"]})
    answer = ask(registry, calling(call), draft, question="who approved sepsis-risk:9?")
    assert answer.status == "abstained"
    assert answer.reason == answer.answer == "there is no version 9 of sepsis-risk; the latest is sepsis-risk:2."
    assert [f.value for f in answer.facts] == ["sepsis-risk:2"]


def test_an_answer_is_read_as_of_a_date(registry: Registry) -> None:
    answer = ask(registry, calling(LIVE), drafting(SAYS), as_of="2025-12-24")
    assert answer.answer.startswith("sepsis-risk:1 ")
    assert answer.as_of == "2025-12-24T23:59:59.999999Z"


@pytest.mark.parametrize(
    ("question", "says"),
    [("", "empty"), ("  \n", "empty"), ("x" * 10_001, "10001 characters"), ("a\0b", "no text"), ("\ud800", "no text")],
)
def test_what_is_no_question_is_refused(registry: Registry, question: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        ask(registry, drafting("Nothing."), question=question)


def test_an_answer_is_in_the_log_and_the_log_still_verifies(registry: Registry) -> None:
    before = registry.head()
    answer = ask(registry, calling(LIVE), drafting(SAYS))
    assert (answer.head.seq, answer.head.hash) == (before.seq, before.hash)
    event = registry.history(action="answer.given").events[0]
    assert (event.seq, event.subject) == (before.seq + 1, answer.id)
    assert registry.verify().ok


def test_ids_sort_by_time(registry: Registry, clock: Clock) -> None:
    ids = []
    for _ in range(5):
        ids.append(ask(registry, drafting("", status="abstained", reason="not recorded")).id)
        clock.advance(seconds=1)
    assert ids == sorted(ids) and len(set(ids)) == 5
    assert all(id.startswith("ans_") and len(id) == 30 for id in ids)


def test_a_thread_tells_the_brain_what_was_said_before(registry: Registry) -> None:
    thread = Thread()
    model, seen = asker(
        registry, calling(LIVE), drafting(SAYS), drafting("", status="abstained", reason="not recorded")
    )
    first = model.ask("what is live at northgate?", thread=thread)
    model.ask("and before?", thread=thread)
    system, question, answer, follow_up = seen.seen[-1]
    assert (question.content, answer.content, follow_up.content) == (first.question, first.answer, "and before?")
    turn = answer.additional_kwargs["turn"]
    assert [call.tool for call in turn.calls] == ["deployed"]
    assert [fact.value for fact in turn.facts] == ["sepsis-risk:2"]


def test_a_replayed_answer_holds_until_the_record_changes(registry: Registry, clock: Clock) -> None:
    answer = ask(registry, calling(LIVE), drafting(SAYS))
    again = replay(registry, answer.id)
    assert again.reproduced and again.holds
    clock.advance(days=1)
    registry.withdraw(version="sepsis-risk:2", site="northgate", environment="icu", reason="drift")
    later = replay(registry, answer.id)
    assert later.reproduced and not later.holds
    assert [(c.outcome, c.field) for c in later.now] == [("gone", "deployed")]
    assert later.answer == answer


def test_a_true_answer_to_something_else_is_not_accepted(registry: Registry) -> None:
    answer = ask(registry, calling(LIVE), drafting(SAYS), question="What is the weather in Paris tomorrow?")
    assert answer.status == "abstained" and answer.facts == []


def test_a_follow_up_need_not_name_what_it_is_about(registry: Registry) -> None:
    made, _ = asker(registry, calling(LIVE), drafting(SAYS), calling(LIVE), drafting(SAYS))
    thread = Thread()
    made.ask("what is live at northgate?", thread=thread)
    assert made.ask("and why?", thread=thread).status == "answered"


def test_a_replayed_answer_says_what_has_changed(registry: Registry, clock: Clock) -> None:
    where = [{"path": "name", "value": "readmit"}]
    call = ("query", {"select": "model", "where": where, "project": ["task"]})
    answer = ask(registry, calling(call), drafting("{F1.subject} does {F1}."), question="what does readmit do?")
    clock.advance(days=1)
    registry.update_model(model="readmit", task="regression")
    checks = replay(registry, answer.id)
    assert [(c.outcome, c.said, c.value) for c in checks.now] == [("changed", "classification", "regression")]
    assert checks.reproduced


def test_a_replayed_answer_about_a_day_stays_about_that_day(registry: Registry, clock: Clock) -> None:
    answer = ask(registry, calling(LIVE), drafting(SAYS), as_of="2025-12-24", known_at="2026-07-01")
    clock.advance(days=1)
    registry.withdraw(version="sepsis-risk:2", site="northgate", environment="icu", reason="drift")
    again = replay(registry, answer.id)
    assert again.reproduced and again.holds


def test_an_unknown_answer_is_named(registry: Registry) -> None:
    with pytest.raises(NotFound, match="ans_0"):
        replay(registry, "ans_0")


def test_a_batch_answers_line_by_line(registry: Registry) -> None:
    lines = [
        json.dumps({"id": "a", "question": "what is live at northgate?"}),
        "{not json",
        json.dumps({"id": "c"}),
        "",
        json.dumps({"id": 4, "question": "what is live at northgate?", "as_of": "2030-01-01"}),
        json.dumps({"id": "e", "question": "what is live at northgate?", "as_of": "2025-12-24", "note": "mine"}),
        json.dumps([1]),
    ]
    model = asker(registry, *[calling(LIVE), drafting(SAYS)] * 2)[0]
    out = list(answer_lines(model, lines))
    assert [(o["question_id"], o["status"]) for o in out] == [
        ("a", "answered"), (None, "error"), ("c", "error"), (4, "error"), ("e", "answered"), (None, "error"),
    ]  # fmt: skip
    assert "line 2 is not JSON" in out[1]["reason"]
    assert "question" in out[2]["reason"]
    assert "future" in out[3]["reason"]
    assert out[0]["id"].startswith("ans_")


def test_a_batch_thread_is_a_conversation(registry: Registry) -> None:
    lines = [json.dumps({"id": str(i), "question": "Hello?", "thread": t}) for i, t in enumerate(["a", "b", "a"])]
    model, seen = asker(registry, drafting("", status="abstained", reason="not recorded"))
    list(answer_lines(model, lines))
    assert [len(messages) for messages in seen.seen] == [2, 2, 4]
