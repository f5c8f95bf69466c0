"""Verbs and states in a question: which of them carry it, which only modify, and what belongs to each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import Cond, Count, Event, Given, Has, Holder, Node, SetOf, Thing, kind_of
from askreg.agent.offline.nouns import NounReader, has, starts
from askreg.agent.offline.phrases import Tok
from askreg.agent.offline.roles import DATA, EVENTS, PLACES, STAGE_STATES, STATES, VERSIONS, role_of

_SKIPPED = ("filler",)
_ADJECTIVES = frozenset(("approve", "retire", "reject", "deploy", "evaluate", "review", "register", "withdraw", "use"))
_SAID = ("sensitivity", "framework", "task")
_COUNTABLE = (
    "version",
    "model",
    "site",
    "environment",
    "dataset",
    "dataset_version",
    "approval",
    "deployment",
    "run",
    "person",
)
AT_LEAST = {"at least", "no less than", "not less than", "or more", "or higher", "or above", "or better", "minimum of"}
AT_MOST = {"at most", "no more than", "not more than", "or less", "or lower", "or below", "maximum of"}


@dataclass(frozen=True, slots=True)
class _State:
    used: frozenset[int]
    i: int


class Predicates:
    """The part of the reader that knows verbs."""

    def __init__(self, toks: list[Tok]) -> None:
        """Take the tokens."""
        self.toks = toks
        self.used: set[int] = set()
        self.main: int | None = None
        self.i = 0
        self.c: Any = None
        self._pending: list[Has | Count] = []
        self._values: list[Entity] = []

    def tok(self, i: int) -> Tok | None:
        """Return token i, if there is one."""
        return self.toks[i] if 0 <= i < len(self.toks) else None

    def use(self, i: int) -> None:
        """Mark token i as understood."""
        self.used.add(i)

    def save(self) -> _State:
        """Return the state to come back to."""
        return _State(frozenset(self.used), self.i)

    def restore(self, state: _State) -> None:
        """Go back."""
        self.used, self.i = set(state.used), state.i

    def note_order(self, i: int, sense: str) -> None:
        """Keep a superlative."""
        raise NotImplementedError

    def possessed(self, node: Node) -> None:
        """Keep what stands before `'s`."""
        raise NotImplementedError

    def by_person(self, kind: str, person: Node) -> Cond:
        """Return what `by Lena` says of a thing of a kind."""
        raise NotImplementedError

    def having(self, i: int, *, negated: bool, kind: str) -> tuple[list[Cond], int] | None:
        """Read what is had."""
        raise NotImplementedError

    # What a word is here --------------------------------------------------------------------------------------------

    def sense(self, i: int) -> str:
        """Return the predicate at token i."""
        tok = self.toks[i]
        state = tok.word("state")
        if state is not None and not self._stored(i):
            return STATES[state.sense][0] if state.sense in STATES else state.sense
        verb = next((w for w in tok.item.words if w.category == "verb" and w.sense in EVENTS), None)
        return verb.sense if verb else "do"

    def _stored(self, i: int) -> bool:
        tok = self.toks[i]
        if not tok.word("verb", "store"):
            return False
        return any(t.word("field", "uri", "digest", "repo", "commit") for t in self.toks[:i])

    def form(self, i: int) -> str:
        """Return the form of the verb at token i."""
        tok = self.toks[i]
        if tok.word("state"):
            return "state"
        verb = next((w for w in tok.item.words if w.category == "verb" and w.sense in EVENTS), None)
        return verb.form if verb else ""

    def _back(self, i: int) -> Tok | None:
        """Return the token before i that is not a mere filler."""
        i -= 1
        while (tok := self.tok(i)) is not None and tok.node is None and (
            tok.word("neg") or tok.word("order", "ever", "current", "first", "latest") or
            (tok.word("filler") and not tok.word("noun") and not tok.word("prep") and not tok.word("verb")
             and not tok.word("det") and not tok.word("conj"))
        ):  # fmt: skip
            i -= 1
        return tok

    def is_verb_here(self, i: int) -> bool:
        """Whether a word that may be a noun is a verb at this place."""
        tok = self.tok(i)
        if tok is None or tok.node is not None:
            return False
        verb = next((w for w in tok.item.words if w.category == "verb" and w.sense in EVENTS), None)
        if verb is None:
            return False
        if not (tok.word("noun") or tok.word("field") or tok.word("agent")):
            return True
        if verb.form in ("past", "ing"):
            return True
        back, after = self._back(i), self.tok(i + 1)
        if back is None:
            return False
        if back.word("wh", "where") and verb.form == "base":
            return after is not None
        if back.word("wh", "who", "what") or (back.word("rel") and not back.word("wh", "which")):
            return True
        if back.word("wh", "where") and back.item.text.lower() != "where" and verb.form == "s":
            # `which hospital runs X`
            return after is not None and after.node is not None
        if back.word("det") or back.word("order") or back.word("prep") or back.word("wh") or back.word("conj"):
            return False
        if any(t.word("aux", "do", "did") for t in self.toks[:i]) and (back.node is not None or back.word("noun")):
            return True
        follows = after is not None and (after.node is not None or bool(after.word("det")) or bool(after.word("prep")))
        noun = back.word("noun")
        return noun is not None and follows and (noun.form == "many") == (verb.form == "base")

    def is_pred(self, i: int) -> bool:
        """Whether token i is a predicate."""
        tok = self.tok(i)
        if tok is None or tok.node is not None or tok.item.entity("metric"):
            return False
        if tok.word("aux") and not tok.word("state"):
            return self._full_do(i)
        if tok.word("state"):
            return True
        return self.is_verb_here(i)

    def _full_do(self, i: int) -> bool:
        """Whether `do`, `did`, `done` is the verb itself: `what did Lena do`."""
        tok = self.toks[i]
        if not tok.word("verb", "do"):
            return False
        later = [t for t in self.toks[i + 1 :] if t.item.date is None and not t.word("filler")]
        if any(t.node is not None or t.word("noun") or t.word("verb") or t.word("state") for t in later):
            return False
        return i > 1

    def plain_noun(self, i: int) -> bool:
        """Whether the noun at token i stands for itself, not for the beginning of something else."""
        after = self.tok(i + 1)
        return after is None or not after.word("noun") and not after.word("field")

    def adjectival(self, i: int) -> bool:
        """Whether the state or participle at token i stands before the noun it modifies."""
        tok = self.tok(i)
        if tok is None or tok.node is not None:
            return False
        verb = tok.word("verb", *_ADJECTIVES)
        if not tok.word("state") and not (verb and verb.form == "past"):
            return False
        back = self._back(i)
        if back is not None and not (
            back.word("det") or back.word("order") or back.word("wh", "which", "how many", "what") or back.word("prep")
            or back.word("verb", "show", "describe", "rank", "count", "compare", "have") or self._adjective_before(i)
            or back.word("conj") or (back.word("filler") and not back.word("aux")) or back.word("aux", "have")
            or (back.node is None and (back.item.entities or number_of(back) is not None))
        ):  # fmt: skip
            return False
        if back is not None and (
            back.word("wh", "who", "what", "when", "where", "why") or back.word("aux", "is", "was")
        ):
            return (
                back.word("wh", "what") is not None and self._noun_ahead(i + 1, strict=True) and bool(tok.word("state"))
            )
        return self._noun_ahead(i + 1, strict=back is None or bool(back.word("conj")))

    def _adjective_before(self, i: int) -> bool:
        return i > 0 and self.adjectival(i - 1)

    def _noun_ahead(self, i: int, *, strict: bool) -> bool:
        """Whether only modifiers stand between here and a noun (or, unless strict, a model)."""
        while (tok := self.tok(i)) is not None:
            if tok.word("noun") and not tok.word("verb"):
                return True
            if tok.word("noun") and tok.word("noun").form == "many" or tok.word("noun", "version", "model", "thing"):  # type: ignore[union-attr]
                return True
            if tok.node is not None:
                if kind_of(tok.node) in ("model", "version") and not tok.possessive:
                    return not strict or self._noun_ahead(i + 1, strict=True)
                if kind_of(tok.node) != "topic":
                    return False
            elif not (tok.word("order") or tok.item.entities or tok.word("state") or tok.word("conj", "and", "or")
                      or tok.word("verb", *_ADJECTIVES)):  # fmt: skip
                return False
            i += 1
        return False

    def adjective(self, i: int) -> Cond:
        """Return the condition that the adjective at token i states."""
        tok = self.toks[i]
        negated = (before := self.tok(i - 1)) is not None and bool(before.word("neg"))
        return self._stated(tok, negated)

    def _stated(self, tok: Tok, negated: bool) -> Event:
        state = tok.word("state")
        if state is not None:
            if state.sense in STAGE_STATES:
                return Event(f"stage:{state.sense}", negated=negated)
            pred, denies = STATES.get(state.sense, (state.sense, False))
            return Event(pred, negated=negated != denies)
        verb = next(w for w in tok.item.words if w.category == "verb" and w.sense in EVENTS)
        pred = {"retire": "stage:retired", "deploy": "live", "use": "live"}.get(verb.sense, verb.sense)
        return Event(pred, negated=negated, past=pred not in ("live", "stage:retired"))

    # Which predicate carries the question ---------------------------------------------------------------------------

    def _is_relative(self, i: int) -> bool:
        """Whether `that`, `which`, `who` at token i goes on about the noun before it."""
        tok = self.tok(i)
        back = self.tok(i - 1)
        if tok is None or not tok.word("rel") or back is None:
            return False
        if "," in tok.before and tok.word("wh"):
            return back.node is not None and tok.word("wh", "which") is not None
        return bool(back.node is not None or back.word("noun") or back.word("agent") or back.word("pron"))

    def modifies(self, i: int) -> bool:
        """Whether the predicate at token i can follow the noun it modifies directly: a participle or state."""
        return self.form(i) in ("past", "ing", "state") and self.sense(i) not in ("compare", "perform", "do", "miss")

    def is_main(self, i: int) -> bool:
        """Whether the predicate at token i carries the question."""
        return i == self.main

    def _free_preds(self) -> list[int]:
        """Return the predicates that are in no relative clause and before no noun."""
        free, pending = [], False
        for i in range(len(self.toks)):
            if self._is_relative(i):
                pending = True
            elif self.is_pred(i) and not self.adjectival(i):
                if not pending:
                    free.append(i)
                pending = False
        return free

    def _main(self) -> int | None:
        free = [i for i in self._free_preds() if i >= self.i]
        if not free:
            return None
        at = next(
            (i for i in range(self.i, len(self.toks)) if self.toks[i].word("wh") and not self._is_relative(i)), None
        )
        if at is None:
            return free[-1] if self.c.aux_first and not self._wanted_before(self.i, free[0]) else None
        wh = self.toks[at].word("wh").sense  # type: ignore[union-attr]
        free = [i for i in free if i > at] or free
        if self._wanted_before(at + 1, free[0]):
            return None
        if wh in ("who", "what") or (wh == "which" and not starts(self, at + 1)):
            if wh == "what" and self._noun_asked(at + 1):
                return self._object_question(at, free)
            return free[0] if self._directly(at + 1, free[0]) else free[-1]
        if wh in ("which", "what", "how many", "whose", "how often"):
            return self._object_question(at, free)
        return free[-1]

    def _noun_asked(self, i: int) -> bool:
        """Whether a noun follows `what` at once: `what data`, `what live versions`."""
        tok = self.tok(i)
        if tok is None or tok.word("det") or tok.word("aux") or tok.node is not None and kind_of(tok.node) != "topic":
            return False
        return starts(self, i)

    def _wanted_before(self, start: int, end: int) -> bool:
        """Whether a field, metric or part word stands between: then that is asked, not the predicate."""
        for i in range(start, end):
            tok = self.toks[i]
            if tok.node is not None:
                continue
            if tok.word("agent") or tok.item.entity("metric") or (tok.word("field") and not tok.word("noun")):
                following = self.tok(i + 1)
                return following is not None and bool(following.word("prep", "of", "for", "in", "on", "from"))
        return False

    def _directly(self, start: int, end: int) -> bool:
        """Whether only auxiliaries and adverbs stand between."""
        return all(
            t.node is None and (t.word("aux") or t.word("neg") or t.word("filler") or t.word("order") or t.word("det",
                "all"))
            and not t.word("noun") and not t.item.entity("metric")
            for t in self.toks[start:end]
        )  # fmt: skip

    def _object_question(self, at: int, free: list[int]) -> int | None:
        """Find the verb of `which versions did Lena approve`; none in `which versions are live`."""
        for i in range(at + 1, free[-1]):
            tok = self.toks[i]
            if not tok.word("aux") or tok.node is not None or self._is_relative(i - 1):
                continue
            if tok.word("aux", "have", "had") and self._had(i):
                return None
            between = range(i + 1, free[-1])
            if any(starts(self, k) and not self.is_pred(k) and not self._argument(k) for k in between):
                last = free[-1]
                return last if last > i else None
            return None
        nodes = [
            k
            for k in range(at + 2, free[-1])
            if self.toks[k].node is not None and kind_of(self.toks[k].node) == "person"
        ]
        return (
            free[-1]
            if nodes and not self._argument(nodes[-1]) and self.form(free[-1]) in ("past", "base", "s")
            else None
        )

    def _argument(self, i: int) -> bool:
        """Whether what stands at token i belongs to a preposition or verb before it."""
        back = self.tok(i - 1)
        while back is not None and (back.word("det") or back.word("order")):
            i -= 1
            back = self.tok(i - 1)
        return back is not None and bool(back.word("prep") or self.is_pred(i - 1))

    def main_ahead(self, i: int) -> bool:
        """Whether the question's own predicate is the next."""
        while (tok := self.tok(i)) is not None and (tok.word("aux") or tok.word("neg") or tok.word("filler")):
            if i == self.main:
                return True
            i += 1
        return i == self.main

    def pred_ahead(self, i: int) -> bool:
        """Whether a predicate follows, after auxiliaries and adverbs only."""
        aux = False
        while (tok := self.tok(i)) is not None:
            if isinstance(tok.node, Holder) and aux and not tok.possessive:
                after = self.tok(i + 1)
                return after is None or not after.word("prep", "before", "after")
            if tok.node is not None:
                return False
            aux = aux or bool(tok.word("aux", "is", "was")) or tok.item.text.lower().endswith(" been")
            if aux and self._valued(i):
                return True
            if self.is_pred(i) and not self.adjectival(i):
                return True
            if tok.word("verb", "have", "miss") or (tok.word("aux", "have", "had") and self._had(i)):
                return True
            if tok.word("prep", "without") or (tok.word("prep", "with") and not tok.word("conj")):
                return True
            if not (tok.word("aux") or tok.word("neg") or tok.word("filler") or tok.word("order", "ever", "current",
                    "first", "latest", "best") or tok.word("rel") or tok.word("det", "all")):  # fmt: skip
                return False
            i += 1
        return False

    def _had(self, i: int) -> bool:
        """Whether `have` at token i is a verb of its own: no participle follows."""
        j = i + 1
        while (tok := self.tok(j)) is not None and (tok.word("neg") or tok.word("order", "ever") or tok.word("filler")
                                                    or tok.word("aux", "was")):  # fmt: skip
            if tok.word("aux", "was") or tok.item.text.lower().endswith(" been"):
                return False
            j += 1
        return tok is not None and not self.is_pred(j)

    def arg_of_main(self, prep: str, i: int) -> bool:
        """Whether what follows a preposition plays a part in the question's predicate, rather than in the noun."""
        if self.main is None or i < self.main:
            return False
        tok = self.tok(i)
        if tok is None or tok.node is None:
            return False
        kind = kind_of(tok.node)
        pred = self.sense(self.main)
        return kind in ("person", "site", "place", "environment") and role_of(pred, prep, tok.node) is not None

    # What belongs to a predicate ------------------------------------------------------------------------------------

    def predicate(self, i: int, *, subject: str) -> tuple[list[Cond], int] | None:
        """Read a predicate as a condition on a noun of kind `subject`, from its auxiliaries on."""
        negated, past, present, state = False, False, False, self.save()
        leading: list[tuple[str, Node]] = []
        prep = ""
        while (tok := self.tok(i)) is not None:
            lacking = tok.node is None and tok.word("verb", "miss") is not None and tok.word("prep") is None
            if self._reached(i):
                self.use(i)
                had = self.having(i + 1, negated=negated, kind=subject)
                if had is None:
                    self.restore(state)
                    return None
                return [
                    replace(c, op=">=") if isinstance(c, Has) and (c.field, c.op) == ("metric", "=") else c
                    for c in had[0]
                ], had[1]
            if self.is_pred(i) and not self.adjectival(i) and not lacking:
                break
            if (
                lacking
                or tok.word("aux", "have", "had")
                and self._had(i)
                or tok.word("verb", "have")
                and not self.is_pred(i)
                and self._had(i)
            ):
                missing = tok.word("verb", "miss") is not None
                self.use(i)
                found = self.having(i + 1, negated=negated or missing, kind=subject)
                if found is None:
                    self.restore(state)
                return found
            if tok.word("prep", "without", "with") and tok.node is None:
                self.use(i)
                found = self.having(i + 1, negated=bool(tok.word("prep", "without")), kind=subject)
                if found is None:
                    self.restore(state)
                return found
            held = self._held(i, past)
            if held is not None:
                event, i = held
                return [replace(event, negated=negated)], i
            if tok.node is None and tok.word("order", "ever"):
                past = True
                self.use(i)
                i += 1
                continue
            if tok.node is None and (tok.word("aux") or tok.word("neg") or tok.word("filler") or tok.word("order") or
                                     tok.word("rel") or tok.word("det", "all", "any")) and not starts(self,
                                         i):  # fmt: skip
                negated = negated != bool(tok.word("neg"))
                present = present or bool(tok.word("aux", "is", "do"))
                past = past or bool(tok.word("aux", "was", "did", "had")) or bool(tok.word("order", "ever"))
                self.use(i)
                i += 1
                continue
            if (present or past) and not leading and self._valued(i):
                value = tok.value(*_SAID)
                assert value is not None
                self.use(i)
                return [replace(has(value), negated=negated)], i + 1
            prep_word = tok.word("prep")
            if prep_word is not None and tok.node is None and starts(self, i + 1) and not leading:
                prep = prep_word.sense
                self.use(i)
                i += 1
                continue
            if not starts(self, i) or leading:
                self.restore(state)
                return None
            node, i = NounReader(self, i).read()
            if node is None:
                self.restore(state)
                return None
            leading.append((prep, node))
        if tok is None:
            self.restore(state)
            return None
        event, i, dangling = self.arguments(i, main=False)
        roles = event.roles
        for prep, node in leading:
            # `the data that X was trained on`: the particle belongs to the data.
            left = "" if subject in ("dataset", "dataset_version") and kind_of(node) in VERSIONS else dangling
            role = role_of(event.pred.split(":")[0], prep or left, node)
            if role is None:
                self.restore(state)
                return None
            roles = (*roles, (role, node))
        now = present and not past and event.pred in ("use", "run", "live", "deploy")
        event = replace(event, roles=roles, negated=event.negated != negated, past=(event.past or past) and not now)
        return self._conditions(event, subject), i

    def _valued(self, i: int) -> bool:
        """Whether a value alone is said of something: `are (not) public`."""
        tok, after = self.tok(i), self.tok(i + 1)
        if tok is None or tok.node is not None or tok.value(*_SAID) is None or tok.word("noun") or starts(self, i):
            return False
        return after is None or bool(after.word("conj"))

    def _reached(self, i: int) -> bool:
        """Whether `reach`, `achieve` at token i is about a figure: `reach an auroc of 0.8`."""
        tok = self.toks[i]
        if tok.node is not None or not tok.word("verb", "move", "perform", "hold"):
            return False
        ahead = [t for t in self.toks[i + 1 : i + 4] if t.node is not None or not t.word("det")]
        if tok.word("verb", "hold") and ahead and ahead[0].node is None and (
            ahead[0].word("field", "tags") or ahead[0].item.entity("tag")
        ):  # fmt: skip
            return True
        return bool(ahead) and ahead[0].node is None and ahead[0].item.entity("metric") is not None and any(
            t.item.number is not None and t.node is None for t in self.toks[i + 2 : i + 7])  # fmt: skip

    def _held(self, i: int, past: bool) -> tuple[Event, int] | None:
        """Read `(was) champion of X (on a day)` as a predicate."""
        tok, back = self.tok(i), self.tok(i - 1)
        past = past and any(t.word("order", "ever") for t in self.toks[:i])
        if tok is None or not isinstance(tok.node,
            Holder) or tok.possessive or back is None or back.node is not None or not (
            back.word("aux") or back.word("order", "ever", "current") or back.word("det", "the",
                "a") or back.word("neg")
            or back.word("rel")
        ):  # fmt: skip
            return None
        after = self.tok(i + 1)
        if after is not None and after.word("prep", "before", "after") and after.node is None:
            return None
        roles: tuple[tuple[str, Node], ...] = (("alias", Holder(tok.node.alias)),)
        roles += (("theme", tok.node.model),) if tok.node.model else ()
        self.use(i)
        event = Event("hold", roles, past=past)
        if after is not None and after.item.date is not None and after.node is None:
            self.use(i + 1)
            return replace(event, time=after.item.date), i + 2
        return event, i + 1

    def _conditions(self, event: Event, subject: str) -> list[Cond]:
        values = list(self._pending)
        self._pending = []
        if any(isinstance(c, Count) for c in values):
            whole = replace(event, negated=False)
            return [
                replace(c, event=whole, negated=c.negated != event.negated) if isinstance(c, Count) else c
                for c in values
            ]
        if event.pred in ("use", "build", "do") and values and not event.roles:
            return list(values)
        if event.pred == "register" and not event.roles and not event.time and not event.negated:
            self.c.orders += [event.order] if event.order in ("latest", "first") else []
            return list(values)
        return [event, *values]

    def arguments(self, i: int, *, main: bool) -> tuple[Event, int, str]:
        """Read the predicate at token i with the parts that follow it."""
        tok = self.toks[i]
        self._pending, self._values = [], []
        event = self._stated(tok, False) if tok.word("state") and not self._stored(i) else Event(self.sense(i))
        verb = tok.word("verb")
        event = replace(event, past=verb is not None and verb.form == "past" and event.pred != "live")
        if event.pred == "retire":
            event = replace(event, pred="stage:retired")
        self.use(i)
        i += 1
        dangling = ""
        while (tok := self.tok(i)) is not None:  # type: ignore[assignment]
            step = self._argument_at(event, i, main)
            if step is None:
                break
            event, i, dangling = step
        return event, i, dangling

    def _argument_at(self, event: Event, i: int, main: bool) -> tuple[Event, int, str] | None:
        tok = self.toks[i]
        if tok.item.date is not None and tok.node is None:
            if main or event.time is not None:
                return None
            self.use(i)
            return replace(event, time=tok.item.date), i + 1, ""
        if "," in tok.before and not main:
            return None
        moved = self._target(event, i)
        if moved is not None:
            return moved
        ranked = self._rank_word(i)
        if ranked is not None:
            return event, ranked, ""
        order = tok.word("order", "ever", "current", "first", "latest")
        if order is not None and not starts(self, i):
            self.use(i)
            if order.sense == "ever":
                return replace(event, past=True), i + 1, ""
            return replace(event, order=event.order or ("" if order.sense == "current" else order.sense)), i + 1, ""
        if tok.word("neg") or (tok.word("det", "any", "all", "no") and not starts(self, i)):
            self.use(i)
            return replace(event, negated=event.negated or bool(tok.word("neg") or tok.word("det", "no"))), i + 1, ""
        limit = tok.word("limit", "direct", "only")
        if limit is not None and tok.node is None:
            self.use(i)
            return replace(event, order=event.order or limit.sense), i + 1, ""
        counted = self._counted(event, i)
        if counted is not None:
            return counted
        prep = tok.word("prep")
        if prep is not None and tok.node is None:
            if prep.sense == "besides":
                return None
            carried = event.pred in ("replace", "compare", "build", "train", "use", "do", "derive", "finetune")
            if prep.sense == "without" or (prep.sense == "with" and not carried):
                return None
            return self._after_preposition(event, i, prep.sense, main)
        used = self._value_used(event, i)
        if used is not None:
            return used
        if starts(self, i) and not tok.word("rel"):
            return self._bare_argument(event, i)
        if tok.word("filler") and not tok.word("conj") and not tok.item.entities and not tok.word("cue"):
            self.use(i)
            return event, i + 1, ""
        return None

    def _value_used(self, event: Event, i: int) -> tuple[Event, int, str] | None:
        """Read `(use) the pytorch framework`."""
        j = i + 1 if self.toks[i].word("det", "the") and self.toks[i].node is None else i
        tok, named = self.tok(j), self.tok(j + 1)
        value = tok.value("framework", "task", "tag") if tok is not None and tok.node is None else None
        if value is None or event.pred not in ("use", "build", "do", "perform", "train"):
            return None
        called = named is not None and named.node is None and named.word("field", "framework", "task") is not None
        if j > i and not called or not called and starts(self, i):
            return None
        end = j + 2 if called else j + 1
        for k in range(i, end):
            self.use(k)
        self._keep(value)
        return event, end, ""

    def _rank_word(self, i: int) -> int | None:
        """Take `(the) longest` among the parts of a predicate."""
        j = i + 1 if self.toks[i].word("det", "the") and self.toks[i].node is None else i
        tok = self.tok(j)
        rank = None if tok is None or tok.node is not None else tok.word("order", "longest", "shortest")
        if rank is None:
            return None
        self.note_order(j, rank.sense)
        for k in range(i, j + 1):
            self.use(k)
        return j + 1

    def _keep(self, value: Entity) -> None:
        self._pending.append(has(value))
        self._values.append(value)

    def _counted(self, event: Event, i: int) -> tuple[Event, int, str] | None:
        """Read `at more than one site`, `on exactly two datasets`, `several models`: how many play a part."""
        j, tok = i, self.toks[i]
        if tok.word("prep") and not tok.word("prep", "above", "below") and tok.node is None:
            j += 1
        found = self.how_many(j)
        if found is None:
            return None
        op, number, k = found
        times = self.tok(k)
        if j == i and (self.toks[k - 1].item.text.lower() in ("once", "twice") or times is not None and (
                times.item.text.lower() in ("times", "time"))):  # fmt: skip
            k += int(times is not None and times.item.text.lower() in ("times", "time"))
            for at in range(i, k):
                self.use(at)
            self._pending.append(Count(SetOf("event"), op, number, event))
            return event, k, ""
        if not starts(self, k):
            return None
        state = self.save()
        node, end = NounReader(self, k).read()
        if not isinstance(node, SetOf) or node.kind not in _COUNTABLE:
            self.restore(state)
            return None
        for at in range(i, k):
            self.use(at)
        self._pending.append(Count(node, op, number, event))
        return event, end, ""

    def elliptical(self, i: int, conds: tuple[Cond, ...]) -> tuple[Event, int] | None:
        """Read `but not at southbank`: the same of another place, denied."""
        last = next((c for c in reversed(conds) if isinstance(c, Event)), None)
        joint, denial = self.tok(i), self.tok(i + 1)
        if (
            last is None
            or joint is None
            or denial is None
            or not joint.word("conj", "and", "but")
            or not denial.word("neg")
        ):
            return None
        j, prep = i + 2, ""
        tok = self.tok(j)
        if tok is not None and tok.node is None and tok.word("prep"):
            prep, j = tok.word("prep").sense, j + 1  # type: ignore[union-attr]
            tok = self.tok(j)
        if tok is None or tok.node is None or kind_of(tok.node) not in (*PLACES, "person", *DATA):
            return None
        role = role_of(last.pred.split(":")[0], prep, tok.node)
        if role is None or last.role(role) is None:
            return None
        for at in range(i, j + 1):
            self.use(at)
        roles = tuple((r, tok.node if r == role else n) for r, n in last.roles)
        return replace(last, roles=roles, negated=not last.negated), j + 1

    def how_many(self, i: int) -> tuple[str, float, int] | None:
        """Return the comparison and the number that begin at token i, and where what is counted begins."""
        tok = self.tok(i)
        if tok is None or tok.node is not None:
            return None
        text, op = tok.item.text.lower(), "="
        if tok.word("prep", "above", "below"):
            op = ">=" if text in AT_LEAST else "<=" if text in AT_MOST else ">" if tok.word("prep", "above") else "<"
            i += 1
        elif tok.word("limit", "exactly"):
            i += 1
        elif text in ("several", "multiple"):
            return ">", 1.0, i + 1
        elif number_of(tok) is None or text in ("a", "an"):
            return None
        tok = self.tok(i)
        number = None if tok is None or tok.node is not None or tok.item.date is not None else number_of(tok)
        return None if number is None else (op, number, i + 1)

    def _target(self, event: Event, i: int) -> tuple[Event, int, str] | None:
        """Read the stage that something was moved to: `promoted to production`."""
        if event.pred not in ("move", "hold", "deploy") and not event.pred.startswith("stage:"):
            return None
        j = i
        while (tok := self.tok(j)) is not None and (tok.word("prep", "to", "in", "on") or tok.word("det", "the")):
            j += 1
        if tok is None or not tok.word("state", *STAGE_STATES) and not tok.word("verb", "retire", "approve"):
            return None
        if event.pred == "deploy" and j == i:
            return None
        state = tok.word("state", *STAGE_STATES)
        if state is None and event.pred != "move":
            return None
        target = state.sense if state else "retired" if tok.word("verb", "retire") else "approved"
        for k in range(i, j + 1):
            self.use(k)
        nxt = self.tok(j + 1)
        if nxt is not None and nxt.word("field", "stage"):
            self.use(j + 1)
            j += 1
        left = self.toks[i - 1].item.text.lower() in ("leave", "leaves", "left") if i else False
        return replace(event, pred=f"{'left' if left else 'stage'}:{target}"), j + 1, ""

    def _after_preposition(self, event: Event, i: int, prep: str, main: bool) -> tuple[Event, int, str] | None:
        nxt = self.tok(i + 1)
        if nxt is None:
            self.use(i)
            return event, i + 1, prep
        j = i + 1
        while nxt is not None and nxt.word("filler") and not starts(self, j) and not nxt.item.entities:
            j += 1
            nxt = self.tok(j)
        if nxt is None:
            self.use(i)
            return event, i + 1, prep
        value = nxt.value("framework", "task", "tag", "evidence")
        if (
            value is not None
            and nxt.node is None
            and event.pred in ("build", "use", "train", "register", "do", "evaluate")
        ):
            self.use(i)
            self.use(j)
            self._keep(value)
            return event, j + 1, ""
        if not starts(self, j) or nxt.item.date is not None:
            return None
        state = self.save()
        node, k = NounReader(self, j).read()
        role = None if node is None else role_of(event.pred.split(":")[0], prep, node)
        if node is None or role is None:
            self.restore(state)
            return None
        if role == "theme" and event.role("theme") is not None and prep in ("for", "with", "than"):
            self.restore(state)
            return None
        self.use(i)
        return replace(event, roles=(*event.roles, (_placed(role, prep, event), node))), k, ""

    def _bare_argument(self, event: Event, i: int) -> tuple[Event, int, str] | None:
        state = self.save()
        node, k = NounReader(self, i).read()
        role = None if node is None else role_of(event.pred.split(":")[0], "", node)
        if node is None or role is None or (isinstance(node, SetOf) and node.kind == "event"):
            self.restore(state)
            return None
        if (
            isinstance(node, SetOf)
            and node.kind == "thing"
            and node.quantity in ("any", "all", "no")
            and not node.conds
        ):
            return event, k, ""
        return replace(event, roles=(*event.roles, (role, node))), k, ""


_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "a single": 1,
    "single": 1,
    "once": 1,
    "twice": 2,
}


def number_of(tok: Tok) -> float | None:
    """Return the number that a token is, in figures or spelled out."""
    return tok.item.number if tok.item.number is not None else _NUMBERS.get(tok.item.text.lower())


def _placed(role: str, prep: str, event: Event) -> str:
    if role == "theme" and event.pred in ("replace", "beat", "precede") and prep in ("by", "with"):
        return "agent_theme"
    return role


__all__ = ["EVENTS", "Given", "Predicates", "Thing", "VERSIONS"]
