"""What every test may rely on: no network, no outside settings, a clock that stands still, both databases."""

import ipaddress
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from clocks import Clock
from models import LIVE

POSTGRES = os.environ.get("ASKREG_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
CI = os.environ.get("CI", "").lower() in {"1", "true"}
FOREIGN_SETTINGS = ("ASKREG_", "ANTHROPIC_", "OLLAMA_", "LANGCHAIN_", "LANGSMITH_", "OTEL_")

# A shared machine stalls now and then; the time limits of this project live in benchmarks/.
hypothesis.settings.register_profile("askreg", deadline=None, derandomize=CI)
hypothesis.settings.load_profile("askreg")


def _stays_here(host: str | bytes | None) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(host: object) -> None:
    raise OSError(f"the tests are offline: refused to reach {host!r}")


def _block_the_network() -> None:
    def guarded(method: Any) -> Any:
        @wraps(method)
        def call(self: socket.socket, *args: Any) -> Any:
            address = args[-1]  # sendto takes the address last, connect takes nothing else
            if self.family != socket.AF_UNIX and isinstance(address, tuple) and not _stays_here(address[0]):
                _refuse(address[0])
            return method(self, *args)

        return call

    look_up = socket.getaddrinfo

    @wraps(look_up)
    def guarded_look_up(host: Any, *args: Any, **options: Any) -> Any:
        if not _stays_here(host):
            _refuse(host)
        return look_up(host, *args, **options)

    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    socket.getaddrinfo = guarded_look_up


def pytest_configure() -> None:
    """Shut the network before any test module is imported, unless a real model is asked for that is not here."""
    os.environ.pop("COLUMNS", None)  # a worker of pytest-xdist has the width of its terminal there
    if all(_stays_here(urlsplit(url).hostname) for url in LIVE.values()):
        _block_the_network()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests of a real language model unless the variable that they name says where it is."""
    for item in items:
        for needed in (name for mark in item.iter_markers("live") for name in mark.args):
            if not LIVE[needed]:
                item.add_marker(pytest.mark.skip(reason=f"set {needed} to the URL of a real language model"))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        if name.startswith(FOREIGN_SETTINGS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at 2026-07-01T00:00:00Z."""
    return Clock(datetime(2026, 7, 1, tzinfo=UTC))


@pytest.fixture(scope="session")
def _postgres() -> str:
    """The URL of a PostgreSQL server that answers; without one, skip, or fail in CI."""
    import psycopg

    try:
        psycopg.connect(_dsn(POSTGRES), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        reason = f"no PostgreSQL at {POSTGRES}: {error}; set ASKREG_TEST_POSTGRES to the URL of a database for tests"
        if CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return POSTGRES


def _dsn(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def _own_schema(url: str) -> Iterator[str]:
    import psycopg

    schema = f"askreg_test_{secrets.token_hex(8)}"
    with psycopg.connect(_dsn(url), autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
    separator = "&" if "?" in url else "?"
    try:
        yield f"{url}{separator}options=-csearch_path%3D{schema}"
    finally:
        with psycopg.connect(_dsn(url), autocommit=True) as connection:
            # A test that leaves a transaction open should fail here, not hang.
            connection.execute("SET lock_timeout = '10s'")
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())


@pytest.fixture
def pg_url(_postgres: str) -> Iterator[str]:
    """A PostgreSQL URL whose schema is empty, this test's own, and dropped afterwards."""
    with _own_schema(_postgres) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'askreg.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn: what a test shows with it holds for both."""
    url: str = request.getfixturevalue("pg_url" if request.param == "postgres" else "sqlite_url")
    return url


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared_backend_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of each kind in turn for all tests of a module, which fill it once and only read it then."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('shared') / 'askreg.db'}"
        return
    with _own_schema(request.getfixturevalue("_postgres")) as url:
        yield url
