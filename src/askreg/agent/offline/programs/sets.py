"""Sets of things: conditions compiled to one plan where they can be, and to several where they cannot."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from askreg.agent.offline.meaning import Cond, Event, Has, Holder, Node, SetOf, Thing, Within, kind_of
from askreg.agent.offline.programs import events, periods, resolving, restricting, telling
from askreg.agent.offline.programs.events import Conditions
from askreg.agent.offline.programs.events import place_conditions as _place
from askreg.agent.offline.programs.work import Row, Rows, Unanswered, Work, joined, where
from askreg.agent.tools.shapes import Call, ToolResult

_ANCHORS = ("live", "deploy", "withdraw", "hold", "lose", "selfapprove", "approve", "review", "reject", "sign",
    "signed_by", "lapse",
            "responsibility", "move", "left", "stage", "evaluate", "run", "use")  # fmt: skip
_MODEL_FIELDS = ("task", "owner")
_LINKS = {"train": "trained_on", "finetune": "trained_on", "build": "trained_on", "use": "inputs"}


def rows(
    work: Work, node: SetOf, *, project: tuple[str, ...] = (), **more: Any
) -> Generator[list[Call], list[ToolResult], Rows]:
    """Return the rows of a set: of its own kind, or of the events that make things members of it."""
    if node.kind in ("version", "thing", "model"):
        return (yield from _versions(work, node, project, more))
    if node.kind in ("site", "environment", "region"):
        return (yield from _places(work, node))
    if node.kind == "person":
        return (yield from _people(work, node))
    if node.kind in ("approval", "deployment", "stage", "alias", "metric"):
        return (yield from _happenings(work, node, more))
    return (yield from _plain(work, node, project, more))


def place_conditions(work: Work, event: Event) -> Conditions:
    """Return the conditions that a deployment is at the event's place."""
    return (yield from _place(work, event.role("place")))


# Versions and models ------------------------------------------------------------------------------------------------


def _anchored(cond: Cond) -> bool:
    """Whether a condition holds by rows of its own, rather than by a field or a single path."""
    if isinstance(cond, Has):
        return cond.field in ("metric", "metrics") and cond.op != "missing"
    if not isinstance(cond, Event):
        return False
    head = cond.pred.split(":")[0]
    if head == "stage" and not cond.past and cond.time is None and not cond.roles:
        return False
    if head in ("run", "use"):
        return cond.role("place") is not None
    return head in _ANCHORS


def _on_versions(cond: Cond) -> bool:
    """Whether a condition on a model is one on its versions."""
    if isinstance(cond, Event):
        return cond.pred not in ("own", "register") and not (cond.pred == "change")
    if isinstance(cond, Has):
        return cond.field in ("metric", "metrics", "stage", "framework", "base", "run", "approvals", "deployments",
            "training",
                              "digest", "evidence", "cohort", "versions") or cond.field.startswith("param")  # fmt: skip
    return False


def _versions(
    work: Work, node: SetOf, project: tuple[str, ...], more: dict[str, Any]
) -> Generator[list[Call], list[ToolResult], Rows]:
    conds = [c for c in node.conds if not (isinstance(c, Event) and c.pred in ("do", "perform") and not c.roles)]
    negative = [c for c in conds if getattr(c, "negated", False)]
    positive = [c for c in conds if c not in negative]
    kind = "model" if node.kind == "model" else "version"
    restricted = [c for c in positive if restricting.restricts(c)]
    positive = [c for c in positive if c not in restricted]
    if kind == "model" and not any(_on_versions(c) for c in positive):
        return (yield from _models(work, [*positive, *restricted], negative, project, more))
    anchors = sorted((c for c in positive if _anchored(c)), key=_rank)
    plain = [c for c in positive if c not in anchors]
    denied = list(negative)
    anchor = anchors[0] if anchors else None
    prefix = "" if anchor is None else "version."
    limits: list[dict[str, Any]] = []
    if kind == "model":
        # `live models without an approval`: both are said of one and the same version.
        alike = [c for c in denied if _on_its_version(c)]
        denied = [c for c in denied if c not in alike]
        for cond in alike:
            found = yield from _subjects(work, _positive(cond), "version", positive)
            if found:
                limits.append(where(prefix + "subject", found, "in", negate=True))
    for cond in [c for c in plain if _in_detail(c)]:
        plain.remove(cond)
        found = yield from _subjects(work, cond, kind, positive)
        limits.append(where(prefix + ("subject" if kind == "version" else "model.subject"), found, "in"))
    for cond in [c for c in denied if isinstance(c, Has) and c.field == "ci"]:
        # Not those that have no figure at all: those that have one without an interval.
        denied.remove(cond)
        figures = yield from work.plan("metric", [where("low", None, "missing")])
        if figures.truncated:
            raise Unanswered("there are too many figures without an interval; ask of one model")
        bare = sorted({row.subject for row in figures.rows})
        limits.append(where(prefix + "subject", bare, "in"))
    for cond in plain:
        limits += [{**c, "path": prefix + c["path"]} for c in (yield from _simple(work, cond, node.kind))]
    for cond in restricted:
        found = yield from restricting.subjects(work, cond, kind)
        limits.append(where(prefix + ("subject" if kind == "version" else "model.subject"), found, "in"))
    for cond in anchors[1:]:
        twice = kind == "model" and isinstance(cond, Event) and isinstance(anchor, Event) and cond.pred == anchor.pred
        found = yield from _subjects(work, cond, "model" if twice else "version", positive)
        limits.append(where(prefix + ("model.subject" if twice else "subject"), found, "in"))
    for cond in denied:
        found = yield from _subjects(work, _positive(cond), kind, positive)
        if found:
            limits.append(
                where(prefix + ("subject" if kind == "version" else "model.subject"), found, "in", negate=True)
            )
    if anchor is None:
        extra = {"as_of": periods.as_of(work.time, work.context)} if work.time and not more.get("as_of") else {}
        if any(isinstance(c, Event) and c.pred == "register" for c in plain):
            extra = {}
        if kind == "model":
            # What is asked for are models: each once, however many of its versions are so.
            return (yield from work.plan("version", limits, project or ("task",), hops=["model"], **{**extra, **more}))
        return (yield from work.plan("version", limits, project or ("stage",), **{**extra, **more}))
    return (yield from _anchor_rows(work, anchor, limits))


def _in_detail(cond: Cond) -> bool:
    """Whether it says of what it has more than that it has it: `whose approval lapsed`."""
    if not isinstance(cond, Has) or cond.op not in ("with", "exists"):
        return False
    return cond.field in ("approvals", "versions") or cond.op == "with" and bool(cond.value) and cond.field in _COUNTED


def _on_its_version(cond: Cond) -> bool:
    """Whether a denial is about the version that the model is wanted for, rather than about the model."""
    if isinstance(cond, Event):
        return cond.pred in ("approve", "sign", "review", "reject", "evaluate", "train", "responsibility")
    return isinstance(cond, Has) and cond.field in (
        "approvals",
        "metrics",
        "metric",
        "digest",
        "run",
        "runs",
        "base",
        "framework",
    )


def _texts(cond: Has) -> list[str]:
    """Return the values that a condition lists."""
    return [str(v) for v in cond.value] if isinstance(cond.value, tuple | list) else [str(cond.value)]


def _rank(cond: Cond) -> int:
    if isinstance(cond, Has):
        return 50
    assert isinstance(cond, Event)
    return _ANCHORS.index(cond.pred.split(":")[0])


def _positive(cond: Cond) -> Cond:
    return replace(cond, negated=False)


def _anchor_rows(
    work: Work, anchor: Cond, limits: list[dict[str, Any]]
) -> Generator[list[Call], list[ToolResult], Rows]:
    if isinstance(anchor, Has):
        conditions = _metric_conditions(anchor)
        return (yield from work.plan("metric", [*conditions, *limits], order=[{"by": "value", "descending": True}]))
    assert isinstance(anchor, Event)
    if anchor.pred == "selfapprove":
        own = [{**c, "path": "version." + c["path"]} for c in (yield from _self_approved(work))]
        return (yield from events.rows(work, Event("approve"), extra=[*own, *limits]))
    return (yield from events.rows(work, anchor, extra=limits))


def _metric_conditions(cond: Has) -> list[dict[str, Any]]:
    if cond.field == "metrics":
        return []
    extra = dict(cond.extra)
    if cond.op == "exists":
        return [where("name", cond.value)]
    made = [
        where("name", extra["name"]),
        where("value", cond.value, cond.op),
        where("cohort", extra.get("cohort", "all")),
    ]
    return [*made, where("dataset_version.subject", extra["dataset"])] if "dataset" in extra else made


def _subjects(
    work: Work, cond: Cond, kind: str, context: list[Cond]
) -> Generator[list[Call], list[ToolResult], list[str]]:
    """Return the subjects of a kind of which a condition holds."""
    if isinstance(cond, Has) and kind == "model" and cond.field == "alias":
        found = yield from work.plan("alias", [where("alias", cond.value)])
        return list(dict.fromkeys(r.subject for r in found.rows))
    if restricting.restricts(cond):
        return (yield from restricting.subjects(work, cond, kind))
    inner = SetOf(kind, (cond,))  # type: ignore[arg-type]
    if isinstance(cond, Has) and cond.field == "versions" and cond.op == "with" and kind == "model":
        found = yield from rows(work, SetOf("version", tuple(cond.value or ())))  # type: ignore[arg-type]
    elif isinstance(cond, Has) and cond.field in _COUNTED:
        found = yield from events.rows(work, Event(_HAPPENED[cond.field], past=cond.field == "aliass"))
        if cond.value and cond.op == "with":
            found = yield from rows(work, SetOf(_COUNTED[cond.field], tuple(cond.value)))  # type: ignore[arg-type]
    else:
        found = yield from rows(work, inner)
    if found.truncated:
        raise Unanswered(
            "this joins more of the record than one answer can hold; narrow it to a model, a site or a person"
        )
    return list(dict.fromkeys(member(r, kind) for r in found.rows))


_COUNTED = {"approvals": "approval", "deployments": "deployment", "aliass": "alias"}
_HAPPENED = {"approvals": "approve", "deployments": "live", "aliass": "hold"}


def _simple(work: Work, cond: Cond, kind: str) -> Conditions:
    """Return a condition on versions as conditions of a plan."""
    match cond:
        case Within(node):
            found = yield from resolving.resolve(work, _single(node), want=("model", "version"))
            return [where("subject", found.subjects, "in") if len(found.subjects) > 1 else where("subject", found.one)]
        case Has():
            return _field_conditions(work, cond)
        case Event():
            return (yield from _relation(work, cond))
    return []


def _single(node: Node) -> Node:
    return node


def _field_conditions(work: Work, cond: Has) -> list[dict[str, Any]]:
    op, value = cond.op, cond.value
    name = cond.field
    if name == "topic":
        models = [m for m in _texts(cond) if not m.startswith("doc:") and not m.endswith("@")]
        return [where("model.name", models, "in", negate=cond.negated)]
    if name == "framework" and op == "family":
        return [where("framework", value, "contains", negate=cond.negated)]
    if name in _MODEL_FIELDS:
        return [where(f"model.{name}", value, op, negate=cond.negated)]
    if name.startswith("tag."):
        on_model = any(name[4:] in m.tags for m in work.context.lexicon.names.models)
        return [where(f"model.{name}" if on_model else name, value, op, negate=cond.negated)]
    if name.startswith("card."):
        return [where(f"model.{name}", value, op)]
    paths = {"base": "base.subject", "run": "run.subject", "evidence": "metrics.evidence", "approvals": "approvals.by",
             "deployments": "deployments.site", "training": "trained_on.subject", "ci": "metrics.low",
             "metrics": "metrics.name", "alias": "aliases.alias", "documents": "documents.path", "commit": "run.commit",
             "repo": "run.repo", "runs": "run.subject", "owner": "model.owner", "tags": "tag.*",
                 "aliass": "aliases.alias", "schema": "signature"}  # fmt: skip
    path = paths.get(name, name)
    if name == "alias" and op == "exists":
        return [where(path, value, "=", negate=cond.negated)]
    if op in ("exists", "with"):
        return [where(path, None, "missing" if cond.negated else "exists")]
    return [where(path, value, op, negate=cond.negated)]


def _relation(work: Work, cond: Event) -> Conditions:
    """Return what a version was made from, or by whom, as a path."""
    head, _, stage = cond.pred.partition(":")
    span = cond.time
    made: list[dict[str, Any]] = []
    if head == "stage":
        return [where("stage", stage)]
    if head == "register":
        made += periods.begins_within(span or work.time, "at")
    elif span is not None and head in ("train", "finetune", "run", "build"):
        made += periods.begins_within(span, "run.at")
    elif span is not None:
        raise Unanswered("the record holds no date of this relation; ask when the versions were registered or trained")
    if head == "selfapprove":
        return (yield from _self_approved(work))
    for role, node in cond.roles:
        if role == "agent":
            people = yield from resolving.resolve(work, node, want=("person",))
            path = {"own": "model.owner", "train": "run.by", "run": "run.by", "build": "by"}.get(head, "by")
            made.append(where(path, people.subjects, "in"))
        elif role == "run":
            found = yield from resolving.resolve(work, node, want=("run",))
            made.append(where("run.subject", found.one))
        elif role in ("source", "theme"):
            made += yield from _from(work, head, node, direct=cond.order == "direct")
        elif role == "place":
            made += [{**c, "path": "deployments." + c["path"]} for c in (yield from _place(work, node))]
    if not made and head not in ("register", "build", "use", "do", "perform", "own"):
        raise Unanswered("this is not recorded of versions in a way that can be looked up; ask for one thing at a time")
    return made


_OF_VERSIONS = frozenset(("sensitivity", "rows", "source", "digest"))


def _from(work: Work, head: str, node: Node, *, direct: bool = False) -> Conditions:
    kinds: tuple[str, ...] = ("dataset_version",)
    if (
        isinstance(node, SetOf)
        and node.conds
        and all(isinstance(c, Has) and c.field in _OF_VERSIONS for c in node.conds)
    ):
        # What is recorded of each version of a dataset is asked of those versions, and not of the others.
        kinds = ("dataset_version", "dataset")
    if isinstance(node, SetOf) and node.kind in kinds and all(isinstance(c, Has) for c in node.conds):
        made = []
        for c in node.conds:
            if isinstance(c, Has) and c.field != "input_role":
                made.append(where(f"{_LINKS.get(head, 'trained_on')}.{c.field}", c.value, c.op))
        return made
    kind = kind_of(node)
    data = kind in ("dataset", "dataset_version") or (isinstance(node, Thing) and kind == "topic")
    found = yield from resolving.resolve(
        work, node, want=("dataset_version", "dataset") if data else ("version", "model")
    )
    if found.kind in ("dataset", "dataset_version"):
        path = _LINKS.get(head, "trained_on" if direct else "ancestor_datasets")
        if head == "evaluate":
            path = "evaluated_on"
    else:
        path = "base" if direct else "bases"
    return [
        where(f"{path}.subject", found.subjects, "in")
        if len(found.subjects) > 1
        else where(f"{path}.subject", found.one)
    ]


def _self_approved(work: Work) -> Conditions:
    result = yield from work.call("gaps")
    found = [g.subject for g in result.data or [] if g.code == "self-approved"]
    return [where("subject", found, "in")]


def _models(
    work: Work, positive: list[Cond], negative: list[Cond], project: tuple[str, ...], more: dict[str, Any]
) -> Generator[list[Call], list[ToolResult], Rows]:
    limits: list[dict[str, Any]] = []
    for cond in positive:
        if restricting.restricts(cond):
            limits.append(where("subject", (yield from restricting.subjects(work, cond, "model")), "in"))
            continue
        limits += yield from _model_condition(work, cond)
    for cond in negative:
        if isinstance(cond, Has) and (
            cond.field.startswith(("card.", "tag.")) or cond.field in ("description", *_MODEL_FIELDS)
        ):
            limits += [{**c, "negate": True} if cond.op != "exists" else where(cond.field, None, "missing") for c in (
                yield from _model_condition(work, _positive(cond)))]  # fmt: skip
            continue
        found = yield from _subjects(work, _positive(cond), "model", positive)
        if found:
            limits.append(where("subject", found, "in", negate=True))
    return (yield from work.plan("model", limits, project or ("task",), **more))


def _model_condition(work: Work, cond: Cond) -> Conditions:
    if isinstance(cond, Has):
        if cond.field == "topic":
            models = [m for m in _texts(cond) if not m.startswith("doc:") and not m.endswith("@")]
            return [where("name", models, "in")]
        if cond.field == "alias":
            return [where("aliases.alias", cond.value)]
        if cond.field == "card":
            return [where("card.*", None, "exists")]
        if cond.field.startswith("tag.") and not any(
            cond.field[4:] in m.tags for m in work.context.lexicon.names.models
        ):
            return [where("versions." + cond.field, cond.value, cond.op)]
        return [where(cond.field, None if cond.op == "exists" else cond.value, cond.op)]
    if isinstance(cond, Event):
        if cond.pred not in ("own", "register", "responsibility", "responsible", "build", "do"):
            raise Unanswered("the record says this of versions; ask for the versions that are so")
        made = periods.begins_within(cond.time or work.time, "at") if cond.pred == "register" else []
        for role, node in cond.roles:
            if role == "agent":
                people = yield from resolving.resolve(work, node, want=("person",))
                made.append(where("owner" if cond.pred == "own" else "by", people.subjects, "in"))
        return made
    if isinstance(cond, Within):
        found = yield from resolving.resolve(work, cond.node, want=("model",))
        return [where("subject", list(dict.fromkeys(s.split(":")[0] for s in found.subjects)), "in")]
    return []


# Other kinds --------------------------------------------------------------------------------------------------------


def _places(work: Work, node: SetOf) -> Generator[list[Call], list[ToolResult], Rows]:
    counts = [c for c in node.conds if restricting.restricts(c)]
    if counts:
        if len(counts) != len(node.conds):
            raise Unanswered("this is more than one question about places; ask for one thing at a time")
        names = yield from restricting.subjects(work, counts[0], node.kind)
        return (yield from events.rows(work, Event("live"), project=("site",),
                                       extra=[where("site" if node.kind == "site" else "subject", names,
                                           "in")]))  # fmt: skip
    if len([c for c in node.conds if isinstance(c, Event)]) > 1 or any(
        getattr(c, "negated", False) for c in node.conds
    ):
        raise Unanswered("this is more than one question about places; ask which versions are live there")
    event = next((c for c in node.conds if isinstance(c, Event)), Event("live", past=not node.conds))
    if event.pred not in ("live", "deploy", "withdraw", "run", "use"):
        raise Unanswered("places are where versions are live; ask which versions are live there")
    event = replace(event, pred="live" if event.pred in ("run", "use") else event.pred)
    if not any(isinstance(c, Event) for c in node.conds):
        limits: list[dict[str, Any]] = []
        for cond in node.conds:
            if isinstance(cond, Within):
                limits += yield from _place(work, cond.node)
        return (yield from work.plan("environment", limits, ("site",)))
    extra: list[dict[str, Any]] = []
    for cond in node.conds:
        if isinstance(cond, Within):
            extra += yield from _place(work, cond.node)
    return (yield from events.rows(work, event, extra=extra, project=("site",)))


def _people(work: Work, node: SetOf) -> Generator[list[Call], list[ToolResult], Rows]:
    node = replace(node, conds=tuple(map(_registering, node.conds)))
    said, denied = restricting.people(node)
    limits: list[dict[str, Any]] = []
    kinds = [c for c in said if isinstance(c, Has) and c.field == "kind"]
    if not denied and (not kinds or len(kinds) == len(said)):
        return (yield from _doing(work, node))
    if kinds and any(isinstance(c, Within) for c in said):
        raise Unanswered("what they registered, approved or own is asked in words of its own; say which of these")
    if len(kinds) < len(said):
        limits += [where(c.field, c.value, c.op) for c in kinds]
        said = [c for c in said if c not in kinds]
    if said:
        found = yield from _doing(work, replace(node, conds=tuple(said)))
        limits.append(where("name", sorted({member(r, "person") for r in found.rows}), "in"))
    for cond in denied:
        if isinstance(cond, Within):
            found_people = yield from resolving.resolve(work, cond.node, want=("person",))
            out = found_people.subjects
        else:
            rows_of_it = yield from _doing(work, replace(node, conds=(_positive(cond),)))
            out = sorted({member(r, "person") for r in rows_of_it.rows})
        if out:
            limits.append(where("name", out, "in", negate=True))
    return (yield from work.plan("person", limits, ("display", "roles")))


def _registering(cond: Cond) -> Cond:
    """Return what a person's having versions is: that they registered some."""
    if isinstance(cond, Has) and (cond.field, cond.op) == ("versions", "with") and isinstance(cond.value, tuple):
        return Event("register", (("theme", SetOf("version", cond.value)),), negated=cond.negated)
    return cond


def _doing(work: Work, node: SetOf) -> Generator[list[Call], list[ToolResult], Rows]:
    for cond in node.conds:
        if isinstance(cond, Event) and not cond.negated:
            if events.spec_of(cond) is not None:
                return (yield from events.rows(work, cond))
            if cond.pred in ("own", "responsible"):
                theme = cond.role("theme")
                limits = []
                if theme is not None and not (isinstance(theme, SetOf) and not theme.conds):
                    found = yield from resolving.resolve(work, theme, want=("model",))
                    limits = [where("subject", [s.split(":")[0] for s in found.subjects], "in")]
                return (yield from work.plan("model", limits, ("owner",)))
            theme = cond.role("theme")
            if cond.pred in ("register", "build", "train", "run") and (
                theme is None or isinstance(theme, SetOf) and not theme.conds
            ):
                path = ("run.by",) if cond.pred in ("train", "run") else ("by",)
                return (yield from work.plan("model" if kind_of(theme) == "model" else "version", [], path))
            if theme is not None:
                found = yield from resolving.resolve(work, theme, want=("version", "model"))
                path = ("run.by",) if cond.pred in ("train", "run") else ("by",)
                return (yield from work.plan("version" if found.kind == "version" else "model",
                                             [where("subject", found.subjects, "in")], path))  # fmt: skip
    limits = [where(c.field, c.value, c.op) for c in node.conds if isinstance(c, Has)]
    return (yield from work.plan("person", limits, ("display", "roles")))


def _happenings(work: Work, node: SetOf, more: dict[str, Any]) -> Generator[list[Call], list[ToolResult], Rows]:
    pred = {"approval": "signed_by", "deployment": "deploy", "stage": "move", "alias": "hold", "metric": "evaluate"}[
        node.kind
    ]
    event = Event(pred, past=node.kind in ("alias",))
    extra: list[dict[str, Any]] = []
    for cond in node.conds:
        if isinstance(cond, Event):
            if cond.negated:
                raise Unanswered(f"what {node.kind}s are not is not asked of them; ask which versions are not so")
            same = cond.pred in (
                "live",
                "reject",
                "review",
                "approve",
                "withdraw",
                "lapse",
                "evaluate",
                "hold",
                "signed_by",
            )
            event = Event(cond.pred if same and events.spec_of(cond) else pred, (*event.roles, *cond.roles),
                          event.time or cond.time, past=cond.past and pred != "live")  # fmt: skip
        elif isinstance(cond, Within):
            extra += yield from _within(work, node.kind, cond.node)
        elif isinstance(cond, Has) and cond.field in ("evidence", "cohort", "alias"):
            extra.append(where(cond.field, cond.value))
        elif isinstance(cond, Has) and cond.field == "metric" and cond.op == "exists":
            extra.append(where("name", cond.value))
        elif isinstance(cond, Has) and cond.field in _SAID.get(node.kind, ()) and cond.op == "exists":
            extra.append(where(cond.field, None, "missing" if cond.negated else "exists"))
        else:
            raise Unanswered(f"this is not asked of {node.kind}s; ask for the versions or models that are so")
    return (yield from events.rows(work, event, extra=extra))


_SAID = {"approval": ("comment",), "stage": ("reason",), "deployment": ("reason", "region"), "metric": ("low", "n")}


def _within(work: Work, kind: str, node: Node) -> Conditions:
    of = kind_of(node)
    if of in ("site", "place", "environment", "region"):
        return (yield from _place(work, node))
    if of in ("dataset", "dataset_version"):
        data = yield from resolving.resolve(work, node, want=("dataset_version", "dataset"))
        return [where("dataset_version.subject", data.one)]
    found = yield from resolving.resolve(work, node, want=("version", "model"))
    return [where("subject", found.subjects, "in")]


_PATHS: dict[tuple[str, str], tuple[str, str]] = {
    # (kind asked for, predicate): path of the theme, path of the source
    ("dataset_version", "train"): ("trained.subject", "derived_from.subject"),
    ("dataset_version", "use"): ("used_by.subject", "derived_from.subject"),
    ("dataset_version", "build"): ("trained.subject", "derived_from.subject"),
    ("dataset_version", "evaluate"): ("evaluated.subject", "evaluated.subject"),
    ("dataset_version", "derive"): ("derived.subject", "sources.subject"),
    ("run", "train"): ("versions.subject", "inputs.subject"),
    ("run", "build"): ("versions.subject", "inputs.subject"),
    ("run", "use"): ("versions.subject", "inputs.subject"),
}  # fmt: skip


def _plain(
    work: Work, node: SetOf, project: tuple[str, ...], more: dict[str, Any]
) -> Generator[list[Call], list[ToolResult], Rows]:
    kind = node.kind if node.kind not in ("thing", "gap", "tag", "cohort") else "version"
    via = "versions." if kind == "dataset" else ""
    limits: list[dict[str, Any]] = []
    for cond in node.conds:
        if isinstance(cond, Within):
            found = yield from resolving.resolve(work, cond.node)
            limits.append(where(_owner_path(kind, found.kind), found.subjects, "in", negate=cond.negated))
        elif isinstance(cond, Has):
            limits += _other_field(kind, cond, via)
        elif isinstance(cond, Event):
            if cond.order == "only":
                raise Unanswered(f"what {kind.replace('_', ' ')}s only are is not looked up; ask without only")
            limits += yield from _other_event(work, kind, cond, via)
        else:
            raise Unanswered(f"how many a {kind.replace('_', ' ')} has is not counted; ask for them of one")
    if kind == "document" and not limits and not project:
        project = ("title",)
    default = {"dataset_version": ("rows", "sensitivity"), "dataset": ("description",), "run": ("by",),
               "document": ("title",), "event": ("action", "actor")}.get(kind, ())  # fmt: skip
    return (yield from work.plan(kind, limits, project or default, **more))


def _owner_path(kind: str, of: str) -> str:
    if kind == "run":
        return {"version": "versions.subject", "model": "versions.subject", "run": "subject"}.get(of, "inputs.subject")
    if kind == "document":
        return {"model": "models.subject", "version": "versions.subject"}.get(of, "dataset_versions.subject")
    if kind == "dataset_version" and of in ("version", "model"):
        return "trained.subject"
    return "subject"


def _other_field(kind: str, cond: Has, via: str) -> list[dict[str, Any]]:
    if cond.field == "input_role":
        return []
    if cond.field == "topic":
        wanted = [m.removesuffix("@") for m in _texts(cond) if m.endswith("@") or kind == "document"]
        if kind == "document":
            return [where("subject", [m for m in wanted if m.startswith("doc:")], "in")]
        return [where("name", wanted, "in")]
    own = kind == "dataset" and cond.field in ("name", "description")
    path = cond.field if own else via + cond.field
    if cond.op in ("exists", "with"):
        return [where(path, None, "missing" if cond.negated else "exists")]
    return [where(path, cond.value, cond.op, negate=cond.negated)]


def _other_event(work: Work, kind: str, cond: Event, via: str) -> Conditions:
    made: list[dict[str, Any]] = []
    if cond.pred in ("register", "change", "run", "train") and (cond.time or work.time):
        made += periods.begins_within(cond.time or work.time, "at")
    theme_path, source_path = _PATHS.get(("dataset_version" if kind == "dataset" else kind, cond.pred), ("", ""))
    for role, node in cond.roles:
        if isinstance(node, SetOf) and not node.conds and not node.order:
            if theme_path and (cond.negated or role == "theme"):
                made.append(where(via + theme_path, None, "missing" if cond.negated else "exists"))
            continue
        if role == "agent":
            people = yield from resolving.resolve(work, node, want=("person",))
            made.append(where("by", people.subjects, "in"))
            continue
        path = theme_path if role == "theme" else source_path
        if cond.order == "direct" and path == "sources.subject":
            path = "derived_from.subject"
        if not path:
            raise Unanswered("this relation between them is not in the record")
        found = yield from resolving.resolve(work, node)
        if cond.pred == "evaluate" and found.kind in ("dataset", "dataset_version"):
            path = "subject"
        made.append(where(via + path, found.subjects, "in", negate=cond.negated))
    if not cond.roles and theme_path:
        made.append(where(via + theme_path, None, "missing" if cond.negated else "exists"))
    return made


# Reading the rows ---------------------------------------------------------------------------------------------------


def member(row: Row, kind: str) -> str:
    """Return the member of the set that a row stands for."""
    thing = row.thing
    match kind:
        case "model":
            return thing.split(":")[0]
        case "site":
            return row.subject.split("/")[0]
        case "environment":
            return row.subject if row.kind in ("deployment", "environment") else thing
        case "person":
            fact = (row.fact("owner") if row.kind == "model" else None) or row.fact("by") or row.fact("run.by")
            return fact.value if fact and row.kind != "person" else thing
    return thing


def narrowed(found: Rows, order: str, limit: int | None = None) -> Rows:
    """Return only the latest or first row (or few rows), where the words mean that."""
    if order not in ("latest", "first") or not found.rows:
        return found
    ranked = sorted(found.rows, key=lambda r: (r.at or "", _number(r)))
    if found.kind == "metric":
        last = max(ranked, key=lambda r: r.at or "") if order == "latest" else ranked[0]
        same = [r for r in ranked if r.at == last.at and r.subject == last.subject]
        return replace(found, rows=same, total=len(same))
    if found.kind == "version":
        models = {r.subject.split(":")[0] for r in ranked}
        if len(models) == 1:
            ranked.sort(key=_number)
    if limit is not None and limit > 1:
        kept = ranked[-limit:] if order == "latest" else ranked[:limit]
        return replace(found, rows=kept, total=len(kept))
    row = ranked[-1] if order == "latest" else ranked[0]
    return replace(found, rows=[row], total=1)


def _number(row: Row) -> int:
    tail = row.thing.rpartition(":")[2]
    return int(tail) if tail.isdigit() else 0


def kind_name(node: SetOf, found: Rows) -> str:
    """Return the kind that the members are of."""
    if node.kind == "thing":
        return "version"
    return {"site": "site", "environment": "place"}.get(node.kind, node.kind)


def how(found: Rows, node: SetOf) -> str:
    """Return a sentence that says what the members are, when events made them so."""
    if not found.rows or len(found.rows) > 3 or found.kind not in ("deployment", "alias"):
        return ""
    return " ".join(telling.sentence(row) for row in found.rows)


def nothing(node: SetOf, work: Work) -> str:
    """Return that there is no such thing."""
    parts = []
    for cond in node.conds:
        if isinstance(cond, Event):
            parts.append({"live": "live"}.get(cond.pred, cond.pred.replace("stage:", "in ")))
        if isinstance(cond, Within) and isinstance(cond.node, Thing | Holder):
            parts.append("of that model")
    return f"there is no {node.kind} that the question means" + (f" ({joined(parts)})" if parts else "")
