"""Whatever is altered behind the registry's back is found and named."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clocks import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from registry.conftest import fill, promote

from askreg.errors import Refused
from askreg.registry import cards
from askreg.registry.checkpoints import Checkpoint
from askreg.registry.notes import SigningKey
from askreg.registry.registry import Registry
from askreg.registry.results import Verification
from askreg.registry.tables import RECORD


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite registry with rows in every table, at rest in one file."""
    path = tmp_path_factory.mktemp("audit") / "master.db"
    url, clock = f"sqlite:///{path}", Clock(datetime(2026, 7, 1, tzinfo=UTC))
    with (
        Registry.open(url, actor="ada.osei", clock=clock) as ada,
        Registry.open(url, actor="lena.koch", clock=clock) as lena,
    ):
        fill(ada)
        promote(ada, lena)
        lena.deploy(version="sepsis-risk:1", site="northgate", environment="icu")
        clock.advance(days=1)
        lena.set_alias(model="sepsis-risk", alias="champion", version=1)
        ada.register_version(model="sepsis-risk", base="sepsis-risk:1")
        with pytest.raises(Refused):
            ada.move(version="sepsis-risk:2", stage="production")
        ada.set_policy(policy={"moves": {"experimental": ["validation"]}, "deploy_from": ["production"]})
        ada.update_model(model="sepsis-risk", tags={"specialty": "icu"}, description="changed")
        with ada.unit() as unit:
            cards.record_draft(
                unit, version="sepsis-risk:1", content="sha256:c1", backend="offline", body="{}", detail={}
            )
        with lena.unit() as unit:
            cards.sign(unit, version="sepsis-risk:1")
            cards.publish(unit, version="sepsis-risk:1")
        ada.keep_text(path="docs/validation.md", digest="sha256:dd", reader="text", text="As validated")
        ada.sign_checkpoint(SigningKey.generate())
        ada.record_answer(key="ans_1", question="q", status="answered", backend="offline", body="{}", detail={})
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    return path


def after(
    master: Path, tmp_path: Path, change: Callable[[sqlite3.Connection], object], **options: object
) -> Verification:
    """Verify a copy of the registry that was changed with plain SQL."""
    copy = tmp_path / "copy.db"
    for old in tmp_path.glob("copy.db*"):
        old.unlink()
    shutil.copy(master, copy)
    connection = sqlite3.connect(copy)
    try:
        change(connection)
        connection.commit()
    finally:
        connection.close()
    with Registry.open(f"sqlite:///{copy}", actor="auditor") as registry:
        return registry.verify(**options)  # type: ignore[arg-type]


def tables(path: Path) -> dict[str, tuple[list[str], int]]:
    """Return each table's columns and number of rows."""
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for name in names:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        found[name] = (columns, connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
    connection.close()
    return found


def test_what_nobody_touched_is_whole(master: Path, tmp_path: Path) -> None:
    found = after(master, tmp_path, lambda connection: None)
    assert (found.ok, found.problems) == (True, [])


def test_every_table_of_the_record_is_put_to_the_test(master: Path) -> None:
    counted = tables(master)
    assert {str(of.__tablename__) for of in RECORD} | {"event", "head"} == counted.keys()
    assert all(rows for _, rows in counted.values())


VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=8), st.floats(allow_nan=False), st.binary(max_size=4)
)


@settings(max_examples=400)
@given(data=st.data(), value=VALUES)
def test_any_changed_cell_is_found(
    master: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, value: object
) -> None:
    counted = tables(master)
    name = data.draw(st.sampled_from(sorted(counted)))
    columns, rows = counted[name]
    column, row = data.draw(st.sampled_from(columns)), data.draw(st.integers(0, rows - 1))
    changed = []

    def change(connection: sqlite3.Connection) -> None:
        rowid, before = connection.execute(f'SELECT rowid, "{column}" FROM "{name}" LIMIT 1 OFFSET {row}').fetchone()
        try:
            connection.execute(f'UPDATE "{name}" SET "{column}" = ? WHERE rowid = ?', (value, rowid))
            key = "rowid" if column not in ("id", "seq") else f'"{column}"'
            now = connection.execute(
                f'SELECT "{column}" FROM "{name}" WHERE {key} = ?', (rowid if key == "rowid" else value,)
            ).fetchone()
        except (sqlite3.IntegrityError, sqlite3.OperationalError):
            connection.rollback()
            return
        changed.append(now is None or (type(now[0]), now[0]) != (type(before), before))

    try:
        found = after(master, tmp_path_factory.mktemp("cell"), change)
    except Exception as error:  # a registry of another layout is not even opened
        assert (name, column) == ("head", "layout"), error
        return
    assert found.ok is not any(changed)
    if any(changed) and name != "head" and column != "id":
        assert any(problem.where.startswith((name, "event")) for problem in found.problems)


@settings(max_examples=150)
@given(data=st.data())
def test_any_missing_row_is_found(master: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    counted = tables(master)
    name = data.draw(st.sampled_from(sorted(counted)))
    row = data.draw(st.integers(0, counted[name][1] - 1))

    def delete(connection: sqlite3.Connection) -> None:
        connection.execute(f'DELETE FROM "{name}" WHERE rowid = (SELECT rowid FROM "{name}" LIMIT 1 OFFSET {row})')

    assert not after(master, tmp_path_factory.mktemp("row"), delete).ok


@pytest.mark.parametrize("name", sorted(str(of.__tablename__) for of in RECORD))
def test_an_inserted_row_is_found(master: Path, tmp_path: Path, name: str) -> None:
    def insert(connection: sqlite3.Connection) -> None:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        unique = {"name", "path", "key", "label", "number", "site", "reader"}
        picked = ", ".join("id + 100000" if c == "id" else f"{c} || '9'" if c in unique else f'"{c}"' for c in columns)
        connection.execute(f'INSERT INTO "{name}" SELECT {picked} FROM "{name}" LIMIT 1')

    found = after(master, tmp_path, insert)
    assert [problem.where.split()[0] for problem in found.problems] == [name]


@pytest.mark.parametrize(
    ("attack", "where"),
    [
        ("UPDATE event SET payload = payload || ' ' WHERE seq = 12", "event 12"),
        ("UPDATE event SET actor = 'mallory' WHERE seq = 12", "event 12"),
        ("UPDATE event SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE seq = 12", "event 12"),
        ("DELETE FROM event WHERE seq = 12", "event 12"),
        ("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "head"),
        ("UPDATE event SET seq = CASE seq WHEN 12 THEN -13 WHEN 13 THEN -12 END WHERE seq IN (12, 13)", "event"),
        (
            "INSERT INTO event SELECT seq + 1000, recorded_at, occurred_at, recorded_by, actor, action, "
            "subject, entity_id, payload, previous, hash FROM event WHERE seq = 12",
            "event",
        ),
        ("DELETE FROM head", "head"),
        ("INSERT INTO head SELECT 2, layout, seq, hash, last_id FROM head", "head"),
    ],
)
def test_an_altered_log_is_found(master: Path, tmp_path: Path, attack: str, where: str) -> None:
    found = after(master, tmp_path, lambda connection: connection.execute(attack))
    assert any(problem.where.startswith(where) for problem in found.problems)


def test_a_dropped_table_is_found(master: Path, tmp_path: Path) -> None:
    found = after(master, tmp_path, lambda connection: connection.execute("DROP TABLE approval"))
    assert [problem.where for problem in found.problems] == ["table approval"]


def test_only_a_kept_checkpoint_shows_a_log_that_was_rewritten_as_a_whole(tmp_path: Path) -> None:
    def made(name: str, owner: str) -> Registry:
        registry = Registry.open(
            f"sqlite:///{tmp_path / name}", actor="ada", clock=Clock(datetime(2026, 7, 1, tzinfo=UTC))
        )
        registry.register_model(name="m", task="t", owner=owner)
        return registry

    with made("true.db", "ada") as true, made("forged.db", "eve") as forged:
        kept = true.checkpoint()
        true.register_model(name="later")
        forged.register_model(name="later")
        assert forged.verify().ok
        assert true.verify(checkpoints=[kept]).ok
        found = forged.verify(checkpoints=[kept])
    assert [problem.where for problem in found.problems] == [f"checkpoint {kept.size}"]
    assert "rewritten" in found.problems[0].what


def test_a_checkpoint_beyond_the_end_shows_a_log_that_was_cut(master: Path, tmp_path: Path) -> None:
    found = after(
        master, tmp_path, lambda connection: None, checkpoints=[Checkpoint("askreg/log/0", 10_000, bytes(32))]
    )
    assert "cut off" in found.problems[0].what


def test_verification_holds_on_every_back_end(filled: Registry, lena: Registry) -> None:
    promote(filled, lena)
    assert filled.verify().ok
