"""What holds over time: stages, aliases and deployments of a file laid beside those of the record."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from askreg.registry import lifecycle, times
from askreg.registry.manifest import shapes
from askreg.registry.manifest.calls import Rank
from askreg.registry.manifest.differences import unlike

if TYPE_CHECKING:
    from askreg.registry.manifest.replay import Replay

_I = TypeVar("_I", shapes.Alias, shapes.Deployment)


@dataclass(slots=True)
class Span(Generic[_I]):
    """An interval on a timeline, of the file, of the record or of both."""

    version: int
    given: _I | None
    held: _I | None
    until: str | None = None

    @property
    def at(self) -> str:
        """Return when it began."""
        return self.one.at

    @property
    def one(self) -> _I:
        """Return the entry to speak of: the file's, if there is one."""
        entry = self.given or self.held
        assert entry is not None  # a span is made of one or both
        return entry


def stages(replay: "Replay", subject: str, version: shapes.Version, known: shapes.Version | None) -> None:
    """Plan a version's moves."""
    problems = replay.world.problems
    held = known.stages if known else []
    left = list(held)
    now_in, since = (held[-1].stage, held[-1].at) if held else ("experimental", version.at)
    for index, move in enumerate(sorted(version.stages, key=lambda move: move.at)):
        replay.within(move, version, move.at, move.by)
        same = next((other for other in left if other.key == move.key), None)
        if same is not None:
            left.remove(same)
            for key in unlike(move, same, ("by", "reason")):
                replay.contradicted(move, same, key)
            continue
        if index == 0 and (move.stage, move.at) == ("experimental", version.at):
            continue  # where every version begins
        if move.at < since:
            problems.at(move.place, "at", f"the record holds a later move, to {now_in} at {times.shown(since)}")
        elif now_in == "retired":
            problems.at(move.place, "stage", f"{subject} is retired since {times.shown(since)}; nothing leaves retired")
        elif now_in == move.stage:
            problems.at(move.place, "stage", f"{subject} is in {now_in} already, since {times.shown(since)}")
        else:
            replay.call(
                move.at, Rank.STAGE, "stages", lifecycle.move, move,
                version=subject, stage=move.stage, reason=move.reason, at=move.at, by=move.by,
            )  # fmt: skip
        now_in, since = move.stage, max(move.at, since)


def aliases(replay: "Replay", model: shapes.Model, known: shapes.Model | None) -> None:
    """Plan the intervals of a model's aliases: one holder at a time."""
    given = [(v.version, alias) for v in model.versions for alias in v.aliases]
    if not given:
        return
    registered = {version.version: version for version in model.versions}
    for number, alias in given:
        replay.within(alias, registered[number], alias.at, alias.by)
    held = [(v.version, alias) for v in known.versions for alias in v.aliases] if known else []
    lines: defaultdict[str, list[Span[shapes.Alias]]] = defaultdict(list)
    for span in _spans(replay, given, held, ("by",)):
        lines[span.one.alias].append(span)
    for name, line in lines.items():
        _lay_out(replay, line, f"alias {name!r} of {model.name}", taken_over=True)
        last_held = _last_held(line)
        for index, span in enumerate(line):
            following = line[index + 1] if index + 1 < len(line) else None
            _give(replay, model.name, span, following, later_held=index < last_held)


def deployments(replay: "Replay", subject: str, version: shapes.Version, known: shapes.Version | None) -> None:
    """Plan where and when a version was live."""
    for live in version.deployments:
        replay.within(live, version, live.at, live.by)
    given = [(version.version, live) for live in version.deployments]
    held = [(version.version, live) for live in known.deployments] if known else []
    lines: defaultdict[tuple[str, str], list[Span[shapes.Deployment]]] = defaultdict(list)
    for span in _spans(replay, given, held, ("by", "region", "reason")):
        lines[span.one.site, span.one.environment].append(span)
    for (site, environment), line in lines.items():
        _lay_out(replay, line, f"{subject} at {site}/{environment}", taken_over=False)
        last_held = _last_held(line)
        for index, span in enumerate(line):
            _go_live(replay, subject, span, later_held=index < last_held)


def _spans(
    replay: "Replay", given: Iterable[tuple[int, _I]], held: Iterable[tuple[int, _I]], fixed: tuple[str, ...]
) -> list[Span[_I]]:
    """Return the intervals of both, in order, the same ones together; note where the record says otherwise."""
    left: defaultdict[tuple[int, tuple[str, ...]], list[_I]] = defaultdict(list)
    for number, entry in held:
        left[number, entry.key].append(entry)
    spans: list[Span[_I]] = []
    for number, entry in given:
        end = _end(replay, entry)
        same = left[number, entry.key]
        if not same:
            spans.append(Span(number, entry, None, end))
            continue
        match = min(same, key=lambda other: other.until != end)
        same.remove(match)
        spans.append(_matched(replay, number, entry, match, end, fixed))
    spans += [Span(number, None, entry, entry.until) for (number, _), entries in left.items() for entry in entries]
    return sorted(spans, key=lambda span: (span.at, span.until or "~"))


def _last_held(line: list[Span[_I]]) -> int:
    return max((index for index, span in enumerate(line) if span.held is not None), default=-1)


def _matched(replay: "Replay", number: int, entry: _I, held: _I, end: str | None, fixed: tuple[str, ...]) -> Span[_I]:
    for key in unlike(entry, held, fixed):
        if not (key == "reason" and held.until is None):  # not withdrawn yet: the reason comes with the end
            replay.contradicted(entry, held, key)
    if end is None or held.until is None:
        return Span(number, entry, held, end or held.until)
    if held.until != end and not (entry.day and entry.day <= held.until <= end):
        replay.contradicted(replace(entry, until=end), held, "until")
    return Span(number, entry, held, held.until)


def _end(replay: "Replay", entry: shapes.Interval) -> str | None:
    """Return when an interval of the file ends; today's end, not reached yet, is now."""
    if entry.until is None:
        return None
    now = replay.world.now
    if entry.day is not None and entry.until > now and entry.day <= now[:10]:
        return max(now, entry.at)
    problems = replay.world.problems
    if entry.until > now:
        problems.at(
            entry.place,
            "until",
            f"{times.shown(entry.until)} is in the future; the registry's clock says {times.shown(now)}",
        )
    if entry.until < entry.at:
        problems.at(entry.place, "until", f"{times.shown(entry.until)} is before its 'at', {times.shown(entry.at)}")
    return entry.until


def _lay_out(replay: "Replay", line: list[Span[_I]], what: str, *, taken_over: bool) -> None:
    """Settle the ends of intervals on one line, noting those that overlap."""
    for span, following in zip(line, line[1:], strict=False):
        starts = following.at
        if span.until is not None and span.until <= starts:
            continue
        if span.until is None and taken_over and span.at < starts and span.version != following.version:
            if span.held is None:
                span.until = starts
            continue
        day = span.one.day
        if day is not None and span.held is None and starts[:10] == day:
            span.until = starts  # it ended on that day, which is all the file says
            continue
        if span.given is None and following.given is None:
            continue
        blamed, other = (following, span) if following.given is not None else (span, following)
        until = f"until {times.shown(other.until)}" if other.until else "and has no end"
        replay.world.problems.at(
            blamed.one.place,
            "at",
            f"{what} overlaps: it is held by version {other.version} from {times.shown(other.at)} {until}"
            if taken_over
            else f"{what} overlaps: it is live there from {times.shown(other.at)} {until}",
        )


def _give(
    replay: "Replay", model: str, span: Span[shapes.Alias], following: Span[shapes.Alias] | None, *, later_held: bool
) -> None:
    entry, end = span.given, span.until
    if entry is None:
        return
    alias = entry.alias
    if span.held is None:
        given = {"model": model, "alias": alias, "version": span.version, "at": entry.at, "by": entry.by}
        if later_held:
            replay.call(entry.at, Rank.OPEN, "aliases", lifecycle.set_alias, entry, **given, until=end)
            return
        replay.call(entry.at, Rank.OPEN, "aliases", lifecycle.set_alias, entry, **given)
    elif end is None or span.held.until is not None:
        return
    # Setting an alias takes it from the version that holds it, without a removal of its own.
    taken_over = following is not None and following.at == end and following.version != span.version
    if end is not None and not taken_over:
        kind = "aliases" if span.held else ""
        rank = Rank.CLOSE if end > entry.at else Rank.OPEN
        replay.call(end, rank, kind, lifecycle.remove_alias, entry, model=model, alias=alias, at=end)


def _go_live(replay: "Replay", subject: str, span: Span[shapes.Deployment], *, later_held: bool) -> None:
    entry, end = span.given, span.until
    if entry is None:
        return
    where = {"version": subject, "site": entry.site, "environment": entry.environment}
    if span.held is None:
        given = {**where, "region": entry.region, "at": entry.at, "by": entry.by}
        if later_held:
            replay.call(entry.at, Rank.OPEN, "deployments", lifecycle.deploy, entry, **given, until=end)
            return
        replay.call(entry.at, Rank.OPEN, "deployments", lifecycle.deploy, entry, **given)
    elif end is None or span.held.until is not None:
        return
    if end is not None:
        kind = "deployments" if span.held else ""
        rank = Rank.CLOSE if end > entry.at else Rank.OPEN
        replay.call(end, rank, kind, lifecycle.withdraw, entry, **where, reason=entry.reason, at=end)
