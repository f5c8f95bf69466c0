"""Asks an agent questions whose answers are computed from the record, and says what it got right and what not.

    python eval/run.py [--backend offline|claude|ollama] [--seed N …] [--repeats K] [--cases GLOB] [--out DIR]

Without more it asks the templated cases of four seeded registries and the demo. The folder then holds `results.jsonl`
(a line for each question), `summary.json`, `run.json` (what is needed to repeat it) and `report.html`. The same command
goes on where an interrupted run stopped. Models are reached as the ASKREG_ settings say.
"""

from __future__ import annotations

import sys
from pathlib import Path

if (
    not __package__
):  # run as a file: what is imported are the modules of the checkout, and none of this folder by itself
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from askreg.agent.brains.config import BrainConfig
from askreg.errors import AskregError, InvalidInput
from askreg.settings import Settings
from eval import case, engine, report, subject, summary
from eval.broken import FAULTS
from eval.engine import Budget, Job, Plan
from eval.results import Results, begun
from eval.row import Row
from eval.subject import ABLATIONS, Subject
from eval.summary import Summary

SEEDS = (1, 2, 3, 4)
SHOWN = 200
"""Characters of an answer, where failures are printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; exit 1 when it could not be run, 130 when it was interrupted."""
    given = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        chosen = _subject(given)
        with tempfile.TemporaryDirectory() as folder:
            left_out = _run(given, chosen, Path(folder), console)
    except AskregError as error:
        console.print(str(error), markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print(f"interrupted; the same command goes on from {given.out}", markup=False)
        return 130
    if left_out:
        console.print(f"stopped: {left_out}; the same command goes on from {given.out}", markup=False)
    return 0


def _run(given: argparse.Namespace, chosen: Subject, folder: Path, console: Console) -> str | None:
    plan, budget = _plan(given), Budget(given.max_calls, given.max_tokens, given.max_seconds)
    out: Path = given.out
    out.mkdir(parents=True, exist_ok=True)
    with console.status("building the registries") as status:
        todo = engine.jobs(plan, folder, built=lambda name: status.update(f"built {name}"))
    description = begun(out / "run.json", _description(given, chosen, plan, todo))
    _write(out / "run.json", description)
    results = Results(out / "results.jsonl")
    order = [key for job in todo for key in job.keys]
    try:
        left_out = _asked(todo, chosen, results, folder, budget, given.jobs, console)
        if given.ablations and not left_out:
            _write(out / "ablations.json", _ablations(todo, chosen, folder, out, given, console))
    finally:
        rows = results.ordered(order)
        made = summary.summarised(rows, not_run=len(order) - len(rows))
        finished = {**description, "finished": _now(), "load": round(os.getloadavg()[0], 1)}
        _write(out / "run.json", finished | {"digest": _digest(rows)})
        _write(out / "summary.json", made.model_dump(mode="json"))
        report.write(out)
    _tell(rows, made, given, console)
    return left_out


def _asked(
    todo: Sequence[Job], chosen: Subject, results: Results, folder: Path, budget: Budget, at_once: int, console: Console
) -> str | None:
    total = sum(len(job.keys) for job in todo)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(
            " without ".join([chosen.backend, *sorted(chosen.ablated)]), total=total, completed=len(results.rows)
        )
        return engine.run(
            todo, chosen, results, folder, at_once=at_once, budget=budget,
            kept=lambda rows: progress.advance(task, len(rows)),
        )  # fmt: skip


def _ablations(
    todo: Sequence[Job], chosen: Subject, folder: Path, out: Path, given: argparse.Namespace, console: Console
) -> dict[str, Any]:
    """Ask the same again with each part taken away by itself, and return the figures of each."""
    found = {}
    for name in ABLATIONS:
        results = Results(out / f"results-without-{name}.jsonl")
        _asked(todo, replace(chosen, ablated=frozenset({name})), results, folder, Budget(), given.jobs, console)
        rows = results.ordered([key for job in todo for key in job.keys])
        found[ABLATIONS[name]] = summary.summarised(rows).model_dump(mode="json")
    return found


def _tell(rows: Sequence[Row], made: Summary, given: argparse.Namespace, console: Console) -> None:
    out = Console()
    for row in rows if given.failures else ():
        if row.scores.outcome != "right":
            out.print(told(row), markup=False, highlight=False)
    table = Table("category", "right", "abstained", "other status", "confidently wrong", "error", box=None)
    for name, one in [*sorted(made.categories.items()), ("all", made.all)]:
        counts = (one.abstained, one.status, one.confident_wrong, one.error)
        table.add_row(name, f"{one.right.hits}/{one.right.of}", *(str(n or "") for n in counts))
    out.print(table)
    console.print(f"{given.out / 'report.html'}", markup=False, highlight=False)


def told(row: Row) -> str:
    """Return a failure in a few lines."""
    answer = row.answer
    return "\n".join(
        (
            f"{row.scores.outcome.upper()} {row.registry}/{row.case} [{row.category}] {row.question}",
            f"   why: {row.scores.why}",
            f"   expected: {'/'.join(row.expected)} {row.check} {row.oracle}",
            f"   got: {answer.get('status')}: {(answer.get('answer') or '')[:SHOWN]!r}",
            f"   reason: {answer.get('reason')}",
            f"   calls: {json.dumps([{c['tool']: c['args']} for c in answer.get('calls') or []])[: 2 * SHOWN]}",
        )
    )


def _plan(given: argparse.Namespace) -> Plan:
    named = tuple(given.registry or ())
    seeds = tuple(f"seed-{number}" for number in (given.seed or (() if named else SEEDS)))
    registries = (*seeds, *(named or (() if given.seed else ("demo",))))
    return Plan(registries, given.cases, given.repeats, given.limit, tuple(given.category or ()))


def _subject(given: argparse.Namespace) -> Subject:
    config = BrainConfig.of(Settings.load(), os.environ)
    reason = subject.forbidden(given.backend, config)
    if reason is not None:
        raise InvalidInput(reason)
    ablated = frozenset(name for name in ABLATIONS if getattr(given, name.replace("-", "_")))
    return Subject(given.backend, config, ablated, given.broken)


def _description(given: argparse.Namespace, chosen: Subject, plan: Plan, todo: Sequence[Job]) -> dict[str, Any]:
    manifests = {job.world.name: subject.digest([job.world.manifest.read_bytes()]) for job in todo}
    return {
        "started": _now(),
        "finished": None,
        "command": " ".join(["python eval/run.py", *_flags(given)]),
        **chosen.described(),
        "registries": manifests,
        "seeds": [int(name.removeprefix("seed-")) for name in plan.registries if name.startswith("seed-")],
        "cases": subject.digest([path.read_bytes() for path in case.files()]),
        "files": plan.files,
        "categories": list(plan.categories),
        "limit": plan.limit,
        "repeats": plan.repeats,
        "budget": {"calls": given.max_calls, "tokens": given.max_tokens, "seconds": given.max_seconds},
    }


def _flags(given: argparse.Namespace) -> list[str]:
    """Return the flags that were given; where the results go is no part of what was run."""
    parser = _parser()
    flags: list[str] = []
    for action in parser._actions:
        value = getattr(given, action.dest, None)
        if action.dest in ("help", "out", "failures", "jobs") or value == action.default:
            continue
        flags.append(action.option_strings[-1])
        if not isinstance(value, bool):
            flags += [str(part) for part in (value if isinstance(value, list) else [value])]
    return flags


def _digest(rows: Sequence[Row]) -> str | None:
    """Return the digest of the model that answered, where its server tells it: `name@digest`."""
    named = {str((row.answer.get("brain") or {}).get("model") or "") for row in rows}
    found = sorted(name.partition("@")[2] for name in named if "@" in name)
    return ", ".join(found) or None


def _write(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above zero")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="eval/run.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backend", choices=("offline", "claude", "ollama"), default="offline")
    parser.add_argument("--seed", type=_positive, nargs="+", metavar="N", help="seeded registries: 1 2 3 4 by default")
    parser.add_argument("--registry", nargs="+", metavar="NAME", help="others: demo, b, c, d, e")
    parser.add_argument("--cases", default="*", metavar="GLOB", help="case files whose name (without .yaml) fits")
    parser.add_argument("--category", nargs="+", metavar="NAME", help="only these categories")
    parser.add_argument("--limit", type=_positive, metavar="N", help="questions a registry, evenly from all categories")
    parser.add_argument("--repeats", type=_positive, default=1, metavar="K", help="times that each question is asked")
    parser.add_argument("--out", type=Path, default=Path("eval-results"), metavar="DIR")
    parser.add_argument("--jobs", type=_positive, default=1, metavar="N", help="questions asked at a time")
    parser.add_argument("--max-calls", type=_positive, metavar="N", help="stop after so many calls of the brain")
    parser.add_argument("--max-tokens", type=_positive, metavar="N", help="stop after so many tokens")
    parser.add_argument("--max-seconds", type=float, metavar="S", help="begin no question after so long")
    parser.add_argument("--failures", action="store_true", help="print what was not right")
    for name, flag in ABLATIONS.items():
        parser.add_argument(flag, dest=name.replace("-", "_"), action="store_true", help="ablation")
    parser.add_argument("--ablations", action="store_true", help="then ask again with each part taken away by itself")
    parser.add_argument("--broken", choices=FAULTS, help="put a known fault into every draft")
    return parser


if __name__ == "__main__":
    sys.exit(main())
