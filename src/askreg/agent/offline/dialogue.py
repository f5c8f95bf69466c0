"""One step of an answer: the question is read again, and its program is run up to where results are missing."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from askreg.agent.draft import Draft, Reading
from askreg.agent.offline import aptness, canonical, crosscheck, dates, doubts, neighbours, slips
from askreg.agent.offline.binding import bound
from askreg.agent.offline.conversation import Before
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.offline.link import Item, link
from askreg.agent.offline.meaning import Query, SetOf
from askreg.agent.offline.phrases import Phrases
from askreg.agent.offline.programs import quoting
from askreg.agent.offline.programs.dispatch import program
from askreg.agent.offline.programs.work import Asking, Context, Work, literal
from askreg.agent.offline.rescue import rescued
from askreg.agent.offline.turns import plainer
from askreg.agent.offline.understanding import understand
from askreg.agent.tools.shapes import Call, ToolResult


def step(
    question: str,
    turns: list[Any],
    lexicon: Lexicon,
    now: datetime,
    results: list[ToolResult],
    *,
    past: bool = False,
    likeness: Likeness = WHOLE,
    texts: bool = False,
) -> list[Call] | Draft:
    """Return the calls to make next, or the draft; `past` when `now` is an earlier instant that was asked for.

    `texts` says whether the text of any document is kept.
    """
    context = Context(lexicon, now, question, past=past, likeness=likeness, texts=texts)
    said = _said(question, turns)
    running = _or_quoted(_answer(said, turns, lexicon, context), question, turns, context)
    left = list(results)
    try:
        calls = next(running)
        while len(left) >= len(calls):
            given, left = left[: len(calls)], left[len(calls) :]
            calls = running.send(given)
    except StopIteration as end:
        draft: Draft = end.value
        draft = _apt(draft, said, context, results, turns)
        return _unslipped(draft, question, results, turns)
    return calls


def _or_quoted(answering: Asking, question: str, turns: list[Any], context: Context) -> Asking:
    """Answer from the record; what it does not hold, or cannot be read as a question to it, documents may say."""
    draft = yield from answering
    if draft.status not in ("abstained", "answered") or turns:
        return draft
    if draft.status == "answered" and not _NOT_RECORDED.match(draft.text):
        return draft
    if draft.status == "abstained" and (_of_the_record(question, context) or not _unread(question, context)):
        return draft
    said = yield from quoting.said(Work(context), question, asked=_TOLD_IN_DOCUMENTS.search(question) is not None)
    return draft if said is None else said


def _of_the_record(question: str, context: Context) -> bool:
    """Whether a question asks for what the record keeps: things, people, days, counts, or the figures of a metric."""
    if _UNDOCUMENTED.search(question):
        return True
    if _DOCUMENTS.search(question) or _TOLD_IN_DOCUMENTS.search(question):
        return False
    items = link(question, context.lexicon, context.now).items
    metrics = any(entity.kind == "metric" for item in items for entity in item.entities)
    return metrics or _OF_THE_RECORD.search(question) is not None


def _unread(question: str, context: Context) -> bool:
    """Whether a question could not be read, or holds words that the record knows nothing of; none that is unclear."""
    found = understand(question, context.lexicon, context.now)
    lost = found.query is not None and found.query.intent == "unknown" and "says" not in found.query.options
    return found.unread is not None or (lost and bool(found.query.unexplained))  # type: ignore[union-attr]


_TOLD_IN_DOCUMENTS = re.compile(
    r"\b(?:limitations?|caveats?|contraindications?|warnings?|known (?:issues?|problems?)|pitfalls?)\b", re.I
)
"""What documents tell of a model, if anything does."""
_DOCUMENTS = re.compile(
    r"\b(?:documents?|reports?|polic(?:y|ies)|procedures?|sop|guid\w+|according|written|memos?|papers?|minutes|manuals?"
    r"|protocols?|passages?|says?|said)\b",
    re.I,
)
_UNDOCUMENTED = re.compile(
    r"\b(?:no|without(?: an?| any)?|lacks?(?: an?| any)?) (?:documents?|documentation|reports?|papers?|paperwork)\b",
    re.I,
)
"""What no document tells: that there is none."""
_OF_THE_RECORD = re.compile(
    r"\b(?:which|what|whose|how many|list|name|identify|enumerate|show|give|(?:number|total|count) of) (?:me )?"
    r"(?:(?:of|all|every|each|any|the|our|your|these|those|direct|current|other|distinct|different|first|last) )*"
    r"(?:models?|versions?|dataset versions?|datasets?|data|runs?|sites?|places?|people|persons?|accounts?|alias(?:es)?"
    r"|stages?|dates?|days?|figures?|metrics?|values?|digests?|approvals?)\b"
    r"|\b(?:how many|how often|number of|by whom|whom)\b|^\W*(?:who|whose|when|since when|where)\b"
    r"|\b(?:registry|register|record|records|recorded|logged|lineage|ancestry|upstream|downstream|champion|alias)\b",
    re.I,
)
"""What asks for things that the record keeps: no passage of a document is a list of them."""
_NOT_RECORDED = re.compile(r"No [\w ]+ is recorded for\b")
"""The answer about a field of a card that nobody has filled."""
_WH = r"(?:(?:(?:on|at|in|from|for|with|by|to) )?(?:what|which|whom)|how|who|when|where|why|whose)"
_AUX = r"(?:is|are|was|were|does|do|did|has|have|had)"
_ABOUT = (
    r"(?:it|its|they|he|she|that|this|these|those|the|any(?:one|body|thing)?|some(?:one|body)|there|[\w.-]+[:@][\w.-]+)"
)
_NEXT = re.compile(
    r"(?:[?;]\s*(?:and |but |also |then |if so,? )*|,?\s+(?:and|but|plus)\s+(?:also |then |if so,? )?|,\s+)"
    rf"(?=(?:{_WH}\b[^,]{{5,}}|{_AUX}\s+{_ABOUT}\b\s*\w|(?:list|show|name|tell|give)\s+\w))",
    re.I,
)
"""Where another question begins: `…, and who approved it`, `…? Is it still there`."""
_ASKS = re.compile(rf"^\W*(?:\w+\W+){{0,3}}?(?:{_WH}|{_AUX})\b", re.I)
_ANEW = re.compile(rf"{_AUX}\s+(?:it|they|he|she|there)\b", re.I)
"""What begins a question even after a bare comma: `the newest version of X, is it live`."""
_LISTED = re.compile(r"(?:who|when|where|why|how)\b", re.I)
_REPEATED = re.compile(
    r"^\W*(?:who|what|which(?: ones?)?|when|where) (?:is|was|are|were) (?:it|that|they|this|those)\W*$", re.I
)
"""What asks only for what the answer before has said."""
_LED = re.compile(r"^\W*(?:on|at|in|from|for|with|by|to)\b", re.I)
_WORDS = re.compile(
    r"^\W*what (?:did|was|were) (?:they|he|she|their|his|her|the)\b.*"
    r"\b(?:say|write|note|comments?|remarks?)\b",
    re.I,
)
"""What asks for the comment, which is told with who approved or rejected."""
_ANSWERED = ("answered", "partial")
_MOST_PARTS = 4
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
"""What is quoted, such as a title, is one thing, whatever stands in it."""


def _apt(draft: Draft, question: str, context: Context, results: list[ToolResult], turns: list[Any]) -> Draft:
    """Return the draft if it is about what the question names, and of the kind it asks for."""
    if draft.status != "answered" or quoting.is_quoted(draft, results):
        return draft
    lexicon = context.lexicon
    items = link(question, lexicon, context.now).items
    unused = (aptness.unused(items, draft, results) or aptness.undated(items, draft, results)) if results else None
    unused = unused or (aptness.untimely(question, draft, results) if results else None)
    unused = unused or doubts.doubtful(question, draft, results, turns)
    if unused is not None:
        reason = f"what “{unused}” means here could not be made out; ask for one thing at a time"
        return Draft(status="abstained", reason=literal(reason))
    if results and not turns and crosscheck.doubted(_masks(items, question, context), results, context.likeness):
        reason = "what was looked up is not what such a question usually asks; choose a reading, or name it plainly"
        return _with_neighbours(Draft(status="abstained", reason=reason), question, lexicon, context)
    missed = aptness.unapt(question, draft, results, lexicon.names.people)
    if missed is not None:
        reason = f"the question asks for {missed}, and what it was read as gives none; put it in other words"
        return Draft(status="abstained", reason=reason)
    return draft


def _said(question: str, turns: list[Any]) -> str:
    """Return what a question says in plain words: its turns of phrase unfolded, its pronouns bound."""
    return plainer(bound(plainer(question), turns))


def _unslipped(draft: Draft, question: str, results: list[ToolResult], turns: list[Any]) -> Draft:
    """Return the draft if no word of the question that says what is asked has slipped from it."""
    if draft.status not in _ANSWERED or quoting.is_quoted(draft, results):
        return draft
    lost = slips.slipped(question, draft, results, turns)
    if lost is None:
        return draft
    reason = f"what “{lost}” means here could not be made out; ask for one thing at a time"
    return Draft(status="abstained", reason=literal(reason))


def _masks(items: tuple[Item, ...], question: str, context: Context) -> list[str]:
    return neighbours.masks(Phrases(items, context.lexicon).tokens(), question, context.likeness)


def _answer(question: str, turns: list[Any], lexicon: Lexicon, context: Context) -> Asking:
    """Answer a question, or several that are asked in one breath, each with those before it."""
    unclear = dates.either_way(question, context.now)
    if unclear is not None:
        return _either_day(question, *unclear, lexicon, context)
    history = earlier(turns, lexicon, context.now)
    parts = _parts(question)
    understood = understand(question, lexicon, context.now, history)
    if len(parts) > 1 and (
        understood.query is None or max(len(understood.query.ask), len(understood.query.fields)) < 2
    ):
        return (yield from _each(parts, history, lexicon, context))
    saved = None
    if understood.unread is not None and not turns:
        saved = rescued(question, understood.unread, lexicon, context.now, context.likeness)
    if saved is not None:
        draft = yield from program(saved.query, context)
        return draft
    if understood.query is None:
        draft = understood.draft or Draft(status="abstained", reason="this question could not be read")
        return draft if draft.status != "abstained" else _with_neighbours(draft, question, lexicon, context)
    draft = yield from program(understood.query, context)
    if draft.status == "abstained" and len(parts) > 1:
        return (yield from _each(parts, history, lexicon, context))
    lost = draft.status == "abstained" and understood.query.intent == "unknown"
    return _with_neighbours(draft, question, lexicon, context) if lost else draft


def _either_day(question: str, written: str, days: list[date], lexicon: Lexicon, context: Context) -> Draft:
    """Ask which of two days is meant."""
    asked = [question.replace(written, day.isoformat()).strip(" ?") for day in days]
    readings = [r for one in asked if (r := _reading(one, lexicon, context))]
    reason = f"“{written}” may have the day or the month first; choose a reading"
    return Draft(status="abstained", reason=literal(reason), readings=readings)


def _each(parts: list[str], history: list[Before], lexicon: Lexicon, context: Context) -> Asking:
    """Answer the parts of a question one after the other; what cannot be answered is said, never dropped."""
    drafts: list[tuple[str, Draft]] = []
    for part in parts:
        understood = understand(part, lexicon, context.now, history)
        query = understood.query
        if query is None:
            draft = understood.draft or Draft(status="abstained", reason="it could not be read")
        elif drafts and drafts[-1][1].status not in _ANSWERED and _names_nothing(part, lexicon, context):
            draft = Draft(status="abstained", reason="it rests on what could not be read")
        elif (
            drafts
            and drafts[-1][1].status in _ANSWERED
            and ((_empty(query) and not _LED.match(part)) or _REPEATED.match(part))
        ):
            continue
        elif drafts and _WORDS.match(part):
            if "with the comment" in drafts[-1][1].text:
                continue
            draft = Draft(status="abstained", reason="no comment is recorded")
        else:
            facts: dict[str, Any] = {}
            draft = yield from _noting(program(query, context), facts)
            cited = [facts[id] for id in dict.fromkeys(_FACT.findall(draft.text)) if id in facts]
            history = [*history, Before(query, cited)]
        drafts.append((part, draft))
    return _together(drafts)


def _names_nothing(part: str, lexicon: Lexicon, context: Context) -> bool:
    """Whether a part names no thing and refers to none, so that what it is about stands in the part before."""
    named = any(item.entities or item.literal for item in link(part, lexicon, context.now).items)
    return not named and _REFERS.search(part) is None


_REFERS = re.compile(r"\b(?:it|its|they|them|their|he|she|his|her|that|those|there)\b", re.I)
_FACT = re.compile(r"\bF\d+\b")


def _noting(running: Asking, facts: dict[str, Any]) -> Asking:
    """Run a program, keeping the facts that it is given."""
    try:
        calls = next(running)
        while True:
            results = yield calls
            facts.update({f.id: f for r in results for f in r.facts})
            calls = running.send(results)
    except StopIteration as end:
        return end.value


def _together(drafts: list[tuple[str, Draft]]) -> Draft:
    """Return the drafts of a question's parts as one; a part without an answer is named with its reason."""
    refused = next((d for _, d in drafts if d.status == "refused"), None)
    told = [d for _, d in drafts if d.status in _ANSWERED]
    if refused is not None or not told:
        return refused or drafts[0][1]
    text = "\n\n".join(dict.fromkeys(d.text for d in told))
    missing = [d.reason if d.status == "partial" else f"“{literal(part.strip(' ?.'))}” is not answered: {d.reason}"
               for part, d in drafts if d.status != "answered"]  # fmt: skip
    readings = [r for _, d in drafts for r in d.readings]
    reason = "; ".join(m for m in missing if m)
    return Draft(status="partial" if reason else "answered", text=text, reason=reason or None, readings=readings[:3])


def _with_neighbours(draft: Draft, question: str, lexicon: Lexicon, context: Context) -> Draft:
    """Offer the known questions nearest to one that was not understood."""
    if len(draft.readings) > 1 or not context.likeness.examples:
        return draft
    tokens = Phrases(link(question, lexicon, context.now).items, lexicon).tokens()
    near = canonical.readings(tokens, question, likeness=context.likeness)
    offered = [r for q in near if (r := _reading(q, lexicon, context))]
    return draft.model_copy(update={"readings": [*draft.readings, *offered][:3]}) if offered else draft


def _reading(question: str, lexicon: Lexicon, context: Context) -> Reading | None:
    understood = understand(question, lexicon, context.now)
    if understood.query is None:
        return None
    try:
        first = next(program(understood.query, context))
    except StopIteration:
        return None
    return Reading(question=f"{question}?", call={"tool": first[0].tool, "args": first[0].args})


def _parts(question: str) -> list[str]:
    """Return the questions that are asked in one breath."""
    cuts: list[re.Match[str]] = []
    quoted = [found.span() for found in _QUOTED.finditer(question)]
    joints = [j for j in _NEXT.finditer(question) if not any(first < j.start() < last for first, last in quoted)]
    for found in joints:
        joint, before = found.group().lower(), question[cuts[-1].end() if cuts else 0 : found.start()]
        anew = _ANEW.match(question, found.end()) is not None
        # `X, who approved it, and where …`: a comma parts the questions of a row.
        anew = anew or (_LISTED.match(question, found.end()) is not None and found is not joints[-1])
        if (joint.strip() == "," and not anew) or len(before) < 12 or not (cuts or _ASKS.search(before)):
            continue
        cuts.append(found)
    if not cuts or len(cuts) >= _MOST_PARTS:
        return [question]
    starts = [0, *(c.end() for c in cuts)]
    ends = [*(c.start() for c in cuts), len(question)]
    return [question[i:j].strip().rstrip("?") + "?" for i, j in zip(starts, ends, strict=True)]


def _empty(query: Query) -> bool:
    """Whether it only asks the first question to say what it found: `was any rejected? Which versions?`."""
    return query.intent == "set" and isinstance(query.node, SetOf) and not query.node.conds


def earlier(turns: list[Any], lexicon: Lexicon, now: datetime) -> list[Before]:
    """Return what the earlier questions of a conversation asked."""
    history: list[Before] = []
    for position, turn in enumerate(turns):
        if turn.status not in _ANSWERED:
            continue
        for part in _parts(_said(turn.question, turns[:position])):
            understood = understand(part, lexicon, now, history)
            if understood.query is not None:
                history.append(Before(understood.query, list(turn.facts)))
    return history
