"""What the record lacks, and what went past the policy.

Rules, by code; a retired version is only judged for what it did while it was in use, not for what it lacks:

no-card            neither the model nor any of its versions in view has a card field
missing-card-field a field of `CARD_FIELDS` is empty on both the version's card and its model's
no-evaluation      a version has no evaluation
no-interval        an evaluation has a figure without a confidence interval (one gap for each metric of a version)
no-digest          a version's artifact has no digest
no-approval        a version is approved, in production or live, and nobody has signed for its approval
lapsed-approval    the same, where somebody had, but what was signed has changed since
self-approved      an approval was signed by the one who registered the version or sent it to validation
imported-move      a manifest tells of a move that the lifecycle does not have, or into approved or production
                   without an approval in force
live-but-retired   a version is deployed while its stage is retired
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Result, Select, bindparam, or_, select, true

from askreg.errors import InvalidInput
from askreg.registry.policy import DEFAULT
from askreg.registry.prepared import prepared
from askreg.registry.resolve import resolve
from askreg.registry.results import Gap
from askreg.registry.tables import (
    Approval,
    Deployment,
    Environment,
    Evaluation,
    Field,
    Metric,
    Model,
    Stage,
    Version,
)
from askreg.registry.times import shown
from askreg.registry.view import View, table

CARD_FIELDS = ("intended_use", "population", "out_of_scope")
"""What every card must say."""

Scope = Literal["all", "model", "version"]

_SIGNED_STAGES = ("approved", "production")
_EMPTY = {"null", '""', "[]", "{}"}
_VERSION, _MODEL, _STAGE, _APPROVAL = table(Version), table(Model), table(Stage), table(Approval)
_EVALUATION, _METRIC, _FIELD = table(Evaluation), table(Metric), table(Field)
_DEPLOYMENT, _PLACE = table(Deployment), table(Environment)


@dataclass(slots=True)
class _Seen:
    """What the rules look at of one version."""

    subject: str
    model: int
    by: str | None
    digest: str | None
    stage: str = ""
    stages: list[Any] = field(default_factory=list)
    approvals: list[Any] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    evaluated: bool = False
    figures: Counter[str] = field(default_factory=Counter)
    bare: Counter[str] = field(default_factory=Counter)
    """How many figures each metric has in all, and without an interval."""
    card: set[str] = field(default_factory=set)

    @property
    def in_use(self) -> bool:
        return self.stage != "retired" or bool(self.places)


def gaps(view: View, *, subject: str | None = None) -> list[Gap]:
    """Return what is missing or irregular, of a model or version or of all, in order of model and version."""
    scope, id = _scope(view, subject)
    models: dict[int, str] = {row.id: row.name for row in _read("models", scope)(view, id=id)}
    seen = _versions(view, scope, id)
    cards = defaultdict(set)
    for row in _read("cards", scope)(view, id=id):
        if row.value not in _EMPTY:
            cards[row.entity_id].add(row.name.removeprefix("card."))
    for key, version in seen.items():
        version.card = cards[key] | cards[version.model]
    of_model: defaultdict[int, list[_Seen]] = defaultdict(list)
    for version in seen.values():
        of_model[version.model].append(version)
    found: list[Gap] = []
    for model, name in models.items():
        found += _of_card(name, bool(cards[model]), of_model[model])
        for version in of_model[model]:
            found += (gap for rule in _RULES for gap in rule(version))
    return found


def _scope(view: View, subject: str | None) -> tuple[Scope, int | None]:
    if subject is None:
        return "all", None
    found = resolve(view, subject)
    if found.kind not in ("model", "version"):
        raise InvalidInput(f"{subject!r} is a {found.kind.replace('_', ' ')}: gaps are of a model or a version")
    return found.kind, found.id


def _versions(view: View, scope: Scope, id: int | None) -> dict[int, _Seen]:
    seen = {
        row.id: _Seen(f"{row.model}:{row.number}", row.model_id, row.by, row.digest)
        for row in _read("versions", scope)(view, id=id)
    }
    for row in _read("stages", scope)(view, id=id):
        seen[row.version_id].stages.append(row)
        if row.end is None:
            seen[row.version_id].stage = row.stage
    for row in _read("approvals", scope)(view, id=id):
        seen[row.version_id].approvals.append(row)
    for row in _read("deployments", scope)(view, id=id):
        seen[row.version_id].places.append(f"{row.site}/{row.name}")
    for row in _read("figures", scope)(view, id=id):
        version = seen[row.version_id]
        version.evaluated = True
        if row.name is not None:
            version.figures[row.name] += 1
            version.bare[row.name] += row.low is None
    return seen


# -- rules


def _of_card(model: str, has_card: bool, versions: list[_Seen]) -> Iterator[Gap]:
    judged = [version for version in versions if version.in_use]
    if versions and not judged:
        return
    if not has_card and not any(version.card for version in judged):
        yield Gap(code="no-card", subject=model, field=None, needs="a model card", why="it has no card field at all")
        return
    for version in judged:
        for name in CARD_FIELDS:
            if name not in version.card:
                why = "the cards of the version and of its model say nothing of it"
                needs = f"{name.replace('_', ' ')} on the card"
                yield Gap(code="missing-card-field", subject=version.subject, field=name, needs=needs, why=why)


def _evidence(version: _Seen) -> Iterator[Gap]:
    if not version.in_use:
        return
    if not version.evaluated:
        yield _gap("no-evaluation", version, needs="an evaluation", why="no figure of it is on record")
    for name, bare in sorted(version.bare.items()):
        if bare:
            count = version.figures[name]
            why = f"{bare} of its {count} figures for {name} have none" if count > 1 else f"its {name} has none"
            yield _gap("no-interval", version, field=name, needs=f"a confidence interval for {name}", why=why)
    if version.digest is None:
        why = "nothing proves which file this version is"
        yield _gap("no-digest", version, field="artifact.digest", needs="the artifact's SHA-256", why=why)


def _approval(version: _Seen) -> Iterator[Gap]:
    if version.stage not in _SIGNED_STAGES and not version.places:
        return
    decisions = [row for row in version.approvals if row.meaning == "approval"]
    given = [row for row in decisions if row.decision == "approved"]
    if any(row.end is None for row in given):
        return
    now = f"live at {', '.join(version.places)}" if version.places else f"in {version.stage}"
    last = decisions[-1] if decisions else None
    if last is not None and last.decision == "rejected":
        why = f"it is {now}, and {last.by} rejected it on {shown(last.at)}"
        yield _gap("no-approval", version, needs="an approval", why=why)
    elif given:
        why = (
            f"it is {now}, and what {given[-1].by} approved on {shown(given[-1].at)} changed on {shown(given[-1].end)}"
        )
        yield _gap("lapsed-approval", version, needs="a new approval", why=why)
    else:
        yield _gap("no-approval", version, needs="an approval", why=f"it is {now}, and nobody has approved it")


def _own_approval(version: _Seen) -> Iterator[Gap]:
    for row in version.approvals:
        asked = [move.by for move in version.stages if move.stage == "validation" and move.at <= row.at]
        if (row.meaning, row.decision) != ("approval", "approved") or row.by not in {version.by, *asked[-1:]}:
            continue
        did = "registered it" if row.by == version.by else "sent it to validation"
        why = f"{row.by}, who approved it on {shown(row.at)}, {did}"
        yield _gap("self-approved", version, needs="an approval by somebody else", why=why)


def _imported(version: _Seen) -> Iterator[Gap]:
    for row in version.stages:
        if row.origin != "manifest" or row.previous is None:
            continue
        move = f"from {row.previous} to {row.stage} on {shown(row.at)}"
        if row.stage not in DEFAULT.moves[row.previous]:
            why = f"a manifest moved it {move}, which the lifecycle does not have"
            yield _gap("imported-move", version, field="stage", needs="a reason on record", why=why)
        elif row.stage in _SIGNED_STAGES and not _signed_at(version, row.at):
            why = f"a manifest moved it {move}, with no approval in force"
            yield _gap("imported-move", version, field="stage", needs="an approval before the move", why=why)


def _live(version: _Seen) -> Iterator[Gap]:
    if version.stage == "retired":
        for place in version.places:
            why = f"it is live at {place} though it is retired"
            yield _gap("live-but-retired", version, needs=f"its withdrawal from {place}", why=why)


_RULES: tuple[Callable[[_Seen], Iterator[Gap]], ...] = (_evidence, _approval, _own_approval, _imported, _live)


def _signed_at(version: _Seen, when: str) -> bool:
    return any(
        (row.meaning, row.decision) == ("approval", "approved")
        and row.at <= when
        and (row.end is None or when < row.end)
        for row in version.approvals
    )


def _gap(code: str, version: _Seen, *, needs: str, why: str, field: str | None = None) -> Gap:
    return Gap(code=code, subject=version.subject, field=field, needs=needs, why=why)


# -- statements


@cache
def _read(what: str, scope: Scope) -> Callable[..., Result[Any]]:
    return prepared(lambda view: _STATEMENTS[what](view, scope))


def _within(scope: Scope) -> ColumnElement[bool]:
    if scope == "all":
        return true()
    return (_VERSION.c.id if scope == "version" else _VERSION.c.model_id) == bindparam("id")


def _models(view: View, scope: Scope) -> Select[Any]:
    found = select(_MODEL.c.id, _MODEL.c.name).where(view.exists(_MODEL)).order_by(_MODEL.c.name)
    if scope == "version":
        return found.where(_MODEL.c.id.in_(select(_VERSION.c.model_id).where(_within(scope))))
    return found if scope == "all" else found.where(_MODEL.c.id == bindparam("id"))


def _of_version(view: View, scope: Scope, of: Any, *columns: Any) -> Select[Any]:
    return (
        select(of.c.version_id, of.c.at, of.c.by, *columns)
        .join(_VERSION, _VERSION.c.id == of.c.version_id)
        .where(_within(scope), view.exists(of))
        .order_by(of.c.at, of.c.id)
    )


def _version_rows(view: View, scope: Scope) -> Select[Any]:
    return (
        select(*_VERSION.c["id", "model_id", "number", "by", "digest"], _MODEL.c.name.label("model"))
        .join(_MODEL, _MODEL.c.id == _VERSION.c.model_id)
        .where(_within(scope), view.exists(_VERSION))
        .order_by(_VERSION.c.number)
    )


def _stages(view: View, scope: Scope) -> Select[Any]:
    columns = (_STAGE.c.stage, _STAGE.c.previous, _STAGE.c.origin, view.until(_STAGE).label("end"))
    return _of_version(view, scope, _STAGE, *columns)


def _approvals(view: View, scope: Scope) -> Select[Any]:
    columns = (_APPROVAL.c.meaning, _APPROVAL.c.decision, view.until(_APPROVAL).label("end"))
    return _of_version(view, scope, _APPROVAL, *columns)


def _deployments(view: View, scope: Scope) -> Select[Any]:
    live = _of_version(view, scope, _DEPLOYMENT, _PLACE.c.site, _PLACE.c.name)
    return live.join(_PLACE, _PLACE.c.id == _DEPLOYMENT.c.environment_id).where(view.open(_DEPLOYMENT))


def _figures(view: View, scope: Scope) -> Select[Any]:
    found = _of_version(view, scope, _EVALUATION, _METRIC.c.name, _METRIC.c.low)
    return found.outerjoin(_METRIC, _METRIC.c.evaluation_id == _EVALUATION.c.id)


def _cards(view: View, scope: Scope) -> Select[Any]:
    found = select(_FIELD.c.entity_id, _FIELD.c.name, _FIELD.c.value)
    found = found.where(_FIELD.c.name.startswith("card."), view.open(_FIELD))
    if scope == "all":
        return found
    versions, models = select(_VERSION.c.id).where(_within(scope)), select(_VERSION.c.model_id).where(_within(scope))
    whose = [_FIELD.c.entity_id.in_(versions), _FIELD.c.entity_id.in_(models)]
    return found.where(or_(*whose, _FIELD.c.entity_id == bindparam("id")))


_STATEMENTS: dict[str, Callable[[View, Scope], Select[Any]]] = {
    "models": _models,
    "versions": _version_rows,
    "stages": _stages,
    "approvals": _approvals,
    "deployments": _deployments,
    "figures": _figures,
    "cards": _cards,
}
