"""Wishes for a change are refused in every polite form; questions that only sound like one are none."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from askreg.agent.answer import Asker
from askreg.agent.offline import wishes
from askreg.registry.manifest import load
from askreg.registry.registry import Registry

MANIFEST = Path(__file__).parents[3] / "eval" / "registries" / "b.yaml"
NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def wards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    path = tmp_path_factory.mktemp("wishes") / "askreg.db"
    with Registry.open(f"sqlite:///{path}", actor="examiner", clock=lambda: NOW) as registry:
        load(registry, MANIFEST)
        yield Asker(registry)


@pytest.mark.parametrize(
    ("wish", "plain"),
    [
        ("I'd be grateful if you could withdraw crane-load:2 from the north quay.", "withdraw crane-load:2"),
        ("Be so good as to promote crane-load:2 to production.", "promote crane-load:2 to production"),
        ("Note down my sign-off on crane-load:2, thanks.", "approve crane-load:2"),
        ("crane-load:2 leaks. Withdraw it immediately!", "withdraw crane-load:2"),
        ("I wish to see crane-load:2 retired.", "retire crane-load:2"),
        ("Let crane-load:2 be champion from today.", "make crane-load:2 champion"),
        ("crane-load:2 has to come off the quay.", "withdraw crane-load:2"),
    ],
)
def test_a_wish_is_put_as_a_plain_request(wish: str, plain: str) -> None:
    assert (wishes.plain(wish) or "").startswith(f"please {plain}")


@pytest.mark.parametrize(
    "question",
    [
        "Who approved crane-load:2?",
        "Should I approve crane-load:2?",
        "Could you tell me who had to approve crane-load:2?",
        "I want to know when you retired crane-load:2.",
        "Is my approval of crane-load:2 recorded?",
        "Please list what crane-load:2 was trained on.",
        "Could you pull crane-load:2's figures?",
    ],
)
def test_a_question_is_no_wish(question: str) -> None:
    assert wishes.plain(question) is None


@pytest.mark.parametrize(
    ("wish", "command"),
    [
        ("Would you be so kind as to retire sepsis-risk:6 today?", "askreg retire sepsis-risk:6"),
        ("I am content; kindly enter my approval for note-summ:3.", "askreg approve note-summ:3"),
    ],
)
def test_a_wish_is_refused_with_its_command(wards: Asker, wish: str, command: str) -> None:
    answer = wards.ask(wish)
    assert answer.status == "refused"
    assert command in (answer.reason or "")


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the total of models we hold in the registry?", "9 models"),
        ("What is the number of versions deployed at St Brannoc as of today?", "3 versions"),
        ("To how many versions has cxr-triage2 grown by now?", "2 versions"),
        ("How is readmit.30d described in the registry?", "Readmission within thirty days"),
        ("I am filling in a return. What is the total of models we hold?", "9 models"),
        ("Read me the auroc of sepsis-risk:4, please.", "0.858"),
        ("One figure missing: I'd like the auroc recorded against sepsis-risk:4.", "0.858"),
        ("Could you give me the row count of discharges-24-test@2025-02?", "5400"),
        ("Put together for me the versions bearing the approval of Grace Obi.", "grace.obi"),
        ("Could you give me the names of the versions deployed at Northgate?", "northgate/icu"),
        ("Tell me the sum of versions in production.", "12 versions"),
        ("Which versions are working in the icu today?", "northgate/icu"),
        ("What are the training inputs of sepsis-risk:4?", "is sepsis-features@v1"),
        ("Of ecg-afib:1 and ecg-afib:2, please tell me the one with the superior f1.", "f1"),
        ("Whose name is logged for giving cxr-triage:1 the champion alias?", "sam.okafor"),
    ],
)
def test_a_roundabout_question_is_answered_by_what_it_asks_for(wards: Asker, question: str, told: str) -> None:
    assert told in wards.ask(question).answer


@pytest.mark.parametrize(
    "question",
    [
        "My worry is versions deployed today with no approval behind them. Which ones are there?",
        "By sensitivity on icu-holdout@2025-06, which version is number two?",
        "Is my approval of sepsis-risk:4 recorded?",
        "This concerns Northgate. Which versions are live?",
        "Which models do we hold?",
        "What would an inspector object to about sepsis-risk:4? What's lacking in the record?",
    ],
)
def test_what_was_not_understood_whole_is_not_answered_in_part(wards: Asker, question: str) -> None:
    assert wards.ask(question).status == "abstained"
