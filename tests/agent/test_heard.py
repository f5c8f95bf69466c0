"""What identifies a patient in a question is neither read by the brain, nor kept, nor repeated."""

import json
import sqlite3
from pathlib import Path

from askreg.agent.answer import ask
from askreg.agent.guard.phi import is_withheld
from askreg.agent.thread import Thread
from askreg.registry.registry import Registry

from .scripted import brain, calling, drafting
from .test_answer import LIVE, SAYS, asker

PATIENT = ("Margaret", "Holloway", "00481516")
ASKED = "Margaret Holloway, MRN 00481516, was scored at northgate. What is live at northgate?"


def everything(registry: Registry) -> str:
    path = Path(registry.url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as database:
        return "\n".join(database.iterdump())


def test_it_is_answered_and_not_repeated_or_kept(registry: Registry) -> None:
    answer = ask(registry, ASKED)
    assert answer.status == "answered" and "sepsis-risk:2" in answer.answer
    held = answer.model_dump_json() + everything(registry)
    assert not [word for word in PATIENT if word in held]
    assert is_withheld(answer.question, ASKED) and "mrn" in answer.question


def test_the_brain_does_not_read_it(registry: Registry) -> None:
    made, model = asker(registry, calling(LIVE), drafting(SAYS))
    made.ask(ASKED)
    sent = json.dumps([[message.text for message in messages] for messages in model.seen])
    assert "northgate" in sent and not [word for word in PATIENT if word in sent]


def test_a_brain_that_declines_may_not_repeat_it_either(registry: Registry) -> None:
    said = drafting("", status="abstained", reason="the record knows nothing of Holloway, MRN 00481516")
    answer = asker(registry, calling(("search_docs", {"text": "Holloway"})), said)[0].ask(ASKED)
    assert answer.status == "abstained" and "may identify a patient" in (answer.reason or "")
    assert not [word for word in PATIENT if word in answer.model_dump_json() + everything(registry)]


def test_the_conversation_forgets_it(registry: Registry) -> None:
    thread = Thread()
    ask(registry, ASKED, thread=thread)
    assert not [word for word in PATIENT if word in thread.model_dump_json()]


def test_an_ordinary_question_is_kept_as_it_was_asked(registry: Registry) -> None:
    question = "What was live at northgate on 14 March 2026, and did Ada Osei deploy it?"
    assert ask(registry, question).question == question


def test_a_brain_that_fails_does_not_bring_it_into_the_log(registry: Registry) -> None:
    failing = brain(ConnectionError("Holloway"))
    made = asker(registry)[0]
    made._make = lambda backend, **_: failing
    answer = made.ask(ASKED)
    assert answer.status == "abstained"
    assert "Holloway" not in answer.model_dump_json() + everything(registry)
