"""Which program answers which query."""

from __future__ import annotations

from collections.abc import Callable

from askreg.agent.offline.meaning import Query
from askreg.agent.offline.programs import comparing, fields, figures, listing, making, ranking, roles, stories, unknown
from askreg.agent.offline.programs.work import Asking, Context, Unanswered, Work

PROGRAMS: dict[str, Callable[[Work, Query], Asking]] = {
    "role": roles.role,
    "holder": roles.holder,
    "made": making.made,
    "set": listing.listing,
    "field": fields.field,
    "check": fields.check,
    "metric": figures.metric,
    "compare": comparing.compare,
    "leaderboard": ranking.leaderboard,
    "lineage": stories.lineage,
    "history": stories.history,
    "gaps": stories.gaps,
    "docs": stories.docs,
    "describe": stories.describe,
    "unknown": unknown.unknown,
}


def program(query: Query, context: Context) -> Asking:
    """Answer a query; what stands in the way is a draft as well."""
    work = Work(context, query.time)
    try:
        return (yield from PROGRAMS[query.intent](work, query))
    except Unanswered as reason:
        return reason.draft
