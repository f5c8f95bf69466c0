import pytest

from askreg.agent.offline.sayings import plainly

SAID = [
    ("who gave eta:3 the green light", "who approved eta:3"),
    ("when did eta:3 get the go-ahead", "when was eta:3 approved"),
    ("was eta:3 given the nod", "was eta:3 approved"),
    ("whose signature is on eta:3", "who signed eta:3"),
    ("is the sign-off on eta:3 still in force", "is eta:3 still approved"),
    ("who turned eta:3 down", "who rejected eta:3"),
    ("who rolled eta:3 out at the quay", "who deployed eta:3 at the quay"),
    ("when did we turn eta:3 off", "when did we withdraw eta:3"),
    ("when did eta:3 leave the quay", "when was eta:3 withdrawn from the quay"),
    ("who is using eta:3 right now", "where is eta:3 live right now"),
    ("which versions went live without ever being approved", "which versions were ever live and were never approved"),
    ("models that never made it to any site", "models that were never deployed"),
    ("which versions are waiting in validation", "which versions are in validation"),
    ("does Ines Vega hold the approver role", "is Ines Vega an approver"),
    ("which stage is the base of eta:3 in", "what is the stage of the base of eta:3"),
    ("how many evaluations does eta:3 have", "how often was eta:3 evaluated"),
    ("mae of eta:3 in over-75s", "mae of eta:3 in over 75"),
]
LEFT_ALONE = [
    "when did eta:3 leave production",
    "who put eta:3 into production",
    "who approved eta:3",
    "is icu-holdout used for training",
    "which versions have been live at the quay",
    "what is switched off at the quay",
]


@pytest.mark.parametrize(("question", "plain"), SAID, ids=[said for said, _ in SAID])
def test_a_saying_is_said_plainly(question: str, plain: str) -> None:
    assert plainly(question) == plain


@pytest.mark.parametrize("question", LEFT_ALONE)
def test_what_is_plain_stays_as_it_is(question: str) -> None:
    assert plainly(question) == question


def test_what_was_withheld_is_no_word_of_the_question() -> None:
    assert plainly("what was withdrawn since [date]") == "what was withdrawn since withheld"
