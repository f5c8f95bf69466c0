"""A brain's draft: prose in Markdown with placeholders where the figures, names and dates go.

    {F3}                      the fact's value, with its unit
    {F3.subject} {F3.n} …     another part of it: see `PARTS`
    {F3.since:date}           an instant without its time of day
    {diff(F3,F7)}             F7 less F3, with its sign
    {gap(F3,F7)}              how far apart they are, without a sign
    {ratio(F3,F7)}            F7 divided by F3
    {count(F2,F5)}            how many facts; {count(F2.subject,F5.subject)} how many different subjects
    {share(F2,F3;F2..F9)}     how many of how many
    {sum(…)} {mean(…)} {min(…)} {max(…)}
    {elapsed(F3.since,F3.until)}   the time between two instants (an open end is the fact's as_of);
                                   {elapsed(F3)} a number of seconds as time
    {list(F2..F9.value)}      the different values, joined by commas and "and"
    {cite(F2,F3)}             nothing to read: the sentence rests on these facts

`F2..F9` is a range. A brace that is meant literally is doubled.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from askreg.errors import InvalidInput

Status = Literal["answered", "partial", "abstained", "refused"]
Part = Literal[
    "value", "subject", "field", "n", "ci", "unit", "dataset", "split", "cohort", "evidence", "since", "until", "as_of",
    "event", "model", "version", "name",
]  # fmt: skip
"""Parts of a fact. `model` and `version` are those of a value (or else a subject) written `model:3`; the version
reads `version 3`. `name` is the field's last word, such as a metric's name."""

LONGEST = 200_000
"""Characters of a draft."""
_MOST = 20_000
"""Facts that the placeholders of one text may name, ranges spread out; the longest list has a thousand rows."""
PARTS: frozenset[str] = frozenset(Part.__args__)  # type: ignore[attr-defined]
FUNCTIONS: frozenset[str] = frozenset(
    ("diff", "gap", "ratio", "count", "share", "sum", "mean", "min", "max", "elapsed", "list", "cite")
)


class Quote(BaseModel):
    """Words of a registered document, verbatim."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    document: str
    chunk: str
    text: str
    revision: int | None = None
    section: str | None = None
    """The heading that they stand under."""
    start: int | None = None
    end: int | None = None
    """Where they stand in the text of the document's revision, in characters."""


class Reading(BaseModel):
    """One way to read a question, as a question that has only this reading, and the call that answers it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    question: str
    call: dict[str, Any] | None = None


class Draft(BaseModel):
    """What a brain hands in. `text` and `reason` may hold placeholders; `reason` says what is missing or why not."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    status: Status
    text: str = ""
    reason: str | None = None
    readings: list[Reading] = Field(default_factory=list)
    proposal: dict[str, Any] | None = None
    quotes: list[Quote] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ref:
    """A part of a fact."""

    fact: str
    part: str = ""
    """Empty for the value with its unit."""


@dataclass(frozen=True, slots=True)
class Use:
    """A placeholder: a reference (`function` is empty) or a function over references."""

    source: str
    function: str
    args: tuple[Ref, ...]
    whole: tuple[Ref, ...] = ()
    """The second operand of `share`."""
    format: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the ids of the facts it rests on, each once."""
        return tuple(dict.fromkeys(ref.fact for ref in (*self.args, *self.whole)))


_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_REF = re.compile(r"(F[1-9]\d*)(?:\.\.(F[1-9]\d*))?(?:\.([a-z_]+))?")
_CALL = re.compile(r"([a-z]+)\((.*)\)")


def read(text: str) -> Draft:
    """Return the draft that a brain's final message holds; raises `InvalidInput` when it is none."""
    if len(text) > LONGEST:
        raise InvalidInput(f"the draft has {len(text)} characters; at most {LONGEST} are read")
    try:
        return Draft.model_validate(json.loads(text))
    except RecursionError:
        raise InvalidInput("the draft's JSON is nested too deeply; a draft is one flat object") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"the draft is not JSON: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"the draft's {place or 'content'}: {first['msg']}") from None


def parse(text: str) -> list[str | Use]:
    """Return the text's literal pieces and its placeholders, in order."""
    return list(_pieces(text))


def _pieces(text: str) -> Iterator[str | Use]:
    literal, end, named = "", 0, 0
    for found in _PIECE.finditer(text):
        literal += text[end : found.start()]
        end = found.end()
        token = found.group()
        if token in ("{{", "}}"):
            literal += token[0]
            continue
        if token in ("{", "}"):
            raise InvalidInput(f"a single {token!r} in the draft's text; a literal brace is doubled")
        if literal:
            yield literal
        literal = ""
        use = placeholder(found.group(1))
        named += len(use.args) + len(use.whole)
        if named > _MOST:
            raise InvalidInput(f"the draft's placeholders name more than {_MOST} facts; cite those it rests on")
        yield use
    if literal + text[end:]:
        yield literal + text[end:]


def placeholder(source: str) -> Use:
    """Return the placeholder written inside a pair of braces."""
    body, _, style = source.strip().partition(":")
    if style not in ("", "date"):
        raise InvalidInput(f"{{{source}}}: unknown format {style!r}; the only one is 'date'")
    call = _CALL.fullmatch(body)
    if call is None:
        refs = _refs(body, source)
        if len(refs) != 1:
            raise InvalidInput(f"{{{source}}} is a range; put it into list(…), count(…) or cite(…)")
        return Use(source, "", refs, format=style)
    function, args = call.groups()
    if function not in FUNCTIONS:
        raise InvalidInput(f"{{{source}}}: unknown function {function!r}; there are {', '.join(sorted(FUNCTIONS))}")
    first, mark, second = args.partition(";")
    if bool(mark) != (function == "share"):
        raise InvalidInput(f"{{{source}}}: share(…;…) takes two lists, every other function one")
    return Use(source, function, _refs(first, source), _refs(second, source) if mark else (), style)


def _refs(text: str, source: str) -> tuple[Ref, ...]:
    refs: list[Ref] = []
    for item in text.split(","):
        found = _REF.fullmatch(item.strip())
        if found is None:
            raise InvalidInput(f"{{{source}}}: {item.strip()!r} is no fact; write F3, F3.since or F2..F9")
        first, last, part = found.groups()
        if part is not None and part not in PARTS:
            raise InvalidInput(f"{{{source}}}: facts have no {part!r}; they have {', '.join(sorted(PARTS))}")
        low, high = int(first[1:]), int((last or first)[1:])
        if len(refs) > _MOST or not low <= high < low + _MOST:
            raise InvalidInput(f"{{{source}}}: the range {item.strip()!r} runs backwards or too far")
        refs += [Ref(f"F{number}", part or "") for number in range(low, high + 1)]
    return tuple(refs)
