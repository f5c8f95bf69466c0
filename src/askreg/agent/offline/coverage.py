"""Whether a query says all that its question says: what was recognised in the one must stand in the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from askreg.agent.offline.dates import Span
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import Bare, Event, Has, Holder, Query, SetOf, Step
from askreg.agent.offline.phrases import Tok

_LIMITING = frozenset(
    ("latest", "first", "best", "worst", "most", "fewest", "max", "min", "longest", "shortest", "avg", "previous", "next")
)
_RANKS = frozenset(("best", "worst", "max", "min"))


def atoms(value: object) -> Iterator[object]:
    """Yield everything that a meaning consists of."""
    yield value
    if is_dataclass(value) and not isinstance(value, Entity | Span):
        for one in fields(value):
            yield from atoms(getattr(value, one.name))
    elif isinstance(value, tuple | list | frozenset):
        for item in value:
            yield from atoms(item)


def missing(tokens: list[Tok], query: Query) -> list[str]:
    """Return the words of the question whose meaning the query has lost."""
    held = list(atoms(query))
    lost = [*_things(tokens, held), *_dates(tokens, held), *_orders(tokens, held, query), *_denials(tokens, held, query)]
    return list(dict.fromkeys(lost))


def _things(tokens: list[Tok], held: list[object]) -> Iterator[str]:
    names = {text for atom in held for text in _texts(atom)}
    for tok in tokens:
        wanted = {atom.name for atom in atoms(tok.node) if isinstance(atom, Entity)}
        wanted |= {atom.alias for atom in atoms(tok.node) if isinstance(atom, Holder)}
        if tok.node is None and not tok.item.words and tok.item.date is None:
            wanted = {e.name for e in tok.item.entities}
        if tok.item.literal and not {tok.item.literal, tok.item.literal.rstrip("?.,;")} & names:
            yield tok.item.text
        if wanted and not wanted & names and not any(w.split(":")[0] in names for w in wanted):
            yield tok.item.text


def _texts(atom: object) -> Iterator[str]:
    if isinstance(atom, str):
        yield atom
        yield from atom.split(":", 1)[1:]
        yield from atom.split(".", 1)[1:]
        if atom.endswith("="):
            yield atom[:-1]
    if isinstance(atom, Entity):
        yield atom.name
        yield atom.head
    if isinstance(atom, Has):
        yield from (str(v) for v in (atom.value if isinstance(atom.value, tuple | list) else (atom.value,)))
        yield from (text for _, text in atom.extra)


def _dates(tokens: list[Tok], held: list[object]) -> Iterator[str]:
    kept = [atom for atom in held if isinstance(atom, Span)]
    for tok in tokens:
        if tok.node is None and tok.item.date is not None and tok.item.date not in kept and not tok.item.entities:
            yield tok.item.text


def _orders(tokens: list[Tok], held: list[object], query: Query) -> Iterator[str]:
    orders = {atom.order for atom in held if isinstance(atom, SetOf | Event | Query)} | set(query.options) | set(query.ask)
    stepped = any(isinstance(atom, Step) for atom in held)
    for tok in tokens:
        words = [w.sense for w in tok.item.words if w.category == "order"] if tok.node is None else []
        if not words or any(w.category != "order" for w in tok.item.words):
            continue
        if not set(words) <= _LIMITING or set(words) & orders:
            continue
        if set(words) & _RANKS and (orders & _RANKS or query.intent in ("compare", "leaderboard")):
            continue
        if stepped and set(words) & {"previous", "next", "latest", "first"} or query.intent in ("compare",):
            continue
        if set(words) & {"most", "max"} and orders & {"most", "latest", "max"}:
            continue
        yield tok.item.text


def _denials(tokens: list[Tok], held: list[object], query: Query) -> Iterator[str]:
    denied = any(getattr(atom, "negated", False) for atom in held) or any(
        isinstance(atom, SetOf) and atom.quantity == "no" for atom in held
    )
    if denied or query.intent in ("gaps",) or "yesno" in query.options or query.ask[:1] == ("exists",):
        return
    for tok in tokens:
        if tok.node is None and tok.item.word("neg") and "card." not in " ".join(query.fields):
            yield tok.item.text


__all__ = ["Bare", "missing"]
