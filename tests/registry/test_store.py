"""Opening, sharing and losing the database."""

import sqlite3
from pathlib import Path

import pytest
from clocks import Clock

from askreg.errors import InvalidInput, StorageError
from askreg.registry.registry import Registry


def test_a_new_database_is_laid_out_empty(registry: Registry) -> None:
    assert registry.find_models().total == 0
    assert registry.verify().ok


def test_what_was_written_is_there_after_opening_again(backend_url: str, clock: Clock) -> None:
    with Registry.open(backend_url, actor="ada", clock=clock) as registry:
        registry.register_model(name="m")
    with Registry.open(backend_url, actor="ada", clock=clock) as registry:
        assert [model.name for model in registry.find_models().models] == ["m"]


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/a/b/askreg.db", actor="ada") as registry:
        assert registry.verify().ok


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("askreg.db", "write sqlite:///"),
        ("mysql://localhost/x", "not a supported database|not a database URL"),
        ("sqlite:////proc/nowhere/askreg.db", "No such file|cannot be opened|Permission"),
        ("postgresql+psycopg://nobody:secret@127.0.0.1:1/none", "no server answers"),
    ],
)
def test_a_database_that_cannot_be_had_is_named_with_a_way_out(url: str, complaint: str) -> None:
    with pytest.raises(StorageError, match=complaint) as caught:
        Registry.open(url, actor="ada")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_a_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes " * 100)
    with pytest.raises(StorageError, match="not a SQLite database"):
        Registry.open(f"sqlite:///{path}", actor="ada")
    assert path.read_text() == "these are my notes " * 100


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(StorageError, match="not an askreg registry.*bookmarks"):
        Registry.open(f"sqlite:///{path}", actor="ada")


def test_another_layout_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/askreg.db"
    Registry.open(url, actor="ada").close()
    with sqlite3.connect(tmp_path / "askreg.db") as connection:
        connection.execute("UPDATE head SET layout = 99")
    with pytest.raises(StorageError, match="layout 99"):
        Registry.open(url, actor="ada")


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/askreg.db", actor="ada") as registry:
        registry.register_model(name="before")
        with registry.unit() as unit:
            unit.connection.exec_driver_sql("PRAGMA max_page_count = 120")
        with pytest.raises(StorageError, match="disk is full; nothing was written"), registry.transaction():
            for number in range(2000):
                registry.register_model(name=f"m{number}", description="x" * 4000)
        assert [model.name for model in registry.find_models().models] == ["before"]
        assert registry.verify().ok


def test_an_actor_needs_a_name() -> None:
    with pytest.raises(InvalidInput, match="user ''"):
        Registry.open("sqlite://", actor=" ")


def test_an_error_inside_a_transaction_undoes_all_of_it(registry: Registry) -> None:
    with pytest.raises(ZeroDivisionError), registry.transaction():
        registry.register_model(name="m")
        raise ZeroDivisionError
    assert (registry.find_models().total, registry.head().seq) == (0, 0)


def test_a_transaction_reads_what_it_wrote(registry: Registry) -> None:
    with registry.transaction():
        registry.register_model(name="m")
        registry.register_version(model="m")
        assert registry.version("m:1").stage == "experimental"
    assert registry.verify().ok


def test_a_refusal_is_logged_though_the_transaction_is_undone(registry: Registry) -> None:
    registry.register_model(name="m")
    registry.register_version(model="m")
    with pytest.raises(Exception, match="only go to"), registry.transaction():
        registry.register_model(name="lost")
        registry.move(version="m:1", stage="production")
    assert registry.find_models().total == 1
    assert [event.subject for event in registry.history(action="attempt.refused").events] == ["m:1"]


def test_a_refusal_that_is_caught_is_logged_with_the_rest(registry: Registry) -> None:
    with registry.transaction():
        registry.register_model(name="m")
        registry.register_version(model="m")
        with pytest.raises(Exception, match="only go to"):
            registry.move(version="m:1", stage="production")
        registry.register_model(name="kept")
    assert registry.find_models().total == 2
    assert registry.history(action="attempt.refused").total == 1
    assert registry.verify().ok
