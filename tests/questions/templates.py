"""Questions made from any manifest, worded without its domain; this is how the demo registry is asked.

Of each maker one or more candidates are kept, chosen by a seeded shuffle, so that neither the demo's authors nor
the agent's know which.
"""

from __future__ import annotations

import random

from . import makers_history  # noqa: F401 - registers its makers
from .cases import Case
from .makers import MAKERS
from .record import Record


def made(record: Record, registry: str, *, held_out: bool = False, each: int = 1) -> list[Case]:
    """Cases over a record, the same each time; those held out are others."""
    seed = 2 if held_out else 1
    cases: list[Case] = []
    for make in MAKERS:
        candidates = sorted(make(record))
        random.Random(f"{seed}-{make.__name__}").shuffle(candidates)
        for category, check, question, call in candidates[:each]:
            case = Case(
                id=f"{registry}-{seed}{len(cases) + 1:02}-{make.__name__}", registry=registry, category=category,
                question=question, status=("abstained",) if check == "abstain" else ("answered",),
                check=check, oracle=call, held_out=held_out,
            )  # fmt: skip
            cases.append(case)
    return cases
