from datetime import UTC, datetime

import pytest

from askreg.agent.offline import dates

NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "relation", "first", "after"),
    [
        ("what was live on 14 March", "at", "2026-03-14", "2026-03-15"),
        ("what was live on 24 December", "at", "2025-12-24", "2025-12-25"),
        ("on the first of June 2025", "at", "2025-06-01", "2025-06-02"),
        ("on 15.03.2025", "at", "2025-03-15", "2025-03-16"),
        ("as of 2026-03-14", "as_of", "2026-03-14", "2026-03-15"),
        ("before march 14, 2026", "before", "2026-03-14", "2026-03-15"),
        ("since June 2025", "since", "2025-06-01", "2025-07-01"),
        ("last march", "at", "2026-03-01", "2026-04-01"),
        ("last december", "at", "2025-12-01", "2026-01-01"),
        ("two weeks ago", "at", "2026-10-01", "2026-10-02"),
        ("a year ago", "at", "2025-10-15", "2025-10-16"),
        ("in 2025", "at", "2025-01-01", "2026-01-01"),
        ("in Q1 2026", "at", "2026-01-01", "2026-04-01"),
        ("last week", "at", "2026-10-05", "2026-10-12"),
        ("in the last 30 days", "at", "2026-09-15", "2026-10-16"),
        ("between 2025-01-01 and March 2026", "at", "2025-01-01", "2026-04-01"),
        ("between march and may 2026", "at", "2026-03-01", "2026-06-01"),
        ("by the end of 2025", "until", "2025-12-31", "2026-01-01"),
        ("yesterday", "at", "2026-10-14", "2026-10-15"),
        ("on monday", "at", "2026-10-12", "2026-10-13"),
    ],
)
def test_a_date_is_read_by_the_clock(text: str, relation: str, first: str, after: str) -> None:
    (span,) = dates.find(text, NOW)
    assert (span.relation, span.first.isoformat(), span.after.isoformat()) == (relation, first, after)


@pytest.mark.parametrize(
    "text", ["icu-stays@2025-06", "may I ask who owns it", "sepsis-risk:2025", "on the 31st of February 2025"]
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert [s for s in dates.find(text, NOW) if s.single] == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("live on 02/11/2025", ["2025-02-11", "2025-11-02"]),
        ("live on 13/11/2025", None),
        ("live on 05/05/2025", None),
        ("live on 12/01/2026", None),
        ("live on 2025-02-11", None),
    ],
)
def test_a_day_with_slashes_may_be_either_of_two_that_have_been(text: str, days: list[str] | None) -> None:
    found = dates.either_way(text, NOW)
    assert (None if found is None else [day.isoformat() for day in found[1]]) == days
