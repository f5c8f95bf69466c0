"""Names as they are written: what marks join is one name, and a name that is only half known is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from askreg.agent.offline.entities import Entity
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.link import Item, Linked
from askreg.agent.offline.pieces import fold, key

_MARK = re.compile(r"[-_.:@/]")
_NAMED = frozenset(
    ("model", "version", "dataset", "dataset_version", "person", "site", "environment", "place", "run", "document",
        "alias",
     "topic", "tag")
)  # fmt: skip
_ENDINGS = frozenset(
    """based trained approved owned signed deployed registered built made evaluated tested tuned derived related
    reported specific style type level wide only like side wise grade free aware ready driven led run""".split()
)
_BEGINNINGS = frozenset("ex non pre post un anti mid all then now once former co self sub".split())
_KINDS = {"model": "model", "alias": "alias", "run": "run", "dataset": "dataset", "site": "site", "hospital": "site",
          "person": "person", "document": "document", "environment": "environment", "unit": "environment",
          "metric": "metric"}  # fmt: skip


_PREFIXES = {"doc": "document", "run": "run", "person": "person"}


@dataclass(frozen=True, slots=True)
class Strange:
    """A name that nothing in the registry has."""

    text: str
    kind: str = ""
    """The kind of thing it is written as; empty when the writing does not tell."""
    of: str = ""
    """The known thing that it is written as a part of: a dataset, a site, a model."""


def strange(linked: Linked, lexicon: Lexicon) -> Strange | None:
    """Return the first name of a question that is not known as a whole."""
    for site, other in _beside(linked.items):
        if (site, other.name) not in lexicon.names.places:
            return Strange(other.name, "environment", site)
    for group in _groups(linked.items):
        found = _unknown(group, linked, lexicon)
        if found is not None:
            return found
    return None


def _beside(items: tuple[Item, ...]) -> Iterator[tuple[str, Entity]]:
    """Yield each site and environment that are said together: `southbank icu`, `the icu at southbank`."""
    for i, item in enumerate(items):
        rest = [x for x in items[i + 1 : i + 4] if not x.word("det")]
        if rest and rest[0].word("prep", "at", "in", "of"):
            first, second = item, rest[1] if len(rest) > 1 else None
        else:
            first, second = rest[0] if rest else None, item  # type: ignore[assignment]
            if first is None or first.before != " ":
                continue
        if first is None or second is None or first.words or second.words:
            continue
        environment, site = first.entity("environment"), second.entity("site")
        if environment is not None and site is not None and not first.entity("site", "model", "topic", "tag"):
            yield site.name, environment


def _groups(items: tuple[Item, ...]) -> Iterator[list[Item]]:
    """Yield the items that single marks join."""
    group: list[Item] = []
    for item in items:
        if group and _MARK.fullmatch(item.before):
            group.append(item)
            continue
        if len(group) > 1:
            yield group
        group = [item]
    if len(group) > 1:
        yield group


def _unknown(group: list[Item], linked: Linked, lexicon: Lexicon) -> Strange | None:
    text = _text(group)
    first, marks = group[0], [i.before for i in group[1:]]
    if marks[0] == ":" and first.text.lower() in _PREFIXES:
        return Strange(_text(group[1:]), _PREFIXES[first.text.lower()])
    if set(marks) == {"/"} and all(_known(i) for i in group):
        return _place(group, lexicon)
    if marks[0] == "@" and first.entity("dataset"):
        return None
    if marks[0] == "@" and first.entity("model"):
        model = first.entity("model")
        assert model is not None
        return None if len(group) == 2 and group[1].entity("alias") else Strange(_text(group[1:]), "alias", model.name)
    if marks[-1] == ":" and (group[-1].number is not None or group[-1].version is not None):
        if len(group) == 2 and (first.entity("model") or first.word("noun", "version", "model", "run")):
            return None
        return Strange(_text(group[:-1]), "model")
    if marks == [":"] and (model := first.entity("model")) is not None and not group[1].entities:
        return Strange(group[1].text, "version", model.name)
    if marks[0] == "/" and len(group) > 1 and first.entity("site"):
        site = first.entity("site")
        assert site is not None
        return Strange(_text(group[1:]), "environment", site.name)
    if "@" in marks and len(group) > 2:
        return Strange(_text(group[: marks.index("@") + 1]))
    if not _half(group, lexicon):
        return None
    return Strange(text, _kind(group, linked), _model(linked))


def _place(group: list[Item], lexicon: Lexicon) -> Strange | None:
    """Return the environment that a site does not have."""
    site, environment = group[0].entity("site"), group[1].entity("environment")
    if len(group) == 2 and site is not None and environment is not None and not group[1].entity("site"):
        if (site.name, environment.name) not in lexicon.names.places:
            return Strange(group[1].text, "environment", site.name)
    return None


def _known(item: Item) -> bool:
    return not item.unknown and item.entity("topic") is None


def _half(group: list[Item], lexicon: Lexicon) -> bool:
    """Whether some of it is a name, or part of one, and the rest is not."""
    named = [i for i in group if any(e.kind in _NAMED for e in i.entities) and not i.words]
    last = group[-1]
    ends = last.text.lower() in _ENDINGS or last.word("verb")
    if len(group) == 2 and (group[0].text.lower() in _BEGINNINGS or ends and not group[0].entity("topic")):
        return False
    if last.word("noun", "version", "model", "run", "dataset") and len(group) == 2 and not group[0].entity("topic"):
        return False
    if (
        named
        and all(i.version is not None or i.number is not None for i in group[1:])
        and {i.before for i in group[1:]} == {"-"}
    ):
        return group[0].entity("model") is None
    if named:
        return True
    return group[0].before != "-" and _like_one(_text(group), lexicon)


def _like_one(text: str, lexicon: Lexicon) -> bool:
    """Whether it is made like the names there are: `run-9` where there is a `run-s1`."""
    head = re.match(r"[^\W_]+[-_.]", fold(text))
    if head is None or not any(c.isdigit() for c in text):
        return False
    pool = (*lexicon.versions, *lexicon.labels, *lexicon.names.runs, *lexicon.names.people, *lexicon.sites)
    return any(fold(name).startswith(head.group()) for name in pool) and key(text) not in map(key, pool)


def _kind(group: list[Item], linked: Linked) -> str:
    """Return the kind of thing the words around it say it is."""
    if group[0].word("noun", "run"):
        return "run"
    if any(i.entity("alias") for i in group) and not any(i.entity("model", "dataset", "site") for i in group):
        return "alias"
    items = linked.items
    at = items.index(group[0])
    after = items.index(group[-1]) + 1
    for other in (items[after] if after < len(items) else None, items[at - 1] if at else None):
        noun = other.word("noun") if other is not None else None
        if noun is not None and noun.sense in _KINDS:
            return _KINDS[noun.sense]
    return ""


def _model(linked: Linked) -> str:
    models = {e.name for i in linked.items if (e := i.entity("model")) is not None and not i.corrected}
    return models.pop() if len(models) == 1 else ""


def _text(group: list[Item]) -> str:
    return group[0].text + "".join(i.before + i.text for i in group[1:])


def environment_after_site(linked: Linked, unknown: list[str]) -> Strange | None:
    """Return the unknown word that stands where a site's environment would."""
    for before, item in zip(linked.items, linked.items[1:], strict=False):
        site = before.entity("site")
        if site is not None and not before.words and item.text in unknown and item.before == " ":
            return Strange(item.text, "environment", site.name)
    return None


__all__ = ["Strange", "environment_after_site", "strange"]
