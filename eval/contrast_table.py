"""A comparison of two runs as a table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from eval.compare import Comparison, Contrast

_STYLES = {"better": "green", "worse": "bold red", "no difference shown": ""}


def shown(found: Comparison, console: Console | None = None) -> None:
    """Print the comparison: a row for each category, what stands on one side only, and the verdict."""
    console = console or Console()
    console.print(_table(found))
    for keys, what in (
        (found.only_in_a, "only in A"),
        (found.only_in_b, "only in B"),
        (found.changed, "of another question, expectation or gold"),
    ):
        if keys:
            console.print(f"left out, {what}: {len(keys)} rows")
    a, b = found.seconds
    console.print(f"median latency: {a * 1000:.1f} ms and {b * 1000:.1f} ms (by pair {found.slower * 1000:+.1f} ms)")
    if found.margin is not None:
        said = "is excluded" if found.drop_excluded else "is not excluded"
        console.print(f"a drop by {found.margin * 100:g} points or more {said}")
    console.print(f"[{_STYLES[found.verdict] or 'bold'}]B is {_sentence(found)}[/]", highlight=False)


def _sentence(found: Comparison) -> str:
    if found.verdict != "no difference shown":
        return f"{found.verdict} ({'; '.join(found.why)})"
    least = found.right.smallest_shown
    could = "too few cases to show any" if least is None else f"{least * 100:.1f} points could have been shown"
    return f"neither better nor worse: no difference shown ({could})"


def _table(found: Comparison) -> Table:
    table = Table(title="A and B, answer by answer")
    for name in (
        "",
        "rows",
        "both",
        "only A",
        "only B",
        "neither",
        "B - A, points",
        "95 %",
        "p",
        "p (Holm)",
        "could show",
    ):
        table.add_column(name, justify="left" if not name else "right")
    table.add_column("verdict")
    for name, contrast in found.categories.items():
        _add(table, name, contrast)
    table.add_section()
    _add(table, "right, all", found.right)
    _add(table, "confident wrong, all", found.confident_wrong)
    return table


def _add(table: Table, name: str, c: Contrast) -> None:
    low, high = c.interval
    table.add_row(
        name, str(c.rows), str(c.both), str(c.only_a), str(c.only_b), str(c.neither),
        f"{c.difference * 100:+.1f}", f"{low * 100:+.1f} to {high * 100:+.1f}", f"{c.p:.3g}", f"{c.corrected:.3g}",
        "-" if c.smallest_shown is None else f"{c.smallest_shown * 100:.1f}", c.verdict, style=_STYLES[c.verdict],
    )  # fmt: skip
