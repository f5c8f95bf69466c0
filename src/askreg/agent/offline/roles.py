"""Which part a thing plays in what a predicate tells of: data and one function."""

from __future__ import annotations

from askreg.agent.offline.meaning import Node, kind_of

VERSIONS = frozenset(("version", "model", "topic", "given", "thing", "holder"))
DATA = frozenset(("dataset", "dataset_version"))
PLACES = frozenset(("site", "environment", "place", "region"))
PEOPLE = frozenset(("person", "service"))

EVENTS = frozenset(
    ("approve", "sign", "review", "reject", "responsibility", "register", "train", "finetune", "build", "run",
        "deploy", "withdraw",
     "move", "retire", "evaluate", "derive", "own", "hold", "change", "do", "use", "affect", "depend", "perform",
     "compare", "beat", "replace", "precede", "miss", "lapse", "lose", "mention", "store")
)  # fmt: skip
"""Verbs that are predicates of a question; the rest only ask for something."""

STAGE_STATES = frozenset(("production", "experimental", "validation", "approved", "retired"))
STATES: dict[str, tuple[str, bool]] = {
    "live": ("live", False), "deployed": ("live", False), "offline": ("live", True), "unapproved": ("approve", True),
    "unevaluated": ("evaluate", True), "responsible": ("own", False), "selfapproved": ("selfapprove", False),
    "lapsed": ("lapse", False), "incomplete": ("complete", True),
    **dict.fromkeys(STAGE_STATES, ("stage", False)),
}  # fmt: skip
"""State to the predicate it stands for, and whether it denies it."""

_NOT_OF_DATA = frozenset(("live", "withdraw", "hold"))
_FROM = frozenset(("from", "on", "upon", "of", "with", "in"))


def role_of(pred: str, prep: str, node: Node) -> str | None:
    """Return the part that `node` (after `prep`, or bare) plays; None when it has no part in it."""
    kind = kind_of(node)
    if prep in ("before", "after"):
        return "before" if prep == "before" and pred in ("live", "deploy", "run", "hold", "use") else None
    if kind in PEOPLE:
        return None if pred in ("replace", "precede", "compare", "beat", "affect", "depend") else "agent"
    if kind in PLACES:
        return "place"
    if pred in ("train", "finetune", "build", "derive", "use", "run"):
        return _making(pred, prep, kind)
    if pred == "evaluate":
        return "source" if kind in DATA else "theme" if kind in VERSIONS else None
    if pred in ("replace", "precede", "beat"):
        return "theme" if kind in VERSIONS and prep in ("", "of", "by", "with", "than", "as", "vs") else None
    if pred == "perform":
        return "source" if kind in DATA else "theme" if kind in VERSIONS else None
    if pred in ("affect", "depend", "mention", "change", "store", "miss", "register", "do"):
        return "theme" if kind not in ("none", "gap") else None
    if kind in VERSIONS:
        return "theme"
    if kind in DATA:
        return "theme" if pred == "own" else None if pred in _NOT_OF_DATA else "source"
    return "theme" if kind in ("run", "document", "approval", "deployment", "alias", "stage") else None


def _making(pred: str, prep: str, kind: str) -> str | None:
    if kind == "run":
        return "run" if pred != "run" or prep else "theme"
    if kind in DATA:
        return "theme" if pred == "derive" and prep not in _FROM else "source"
    if kind in VERSIONS:
        return "source" if prep in ("from", "on", "upon") else "theme"
    return None
