"""Whether an answer is of the kind that was asked for: a person for who, a day for when, a place for where.

A question that was read wrongly usually gets an answer of another kind than its own words ask for. This looks at the
words and the finished draft only, and knows nothing of how the one became the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable

from askreg.agent.draft import Draft, Use, parse
from askreg.agent.facts import Fact
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.link import Item
from askreg.agent.tools.shapes import ToolResult

Shown = list[tuple[Use, list[Fact]]]
"""The placeholders of a draft with the facts that each rests on."""

_NEGATIVE = re.compile(r"^(?:- )?(?:no\b|nothing|nobody|none|never|not )|\bnever\b|\bnobody\b|\bnot recorded\b", re.I)
_STATE = re.compile(r"[^\s@]+@[^\s@]+")


def unapt(question: str, draft: Draft, results: Iterable[ToolResult], people: Collection[str]) -> str | None:
    """Return what the question asks for that the draft does not give; None when it gives all, or denies it."""
    if _NEGATIVE.search(draft.text):
        return None
    shown = _shown(draft, results)
    if not shown:
        return None
    known = {name.lower() for name in people}
    tests: dict[str, Callable[[Shown], bool]] = {
        # `who is champion` asks for a version.
        "a person": lambda shown: _any(
            shown, lambda f: f.value.lower() in known or f.subject.lower() in known or f.field.startswith("alias.")
        ),
        "a date": _dated,
        "a place": lambda shown: _any(shown, lambda f: "/" in f.subject or "/" in f.value or f.field in _PLACES),
        "a dataset": lambda shown: _any(
            shown, lambda f: bool(_STATE.fullmatch(f.subject) or _STATE.fullmatch(f.value))
        ),
        "a document": lambda shown: _any(
            shown, lambda f: f.subject.startswith("doc:") or f.value.startswith("doc:") or "document" in f.field
        ),
        "a figure": _figured,
        "a model": lambda shown: _any(shown, lambda f: "@" not in f.subject or ":" in f.value),
        "a version": lambda shown: _any(shown, lambda f: ":" in f.subject or ":" in f.value or "count" in f.field),
    }
    return next((what for what, asks in _ASKS if asks.search(question) and not tests[what](shown)), None)


def unused(items: Iterable[Item], draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return the words of a name in the question that no reading of the record was about, nor the answer found."""
    cited = [fact for _, facts in _shown(draft, results) for fact in facts]
    found = " ".join([draft.text, *(f"{f.subject} {f.field} {f.value} {f.dataset} {f.cohort}" for f in cited)]).lower()
    asked = " ".join(json.dumps(r.args, ensure_ascii=False, default=str) for r in results).lower()
    for item in items:
        named = [entity for entity in item.entities if entity.kind in _NAMED]
        # What a yes affirms must be of the very thing, not of others that were looked at beside it.
        strict = draft.text.startswith("Yes") and all(entity.kind in ("model", "version") for entity in named)
        read = found if strict else asked if _elsewhere(named, cited) else f"{found} {asked}"
        if named and len(named) == len(item.entities) and not any(_stands(entity, read) for entity in named):
            return item.text
    return None


def undated(items: Iterable[Item], draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return the date of the question by which nothing was looked up, and which the answer does not give either."""
    asked = " ".join(json.dumps(r.args, default=str) for r in results)
    given = " ".join(f"{f.since} {f.until} {f.value} {f.as_of}" for _, facts in _shown(draft, results) for f in facts)
    for item in items:
        if item.date is None or item.entities:
            continue
        days = (item.date.first, item.date.last, item.date.after)
        if not any(day.isoformat() in f"{asked} {draft.text} {given}" for day in days):
            return item.text
    return None


def untimely(question: str, draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return the word of time that the answer lost: what ever was needs the past, what is live nothing that ended."""
    plans = [r.args for r in results if r.tool == "query" and r.args.get("select") in _INTERVALS]
    ever = _EVER.search(question)
    if ever and plans and not any(plan.get("history") for plan in plans) and not _NEGATIVE.search(draft.text):
        return ever.group()
    ended = [f for _, facts in _shown(draft, results) for f in facts if f.field == "deployed" and f.until]
    held = [
        f for _, facts in _shown(draft, results) for f in facts if f.field == "deployed" or f.field.startswith("alias.")
    ]
    still = None if _OVER.search(question) else _STILL.search(question)
    if still and held and all(f.until for f in held) and not _NEGATIVE.search(draft.text):
        return still.group()
    formerly = _FORMERLY.search(question)
    if formerly and held and not any(f.until for f in held):
        return formerly.group()
    live = _LIVE.search(question)
    return live.group().strip() if live and ended else None


_INTERVALS = frozenset({"alias", "deployment", "stage", "approval"})
_EVER = re.compile(
    r"\bever\b|\bso far\b|\bover time\b|\bat some point\b|\bat any (?:time|point)\b|\bpast and present\b"
    r"|\b(?:has|have) had\b", re.I,
)  # fmt: skip
_STILL = re.compile(r"\bstill\b|\bcurrently\b|\bright now\b|\bat the moment\b|\bat present\b", re.I)
_OVER = re.compile(
    r"\b(?:was|were|did|had|before|previous\w*|former\w*|until|since|replaced|no longer|not|history)\b", re.I
)
_FORMERLY = re.compile(r"\b(?:previously|formerly|beforehand)\b", re.I)
"""Words of the present and of the past, which what was found must not gainsay."""
_LIVE = re.compile(r"\blive (?=(?:versions?|deployments?|models?)\b)", re.I)


def _elsewhere(named: list[Entity], cited: list[Fact]) -> bool:
    """Whether what was found is of other models, or at other places, than the one that is named."""
    if named and all(entity.kind in ("site", "place", "environment") for entity in named):
        wanted = {part.lower() for entity in named for part in entity.name.split("/")}
        return any(f.field == "deployed" and not wanted & set(f.subject.lower().split("/")) for f in cited)
    if not named or any(entity.kind not in ("model", "version") for entity in named):
        return False
    heads = {entity.head.lower() for entity in named}
    of_versions = [f for f in cited if f.field.startswith(("alias.", "approval.", "stage", "deployed"))]
    return any((f.value if f.field == "deployed" else f.subject).split(":")[0] not in heads for f in of_versions)


_NAMED = frozenset({"model", "version", "dataset", "dataset_version", "site", "place", "cohort", "person", "run"})


def _stands(entity: Entity, read: str) -> bool:
    # A place is a site and an environment, which a call may name apart.
    parts = entity.name.split("/") if entity.kind == "place" else [entity.name]
    return all(part.lower() in read for part in parts)


_PLACES = frozenset({"site", "environment", "uri", "path", "region", "repo", "artifact.uri"})
_LEADS = r"wins|won|leads|ranks|performs|scores|does best|is (?:best|better|ahead|first)"
_NOUN = r"(?:(?!of\b|for\b|on\b|in\b|is\b|are\b|was\b|were\b)\w+ )?"
_ASKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (what, re.compile(pattern, re.I))
    for what, pattern in (
        ("a person", rf"^\W*(?:and |by )?(?:who|whom)\b(?! (?:{_LEADS})\b)"),
        ("a person", r"\bby whom\b|\bwhich (?:person|people)\b|\band who\b"),
        ("a date", r"^\W*(?:and )?(?:when\b|since when|until when|(?:on )?(?:what|which) (?:date|day)\b)"),
        ("a place", r"^\W*(?:and )?(?:where(?: (?:is|was|are|were)\b|\W*$)|at which\b|(?:which|what) sites?\b)"),
        (
            "a dataset",
            rf"^\W*(?:and )?(?:what|which)(?: is| are| was| were)?(?: the| its)? {_NOUN}(?:data|datasets?)\b",
        ),
        ("a model", r"^\W*(?:and )?(?:what|which)(?: of (?:our|the|these|those))? models?\b"),
        (
            "a version",
            r"\b(?:which|what)(?: of (?:our|the|these|those))? versions? (?:is|are|has|have|comes?|does|do)\b",
        ),
        ("a dataset", r"^\W*(?:and )?what (?!else\b).*\btrained on\W*$"),
        ("a dataset", r"^\W*(?:the )?datasets?\b"),
        ("a document", r"^\W*(?:and )?(?:(?:what|which|list|show|any|the)\b(?: me| all| the| are)*)?\s*documents?\b"),
        ("a figure", r"^\W*(?:list|show|give|what are)(?: me)?(?: all)?(?: the)? (?:metrics|figures|scores)\b"),
    )
)
"""What the words of a question ask for. Only its beginning, since what follows may describe the thing asked about."""


def _shown(draft: Draft, results: Iterable[ToolResult]) -> Shown:
    facts = {fact.id: fact for result in results for fact in result.facts}
    uses = [piece for piece in parse(draft.text) if isinstance(piece, Use)]
    return [(use, [facts[id] for id in use.facts if id in facts]) for use in uses]


def _any(shown: Shown, fits: Callable[[Fact], bool]) -> bool:
    return any(fits(fact) for _, facts in shown for fact in facts)


def _figured(shown: Shown) -> bool:
    return any(
        fact.field.startswith("metric") and any(ref.fact == fact.id and not ref.part for ref in use.args)
        for use, facts in shown
        for fact in facts
    )


def _dated(shown: Shown) -> bool:
    parts = {ref.part for use, _ in shown for ref in use.args}
    return bool(parts & {"since", "until", "at"}) or _any(
        shown, lambda f: bool(re.match(r"\d{4}-\d{2}-\d{2}", f.value))
    )
