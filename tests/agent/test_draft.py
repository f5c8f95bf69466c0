import json

import pytest

from askreg.agent.draft import Ref, Use, parse, read
from askreg.errors import InvalidInput


def test_text_without_placeholders_is_one_piece() -> None:
    assert parse("Nothing is live.") == ["Nothing is live."]


def test_a_placeholder_is_read_with_its_part() -> None:
    assert parse("since {F3.since:date}.") == [
        "since ", Use("F3.since:date", "", (Ref("F3", "since"),), format="date"), ".",
    ]  # fmt: skip


def test_a_range_stands_for_every_fact_in_it() -> None:
    (use,) = parse("{count(F2..F4,F9.subject)}")
    assert isinstance(use, Use)
    assert use.args == (Ref("F2"), Ref("F3"), Ref("F4"), Ref("F9", "subject"))


def test_doubled_braces_are_literal() -> None:
    assert parse("{{x}} {F1}")[0] == "{x} "


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{F0}", "is no fact"),
        ("{3}", "is no fact"),
        ("{F3.colour}", "facts have no 'colour'"),
        ("{median(F1,F2)}", "unknown function 'median'"),
        ("{F1..F3}", "is a range"),
        ("{list(F3..F1)}", "runs backwards"),
        ("{share(F1,F2)}", "takes two lists"),
        ("{F1:month}", "unknown format 'month'"),
        ("a { b", "single '{'"),
        ("{}", "is no fact"),
    ],
)
def test_a_malformed_placeholder_is_named(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says.replace("(", r"\(").replace("{", r"\{")):
        parse(text)


def test_a_draft_is_read_from_json() -> None:
    draft = read(json.dumps({"status": "answered", "text": "{F1}"}))
    assert (draft.status, draft.text, draft.reason) == ("answered", "{F1}", None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", "not JSON"),
        ('{"status": "sure"}', "status"),
        ('{"status": "answered", "mood": 1}', "mood"),
        ("[]", "draft's"),
    ],
)
def test_what_is_no_draft_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read(text)
