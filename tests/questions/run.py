"""Ask every question and print what went wrong: `python -m tests.questions.run --registry b --only lineage-up`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .answer_text import Names
from .cases import HERE, NOW, Case, every
from .record import Record
from .scoring import Score, score
from .templates import made

SETTLED = ("b", "c", "demo")
"""Also asked what is made from their manifests."""
REGISTRIES = (*SETTLED, "d", "e")
Ask = Callable[[Case], dict[str, Any]]


@dataclass(frozen=True)
class Result:
    """A case, its answer and the score."""

    case: Case
    answer: dict[str, Any]
    score: Score
    seconds: float


@contextmanager
def asking(manifest: Path, folder: Path) -> Iterator[Ask]:
    """A registry loaded from a manifest, and how to ask it."""
    from askreg import Registry, agent
    from askreg.registry.manifest import load

    with Registry.open(f"sqlite:///{folder / 'questions.db'}", actor="examiner", clock=lambda: NOW) as reg:
        load(reg, manifest)
        threads: defaultdict[str, agent.Thread] = defaultdict(agent.Thread)

        def ask(case: Case) -> dict[str, Any]:
            try:
                thread = threads[case.thread] if case.thread else None
                answer = agent.ask(reg, case.question, as_of=case.as_of, thread=thread, backend="offline")
            except Exception as error:  # a question must never end in a traceback: that is a failure to report
                return {"status": "error", "reason": f"{type(error).__name__}: {error}"}
            return dict(answer.model_dump(mode="json"))

        yield ask


def judge(cases: list[Case], record: Record, ask: Ask) -> list[Result]:
    """Ask and score the cases of one registry."""
    names = Names(record)
    results = []
    for case in cases:
        start = time.perf_counter()
        answer = ask(case)
        seconds = time.perf_counter() - start
        outcome = score(names, case.question, answer, case.gold(record), status=case.status, check=case.check)
        results.append(Result(case, answer, outcome, seconds))
    return results


def manifest_of(registry: str, folder: Path) -> Path:
    """The manifest of a registry; that of the demo is made on the spot."""
    if registry != "demo":
        return HERE / f"registry_{registry}.yaml"
    from askreg.demo.build import build

    return build(folder).manifest


def run(registry: str, choose: Callable[[Case], bool] = lambda case: True) -> list[Result]:
    """Ask the cases of one registry, those of the files and those made from its manifest."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = manifest_of(registry, Path(folder))
        record = Record.read(manifest)
        cases = [c for c in every() if c.registry == registry]
        if registry in SETTLED:
            cases += made(record, registry) + made(record, registry, held_out=True)
        chosen = [c for c in cases if choose(c)]
        if not chosen:
            return []
        with asking(manifest, Path(folder)) as ask:
            return judge(chosen, record, ask)


def describe(result: Result, *, full: bool = True) -> str:
    """A failure in a few lines."""
    case, answer = result.case, result.answer
    lines = [
        f"{result.score.outcome.upper():16} {case.id} [{case.category}] {case.question}",
        f"   why: {result.score.why}",
    ]
    if full:
        lines += [
            f"   expected: {'/'.join(case.status)} {case.check} {case.oracle}",
            f"   got: {answer.get('status')}: {(answer.get('answer') or '')[:400]!r}",
            f"   reason: {answer.get('reason')}",
            f"   calls: {json.dumps([{c.get('tool'): c.get('args')} for c in answer.get('calls') or []])[:400]}",
        ]
        if answer.get("readings"):
            lines.append(f"   readings: {json.dumps(answer['readings'])[:400]}")
    return "\n".join(lines)


def summary(results: list[Result]) -> str:
    """Counts by category, and in all."""
    lines = []
    for category in [*sorted({r.case.category for r in results}), "all"]:
        mine = [r for r in results if category in ("all", r.case.category)]
        outcomes = Counter(r.score.outcome for r in mine)
        rest = ", ".join(f"{k} {v}" for k, v in sorted(outcomes.items()) if k != "right")
        lines.append(f"{category:18} {outcomes['right']:4}/{len(mine):<4} {rest}")
    if not results:
        return "no questions"
    times = sorted(r.seconds for r in results)
    lines.append(f"median {times[len(times) // 2] * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms")
    return "\n".join(lines)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="categories that start so")
    parser.add_argument("--registry", choices=REGISTRIES, help="one registry")
    parser.add_argument("--id", help="cases whose id starts so (and the earlier turns of their thread)")
    parser.add_argument("--heldout", action="store_true", help="the held-out questions, as counts only")
    parser.add_argument("--blind", action="store_true", help="the blind questions, as counts only")
    parser.add_argument("--show", action="store_true", help="with --heldout or --blind: say what went wrong")
    parser.add_argument("--file", help="one file of questions, such as cases_d")
    parser.add_argument("--brief", action="store_true", help="one line for each failure")
    args = parser.parse_args()
    threads = {c.thread for c in every() if args.id and c.id.startswith(args.id) and c.thread}

    def wanted(case: Case) -> bool:
        if case.held_out != args.heldout or case.blind != args.blind:
            return False
        if args.file and case.file != args.file:
            return False
        if args.id and not (case.id.startswith(args.id) or case.thread in threads):
            return False
        return not args.only or case.category.startswith(args.only)

    everywhere = [name for name in REGISTRIES if name != "demo" or not (args.blind or args.file)]
    results = [r for name in ([args.registry] if args.registry else everywhere) for r in run(name, wanted)]
    out = sys.stdout.write
    if args.show or not (args.heldout or args.blind):
        for result in results:
            if not result.score.right:
                out(describe(result, full=not args.brief) + "\n")
    out(summary(results) + "\n")
    return 0 if all(r.score.right for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
