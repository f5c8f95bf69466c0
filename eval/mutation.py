"""Spoils accepted answers in many ways and counts how many of the spoilt ones the verifier finds.

python -m eval.mutation [--registry b c demo …] [--seed N] [--sample N] [--json FILE] [--survivors]
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from askreg.agent.facts import Fact
from askreg.agent.render import Passage, Rendered
from askreg.agent.verify import verify
from eval.accepted import Accepted, accepted
from eval.figures import wilson
from eval.mutants import Corruption, Mutant, corruptions, typed

REGISTRIES = ("b", "c", "demo")


@dataclass
class Report:
    """What was planted, what was found, and what happened to the untouched."""

    planted: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    """Corruptions that were none: what they say is so."""
    answers: Counter[str] = field(default_factory=Counter)
    untouched: dict[str, int] = field(default_factory=lambda: {"placed": 0, "typed": 0})
    rejected: dict[str, list[str]] = field(default_factory=lambda: {"placed": [], "typed": []})
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Return how much of what was planted was found."""
        return sum(self.killed.values()) / max(1, sum(self.planted.values()))

    def of(self, kind: str) -> float:
        """Return how much of one kind was found."""
        return self.killed[kind] / max(1, self.planted[kind])

    @property
    def falsely(self) -> float:
        """Return how many of the untouched answers, with their placeholders, are rejected."""
        return len(self.rejected["placed"]) / max(1, self.untouched["placed"])

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        for kind in sorted(self.planted):
            yield row(kind, self.killed[kind], self.planted[kind])
        yield row("all", sum(self.killed.values()), sum(self.planted.values()))
        told = ", ".join(f"{kind} {n}" for kind, n in sorted(self.true.items()))
        yield f"discarded because they are true: {sum(self.true.values())} ({told})"
        for how, number in self.untouched.items():
            yield row(f"untouched rejected, {how}", len(self.rejected[how]), number)
        yield "answers: " + ", ".join(f"{name} {n}" for name, n in self.answers.items())

    def data(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "kinds": {
                k: {"killed": self.killed[k], "planted": n, "interval": wilson(self.killed[k], n)}
                for k, n in sorted(self.planted.items())
            },
            "share": self.share,
            "true": dict(self.true),
            "untouched": {k: {"rejected": len(self.rejected[k]), "of": n} for k, n in self.untouched.items()},
            "answers": dict(self.answers),
            "survivors": [str(m) for m in self.survivors],
        }


def row(name: str, hits: int, total: int) -> str:
    """Return a share with its interval as a line."""
    low, high = wilson(hits, total)
    return f"{name:28} {hits:6}/{total:<6} {100 * hits / max(1, total):6.2f} %  [{100 * low:.2f}, {100 * high:.2f}]"


def mutants(found: Accepted, rng: random.Random, report: Report) -> Iterator[Mutant]:
    """Yield every mutant of an answer, with placeholders and typed; those that are true are only counted."""
    usable = [how for how in ("placed", "typed") if _untouched(found, how, report)]
    for index, passage in enumerate(found.rendered.passages):
        for made in corruptions(found, index, rng):
            if _true(made, found, passage):
                report.true[made.kind] += 1
                continue
            for how in usable:
                rendered = _with(found.rendered, index, made.passages)
                yield Mutant(
                    made.kind,
                    found.registry,
                    found.question.id,
                    how == "typed",
                    typed(rendered) if how == "typed" else rendered,
                    made.evidence or found.evidence,
                    passage.text,
                    " / ".join(p.text for p in made.passages),
                )


def _untouched(found: Accepted, how: str, report: Report) -> bool:
    text = found.rendered if how == "placed" else typed(found.rendered)
    problems = verify(text, found.evidence)
    report.untouched[how] += 1
    if problems:
        what = "; ".join(f"{p.code}: {p.what}" for p in problems)
        report.rejected[how].append(f"{found.question.key} ({how}): {found.question.question!r}: {what}")
    return not problems


def _with(rendered: Rendered, index: int, instead: tuple[Passage, ...]) -> Rendered:
    old = rendered.passages
    before = rendered.text
    start = 0
    for passage in old[:index]:
        start = before.index(passage.text.strip(), start) + len(passage.text.strip())
    at = before.index(old[index].text.strip(), start)
    end = at + len(old[index].text.strip())
    text = before[:at] + "\n- ".join(p.text for p in instead) + before[end:]
    return Rendered(text, [*old[:index], *instead, *old[index + 1 :]])


def _true(made: Corruption, found: Accepted, was: Passage) -> bool:
    """Tell whether a corrupted passage is no error: it is as before, or the record holds all it says now."""
    if made.evidence is None and [p.text.casefold() for p in made.passages] == [was.text.casefold()]:
        return all(p.landings == was.landings for p in made.passages)
    held = {_core(fact) for fact in found.evidence.facts.values()}
    return bool(made.changed) and all(_core(fact) in held for fact in made.changed)


def _core(fact: Fact) -> tuple[object, ...]:
    setting = (fact.dataset, fact.split, fact.cohort)
    return (fact.subject.casefold(), fact.field, fact.value.casefold(), fact.since, fact.until, *setting)


def measure(found: Iterable[Accepted], *, seed: int = 0, sample: int | None = None) -> Report:
    """Return how many mutants of these answers the verifier finds; `sample` takes about as many of each kind."""
    report, rng = Report(), random.Random(seed)
    made: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for one in found:
        report.answers[one.registry] += 1
        for mutant in mutants(one, rng, report):
            made[mutant.registry, mutant.kind].append(mutant)
    for (_, kind), planted in sorted(made.items()):
        chosen = planted if sample is None or len(planted) <= sample else rng.sample(planted, sample)
        for mutant in chosen:
            report.planted[kind] += 1
            if verify(mutant.rendered, mutant.evidence):
                report.killed[kind] += 1
            else:
                report.survivors.append(mutant)
    return report


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", nargs="+", default=list(REGISTRIES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sample", type=int, help="at most so many of each kind and registry")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument(
        "--survivors", action="store_true", help="show what was not found, and what was wrongly rejected"
    )
    args = parser.parse_args()
    report = measure((one for name in args.registry for one in accepted(name)), seed=args.seed, sample=args.sample)
    if args.survivors:
        for mutant in report.survivors:
            sys.stdout.write(f"{mutant}\n")
        for rejected in report.rejected.values():
            sys.stdout.writelines(f"REJECTED {line}\n" for line in rejected)
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    if args.json:
        args.json.write_text(json.dumps(report.data(), indent=1) + "\n", encoding="utf-8")
    return 0 if report.share >= 0.99 and report.falsely <= 0.01 else 1


if __name__ == "__main__":
    sys.exit(main())
