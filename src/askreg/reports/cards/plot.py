"""Cohort plots: each cohort's figure as a point in its interval, on the scale of what was recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from askreg.reports.cards.content import Figure
from askreg.reports.cards.text import html, line

WIDTH, LABELS, ROW, HEAD = 460, 170, 24, 36
"""Of the drawing: how wide it is, how much of that is names, how high a row and what is above them."""
_LONGEST = 26
"""Characters of a name that is drawn whole; all of it is in the row's title."""
_TRACK = WIDTH - LABELS - 20


@dataclass(frozen=True, slots=True)
class Point:
    """One cohort: where it lies, and its interval, as shares of the scale (0 to 1); texts as recorded."""

    cohort: str
    value: str
    at: float
    low: float | None
    high: float | None
    said: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One metric on one dataset version and split, by cohort."""

    title: str
    low: str
    high: str
    """The ends of the scale: the lowest and the highest figure or bound on record."""
    points: tuple[Point, ...]
    facts: tuple[str, ...]

    @property
    def height(self) -> int:
        """Return how high the drawing is."""
        return HEAD + ROW * len(self.points) + 26


def plots(figures: Iterable[Figure]) -> list[Plot]:
    """Return a plot of each metric that was measured alike on a cohort and on something else."""
    groups: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        key = (figure.metric, figure.dataset, figure.split, figure.evidence, figure.unit or "", str(figure.config))
        groups.setdefault(key, []).append(figure)
    return [_plot(group) for group in groups.values() if len({figure.cohort for figure in group}) > 1]


def _plot(group: list[Figure]) -> Plot:
    ends = [end for figure in group for end in (figure.value, *(figure.ci or ()))]
    low, high = min(ends, key=Decimal), max(ends, key=Decimal)
    width = Decimal(high) - Decimal(low)

    def share(text: str) -> float:
        return float((Decimal(text) - Decimal(low)) / width) if width else 0.5

    points = [
        Point(
            cohort=figure.cohort,
            value=figure.value,
            at=share(figure.value),
            low=share(figure.ci[0]) if figure.ci else None,
            high=share(figure.ci[1]) if figure.ci else None,
            said=_said(figure),
        )
        for figure in sorted(group, key=lambda figure: (figure.cohort != "all", figure.cohort))
    ]
    first = group[0]
    unit = f" in {first.unit}" if first.unit else ""
    title = f"{first.metric}{unit} by cohort on {first.setting}"
    return Plot(title, low, high, tuple(points), tuple(figure.fact for figure in group))


def _said(figure: Figure) -> str:
    interval = f", interval {figure.ci[0]} to {figure.ci[1]}" if figure.ci else ", no interval recorded"
    size = f", n = {figure.n}" if figure.n is not None else ""
    return f"{figure.cohort}: {figure.value}{interval}{size}"


def svg(plot: Plot) -> str:
    """Return the plot as inline SVG; it takes its colours from the page."""
    rows = "".join(_row(point, HEAD + ROW * index + ROW // 2) for index, point in enumerate(plot.points))
    foot = HEAD + ROW * len(plot.points) + 16
    said = html("; ".join(point.said for point in plot.points))
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {plot.height}" role="img" fill="currentColor">'
        f"<title>{html(plot.title)}</title><desc>{said}</desc>"
        f'<text class="head" x="0" y="18">{html(plot.title)}</text>{rows}'
        f'<text class="end" x="{LABELS}" y="{foot}">{html(plot.low)}</text>'
        f'<text class="end" x="{LABELS + _TRACK}" y="{foot}" text-anchor="end">{html(plot.high)}</text></svg>'
    )


def _row(point: Point, y: int) -> str:
    name = line(point.cohort)
    name = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    parts = [f'<text x="0" y="{y + 4}">{html(name)}</text>']
    ends = f'x1="{LABELS}" y1="{y}" x2="{LABELS + _TRACK}" y2="{y}"'
    parts.append(f'<line class="track" stroke="currentColor" stroke-width="0.5" {ends}/>')
    if point.low is not None and point.high is not None:
        low, high = _x(point.low), _x(point.high)
        parts.append(
            f'<line class="interval" stroke="currentColor" stroke-width="3" x1="{low}" y1="{y}" x2="{high}" y2="{y}"/>'
        )
    # Attributes for where the page's style does not reach; the style wins over them.
    shape = "point" if point.low is not None else "point bare"
    parts.append(f'<circle class="{shape}" cx="{_x(point.at)}" cy="{y}" r="5"/>')
    return f"<g><title>{html(point.said)}</title>{''.join(parts)}</g>"


def _x(share: float) -> str:
    return f"{LABELS + share * _TRACK:.1f}"


def chart(plot: Plot, *, columns: int = 40) -> str:
    """Return the plot in characters, for where there are no drawings: o is the figure, - its interval."""
    names = [line(point.cohort) for point in plot.points]
    wide = max(len(name) for name in names)
    rows = []
    for point, name in zip(plot.points, names, strict=True):
        cells = [" "] * (columns + 1)
        if point.low is not None and point.high is not None:
            for at in range(round(point.low * columns), round(point.high * columns) + 1):
                cells[at] = "-"
        cells[round(point.at * columns)] = "o"
        rows.append(f"{name.ljust(wide)} |{''.join(cells)}| {point.value}")
    foot = f"{' ' * wide}  {plot.low}{plot.high.rjust(columns + 1 - len(plot.low))}"
    return "\n".join([line(plot.title), *rows, foot])
