"""The gold of each question, computed from the manifest alone.

A case names its gold by a call such as `approvers(live("northgate", "icu").one)`; `evaluate` runs it with
these methods as its only names. Nothing here imports askreg, so an error of askreg cannot hide in the gold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from .gold import Gold, Item, instant
from .record import Record, Span

Row = dict[str, Any]


class Oracle:
    """Gold over one manifest, as of one time."""

    def __init__(self, record: Record, *, now: datetime, as_of: str | None = None) -> None:
        self.record = record
        self.now = instant(as_of) if as_of else now

    def evaluate(self, expression: str) -> Gold:
        """Run an oracle expression of a case."""
        names = {name: getattr(self, name) for name in dir(self) if not name.startswith("_")}
        gold = eval(expression, {"__builtins__": {"len": len, "str": str}}, names)  # noqa: S307 - our own files
        if not isinstance(gold, Gold):
            raise TypeError(f"{expression!r} gives {type(gold).__name__}, not Gold")
        return gold

    # -- helpers -------------------------------------------------------------------------------------------

    def _at(self, on: str | None) -> datetime:
        return instant(on) if on else self.now

    def _existing(self, on: str | None = None) -> list[str]:
        return [v for v, row in self.record.versions.items() if instant(row["at"]) <= self._at(on)]

    def _set(self, members: Iterable[str], kind: str, **more: Any) -> Gold:
        return Gold(members=frozenset(members), kind=kind, **more)

    def _deployments(self, site: str | None, env: str | None, model: str | None) -> list[Span]:
        spans = [
            s
            for s in self.record.deployments
            if site in (None, s.row["site"])
            and env in (None, s.row["environment"])
            and model in (None, s.version, self.record.model_of(s.version))
            and s.start <= self.now
        ]
        return sorted(spans, key=lambda s: s.start)

    def _live(self, on: str | None, **where: str | None) -> list[Span]:
        at = self._at(on)
        wanted = {"site": None, "env": None, "model": None, **where}
        return [s for s in self._deployments(**wanted) if s.holds(at)]

    def _stage(self, version: str, on: str | None = None) -> str:
        return next(s.what for s in self.record.stages if s.version == version and s.holds(self._at(on)))

    # -- live, aliases, stages -----------------------------------------------------------------------------

    def live(self, site: str | None = None, env: str | None = None, model: str | None = None,
             on: str | None = None, region: str | None = None) -> Gold:  # fmt: skip
        """Versions live somewhere at a time."""
        spans = [s for s in self._live(on, site=site, env=env, model=model) if region in (None, s.row.get("region"))]
        items = tuple(Item(subject=s.what, field="deployed", value=s.version) for s in spans)
        return self._set((s.version for s in spans), "version", items=items)

    def live_models(self, site: str | None = None, env: str | None = None, on: str | None = None) -> Gold:
        """Models with a version live somewhere."""
        return self._set((self.record.model_of(s.version) for s in self._live(on, site=site, env=env)), "model")

    def ever_live(self, site: str, env: str | None = None, model: str | None = None,
                  since: str | None = None) -> Gold:  # fmt: skip
        """Versions that were ever live at a place, or at any time since a date."""
        start = instant(since, end_of_day=False) if since else None
        spans = [s for s in self._deployments(site, env, model) if start is None or s.end is None or s.end > start]
        return self._set((s.version for s in spans), "version")

    def where(self, subject: str, on: str | None = None, kind: str = "place") -> Gold:
        """Places where a version or a model is live."""
        spans = self._live(on, model=subject)
        return self._set((s.what if kind == "place" else s.row["site"] for s in spans), kind)

    def ever_where(self, subject: str, kind: str = "place") -> Gold:
        """Places where a version or a model was ever live."""
        spans = self._deployments(None, None, subject)
        return self._set((s.what if kind == "place" else s.row["site"] for s in spans), kind)

    def live_since(self, subject: str, site: str, env: str | None = None) -> Gold:
        """When the latest deployment there began."""
        span = self._deployments(site, env, subject)[-1]
        return Gold(dates=(span.start.date().isoformat(),))

    def live_until(self, subject: str, site: str, env: str | None = None) -> Gold:
        """When the latest deployment there ended."""
        span = self._deployments(site, env, subject)[-1]
        if span.end is None:
            raise ValueError(f"{subject} is still live at {site}")
        return Gold(dates=(span.end.date().isoformat(),))

    def how_long(self, subject: str, site: str, env: str | None = None) -> Gold:
        """Days live there, all periods together."""
        spans = self._deployments(site, env, subject)
        days = sum(((s.end or self.now) - s.start).total_seconds() for s in spans) / 86400
        return Gold(days=frozenset({int(days), round(days)}))

    def first_live(self, subject: str, site: str | None = None) -> Gold:
        """When something was first live, anywhere or at a site."""
        return Gold(dates=(self._deployments(site, None, subject)[0].start.date().isoformat(),))

    def first_live_version(self, site: str, env: str | None = None, model: str | None = None) -> Gold:
        """The first version ever live there."""
        return self._set([self._deployments(site, env, model)[0].version], "version")

    def before_live(self, site: str, env: str, model: str | None = None) -> Gold:
        """What was live there before the one that is live now."""
        versions = [s.version for s in self._deployments(site, env, model)]
        return self._set([versions[-2]], "version", optional=frozenset(versions[-1:]))

    def withdrawn(self, since: str | None = None, until: str | None = None, site: str | None = None) -> Gold:
        """Versions whose deployment ended in a period."""
        low = instant(since, end_of_day=False) if since else None
        high = self._at(until)
        spans = [s for s in self._deployments(site, None, None) if s.end and s.end <= high and (not low or s.end >= low)]
        return self._set((s.version for s in spans), "version")

    def deployed_in(self, since: str, until: str, site: str | None = None) -> Gold:
        """Versions whose deployment began in a period."""
        low, high = instant(since, end_of_day=False), instant(until)
        return self._set((s.version for s in self._deployments(site, None, None) if low <= s.start <= high), "version")

    def never_deployed(self) -> Gold:
        """Models that were never live anywhere."""
        live = {self.record.model_of(s.version) for s in self._deployments(None, None, None)}
        return self._set({self.record.model_of(v) for v in self._existing()} - live, "model")

    def _holders(self, model: str, alias: str) -> list[Span]:
        return [s for s in self.record.aliases if s.what == f"{model}@{alias}" and s.start <= self.now]

    def holder(self, model: str, alias: str = "champion", on: str | None = None) -> Gold:
        """Who holds an alias; empty when nobody does."""
        held = [s for s in self._holders(model, alias) if s.holds(self._at(on))]
        items = tuple(Item(subject=model, field=f"alias.{alias}", value=s.version) for s in held)
        return self._set((s.version for s in held), "version", items=items)

    def previous_holder(self, model: str, alias: str = "champion") -> Gold:
        """Who held the alias before the one that holds it now."""
        held = self._holders(model, alias)
        return self._set([held[-2].version], "version", optional=frozenset({held[-1].version}))

    def holders(self, model: str, alias: str = "champion") -> Gold:
        """Everyone who ever held an alias."""
        return self._set((s.version for s in self._holders(model, alias)), "version")

    def alias_since(self, model: str, alias: str = "champion") -> Gold:
        """Since when the present holder holds it."""
        return Gold(dates=(self._holders(model, alias)[-1].start.date().isoformat(),))

    def alias_from(self, version: str, alias: str = "champion") -> Gold:
        """When a version became the holder."""
        spans = [s for s in self._holders(self.record.model_of(version), alias) if s.version == version]
        return Gold(dates=(spans[0].start.date().isoformat(),))

    def alias_until(self, version: str, alias: str = "champion") -> Gold:
        """When a version stopped being the holder."""
        spans = [s for s in self._holders(self.record.model_of(version), alias) if s.version == version and s.end]
        return Gold(dates=tuple(s.end.date().isoformat() for s in spans[-1:] if s.end))

    def alias_days(self, version: str, alias: str = "champion") -> Gold:
        """How long a version held an alias."""
        spans = [s for s in self._holders(self.record.model_of(version), alias) if s.version == version]
        days = sum(((s.end or self.now) - s.start).total_seconds() for s in spans) / 86400
        return Gold(days=frozenset({int(days), round(days)}))

    def without_alias(self, alias: str = "champion") -> Gold:
        """Models of which nothing holds the alias now."""
        held = {s.what.split("@")[0] for s in self.record.aliases if s.what.endswith(f"@{alias}") and s.holds(self.now)}
        return self._set(set(self.record.models) - held, "model")

    def stage(self, version: str, on: str | None = None) -> Gold:
        """The stage of a version."""
        stage = self._stage(version, on)
        return Gold(items=(Item(subject=version, field="stage", value=stage),))

    def in_stage(self, stage: str, model: str | None = None, on: str | None = None) -> Gold:
        """Versions in a stage."""
        found = [
            v for v in self._existing(on)
            if model in (None, self.record.model_of(v)) and self._stage(v, on) == stage
        ]  # fmt: skip
        return self._set(found, "version")

    def models_in_stage(self, stage: str, on: str | None = None) -> Gold:
        """Models with a version in a stage."""
        members = self.in_stage(stage, on=on).members or ()
        return self._set((self.record.model_of(v) for v in members), "model")

    def stage_when(self, version: str, stage: str) -> Gold:
        """When a version last entered a stage."""
        spans = [s for s in self.record.stages if s.version == version and s.what == stage and s.start <= self.now]
        return Gold(dates=(spans[-1].start.date().isoformat(),))

    def stage_by(self, version: str, stage: str) -> Gold:
        """Who moved a version to a stage last."""
        spans = [s for s in self.record.stages if s.version == version and s.what == stage and s.start <= self.now]
        return self._set([spans[-1].row["by"]], "person")

    def stage_days(self, version: str, stage: str) -> Gold:
        """How long a version was in a stage, all periods together."""
        spans = [s for s in self.record.stages if s.version == version and s.what == stage]
        days = sum(((s.end or self.now) - s.start).total_seconds() for s in spans) / 86400
        return Gold(days=frozenset({int(days), round(days)}))

    # -- metrics -------------------------------------------------------------------------------------------

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
        return Gold(items=tuple(
            Item(subject=version, field=f"metric.{name}", value=str(r["value"]), dataset=r["dataset"], cohort=r["cohort"])
            for r in self._metrics(version, name, dataset, cohort)
        ))  # fmt: skip

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
        overlap = bool(left["ci"] and right["ci"]) and left["ci"][0] <= right["ci"][1] and right["ci"][0] <= left["ci"][1]
        tie = left["value"] == right["value"]
        return gold.with_(difference=None, winner=winner, loser=loser, tie_ok=overlap or tie)

    def incomparable(self, a: str, b: str, name: str) -> Gold:
        """Two values that must not be set against each other."""
        settings = [{(r["dataset"], r["split"], r["cohort"]) for r in self._metrics(v, name, None, None)} for v in (a, b)]
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

    def above(self, name: str, threshold: float, dataset: str | None = None, below: bool = False) -> Gold:
        """Versions with a metric at least (or, below, less than) a threshold, for all patients."""
        found = [
            v for v in self._existing() for r in self.record.metrics(v)
            if r["metric"] == name and r["cohort"] == "all" and r["at"] <= self.now
            and dataset in (None, r["dataset"], r["dataset"].split("@")[0])
            and ((r["value"] < threshold) if below else (r["value"] >= threshold))
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

    # -- lineage -------------------------------------------------------------------------------------------

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
        """Everything of a kind that something came from."""
        return self._set(self._of_kind(self._closure(subject, self._parents), kind), kind)

    def down(self, subject: str, kind: str) -> Gold:
        """Everything of a kind that came from something."""
        return self._set(self._of_kind(self._closure(subject, self._children), kind), kind)

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
            [f"run:{self.record.versions[version]['run']}"], "run", optional=self.up(version, "run").members or frozenset()
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

    # -- approvals and people ------------------------------------------------------------------------------

    def _approvals(self, version: str, meaning: str | None, decision: str | None) -> list[Row]:
        return [
            a for a in self.record.rows(version, "approvals")
            if meaning in (None, a["meaning"]) and decision in (None, a["decision"]) and instant(a["at"]) <= self.now
        ]  # fmt: skip

    def approvers(self, version: str, meaning: str | None = "approval", decision: str = "approved") -> Gold:
        """Who approved (or reviewed, or rejected); others who signed may be named too."""
        everyone = frozenset(a["by"] for a in self._approvals(version, None, None))
        rows = self._approvals(version, meaning, decision)
        return self._set((a["by"] for a in rows), "person", optional=everyone)

    def approved_when(self, version: str, meaning: str = "approval", decision: str = "approved") -> Gold:
        """When a version was approved, reviewed or rejected."""
        rows = self._approvals(version, meaning, decision)
        return Gold(dates=tuple(instant(a["at"]).date().isoformat() for a in rows))

    def comment(self, version: str) -> Gold:
        """The comments of the approvals of a version."""
        rows = [a for a in self._approvals(version, None, None) if a.get("comment")]
        return Gold(mentions=tuple((a["comment"],) for a in rows))

    def signed_by(self, person: str, meaning: str | None = "approval", decision: str | None = "approved",
                  since: str | None = None, until: str | None = None) -> Gold:  # fmt: skip
        """Versions that somebody approved, reviewed or rejected."""
        low = instant(since, end_of_day=False) if since else None
        high = self._at(until)
        found = {
            v for v in self._existing() for a in self._approvals(v, meaning, decision)
            if a["by"] == person and instant(a["at"]) <= high and (not low or instant(a["at"]) >= low)
        }  # fmt: skip
        other = {v for v in self._existing() for a in self._approvals(v, None, decision) if a["by"] == person}
        return self._set(found, "version", optional=frozenset(other) if low is None else frozenset())

    def rejected(self) -> Gold:
        """Versions that were ever rejected."""
        return self._set((v for v in self._existing() if self._approvals(v, None, "rejected")), "version")

    def rejecters(self) -> Gold:
        """People who ever rejected a version."""
        return self._set((a["by"] for v in self._existing() for a in self._approvals(v, None, "rejected")), "person")

    def self_approved(self) -> Gold:
        """Versions approved by the one who registered them or sent them to validation."""
        found = []
        for v in self._existing():
            askers = {self.record.versions[v].get("by")}
            askers |= {s.row.get("by") for s in self.record.stages if s.version == v and s.what == "validation"}
            if any(a["by"] in askers for a in self._approvals(v, "approval", "approved")):
                found.append(v)
        return self._set(found, "version")

    def lapsed(self) -> Gold:
        """Versions with an approval that was followed by a new evaluation."""
        found = []
        for v in self._existing():
            signed = [instant(a["at"]) for a in self._approvals(v, None, "approved")]
            last = max((r["at"] for r in self.record.metrics(v) if r["at"] <= self.now), default=None)
            if last and any(s < last for s in signed):
                found.append(v)
        return self._set(found, "version")

    def unapproved_live(self) -> Gold:
        """Live versions that nobody approved."""
        live = {s.version for s in self._live(None)}
        return self._set((v for v in live if not self._approvals(v, "approval", "approved")), "version")

    def unapproved_in_stage(self, stage: str, on: str | None = None) -> Gold:
        """Versions in a stage without an approval."""
        found = self.in_stage(stage, on=on).members or ()
        return self._set((v for v in found if not self._approvals(v, "approval", "approved")), "version")

    def unapproved_ever(self, stage: str) -> Gold:
        """Versions that were ever in a stage and that nobody approved."""
        found = {s.version for s in self.record.stages if s.what == stage and s.start <= self.now}
        return self._set((v for v in found if not self._approvals(v, "approval", "approved")), "version")

    def skipped(self, stage: str) -> Gold:
        """Versions that reached production without ever having been in a stage."""
        had = {(s.version, s.what) for s in self.record.stages if s.start <= self.now}
        return self._set({v for v, what in had if what == "production"} - {v for v, what in had if what == stage}, "version")

    def without_digest(self) -> Gold:
        """Versions whose artifact has no digest."""
        return self._set((v for v in self._existing() if not self.record.versions[v]["artifact"].get("digest")), "version")

    def registered_by(self, version: str) -> Gold:
        """Who registered a version."""
        return self._set([self.record.versions[version]["by"]], "person")

    def registered_when(self, version: str) -> Gold:
        """When a version was registered."""
        return Gold(dates=(instant(self.record.versions[version]["at"]).date().isoformat(),))

    def registered(self, by: str | None = None, since: str | None = None, until: str | None = None,
                   model: str | None = None) -> Gold:  # fmt: skip
        """Versions registered by somebody, in a period, of a model."""
        low = instant(since, end_of_day=False) if since else None
        found = [
            v for v in self._existing(until)
            if by in (None, self.record.versions[v].get("by")) and model in (None, self.record.model_of(v))
            and (low is None or instant(self.record.versions[v]["at"]) >= low)
        ]  # fmt: skip
        return self._set(found, "version")

    def latest(self, model: str) -> Gold:
        """The newest version of a model."""
        mine = [v for v in self._existing() if self.record.model_of(v) == model]
        return self._set([max(mine, key=lambda v: int(v.rsplit(":", 1)[1]))], "version")

    def latest_of_all(self, oldest: bool = False) -> Gold:
        """The version registered last (or first) of all."""
        pick = min if oldest else max
        return self._set([pick(self._existing(), key=lambda v: instant(self.record.versions[v]["at"]))], "version")

    # -- attributes, lists, counts -------------------------------------------------------------------------

    def attribute(self, subject: str, *path: str) -> Gold:
        """A field of a model, version, dataset version or run."""
        for rows in (self.record.versions, self.record.models, self.record.datasets, self.record.runs):
            if subject in rows:
                value: Any = rows[subject]
                break
        else:
            raise KeyError(subject)
        for key in path:
            value = value[key]
        return Gold(items=(Item(value=str(value)),))

    def owner(self, model: str) -> Gold:
        """Who owns a model."""
        return self._set([self.record.models[model]["owner"]], "person")

    def dataset_by(self, dataset: str) -> Gold:
        """Who registered a dataset version."""
        return self._set([self.record.datasets[dataset]["by"]], "person")

    def models(self, task: str | None = None, owner: str | None = None, **tags: str) -> Gold:
        """Models by task, owner and tags."""
        found = [
            name for name, m in self.record.models.items()
            if task in (None, m["task"]) and owner in (None, m.get("owner"))
            and all((m.get("tags") or {}).get(k) == v for k, v in tags.items())
            and any(v.startswith(f"{name}:") for v in self._existing())
        ]  # fmt: skip
        return self._set(found, "model")

    def versions(self, model: str | None = None, framework: str | None = None) -> Gold:
        """Versions of a model, or of a framework."""
        found = [
            v for v in self._existing()
            if model in (None, self.record.model_of(v))
            and (framework is None or self.record.versions[v].get("framework", "").startswith(framework))
        ]  # fmt: skip
        return self._set(found, "version")

    def dataset_versions(self, name: str | None = None, sensitivity: str | None = None) -> Gold:
        """Dataset versions by name and sensitivity."""
        found = [
            d for d, row in self.record.datasets.items()
            if name in (None, row["name"]) and sensitivity in (None, row.get("sensitivity"))
            and instant(row["at"]) <= self.now
        ]  # fmt: skip
        return self._set(found, "dataset")

    def document_about(self, *subjects: str) -> Gold:
        """Documents about a subject."""
        found = [d["path"] for d in self.record.documents if set(d.get("about") or []) & set(subjects)]
        return self._set(found, "document")

    def count(self, gold: Gold) -> Gold:
        """How many members; they may be named, and then only they."""
        return Gold(count=len(gold.members or ()), optional=gold.members or frozenset(), kind=gold.kind)

    def both(self, *golds: Gold) -> Gold:
        """Everything of several golds of one kind."""
        first = golds[0]
        for other in golds[1:]:
            first = first.with_(
                items=first.items + other.items,
                members=None if first.members is None and other.members is None
                else (first.members or frozenset()) | (other.members or frozenset()),
                kind=first.kind or other.kind, optional=first.optional | other.optional,
                dates=first.dates + other.dates, mentions=first.mentions + other.mentions,
            )  # fmt: skip
        return first

    def among(self, gold: Gold, other: Gold) -> Gold:
        """Members of both."""
        return Gold(members=(gold.members or frozenset()) & (other.members or frozenset()), kind=gold.kind)

    def but(self, gold: Gold, *left_out: str) -> Gold:
        """All members except some, which may still be named."""
        out = frozenset(left_out)
        return gold.with_(members=(gold.members or frozenset()) - out, optional=gold.optional | out)

    def yes(self, gold: Gold | None = None) -> Gold:
        """A question that is rightly answered yes, with what it rests on."""
        return Gold(verdict=True, dates=gold.dates if gold else ())

    def no(self) -> Gold:
        """A question that is rightly answered no."""
        return Gold(verdict=False)

    def is_in(self, member: str, gold: Gold) -> Gold:
        """Yes when the member is there, else no."""
        return Gold(verdict=member in (gold.members or ()))

    def says(self, *groups: str | tuple[str, ...]) -> Gold:
        """What must be said (one of each group), as when a premise is false or readings are offered."""
        return Gold(mentions=tuple((g,) if isinstance(g, str) else g for g in groups))
