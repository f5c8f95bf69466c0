"""Gold for what is missing or irregular, and for the routes by which one thing came from another."""

from __future__ import annotations

from datetime import date

from eval.truth.base import Row
from eval.truth.gold import Gold
from eval.truth.texts import Texts


class Gaps(Texts):
    """Gaps and routes."""

    def without_interval(self) -> Gold:
        """Versions with a figure that has no confidence interval."""
        found = (v for v in self._existing() if any(not r["ci"] for r in self._figures(v)))
        return self._set(found, "version")

    def bare_metrics(self, version: str) -> Gold:
        """The metrics of a version that have no confidence interval."""
        bare = sorted({r["metric"] for r in self._figures(version) if not r["ci"]})
        assert bare, f"every figure of {version} has an interval"
        return Gold(mentions=tuple((name,) for name in bare))

    def live_but_retired(self) -> Gold:
        """Versions that are live though they are retired."""
        live = {s.version for s in self._live(None)}
        return self._set((v for v in live if self._stage(v) == "retired"), "version")

    def shared(self, a: str, b: str, kind: str = "dataset") -> Gold:
        """What two things both came from; what only one came from may be said as well."""
        left, right = self.up(a, kind), self.up(b, kind)
        both = (left.members or frozenset()) & (right.members or frozenset())
        either = (left.members or frozenset()) | (right.members or frozenset())
        return self._set(both, kind, optional=either - both)

    def between(self, source: str, subject: str, kind: str = "dataset") -> Gold:
        """What lies on a route from a source to what came from it, both ends left out."""
        above = self._closure(subject, self._parents)
        below = self._closure(source, self._children)
        return self._set(self._of_kind(above & below - {source, subject}, kind), kind)

    def routes(self, source: str, subject: str) -> int:
        """By how many different routes something came from a source."""
        if subject == source:
            return 1
        return sum(self.routes(source, parent) for parent in self._parents(subject))

    def twice(self, source: str, subject: str) -> Gold:
        """Yes when something came from a source by more than one route."""
        return Gold(verdict=self.routes(source, subject) > 1)

    def nth(self, name: str, dataset: str, rank: int, cohort: str = "all") -> Gold:
        """What stands in a place of the leaderboard of one setting; an error when it shares it."""
        rows = [(r["value"], v) for v in self._existing() for r in self._figures(v)
                if (r["metric"], r["dataset"], r["cohort"]) == (name, dataset, cohort)]  # fmt: skip
        rows.sort(key=lambda row: row[0], reverse=name not in self.record.lower)
        value, version = rows[rank - 1]
        assert [row[0] for row in rows].count(value) == 1, f"{value} is held by several"
        return self._set([version], "version", items=self.metric(version, name, dataset, cohort).items,
                         optional=frozenset(v for _, v in rows))  # fmt: skip

    def names_days(self, *days: str) -> Gold:
        """All of these days must be said, as figures or in words."""
        spelled = [(day, f"{date.fromisoformat(day):%-d %B}") for day in days]
        return Gold(mentions=tuple(spelled))

    def _figures(self, version: str) -> list[Row]:
        return [r for r in self.record.metrics(version) if r["at"] <= self.now]
