"""A brain with a known fault is caught, in every category where the fault changes an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from askreg.agent.facts import Fact
from eval import engine
from eval.broken import FAULTS, Fault, spoilt
from eval.engine import Plan
from eval.results import Results
from eval.row import Row
from eval.subject import Subject

AS_OF = "2026-07-01T00:00:00Z"
FACTS = {
    "F1": Fact(id="F1", subject="sepsis-risk:3", field="metric.auroc", value="0.871", as_of=AS_OF),
    "F2": Fact(id="F2", subject="sepsis-risk", field="alias.champion", value="sepsis-risk:3", as_of=AS_OF),
    "F3": Fact(id="F3", subject="sepsis-risk", field="alias.champion", value="sepsis-risk:2", as_of=AS_OF),
    "F4": Fact(id="F4", subject="icu-stays@1", field="rows", value="41299", as_of=AS_OF),
}
PLAN = Plan(registries=("seed-1",), limit=130)
OPEN = {"mentions"}
"""What the gold of "describe X" asks for: what else such an answer tells is not judged."""
Run = Callable[..., list[Row]]


@pytest.mark.parametrize(("fault", "text", "wrong"), [
    ("swap-version", "{F2} leads.", "sepsis-risk:4{cite(F2)} leads."),
    ("swap-version", "{F1.subject} has {F1}; {F1.subject} leads.",
     "sepsis-risk:4{cite(F1)} has {F1}; sepsis-risk:4{cite(F1)} leads."),
    ("invent-figure", "{F1.subject} has {F1}.", "{F1.subject} has 0.874{cite(F1)}."),
    ("invent-figure", "It has {F4} rows.", "It has 41302{cite(F4)} rows."),
    ("invent-figure", "There are {count(F2,F3)}.", "There are 5{cite(F2,F3)}."),
    ("drop-node", "- {F2}\n- {F3}", "- {F2}"),
    ("drop-node", "{list(F2..F3.value)} were found.", "{list(F2.value)} were found."),
    ("drop-node", "It is {F2} and {F3}.", "It is {F2}."),
])  # fmt: skip
def test_a_fault_changes_one_thing(fault: Fault, text: str, wrong: str) -> None:
    assert spoilt(fault, text, FACTS) == wrong


@pytest.mark.parametrize("fault", FAULTS)
def test_a_draft_without_a_place_for_a_fault_stays_as_it_is(fault: Fault) -> None:
    assert spoilt(fault, "Nothing is recorded.", FACTS) is None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ask the plan's questions of a subject."""
    folder = tmp_path_factory.mktemp("broken")
    todo = engine.jobs(PLAN, folder)

    def asked(subject: Subject) -> list[Row]:
        results = Results(folder / f"{subject.fault}-{len(subject.ablated)}.jsonl")
        engine.run(todo, subject, results, folder)  # what was asked before is not asked again
        return results.ordered([key for job in todo for key in job.keys])

    return asked


@pytest.fixture(scope="module")
def healthy(run: Run) -> list[Row]:
    """The rows of the brain as it is."""
    return run(Subject(ablated=frozenset({"verifier"})))


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_verifier_every_fault_is_caught_in_every_category_that_it_breaks(
    run: Run, healthy: list[Row], fault: Fault
) -> None:
    broken = run(Subject(ablated=frozenset({"verifier"}), fault=fault))
    changed = [
        (old, new)
        for old, new in zip(healthy, broken, strict=True)
        if old.scores.outcome == "right" and old.answer["answer"] != new.answer["answer"] and old.gold.keys() != OPEN
    ]
    caught = {new.category for _, new in changed if new.scores.outcome != "right"}
    missed = [(new.case, new.question, new.answer["answer"]) for _, new in changed if new.scores.outcome == "right"]
    assert len(caught) >= 6
    assert {new.category for _, new in changed} == caught, missed
    assert len(missed) <= 0.1 * len(changed), (len(missed), len(changed), missed)


@pytest.mark.parametrize("fault", FAULTS)
def test_with_the_verifier_no_fault_becomes_an_answer(run: Run, healthy: list[Row], fault: Fault) -> None:
    broken = run(Subject(fault=fault))
    right = {row.key for row in healthy if row.scores.outcome == "right"}
    wrong = [(r.case, r.answer["answer"]) for r in broken if r.key in right and r.scores.outcome == "confident_wrong"]
    assert not wrong, wrong[:5]
    assert Counter(row.answer["status"] for row in broken)["abstained"] > len(broken) / 4


def test_a_broken_brain_is_a_regression(run: Run, healthy: list[Row], tmp_path: Path) -> None:
    from eval import compare

    broken = run(Subject(ablated=frozenset({"verifier"}), fault="swap-version"))
    assert compare.compared(healthy, broken).verdict == "worse"
    assert compare.compared(healthy, healthy).verdict == "no difference shown"
