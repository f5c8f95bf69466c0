"""Comparison: figures side by side only where they were measured alike."""

import math
from decimal import Decimal
from typing import Any

import pytest
from clocks import Clock
from hypothesis import given
from hypothesis import strategies as st

from askreg.errors import InvalidInput, NotFound
from askreg.registry.comparison import difference_interval
from askreg.registry.registry import Registry
from askreg.registry.results import Comparison, ComparisonRow

AUROC_1 = {"auroc": {"value": "0.800", "n": 1200, "ci": ["0.780", "0.820"]}}
AUROC_2 = {"auroc": {"value": "0.871", "n": 1200, "ci": ["0.852", "0.889"]}}


@pytest.fixture
def versions(registry: Registry) -> Registry:
    """Three versions of one model and one of another, none evaluated; datasets a@1, a@2."""
    with registry.transaction():
        for label in ("1", "2"):
            registry.register_dataset_version(dataset="a", version=label)
        registry.register_model(name="m")
        registry.register_model(name="single")
        for _ in range(3):
            registry.register_version(model="m")
        registry.register_version(model="single")
    return registry


def evaluate(registry: Registry, version: str, metrics: dict[str, Any], dataset: str = "a@1", **more: Any) -> None:
    registry.evaluate(version=version, dataset=dataset, metrics=metrics, **more)


def only(comparison: Comparison) -> ComparisonRow:
    (row,) = comparison.rows
    return row


def test_a_row_has_both_figures_and_their_exact_difference(versions: Registry) -> None:
    evaluate(versions, "m:1", AUROC_1)
    evaluate(versions, "m:2", AUROC_2, evidence="third-party")
    row = only(versions.compare(["m:1", "m:2"]))
    assert (row.metric, row.dataset, row.split, row.cohort, row.better) == ("auroc", "a@1", "test", "all", "higher")
    assert (row.values["m:1"].value, row.values["m:2"].value) == (Decimal("0.800"), Decimal("0.871"))
    assert (row.values["m:2"].n, row.values["m:2"].evidence) == (1200, "third-party")
    assert (row.difference, row.comparable, row.why_not) == (Decimal("0.071"), True, None)
    assert only(versions.compare(["m:2", "m:1"])).difference == Decimal("-0.071")


def test_a_difference_loses_no_digit(versions: Registry) -> None:
    evaluate(versions, "m:1", {"f1": "0.1000000000000000000000000000000000000001"})
    evaluate(versions, "m:2", {"f1": "10.1"})
    difference = only(versions.compare(["m:1", "m:2"])).difference
    assert difference == Decimal("9.9999999999999999999999999999999999999999")


def test_the_difference_has_an_interval_when_both_figures_have(versions: Registry) -> None:
    evaluate(versions, "m:1", {**AUROC_1, "brier": 0.2})
    evaluate(versions, "m:2", {**AUROC_2, "brier": {"value": 0.1, "ci": [0.08, 0.12]}})
    rows = {row.metric: row for row in versions.compare(["m:1", "m:2"]).rows}
    assert rows["auroc"].difference_ci == (Decimal("0.043"), Decimal("0.098"))
    assert (rows["brier"].difference_ci, rows["brier"].within_noise) == (None, None)


@pytest.mark.parametrize(
    ("second", "within"),
    [(["0.790", "0.850"], True), (["0.820", "0.850"], True), (["0.821", "0.850"], False)],
)
def test_overlapping_intervals_are_within_noise(versions: Registry, second: list[str], within: bool) -> None:
    evaluate(versions, "m:1", AUROC_1)
    evaluate(versions, "m:2", {"auroc": {"value": "0.830", "ci": second}})
    assert only(versions.compare(["m:1", "m:2"])).within_noise is within


FIGURES = st.lists(st.decimals("0", "1", places=3), min_size=3, max_size=3).map(sorted).map(tuple)


@given(first=FIGURES, second=FIGURES)
def test_the_interval_holds_the_difference_and_is_symmetric(
    first: tuple[Decimal, Decimal, Decimal], second: tuple[Decimal, Decimal, Decimal]
) -> None:
    low, high = difference_interval(first, second)
    assert low <= second[1] - first[1] <= high
    assert difference_interval(second, first) == (-high, -low)
    widest = (second[0] - first[2], second[2] - first[0])
    assert widest[0] <= low and high <= widest[1]


def wilson(events: int, n: int) -> tuple[Decimal, Decimal, Decimal]:
    z, share = 1.959964, events / n
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return Decimal(f"{low:.8f}"), Decimal(f"{share:.8f}"), Decimal(f"{high:.8f}")


def test_the_interval_of_a_published_example_agrees() -> None:
    # Newcombe (1998), method 10: 56 of 70 less 48 of 80 is 0.2, from 0.0524 to 0.3339.
    low, high = difference_interval(wilson(48, 80), wilson(56, 70))
    assert (round(low, 4), round(high, 4)) == (Decimal("0.0524"), Decimal("0.3339"))


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"dataset": "a@2"}, "dataset"),
        ({"split": "external"}, "split"),
        ({"cohort": "sex=female"}, "cohort"),
    ],
)
def test_what_was_not_measured_alike_is_not_compared_and_says_why(
    versions: Registry, other: dict[str, str], what: str
) -> None:
    evaluate(versions, "m:1", AUROC_1)
    evaluate(versions, "m:2", AUROC_2, **other)
    comparison = versions.compare(["m:1", "m:2"])
    assert [(row.comparable, row.difference, len(row.values)) for row in comparison.rows] == [(False, None, 1)] * 2
    assert all(f"another {what}" in (row.why_not or "") for row in comparison.rows)
    assert {subject: len(settings) for subject, settings in comparison.only_in.items()} == {"m:1": 1, "m:2": 1}


def test_another_metric_configuration_is_not_comparable(versions: Registry) -> None:
    evaluate(versions, "m:1", {"sensitivity": {"value": 0.8, "config": {"threshold": 0.5}}})
    evaluate(versions, "m:2", {"sensitivity": {"value": 0.9, "config": {"threshold": 0.4}}})
    rows = versions.compare(["m:1", "m:2"]).rows
    assert [row.config for row in rows] == [{"threshold": 0.4}, {"threshold": 0.5}]
    assert all(not row.comparable and "another metric configuration" in (row.why_not or "") for row in rows)


def test_what_one_version_alone_has_is_listed_under_it(versions: Registry) -> None:
    evaluate(versions, "m:1", {**AUROC_1, "brier": 0.2})
    evaluate(versions, "m:2", AUROC_2)
    comparison = versions.compare(["m:1", "m:2"])
    assert [row.metric for row in comparison.rows] == ["auroc"]
    assert [setting.metric for setting in comparison.only_in["m:1"]] == ["brier"]
    assert comparison.only_in["m:2"] == []


def test_three_versions_have_no_difference(versions: Registry) -> None:
    for number in (1, 2, 3):
        evaluate(versions, f"m:{number}", AUROC_1)
    row = only(versions.compare(["m:1", "m:2", "m:3"]))
    assert (row.comparable, row.difference, len(row.values)) == (True, None, 3)


def test_a_setting_that_two_of_three_share_says_what_the_third_lacks(versions: Registry) -> None:
    evaluate(versions, "m:1", AUROC_1)
    evaluate(versions, "m:2", AUROC_2)
    row = only(versions.compare(["m:1", "m:2", "m:3"]))
    assert (set(row.values), row.comparable, row.why_not) == ({"m:1", "m:2"}, False, "m:3 has no auroc")


def test_of_two_evaluations_in_a_setting_the_later_counts(versions: Registry, clock: Clock) -> None:
    clock.advance(days=2)
    evaluate(versions, "m:1", AUROC_1)
    evaluate(versions, "m:2", AUROC_2)
    evaluate(versions, "m:1", {"auroc": 0.9, "f1": 0.5}, at="2026-07-02T00:00:00Z")
    assert only(versions.compare(["m:1", "m:2"])).values["m:1"].value == Decimal("0.8")


def test_a_declared_metric_is_better_lower(versions: Registry) -> None:
    versions.declare_metric(name="alarms", better="lower")
    for version in ("m:1", "m:2"):
        evaluate(versions, version, {"alarms": 3, "brier": 0.1, "f1": 0.5})
    ways = {row.metric: row.better for row in versions.compare(["m:1", "m:2"]).rows}
    assert ways == {"alarms": "lower", "brier": "lower", "f1": "higher"}


def test_one_metric_may_be_asked_for(versions: Registry) -> None:
    for version in ("m:1", "m:2"):
        evaluate(versions, version, {"auroc": 0.8, "brier": 0.1})
    assert only(versions.compare(["m:1", "m:2"], metric="brier")).metric == "brier"
    with pytest.raises(NotFound, match="did you mean 'auroc'"):
        versions.compare(["m:1", "m:2"], metric="aucroc")


def test_a_model_of_one_version_may_be_named_without_its_number(versions: Registry) -> None:
    assert versions.compare(["m:1", "single"]).subjects == ["m:1", "single:1"]


@pytest.mark.parametrize(
    ("subjects", "message"),
    [
        (["m:1"], "takes two or more versions"),
        (["m:1", "m:1"], "is compared already"),
        (["m:1", "m"], "write m:1 or m@alias"),
        (["m:1", "a@1"], "'a@1' is a dataset version"),
    ],
)
def test_what_cannot_be_compared_is_named_with_the_way_out(
    versions: Registry, subjects: list[str], message: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        versions.compare(subjects)
    assert message in str(raised.value)
