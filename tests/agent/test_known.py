from datetime import UTC, datetime

import pytest

from askreg.agent import ask, known
from askreg.registry.registry import Registry

from .small import fill


def test_the_names_of_the_record_are_known_by_kind(registry: Registry) -> None:
    with registry.view() as seen:
        found = known.names(seen)
    assert found["sepsis-risk"] == "model"
    assert found["icu-stays"] == "dataset"
    assert found["northgate"] == "site"
    assert found["lena koch"] == "person:lena.koch"
    assert found["run-17"] == "run"
    assert found["auroc"] == "metric"


def test_words_of_the_domain_are_not_names(registry: Registry) -> None:
    registry.register_model(name="model", task="classification")
    with registry.view() as seen:
        assert "model" not in known.names(seen)


def test_more_names_than_one_page_holds_are_all_known(registry: Registry) -> None:
    with registry.transaction():
        for number in range(1, 1105):
            registry.register_dataset(name=f"set-{number:04}")
    with registry.view() as seen:
        found = known.names(seen)
    assert {"set-0001", "set-1000", "set-1001", "set-1104"} <= found.keys()


def test_answers_leave_the_names_as_they_are(registry: Registry) -> None:
    kept = known.KnownNames()

    def names() -> object:
        with registry.view() as seen:
            return kept.of(seen, url=registry.url, seq=registry.head().seq)

    first = names()
    ask(registry, "which models are there?")
    assert names() is first
    registry.register_model(name="newcomer", task="classification")
    later = names()
    assert isinstance(later, dict) and "newcomer" in later


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("which version of sepsis-risk is live at northgate?", "sepsis-risk:2"),
        ("who approved sepsis-risk:1?", "lena.koch"),
        ("what was sepsis-risk:1 trained on?", "icu-stays@2025-06"),
        ("which has the better brier score, sepsis-risk:1 or sepsis-risk:2?", "sepsis-risk:2 is better"),
    ],
)
def test_the_offline_brain_answers_on_every_database(backend_url: str, question: str, holds: str) -> None:
    with Registry.open(backend_url, actor="ada.osei", clock=lambda: datetime(2026, 7, 1, tzinfo=UTC)) as registry:
        fill(registry)
        answer = ask(registry, question)
    assert answer.status == "answered"
    assert holds in answer.answer
    assert answer.facts
