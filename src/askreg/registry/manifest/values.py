"""Single values: how each is read from a node, by what the format says it is and never by how it looks."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias, get_args

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from askreg.errors import InvalidInput
from askreg.registry import names, times
from askreg.registry.canonical import decimal_text
from askreg.registry.manifest.reading import in_words, is_null, suggestion

Scalar: TypeAlias = Callable[[Node], Any]
"""Reads a value that has no entries inside it; raises `Wrong`."""

_EXACT = 2**53
"""The integers below it, and only they, are exact in JSON."""


class Wrong(Exception):
    """A value cannot be read; carries the node to blame."""

    def __init__(self, node: Node, problem: str) -> None:
        self.node, self.problem = node, problem
        super().__init__(problem)


def text(node: Node) -> str:
    """Read text as it is written, quoted or not."""
    if type(node) is not ScalarNode:
        raise Wrong(node, f"must be text, not {in_words(node)}")
    value: str = node.value
    if node.tag is not None and node.tag != "tag:yaml.org,2002:str":
        raise Wrong(node, f"the tag {node.tag!r} means nothing in a manifest; leave it out")
    if "\x00" in value or (not value.isascii() and _SURROGATE.search(value)):
        raise Wrong(node, f"{value!r} holds a character that cannot be stored")
    return value


_SURROGATE = re.compile("[\ud800-\udfff]")


def words(node: Node) -> str:
    """Read text that is not empty."""
    value = text(node)
    if not value.strip():
        raise Wrong(node, "is empty; leave the key out, or fill it")
    return value


def name(what: str) -> Scalar:
    """Return the reader of a name."""

    def read(node: Node) -> str:
        value = text(node)
        if _NAME(value):
            return value
        try:
            return names.name(value, what=what)
        except InvalidInput as error:
            raise Wrong(node, str(error)) from None

    return read


_NAME = names.NAME.fullmatch
_DATASET_VERSION = re.compile(rf"({names.NAME.pattern})@({names.NAME.pattern})").fullmatch
_VERSION = re.compile(rf"({names.NAME.pattern}):([1-9][0-9]*)").fullmatch


def who(node: Node) -> str:
    """Read a reference to a person."""
    return name("person")(node) if not _NAME(value := text(node).lower()) else value


def dataset_version(node: Node) -> str:
    """Read `dataset@version`."""
    value = text(node).lower()
    if not _DATASET_VERSION(value):
        raise Wrong(node, f"{node.value!r} is not a dataset version; write dataset@version")
    return value


def version_of_model(node: Node) -> str:
    """Read `model:3`."""
    value = text(node).lower()
    if not _VERSION(value):
        hint = ", since an alias may move" if "@" in value else ""
        raise Wrong(node, f"{node.value!r} is not a model version; write model:3{hint}")
    return value


def run(node: Node) -> str:
    """Read a run's id, with or without the `run:` of a subject."""
    value = text(node).lower().removeprefix("run:")
    if not _NAME(value):
        raise Wrong(node, f"{node.value!r} is not a run's id")
    return value


def subject(node: Node) -> str:
    """Read any subject."""
    value = text(node)
    try:
        ref = names.parse(value)
    except InvalidInput as error:
        raise Wrong(node, str(error)) from None
    return _WRITTEN[ref.kind].format(ref.name, ref.part) if ref.part or ref.kind else ref.name


_WRITTEN = {
    "version": "{}:{}",
    "environment": "{}/{}",
    "run": "run:{}",
    "document": "doc:{}",
    "person": "person:{}",
    None: "{}@{}",
}


def number(node: Node) -> int:
    """Read a version's number."""
    return _whole(node, least=1, most=2**31)


def count(node: Node) -> int:
    """Read a count of rows, cases or bytes."""
    return _whole(node, least=0, most=_EXACT)


_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)").fullmatch


def _whole(node: Node, *, least: int, most: int) -> int:
    value = text(node)
    if not _INTEGER(value):
        raise Wrong(node, f"must be a whole number, not {value!r}")
    if len(value) > 20 or not least <= int(value) < most:
        raise Wrong(
            node, f"must be a whole number of {least} or more{', below 2^31' if most < _EXACT else ''}, not {value}"
        )
    return int(value)


_DECIMAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?").fullmatch


def figure(node: Node) -> Decimal:
    """Read a number with all its digits."""
    value = text(node)
    if not _DECIMAL(value):
        raise Wrong(node, f"must be a number, not {value!r}")
    try:
        return Decimal(decimal_text(value, name="the number"))
    except InvalidInput as error:
        raise Wrong(node, str(error)) from None


def interval(node: Node) -> tuple[Decimal, Decimal]:
    """Read `[low, high]`."""
    if type(node) is not SequenceNode or len(node.value) != 2:
        raise Wrong(node, f"must be [low, high], not {in_words(node)}")
    low, high = (figure(end) for end in node.value)
    if low > high:
        raise Wrong(node, f"[{low}, {high}] has its ends the wrong way round")
    return low, high


def instant(node: Node) -> str:
    """Read when something happened; a bare date is its first instant."""
    return _instant(node, "start")


def end(node: Node) -> tuple[str, str | None]:
    """Read when something ended, and on which day if that is all the file says: then at its end at the latest."""
    value = _instant(node, "next")
    return value, node.value if len(node.value) == 10 else None


def _instant(node: Node, bare: times.Edge) -> str:
    try:
        return _stored(text(node), bare)
    except (InvalidInput, OverflowError):
        raise Wrong(node, f"{in_words(node)} is not a date; write 2026-03-14T09:00:00Z or 2026-03-14") from None


@lru_cache(maxsize=50_000)
def _stored(value: str, bare: times.Edge) -> str:
    return times.instant(value, bare=bare)


def one_of(what: str, closed: Any) -> Scalar:
    """Return the reader of a value out of a closed set."""
    choices = get_args(closed)
    known = frozenset(choices)

    def read(node: Node) -> str:
        value = text(node)
        if value not in known:
            raise Wrong(
                node, f"{value!r} is no {what}{suggestion(value, choices, few=True)}; there are {', '.join(choices)}"
            )
        return value

    return read


def cohort(node: Node) -> str:
    """Read `all`, or `key=value` pairs."""
    try:
        return names.cohort(text(node))
    except InvalidInput as error:
        raise Wrong(node, str(error)) from None


def tags(node: Node) -> dict[str, str]:
    """Read tags: names and texts."""
    if type(node) is not MappingNode:
        raise Wrong(node, f"must be a mapping of names and texts, not {in_words(node)}")
    read: dict[str, str] = {}
    for key, value in node.value:
        label = words(key)
        if label in read:
            raise Wrong(key, f"tag {label!r} is given twice")
        if len(label) > 200:
            raise Wrong(key, f"tag {label[:20] + '…'!r} has a name of more than 200 characters")
        if is_null(value):
            raise Wrong(value, f'tag {label!r} needs a value; write "" for an empty one')
        read[label] = text(value)
    return read


def free(node: Node) -> Any:
    """Read any JSON value: numbers, true, false and null where they are not quoted, else text."""
    kind = type(node)
    if kind is MappingNode:
        return free_mapping(node)
    if kind is SequenceNode:
        return [free(item) for item in node.value]
    value = text(node)
    if getattr(node, "style", "") or node.tag is not None:
        return value
    if is_null(node):
        return None
    if value.lower() in ("true", "false") and value in _BOOLEANS:
        return _BOOLEANS[value]
    if _INTEGER(value):
        if len(value) > 17 or abs(int(value)) >= _EXACT:
            raise Wrong(node, f"{value} is too large to keep exactly as a number; put it in quotes")
        return int(value)
    if _DECIMAL(value):
        return _binary(node, value)
    return value


def free_mapping(node: Node) -> dict[str, Any]:
    """Read a mapping of names to any JSON values; a null is as if not given."""
    if type(node) is not MappingNode:
        raise Wrong(node, f"must be a mapping, not {in_words(node)}")
    read: dict[str, Any] = {}
    for key, value in node.value:
        label = text(key)
        if label in read:
            raise Wrong(key, f"key {label!r} is given twice")
        read[label] = free(value)
    return read


def card(node: Node) -> dict[str, Any]:
    """Read card fields; one without a value is not given."""
    read = free_mapping(node)
    for key in read:
        if not key.strip():
            raise Wrong(node, "a card field needs a name")
    return {key: value for key, value in read.items() if value is not None}


_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def _binary(node: Node, value: str) -> float:
    near = float(value)
    if near in (float("inf"), float("-inf")) or Decimal(repr(near)) != Decimal(value):
        raise Wrong(node, f"{value} has more digits than a JSON number keeps; put it in quotes")
    return near
