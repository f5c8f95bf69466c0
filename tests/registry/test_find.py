"""Searching models and versions."""

from collections.abc import Iterator

import pytest
from clocks import Clock
from registry.conftest import promote
from registry.statements import counted

from askreg.errors import InvalidInput, NotFound
from askreg.registry import find
from askreg.registry.registry import Registry


@pytest.fixture
def stocked(registry: Registry) -> Iterator[Registry]:
    """Three models, and versions with tags, frameworks and figures."""
    with registry.transaction():
        registry.register_dataset_version(dataset="holdout", version="1")
        registry.register_model(
            name="sepsis-risk", task="classification", owner="ada.osei", tags={"specialty": "Critical-Care"}
        )
        registry.register_model(
            name="chest-xray", task="Segmentation", owner="sam.reid", description='Says "nodule" 100%'
        )
        registry.register_model(name="summariser", task="summarisation")
        for number in range(1, 8):
            registry.register_version(
                model="sepsis-risk",
                framework="scikit-learn 1.9" if number % 2 else "torch",
                tags={"site": "north" if number < 6 else "south", "team": f"t{number % 3}", "kind": "x"},
            )
            registry.evaluate(
                version=f"sepsis-risk:{number}", dataset="holdout@1", metrics={"auroc": f"0.{80 + number}"}
            )
        registry.register_version(model="chest-xray", tags={"site": "north", "team": "t1"})
        registry.evaluate(version="chest-xray:1", dataset="holdout@1", cohort="sex=female", metrics={"auroc": 0.5})
    yield registry


def names(registry: Registry, **given: object) -> list[str]:
    return [model.name for model in registry.find_models(**given).models]  # type: ignore[arg-type]


def subjects(registry: Registry, **given: object) -> list[str]:
    return [version.subject for version in registry.find_versions(**given).versions]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SEPSIS", ["sepsis-risk"]),
        ("risk sepsis", ["sepsis-risk"]),
        ("critical", ["sepsis-risk"]),
        ("sam.reid", ["chest-xray"]),
        ("segmentation", ["chest-xray"]),
        ('"nodule" 100%', ["chest-xray"]),
        ("s", ["chest-xray", "sepsis-risk", "summariser"]),
        ("se_sis", []),
        ("sepsis nodule", []),
    ],
)
def test_each_word_is_looked_for_in_name_description_tags_owner_and_task(
    stocked: Registry, text: str, found: list[str]
) -> None:
    assert names(stocked, text=text) == found


def test_models_are_found_by_task_owner_tag_and_all_of_them(stocked: Registry) -> None:
    assert names(stocked, task="segmentation") == ["chest-xray"]
    assert names(stocked, owner="ada.osei") == ["sepsis-risk"]
    assert names(stocked, tags={"specialty": "Critical-Care"}) == ["sepsis-risk"]
    assert names(stocked, task="segmentation", owner="ada.osei") == []


def test_a_model_is_in_the_stage_of_any_of_its_versions(filled: Registry, lena: Registry) -> None:
    filled.register_model(name="other")
    assert names(filled, stage="production") == []
    promote(filled, lena)
    assert names(filled, stage="Production") == ["sepsis-risk"]


def test_a_models_summary_counts_versions_and_names_aliases(stocked: Registry) -> None:
    stocked.set_alias(model="sepsis-risk", alias="champion", version=7)
    page = stocked.find_models(text="sepsis")
    assert (page.total, page.models[0].versions, page.models[0].aliases) == (1, 7, {"champion": 7})


def test_an_unknown_stage_names_the_nearest(stocked: Registry) -> None:
    with pytest.raises(InvalidInput, match="stage 'prodution' is not one of .*did you mean 'production'"):
        stocked.find_models(stage="prodution")


def test_versions_with_all_the_tags_are_found(stocked: Registry) -> None:
    assert subjects(stocked, tags={"site": "north", "team": "t1"}) == ["sepsis-risk:1", "sepsis-risk:4", "chest-xray:1"]
    assert subjects(stocked, tags={"kind": "x", "site": "south", "team": "t0"}) == ["sepsis-risk:6"]
    assert subjects(stocked, tags={"kind": "x", "team": "t9"}) == []


def test_a_tag_of_a_model_is_not_one_of_its_versions(stocked: Registry) -> None:
    assert subjects(stocked, tags={"specialty": "Critical-Care"}) == []


def test_tags_are_those_of_then(stocked: Registry, clock: Clock) -> None:
    clock.advance(days=2)
    stocked.update_version(version="sepsis-risk:6", tags={"site": "north", "kind": None})
    assert subjects(stocked, tags={"site": "south", "kind": "x"}) == ["sepsis-risk:7"]
    assert subjects(stocked, tags={"site": "south", "kind": "x"}, as_of="2026-07-01") == [
        "sepsis-risk:6",
        "sepsis-risk:7",
    ]


@pytest.mark.parametrize(
    ("metric", "numbers"),
    [
        ("auroc>=0.85", [5, 6, 7]),
        ("auroc > 0.85", [6, 7]),
        ("AUROC=0.830", [3]),
        ("auroc!=0.83", [1, 2, 4, 5, 6, 7]),
        ("auroc<0.82", [1]),
        ("auroc<=.82", [1, 2]),
        ("auroc>9", []),
    ],
)
def test_a_metric_is_compared_as_a_number(stocked: Registry, metric: str, numbers: list[int]) -> None:
    assert subjects(stocked, metric=metric) == [f"sepsis-risk:{number}" for number in numbers]


def test_a_metric_is_of_the_whole_cohort_unless_another_is_named(stocked: Registry) -> None:
    assert subjects(stocked, metric="auroc<=0.5") == []
    assert subjects(stocked, metric="auroc[sex=female]<=0.5") == ["chest-xray:1"]


@pytest.mark.parametrize("metric", ["auroc", "auroc>=good", "auroc=>0.8", "auroc[female]>0.1"])
def test_a_condition_that_makes_no_sense_is_refused(stocked: Registry, metric: str) -> None:
    with pytest.raises(InvalidInput, match=r"auroc|cohort"):
        stocked.find_versions(metric=metric)


def test_versions_are_found_by_model_stage_and_framework(stocked: Registry) -> None:
    assert subjects(stocked, framework="Scikit-Learn") == [f"sepsis-risk:{number}" for number in (1, 3, 5, 7)]
    assert subjects(stocked, framework="scikit-learn 1.9", tags={"site": "south"}) == ["sepsis-risk:7"]
    assert subjects(stocked, framework="scikit") == []
    assert subjects(stocked, model="Chest-Xray", stage="experimental") == ["chest-xray:1"]
    assert subjects(stocked, stage="approved") == []
    assert subjects(stocked, stage="experimental", tags={"site": "south"}) == ["sepsis-risk:6", "sepsis-risk:7"]


def test_an_unknown_model_names_the_nearest(stocked: Registry) -> None:
    with pytest.raises(NotFound, match="did you mean 'sepsis-risk'"):
        stocked.find_versions(model="sepsis-rsk")


def test_pages_follow_one_another_without_gap_or_overlap(stocked: Registry) -> None:
    seen: list[str] = []
    cursor = None
    for expected in (3, 3, 2):
        page = stocked.find_versions(limit=3, cursor=cursor)
        assert (page.total, page.returned, page.truncated) == (8, expected, expected == 3)
        seen += [version.subject for version in page.versions]
        cursor = page.next
    assert cursor is None
    assert seen == [*(f"sepsis-risk:{number}" for number in range(1, 8)), "chest-xray:1"]


def test_a_page_of_models_goes_on_after_the_last_name(stocked: Registry) -> None:
    first = stocked.find_models(limit=2)
    stocked.register_model(name="aaa")
    second = stocked.find_models(limit=2, cursor=first.next)
    assert [m.name for m in (*first.models, *second.models)] == ["chest-xray", "sepsis-risk", "summariser"]
    assert (second.total, second.truncated, second.next) == (4, False, None)


@pytest.mark.parametrize("cursor", ["", "nonsense", "W10", "WyJtb2RlbHMiLCAieCJd", "é"])
def test_a_cursor_of_no_page_is_refused(stocked: Registry, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="is not one that a page of versions gave"):
        stocked.find_versions(cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, True])
def test_a_page_has_at_least_one_row(stocked: Registry, limit: int) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        stocked.find_versions(limit=limit)


def test_a_page_takes_as_many_statements_whatever_its_size(stocked: Registry) -> None:
    def statements(limit: int) -> tuple[int, int]:
        with stocked.view() as view:
            with counted(view.connection) as of_versions:
                find.find_versions(view, tags={"kind": "x", "site": "north", "team": "t1"}, limit=limit)
            with counted(view.connection) as of_models:
                find.find_models(view, text="s", limit=limit)
        return len(of_versions), len(of_models)

    assert statements(1) == statements(50) == (4, 5)
