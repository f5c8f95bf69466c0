"""The task of inspect-ai asks the same cases as the plain runner, and scores them the same."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eval import engine
from eval.engine import Plan
from eval.results import Results
from eval.row import Row
from eval.subject import Subject

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("inspect_ai") is None, reason="inspect-ai is not installed (the extra `inspect`)"
)
TOP = Path(__file__).parents[2]
FILES, LIMIT = "co[mn]*", 8


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What inspect leaves of two epochs over a few cases."""
    folder = tmp_path_factory.mktemp("inspect")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "inspect_ai", "eval", "eval/task.py", "--model", "mockllm/model", "--epochs", "2"),
            *("-T", "backend=offline", "-T", "registry=seed-1", "-T", f"cases={FILES}", "-T", f"limit={LIMIT}"),
            *("--log-dir", str(folder / "logs"), "--log-format", "json", "--display", "none"),
        ],
        cwd=TOP,
        env={**os.environ, "ASKREG_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    (path,) = (folder / "logs").glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """What the plain runner makes of the same cases."""
    folder = tmp_path_factory.mktemp("plain")
    results = Results(folder / "results.jsonl")
    assert engine.run(engine.jobs(Plan(("seed-1",), FILES, limit=LIMIT), folder), Subject(), results, folder) is None
    return {f"{row.registry}/{row.case}": row for row in results.rows.values()}


def test_every_case_is_a_sample_that_scores_as_in_the_plain_runner(log: dict[str, Any], rows: dict[str, Row]) -> None:
    assert log["status"] == "success"
    assert len(log["samples"]) == 2 * len(rows) > 8
    assert {row.category for row in rows.values()} == {"comparison", "conversation"}
    for sample in log["samples"]:
        row, kept = rows[sample["id"]], Row.model_validate(sample["metadata"]["row"])
        assert (kept.question, kept.gold, kept.scores) == (row.question, row.gold, row.scores)
        assert kept.answer["answer"] == row.answer["answer"]
        assert kept.repeat == sample["epoch"]
        value = sample["scores"]["right"]["value"]
        assert value == {"right": "C", "confident_wrong": "I"}.get(row.scores.outcome, "N")
        assert ("recall" in sample["scores"]) == (row.scores.recall is not None)


def test_the_log_shows_facts_calls_and_why(log: dict[str, Any], rows: dict[str, Row]) -> None:
    for sample in log["samples"]:
        row = rows[sample["id"]]
        shown = sample["metadata"]
        assert [fact["value"] for fact in shown["facts"]] == [fact["value"] for fact in row.answer["facts"]]
        assert [call["tool"] for call in shown["calls"]] == [call["tool"] for call in row.answer["calls"]]
        assert (shown["category"], shown["oracle"]) == (row.category, row.oracle)
        assert sample["scores"]["right"].get("explanation", "") == row.scores.why
        assert row.answer["answer"] in sample["output"]["choices"][0]["message"]["content"]
    assert log["eval"]["metadata"]["prompts"]["answer"].startswith("answer@")


def test_its_metrics_are_accuracy_and_standard_error(log: dict[str, Any], rows: dict[str, Row]) -> None:
    metrics = {score["name"]: score["metrics"] for score in log["results"]["scores"]}
    right = sum(row.scores.outcome == "right" for row in rows.values())
    assert metrics["right"]["accuracy"]["value"] == pytest.approx(right / len(rows))
    assert metrics["right"]["stderr"]["value"] >= 0
    assert metrics["right"]["pass_k"]["value"] == pytest.approx(right / len(rows))  # the offline brain never wavers
    wrong = sum(row.scores.outcome == "confident_wrong" for row in rows.values())
    assert metrics["confident_wrong"]["mean"]["value"] == pytest.approx(wrong / len(rows))
    recalls = [row.scores.recall for row in rows.values() if row.scores.recall is not None]
    assert metrics["recall"]["mean"]["value"] == pytest.approx(sum(recalls) / len(recalls))


def test_a_case_that_is_wrong_in_one_epoch_does_not_count_for_pass_k() -> None:
    from inspect_ai.scorer import SampleScore, Score, mean_score

    from eval.task import pass_k

    epochs = ("CCC", "CCN", "CIC", "NNN", "CCC")
    merged = [SampleScore(score=mean_score()([Score(value=value) for value in case])) for case in epochs]
    assert pass_k()(merged) == pytest.approx(2 / 5)
    assert pass_k()([]) == 0
