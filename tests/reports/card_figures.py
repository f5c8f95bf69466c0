"""Figures of a card looked up again in the record's dumped manifest, by code that shares nothing with the cards."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Loader(yaml.CSafeLoader):
    """Reads every scalar as the text it is, so that no digit is lost."""


for first, resolvers in list(yaml.CSafeLoader.yaml_implicit_resolvers.items()):
    kept = [pair for pair in resolvers if pair[0] == "tag:yaml.org,2002:null"]
    Loader.yaml_implicit_resolvers = {**Loader.yaml_implicit_resolvers, first: kept}


class Told:
    """What a dumped manifest tells of each version."""

    def __init__(self, dumped: str) -> None:
        tree = yaml.load(dumped, Loader)
        self.models = {model["name"]: model for model in tree.get("models", [])}
        self.runs = {run["id"]: run for run in tree.get("runs", [])}
        self.datasets = {dataset["name"]: dataset for dataset in tree.get("datasets", [])}
        self.people = tree.get("people", [])
        self.documents = tree.get("documents", [])

    def version(self, subject: str) -> dict[str, Any]:
        name, _, number = subject.partition(":")
        return next(each for each in self.models[name]["versions"] if each["version"] == number)

    def figures(self, subject: str) -> Counter[tuple[Any, ...]]:
        """Return every figure of a version with all that it was measured on."""
        found: Counter[tuple[Any, ...]] = Counter()
        for evaluation in self.version(subject).get("evaluations", []):
            where = (evaluation["dataset"], evaluation.get("split", "test"), evaluation.get("cohort", "all"))
            for metric, figure in evaluation["metrics"].items():
                ci = tuple(map(Decimal, figure["ci"])) if "ci" in figure else None
                n = int(figure["n"]) if "n" in figure else None
                found[metric, *where, Decimal(figure["value"]), n, ci, figure.get("unit")] += 1
        return found

    def numbers(self, subject: str) -> set[str]:
        """Return every number that the record holds of a version, its model, data, runs, people and documents."""
        name = subject.partition(":")[0]
        model = {key: value for key, value in self.models[name].items() if key != "versions"}
        parts: list[Any] = [model, subject, self.people, self.documents]
        seen: set[str] = set()
        stack = [subject]
        while stack:
            each = stack.pop()
            if each in seen:
                continue
            seen.add(each)
            found = self.version(each)
            parts += [each, found if each == subject else {}]
            stack += [found["base"]] if "base" in found else []
            run = self.runs.get(found.get("run", ""))
            parts += [run]
            inputs = [used["dataset"] for used in (run or {}).get("inputs", [])]
            inputs += [evaluation["dataset"] for evaluation in found.get("evaluations", [])] if each == subject else []
            parts += [self._data(data) for data in inputs]
        return {number for text in _texts(parts) for number in _NUMBER.findall(text)} | self._counts(subject)

    def _data(self, subject: str) -> list[Any]:
        name, _, label = subject.partition("@")
        state = next(each for each in self.datasets[name]["versions"] if each["version"] == label)
        about = {key: value for key, value in self.datasets[name].items() if key != "versions"}
        return [subject, about, state, *(self._data(source) for source in state.get("derived_from", []))]

    def _counts(self, subject: str) -> set[str]:
        """Return how many figures of each metric there are, and how many lack an interval: gaps count them."""
        every: Counter[str] = Counter()
        bare: Counter[str] = Counter()
        for (metric, *_, ci, _unit), times in self.figures(subject).items():
            every[metric] += times
            bare[metric] += times * (ci is None)
        return {str(count) for counts in (every, bare) for count in counts.values()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def said(card: dict[str, Any]) -> Iterator[str]:
    """Yield every text of a card's JSON that states something: statements and the cells of tables."""
    for entry in card["entries"].values():
        yield from (statement["text"] for statement in entry["statements"])
        yield from (cell for row in (entry["table"] or {"rows": []})["rows"] for cell in row["cells"])


def numbers(text: str) -> list[str]:
    """Return the numbers in a text; a digest, and the number in its name, are none."""
    return _NUMBER.findall(re.sub(r"SHA-256|sha256:[0-9a-f]{64}", "", text))


def rows(card: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the figures of a card's result tables, as they are printed."""
    for field in ("results", "cohorts"):
        table = card["entries"][field]["table"]
        for row in (table or {"rows": []})["rows"]:
            cells = dict(zip(table["columns"], row["cells"], strict=True))
            value, _, unit = cells["Value"].partition(" ")
            ends = cells["Interval"]
            ci = None if ends == "not recorded" else tuple(map(Decimal, ends.split(" to ")))
            n = None if cells["n"] == "not recorded" else int(cells["n"])
            cohort = cells.get("Cohort", "all")
            yield cells["Metric"], cells["Dataset"], cells["Split"], cohort, Decimal(value), n, ci, unit or None
