"""Print what retrieval finds, and exit 1 below what is asked of it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from eval.retrieval.measuring import measure


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.retrieval", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--embedder", default="auto", help="as ASKREG_EMBEDDER takes it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(Path(folder), embedder=given.embedder)
    if given.json:
        sys.stdout.write(json.dumps(measured.summary(), indent=2) + "\n")
    else:
        for name, value in measured.summary().items():
            sys.stdout.write(f"{name:32} {value}\n")
        for miss in measured.misses():
            sys.stdout.write(f"  rank {miss.rank or '-'}: {miss.ask} -> {miss.document}, “{miss.section}”\n")
        for wrong in (*measured.unanswered(), *measured.misled()):
            sys.stdout.write(f"  {wrong.status}: {wrong.question} -> {wrong.answer[:160]!r}\n")
    sys.exit(0 if measured.good else 1)


if __name__ == "__main__":
    main()
