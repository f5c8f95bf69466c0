"""The same commands on PostgreSQL, by URL."""

import json

import pytest
from typer.testing import CliRunner

from askreg.cli import app
from cli.conftest import MANIFEST


@pytest.mark.postgres
def test_a_registry_on_postgresql_is_loaded_read_asked_and_verified(pg_url: str) -> None:
    def run(*args: str, input: str | None = None) -> str:
        result = CliRunner().invoke(app, ["--db", pg_url, "--as", "root.admin", *args], input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    run("load", "-", input=MANIFEST)
    assert json.loads(run("models", "--json"))["total"] == 2
    assert "registered fall-risk:2" in run("register", "version", "fall-risk", "--uri", "s3://f/2")
    assert json.loads(run("ask", "What is live at northgate?", "--json"))["status"] == "answered"
    assert json.loads(run("audit", "verify", "--json"))["ok"] is True
    assert json.loads(run("doctor", "--json"))["ok"] is True
