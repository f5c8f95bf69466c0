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
    ("person", "display", "person"),
    ("environment", "site", "site"),
    ("run", "id", "run"),
    ("person", "name", "person"),
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
    """Return each name, folded, and its kind; a later kind wins over an earlier one of the same name."""
    found: dict[str, str] = {}
    everything = View(seen.connection, seen.now)
    for kind, field, what in _NAMED:
        for name in _values(everything, kind, field):
            folded = name.casefold()
            if folded not in ORDINARY:
                found[folded] = what
    return found


def _values(seen: View, kind: PlanKind, field: str) -> Iterator[str]:
    for row in query.run(seen, Plan(select=kind, project=[field], history=True)).rows:
        value = row.values.get(field)
        if isinstance(value, str):
            yield value


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
