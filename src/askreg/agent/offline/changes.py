"""Requests to change something: refused, with the command that would do it."""

from __future__ import annotations

import re

from askreg.agent.draft import Draft
from askreg.agent.offline.meaning import Group, Holder, Node, Thing
from askreg.agent.offline.phrases import Tok
from askreg.agent.offline.requests import PRODUCTION, STAGES, place_written, request

_COMMANDS: dict[str, str] = {
    "approve": "approve", "sign": "approve", "authorise": "approve", "authorize": "approve", "accept": "approve",
    "reject": "reject", "decline": "reject", "register": "register", "create": "register", "add": "register",
    "upload": "register", "import": "import", "deploy": "deploy", "launch": "deploy", "install": "deploy",
    "release": "deploy", "withdraw": "withdraw", "undeploy": "withdraw", "pull": "withdraw", "promote": "stage",
    "demote": "stage", "move": "stage", "transition": "stage", "retire": "retire", "archive": "retire",
    "deprecate": "retire", "set": "alias", "assign": "alias", "make": "alias", "point": "alias", "crown": "alias",
    "unset": "alias", "tag": "update", "rename": "update", "update": "update", "edit": "update",
    "change": "update", "delete": "retire", "remove": "withdraw", "drop": "retire", "erase": "retire",
    "roll": "deploy", "take": "withdraw", "switch": "withdraw", "put": "stage", "push": "stage", "bring": "deploy",
    "evaluate": "evaluate", "load": "load", "record": "register", "revoke": "reject", "cancel": "withdraw",
    "swap": "alias", "replace": "deploy", "rollback": "deploy", "stop": "withdraw", "modify": "update",
    "overwrite": "update", "insert": "register", "purge": "retire", "wipe": "retire", "destroy": "retire",
    "mark": "stage", "send": "stage", "publish": "card publish", "turn": "withdraw", "shut": "withdraw",
    "train": "train", "retrain": "train", "finetune": "train", "fine-tune": "train", "build": "train",
    "revert": "deploy", "restore": "deploy", "reinstate": "deploy", "enable": "deploy", "activate": "deploy",
    "disable": "withdraw", "deactivate": "withdraw", "suspend": "withdraw", "kill": "withdraw", "clear": "retire",
    "label": "update", "give": "alias", "upgrade": "deploy", "downgrade": "deploy",
}  # fmt: skip
_POLITE = frozenset(
    ("please", "pls", "plz", "can", "could", "would", "you", "i", "we", "want", "to", "need", "let", "lets", "us",
        "just",
     "kindly", "now", "ok", "okay", "hey", "hi", "go", "ahead", "and", "like", "d", "should", "must", "s", "will",
     "immediately", "askreg", "hello", "may", "then", "so", "also")
)  # fmt: skip
_CIVIL = frozenset(("please", "pls", "plz", "now", "kindly", "immediately", "thanks", "thank"))
_NEED_A_THING = ("train", "build", "restore", "clear", "label", "give", "enable", "kill", "upgrade", "downgrade")
_DELETING = frozenset(("delete", "erase", "purge", "wipe", "destroy", "drop"))


def refusal(tokens: list[Tok], text: str) -> Draft | None:
    """Return the refusal of a request to change something; None when it is a question."""
    words = text.lower().replace(",", " ").replace("'", " ").split()
    polite: list[str] = []
    while words and words[0].strip("?!.") in _POLITE:
        polite.append(words.pop(0).strip("?!."))
    if not words:
        return None
    verb = words[0].strip("?!.,")
    if verb not in _COMMANDS or any(t.word("wh") and not t.word("rel") for t in tokens[:2]):
        return None
    if len(words) == 1 or any(t.word("wh", "who", "when", "how many", "why", "what") for t in tokens if t.node is None):
        return None
    if verb in ("record", "change", "set", "release", "load", "sign", "stop", "point", "mark", "turn", "tag",
        "replace", "update", *_NEED_A_THING) and (
        not _object_follows(tokens)
    ):  # fmt: skip
        return None
    if verb in _NEED_A_THING and not (
        tokens[0].word("verb") or tokens[0].word("filler") or text.lower().startswith(verb + " ")
    ):
        return None
    if verb == "give" and not any(isinstance(n, Holder) for t in tokens for n in _nodes(t.node)):
        return None
    command = _command(verb, words, tokens)
    after = [word for word in re.findall(r"[\w-]+", text.lower()) if word in _CIVIL]
    asked = request(command, verb, [*polite, *after], tokens, text)
    place = "/".join(written) if (written := place_written(tokens, text)) else ""
    return _refused(command, verb, words, tokens, place).model_copy(update={"proposal": asked})


def _object_follows(tokens: list[Tok]) -> bool:
    return any(t.node is not None for t in tokens)


def _command(verb: str, words: list[str], tokens: list[Tok]) -> str:
    command = _COMMANDS[verb]
    rest = set(words)
    held = any(isinstance(n, Holder) for t in tokens for n in _nodes(t.node))
    if verb in ("take", "switch", "roll", "turn", "shut") and rest & {"offline", "off", "down", "out"}:
        return "withdraw"
    if verb == "roll" and "back" in rest and "to" not in rest:
        return "withdraw"
    if verb in ("remove", "unset", "take", "drop", "delete", "clear") and held:
        return "alias --remove"
    if verb in (
        "put",
        "bring",
        "push",
        "switch",
        "make",
        "set",
        "move",
        "mark",
        "take",
        "send",
        "promote",
        "restore",
        "revert",
    ):
        if _stage(words):
            return "stage"
        if rest & {"live", "online"}:
            return "deploy"
        if held:
            return "alias"
    return command


def _stage(words: list[str]) -> str:
    """Return the stage that is named last."""
    plain = [{PRODUCTION: "production"}.get(w.strip("?!.,"), w.strip("?!.,")) for w in words[1:]]
    return next((w for w in reversed(plain) if w in STAGES), "")


def _nodes(node: Node | None) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, Group) else () if node is None else (node,)


def _refused(command: str, verb: str, words: list[str], tokens: list[Tok], place: str) -> Draft:
    nodes = [n for t in tokens for n in _nodes(t.node)]
    things = [n.entity for n in nodes if isinstance(n, Thing)]
    alias = next((n.alias for n in nodes if isinstance(n, Holder)), "")
    model = next((n.model.entity.name for n in nodes if isinstance(n, Holder) and isinstance(n.model, Thing)), "")
    subject = next((e.name for e in things if e.kind in ("version", "model")), model)
    if alias and not command.startswith("alias") and ":" not in subject:
        subject = f"{subject}@{alias}" if subject else ""
    if command == "train":
        what = f"askreg trains nothing; a new version is recorded with askreg register version {subject.split(':')[0]}"
    elif command == "update":
        name = "update_version" if ":" in subject else "update_model"
        what = f"what describes {subject or 'it'} is changed with Registry.{name}"
    else:
        what = f"the command that would is askreg {_line(command, words, tokens, subject, place, alias)}"
    never = "nothing is ever deleted from the record; " if verb in _DELETING and command == "retire" else ""
    reason = f"a question changes nothing in the record; {never}{what.strip()}"
    return Draft(status="refused", reason=reason.replace("{", "{{").replace("}", "}}"))


def _line(command: str, words: list[str], tokens: list[Tok], subject: str, place: str, alias: str) -> str:
    """Return the command with as many of its arguments as were named."""
    given = {"stage": [_stage(words)], "deploy": [place], "withdraw": [place], "alias": [alias]}.get(command, [])
    if command == "alias --remove":
        return " ".join(filter(None, ("alias", subject.split(":")[0], alias, "--remove")))
    if command == "register":
        kinds = ("version", "dataset", "document", "person", "run", "model")
        nouns = [w.sense for t in tokens if t.node is None and (w := t.item.word("noun"))]
        kind = next((k for k in nouns if k in kinds), "version" if subject else "")
        return " ".join(filter(None, (command, kind, subject.split(":")[0] if kind == "version" else "")))
    if "@" in subject:  # which version that is, only the record says, and only the record's facts may be written
        model, _, alias = subject.partition("@")
        return " ".join(filter(None, (command, *given, f"with the version of {model} that is {alias}")))
    return " ".join(filter(None, (command, subject, *given)))
