"""An answer of another kind than the question's own words ask for is not given."""

import pytest

from askreg.agent.draft import Draft
from askreg.agent.facts import Fact
from askreg.agent.offline.aptness import unapt, untimely, unused
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.link import Item
from askreg.agent.tools.shapes import ToolResult

FACTS = [
    Fact(id="F1", subject="northgate/icu", field="deployed", value="sepsis:2", as_of="2026-07-01T00:00:00Z", event=1),
    Fact(id="F2", subject="sepsis:2", field="approval.by", value="lena.koch", as_of="2026-07-01T00:00:00Z", event=2),
    Fact(id="F3", subject="icu@v1", field="dataset_version", value="icu@v1", as_of="2026-07-01T00:00:00Z", event=3),
    Fact(
        id="F4",
        subject="sepsis:2",
        field="metric.auroc",
        value="0.9",
        cohort="all",
        as_of="2026-07-01T00:00:00Z",
        event=4,
    ),
    Fact(id="F5", subject="sepsis:2", field="stage", value="production", as_of="2026-07-01T00:00:00Z", event=5),
]
RESULT = ToolResult(tool="query", args={}, text="", facts=FACTS, as_of="2026-07-01T00:00:00Z")


def judged(question: str, text: str) -> str | None:
    return unapt(question, Draft(status="answered", text=text), [RESULT], ["lena.koch"])


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("Who approved sepsis:2?", "{F5.subject} is in {F5}.", "a person"),
        ("When was it approved?", "{F2.subject} was approved by {F2}.", "a date"),
        ("Where is sepsis:2 live?", "{F5.subject} is in {F5}.", "a place"),
        ("what is the training data of the version live at northgate", "{F1} is live at {F1.subject}.", "a dataset"),
        ("List the metrics of sepsis:2", "{F4.cohort}.", "a figure"),
    ],
)
def test_an_answer_of_another_kind_is_found(question: str, text: str, missing: str) -> None:
    assert judged(question, text) == missing


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who approved sepsis:2?", "{F2.subject} was approved by {F2}."),
        ("When was it approved?", "{F2.subject} was approved on {F2.since:date}."),
        ("Where is sepsis:2 live?", "{F1} is live at {F1.subject}."),
        ("what is the training data of sepsis:2", "{F5.subject} was trained on {F3}."),
        ("List the metrics of sepsis:2", "auroc is {F4}."),
        ("Who approved sepsis:2?", "Nobody approved {F5.subject}."),
        ("Where is sepsis:2 live?", "Nothing is live."),
        ("who wins on auroc", "{F4.subject} has {F4}."),
    ],
)
def test_an_answer_of_the_kind_or_a_denial_is_let_through(question: str, text: str) -> None:
    assert judged(question, text) is None


def looked_up(select: str, **args: object) -> ToolResult:
    return RESULT.model_copy(update={"args": {"select": select, **args}})


def test_what_ever_was_is_not_answered_from_what_is() -> None:
    draft = Draft(status="answered", text="{F5.subject} is in {F5}.")
    assert untimely("every stage sepsis:2 was ever in", draft, [looked_up("stage")]) == "ever"
    assert untimely("every stage sepsis:2 was ever in", draft, [looked_up("stage", history=True)]) is None


def test_what_has_ended_is_not_given_as_live() -> None:
    ended = FACTS[0].model_copy(update={"until": "2026-06-01T00:00:00Z"})
    result = RESULT.model_copy(update={"facts": [ended]})
    draft = Draft(status="answered", text="{F1} was live at {F1.subject}.")
    assert untimely("which live deployments are there", draft, [result]) == "live"
    assert untimely("which deployments are there", draft, [result]) is None


@pytest.mark.parametrize(
    ("args", "text", "unread"),
    [
        ({}, "{F1} is live at {F1.subject}.", "sepsis:9"),
        ({"where": [{"path": "subject", "value": "sepsis:9"}]}, "Nothing is live.", None),
        ({"where": [{"path": "subject", "value": "sepsis:9"}]}, "Yes: {F1} is live at {F1.subject}.", "sepsis:9"),
    ],
)
def test_a_name_that_nothing_was_read_about_is_found(args: dict[str, object], text: str, unread: str | None) -> None:
    item = Item(text="sepsis:9", first=0, last=0, entities=(Entity("version", "sepsis:9"),))
    draft = Draft(status="answered", text=text)
    assert unused([item], draft, [looked_up("deployment", **args)]) == unread
