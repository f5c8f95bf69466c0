"""Gold for figures: values, comparisons, leaderboards."""

from __future__ import annotations

from decimal import Decimal

from eval.truth.base import Base, Row
from eval.truth.gold import Gold, Item


class Metrics(Base):
    """Evaluations."""

    def _metrics(self, version: str, metric: str, dataset: str | None, cohort: str | None) -> list[Row]:
        rows = [
            r for r in self.record.metrics(version)
            if r["metric"] == metric and r["at"] <= self.now
            and dataset in (None, r["dataset"], r["dataset"].split("@")[0]) and cohort in (None, r["cohort"])
        ]  # fmt: skip
        if not rows:
            raise ValueError(f"{version} has no {metric} on {dataset} for {cohort}")
        return rows

    def metric(self, version: str, name: str, dataset: str | None = None, cohort: str | None = "all") -> Gold:
        """The values of a metric in a setting, or in all settings that were not named."""
        field = f"metric.{name}"
        return Gold(
            items=tuple(
                Item(subject=version, field=field, value=str(r["value"]), dataset=r["dataset"], cohort=r["cohort"])
                for r in self._metrics(version, name, dataset, cohort)
            )
        )

    def metrics_of(self, version: str, dataset: str | None = None, cohort: str | None = "all") -> Gold:
        """Every metric of a version."""
        names = {r["metric"] for r in self.record.metrics(version) if cohort in (None, r["cohort"])}
        return Gold(items=tuple(i for n in sorted(names) for i in self.metric(version, n, dataset, cohort).items))

    def interval(self, version: str, name: str, dataset: str | None = None, cohort: str = "all") -> Gold:
        """The confidence interval of a metric."""
        (row,) = self._metrics(version, name, dataset, cohort)
        return Gold(items=tuple(Item(subject=version, value=str(bound)) for bound in row["ci"]))

    def metric_n(self, version: str, name: str, dataset: str | None = None, cohort: str = "all") -> Gold:
        """How many cases a metric was computed on."""
        (row,) = self._metrics(version, name, dataset, cohort)
        return Gold(items=(Item(subject=version, value=str(row["n"])),))

    def evidence(self, version: str, name: str, dataset: str | None = None, cohort: str = "all") -> Gold:
        """The grade of the evidence for a metric."""
        (row,) = self._metrics(version, name, dataset, cohort)
        return Gold(items=(Item(subject=version, value=row["evidence"]),))

    def difference(self, a: str, b: str, name: str, dataset: str | None = None, cohort: str = "all") -> Gold:
        """Both values of a comparable metric, and how far they are apart."""
        (left,), (right,) = self._metrics(a, name, dataset, cohort), self._metrics(b, name, dataset, cohort)
        assert all(left[k] == right[k] for k in ("dataset", "split", "cohort")), f"{a} and {b} are not comparable"
        gap = Decimal(str(left["value"])) - Decimal(str(right["value"]))
        items = self.metric(a, name, dataset, cohort).items + self.metric(b, name, dataset, cohort).items
        return Gold(items=items, difference=abs(gap))

    def better(self, a: str, b: str, name: str, dataset: str | None = None, cohort: str = "all") -> Gold:
        """Which of two is better by the metric's direction."""
        (left,), (right,) = self._metrics(a, name, dataset, cohort), self._metrics(b, name, dataset, cohort)
        gold = self.difference(a, b, name, dataset, cohort)
        first = (left["value"] < right["value"]) == (name in self.record.lower)
        winner, loser = (a, b) if first else (b, a)
        overlap = (
            bool(left["ci"] and right["ci"]) and left["ci"][0] <= right["ci"][1] and right["ci"][0] <= left["ci"][1]
        )
        tie = left["value"] == right["value"]
        return gold.with_(difference=None, winner=winner, loser=loser, tie_ok=overlap or tie)

    def incomparable(self, a: str, b: str, name: str) -> Gold:
        """Two values that must not be set against each other."""
        settings = [
            {(r["dataset"], r["split"], r["cohort"]) for r in self._metrics(v, name, None, None)} for v in (a, b)
        ]
        assert not settings[0] & settings[1], f"{a} and {b} are comparable"
        return Gold(mentions=(("comparable", "cannot be compared", "can't be compared", "different"),))

    def best(self, name: str, dataset: str, cohort: str = "all", model: str | None = None, worst: bool = False) -> Gold:
        """The top of the leaderboard of one setting."""
        rows = [
            (r["value"], v)
            for v in self._existing()
            if model in (None, self.record.model_of(v))
            for r in self.record.metrics(v)
            if (r["metric"], r["dataset"], r["cohort"]) == (name, dataset, cohort) and r["at"] <= self.now
        ]
        rows.sort(key=lambda row: row[0], reverse=(name not in self.record.lower) != worst)
        value, version = rows[0]
        item = Item(subject=version, field=f"metric.{name}", value=str(value), dataset=dataset, cohort=cohort)
        return Gold(items=(item,), winner=version)

    def ranked(self, name: str, dataset: str, cohort: str = "all") -> Gold:
        """Every row of the leaderboard of one setting."""
        items = [
            i
            for v in self._existing()
            if any((r["metric"], r["dataset"], r["cohort"]) == (name, dataset, cohort) for r in self.record.metrics(v))
            for i in self.metric(v, name, dataset, cohort).items
        ]
        return self._set((i.subject or "" for i in items), "version", items=tuple(items))

    def above(self, name: str, threshold: float | str, dataset: str | None = None, below: bool = False) -> Gold:
        """Versions with a metric at least (or, below, less than) a threshold, for all patients."""
        bar = float(threshold)
        found = [
            v for v in self._existing() for r in self.record.metrics(v)
            if r["metric"] == name and r["cohort"] == "all" and r["at"] <= self.now
            and dataset in (None, r["dataset"], r["dataset"].split("@")[0])
            and ((r["value"] < bar) if below else (r["value"] >= bar))
        ]  # fmt: skip
        return self._set(found, "version")

    def evaluated_on(self, dataset: str) -> Gold:
        """Versions evaluated on a dataset version."""
        return self._set(
            (v for v in self._existing() if any(r["dataset"] == dataset for r in self.record.metrics(v))), "version"
        )

    def evaluation_datasets(self, version: str) -> Gold:
        """Dataset versions a version was evaluated on."""
        return self._set((r["dataset"] for r in self.record.metrics(version) if r["at"] <= self.now), "dataset")

    def evaluated_by(self, version: str, dataset: str | None = None) -> Gold:
        """Who recorded a version's evaluations."""
        rows = [r for r in self.record.metrics(version) if dataset in (None, r["dataset"]) and r["at"] <= self.now]
        return self._set((r["by"] for r in rows), "person")

    def unevaluated(self) -> Gold:
        """Versions without any evaluation."""
        return self._set((v for v in self._existing() if not self.record.metrics(v)), "version")
