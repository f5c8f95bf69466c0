"""Versions side by side: which figure is the higher, by how much, which way is better, and what noise leaves of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from askreg.agent.draft import Draft
from askreg.agent.facts import Fact
from askreg.agent.offline.meaning import Event, Group, Node, Query, SetOf
from askreg.agent.offline.programs import fields, periods, resolving
from askreg.agent.offline.programs.resolving import Found
from askreg.agent.offline.programs.work import Asking, Unanswered, Work, answered, joined, literal, where

_LISTED = 24
_ASKED = {"best": "better", "worst": "worse", "max": "higher", "min": "lower", "above": "higher", "below": "lower"}


@dataclass(slots=True)
class Line:
    """One metric in one setting, and each subject's figure in it."""

    row: Any
    cells: dict[str, Fact]
    better: str

    @property
    def metric(self) -> str:
        """The metric's name."""
        return str(self.row.metric)

    @property
    def pair(self) -> tuple[Fact, Fact]:
        """The figures of two subjects, in the order in which they were named."""
        first, second = self.cells.values()
        return first, second

    @property
    def ordered(self) -> tuple[Fact, Fact]:
        """The better figure and the other; as they were named when they are equal."""
        a, b = self.pair
        gap = Decimal(a.value) - Decimal(b.value)
        return (b, a) if (gap < 0 if self.better == "higher" else gap > 0) else (a, b)

    @property
    def equal(self) -> bool:
        """Whether the two figures are the same."""
        return len({Decimal(f.value) for f in self.cells.values()}) == 1

    @property
    def cite(self) -> str:
        """A placeholder that rests on all its figures."""
        return "{cite(" + ",".join(f.id for f in self.cells.values()) + ")}"


def compare(work: Work, q: Query) -> Asking:
    """Answer how two or more compare."""
    assert isinstance(q.node, Group)
    periods.refuse_future(q.time, work.context)
    found: list[Found] = []
    for node in map(_version_meant, q.node.nodes):
        found.append((yield from resolving.resolve(work, node, want=("version", "model"))))
    named = list(dict.fromkeys(s for f in found for s in f.subjects))
    subjects, taken = yield from _versions(work, named)
    if len(subjects) < 2:
        raise Unanswered(f"both are {literal(joined(subjects))}: there is nothing to compare")
    names = [m.name for m in q.metrics if m.exists]
    if q.metrics and not names:
        raise Unanswered(f"no {literal(q.metrics[0].name)} is recorded of any of them")
    result = yield from work.call("compare", subjects=subjects[:8], metric=names[0] if len(names) == 1 else None,
                                  as_of=periods.as_of(q.time, work.context))  # fmt: skip
    if result.error:
        raise Unanswered(literal(result.error))
    if q.ask[0] == "changed":
        made = yield from _made_otherwise(work, subjects[:8], periods.as_of(q.time, work.context))
        taken = [*taken, "\n\n" + made if taken or any(f.how for f in found) else made]
    data = None
    if q.dataset is not None:
        data = yield from resolving.resolve(work, q.dataset, want=("dataset_version", "dataset"))
    lead = " ".join(dict.fromkeys([*(f.how for f in found if f.how), *taken])).rstrip()
    lead += "\n\n" if lead.endswith("|") else ""
    told = _told(_Side(result, q, subjects[:8], names, data.subjects if data else []), lead)
    return answered(told.text, partial="the record says how they compare, not why") if "why" in q.options else told


def _version_meant(node: Node) -> Node:
    """Return the versions where `the live model` or `the one at X` stands: figures are those of versions."""
    made = isinstance(node, SetOf) and node.kind in ("model", "thing") and any(isinstance(c, Event) for c in node.conds)
    return replace(node, kind="version", definite=True) if made else node  # type: ignore[arg-type]


def _versions(work: Work, named: list[str]) -> Asking:
    """Return the subjects with a model's latest version in the model's place, and sentences that say so."""
    subjects: list[str] = []
    taken: list[str] = []
    for name in named:
        if ":" in name:
            subjects.append(name)
            continue
        rows = yield from work.plan("model", [{"path": "subject", "op": "=", "value": name}], ["latest.number"])
        fact = rows.rows[0].fact("latest.number") if rows.rows else None
        if fact is None:
            raise Unanswered(f"{literal(name)} has no version")
        subjects.append(fact.value)
        taken.append(f"The latest version of {{{fact.id}.subject}} is {{{fact.id}}}.")
    return list(dict.fromkeys(subjects)), taken


_MADE = {"stage": "stage", "framework": "framework", "base.subject": "base", "trained_on": "trained on",
    "run.subject": "run",
         "change_control": "change control"}  # fmt: skip


def _made_otherwise(work: Work, subjects: list[str], as_of: str | None) -> Asking:
    """Return a table of what the versions differ in, besides their figures."""
    paths = {**_MADE, **{p: p.rpartition(".")[2] for p in fields.spelled(work, "run.param.*") if "param." in p}}
    rows = yield from work.plan("version", [where("subject", subjects, "in")], list(paths), as_of=as_of)
    by_subject = {r.subject: r for r in rows.rows}
    found = [by_subject[s] for s in subjects if s in by_subject]
    lines = []
    for path, word in paths.items():
        held = [[f for f in r.facts if f.field == path] for r in found]
        if len({tuple(f.value for f in facts) for facts in held}) > 1:
            cells = ["{list(" + ",".join(f"{f.id}.value" for f in facts) + ")}" if facts else "–" for facts in held]
            lines.append([word, *cells])
    if not lines:
        return ""
    head = ["what differs", *(r.name for r in found)]
    table = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in table) + "\n\n"


class _Side:
    """A comparison's rows, as far as the question asks for them."""

    def __init__(self, result: Any, q: Query, subjects: list[str], names: list[str], data: list[str]) -> None:
        self.result, self.q, self.subjects, self.names, self.data = result, q, subjects, names, data
        self.cohorts = [c.name for c in q.cohorts if c.kind == "cohort"]
        self.keys = [f"{c.name}=" for c in q.cohorts if c.kind == "cohort_key"]
        by_id = {f.id: f for f in result.facts}
        ids = iter(result.rows)
        lines = []
        for row in result.data.rows:
            cells = {s: by_id[next(ids)[0]] for s in row.values}
            if self._wanted(row):
                lines.append(Line(row, cells, result.better.get(row.metric) or row.better or "higher"))
        whole = any(line.row.cohort == "all" and len(line.cells) > 1 for line in lines)
        if names and whole and not (self.cohorts or self.keys):
            lines = [line for line in lines if line.row.cohort == "all"]
        # Of three or more, what two of them share is set side by side as well.
        several = len(subjects) > 2
        self.alike = [line for line in lines if line.row.comparable or (several and len(line.cells) > 1)]
        settled = {line.metric for line in self.alike}
        apart = [
            x for x in lines if x not in self.alike and (x.metric not in settled or (len(x.cells) > 1 and not several))
        ]
        for_all = {(x.metric, s) for x in apart if x.row.cohort == "all" for s in x.cells}
        self.apart = [x for x in apart if self.cohorts or self.keys or x.row.cohort == "all"
                      or not all((x.metric, s) in for_all for s in x.cells)]  # fmt: skip

    def _wanted(self, setting: Any) -> bool:
        return (
            (not self.names or setting.metric in self.names)
            and (not self.cohorts or setting.cohort in self.cohorts)
            and (not self.keys or any(setting.cohort.startswith(k) for k in self.keys))
            and (not self.data or setting.dataset in self.data or setting.dataset.split("@")[0] in self.data)
        )

    def alone(self) -> list[str]:
        """Return what only one of them has, as sentences."""
        shown = {f.id for line in self.apart for f in line.cells.values()}
        said = []
        for subject in self.subjects:
            facts = [
                fact
                for s in self.result.data.only_in.get(subject, [])
                if self._wanted(s)
                for fact in self.result.find(subject=subject, field=f"metric.{s.metric}")
                if (fact.dataset, fact.split, fact.cohort) == (s.dataset, s.split, s.cohort) and fact.id not in shown
            ]
            for metric in dict.fromkeys(f.metric for f in facts):
                mine = [f for f in facts if f.metric == metric][:_LISTED]
                told = joined([f"{{{f.id}}} on {_setting(f)}" for f in mine])
                said.append(f"Only {{{mine[0].id}.subject}} has {metric} {told}.")
        return said


def _told(side: _Side, lead: str) -> Draft:
    if not side.alike and not side.apart and not side.alone():
        what = literal(joined(side.names, "or")) if side.names else "evaluation"
        limits = [*side.data, *side.cohorts]
        where = f" on {literal(joined(limits))}" if limits else ""
        raise Unanswered(f"no {what} of {literal(joined(side.subjects))} is recorded{where}")
    if not side.alike:
        head = f"{lead} They cannot be compared: their figures were not measured alike.".strip()
        return answered("\n\n".join(filter(None, (head, _unlike(side), " ".join(side.alone())))))
    if len(side.alike) == 1 and len(side.subjects) == 2:
        values = f"{_verdict_word(side)}{_values(side.alike[0])} {_verdict(side.alike[0])}"
        text = f"{lead}{values}" if lead.endswith("\n") else f"{lead} {values}".strip()
        if side.names and not side.apart:
            return answered(text)
        return answered("\n\n".join(filter(None, (text, _unlike(side), " ".join(side.alone())))))
    parts = [
        lead.rstrip(),
        _table(side),
        _summary(side),
        _unlike(side),
        " ".join(side.alone()) if not side.names else "",
    ]
    return answered("\n\n".join(filter(None, parts)))


def _verdict_word(side: _Side) -> str:
    """Return Yes, No or (within noise) neither, to a question whether the first is better, higher …."""
    asked = next((_ASKED[o] for o in side.q.options if o in _ASKED), "")
    if "yesno" not in side.q.options or not asked:
        return ""
    line = side.alike[0]
    a, b = reversed(line.pair) if "from" in side.q.options else line.pair
    if line.equal:
        return f"No{line.cite}: "
    ahead = (line.ordered[0] is a) if asked in ("better", "worse") else Decimal(a.value) > Decimal(b.value)
    said = ahead == (asked in ("better", "higher"))
    if said and line.row.within_noise:
        return f"Not clearly{line.cite}: "
    return f"{'Yes' if said else 'No'}{line.cite}: "


def _setting(*facts: Fact) -> str:
    """Return what figures were measured on; of several, which share it, it is said of none in particular."""
    dataset, split, cohort = (
        f"{{list({','.join(f'{f.id}.{part}' for f in facts)})}}" if len(facts) > 1 else f"{{{facts[0].id}.{part}}}"
        for part in ("dataset", "split", "cohort")
    )
    return f"{dataset} ({split}, {cohort})"


def _detail(f: Fact) -> str:
    parts = [f"n={{{f.id}.n}}"] if f.n is not None else []
    if f.ci is not None:
        parts.append(f"interval {{{f.id}.ci}}")
    if f.evidence:
        parts.append(f"{{{f.id}.evidence}}")
    return f" ({', '.join(parts)})" if parts else ""


def _values(line: Line) -> str:
    a, b = line.pair
    return (
        f"On {_setting(a, b)}, {{{a.id}.subject}} has {line.metric} {{{a.id}}}{_detail(a)}"
        f" and {{{b.id}.subject}} has {{{b.id}}}{_detail(b)}."
    )


def _verdict(line: Line) -> str:
    """Return which of two figures is the higher, by how much, and whether that is the better one."""
    if line.equal:
        return f"They have the same {line.metric}{line.cite}."
    best, other = line.ordered
    way = line.better
    gap = f"{{gap({other.id},{best.id})}}"
    if line.row.within_noise:
        return (
            f"{{{best.id}.subject}} is {way} by {gap}, and {way} is better, but within noise: their intervals overlap."
        )
    clear = "; their intervals do not overlap" if line.row.within_noise is False else (
        "; without an interval of both, whether that is noise is not known")  # fmt: skip
    return f"{{{best.id}.subject}} is better on {line.metric}: {way} by {gap}{clear}."


def _table(side: _Side) -> str:
    """Return the figures that were measured alike as a table with a column for each subject."""
    lines = side.alike[:_LISTED]
    by_subject = {s: f for line in lines for s, f in line.cells.items()}
    named = [s for s in side.subjects if s in by_subject]
    heads = [f"{{{by_subject[s].id}.subject}}" for s in named]
    two = len(heads) == 2
    last = [f"{heads[1]} less {heads[0]}"] if two else []
    rows = [["metric", "measured on", *heads, *last, "note"]]
    for line in lines:
        facts = list(line.cells.values())
        gap = [f"{{diff({facts[0].id},{facts[1].id})}}"] if two else []
        notes = [f"{line.better} is better", *(["within noise"] if line.row.within_noise else [])]
        rows.append(
            [line.metric, _setting(*facts), *(_held(line.cells.get(s), two) for s in named), *gap, "; ".join(notes)]
        )
    rows.insert(1, ["---"] * len(rows[0]))
    cut = "" if len(lines) == len(side.alike) else f"\n\nThese are the first {_LISTED} settings."
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + cut


def _held(fact: Fact | None, two: bool) -> str:
    """Return a cell; of three or more, with the interval, since no column can say what is within noise."""
    if fact is None:
        return "–"
    return f"{{{fact.id}}}" if two or fact.ci is None else f"{{{fact.id}}} ({{{fact.id}.ci}})"


def _summary(side: _Side) -> str:
    """Return on which metrics which of two is better, and on which noise leaves nothing."""
    if len(side.subjects) != 2:
        return ""
    said = []
    whole = [x for x in side.alike if x.row.cohort == "all"] or side.alike
    for noise, words in (
        (False, ": the intervals do not overlap"),
        (None, " (no interval tells whether that is noise)"),
    ):
        for place in (0, 1):
            lines = [x for x in whole if x.row.within_noise is noise and not x.equal and x.ordered[0] is x.pair[place]]
            if lines:
                told = joined([f"{x.metric}{_where(x, whole)}{x.cite}" for x in lines[:_LISTED]])
                said.append(f"{{{lines[0].pair[place].id}.subject}} is better on {told}{words}.")
    lines = [x for x in whole if x.row.within_noise and not x.equal]
    if lines:
        told = joined([f"{x.metric}{_where(x, whole)}{x.cite}" for x in lines[:_LISTED]])
        said.append(f"Within noise {'are' if len(lines) > 1 else 'is'} {told}: the intervals overlap.")
    return " ".join(said)


def _where(line: Line, among: list[Line]) -> str:
    """Return the setting of a figure when its metric's name does not tell it from the others."""
    if len([x for x in among if x.metric == line.metric]) < 2:
        return ""
    return f" on {_setting(*line.pair)}"


def _unlike(side: _Side) -> str:
    """Return the figures that were not measured alike, metric by metric, with what tells them apart."""
    said = []
    for metric in dict.fromkeys(line.metric for line in side.apart):
        facts = [f for line in side.apart if line.metric == metric for f in line.cells.values()]
        parts = [n for n in ("dataset", "split", "cohort", "unit") if len({getattr(f, n) for f in facts}) > 1]
        told = joined([f"{{{f.id}.subject}} has {{{f.id}}} on {_setting(f)}" for f in facts[:_LISTED]])
        missing = [s for s in side.subjects if s not in {f.subject for f in facts}]
        none = f"; {literal(joined(missing))} has none" if missing else ""
        why = f"measured on another {' and '.join(parts)}" if parts else "measured with another configuration"
        said.append(
            f"- {metric}: {told}{none}. Not comparable, {why}."
            if not missing or len(parts)
            else f"- {metric}: {told}{none}."
        )
    return "\n".join(said)
