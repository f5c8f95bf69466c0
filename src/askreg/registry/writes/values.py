"""Checks of single values that a caller gave."""

from collections.abc import Mapping
from typing import Any, get_args

from askreg.errors import InvalidInput
from askreg.registry import names
from askreg.registry.canonical import canonical, decimal_text
from askreg.registry.unit import Row


def one_of(value: str, closed: Any, *, what: str) -> str:
    """Return `value` if it is in the closed set, else say which there are."""
    choices: tuple[str, ...] = get_args(closed)
    if value in choices:
        return value
    near = names.nearest(str(value), choices, limit=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InvalidInput(f"{what} {value!r} is not one of {', '.join(choices)}{hint}")


def count(value: int | None, what: str, *, least: int = 0) -> int | None:
    """Return `value` if it is a whole number of at least `least`, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**53:
        raise InvalidInput(f"{what} {value!r} is not a whole number of {least} or more")
    return value


def only(given: Mapping[str, Any], known: set[str], what: str) -> None:
    """Refuse keys other than the known ones, naming the nearest."""
    for key in given:
        if key not in known:
            near = names.nearest(str(key), known, limit=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(sorted(known))}"
            raise InvalidInput(f"{what} has no {key!r}; {hint}")


def figure(name: str, given: Any) -> Row:
    """Return the columns of a metric given as a number or as `{"value", "n", "ci", "unit", "config"}`."""
    if not isinstance(given, Mapping):
        given = {"value": given}
    only(given, {"value", "n", "ci", "unit", "config"}, f"metric {name}")
    if "value" not in given:
        raise InvalidInput(f"metric {name!r} has no value")
    interval = given.get("ci")
    low = high = None
    if interval is not None:
        if isinstance(interval, str) or len(interval) != 2:
            raise InvalidInput(f"ci of {name} {interval!r} is not [low, high]")
        low, high = (decimal_text(end, name=f"ci of {name}") for end in interval)
        if float(low) > float(high):
            raise InvalidInput(f"ci of {name} {interval!r} has its ends the wrong way round")
    return {
        "value": decimal_text(given["value"], name=f"metric {name}"),
        "n": count(given.get("n"), f"n of {name}"),
        "low": low,
        "high": high,
        "unit": given.get("unit"),
        "config": None if given.get("config") is None else canonical(given["config"]),
    }
