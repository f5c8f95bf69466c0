"""A run of the evaluation can be stopped, gone on with and repeated, and says what it was a run of."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from askreg.errors import InvalidInput
from eval import engine, run
from eval.engine import Budget, Plan
from eval.results import Results, begun, read
from eval.row import Row
from eval.subject import ABLATIONS, Subject

TOP = Path(__file__).parents[2]
ARGUMENTS = ["--seed", "1", "--cases", "[cd]*", "--limit", "24"]


@pytest.fixture(autouse=True)
def _no_site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASKREG_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody stopped."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert run.main([*ARGUMENTS, "--out", str(out)]) == 0
    return out


def told(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """What must be the same each time: all but ids, times and what comes of them."""
    return [(row.key, row.question, row.answer.get("status"), row.answer.get("answer"), row.scores) for row in rows]


def of(folder: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return content


def test_a_run_leaves_its_rows_its_figures_what_repeats_it_and_a_report(whole: Path) -> None:
    rows = read(whole / "results.jsonl")
    description, summary = of(whole, "run"), of(whole, "summary")
    assert len(rows) == summary["rows"] >= 20
    assert summary["not_run"] == 0
    assert description["seeds"] == [1]
    assert description["registries"]["seed-1"].startswith("sha256:")
    assert description["prompts"]["answer"].startswith("answer@")
    assert description["versions"]["askreg"]
    assert str(whole) not in json.dumps(description)
    assert (whole / "report.html").stat().st_size > 5_000


def test_a_conversation_stays_together_and_in_order(whole: Path) -> None:
    rows = read(whole / "results.jsonl")
    threads = [row.thread for row in rows if row.thread]
    assert len(set(threads)) < len(threads)
    starts = [name for i, name in enumerate(threads) if i == 0 or threads[i - 1] != name]
    assert len(starts) == len(set(starts))


def test_a_budget_stops_it_and_the_same_command_goes_on(whole: Path, tmp_path: Path) -> None:
    arguments = [*ARGUMENTS, "--out", str(tmp_path / "out")]
    assert run.main([*arguments, "--max-calls", "9"]) == 0
    summary = of(tmp_path / "out", "summary")
    assert 0 < summary["rows"] < summary["rows"] + summary["not_run"] == of(whole, "summary")["rows"]
    assert run.main(arguments) == 0
    assert told(read(tmp_path / "out" / "results.jsonl")) == told(read(whole / "results.jsonl"))


def test_an_interruption_loses_nothing_that_was_answered(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = engine.row_of
    countdown = iter(range(7))

    def interrupted(*given: Any, **more: Any) -> Row:
        if next(countdown, None) is None:
            raise KeyboardInterrupt
        return asked(*given, **more)

    arguments = [*ARGUMENTS, "--out", str(tmp_path / "out")]
    with monkeypatch.context() as patch:
        patch.setattr(engine, "row_of", interrupted)
        assert run.main(arguments) == 130
    kept = read(tmp_path / "out" / "results.jsonl")
    assert 0 < len(kept) <= 7
    assert of(tmp_path / "out", "summary")["not_run"] > 0
    assert run.main(arguments) == 0
    assert told(read(tmp_path / "out" / "results.jsonl")) == told(read(whole / "results.jsonl"))


def test_a_line_that_was_cut_off_is_asked_again(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    text = (whole / "results.jsonl").read_text(encoding="utf-8")
    path.write_text(text[:-40], encoding="utf-8")
    assert len(Results(path).rows) == len(read(whole / "results.jsonl")) - 1
    assert path.read_text(encoding="utf-8").endswith("}\n")


def test_a_line_that_is_no_row_is_named(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    lines = (whole / "results.jsonl").read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "{}", lines[1], ""]), encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 2 is no row"):
        Results(path)


def test_another_run_is_not_mixed_with_the_one_in_the_folder(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (whole / "results.jsonl").read_bytes()
    assert run.main([*ARGUMENTS, "--no-verifier", "--out", str(whole)]) == 1
    assert "holds another run (it differs in ablations" in " ".join(capsys.readouterr().err.split())
    assert (whole / "results.jsonl").read_bytes() == before


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[1]")
    with pytest.raises(InvalidInput, match="choose another folder"):
        begun(tmp_path / "run.json", {"backend": "offline"})


def test_several_at_once_find_the_same_in_the_same_order(whole: Path, tmp_path: Path) -> None:
    assert run.main([*ARGUMENTS, "--jobs", "3", "--out", str(tmp_path / "out")]) == 0
    assert told(read(tmp_path / "out" / "results.jsonl")) == told(read(whole / "results.jsonl"))


def test_repeats_are_rows_of_their_own(tmp_path: Path) -> None:
    arguments = ["--seed", "1", "--category", "counts", "--limit", "3", "--repeats", "2", "--out", str(tmp_path)]
    assert run.main(arguments) == 0
    rows = read(tmp_path / "results.jsonl")
    assert [row.repeat for row in rows] == [1, 2] * (len(rows) // 2)
    summary = of(tmp_path, "summary")
    assert (summary["cases"], summary["repeats"], summary["rows"]) == (len(rows) // 2, 2, len(rows))


@pytest.mark.parametrize(("arguments", "says"), [
    (["--registry", "nowhere"], "nowhere"),
    (["--seed", "1", "--cases", "no-such-file"], "no-such-file"),
    (["--seed", "1", "--category", "no-such-category"], "no-such-category"),
    (["--backend", "claude"], "ASKREG_POLICY"),
])  # fmt: skip
def test_what_cannot_be_run_says_why(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("program", ["run", "compare", "report", "baseline"])
def test_each_program_runs_as_a_file_from_anywhere(program: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(TOP / "eval" / f"{program}.py"), "--help"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout


def test_a_budget_counts_calls_tokens_and_seconds() -> None:
    assert Budget().gone is None
    assert Budget(calls=2, spent_calls=2).gone == "2 of 2 calls are spent"
    assert Budget(tokens=10, spent_tokens=12).gone == "12 of 10 tokens are spent"
    assert Budget(seconds=0).gone is not None


def test_ablations_are_asked_of_registries_of_their_own(tmp_path: Path) -> None:
    arguments = ["--seed", "1", "--category", "counts", "lookup", "--limit", "24", "--jobs", "2", "--ablations"]
    assert run.main([*arguments, "--out", str(tmp_path)]) == 0
    found = of(tmp_path, "ablations")
    assert set(found) == set(ABLATIONS.values())
    assert [one["all"]["error"] for one in found.values()] == [0] * len(found)
    assert found["--template-only"]["all"]["right"]["hits"] < of(tmp_path, "summary")["all"]["right"]["hits"]


def test_a_limit_takes_evenly_from_all_categories(tmp_path: Path) -> None:
    jobs = engine.jobs(Plan(registries=("seed-1",), limit=52), tmp_path)
    categories = [job.group[0].category for job in jobs]
    assert len(set(categories)) == 26
    assert sum(len(job.group) for job in jobs) <= 52


class Failing(Subject):
    """A subject that cannot even be asked."""

    def asking(self, registry: Any) -> Any:
        """Return what always fails."""

        class Asking:
            def ask(self, *given: Any, **more: Any) -> Iterator[None]:
                raise RuntimeError("the model went away")

        return Asking()


def test_a_failure_of_the_agent_is_an_outcome(tmp_path: Path) -> None:
    todo = engine.jobs(Plan(registries=("seed-1",), categories=("counts",), limit=2), tmp_path)
    results = Results(tmp_path / "results.jsonl")
    assert engine.run(todo, Failing(), results, tmp_path) is None
    assert {row.scores.outcome for row in results.rows.values()} == {"error"}
    assert {row.answer["reason"] for row in results.rows.values()} == {"RuntimeError: the model went away"}
