import pytest

from askreg.agent.verify import verify

from .corpus import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_right_answer_is_accepted(case: Case) -> None:
    assert verify(case.rendered(), case.evidence()) == []
