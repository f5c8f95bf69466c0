"""What of facts and results a cloud model may see: fields that hold no free text; code puts the others in later."""

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from askreg.agent.facts import Fact
from askreg.agent.guard.phi import Gate
from askreg.agent.thread import Turn
from askreg.agent.tools import evidence
from askreg.agent.tools.shapes import Call, ToolResult
from askreg.agent.tools.toolbox import TEXT_LIMIT
from askreg.registry.plan import CATALOGUE
from askreg.registry.tables import Relation

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?UTC|Z|[+-]\d\d:\d\d)?)?")
_NAME = re.compile(r"[\w][\w.:@/=,<>+-]{0,199}")
_DIGEST = re.compile(r"(?:sha\d+:)?[0-9a-fA-F]{7,128}")
_SUBJECT = re.compile(r"(?:(?:run|doc|person|dataset|model|event|site):)?[\w][\w.:@/+-]{0,299}")

_NAMES = frozenset(
    """
    name owner task stage previous alias site environment version dataset split cohort evidence unit sensitivity
    decision meaning by closed_by actor recorded_by action subject id path kind roles change_control
    """.split()
)
_NUMBERS = frozenset(("value", "n", "low", "high", "rows", "size", "number", "seq"))
_INSTANTS = frozenset(("at", "since", "until", "recorded_at", "occurred_at", "lapsed"))
_DIGESTS = frozenset(("digest", "commit"))
_RELATIONS = frozenset(relation for kind in CATALOGUE.values() for relation in kind.relations)
_EDGES = frozenset(get_args(Relation))
_FREE = frozenset(("tag", "card", "detail", "signature", "config"))
_EVENTS = frozenset("model version dataset dataset_version run alias document person policy answer attempt".split())
_VERBS = frozenset(
    """
    registered updated renamed staged retired approved rejected evaluated deployed withdrawn set removed given refused
    """.split()
)
_FIGURES = frozenset(("count", "min", "max", "sum", "avg", "duration"))

SENDABLE: frozenset[str] = (
    _NAMES
    | _NUMBERS
    | _INSTANTS
    | _DIGESTS
    | _RELATIONS
    | _EDGES
    | frozenset(("metric.*", "alias.*", "gap.*", "deployed", "param.* (numbers)"))
    | frozenset(f"{figure}.*" for figure in _FIGURES)
)
"""The fields whose values may be seen outside, by the last part of their path; all others hold free text."""


def sendable(fact: Fact) -> bool:
    """Tell whether the fact's value may be seen outside: its field is one of `SENDABLE`, and it looks like one."""
    *path, last = fact.field.split(".")
    head = path[0] if path else ""
    value = fact.value
    if _FREE.intersection(path) or last in _FREE:
        return False
    if head == "metric" or "param" in path or last in _NUMBERS:
        return bool(_NUMBER.fullmatch(value)) or (last == "number" and bool(_SUBJECT.fullmatch(value)))
    if head in _FIGURES:
        return bool(_NUMBER.fullmatch(value) or (_INSTANT.fullmatch(value) and last in _INSTANTS))
    if last in _INSTANTS:
        return bool(_INSTANT.fullmatch(value))
    if last in _DIGESTS:
        return bool(_DIGEST.fullmatch(value))
    known = last in _NAMES or last in _RELATIONS or last in _EDGES or head in _EDGES
    happened = head in _EVENTS and last in _VERBS
    if known or happened or head in ("alias", "gap") or fact.field == "deployed" or fact.field in CATALOGUE:
        return bool(_NAME.fullmatch(value))
    return False


def line(facts: Iterable[Fact], *, gate: Gate | None = None, groups: bool = True) -> str:
    """Return facts as one line, as `evidence.line` does, without values that may not be seen outside.

    With a `gate`, a fact of which it does not vouch for every word is only counted. Without `groups`, what a figure
    is grouped by is left out: it may be free text.
    """
    return "; ".join(_said(fact, gate, groups) for fact in facts)


def _said(fact: Fact, gate: Gate | None, groups: bool) -> str:
    grouped = fact.field.split(".")[0] in _FIGURES
    if not _SUBJECT.fullmatch(fact.subject) or (grouped and not groups):
        text = _hidden(f"{fact.id} {fact.field if _plain(fact.field) else ''}".strip(), fact.id)
    elif not sendable(fact):
        text = _hidden(f"{fact.id} {fact.subject} {fact.field if _plain(fact.field) else ''}".strip(), fact.id)
    else:
        text = evidence.line([_bare(fact)])
    if gate is not None and gate.findings(text):
        return _hidden(fact.id, fact.id)
    return text


def _hidden(start: str, id: str) -> str:
    return f"{start} (withheld; cite {{{id}}} and code puts it in)"


def _plain(field: str) -> bool:
    """Tell whether a field's name is one; keys that people chose are."""
    return re.fullmatch(r"[a-z_][\w.-]{0,79}", field) is not None


def _bare(fact: Fact) -> Fact:
    """Return the fact without what is no name where a name should be."""
    names = {name: getattr(fact, name) for name in ("unit", "dataset", "split", "cohort", "evidence")}
    wrong = {name: None for name, value in names.items() if value is not None and not _NAME.fullmatch(value)}
    return fact.model_copy(update=wrong) if wrong else fact


def result_text(result: ToolResult, *, gate: Gate | None = None) -> str:
    """Return a tool's result as the toolbox words it, without what may not be seen outside."""
    if result.error is not None:
        return _error(result, gate)
    facts = {fact.id: fact for fact in result.facts}
    said = f" ({result.count})" if result.count else ""
    total = f"total={result.total}{said} returned={result.returned} truncated={str(result.truncated).lower()}"
    return "\n".join([total, *_lines(result, facts, gate)])


def _lines(result: ToolResult, facts: dict[str, Fact], gate: Gate | None) -> Iterator[str]:
    groups = not _free_groups(result.tool, result.args)
    room = TEXT_LIMIT
    for number, row in enumerate(result.rows):
        text = line([facts[id] for id in row], gate=gate, groups=groups)
        room -= len(text)
        if room < 0:
            yield f"… {len(result.rows) - number} more rows are not shown here; narrow the call to read them"
            return
        yield text


def _free_groups(tool: str, args: dict[str, object]) -> bool:
    """Tell whether a call groups its figures by a field of free text."""
    aggregate = args.get("aggregate") if tool == "query" else None
    by = aggregate.get("by") if isinstance(aggregate, dict) else None
    if by is None:
        return False
    *path, last = str(by).split(".")
    return bool(_FREE.intersection(path)) or "param" in path or last not in SENDABLE


def _error(result: ToolResult, gate: Gate | None) -> str:
    """Return an error with the live names that may have been meant; what it quotes came from the model itself."""
    text = f"error: {result.error}"
    return text if gate is None or not gate.findings(text) else "error: the call could not be run (details withheld)"


def turn_text(turn: Turn, *, gate: Gate | None = None) -> str:
    """Return an earlier answer as its status and the facts it cites that may be seen outside, never its words."""
    free = any(_free_groups(call.tool, call.args) for call in turn.calls if isinstance(call, Call))
    said = [_said(fact, gate, not free) for fact in turn.facts]
    return "\n".join([f"status={turn.status} facts={len(said)} as_of={turn.as_of}", *said])
