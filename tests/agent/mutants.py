"""Wrong versions of right answers: each differs from the truth in one way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from askreg.agent.draft import Ref, Use
from askreg.agent.reading import Token, tokens
from askreg.agent.render import Landing, Passage, Rendered

from .corpus import CASES, NAMES, Case

OPPOSITES = (
    ("better", "worse"), ("higher", "lower"), ("rose", "fell"), ("best", "worst"), ("is not better", "is better"),
    ("below", "above"), ("overlap", "do not overlap"),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """What was done to which case, and the text that came of it."""

    kind: str
    case: Case
    rendered: Rendered
    typed: bool
    """Whether the figures were typed: the citations are right, but no placeholder says what stands where."""

    def __str__(self) -> str:
        changed = " / ".join(p.text for p in self.rendered.passages)
        return f"{self.case.name}, {self.kind}{' (typed)' if self.typed else ''}: {changed}"


def mutants() -> Iterator[Mutant]:
    """Yield every mutant of every case, with its placeholders and as if a brain had typed it."""
    for case in CASES:
        rendered = case.rendered()
        for index, passage in enumerate(rendered.passages):
            for kind, text in _texts(passage):
                changed = replace(passage, text=text)
                yield Mutant(kind, case, _with(rendered, index, changed), typed=False)
                if kind not in ("dropped", "swapped"):
                    yield Mutant(kind, case, _with(rendered, index, _typed(changed)), typed=True)


def typed(rendered: Rendered) -> Rendered:
    """Return the same text with its figures typed: only the citations are left."""
    return Rendered(rendered.text, [_typed(passage) for passage in rendered.passages])


def _with(rendered: Rendered, index: int, passage: Passage) -> Rendered:
    old = rendered.passages[index]
    passages = [*rendered.passages[:index], passage, *rendered.passages[index + 1 :]]
    return Rendered(rendered.text.replace(old.text, passage.text), passages)


def _typed(passage: Passage) -> Passage:
    if not passage.facts:
        return passage
    use = Use("cite", "cite", tuple(Ref(id) for id in passage.facts))
    derived = tuple(landing for landing in passage.landings if landing.use.function)
    return replace(passage, landings=(Landing(use, "", 0, 0, False), *derived))


def _texts(passage: Passage) -> Iterator[tuple[str, str]]:
    text = passage.text
    for token in tokens(text, NAMES):
        for kind, instead in _instead(token):
            yield kind, text[: token.start] + instead + text[token.end :]
    for one, other in OPPOSITES:
        for old, new in ((one, other), (other, one)):
            if re.search(rf"\b{old}\b", text) and "is better." not in text.partition(old)[2][:12]:
                yield "flipped", re.sub(rf"\b{old}\b", new, text, count=1)
    yield from _members(passage)
    yield from _swapped(passage)


def _instead(token: Token) -> Iterator[tuple[str, str]]:
    match token.kind:
        case "number" | "counted" if token.text[-1].isdigit():
            last = token.text[-1]
            yield "digit", token.text[:-1] + str((int(last) + 3) % 10)
            yield "digit", token.text + "7"
            if token.text[0] in "+-":
                yield "sign", ("-" if token.text[0] == "+" else "+") + token.text[1:]
        case "version":
            yield "version", str(int(token.value) + 4)
        case "date" if re.fullmatch(r"\d{4}-.*", token.text):
            yield "date", token.text[:3] + str((int(token.text[3]) + 1) % 10) + token.text[4:]
            yield "date", token.text[:9] + str((int(token.text[9]) + 1) % 10) + token.text[10:]
        case "date":
            yield "date", token.text.replace("1", "2", 1)
        case "cohort":
            yield "cohort", token.text + "x"
            yield "cohort", "age=65+"
        case "name":
            yield from _names(token)
        case "quote":
            yield "quote", token.text.replace(" me", " us") if " me" in token.text else token.text[:-2] + "”"


def _names(token: Token) -> Iterator[tuple[str, str]]:
    head, mark, tail = re.fullmatch(r"(\w[\w.-]*)?([:@/])?(.*)", token.text).groups()  # type: ignore[union-attr]
    if mark == ":" and tail.isdigit():
        yield "version", f"{head}:{int(tail) + 6}"
        yield "name", f"{'readmit' if head != 'readmit' else 'cxr-triage2'}:{tail}"
    elif mark == "@":
        yield "dataset", f"{head}@2019-01"
        yield "name", f"ecg-12lead@{tail}"
    elif mark == "/":
        yield "name", f"southbank/{tail}"
    elif token.value in NAMES:
        kind = NAMES[token.value].partition(":")[0]
        other = next((n for n, k in NAMES.items() if k == kind and n != token.value), None)
        if other:
            yield "name", other


def _members(passage: Passage) -> Iterator[tuple[str, str]]:
    """Drop a member of a list, or add one."""
    parts = re.split(r"(, | and )", passage.text)
    for landing in passage.landings:
        if landing.use.function != "list":
            continue
        members = re.split(r", | and ", landing.text)
        for member in members:
            left = [m for m in members if m != member]
            yield "dropped", passage.text.replace(landing.text, ", ".join(left))
        yield "added", passage.text.replace(landing.text, f"{landing.text} and ecg-12lead@1.0")
        yield "added", passage.text.replace(landing.text, f"{landing.text} and readmit:9")
    if len(parts) > 1 and passage.kind == "item":
        yield "dropped", parts[-1]


def _swapped(passage: Passage) -> Iterator[tuple[str, str]]:
    """Give two subjects each other's figure."""
    figures = [p for p in passage.landings if not p.use.function and re.fullmatch(r"0\.\d+", p.text)]
    if len({f.text for f in figures}) == 2 and len(figures) == 2:
        first, second = figures
        text = passage.text
        yield (
            "swapped",
            (text[: first.start] + second.text + text[first.end : second.start] + first.text + text[second.end :]),
        )
