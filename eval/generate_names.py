"""Names for a generated registry, composed by its seed, so that an answer learnt from another registry fails."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

ONSETS = "b br d dr f g gr h k kr l m n p pr r s t tr v w z".split()
VOWELS = "a e i o u".split()
CODAS = "x rn sk lm rk lt th nk v".split()
ENGLISH = {"return", "modern", "govern", "tavern", "havern", "modelt"}
"""Words that these syllables can make and a question may hold for what they mean."""
GIVEN = "ra na lia rik mar dis vin wen tho bel".split()
SURNAMES = "mark holt stad wick lund dahl moor quist ovic enko ashi ellin".split()

GROUPS = ("peds", "adult", "night", "rural", "maternal", "elder")
PURPOSES = ("risk", "alert", "watch", "score", "index", "screen")
FORMS = ("{}", "{}-grade", "{}.flow", "{}_scan", "{}-draft", "{}-net", "{}.sort", "{}_map")
FEEDS = ("feed", "extract", "intake", "export")
TABLES = ("stays", "vitals", "visits", "strips", "panels")
TEXTS = ("notes", "letters", "reports", "calls")
TASKS = (
    ("tabular", "waveform", "image", "ordinal", "paired", "streamed", "sparse", "bedside", "multi-site"),
    ("classification", "regression", "segmentation", "summarization", "grading", "ranking", "forecasting", "tagging"),
)  # fmt: skip
SITES = ("{}-general", "{}.main", "{}hurst", "{}-west", "st.{}", "{}field", "{}_clinic")
PLACES = ("ward", "theatre", "desk", "lab", "bay", "lounge")
TAG_KEYS = ("vendor", "area", "tier", "unit", "funding", "programme", "lane", "cluster")
SECOND_ALIASES = ("candidate", "challenger", "fallback", "pilot", "preferred")
COHORTS = (("sex", ("female", "male")), ("age", ("over65", "under40")), ("shift", ("night", "day")),
           ("device", ("portable", "fixed")), ("language", ("first", "second")))  # fmt: skip
UNITS = (("per day", "per bed", "per shift"), ("points", "per hour", "calls"))
"""Of what is better lower, and of what is better higher."""


class Words:
    """Made-up words, no two of which begin alike."""

    def __init__(self, rng: random.Random) -> None:
        """Draw from `rng`."""
        self._rng, self._taken = rng, set[str]()

    def stem(self) -> str:
        """A word of two syllables."""
        return self._new(lambda: self._syllable() + self._syllable() + self._rng.choice(CODAS))

    def given(self) -> str:
        """A first name."""
        return self._new(lambda: self._syllable() + self._syllable() + self._rng.choice(GIVEN)).capitalize()

    def surname(self) -> str:
        """A family name."""
        return self._new(lambda: self._syllable() + self._rng.choice("lnrsv") + self._rng.choice(SURNAMES)).capitalize()

    def _syllable(self) -> str:
        return self._rng.choice(ONSETS) + self._rng.choice(VOWELS)

    def _new(self, make: Any) -> str:
        while True:
            word: str = make()
            if word not in ENGLISH and word[:4] not in self._taken:
                self._taken.add(word[:4])
                return word


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who and what takes part, by its part in the story."""

    words: Words
    people: list[Row]
    scientists: list[str]
    approvers: list[str]
    auditor: str
    service: str
    sites: list[str]
    regions: dict[str, str]
    environments: list[str]
    datasets: dict[str, str]
    """By part: feed, train, test, notes, mix, target, target_test; and some of codes, bench, local, junior."""
    models: dict[str, str]
    """By part: head, kin, second, encoder, value, text, and those that are left over."""
    tasks: dict[str, str]
    lower: str
    """A declared metric of which less is better; its unit is in `units`."""
    higher: str
    units: dict[str, str]
    tags: tuple[str, str]
    alias: str
    cohort: str
    run_prefix: str


def cast(rng: random.Random) -> Cast:
    """The cast of a registry."""
    words = Words(rng)
    people, parts = _people(rng, words)
    sites = [rng.choice(SITES).format(words.stem()) for _ in range(rng.randint(3, 5))]
    regions = [f"{words.stem()}-{rng.choice(('coast', 'valley', 'north', 'lakes'))}" for _ in range(2)]
    places = rng.sample(PLACES, 4)
    models = _models(rng, words)
    lower, higher = f"{words.stem()}_alarms", f"{words.stem()}_yield"
    key, values = rng.choice(COHORTS)
    return Cast(
        words=words,
        people=people,
        scientists=parts["scientist"],
        approvers=parts["approver"],
        auditor=parts["auditor"][0],
        service=parts["service"][0],
        sites=sites,
        regions={site: rng.choice(regions) for site in sites},
        environments=[f"{words.stem()}-{place}" for place in places],
        datasets=_datasets(rng, words),
        models=models,
        tasks={part: "-".join(rng.choice(stock) for stock in TASKS) for part in models},
        lower=lower,
        higher=higher,
        units={lower: rng.choice(UNITS[0]), higher: rng.choice(UNITS[1])},
        tags=(rng.choice(TAG_KEYS[:4]), rng.choice(TAG_KEYS[4:])),
        alias=rng.choice(SECOND_ALIASES),
        cohort=f"{key}={rng.choice(values)}",
        run_prefix=words.stem()[:3],
    )


def _people(rng: random.Random, words: Words) -> tuple[list[Row], dict[str, list[str]]]:
    """Six to eight people, the first scientist and the first approver of one first name; and who is what."""
    roles = ["scientist", "approver", "scientist", "approver", "auditor"]
    roles += rng.sample(["scientist", "analyst"], rng.randint(0, 2))
    shared = words.given()
    people, parts = [], dict[str, list[str]]()
    for number, role in enumerate(roles):
        first, last = shared if number < 2 else words.given(), words.surname()
        name = f"{first[0]}.{last}" if rng.random() < 0.25 else f"{first}.{last}"
        held = [role, "admin"] if number == 3 else [role]
        people.append({"name": name.lower(), "display": f"{first} {last}", "roles": held})
        parts.setdefault(role, []).append(name.lower())
    service = f"{words.stem()}-{rng.choice(('bot', 'sync', 'pipeline'))}"
    people.append({"name": service, "display": service.replace("-", " ").title(), "kind": "service",
                   "roles": ["scientist"]})  # fmt: skip
    parts["service"] = [service]
    return people, parts


def _models(rng: random.Random, words: Words) -> dict[str, str]:
    """Six to nine models; the first three look alike."""
    stem, forms = words.stem(), rng.sample(FORMS, 6)
    head = f"{stem}-{rng.choice(PURPOSES)}"
    models = {"head": head, "kin": f"{head}-{rng.choice(GROUPS)}", "second": f"{stem}2"}
    parts = ["encoder", "value", "text", *(f"extra{n}" for n in range(rng.randint(0, 3)))]
    return models | {part: form.format(words.stem()) for part, form in zip(parts, forms, strict=False)}


def _datasets(rng: random.Random, words: Words) -> dict[str, str]:
    """Eight to ten datasets."""
    train, target, texts = words.stem(), words.stem(), rng.sample(TEXTS, 2)
    names = {
        "feed": f"{words.stem()}.{rng.choice(FEEDS)}",
        "train": f"{train}-{rng.choice(TABLES)}",
        "test": f"{train}-{rng.choice(('test', 'bench', 'check'))}",
        "notes": f"{words.stem()}_{texts[0]}",
        "mix": f"{words.stem()}-mix",
        "target": f"{target}.{rng.choice(TABLES)}",
        "target_test": f"{target}.test",
    }
    further = {"codes": f"{words.stem()}_{texts[1]}", "bench": f"{words.stem()}_bench",
               "local": f"{words.stem()}-charts", "junior": f"{words.stem()}-{rng.choice(GROUPS)}"}  # fmt: skip
    return names | {part: further[part] for part in sorted(rng.sample(sorted(further), rng.randint(1, 3)))}
