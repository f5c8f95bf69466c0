"""Gold for whose hand did something, for roles and runs, and for what is left when one set is taken from another."""

from __future__ import annotations

from datetime import date

from eval.truth.gold import Gold, instant
from eval.truth.lineage import Lineage
from eval.truth.metrics import Metrics
from eval.truth.people import People


class Hands(People, Lineage, Metrics):
    """Who did it, with what, and what is not in a set."""

    def minus(self, gold: Gold, other: Gold) -> Gold:
        """Members of the one that are not members of the other."""
        return Gold(members=(gold.members or frozenset()) - (other.members or frozenset()), kind=gold.kind)

    def not_in(self, member: str, gold: Gold) -> Gold:
        """No when the member is there, else yes."""
        return Gold(verdict=member not in (gold.members or ()))

    def same(self, gold: Gold, other: Gold) -> Gold:
        """Yes when both have the same members, else no."""
        return Gold(verdict=gold.members == other.members)

    def may_name(self, gold: Gold, *others: Gold) -> Gold:
        """Gold beside which the members of others may be named as well."""
        more = frozenset(m for other in others for m in other.members or ())
        return gold.with_(optional=gold.optional | more)

    def names(self, *golds: Gold) -> Gold:
        """The members must be said, in whatever part of the answer."""
        return Gold(mentions=tuple((m,) for gold in golds for m in sorted(gold.members or ())))

    def days_between(self, first: Gold, second: Gold) -> Gold:
        """How many days lie between two dates; a day more or less where the hours are counted."""
        days = abs((date.fromisoformat(second.dates[0]) - date.fromisoformat(first.dates[0])).days)
        return Gold(days=frozenset({days}))

    def changed_at(self, place: str, since: str, until: str) -> Gold:
        """What began or ended at a place in a period: the versions, and the days."""
        low, high = instant(since, end_of_day=False), instant(until)
        spans = [s for s in self._deployments(None, None, None) if s.what == place]
        times = [(s.version, t) for s in spans for t in (s.start, s.end) if t and low <= t <= high]
        days = tuple(sorted({t.date().isoformat() for _, t in times}))
        return self._set((v for v, _ in times), "version", dates=days)

    def deployed_by(self, subject: str, site: str, env: str | None = None) -> Gold:
        """Who put something live at a place, the latest time."""
        return self._set([self._deployments(site, env, subject)[-1].row["by"]], "person")

    def deployed_through(self, person: str) -> Gold:
        """Versions that somebody put live, anywhere, ever."""
        spans = self._deployments(None, None, None)
        return self._set((s.version for s in spans if s.row.get("by") == person), "version")

    def alias_by(self, version: str, alias: str = "champion") -> Gold:
        """Who gave a version its alias, the latest time."""
        spans = [s for s in self._holders(self.record.model_of(version), alias) if s.version == version]
        return self._set([spans[-1].row["by"]], "person")

    def stage_reason(self, version: str, stage: str) -> Gold:
        """The reason given for a move."""
        spans = [s for s in self.record.stages if s.version == version and s.what == stage and s.start <= self.now]
        return Gold(mentions=((spans[-1].row["reason"],),))

    def card(self, model: str, key: str) -> Gold:
        """What the card of a model says."""
        return Gold(mentions=((self.record.models[model]["card"][key],),))

    def describes(self, model: str) -> Gold:
        """The description of a model."""
        return Gold(mentions=((self.record.models[model]["description"],),))

    def document_says(self, path: str, *phrases: str) -> Gold:
        """What a document says; each phrase stands in it."""
        text = " ".join((self.record.folder / path).read_text(encoding="utf-8").split())
        assert all(phrase in text for phrase in phrases), f"{path} does not say {phrases!r}"
        return Gold(mentions=tuple((phrase,) for phrase in phrases))

    def documents(self, by: str | None = None, sensitivity: str | None = None) -> Gold:
        """Documents by who added them, and by sensitivity."""
        found = [
            d["path"] for d in self.record.documents
            if by in (None, d.get("by")) and sensitivity in (None, d.get("sensitivity"))
            and instant(d["at"]) <= self.now
        ]  # fmt: skip
        return self._set(found, "document")

    def people(self, role: str | None = None, kind: str | None = None) -> Gold:
        """People and services by role and kind."""
        found = [
            name for name, p in self.record.people.items()
            if (role is None or role in p.get("roles", [])) and kind in (None, p.get("kind", "person"))
        ]  # fmt: skip
        return self._set(found, "person")

    def sites(self, on: str | None = None, ever: bool = False) -> Gold:
        """Sites where anything is live, or ever was."""
        spans = self._deployments(None, None, None) if ever else self._live(on)
        return self._set((s.row["site"] for s in spans), "site")

    def busiest_site(self) -> Gold:
        """The site with the most versions live; an error when two have as many."""
        per = {s: len(self.live(s).members or ()) for s in self.sites().members or ()}
        top = [s for s in per if per[s] == max(per.values())]
        assert len(top) == 1, f"{top} have as many"
        return self._set(top, "site")

    def widest(self) -> Gold:
        """The version live in the most places; an error when two are in as many."""
        per = {v: len(self.where(v).members or ()) for v in self.live().members or ()}
        top = [v for v in per if per[v] == max(per.values())]
        assert len(top) == 1, f"{top} are in as many"
        return self._set(top, "version")

    def undecided(self) -> Gold:
        """Versions in validation that nobody has approved or rejected."""
        found = self.in_stage("validation").members or ()
        return self._set((v for v in found if not self._approvals(v, "approval", None)), "version")

    def first_stage(self, version: str, stage: str) -> Gold:
        """When a version first entered a stage."""
        spans = [s for s in self.record.stages if s.version == version and s.what == stage and s.start <= self.now]
        return Gold(dates=(spans[0].start.date().isoformat(),))

    def shortest(self, site: str, env: str) -> Gold:
        """The version with the shortest single period at a place, of those that ended."""
        ended = [s for s in self._deployments(site, env, None) if s.end]
        return self._set([min(ended, key=lambda s: (s.end or self.now) - s.start).version], "version")

    def ever_in_stage(self, stage: str, model: str | None = None) -> Gold:
        """Versions that were ever in a stage."""
        found = [s for s in self.record.stages if s.what == stage and s.start <= self.now]
        return self._set((s.version for s in found if model in (None, self.record.model_of(s.version))), "version")

    def moved_in(self, stage: str, since: str, until: str) -> Gold:
        """Versions that entered a stage in a period."""
        low, high = instant(since, end_of_day=False), instant(until)
        return self._set(
            (s.version for s in self.record.stages if s.what == stage and low <= s.start <= high), "version"
        )

    def decided_in(self, since: str, until: str, decision: str = "approved") -> Gold:
        """Versions approved or rejected in a period."""
        low, high = instant(since, end_of_day=False), instant(until)
        found = [
            v for v in self._existing() for a in self._approvals(v, "approval", decision)
            if low <= instant(a["at"]) <= high
        ]  # fmt: skip
        return self._set(found, "version")

    def decided_first(self, decision: str = "approved", last: bool = False) -> Gold:
        """The version approved or rejected first, or last, of all."""
        rows = [(instant(a["at"]), v) for v in self._existing() for a in self._approvals(v, "approval", decision)]
        return self._set([(max(rows) if last else min(rows))[1]], "version")

    def approved_by_two(self, first: str, second: str) -> Gold:
        """Versions on which two people signed, in whatever meaning, without a rejection."""
        found = [
            v for v in self._existing()
            if {first, second} <= {a["by"] for a in self._approvals(v, None, "approved")}
        ]  # fmt: skip
        return self._set(found, "version")

    def signers(self, version: str) -> Gold:
        """Everyone who signed a version, in whatever meaning and with whatever decision."""
        return self._set((a["by"] for a in self._approvals(version, None, None)), "person")

    def run_by(self, run: str) -> Gold:
        """Who made a run."""
        return self._set([self.record.runs[run]["by"]], "person")

    def runs_by(self, person: str) -> Gold:
        """Runs that somebody made."""
        return self._set((f"run:{r}" for r, row in self.record.runs.items() if row.get("by") == person), "run")

    def runs_on(self, dataset: str, role: str | None = "training") -> Gold:
        """Runs with a dataset version as input."""
        found = [
            f"run:{r}" for r, row in self.record.runs.items()
            if any(i["dataset"] == dataset and role in (None, i["role"]) for i in row.get("inputs") or [])
        ]  # fmt: skip
        return self._set(found, "run")

    def inputs(self, version: str, role: str) -> Gold:
        """Datasets that the run of a version used in a role."""
        run = self.record.runs[self.record.versions[version]["run"]]
        every = frozenset(i["dataset"] for i in run["inputs"])
        return self._set((i["dataset"] for i in run["inputs"] if i["role"] == role), "dataset", optional=every)

    def datasets_by(self, person: str) -> Gold:
        """Dataset versions that somebody registered."""
        return self._set((d for d, row in self.record.datasets.items() if row.get("by") == person), "dataset")

    def newest_dataset(self, name: str) -> Gold:
        """The version of a dataset registered last."""
        mine = [d for d, row in self.record.datasets.items() if row["name"] == name]
        return self._set([max(mine, key=lambda d: instant(self.record.datasets[d]["at"]))], "dataset")

    def without_run(self) -> Gold:
        """Versions for which no run is recorded."""
        return self._set((v for v in self._existing() if not self.record.versions[v].get("run")), "version")

    def foreign_bases(self) -> Gold:
        """Versions built on a version of another model."""
        rows = {v: self.record.versions[v].get("base") for v in self._existing()}
        mine = {v for v, base in rows.items() if base and self.record.model_of(base) != self.record.model_of(v)}
        return self._set(mine, "version", optional=frozenset(rows[v] or "" for v in mine))

    def undocumented(self) -> Gold:
        """Models that no document is about, nor about any of their versions."""
        about = {a.rsplit(":", 1)[0] for d in self.record.documents for a in d.get("about") or []}
        return self._set(set(self.record.models) - about, "model")

    def controlled(self, kind: str) -> Gold:
        """Versions whose change was inside or outside the predetermined plan."""
        found = (v for v in self._existing() if self.record.versions[v].get("change_control") == kind)
        return self._set(found, "version")

    def graded(self, evidence: str) -> Gold:
        """Versions with an evaluation of a grade of evidence."""
        found = (v for v in self._existing() if any(r["evidence"] == evidence for r in self.record.metrics(v)))
        return self._set(found, "version")

    def measured(self, metric: str) -> Gold:
        """Versions that have a metric."""
        found = (v for v in self._existing() if any(r["metric"] == metric for r in self.record.metrics(v)))
        return self._set(found, "version")
