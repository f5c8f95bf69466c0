"""Two runs are told apart when they differ, and are not when they do not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askreg.errors import InvalidInput
from eval import compare
from eval.compare import Comparison, compared
from eval.row import Row

from .rows import CATEGORIES, flipped, row, run, spoilt

TOP = Path(__file__).parents[2]
RESAMPLES = 20
"""The verdict does not hang on the interval, and there are many runs to compare."""


def verdict(a: list[Row], b: list[Row]) -> str:
    return compared(a, b, resamples=RESAMPLES).verdict


@settings(max_examples=30)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.sampled_from([1, 2, 3]))
def test_a_run_is_never_a_regression_from_itself(outcomes: list[bool], repeats: int) -> None:
    rows = run(outcomes, repeats=repeats, wrong="confident_wrong")
    found = compared(rows, rows, resamples=RESAMPLES)
    assert found.verdict == "no difference shown" and not found.failed and not found.why
    assert (found.right.only_a, found.right.only_b, found.right.difference, found.right.p) == (0, 0, 0, 1)


def test_noise_is_seldom_called_a_regression() -> None:
    rng = random.Random(4)
    called = [verdict(flipped(0.03, rng), flipped(0.03, rng)) for _ in range(200)]
    assert called.count("worse") <= 10
    assert called.count("better") <= 10


def test_a_planted_regression_of_ten_points_is_found() -> None:
    rng = random.Random(5)
    found = [verdict(flipped(0.03, rng), flipped(0.13, rng)) for _ in range(100)]
    assert found.count("worse") >= 95


def test_a_planted_gain_is_found_too() -> None:
    rng = random.Random(6)
    assert [verdict(flipped(0.13, rng), flipped(0.03, rng)) for _ in range(20)].count("better") >= 19


def test_a_regression_within_one_category_is_found_and_named() -> None:
    before = run([True] * 500)
    after = spoilt(before, [i for i in range(500) if CATEGORIES[i % 5] == "counts"][:9])
    found = compared(before, after)
    assert found.verdict == "worse" and found.failed
    assert "worse: category counts" in found.why
    assert [name for name, c in found.categories.items() if c.verdict == "worse"] == ["counts"]


def test_new_confident_wrong_answers_are_a_regression_even_where_as_many_are_right() -> None:
    before = spoilt(run([True] * 500), range(12))
    after = spoilt(run([True] * 500), range(12), wrong="confident_wrong")
    found = compared(before, after)
    assert found.right.verdict == "no difference shown"
    assert found.why == ["worse: confident wrong answers"] and found.failed
    assert compared(after, before).why == ["better: confident wrong answers"]


def test_the_table_of_pairs_is_counted() -> None:
    found = compared(run([True, True, False, False, True]), run([True, False, True, False, False])).right
    assert (found.both, found.only_a, found.only_b, found.neither) == (1, 2, 1, 1)
    assert found.difference == pytest.approx(-0.2)
    assert found.interval[0] <= found.difference <= found.interval[1]


def test_repeats_of_one_case_are_one_piece_of_evidence() -> None:
    before = run([True] * 50, repeats=10)
    after = [row(r.case, "abstained", category=r.category, repeat=r.repeat) if r.case == "c0" else r for r in before]
    found = compared(before, after)
    assert (found.right.only_a, found.right.cases) == (10, 5)
    assert found.right.p == 1 and found.verdict == "no difference shown"


def test_few_cases_could_have_shown_nothing() -> None:
    few, many = run([True] * 5), run([True] * 200)
    assert compared(few, few).right.smallest_shown is None
    assert compared(many, many).right.smallest_shown == pytest.approx(7 / 200)


def test_a_margin_asks_that_a_drop_be_excluded() -> None:
    few, many = run([True] * 40), run([True] * 500)
    assert compared(few, few, margin=0.02).failed
    assert not compared(few, few).failed
    assert not compared(many, many, margin=0.02).failed
    assert compared(many, spoilt(many, range(6)), margin=0.02).failed


def test_runs_over_different_cases_are_refused_unless_what_they_share_is_enough() -> None:
    a, b = [row("c1"), row("c2"), row("c3")], [row("c2"), row("c3"), row("c4")]
    with pytest.raises(InvalidInput, match=r"1 rows are only in A \(b/c1 #1\); 1 rows are only in B \(b/c4 #1\)"):
        compared(a, b)
    found = compared(a, b, common=True)
    assert (found.right.rows, found.only_in_a, found.only_in_b) == (2, [("b", "c1", 1)], [("b", "c4", 1)])


def test_a_case_that_was_changed_between_the_runs_is_not_compared() -> None:
    a, b = [row("c1"), row("c2")], [row("c1"), row("c2", question="another?")]
    with pytest.raises(InvalidInput, match=r"1 rows differ in their question, expectation or gold \(b/c2 #1\)"):
        compared(a, b)
    found = compared(a, b, common=True)
    assert (found.right.rows, found.changed) == (1, [("b", "c2", 1)])


@pytest.mark.parametrize(("a", "b", "message"), [
    ([row("c1")], [row("c2")], "no row in common"),
    ([row("c1"), row("c1")], [row("c1")], "A has b/c1 #1 more than once"),
    ([row("c1")], [], "B has no rows"),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused(a: list[Row], b: list[Row], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        compared(a, b, common=True)


def test_one_category_can_be_compared_alone() -> None:
    before = run([True] * 50)
    found = compared(before, spoilt(before, range(0, 50, 5)), category="approvals")
    assert found.right.rows == 10 and list(found.categories) == ["approvals"]
    with pytest.raises(InvalidInput, match="A has no rows of 'cheese'; its categories are aliases, approvals"):
        compared(before, before, category="cheese")


def test_latency_is_compared_pair_by_pair() -> None:
    a = [row("c1", seconds=1), row("c2", seconds=2), row("c3", seconds=9)]
    b = [row("c1", seconds=1.5), row("c2", seconds=2.5), row("c3", seconds=3)]
    found = compared(a, b)
    assert found.seconds == (2, 2.5) and found.slower == 0.5


def written(folder: Path, rows: list[Row]) -> Path:
    folder.mkdir()
    (folder / "results.jsonl").write_text("".join(f"{r.model_dump_json()}\n" for r in rows), encoding="utf-8")
    return folder


def test_the_exit_code_is_a_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path / "a", run([True] * 100))
    bad = written(tmp_path / "b", run([i > 20 for i in range(100)]))
    assert compare.main([str(good), str(good)]) == 0
    assert "no difference shown" in capsys.readouterr().out
    assert compare.main([str(good), str(bad / "results.jsonl")]) == 1
    assert "B is worse" in capsys.readouterr().out
    assert compare.main([str(bad), str(good)]) == 0
    assert compare.main([str(bad), str(good), "--json"]) == 0
    printed, _, told = capsys.readouterr().out.partition("{")
    assert "B is better (better: right answers" in printed
    assert Comparison.model_validate_json("{" + told).verdict == "better"


def test_a_narrow_terminal_loses_no_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    before = run([True] * 500)
    folders = [written(tmp_path / "a", before), written(tmp_path / "b", spoilt(before, range(0, 100, 5)))]
    assert compare.main([*map(str, folders), "--margin", "0.02"]) == 1
    printed = capsys.readouterr().out
    assert "…" not in printed
    assert all(shown in printed for shown in ("approvals", "confident wrong", "-20.0", "worse"))
    assert "a drop by 2 points or more is not excluded" in printed


@pytest.mark.parametrize(("spoil", "message"), [
    (lambda text: text[:-40], "line 3 is no row"),
    (lambda text: text.replace('"repeat":1', '"repeat":"x"', 1), "line 1 is no row"),
    (lambda text: text.split("\n")[0] + "\nnonsense\n", "line 2 is no row"),
])  # fmt: skip
def test_a_spoilt_file_is_an_error_that_names_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: object, message: str
) -> None:
    folder = written(tmp_path / "a", run([True] * 3))
    path = folder / "results.jsonl"
    assert callable(spoil)
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert compare.main([str(path), str(path)]) == 2
    told = capsys.readouterr().err
    assert message in told and str(path) in told


def test_a_run_that_is_not_there_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main([str(tmp_path / "none"), str(tmp_path / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_it_runs_as_a_file_from_any_folder(tmp_path: Path) -> None:
    folder = written(tmp_path / "a", run([True] * 10))
    command = [sys.executable, str(TOP / "eval" / "compare.py"), str(folder), str(folder), "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["right"]["rows"] == 10
