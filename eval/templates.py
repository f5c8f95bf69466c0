"""Questions made from any manifest, worded without its domain; this is how the demo registry is asked.

Of each maker one or more candidates are kept, chosen by a seeded shuffle, so that neither the demo's authors nor
the agent's know which.
"""

from __future__ import annotations

import random

from eval import makers_history  # noqa: F401 - registers its makers
from eval.case import Case
from eval.makers import MAKERS
from eval.truth.record import Record


def made(record: Record, registry: str, *, seed: int = 1, each: int = 1) -> list[Case]:
    """Cases over a record, the same for the same seed."""
    cases: list[Case] = []
    for make in MAKERS:
        candidates = sorted(make(record))
        random.Random(f"{seed}-{make.__name__}").shuffle(candidates)
        for category, check, question, call in candidates[:each]:
            case = Case(
                id=f"{registry}-{seed}{len(cases) + 1:02}-{make.__name__}", registry=registry, category=category,
                question=question, status=("abstained",) if check == "abstain" else ("answered",),
                check=check, oracle=call,
            )  # fmt: skip
            cases.append(case)
    return cases
