"""Progress on stderr, and only where someone watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int], None]


@contextmanager
def bar(what: str) -> Iterator[Report | None]:
    """Yield a function to call with what is done and the total, or None where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total or None)


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Yield a function that says what is being done: as a spinner on a terminal, else as lines."""
    if not sys.stderr.isatty():
        yield _line
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("") as status:
        yield lambda message: status.update(escape(message))


def _line(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
