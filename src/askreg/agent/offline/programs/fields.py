"""Fields of things: which kinds have them, and by what path."""

from __future__ import annotations

from askreg.agent.offline.meaning import Query
from askreg.agent.offline.programs import periods, resolving, telling
from askreg.agent.offline.programs.resolving import Found
from askreg.agent.offline.programs.work import Asking, Row, Unanswered, Work, answered, joined, literal, where

PATHS: dict[str, dict[str, str]] = {
    "model": {"task": "task", "owner": "owner", "description": "description", "at": "at", "by": "by", "name": "name",
              "tags": "tag.*", "card": "card.*", "number": "latest.number", "latest": "latest.number",
                  "run": "latest.run",
              "stage": "latest.stage", "framework": "latest.framework", "digest": "latest.digest",
                  "size": "latest.size",
              "uri": "latest.uri", "base": "latest.base.subject", "bases": "latest.bases.subject",
                  "schema": "latest.signature",
              "change_control": "latest.change_control", "aliases": "aliases", "commit": "latest.run.commit",
              "repo": "latest.run.repo", "params": "latest.run.param.*", "purpose": "description"},
    "version": {"task": "model.task", "owner": "model.owner", "framework": "framework", "digest": "digest",
        "size": "size",
                "uri": "uri", "schema": "signature", "change_control": "change_control", "stage": "stage", "at": "at",
                "by": "by", "number": "number", "base": "base.subject", "bases": "bases.subject",
                    "run": "run.subject", "commit": "run.commit",
                "repo": "run.repo", "params": "run.param.*", "description": "description", "tags": "tag.*",
                "card": "model.card.*", "inputs": "inputs.subject", "name": "model.name",
                    "purpose": "model.description",
                "aliases": "aliases.alias"},
    "dataset_version": {"digest": "digest", "rows": "rows", "n": "rows", "size": "rows", "source": "source",
                        "sensitivity": "sensitivity", "at": "at", "by": "by", "description": "dataset.description",
                        "number": "version", "name": "name", "base": "derived_from.subject",
                            "purpose": "dataset.description"},
    "dataset": {"description": "description", "at": "at", "by": "by", "rows": "versions.rows", "n": "versions.rows",
                "sensitivity": "versions.sensitivity", "source": "versions.source", "digest": "versions.digest",
                "size": "versions.rows", "name": "name", "number": "versions.version", "purpose": "description"},
    "run": {"commit": "commit", "repo": "repo", "params": "param.*", "at": "at", "by": "by", "inputs": "inputs.subject",
            "name": "id"},
    "document": {"title": "title", "sensitivity": "sensitivity", "digest": "digest", "at": "at", "by": "by",
        "path": "path",
                 "name": "title", "uri": "path", "size": "size"},
    "person": {"roles": "roles", "display": "display", "name": "display", "at": "at", "task": "roles"},
}  # fmt: skip
_WORDS = {"at": "registration date", "by": "registrant", "uri": "location", "change_control": "change control",
          "schema": "signature", "params": "parameters", "repo": "repository", "number": "version number",
          "purpose": "description", "display": "name", "ci": "confidence interval", "n": "sample size"}  # fmt: skip
_ONE_OF = {"roles": "role", "inputs": "input", "bases": "base"}
_PURPOSE = ("card.intended_use", "description")
_EACH = frozenset(("rows", "sensitivity", "source", "digest", "n", "size", "number"))


def field(work: Work, q: Query) -> Asking:
    """Answer what the fields of a thing hold."""
    node = q.node
    assert node is not None
    found: Found = yield from resolving.resolve(work, node, want=_wanted(q.fields))
    work_time = periods.as_of(q.time, work.context)
    periods.refuse_future(q.time, work.context)
    parts: list[str] = [found.how] if found.how else []
    missing: list[str] = []
    subjects = found.subjects
    for name in q.fields:
        said, absent = yield from _one(work, q, found.kind, subjects, name, work_time)
        parts += said
        missing += absent
    if not any(parts[1 if found.how else 0 :]) and missing:
        return answered(" ".join(filter(None, (found.how, *missing))))
    partial = "; ".join(m.rstrip(".") for m in missing)
    return answered(_laid_out(parts + missing), partial=partial if missing and len(q.fields) > 1 else "")


def check(work: Work, q: Query) -> Asking:
    """Answer whether a field of a thing has a value."""
    node = q.node
    assert node is not None
    found: Found = yield from resolving.resolve(work, node, want=_wanted(q.fields))
    said, missing = yield from _one(
        work, q, found.kind, found.subjects, q.fields[0], periods.as_of(q.time, work.context)
    )
    wanted = q.kinds[0].casefold()
    held = " ".join(said)
    values = yield from _held_values(work, found, q.fields[0])
    yes = any(wanted in str(v).casefold() for v in values)
    return answered(f"{'Yes' if yes else 'No'}: {' '.join(filter(None, (found.how, held, *missing)))}")


def _held_values(work: Work, found: Found, name: str) -> Asking:
    path = _dotted(found.kind, name) if "." in name else PATHS.get(found.kind, {}).get(name, name)
    hops: list[str] = []
    for hop in ("latest.", "versions."):
        if path.startswith(hop):
            hops, path = [hop[:-1]], path.removeprefix(hop)
    rows = yield from work.plan(found.kind, [where("subject", found.subjects, "in")], [path], hops=hops)
    return [v for r in rows.rows for v in (r.values.get(path) or "",)]


def _laid_out(parts: list[str]) -> str:
    parts = [p for p in parts if p]
    return " ".join(parts) if len(parts) < 4 else "\n".join(f"- {p}" for p in parts)


def _wanted(fields: tuple[str, ...]) -> tuple[str, ...]:
    if set(fields) & {"rows", "source", "sensitivity"}:
        return ("dataset_version", "dataset", "document")
    if set(fields) & {"commit", "repo", "params"}:
        return ("version", "run", "model")
    if set(fields) & {"roles", "display"}:
        return ("person",)
    return ("version", "model", "dataset_version", "dataset", "run", "document", "person")


def _one(work: Work, q: Query, kind: str, subjects: list[str], name: str, as_of: str | None) -> Asking:
    """Return the sentences of one field, and what is not recorded of it."""
    if name.startswith(("param.", "card.", "tag.")):
        path = _dotted(kind, name)
    elif name == "purpose":
        return (yield from _purpose(work, kind, subjects, as_of))
    elif name == "stage" and kind in ("version", "model"):
        return (yield from _stages(work, kind, subjects, as_of))
    elif name == "region":
        return (yield from _regions(work, subjects, as_of))
    elif name == "aliases":
        return (yield from _aliases(work, subjects, as_of))
    else:
        path = PATHS.get(kind, {}).get(name, "")
    if not path:
        raise Unanswered(f"the record holds no {_WORDS.get(name, name)} of a {kind.replace('_', ' ')}")
    select, start = kind, path
    hops: list[str] = []
    if kind == "model" and path.startswith("latest.") and path != "latest.number":
        select, hops, start = "model", ["latest"], path.removeprefix("latest.")
    if kind == "dataset" and path.startswith("versions."):
        hops, start = ["versions"], path.removeprefix("versions.")
    paths = spelled(work, start)
    rows = yield from work.plan(select, [where("subject", subjects, "in")], paths, hops=hops, as_of=as_of)
    return _values(rows.rows, start, name, subjects, bool(as_of))


def spelled(work: Work, path: str) -> list[str]:
    """Return one path for each name that a starred path stands for."""
    if not path.endswith("*"):
        return [path]
    head = path[:-1]
    names = work.context.lexicon.names
    keys = {"param.": names.params, "tag.": {k for k, _ in names.tags}, "card.": names.cards}
    return [head + key for kind, known in keys.items() if head.endswith(kind) for key in sorted(known)] or ["at"]


def _dotted(kind: str, name: str) -> str:
    head = name.split(".")[0]
    if head == "param":
        return {"version": "run.", "model": "latest.run.", "run": ""}.get(kind, "") + name
    if kind == "version":
        return f"model.{name}"
    return name


def _values(rows: list[Row], path: str, name: str, subjects: list[str], past: bool) -> tuple[list[str], list[str]]:
    word = _WORDS.get(name, name.split(".")[-1].replace("_", " "))
    said, absent = [], []
    starred = path.endswith("*")
    for row in rows:
        facts = [f for f in row.facts if f.field == path or (starred and f.field.startswith(path[:-1]))
                 or f.field == path.removesuffix(".subject")]  # fmt: skip
        if not facts:
            absent.append(
                f"No {word} is recorded for {{{row.main.id}.subject}}."
                if row.facts
                else f"No {word} is recorded for {literal(row.subject)}."
            )
            continue
        is_ = f"on {row.then} was" if row.past and facts else "was" if past else "is"
        subject = f"{{{facts[0].id}.subject}}"
        if starred:
            told = joined([f"{f.field.rpartition('.')[2].replace('_', ' ')} {{{f.id}}}" for f in facts])
            said.append(f"The {word} of {subject} {'were' if past else 'are'} {told}.")
        elif name == "at":
            verb = "run" if row.kind == "run" else "registered"
            said.append(f"{subject} was {verb} on {{{facts[0].id}:date}}.")
        elif name == "by":
            said.append(f"{subject} was registered by {{{facts[0].id}}}.")
        elif name == "size" and path == "size":
            said.append(f"The artifact of {subject} has {{{facts[0].id}}} bytes.")
        elif name in ("rows", "n", "size") and path == "rows":
            said.append(f"{subject} has {{{facts[0].id}}} rows.")
        else:
            several = word in _ONE_OF and len({f.value for f in facts}) > 1
            one = word if several else _ONE_OF.get(word, word)
            are = is_.replace("was", "were") if is_ != "is" else "are"
            told = (
                "{" + facts[0].id + "}"
                if len(facts) == 1
                else "{list(" + ",".join(f"{f.id}.value" for f in facts) + ")}"
            )
            said.append(f"The {one} of {subject} {are if several else is_} {told}.")
    if not rows:
        absent.append(f"No {word} is recorded for {literal(joined(subjects[:5]))}.")
    return said, absent


def _purpose(work: Work, kind: str, subjects: list[str], as_of: str | None) -> Asking:
    models = list(dict.fromkeys(s.split(":")[0] for s in subjects)) if kind in ("version", "model") else subjects
    if kind not in ("version", "model"):
        rows = yield from work.plan(kind, [where("subject", subjects, "in")], ["description"], as_of=as_of)
        return _values(rows.rows, "description", "description", subjects, bool(as_of))
    rows = yield from work.plan("model", [where("subject", models, "in")], _PURPOSE, as_of=as_of)
    said = []
    for row in rows.rows:
        for path, word in (("description", "description"), ("card.intended_use", "intended use")):
            fact = row.fact(path)
            if fact is not None:
                said.append(f"The {word} of {{{fact.id}.subject}} is {{{fact.id}}}.")
    return said, [] if said else [f"No intended use or description is recorded for {literal(joined(models))}."]


def _stages(work: Work, kind: str, subjects: list[str], as_of: str | None) -> Asking:
    rows = yield from work.plan("stage", [where("subject", subjects, "in")], as_of=as_of)
    said = [f"The stage of {{{r.main.id}.subject}}{f' on {r.then} was' if r.past else ' is'} {{{r.main.id}}}, since "
        f"{{{r.main.id}.since:date}}."
            for r in rows.rows]  # fmt: skip
    return said, [] if said else [f"No stage of {literal(joined(subjects[:5]))} is recorded then."]


def _regions(work: Work, subjects: list[str], as_of: str | None) -> Asking:
    rows = yield from work.plan("deployment", [where("subject", subjects, "in")], ["region"], as_of=as_of)
    said = [
        f"{{{r.main.id}}} runs at {{{r.main.id}.subject}} in the region {r.put('region')}."
        for r in rows.rows
        if r.fact("region")
    ]
    return said, [] if said else [f"No region is recorded for {literal(joined(subjects[:5]))}."]


def _aliases(work: Work, subjects: list[str], as_of: str | None) -> Asking:
    rows = yield from work.plan("alias", [where("subject", subjects, "in")], as_of=as_of)
    said = [telling.sentence(r) for r in rows.rows]
    return said, [] if said else [f"{literal(joined(subjects[:5]))} holds no alias."]
