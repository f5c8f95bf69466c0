"""How instants are read, kept and shown."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askreg.errors import InvalidInput
from askreg.registry import times

NOW = "2026-07-01T12:00:00.000000Z"
AWARE = st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1))


@given(AWARE, AWARE)
def test_the_order_of_text_is_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (times.stored(one) < times.stored(other)) == (one.astimezone(UTC) < other.astimezone(UTC))


@given(AWARE)
def test_an_instant_survives_being_stored(one: datetime) -> None:
    assert times.moment(times.stored(one)) == one.astimezone(UTC)


@pytest.mark.parametrize(
    ("bare", "read"),
    [
        ("start", "2026-03-14T00:00:00.000000Z"),
        ("last", "2026-03-14T23:59:59.999999Z"),
        ("next", "2026-03-15T00:00:00.000000Z"),
    ],
)
@pytest.mark.parametrize("day", ["2026-03-14", date(2026, 3, 14), " 2026-03-14 "])
def test_a_bare_date_is_read_by_its_use(day: times.When, bare: times.Edge, read: str) -> None:
    assert times.instant(day, bare=bare) == read


def test_an_offset_is_turned_to_utc_and_none_means_utc() -> None:
    assert times.instant("2026-03-14T01:00:00+02:00", bare="start") == "2026-03-13T23:00:00.000000Z"
    assert times.instant("2026-03-14T01:00:00", bare="start") == "2026-03-14T01:00:00.000000Z"
    local = datetime(2026, 3, 14, 1, tzinfo=timezone(timedelta(hours=2)))
    assert times.instant(local, bare="start") == "2026-03-13T23:00:00.000000Z"


@pytest.mark.parametrize("bare", ["start", "last", "next"])
def test_today_is_not_the_future(bare: times.Edge) -> None:
    assert times.past("2026-07-01", bare=bare, now=NOW, name="as_of") <= NOW


@pytest.mark.parametrize("when", ["2026-07-02", "2026-07-01T12:00:01Z", date(2027, 1, 1)])
def test_the_future_is_refused_and_named(when: times.When) -> None:
    with pytest.raises(InvalidInput, match=f"{when}.*future.*2026-07-01T12:00:00Z"):
        times.past(when, bare="last", now=NOW, name="as_of")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "14/03/2026", "2026-02-30"])
def test_what_is_not_a_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="write 2026-03-14"):
        times.instant(text, bare="start")


def test_an_instant_is_shown_without_an_empty_fraction() -> None:
    assert times.shown("2026-03-14T09:00:00.000000Z") == "2026-03-14T09:00:00Z"
    assert times.shown("2026-03-14T09:00:00.120000Z") == "2026-03-14T09:00:00.120000Z"
