"""The calendar of a generated registry, and its datasets."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from eval.generate_names import Cast

Row = dict[str, Any]
LAST_DAY = 728
"""Nothing begins or ends later; with the latest first day it is still before the registries' clock."""
SECOND_EDITION = 300
"""From about this day on there are new editions of the data."""

ROWS = {"test": (2400, 5200), "local": (600, 2000), "bench": (600, 2000), "target_test": (600, 2000)}
"""How many rows data for tests have; all other data have more."""
LABELS = ("{month}", "v{number}", "{number}", "r2{number}")


class Calendar:
    """Instants, none of which is given twice."""

    def __init__(self, rng: random.Random) -> None:
        """Begin on a day in October 2024."""
        self._rng, self._taken = rng, set[datetime]()
        self._first = date(2024, 10, 1) + timedelta(days=rng.randrange(14))

    def at(self, day: int, hour: int) -> str:
        """An instant within an hour (UTC) of a day, counted from the first."""
        if not 0 <= day <= LAST_DAY:
            raise ValueError(f"day {day} lies outside the {LAST_DAY} days of the registry")
        while True:
            moment = datetime.combine(self._first + timedelta(days=day), time(hour), UTC)
            moment += timedelta(minutes=self._rng.randrange(60))
            if moment not in self._taken:
                self._taken.add(moment)
                return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def month(self, day: int) -> str:
        """The month of a day, as 2025-06."""
        return f"{self._first + timedelta(days=day):%Y-%m}"


class Order(NamedTuple):
    """An order that stands in a text of the record, and what it wants said."""

    subject: str
    """As elsewhere: `model`, `model:3`, `doc:path`, the name of a dataset."""
    field: str
    marker: str


class Contradiction(NamedTuple):
    """A figure of a document that is not the record's."""

    path: str
    subject: str
    metric: str
    said: str
    true: str


@dataclass
class Draft:
    """A registry in the making."""

    rng: random.Random
    cast: Cast
    calendar: Calendar
    datasets: list[Row] = field(default_factory=list)
    runs: list[Row] = field(default_factory=list)
    models: dict[str, Row] = field(default_factory=dict)
    """By part."""
    documents: list[Row] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    """The text of each document, by path."""
    orders: list[Order] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    editions: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """The versions of each dataset, by part: the day, and the name."""
    rows: dict[str, int] = field(default_factory=dict)
    """Of each dataset version."""
    labels: dict[str, str] = field(default_factory=dict)
    """How the versions of each dataset are called, by part."""
    levels: dict[str, float] = field(default_factory=dict)
    """What the first version of each model that classifies reaches, by part."""

    def digest(self) -> str:
        """A SHA-256 digest of nothing."""
        return f"sha256:{self.rng.getrandbits(256):064x}"

    def data(self, part: str, day: int) -> str:
        """The newest version of a dataset on a day."""
        return [name for since, name in self.editions[part] if since < day][-1]


def add_datasets(draft: Draft) -> None:
    """Add all datasets: two editions of most, the second derived from the first and from a second edition."""
    rng, later = draft.rng, SECOND_EDITION + draft.rng.randrange(6)
    has = draft.cast.datasets.__contains__
    feed = _edition(draft, "feed", 2, [], "phi")
    train = _edition(draft, "train", 10, [feed], "deidentified")
    _edition(draft, "test", 12, [], "deidentified")
    notes = _edition(draft, "notes", 16, [feed], "phi")
    other = _edition(draft, "codes", 18, [feed], "deidentified") if has("codes") else feed
    _edition(draft, "mix", 24, [notes, other], "deidentified")
    target = _edition(draft, "target", 20, [], "public")
    _edition(draft, "target_test", 22, [], "public")
    if has("bench"):
        _edition(draft, "bench", 26, [], "deidentified")
    if has("local"):
        _edition(draft, "local", 28, [], "deidentified")
    if has("junior"):
        _edition(draft, "junior", 30, [train], "deidentified")
    feed = _edition(draft, "feed", later, [feed], "phi")
    _edition(draft, "train", later + 7, [train, feed], "deidentified")
    _edition(draft, "test", later + 9, [], "deidentified")
    _edition(draft, "target", later + 12, [target], "public")
    described = ("Adult stays", "What the wards send", "Checked by hand", "Collected for this purpose alone")
    for row in draft.datasets:
        if rng.random() < 0.5:
            row["description"] = f"{rng.choice(described)}, as kept at {rng.choice(draft.cast.sites)}"


def _edition(draft: Draft, part: str, day: int, sources: list[str], sensitivity: str) -> str:
    """Add a version of a dataset, and return its name."""
    rng, name = draft.rng, draft.cast.datasets[part]
    before = draft.editions.setdefault(part, [])
    if not before:
        draft.datasets.append({"name": name, "versions": []})
    row = next(d for d in draft.datasets if d["name"] == name)
    number = len(before) + 1
    label = draft.labels.setdefault(part, rng.choice(LABELS)).format(number=number, month=draft.calendar.month(day))
    held = rng.randint(*ROWS.get(part, (6000, 90000)))
    version = {
        "version": label, "digest": draft.digest(), "rows": held, "sensitivity": sensitivity,
        "at": draft.calendar.at(day, 8), "by": rng.choice([*draft.cast.scientists, draft.cast.service]),
    }  # fmt: skip
    if sources:
        version["derived_from"] = sources
    else:
        version["source"] = f"{draft.cast.words.stem().capitalize()} archive"
    row["versions"].append(version)
    draft.rows[f"{name}@{label}"] = held
    before.append((day, f"{name}@{label}"))
    return f"{name}@{label}"
