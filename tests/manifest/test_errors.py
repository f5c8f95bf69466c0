"""What is wrong with a manifest is said with its file, line and path, and a way out; nothing is written."""

import json
from pathlib import Path

import pytest
import yaml
from manifest.conftest import Fresh
from manifest.examples import SMALL, WHOLE

from askreg.errors import ManifestError
from askreg.registry.manifest import load, loads


def wrong(registry_of: Fresh, text: str | bytes, folder: Path | None = None, *, name: str = "r.yaml") -> ManifestError:
    with pytest.raises(ManifestError) as error:
        loads(registry_of(), text, name=name, base=folder)
    return error.value


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


CASES = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[f"{case['path']}: {case['problem'][:40]}" for case in CASES])
def test_the_place_and_the_way_out_are_named(fresh: Fresh, folder: Path, case: dict[str, str]) -> None:
    assert case["before"] in WHOLE
    text = WHOLE.replace(case["before"], case["after"], 1)
    error = wrong(fresh, text, folder)
    assert error.file == "r.yaml"
    line, _, where = error.place.partition(", ")
    assert where == case["path"]
    assert case["problem"] in error.problem
    assert line.startswith("line ")
    assert str(error).startswith(f"r.yaml: {error.place}: ")


@pytest.mark.parametrize(
    ("before", "after", "blamed"),
    [
        ("run: run-17", "run: run-71", "run: run-71"),
        ("value: 0.8710", "value: high", "value: high"),
        ("datasets:", "dataset_:", "dataset_:"),
        ("[ehr-extract@2025-05]", "[ehr-extract@2025-04]", "ehr-extract@2025-04"),
        ("tier: 1}", "tier: [1]}", "tier: [1]"),
        ("{stage: production, at: 2025-06-21", "{stage: production, at: 2024-06-21", "2024-06-21"),
    ],
)
def test_the_line_is_the_one_to_mend(fresh: Fresh, folder: Path, before: str, after: str, blamed: str) -> None:
    text = WHOLE.replace(before, after, 1)
    assert f"line {line_of(text, blamed)}," in f"{wrong(fresh, text, folder).place},"


def test_several_problems_are_reported_at_once(fresh: Fresh, folder: Path) -> None:
    text = WHOLE.replace("value: 0.8710", "value: high").replace("rows: 41234", "rows: many").replace("tier:", "tier_:")
    error = wrong(fresh, text.replace("owner: ada.osei", "ownr: ada.osei"), folder)
    lines = str(error).splitlines()
    assert len(lines) == 3
    assert all(line.startswith("r.yaml: line ") for line in lines)
    assert "ownr" in str(error)


def test_no_more_than_ten_problems_are_reported(fresh: Fresh) -> None:
    people = ", ".join(f"{{name: 'Not {number}'}}" for number in range(50))
    assert len(str(wrong(fresh, f"askreg: 1\npeople: [{people}]\n")).splitlines()) == 10


def test_a_circle_of_versions_is_named(fresh: Fresh) -> None:
    text = SMALL.replace("at: 2025-03-01", "at: 2025-02-01\n        base: risk:1")
    text = text.replace(
        "version: 1\n        at: 2025-02-01", "version: 1\n        at: 2025-02-01\n        base: risk:2", 1
    )
    assert "risk:1 -> risk:2 -> risk:1" in wrong(fresh, text).problem


def test_one_evaluation_has_one_value_of_a_metric(fresh: Fresh) -> None:
    figure = "{dataset: icu@a, at: 2025-04-01, metrics: {auroc: {value: 0.8}}}"
    text = SMALL + f"        evaluations:\n          - {figure}\n          - {figure}\n"
    error = wrong(fresh, text)
    assert error.place.endswith("models[0].versions[1].evaluations[1].metrics.auroc")
    assert "given already, at models[0].versions[1].evaluations[0]" in error.problem


def test_a_record_of_later_moves_is_not_rewritten(fresh: Fresh) -> None:
    registry = fresh()
    loads(registry, SMALL + "        stages: [{stage: production, at: 2025-05-01}]\n", name="r.yaml")
    with pytest.raises(ManifestError, match="the record holds a later move, to production at 2025-05-01"):
        loads(registry, SMALL + "        stages: [{stage: validation, at: 2025-04-01}]\n", name="r.yaml")


def test_the_nearest_name_may_be_in_the_record(fresh: Fresh) -> None:
    registry = fresh()
    loads(registry, SMALL, name="r.yaml")
    with pytest.raises(ManifestError, match="did you mean 'icu@a'"):
        loads(registry, "askreg: 1\nruns: [{id: r, at: 2025-04-01, inputs: [{dataset: ici@a}]}]\n", name="r.yaml")


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "", "the file is empty"),
        ("  \n", "", "the file is empty"),
        ("# nothing\n", "", "only comments"),
        ("- a\n- b\n", "line 1", "not a list"),
        ("just words\n", "line 1", "not 'just words'"),
        ("people: []\n", "line 1, askreg", "missing; a manifest begins with 'askreg: 1'"),
        ("askreg: 1\npeople: [\n", "line 3", "not valid YAML"),
        ("askreg: 1\n\tpeople: []\n", "line 2", "not valid YAML"),
        ("askreg: 1\n---\naskreg: 1\n", "line 2", "expected a single document"),
        ("askreg: 1\npeople: []\npeople: []\n", "line 3, people", "given twice"),
        ("askreg: 1\n? [a]\n: b\n", "line 2", "a list cannot be a key"),
        ("askreg: 1\n<<: {people: []}\n", "line 2", "merge keys (<<) are not read"),
        (b"askreg: 1\npeople: \xff\xfe\n", "line 2", "not UTF-8"),
        (b"askreg: 1\n\x00\x01", "", "binary file"),
        ("askreg: 1\npeople: &a [*a]\n", "line 2", "contains an alias of itself"),
        ("askreg: 1\npeople: [*nobody]\n", "line 2", "undefined alias"),
        (
            'askreg: 1\ndatasets: [{name: a, description: "\\0"}]\n',
            "line 2, datasets[0].description",
            "cannot be stored",
        ),
    ],
)
def test_what_is_no_manifest_is_refused(fresh: Fresh, text: str | bytes, place: str, problem: str) -> None:
    error = wrong(fresh, text)
    assert error.place == place
    assert problem in error.problem


def test_an_alias_bomb_is_refused(fresh: Fresh) -> None:
    levels = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    error = wrong(fresh, f"askreg: 1\nruns:\n- id: r\n  at: 2025-01-01\n  params:\n    l0: &l0 [x]\n{levels}")
    assert "aliases stand for" in error.problem


@pytest.mark.parametrize(("opening", "name"), [("[", "deep.yaml"), ("[", "deep.json")])
def test_depth_is_bounded(fresh: Fresh, opening: str, name: str) -> None:
    text = f'{{"askreg": 1, "runs": {opening * 100_000}'
    assert wrong(fresh, text, name=name).problem


def test_an_alias_stands_for_its_value(fresh: Fresh) -> None:
    text = "askreg: 1\nmodels:\n- {name: a, task: t, tags: &t {x: y}}\n- {name: b, task: t, tags: *t}\n"
    assert loads(fresh(), text, name="r.yaml").counts["models"] == 2


def test_broken_json_is_placed(fresh: Fresh) -> None:
    error = wrong(fresh, '{"askreg": 1,\n "people": [}\n', name="r.json")
    assert error.place == "line 2, column 13"


def test_a_problem_in_json_is_placed_by_its_path(fresh: Fresh) -> None:
    manifest = {"askreg": 1, "models": [{"name": "m", "task": "t", "versions": [{"version": 1, "at": 5}]}]}
    assert wrong(fresh, json.dumps(manifest), name="r.json").place == "models[0].versions[0].at"


def test_a_missing_file_and_a_directory_are_named(fresh: Fresh, folder: Path) -> None:
    (folder / "registry.yaml").write_text(SMALL)
    with pytest.raises(ManifestError, match="there is no such file; did you mean 'registry.yaml'?"):
        load(fresh(), folder / "registri.yaml")
    with pytest.raises(ManifestError, match="this is a directory"):
        load(fresh(), folder)


def test_a_link_out_of_the_directory_is_refused(
    fresh: Fresh, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.md"
    outside.write_text("secret")
    (folder / "docs" / "link.md").symlink_to(outside)
    error = wrong(fresh, "askreg: 1\ndocuments: [{path: docs/link.md}]\n", folder)
    assert "leads out of the manifest's directory" in error.problem


def test_a_document_given_twice_is_named(fresh: Fresh, folder: Path) -> None:
    error = wrong(fresh, "askreg: 1\ndocuments: [{path: docs/report.md}, {path: ./docs//report.md}]\n", folder)
    assert error.place == "line 2, documents[1].path"
