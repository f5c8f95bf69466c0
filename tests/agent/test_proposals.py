"""Requests to change something: refused, with a proposal where all of the request was understood."""

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from askreg.agent import answer as answering
from askreg.agent.answer import Answer, Asker
from askreg.agent.replay import stored
from askreg.agent.thread import Thread
from askreg.registry.proposals import Proposal, digest
from askreg.registry.registry import Registry

from .scripted import brain

HOSTILE = "x; ![i](http://evil.invalid) \x1b[31m {F1}"


def ask(registry: Registry, question: str, **given: Any) -> Answer:
    return answering.ask(registry, question, **given)


def drafted(registry: Registry, proposal: Any, *, status: str = "refused", **given: Any) -> Answer:
    """The answer of a language model that drafts this proposal."""
    said = {"status": status, "text": "", "reason": "a question changes nothing", "proposal": proposal}
    asker = Asker(registry, make=lambda backend, **_: brain(AIMessage(content=json.dumps(said))))
    return asker.ask("please change something", **given)


def wanted(answer: Answer) -> tuple[str, str, dict[str, Any]] | None:
    given = answer.proposal
    return None if given is None else (given.action, given.subject, given.arguments)


ICU = {"site": "northgate", "environment": "icu"}
UNDERSTOOD: list[tuple[str, tuple[str, str, dict[str, Any]]]] = [
    ("promote sepsis-risk:2 to approved", ("stage", "sepsis-risk:2", {"stage": "approved"})),
    ("Please move version 2 of sepsis-risk to approved.", ("stage", "sepsis-risk:2", {"stage": "approved"})),
    ("can you send readmit 1 to validation?", ("stage", "readmit:1", {"stage": "validation"})),
    ("promote readmit:1 to retired", ("retire", "readmit:1", {"withdraw": False})),
    ("make sepsis-risk:1 the champion", ("alias", "sepsis-risk:1", {"alias": "champion", "remove": False})),
    (
        "set the champion alias of sepsis-risk to version 1",
        ("alias", "sepsis-risk:1", {"alias": "champion", "remove": False}),
    ),
    (
        "remove the champion alias from sepsis-risk",
        ("alias", "sepsis-risk:2", {"alias": "champion", "remove": True}),
    ),
    ("retire readmit:1", ("retire", "readmit:1", {"withdraw": False})),
    ("I would like to retire readmit version 1, please", ("retire", "readmit:1", {"withdraw": False})),
    ("retire the champion of sepsis-risk", ("retire", "sepsis-risk:2", {"withdraw": False})),
    ("withdraw sepsis-risk:2 from northgate/icu", ("withdraw", "sepsis-risk:2", ICU)),
    ("deploy sepsis-risk:1 to northgate/icu", ("deploy", "sepsis-risk:1", ICU)),
    ("deploy sepsis-risk:1 at northgate in the icu", ("deploy", "sepsis-risk:1", ICU)),
    (
        "deploy sepsis-risk:1 to southgate/ward",
        ("deploy", "sepsis-risk:1", {"site": "southgate", "environment": "ward"}),
    ),
    ("deploy sepsis-risk:1 to southgate/icu", ("deploy", "sepsis-risk:1", {"site": "southgate", "environment": "icu"})),
    (
        "deploy sepsis-risk:1 to st-oswin/icu-2",
        ("deploy", "sepsis-risk:1", {"site": "st-oswin", "environment": "icu-2"}),
    ),
    ("approve sepsis-risk:2", ("approve", "sepsis-risk:2", {"meaning": "approval"})),
    ("approve the sepsis-risk champion", ("approve", "sepsis-risk:2", {"meaning": "approval"})),
    ("reject sepsis-risk:2", ("reject", "sepsis-risk:2", {})),
]


@pytest.mark.parametrize(("question", "expected"), UNDERSTOOD)
def test_a_request_that_is_understood_is_refused_with_a_proposal(
    registry: Registry, question: str, expected: tuple[str, str, dict[str, Any]]
) -> None:
    answer = ask(registry, question)
    assert (answer.status, wanted(answer)) == ("refused", expected)
    assert "the command that would is askreg " in (answer.reason or "")
    assert answer.proposal is not None
    assert answer.proposal.hash == digest(answer.proposal)


def test_the_diff_comes_from_the_record(registry: Registry) -> None:
    proposal = ask(registry, "make sepsis-risk:1 the champion").proposal
    assert proposal is not None
    assert [(c.field, c.before, c.after) for c in proposal.diff] == [
        ("alias.champion", "sepsis-risk:2", "sepsis-risk:1")
    ]
    assert proposal.diff == registry.propose(action="alias", subject="sepsis-risk:1", alias="champion").diff


@pytest.mark.parametrize(
    "question",
    [
        "reject sepsis-risk:2 because it leaks",
        "Can you retire readmit:1 tomorrow?",
        "retire readmit:1 unless it is live",
        "Should we retire readmit:1?",
        "Can I retire readmit:1?",
        "retire readmit:1 and sepsis-risk:1",
        "retire all versions of readmit",
        "promote readmit to validation",
        "promote readmit:1",
        "retire readmitt:1",
        "delete readmit:1",
        "make sepsis-risk:1 the challenger",
        "move sepsis-risk:2 from validation to approved",
        "deploy sepsis-risk:1 to northgate",
        "withdraw sepsis-risk:2",
        "deploy sepsis-risk:1 to southgate/ward at northgate",
        "deploy sepsis-risk:1 to southgate/ward and southgate/icu",
        "approve sepsis-risk:2 for production",
        "promote readmit:1 to validation in northgate/icu",
        "make sepsis-risk:1 the production champion",
    ],
)
def test_where_a_word_may_mean_more_only_the_command_is_named(registry: Registry, question: str) -> None:
    answer = ask(registry, question)
    assert (answer.status, answer.proposal) == ("refused", None)
    assert "askreg " in (answer.reason or "")


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("promote sepsis-risk:3 to production", "'sepsis-risk' has no version 3"),
        ("promote readmit:1 to production", "from experimental it can only go to validation"),
        ("make sepsis-risk:2 the champion", "so already"),
        ("withdraw readmit:1 from northgate/icu", "not live at northgate/icu"),
        ("deploy sepsis-risk:2 to northgate/icu", "live at northgate/icu already"),
    ],
)
def test_what_could_never_be_applied_is_not_proposed_and_the_reason_says_why(
    registry: Registry, question: str, why: str
) -> None:
    answer = ask(registry, question)
    assert (answer.status, answer.proposal) == ("refused", None)
    assert "; nothing can be proposed: " in (answer.reason or "")
    assert why in (answer.reason or "")
    assert answer.answer == answer.reason


@pytest.mark.parametrize("given", [{"as_of": "2026-05-01"}, {"known_at": "2026-07-01"}])
def test_nothing_is_proposed_of_another_time(registry: Registry, given: dict[str, str]) -> None:
    answer = ask(registry, "make sepsis-risk:1 the champion", **given)
    assert (answer.status, answer.proposal) == ("refused", None)
    assert "as things stand now" in (answer.reason or "")


def test_asking_for_a_change_appends_the_answer_and_changes_nothing_else(registry: Registry) -> None:
    before, head = registry.show("sepsis-risk:1"), registry.head().seq
    ask(registry, "make sepsis-risk:1 the champion")
    assert registry.show("sepsis-risk:1") == before
    assert registry.head().seq == head + 1
    assert registry.history(action="answer.given").events[0].seq == head + 1


def test_a_stored_answer_gives_its_proposal_back_to_be_applied(registry: Registry) -> None:
    answer = ask(registry, "make sepsis-risk:1 the champion")
    with registry.view() as seen:
        kept = stored(seen, answer.id)
    assert kept == answer
    assert kept.proposal is not None
    registry.apply(kept.proposal, answer=kept.id)
    assert registry.version("sepsis-risk@champion").version == 1
    assert registry.verify().ok


def test_asking_twice_proposes_the_same(registry: Registry) -> None:
    first, second = (ask(registry, "retire readmit:1").proposal for _ in range(2))
    assert first is not None and second is not None
    # The answer in between is an event, and a proposal says where the log ended.
    assert second.model_copy(update={"head": first.head, "hash": first.hash}) == first


def test_a_follow_up_that_only_points_is_not_taken_for_a_request(registry: Registry) -> None:
    thread = Thread()
    ask(registry, "what stage is sepsis-risk:2 in?", thread=thread)
    assert ask(registry, "promote it to approved", thread=thread).proposal is None


# -- what a language model drafts


def test_a_models_request_is_completed_by_code(registry: Registry) -> None:
    answer = drafted(
        registry, {"action": "alias", "subject": "Sepsis-Risk:1", "arguments": {"alias": "champion", "remove": False}}
    )
    assert answer.status == "refused"
    assert isinstance(answer.proposal, Proposal)
    assert answer.proposal == registry.propose(action="alias", subject="sepsis-risk:1", alias="champion").model_copy(
        update={"head": answer.proposal.head, "hash": answer.proposal.hash}
    )


@pytest.mark.parametrize(
    "proposal",
    [
        {"action": "retire"},
        {"action": "retire", "subject": "readmit:1", "diff": [{"field": "stage", "before": "a", "after": "b"}]},
        {"action": "retire", "subject": "readmit:1", "hash": "sha256:00", "based_on": "sha256:00"},
        {"action": "delete", "subject": "readmit:1"},
        {"action": HOSTILE, "subject": "readmit:1"},
        {"action": "retire", "subject": HOSTILE},
        {"action": "retire", "subject": "readmit:1", "arguments": {"reason": HOSTILE}},
        {"action": "approve", "subject": "sepsis-risk:2", "arguments": {"comment": "all is well"}},
        {"action": "deploy", "subject": "sepsis-risk:1", "arguments": {**ICU, "region": HOSTILE}},
        {"action": "alias", "subject": "sepsis-risk:1", "arguments": {"alias": HOSTILE}},
        {"action": "stage", "subject": "readmit:1", "arguments": {"stage": HOSTILE}},
        {"action": "stage", "subject": "readmit:1", "arguments": {"stage": "validation", "by": "lena.koch"}},
        {"action": "stage", "subject": "readmit:1", "arguments": {"stage": ["validation"]}},
        {"action": "stage", "subject": "readmit", "arguments": {"stage": "validation"}},
        {},
    ],
)
def test_a_models_proposal_that_is_none_is_dropped_and_nothing_of_it_is_repeated(
    registry: Registry, proposal: Any
) -> None:
    answer = drafted(registry, proposal)
    assert (answer.status, answer.proposal) == ("refused", None)
    assert answer.reason == (
        "a question changes nothing; nothing can be proposed: what was drafted is no change that the registry knows"
    )


def test_a_models_proposal_of_what_cannot_be_is_dropped_with_the_reason(registry: Registry) -> None:
    answer = drafted(registry, {"action": "retire", "subject": "readmit:7"})
    assert (answer.status, answer.proposal) == ("refused", None)
    assert "'readmit' has no version 7" in (answer.reason or "")


def test_a_draft_that_is_no_refusal_proposes_nothing(registry: Registry) -> None:
    answer = drafted(registry, {"action": "retire", "subject": "readmit:1"}, status="abstained")
    assert (answer.status, answer.proposal) == ("abstained", None)
