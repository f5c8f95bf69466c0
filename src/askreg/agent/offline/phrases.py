"""Items put together into things: versions, aliases of a model, places, what `and` joins."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from askreg.agent.offline.entities import Entity
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.link import Item
from askreg.agent.offline.meaning import Bare, Given, Group, Holder, Node, Step, Thing
from askreg.agent.offline.pieces import words_of
from askreg.agent.offline.words import Word

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_NODES = ("model", "version", "dataset", "dataset_version", "person", "site", "environment", "place", "region", "run",
          "document", "topic", "alias")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tok:
    """An item, or several that make one thing."""

    item: Item
    node: Node | None = None
    span: tuple[int, int] = (0, 0)
    """The items it covers."""
    possessive: bool = False
    words: tuple[Word, ...] = field(default=())

    @property
    def before(self) -> str:
        """What separates it from what stands before it."""
        return self.item.before

    def word(self, category: str, *senses: str) -> Word | None:
        """Return its sense in a category; a thing has none."""
        if self.node is not None:
            return None
        return self.item.word(category, *senses)

    def value(self, *kinds: str) -> Entity | None:
        """Return the value of one of these kinds that it names."""
        return self.item.entity(*kinds)  # type: ignore[arg-type]


class Phrases:
    """Reduces items to tokens."""

    def __init__(self, items: tuple[Item, ...], lexicon: Lexicon) -> None:
        """Take the items of one question."""
        self.items, self.lexicon = items, lexicon
        self.at = 0

    def tokens(self) -> list[Tok]:
        """Return the tokens of the question."""
        toks: list[Tok] = []
        while self.at < len(self.items):
            start = self.at
            tok = self._next(toks)
            if self._possessive():
                self.at += 1
                tok = replace(tok, possessive=True)
            toks.append(replace(tok, span=(start, self.at)))
        return _coordinated(_aliases(_followed(_completed(_cohorts(toks, self.lexicon), self.lexicon), self.lexicon)))

    def _peek(self, ahead: int = 0) -> Item | None:
        index = self.at + ahead
        return self.items[index] if index < len(self.items) else None

    def _possessive(self) -> bool:
        item = self._peek()
        return item is not None and item.text.lower() == "s" and item.before in ("'", "’")

    def _next(self, toks: list[Tok]) -> Tok:
        item = self.items[self.at]
        model = item.entity("model")
        if model is not None:
            return self._after_model(self._spaced(item), model)
        dataset = item.entity("dataset")
        if dataset is not None and (found := self._dated(item, dataset)):
            return found
        dataset = item.entity("dataset")
        if dataset is not None:
            return self._after_dataset(item, dataset)
        if item.word("noun", "version") and not item.entities:
            found = self._numbered(item)
            if found:
                return found
        self.at += 1
        nxt = self._peek()
        if (
            item.word("pron", "two")
            and nxt is not None
            and (nxt.word("order") or nxt.word("noun") or nxt.word("state"))
        ):
            return Tok(replace(item, words=(), number=2.0))
        if item.version is not None:
            return Tok(item, self._of_model([item.version]) or Bare(item.version))
        if item.word("order", *_ORDINALS) and (noun := self._peek()) and noun.word("noun", "version"):
            word = item.word("order", *_ORDINALS)
            assert word is not None
            if word.sense != "first":
                self.at += 1
                number = _ORDINALS[word.sense]
                return Tok(item, self._of_model([number]) or Bare(number))
        return Tok(item, _thing(item))

    def _dated(self, item: Item, dataset: Entity) -> Tok | None:
        """Read `the icu-stays of May 2025` where that is how the dataset's versions are labelled."""
        after = self._peek(1)
        if after is None or after.date is None:
            return None
        month, day = after.date.first.isoformat()[:7], after.date.first.isoformat()
        for label in (day, month, month[:4]):
            if label in self.lexicon.labels.get(dataset.name, []):
                self.at += 2
                return Tok(item, Thing(Entity("dataset_version", f"{dataset.name}@{label}", label), (), item.text))
        return None

    def _spaced(self, item: Item) -> Item:
        """Return the item with the version it may mean as well: `cxr-triage 2` may be cxr-triage2 or version 2."""
        found = re.fullmatch(r"(.*[^\s-])[\s-]+v?(\d+)", item.text)
        if not found or any(e.name == item.text for e in item.entities):
            return item
        others = [e for e in self.lexicon.lookup(tuple(words_of(found.group(1)))) if e.kind == "model"]
        number = int(found.group(2))
        made = [Entity("version", f"{e.name}:{number}", str(number)) for e in others
                if number in self.lexicon.versions.get(e.name, frozenset())]  # fmt: skip
        return replace(item, entities=(*item.entities, *made)) if made else item

    def _after_model(self, item: Item, model: Entity) -> Tok:
        self.at += 1
        mark = self._peek()
        if mark is not None and mark.before == "@" and mark.entity("alias"):
            self.at += 1
            return Tok(item, Holder(mark.entity("alias").name, Thing(model, _others(item, model), item.text)))  # type: ignore[union-attr]
        numbers = self._numbers(after_model=True)
        if not numbers:
            return Tok(item, Thing(model, _others(item, model), item.text))
        return Tok(item, self._versions(item, numbers))

    def _after_dataset(self, item: Item, dataset: Entity) -> Tok:
        """Read a label that the dataset may lack: `icu-stays@2024-01`, or `icu-stays 2024-01` if labels look so."""
        self.at += 1
        labels = self.lexicon.labels.get(dataset.name, [])
        label = self._peek()
        if label is None:
            return Tok(item, _thing(item))
        named = self._peek(1)
        if label.word("noun", "version") and named is not None and label.before == " ":
            # `sepsis-features version 1`
            known = next(
                (x for x in labels if x.casefold() in (named.text.casefold(), f"v{named.text.casefold()}")), None
            )
            if known is not None or any(c.isdigit() for c in named.text):
                self.at += 2
                name = f"{dataset.name}@{known or named.text}"
                return Tok(
                    item,
                    Thing(
                        Entity("dataset_version", name, known or named.text, exists=known is not None), (), item.text
                    ),
                )
        written = label.text
        if label.before == "@":
            self.at += 1
            while (more := self._peek()) is not None and re.fullmatch(r"[-_.:/+]", more.before):
                written += more.before + more.text
                self.at += 1
        elif (
            label.before == " "
            and not label.words
            and _shape(written) in map(_shape, labels)
            and any(map(str.isdigit, written))
        ):
            self.at += 1
        else:
            return Tok(item, _thing(item))
        known = next((x for x in labels if x.casefold() == written.casefold()), None)
        name = f"{dataset.name}@{known or written}"
        return Tok(
            item, Thing(Entity("dataset_version", name, known or written, exists=known is not None), (), item.text)
        )

    def _versions(self, item: Item, numbers: list[int]) -> Node:
        models = [e for e in item.entities if e.kind == "model"]
        nodes: list[Node] = []
        for number in numbers:
            made = [self._version(m, number, item.text) for m in models]
            live = [e for e in made if e.exists] or made
            nodes.append(Thing(live[0], tuple(live[1:]), item.text))
        return nodes[0] if len(nodes) == 1 else Group(tuple(nodes))

    def _version(self, model: Entity, number: int, typed: str) -> Entity:
        known = number in self.lexicon.versions.get(model.name, frozenset())
        return Entity("version", f"{model.name}:{number}", str(number), exists=known, typed=model.typed)

    def _numbers(self, *, after_model: bool = False) -> list[int]:
        """Take the version numbers that stand here: `3`, `v3`, `version 3 and 4`."""
        start = self.at
        numbers: list[int] = []
        item = self._peek()
        if item is not None and item.before == "'" and item.text.lower() == "s":
            nxt = self._peek(1)
            if nxt is None or not nxt.word("noun", "version"):
                return []
            self.at += 1
            item = self._peek()
        named = item is not None and bool(item.word("noun", "version"))
        if named:
            self.at += 1
        while True:
            item = self._peek()
            number = _version_number(item, named or bool(numbers), glued=item is not None and ":" in item.before)
            if number is None:
                break
            if after_model and not named and not numbers and item and item.version is None:
                nxt = self._peek(1)
                if nxt is not None and ":" not in item.before and nxt.word("noun") and not nxt.word("aux"):
                    break
            numbers.append(number)
            self.at += 1
            joint = self._peek()
            if joint is None or not (joint.word("conj", "and", "or") or joint.word("prep", "vs", "to", "with", "than")
                                     or joint.version is not None):  # fmt: skip
                break
            ahead = 0 if joint.version is not None else 1
            following = self._peek(ahead)
            if following is not None and following.word("noun", "version") and not following.entities:
                ahead += 1
                following = self._peek(ahead)
            if following is None or _version_number(following, True, glued=False) is None or following.entities:
                break
            if following.version is None and not named and ":" in (item.before if item else ""):
                break
            self.at += ahead
        if not numbers:
            self.at = start
        return numbers

    def _numbered(self, item: Item) -> Tok | None:
        """Read `version 3 (and 4) (of the model X)`."""
        start = self.at
        numbers = self._numbers()
        if not numbers:
            self.at = start
            return None
        node = self._of_model(numbers)
        if node is None:
            nodes = tuple(Bare(n) for n in numbers)
            node = nodes[0] if len(nodes) == 1 else Group(nodes)
        return Tok(item, node)

    def _of_model(self, numbers: list[int]) -> Node | None:
        """Take `of X` after version numbers."""
        start = self.at
        while (joint := self._peek()) is not None and joint.word("conj", "and", "or"):
            following = self._peek(1)
            number = _version_number(following, True, glued=False)
            if number is None or (following and following.entities):
                break
            numbers.append(number)
            self.at += 2
        here = self.at
        if (item := self._peek()) is not None and item.word("prep", "of", "for", "from", "in"):
            self.at += 1
            while (
                (item := self._peek()) is not None
                and (item.word("det", "the") or item.word("noun", "model"))
                and (not item.entities)
            ):
                self.at += 1
            if item is not None and item.entity("model"):
                self.at += 1
                return self._versions(item, numbers)
        self.at = here
        if len(numbers) > 1:
            return Group(tuple(Bare(n) for n in numbers))
        self.at = start
        return None


def _shape(label: str) -> str:
    return re.sub(r"[a-z]+", "a", re.sub(r"\d", "0", label.casefold()))


def _version_number(item: Item | None, named: bool, *, glued: bool) -> int | None:
    if item is None:
        return None
    if item.version is not None:
        return item.version
    if item.number is not None and item.number == int(item.number) and "%" not in item.text and item.number < 10_000:
        if item.before.strip() in ("", ":", "#", "version", "-") and (not item.words or named or glued):
            return int(item.number)
    return None


def _others(item: Item, chosen: Entity) -> tuple[Entity, ...]:
    return tuple(e for e in item.entities if e is not chosen)


def _thing(item: Item) -> Node | None:
    """Return the thing an item names, unless words give it a plainer sense."""
    named = [e for e in item.entities if e.kind in _NODES and e.kind != "alias"]
    alias = item.entity("alias")
    if alias is not None and not named:
        return Holder(alias.name)
    if named:
        return Thing(named[0], tuple(e for e in item.entities if e is not named[0]), item.text)
    pron = item.word("pron")
    if pron is not None and pron.sense not in ("its", "then"):
        return Given(pron.sense)
    return None


def _cohorts(toks: list[Tok], lexicon: Lexicon) -> list[Tok]:
    """Read `black men`, `women over 65` as one cohort, which the record has or has not."""
    result: list[Tok] = []
    index = 0
    while index < len(toks):
        tok = toks[index]
        found = [_cohort(tok)]
        end = index + 1
        if tok.node is None and tok.item.text.lower() in _WHO and end < len(toks):
            # `patients over 65`: that they are patients says nothing more.
            aged = _age(toks[end : end + 2], lexicon)
            if aged is not None:
                item = replace(tok.item, entities=(lexicon.both([aged]),), words=(), last=toks[end + 1].item.last)
                result.append(replace(tok, item=item, span=(tok.span[0], toks[end + 1].span[1])))
                index = end + 2
                continue
            if _cohort(toks[end]) is not None:
                index = end
                continue
        while found[0] is not None and end < len(toks) and "," not in toks[end].before:
            more = _cohort(toks[end])
            aged = _age(toks[end : end + 2], lexicon)
            if more is not None and more.name != found[-1].name:  # type: ignore[union-attr]
                found.append(more)
                end += 1
            elif aged is not None:
                found.append(aged)
                end += 2
            else:
                break
        whole = [c for c in found if c is not None]
        if len(whole) > 1:
            last = toks[end - 1]
            item = replace(
                tok.item,
                entities=(lexicon.both(whole),),
                words=(),
                text=f"{tok.item.text} {last.item.text}",
                last=last.item.last,
            )
            tok = replace(tok, item=item, span=(tok.span[0], last.span[1]))
        else:
            end = index + 1
        result.append(tok)
        index = end
    return result


_WHO = frozenset(("patients", "people", "those", "subjects", "persons"))


def _cohort(tok: Tok) -> Entity | None:
    entity = tok.item.entity("cohort") if tok.node is None else None
    return None if entity is None or entity.name == "all" else entity


def _age(toks: list[Tok], lexicon: Lexicon) -> Entity | None:
    """Return the ages that `over 65`, `under 18` says."""
    if len(toks) < 2 or toks[0].node is not None or toks[1].node is not None:
        return None
    way, number = toks[0].word("prep", "above", "below"), toks[1].item.number
    if way is None or number is None or number != int(number) or not 1 <= number <= 120:
        return None
    n = int(number)
    forms = (
        [f"{n}+", f">{n}", f">={n}", f"over-{n}", f"{n}-and-over"]
        if way.sense == "above"
        else [f"<{n}", f"0-{n - 1}", f"under-{n}"]
    )
    known = {p for c in lexicon.names.cohorts for p in c.split(",") if p.partition("=")[0].casefold().startswith("age")}
    name = next((p for p in sorted(known) if p.partition("=")[2] in forms), f"age={forms[0]}")
    return Entity("cohort", name)


def _completed(toks: list[Tok], lexicon: Lexicon) -> list[Tok]:
    """Give bare version numbers the one model that the question names."""
    models = {t.node.entity for t in toks if isinstance(t.node, Thing) and t.node.entity.kind == "model"}
    heads = {n.entity.head for t in toks for n in _nodes(t.node) if isinstance(n, Thing) and n.entity.kind == "version"}
    names = {m.name for m in models} | heads
    if len(names) != 1:
        return toks
    model = names.pop()

    def whole(node: Node) -> Node:
        if isinstance(node, Bare):
            known = node.number in lexicon.versions.get(model, frozenset())
            return Thing(Entity("version", f"{model}:{node.number}", str(node.number), exists=known))
        if isinstance(node, Group):
            return Group(tuple(whole(n) for n in node.nodes))
        return node

    done = [replace(t, node=whole(t.node)) if t.node is not None else t for t in toks]
    bare = [t for t in toks if any(isinstance(n, Bare) for n in _nodes(t.node))]
    if bare and models:
        # `in sepsis-risk, v2 or v3`: the model itself has said all it had to.
        done = [t for t, old in zip(done, toks, strict=True) if not (
            isinstance(old.node, Thing) and old.node.entity.kind == "model" and not old.possessive and _near(old, bare)
        )]  # fmt: skip
    return done


def _followed(toks: list[Tok], lexicon: Lexicon) -> list[Tok]:
    """Read the bare number in `version 4 better than 3` as another version of the same model."""
    model = ""
    done: list[Tok] = []
    for index, tok in enumerate(toks):
        for node in _nodes(tok.node):
            if isinstance(node, Thing) and node.entity.kind == "version":
                model = node.entity.head
        back = toks[index - 1] if index else None
        number = tok.item.number
        joined = (
            back is not None and back.node is None and back.word("prep", "vs", "than", "to", "with", "above", "below")
        )
        joined = joined or _goes_on(toks, index, done)  # type: ignore[assignment]
        if (
            tok.node is None
            and model
            and number is not None
            and number == int(number)
            and joined
            and not tok.item.words
            and (int(number) in lexicon.versions.get(model, frozenset()))
        ):
            tok = replace(tok, node=Thing(Entity("version", f"{model}:{int(number)}", str(int(number)))))
        done.append(tok)
    return done


def _goes_on(toks: list[Tok], index: int, done: list[Tok]) -> bool:
    """Whether a number goes on a row of versions, as in `X:1, 2 and 3`, and counts nothing that follows it."""
    after = toks[index + 1] if index + 1 < len(toks) else None
    if (
        after is not None
        and after.node is None
        and after.word("noun", "site", "version", "model", "dataset", "run", "person")
    ):
        return False
    back, joint = index - 1, "," in toks[index].item.before
    if back >= 0 and toks[back].node is None and toks[back].word("conj", "and", "or"):
        back, joint = back - 1, True
    return (
        joint
        and back >= 0
        and any(isinstance(n, Thing) and n.entity.kind == "version" for n in _nodes(done[back].node))
    )


def _near(tok: Tok, others: list[Tok]) -> bool:
    return any(o.span[0] - tok.span[1] in (0, 1) for o in others)


def _nodes(node: Node | None) -> tuple[Node, ...]:
    if node is None:
        return ()
    return node.nodes if isinstance(node, Group) else (node,)


def _aliases(toks: list[Tok]) -> list[Tok]:
    """Join an alias with the model it is of: `X champion`, `the champion of X`, `champion X`."""
    result: list[Tok] = []
    index = 0
    while index < len(toks):
        tok = toks[index]
        after = toks[index + 1 :]
        if isinstance(tok.node, Holder) and after and after[0].word("noun", "alias") and after[0].node is None:
            toks = [*toks[: index + 1], *toks[index + 2 :]]
            after = toks[index + 1 :]
        if _is_model(tok.node) and after and _free_holder(after[0].node) and "," not in after[0].before:
            holder = after[0].node
            assert isinstance(holder, Holder)
            result.append(replace(after[0], node=Holder(holder.alias, tok.node), span=(tok.span[0], after[0].span[1])))
            index += 2
            if index < len(toks) and toks[index].word("noun", "version", "model"):
                index += 1
            continue
        if _free_holder(tok.node):
            skip = 0
            while skip < len(after) and skip < 4 and (
                after[skip].word("prep", "of", "for", "in") or after[skip].word("det", "the")
                or after[skip].word("noun", "version", "model")
            ):  # fmt: skip
                skip += 1
            holder = tok.node
            assert isinstance(holder, Holder)
            if (
                skip < len(after)
                and _is_model(after[skip].node)
                and "," not in after[skip].before
                and not (after[skip].possessive)
            ):
                result.append(replace(tok, node=Holder(holder.alias, after[skip].node),
                                      span=(tok.span[0], after[skip].span[1])))  # fmt: skip
                index += skip + 2
                continue
        result.append(tok)
        index += 1
    return result


def _is_model(node: Node | None) -> bool:
    return (isinstance(node, Thing) and node.entity.kind in ("model", "topic")) or (
        isinstance(node, Given) and node.word == "it"
    )


def _free_holder(node: Node | None) -> bool:
    return isinstance(node, Holder) and node.model is None


def _coordinated(toks: list[Tok]) -> list[Tok]:
    """Join things of one kind that `and`, `or`, `vs` or a comma puts side by side."""
    result: list[Tok] = []
    for tok in toks:
        last = result[-1] if result else None
        if tok.node is not None and last is not None:
            joint = last.word("conj", "and", "or") or last.word("prep", "vs")
            if joint and len(result) > 1 and _alike(result[-2].node, tok.node) and not result[-2].possessive:
                result.pop()
                result[-1] = _joined(result[-1], tok)
                continue
            if "," in tok.before and _alike(last.node, tok.node) and not last.possessive:
                result[-1] = _joined(last, tok)
                continue
        result.append(tok)
    return result


def _joined(first: Tok, second: Tok) -> Tok:
    assert first.node is not None and second.node is not None
    return replace(first, node=Group((*_nodes(first.node), *_nodes(second.node))), span=(first.span[0], second.span[1]),
                   possessive=second.possessive)  # fmt: skip


def _alike(first: Node | None, second: Node | None) -> bool:
    if first is None or second is None or isinstance(first, Given) or isinstance(second, Given | Step):
        return False
    return _family(_nodes(first)[-1]) == _family(_nodes(second)[0])


def _family(node: Node) -> str:
    if isinstance(node, Holder | Bare):
        return "version"
    if isinstance(node, Thing):
        return {"model": "version", "dataset": "dataset_version", "place": "site", "environment": "site"}.get(
            node.entity.kind, node.entity.kind
        )
    return "other"
