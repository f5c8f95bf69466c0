"""Gold for what is live where, who holds an alias, and stages."""

from __future__ import annotations

from eval.truth.base import Base
from eval.truth.gold import Gold, Item, instant
from eval.truth.record import Span


class Places(Base):
    """Deployments, aliases and stages."""

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
        spans = [
            s for s in self._deployments(site, None, None) if s.end and s.end <= high and (not low or s.end >= low)
        ]
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

    def last_deployment(self, site: str) -> Gold:
        """When something last went live at a site."""
        return Gold(dates=(self._deployments(site, None, None)[-1].start.date().isoformat(),))

    def longest_live(self) -> Gold:
        """What has been live without a break for longest, of what is live now."""
        return self._set([min(self._live(None), key=lambda s: s.start).version], "version")

    def aliased(self, *aliases: str) -> Gold:
        """Models on which every one of these aliases is held."""
        held = {s.what for s in self.record.aliases if s.holds(self.now)}
        return self._set((m for m in self.record.models if {f"{m}@{a}" for a in aliases} <= held), "model")

    def happened(self, subject: str, since: str, until: str) -> Gold:
        """The days on which a version moved, or something changed at a place, in a period."""
        low, high = instant(since, end_of_day=False), instant(until)
        spans = [s for s in self.record.stages + self.record.aliases + self.record.deployments if s.version == subject]
        spans += [s for s in self.record.deployments if s.what == subject]
        times = {t for s in spans for t in (s.start, s.end) if t and low <= t <= high}
        return Gold(dates=tuple(sorted({t.date().isoformat() for t in times})))
