"""Gold for what came from what."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from eval.truth.gold import Gold
from eval.truth.lists import Lists


class Lineage(Lists):
    """Datasets, runs, bases."""

    def _parents(self, subject: str) -> set[str]:
        if subject in self.record.datasets:
            return set(self.record.datasets[subject].get("derived_from") or [])
        if subject.startswith("run:"):
            return {i["dataset"] for i in self.record.runs[subject[4:]].get("inputs") or []}
        row = self.record.versions[subject]
        run, base = row.get("run"), row.get("base")
        return ({f"run:{run}"} if run else set()) | ({base} if base else set())

    def _closure(self, start: str, step: Callable[[str], set[str]]) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for node in step(todo.pop()) - seen:
                seen.add(node)
                todo.append(node)
        return seen - {start}

    def _children(self, subject: str) -> set[str]:
        nodes = [*self.record.datasets, *(f"run:{r}" for r in self.record.runs), *self.record.versions]
        return {n for n in nodes if subject in self._parents(n)}

    def _of_kind(self, nodes: Iterable[str], kind: str) -> set[str]:
        kinds = {"dataset": self.record.datasets, "version": self.record.versions}
        if kind == "run":
            return {n for n in nodes if n.startswith("run:")}
        return {n for n in nodes if n in kinds[kind]}

    def up(self, subject: str, kind: str) -> Gold:
        """Everything of a kind that something came from; what it was evaluated on may be said as well."""
        return self._set(
            self._of_kind(self._closure(subject, self._parents), kind),
            kind,
            optional=frozenset(self._of_kind(self._closure(subject, self._with_evaluations), kind)),
        )

    def up_by_training(self, subject: str, kind: str) -> Gold:
        """What something came from when what its runs used for validation and test is left out."""

        def step(node: str) -> set[str]:
            if not node.startswith("run:"):
                return self._parents(node)
            return {i["dataset"] for i in self.record.runs[node[4:]].get("inputs") or [] if i["role"] == "training"}

        return self._set(self._of_kind(self._closure(subject, step), kind), kind)

    def _with_evaluations(self, subject: str) -> set[str]:
        known = subject in self.record.versions
        return self._parents(subject) | ({r["dataset"] for r in self.record.metrics(subject)} if known else set())

    def down(self, subject: str, kind: str) -> Gold:
        """Everything of a kind that came from something."""
        return self._set(self._of_kind(self._closure(subject, self._children), kind), kind)

    def affected(self, dataset: str) -> Gold:
        """Versions that came from a dataset version; those that were only evaluated on it may be said as well."""
        sources = {dataset} | self._of_kind(self._closure(dataset, self._children), "dataset")
        tested = {v for v in self._existing() if {r["dataset"] for r in self.record.metrics(v)} & sources}
        return self.down(dataset, "version").with_(optional=frozenset(tested))

    def down_live(self, subject: str) -> Gold:
        """Versions that descend from something and are live."""
        live = {s.version for s in self._live(None)}
        return self._set((self.down(subject, "version").members or frozenset()) & live, "version")

    def down_models(self, subject: str) -> Gold:
        """Models of which some version descends from something."""
        return self._set((self.record.model_of(v) for v in self.down(subject, "version").members or ()), "model")

    def _training(self, version: str) -> set[str]:
        run = self.record.runs.get(self.record.versions[version].get("run") or "", {})
        return {i["dataset"] for i in run.get("inputs") or [] if i["role"] == "training"}

    def _bases(self, version: str) -> list[str]:
        base = self.record.versions[version].get("base")
        return [base, *self._bases(base)] if base else []

    def trained_on(self, version: str) -> Gold:
        """What a version was itself trained on; what came through a base may be said as well."""
        through = {d for b in self._bases(version) for d in self._training(b)}
        above = set(self.up(version, "dataset").members or ())
        return self._set(self._training(version), "dataset", optional=frozenset(through | above))

    def trained_through_base(self, version: str) -> Gold:
        """Training datasets of the bases only."""
        through = {d for b in self._bases(version) for d in self._training(b)}
        return self._set(through, "dataset", optional=frozenset(self._training(version)))

    def trained_from(self, dataset: str) -> Gold:
        """Versions trained on a dataset version, or on any version of a dataset."""
        direct = {v for v in self._existing() for d in self._training(v) if dataset in (d, d.split("@")[0])}
        through = {v for v in self._existing() if set(self._bases(v)) & direct}
        return self._set(direct, "version", optional=frozenset(through))

    def trained_on_sensitive(self, sensitivity: str) -> Gold:
        """Versions whose own training data have a sensitivity."""
        datasets = self.dataset_versions(sensitivity=sensitivity).members or frozenset()
        return self._set((v for v in self._existing() if self._training(v) & datasets), "version")

    def run_of(self, version: str) -> Gold:
        """The run that made a version; the runs of its bases may be said as well."""
        return self._set(
            [f"run:{self.record.versions[version]['run']}"],
            "run",
            optional=self.up(version, "run").members or frozenset(),
        )

    def made_from(self, dataset: str) -> Gold:
        """Dataset versions directly derived from one; those further down may be said as well."""
        direct = {d for d in self.record.datasets if dataset in self._parents(d)}
        return self._set(direct, "dataset", optional=self.down(dataset, "dataset").members or frozenset())

    def base(self, version: str) -> Gold:
        """The version something was directly derived from."""
        base = self.record.versions[version].get("base")
        return self._set([base] if base else [], "version", optional=frozenset(self._bases(version)))

    def bases(self, version: str) -> Gold:
        """All versions something was derived from."""
        return self._set(self._bases(version), "version")

    def derived(self, version: str) -> Gold:
        """Versions that were directly derived from one."""
        direct = {v for v in self._existing() if self.record.versions[v].get("base") == version}
        return self._set(direct, "version", optional=self.down(version, "version").members or frozenset())

    def derived_from(self, dataset: str) -> Gold:
        """The dataset versions one was directly derived from."""
        every = self.up(dataset, "dataset").members or frozenset()
        return self._set(self._parents(dataset), "dataset", optional=every)
