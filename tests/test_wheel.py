"""The wheel, built and used where there is no checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]

MANIFEST = """
askreg: 1
people:
  - {name: ada.osei, roles: [scientist]}
datasets:
  - name: icu-holdout
    versions:
      - {version: 2025-06, rows: 1200, sensitivity: deidentified, at: 2025-06-02T09:00:00Z, by: ada.osei}
models:
  - name: sepsis-risk
    task: classification
    owner: ada.osei
    versions:
      - version: 1
        at: 2025-06-11T10:00:00Z
        by: ada.osei
        evaluations:
          - {dataset: icu-holdout@2025-06, at: 2025-06-12T10:00:00Z, metrics: {auroc: {value: 0.871, n: 1200}}}
"""


def run(*command: str | Path, cwd: Path, home: Path) -> str:
    """Run a command with a home of its own and nothing of this environment; give what it printed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ASKREG_", "PYTHON", "PIP_"))}
    env |= {"HOME": str(home), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=TOP, home=folder)
    (built,) = folder.glob("*.whl")
    return built


@dataclass
class Installed:
    """An environment that holds the wheel, outside the checkout."""

    folder: Path

    def __call__(self, command: str, *args: str | Path) -> str:
        return run(self.folder / "env" / "bin" / command, *args, cwd=self.folder, home=self.folder)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A bare environment with the wheel in it, which borrows the libraries installed here: no network is needed."""
    folder = tmp_path_factory.mktemp("bare")
    environment = folder / "env"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel, cwd=folder, home=folder)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return Installed(folder)


def shipped(folder: Path) -> set[str]:
    """The files under a folder that belong in the wheel."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in files}


def test_the_wheel_holds_the_package_the_prompts_and_the_app(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= {f"askreg/{name}" for name in shipped(TOP / "src" / "askreg")}
    for folder in ("prompts", "app"):
        files = shipped(TOP / folder)
        assert files, f"{folder}/ is empty"
        assert names >= {f"askreg/{folder}/{name}" for name in files}


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    roots = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {root.partition("-")[0] for root in roots} == {"askreg"}


def test_the_installed_package_finds_what_ships_with_it(installed: Installed) -> None:
    code = "from askreg.settings import resource_dir; print(resource_dir('prompts')); print(resource_dir('app'))"
    places = [Path(line) for line in installed("python", "-c", code).splitlines()]
    assert all(place.is_relative_to(installed.folder) and any(place.iterdir()) for place in places)


def test_the_installed_command_explains_itself(installed: Installed) -> None:
    assert "ask" in installed("askreg", "--help")


def test_the_installed_command_answers_from_a_loaded_registry(installed: Installed) -> None:
    manifest = installed.folder / "registry.yaml"
    manifest.write_text(MANIFEST, "utf-8")
    at = ("--home", installed.folder / "home")
    installed("askreg", *at, "load", manifest)
    answer = json.loads(installed("askreg", *at, "ask", "What is the AUROC of sepsis-risk version 1?", "--json"))
    assert answer["status"] == "answered"
    assert [fact["value"] for fact in answer["facts"] if fact["field"] == "metric.auroc"] == ["0.871"]
