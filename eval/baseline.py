"""Holds the offline brain to what it has reached: a small set of questions, and the committed figures of each category.

    python eval/baseline.py [--keep]

Exit 1 when a category has fewer right answers than in `baseline.json`, or more that are confidently wrong. `--keep`
writes the figures that were found instead.
"""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # run as a file: modules are found from the checkout on, not in this folder
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from eval import engine
from eval.engine import Plan
from eval.results import Results
from eval.row import Row
from eval.subject import Subject

KEPT = Path(__file__).parent / "baseline.json"
PLAN = Plan(registries=("seed-1", "demo"), limit=120)


class Figures(BaseModel):
    """How many questions of a category there are, and what came of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    questions: int
    right: int
    confident_wrong: int


def rows() -> list[Row]:
    """Ask the questions of the small set."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        todo = engine.jobs(PLAN, folder)
        results = Results(folder / "results.jsonl")
        engine.run(todo, Subject(), results, folder)
        return results.ordered([key for job in todo for key in job.keys])


def figures(asked: Sequence[Row]) -> dict[str, Figures]:
    """Return the figures of each category."""
    by_category: dict[str, list[str]] = {}
    for row in asked:
        by_category.setdefault(row.category, []).append(row.scores.outcome)
    return {
        name: Figures(
            questions=len(outcomes), right=outcomes.count("right"), confident_wrong=outcomes.count("confident_wrong")
        )
        for name, outcomes in sorted(by_category.items())
    }


def kept() -> dict[str, Figures]:
    """Return the committed figures."""
    return {name: Figures.model_validate(row) for name, row in json.loads(KEPT.read_text(encoding="utf-8")).items()}


def drops(now: dict[str, Figures], before: dict[str, Figures]) -> Iterator[str]:
    """Yield what is worse than it was; a set of questions that has changed is worse too, until it is kept."""
    for name in sorted(now.keys() | before.keys()):
        new, old = now.get(name), before.get(name)
        if new is None or old is None or new.questions != old.questions:
            told = [f"{one.questions if one else 0} questions" for one in (old, new)]
            yield f"{name}: {told[0]} before, {told[1]} now; look at the change, then keep it with --keep"
            continue
        if new.right < old.right:
            yield f"{name}: {new.right} right, {old.right} before, of {new.questions}"
        if new.confident_wrong > old.confident_wrong:
            yield f"{name}: {new.confident_wrong} confidently wrong, {old.confident_wrong} before, of {new.questions}"


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        prog="eval/baseline.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", action="store_true", help="write the figures that are found")
    keep, now = parser.parse_args().keep, figures(rows())
    if keep:
        content = json.dumps({name: one.model_dump() for name, one in now.items()}, indent=1)
        KEPT.write_text(f"{content}\n", encoding="utf-8")
        return 0
    worse = list(drops(now, kept()))
    sys.stdout.writelines(f"{line}\n" for line in worse or ["no category is worse than before"])
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
