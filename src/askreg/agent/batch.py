"""Questions as JSON lines in, answers as JSON lines out, in the same order."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from askreg.agent.answer import Asker
from askreg.agent.thread import Thread
from askreg.errors import AskregError


class Line(BaseModel):
    """A question of a batch. Questions with the same `thread` make a conversation."""

    # What else a line holds (a category, an expected answer) is its writer's own.
    model_config = ConfigDict(frozen=True, extra="ignore")
    id: str | int | None = None
    question: str
    as_of: str | None = None
    known_at: str | None = None
    thread: str | int | None = None


def answer_lines(asker: Asker, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield one JSON object for each line that is not blank; what is wrong with a line is said in its place."""
    threads: dict[str | int, Thread] = {}
    for number, text in enumerate(lines, 1):
        if text.strip():
            yield _answered(asker, threads, number, text)


def _answered(asker: Asker, threads: dict[str | int, Thread], number: int, text: str) -> dict[str, Any]:
    id: Any = None
    try:
        content = json.loads(text)
        id = content.get("id") if isinstance(content, dict) else None
        line = Line.model_validate(content)
        thread = None if line.thread is None else threads.setdefault(line.thread, Thread())
        answer = asker.ask(line.question, as_of=line.as_of, known_at=line.known_at, thread=thread)
    except json.JSONDecodeError as error:
        return _error(id, f"line {number} is not JSON: {error}")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return _error(id, f"line {number}: {place or 'the line'}: {first['msg']}")
    except AskregError as error:
        return _error(id, str(error))
    return {**answer.model_dump(mode="json"), "question_id": line.id}


def _error(id: Any, reason: str) -> dict[str, Any]:
    return {"question_id": id, "status": "error", "reason": reason}
