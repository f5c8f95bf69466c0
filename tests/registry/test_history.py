"""The log by subject, actor, action and time."""

from typing import Any

import pytest
from clocks import Clock
from registry.conftest import promote

from askreg.errors import InvalidInput, NotFound, Refused
from askreg.registry.history import ACTIONS
from askreg.registry.registry import Registry

V1 = "sepsis-risk:1"


def actions(registry: Registry, **given: Any) -> list[str]:
    return [event.action for event in registry.history(**given).events]


def test_a_models_history_includes_its_versions_and_starts_with_the_latest(filled: Registry) -> None:
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    expected = ["alias.set", "version.evaluated", "version.registered", "model.registered"]
    assert actions(filled, subject="sepsis-risk") == expected
    assert actions(filled, subject=V1) == expected[:-1]


def test_a_datasets_history_includes_its_versions(filled: Registry) -> None:
    assert actions(filled, subject="icu-stays") == ["dataset_version.registered", "dataset.registered"]


def test_an_environments_history_is_what_was_live_there(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    lena.deploy(version=V1, site="northgate", environment="icu")
    lena.withdraw(version=V1, site="northgate", environment="icu")
    assert actions(filled, subject="northgate/icu") == ["version.withdrawn", "version.deployed"]


def test_history_goes_by_what_it_is_about_and_not_by_its_name(filled: Registry) -> None:
    before = filled.history(subject=V1).total
    filled.update_model(model="sepsis-risk", name="deterioration")
    assert filled.history(subject="deterioration:1").total == before
    assert [e.subject for e in filled.history(subject="deterioration:1").events] == [V1] * before


def test_history_is_found_by_who_did_it(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    assert actions(filled, actor="Lena.Koch") == ["version.staged", "version.staged", "version.approved"]


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ("version.approved", ["version.approved"]),
        ("approved", ["version.approved"]),
        ("version.", ["version.staged", "version.staged", "version.approved", "version.staged"]),
        ("retired", []),
    ],
)
def test_an_action_is_given_whole_or_by_its_noun_or_verb(
    filled: Registry, lena: Registry, action: str, found: list[str]
) -> None:
    promote(filled, lena)
    assert actions(filled, subject=V1, action=action)[: len(found)] == found


@pytest.mark.parametrize(
    ("given", "near"), [({"action": "aproved"}, "approved"), ({"action": "versions."}, "version.")]
)
def test_an_unknown_action_names_the_nearest(filled: Registry, given: dict[str, str], near: str) -> None:
    with pytest.raises(InvalidInput, match=f"did you mean '{near}'"):
        filled.history(**given)


def test_an_unknown_actor_names_the_nearest(filled: Registry) -> None:
    with pytest.raises(NotFound, match="did you mean 'lena.koch'"):
        filled.history(actor="lena.kock")
    assert filled.history(actor="sam.reid").total == 0


def test_every_action_that_is_written_is_known(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    assert set(actions(filled, limit=1_000)) <= set(ACTIONS)


def test_days_are_whole_and_the_end_is_included_as_a_day_only(filled: Registry, clock: Clock) -> None:
    for day in range(3):
        clock.advance(days=1)
        filled.register_model(name=f"m{day}")

    def subjects(**given: str) -> list[str]:
        return [event.subject for event in filled.history(action="model.registered", **given).events]

    assert subjects(since="2026-07-02", until="2026-07-03") == ["m1", "m0"]
    assert subjects(since="2026-07-03T00:00:00Z") == ["m2", "m1"]
    assert subjects(since="2026-07-02", until="2026-07-03T00:00:00Z") == ["m0"]
    assert subjects(since="2026-07-04", until="2026-07-04") == ["m2"]


@pytest.mark.parametrize("limit", ["since", "until"])
def test_the_future_is_refused(filled: Registry, limit: str) -> None:
    with pytest.raises(InvalidInput, match=f"{limit} 2026-07-02 is in the future"):
        filled.history(**{limit: "2026-07-02"})


def test_what_happened_is_limited_by_as_of_and_what_was_known_by_known_at(filled: Registry, clock: Clock) -> None:
    clock.advance(days=5)
    filled.set_alias(model="sepsis-risk", alias="champion", version=1, at="2026-07-03")
    assert actions(filled, subject=V1, as_of="2026-07-03")[0] == "alias.set"
    assert "alias.set" not in actions(filled, subject=V1, as_of="2026-07-02")
    assert "alias.set" not in actions(filled, subject=V1, as_of="2026-07-03", known_at="2026-07-04")


def test_refused_attempts_are_in_the_history_of_what_was_asked_for(filled: Registry) -> None:
    with pytest.raises(Refused):
        filled.move(version=V1, stage="production")
    for subject in (V1, "sepsis-risk"):
        refused = filled.history(subject=subject).events[0]
        assert refused.action == "attempt.refused"
        assert refused.detail["attempt"] == "move"


def test_answers_are_left_out_unless_asked_for(filled: Registry) -> None:
    before = filled.history().total
    filled.record_answer(key="ans_1", question="?", status="answered", backend="offline", body="{}", detail={})
    assert filled.history().total == before
    assert "answer.given" not in actions(filled)
    assert actions(filled, action="answer.given") == ["answer.given"]


def test_an_event_tells_its_detail(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    event = filled.history(subject=V1, action="staged").events[0]
    assert (event.actor, event.recorded_by, event.occurred_at) == ("lena.koch", "lena.koch", "2026-07-01T00:00:00Z")
    assert event.detail == {"from": "approved", "to": "production"}


def test_pages_go_back_in_time_without_gap_or_overlap(filled: Registry, clock: Clock) -> None:
    clock.advance(days=1)
    filled.register_model(name="late")
    whole = [event.seq for event in filled.history(limit=1_000).events]
    seen: list[int] = []
    page = filled.history(limit=4)
    while True:
        seen += [event.seq for event in page.events]
        assert page.total == len(whole)
        if page.next is None:
            break
        page = filled.history(limit=4, cursor=page.next)
    assert seen == whole == sorted(whole, reverse=True)
    assert not page.truncated


def test_a_cursor_of_another_list_is_refused(filled: Registry) -> None:
    filled.register_model(name="second")
    with pytest.raises(InvalidInput, match="a page of events"):
        filled.history(cursor=filled.find_models(limit=1).next)
