"""Noun phrases: modifiers, a head, and what follows it, read into nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import (
    Cond,
    Event,
    Given,
    Group,
    Has,
    Holder,
    Kind,
    Node,
    Related,
    SetOf,
    Step,
    Thing,
    Within,
    kind_of,
)  # fmt: skip
from askreg.agent.offline.phrases import Tok
from askreg.agent.offline.roles import DATA, PLACES, STAGE_STATES, STATES, VERSIONS

if TYPE_CHECKING:
    from askreg.agent.offline.predicates import Predicates as Reader

VALUES = ("framework", "task", "tag", "topic", "sensitivity", "evidence", "role", "cohort", "tag_key", "card", "param")
_PLACED = ("site", "environment", "place", "region")
_ROLES = {"training": "training", "test": "test", "validation": "validation"}
_RELATIONS = {"base": "base", "run": "run", "inputs": "inputs", "source": "sources"}
_RELATION_FIELDS = ("base", "run")
_EVENTFUL: tuple[str, ...] = (
    "approval",
    "deployment",
    "metric",
    "stage",
    "event",
    "run",
    "document",
    "alias",
    "gap",
    "tag",
)


def starts(reader: Reader, i: int) -> bool:
    """Whether a noun phrase can begin at token i."""
    tok = reader.tok(i)
    if tok is None or reader.is_pred(i) and not reader.adjectival(i):
        return False
    if free_relative(reader, i) or _relation(reader, i):
        return True
    if tok.node is not None or tok.word("noun") or tok.word("det", "the", "a", "any", "all", "no", "other"):
        return True
    if tok.word("order") or reader.adjectival(i) or tok.value(*VALUES):
        return _headed(reader, i)
    return False


def free_relative(reader: Reader, i: int) -> bool:
    """Whether `what …` at token i stands for things: `who approved what was live at X`."""
    tok = reader.tok(i)
    if tok is None or i == 0 or not tok.word("wh", "what") or tok.node is not None:
        return False
    back = reader.tok(i - 1)
    joined = back is not None and bool(back.word("prep") or reader.is_pred(i - 1) or back.word("aux"))
    asked = reader.c.wh != "" or any(t.word("wh") for t in reader.toks[i + 1 :])
    return joined and asked and reader.pred_ahead(i + 1)


_RELATIVES = {"base": "base", "bases": "bases", "run": "run"}


def _relation(reader: Reader, i: int) -> bool:
    """Whether `base of X`, `owner of X` at token i stands for a thing of which something is asked."""
    if _relation_name(reader, i) is None:
        return False
    j = i - 1
    while (back := reader.tok(j)) is not None and (back.word("det") or back.word("order")) and back.node is None:
        j -= 1
    return (
        back is not None
        and back.node is None
        and bool(
            back.word("prep") or reader.is_pred(j) or (back.word("aux") and reader.main is not None and reader.main > i)
        )
    )


def _relation_name(reader: Reader, i: int) -> str | None:
    tok, after = reader.tok(i), reader.tok(i + 1)
    if tok is None or tok.node is not None or after is None or not after.word("prep", "of", "for"):
        return None
    field, agent = tok.word("field", *_RELATIVES), tok.word("agent", "own", "register", "approve", "review", "train")
    if field is not None:
        return _RELATIVES[field.sense]
    names = {"own": "owner", "register": "registrant", "approve": "approver", "review": "reviewer", "train": "trainer"}
    return names[agent.sense] if agent is not None else None


def _headed(reader: Reader, i: int) -> bool:
    """Whether modifiers from i on lead to a head."""
    while (tok := reader.tok(i)) is not None:
        if tok.node is not None and kind_of(tok.node) != "topic":
            return True
        if tok.word("noun") and not reader.is_verb_here(i):
            return True
        numbered = tok.item.number is not None and not tok.item.words and tok.item.date is None
        if (
            tok.word("det")
            or tok.word("order")
            or reader.adjectival(i)
            or tok.value(*VALUES)
            or tok.word("filler")
            or numbered
        ):
            i += 1
            continue
        return False
    return False


class NounReader:
    """Reads one noun phrase."""

    def __init__(self, reader: Reader, i: int) -> None:
        """Begin at token i."""
        self.r, self.i = reader, i
        self.conds: list[Cond] = []
        self.order = ""
        self.definite = False
        self.quantity = ""
        self.many = False

    def read(self) -> tuple[Node | None, int]:
        """Return the node and where the next token is."""
        self._modifiers()
        node = self._head()
        if node is None:
            return None, self.i
        return self._after(node), self.i

    def _modifiers(self) -> None:
        while (tok := self.r.tok(self.i)) is not None:
            if (
                self._counted(tok)
                or self._determiner(tok)
                or self._ordinal(tok)
                or self._state(tok)
                or self._value(tok)
            ):
                self.r.use(self.i)
                self.i += 1
                continue
            return

    def _counted(self, tok: Tok) -> bool:
        """Read `the last two versions`."""
        number = tok.item.number
        if tok.node is not None or number is None or tok.item.words or tok.item.date is not None or not self._more():
            return False
        self.r.c.numbers.append(("=", number))
        return True

    def _determiner(self, tok: Tok) -> bool:
        if tok.node is not None and not isinstance(tok.node, Given):
            return False
        det = tok.word("det")
        if det is None:
            return False
        if det.sense == "the":
            self.definite = True
        elif det.sense != "a":
            self.quantity = self.quantity or det.sense
        if det.sense in ("any", "all", "no", "other") and not _headed(self.r, self.i + 1):
            return False
        return True

    def _ordinal(self, tok: Tok) -> bool:
        order = tok.word("order")
        if order is None or order.sense in ("avg", "sum") or not self._more():
            return False
        if order.sense in ("most", "fewest", "max", "min", "longest", "shortest", "best", "worst"):
            self.r.note_order(self.i, order.sense)
        elif order.sense != "ever":
            self.order = order.sense if order.sense != "current" or not self.order else self.order
        return True

    def _more(self) -> bool:
        return _headed(self.r, self.i + 1)

    def _state(self, tok: Tok) -> bool:
        if not self.r.adjectival(self.i) or not self._more():
            return False
        self.conds.append(self.r.adjective(self.i))
        return True

    def _value(self, tok: Tok) -> bool:
        if isinstance(tok.node, Thing) and tok.node.entity.kind != "topic" or not tok.value(*VALUES):
            return self._place_or_owner(tok)
        following = self.r.tok(self.i + 1)
        if following is None or not _headed(self.r, self.i + 1) or following.word("prep"):
            return False
        entity = tok.value(*VALUES)
        assert entity is not None
        if entity.kind in ("tag_key", "card", "param", "cohort"):
            return False
        self.conds.append(has(entity))
        return True

    def _place_or_owner(self, tok: Tok) -> bool:
        """Read `northgate's icu model`, `Priya's models`, `sepsis-risk versions`."""
        following = self.r.tok(self.i + 1)
        if tok.node is None or following is None or following.node is not None or not following.word("noun"):
            return False
        noun = following.word("noun")
        assert noun is not None
        if self.r.is_verb_here(self.i + 1) or "," in following.before:
            return False
        kind = kind_of(tok.node)
        if kind in _PLACED and noun.sense in ("model", "version", "thing", "deployment", "environment"):
            self.conds.append(Event("live", (("place", tok.node),)))
        elif kind == "person":
            self.conds.append(self.r.by_person(noun.sense, tok.node))
        elif isinstance(tok.node, Given | Thing | Holder) and (
            tok.possessive or kind in ("model", "dataset", "version")
        ):
            if noun.sense in ("model",) and kind in VERSIONS and not tok.possessive:
                return False
            self.conds.append(Within(tok.node))
        else:
            return False
        return True

    def _head(self) -> Node | None:
        tok = self.r.tok(self.i)
        if tok is None:
            return None
        if free_relative(self.r, self.i):
            return self._whatever()
        if _relation(self.r, self.i):
            return self._related()
        if tok.node is not None:
            if (isinstance(tok.node, Thing) and tok.node.entity.kind == "topic" and self.order == "") or not self.order:
                self.r.use(self.i)
                self.i += 1
                return self._named(tok)
            self.r.use(self.i)
            self.i += 1
            self.many = tok.item.text.lower().endswith("s") and not tok.item.text.lower().endswith("ss")
            return self._ordered(tok.node)
        noun = tok.word("noun")
        if noun is not None and not self.r.is_verb_here(self.i):
            return self._common(noun.sense, noun.form)
        if self.order in ("previous", "next", "latest", "first") and (self.definite or tok.word("prep", "of")):
            return SetOf("version", tuple(self.conds), self.order, True)
        return None

    def _whatever(self) -> Node | None:
        found = self.r.predicate(self.i + 1, subject="version")
        if found is None:
            return None
        self.r.use(self.i)
        conds, self.i = found
        return SetOf("version", (*self.conds, *conds))

    def _related(self) -> Node | None:
        name = _relation_name(self.r, self.i)
        state = self.r.save()
        self.r.use(self.i)
        self.r.use(self.i + 1)
        inner, j = NounReader(self.r, self.i + 2).read() if starts(self.r, self.i + 2) else (None, self.i)
        if inner is None or name is None:
            self.r.restore(state)
            return None
        self.i = j
        return Related(inner, name)

    def _named(self, tok: Tok) -> Node:
        node = tok.node
        assert node is not None
        if tok.possessive:
            self.r.possessed(node)
        following = self.r.tok(self.i)
        if isinstance(node, Thing) and following is not None and following.word("noun", "model", "dataset") and (
            self.r.plain_noun(self.i) and "," not in following.before and following.item.before.strip() == ""
        ):  # fmt: skip
            # `the sepsis-risk model`: the noun only says what kind of thing it is.
            wanted = following.word("noun", "model", "dataset")
            kinds = {node.entity.kind, *(e.kind for e in node.others)}
            if (
                wanted
                and (wanted.sense in kinds or (wanted.sense == "dataset" and kinds & DATA))
                and (
                    following.word("noun") and following.word("noun").form == "one"  # type: ignore[union-attr]
                )
            ):
                self.r.use(self.i)
                self.i += 1
        if self.conds:
            return self._conditioned(node)
        return node

    def _conditioned(self, node: Node) -> Node:
        """Read `the live sepsis-risk`, `retired cxr-triage`."""
        kind = kind_of(node)
        if kind in ("model", "topic"):
            return SetOf("version", (*self.conds, Within(node)), self.order, self.definite)
        return node

    def _ordered(self, node: Node) -> Node:
        kind = kind_of(node)
        if self.order in ("previous", "next") and not (
            isinstance(node, Holder) and self.many and self.order == "previous"
        ):
            return Step(node, -1 if self.order == "previous" else 1)
        if isinstance(node, Holder) and self.order == "previous" and self.many:
            past: tuple[tuple[str, Node], ...] = (("alias", Holder(node.alias)),)
            past += (("theme", node.model),) if node.model else ()
            return SetOf("version", (Event("lose", past, past=True),))
        if isinstance(node, Holder) and self.order in ("first", "latest"):
            if self.order == "latest":
                return node
            roles: tuple[tuple[str, Node], ...] = (("alias", Holder(node.alias)),)
            roles += (("theme", node.model),) if node.model else ()
            return SetOf("version", (Event("hold", roles, past=True),), self.order, True)
        if kind in ("model", "topic") and self.order in ("latest", "first", "current"):
            if self.order == "current" and not self.conds:
                return node
            return SetOf("version", (*self.conds, Within(node)), self.order, True)
        return node

    def _common(self, sense: str, form: str) -> Node:
        self.r.use(self.i)
        self.i += 1
        if form == "one" and self.quantity in ("", "a"):
            self.definite = self.definite or bool(self.order)
        if sense in _ROLES:
            return SetOf("dataset_version", (*self.conds, Has("input_role", "=", _ROLES[sense])), self.order, True)
        if sense in ("rejection", "review"):
            pred = {"rejection": "reject", "review": "review"}[sense]
            return SetOf("approval", (*self.conds, Event(pred)), self.order, self.definite, self.quantity)
        if sense == "service":
            return SetOf("person", (*self.conds, Has("kind", "=", "service")), self.order, self.definite, self.quantity)
        self.conds = _named_first(self.conds)
        kind: Kind = sense  # type: ignore[assignment]
        apposed = self._apposed(sense, form)
        if apposed is not None:
            return apposed
        if sense == "version" and any(isinstance(c, Within) and kind_of(c.node) in DATA for c in self.conds):
            kind = "dataset_version"
        return SetOf(kind, tuple(self.conds), self.order, self.definite and form == "one", self.quantity)

    def _apposed(self, sense: str, form: str) -> Node | None:
        """Read `the dataset icu-stays`, `model sepsis-risk`: the noun says what kind of thing the name is."""
        tok = self.r.tok(self.i)
        if (
            form != "one"
            or tok is None
            or not isinstance(tok.node, Thing)
            or "," in tok.before
            or self.conds
            or self.order
        ):
            return None
        kinds = {tok.node.entity.kind, *(e.kind for e in tok.node.others)}
        wanted = {"model": {"model", "version"}, "version": {"version"}, "dataset": set(DATA),
            "dataset_version": set(DATA),
                  "run": {"run"}, "person": {"person"}, "site": {"site"}, "environment": {"environment", "place"},
                  "document": {"document"}, "region": {"region"}}.get(sense, set())  # fmt: skip
        if not kinds & wanted:
            return None
        best = [e for e in (tok.node.entity, *tok.node.others) if e.kind in wanted]
        self.r.use(self.i)
        self.i += 1
        if tok.possessive:
            self.r.possessed(tok.node)
        return Thing(best[0], tuple(best[1:]), tok.node.text)

    def _after(self, node: Node) -> Node:
        while True:
            changed = self._postmodifier(node)
            if changed is None:
                return node
            node = changed

    def _postmodifier(self, node: Node) -> Node | None:
        tok = self.r.tok(self.i)
        if tok is None or ("," in tok.before and not tok.word("rel")) or "?" in tok.before:
            return None
        if isinstance(node, SetOf):
            for attempt in (self._relative, self._participle, self._stepped, self._prepositional):
                found = attempt(node, tok)
                if found is not None:
                    return found
            return None
        if isinstance(node, Holder) and tok.word("prep", "before", "after"):
            return self._holder_stepped(node, tok)
        return None

    def _holder_stepped(self, node: Holder, tok: Tok) -> Node | None:
        """Read `the champion before the current one`."""
        step = -1 if tok.word("prep", "before") else 1
        if self.r.tok(self.i + 1) is None:
            return None
        if not starts(self.r, self.i + 1):
            return None
        state = self.r.save()
        inner, j = NounReader(self.r, self.i + 1).read()
        if inner is None or not (_the_current(inner) or kind_of(inner) == "version"):
            self.r.restore(state)
            return None
        self.r.use(self.i)
        self.i = j
        return Step(node, step, None if _the_current(inner) else inner)

    def _relative(self, node: SetOf, tok: Tok) -> Node | None:
        """Read `that is live at X`, `which Lena approved`, `with no approval`."""
        if not tok.word("rel") or tok.word("pron", "there"):
            return None
        mark = self.i
        j = self.i + 1
        found = self.r.predicate(j, subject=node.kind)
        if found is None:
            return None
        self.r.use(mark)
        cond, self.i = found
        kind = node.kind
        if kind == "dataset" and any(isinstance(x, Event) and kind_of(x.role("theme")) in VERSIONS for x in cond):
            kind = "dataset_version"
        return self._more_conds(replace(node, kind=kind, conds=(*node.conds, *cond)))

    def _participle(self, node: SetOf, tok: Tok) -> Node | None:
        """Read `approved by Lena`, `live at X`, right after the noun."""
        if not self.r.is_pred(self.i) or self.r.is_main(self.i) or not self.r.modifies(self.i):
            return None
        found = self.r.predicate(self.i, subject=node.kind)
        if found is None:
            return None
        cond, self.i = found
        return self._more_conds(replace(node, conds=(*node.conds, *cond)))

    def _more_conds(self, node: SetOf) -> SetOf:
        """Read `and …` conditions that go on about the same noun."""
        tok = self.r.tok(self.i)
        while tok is not None and tok.word("conj", "and", "but"):
            elided = self.r.elliptical(self.i, node.conds)
            if elided is not None:
                node = replace(node, conds=(*node.conds, elided[0]))
                self.i = elided[1]
                tok = self.r.tok(self.i)
                continue
            j = self.i + 1
            while (skip := self.r.tok(j)) is not None and skip.word("rel"):
                j += 1
            if not (self.r.pred_ahead(j) and not self.r.main_ahead(j)):
                return node
            found = self.r.predicate(j, subject=node.kind)
            if found is None:
                return node
            self.r.use(self.i)
            conds, self.i = found
            node = replace(node, conds=(*node.conds, *conds))
            tok = self.r.tok(self.i)
        return node

    def _stepped(self, node: SetOf, tok: Tok) -> Node | None:
        """Read `the version before X`."""
        prep = tok.word("prep", "before", "after")
        if prep is None or node.kind not in ("version", "model", "thing"):
            return None
        if not starts(self.r, self.i + 1):
            if (
                node.kind in ("version", "model", "thing")
                and (node.definite or not node.conds)
                and self.r.tok(self.i + 1) is None
            ):
                self.r.use(self.i)
                self.i += 1
                if any(isinstance(c, Within | Event) for c in node.conds):
                    return Step(replace(node, order="current"), -1 if prep.sense == "before" else 1)
                return Step(Given("it"), -1 if prep.sense == "before" else 1)
            return None
        inner, j = NounReader(self.r, self.i + 1).read()
        if inner is None or kind_of(inner) not in VERSIONS | {"alias"}:
            return None
        self.r.use(self.i)
        self.i = j
        if _the_current(inner):
            # `the version live there before the current one`
            inner = replace(node, order="current") if node.conds else Given("it")
        return Step(inner, -1 if prep.sense == "before" else 1)

    def _prepositional(self, node: SetOf, tok: Tok) -> Node | None:
        prep = tok.word("prep")
        if prep is None:
            return None
        after = self.r.tok(self.i + 1)
        if after is not None and after.item.date is not None:
            return None
        if prep.sense in ("with", "without", "besides"):
            return self._with(node, prep.sense)
        if prep.sense in ("of", "for", "in", "from", "on", "about", "at", "by", "to", "as"):
            value = self._value_after(node, prep.sense)
            if value is not None:
                return value
            return self._of(node, prep.sense)
        return None

    def _value_after(self, node: SetOf, prep: str) -> Node | None:
        """Read `models for image classification`, `models in pytorch`, `datasets of public sensitivity`."""
        j = self.i + 1
        while (tok := self.r.tok(j)) is not None and tok.word("det", "the", "a"):
            j += 1
        tok = self.r.tok(j)
        if tok is None or prep not in ("for", "in", "of", "about", "with", "from"):
            return None
        entity = tok.value("task", "framework", "tag", "sensitivity", "topic", "evidence")
        if entity is None or (tok.node is not None and entity.kind != "topic"):
            return None
        if entity.kind == "topic" and (
            _headed(self.r, j) or node.kind not in ("model", "version", "dataset", "document")
        ):
            return None
        self.r.use(self.i)
        self.r.use(j)
        self.i = j + 1
        nxt = self.r.tok(self.i)
        if nxt is not None and nxt.word("field") and nxt.item.before.strip() == "":
            self.r.use(self.i)
            self.i += 1
        return replace(node, conds=(*node.conds, has(entity)))

    def _of(self, node: SetOf, prep: str) -> Node | None:
        mark = self.i
        if not starts(self.r, self.i + 1):
            return None
        if self.r.arg_of_main(prep, self.i + 1) and node.kind != "version":
            return None
        state = self.r.save()
        inner, j = NounReader(self.r, self.i + 1).read()
        joined = None if inner is None else join(node, prep, inner, self.r)
        if joined is None:
            self.r.restore(state)
            return None
        self.r.use(mark)
        self.i = j
        return joined

    def _except(self, node: SetOf) -> Node | None:
        """Read `except X`, `other than X`."""
        state = self.r.save()
        inner, j = NounReader(self.r, self.i + 1).read() if starts(self.r, self.i + 1) else (None, self.i)
        fits = inner is not None and (kind_of(inner) in VERSIONS - {"thing", "given"} and node.kind in ("version",
            "model", "thing") or (
            kind_of(inner) in DATA and node.kind in DATA) or kind_of(inner) == node.kind == "person")  # fmt: skip
        if inner is None or not fits:
            self.r.restore(state)
            return None
        self.r.use(self.i)
        self.i = j
        return replace(node, conds=(*node.conds, Within(inner, negated=True)))

    def _with(self, node: SetOf, prep: str) -> Node | None:
        if prep == "besides":
            return self._except(node)
        found = self.r.having(self.i + 1, negated=prep != "with", kind=node.kind)
        tok = self.r.tok(self.i)
        if found is None and tok is not None and tok.item.text.lower().endswith(("have", "has")):
            # `that have never been live`: the words are those of `that have an alias`.
            found = self.r.predicate(self.i + 1, subject=node.kind)
        if found is None:
            return None
        self.r.use(self.i)
        conds, self.i = found
        return self._more_conds(replace(node, conds=(*node.conds, *conds)))


def _named_first(conds: list[Cond]) -> list[Cond]:
    """Let a word of a description not choose among what names and tags leave: it says no more than that it fits."""
    strong = [
        c for c in conds if isinstance(c, Has) and (c.field == "topic" or c.field.startswith("tag.")) and not _told(c)
    ]
    hints = [c for c in conds if _told(c)]
    if not strong or not hints:
        return conds
    words = tuple(("also", dict(c.extra)["word"]) for c in hints if isinstance(c, Has))
    kept = [c for c in conds if c not in hints]
    at = kept.index(strong[0])
    kept[at] = replace(strong[0], extra=(*strong[0].extra, *words))
    return kept


def _told(cond: Cond) -> bool:
    return isinstance(cond, Has) and cond.field == "topic" and ("told", "") in cond.extra


def _the_current(node: Node) -> bool:
    """Whether it is `the current one`, `the present version`, with nothing else said of it."""
    return isinstance(node, Given) or (
        isinstance(node, SetOf) and node.kind in ("thing", "version", "model") and not node.conds and node.order in (
            "current", "latest", "")
    )  # fmt: skip


def has(entity: Entity) -> Has:
    """Return the condition that a value stands for."""
    match entity.kind:
        case "framework":
            return Has("framework", "family" if entity.part == "family" else "=", entity.name)
        case "tag":
            return Has(f"tag.{entity.part}", "=", entity.name)
        case "topic":
            return Has(
                "topic", "in", entity.members, extra=(("word", entity.name), *([("told", "")] if entity.part else []))
            )
        case "role":
            return Has("roles", "contains", entity.name)
    return Has(entity.kind, "=", entity.name)


def join(node: SetOf, prep: str, inner: Node, reader: Reader) -> Node | None:
    """Return `node` limited by a prepositional phrase; None when the two do not go together."""
    kind, of = node.kind, kind_of(inner)

    def add(cond: Cond) -> SetOf:
        return replace(node, conds=(*node.conds, cond))

    if of == "topic" and kind == "version" and prep in ("of", "for", "from", "in"):
        return add(Within(inner))
    if of in PLACES or of == "site":
        if kind in ("version", "model", "thing", "dataset_version"):
            return add(Event("live", (("place", inner),))) if prep in ("at", "in", "on", "for", "of", "from") else None
        return (
            add(Within(inner)) if kind in ("deployment", "environment", "stage", "event", "alias", "region") else None
        )
    if of == "person":
        return add(reader.by_person(kind, inner)) if prep in ("by", "of", "from") else None
    if kind == "version" and of in DATA and prep in ("of", "from"):
        return replace(node, kind="dataset_version", conds=(*node.conds, Within(inner)))
    if kind == "version" and of in ("version",) and node.order in ("previous", "next") and prep == "of":
        return Step(inner, -1 if node.order == "previous" else 1)
    if kind in ("version", "alias") and of in ("model", "given", "thing") and prep in ("of", "for", "from", "in", "to"):
        return add(Within(inner))
    if kind == "dataset" and of in DATA and prep in ("of", "in", "from") and not node.conds:
        return inner
    if kind == "dataset_version" and of in DATA and prep in ("of", "in"):
        return add(Within(inner))
    if kind in ("dataset_version", "dataset") and of in VERSIONS and prep in ("of", "for", "behind"):
        role = next((c.value for c in node.conds if isinstance(c, Has) and c.field == "input_role"), "training")
        return Related(inner, str(role))
    if kind == "run" and of in VERSIONS and prep in ("of", "for", "behind"):
        return Related(inner, "run")
    if kind == "model" and of in VERSIONS and prep == "of":
        return Related(inner, "model")
    if kind in _EVENTFUL and (of in VERSIONS or of in DATA or of in ("run", "document", "place")):
        return add(Within(inner))
    return None


def plain_state(sense: str) -> bool:
    """Whether a state word is a stage."""
    return sense in STAGE_STATES or sense in STATES


__all__ = ["Group", "NounReader", "has", "join", "starts"]
