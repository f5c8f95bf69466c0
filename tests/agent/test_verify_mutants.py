"""Plant one error in each right answer, in every way there is: the verifier has to find it."""

from collections import Counter

import pytest

from askreg.agent.verify import verify

from .corpus import CASES, Case
from .mutants import mutants, typed


def test_planted_errors_are_found() -> None:
    planted, missed = Counter[str](), []
    for mutant in mutants():
        if mutant.rendered.text == mutant.case.rendered().text:
            continue
        planted[mutant.kind] += 1
        if not verify(mutant.rendered, mutant.case.evidence()):
            missed.append(str(mutant))
    assert sum(planted.values()) >= 200
    assert len(missed) <= 0.01 * sum(planted.values()), "\n".join(missed)
    wanted = {"digit", "sign", "version", "name", "date", "cohort", "dropped", "added", "flipped", "swapped", "quote"}
    assert wanted <= set(planted), planted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_right_answer_with_typed_figures_and_right_citations_is_accepted(case: Case) -> None:
    assert verify(typed(case.rendered()), case.evidence()) == []
