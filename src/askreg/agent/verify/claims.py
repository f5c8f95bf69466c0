"""What the checks share: the evidence behind an answer, a claim being read, and what can be wrong with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from askreg.agent import derive, wording
from askreg.agent.draft import Quote, Use
from askreg.agent.facts import Fact
from askreg.agent.reading import Names, Token, tokens
from askreg.agent.render import Passage
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.verify.support import Support
from askreg.errors import InvalidInput

Code = Literal[
    "unsupported",  # a figure, date, version or name that no cited fact holds
    "missing",  # a cited value that the text does not show
    "subject",  # a value said of something else than its fact's subject
    "setting",  # a figure said of another dataset, split or cohort, or of a cohort that is not named
    "incomplete",  # "all", "only", "none" or a number of things, over a list that is cut or not fully cited
    "comparison",  # better, worse, higher, lower: the wrong way round
    "incomparable",  # a comparison of figures that were not measured alike
    "quote",  # words in quotation marks that nobody wrote
    "link",  # a link, an image or markup
    "draft",  # not a draft at all, or a placeholder that says nothing
    "unread",  # text outside every claim, or a claim that is not in the text
    "uncited",  # something said of the record that no fact is cited for
    "denied",  # a denial that the facts contradict, or that no empty list bears out
    "verdict",  # a "yes" or "no" that what follows, or the figures, do not bear out
    "relation",  # "approved", "live", "since" …: cited facts that say something else
    "topic",  # an answer about something else than what the question names
]


class Problem(BaseModel):
    """Why an answer is not accepted."""

    model_config = ConfigDict(frozen=True)
    code: Code
    claim: str
    what: str


@dataclass(frozen=True)
class Evidence:
    """All that an answer may rest on."""

    facts: Mapping[str, Fact]
    results: Sequence[ToolResult] = ()
    question: str = ""
    names: Names = field(default_factory=Names)
    quotes: Sequence[Quote] = ()
    instants: Sequence[str] = ()
    """The registry's clock, and the instant the record was read as of."""
    ends: Sequence[str] = ()
    """The days before which the question's spans of time end."""
    told: Sequence[str] = ()
    """Facts that another part of the same answer cites: a reason may name what they name."""
    asserting: bool = True
    """Whether the text answers; the reason for not answering need not rest on facts."""

    def better(self, metric: str) -> Literal["higher", "lower"]:
        """Return which way is better."""
        return next((r.better[metric] for r in self.results if metric in r.better), "higher")

    @cached_property
    def _holding(self) -> dict[str, list[ToolResult]]:
        found: dict[str, list[ToolResult]] = {}
        for result in self.results:
            for id in {fact.id for fact in result.facts}:
                found.setdefault(id, []).append(result)
        return found

    def holding(self, fact: str) -> list[ToolResult]:
        """Return the results that hold a fact."""
        return self._holding.get(fact, [])

    @cached_property
    def _mates(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for result in self.results:
            for row in result.rows:
                for id in row:
                    found.setdefault(id, set()).update(row)
        return found

    def row(self, fact: str) -> list[Fact]:
        """Return a fact with those that stand in one row with it: an approval has its decision beside its name."""
        return [self.facts[id] for id in sorted({fact, *self._mates.get(fact, ())}) if id in self.facts]


@dataclass(frozen=True, slots=True)
class Placed:
    """A placeholder and where its value stands in the claim's text as it is read now."""

    use: Use
    text: str
    start: int
    end: int


class Before:
    """What has been named so far."""

    def __init__(self, names: Names) -> None:
        """Start with nothing."""
        self._names = names
        self.named: set[str] = set()
        self.told = ""
        """The answer's own text so far, folded."""
        self._versions: set[str] = set()

    def add(self, text: str, *, told: bool = False) -> None:
        """Take in a text; `told` when the answer itself says it."""
        if told:
            self.told += f"\n{text.casefold()}"
        self.named.update(word.strip("`*.,;()?!“”\"'|").casefold() for word in text.split())
        for token in tokens(text, self._names):
            if token.kind in ("name", "cohort"):
                self.named |= {token.value, re.split(r"[:@/]", token.value, maxsplit=1)[0]}
            elif token.kind == "version":
                self._versions.add(token.value)

    def names(self, subject: str) -> bool:
        """Tell whether a subject has been named; `version 3` is a version of every model that has."""
        folded = subject.casefold()
        model, _, number = folded.partition(":")
        return folded in self.named or (number in self._versions and model in self.named)


@dataclass
class Claim:
    """A passage being checked, with what was said before it."""

    passage: Passage
    evidence: Evidence
    context: Support
    """What the question and the calls name."""
    before: "Before"
    """The question, the calls' arguments and all earlier passages, for what a pronoun may stand for."""
    header: Passage | None = None
    introduces: Sequence[Passage] = ()
    """The items and rows that follow a line which ends in a colon."""

    @property
    def text(self) -> str:
        """Return what is being read."""
        return self.passage.text

    @cached_property
    def tokens(self) -> list[Token]:
        """Return what must come from the record."""
        return list(tokens(self.text, self.evidence.names))

    @cached_property
    def facts(self) -> list[Fact]:
        """Return the facts it cites."""
        return [self.evidence.facts[id] for id in self.passage.facts if id in self.evidence.facts]

    @cached_property
    def title(self) -> bool:
        """Tell whether it is a heading that says nothing: one with a verb or a denial is read as a sentence."""
        return self.passage.kind in ("header", "heading") and not _SAYING.search(self.prose)

    @property
    def introduced(self) -> list[Fact]:
        """Return the facts of the list that it introduces."""
        return [self.evidence.facts[id] for p in self.introduces for id in p.facts if id in self.evidence.facts]

    @cached_property
    def expected(self) -> list[tuple[Use, str]]:
        """Return each placeholder and what it comes to, worked out afresh."""
        found = []
        for landing in self.passage.landings:
            try:
                found.append((landing.use, derive.evaluate(landing.use, self.evidence.facts, code=landing.code)))
            except InvalidInput:
                found.append((landing.use, ""))
        return found

    @cached_property
    def placed(self) -> list[Placed]:
        """Return where each value stands, as found by reading; those not found are left out."""
        found, end = [], 0
        for use, text in self.expected:
            at = _find(self.text, text, end) if text else -1
            if at >= 0:
                end = at + len(text)
                found.append(Placed(use, text, at, end))
        return found

    @cached_property
    def prose(self) -> str:
        """Return the text with underscores for names, quotes and values: a dataset called `falls` compares nothing."""
        spans = [(t.start, t.end) for t in self.tokens if t.kind in ("name", "quote", "cohort", "link")]
        spans += [(p.start, p.end) for p in self.placed if not any(c.isdigit() for c in p.text)]
        text = self.text
        for start, end in spans:
            text = f"{text[:start]}{'_' * (end - start)}{text[end:]}"
        return text

    @cached_property
    def figures(self) -> list[tuple[int, Fact]]:
        """Return where each cited metric's figure stands, put in by a placeholder or typed."""
        facts = self.evidence.facts
        found = [(p.start, facts[id]) for p in self.placed for id in p.use.facts]
        inside = [range(p.start, p.end) for p in self.placed]
        for token in self.tokens:
            aside = any(a <= token.start < b for a, b in self.asides)
            if token.kind == "number" and not aside and not any(token.start in span for span in inside):
                same = [f for f in self.facts if f.metric and wording.plain_text(f.value) == token.value]
                found += [(token.start, same[0])] if len(same) == 1 else []
        return sorted(((at, fact) for at, fact in found if fact.metric is not None), key=lambda pair: pair[0])

    @cached_property
    def best(self) -> list[Fact]:
        """Return the cited facts of which the text names most: what its dates and sizes are said of."""
        scored = [(sum(self.says(part) for part in (f.subject, f.value)), f) for f in self.facts]
        most = max((score for score, _ in scored), default=0)
        return [f for score, f in scored if score == most]

    def says(self, part: str) -> bool:
        """Tell whether a part of a fact stands in the text as a whole."""
        shown = wording.instant(part) if wording.INSTANT.fullmatch(part) else part
        folded = self.text.casefold()
        return any(
            x and _find(folded, x.casefold(), 0) >= 0 for x in (shown, wording.escape(shown), shown[:10] * _dated(part))
        )

    @cached_property
    def asides(self) -> list[tuple[int, int]]:
        """Return where the text tells sizes and intervals."""
        return [m.span() for pattern in (SIZE, INTERVAL) for m in pattern.finditer(self.text)]

    @cached_property
    def typed(self) -> list[Token]:
        """Return what no placeholder put in."""
        return [t for t in self.tokens if not any(p.start <= t.start < p.end for p in self.placed)]

    @cached_property
    def support(self) -> Support:
        """Return what the cited facts and the figures derived from them vouch for."""
        support = Support(self.evidence.names)
        for fact in self.facts:
            support.add_fact(fact)
        for use, text in self.expected:
            if use.function:
                support.add_derived(use.function, text)
        return support

    def problem(self, code: Code, what: str) -> Problem:
        """Return a problem with this claim."""
        return Problem(code=code, claim=self.text, what=what)


def _find(text: str, value: str, start: int) -> int:
    """Return where a value stands as a whole: 0.87 is not in 0.871."""
    edge = r"[\w]|\.\d"
    pattern = (r"(?<![\w.])" if value[:1].isalnum() else "") + re.escape(value)
    if value[-1:].isalnum():
        pattern += rf"(?!{edge})"
    found = re.compile(pattern).search(text, start)
    return found.start() if found else -1


def _dated(part: str) -> bool:
    return bool(wording.INSTANT.fullmatch(part))


SIZE = re.compile(
    r"\bn\s*=\s*([\d,]+)|\b([\d,]+)\s+(?:patients|cases|samples|people|subjects|records)\b", re.IGNORECASE
)
INTERVAL = re.compile(
    r"(?:\binterval\s+(?:of\s+|from\s+)?|\bci\W*|[\[(])\s*([-+−]?\d[\d.,]*\d|\d)\s*(?:to|–|-|,|\.\.)\s*([-+−]?\d[\d.]*\d|\d)(?!\d)",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"\b(?:is|are|was|were|has|have|had|be|been|does|did|no|not|never|nothing|nobody|none|all|every|only)\b",
    re.IGNORECASE,
)
_SPACED = re.compile(r"([\w.-]+),? (?:v|version )?(\d+)\b")


def context(evidence: Evidence) -> Support:
    """Return what may be named because the question or a call does."""
    support = Support(evidence.names)
    support.add_text(evidence.question)
    for text in evidence.instants:
        support.add_text(text)
    for text in evidence.ends:
        support.ends.add(text)
    for result in evidence.results:
        for text in arguments(result):
            support.add_text(text)
            support.numbers.discard(text)
            with suppress(ValueError):  # "until 31 January" is "before 1 February"
                support.ends.add((date.fromisoformat(text) + timedelta(days=1)).isoformat())
        if result.error is not None:
            support.add_text(result.error)
        elif result.total == 0:
            support.counted.add("0")
    for id in evidence.told:
        support.add_fact(evidence.facts[id])
    support.compose = True
    if not evidence.asserting:
        support.names.update(evidence.names)
        support.names.update(_versions_named(evidence))
    return support


def _versions_named(evidence: Evidence) -> Iterator[str]:
    """Yield the versions that the question names in two words: `M 2` is `M:2`."""
    for found in _SPACED.finditer(evidence.question.casefold()):
        if evidence.names.get(found[1]) == "model":
            yield f"{found[1]}:{int(found[2])}"


def arguments(result: ToolResult) -> Iterator[str]:
    """Yield the texts among a call's arguments, however deep."""
    stack: list[object] = [result.args]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            stack += item.values()
        elif isinstance(item, list | tuple):
            stack += item


def shown_text(fact: Fact) -> str:
    """Return a fact's value as it stands in the record, on one line."""
    return " ".join(wording.unescape(fact.value).split())


def stands(part: str, text: str) -> bool:
    """Tell whether a part of a fact stands in a folded text as a whole."""
    shown = wording.instant(part, date=True) if wording.INSTANT.fullmatch(part) else " ".join(part.split())
    return bool(re.search(rf"(?<![\w.-]){re.escape(shown.casefold())}(?![\w-]|\.\w|:\d)", text))
