"""The live names of a registry, as the verifier recognises them in text."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from askreg.registry import query
from askreg.registry.plan import Plan, PlanKind
from askreg.registry.view import View

# Which field of which kind is a name of what.
_NAMED: tuple[tuple[PlanKind, str, str], ...] = (
    ("environment", "environment", "environment"),
    ("alias", "alias", "alias"),
    ("environment", "site", "site"),
    ("run", "id", "run"),
    ("dataset", "name", "dataset"),
    ("model", "name", "model"),
)

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


def names(seen: View) -> dict[str, str]:
    """Return each name, folded, and its kind (`person:name` for a display name).

    Where two things share a name, a model or dataset wins over a person, and a person over a place.
    """
    everything = View(seen.connection, seen.now)
    found: dict[str, str] = {}
    for kind, field, what in _NAMED[:4]:
        found |= {name.casefold(): what for (name,) in _values(everything, kind, field)}
    for name, display in _values(everything, "person", "name", "display"):
        found |= {display.casefold(): f"person:{name}"} if display else {}
        found[name.casefold()] = "person"
    for kind, field, what in _NAMED[4:]:
        found |= {name.casefold(): what for (name,) in _values(everything, kind, field)}
    return {name: kind for name, kind in found.items() if name not in ORDINARY}


def _values(seen: View, kind: PlanKind, *fields: str) -> Iterator[tuple[str, ...]]:
    for row in query.run(seen, Plan(select=kind, project=list(fields), history=True)).rows:
        values = tuple(row.values.get(field) or "" for field in fields)
        if values[0]:
            yield values


class KnownNames:
    """Keeps the names of the states of the log that were read last."""

    def __init__(self, size: int = 4) -> None:
        """Keep `size` states."""
        self._size = size
        self._kept: OrderedDict[tuple[str, int], Mapping[str, str]] = OrderedDict()

    def of(self, seen: View, *, url: str, seq: int) -> Mapping[str, str]:
        """Return the names as of event `seq` of the registry at `url`."""
        key = (url, seq)
        if key not in self._kept:
            self._kept[key] = names(seen)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return self._kept[key]
