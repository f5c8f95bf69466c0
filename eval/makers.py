"""Makers of questions: each yields candidates (category, check, question, oracle call) over any record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from eval.case import NOW
from eval.scorers.names import MONTHS
from eval.truth.record import Record, Span

Candidate = tuple[str, str, str, str]
Maker = Callable[[Record], Iterator[Candidate]]
MAKERS: list[Maker] = []


def maker(function: Maker) -> Maker:
    """Register a maker."""
    MAKERS.append(function)
    return function


def live(record: Record) -> list[Span]:
    """What is live now."""
    return [s for s in record.deployments if s.holds(NOW)]


def place(span: Span) -> tuple[str, str]:
    """Site and environment."""
    return span.row["site"], span.row["environment"]


def day(span: Span, days: int = 3) -> str:
    """A day shortly after an interval began, spelled out."""
    date = (span.start + timedelta(days=days)).date()
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def iso(span: Span, days: int = 3) -> str:
    """The same day as ISO."""
    return (span.start + timedelta(days=days)).date().isoformat()


def sole(record: Record, metric: str, version: str) -> bool:
    """Whether a metric of a version has one setting for all patients."""
    return len([r for r in record.metrics(version) if r["metric"] == metric and r["cohort"] == "all"]) == 1


@maker
def live_there(record: Record) -> Iterator[Candidate]:
    for site, env in {place(s) for s in live(record)}:
        yield "deployed-now", "set", f"what's live in {env} at {site}?", f"live({site!r}, {env!r})"


@maker
def live_then(record: Record) -> Iterator[Candidate]:
    for s in record.deployments:
        site, env = place(s)
        question = f"Which version was running at {site} {env} on {day(s)}?"
        yield "deployed-as-of", "set", question, f"live({site!r}, {env!r}, on={iso(s)!r})"


@maker
def where_live(record: Record) -> Iterator[Candidate]:
    for version in {s.version for s in live(record)}:
        yield "deployed-now", "set", f"where is {version} deployed at the moment", f"where({version!r})"


@maker
def since_when(record: Record) -> Iterator[Candidate]:
    for s in live(record):
        question = f"Since when has {s.version} been live at {s.row['site']} {s.row['environment']}?"
        yield "deployed-history", "date", question, f"live_since({s.version!r}, *{place(s)!r})"


@maker
def how_long(record: Record) -> Iterator[Candidate]:
    for s in record.deployments:
        if s.end:
            question = f"for how long was {s.version} live at {s.row['site']} in {s.row['environment']}"
            yield "deployed-history", "duration", question, f"how_long({s.version!r}, *{place(s)!r})"


@maker
def ended(record: Record) -> Iterator[Candidate]:
    for s in record.deployments:
        later = [o for o in record.deployments if o.version == s.version and o.what == s.what and o.start > s.start]
        if s.end and not later:
            question = f"when was {s.version} taken out of use at {s.row['site']} {s.row['environment']}?"
            yield "deployed-history", "date", question, f"live_until({s.version!r}, *{place(s)!r})"


@maker
def never_live(record: Record) -> Iterator[Candidate]:
    yield "deployed-history", "set", "Which models were never deployed?", "never_deployed()"


@maker
def empty_place(record: Record) -> Iterator[Candidate]:
    for site, env in {place(s) for s in record.deployments}:
        first = min(s.start for s in record.deployments if place(s) == (site, env)).date() - timedelta(days=5)
        question = f"what was live at {site} {env} on {first}?"
        yield "deployed-as-of", "set", question, f"live({site!r}, {env!r}, on='{first}')"


@maker
def alias_now(record: Record) -> Iterator[Candidate]:
    for model, alias in {tuple(s.what.split("@")) for s in record.aliases}:
        yield "alias", "set", f"which version of {model} is {alias}?", f"holder({model!r}, {alias!r})"


@maker
def alias_before(record: Record) -> Iterator[Candidate]:
    for s in record.aliases:
        model, alias = s.what.split("@")
        if sum(o.what == s.what for o in record.aliases) > 1 and s.holds(NOW):
            question = f"Which version was the {alias} of {model} before the present one?"
            yield "alias", "set", question, f"previous_holder({model!r}, {alias!r})"


@maker
def alias_start(record: Record) -> Iterator[Candidate]:
    for s in record.aliases:
        alias = s.what.split("@")[1]
        yield "alias", "date", f"When did {s.version} become {alias}?", f"alias_from({s.version!r}, {alias!r})"


@maker
def no_alias(record: Record) -> Iterator[Candidate]:
    yield "alias", "set", "Which models have no champion?", "without_alias('champion')"


@maker
def stage_now(record: Record) -> Iterator[Candidate]:
    for version in record.versions:
        yield "stage", "values", f"what stage is {version} in?", f"stage({version!r})"


@maker
def stage_moved(record: Record) -> Iterator[Candidate]:
    for s in record.stages:
        if s.what in ("production", "retired"):
            verb = "go to production" if s.what == "production" else "get retired"
            yield "stage", "date", f"When did {s.version} {verb}?", f"stage_when({s.version!r}, {s.what!r})"


@maker
def stage_mover(record: Record) -> Iterator[Candidate]:
    for s in record.stages:
        if s.what != "experimental":
            question = f"who moved {s.version} to {s.what}"
            yield "stage", "set", question, f"stage_by({s.version!r}, {s.what!r})"


@maker
def in_stage(record: Record) -> Iterator[Candidate]:
    for stage in {s.what for s in record.stages}:
        yield "stage", "set", f"Which versions are in stage {stage}?", f"in_stage({stage!r})"


@maker
def value(record: Record) -> Iterator[Candidate]:
    for version in record.versions:
        for name in {r["metric"] for r in record.metrics(version)}:
            if sole(record, name, version):
                yield "metric", "values", f"{name} of {version}?", f"metric({version!r}, {name!r})"


@maker
def value_in_cohort(record: Record) -> Iterator[Candidate]:
    for version in record.versions:
        for r in record.metrics(version):
            if r["cohort"] != "all":
                question = f"what is the {r['metric']} of {version} on {r['dataset']} for {r['cohort']}?"
                setting = (version, r["metric"], r["dataset"], r["cohort"])
                yield "metric", "values", question, f"metric(*{setting!r})"


@maker
def bounds(record: Record) -> Iterator[Candidate]:
    for version in record.versions:
        for r in record.metrics(version):
            if r["ci"] and r["cohort"] == "all" and sole(record, r["metric"], version):
                question = f"What is the confidence interval of the {r['metric']} of {version}?"
                yield "metric", "values", question, f"interval({version!r}, {r['metric']!r})"


def pairs(record: Record) -> Iterator[tuple[str, str, str, bool]]:
    """Pairs of versions of a model with a shared metric, and whether it is comparable."""
    for a in record.versions:
        for b in record.versions:
            if a < b and record.model_of(a) == record.model_of(b):
                for name in sorted({r["metric"] for r in record.metrics(a)} & {r["metric"] for r in record.metrics(b)}):
                    settings = [{r["dataset"] for r in record.metrics(v) if r["metric"] == name} for v in (a, b)]
                    if not settings[0] & settings[1]:
                        yield a, b, name, False
                    elif sole(record, name, a) and sole(record, name, b):
                        yield a, b, name, True


@maker
def which_better(record: Record) -> Iterator[Candidate]:
    for a, b, name, comparable in pairs(record):
        values = [next(r["value"] for r in record.metrics(v) if r["metric"] == name) for v in (a, b)]
        if comparable and values[0] != values[1]:
            yield "comparison", "winner", f"Which is better on {name}, {a} or {b}?", f"better({a!r}, {b!r}, {name!r})"


@maker
def how_far(record: Record) -> Iterator[Candidate]:
    for a, b, name, comparable in pairs(record):
        if comparable:
            question = f"what is the difference in {name} between {a} and {b}?"
            yield "comparison", "difference", question, f"difference({a!r}, {b!r}, {name!r})"


@maker
def best_of(record: Record) -> Iterator[Candidate]:
    rows = [r for v in record.versions for r in record.metrics(v) if r["cohort"] == "all"]
    for name, dataset in {(r["metric"], r["dataset"]) for r in rows}:
        values = sorted(r["value"] for r in rows if (r["metric"], r["dataset"]) == (name, dataset))
        if len(values) > 1 and values[0] != values[1] and values[-1] != values[-2]:
            question = f"which version has the best {name} on {dataset}?"
            yield "leaderboard", "winner", question, f"best({name!r}, {dataset!r})"
