"""A set with nothing in it, said in the words of what was asked: no rejected version is live."""

from __future__ import annotations

from askreg.agent.offline.dates import Span
from askreg.agent.offline.meaning import Cond, Event, Group, Has, Holder, Node, SetOf, Thing, Within
from askreg.agent.offline.programs import periods
from askreg.agent.offline.programs.work import joined, literal

_NOUNS = {"thing": "version", "dataset_version": "dataset version", "environment": "place", "metric": "figure",
          "event": "change"}  # fmt: skip
_DONE = {"approve": "approved", "sign": "signed", "signed_by": "signed", "review": "reviewed", "reject": "rejected",
         "responsibility": "signed for", "deploy": "deployed", "withdraw": "withdrawn", "evaluate": "evaluated",
         "register": "registered", "train": "trained", "finetune": "fine-tuned", "derive": "derived", "build": "built",
         "retire": "retired", "move": "moved"}  # fmt: skip
_SOURCE = {"derive": "from", "evaluate": "on", "train": "on", "finetune": "on", "build": "from"}
_MEMBERS = frozenset(("version", "model", "thing", "dataset", "dataset_version", "run"))


def denial(node: SetOf, time: Span | None = None) -> str:
    """Return `no version of X that was rejected is live`; what it cannot say it leaves to the question."""
    noun = "one" if node.kind == "person" else _NOUNS.get(node.kind, node.kind)
    of = [_of(c) for c in node.conds if isinstance(c, Within)]
    told = [_clause(node, c, time) for c in node.conds if not isinstance(c, Within)]
    subject = f"no {noun}" + "".join(o for o in of if o)
    if not all(told) or not all(of):
        return f"{subject} in the record answers to that"
    if not told:
        return f"{subject} is recorded"
    *others, last = [c for c in told if c]
    relative = "who" if node.kind == "person" else "that"
    return " ".join(filter(None, (subject, f"{relative} {joined(others)}" if others else "", last)))


def happening(event: Event, time: Span | None = None) -> str:
    """Return `nothing is live at X`."""
    said = _event(event, time)
    return f"nothing {said}" if said else "nothing in the record answers to that"


def _of(cond: Within) -> str:
    text = _text(cond.node)
    return f" {'other than' if cond.negated else 'of'} {text}" if text else ""


def _clause(node: SetOf, cond: Cond, time: Span | None) -> str:
    if isinstance(cond, Has):
        return _held(cond)
    if not isinstance(cond, Event):
        return ""
    if node.kind in ("site", "environment"):
        theme = _text(cond.role("theme"))
        had = "had" if cond.past or cond.time or time else "has"
        return f"{had} {theme} live{_when(cond, time)}" if cond.pred == "live" and theme and not cond.negated else ""
    if node.kind == "run" and cond.pred in ("use", "train"):
        source = _text(cond.role("source"))
        return f"used {source}" if source and not cond.negated else ""
    if node.kind == "run" and cond.pred in ("build", "register", "derive", "run"):
        theme = _text(cond.role("theme"))
        return f"made {theme}" if theme and not cond.negated else ""
    return _event(cond, time) if node.kind in _MEMBERS and cond.role("theme") is None or cond.pred == "hold" else ""


def _event(event: Event, time: Span | None) -> str:
    head, _, stage = event.pred.partition(":")
    ever = event.past and head != "own"
    is_ = "was" if ever or event.time or time or head in _DONE else "is"
    has_not = "not " if event.negated else ""
    by, at, on = (_part(event, role, word) for role, word in (
        ("agent", "by"), ("place", "from" if head == "withdraw" else "at"), ("source", _SOURCE.get(head,
            "with"))))  # fmt: skip
    if by is None or at is None or on is None:
        return ""
    if head == "live":
        done = "live"
    elif head == "stage":
        done = stage if stage == "retired" else f"in {stage}"
    elif head == "hold":
        alias = event.role("alias")
        done = literal(alias.alias) if isinstance(alias, Holder) else ""
    elif head == "own":
        done = "owned"
    else:
        done = _DONE.get(head, "")
    return f"{is_} {has_not}{done}{on}{at}{by}{_when(event, time)}" if done else ""


def _part(event: Event, role: str, word: str) -> str | None:
    """Return a part of an event with its preposition; None when it cannot be said."""
    node = event.role(role)
    if node is None or isinstance(node, SetOf) and not node.conds:
        return ""
    text = _text(node)
    return f" {word} {text}" if text else None


def _when(event: Event, time: Span | None) -> str:
    said = periods.said(event.time or time)
    return f" {literal(said)}" if said else ""


def _held(cond: Has) -> str:
    value = literal(str(cond.value))
    has_not = "not " if cond.negated else ""
    name = cond.field
    if cond.op in ("=", "contains", "family", "in"):
        match name:
            case "sensitivity":
                return f"is {has_not}marked {value}"
            case "roles":
                return f"{'lacks' if cond.negated else 'has'} the role {value}"
            case "task":
                return f"is {has_not}for {value}"
            case "framework":
                return f"is {has_not}built with {value}"
            case "topic" if cond.extra:
                return f"is {has_not}about {literal(dict(cond.extra).get('word', ''))}"
        if name.startswith("tag."):
            return f"is {has_not}tagged {literal(name.removeprefix('tag.'))} {value}"
    return ""


def _text(node: Node | None) -> str:
    match node:
        case Thing(entity, _, text):
            return literal(
                entity.name if entity.kind in ("version", "dataset_version", "model") else text or entity.name
            )
        case Holder(alias, None):
            return f"the {literal(alias)}"
        case Holder(alias, model):
            of = _text(model)
            return f"the {literal(alias)} of {of}" if of else ""
        case Group(nodes):
            parts = [_text(n) for n in nodes]
            return joined(parts, "or") if all(parts) else ""
    return ""
