"""What a word such as "approved", "live" or "trained on" says of a thing, and which facts say the same."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from askreg.agent.facts import Fact
from askreg.agent.verify.claims import Claim, Problem


@dataclass(frozen=True, slots=True)
class Relation:
    """Words that claim something, and what a fact's row must hold to say it."""

    words: re.Pattern[str]
    fields: re.Pattern[str]
    """What one of the row's fields must match."""
    value: str = ""
    """What one of its values must be, if anything."""
    kinds: tuple[str, ...] = ()
    """What a list of these kinds, when empty, denies."""


def _relation(words: str, fields: str, value: str = "", *kinds: str) -> Relation:
    pattern = rf"(?<![\w-])(?:{words})(?![\w-])"
    return Relation(re.compile(pattern, re.IGNORECASE), re.compile(fields, re.IGNORECASE), value, kinds)


RELATIONS = (
    _relation("approved|approves|signed off", r"approv|^stage$|staged|^detail|decision|comment", "approved",
              "approval", "stage"),
    _relation("rejected|rejects|turned down", r"reject|decision", "rejected", "approval"),
    _relation("reviewed|reviews", r"approval|meaning|reason|comment", "review", "approval"),
    _relation("registered", r"^(?:registered_by|registered_at|at|by|version|dataset|dataset_version|model|run"
              r"|people|person|versions.*|count.*)$|registered|loaded|created|registrant", "",
              "version", "model", "dataset", "dataset_version", "run", "document", "event"),
    _relation("live|deployed|withdrawn|in use|in service|went live", r"deploy|withdraw|environment|^site|live", "",
              "deployment", "environment", "version", "model"),
    _relation("owns|owned by", r"owner|owns", "", "model", "person"),
    _relation("trained on|trained with", r"train|inputs?|used\.", "", "dataset_version", "dataset", "version", "run"),
    _relation("evaluated on|measured on|tested on", r"evaluat|^metric\.|used\.test|used\.validation", "",
              "metric", "dataset_version", "dataset", "version"),
    _relation("derived from|descends? from|based on", r"deriv|base|parent|lineage|^version$|^dataset_version$", "",
              "version", "dataset_version", "dataset"),
    _relation("experimental", r"", "experimental", "stage", "version", "model"),
    _relation("in validation|to validation", r"", "validation", "stage", "version", "model"),
    _relation("in production|to production", r"", "production", "stage", "version", "model"),
    _relation("retired", r"", "retired", "stage", "version", "model"),
)  # fmt: skip

_OWN_ROW = re.compile(r"^(?:deployed|stage|alias\..*|approval\..*)$")
"""Fields whose row tells of something that was done to a version, not of its registration."""


def said(text: str) -> list[Relation]:
    """Return the relations that a text speaks of."""
    return [relation for relation in RELATIONS if relation.words.search(text)]


def expressed(relation: Relation, row: Iterable[Fact]) -> bool:
    """Tell whether a row of facts says the same as a relation's words."""
    row = list(row)
    if relation is RELATIONS[3] and any(_OWN_ROW.match(fact.field) for fact in row):
        return False
    if not any(relation.fields.search(fact.field) for fact in row):
        return False
    if not relation.value:
        return True
    decided = [f.value for f in row if f.field == "approval.decision"]
    meaning = next((f.value for f in row if f.field == "approval.meaning"), "approval")
    if relation.value == "approved" and meaning != "approval" and not any(f.field == "stage" for f in row):
        return False
    if decided and relation.value in ("approved", "rejected"):
        return relation.value in decided
    return any(relation.value in f"{fact.field} {fact.value}".casefold() for fact in row)


def unsaid(claim: Claim) -> Iterator[Problem]:
    """Yield the relations that none of the cited facts says."""
    if claim.title or claim.introduces or not claim.facts:
        return
    rows = [claim.evidence.row(fact.id) for fact in claim.facts]
    for relation in said(claim.prose):
        found = relation.words.search(claim.prose)
        assert found is not None
        if _asked(claim, relation) and _denied_near(claim, found.start()):
            continue
        if not any(expressed(relation, row) for row in rows):
            yield claim.problem("relation", f"{found.group()!r} is what none of the cited facts says")


def _asked(claim: Claim, relation: Relation) -> bool:
    return bool(relation.words.search(claim.evidence.question))


def _denied_near(claim: Claim, at: int) -> bool:
    return bool(re.search(r"\b(?:not|never|no|nobody|nothing)\b", claim.prose[:at], re.IGNORECASE))
