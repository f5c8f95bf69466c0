"""Figures of evaluations: values, comparisons and rankings, with what they were measured on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from askreg.agent.draft import Draft
from askreg.agent.offline.meaning import Event, Query, SetOf
from askreg.agent.offline.pieces import key
from askreg.agent.offline.programs import periods, resolving, telling
from askreg.agent.offline.programs.resolving import Found
from askreg.agent.offline.programs.work import SHOWN, Asking, Row, Unanswered, Work, answered, joined, literal, where

_LISTED = 24


def metric(work: Work, q: Query) -> Asking:
    """Answer what a metric of something is."""
    periods.refuse_future(q.time, work.context)
    found: Found | None = None
    if q.node is not None:
        # Of several that are live at a place, the figure tells which is meant.
        placed = isinstance(q.node, SetOf) and any(isinstance(c, Event) for c in q.node.conds)
        node = replace(q.node, definite=False) if isinstance(q.node, SetOf) and placed and q.metrics else q.node
        found = yield from resolving.resolve(work, node, want=("version", "model"))
        if found.kind == "model" and len(found.subjects) == 1 and q.ask[0] == "value":
            found = yield from _model_version(work, found, q)
    limits = [where("subject", found.subjects, "in")] if found else []
    if q.dataset is not None:
        data = yield from resolving.resolve(work, q.dataset, want=("dataset_version", "dataset"))
        limits.append(where("dataset_version.subject", data.subjects, "in"))
    names = _names(work, q)
    if names:
        limits.append(where("name", names, "in"))
    limits += _cohort_limits(q)
    limits += [where("evidence", o.partition(":")[2]) for o in q.options if o.startswith("evidence:")]
    rows = yield from work.plan("metric", limits, ("by",) if q.ask[0] in ("who", "when") else (),
                                as_of=periods.as_of(q.time, work.context))  # fmt: skip
    lead = found.how + " " if found and found.how else ""
    if not rows:
        return (yield from _no_figure(work, q, found, names, lead))
    if q.ask[0] == "count" and telling.EVALUATIONS.search(work.context.question):
        if rows.truncated or len({row.subject for row in rows.rows}) != 1:
            raise Unanswered("evaluations are counted of one version at a time; name it")
        return answered(telling.evaluations(rows.rows))
    if q.ask[0] == "count":
        return answered(
            f"{lead}{{{rows.count.id}}} figures." if rows.count else f"{lead}{telling.count_of(rows.rows, 'metric')}."
        )
    if q.ask[0] in ("who", "when"):
        return answered(lead + _measured(rows.rows))
    if any("yesno" == o for o in q.options) and q.kinds:
        return _threshold(q, rows.rows, lead)
    shown = _shown(rows.rows, q)
    if q.order == "avg":
        return _means(shown, lead, cut=rows.truncated)
    lacking = [m.name for m in q.metrics if not m.exists and key(m.name) not in map(key, names)]
    missing = f"no {literal(joined(lacking, 'or'))} is recorded" if lacking and names != lacking else ""
    return answered(lead + _figures(shown, q) + telling.more(rows, len(rows.rows)), partial=missing)


def _means(rows: list[Row], lead: str, *, cut: bool) -> Draft:
    """Return the mean of the figures that were measured alike, for each way in which they were."""
    if cut:
        raise Unanswered("there are more figures than one answer can average; name a model or a dataset")
    alike: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(row.main.setting, []).append(row)
    said = []
    for same in alike.values():
        ids = ",".join(r.main.id for r in same)
        first = same[0].main
        setting = (
            f"{{list({','.join(f'{r.main.id}.dataset' for r in same)})}} ({{{first.id}.split}}, {{{first.id}.cohort}})"
        )
        if len(same) > 1:
            said.append(f"The mean {first.metric} of {telling.names(same)} on {setting} is {{mean({ids})}}.")
        else:
            said.append(f"{telling.sentence(same[0])}")
    return answered(lead + "\n\n".join(said[:_LISTED]))


def _names(work: Work, q: Query) -> list[str]:
    missing = [m for m in q.metrics if not m.exists]
    if missing and len(missing) == len(q.metrics):
        known = sorted(work.context.lexicon.names.metrics)
        return [m.name for m in missing] if known else []
    return [m.name for m in q.metrics if m.exists]


def _cohort_limits(q: Query) -> list[dict[str, Any]]:
    wanted = [c.name for c in q.cohorts if c.kind == "cohort"]
    keys = [c.name for c in q.cohorts if c.kind == "cohort_key"]
    if wanted:
        return [where("cohort", list(dict.fromkeys(wanted)), "in")]
    if keys:
        # By one thing: cohorts of several are for those who ask for several.
        return [where("cohort", f"{keys[0]}=", "contains"), where("cohort", ",", "contains", negate=len(keys) < 2)]
    return []


def _model_version(work: Work, found: Found, q: Query) -> Asking:
    """Return the version of a model that a figure is asked of: all of them, when it does not say which."""
    return found
    yield []


def _shown(rows: list[Row], q: Query) -> list[Row]:
    """Leave the figures of parts of the patients to those who ask for them, where there is one for all."""
    if q.cohorts or not q.metrics or "cohort" in q.fields:
        return rows
    whole = [r for r in rows if r.main.cohort == "all"]
    return whole or rows


def _figures(rows: list[Row], q: Query) -> str:
    if "cohort" in q.fields and not q.metrics:
        return "{list(" + ",".join(f"{r.main.id}.cohort" for r in rows) + ")}."
    if set(q.fields) & {"n"}:
        told = [r for r in rows if r.main.n is not None]
        if told:
            return " ".join(f"{{{r.main.id}.subject}}: {r.main.metric} was measured on n={{{r.main.id}.n}} of "
                f"{{{r.main.id}.dataset}} ({{{r.main.id}.cohort}})." for r in told[:SHOWN])  # fmt: skip
        return f"No sample size is recorded for {telling.names(rows)}."
    if "ci" in q.fields:
        told = [r for r in rows if r.main.ci is not None]
        if not told:
            return f"No confidence interval of that is recorded{telling.cite(rows)}. " + telling.listed(rows)
        return telling.listed(told)
    if "evidence" in q.fields:
        return " ".join(f"The evidence for the {r.main.metric} {{{r.main.id}}} of {{{r.main.id}.subject}} on "
            f"{{{r.main.id}.dataset}} ({{{r.main.id}.cohort}}) is "
                f"{{{r.main.id}.evidence}}." for r in rows[:SHOWN])  # fmt: skip
    if len(rows) <= 2:
        return " ".join(telling.sentence(r) for r in rows)
    return "\n".join(f"- {telling.figure(r)}" for r in rows[:_LISTED])


def _measured(rows: list[Row]) -> str:
    seen: dict[tuple[str, str | None], Row] = {}
    for row in rows:
        seen.setdefault((row.subject, row.main.dataset), row)
    return " ".join(f"{{{r.main.id}.subject}} was evaluated on "
        f"{{{r.main.id}.dataset}}" + (f" by {r.put('by')}" if r.fact("by") else "")
                    + "." for r in list(seen.values())[:SHOWN])  # fmt: skip


def _threshold(q: Query, rows: list[Row], lead: str) -> Draft:
    op, _, number = q.kinds[0].partition(" ")
    limit = float(number)
    tests = {">": lambda v: v > limit, ">=": lambda v: v >= limit, "<": lambda v: v < limit, "<=": lambda v: v <= limit}
    shown = [r for r in rows if r.main.cohort == "all"] or rows
    yes = any(tests[op](float(r.main.value)) for r in shown)
    return answered(f"{'Yes' if yes else 'No'}: {lead}{telling.listed(shown)}")


def _no_figure(work: Work, q: Query, found: Found | None, names: list[str], lead: str) -> Asking:
    """Say which figure is missing, and which there are."""
    who = literal(joined(found.subjects[:4])) if found else "this"
    limits = [where("subject", found.subjects, "in")] if found else []
    as_of = periods.as_of(q.time, work.context)
    other = yield from work.plan("metric", limits, as_of=as_of)
    what = joined(names, "or") if names else "evaluation"
    where_ = ""
    if q.dataset is not None:
        where_ = " on that dataset"
    if as_of is not None:
        where_ += f" as of {as_of[:10]}"
    if q.cohorts:
        where_ += f" for {joined([c.name for c in q.cohorts], 'or')}"
    if not other:
        return answered(f"{lead}No evaluation of {who} is recorded.") if not names else _abstain(
            f"no {what} of {who} is recorded; it has no evaluation at all", q)  # fmt: skip
    metrics = sorted({r.main.metric or "" for r in other.rows})
    first: dict[tuple[str | None, ...], Row] = {}
    for row in [r for r in other.rows if r.main.metric in names] or other.rows:
        first.setdefault((row.main.metric, row.main.dataset, row.main.cohort), row)
    settings = [f"{{{r.main.id}.dataset}} ({{{r.main.id}.cohort}})" for r in first.values()]
    told = f"{what} on {joined(settings[:12])}" if names and set(names) & set(metrics) else joined(metrics)
    raise Unanswered(f"no {what} of {who}{where_} is recorded; what is recorded: {told}")


def _abstain(reason: str, q: Query) -> Draft:
    raise Unanswered(reason)
