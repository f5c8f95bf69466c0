"""The names of a registry, read from its live record and kept for as long as the log stands still."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from askreg.agent.known import changed
from askreg.agent.offline.entities import ModelNames, Names
from askreg.agent.offline.lexicon import Lexicon
from askreg.registry import audit, query
from askreg.registry.plan import Aggregate, Condition, Order, Plan, PlanKind, PlanRow
from askreg.registry.results import LogHead
from askreg.registry.view import View


def read(seen: View) -> Names:
    """Return every name that the view can see."""
    found = Names()
    _read_models(seen, found)
    for row in _rows(seen, "dataset", "name", "description", "versions.version"):
        found.datasets[row.subject] = [str(label) for label in row.values["versions.version"]]
        if row.values.get("description"):
            found.descriptions[row.subject] = str(row.values["description"])
    for row in _rows(seen, "person", "name", "display"):
        found.people[row.subject] = row.values.get("display")
    for row in _rows(seen, "environment", "site"):
        site, _, environment = row.subject.partition("/")
        found.places.add((site, environment))
    for row in _rows(seen, "document", "path", "title"):
        found.documents[row.subject.removeprefix("doc:")] = row.values.get("title")
    for row in _rows(seen, "run", "id", "param.*"):
        found.runs.append(row.subject.removeprefix("run:"))
        found.params |= set(_starred(row, "param"))
    found.aliases = set(_groups(seen, "alias", "alias", history=True))
    found.regions = set(_groups(seen, "deployment", "region", history=True))
    found.metrics = set(_groups(seen, "metric", "name"))
    found.cohorts = set(_groups(seen, "metric", "cohort"))
    found.frameworks = set(_groups(seen, "version", "framework"))
    return found


def _read_models(seen: View, found: Names) -> None:
    for row in _rows(
        seen, "model", "name", "task", "description", "tag.*", "card.*", "versions.number", "versions.tag.*"
    ):
        model = _model(row)
        found.models.append(model)
        found.tags |= set(model.tags.items())
        found.cards |= set(_starred(row, "card"))
        for tags in row.values["versions.tag.*"]:
            found.tags |= {(key, str(value)) for key, value in tags.items()}


def _model(row: PlanRow) -> ModelNames:
    tags = {key: str(value) for key, value in _starred(row, "tag").items()}
    numbers = [int(number) for number in row.values["versions.number"]]
    return ModelNames(row.subject, numbers, row.values.get("task"), row.values.get("description"), tags)


def _starred(row: PlanRow, prefix: str) -> dict[str, Any]:
    """Return the values of a projection such as `tag.*`, by their last name."""
    found: dict[str, Any] = {}
    for path, value in row.values.items():
        if path == f"{prefix}.*" and isinstance(value, dict):
            found |= value
        elif path.startswith(f"{prefix}.") and value is not None and not path.endswith("*"):
            found[path.removeprefix(f"{prefix}.")] = value
    return found


def _rows(seen: View, kind: PlanKind, name: str, *project: str) -> Iterator[PlanRow]:
    """Yield every row in the order of a field that names it, a thousand at a time."""
    after: list[Condition] = []
    while True:
        plan = Plan(select=kind, where=after, project=[name, *project], order=[Order(by=name)])
        result = query.run(seen, plan)
        yield from result.rows
        if not result.truncated:
            return
        after = [Condition(path=name, op=">", value=result.rows[-1].values[name])]


def _groups(seen: View, kind: PlanKind, by: str, *, history: bool = False) -> list[str]:
    plan = Plan(select=kind, aggregate=Aggregate(op="count", by=by), history=history)
    result = query.run(seen, plan)
    return [group for group in (result.aggregate or {}) if group]


class Lexicons:
    """Keeps a registry's lexicon for as long as its log adds nothing but answers."""

    def __init__(self, size: int = 4) -> None:
        """Keep `size` of them."""
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[tuple[Any, ...], tuple[LogHead, Lexicon]] = OrderedDict()

    def of(self, seen: View) -> Lexicon:
        """Return the lexicon of what the view can see."""
        head = audit.head(seen.connection)
        key = (str(seen.connection.engine.url), seen.as_of, seen.known)
        with self._lock:
            kept = self._kept.get(key)
            lexicon = kept[1] if kept and _still(kept[0], head, seen) else Lexicon(read(seen))
            self._kept[key] = head, lexicon
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return lexicon


def _still(kept: LogHead, head: LogHead, seen: View) -> bool:
    if kept.seq >= head.seq:
        return kept == head
    return not changed(View(seen.connection, seen.now), since=kept.seq)


LEXICONS = Lexicons()
