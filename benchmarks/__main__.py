"""Run the benchmarks: `python -m benchmarks [--only NAME] [--out FILE] [--data DIR]`."""

import argparse
import sys
import tempfile
import traceback
from pathlib import Path

from benchmarks import answers, log, reads, report, steps, writes
from benchmarks.data import Data
from benchmarks.measure import Measured

BENCHMARKS = {
    benchmark.__name__.replace("_", "-"): benchmark
    for benchmark in (
        writes.register,
        writes.load_yaml,
        writes.load_json,
        reads.alias,
        reads.search,
        reads.lineage,
        reads.as_of,
        log.verify,
        answers.start,
        answers.cold_ask,
        answers.ask_demo,
        answers.ask_many,
        steps.claude_steps,
        steps.ollama_steps,
    )
}


def main() -> int:
    """Run what was asked for; exit 1 if a benchmark could not be run. A missed target is a result."""
    given = _arguments()
    data = Data(given.data, seed=given.seed, say=_say)
    results: list[Measured] = []
    failed = 0
    for name, benchmark in BENCHMARKS.items():
        if given.only and not any(part in name for part in given.only):
            continue
        try:
            found = benchmark(data)
        except Exception:
            _say(f"fail  {name}\n{traceback.format_exc()}")
            failed += 1
            continue
        for measured in found:
            results.append(measured)
            _say(report.line(measured))
            for note in measured.notes:
                _say(f"      {note}")
    _say("\n".join(("", report.table(results), "", *report.machine(given.data))))
    if given.out is not None:
        given.out.write_text(report.page(results, given.data), encoding="utf-8")
    return 1 if failed or not results else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}, or part of")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results there as Markdown")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=Path(tempfile.gettempdir()) / "askreg-benchmarks",
        help="where the generated registries are kept between runs (2 GB)",
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other registries")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
