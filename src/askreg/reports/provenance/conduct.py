"""What became of a version: who approved it, where it was live, what changed since, and what the record lacks."""

from collections.abc import Iterable, Iterator

from askreg.registry import cards, citations
from askreg.registry.results import DeploymentView, EventView
from askreg.reports.provenance.lines import Line, Section, Signed, Summary, line, missing, quoted
from askreg.reports.provenance.source import Source

_NOT_TOLD = {"source", "note", "facts", "calls"}
"""Parts of an event's detail that are told otherwise or are no news."""


def short(source: Source) -> Section:
    """Return the answers to an auditor's first questions."""
    version = source.version
    stage = next((each for each in version.stages if each.until is None), None)
    live = [each for each in version.deployments if each.until is None]
    approved = [a for a in version.approvals if (a.meaning, a.decision) == ("approval", "approved")]
    standing = [approval for approval in approved if approval.lapsed is None]
    lines = [line("stage", stage.stage, stage.event, stage=stage.stage) if stage else missing("stage")]
    places = [f"{each.site}/{each.environment}" for each in live]
    lines.append(line("live now", ", ".join(places) or "nowhere", *(each.event for each in live), places=places))
    if standing:
        by = [approval.by for approval in standing]
        text = ", ".join(map(source.who, by))
        lines.append(line("approval in force", text, *(approval.event for approval in standing), by=by))
    else:
        last = approved[-1] if approved else None
        gone = f"none: that of {source.who(last.by)} is no longer in force since {last.lapsed}" if last else ""
        text = gone or "none: nobody has approved it"
        lines.append(line("approval in force", text, *(a.closed for a in approved)))
    if source.trained_on:
        events = [arrow.event for arrows in source.trained_on.values() for arrow in arrows]
        lines.append(line("trained on", ", ".join(source.trained_on), *events, datasets=list(source.trained_on)))
    else:
        lines.append(missing("training data"))
    tested = list(dict.fromkeys(each.dataset for each in version.evaluations))
    if tested:
        events = [each.event for each in version.evaluations]
        lines.append(line("evaluated on", ", ".join(tested), *events, datasets=tested))
    else:
        lines.append(missing("evaluation"))
    codes = list(dict.fromkeys(gap.code for gap in version.gaps))
    text = ", ".join(codes) or "none that the policy names"
    lines.append(Line(label="gaps", text=text, values={"codes": codes}, recorded=not codes))
    return Section(title="In short", lines=lines)


def approvals(source: Source) -> Section:
    """Return who signed it, in what meaning, and whether that still stands."""
    lines = []
    for each in source.version.approvals:
        text = f"{each.decision} by {source.who(each.by)}, signing as {quoted(each.printed_name)}, {each.at}"
        text += f", of content {each.content}"
        text += "; it stands" if each.lapsed is None else f"; no longer in force since {each.lapsed}"
        if each.imported:
            text += "; told by a manifest, not signed here"
        if each.comment:
            text += f"; {quoted(each.comment)}"
        given = each.model_dump(exclude={"subject", "event", "closed"})
        lines.append(line(each.meaning, text, each.event, each.closed, **given))
    for signed in cards.signatures(source.view, source.id):
        text = f"its card {signed.content} by {source.who(signed.by)}, {signed.at}"
        text += "; it stands" if signed.lapsed is None else f"; no longer in force since {signed.lapsed}"
        lines.append(line(f"{signed.meaning} of the card", text, signed.event, **signed.model_dump(exclude={"event"})))
    if not any(each.meaning == "approval" for each in source.version.approvals):
        lines.append(missing("approval"))
    return Section(title="Approved by whom, in what meaning", lines=lines)


def live(source: Source) -> Section:
    """Return where and when it was live, and the stages and aliases it held."""
    now = [each for each in source.version.deployments if each.until is None]
    before = [each for each in source.version.deployments if each.until is not None]
    lines = [_deployment(source, each) for each in (*now, *before)]
    lines = lines or [line("live", "nowhere at any time, as far as the record says")]
    for stage in source.version.stages:
        text = f"{stage.stage} from {stage.since} {_end(stage.until)}, by {source.who(stage.by)}"
        if stage.imported:
            text += "; told by a manifest"
        if stage.reason:
            text += f"; {quoted(stage.reason)}"
        given = stage.model_dump(exclude={"subject", "event", "closed"})
        lines.append(line("stage", text, stage.event, stage.closed, **given))
    for alias in source.version.alias_history:
        text = f"{alias.alias} from {alias.since} {_end(alias.until)}, by {source.who(alias.by)}"
        given = alias.model_dump(include={"alias", "since", "until", "by"})
        lines.append(line("alias", text, alias.event, alias.closed, **given))
    return Section(title="Live where and when", lines=lines)


def changes(source: Source) -> Section:
    """Return what was recorded since it was last approved, or registered, the latest first."""
    given = [a for a in source.version.approvals if (a.meaning, a.decision) == ("approval", "approved")]
    start = max((approval.event for approval in given), default=source.version.event)
    what = "last approved" if given else "registered"
    events, cut = source.events_since(start)
    lines = _merged(_change(source, event) for event in events)
    for field in source.model_fields.values():
        if field.event > start:
            text = f"the model's {field.name} was written {field.at} by {source.who(field.by)}"
            lines.append(
                line("model", text, field.event, field=field.name, value=field.value, at=field.at, by=field.by)
            )
    for version in (later for later in source.later if later.event > start):
        text = f"{version.subject} was registered {version.at} by {source.who(version.by)}; it is {version.stage}"
        lines.append(line("later version", text, version.event, subject=version.subject, at=version.at, by=version.by))
    lines.sort(key=lambda each: -max(each.events, default=0))
    if cut:
        lines.append(Line(label="cut", text="there are more events than were read; 'askreg history' has all"))
    none = line("nothing", f"nothing was recorded of it since it was {what}", start)
    return Section(title=f"Changed since it was {what}", lines=lines or [none])


def gaps(source: Source, sections: list[Section]) -> Section:
    """Return what the record lacks or went past the policy, and what the lines before could not say."""
    lines = [
        Line(label=gap.code, text=f"{gap.needs}: {gap.why}", values=gap.model_dump(), recorded=False)
        for gap in source.version.gaps
    ]
    unsaid = [each.label for section in sections for each in section.lines if not each.recorded]
    if unsaid:
        text = ", ".join(dict.fromkeys(unsaid))
        lines.append(Line(label="not recorded", text=text, values={"labels": unsaid}, recorded=False))
    if source.origins.truncated:
        lines.append(Line(label="cut", text="it has more ancestors than were read", recorded=False))
    none = Line(label="none", text="nothing that the policy asks for is missing")
    return Section(title="Gaps", lines=lines or [none])


def record(summary: Summary) -> Section:
    """Return what the summary rests on."""
    head = summary.head
    lines = [line("log", f"ends with event {head.seq}, hash {head.hash}", seq=head.seq, hash=head.hash)]
    if summary.verified:
        lines.append(
            line("verified", "the log was replayed just before: it is whole, and every table says what it says")
        )
    else:
        lines += [
            Line(label="NOT verified", text=f"{problem.where}: {problem.what}", values=problem.model_dump())
            for problem in summary.problems
        ]
    lines.append(_checkpoint(summary.checkpoint) if summary.checkpoint else missing("signed checkpoint"))
    return Section(title="The record it rests on", lines=lines)


def _checkpoint(signed: Signed) -> Line:
    where = "goes with this summary" if signed.event is None else f"is told of by event {signed.event}"
    text = f"one over {signed.size} events {where}, root {signed.root}, key {signed.key}"
    return line("signed checkpoint", text, signed.event, **signed.model_dump())


def _deployment(source: Source, each: DeploymentView) -> Line:
    place = f"{each.site}/{each.environment}" + (f" ({quoted(each.region)})" if each.region else "")
    text = f"{place} from {each.since} {_end(each.until)}, by {source.who(each.by)}"
    given = each.model_dump(exclude={"subject", "event", "closed"})
    return line("live" if each.until is None else "was live", text, each.event, each.closed, **given)


def _end(until: str | None) -> str:
    return "on" if until is None else f"until {until}"


def _merged(lines: Iterable[Line]) -> list[Line]:
    """Return the lines, those with the same text as one that cites the events of all."""
    found: dict[str, Line] = {}
    for each in lines:
        same = found.get(each.text)
        events = each.events if same is None else sorted({*same.events, *each.events})
        found[each.text] = each.model_copy(update={"events": events})
    return list(found.values())


def _change(source: Source, event: EventView) -> Line:
    by = citations.said(event.actor, event.recorded_by, event.detail)
    text = f"{event.action} of {event.subject}, {event.occurred_at}, by {source.who(by)}"
    told = "; ".join(_told(event))
    return line("change", f"{text}: {told}" if told else text, event.seq, action=event.action, detail=event.detail)


def _told(event: EventView) -> Iterator[str]:
    for name, value in sorted(event.detail.items()):
        if name not in _NOT_TOLD and isinstance(value, str | int) and value is not True:
            yield f"{name} {quoted(value) if isinstance(value, str) else value}"
        elif name not in _NOT_TOLD and isinstance(value, list) and all(isinstance(part, str) for part in value):
            yield f"{name} {quoted(', '.join(value))}"
