"""Summaries and packs are the same work on every back end."""

import pytest
from clocks import Clock
from registry.conftest import fill, promote

from askreg.errors import Conflict
from askreg.registry.notes import SigningKey
from askreg.registry.registry import Registry
from askreg.reports.provenance import verify
from askreg.reports.provenance.export import FORMS, export

KEY = SigningKey.generate()


def test_every_form_is_made_and_logged(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    lena.deploy(version="sepsis-risk:1", site="northgate", environment="icu")
    for form in FORMS:
        made = export(filled, "sepsis-risk:1", form=form, key=KEY)
        assert made.data
        assert made.summary.verified
    told = filled.history(action="report.exported", limit=100).events
    assert {event.detail["format"] for event in told} == set(FORMS)
    assert filled.verify(keys=[KEY.verifier(filled.log_name())]).ok


def test_a_pack_verifies(filled: Registry) -> None:
    made = export(filled, "sepsis-risk:1", form="ro-crate", key=KEY)
    key = verify.Key(KEY.verifier(filled.log_name()).vkey)
    assert verify.verify(made.data, key).startswith("sepsis-risk:1: 13 files")


def test_what_was_recorded_later_is_not_in_a_summary_as_then_known(filled: Registry, lena: Registry) -> None:
    before = filled.now()
    lena._clock.advance(days=1)  # type: ignore[attr-defined]
    promote(filled, lena)
    then = export(filled, "sepsis-risk:1", known_at=before).summary
    now = export(filled, "sepsis-risk:1").summary
    assert [line.text for line in then.sections[0].lines if line.label == "stage"] == ["experimental"]
    assert [line.text for line in now.sections[0].lines if line.label == "stage"] == ["production"]
    assert max(event.seq for event in then.events) < max(event.seq for event in now.events)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE event SET payload = '[]' WHERE action = 'version.evaluated'",
        "UPDATE event SET actor = '' WHERE action = 'run.registered'",
        "UPDATE stage SET stage = 'nowhere'",
        "UPDATE run SET params = 'no JSON'",
        "UPDATE metric SET value = 'no figure'",
        "DELETE FROM event WHERE action = 'run.registered'",
    ],
)
def test_a_record_altered_into_nonsense_is_told_of_as_such(sqlite_url: str, clock: Clock, attack: str) -> None:
    with Registry.open(sqlite_url, actor="ada.osei", clock=clock) as filled:
        fill(filled)
        told_of(filled, attack)


def told_of(filled: Registry, attack: str) -> None:
    with filled._store.writing() as connection:
        connection.exec_driver_sql(attack)
    try:
        made = export(filled, "sepsis-risk:1")
    except Conflict as error:
        assert "was altered and cannot be told" in str(error)
    else:
        assert b"THE RECORD DOES NOT VERIFY" in made.data
    with pytest.raises(Conflict):
        export(filled, "sepsis-risk:1", form="ro-crate", key=KEY)
