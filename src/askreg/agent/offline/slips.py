"""Words that say what is asked, held against what was told: an answer from which one of them has slipped is withheld.

The reading of a question may drop a word and still be whole. Here each word that changes what is asked (whose
signature, which base, registered when, what they did) must be borne out by what was looked up, or by what is said of
it. Only words and looks are compared; how the one became the other does not matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from askreg.agent.draft import Draft, Use, parse
from askreg.agent.facts import Fact
from askreg.agent.offline import wishes
from askreg.agent.tools.shapes import ToolResult

_ASKS = r"^\W*(?:(?:and|so|but|then|please|also) )*"
_BORNE_OUT: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked, re.I), re.compile(told, re.I))
    for asked, told in (
        (r"\bwhose (?:\w+ )?(signatures?|approvals?|sign[- ]?offs?|reviews?"
         r"|rejections?)\b", r"approv|reject|review|sign|laps"),
        (r"\bwhose (?:\w+ )?(runs?|training|trainings)\b", r"\brun\b|run:|train|came from"),
        (r"\bwhose (?:\w+ )?(evaluations?|figures?|measurements?)\b", r"evaluated|measured by"),
        (rf"{_ASKS}(?:when|since when|on (?:which|what) (?:day|date)) (?:was|were|has|have|had)\b.*\b(registered"
         r"|recorded|added|created)\W*$",
         r"register|was run|came from|\badd"),
        (rf"{_ASKS}(?:when|on (?:which|what) (?:day|date)) (?:was|were|has|have|had)\b.*\b"
         r"(approved)\W*$", r"approv|sign"),
        (rf"{_ASKS}(?:when|on (?:which|what) (?:day|date)) (?:was|were|has|have|had)\b.*\b(rejected|turned"
         r" down)\W*$", r"reject"),
        (rf"{_ASKS}(?:when|on (?:which|what) (?:day|date)) (?:was|were|has|have|had)\b.*\b(evaluated"
         r"|tested)\W*$", r"evaluat|measured"),
        (rf"{_ASKS}(?:when|on (?:which|what) (?:day|date)) (?:was|were|has|have|had)\b.*\b(retired)\W*$", r"retire"),
        (r"\b(?:its|their|whose|a|any|the) (base|base version|parent version)\b(?! (?:model"
         r"|name))", r"\bbases?\b|deriv|\"lineage\""),
        (r"\b(remarks?|comments?)\b", r"comment"),
        (r"\b(rejections?|rejected|turned down)\b(?!.*\b(?:approv|decision|decided|review))", r"reject"),
        (r"\b(revision of (?:the |its )?code|code revision|commit)\b", r"commit|\bcode\b"),
        (r"\b(?:its|their|what|which) (stage)\b", r"\bstage|\bmoved|experimental|validation|\bproduction|retired"),
        (r"\b(runner-up|runners-up|(?:second|third|next)[- ](?:best|place|placed)|number (?:two|three|2|3)"
         r"|(?:straight|right|just|immediately) after (?:it|the (?:winner|best|first)))\b",
         r"\bsecond\b|\bthird\b|^2\."),
        (r"\b(training inputs?)\b", r"train"),
        (r"\b(?:carrying|bearing|holding) the [\w-]+ (alias)\b", r"alias|resolve"),
        (r"\b(described?|descriptions?)\b", r"descri|card|gaps"),
        (r"\btotal (?:number of )?(?:days|weeks|hours)\b.*?(\w+)", r"elapsed|\bdays\b|\bhours\b"),
        (r"\bmodel (card)\b", r"card|gap"),
        (r"\bwhose (stage) (?:is|was)\b", r"\bstage"),
        (r"\bfrom the (beginning|start|outset)\b", r"\buntil\b|\b(?:was|were) live\b"),
        (r"\b((?:no|without(?: an?| any)?) (?:documents?|reports?|papers?))\b", r"(?s)\A(?!.*says, under)"),
    )
)  # fmt: skip
"""What a question asks with some words, and what must stand in the look-ups or in the answer then."""
_PRONOUN = re.compile(
    r"\b(they|them|their|theirs|he|him|his|she|her|hers|its?|those|these|that one|that version|that model|that base)\b",
    re.I,
)
_THAT_ONE = re.compile(r"\bthat (?:base |other |earlier )?(?:one|version|base)\b", re.I)
_APPROVALS = re.compile(r"(?:'s|s'|\bhis|\bher|\btheir) approvals\b|\bapprovals (?:by|of) (?!\S+:\d)", re.I)
_OTHERWISE = re.compile(r"\bwas (?:rejected|reviewed) by\b|\bwas signed for by\b", re.I)
_STAGE_MOVES = re.compile(r"^(?:- )?.* moved to \w+", re.M)
_MOVES = re.compile(
    r"\bmov|\bchang|\bhistor|\btransition|\bpromot|\bdemot|\bwent\b|\bgone?\b|\breach|\bsent\b|\bwhen\b|\bever\b"
    r"|\bhappen",
    re.I,
)
_STATE = re.compile(r"\b(?:whose|its|their|the|current|present) stage\b|\bstage\W*$", re.I)
_BETTER = re.compile(rf"{_ASKS}.*\b(prefer|better one|wins|which (?:one )?(?:is|does) better)\b", re.I)
_JUDGED = re.compile(
    r"better|worse|best|highest|lowest|higher|lower|equal|the same|compar|no difference|ahead|differs", re.I
)
_SINCE = re.compile(
    r"\b(?:retired|approved|rejected|withdrawn|registered|moved|evaluated|promoted|added)\b(?: \w+){0,2}? "
    r"((?:since|after|from)(?: the (?:beginning|start) of)? ((?:19|20)\d\d-\d\d-\d\d|(?:19|20)\d\d))\b",
    re.I,
)
"""What happened from a day on: `retired since 2026-01-01`, `approved since the beginning of 2026`."""
_START = re.compile(r"\b((?:start|began|begin)(?:ed)? (?:out |off )?with|at the outset|originally|initially)\b", re.I)
_IN_STAGE = re.compile(r"\b(?:in|at) (?:the )?(stage approved|approved stage|stage of approved)\b", re.I)

_MINE = re.compile(r"\bmy (?:own )?(?:approvals?|signatures?|sign[- ]?offs?|rejections?|reviews?)\b", re.I)
_NUMBER = re.compile(
    r"(^\W*(?:the )?total(?= \w+s\b)|\bhow many|\b(?:total|number|count|tally|sum)(?: number)? of"
    r"|\bin total\b|\b(?:what|which) (?:total|number)\b)",
    re.I,
)
_COUNTS = re.compile(r"\b(?:count|sum|share|elapsed|mean|min|max|diff|gap)\(|\b(?:once|twice|never|one|zero)\b|\.n\b")
_DENIES = re.compile(r"^(?:- )?(?:no\b|nothing|nobody|none|never|not )|\bnot recorded\b|\bnone\b", re.I)
_FIGURE = re.compile(r"-?\d[\d.,eE+-]*(?: ?[\w%/]+)?$")
_WHO_OR_WHEN = re.compile(
    rf"{_ASKS}(?:(?:by|for|to|under|since|until|in|on) )?(who|whom|whose|when|(?:which|what) (?:day|date|person))\b",
    re.I,
)
_IS_NOT = re.compile(r"^\S+ (?:is|are) not\b")
_OF_KIND = re.compile(r"\b(?:how many|which|what|list|all)\b.*\b(?:models|versions|datasets|runs)\b", re.I)
_ALIAS = re.compile(r"\balias(?:es)?\b|champion|challenger|\bpoint(?:s|ed|ing)?\b|\btitles?\b|\bcrown", re.I)
_DATA = re.compile(r"[\w][\w.-]*@[\w.-]*\w")
_SPOKEN = (
    ("vendor", re.compile(r'"metrics\.evidence'), re.compile(
        r"evidence|figure|metric|measur|evaluat|report|grade|third.party|\bsigned\b|\blocal|\bvendor(?! tag)", re.I)),
    ("there", re.compile(r'"version\.deployments\.'), re.compile(
        r"\balso\b|\bboth\b|elsewhere|\bother|\btoo\b|\bas well\b|\bsame\b|\belse\b|\bwhere\b|\boutside\b"
        r"|\bonly\b|\bnot\b|\bbesides\b|\bsites?\b.*\bsites?\b|\bwho\b|\bwhose\b|\bwhen\b|\bthat (?:is|are|was|were)\b"
        r"|\blive (?:at|in)\b|\bversions? (?:running|deployed|live|used)\b", re.I)),
    ("base", re.compile(r'"bases\.'), re.compile(
        r"\bbas(?:e|es|ed|is)\b|deriv|parent|child|buil[dt]|descen|ancest|lineage|fine.?tun|offspring|stream|stem|inherit"
        r"|\b(?:come|comes|came|grew|grown|develop\w*|evolv\w*|spun|made|start\w*|fork\w*|branch\w*) |pedigree"
        r"|foundation|origin|predecessor|depend|on top|affect", re.I)),
)  # fmt: skip
"""What is looked up by, how calls show it, and the words of which a question that means it has one."""


def slipped(question: str, draft: Draft, results: Collection[ToolResult], turns: Sequence[Any]) -> str | None:
    """Return the word of the question that neither the look-ups nor the answer bears out; None if all are."""
    if not results:
        return None
    plain = re.sub(r"[\"“][^\"”]*[\"”]", " ", question)
    calls = " ".join(json.dumps({"tool": r.tool, **r.args}, default=str) for r in results)
    told = f"{draft.text} {calls} {' '.join(fact.field for fact in _cited(draft, results))}"
    for asked, borne in _BORNE_OUT:
        found = asked.search(plain)
        if found and not borne.search(told):
            return found.group(1)
    for lost in (
        _approvals(plain, draft),
        _moves(plain, draft),
        _at_first(plain, draft),
        _staged(plain, draft),
        _too_early(plain, draft, results),
        _verdict(plain, draft),
        _unbound(plain, calls, turns),
        _uncounted(plain, draft, results),
        _denied_now(plain, draft, results),
        _other_data(plain, calls, draft, results),
        None if turns else _unasked(plain, calls),
        None if turns else _no_alias(plain, draft, results),
        _wish(question),
    ):
        if lost is not None:
            return lost
    return None


def _cited(draft: Draft, results: Collection[ToolResult]) -> list[Fact]:
    facts = {fact.id: fact for result in results for fact in result.facts}
    uses = [piece for piece in parse(draft.text) if isinstance(piece, Use)]
    return [facts[id] for use in uses for id in use.facts if id in facts]


def _wish(question: str) -> str | None:
    """Return what no answer meets: a wish for a change, or what the person who asks has signed, who is not known."""
    mine = _MINE.search(question)
    return mine.group() if mine else "a wish for a change" if wishes.uttered(question) else None


def _uncounted(question: str, draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return what asks for a number when none is told, and nothing denied."""
    found = _NUMBER.search(question)
    if found is None or _COUNTS.search(draft.text) or _DENIES.search(draft.text):
        return None
    return None if any(_FIGURE.match(fact.value) for fact in _cited(draft, results)) else found.group(1)


def _denied_now(question: str, draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return who or when is asked of something that is denied by what holds now, without a look at what held once."""
    found = _WHO_OR_WHEN.search(question)
    denied = found is not None and _IS_NOT.search(draft.text) is not None
    looked_back = any(r.args.get("history") for r in results) or any(r.tool == "history" for r in results)
    return found.group(1) if found and denied and not looked_back else None


def _other_data(question: str, calls: str, draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return a dataset version that limits the question when figures on others are told, and none was looked up by."""
    for name in _DATA.findall(question):
        if name.lower() in calls.lower():
            continue
        if any(fact.dataset and fact.dataset.lower() != name.lower() for fact in _cited(draft, results)):
            return str(name)
    return None


def _unasked(question: str, calls: str) -> str | None:
    """Return what was looked up by though no word of the question speaks of it."""
    return next((what for what, by, said in _SPOKEN if by.search(calls) and not said.search(question)), None)


def _no_alias(question: str, draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return that aliases were counted or listed where no word of the question speaks of any."""
    if not results or any(r.args.get("select") != "alias" for r in results) or _ALIAS.search(question):
        return None
    if _OF_KIND.search(question) is None:
        return None
    named = {fact.field.removeprefix("alias.") for fact in _cited(draft, results) if fact.field.startswith("alias.")}
    return None if not named or any(name.lower() in question.lower() for name in named) else "hold"


def _approvals(question: str, draft: Draft) -> str | None:
    """Return `approvals` of a person when decisions and signatures of other kinds are told as such."""
    found = _APPROVALS.search(question)
    return "approvals" if found and _OTHERWISE.search(draft.text) else None


def _moves(question: str, draft: Draft) -> str | None:
    """Return the stage that is asked for when only moves are told, of more things than are in it."""
    found = _STATE.search(question)
    told = _STAGE_MOVES.findall(draft.text)
    into = {line.rpartition(" moved to ")[2] for line in told}
    return (
        found.group()
        if found and len(told) > 1 and not _MOVES.search(question) and ", until" in draft.text and into
        else None
    )


def _verdict(question: str, draft: Draft) -> str | None:
    """Return what asks which of two is better when the answer judges neither."""
    found = _BETTER.search(question)
    return found.group(1) if found and not _JUDGED.search(draft.text) else None


def _too_early(question: str, draft: Draft, results: Collection[ToolResult]) -> str | None:
    """Return the day since which something is to have happened when what is told began before it."""
    found = _SINCE.search(question)
    if found is None:
        return None
    first = found.group(2) if len(found.group(2)) == 10 else f"{found.group(2)[:4]}-01-01"
    facts = {fact.id: fact for result in results for fact in result.facts}
    cited = [facts[id] for id in re.findall(r"\bF\d+\b", draft.text) if id in facts]
    early = [f for f in cited if f.since and f.since[:10] < first and not (f.until or "")[:10] >= first]
    return found.group(1) if early else None


def _at_first(question: str, draft: Draft) -> str | None:
    """Return what asks for the first of several when later ones are told with it."""
    found = _START.search(question)
    return found.group(1) if found and len(re.findall(r"\bdeployed at\b|\blive at\b", draft.text)) > 1 else None


def _staged(question: str, draft: Draft) -> str | None:
    """Return the stage of approval that is asked about when a signature of approval is told instead."""
    found = _IN_STAGE.search(question)
    return found.group(1) if found and "was approved by" in draft.text and "moved to" not in draft.text else None


def _unbound(question: str, calls: str, turns: Sequence[Any]) -> str | None:
    """Return a pronoun that nothing which was told before stands for in the look-ups."""
    found = _PRONOUN.search(question)
    if found is None or not turns:
        return None
    asked = calls.lower()
    one = _THAT_ONE.search(question)
    new = _newly_named(turns) if one else set()
    if one and new and not any(name.lower() in asked for name in new):
        return one.group()
    return None if any(name.lower() in asked for turn in turns for name in _names(turn)) else found.group()


def _newly_named(turns: Sequence[Any]) -> set[str]:
    """Return the versions that the last answer named and no question before it."""
    questions = " ".join(turn.question.casefold() for turn in turns)
    named = {part for fact in turns[-1].facts for part in (fact.subject, fact.value)}
    return {one for one in named if re.fullmatch(r"(?!run:|doc:)[\w.-]+:\d+", one) and one.casefold() not in questions}


def _names(turn: Any) -> set[str]:
    subjects = {part for fact in turn.facts for part in (fact.subject, *re.split(r"[:/@]", fact.subject)[:1])}
    values = {fact.value for fact in turn.facts if re.search(r"[:@/.]|^\w[\w-]*$", fact.value) and len(fact.value) > 2}
    asked = {text for call in turn.calls for text in re.findall(r"[\w.:@/-]+", json.dumps(call.args, default=str))}
    of = {text for text in asked if re.search(r"[:@/]|\w-\w", text)}
    return {name for name in subjects | values | of if len(name) > 2}
