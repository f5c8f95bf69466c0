import socket
from datetime import UTC, datetime

import psycopg
import pytest
from clocks import Clock
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("host", ["198.51.100.7", "2001:db8::7"])
def test_a_connection_that_leaves_the_machine_is_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s, pytest.raises(OSError, match="offline"):
        s.connect((host, 443))


def test_looking_up_a_name_is_refused() -> None:
    with pytest.raises(OSError, match="offline"):
        socket.getaddrinfo("example.org", 443)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_the_clock_moves_only_when_told(clock: Clock) -> None:
    assert clock() == clock() == datetime(2026, 7, 1, tzinfo=UTC)
    clock.advance(days=1, hours=2)
    assert clock() == datetime(2026, 7, 2, 2, tzinfo=UTC)


@pytest.mark.postgres
def test_a_postgres_schema_is_the_tests_own_and_empty(pg_url: str) -> None:
    with psycopg.connect(pg_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE t (n int)")
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").fetchone()
        schema = connection.execute("SELECT current_schema()").fetchone()
    assert tables == (1,)
    assert schema is not None and schema[0].startswith("askreg_test_")


@given(st.integers())
def test_hypothesis_works_beside_the_automatic_fixtures(n: int) -> None:
    assert n == n
