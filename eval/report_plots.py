"""The plots of the report: SVG that takes its colours from the page, so that it reads in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from markupsafe import Markup

from eval import figures
from eval.report_words import shown
from eval.summary import Share, Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _DIM, _LINE, _MARK, _BAD = "#010101", "#020202", "#030303", "#040404", "#050505"
_COLOURS = {
    _INK: "currentColor", _DIM: "var(--dim)", _LINE: "var(--line)", _MARK: "var(--mark)", _BAD: "var(--bad)",
}  # fmt: skip
"""What matplotlib draws with, and what the page then makes of it."""
_WIDTH = 5.0
"""Inches of 72 units: narrow enough to be read on a telephone."""
_SIZE = 11
"""Units of the letters."""
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


def accuracy(shares: Mapping[str, Share], name: str) -> Markup:
    """Draw the share of right answers of each group, the lowest first, with its interval."""
    order = sorted(shares, key=lambda key: (-(shares[key].share or 0.0), key))
    figure, axes = _plot(0.5 + 0.22 * len(order))
    _intervals(axes, [(key, shares[key], _MARK) for key in order])
    axes.set_xlim(0, 1)
    _percents(axes)
    return _svg(figure, f"accuracy-{name}")


def reliability(made: Summary) -> Markup:
    """Draw reliability against the penalty of a confident wrong answer."""
    figure, axes = _plot(2.6)
    right, wrong = made.all.right.hits, made.all.confident_wrong
    penalties = [step / 4 for step in range(41)]
    values = [figures.penalised(right, wrong, made.rows, c) for c in penalties]
    axes.plot(penalties, values, color=_MARK, linewidth=1.8)
    axes.plot([int(c) for c in made.reliability], list(made.reliability.values()), "o", color=_MARK, markersize=5)
    axes.axhline(0, color=_DIM, linewidth=0.8)
    axes.set_xlim(-0.2, 10.2)
    lowest = min(0.0, *values)
    axes.set_ylim(lowest - 0.03 * (1 - lowest), 1 + 0.03 * (1 - lowest))
    axes.set_xlabel("penalty c of a confident wrong answer", color=_INK, fontsize=_SIZE)
    return _svg(figure, "reliability")


def latency(seconds: Sequence[float], made: Summary) -> Markup:
    """Draw the share of questions that were answered within so long."""
    figure, axes = _plot(2.6)
    ordered = sorted(seconds)
    if ordered:
        axes.ecdf(ordered, color=_MARK, linewidth=1.8)
    if ordered and ordered[0] > 0 and ordered[-1] > 10 * ordered[0]:
        axes.set_xscale("log")
    for value, share, label in ((made.latency.median, 0.5, "median"), (made.latency.p95, 0.95, "95 %")):
        if value is not None:
            axes.plot([value], [share], "o", color=_MARK, markersize=5)
            axes.annotate(label, (value, share), (7, -11), textcoords="offset points", color=_INK, fontsize=_SIZE)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter(lambda value, _: "")
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("seconds", color=_INK, fontsize=_SIZE)
    return _svg(figure, "latency")


def shares(named: Sequence[tuple[str, Share]], name: str, *, bad: Sequence[str] = ()) -> Markup:
    """Draw shares with their intervals, from the first down; `bad` are those that should be none."""
    figure, axes = _plot(0.5 + 0.32 * len(named))
    _intervals(axes, [(label, share, _BAD if label in bad else _MARK) for label, share in reversed(named)])
    _percents(axes)
    axes.set_xlim(-0.02, 1.02)
    return _svg(figure, name)


def _plot(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    axes.tick_params(colors=_INK, length=0, labelsize=_SIZE)
    axes.grid(True, color=_LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _intervals(axes: Axes, lines: Sequence[tuple[str, Share, str]]) -> None:
    for y, (_, share, colour) in enumerate(lines):
        if share.share is not None and share.interval is not None:
            axes.plot(share.interval, (y, y), color=colour, linewidth=1.8, solid_capstyle="round")
            axes.plot([share.share], [y], "o", color=colour, markersize=5)
    labels = [f"{shown(label)} ({share.of})" for label, share, _ in lines]
    axes.set_yticks(range(len(lines)), [_ascii(label) for label in labels], parse_math=False)
    axes.set_ylim(-0.6, len(lines) - 0.4)
    axes.grid(False, axis="y")


def _percents(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")


def _ascii(label: str) -> str:
    """Return a label that matplotlib has glyphs for, and whose length leaves room for the plot."""
    plain = label.encode("ascii", "backslashreplace").decode()
    return plain if len(plain) <= 30 else f"{plain[:14]}...{plain[-13:]}"


def _svg(figure: Figure, name: str) -> Markup:
    import matplotlib

    drawn = BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    return Markup(_inlined(drawn.getvalue(), name))


def _inlined(drawn: bytes, name: str) -> str:
    """Return the drawing as a part of a page: no namespaces, metadata, styles, or ids that another drawing may have."""
    root = ElementTree.fromstring(drawn)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    ids = {href[1:] for node in root.iter() if (href := node.get(_HREF))}
    ids |= {found for node in root.iter() for found in re.findall(r"url\(#([^)]+)\)", str(node.attrib))}
    number = count(1)
    short = {old: f"{name}-{next(number)}" for old in sorted(ids)}
    for node in root.iter():
        node.tag = node.tag.removeprefix(_SVG)
        node.attrib = dict(_attributes(node.attrib, short))
    width, height = (root.get("viewBox") or "").split()[2:]
    root.attrib = {"class": "plot", "viewBox": f"0 0 {width} {height}", "aria-hidden": "true"}
    text = re.sub(r">\s+<", "><", ElementTree.tostring(root, encoding="unicode"))
    return re.sub("|".join(_COLOURS), lambda found: _COLOURS[found[0]], text)


def _attributes(given: Mapping[str, str], short: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    for key, value in given.items():
        if key == "id":
            kept += [("id", short[value])] if value in short else []
        elif key == _HREF:
            kept.append(("href", f"#{short[value[1:]]}"))
        elif key == "style":
            kept += _presented(value)
        else:
            kept.append((key, re.sub(r"#([^)]+)(?=\))", lambda found: f"#{short[found[1]]}", value)))
    return kept


def _presented(style: str) -> list[tuple[str, str]]:
    """Return a style as attributes, which need no leave of the page's policy."""
    made: list[tuple[str, str]] = []
    for key, _, value in (part.strip().partition(": ") for part in style.split(";") if part.strip()):
        size = re.search(r"([\d.]+)px", value)
        if key != "font-family":  # the page's own
            made.append(("font-size", size[1]) if key == "font" and size else (key, value))
    return made
