"""Answers that were given, as the record keeps them."""

from sqlalchemy import func as sql
from sqlalchemy import select

from askreg.errors import InvalidInput, NotFound
from askreg.registry import names
from askreg.registry.results import Instant, Page, Result
from askreg.registry.tables import Answer
from askreg.registry.times import shown
from askreg.registry.view import View, table


class AnswerSummary(Result):
    """An answer as lists show it."""

    id: str
    at: Instant
    by: str | None
    question: str
    status: str
    backend: str
    event: int


class StoredAnswer(AnswerSummary):
    """An answer with the JSON text it was given as."""

    body: str


class AnswerPage(Page):
    """A page of answers, newest first."""

    answers: list[AnswerSummary]


def stored(seen: View, id: str) -> StoredAnswer:
    """Return an answer that was given."""
    answers = table(Answer)
    row = seen.connection.execute(select(answers).where(answers.c.key == id, seen.exists(answers))).mappings().first()
    if row is None:
        recent = [answer.id for answer in listed(seen, limit=200).answers]
        raise NotFound(
            kind="answer", name=id, nearest=names.nearest(id, recent), hint="'askreg answers list' shows those given"
        )
    return StoredAnswer(**_summary(row), body=row["body"])


def listed(seen: View, *, limit: int = 50, cursor: str | None = None) -> AnswerPage:
    """Return a page of answers, newest first; `cursor` is the event of the last one seen."""
    answers = table(Answer)
    exists = seen.exists(answers)
    total = seen.connection.execute(select(sql.count()).select_from(answers).where(exists)).scalar_one()
    columns = [column for column in answers.c if column.name != "body"]
    rows = select(*columns).where(exists).order_by(answers.c.event.desc()).limit(limit + 1)
    if cursor is not None:
        if not cursor.isdigit():
            raise InvalidInput(f"cursor {cursor!r} is none that a list of answers gave")
        rows = rows.where(answers.c.event < int(cursor))
    found = [AnswerSummary(**_summary(row)) for row in seen.connection.execute(rows).mappings()]
    more, found = len(found) > limit, found[:limit]
    return AnswerPage(
        total=total, returned=len(found), truncated=more, next=str(found[-1].event) if more else None, answers=found
    )


def _summary(row: object) -> dict[str, object]:
    fields = dict(row)  # type: ignore[call-overload]
    return {
        "id": fields["key"],
        "at": shown(fields["at"]),
        **{name: fields[name] for name in ("by", "question", "status", "backend", "event")},
    }
