"""A comparison of two runs as a table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from eval.compare import Comparison, Contrast

_STYLES = {"better": "green", "worse": "bold red", "no difference shown": ""}


def shown(found: Comparison, console: Console | None = None) -> None:
    """Print the comparison: a row for each category, what stands on one side only, and the verdict."""
    console = console or Console()
    table = _table(found)
    # A terminal that is narrower than the table breaks its lines; no figure is cut.
    needed = console.measure(table, options=console.options.update(max_width=10_000)).maximum
    console.width = max(console.width, needed)
    console.print(table)
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
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("right", no_wrap=True)
    for name in (
        "rows",
        "both",
        "only\nA",
        "only\nB",
        "nei-\nther",
        "B - A, points\n(95 %)",
        "p\n(Holm)",
        "could\nshow",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for name, contrast in found.categories.items():
        _add(table, name, contrast)
    table.add_section()
    _add(table, "all", found.right)
    _add(table, "confident wrong", found.confident_wrong)
    return table


def _add(table: Table, name: str, c: Contrast) -> None:
    low, high = (f"{end * 100:+.1f}" for end in c.interval)
    table.add_row(
        name, str(c.rows), str(c.both), str(c.only_a), str(c.only_b), str(c.neither),
        f"{c.difference * 100:+.1f} ({low}, {high})", f"{c.p:.2g} ({c.corrected:.2g})",
        "-" if c.smallest_shown is None else f"{c.smallest_shown * 100:.1f}",
        "-" if c.verdict == "no difference shown" else c.verdict, style=_STYLES[c.verdict],
    )  # fmt: skip
