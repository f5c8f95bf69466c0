"""The demo's figures: recomputed from the files, inside their intervals, and the same in the documents."""

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score

from askreg.demo.metrics import auroc, auroc_interval, bootstrap, classification_metrics, wilson
from askreg.demo.templates import render

Section = dict[str, Any]


def evaluations(manifest: Section) -> list[tuple[str, Section]]:
    return [
        (f"{model['name']}:{version['version']}", evaluation)
        for model in manifest["models"]
        for version in model["versions"]
        for evaluation in version.get("evaluations", ())
    ]


def metrics(manifest: Section, subject: str, dataset: str, cohort: str) -> Section:
    found = [
        evaluation["metrics"]
        for who, evaluation in evaluations(manifest)
        if (who, evaluation["dataset"], evaluation.get("cohort", "all")) == (subject, dataset, cohort)
    ]
    assert len(found) == 1
    return dict(found[0])


def test_the_metrics_of_one_model_follow_from_its_files(manifest: Section, root: Path) -> None:
    path = root / "artifacts" / "kidney-transplant-mortality-2.skops"
    model = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    with (root / "data" / "kidney-test@2025-06.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["sex_female"] == "1"]
    outcome = np.array([int(row["died_within_1095_days"]) for row in rows])
    risk = model.predict_proba(np.array([[float(row["age"]), float(row["sex_female"])] for row in rows]))[:, 1]
    tn, fp, fn, tp = confusion_matrix(outcome, risk >= 0.2).ravel()
    stated = metrics(manifest, "kidney-transplant-mortality:2", "kidney-test@2025-06", "sex=female")
    assert stated["auroc"]["value"] == round(roc_auc_score(outcome, risk), 4)
    assert stated["brier"]["value"] == round(brier_score_loss(outcome, risk), 4)
    assert stated["sensitivity"]["value"] == round(tp / (tp + fn), 4)
    assert stated["specificity"]["value"] == round(tn / (tn + fp), 4)
    assert [stated[m]["n"] for m in ("auroc", "sensitivity", "specificity")] == [len(rows), tp + fn, tn + fp]


def test_every_interval_contains_its_value_and_only_published_figures_have_none(manifest: Section) -> None:
    without = set()
    for subject, evaluation in evaluations(manifest):
        for metric in evaluation["metrics"].values():
            if "ci" not in metric:
                without.add(subject)
                continue
            low, high = metric["ci"]
            assert low <= metric["value"] <= high
    origins = {model["name"]: model["tags"].get("origin") for model in manifest["models"]}
    assert without
    assert {origins[subject.partition(":")[0]] for subject in without} == {"published"}


def test_no_figure_has_more_than_four_decimals(manifest: Section) -> None:
    for _, evaluation in evaluations(manifest):
        for metric in evaluation["metrics"].values():
            assert all(round(figure, 4) == figure for figure in (metric["value"], *metric.get("ci", ())))


def test_every_decimal_in_a_document_is_a_figure_of_the_manifest(manifest: Section, root: Path) -> None:
    known = {
        str(figure)
        for _, evaluation in evaluations(manifest)
        for metric in evaluation["metrics"].values()
        for figure in (metric["value"], *metric.get("ci", ()))
    }
    for document in manifest["documents"]:
        text = (root / document["path"]).read_text(encoding="utf-8").replace("medRxiv 2023.12.01.23299267", "")
        assert set(re.findall(r"\b\d+\.\d+\b", text)) <= known


def test_a_document_states_the_figure_of_the_version_it_names(manifest: Section, root: Path) -> None:
    text = (root / "documents/validation-breast-malignancy.md").read_text(encoding="utf-8")
    stated = metrics(manifest, "breast-malignancy:3", "wdbc-test@2025-01", "all")["auroc"]
    low, high = stated["ci"]
    expected = f"gradient boosting: auroc {stated['value']} (95 % interval {low} to {high}, n = {stated['n']})"
    assert expected in text


def test_a_document_may_not_name_a_figure_that_does_not_exist(manifest: Section) -> None:
    with pytest.raises(KeyError):
        render("{{figure breast-malignancy:9 auroc wdbc-test@2025-01 all}}", manifest)


@pytest.mark.parametrize(
    ("metric", "first", "second", "dataset"),
    [
        ("auroc", "breast-malignancy:2", "breast-malignancy:3", "wdbc-test@2025-01"),
        ("brier", "breast-malignancy:2", "breast-malignancy:4", "wdbc-test@2025-01"),
        ("auroc", "kidney-transplant-mortality:1", "kidney-transplant-mortality:2", "kidney-test@2025-06"),
        ("auroc", "kidney-transplant-mortality:2", "kidney-transplant-mortality:3", "kidney-test@2025-06"),
    ],
)
def test_the_differences_that_the_documents_call_noise_are_noise(
    manifest: Section, metric: str, first: str, second: str, dataset: str
) -> None:
    one, other = (metrics(manifest, subject, dataset, "all")[metric]["ci"] for subject in (first, second))
    assert one[0] <= other[1] and other[0] <= one[1]


def test_the_intervals_by_sex_of_diabetes_progression_overlap_as_the_limitations_say(manifest: Section) -> None:
    one, other = (
        metrics(manifest, "diabetes-progression:2", "diabetes-test@2025-02", f"sex={code}")["auroc"]["ci"]
        for code in (1, 2)
    )
    assert one[0] <= other[1] and other[0] <= one[1]


def test_rouge_and_medcon_disagree_on_the_winner(manifest: Section) -> None:
    rows = {who: e["metrics"] for who, e in evaluations(manifest) if e["dataset"] == "aci-bench@test-1"}
    assert len(rows) == 6
    assert max(rows, key=lambda who: rows[who]["rouge1"]["value"]) == "bart-samsum-division:1"
    assert max(rows, key=lambda who: rows[who]["medcon"]["value"]) == "gpt-4:1"


def test_a_recalibration_keeps_the_auroc_of_its_base_and_tempers_its_probabilities(
    manifest: Section, root: Path
) -> None:
    from askreg.demo.recipes import NUCLEI
    from askreg.demo.tables import all_tables

    inputs = all_tables()["wdbc-test@2025-01"].matrix(NUCLEI)
    certainty = {}
    for version in (2, 4):
        path = root / "artifacts" / f"breast-malignancy-{version}.skops"
        model = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
        certainty[version] = np.abs(model.predict_proba(inputs)[:, 1] - 0.5).mean()
    assert certainty[4] < certainty[2]
    one, other = (metrics(manifest, f"breast-malignancy:{v}", "wdbc-test@2025-01", "all")["auroc"] for v in (2, 4))
    assert one == other


def test_a_perfect_score_in_a_small_cohort_keeps_a_wide_interval() -> None:
    low, high = auroc_interval(1.0, 4, 10)
    assert low < 0.8
    assert high == 1.0
    assert wilson(4, 4)[0] < 0.6


def test_ties_count_half_in_auroc() -> None:
    assert auroc(np.array([True, False]), np.array([0.5, 0.5])) == 0.5


def test_the_published_example_of_wilson_is_met() -> None:
    low, high = wilson(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_a_cohort_with_one_outcome_gives_no_auroc() -> None:
    found = classification_metrics(np.zeros(5), np.linspace(0, 1, 5), threshold=0.5)
    assert sorted(found) == ["brier", "specificity"]


def test_the_bootstrap_of_a_constant_has_no_width() -> None:
    assert bootstrap(20, lambda weights: weights @ np.full(20, 0.25)) == pytest.approx((0.25, 0.25))
