"""Roundabout questions put plainly, pronouns bound, and answers from which a word has slipped."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from askreg.agent.answer import Answer, Asker
from askreg.agent.draft import Draft
from askreg.agent.offline.binding import bound
from askreg.agent.offline.fronting import settled
from askreg.agent.offline.slips import slipped
from askreg.agent.offline.turns import plainer
from askreg.agent.thread import Thread
from askreg.agent.tools.shapes import ToolName, ToolResult
from askreg.registry.manifest import load
from askreg.registry.registry import Registry

MANIFEST = Path(__file__).parents[3] / "eval" / "registries" / "b.yaml"
NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def wards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    path = tmp_path_factory.mktemp("wards") / "askreg.db"
    with Registry.open(f"sqlite:///{path}", actor="examiner", clock=lambda: NOW) as registry:
        load(registry, MANIFEST)
        yield Asker(registry)


def asked(asker: Asker, *questions: str) -> Answer:
    thread = Thread()
    return [asker.ask(question, thread=thread) for question in questions][-1]


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("whose signatures stand under sepsis-risk:4?", ("henrik.lund", "grace.obi")),
        ("sepsis-risk-peds - what does it do?", ("Sepsis risk for children",)),
        ("give me everything on the model card of sepsis-risk", ("Adults in intensive care", "Children")),
        ("list everything whose stage is retired", ("cxr-triage:1", "readmit.30d:1")),
        ("when was the version live at st-brannoc ward registered?", ("2026-04-06",)),
        ("what revision of the code produced sepsis-risk:3?", ("b77e910",)),
        ("is sepsis-risk:3 in stage approved?", ("No",)),
        ("does note-summ:1 have a base version, and if so which?", ("clin-t5:1",)),
        ("which versions were trained on phi data?", ("note-summ:1",)),
        ("95% CI for readmit.30d:3's auroc?", ("0.723",)),
        ("has anyone approved note-summ:2, and if so who?", ("grace.obi",)),
        ("how many different dataset versions are there upstream of sepsis-risk-peds:1?", ("3 dataset versions",)),
        ("who evaluated sepsis-risk:3 on icu-holdout@2025-06?", ("priya.nair", "0.851")),
        ("who has approved the most versions?", ("henrik.lund", "8 versions")),
        (
            "For an incident on 6 April 2025 at Southbank: which versions were in use there that day?",
            ("sepsis-risk:1",),
        ),
        ("los-regressor:2: who put it in the registry?", ("los-regressor:2",)),
        ("models whose card says something under population", ("sepsis-risk-peds",)),
        ("which live versions belong to models owned by priya.nair?", ("sepsis-risk:3", "ecg-afib:2")),
    ],
)
def test_a_roundabout_question_is_answered(wards: Asker, question: str, held: tuple[str, ...]) -> None:
    answer = asked(wards, question)
    assert answer.status == "answered", answer.reason
    assert [text for text in held if text not in answer.answer] == []


@pytest.mark.parametrize(
    ("questions", "held", "absent"),
    [
        (("who owns ecg-afib?", "what models do they own in all?"), "sepsis-risk", "clin-t5"),
        (("who owns ecg-afib?", "which other models do they own?"), "sepsis-risk", "ecg-afib"),
        (
            ("what stage is cxr-triage2:1 in?", "what is it based on?", "when was that one registered?"),
            "cxr-triage:2",
            "2026-01-26",
        ),
        (
            ("which version is champion of cxr-triage?", "and before that?", "and its stage?"),
            "cxr-triage:1",
            "cxr-triage:2",
        ),
        (
            ("which versions descend from icu-stays@2025-06?", "which of those are live?"),
            "sepsis-risk:3",
            "los-regressor",
        ),
    ],
)
def test_a_pronoun_is_what_the_answer_before_named(
    wards: Asker, questions: tuple[str, ...], held: str, absent: str
) -> None:
    answer = asked(wards, *questions)
    assert answer.status == "answered", answer.reason
    assert held in answer.answer
    assert absent not in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "please get sepsis-risk:6 deployed at southbank",
        "see to it that sepsis-risk:6 is deployed at southbank",
        "I'm happy with sepsis-risk:6, put my approval on it.",
        "make sure that sepsis-risk:6 gets retired",
    ],
)
def test_a_wish_for_a_change_is_refused_with_the_command(wards: Asker, question: str) -> None:
    answer = asked(wards, question)
    assert answer.status == "refused"
    assert "askreg " in (answer.reason or "")


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("m:1 - what is its stage?", "what is m:1's stage?"),
        ("June 2025: what was done to m:1?", "what was done to m:1 in June 2025?"),
        (
            "13 February 2025, Northgate, icu: which version was in use?",
            "which version was in use at Northgate icu on 13 February 2025?",
        ),
        (
            "[name] was admitted to the icu at northgate. Which version is live there?",
            "Which version is live at northgate icu?",
        ),
    ],
)
def test_what_is_named_first_stands_where_it_is_asked_for(question: str, plain: str) -> None:
    assert settled(question) == plain


@pytest.mark.parametrize(
    "question",
    [
        "Suppose d@1 was wrong. Which versions were trained on it?",
        "Never mind m:1 and n:2. What is its stage?",
        "On 6 March 2025 there was a fault at Northgate. Which version is live there?",
        "is m:1 live? who approved it?",
    ],
)
def test_a_sentence_that_would_be_lost_is_left_in_place(question: str) -> None:
    assert settled(question) == question


def test_what_is_quoted_is_left_as_it_is() -> None:
    question = 'which document holds "whose signatures are on m:1"?'
    assert plainer(question) == question


def turn(question: str, *facts: tuple[str, str, str]) -> Any:
    told = [SimpleNamespace(subject=s, field=f, value=v) for s, f, v in facts]
    return SimpleNamespace(question=question, status="answered", answer="", facts=told, calls=[])


def test_a_pronoun_with_two_candidates_is_not_bound() -> None:
    before = [turn("who approved m:1?", ("m:1", "by", "ada"), ("m:1", "by", "lena"))]
    assert bound("what else did they approve?", before) == "what else did they approve?"


def result(tool: ToolName, **args: Any) -> ToolResult:
    return ToolResult(tool=tool, args=args, text="", as_of="2026-07-01T00:00:00Z")


@pytest.mark.parametrize(
    ("question", "told", "lost"),
    [
        ("whose approval stands on m:1?", "The owner of m:1 is ada.", "approval"),
        ("when was its base registered?", "m:1 was registered on that day.", "base"),
        ("when was the version live at quay registered?", "m:1 is live at quay since then.", "registered"),
        ("what revision of the code made m:1?", "The repository of m:1 is askreg.", "revision of the code"),
        ("rejections of ada", "- m:1 was approved by ada", "rejections"),
        ("lena's approvals", "- m:1 was approved by lena\n- m:2 was rejected by lena", "approvals"),
        ("is m:1 in stage approved", "Yes: m:1 was approved by lena.", "stage approved"),
        ("on auroc, should I prefer m:1?", "m:1 has auroc this. m:2 has auroc that.", "prefer"),
        ("d@1, mae: who is the runner-up?", "m:1 was evaluated on d@1 by ada.", "runner-up"),
        ("everything whose stage is approved", "- m:1 was approved by ada", "stage"),
        ("all that was in use at quay from the beginning", "m:1 is live at quay since then.", "beginning"),
        ("which models have no document?", "- doc:a.md says, under “All”: “words”", "no document"),
    ],
)
def test_a_word_that_slipped_is_found(question: str, told: str, lost: str) -> None:
    draft = Draft(status="answered", text=told)
    assert slipped(question, draft, [result("query", select="version")], []) == lost


def test_a_look_up_by_evidence_that_nobody_asked_for_is_found() -> None:
    draft = Draft(status="answered", text="No model in the record answers to that.")
    by_evidence = result("query", select="version", where=[{"path": "metrics.evidence", "value": "vendor"}])
    assert slipped("models whose vendor tag is tasark", draft, [by_evidence], []) == "vendor"
    assert slipped("versions with vendor figures only", draft, [by_evidence], []) is None


def test_a_pronoun_of_which_nothing_was_looked_up_is_found() -> None:
    draft = Draft(status="answered", text="- n")
    before = [turn("who owns m?", ("m", "owner", "ada"))]
    assert slipped("which models do they own", draft, [result("query", select="model")], before) == "they"
    own = result("query", select="model", where=[{"path": "owner", "value": "ada"}])
    assert slipped("which models do they own", draft, [own], before) is None
