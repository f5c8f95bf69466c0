"""Time limits of a question as limits of a plan, and how the answer says which dates it took."""

from __future__ import annotations

from datetime import date
from typing import Any

from askreg.agent.offline.dates import Span
from askreg.agent.offline.programs.work import Context, Unanswered, where


def refuse_future(span: Span | None, context: Context) -> None:
    """Say so when a date lies ahead."""
    if span is None:
        return
    today = context.now.date()
    if span.first > today:
        raise Unanswered(f"{span.first.isoformat()} is in the future; the registry's clock says {today.isoformat()}")


def as_of(span: Span | None, context: Context) -> str | None:
    """Return the instant that a state is asked for."""
    if span is None:
        return None
    if span.instant:
        return span.instant
    if span.relation == "before":
        return f"{span.first.isoformat()}T00:00:00Z"
    return min(span.last, context.now.date()).isoformat()


def is_period(span: Span | None) -> bool:
    """Whether a state is asked for over a time and not at one."""
    if span is None:
        return False
    return span.relation in ("since", "after", "until", "before") or (
        not span.single and span.relation not in ("as_of",)
    )


def begins_within(span: Span | None, path: str = "since") -> list[dict[str, Any]]:
    """Return the conditions that something happened in a period."""
    if span is None:
        return []
    first, after = f"{span.first.isoformat()}T00:00:00Z", f"{span.after.isoformat()}T00:00:00Z"
    match span.relation:
        case "before":
            return [where(path, first, "<")]
        case "until" | "as_of":
            return [where(path, after, "<")]
        case "since":
            return [where(path, first, ">=")]
        case "after":
            return [where(path, after, ">=")]
    return [where(path, first, ">="), where(path, after, "<")]


def overlaps(row_from: str | None, row_until: str | None, span: Span) -> bool:
    """Whether an interval and a period have time in common."""
    low, high = bounds(span)
    return (high is None or (row_from or "") < high) and (low is None or row_until is None or row_until > low)


def bounds(span: Span) -> tuple[str | None, str | None]:
    """Return the first instant of a period and the first after it, where it has them."""
    first, after = f"{span.first.isoformat()}T00:00:00", f"{span.after.isoformat()}T00:00:00"
    match span.relation:
        case "before":
            return None, first
        case "until":
            return None, after
        case "since":
            return first, None
        case "after":
            return after, None
    return first, after


def said(span: Span | None, *, closed: bool = False) -> str:
    """Return the dates as the answer says them."""
    if span is None:
        return ""
    if span.instant:
        return f"at {span.instant}"
    first, last, after = span.first.isoformat(), span.last.isoformat(), span.after.isoformat()
    match span.relation:
        case "as_of":
            return f"as of {last}"
        case "before":
            return f"before {first}"
        case "after":
            return f"from {after} on"
        case "since":
            return f"since {first}"
        case "until":
            return f"until {last}" if closed else f"before {after}"
    return f"on {first}" if span.single else f"from {first} to {last}" if closed else f"from {first} to before {after}"


def today(context: Context) -> date:
    """Return the registry's day."""
    return context.now.date()
