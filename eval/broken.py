"""Brains with a known fault, to show that the evaluation finds it.

Each hands in what another brain would, with one error in every draft that has a place for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from askreg.agent.brains import Brain
from askreg.agent.draft import read
from askreg.agent.facts import Fact
from askreg.agent.render import render
from askreg.errors import InvalidInput

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

Fault: TypeAlias = Literal["swap-version", "drop-node", "invent-figure"]
"""It tells another version of the model, leaves the last of several things out, or types a figure of its own."""
Facts: TypeAlias = Mapping[str, Fact]

_PLACEHOLDER = re.compile(r"\{(?!\{)[^{}]+\}")
_VERSION = re.compile(r"([\w.-]+:)(\d+)")
_FIGURE = re.compile(r"(?<![\w.:@/-])\d+(?:\.\d+)?(?![\w:@/-]|\.\d)")
_ITEM = re.compile(r"^(?:[-*]|\d+\.) .*\{.*$|^\|.*\{.*\|$", re.MULTILINE)
_LIST = re.compile(r"\{list\(([^(){}]+)\)\}")
_RANGE = re.compile(r"F(\d+)\.\.F(\d+)((?:\.\w+)?)")
_LAST = re.compile(r"(?<=\}),? and (\{[^{}]+\})")
"""The last of several things that are only named, each by a placeholder."""


class BrokenBrain:
    """Another brain, with one fault."""

    def __init__(self, inner: Brain, fault: Fault) -> None:
        """Spoil what `inner` hands in."""
        self._inner, self._fault = inner, fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def invoke(self, input: Sequence[BaseMessage]) -> BaseMessage:
        """Return the inner brain's calls, or its draft with the fault in."""
        from langchain_core.messages import AIMessage, ToolMessage

        reply = self._inner.invoke(input)
        if not isinstance(reply, AIMessage) or reply.tool_calls:
            return reply
        facts = {fact.id: fact for m in input if isinstance(m, ToolMessage) for fact in m.artifact.facts}
        try:
            draft = read(reply.text)
            text = spoilt(self._fault, draft.text, facts)
        except InvalidInput:  # no draft: for the verifier to refuse
            return reply
        if text is None:
            return reply
        return AIMessage(content=draft.model_copy(update={"text": text}).model_dump_json(exclude_defaults=True))


def spoilt(fault: Fault, text: str, facts: Facts) -> str | None:
    """Return a draft's text with the fault in; None when it has no place for it."""
    return _FAULTS[fault](text, facts)


def _swapped(text: str, facts: Facts) -> str | None:
    """Tell the next version wherever the first one that is named stands."""
    first = next((said for _, said in _placed(text, facts) if _VERSION.fullmatch(said)), None)
    if first is None:
        return None
    other = _VERSION.sub(lambda m: f"{m[1]}{int(m[2]) + 1}", first)
    return _PLACEHOLDER.sub(lambda m: f"{other}{_cited(m[0])}" if _said(m[0], facts) == first else m[0], text)


def _invented(text: str, facts: Facts) -> str | None:
    """Type another figure for the first one that a placeholder gives."""
    for placeholder, said in _placed(text, facts):
        if _FIGURE.search(said) and not re.search(r"\d{4}-\d\d", said):
            figure = _FIGURE.sub(lambda m: _next(m[0]), said, count=1)
            return text.replace(placeholder, f"{figure}{_cited(placeholder)}", 1)
    return None


def _dropped(text: str, facts: Facts) -> str | None:
    """Leave out the last of several items, rows or members of a list."""
    items = list(_ITEM.finditer(text))
    if len(items) > 1:
        last = items[-1]
        return (text[: last.start()].rstrip("\n") + text[last.end() :]).strip()
    for found in _LIST.finditer(text):
        members = _RANGE.sub(_spread, found[1]).split(",")
        if len({_said(f"{{{member.strip()}}}", facts) for member in members}) > 1:
            last_said = _said(f"{{{members[-1].strip()}}}", facts)
            kept = [m for m in members if _said(f"{{{m.strip()}}}", facts) != last_said]
            return text[: found.start()] + "{list(" + ",".join(kept) + ")}" + text[found.end() :]
    return _LAST.sub("", text, count=1) if _LAST.search(text) else None


_FAULTS: dict[Fault, Callable[[str, Facts], str | None]] = {
    "swap-version": _swapped,
    "drop-node": _dropped,
    "invent-figure": _invented,
}
FAULTS = tuple(_FAULTS)


def _placed(text: str, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield each placeholder with what it comes to."""
    for found in _PLACEHOLDER.finditer(text):
        yield found[0], _said(found[0], facts)


def _said(placeholder: str, facts: Facts) -> str:
    return render(placeholder, dict(facts)).text.strip().strip("`")


def _cited(placeholder: str) -> str:
    """Return a citation of the facts in a placeholder, so that only what is said is wrong."""
    ids = re.findall(r"F\d+\.\.F\d+|F\d+", placeholder)
    return "{cite(" + ",".join(dict.fromkeys(ids)) + ")}"


def _spread(found: re.Match[str]) -> str:
    return ",".join(f"F{n}{found[3]}" for n in range(int(found[1]), int(found[2]) + 1))


def _next(figure: str) -> str:
    """Return another figure with as many places: the last digit is three more, which no rounding makes good."""
    whole, _, places = figure.partition(".")
    raised = str(int(whole + places) + 3).rjust(len(whole + places), "0")
    return raised if not places else f"{raised[: -len(places)]}.{raised[-len(places) :]}"
