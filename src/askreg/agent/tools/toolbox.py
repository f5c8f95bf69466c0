"""Runs tool calls against one view of the record. Every name that fails to resolve is a result, not a crash."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal, cast

from pydantic import BaseModel, ValidationError

from askreg.agent.facts import Fact, Ledger
from askreg.agent.tools import evidence
from askreg.agent.tools.documents import Documents, passage_facts
from askreg.agent.tools.shapes import (
    ARGUMENTS,
    Call,
    CompareArgs,
    DeployedArgs,
    GapsArgs,
    HistoryArgs,
    LeaderboardArgs,
    LineageArgs,
    SearchDocsArgs,
    ToolName,
    ToolResult,
)
from askreg.errors import AskregError, InvalidInput, NotFound
from askreg.registry import comparison, details, gaps, history, lineage, measures, query, reads, view
from askreg.registry.plan import Condition, Plan
from askreg.registry.results import Arrow, Comparison, DocumentView
from askreg.registry.times import shown
from askreg.registry.view import View

TEXT_LIMIT = 5_000
"""Characters of a result that a language model is shown; what was left out is said."""


class Toolbox:
    """The tools over one consistent view, and the ledger that numbers what they find."""

    def __init__(self, seen: View, ledger: Ledger, documents: Documents | None = None) -> None:
        """Read from `seen`; no call can see past its limits. Without `documents` nothing is read of what they say."""
        self.seen, self.ledger, self.documents = seen, ledger, documents

    def run(self, call: Call) -> ToolResult:
        """Run a call; wrong arguments and unknown names come back as a result with `error`."""
        try:
            args = ARGUMENTS[call.tool].model_validate(call.args)
            seen = self.limited(getattr(args, "as_of", None), getattr(args, "known_at", None))
            return _RUNNERS[call.tool](_Run(call.tool, args, seen, self.ledger, self.documents))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            return self._failed(call, f"{call.tool}: {place or 'arguments'}: {first['msg']}")
        except NotFound as error:
            return self._failed(call, str(error), nearest=error.nearest)
        except InvalidInput as error:
            return self._failed(call, str(error))

    def limited(self, as_of: str | None, known_at: str | None) -> View:
        """Return the view as of another instant; the conversation's own limits stay in force."""
        if as_of is None and known_at is None:
            return self.seen
        asked = view.at(self.seen.connection, now=self.seen.now, as_of=as_of, known_at=known_at)
        return replace(
            asked,
            as_of=_earlier(asked.as_of, self.seen.as_of),
            known=_earlier(asked.known, self.seen.known),
        )

    def _failed(self, call: Call, message: str, *, nearest: Iterable[str] = ()) -> ToolResult:
        return ToolResult(
            tool=call.tool,
            args=call.args,
            text=f"error: {message}",
            as_of=shown(self.seen.instant) or "",
            error=message,
            nearest=list(nearest),
        )


def _earlier(first: Any, second: Any) -> Any:
    return min(x for x in (first, second) if x is not None) if first is not None or second is not None else None


class _Run:
    """One call being run: gathers facts row by row, and says how complete they are."""

    def __init__(
        self, tool: ToolName, args: BaseModel, seen: View, ledger: Ledger, documents: Documents | None
    ) -> None:
        self.tool, self.args, self.seen, self.ledger, self.documents = tool, args, seen, ledger, documents
        self.as_of = shown(seen.instant) or ""
        self.rows: list[list[Fact]] = []
        self.better: dict[str, Literal["higher", "lower"]] = {}

    def add(self, facts: Iterable[Fact]) -> None:
        self.rows.append(self.ledger.extend(facts))

    def done(
        self,
        data: object,
        *,
        kind: str,
        total: int | None = None,
        truncated: bool = False,
        subject: str | None = None,
        things: int | None = None,
    ) -> ToolResult:
        """Return the result, with a fact that says how many rows (or else `things`) the record holds."""
        total = len(self.rows) if total is None else total
        number = total if things is None else things
        count = Fact(subject=subject or "registry", field=f"count.{kind}", value=str(number), as_of=self.as_of)
        counted = self.ledger.add(count)
        return self.finished(data, total=total, truncated=truncated, counted=counted)

    def finished(self, data: object, *, total: int, truncated: bool, counted: Fact | None = None) -> ToolResult:
        facts = list({fact.id: fact for row in self.rows for fact in row}.values())
        if counted is not None:
            facts.append(counted)
        return ToolResult(
            tool=self.tool,
            args=self.args.model_dump(exclude_defaults=True, mode="json"),
            text=_text(self.rows, total=total, truncated=truncated, counted=counted),
            facts=facts,
            rows=[[fact.id for fact in row] for row in self.rows],
            count=counted.id if counted else None,
            total=total,
            returned=len(self.rows),
            truncated=truncated,
            data=data,
            better=self.better,
            as_of=self.as_of,
        )


def _text(rows: list[list[Fact]], *, total: int, truncated: bool, counted: Fact | None) -> str:
    said = f" ({counted.id})" if counted else ""
    lines = [f"total={total}{said} returned={len(rows)} truncated={str(truncated).lower()}"]
    room = TEXT_LIMIT
    for number, row in enumerate(rows):
        line = evidence.line(row)
        room -= len(line)
        if room < 0:
            lines.append(f"… {len(rows) - number} more rows are not shown here; narrow the call to read them")
            break
        lines.append(line)
    return "\n".join(lines)


def _query(run: _Run) -> ToolResult:
    plan = evidence.completed(cast(Plan, run.args))
    # The plan's dates have already limited the view.
    result = query.run(run.seen, plan.model_copy(update={"as_of": None, "known_at": None}))
    if plan.aggregate is not None:
        for fact in evidence.aggregate_facts(plan, result):
            run.add([fact])
        return run.finished(result, total=result.total, truncated=result.truncated)
    arrows = _arrows(run, plan)
    for row in result.rows:
        facts = evidence.plan_facts(row, result.kind, as_of=run.as_of)
        run.add([*facts, *evidence.reached(plan, row, arrows, as_of=run.as_of)])
    if result.kind == "metric":
        _note_directions(run)
    return run.done(
        result, kind=result.kind, total=result.total, truncated=result.truncated, subject=evidence.anchor(plan)
    )


_SOURCES = {"trained_on", "inputs", "evaluated_on", "base", "run", "training", "validation", "test", "derived_from"}
"""Relations that are arrows of the lineage, or two of them through the run."""


def _arrows(run: _Run, plan: Plan) -> list[Arrow]:
    """Return the lineage above what a plan starts from, if its hops go there."""
    start = evidence.anchor(plan)
    if not plan.hops or not _SOURCES.issuperset(plan.hops) or start == "registry":
        return []
    return lineage.lineage(run.seen, start, direction="up").edges


def _note_directions(run: _Run) -> None:
    for metric in {fact.metric for row in run.rows for fact in row if fact.metric}:
        run.better[metric] = measures.better(run.seen, metric)


def _compare(run: _Run) -> ToolResult:
    args = cast(CompareArgs, run.args)
    result = comparison.compare(run.seen, args.subjects, metric=args.metric)
    for row in result.rows:
        for subject, cell in row.values.items():
            run.add([evidence.measured(subject, row.metric, cell, row, as_of=run.as_of)])
    for fact in _alone(run, result):
        run.add([fact])
    _note_directions(run)
    return run.done(result, kind="figure")


def _alone(run: _Run, result: Comparison) -> Iterator[Fact]:
    """Yield the figures of metrics that one subject alone has, of which a comparison has no row."""
    told = {(f.subject, f.metric, f.dataset, f.split, f.cohort) for row in run.rows for f in row}
    for subject, settings in result.only_in.items():
        missing = {(subject, s.metric, s.dataset, s.split, s.cohort) for s in settings} - told
        if missing:
            plan = evidence.completed(Plan(select="metric", where=[Condition(path="subject", value=subject)]))
            for row in query.run(run.seen, plan).rows:
                for fact in evidence.plan_facts(row, "metric", as_of=run.as_of):
                    if (subject, fact.metric, fact.dataset, fact.split, fact.cohort) in missing:
                        yield fact


def _lineage(run: _Run) -> ToolResult:
    args = cast(LineageArgs, run.args)
    result = lineage.lineage(run.seen, args.subject, direction=args.direction)
    nodes = [n for n in result.nodes if n.subject != result.subject and (not args.kinds or n.kind in args.kinds)]
    kept = {n.subject for n in nodes} | {result.subject}
    for arrow in result.edges:
        if not args.kinds or arrow.source in kept or arrow.target in kept:
            run.add([evidence.edge(arrow, as_of=run.as_of)])
    kind = "lineage" if not args.kinds else ".".join(args.kinds)
    return run.done(result, kind=kind, things=len(nodes), truncated=result.truncated, subject=result.subject)


def _history(run: _Run) -> ToolResult:
    args = cast(HistoryArgs, run.args)
    asked = args.model_dump(exclude={"as_of", "known_at"}, exclude_none=True)
    result = history.history(run.seen, **asked)
    for event in result.events:
        run.add(evidence.happened(event, as_of=run.as_of))
    return run.done(
        result, kind="event", total=result.total, truncated=result.truncated, subject=args.subject or args.actor
    )


def _deployed(run: _Run) -> ToolResult:
    args = cast(DeployedArgs, run.args)
    result = reads.deployed(run.seen, site=args.site, environment=args.environment, model=args.model)
    for found in result.deployments:
        run.add([evidence.deployment(found, as_of=run.as_of)])
    place = "/".join(filter(None, (args.site, args.environment)))
    return run.done(result, kind="deployment", subject=place or args.model)


def _leaderboard(run: _Run) -> ToolResult:
    args = cast(LeaderboardArgs, run.args)
    asked = args.model_dump(exclude={"as_of", "known_at", "metric"}, exclude_none=True)
    result = comparison.leaderboard(run.seen, args.metric, **asked)
    for group in result.groups:
        for ranked in group.rows:
            run.add([evidence.measured(ranked.subject, result.metric, ranked, group, as_of=run.as_of)])
    if result.better in ("higher", "lower"):
        run.better[result.metric] = cast(Literal["higher", "lower"], result.better)
    return run.done(result, kind="figure", total=result.total, truncated=result.truncated)


def _gaps(run: _Run) -> ToolResult:
    args = cast(GapsArgs, run.args)
    result = gaps.gaps(run.seen, subject=args.subject)
    for found in result:
        run.add([evidence.gap(found, as_of=run.as_of)])
    return run.done(result, kind="gap", subject=args.subject)


def _search_docs(run: _Run) -> ToolResult:
    args = cast(SearchDocsArgs, run.args)
    if args.says.strip():
        return _quoted(run, args)
    words = args.text.casefold().split()
    listed = query.run(run.seen, Plan(select="document", project=["path", "title"]))
    matching = [
        row.subject
        for row in listed.rows
        if all(word in f"{row.values['path']} {row.values.get('title') or ''}".casefold() for word in words)
    ]
    found = []
    for subject in matching:
        document = details.show(run.seen, subject)
        if isinstance(document, DocumentView) and _concerns(document, args.about):
            found.append(document)
            run.add(_document(document, run.as_of))
    return run.done(found, kind="document", subject=args.about)


def _quoted(run: _Run, args: SearchDocsArgs) -> ToolResult:
    if run.documents is None:
        raise InvalidInput("what documents say is not read here; search_docs without says lists them")
    try:
        found, whole = run.documents.saying(run.seen, args.says, about=args.about, title=args.text)
    except (InvalidInput, NotFound):
        raise
    except AskregError as error:  # the index is not to be used as it is; the error says what to do
        raise InvalidInput(str(error)) from error
    for passage in found.passages:
        run.add(passage_facts(passage, as_of=run.as_of))
    if whole:
        return run.done(found, kind="document", subject=args.about)
    # Of a ranking it cannot be said that the rest holds nothing.
    return run.finished(found, total=len(found.passages), truncated=True)


def _concerns(document: DocumentView, wanted: str | None) -> bool:
    """Tell whether a document is about `wanted`; one about a model's version is about the model."""
    if wanted is None:
        return True
    folded = wanted.casefold()
    return any(s.casefold() == folded or s.casefold().startswith((f"{folded}:", f"{folded}@")) for s in document.about)


def _document(document: DocumentView, as_of: str) -> Iterator[Fact]:
    common: dict[str, Any] = {"subject": document.subject, "as_of": as_of, "event": document.event}
    yield Fact(field="path", value=document.path, **common)
    if document.title:
        yield Fact(field="title", value=document.title, **common)
    for about in document.about:
        yield Fact(field="about", value=about, **common)


_RUNNERS: dict[ToolName, Callable[[_Run], ToolResult]] = {
    "query": _query,
    "compare": _compare,
    "lineage": _lineage,
    "history": _history,
    "deployed": _deployed,
    "leaderboard": _leaderboard,
    "gaps": _gaps,
    "search_docs": _search_docs,
}
