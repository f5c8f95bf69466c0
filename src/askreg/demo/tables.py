"""The real data of the demo: public tables, cleaned and split with a fixed seed, as canonical CSV."""

import csv
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.model_selection import train_test_split

SEED = 0
HORIZON_DAYS = 1095

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """One dataset version: its subject (`name@version`), its columns and its rows."""

    subject: str
    columns: tuple[str, ...]
    values: Floats

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    def column(self, name: str) -> Floats:
        """Return one column; raises KeyError when the table has none of that name."""
        if name not in self.columns:
            raise KeyError(f"{self.subject} has no column {name!r}; it has {', '.join(self.columns)}")
        return np.asarray(self.values[:, self.columns.index(name)])

    def matrix(self, names: Sequence[str]) -> Floats:
        """Return several columns side by side."""
        return np.column_stack([self.column(name) for name in names])

    def csv(self) -> bytes:
        """Return the canonical bytes: header, then shortest exact decimals, LF line ends."""
        lines = [",".join(self.columns)]
        lines += [",".join(_number(value) for value in row) for row in self.values.tolist()]
        return ("\n".join(lines) + "\n").encode()

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical bytes."""
        return f"sha256:{hashlib.sha256(self.csv()).hexdigest()}"

    def rows(self, subject: str, index: NDArray[np.int64]) -> "Table":
        """Return the rows at `index`, in the order of this table."""
        return replace(self, subject=subject, values=self.values[np.sort(index)])

    def without(self, subject: str, column: str) -> "Table":
        """Return the table without one column."""
        kept = tuple(name for name in self.columns if name != column)
        return Table(subject, kept, self.matrix(kept))


@dataclass(frozen=True)
class Cohort:
    """A slice of a held-out table, labelled as evaluations label it."""

    label: str
    holds: Callable[[Table], Mask]


def all_tables() -> dict[str, Table]:
    """Return every dataset version that the demo holds, by subject."""
    return {table.subject: table for family in (_wdbc(), _diabetes(), _kidney()) for table in family}


def cohorts(subject: str) -> tuple[Cohort, ...]:
    """Return the cohorts that a held-out table is evaluated on, `all` first."""
    return COHORTS[subject.split("-", 1)[0]]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _snake(name: str) -> str:
    return name.replace(" ", "_")


def _numbered(subject: str, columns: Sequence[str], values: Floats) -> Table:
    return Table(subject, ("row", *columns), np.column_stack([np.arange(1, len(values) + 1), values]))


def _split(strata: NDArray[np.int64], share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    kept, held_out = train_test_split(np.arange(len(strata)), test_size=share, stratify=strata, random_state=SEED)
    return kept, held_out


def _wdbc() -> list[Table]:
    bunch = load_breast_cancer()
    names = [_snake(str(name)) for name in bunch.feature_names]
    source = Table("wdbc-source@2025-01", (*names, "target"), np.column_stack([bunch.data, bunch.target]))
    cleaned = _numbered("wdbc-cleaned@2025-01", (*names, "malignant"), np.column_stack([bunch.data, 1 - bunch.target]))
    outcome = cleaned.column("malignant").astype(int)
    development, test = _split(outcome, 0.35)
    inner_train, inner_tuning = _split(outcome[development], 0.25)
    return [
        source,
        cleaned,
        cleaned.rows("wdbc-train@2025-01", development[inner_train]),
        cleaned.rows("wdbc-tuning@2025-01", development[inner_tuning]),
        cleaned.rows("wdbc-test@2025-01", test),
        cleaned.rows("wdbc-development@2025-09", development),
    ]


def _diabetes() -> list[Table]:
    bunch = load_diabetes(scaled=False)
    names = [str(name) for name in bunch.feature_names]
    raw = np.column_stack([bunch.data, bunch.target])
    high = (bunch.target > np.median(bunch.target)).astype(float)
    source = Table("diabetes-source@2025-02", (*names, "progression"), raw)
    cleaned = _numbered(
        "diabetes-cleaned@2025-02", (*names, "progression", "high_progression"), np.column_stack([raw, high])
    )
    strata = (cleaned.column("high_progression") * 10 + cleaned.column("sex")).astype(int)
    train, held_out = _split(strata, 0.45)
    test, reserve = _split(strata[held_out], 1 / 3)
    return [
        source,
        cleaned,
        cleaned.rows("diabetes-train@2025-02", train),
        cleaned.rows("diabetes-test@2025-02", held_out[test]),
        cleaned.rows("diabetes-reserve@2025-02", held_out[reserve]),
    ]


def _kidney() -> list[Table]:
    with (files("askreg.demo") / "data" / "kidney_transplant.csv").open(encoding="utf-8") as handle:
        header, *records = list(csv.reader(handle))
    source = Table("kidney-source@2025-06", tuple(header), np.array(records, dtype=np.float64))
    time, death = source.column("time"), source.column("death")
    female = 1 - np.maximum(source.column("black_male"), source.column("white_male"))
    black = np.maximum(source.column("black_male"), source.column("black_female"))
    died = (death == 1) & (time <= HORIZON_DAYS)
    known = died | (time >= HORIZON_DAYS)
    values = np.column_stack([source.column("age"), female, black, died])
    columns = ("age", "sex_female", "race_black", "died_within_1095_days")
    numbered = _numbered("kidney-cleaned@2025-06", columns, values)
    cleaned = numbered.rows(numbered.subject, np.flatnonzero(known))
    strata = (cleaned.matrix(columns[1:]) @ [1, 2, 4]).astype(int)
    train, test = _split(strata, 0.4)
    training = cleaned.rows("kidney-train@2025-06", train)
    return [
        source,
        cleaned,
        training,
        training.without("kidney-train@2025-09", "race_black"),
        cleaned.rows("kidney-test@2025-06", test),
    ]


def _equals(column: str, value: float) -> Callable[[Table], Mask]:
    return lambda table: np.asarray(table.column(column) == value)


def _below(column: str, bound: float) -> Callable[[Table], Mask]:
    return lambda table: np.asarray(table.column(column) < bound)


def _from(column: str, bound: float) -> Callable[[Table], Mask]:
    return lambda table: np.asarray(table.column(column) >= bound)


def _both(first: Callable[[Table], Mask], second: Callable[[Table], Mask]) -> Callable[[Table], Mask]:
    return lambda table: np.asarray(first(table) & second(table))


ALL = Cohort("all", lambda table: np.ones(len(table), dtype=bool))
AGE_BANDS = (Cohort("age=under-50", _below("age", 50)), Cohort("age=50-and-over", _from("age", 50)))
_SEX = {"female": _equals("sex_female", 1), "male": _equals("sex_female", 0)}
_RACE = {"black": _equals("race_black", 1), "white": _equals("race_black", 0)}

COHORTS: dict[str, tuple[Cohort, ...]] = {
    "wdbc": (
        ALL,
        Cohort("mean_radius=under-13", _below("mean_radius", 13)),
        Cohort("mean_radius=13-and-over", _from("mean_radius", 13)),
    ),
    "diabetes": (ALL, Cohort("sex=1", _equals("sex", 1)), Cohort("sex=2", _equals("sex", 2)), *AGE_BANDS),
    "kidney": (
        ALL,
        *(Cohort(f"sex={sex}", holds) for sex, holds in _SEX.items()),
        *(Cohort(f"race={race}", holds) for race, holds in _RACE.items()),
        *(Cohort(f"race={race},sex={sex}", _both(_RACE[race], _SEX[sex])) for race in _RACE for sex in _SEX),
        *AGE_BANDS,
    ),
}
