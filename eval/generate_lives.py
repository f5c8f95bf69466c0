"""What becomes of each version of a generated registry: how it is made, judged, moved, named and put to use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from eval.generate_data import LAST_DAY, Draft
from eval.generate_figures import evaluations

Row = dict[str, Any]
Fate = Literal[
    "serving", "retired", "lapsed", "own", "skipped", "unapproved", "approved", "rejected", "validation", "shelved",
    "bought", "bare",
]  # fmt: skip
"""serving: approved and in production; retired: the same, and retired when the next took over; lapsed: measured again
after its approval; own: approved by its author; skipped: from experimental to production; unapproved: so, and without
an approval; approved: no further than that; rejected; validation: not yet decided; shelved: measured, and no more;
bought: the same, without a run; bare: without a run, a digest or an evaluation."""
SERVING = ("serving", "retired", "lapsed", "own", "skipped", "unapproved")
FRAMEWORKS = ("lightgbm 4.6", "pytorch 2.9", "scikit-learn 1.8", "xgboost 3.1", "transformers 4.57", "onnx 1.19")
COMMENTS = ("Agreed by the board of {}", "For use at {} only", "Looked at together with {}", "To be seen again by {}")
REJECTIONS = ("Too few cases from {}", "The staff of {} could not use it", "Not tested at {}")
REASONS = ("Replaced at {}", "No longer asked for by {}", "{} went over to the next")
APPROVED = {"decision": "approved", "meaning": "approval"}


@dataclass
class Version:
    """A version in the making, and the days of its life."""

    part: str
    number: int
    fate: Fate
    day: int
    row: Row
    production: int | None = None
    validation: int | None = None
    decision: int | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A model, and the fates of its versions in order."""

    part: str
    fates: tuple[Fate, ...]
    first: int
    """The day of the first version."""
    last: int
    """The day of the last version."""
    train: str
    author: str
    tested: bool = False
    """Its runs use test data too, for validation."""
    bases: dict[int, str] = field(default_factory=dict)
    """The base of a version where it is not the version before, by number."""
    rootless: frozenset[int] = frozenset()
    """Versions without a base, besides the first."""

    def day(self, number: int, jitter: int) -> int:
        """When a version is registered."""
        steps = len(self.fates) - 1
        return self.first + (round((self.last - self.first) * (number - 1) / steps) + jitter if steps else 0)


def lived(draft: Draft, line: Line) -> list[Version]:
    """The versions of a model up to their stages, added to the draft."""
    found: list[Version] = []
    for number, fate in enumerate(line.fates, start=1):
        made = _registered(draft, line, number, fate)
        made.row["evaluations"] = evaluations(draft, line.part, number, made.day) if fate != "bare" else []
        _judged(draft, line, made)
        found.append(made)
        draft.models[line.part]["versions"].append(made.row)
    _retired(draft, line, found)
    return found


def _registered(draft: Draft, line: Line, number: int, fate: Fate) -> Version:
    rng, cast = draft.rng, draft.cast
    name = cast.models[line.part]
    day = line.day(number, rng.randrange(4))
    row: Row = {"version": number, "at": draft.calendar.at(day, 10), "by": line.author}
    if fate not in ("bought", "bare"):
        row["run"] = _run(draft, line, day)
    base = line.bases.get(number) or (f"{name}:{number - 1}" if number > 1 else None)
    if base and number not in line.rootless:
        row["base"] = base
        row["change_control"] = rng.choice(("inside", "outside"))
    row["framework"] = rng.choice(FRAMEWORKS)
    row["artifact"] = {"uri": f"s3://{cast.run_prefix}-store/{name}/{number}", "size": rng.randint(9_000, 90_000_000)}
    if fate not in ("bare", "unapproved"):
        row["artifact"]["digest"] = draft.digest()
    if rng.random() < 0.3:
        row["tags"] = {cast.tags[1]: cast.words.stem()}
    return Version(line.part, number, fate, day, row)


def _run(draft: Draft, line: Line, day: int) -> str:
    rng, cast = draft.rng, draft.cast
    id = f"{cast.run_prefix}-{101 + 7 * len(draft.runs)}"
    inputs = [{"dataset": draft.data(line.train, day - 1), "role": "training"}]
    if line.tested:
        inputs.append({"dataset": draft.data("target_test", day - 1), "role": "validation"})
    run = {"id": id, "at": draft.calendar.at(day - 1, 7), "by": line.author, "inputs": inputs,
           "params": {rng.choice(("rounds", "layers", "epochs")): rng.randrange(2, 400)}}  # fmt: skip
    if rng.random() < 0.6:
        run["code"] = {"repo": f"git.{cast.run_prefix}.example/{cast.models[line.part]}",
                       "commit": f"{rng.getrandbits(40):010x}"}  # fmt: skip
    draft.runs.append(run)
    return id


def _judged(draft: Draft, line: Line, made: Version) -> None:
    """Add the signatures and moves of a version up to production."""
    rng, cast, at = draft.rng, draft.cast, draft.calendar.at
    row, fate, day = made.row, made.fate, made.day
    row["approvals"], row["stages"] = [], []
    if fate in ("shelved", "bought", "bare"):
        return
    made.decision = day + rng.randint(25, 33)
    if fate not in ("skipped", "unapproved"):
        made.validation = day + rng.randint(9, 13)
        _move(row, "validation", at(made.validation, 9), line.author)
    if fate not in ("validation", "unapproved"):
        by = line.author if fate == "own" else rng.choice(cast.approvers)
        decision = "rejected" if fate == "rejected" else "approved"
        said = rng.choice(REJECTIONS if fate == "rejected" else COMMENTS).format(rng.choice(cast.sites))
        if rng.random() < 0.4:
            row["approvals"].append({"by": cast.auditor, "meaning": "review", "decision": "approved",
                                     "at": at(made.decision - 3, 14)})  # fmt: skip
        row["approvals"].append({"by": by, "meaning": "approval", "decision": decision, "at": at(made.decision, 15)})
        if fate == "rejected" or rng.random() < 0.6:
            row["approvals"][-1]["comment"] = said
        if fate == "rejected":
            _move(row, "experimental", at(made.decision, 16), by, reason="Rejected")
        elif fate != "skipped":
            _move(row, "approved", at(made.decision + 1, 9), line.author)
    if fate in SERVING:
        made.production = made.decision + rng.randint(7, 12)
        _move(row, "production", at(made.production, 7), line.author)
    if fate == "lapsed":
        late = evaluations(draft, line.part, made.number, made.decision + 20, late=True)
        row["evaluations"].extend(late)


def _move(row: Row, stage: str, at: str, by: str, **more: str) -> None:
    row["stages"].append({"stage": stage, "at": at, "by": by, **more})


def _retired(draft: Draft, line: Line, found: list[Version]) -> None:
    """Retire what is to be, some time after the next went into production."""
    served = [made for made in found if made.production is not None]
    for made, after in zip(served, served[1:], strict=False):
        if made.fate == "retired" and after.production is not None:
            day = after.production + draft.rng.randint(24, 30)
            reason = draft.rng.choice(REASONS).format(draft.rng.choice(draft.cast.sites))
            _move(made.row, "retired", draft.calendar.at(day, 9), line.author, reason=reason)


def named(draft: Draft, found: list[Version], *, cleared: bool = False, given_up: bool = False) -> None:
    """Give versions the aliases: the champion to those in production one after the other.

    `cleared`: for some weeks before the second, nothing is champion. `given_up`: nothing is any more.
    """
    rng, at = draft.rng, draft.calendar.at
    served = [made for made in found if made.production is not None]
    author = draft.models[found[0].part]["owner"]
    for index, made in enumerate(served):
        row: Row = {"alias": "champion", "at": at(made.production or 0, 8), "by": author}
        if cleared and index == 0 and len(served) > 1:
            row["until"] = at((served[1].production or 0) - rng.randint(15, 25), 18)
        if given_up and made is served[-1]:
            row["until"] = at((made.production or 0) + rng.randint(12, 20), 18)
        made.row.setdefault("aliases", []).append(row)
    for made in found:
        if made.fate in ("validation", "rejected") and made.validation is not None:
            row = {"alias": draft.cast.alias, "at": at(made.validation, 8), "by": author}
            if made.fate == "rejected":
                row["until"] = at((made.decision or 0) + 2, 18)
            made.row.setdefault("aliases", []).append(row)


def deployed(draft: Draft, found: list[Version], place: tuple[int, int], *, gap: int = 0, delay: int = 0) -> None:
    """Put the versions in production to use at a place, one after the other, at the very instant that another leaves.

    `place` counts sites and environments. With a `gap` in days, nothing is live for so long before the last begins;
    with a `delay`, all begin so many days after their move to production.
    """
    cast, at = draft.cast, draft.calendar.at
    site = cast.sites[place[0] % len(cast.sites)]
    served = [made for made in found if made.production is not None]
    starts = [at((made.production or 0) + delay, 11) for made in served]
    for index, made in enumerate(served):
        row: Row = {"site": site, "environment": cast.environments[place[1]], "region": cast.regions[site],
                    "at": starts[index], "by": cast.service}  # fmt: skip
        if made is not served[-1]:
            row["until"] = starts[index + 1]
            if gap and made is served[-2]:
                row["until"] = at((served[-1].production or 0) + delay - gap, 17)
        made.row.setdefault("deployments", []).append(row)


def interrupted(draft: Draft, made: Version, place: tuple[int, int]) -> None:
    """Put a version to use at a place twice, with nothing in between, and the second time until now."""
    cast, at = draft.cast, draft.calendar.at
    site, begin = cast.sites[place[0] % len(cast.sites)], (made.production or 0) + 6
    row: Row = {"site": site, "environment": cast.environments[place[1]], "region": cast.regions[site],
                "by": draft.models[made.part]["owner"]}  # fmt: skip
    made.row.setdefault("deployments", []).extend(
        (
            row | {"at": at(begin, 12), "until": at(begin + draft.rng.randint(8, 14), 16)},
            row | {"at": at(min(begin + draft.rng.randint(26, 34), LAST_DAY), 12)},
        )
    )
