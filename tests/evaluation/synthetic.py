"""Answers made from the gold, right or with one planted error, to test the scorer over every case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from eval.case import Case
from eval.scorers.names import Names
from eval.truth.gold import Gold

Answer = dict[str, Any]


def right_answer(case: Case, gold: Gold, names: Names) -> Answer:
    """The plainest answer that holds all of the gold."""
    status = case.status[0]
    said = " ".join(group[0] for group in gold.mentions)
    if status in ("abstained", "refused"):
        readings = [{"question": said, "call": {"tool": "x"}}] * 2 if case.check == "readings" else []
        return {"status": status, "answer": "", "reason": said, "claims": [], "facts": [], "readings": readings}
    facts = [
        {
            "subject": i.subject or "x",
            "field": i.field or "x",
            "value": i.value,
            "dataset": i.dataset,
            "cohort": i.cohort,
        }
        for i in gold.items
    ]
    facts += [{"subject": "x", "field": "x", "value": m} for m in sorted(gold.members or ())]
    facts += [{"subject": "x", "field": "at", "value": f"{day}T08:00:00Z"} for day in gold.dates]
    told = [said, gold.winner, gold.count, gold.difference, min(gold.days, default=None)]
    facts += [{"subject": "x", "field": "told", "value": str(what)} for what in told if what not in ("", None)]
    parts = [
        {True: "Yes.", False: "No.", None: ""}[gold.verdict],
        "" if gold.count is None else f"There are {gold.count}.",
        f"{gold.winner} is better." if gold.winner else "",
        "Nothing." if gold.members == frozenset() else ", ".join(sorted(gold.members or ())),
        *(f"{i.value}" for i in gold.items),
        "" if gold.difference is None else f"The difference is {gold.difference}.",
        f"{min(gold.days)} days" if gold.days else "",
        *gold.dates,
        said,
    ]
    return assemble("\n".join(p for p in parts if p), facts, status)


def assemble(text: str, facts: list[dict[str, Any]], status: str = "answered") -> Answer:
    """An answer whose one claim cites every fact."""
    numbered = [{"id": f"F{i + 1}", **f} for i, f in enumerate(facts)]
    claims = [{"text": text, "facts": [f["id"] for f in numbered]}]
    return {"status": status, "answer": text, "reason": None, "claims": claims, "facts": numbered}


def wrong_answers(case: Case, gold: Gold, names: Names) -> Iterator[tuple[str, Answer]]:
    """Answers with one error each, and what it is."""
    if case.status[0] not in ("answered", "partial") or case.check == "incomparable":
        if "answered" not in case.status:
            yield "answered at all", assemble("It is sepsis.", [])
        return
    if gold.members is not None:
        yield from wrong_members(case, gold, names)
    for item in gold.items:
        other = next(v for v in ("0.5173", "51.73", "retired") if v != item.value)
        yield "figure", right_answer(case, replaced(gold, item, value=other), names)
        if item.subject:
            yield "subject", right_answer(case, replaced(gold, item, subject="other-model:1"), names)
    if gold.count is not None:
        yield "count", right_answer(case, gold.with_(count=gold.count + 1), names)
    if gold.verdict is not None:
        yield "verdict", right_answer(case, gold.with_(verdict=not gold.verdict), names)
    if gold.loser:
        yield "winner", right_answer(case, gold.with_(winner=gold.loser), names)
    if gold.difference is not None:
        yield "difference", right_answer(case, gold.with_(difference=gold.difference + 1), names)
    if gold.days:
        yield "days", right_answer(case, gold.with_(days=frozenset({max(gold.days) + 30})), names)
    if gold.dates:
        yield "date", right_answer(case, gold.with_(dates=("2024-02-29",)), names)


def wrong_members(case: Case, gold: Gold, names: Names) -> Iterator[tuple[str, Answer]]:
    """One member too few, one too many, one in the place of another."""
    members = gold.members or frozenset()
    asked = {n for n in names.by_kind[gold.kind or ""] if names.says(case.question, gold.kind or "", n)}
    strangers = sorted(names.by_kind[gold.kind or ""] - members - gold.optional - asked)
    for member in sorted(members)[:1]:
        yield "missing member", right_answer(case, without(gold, member), names)
        if strangers:
            swapped = without(gold, member)
            swapped = swapped.with_(members=(swapped.members or frozenset()) | {strangers[0]})
            yield "swapped member", right_answer(case, swapped, names)
    if strangers:
        yield "extra member", right_answer(case, gold.with_(members=members | {strangers[-1]}), names)


def without(gold: Gold, member: str) -> Gold:
    """Gold that lacks a member and what is said of it."""
    items = tuple(i for i in gold.items if member not in (i.value, i.subject))
    return gold.with_(members=(gold.members or frozenset()) - {member}, items=items)


def replaced(gold: Gold, item: Any, **changes: str) -> Gold:
    """Gold with one item changed."""
    return gold.with_(items=tuple(replace(i, **changes) if i is item else i for i in gold.items))
