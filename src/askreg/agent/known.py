"""The live names of a registry, as the verifier recognises them in text."""

from collections.abc import Iterator

from askreg.agent.guard.phi import Gate
from askreg.agent.reading import Names
from askreg.agent.wording import is_prose
from askreg.registry import query
from askreg.registry.history import READING
from askreg.registry.plan import Aggregate, Condition, Order, Plan, PlanKind
from askreg.registry.view import View

# Which field of which kind is a name of what.
_NAMED: tuple[tuple[PlanKind, str, str], ...] = (
    ("environment", "environment", "environment"),
    ("alias", "alias", "alias"),
    ("environment", "site", "site"),
    ("run", "id", "run"),
    ("document", "path", "document"),
    ("dataset", "name", "dataset"),
    ("model", "name", "model"),
)
_TASK: tuple[PlanKind, str] = ("model", "task")

# Words of the domain: as names they are known by their context only (`northgate/production`).
ORDINARY = frozenset(
    """
    all any alias aliases approval approved approver artifact better card champion cohort count dataset
    datasets default deployed deployment digest document environment evaluation event experimental
    figure higher history latest lineage live lower metric model models none owner people person
    previous production query record registry rejected retired role run runs self site stage stages
    status tag task test testing the training unknown up validation value version versions worse
    """.split()
)


def names(seen: View) -> Names:
    """Return each name, folded, and its kind (`person:name` for a display name).

    Where two things share a name, a model or dataset wins over a person, and a person over a place.
    """
    everything = View(seen.connection, seen.now)
    measured = query.run(everything, Plan(select="metric", aggregate=Aggregate(by="name"))).aggregate or {}
    found = dict.fromkeys(measured, "metric")
    found |= {task.casefold(): "task" for (task,) in _values(everything, *_TASK) if task and not is_prose(task)}
    for kind, field, what in _NAMED[:5]:
        found |= {name.casefold(): what for (name,) in _values(everything, kind, field) if name}
    for name, display in _values(everything, "person", "name", "display"):
        found |= {display.casefold(): f"person:{name}"} if display else {}
        found[name.casefold()] = "person"
    for kind, field, what in _NAMED[5:]:
        found |= {name.casefold(): what for (name,) in _values(everything, kind, field) if name}
    return Names((name, kind) for name, kind in found.items() if name not in ORDINARY)


def _values(seen: View, kind: PlanKind, *fields: str) -> Iterator[tuple[str, ...]]:
    """Yield the fields of every row, a thousand at a time."""
    after: list[Condition] = []
    while True:
        order = [Order(by=fields[0])]
        found = query.run(seen, Plan(select=kind, where=after, project=list(fields), order=order, history=True))
        for row in found.rows:
            yield tuple(row.values.get(field) or "" for field in fields)
        if not found.truncated or found.rows[-1].values[fields[0]] is None:
            return
        after = [Condition(path=fields[0], op=">", value=found.rows[-1].values[fields[0]])]


def changed(seen: View, *, since: int) -> bool:
    """Tell whether the log holds anything after event `since` but reads and refused attempts."""
    passive = Condition(path="action", op="in", value=[*READING, "attempt.refused"], negate=True)
    later = Condition(path="seq", op=">", value=since)
    return query.run(seen, Plan(select="event", where=[later, passive], limit=1)).total > 0


class KnownNames:
    """Keeps the names of each registry for as long as its log adds nothing but answers."""

    def __init__(self) -> None:
        """Start with no registry known."""
        self._kept: dict[str, tuple[int, Names]] = {}
        self._gate: tuple[Names, Gate] | None = None

    def of(self, seen: View, *, url: str, seq: int) -> Names:
        """Return the names as of event `seq`, the last one of the registry at `url`."""
        kept = self._kept.get(url)
        if kept is None or kept[0] > seq or (kept[0] < seq and changed(View(seen.connection, seen.now), since=kept[0])):
            found: Names = names(seen)
        else:
            found = kept[1]
        self._kept[url] = (seq, found)
        return found

    def gate(self, names: Names) -> Gate:
        """Return the gate that knows these names."""
        if self._gate is None or self._gate[0] is not names:
            self._gate = (names, Gate(names))
        return self._gate[1]
