"""Gold for approvals, registrations and who did what."""

from __future__ import annotations

from eval.truth.base import Row
from eval.truth.gold import Gold, instant
from eval.truth.places import Places


class People(Places):
    """Approvals and people."""

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
            author = self.record.versions[v].get("by")
            sent = [s for s in self.record.stages if s.version == v and s.what == "validation"]
            for a in self._approvals(v, "approval", "approved"):
                if a["by"] in {author, *(s.row.get("by") for s in sent if s.start <= instant(a["at"]))}:
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
        return self._set(
            {v for v, what in had if what == "production"} - {v for v, what in had if what == stage}, "version"
        )

    def without_digest(self) -> Gold:
        """Versions whose artifact has no digest."""
        return self._set(
            (v for v in self._existing() if not self.record.versions[v].get("artifact", {}).get("digest")), "version"
        )

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

    def last_approved(self) -> Gold:
        """The version approved most recently."""
        rows = [(instant(a["at"]), v) for v in self._existing() for a in self._approvals(v, "approval", "approved")]
        return self._set([max(rows)[1]], "version")

    def top_approver(self) -> Gold:
        """Who approved the most versions."""
        people = [a["by"] for v in self._existing() for a in self._approvals(v, "approval", "approved")]
        return self._set([max(sorted(set(people)), key=people.count)], "person", optional=frozenset(people))
