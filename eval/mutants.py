"""Wrong versions of an accepted answer: each differs from it in one way, and in one place."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from askreg.agent.draft import Ref, Use
from askreg.agent.facts import Fact
from askreg.agent.reading import Token, tokens
from askreg.agent.render import Landing, Passage, Rendered
from askreg.agent.verify import Evidence
from eval.accepted import Accepted

OPPOSITES = (
    ("better", "worse"), ("higher", "lower"), ("best", "worst"), ("highest", "lowest"), ("rose", "fell"),
    ("above", "below"), ("do not overlap", "overlap"), ("within noise", "beyond noise"),
)  # fmt: skip
RELATIONS = (
    ("approved", "rejected"), ("rejected", "approved"), ("registered", "approved"), ("reviewed", "approved"),
    ("since", "until"), ("until", "since"), ("trained on", "evaluated on"), ("derived from", "evaluated on"),
    ("evaluated on", "trained on"), ("owns", "approved"), ("withdrawn", "deployed"), ("retired", "production"),
)  # fmt: skip
CLOSED = {
    "stage": ("experimental", "validation", "approved", "production", "retired"),
    "approval.decision": ("approved", "rejected"),
    "evidence": ("vendor", "self-reported", "third-party", "local", "signed"),
    "split": ("test", "validation", "training"),
    "sensitivity": ("public", "deidentified", "phi"),
    "task": ("classification", "regression", "summarization", "segmentation"),
    "change_control": ("inside", "outside"),
}
_UNITS = {"days": "hours", "hours": "minutes", "day": "hour", "hour": "minute", "bytes": "megabytes", "ms": "s",
          "%": " percentage points", "rows": "patients", "s": "ms"}  # fmt: skip
_QUOTE = re.compile(r"“([^”]*)”")


@dataclass(frozen=True)
class Corruption:
    """One way to spoil a passage."""

    kind: str
    passages: tuple[Passage, ...]
    """What stands in the passage's place; none when it is left out."""
    evidence: Evidence | None = None
    """Where the list behind the answer is cut instead."""
    changed: tuple[Fact, ...] = ()
    """What the passage now says, as facts: when the record holds all of them, it is no error."""


@dataclass(frozen=True)
class Mutant:
    """A spoilt answer."""

    kind: str
    registry: str
    question: str
    typed: bool
    """Whether the figures were typed: the citations are right, but no placeholder says what stands where."""
    rendered: Rendered
    evidence: Evidence
    was: str
    now: str

    def __str__(self) -> str:
        """Return what was done to which answer."""
        how = "typed" if self.typed else "placed"
        return f"{self.registry} {self.question}, {self.kind} ({how}): {self.was!r} -> {self.now!r}"


def typed(rendered: Rendered) -> Rendered:
    """Return the same text with its figures typed: only the citations and what code worked out are left."""
    return Rendered(rendered.text, [_typed(passage) for passage in rendered.passages])


def _typed(passage: Passage) -> Passage:
    if not passage.facts:
        return passage
    use = Use("cite", "cite", tuple(Ref(id) for id in passage.facts))
    derived = tuple(x for x in passage.landings if x.use.function not in ("", "list"))
    return replace(passage, landings=(Landing(use, "", 0, 0, False), *derived))


def corruptions(found: Accepted, index: int, rng: random.Random) -> Iterator[Corruption]:
    """Yield what can be done to one passage of an answer."""
    passage = found.rendered.passages[index]
    spoiler = _Spoiler(found, passage, index, rng)
    for make in _MAKERS:
        yield from make(spoiler)


class _Spoiler:
    """One passage and what there is to spoil it with."""

    def __init__(self, found: Accepted, passage: Passage, index: int, rng: random.Random) -> None:
        self.found, self.passage, self.index, self.rng = found, passage, index, rng
        self.evidence, self.names, self.text = found.evidence, found.evidence.names, passage.text
        self.tokens = list(tokens(self.text, self.names))

    def at(self, start: int) -> Landing | None:
        """Return the placeholder whose value stands at a place."""
        return next((x for x in self.passage.landings if x.start <= start < x.end), None)

    def fact(self, landing: Landing) -> Fact:
        return self.evidence.facts[landing.use.args[0].fact]

    def put(self, kind: str, start: int, end: int, new: str, *changed: Fact) -> Corruption:
        """Return the corruption that writes something else in one place."""
        text = self.text[:start] + new + self.text[end:]
        return Corruption(kind, (replace(self.passage, text=text),), changed=changed)

    def another(self, kind: str, name: str) -> Iterator[str]:
        """Yield another name of a kind: one that the evidence holds, and one that it does not."""
        same = {name, self.names.get(name, "").partition(":")[2]}
        pool = sorted(
            n for n, k in self.names.items() if k.partition(":")[0] == kind and n not in same and " " not in n
        )
        said = self.found.question.question.casefold()
        held = {x.casefold() for f in self.evidence.facts.values() for x in (f.subject, f.value)}
        near = [n for n in pool if n in said or any(n == h or h.startswith((f"{n}:", f"{n}@", f"{n}/")) for h in held)]
        far = [n for n in pool if n not in near]
        for choice in (near, far):
            if choice:
                yield self.rng.choice(choice)


def _changed_figures(s: _Spoiler) -> Iterator[Corruption]:
    for token in s.tokens:
        if token.kind not in ("number", "counted") or not re.search(r"\d", token.text):
            continue
        landing = s.at(token.start)
        kind = _figure_kind(s, landing, token)
        digits = [m.start() for m in re.finditer(r"\d", token.text)]
        at = s.rng.choice(digits)
        other = str((int(token.text[at]) + s.rng.randint(1, 9)) % 10)
        new = token.text[:at] + other + token.text[at + 1 :]
        if float(re.sub(r"[^\d.]", "", new) or 0) != float(re.sub(r"[^\d.]", "", token.text)):
            yield s.put(kind, token.start, token.end, new, *_as_fact(s, landing, new))
        if token.text[0] in "+-":
            yield s.put("sign", token.start, token.start + 1, "-" if token.text[0] == "+" else "+")
        elif landing is not None and landing.use.function in ("gap", "diff"):
            yield s.put("sign", token.start, token.start, "-")
        unit = re.compile(r"\s?(days?|hours?|bytes|ms|%|rows)(?!\w)").match(s.text, token.end)
        if unit:
            yield s.put("unit", unit.start(1), unit.end(1), _UNITS[unit[1]])


def _figure_kind(s: _Spoiler, landing: Landing | None, token: Token) -> str:
    if token.kind == "counted":
        return "count"
    if landing is None:
        return "digit"
    if landing.use.function in ("count", "share"):
        return "count"
    part = landing.use.args[0].part
    if part in ("n", "ci"):
        return {"n": "n", "ci": "interval"}[part]
    return "count" if s.fact(landing).field.startswith("count") else "digit"


def _as_fact(s: _Spoiler, landing: Landing | None, new: str) -> tuple[Fact, ...]:
    if landing is None or landing.use.function:
        return ()
    part = landing.use.args[0].part or "value"
    fact = s.fact(landing)
    if part == "value":
        return (fact.model_copy(update={"value": new}),)
    if part == "subject":
        return (fact.model_copy(update={"subject": new}),)
    return ()


def _changed_names(s: _Spoiler) -> Iterator[Corruption]:
    for token in s.tokens:
        landing = s.at(token.start)
        if token.kind == "version":
            yield s.put("version", token.start, token.end, str(int(token.value) + s.rng.randint(1, 6)))
        elif token.kind == "cohort":
            yield s.put("cohort", token.start, token.end, s.rng.choice(["sex=other", "age=65+"]))
        elif token.kind == "name":
            for kind, new in _names(s, token):
                yield s.put(kind, token.start, token.end, new, *_as_fact(s, landing, new))
    for landing in s.passage.landings:
        if landing.use.args[0].part == "cohort" and landing.text == "all":
            yield s.put("cohort", landing.start, landing.end, "sex=female")


def _names(s: _Spoiler, token: Token) -> Iterator[tuple[str, str]]:
    mark = re.search(r":(?=\d+$)|[@/]", token.text)
    if mark is None:
        kind = s.names.get(token.value, "").partition(":")[0]
        shown = {"model": "model", "dataset": "dataset", "site": "site", "person": "person", "metric": "metric"}
        if kind in shown:
            yield from ((shown[kind], other) for other in s.another(kind, token.value))
        return
    head, tail = token.text[: mark.start()], token.text[mark.end() :]
    if mark.group() == ":":
        yield "version", f"{head}:{int(tail) + s.rng.randint(1, 3)}"
        if int(tail) > 1:
            yield "version", f"{head}:{int(tail) - 1}"
        yield from (("model", f"{other}:{tail}") for other in s.another("model", head.casefold()))
    elif mark.group() == "@":
        labels = {f.dataset.partition("@")[2] for f in s.evidence.facts.values() if f.dataset} - {tail}
        yield "dataset", f"{head}@{s.rng.choice(sorted(labels) or ['2019-01'])}"
        yield from (("dataset", f"{other}@{tail}") for other in s.another("dataset", head.casefold()))
    elif s.names.get(head.casefold()) == "site":
        yield from (("site", f"{other}/{tail}") for other in s.another("site", head.casefold()))


def _changed_dates(s: _Spoiler) -> Iterator[Corruption]:
    for token in s.tokens:
        if token.kind == "date" and re.match(r"\d{4}-\d{2}-\d{2}", token.text):
            day = int(token.text[8:10])
            other = day % 28 + 1
            yield s.put("date", token.start, token.end, f"{token.text[:8]}{other:02}{token.text[10:]}")
            yield s.put("date", token.start, token.end, f"{int(token.text[:4]) - 1}{token.text[4:]}")
            said = [x for f in s.evidence.facts.values() for x in (f.since, f.until) if x and x[:10] != token.value]
            if said and (landing := s.at(token.start)) is not None and s.fact(landing).since != s.fact(landing).until:
                new, part = s.rng.choice(said), landing.use.args[0].part
                changed = s.fact(landing).model_copy(update={part: new} if part in ("since", "until") else {})
                yield s.put("date", token.start, token.end, new[:10], changed)


def _changed_words(s: _Spoiler) -> Iterator[Corruption]:
    for landing in s.passage.landings:
        if landing.use.function:
            continue
        fact, part = s.fact(landing), landing.use.args[0].part
        closed = part if part in CLOSED else fact.field if part in ("", "value") else ""
        if landing.text.casefold() in CLOSED.get(closed, ()):
            kind = closed if closed in ("evidence", "split") else "state"
            new = s.rng.choice([x for x in CLOSED[closed] if x != landing.text.casefold()])
            yield s.put(kind, landing.start, landing.end, new, fact.model_copy(update={"value": new}))
    for old, new in RELATIONS:
        for found in re.finditer(rf"(?<![\w/“-]){old}(?![\w/-])", s.text):
            yield s.put("relation", found.start(), found.end(), new)


def _flipped(s: _Spoiler) -> Iterator[Corruption]:
    for one, other in OPPOSITES:
        for old, new in ((one, other), (other, one)):
            for found in re.finditer(rf"(?<!not )(?<!beyond )\b{old}\b(?! is better)", s.text):
                yield s.put("flipped", found.start(), found.end(), new)
    for old, new in (("higher is better", "lower is better"), ("lower is better", "higher is better")):
        for found in re.finditer(old, s.text):
            yield s.put("flipped", found.start(), found.end(), new)


def _negated(s: _Spoiler) -> Iterator[Corruption]:
    verdict = re.match(r"(Yes|No)\b", s.text)
    if verdict:
        yield s.put("verdict", 0, verdict.end(), "No" if verdict[1] == "Yes" else "Yes")
    bare = _QUOTE.sub(lambda m: "_" * len(m.group()), s.text)
    for found in re.finditer(r"\b(is|was|were|are) (not|never) ", bare):
        new = s.text[: found.start()] + found[1] + " " + s.text[found.end() :]
        yield s.put("negated", 0, len(s.text), new)
        opposite = {"No": "Yes", "Nobody": "Yes"}.get(new.partition(":")[0])
        if opposite:
            yield s.put("verdict", 0, len(s.text), opposite + new[new.index(":") :])
    for found in re.finditer(r"\b(is|was|were|are|has)\b(?! (?:not|never|better)\b)", bare):
        if not re.search(r"\b(?:not|never|no|nothing|nobody|none|noise)\b", bare[: found.end() + 40], re.IGNORECASE):
            yield s.put("negated", found.end(), found.end(), " not")
            if verdict and verdict[1] == "Yes":
                new = "No" + s.text[verdict.end() : found.end()] + " not" + s.text[found.end() :]
                yield s.put("verdict", 0, len(s.text), new)
    for found in re.finditer(r"\b(Nothing|Nobody|No version of (\S+)|No version) (was|is)\b", bare):
        yield s.put("negated", found.start(), found.end(), f"{found[2] or 'Something'} {found[3]}")


def _quoted(s: _Spoiler) -> Iterator[Corruption]:
    for found in _QUOTE.finditer(s.text):
        words = found[1].split()
        if len(words) > 1:
            at = s.rng.randrange(len(words))
            other = [*words[:at], "never" if words[at] != "never" else "always", *words[at + 1 :]]
            yield s.put("quote word", found.start(1), found.end(1), " ".join(other))
        yield s.put("fake quote", found.start(1), found.end(1), "Approved for use without restriction")
    if s.passage.kind in ("sentence", "item") and s.passage.facts:
        body = s.text.rstrip(".")
        yield s.put("fake quote", 0, len(s.text), f"{body}, with the comment “Safe for every patient”.")


def _members(s: _Spoiler) -> Iterator[Corruption]:
    passages = s.found.rendered.passages
    alike = [p for p in passages if p.kind == s.passage.kind and _skeleton(p) == _skeleton(s.passage)]
    answered = not passages[0].facts and re.match(r"(?:No|Nothing|Nobody)\b", passages[0].text)
    if s.passage.kind in ("item", "row", "sentence") and s.passage.facts and len(alike) > 1 and not answered:
        if not any(p is not s.passage and set(p.facts) >= set(s.passage.facts) for p in alike):
            yield Corruption("dropped", ())
    for landing in s.passage.landings:
        if landing.use.function == "list":
            yield from _list_members(s, landing)
    if s.passage.kind == "item" and (token := next((t for t in s.tokens if t.kind == "name"), None)):
        held = {x.casefold() for f in s.evidence.facts.values() for x in (f.subject, f.value)}
        for kind, new in _names(s, token):
            if kind in ("version", "model", "dataset", "site") and new.casefold() not in held:
                text = s.text[: token.start] + new + s.text[token.end :]
                yield Corruption("added", (s.passage, replace(s.passage, text=text, landings=())))
                return


def _list_members(s: _Spoiler, landing: Landing) -> Iterator[Corruption]:
    members = re.split(r", | and ", landing.text)
    if len(members) > 1:
        at = s.rng.randrange(len(members))
        left = [*members[:at], *members[at + 1 :]]
        shown = left[0] if len(left) == 1 else f"{', '.join(left[:-1])} and {left[-1]}"
        yield s.put("dropped", landing.start, landing.end, shown)
    if landing.use.args[0].part in ("split", "cohort", "evidence"):
        return
    head, mark, tail = re.fullmatch(r"([^:@/]*)([:@/]?)(.*)", members[-1]).groups()  # type: ignore[union-attr]
    extra = f"{head}:{int(tail) + 7}" if mark == ":" and tail.isdigit() else f"{head}{mark}{tail}x"
    yield s.put("added", landing.start, landing.end, f"{landing.text} and {extra}")


def _skeleton(passage: Passage) -> str:
    text, end = "", 0
    for landing in passage.landings:
        text += passage.text[end : landing.start]
        end = landing.end
    return re.sub(r"\d+", "0", text + passage.text[end:])


def _swapped(s: _Spoiler) -> Iterator[Corruption]:
    figures = [x for x in s.passage.landings if not x.use.function and x.use.args[0].part in ("", "value")]
    figures = [x for x in figures if re.fullmatch(r"-?\d+(?:\.\d+)?", x.text)]
    for first, second in zip(figures, figures[1:], strict=False):
        one, other = s.fact(first), s.fact(second)
        if first.text != second.text and one.subject != other.subject:
            text = s.text
            swapped = text[: first.start] + second.text + text[first.end : second.start] + first.text
            yield s.put("swapped", 0, second.end, swapped)


def _cut(s: _Spoiler) -> Iterator[Corruption]:
    """Say that a list is whole which is not."""
    if s.passage.kind not in ("sentence", "item") or not s.passage.facts or not s.evidence.results:
        return
    facts = {id for p in s.found.rendered.passages for id in p.facts}
    if any(r.count in facts for r in s.evidence.results if r.count):
        return
    results = [r.model_copy(update={"truncated": True, "total": r.total + 9}) for r in s.evidence.results]
    cut = replace(s.evidence, results=results)
    body = s.text.rstrip(".")
    for said in (f"{body}, and that is all.", f"Only this: {body}.", f"{body}, none besides."):
        yield Corruption("whole", (replace(s.passage, text=said),), evidence=cut)


def _moved(s: _Spoiler) -> Iterator[Corruption]:
    """Let the passage rest on another fact than the one it shows."""
    pool = [f for f in s.evidence.facts.values() if f.id not in s.passage.facts and not f.field.startswith("count")]
    if not pool:
        return
    for id in s.passage.facts:
        other = s.rng.choice(pool)
        shown = [x for x in s.passage.landings if id in x.use.facts and x.text]
        old = s.evidence.facts[id]
        if old.event is not None and (old.event, old.subject) == (other.event, other.subject):
            continue  # it is another part of the same entry
        rest = [s.evidence.facts[x] for x in s.passage.facts if x != id]
        if all(any(_says(f, x.text) for f in (other, *rest)) for x in shown):
            continue  # what is told is still all there
        landings = tuple(replace(x, use=_pointing(x.use, id, other.id)) for x in s.passage.landings)
        yield Corruption("moved citation", (replace(s.passage, landings=landings),))


def _says(fact: Fact, text: str) -> bool:
    held = (fact.subject, fact.value, fact.dataset, fact.split, fact.cohort, fact.evidence, str(fact.n))
    return text in (*held, fact.since and fact.since[:10], fact.field.rpartition(".")[2])


def _pointing(use: Use, old: str, new: str) -> Use:
    def moved(refs: tuple[Ref, ...]) -> tuple[Ref, ...]:
        return tuple(Ref(new, r.part) if r.fact == old else r for r in refs)

    return replace(use, args=moved(use.args), whole=moved(use.whole))


_MAKERS: tuple[Callable[[_Spoiler], Iterator[Corruption]], ...] = (
    _changed_figures, _changed_names, _changed_dates, _changed_words, _flipped, _negated, _quoted, _members, _swapped,
    _cut, _moved,
)  # fmt: skip
