"""Summaries and packs are the same work on every back end."""

import pytest
from registry.conftest import promote

from askreg.registry.notes import SigningKey
from askreg.registry.registry import Registry
from askreg.reports.provenance import verify
from askreg.reports.provenance.export import FORMS, export

KEY = SigningKey.generate()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made_and_logged(filled: Registry, lena: Registry, form: str) -> None:
    promote(filled, lena)
    lena.deploy(version="sepsis-risk:1", site="northgate", environment="icu")
    made = export(filled, "sepsis-risk:1", form=form, key=KEY)
    assert made.data
    assert made.summary.verified
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
