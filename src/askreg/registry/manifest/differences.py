"""Where an entry of a file and the same entry of the record differ, in words."""

from collections.abc import Iterable
from typing import Any

from askreg.registry import times
from askreg.registry.canonical import canonical
from askreg.registry.manifest import shapes

_PARTS = frozenset({"artifact", "code"})
"""Mappings of which a file may say a part."""


def unlike(given: shapes.Entry, known: shapes.Entry, keys: Iterable[str]) -> list[str]:
    """Return the keys whose given values the record contradicts."""
    found = []
    for key in keys:
        value, held = getattr(given, key), getattr(known, key)
        if key in _PARTS:
            held = held or {}
            found += [f"{key}.{part}" for part, said in (value or {}).items() if said != held.get(part)]
        elif differ(value, held):
            found.append(key)
    return found


def contradiction(given: str, held: str) -> str:
    """Say that the record holds something else."""
    return f"{given} here, but the record holds {held}, and what is recorded is not rewritten"


def differ(given: Any, held: Any) -> bool:
    """Return whether a given value is another than the one held; numbers and JSON count by what they mean."""
    if given is None or given == held:
        return False
    if isinstance(given, dict | list | tuple):
        return held is None or canonical(given) != canonical(held)
    return True


def shown(entry: Any, path: str) -> str:
    """Return what an entry says at a path, in words."""
    value: Any = entry
    for part in path.split(".", 2):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    if isinstance(value, shapes.Figure):
        return str(value.value)
    if path in ("at", "until") and value is not None:
        return f"is {times.shown(value)}"
    return "nothing" if value is None else f"{value!r}" if isinstance(value, str) else str(value)
