"""The command line in this process, on a small loaded registry or an empty one."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from askreg.cli import app

# Its names and texts try to be markup, links and terminal controls.
MANIFEST = """
askreg: 1
people:
  - {name: root.admin, roles: [admin]}
  - {name: ada.osei, display: Ada Osei, roles: [scientist]}
  - {name: lena.koch, display: "[red]Lena[/red] Koch", roles: [approver]}
datasets:
  - name: icu-stays
    description: Adult ICU stays
    versions:
      - {version: 2025-06, rows: 41234, sensitivity: deidentified, digest: "sha256:00", at: 2025-06-02T09:00:00Z}
  - name: icu-holdout
    versions:
      - {version: 2025-06, rows: 1200, at: 2025-06-02T09:00:00Z, derived_from: [icu-stays@2025-06]}
runs:
  - {id: run-17, at: 2025-06-10T08:00:00Z, by: ada.osei, code: {repo: "r", commit: 3f2a9c1},
     params: {rate: 0.1}, inputs: [{dataset: icu-stays@2025-06, role: training}]}
models:
  - name: sepsis-risk
    task: classification
    owner: ada.osei
    description: "[bold]Six-hour[/bold] risk [link=http://x.invalid]here[/link] \\e[31mred\\u202e"
    tags: {specialty: critical-care}
    card: {intended_use: "[blink]triage[/blink]"}
    versions:
      - version: 1
        at: 2025-06-11T10:00:00Z
        by: ada.osei
        run: run-17
        framework: scikit-learn 1.9
        artifact: {uri: "s3://m/1", digest: "sha256:aa", size: 81234}
        evaluations:
          - {dataset: icu-holdout@2025-06, at: 2025-06-12T10:00:00Z, by: ada.osei,
             metrics: {auroc: {value: 0.870, n: 1200, ci: [0.852, 0.889]}, brier: {value: 0.101}}}
        approvals:
          - {by: lena.koch, meaning: approval, decision: approved, at: 2025-06-20T10:00:00Z, comment: "[i]fine[/i]"}
        stages:
          - {stage: validation, at: 2025-06-13T10:00:00Z, by: ada.osei}
          - {stage: approved, at: 2025-06-21T10:00:00Z, by: lena.koch}
          - {stage: production, at: 2025-06-22T10:00:00Z, by: lena.koch}
        aliases:
          - {alias: champion, at: 2025-06-22T10:00:00Z, by: lena.koch}
        deployments:
          - {site: northgate, environment: icu, region: eu-west, at: 2025-07-01T10:00:00Z, by: lena.koch}
      - version: 2
        at: 2025-08-01T10:00:00Z
        by: ada.osei
        base: sepsis-risk:1
        evaluations:
          - {dataset: icu-holdout@2025-06, at: 2025-08-02T10:00:00Z, by: ada.osei,
             metrics: {auroc: {value: 0.902, n: 1200, ci: [0.885, 0.918]}, recall: {value: 0.8}}}
  - name: fall-risk
    task: classification
    versions:
      - {version: 1, at: 2025-09-01T10:00:00Z}
"""


class Cli:
    """Calls askreg as a user would, in this process."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *args: str, actor: str = "root.admin", input: str | bytes | None = None) -> Result:
        """Run a command with the global options in front."""
        return CliRunner().invoke(app, ["--home", str(self.home), "--as", actor, *args], input=input)

    def ok(self, *args: str, actor: str = "root.admin", input: str | bytes | None = None) -> str:
        """Run a command that has to succeed, and return what it printed on stdout."""
        result = self(*args, actor=actor, input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *args: str, **options: Any) -> Any:
        """Return what a command printed as JSON."""
        return json.loads(self.ok(*args, "--json", **options))

    def fails(self, *args: str, code: int = 1, **options: Any) -> str:
        """Run a command that has to fail without a traceback, and return its message."""
        result = self(*args, **options)
        assert result.exit_code == code, result.output
        assert isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return result.stderr


@pytest.fixture(scope="session")
def _database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("loaded")
    manifest = home / "registry.yaml"
    manifest.write_text(MANIFEST, "utf-8")
    Cli(home).ok("load", str(manifest))
    return home / "askreg.db"


@pytest.fixture
def empty(tmp_path: Path) -> Cli:
    """The command line with no registry yet."""
    return Cli(tmp_path / "home")


@pytest.fixture
def cli(tmp_path: Path, _database: Path) -> Cli:
    """The command line on the loaded registry, of which each test has its own copy."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(_database, home / "askreg.db")
    return Cli(home)
