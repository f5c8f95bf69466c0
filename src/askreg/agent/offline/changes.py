"""Requests to change something: refused, with the command that would do it."""

from __future__ import annotations

from askreg.agent.draft import Draft
from askreg.agent.offline.meaning import Bare, Group, Holder, Node, Thing
from askreg.agent.offline.phrases import Tok

_COMMANDS: dict[str, str] = {
    "approve": "approve", "sign": "approve", "authorise": "approve", "authorize": "approve", "accept": "approve",
    "reject": "reject", "decline": "reject", "register": "register", "create": "register", "add": "register",
    "upload": "register", "import": "import", "deploy": "deploy", "launch": "deploy", "install": "deploy",
    "release": "deploy", "withdraw": "withdraw", "undeploy": "withdraw", "pull": "withdraw", "promote": "stage",
    "demote": "stage", "move": "stage", "transition": "stage", "retire": "retire", "archive": "retire",
    "deprecate": "retire", "set": "alias", "assign": "alias", "make": "alias", "point": "alias", "crown": "alias",
    "unset": "alias", "tag": "register", "rename": "register", "update": "register", "edit": "register",
    "change": "register", "delete": "retire", "remove": "withdraw", "drop": "retire", "erase": "retire",
    "roll": "deploy", "take": "withdraw", "switch": "withdraw", "put": "stage", "push": "stage", "bring": "deploy",
    "evaluate": "evaluate", "load": "load", "record": "register", "revoke": "reject", "cancel": "withdraw",
    "swap": "alias", "replace": "deploy", "rollback": "deploy", "stop": "withdraw", "modify": "register",
    "overwrite": "register", "insert": "register", "purge": "retire", "wipe": "retire", "destroy": "retire",
    "mark": "stage", "send": "stage", "publish": "card publish", "turn": "withdraw", "shut": "withdraw",
}  # fmt: skip
_POLITE = frozenset(
    ("please", "pls", "plz", "can", "could", "would", "you", "i", "we", "want", "to", "need", "let", "lets", "us", "just",
     "kindly", "now", "ok", "okay", "hey", "hi", "go", "ahead", "and", "like", "d", "should", "must", "s", "will",
     "immediately", "askreg", "hello", "may", "then", "so", "also")
)  # fmt: skip
_STAGES = ("production", "validation", "approved", "experimental", "retired")


def refusal(tokens: list[Tok], text: str) -> Draft | None:
    """Return the refusal of a request to change something; None when it is a question."""
    words = text.lower().replace(",", " ").replace("'", " ").split()
    while words and words[0].strip("?!.") in _POLITE:
        words.pop(0)
    if not words:
        return None
    verb = words[0].strip("?!.,")
    if verb not in _COMMANDS or any(t.word("wh") and not t.word("rel") for t in tokens[:2]):
        return None
    if len(words) == 1 or any(t.word("wh", "who", "when", "how many", "why", "what") for t in tokens if t.node is None):
        return None
    if verb in ("record", "change", "set", "release", "load", "sign", "stop", "point", "mark", "turn", "tag", "replace", "update") and (
        not _object_follows(tokens)
    ):  # fmt: skip
        return None
    return _refused(_command(verb, words, tokens), tokens)


def _object_follows(tokens: list[Tok]) -> bool:
    return any(t.node is not None for t in tokens)


def _command(verb: str, words: list[str], tokens: list[Tok]) -> str:
    command = _COMMANDS[verb]
    rest = set(words)
    if verb in ("take", "switch", "roll", "turn", "shut") and rest & {"offline", "off", "down", "out"}:
        return "withdraw"
    if verb in ("put", "bring", "push", "switch", "make", "set", "move", "mark", "take", "send"):
        if rest & {*_STAGES, "prod"}:
            return "stage"
        if rest & {"live", "online", "back"}:
            return "deploy"
        if any(isinstance(n, Holder) for t in tokens for n in _nodes(t.node)):
            return "alias"
    return command


def _nodes(node: Node | None) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, Group) else () if node is None else (node,)


def _refused(command: str, tokens: list[Tok]) -> Draft:
    subject = ""
    for tok in tokens:
        for node in _nodes(tok.node):
            if isinstance(node, Thing) and node.entity.kind in ("version", "model") and not subject:
                subject = f" {node.entity.name}"
            if isinstance(node, Bare) and not subject:
                subject = ""
    reason = (
        f"a question changes nothing in the record; the command that would is askreg {command}{subject}"
    )
    return Draft(status="refused", reason=reason)
