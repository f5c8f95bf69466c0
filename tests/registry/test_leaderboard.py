"""Leaderboards: versions ranked by a metric, among those measured alike."""

from decimal import Decimal
from typing import Any

import pytest
from clocks import Clock
from registry.statements import counted

from askreg.errors import InvalidInput, NotFound
from askreg.registry import comparison
from askreg.registry.registry import Registry
from askreg.registry.results import Leaderboard


@pytest.fixture
def board(registry: Registry) -> Registry:
    """Four versions of one model and one of another, all with an AUROC on a@1."""
    with registry.transaction():
        for name, version in (("a", "1"), ("a", "2"), ("b", "1")):
            registry.register_dataset_version(dataset=name, version=version)
        registry.register_model(name="m", task="classification")
        registry.register_model(name="other", task="triage")
        for number, value in enumerate(("0.70", "0.90", "0.9", "0.80"), start=1):
            registry.register_version(model="m")
            evaluate(registry, f"m:{number}", value)
        registry.register_version(model="other")
        evaluate(registry, "other:1", "0.85")
    return registry


def evaluate(registry: Registry, version: str, value: str, metric: str = "auroc", **more: Any) -> None:
    given = {"dataset": "a@1", **more}
    registry.evaluate(version=version, metrics={metric: {"value": value, "n": 100, **given.pop("figure", {})}}, **given)


def ranks(leaderboard: Leaderboard) -> list[list[tuple[int, str]]]:
    return [[(row.rank, row.subject) for row in group.rows] for group in leaderboard.groups]


def test_the_best_comes_first_and_equals_share_a_rank(board: Registry) -> None:
    found = board.leaderboard("auroc")
    assert ranks(found) == [[(1, "m:2"), (1, "m:3"), (3, "other:1"), (4, "m:4"), (5, "m:1")]]
    assert (found.better, found.total, found.returned, found.truncated) == ("higher", 5, 5, False)
    best = found.groups[0].rows[0]
    assert (best.value, best.n, best.evidence) == (Decimal("0.9"), 100, "self-reported")


def test_lower_is_better_where_it_is(board: Registry) -> None:
    board.declare_metric(name="alarms", better="lower")
    for metric in ("brier", "alarms"):
        evaluate(board, "m:1", "0.2", metric)
        evaluate(board, "m:2", "0.1", metric)
        found = board.leaderboard(metric)
        assert (found.better, ranks(found)) == ("lower", [[(1, "m:2"), (2, "m:1")]])


def test_each_setting_is_a_group_of_its_own(board: Registry) -> None:
    evaluate(board, "m:1", "0.95", dataset="a@2")
    evaluate(board, "m:1", "0.94", dataset="b@1")
    evaluate(board, "m:1", "0.93", cohort="sex=female")
    evaluate(board, "m:1", "0.92", split="external")
    evaluate(board, "m:1", "0.91", figure={"config": {"average": "macro"}})
    groups = [(g.dataset, g.split, g.cohort, g.config, len(g.rows)) for g in board.leaderboard("auroc").groups]
    assert groups == [
        ("a@1", "external", "all", None, 1),
        ("a@1", "test", "all", None, 5),
        ("a@1", "test", "all", {"average": "macro"}, 1),
        ("a@1", "test", "sex=female", None, 1),
        ("a@2", "test", "all", None, 1),
        ("b@1", "test", "all", None, 1),
    ]


@pytest.mark.parametrize(
    ("only", "total"),
    [
        ({"dataset": "a@2"}, 1),
        ({"dataset": "a"}, 7),
        ({"split": "external"}, 1),
        ({"cohort": "all", "split": "test"}, 6),
        ({"task": "triage"}, 1),
        ({"dataset": "b"}, 0),
    ],
)
def test_it_can_be_narrowed(board: Registry, only: dict[str, str], total: int) -> None:
    evaluate(board, "m:1", "0.95", dataset="a@2")
    evaluate(board, "m:1", "0.92", split="external")
    found = board.leaderboard("auroc", **only)
    assert (found.total, sum(len(group.rows) for group in found.groups)) == (total, total)


def test_the_latest_evaluation_counts(board: Registry, clock: Clock) -> None:
    clock.advance(days=1)
    evaluate(board, "m:2", "0.10")
    assert ranks(board.leaderboard("auroc"))[0][-1] == (5, "m:2")
    assert ranks(board.leaderboard("auroc", as_of="2026-07-01T12:00:00Z"))[0][0] == (1, "m:2")


def test_a_later_evaluation_without_the_metric_does_not_hide_it(board: Registry, clock: Clock) -> None:
    clock.advance(days=1)
    evaluate(board, "m:2", "0.5", "f1")
    assert board.leaderboard("auroc").total == 5


def test_retired_versions_are_listed(board: Registry) -> None:
    board.retire(version="m:2")
    assert (1, "m:2") in ranks(board.leaderboard("auroc"))[0]


def test_a_list_that_is_cut_says_so(board: Registry) -> None:
    evaluate(board, "m:1", "0.95", dataset="a@2")
    found = board.leaderboard("auroc", limit=3)
    assert (found.total, found.returned, found.truncated) == (6, 3, True)
    assert ranks(found) == [[(1, "m:2"), (1, "m:3"), (3, "other:1")]]


def test_the_number_of_statements_does_not_grow_with_the_rows(board: Registry) -> None:
    def sent(limit: int) -> int:
        with board.view() as seen, counted(seen.connection) as statements:
            comparison.leaderboard(seen, "auroc", limit=limit)
        return len(statements)

    assert sent(1) == sent(5)


def test_an_unknown_metric_offers_the_nearest(board: Registry) -> None:
    with pytest.raises(NotFound, match="did you mean 'auroc'"):
        board.leaderboard("aucroc")
    with pytest.raises(InvalidInput, match="limit 0"):
        board.leaderboard("auroc", limit=0)
