"""Several processes at once, and processes that die."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from askreg.registry.registry import Registry

REGISTER = """
import sys
from askreg.registry.registry import Registry
with Registry.open(sys.argv[1], actor="ada") as registry:
    for _ in range(int(sys.argv[2])):
        registry.register_version(model="m", tags={"worker": sys.argv[3]})
"""
HOLD = """
import sys, time
from askreg.registry.registry import Registry
with Registry.open(sys.argv[1], actor="ada") as registry, registry.transaction():
    for number in range(300):
        registry.register_model(name=f"m{number}")
    registry.find_models()  # sends all of it to the database
    print("written", flush=True)
    time.sleep(60)
"""
OPEN = "import sys; from askreg.registry.registry import Registry; Registry.open(sys.argv[1], actor='ada').close()"


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def finish(processes: list[subprocess.Popen[str]]) -> list[int]:
    codes = []
    for process in processes:
        process.communicate(timeout=120)
        codes.append(process.returncode)
    return codes


def test_eight_processes_register_versions_without_gap_or_loss(backend_url: str) -> None:
    with Registry.open(backend_url, actor="ada") as registry:
        registry.register_model(name="m")
        before = registry.head().seq
        assert finish([start(REGISTER, backend_url, "25", str(worker)) for worker in range(8)]) == [0] * 8
        found = registry.find_versions(model="m", limit=500)
        assert sorted(version.version for version in found.versions) == list(range(1, 201))
        workers = [version.tags["worker"] for version in found.versions]
        assert {worker: workers.count(worker) for worker in workers} == {str(worker): 25 for worker in range(8)}
        assert registry.head().seq == before + 200
        assert registry.verify().ok


def test_eight_processes_may_open_a_new_database_at_once(backend_url: str) -> None:
    assert finish([start(OPEN, backend_url) for _ in range(8)]) == [0] * 8
    with Registry.open(backend_url, actor="ada") as registry:
        assert registry.verify().ok


def test_a_process_killed_in_the_middle_leaves_nothing(backend_url: str) -> None:
    process = start(HOLD, backend_url)
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with Registry.open(backend_url, actor="ada") as registry:
        deadline = time.monotonic() + 30
        registry.register_model(name="after")  # waits until the dead process's lock is gone
        assert time.monotonic() < deadline
        assert [model.name for model in registry.find_models().models] == ["after"]
        assert registry.verify().ok


def test_readers_do_not_wait_for_a_writer(backend_url: str) -> None:
    with Registry.open(backend_url, actor="ada") as registry:
        process = start(HOLD, backend_url)
        assert process.stdout is not None and process.stdout.readline() == "written\n"
        try:
            assert registry.find_models().total == 0
        finally:
            process.kill()
            process.communicate()


def test_a_database_in_a_folder_with_odd_characters(tmp_path: Path) -> None:
    folder = tmp_path / "Größe & co"
    with Registry.open(f"sqlite:///{folder}/a b.db", actor="ada") as registry:
        registry.register_model(name="m")
    assert (folder / "a b.db").exists()
