"""Gold for questions that assume what is not so, and for what somebody did; each premise is checked to be false."""

from __future__ import annotations

from eval.truth.gold import Gold, instant
from eval.truth.hands import Hands

DENIALS = ("no", "not", "never", "none", "nothing", "nobody", "has not", "was not", "without")


class Premises(Hands):
    """False premises, and the acts of a person."""

    def no_version(self, version: str) -> Gold:
        """A version that does not exist; the newest that does is the nearest truth."""
        model, number = version.rsplit(":", 1)
        assert version not in self.record.versions, f"{version} exists"
        newest = self.latest(model).one
        return Gold(mentions=((version, number), (newest, newest.rsplit(":", 1)[1])))

    def unknown(self, word: str, *near: str) -> Gold:
        """A name that the record does not hold, and names that do exist and look like it."""
        known = {*self.record.models, *self.record.people, *self.record.datasets}
        known |= {s for span in self.record.deployments for s in span.what.split("/")}
        known |= {r["metric"] for v in self.record.versions for r in self.record.metrics(v)}
        assert word not in known, f"{word} is in the record"
        assert set(near) <= known, f"{near} are not in the record"
        return Gold(mentions=((word,), *((n,) for n in near)))

    def denied(self, gold: Gold, *others: Gold) -> Gold:
        """Nothing is as the question assumes: that is denied, and the nearest truth said where there is one."""
        assert not gold.members, f"{sorted(gold.members or ())} exist"
        return Gold(mentions=(DENIALS, *((m,) for other in others for m in sorted(other.members or ()))))

    def untrue(self, said: Gold, truth: Gold, kind: str = "person") -> Gold:
        """The question names the wrong one; the right one is said."""
        assert not (said.members or frozenset()) & (truth.members or frozenset()), "the premise holds"
        forms = self.record.people if kind == "person" else {}
        return Gold(
            mentions=tuple((m, str(forms.get(m, {}).get("display", m))) for m in sorted(truth.members or ())),
        )

    def lacks(self, version: str, metric: str) -> Gold:
        """A metric that was never recorded for a version."""
        assert all(r["metric"] != metric for r in self.record.metrics(version)), f"{version} has {metric}"
        return Gold(mentions=((metric,),))

    def some(self, gold: Gold) -> Gold:
        """Yes when there is any member, else no."""
        return Gold(verdict=bool(gold.members))

    def unapproved_ever_live(self) -> Gold:
        """Versions that were ever live anywhere and that nobody approved."""
        spans = self._deployments(None, None, None)
        return self._set(
            (s.version for s in spans if not self._approvals(s.version, "approval", "approved")), "version"
        )

    def person(self, name: str) -> Gold:
        """One person, as a set."""
        assert name in self.record.people, name
        return self._set([name], "person")

    def names_people(self, *names: str) -> Gold:
        """All of these people must be said, by either name."""
        shown = {name: str(self.record.people[name].get("display", name)) for name in names}
        return Gold(mentions=tuple(shown.items()))

    def version(self, name: str) -> Gold:
        """One version, as a set."""
        assert name in self.record.versions, name
        return self._set([name], "version")

    def acts(self, person: str, since: str, until: str) -> Gold:
        """The days on which somebody registered, moved, signed, aliased or deployed something in a period."""
        low, high = instant(since, end_of_day=False), instant(until)
        days = set()
        for row in self.record.versions.values():
            kinds = ("evaluations", "approvals", "stages", "aliases", "deployments")
            rows = [row, *(r for kind in kinds for r in row.get(kind) or [])]
            days |= {instant(r["at"]) for r in rows if r.get("by") == person}
        for group in (self.record.datasets.values(), self.record.runs.values(), self.record.documents):
            days |= {instant(r["at"]) for r in group if r.get("by") == person}
        return Gold(dates=tuple(sorted({d.date().isoformat() for d in days if low <= d <= high})))

    def missing(self, version: str) -> Gold:
        """What a gap report must mention of a version: approval, digest, evaluation or run."""
        words: list[tuple[str, ...]] = []
        if version in (self.unapproved_live().members or ()) or version in (
            self.unapproved_ever("production").members or ()
        ):
            words.append(("approval", "approved", "no-approval"))
        if version in (self.without_digest().members or ()):
            words.append(("digest", "no-digest"))
        if version in (self.unevaluated().members or ()):
            words.append(("evaluation", "no-evaluation", "evaluated"))
        if version in (self.lapsed().members or ()):
            words.append(("lapsed", "lapsed-approval", "lapse"))
        if version in (self.self_approved().members or ()):
            words.append(("self-approved", "self approved", "own", "same person"))
        assert words, f"nothing is missing for {version}"
        return Gold(mentions=tuple(words))
