"""From nodes to subjects of the record: reads what must be read, and says when there is nothing or too much."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from askreg.agent.draft import Reading
from askreg.agent.facts import Fact
from askreg.agent.offline.entities import Entity
from askreg.agent.offline.meaning import (
    Bare,
    Given,
    Group,
    Holder,
    Node,
    Related,
    SetOf,
    Step,
    Thing,
    Within,
    kind_of,
)  # fmt: skip
from askreg.agent.offline.programs import periods
from askreg.agent.offline.programs.work import Row, Rows, Unanswered, Work, joined, literal, where
from askreg.agent.tools.shapes import Call, ToolResult

VERSIONED = frozenset(("version", "model", "topic", "thing", "given"))


@dataclass(slots=True)
class Found:
    """Subjects that a node stands for, and the facts that say so."""

    kind: str
    subjects: list[str]
    facts: list[Fact] = field(default_factory=list)
    how: str = ""
    """A sentence that says what they are, when it was not the question that named them."""
    model: str | None = None
    """The model, when a model was named and not a version."""

    @property
    def one(self) -> str:
        """The only one; nothing is answered about the first of several as if it were all."""
        if len(set(self.subjects)) > 1:
            raise Unanswered("several things are meant here; ask about one of them at a time")
        return self.subjects[0]


Finding = Generator[list[Call], list[ToolResult], Found]


def resolve(work: Work, node: Node, *, want: tuple[str, ...] = ()) -> Finding:
    """Return what a node stands for; `want` are the kinds that would do, best first."""
    match node:
        case Thing():
            return (yield from _thing(work, node, want))
        case Holder():
            return (yield from _holder(work, node))
        case Group(nodes):
            return (yield from _group(work, nodes, want))
        case Step(Holder() as of, by, than) if than is not None:
            return (yield from _holder_step(work, of, by, than))
        case Step(of, by):
            return (yield from _step(work, of, by))
        case Related():
            return (yield from _related(work, node))
        case SetOf():
            return (yield from _set(work, node, want))
        case Bare(number):
            raise Unanswered(f"version {number} of which model? Name the model")
        case Given():
            raise Unanswered("it is not clear what this refers to; name the model, version, dataset or person")
    raise Unanswered("this could not be read")


def _thing(work: Work, node: Thing, want: tuple[str, ...]) -> Finding:
    entities = [node.entity, *node.others]
    if want:
        fitting = [e for e in entities if e.kind in want]
        entities = fitting or entities
    if len(entities) > 1 and len({(e.kind, e.name) for e in entities}) > 1:
        same = _one_thing(entities)
        if same is None:
            told = yield from vouched(work, entities)
            raise Unanswered(f"{node.text} could mean {joined(told, 'or')}", readings(work, node.text, entities))
        entities = [same]
    entity = entities[0]
    if entity.kind == "topic":
        return (yield from topic(work, entity, want))
    if entity.kind == "version" and not entity.exists:
        yield from no_such_version(work, entity)
    if entity.kind == "dataset_version" and not entity.exists:
        yield from no_such_label(work, entity)
    return Found(entity.kind, [entity.name], model=entity.name if entity.kind == "model" else None)


def vouched(work: Work, entities: list[Entity]) -> Generator[list[Call], list[ToolResult], list[str]]:
    """Return placeholders for names that the question has not said, from reading what they name."""
    told: list[str] = []
    for entity in entities[:4]:
        look = _look(entity)
        rows = yield from work.plan(look["select"], look["where"])
        exact = [r for r in rows.rows if r.subject == entity.name] or rows.rows[:1]
        told += ["{" + r.main.id + ".subject}" for r in exact if r.facts]
    return list(dict.fromkeys(told)) or ["several things"]


def _one_thing(entities: list[Entity]) -> Entity | None:
    """Return the one that is meant when a name is that of a model and of less (its dataset, a tag …)."""
    models = [e for e in entities if e.kind in ("model", "version")]
    return (
        models[0]
        if len(models) == 1 and all(e.kind in ("topic", "tag", "task") for e in entities if e not in models)
        else None
    )


def readings(work: Work, text: str, entities: list[Entity], limit: int = 3) -> list[Reading]:
    """Return the question once for each thing that its words may mean."""
    question = work.context.question
    made = []
    for entity in entities[:limit]:
        meant = question.replace(text, entity.name) if text and text in question else f"{question} ({entity.name})"
        made.append(Reading(question=meant, call={"tool": "query", "args": _look(entity)}))
    return made


def _look(entity: Entity) -> dict[str, Any]:
    kind = {"version": "version", "dataset": "dataset", "dataset_version": "dataset_version", "person": "person",
            "run": "run", "document": "document", "site": "environment", "place": "environment"}.get(entity.kind,
                "model")  # fmt: skip
    path = "site" if entity.kind == "site" else "subject"
    return {"select": kind, "where": [{"path": path, "op": "=", "value": entity.name}]}


def topic(work: Work, entity: Entity, want: tuple[str, ...]) -> Finding:
    """Return the one thing whose name or description holds a word."""
    kinds = {"@": "dataset", "d": "document"}
    by_kind: dict[str, list[str]] = {}
    for member in entity.members:
        kind = "document" if member.startswith("doc:") else kinds["@"] if member.endswith("@") else "model"
        by_kind.setdefault(kind, []).append(member.removesuffix("@"))
    wanted = [("dataset" if w == "dataset_version" else "model" if w == "version" else w) for w in want] or ["model"]
    for kind in [*wanted, "model", "dataset"]:
        found = by_kind.get(kind, [])
        if len(found) == 1:
            return Found(kind, found, model=found[0] if kind == "model" else None)
        if found:
            meant = [Entity(kind, name) for name in found]  # type: ignore[arg-type]
            told = yield from vouched(work, meant)
            raise Unanswered(f"{entity.name} could mean {joined(told, 'or')}", readings(work, entity.name, meant))
    raise Unanswered(f"nothing of the kind that is asked about has {entity.name} in its name")


def no_such_version(work: Work, entity: Entity) -> Generator[list[Call], list[ToolResult], None]:
    """Say which versions there are."""
    model, number = entity.head, entity.part
    found = yield from work.plan("model", [where("subject", model)], ["latest.number"])
    latest = found.rows[0].put("latest.number") if found.rows else ""
    tail = f"; the latest is {latest}" if latest else ""
    raise Unanswered(f"there is no version {number} of {model}{tail}")


def no_such_label(work: Work, entity: Entity) -> Generator[list[Call], list[ToolResult], None]:
    """Say which versions of the dataset there are."""
    found = yield from work.plan("dataset_version", [where("name", entity.head)])
    told = joined([f"{{{r.main.id}.subject}}" for r in found.rows[:8]])
    raise Unanswered(
        f"there is no version {literal(entity.part)} of {literal(entity.head)}"
        + (f"; what there is: {told}" if told else "")
    )


def holder_rows(
    work: Work, alias: str, model: str | None, *, history: bool
) -> Generator[list[Call], list[ToolResult], Rows]:
    """Return who holds (or held) an alias, latest first."""
    conditions = [where("alias", alias)] + ([where("subject", model)] if model else [])
    more: dict[str, Any] = {"history": True, "order": [{"by": "since", "descending": True}]} if history else {}
    return (yield from work.plan("alias", conditions, as_of=periods.as_of(work.time, work.context), **more))


def _holder(work: Work, node: Holder) -> Finding:
    model = None
    if node.model is not None:
        model = (yield from resolve(work, node.model, want=("model",))).one.split(":")[0]
    rows = yield from holder_rows(work, node.alias, model, history=False)
    if not rows:
        when = f" {periods.said(work.time)}" if work.time else " then" if work.context.past else ""
        of = f" of {model}" if model else ""
        raise Unanswered(f"no version{of} {'was' if when else 'is'} {node.alias}{when}")
    how = ""
    if model:
        row = rows.rows[0]
        was, then = ("was", f" on {row.then}") if row.past else ("is", "")
        how = f"The {node.alias} of {row.put('main', '.subject')}{then} {was} {row.put('main', '.value')}."
    return Found("version", [r.thing for r in rows.rows], [r.main for r in rows.rows], how)


def _group(work: Work, nodes: tuple[Node, ...], want: tuple[str, ...]) -> Finding:
    found: list[Found] = []
    for node in nodes:
        found.append((yield from resolve(work, node, want=want)))
    subjects = list(dict.fromkeys(s for f in found for s in f.subjects))
    return Found(found[0].kind, subjects, [x for f in found for x in f.facts], " ".join(f.how for f in found if f.how))


def _step(work: Work, of: Node, by: int) -> Finding:
    if isinstance(of, Step) and isinstance(of.of, Holder) and by * of.by > 0:
        return (yield from _holder_step(work, of.of, by + of.by))
    if isinstance(of, Holder):
        return (yield from _holder_step(work, of, by))
    if isinstance(of, SetOf) and any(getattr(c, "pred", "") == "live" for c in of.conds):
        return (yield from _live_step(work, of, by))
    found = yield from resolve(work, of, want=("version", "model"))
    if found.kind == "model":
        return (yield from _model_step(work, found.one, by))
    relation = "previous" if by < 0 else "next"
    rows = yield from work.plan("version", [where("subject", found.one)], hops=[relation], project=["stage"])
    if not rows:
        word = "before" if by < 0 else "after"
        raise Unanswered(f"there is no version {word} {found.one}")
    row = rows.rows[0]
    word = "before" if by < 0 else "after"
    own = yield from work.plan("version", [where("subject", found.one)])
    how = f"The version {word} {own.rows[0].name if own else found.one} is {row.name}."
    return Found("version", [row.subject], [row.main], " ".join(filter(None, (found.how, how))))


def _model_step(work: Work, model: str, by: int) -> Finding:
    """Return the version before the latest of a model."""
    if by > 0:
        raise Unanswered(f"nothing comes after the latest version of {model}")
    rows = yield from work.plan("model", [where("subject", model)], hops=["latest", "previous"], project=["stage"])
    if not rows:
        raise Unanswered(f"{model} has no version before its latest")
    return Found("version", [rows.rows[0].subject], [rows.rows[0].main])


def _holder_step(work: Work, of: Holder, by: int, than: Node | None = None) -> Finding:
    model = None
    if of.model is None and than is None:
        raise Unanswered(f"the {of.alias} of which model? Name it")
    anchor = None if than is None else (yield from resolve(work, than, want=("version", "model")))
    if anchor is not None and len(anchor.subjects) > 1:
        raise Unanswered(f"which is meant is not clear: {joined(anchor.subjects[:6], 'or')}")
    if of.model is not None:
        model = (yield from resolve(work, of.model, want=("model",))).one.split(":")[0]
    elif anchor is not None:
        model = anchor.one.split(":")[0]
    rows = yield from holder_rows(work, of.alias, model, history=True)
    held = list(reversed(rows.rows))
    current = len(held) - 1
    if not held:
        raise Unanswered(f"no version of {model} was ever {of.alias}")
    if anchor is not None and ":" in anchor.one:
        places = [i for i, r in enumerate(held) if r.thing == anchor.one]
        if not places:
            raise Unanswered(f"{anchor.one} was never {of.alias} of {model}")
        current = places[-1]
        if by > 0:
            return _next_holder(held, current, by, f"{of.alias} of {model}")
    others = [r for r in held[:current] if r.thing != held[current].thing]
    back = -by
    if by > 0 or len(others) < back:
        raise Unanswered(f"{model} had no other {of.alias} {'before' if by < 0 else 'after'} {held[current].thing}")
    row, now = others[-back], held[current]
    how = (
        (
            f"The {of.alias} of {model} before {{{now.main.id}.value}} was {{{row.main.id}.value}},"
            f" until {{{row.main.id}.until:date}}."
        )
        if row.until
        else f"The {of.alias} of {model} before {{{now.main.id}.value}} was {{{row.main.id}.value}}."
    )
    return Found("version", [row.thing], [row.main, now.main], how)


def _next_holder(held: list[Row], current: int, by: int, what: str) -> Found:
    later = [r for r in held[current + 1 :] if r.thing != held[current].thing]
    if len(later) < by:
        raise Unanswered(f"the record has no {what} after {held[current].thing}")
    row, now = later[by - 1], held[current]
    until = f" until {{{row.main.id}.until:date}}" if row.until else ""
    how = (
        f"The {what} after {{{now.main.id}.value}} was {{{row.main.id}.value}}, from "
        f"{{{row.main.id}.since:date}}{until}."
    )
    return Found("version", [row.thing], [row.main, now.main], how)


def _live_step(work: Work, of: SetOf, by: int) -> Finding:
    from askreg.agent.offline.programs.sets import place_conditions

    event = next(c for c in of.conds if getattr(c, "pred", "") == "live")
    conditions = yield from place_conditions(work, event)  # type: ignore[arg-type]
    row, now = yield from before_live(work, conditions, of)
    return Found(
        "version",
        [row.thing],
        [row.main],
        f"{{{row.main.id}.value}} was live at {{{row.main.id}.subject}} before {{{now.main.id}.value}}.",
    )


def before_live(
    work: Work, conditions: list[dict[str, Any]], of: SetOf | None = None
) -> Generator[list[Call], list[ToolResult], tuple[Row, Row]]:
    """Return the deployment before the last at a place, and the last."""
    models = [c.node for c in of.conds if isinstance(c, Within)] if of else []
    for node in models:
        found = yield from resolve(work, node, want=("model",))
        conditions = [*conditions, where("version.model.name", found.one)]
    rows = yield from work.plan("deployment", conditions, history=True, order=[{"by": "since", "descending": False}])
    if not rows:
        raise Unanswered("nothing was ever live there")
    last = rows.rows[-1]
    earlier = [r for r in rows.rows[:-1] if r.thing != last.thing and r.subject == last.subject]
    if not earlier:
        raise Unanswered(f"the record holds nothing that was live at {last.subject} before {last.thing}")
    return earlier[-1], last


_HOPS: dict[str, tuple[str, ...]] = {
    "base": ("base",), "run": ("run",), "training": ("trained_on",), "inputs": ("inputs",), "model": ("model",),
    "registrant": ("registrant",), "trainer": ("run", "runner"), "descendants": ("descendants",),
    "bases": ("bases",), "test": ("run", "test"), "validation": ("run", "validation"),
}  # fmt: skip


def _related(work: Work, node: Related) -> Finding:
    found = yield from resolve(work, node.of, want=("version", "model"))
    subject = found.one
    if node.name in ("owner", "approver", "reviewer", "deployer"):
        return (yield from _person_of(work, node.name, found))
    if found.kind == "run":
        hop = {"training": "training", "test": "test", "validation": "validation"}.get(node.name, "inputs")
        rows = yield from work.plan("run", [where("subject", subject)], hops=[hop])
    elif node.name == "sources" or found.kind in ("dataset", "dataset_version"):
        rows = yield from work.plan("dataset_version", [where("subject", subject)], hops=["derived_from"])
    else:
        if found.kind == "model":
            rows = yield from work.plan("model", [where("subject", subject)], hops=["latest", *_HOPS[node.name]])
        else:
            rows = yield from work.plan("version", [where("subject", subject)], hops=list(_HOPS[node.name]))
    if not rows:
        raise Unanswered(f"the record has no {_NAMES.get(node.name, node.name)} of {subject}")
    first = joined([r.name for r in rows.rows[:6]])
    of = subject
    if found.kind == "version":
        own = yield from work.plan("version", [where("subject", subject)])
        of = own.rows[0].name if own else subject
    how = f"The {_NAMES.get(node.name, node.name)} of {of} is {first}."
    return Found(rows.kind, [r.subject for r in rows.rows], [r.main for r in rows.rows],
                 " ".join(filter(None, (found.how, how))))  # fmt: skip


_NAMES = {"training": "training data", "test": "test data", "validation": "validation data", "registrant": "registrant"}


def _person_of(work: Work, name: str, found: Found) -> Finding:
    if name == "owner":
        model = found.one.split(":")[0]
        rows = yield from work.plan("model", [where("subject", model)], ["owner"])
        fact = rows.rows[0].fact("owner") if rows else None
        if fact is None:
            raise Unanswered(f"the record names no owner of {model}")
        return Found("person", [fact.value], [fact], f"The owner of {{{fact.id}.subject}} is {{{fact.id}}}.")
    meaning = "review" if name == "reviewer" else "approval"
    rows = yield from work.plan("approval", [where("subject", found.one), where("meaning", meaning),
                                             where("decision", "approved")])  # fmt: skip
    facts = [f for r in rows.rows if (f := r.fact("by")) is not None]
    if not facts:
        raise Unanswered(f"nobody has approved {found.one}")
    return Found("person", list(dict.fromkeys(f.value for f in facts)), facts)


def _set(work: Work, node: SetOf, want: tuple[str, ...]) -> Finding:
    from askreg.agent.offline.programs import sets

    if not node.conds and node.order in ("", "current"):
        raise Unanswered(f"which {node.kind.replace('_', ' ')} is meant is not clear; name it")
    rows = yield from sets.rows(work, node)
    if not rows:
        raise Unanswered(sets.nothing(node, work))
    rows = sets.narrowed(rows, node.order)
    facts = [r.main for r in rows.rows]
    # `the model live at X` is the version that is live there, wherever a version will do.
    exact = node.kind == "model" and "version" in want and all(":" in r.thing for r in rows.rows)
    things = list(dict.fromkeys(r.thing if exact else sets.member(r, node.kind) for r in rows.rows))
    if len(things) > 1 and node.definite and not node.order:
        kept = things[:3]
        raise Unanswered(
            f"{_words(node)} is not one thing: it may be {joined(_named(things[:6], facts), 'or')}",
            [Reading(question=f"{work.context.question} ({t})", call={"tool": "query", "args": {
                "select": node.kind if node.kind in ("model", "version") else "version",
                "where": [{"path": "subject", "op": "=", "value": t}]}}) for t in kept],
        )  # fmt: skip
    how = sets.how(rows, node)
    return Found("version" if exact else sets.kind_name(node, rows), things, facts, how)


def _named(things: list[str], facts: list[Fact]) -> list[str]:
    """Return each thing as a fact names it."""
    told = []
    for thing in things:
        fact = next((f for f in facts if thing in (f.subject, f.value)), None)
        if fact is None:
            continue
        subject = f"{{{fact.id}.subject}}"
        at = f"{{{fact.id}}} at {subject}" if fact.field == "deployed" else f"{{{fact.id}}}"
        told.append(subject if fact.subject == thing else at)
    return told


def _words(node: SetOf) -> str:
    word = next((dict(c.extra).get("word") for c in node.conds if hasattr(c, "extra") and c.extra), None)
    return f"{word} {node.kind}" if word else f"the {node.kind}"


def subject_kind(node: Node) -> str:
    """Return the kind of a node, for choosing a plan."""
    kind = kind_of(node)
    return "version" if kind in ("given", "thing") else kind
