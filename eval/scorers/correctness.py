"""Decides whether an answer (the JSON of the contract) is right. It reads content, and never wording.

An answer is one of
- `right`: the status is the expected one, and every aspect of the gold holds;
- `abstained`: it abstained or refused where the record settles the question (wrong, but harmless);
- `status`: its content is right, but its status is another than expected (wrong, but harmless);
- `error`: there is no answer;
- `confident_wrong`: it answers, and what it says is false, incomplete or about something else; or it answers
  where it should have abstained or refused.

The aspects, and how each is decided:
- items: a fact holds the value, with the right subject, field, dataset and cohort, *and* the text says it. Figures
  are compared exactly as decimals: 0.87 is not 0.871. A text may say `Ada Osei` for `ada.osei`, "version 3 of m"
  for `m:3`, and a date in words.
- members: of that kind (version, model, dataset, person, place, …), the facts that the claims cite hold exactly
  the gold ones: no fewer and no more. What the question names itself, and what the oracle calls optional (as the
  bases that a dataset came through), may be there. The text names all of them, and no others.
- nothing (no members): the text says so, and its first sentence names nothing of that kind as if it were found.
- count: the first figure of the text that is not a name, a date, "of N" or a figure of the question is the count.
  When members are cited beside it, they are only the counted ones, and all of them unless it says that it cuts.
- verdict: the text begins with yes or no, or else is (not) a denial.
- winner: near "better", "best", "worse" … the text names the right one. When intervals overlap, "within noise"
  may take its place; the wrong winner may not.
- difference, days, dates: the figure is in the text, computed exactly; the dates are in a fact too.
- incomparable: it says so, and calls neither better.
- readings: two or three, each with a question and a call, that name what the question may mean.
- mentions: of each group, one is said in the answer, the reason or a reading.
- binding, always: see `binding.py`.
- grounding, always: a figure comes from a fact, the question, or what may be derived from facts; a date or a name from
  a fact, the question or a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eval.scorers.binding import misbound
from eval.scorers.grounding import Support, figures_of, listed
from eval.scorers.names import NEGATION, WORDS, Names, as_decimal, fact_on, figures, says_date, scalars, without_dates
from eval.scorers.reading import Answer, Reading
from eval.scorers.sets import members, says_cut
from eval.truth.gold import Gold, Item

BETTER = re.compile(
    r"\b(better|best|ahead|leads|wins|winner|top|first|outperforms|superior|improves|improved|beats"
    r"|strongest|worse|worst|weaker|behind|inferior|loses)\b", re.IGNORECASE,
)  # fmt: skip
WORSE = {"worse", "worst", "weaker", "behind", "inferior", "loses"}
NOISE = re.compile(
    r"noise|overlap|no (clear|real|significant) difference|indistinguishable|same value|tie", re.IGNORECASE
)
DIRECTION = re.compile(
    r"\b(higher|lower|larger|smaller|more|less)( values?)? (is|are|=) better\b|better[:=] ?(higher|lower)"
    r"|(higher|lower)-is-better",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Score:
    """The outcome for one question, and why."""

    outcome: str
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "right"


def score(
    names: Names, question: str, answer: Answer, gold: Gold, *, status: Sequence[str], check: str = "values"
) -> Score:
    """Judge one answer by its gold, the statuses that are right, and the kind of check of its case."""
    expected = tuple(status)
    got = answer.get("status", "error")
    if got == "error":
        return Score("error", str(answer.get("reason")))
    reading = Reading(question, answer, gold, names, check)
    problem = next(problems(reading), None)
    if got in expected:
        if problem is None:
            return Score("right")
        return Score("confident_wrong" if got in ("answered", "partial") else "abstained", problem)
    if got in ("abstained", "refused"):
        return Score("abstained", f"{got}: {answer.get('reason')}")
    if problem is None and set(expected) & {"answered", "partial"}:
        return Score("status", f"status {got}, expected {'/'.join(expected)}")
    return Score("confident_wrong", problem or f"status {got}, expected {'/'.join(expected)}")


def problems(reading: Reading) -> Iterator[str]:
    """Everything that is wrong with the content, first things first."""
    status = reading.answer.get("status")
    checks: list[Callable[[Reading], Iterator[str]]] = [check_mentions]
    if status in ("answered", "partial"):
        checks += [check_items, check_members, check_count, check_verdict, check_winner, check_figures, check_grounding]
        checks.append(misbound)
    if reading.check == "readings":
        checks.append(check_readings)
    if reading.check == "incomparable":
        checks.append(check_incomparable)
    for check in checks:
        yield from check(reading)


def check_mentions(reading: Reading) -> Iterator[str]:
    """What has to be said somewhere."""
    said = reading.everything.casefold()
    for group in reading.gold.mentions:
        # A code such as `no-approval` may be said in words.
        words = {form for word in group for form in (word.casefold(), word.casefold().replace("-", " "))}
        if not any(says_word(said, word) for word in words):
            yield f"says none of {group!r}"


def says_word(said: str, word: str) -> bool:
    """Whether a word or name is said by itself, and not only as a part of a longer name."""
    return re.search(rf"(?<![\w]){re.escape(word)}(?![\w]|-\w|\.\w)", said) is not None


def check_readings(reading: Reading) -> Iterator[str]:
    """Two or three readings, each with a question and a call."""
    readings = reading.answer.get("readings") or []
    if len(readings) < 2:
        yield f"offers {len(readings)} readings"
    if not all(r.get("question") and r.get("call") for r in readings):
        yield "a reading lacks its question or its call"


def check_incomparable(reading: Reading) -> Iterator[str]:
    """No side is taken where the settings differ."""
    text = DIRECTION.sub(" ", reading.text)
    for match in BETTER.finditer(text):
        sentence = (
            re.split(r"[.;!?]\s|\n", text[: match.start()])[-1] + re.split(r"[.;!?]\s|\n", text[match.start() :])[0]
        )
        if not NEGATION.search(sentence):
            yield f"takes a side: {sentence.strip()!r}"


def check_items(reading: Reading) -> Iterator[str]:
    """Each fact is there, about the right subject, and its value is in the text."""
    for item in reading.gold.items:
        if not any(fact_holds(fact, item, reading.names) for fact in reading.facts):
            yield f"no fact for {item}"
        if not text_holds(reading, item.value):
            yield f"the text does not give {item.value!r}"
    if reading.gold.members is None:
        for subject in sorted(also_told(reading)):
            yield f"what it says of {subject} does not belong"


def also_told(reading: Reading) -> set[str]:
    """Subjects of which it says the same as was asked of another: an answer is no list of everything.

    Figures of evaluations are excepted: whoever asks for the best may be shown the others.
    """
    items = [i for i in reading.gold.items if i.subject and i.field and not i.field.startswith("metric.")]
    fields, subjects = {i.field for i in items}, {i.subject for i in items} | reading.gold.optional
    asked = {name for kind in reading.names.by_kind for name in reading.asked(kind)} if items else set()
    return {
        str(fact.get("subject"))
        for fact in reading.facts
        if fact.get("field") in fields
        and fact.get("subject") not in subjects | asked
        and fact.get("value") not in asked
    }


def fact_holds(fact: dict[str, Any], item: Item, names: Names) -> bool:
    """Whether a fact states an item."""
    wanted = {"subject": item.subject, "field": item.field, "dataset": item.dataset, "cohort": item.cohort}
    for key, value in wanted.items():
        if value is not None and fact.get(key) != value:
            return False
    cells = fact.get("value") if item.field else list(fact.values())
    return any(same(cell, item.value) or names.project(str(cell), "person") == item.value for cell in scalars([cells]))


def same(cell: Any, value: str) -> bool:
    """Equal as decimals where both are, else as text."""
    left, right = as_decimal(cell), as_decimal(value)
    return left == right if left is not None and right is not None else str(cell).strip() == value.strip()


def text_holds(reading: Reading, value: str) -> bool:
    """Whether the text gives a value, in figures or as a name."""
    figure = as_decimal(value)
    if figure is not None:
        return figure in figures(reading.text) or says_word(reading.text, value)
    kinds = [k for k, known in reading.names.by_kind.items() if value in known]
    return value.casefold() in reading.text.casefold() or any(reading.names.says(reading.text, k, value) for k in kinds)


def check_members(reading: Reading) -> Iterator[str]:
    """Exactly the right members, in the cited facts and in the text; an empty answer says so, first."""
    found = members(reading)
    if found is None:
        return
    if not reading.gold.members:
        if not NEGATION.search(reading.text):
            yield "does not say that there is nothing"
        if found.extras:
            yield f"names {sorted(found.extras)} where there is nothing"
        return
    for member in sorted(found.uncited | found.unnamed):
        if member in found.uncited:
            yield f"no cited fact for {member}"
        if member in found.unnamed:
            yield f"the text does not name {member}"
    for extra in sorted(found.extras):
        yield f"{extra} does not belong"


def check_count(reading: Reading) -> Iterator[str]:
    """The first figure that is the answer's own is the count."""
    gold = reading.gold
    if gold.count is None:
        return
    own = own_count(reading)
    if own != gold.count:
        yield f"counts {own}, not {gold.count}"
    if gold.kind:
        extras = reading.names.plain(reading.text, gold.kind) - gold.optional - reading.asked(gold.kind)
        if extras:
            yield f"counts {sorted(extras)} in"
        named = {m for m in gold.optional if reading.names.says(reading.text, gold.kind, m)} - reading.asked(gold.kind)
        left = gold.optional - named - reading.asked(gold.kind)
        if named and left and len(gold.optional) == gold.count and not says_cut(reading.text):
            yield f"counts {gold.count} and lists all but {sorted(left)}"


def own_count(reading: Reading) -> int | None:
    """The first whole number in the text, in figures or in words."""
    text = reading.names.without(re.sub(r"[*_`|]", " ", reading.text))
    text = re.sub(r"\b(?:out )?of (?:the |all )?\d+", " ", text, flags=re.IGNORECASE)
    given = set(figures(reading.names.without(reading.question)))
    for number, word in WORDS.items():
        text = re.sub(rf"\b{word}\b", str(number), text, flags=re.IGNORECASE)
    text = re.sub(r"\b(?:no|none|nothing)\b", "0", text, flags=re.IGNORECASE)
    own = [f for f in figures(text) if f not in given or f == reading.gold.count]
    return int(own[0]) if own and own[0] == int(own[0]) else None


def check_verdict(reading: Reading) -> Iterator[str]:
    """Yes or no."""
    verdict = reading.gold.verdict
    if verdict is None:
        return
    text = re.sub(r"^[\W_]+", "", reading.text)
    if start := re.match(r"(yes|no)\b", text, re.IGNORECASE):
        said = start.group().lower() == "yes"
    else:
        said = NEGATION.search(text) is None
    if said != verdict:
        yield f"says {'yes' if said else 'no'}"


def check_winner(reading: Reading) -> Iterator[str]:
    """The right one is called better, or the difference noise where it may be."""
    gold = reading.gold
    if gold.winner is None:
        return
    text = DIRECTION.sub(" ", reading.text)
    verdicts = [said_better(text, match, reading) for match in BETTER.finditer(text)]
    said = [v for v in verdicts if v]
    if wrong := [v for v in said if v != gold.winner]:
        yield f"calls {wrong[0]} better"
    noise = gold.tie_ok and NOISE.search(text)
    if not said and not noise and (gold.loser is not None or gold.winner not in first_named(text, reading)):
        yield f"does not say that {gold.winner} is better"


def first_named(text: str, reading: Reading) -> list[str]:
    """The first version the text names, which is the answer to "which is best" when it says no more."""
    places = {
        v: m.start() for v in reading.names.by_kind["version"] if (m := re.search(re.escape(v) + r"(?!\d)", text))
    }
    return sorted(places, key=lambda v: places[v])[:1]


def said_better(text: str, match: re.Match[str], reading: Reading) -> str | None:
    """Which of the two is called better around a word: the nearest before it in the sentence, else after it."""
    gold = reading.gold
    pair = [v for v in (gold.winner, gold.loser) if v] if gold.loser else sorted(reading.names.by_kind["version"])
    ends = [m.end() for m in re.finditer(r"[.;!?]\s|\n", text[: match.start()])]
    before = text[ends[-1] if ends else 0 : match.start()]
    after = re.split(r"[.;!?]\s|\n", text[match.end() :], maxsplit=1)[0]
    named = [(before.rfind(v), v) for v in pair if re.search(re.escape(v) + r"(?!\d)", before)]
    later = [(after.find(v), v) for v in pair if re.search(re.escape(v) + r"(?!\d)", after)]
    if not named and not later:
        return None
    subject = max(named)[1] if named else min(later)[1]
    if match.group().lower() in WORSE:
        return next((v for v in pair if v != subject), None) if gold.loser else None
    return subject


def check_figures(reading: Reading) -> Iterator[str]:
    """Differences, durations and dates."""
    gold = reading.gold
    given = figures(without_dates(reading.text))
    if gold.difference is not None and not any(abs(f) == gold.difference for f in given):
        yield f"does not give the difference {gold.difference}"
    if gold.days and not any(int(f) in gold.days or round(f) in gold.days for f in given):
        yield f"does not give {sorted(gold.days)} days"
    for day in gold.dates:
        if not says_date(reading.text, day):
            yield f"the text does not give {day}"
        if not any(fact_on(fact, day) for fact in reading.facts):
            yield f"no fact on {day}"


def check_grounding(reading: Reading) -> Iterator[str]:
    """No figure, date or name comes from nowhere."""
    answer = reading.answer
    facts: list[dict[str, Any]] = answer.get("facts") or []
    quotes = [str(cell) for quote in answer.get("quotes") or [] for cell in scalars(quote)]
    asked = [str(cell) for call in answer.get("calls") or [] for cell in scalars(call.get("args") or {})]
    moments = [*asked, *(str(answer[key]) for key in ("as_of", "known_at") if answer.get(key))]
    totals = [int(call[key]) for call in answer.get("calls") or [] for key in ("total", "returned") if key in call]
    support = Support(
        facts, question=reading.question, texts=quotes, moments=moments, totals=[*totals, listed(reading.text)]
    )
    for figure in figures_of(reading.text, reading.names):
        if not support.holds(figure):
            yield f"{figure} comes from no fact"
    held = "\n".join([*(str(cell) for cell in scalars(facts)), reading.question, *quotes, *asked])
    for invented in sorted(reading.names.invented(reading.text)):
        if invented.casefold() not in held.casefold():
            yield f"{invented} is not in the record"
    for kind in reading.names.by_kind:
        for name in sorted(reading.names.plain(reading.text, kind)):
            if not reading.names.says(held, kind, name):
                yield f"{name} comes from no fact"
