"""Print what retrieval finds, and exit 1 below what is asked of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from eval.retrieval.measuring import measure
from eval.retrieval.speed import MOST_MS, measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.retrieval", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--embedder", default="auto", help="as ASKREG_EMBEDDER takes it")
    parser.add_argument("--speed", type=int, metavar="CHUNKS", help="time searches over so many chunks instead")
    given = parser.parse_args()
    if given.speed:
        sys.exit(_speed(given.speed, given.embedder))
    with tempfile.TemporaryDirectory() as folder:
        outcome = measure(Path(folder), embedder=given.embedder)
    if given.json:
        sys.stdout.write(json.dumps(outcome.summary(), indent=2) + "\n")
    else:
        for name, value in outcome.summary().items():
            sys.stdout.write(f"{name:32} {value}\n")
        for miss in outcome.misses():
            sys.stdout.write(f"  rank {miss.rank or '-'}: {miss.ask} -> {miss.document}, “{miss.section}”\n")
        for wrong in (*outcome.unanswered(), *outcome.misled()):
            sys.stdout.write(f"  {wrong.status}: {wrong.question} -> {wrong.answer[:160]!r}\n")
    sys.exit(0 if outcome.good else 1)


def _speed(chunks: int, embedder: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), chunks=chunks, embedder=embedder)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    for name, value in found.items():
        sys.stdout.write(f"{name:32} {value}\n")
    sys.stdout.write(f"load of {os.cpu_count()} cores while measuring: {load}\n")
    return 0 if found["all: p95 ms"] <= MOST_MS else 1


if __name__ == "__main__":
    main()
