"""Whether a query says all that its question says: what was recognised in the one must stand in the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from askreg.agent.offline.dates import Span
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import Bare, Count, Event, Given, Has, Holder, Query, SetOf, Step
from askreg.agent.offline.phrases import Tok
from askreg.agent.offline.predicates import number_of
from askreg.agent.offline.roles import EVENTS, STATES

_LIMITING = frozenset(
    (
        "latest",
        "first",
        "best",
        "worst",
        "most",
        "fewest",
        "max",
        "min",
        "longest",
        "shortest",
        "avg",
        "previous",
        "next",
    )
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
    lost = [
        *_things(tokens, held),
        *_states(tokens, held),
        *_dates(tokens, held),
        *_orders(tokens, held, query),
        *_denials(tokens, held, query),
        *_numbers(tokens, held),
        *_fields(tokens, held, query),
        *_limits(tokens, held, query),
        *_choices(tokens, held),
        *_verbs(tokens, held, query),
        *_sequences(tokens, held, query),
    ]
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


def _states(tokens: list[Tok], held: list[object]) -> Iterator[str]:
    """Yield the states that the question limits its things to, and the query does not."""
    preds = {atom.pred for atom in held if isinstance(atom, Event)} | {atom for atom in held if isinstance(atom, str)}
    for tok, after in zip(tokens, tokens[1:], strict=False):
        state = tok.word("state") if tok.node is None else None
        if state is None or state.sense not in STATES or not after.word("noun", "version", "model", "deployment"):
            continue
        pred = STATES[state.sense][0]
        if (
            pred == "live"
            and preds & _LIVING
            or {pred, state.sense, f"stage:{state.sense}", f"left:{state.sense}"} & preds
        ):
            continue
        yield tok.item.text


_LIVING = frozenset(("live", "deploy", "run", "use", "withdraw", "place", "duration"))


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
    orders = (
        {atom.order for atom in held if isinstance(atom, SetOf | Event | Query)} | set(query.options) | set(query.ask)
    )
    stepped = any(isinstance(atom, Step) or (isinstance(atom, Event) and atom.pred == "lose") for atom in held)
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


def _numbers(tokens: list[Tok], held: list[object]) -> Iterator[str]:
    kept = {float(a) for a in held if isinstance(a, int | float) and not isinstance(a, bool)}
    asked = next((a.text for a in held if isinstance(a, Query)), "")
    texts = " ".join(a for a in held if isinstance(a, str) and a != asked)
    for tok in tokens:
        number = tok.item.number
        if (
            tok.node is None
            and number is not None
            and not tok.item.words
            and tok.item.date is None
            and not tok.item.entities
        ):
            if number not in kept and f"{number:g}" not in texts:
                yield tok.item.text


_STRONG = frozenset(
    ("description", "task", "framework", "digest", "size", "uri", "schema", "change_control", "rows", "source",
        "sensitivity",
     "commit", "repo", "params", "title", "roles")
)  # fmt: skip


def _fields(tokens: list[Tok], held: list[object], query: Query) -> Iterator[str]:
    """Yield the fields that were asked for and are not told."""
    if query.intent not in ("history", "role", "made", "lineage", "holder"):
        return
    texts = {a for a in held if isinstance(a, str)}
    for tok in tokens:
        words = [w for w in tok.item.words if w.category == "field"] if tok.node is None else []
        strong = [w.sense for w in words if w.sense in _STRONG]
        if (
            strong
            and not any(w.category in ("noun", "verb", "filler", "cue") for w in tok.item.words)
            and not set(strong) & texts
        ):
            yield tok.item.text


def _denials(tokens: list[Tok], held: list[object], query: Query) -> Iterator[str]:
    """Yield what is denied in the question, and not in the query: each denial must stand in it."""
    if query.intent == "gaps" or (query.intent not in ("set", "role", "lineage", "metric", "made") and (
        "yesno" in query.options or query.ask[:1] == ("exists",))):  # fmt: skip
        return
    said = [tok.item.text for tok in tokens if tok.node is None and _denies(tok)]
    kept = sum(
        1 for atom in held if getattr(atom, "negated", False) is True or isinstance(atom, Has) and atom.op == "missing"
    )
    if "card." in " ".join(query.fields) or query.ask[:1] == ("every",):
        return
    if "yesno" in query.options and len(said) == 1 or not said:
        return
    if kept < min(len(said), 2):
        yield said[0]


def _denies(tok: Tok) -> bool:
    words = tok.item
    if words.word("field", "change_control"):
        return False
    return bool(words.word("neg") or words.word("det", "no") or words.word("prep", "without", "besides"))


def _limits(tokens: list[Tok], held: list[object], query: Query) -> Iterator[str]:
    """Yield what narrows the question, and not the query: `only at X`, `directly`, `more than one`."""
    orders = {atom.order for atom in held if isinstance(atom, Event | SetOf | Query)}
    counted = any(isinstance(atom, Count) for atom in held)
    for i, tok in enumerate(tokens):
        if tok.node is not None:
            continue
        before, after = tokens[i - 1] if i else None, tokens[i + 1] if i + 1 < len(tokens) else None
        if tok.item.word("limit", "only") and "only" not in orders and not counted and _narrows(before, after):
            yield tok.item.text
        if tok.item.word("limit", "direct") and "direct" not in orders and query.intent != "made":
            yield tok.item.text
        if (tok.item.word("prep", "above", "below") or tok.item.word("limit",
            "exactly")) and _number_of_things(tokens, i) and (
            not counted
        ):  # fmt: skip
            yield tok.item.text


_SAME = (
    {"approve", "sign", "review", "reject", "signed_by", "selfapprove", "responsibility"},
    {"live", "deploy", "run", "use", "withdraw", "store"},
    {"train", "finetune", "build", "use", "derive", "run", "register", "evaluate"},
    {"move", "stage", "left", "retire", "hold", "deploy", "live"},
    {"hold", "lose", "move", "replace", "precede", "withdraw", "build", "register"},
    {"evaluate", "perform", "approve", "sign"},
    {"affect", "depend", "derive", "use"},
    {"own", "register", "responsibility"},
    {"change", "do", "register"},
    {"miss"},
    {"lapse", "change"},
)
"""Verbs of which one in the question may be another in the query."""
_TOLD = ("role", "set", "field", "holder")


def _verbs(tokens: list[Tok], held: list[object], query: Query) -> Iterator[str]:
    """Yield verbs that tell of something of which the query does not."""
    if query.intent == "metric":
        trained = [t.item for t in tokens if t.node is None and t.item.word("verb", "train")]
        yield from (item.text for item in trained if not item.word("noun"))
    if query.intent not in _TOLD:
        return
    preds = {atom.pred.split(":")[0] for atom in held if isinstance(atom, Event)}
    near = preds.union(*(family for family in _SAME if family & preds))
    fields = " ".join(query.fields)
    stages = {atom.pred.partition(":")[2] for atom in held if isinstance(atom, Event)}
    for tok in tokens:
        if tok.node is not None or any(w.category != "verb" for w in tok.item.words):
            continue
        senses = {w.sense for w in tok.item.words}
        if not senses or not senses <= EVENTS or senses & near or tok.item.text.lower() in stages:
            continue
        if query.intent == "set" and not preds and fields or query.intent != "role" and not senses <= _HAPPEN:
            continue
        yield tok.item.text


_HAPPEN = frozenset("approve reject review withdraw change lapse lose replace evaluate affect deploy".split())


def _sequences(tokens: list[Tok], held: list[object], query: Query) -> Iterator[str]:
    """Yield `before` and `after` that put two happenings in order, where the query holds no such order."""
    if any(isinstance(atom, Step) for atom in held) or query.intent not in ("set", "role"):
        return
    events = [atom for atom in held if isinstance(atom, Event)]
    if any(event.role("before") is not None or event.pred in ("replace", "precede") for event in events):
        return
    for i, tok in enumerate(tokens):
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        span = after.item.date if after is not None else None
        if tok.node is None and tok.item.word("prep", "since") and span is not None and span.relation == "before":
            yield f"{tok.item.text} before"
        if tok.node is None and tok.item.word("prep", "before", "after") and tok.item.date is None and (
            after is not None and after.item.date is None and (after.node is None or isinstance(after.node, Given))
        ):  # fmt: skip
            yield tok.item.text


def _choices(tokens: list[Tok], held: list[object]) -> Iterator[str]:
    """Yield an `or` between two predicates, which conditions would join as if it were `and`."""
    if any(isinstance(atom, Has) and atom.op == "in" for atom in held):
        return
    if len({atom.pred for atom in held if isinstance(atom, Event)}) < 2:
        return
    for i, tok in enumerate(tokens[1:-1], start=1):
        sides = (tokens[i - 1], tokens[i + 1])
        if tok.node is None and tok.item.word("conj", "or") and all(
            side.node is None and (side.item.word("state") or side.item.word("verb")) for side in sides
        ):  # fmt: skip
            yield tok.item.text


def _narrows(before: Tok | None, after: Tok | None) -> bool:
    """Whether `only` between these limits a part of what is said, rather than what is wanted."""
    if after is None:
        return before is not None and before.node is not None
    return bool(after.node is None and after.item.word("prep") and not after.item.word("prep", "of"))


def _number_of_things(tokens: list[Tok], i: int) -> bool:
    """Whether a number and a noun follow: `more than two versions`."""
    number, noun = (tokens[k] if k < len(tokens) else None for k in (i + 1, i + 2))
    if number is not None and number.node is None and number.item.text.lower() in ("once", "twice"):
        return True
    if noun is not None and noun.item.text.lower() in ("times", "time"):
        return True
    if number is None or noun is None or number.node is not None or noun.node is not None:
        return False
    return number_of(number) is not None and noun.item.word("noun", *_COUNTED) is not None


_COUNTED = (
    "version", "model", "site", "dataset", "dataset_version", "approval", "deployment", "run", "person", "document",
        "metric",
)  # fmt: skip


__all__ = ["Bare", "missing"]
