"""The registry's names as questions write them: exact, folded, in part, and (at a distance) misspelt."""

from collections import defaultdict
from functools import cached_property

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from askreg.agent.offline import synonyms, words
from askreg.agent.offline.entities import Entity, EntityKind, Names
from askreg.agent.offline.pieces import fold, key, words_of

_COMMON = frozenset(
    """per one two its their are was were has have had this these those for from with who which that when where why how
    the and but not can may own use used uses using into out over under than then there here more most less least very
    also only each every both same such other another any all some year years day days month months week weeks time
    cost costs price weather new old big small high low six hour hours half known likely need needs safe""".split()
)
_TOO_COMMON = 60
"""A word that stands in more names than this singles nothing out."""


class Lexicon:
    """Looks up names; made once for each state of the log."""

    def __init__(self, names: Names) -> None:
        """Index the names."""
        self.names = names
        self.versions = {m.name: frozenset(m.versions) for m in names.models}
        self.sites = frozenset(site for site, _ in names.places)
        self.labels = {name: list(labels) for name, labels in names.datasets.items()}
        self._table: dict[str, list[Entity]] = defaultdict(list)
        self.longest = 1
        self._add_things()
        self._add_people()
        self._add_places()
        self._add_values()
        self._add_metrics()

    def lookup(self, pieces: tuple[str, ...]) -> list[Entity]:
        """Return what a run of pieces names."""
        return self._table.get("".join(pieces), [])

    def topic(self, piece: str) -> Entity | None:
        """Return what a single word of names, titles, tags or descriptions may stand for."""
        for form in (piece, piece.removesuffix("s"), piece.removesuffix("es"), piece + "s"):
            named, told = self._parts.get(form, set()), self._texts.get(form, set())
            # What is named so comes before what is only described so, for each kind of thing.
            kinds = {_member_kind(m) for m in named}
            found = named | {m for m in told if _member_kind(m) not in kinds}
            if found and len(found) <= _TOO_COMMON:
                return Entity("topic", form, "" if named else "told", members=tuple(sorted(found)))
        return None

    def near(self, text: str, *, limit: int = 4) -> list[tuple[Entity, int]]:
        """Return names within the few typing errors that a text of its length may hold, nearest first."""
        allowed = edits(text)
        if not allowed:
            return []
        digits = _digits(text)
        if digits and len(text) < _LONG_ENOUGH:
            return []
        found: list[tuple[Entity, int]] = []
        for choice, distance, _ in process.extract(
            text, self._keys, scorer=OSA.distance, score_cutoff=allowed, limit=limit * 3
        ):
            if _digits(choice) == digits and slip(text, choice):
                found += [(entity, int(distance)) for entity in self._table[choice] if entity.kind in FUZZY]
        return found[:limit]

    def pairs(self, text: str) -> Entity | None:
        """Return the cohort or tag that `key=value` (or several of these) is, in whatever order; known or not."""
        wanted = frozenset(fold(part).strip() for part in text.split(","))
        for cohort in sorted(self.names.cohorts):
            if frozenset(fold(part).strip() for part in cohort.split(",")) == wanted:
                return Entity("cohort", cohort)
        keys = {part.partition("=")[0] for part in wanted}
        known = {fold(pair.partition("=")[0]) for c in self.names.cohorts for pair in c.split(",")} | set(
            synonyms.COHORT_KEYS
        )
        if len(wanted) == 1:
            name, _, value = text.partition("=")
            tag = next(
                ((k, v) for k, v in sorted(self.names.tags) if (fold(k), fold(v)) == (fold(name), fold(value))), None
            )
            if tag is not None:
                return Entity("tag", tag[1], tag[0])
            owner = next((k for k, _ in sorted(self.names.tags) if fold(k) == fold(name)), None)
            if owner is not None and not keys & known:
                return Entity("tag", value, owner)
        return Entity("cohort", text, exists=False) if keys & known else None

    def both(self, cohorts: list[Entity]) -> Entity:
        """Return the cohort of the patients that are in all of these, known or not."""
        return self.pairs(",".join(c.name for c in cohorts)) or Entity(
            "cohort", ",".join(c.name for c in cohorts), exists=False
        )

    def alike(self, text: str, kind: str = "", *, like: int = 70, limit: int = 3) -> list[Entity]:
        """Return the things (of a kind, if given) whose names look like `text`, for a 'did you mean'."""
        wanted = [kind] if kind in _SUGGESTED else _SUGGESTED
        pool = {k: [e for e in found if e.kind in wanted] for k, found in self._table.items()}
        choices = [k for k, found in pool.items() if found]
        close = process.extract(key(text), choices, scorer=fuzz.ratio, score_cutoff=like, limit=limit * 4)
        return list({e.name: e for k, _, _ in close for e in pool[k]}.values())[:limit]

    @cached_property
    def _keys(self) -> list[str]:
        return [k for k, found in self._table.items() if len(k) > 3 and any(e.kind in FUZZY for e in found)]

    def _put(self, text: str, entity: Entity) -> None:
        pieces = words_of(text)
        if not pieces:
            return
        self.longest = max(self.longest, min(len(pieces), 9))
        known = self._table["".join(pieces)]
        if not any((e.kind, e.name, e.part) == (entity.kind, entity.name, entity.part) for e in known):
            known.append(entity)

    def _add_things(self) -> None:
        for model in self.names.models:
            self._put(model.name, Entity("model", model.name))
        for name, labels in self.names.datasets.items():
            self._put(name, Entity("dataset", name))
            for label in labels:
                entity = Entity("dataset_version", f"{name}@{label}", label)
                self._put(f"{name} {label}", entity)
                self._put(f"{name} version {label}", entity)
                self._put(f"version {label} of {name}", entity)
        for run in self.names.runs:
            self._put(run, Entity("run", f"run:{run}"))
            self._put(f"run {run}", Entity("run", f"run:{run}"))
        for path, title in self.names.documents.items():
            document = Entity("document", f"doc:{path}")
            file = path.rsplit("/", 1)[-1]
            for text in (path, f"doc:{path}", file, file.rsplit(".", 1)[0], title or ""):
                self._put(text, document)

    def _add_people(self) -> None:
        for name, display in self.names.people.items():
            person = Entity("person", name)
            self._put(name, person)
            self._put(f"person:{name}", person)
            for text in (display or "", name):
                parts = words_of(text)
                self._put(" ".join(parts), person)
                for part in parts:
                    # A number is nobody's name, though `person-17` has one in it.
                    if len(part) > 1 and len(parts) > 1 and part not in words.ALL_WORDS and not part.isdigit():
                        self._put(part, person)
                if len(parts) > 1 and not parts[-1].isdigit():
                    for title in ("dr", "prof", "mr", "ms", "mrs", "professor", "doctor"):
                        self._put(f"{title} {parts[-1]}", person)
                    self._put(f"{parts[0][0]} {parts[-1]}", person)

    def _add_places(self) -> None:
        for site, environment in self.names.places:
            self._put(site, Entity("site", site))
            for suffix in synonyms.SITE_SUFFIXES:
                self._put(f"{site} {suffix}", Entity("site", site))
            place = Entity("place", f"{site}/{environment}")
            for other in (environment, *synonyms.ENVIRONMENTS.get(environment, ())):
                self._put(other, Entity("environment", environment))
                for form in (f"{site} {other}", f"{site} s {other}", f"{other} {site}", f"{other} at {site}",
                             f"{other} in {site}", f"{other} of {site}", f"{site} hospital {other}"):  # fmt: skip
                    self._put(form, place)
        for region in self.names.regions:
            self._put(region, Entity("region", region))

    def _add_values(self) -> None:
        names = self.names
        for alias in names.aliases:
            self._put(alias, Entity("alias", alias))
            self._put(alias + "s", Entity("alias", alias))
        for framework in names.frameworks:
            self._put(framework, Entity("framework", framework))
            base = framework.split(" ")[0].split("==")[0]
            for text in (base, *synonyms.FRAMEWORKS.get(base.lower(), ())):
                self._put(text, Entity("framework", base, "family"))
        for model in names.models:
            if model.task:
                self._put(model.task, Entity("task", model.task))
        for tag, value in names.tags:
            self._put(tag, Entity("tag_key", tag))
            entity = Entity("tag", value, tag)
            for text in (value, f"{tag} {value}", f"{value} {tag}"):
                self._put(text, entity)
        for card in names.cards | set(synonyms.CARDS):
            for text in (card, *synonyms.CARDS.get(card, ())):
                self._put(text, Entity("card", card, exists=card in names.cards))
        for param in set(synonyms.PARAMS) - names.params:
            self._put(param, Entity("param", param, exists=False))
        for param in names.params:
            if len(param) > 1:
                self._put(param, Entity("param", param))
        for name, texts in synonyms.SENSITIVITY.items():
            for text in texts:
                self._put(text, Entity("sensitivity", name))
        for name, texts in synonyms.EVIDENCE.items():
            for text in (name, *texts):
                self._put(text, Entity("evidence", name))
        for name, texts in synonyms.ROLES.items():
            for text in texts:
                self._put(text, Entity("role", name))
        self._add_cohorts()

    def _add_cohorts(self) -> None:
        for cohort in self.names.cohorts - {"all"}:
            self._put(cohort, Entity("cohort", cohort))
            pairs = [pair.partition("=") for pair in cohort.split(",")]
            for name, _, _ in pairs:
                for text in (name, *synonyms.COHORT_KEYS.get(fold(name), ())):
                    self._put(text, Entity("cohort_key", name))
            if len(pairs) > 1:
                self._put(" ".join(v for _, _, v in pairs), Entity("cohort", cohort))
                continue
            name, _, value = pairs[0]
            sexes = synonyms.SEXES.get(fold(value), ()) if fold(name) in ("sex", "gender") else ()
            for text in (value, *synonyms.COHORTS.get(fold(value), ()), *sexes):
                if not text.isdigit():  # a bare `2` is a number, not the patients coded so
                    self._put(text, Entity("cohort", cohort))
                for form in (f"{text} patients", f"{name} {text}", f"{text} {name}", f"{text} {name}s"):
                    self._put(form, Entity("cohort", cohort))
        for text in synonyms.ALL_COHORT:
            self._put(text, Entity("cohort", "all"))

    def _add_metrics(self) -> None:
        parts: dict[str, set[str]] = defaultdict(set)
        for name in self.names.metrics:
            self._put(name, Entity("metric", name))
            for piece in words_of(name.replace("_", " ")):
                parts[piece].add(name)
        for piece, named in parts.items():
            if len(named) == 1 and len(piece) > 4 and piece not in words.ALL_WORDS and piece not in self._table:
                self._put(piece, Entity("metric", next(iter(named))))
        for group in synonyms.METRICS:
            present = [n for n in group if n in self.names.metrics]
            for text in group:
                if present:
                    for name in present if text.replace(" ", "_") not in self.names.metrics else []:
                        self._put(text, Entity("metric", name))
                elif len(text) > 1:
                    self._put(text, Entity("metric", group[0], exists=False))

    @cached_property
    def _parts(self) -> dict[str, set[str]]:
        index: dict[str, set[str]] = defaultdict(set)
        for model in self.names.models:
            for piece in words_of(model.name):
                index[piece].add(model.name)
                # `cxr-triage2` is a triage model as well.
                index[piece.rstrip("0123456789") or piece].add(model.name)
        for dataset in self.names.datasets:
            for piece in words_of(dataset):
                index[piece].add(dataset + "@")
        for path, title in self.names.documents.items():
            for piece in words_of(f"{title or ''} {path.rsplit('/', 1)[-1].rsplit('.', 1)[0]}"):
                index[piece].add(f"doc:{path}")
        return _content(index)

    @cached_property
    def _texts(self) -> dict[str, set[str]]:
        index: dict[str, set[str]] = defaultdict(set)
        for model in self.names.models:
            for piece in words_of(f"{model.description or ''} {' '.join(model.tags.values())}"):
                index[piece].add(model.name)
        for dataset, text in self.names.descriptions.items():
            for piece in words_of(text):
                index[piece].add(dataset + "@")
        return _content(index)


FUZZY: frozenset[EntityKind] = frozenset(
    ("model", "dataset", "dataset_version", "person", "site", "place", "run", "metric", "alias", "framework", "task",
     "tag", "environment", "document", "cohort", "card", "region")
)  # fmt: skip


_LONG_ENOUGH = 9
"""Letters that a name with a digit in it must have before one of them may be a slip: `run-q1` is no `run-s1`."""
_SUGGESTED: tuple[str, ...] = ("model", "dataset", "person", "site", "run", "document")


def _member_kind(member: str) -> str:
    return "document" if member.startswith("doc:") else "dataset" if member.endswith("@") else "model"


def edits(text: str) -> int:
    """Return how many typing errors a text of this length may hold."""
    length = len(text)
    return 0 if length < 5 else 1 if length < 9 else 2


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def slip(typed: str, word: str) -> bool:
    """Whether a finger may have slipped: a letter too many, too few, swapped, or from the key beside it.

    Any other letter makes another word: `skipped` is no `shipped`, and `westgate` no `eastgate`.
    """
    if len(typed) != len(word) or sorted(typed) == sorted(word):
        return True
    other = [(a, b) for a, b in zip(typed, word, strict=True) if a != b]
    return len(other) == 1 and typed[0] == word[0] and _beside(*other[0])


def _beside(a: str, b: str) -> bool:
    for number, row in enumerate(_ROWS):
        at = row.find(a)
        if at < 0:
            continue
        near = {
            other[k]
            for other in _ROWS[max(0, number - 1) : number + 2]
            for k in (at - 1, at, at + 1)
            if 0 <= k < len(other)
        }
        return b in near or {a, b} <= set("aeiou")
    return False


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _content(index: dict[str, set[str]]) -> dict[str, set[str]]:
    return {
        k: v
        for k, v in index.items()
        if (len(k) > 2 or (len(k) == 2 and not k.isalpha())) and k not in words.ALL_WORDS | _COMMON and not k.isdigit()
    }


__all__ = ["Lexicon", "edits", "key"]
