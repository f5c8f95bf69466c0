"""The names of a registry, read from its live record and kept for as long as the log stands still."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from askreg.agent.offline.entities import ModelNames, Names
from askreg.agent.offline.lexicon import Lexicon
from askreg.registry import audit, query
from askreg.registry.plan import Aggregate, Plan, PlanKind, PlanRow
from askreg.registry.view import View


def read(seen: View) -> Names:
    """Return every name that the view can see."""
    found = Names()
    models = {row.subject: _model(row) for row in _rows(seen, "model", "task", "description", "tag.*", "card.*")}
    found.models = list(models.values())
    for row in _rows(seen, "version", "number"):
        models[row.subject.rpartition(":")[0]].versions.append(int(row.values["number"]))
    for row in _rows(seen, "dataset", "description"):
        found.datasets[row.subject] = []
        if row.values.get("description"):
            found.descriptions[row.subject] = str(row.values["description"])
    for row in _rows(seen, "dataset_version"):
        name, _, label = row.subject.partition("@")
        found.datasets.setdefault(name, []).append(label)
    for row in _rows(seen, "person", "display"):
        found.people[row.subject] = row.values.get("display")
    for row in _rows(seen, "environment"):
        site, _, environment = row.subject.partition("/")
        found.places.add((site, environment))
    for row in _rows(seen, "document", "title"):
        found.documents[row.subject.removeprefix("doc:")] = row.values.get("title")
    for row in _rows(seen, "run", "param.*"):
        found.runs.append(row.subject.removeprefix("run:"))
        found.params |= set(_starred(row, "param"))
    found.aliases = set(_groups(seen, "alias", "alias", history=True))
    found.regions = set(_groups(seen, "deployment", "region", history=True))
    found.metrics = set(_groups(seen, "metric", "name"))
    found.cohorts = set(_groups(seen, "metric", "cohort"))
    found.frameworks = set(_groups(seen, "version", "framework"))
    for row in _rows(seen, "model", "tag.*", "card.*"):
        found.tags |= {(key, str(value)) for key, value in _starred(row, "tag").items()}
        found.cards |= set(_starred(row, "card"))
    for row in _rows(seen, "version", "tag.*"):
        found.tags |= {(key, str(value)) for key, value in _starred(row, "tag").items()}
    return found


def _model(row: PlanRow) -> ModelNames:
    tags = {key: str(value) for key, value in _starred(row, "tag").items()}
    return ModelNames(row.subject, [], row.values.get("task"), row.values.get("description"), tags)


def _starred(row: PlanRow, prefix: str) -> dict[str, Any]:
    """Return the values of a projection such as `tag.*`, by their last name."""
    found: dict[str, Any] = {}
    for path, value in row.values.items():
        if path == f"{prefix}.*" and isinstance(value, dict):
            found |= value
        elif path.startswith(f"{prefix}.") and value is not None and not path.endswith("*"):
            found[path.removeprefix(f"{prefix}.")] = value
    return found


def _rows(seen: View, kind: PlanKind, *project: str) -> Iterator[PlanRow]:
    yield from query.run(seen, Plan(select=kind, project=list(project))).rows


def _groups(seen: View, kind: PlanKind, by: str, *, history: bool = False) -> list[str]:
    plan = Plan(select=kind, aggregate=Aggregate(op="count", by=by), history=history)
    result = query.run(seen, plan)
    return [group for group in (result.aggregate or {}) if group]


class Lexicons:
    """Keeps the lexicons of the states of the log that were read last."""

    def __init__(self, size: int = 4) -> None:
        """Keep `size` states."""
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[tuple[Any, ...], Lexicon] = OrderedDict()

    def of(self, seen: View) -> Lexicon:
        """Return the lexicon of what the view can see."""
        head = audit.checkpoint(seen.connection)
        # The hash of the log's head is of one registry only, and of one state of it.
        key = (head.seq, head.hash, seen.as_of, seen.known)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = Lexicon(read(seen))
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return self._kept[key]


LEXICONS = Lexicons()
