"""Canonical text and exact decimals."""

import json
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from askreg.errors import InvalidInput
from askreg.registry.canonical import canonical, decimal_text, payload_text
from askreg.registry.log import event_hash

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEY = st.text(st.characters(max_codepoint=127), max_size=8)
FLAT = st.none() | TEXT | st.integers(-(2**53) + 1, 2**53 - 1)
PAYLOADS = st.dictionaries(KEY, st.recursive(FLAT, lambda inner: st.lists(inner) | st.dictionaries(KEY, inner)))


@given(PAYLOADS)
def test_the_quick_form_of_payloads_is_rfc_8785(payload: dict[str, object]) -> None:
    assert payload_text(payload) == rfc8785.dumps(payload).decode()  # type: ignore[arg-type]


@given(PAYLOADS, TEXT, TEXT, st.none() | st.integers(0, 2**40))
def test_an_event_hashes_as_its_rfc_8785_text(
    payload: dict[str, object], actor: str, subject: str, id: int | None
) -> None:
    import hashlib

    text = payload_text(payload)
    columns = {
        "seq": 7,
        "recorded_at": "r",
        "occurred_at": "o",
        "recorded_by": "b",
        "actor": actor,
        "action": "model.registered",
        "subject": subject,
        "entity_id": id,
        "previous": "0" * 64,
    }
    whole = rfc8785.dumps({**columns, "payload": payload})  # type: ignore[dict-item]
    assert event_hash(**columns, payload=text) == hashlib.sha256(whole).hexdigest()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_no_digit_of_a_figure_is_lost(figure: Decimal) -> None:
    assert Decimal(decimal_text(str(figure), name="auroc")) == figure


@pytest.mark.parametrize(
    ("given_", "kept"),
    [(0.871, "0.871"), ("0.870", "0.870"), (Decimal("1e-5"), "0.00001"), (12, "12"), (1e-7, "0.0000001")],
)
def test_figures_are_plain_decimals(given_: object, kept: str) -> None:
    assert decimal_text(given_, name="auroc") == kept


@pytest.mark.parametrize("bad", [True, None, "high", float("nan"), float("inf"), [1], Decimal("1e900")])
def test_what_is_no_figure_is_refused(bad: object) -> None:
    with pytest.raises(InvalidInput, match="auroc"):
        decimal_text(bad, name="auroc")


@pytest.mark.parametrize("bad", ["\ud800", {1: 2}, float("nan"), 2**60, object()])
def test_what_is_no_json_is_refused(bad: object) -> None:
    with pytest.raises(InvalidInput):
        canonical({"value": bad})


def test_payload_text_refuses_what_is_not_unicode() -> None:
    with pytest.raises(InvalidInput):
        payload_text({"name": "\udcff"})


def test_decimals_become_numbers() -> None:
    assert json.loads(canonical({"rate": Decimal("0.10"), "n": Decimal("3")})) == {"rate": 0.1, "n": 3}
