"""Comparisons, leaderboards and lineage for people."""

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from askreg.cli.tables import cell, ending, figure, interval, line, put, rows
from askreg.registry import results
from askreg.registry.tables import Relation

BACKWARDS: dict[Relation, str] = {
    "generated_by": "made",
    "used": "used by",
    "derived_from": "basis of",
    "evaluated_on": "used to evaluate",
    "deployed": "ran at",
    "about": "described in",
}
"""How an edge reads from what it leads to."""


def comparison(found: results.Comparison) -> None:
    """Print it."""
    rows(
        "|".join(["metric", "measured on", *found.subjects, "#difference", "note"]),
        (
            (
                r.metric,
                f"{r.dataset} {r.split} {r.cohort}",
                *(_compared(r.values.get(subject)) for subject in found.subjects),
                _difference(r),
                _note(r),
            )
            for r in found.rows
        ),
    )
    for subject, settings in found.only_in.items():
        rows(
            "metric|dataset|split|cohort",
            ((s.metric, s.dataset, s.split, s.cohort) for s in settings),
            title=f"Measured only for {subject}, so not compared",
        )
    if not any(r.comparable for r in found.rows):
        line("nothing was measured alike: same metric, dataset version, split and cohort", style="yellow")


def _compared(found: results.Cell | None) -> str | None:
    if found is None:
        return None
    count = f" n={found.n}" if found.n else ""
    return figure(found.value, found.unit) + count + (f"\n{interval(found.ci)}" if found.ci else "")


def _difference(row: results.ComparisonRow) -> str | None:
    return None if row.difference is None else f"{row.difference:+f}"


def _note(row: results.ComparisonRow) -> str:
    if not row.comparable:
        return f"not comparable: {row.why_not}"
    grades = {found.evidence for found in row.values.values()}
    notes = [f"{row.better} is better" if row.better else ""]
    notes.append("within noise" if row.within_noise else "")
    notes.append(f"evidence differs: {', '.join(sorted(grades))}" if len(grades) > 1 else "")
    return "; ".join(filter(None, notes))


def leaderboard(board: results.Leaderboard) -> None:
    """Print it."""
    for group in board.groups:
        rows(
            "#rank|version|#value|ci|#n|evidence|#event",
            (
                (r.rank, r.subject, figure(r.value, r.unit), interval(r.ci), r.n, r.evidence, r.event)
                for r in group.rows
            ),
            title=f"{board.metric} on {group.dataset}, {group.split}, {group.cohort}",
        )
    if board.better:
        line(f"\n{board.better} is better; figures of different tables are not comparable", style="dim")
    ending(board, "figure")


def lineage(graph: results.Lineage) -> None:
    """Print it."""
    titles = {"up": "came from", "down": "led to"}
    for direction, title in titles.items():
        if graph.direction in (direction, "both"):
            tree = _tree(graph, up=direction == "up")
            line(f"{graph.subject} {title}" + ("" if tree.children else " nothing on record"), style="bold")
            if tree.children:
                put(tree)
    count = f"{len(graph.nodes)} nodes, {len(graph.edges)} edges"
    line(
        f"{count}; cut short, see more with --limit" if graph.truncated else count,
        style="yellow" if graph.truncated else "dim",
    )


def _tree(graph: results.Lineage, *, up: bool) -> Tree:
    """Return the graph as a tree from its subject; what was shown before is named, not repeated."""
    onward: dict[str, list[results.Arrow]] = {}
    for arrow in graph.edges:
        onward.setdefault(arrow.source if up else arrow.target, []).append(arrow)
    root = Tree(cell(graph.subject), guide_style="dim", hide_root=True)
    seen, todo = {graph.subject}, [(root, graph.subject)]
    while todo:
        branch, subject = todo.pop(0)
        for arrow in onward.get(subject, ()):
            target = arrow.target if up else arrow.source
            again = target in seen and target in onward
            twig = branch.add(_arrow(arrow, target, up=up, again=again))
            if target not in seen:
                seen.add(target)
                todo.append((twig, target))
    return root


def _arrow(arrow: results.Arrow, target: str, *, up: bool, again: bool) -> RenderableType:
    relation = (arrow.relation.replace("_", " ") if up else BACKWARDS[arrow.relation]) + (
        f" ({arrow.role})" if arrow.role else ""
    )
    label = Text.assemble((f"{relation}: ", "dim"), cell(target))
    return label.append(" – see elsewhere in this tree", "dim") if again else label
