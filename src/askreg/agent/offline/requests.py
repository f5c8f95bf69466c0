"""What a request to change something asks for, where every word of it is understood."""

from __future__ import annotations

import re
from typing import Any

from askreg.agent.offline.meaning import Holder, Node, Thing
from askreg.agent.offline.phrases import Tok

STAGES = ("production", "validation", "approved", "experimental", "retired")
PRODUCTION = "prod"

_VERBS: dict[str, frozenset[str]] = {
    "stage": frozenset(
        ("promote", "demote", "move", "transition", "put", "push", "send", "set", "make", "mark", "bring")
    ),
    "alias": frozenset(("make", "set", "assign", "crown", "point", "give")),
    "alias --remove": frozenset(("remove", "unset", "take", "drop", "clear")),
    "retire": frozenset(("retire", "archive", "deprecate")),
    "deploy": frozenset(("deploy", "launch", "install", "roll")),
    "withdraw": frozenset(("withdraw", "undeploy", "pull", "remove")),
    "approve": frozenset(("approve", "authorise", "authorize")),
    "reject": frozenset(("reject", "decline")),
}
"""The verbs that mean a command and nothing near it: who asks to delete, revert or replace asks for something else."""
_GLUE = frozenset(("the", "a", "an", "to", "of", "version", "model", "as", "its", "new", "current"))
_ALSO: dict[str, frozenset[str]] = {
    "stage": frozenset(("into", "in", "stage")),
    "alias": frozenset(("alias", "on", "at", "be", "role")),
    "alias --remove": frozenset(("alias", "from", "away")),
    "deploy": frozenset(("at", "in", "on", "into", "out", "site", "environment")),
    "withdraw": frozenset(("at", "in", "from", "out", "site", "environment")),
}
"""Words that say no more than the command does."""
_MODALS = frozenset(("can", "could", "would", "should", "must", "may", "will"))
_PLACE = re.compile(r"(?<![\w/.-])([a-z0-9][a-z0-9._-]*)/([a-z0-9][a-z0-9._-]*)(?![\w/])")


def request(command: str, verb: str, polite: list[str], tokens: list[Tok], text: str) -> dict[str, Any] | None:
    """Return action, subject and arguments; None when anything is left over that may matter."""
    if verb not in _VERBS.get(command, ()) or _asks_whether(polite):
        return None
    place = place_written(tokens, text)
    words = [w for t in tokens if t.node is None for w in re.findall(r"[\w-]+", t.item.text.lower())]
    stages = [word for word in words if word in (*STAGES, PRODUCTION)]
    spare = set(words) - {verb, *polite, *_GLUE, *_ALSO.get(command, ()), *stages, *_pieces(place)}
    nodes = [t.node for t in tokens if t.node is not None and not (place and _of_place(t.node))]
    subject, alias = _subject(nodes, command)
    where = {"site": place[0], "environment": place[1]} if place else None
    wanted: dict[str, dict[str, Any] | None] = {
        "stage": {"stage": "production" if stages[0] == PRODUCTION else stages[0]} if len(stages) == 1 else None,
        "alias": {"alias": alias} if alias else None,
        "alias --remove": {"alias": alias, "remove": True} if alias else None,
        "deploy": where,
        "withdraw": where,
    }
    arguments = wanted.get(command, {})
    needless = (place and command not in ("deploy", "withdraw")) or (stages and command != "stage")
    if spare or needless or not subject or arguments is None:
        return None
    return {"action": command.partition(" ")[0], "subject": subject, "arguments": arguments}


def _asks_whether(polite: list[str]) -> bool:
    """Tell whether the words before the verb ask for advice or permission, not for the thing to be done."""
    said = set(polite)
    return bool(said & _MODALS) and ("should" in said or not said & {"you", "like"})


def place_written(tokens: list[Tok], text: str) -> tuple[str, str] | None:
    """Return site and environment where one place is named, be it new or known."""
    named = [token.node.entity for token in tokens if isinstance(token.node, Thing) and _of_place(token.node)]
    found = {(site, environment) for site, environment in _PLACE.findall(text.lower())}
    found |= {(e.head, e.name.partition("/")[2]) for e in named if e.kind == "place"}
    sites, environments = ([e.name for e in named if e.kind == kind] for kind in ("site", "environment"))
    if not found and len(sites) == len(environments) == 1:
        return sites[0], environments[0]
    if len(found) != 1:
        return None
    (place,) = found
    return place if _pieces(place).issuperset((*sites, *environments)) else None


def _pieces(place: tuple[str, str] | None) -> set[str]:
    """Return the words that a place's names may have been read as."""
    return {word for name in place or () for word in (name, *re.split(r"[._-]", name))}


def _of_place(node: Node) -> bool:
    return isinstance(node, Thing) and node.entity.kind in ("place", "site", "environment")


def _subject(nodes: list[Node], command: str) -> tuple[str, str]:
    """Return the one version that is meant, and the alias apart from it; nothing when more or else is named."""
    things = [node for node in nodes if isinstance(node, Thing)]
    holders = [node for node in nodes if isinstance(node, Holder)]
    if len(things) + len(holders) != len(nodes) or len(things) > 1 or len(holders) > 1:
        return "", ""
    if any(thing.others or thing.entity.typed for thing in things):
        return "", ""  # a name that was guessed is good for an answer, not for a change
    of = holders[0].model if holders else None
    if holders and of is not None and not (isinstance(of, Thing) and of.entity.kind == "model" and not things):
        return "", ""
    alias = holders[0].alias if holders else ""
    named = things[0].entity if things else of.entity if isinstance(of, Thing) else None
    if named is None or (of is not None and isinstance(of, Thing) and (of.others or of.entity.typed)):
        return "", ""
    if named.kind == "version":
        return (named.name, alias) if command.startswith("alias") or not alias else ("", "")
    if named.kind == "model" and alias and command != "alias":
        return f"{named.name}@{alias}", alias
    return "", ""
