"""The table of results, and the machine that they are from."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from askreg import __version__
from benchmarks.measure import Measured

_HEADINGS = ("benchmark", "target", "median", "p95", "p99", "processor", "n", "result")


def line(measured: Measured) -> str:
    """Return one benchmark as a line of text."""
    name, target, median, p95, p99, processor, n, verdict = row(measured)
    return f"{verdict}  {name}: {median} median ({processor} of the processor), {p95} p95, {p99} p99, n {n}; {target}"


def row(measured: Measured) -> tuple[str, ...]:
    """Return the cells of one benchmark."""
    statistics = (measured.shown("median"), measured.shown("p95"), measured.shown("p99"))
    taken = (*statistics, measured.processor, f"{len(measured.samples):,}")
    return measured.name, str(measured.target), *taken, measured.verdict


def table(results: Iterable[Measured]) -> str:
    """Return the results as a Markdown table that reads as text, too."""
    rows: list[Sequence[str]] = [_HEADINGS, *(row(measured) for measured in results)]
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(_HEADINGS))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) for cells in rows]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {text} |" for text in lines)


def notes(results: Iterable[Measured]) -> str:
    """Return what there is to say beside the figures."""
    return "\n".join(f"- {measured.name}: {note}" for measured in results for note in measured.notes)


def machine(data: Path) -> list[str]:
    """Return the shape of this machine; `data` is where the databases are."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, askreg {__version__}",
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB memory, load {load:.1f} at the end",
        f"{platform.system()} {platform.release()}, databases on {_file_system(data)}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
    ]


def page(results: Sequence[Measured], data: Path) -> str:
    """Return all of it as a page."""
    passed = sum(measured.passed for measured in results)
    return "\n".join(
        (
            "# Benchmark results",
            "",
            "Written by `python -m benchmarks --out benchmarks/RESULTS.md`.",
            "Times are by the clock on the wall; a p95 or p99 is what 95 or 99 of 100 samples were as good as.",
            "The median by processor time, beside, leaves out waiting (for the disk, for other processes' turns),",
            "yet it too is worse while others use the cores; only the clock decides.",
            "",
            *(f"- {part}" for part in machine(data)),
            "",
            f"{passed} of {len(results)} within the target.",
            "",
            table(results),
            "",
            notes(results),
            "",
        )
    )


def _processor() -> str:
    try:
        listed = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = (text.partition(":")[2].strip() for text in listed.splitlines() if text.startswith("model name"))
    return next(names, platform.machine())


def _file_system(data: Path) -> str:
    """Return the kind of file system, on which the price of a durable commit depends."""
    try:
        mounts = [text.split()[1:3] for text in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return "an unknown file system"
    above = [(mount, kind) for mount, kind in mounts if data.resolve().is_relative_to(mount)]
    return max(above, key=lambda found: len(found[0]))[1] if above else "an unknown file system"
