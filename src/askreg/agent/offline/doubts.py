"""Signs in what was looked up that a question was read wrongly: conditions at odds, or a dropped `of them`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from askreg.agent.draft import Draft, Use, parse
from askreg.agent.tools.shapes import ToolResult

_OF_THEM = re.compile(r"\bof (?:them|these|those)\b", re.I)
# What else was trained on the same data is looked up by the data, and may name the first thing again.
_ELSE = re.compile(r"\b(?:what|which|who|where|anything|anyone|any) (?:else|others?)\b(?!.*\btrained\b)", re.I)
_LAPSED = re.compile(r"\b(?:lapse[sd]?|expired?)\b", re.I)
_SPAN = re.compile(r"\b(?:short|long)est\b", re.I)
_LACKS = re.compile(r"^\W*(?:is|are|does|do)\b.*\b(missing (?:its|their|an?|the) \w+|lack(?:ing)? \w+)", re.I)
_WHEN = re.compile(r"\w.{8,}?(?<!and )(?<!since )\b(when (?:\S+ ){1,4}?(?:was|were|went|got|became|came)\b.*)", re.I)
_FROM_TO = re.compile(r"\b(?:days|long|time|weeks|months)\b.*?\bbetween (?:the |its |their )?[a-z]\S* .*?\band\b", re.I)
_EVENT_TO = re.compile(
    r"\b(?:days|long|time|weeks|months)\b.*?\bfrom (?:the |its |their |being )?"
    r"(?:approv|registr|evaluat|train|deploy|go|review|reject|validat|production)\w*\b.*?\b(?:to|until)\b", re.I,
)  # fmt: skip
_EXCEPT = re.compile(r"\((?:and |but )?not\b[^)]*\)", re.I)
_BEFORE = re.compile(r"^\W*(before\b[^,]*),", re.I)
_ALL = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had)\b(?: \w+)? (all|every|each)\b(?! (?:that|of it)\b)", re.I
)
_MADE = re.compile(
    r"regist|creat|ma[dk]e|buil|add|upload|submit|author|new|old|latest|last|first|recent|exist|enter|introduc|publish"
    r"|c[ao]me|produc|develop|birth|wr[io]t|check|commit|br(?:ing|ought)|contribut|log|record|start|begin|train|since"
    r"|appear|when|describe|tell|young|age\b|own|behind|about",
    re.I,
)
_PROFILE = re.compile(r"^- (?:task|title|sensitivity): ", re.M)
"""The lines that describe a thing as a whole, its registration among them."""
_DENIES = re.compile(r"\b(?:no|not|never|without|\w+n't)\b", re.I)
_DATES = re.compile(r"\b(?:after|since|from)\b[^,?;]*", re.I)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def doubtful(question: str, draft: Draft, results: Collection[ToolResult], turns: Sequence[Any]) -> str | None:
    """Return the words of the question whose meaning the calls show to be lost; None if there are none."""
    args = [r.args for r in results]
    if any(_at_odds(one) for one in args):
        return _said(_DENIES, question)
    if any(_twice_dated(one) for one in args):
        return _said(_DATES, question)
    lapsed = _LAPSED.search(question)
    if lapsed and "history" in {r.tool for r in results} and "laps" not in draft.text.lower():
        return lapsed.group()
    span = _SPAN.search(question)
    if span and draft.text.count("{") > 6 and not re.search(rf"{span.group()}|\d (?:day|hour)", draft.text):
        return span.group()
    for lost in (
        _while(question, args),
        _between(question),
        _excepted(question),
        _universal(question, draft),
        _registered(question, draft, results),
    ):
        if lost is not None:
            return lost
    lacks = _LACKS.search(question)
    if lacks and "gaps" in {r.tool for r in results} and not draft.text.startswith(("Yes", "No")):
        return lacks.group(1)
    if not turns:
        return None
    them, other = _OF_THEM.search(question), _ELSE.search(question)
    asked = json.dumps(args, default=str)
    if them and args and not any(name in asked for name in _names(turns[-1])):
        return them.group()
    return other.group() if other and _cited(draft, results) & _told(turns[-1]) else None


def _while(question: str, args: list[dict[str, Any]]) -> str | None:
    """Return the clause that says at which happening something held, if nothing was looked up as of an instant."""
    found = _WHEN.search(question)
    return found.group(1) if found and not any(one.get("as_of") for one in args) else None


def _between(question: str) -> str | None:
    """Return what asks for the time from one happening to another, which is no interval of the record."""
    found = _FROM_TO.search(question) or _EVENT_TO.search(question)
    return found.group() if found and not _DAY.search(question) else None


def _excepted(question: str) -> str | None:
    """Return what is excepted in brackets, or said first to have come after: neither is looked up so."""
    found = _EXCEPT.search(question) or _BEFORE.search(question)
    return found.group(found.lastindex or 0) if found else None


def _registered(question: str, draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return the question if it is told of a registration that it does not speak of."""
    told = "registered" in draft.text and {r.tool for r in results} == {"query"} and not _PROFILE.search(draft.text)
    spoken = _MADE.search(question) and not re.search(r"\bdocuments?\b", question, re.I)
    return None if not told or spoken else question.strip(" ?.")


def _universal(question: str, draft: Draft) -> str | None:
    """Return what asks whether something is so of all, if the answer does not say yes or no."""
    found = _ALL.search(question)
    plain = draft.text.startswith(("Yes", "No", "Every", "All"))
    return found.group(1) if found and not plain else None


def _said(pattern: re.Pattern[str], question: str) -> str:
    found = pattern.search(question)
    return question if found is None else found.group().strip()


def _names(turn: Any) -> set[str]:
    """Return what the answer before was about, and who had to do with it."""
    subjects = {part for fact in turn.facts for part in (fact.subject, re.split(r"[:/@]", fact.subject)[0])}
    return subjects | {fact.value for fact in turn.facts if ":" in fact.value or fact.field in ("by", "owner")}


def _conditions(args: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    where = args.get("where")
    for one in where if isinstance(where, list) else []:
        if isinstance(one, dict) and "path" in one:
            yield str(one["path"]), str(one.get("op", "=")), str(one.get("value", ""))


def _at_odds(args: dict[str, Any]) -> bool:
    """Whether one field is to be missing and to have a value."""
    found = list(_conditions(args))
    missing = {path for path, op, _ in found if op == "missing"}
    return any(path in missing and op != "missing" for path, op, _ in found)


def _twice_dated(args: dict[str, Any]) -> bool:
    """Whether one day is both the instant to look from and a bound on what is looked for after it."""
    seen = _DAY.match(str(args.get("as_of") or ""))
    if seen is None:
        return False
    last = date.fromisoformat(seen.group())
    days = {last.isoformat(), (last + timedelta(days=1)).isoformat()}
    return any(op in (">", ">=") and value[:10] in days for _, op, value in _conditions(args))


def _cited(draft: Draft, results: Collection[ToolResult]) -> set[str]:
    facts = {fact.id: fact for result in results for fact in result.facts}
    uses = [piece for piece in parse(draft.text) if isinstance(piece, Use)]
    return {facts[id].subject for use in uses for id in use.facts if id in facts}


def _told(turn: Any) -> set[str]:
    return {fact.subject for fact in turn.facts}
