"""One question read from left to right: what is asked, the predicate, its parts, and what was not understood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from askreg.agent.offline.dates import Span
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import (
    Cond,
    Count,
    Event,
    Given,
    Group,
    Has,
    Holder,
    Node,
    SetOf,
    Thing,
    Within,
    kind_of,
)  # fmt: skip
from askreg.agent.offline.nouns import VALUES, NounReader, free_relative, has, starts
from askreg.agent.offline.phrases import Tok
from askreg.agent.offline.predicates import AT_LEAST, AT_MOST, Predicates


@dataclass(slots=True)
class Clause:
    """What was found in a question."""

    wh: str = ""
    extra_wh: list[str] = field(default_factory=list)
    head: Node | None = None
    """What `which` and `how many` ask for."""
    event: Event | None = None
    verb: str = ""
    form: str = ""
    args: list[tuple[str, Node]] = field(default_factory=list)
    possessed: list[Node] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    values: list[Entity] = field(default_factory=list)
    metrics: list[Entity] = field(default_factory=list)
    cohorts: list[Entity] = field(default_factory=list)
    dates: list[Span] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    cues: list[str] = field(default_factory=list)
    literals: list[str] = field(default_factory=list)
    numbers: list[tuple[str, float]] = field(default_factory=list)
    preps: list[str] = field(default_factory=list)
    dangling: str = ""
    imperative: str = ""
    aux_first: bool = False
    aux: list[str] = field(default_factory=list)
    negated: bool = False
    any_word: bool = False
    passive: bool = False
    comparative: str = ""
    unknown: list[str] = field(default_factory=list)
    text: str = ""
    split: str = ""
    subject_first: bool = False


class Reader(Predicates):
    """Reads the tokens of one question."""

    def __init__(self, toks: list[Tok], text: str) -> None:
        """Take the tokens."""
        super().__init__(toks)
        self.c = Clause(text=text)

    def read(self) -> Clause:
        """Return what the question says."""
        self._opening()
        self.main = self._main()
        prep = ""
        while self.i < len(self.toks):
            if self.i in self.used:
                self.i += 1
                continue
            prep = self._token(self.toks[self.i], prep)
        self.c.dangling = prep
        return self.c  # type: ignore[no-any-return]

    def _token(self, tok: Tok, prep: str) -> str:
        """Take what stands at `self.i`; return a preposition that waits for its thing."""
        at = self.i
        if tok.word("rel") and tok.node is None and self._headless() and self._said_of_it():
            return ""
        for take in (
            self._date,
            self._question_word,
            self._comparative,
            self._predicate,
            self._noun,
            self._preposition,
        ):
            found = take(tok, prep)
            if found is not None:
                return found
        self.i = at + 1
        self.use(at)
        self._word(tok, prep)
        return "" if not (tok.word("det") or tok.word("filler")) else prep

    def _opening(self) -> None:
        self.i = 0
        while (tok := self.tok(self.i)) is not None:
            verb = tok.word("verb", "show", "describe", "rank", "count", "compare")
            if self.i == 0 and tok.word("aux") and not tok.word("aux", "can", "get") and not tok.word("noun"):
                self.c.aux_first = True
                self.c.aux.append(tok.word("aux").sense)  # type: ignore[union-attr]
                self.use(self.i)
                self.i += 1
                return
            if verb is not None and verb.form == "base" and tok.node is None and not self.c.imperative:
                self.c.imperative = verb.sense
                self.use(self.i)
            elif tok.node is None and (tok.word("filler") or tok.word("aux", "can")) and not (
                tok.word("det") or tok.word("noun") or tok.word("field") or tok.word("cue") or tok.word("order")
                or tok.word("state") or tok.item.entities
            ):  # fmt: skip
                self.use(self.i)
            else:
                break
            self.i += 1
        tok = self.tok(self.i)
        if tok is not None and tok.word("aux", "is", "was", "do", "did", "have", "had") and not self.c.imperative:
            self.c.aux_first = True
            self.c.aux.append(tok.word("aux").sense)  # type: ignore[union-attr]
            self.use(self.i)
            self.i += 1

    # What can stand at a place --------------------------------------------------------------------------------------

    def _date(self, tok: Tok, prep: str) -> str | None:
        if tok.item.date is None or tok.node is not None:
            return None
        self.c.dates.append(tok.item.date)
        self.use(self.i)
        self.i += 1
        return ""

    def _question_word(self, tok: Tok, prep: str) -> str | None:
        wh = tok.word("wh")
        if wh is None or free_relative(self, self.i):
            return None
        if self.c.wh:
            if wh.sense in ("which", "what", "who", "where") and self._is_relative(self.i):
                self.use(self.i)
                self.i += 1
                return prep
            self.c.extra_wh.append(wh.sense)
        else:
            self.c.wh = wh.sense
        self.use(self.i)
        self.i += 1
        if wh.sense in ("which", "what", "how many", "whose", "how often") and not self.c.extra_wh:
            self._asked_noun()
        return prep if prep in ("by", "on", "from", "to", "at", "in", "for", "since") else ""

    def _asked_noun(self) -> None:
        i = self.i
        while (
            (tok := self.tok(i)) is not None and (tok.word("prep", "of") or tok.word("det", "the")) and i < self.i + 2
        ):
            i += 1
        if i != self.i and not starts(self, i):
            i = self.i
        if not starts(self, i):
            return
        if self.tok(i).word("field") and not self.tok(i).word("noun") and not self.adjectival(i):  # type: ignore[union-attr]
            return
        state = self.save()
        node, j = NounReader(self, i).read()
        if node is None:
            self.restore(state)
            return
        self.i = j
        last = self.tok(j - 1)
        if (
            isinstance(node, Holder)
            and node.model is None
            and last is not None
            and last.item.text.lower().endswith("s")
        ):
            node = SetOf("version", (Event("hold", (("alias", node),)),))
        if isinstance(node, Group) and self.main is None and self.pred_ahead(j):
            # `which of v3, v4 and v5 are live`
            node = SetOf("version", (Within(node),))
        self.c.head = node
        if isinstance(node, SetOf):
            self._about_head(node)

    def _about_head(self, node: SetOf) -> None:
        """Take the predicates that say more of what is asked for: `which models are live and …`."""
        while self.main is None and (tok := self.tok(self.i)) is not None:
            j = self.i
            elided = self.elliptical(j, node.conds)
            if elided is not None:
                node = replace(node, conds=(*node.conds, elided[0]))
                self.i = elided[1]
                continue
            joined = bool(tok.word("conj", "and", "but", "or"))
            if joined:
                j += 1
            if not self.pred_ahead(j):
                break
            found = self.predicate(j, subject=node.kind)
            if found is None:
                break
            if joined:
                self.use(self.i)
            conds, self.i = found
            node = replace(node, conds=(*node.conds, *conds))
        self.c.head = node

    def _comparative(self, tok: Tok, prep: str) -> str | None:
        """Take `above 0.8`, `>= 0.8`, `better than X`."""
        compare = tok.word("prep", "above", "below")
        if compare is None and not any(mark in tok.before for mark in "<>"):
            return None
        if compare is not None:
            number, j = self.number_after(self.i + 1)
            if number is None:
                order = tok.word("order")
                if compare and tok.item.text.lower().endswith("than"):
                    quality = {"better": "best", "worse": "worst"}.get(tok.item.text.lower().split()[0])
                    self.c.comparative = quality or compare.sense
                    self.use(self.i)
                    self.i += 1
                    return "than"
                return None if order is None else None
            self.c.numbers.append((">=" if tok.item.text.lower() in AT_LEAST else "<=" if tok.item.text.lower() in
                                   AT_MOST else ">" if compare.sense == "above" else "<", number))  # fmt: skip
            for k in range(self.i, j):
                self.use(k)
            self.i = j
            return ""
        if tok.item.number is None:
            return None
        mark = next(m for m in (">=", "<=", ">", "<") if m in tok.before)
        self.c.numbers.append((mark, tok.item.number))
        self.use(self.i)
        self.i += 1
        return ""

    def _predicate(self, tok: Tok, prep: str) -> str | None:
        if not self.is_pred(self.i) or self.adjectival(self.i):
            return None
        if self.c.event is not None and (self.i != self.main or self._headless()):
            return self._second_predicate(tok)
        if self.c.event is not None:
            # Two predicates, each with a claim to the question: one of them would be lost.
            self.c.unknown.append(self.c.verb)
        self.c.verb = self.sense(self.i)
        self.c.form = self.form(self.i)
        self.c.passive = self.c.form == "past" and bool({"is", "was"} & set(self.c.aux))
        found = self.arguments(self.i, main=True)
        event, self.i, dangling = found
        self.c.values += self._values
        counts = [c for c in self._pending if isinstance(c, Count)]
        if counts and self.c.head is None and self.c.wh == "where":
            self.c.head, self.c.wh = SetOf("site"), "which"
        if counts and isinstance(self.c.head, SetOf):
            self.c.head = replace(self.c.head, conds=(*self.c.head.conds, *counts))
            return dangling
        if self.c.negated:
            event = replace(event, negated=not event.negated)
        roles = list(event.roles)
        self.c.event = replace(event, roles=tuple(roles))
        self.c.subject_first = bool(self.c.args)
        return dangling

    def _second_predicate(self, tok: Tok) -> str | None:
        """Take a further predicate about what the question is about."""
        found = self.predicate(self.i, subject="thing")
        if found is None:
            return None
        if self._denied_before(self.i):
            found = ([replace(c, negated=not c.negated) for c in found[0]], found[1])
        conds, self.i = found
        if self._headless():
            # `in production but not live`: what is asked for are versions.
            self.c.head, self.c.event = SetOf("version", (self.c.event,)), None
        target = self.c.head
        prep, last = self.c.args[-1] if self.c.args else ("", None)
        if isinstance(target, SetOf):
            self.c.head = replace(target, conds=(*target.conds, *conds))
        elif target is None and isinstance(last, SetOf) and not prep and len(self.c.args) == 1:
            self.c.args[-1] = (prep, replace(last, conds=(*last.conds, *conds)))
        else:
            self.c.unknown.append(tok.item.text)
        return ""

    def _said_of_it(self) -> bool:
        """Take what goes on about things that nothing named: `what is live that is not champion`."""
        if not self.pred_ahead(self.i + 1):
            return False
        found = self.predicate(self.i + 1, subject="version")
        if found is None:
            return False
        self.use(self.i)
        conds, self.i = found
        self.c.head, self.c.event = SetOf("version", (self.c.event, *conds)), None
        return True

    def _headless(self) -> bool:
        """Whether nothing is named that the predicate could be about."""
        return (
            self.c.head is None and self.c.event is not None and not self.c.args and self.c.wh in ("", "what", "which")
        )

    def _denied_before(self, i: int) -> bool:
        """Whether the predicate at token i is denied by a word that the clause took for its own."""
        i -= 1
        while (tok := self.tok(i)) is not None and tok.node is None and (tok.word("aux")
            or tok.word("filler")) and not (
            tok.word("neg") or tok.word("conj")
        ):  # fmt: skip
            i -= 1
        return tok is not None and bool(tok.word("neg"))

    def _noun(self, tok: Tok, prep: str) -> str | None:
        if not starts(self, self.i) or (tok.word("field") and not tok.node and self._field_here()):
            return None
        state = self.save()
        start = self.i
        node, j = NounReader(self, self.i).read()
        if node is None or j == start:
            self.restore(state)
            return None
        self.i = j
        if (
            isinstance(node, SetOf)
            and node.kind == "thing"
            and node.quantity in ("any", "all", "no")
            and not node.conds
        ):
            self.c.any_word = True
        self.c.args.append((prep, node))
        return ""

    def _field_here(self) -> bool:
        """Whether a word that is both a noun and a field names a field here: `what stage is X in`."""
        tok = self.tok(self.i)
        assert tok is not None
        noun = tok.word("noun")
        if noun is None:
            return True
        if noun.sense in ("stage", "region", "alias", "tag", "run"):
            return noun.form == "one" or noun.sense == "tag"
        return noun.sense not in ("model", "version", "dataset", "metric", "run", "event", "gap")

    def _preposition(self, tok: Tok, prep: str) -> str | None:
        word = tok.word("prep")
        if word is None or tok.node is not None:
            return None
        if word.sense == "without" or (word.sense == "with" and self._having_next()):
            found = self.having(self.i + 1, negated=word.sense == "without", kind="version")
            if (
                self.c.head is None
                and self.c.event is not None
                and self.c.wh in ("", "what", "which")
                and not self.c.args
            ):
                # `what is live without an approval`: what is asked for are versions.
                self.c.head, self.c.event = SetOf("version", (self.c.event,)), None
            if found is not None and found[0] and isinstance(self.c.head, SetOf):
                self.use(self.i)
                conds, self.i = found
                self.c.head = replace(self.c.head, conds=(*self.c.head.conds, *conds))
                return ""
        self.c.preps.append(word.sense)
        self.use(self.i)
        self.i += 1
        return word.sense

    def _having_next(self) -> bool:
        tok = self.tok(self.i + 1)
        return tok is not None and bool(tok.word("det", "no"))

    def _word(self, tok: Tok, prep: str) -> None:
        """Take a word that is no thing and no predicate."""
        c, item = self.c, tok.item
        metric = item.entity("metric")
        known = True
        if metric is not None:
            c.metrics.append(metric)
            others = [e for e in item.entities if e.kind == "metric" and e != metric]
            c.metrics += [e for e in others if e.exists or not metric.exists]
            if tok.word("field", "sensitivity"):
                c.fields.append("sensitivity")
        elif item.entity("cohort", "cohort_key"):
            c.cohorts.append(item.entity("cohort", "cohort_key"))
        elif tok.word("agent"):
            c.agents.append(tok.word("agent").sense)  # type: ignore[union-attr]
        elif tok.word("order") and tok.word("order").sense != "current":  # type: ignore[union-attr]
            c.orders.append(tok.word("order").sense)  # type: ignore[union-attr]
            if tok.word("cue"):
                c.cues.append(tok.word("cue").sense)  # type: ignore[union-attr]
        elif tok.word("field") and (not tok.word("cue") or prep != ""):
            c.fields.append(tok.word("field").sense)  # type: ignore[union-attr]
        elif item.entity("card", "param", "tag_key", *VALUES):  # type: ignore[arg-type]
            c.values.append(item.entity("card", "param", *VALUES))  # type: ignore[arg-type]
        elif item.literal:
            c.literals.append(item.literal)
        else:
            known = self._small_word(tok)
        if not known:
            c.unknown.append(item.text)

    def _small_word(self, tok: Tok) -> bool:
        c = self.c
        if tok.word("neg"):
            c.negated = True
        elif tok.word("cue"):
            c.cues.append(tok.word("cue").sense)  # type: ignore[union-attr]
        elif tok.word("aux"):
            c.aux.append(tok.word("aux").sense)  # type: ignore[union-attr]
        elif tok.word("state"):
            c.cues.append("state:" + tok.word("state").sense)  # type: ignore[union-attr]
        elif tok.word("det", "any"):
            c.any_word = True
        elif tok.word("verb", "have", "exist", "perform", "count", "show", "rank", "describe", "measure", "do"):
            sense = tok.word("verb", "have", "exist", "perform", "count", "show", "rank", "describe", "measure", "do")
            c.cues.append("verb:" + sense.sense)  # type: ignore[union-attr]
        elif tok.item.number is not None:
            c.numbers.append(("=", tok.item.number))
        elif tok.word("pron", "its", "then"):
            if tok.word("pron", "its"):
                c.args.append(("of", Given("it")))
        elif tok.word("noun"):
            c.args.append(("", SetOf(tok.word("noun").sense)))  # type: ignore[union-attr, arg-type]
        else:
            return not tok.item.unknown and not (tok.word("verb") and not tok.word("filler"))
        return True

    # What the noun reader asks for ----------------------------------------------------------------------------------

    def note_order(self, i: int, sense: str) -> None:
        """Keep a superlative that stands before a noun."""
        self.c.orders.append(sense)
        cue = self.tok(i).word("cue")  # type: ignore[union-attr]
        if cue is not None:
            self.c.cues.append(cue.sense)

    def possessed(self, node: Node) -> None:
        """Keep what stands before `'s`."""
        self.c.possessed.append(node)

    def by_person(self, kind: str, person: Node) -> Cond:
        """Return what `by Lena` says of a thing of a kind."""
        pred = {"approval": "signed_by", "run": "run", "deployment": "deploy", "event": "do", "model": "own",
                "stage": "move"}.get(kind, "register")  # fmt: skip
        return Event(pred, (("agent", person),), past=True)

    def number_after(self, i: int) -> tuple[float | None, int]:
        """Return the number at token i, and where it ends."""
        tok = self.tok(i)
        while tok is not None and (tok.word("prep", "to", "of") or tok.word("aux") or tok.word("conj") or
                                   (tok.word("order", "max", "min", "best") and tok.item.number is None)):  # fmt: skip
            i += 1
            tok = self.tok(i)
        if tok is None or tok.item.number is None or tok.node is not None:
            return None, i
        return tok.item.number, i + 1

    def having(self, i: int, *, negated: bool, kind: str) -> tuple[list[Cond], int] | None:
        """Read what is had: `no approval`, `auroc above 0.8`, `a champion`, `tag x`."""
        every = False
        while (
            (tok := self.tok(i)) is not None
            and (tok.word("det") or tok.word("filler") or tok.word("neg"))
            and (tok.node is None and not tok.word("noun") and not tok.word("field"))
        ):
            every = every or tok.item.text.lower() in ("all", "every", "each", "all of", "all the")
            negated = negated or bool(tok.word("det", "no")) or bool(tok.word("neg"))
            self.use(i)
            i += 1
        if tok is None:
            return None
        if every:
            return self._had_by_all(tok, i, negated, kind)
        if tok.value("metric") and tok.node is None:
            return self._had_metric(tok, i, negated)
        order = tok.word("order", "max", "min", "best", "worst", "most", "fewest", "longest", "shortest")
        if order is not None:
            self.note_order(i, order.sense)
            self.use(i)
            return ([], i + 1)
        counted = self._had_count(i, negated)
        if counted is not None:
            return counted
        number = self.number_after(i + 1) if tok.word("prep", "above", "below") else (None, i)
        if number[0] is not None:
            return self._had_number(tok, number[0], number[1])
        return self._had_thing(tok, i, negated, kind)

    def _had_metric(self, tok: Tok, i: int, negated: bool) -> tuple[list[Cond], int]:
        metric = tok.value("metric")
        assert metric is not None
        self.use(i)
        i += 1
        nxt = self.tok(i)
        while (
            nxt is not None
            and (nxt.word("prep", "of") or nxt.word("aux") or nxt.word("filler"))
            and not nxt.item.number
        ):
            i += 1
            nxt = self.tok(i)
        if nxt is not None and nxt.word("prep", "above", "below"):
            number, j = self.number_after(i + 1)
            if number is not None:
                sense = nxt.item.text.lower()
                op = ">=" if sense in AT_LEAST else "<=" if sense in AT_MOST else (
                    ">" if nxt.word("prep", "above") else "<")  # fmt: skip
                return self._where_measured(metric, op, number, i, j)
        if nxt is not None and nxt.item.number is not None and any(m in nxt.before for m in "<>="):
            op = next((m for m in (">=", "<=", ">", "<") if m in nxt.before), "=")
            self.use(i)
            return self._where_measured(metric, op, nxt.item.number, i, i + 1)
        if nxt is not None and nxt.item.number is not None and nxt.node is None:
            after = self.tok(i + 1)
            word = after.item.text.lower() if after is not None else ""
            self.use(i)
            if word in AT_LEAST or word in AT_MOST:
                self.use(i + 1)
                return self._where_measured(metric, ">=" if word in AT_LEAST else "<=", nxt.item.number, i, i + 2)
            return self._where_measured(metric, "=", nxt.item.number, i, i + 1)
        return [Has("metric", "exists", metric.name, negated=negated)], i

    def _where_measured(self, metric: Entity, op: str, number: float, i: int, j: int) -> tuple[list[Cond], int]:
        """Take `on D`, `for women` after a figure."""
        extra = [("name", metric.name)]
        for k in range(i, j):
            self.use(k)
        while (prep := self.tok(j)) is not None and prep.word("prep", "on", "for", "in", "at") and prep.node is None:
            what = self.tok(j + 1)
            if what is None:
                break
            if (
                what.node is not None
                and kind_of(what.node) in ("dataset", "dataset_version")
                and isinstance(what.node, Thing)
            ):
                extra.append(("dataset", what.node.entity.name))
            elif what.node is None and (cohort := what.value("cohort")) is not None:
                extra.append(("cohort", cohort.name))
            else:
                break
            self.use(j)
            self.use(j + 1)
            j += 2
        return [Has("metric", op, number, extra=tuple(extra))], j

    def _had_number(self, tok: Tok, number: float, j: int) -> tuple[list[Cond], int] | None:
        unit = self.tok(j)
        op = ">" if tok.word("prep", "above") else "<"
        text = tok.item.text.lower()
        op = ">=" if text in AT_LEAST else "<=" if text in AT_MOST else op
        if unit is not None and unit.word("field", "rows", "size", "n"):
            self.use(j)
            return [Has(unit.word("field").sense, op, number)], j + 1  # type: ignore[union-attr]
        return None

    def _had_by_all(self, tok: Tok, i: int, negated: bool, kind: str) -> tuple[list[Cond], int] | None:
        """Read `all versions retired`: it has none that is not."""
        found = self._had_thing(tok, i, False, kind)
        one = found[0][0] if found is not None and len(found[0]) == 1 else None
        if found is None or not isinstance(one, Has) or one.field != "versions" or not isinstance(one.value, tuple):
            return None
        said = [c for c in one.value if isinstance(c, Event)]
        if len(said) != 1 or len(one.value) != 1:
            return None
        other = replace(said[0], negated=not said[0].negated)
        return [Has("versions", "with", (other,), negated=not negated)], found[1]

    def _had_count(self, i: int, negated: bool) -> tuple[list[Cond], int] | None:
        """Read `more than one version`, `two live versions`."""
        found = self.how_many(i)
        if found is None:
            return None
        op, number, k = found
        tok = self.tok(k)
        if (
            tok is None
            or not starts(self, k)
            or tok.word("field", "rows", "n", "size")
            and not tok.word("noun", "version")
        ):
            return None
        state = self.save()
        node, j = NounReader(self, k).read()
        if not isinstance(node, SetOf):
            self.restore(state)
            return None
        for at in range(i, k):
            self.use(at)
        return [Count(node, op, number, negated=negated)], j

    def _had_thing(self, tok: Tok, i: int, negated: bool, kind: str) -> tuple[list[Cond], int] | None:
        value = tok.value("framework", "task", "tag", "evidence", "sensitivity", "role")
        if value is not None and tok.node is None:
            self.use(i)
            i += 1
            nxt = self.tok(i)
            if nxt is not None and nxt.word("field") and "," not in nxt.before:
                self.use(i)
                i += 1
            return [replace(has(value), negated=negated)], i
        holders = tok.node.nodes if isinstance(tok.node, Group) else (tok.node,)
        if all(isinstance(n, Holder) for n in holders):
            self.use(i)
            conds: list[Cond] = [
                Has("alias", "exists", n.alias, negated=negated) for n in holders if isinstance(n, Holder)
            ]
            i += 1
            while (nxt := self.tok(i)) is not None and (nxt.word("conj", "and", "but") or nxt.word("det", "a", "the",
                "no")
                                                        or nxt.word("prep", "without")) and (
                any(isinstance(t.node, Holder) for t in self.toks[i : i + 3])
            ):  # fmt: skip
                negated = bool(nxt.word("det", "no") or nxt.word("prep", "without")) or (
                    negated and not nxt.word("conj", "but")
                )
                self.use(i)
                i += 1
                nxt = self.tok(i)
                if nxt is not None and isinstance(nxt.node, Holder):
                    self.use(i)
                    conds.append(Has("alias", "exists", nxt.node.alias, negated=negated))
                    i += 1
            return conds, i
        owner = tok.word("agent", "own", "approve") if tok.node is None else None
        if owner is not None:
            self.use(i)
            return [Has("owner", "exists", negated=negated) if owner.sense == "own" else
                    Has("approvals", "with", (), negated=negated)], i + 1  # fmt: skip
        card = tok.value("card")
        if card is not None and tok.node is None:
            self.use(i)
            return [Has(f"card.{card.name}", "exists", negated=negated)], i + 1
        if starts(self, i) or tok.word("field") or tok.word("noun"):
            return self._had_noun(tok, i, negated)
        state = tok.word("state")
        if state is not None and (nxt := self.tok(i + 1)) is not None and nxt.word("noun", "version"):
            self.use(i)
            self.use(i + 1)
            return [Has("versions", "with", (self.adjective(i),), negated=negated)], i + 2
        return None

    def _had_noun(self, tok: Tok, i: int, negated: bool) -> tuple[list[Cond], int] | None:
        word = tok.word("field")
        if word is not None and word.sense in _HAD_FIELDS:
            self.use(i)
            key = self.tok(i + 1)
            if word.sense == "tags" and key is not None and key.value("tag", "tag_key"):
                entity = key.value("tag", "tag_key")
                assert entity is not None
                self.use(i + 1)
                field_ = f"tag.{entity.part or entity.name}"
                op = "=" if entity.kind == "tag" else "exists"
                return [Has(field_, op, entity.name if op == "=" else None, negated=negated)], i + 2
            return [Has(word.sense, "exists", negated=negated)], i + 1
        state = self.save()
        node, j = NounReader(self, i).read()
        if isinstance(node, SetOf) and node.kind == "thing" and (node.definite or self.toks[i - 1].word("det", "the")):
            self.restore(state)  # `compare X with the one live at Y`: that one is not had
            return None
        if isinstance(node, SetOf) and node.kind in ("approval", "metric", "document", "deployment", "alias", "run",
                                                     "version", "thing", "event"):  # fmt: skip
            return [Has(node.kind + "s", "with", node.conds, negated=negated or node.quantity == "no")], j
        if isinstance(node, SetOf) and node.kind == "dataset_version":
            return [Has("training", "exists", negated=negated)], j
        self.restore(state)
        return None


_HAD_FIELDS = {"tags", "card", "ci", "digest", "description", "framework", "base", "schema", "commit", "n", "params",
               "source", "comment", "reason", "repo", "uri", "rows", "title", "change_control"}  # fmt: skip

__all__ = ["Clause", "Reader", "Within", "kind_of"]
