"""Where the record is kept: SQLite or PostgreSQL behind two kinds of transaction, reading and writing."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, ProgrammingError
from sqlalchemy.pool import StaticPool

from askreg.errors import StorageError
from askreg.registry.log import GENESIS
from askreg.registry.tables import SCHEMA, Base, Head
from askreg.registry.view import table

BUSY_SECONDS = 30
_CREATION_LOCK = 0x61736B726567  # "askreg": PostgreSQL's advisory lock while tables are made


class Store:
    """An open database. Readers see one snapshot; one writer at a time, the others wait."""

    def __init__(self, engine: Engine, *, shown: str) -> None:
        self._engine = engine
        self.shown = shown
        """The URL without its password."""
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ") if _is_postgres(engine) else engine

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open the database at `url`, laying out the tables if it is new and empty."""
        engine = _engine(url)
        store = cls(engine, shown=engine.url.render_as_string(hide_password=True))
        try:
            with store._translated():
                store._prepare()
        except BaseException:
            engine.dispose()
            raise
        return store

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one snapshot of the record."""
        with self._translated(), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that alone may write, until it commits on leaving or rolls back on an error."""
        with self._translated(), self._engine.connect().execution_options(askreg_writes=True) as connection:
            with connection.begin():
                if _is_postgres(self._engine):
                    connection.execute(select(table(Head).c.id).with_for_update())
                yield connection

    def missing_tables(self) -> list[str]:
        """Return the names of tables that ought to be there and are not."""
        with self._translated():
            present = set(inspect(self._engine).get_table_names())
        return sorted(set(Base.metadata.tables) - present)

    def _prepare(self) -> None:
        head = table(Head)
        try:
            with self._engine.connect() as connection, connection.begin():
                layout = connection.execute(select(head.c.layout)).scalar()
        except (OperationalError, ProgrammingError) as error:
            if not re.search(r"no such table|does not exist", str(error.orig)):
                raise
            self._lay_out()
            return
        if layout is not None and layout != SCHEMA and not (0 < layout < SCHEMA and self._extend()):
            raise StorageError(
                f"{self.shown} holds a registry of layout {layout}; this askreg reads layout {SCHEMA}: "
                "use the askreg that wrote it"
            )

    def _lay_out(self) -> None:
        with self._engine.connect().execution_options(askreg_writes=True) as connection, connection.begin():
            if _is_postgres(self._engine):
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATION_LOCK})")
            present = set(inspect(connection).get_table_names())
            ours = set(Base.metadata.tables)
            if ours <= present:
                return  # another process was quicker
            foreign = present if not _is_postgres(self._engine) else present & ours
            if foreign:
                raise StorageError(
                    f"{self.shown} is not an askreg registry: it has tables ({', '.join(sorted(foreign)[:5])}) "
                    "but no usable 'head'; name another database, or restore this one from a backup"
                )
            Base.metadata.create_all(connection)
            connection.execute(table(Head).insert().values(id=1, layout=SCHEMA, seq=0, hash=GENESIS, last_id=0))

    def _extend(self) -> bool:
        """Add the tables that a database of an earlier layout lacks; return whether it now has this layout."""
        with self.writing() as connection:
            if connection.execute(select(table(Head).c.layout)).scalar() == SCHEMA:
                return True  # another process was quicker
            missing = set(Base.metadata.tables) - set(inspect(connection).get_table_names())
            if missing:
                Base.metadata.create_all(connection)
                connection.execute(table(Head).update().values(layout=SCHEMA))
        return bool(missing)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StorageError(f"{self.shown}: {_plain(error.orig or error)}") from error
        except sqlite3.Error as error:  # from a cursor of the driver's own
            raise StorageError(f"{self.shown}: {_plain(error)}") from error


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            return _sqlite(parsed.database, parsed)
        if backend == "postgresql":
            return create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError):
        raise StorageError(f"{url!r} is not a database URL; write sqlite:///path/to/askreg.db") from None
    except ModuleNotFoundError as error:
        raise StorageError(
            f"{parsed.render_as_string(hide_password=True)} needs {error.name!r}: pip install 'askreg[postgres]', "
            "and write postgresql+psycopg://…"
        ) from None
    raise StorageError(f"{backend!r} is not a supported database; use sqlite:/// or postgresql+psycopg://")


def _sqlite(path: str | None, url: Any) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    if path in (None, "", ":memory:"):
        options["poolclass"] = StaticPool
    else:
        try:
            Path(str(path)).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{url}: {error.strerror}: {error.filename}") from None
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("askreg_writes")
        cursor: Any = connection.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        cursor.close()

    return engine


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit is on the disk before it is reported, which a log of record owes
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "cache_size=-32768",  # KB; with the 2 MB of the default, a large load writes its pages out several times
)


def _is_postgres(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


_CAUSES: tuple[tuple[str, str], ...] = (
    ("database is locked", "another process is writing and did not finish in time; try again"),
    ("file is not a database", "the file is not a SQLite database; name another"),
    ("malformed", "the file is damaged; restore it from a backup and run 'askreg audit verify'"),
    ("disk is full", "the disk is full; nothing was written; make room and try again"),
    ("unable to open", "the file cannot be opened; check the path and your permissions"),
    ("readonly", "the database is read-only for you; nothing was written"),
    ("refused", "no server answers there; start it, or name another database"),
)


def _plain(error: BaseException) -> str:
    text = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return next((f"{text}: {remedy}" for cause, remedy in _CAUSES if cause in text), text)
