"""Lines and tables on the terminal. Imported only by a command that prints some: rich takes its time.

Everything that comes from the record goes through `cell`, so that no name, tag or comment is taken for markup.
"""

import json
import os
from collections.abc import Iterable, Mapping
from decimal import Decimal

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from askreg.cli.printable import printable
from askreg.registry import results

PIPED_WIDTH = 120
"""Columns where there is no terminal to ask."""
LONG_WORD, SHORT_WORD, GAP = 30, 10, 3
"""Up to which length words are kept whole, first and at the least, and what lies between two columns."""
EMPTY: tuple[object, ...] = (None, "", [], {}, ())
"""What a table shows as nothing."""


def console() -> Console:
    """Return where results are printed: stdout as it is now, in colour only on a terminal."""
    plain = Console(markup=False, highlight=False, emoji=False)
    if not plain.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        plain.width = PIPED_WIDTH
    return plain


def put(shown: RenderableType) -> None:
    """Print something; what is piped gets no padding at the ends of lines."""
    out = console()
    if out.is_terminal:
        out.print(shown)
        return
    with out.capture() as captured:
        out.print(shown)
    out.out("\n".join(text.rstrip() for text in captured.get().split("\n")), end="")


def line(*parts: object, style: str = "") -> None:
    """Print one line, wrapped at words."""
    put(Text(" ".join(printable(part) for part in parts), style=style))


def cell(value: object) -> Text:
    """Return a value as literal text."""
    if value in EMPTY:
        return Text("–", style="dim")
    if isinstance(value, Decimal):
        return Text(format(value, "f"))
    if isinstance(value, list | tuple):
        return Text(printable(", ".join(str(item) for item in value)))
    if isinstance(value, Mapping):
        return Text(printable(", ".join(f"{key}={inline(item)}" for key, item in value.items())))
    return Text(printable(value))


def when(instant: str | None) -> str | None:
    """Return an instant for a table: UTC to the second; JSON has all of it."""
    return None if instant is None else instant[:19].replace("T", " ").removesuffix(":00") + "Z"


def span(since: str, until: str | None) -> str:
    """Return an interval for a table; one that is open says no end, since "now" may not be when it was asked of."""
    return f"since {when(since)}" if until is None else f"{when(since)} – {when(until)}"


def rows(headers: str, lines: Iterable[Iterable[object]], *, title: str | None = None) -> int:
    """Print a table and return how many rows it has.

    Columns whose header begins with `#` hold figures; a column that is empty in every row is left out.
    """
    values = [list(each) for each in lines]
    if not values:
        return 0
    names = headers.split("|")
    used = [i for i in range(len(names)) if any(each[i] not in EMPTY for each in values)]
    names = [names[i] for i in used]
    cells = [[cell(each[i]) for i in used] for each in values]
    heading(title)
    widths = _widths([[Text(name.removeprefix("#")), *(row[i] for row in cells)] for i, name in enumerate(names)])
    if not widths:
        for row in cells:
            facts(dict(zip((name.removeprefix("#") for name in names), row, strict=True)))
            put(Text())
        return len(cells)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, width in zip(names, widths, strict=True):
        text = Text(printable(name.removeprefix("#")))
        shown.add_column(text, justify="right" if name.startswith("#") else "left", overflow="fold", width=width)
    for row in cells:
        shown.add_row(*row)
    put(shown)
    return len(cells)


def _widths(columns: list[list[Text]]) -> list[int]:
    """Return how wide each column is to be, or nothing where the terminal has no room for a table.

    Rich itself would cut columns off there, and fold words where another column has room to spare.
    """
    full = [max(len(line) for text in column for line in text.plain.split("\n")) for column in columns]
    words = [max(len(word) for text in column for word in ("", *text.plain.split())) for column in columns]
    widths = [min(width, LONG_WORD) for width in words]
    room = console().width - sum(width + GAP for width in widths)
    while room < 0:  # the first column names the row, so it gives way last
        widest = max(range(len(widths)), key=lambda i: (i > 0 and widths[i] > SHORT_WORD, widths[i]))
        if widths[widest] <= SHORT_WORD:
            return []
        widths[widest] -= 1
        room += 1
    order = sorted(range(len(full)), key=lambda i: full[i] - widths[i])
    for position, i in enumerate(order):  # who lacks least is served first, the others share what is left
        more = min(full[i] - widths[i], room // (len(order) - position))
        widths[i] += more
        room -= more
    return widths


def heading(title: str | None) -> None:
    """Print a heading, with a blank line before it."""
    if title:
        put(Text(f"\n{printable(title)}", style="bold"))


def facts(named: Mapping[str, object]) -> None:
    """Print what is known of one thing, name by name; what is not known is left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in named.items():
        if value not in EMPTY:
            grid.add_row(Text(printable(name)), value if isinstance(value, Text) else cell(value))
    put(grid)


def ending(page: results.Page, noun: str) -> None:
    """Print how much of a list was shown, and how to see the rest."""
    noun = noun if page.total == 1 else f"{noun}s"
    if not page.truncated:
        line(f"{page.total} {noun}", style="dim")
        return
    more = f"the next page: --cursor {page.next!r}" if page.next else "see more with --limit"
    line(f"{page.returned} of {page.total} {noun} shown; {more}", style="yellow")


def interval(ci: tuple[Decimal, Decimal] | None) -> str | None:
    """Return a confidence interval for a table."""
    return None if ci is None else f"{ci[0]:f} to {ci[1]:f}"


def inline(value: object) -> str:
    """Return a value as text; what is not text, as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def figure(value: Decimal, unit: str | None) -> str:
    """Return a figure with its unit, and every digit it came with."""
    return f"{value:f} {unit}" if unit else f"{value:f}"
