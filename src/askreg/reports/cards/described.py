"""What a version is, its release, its signatures and its documents: fields filled from the record."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from askreg.registry.canonical import canonical
from askreg.reports.cards.catalogue import SAFETY, catalogue
from askreg.reports.cards.content import Entry, Row, Statement
from askreg.reports.cards.entries import day, instant, table, value

if TYPE_CHECKING:
    from askreg.reports.cards.filling import Filling


# -- what it is


def _name(card: "Filling", field: str) -> Entry:
    version = card.record.version
    fact = card.fact("version", card.subject, since=version.at, event=version.event)
    return value(field, [Statement(text=card.subject, facts=(fact,))])


def _developer(card: "Filling", field: str) -> Entry:
    view, version = card.record.model_fields.get("owner"), card.record.version
    said = []
    if view is not None:
        printed, facts = card.printed(str(view.value))
        owner = card.ledger.add(subject=version.model, field="owner", value=str(view.value), event=view.event)
        said.append(Statement(text=printed, facts=(owner, *facts)))
    if version.by is not None and (view is None or version.by != view.value):
        printed, facts = card.printed(version.by)
        said.append(Statement(text=f"registered by {printed}", facts=(card.own("registered by", version.by), *facts)))
    return value(field, said)


def _description(card: "Filling", field: str) -> Entry:
    said = []
    for fields, whose in ((card.record.fields, card.subject), (card.record.model_fields, card.record.model.name)):
        view = fields.get("description")
        if view is not None and str(view.value).strip():
            fact = card.ledger.add(subject=whose, field="description", value=str(view.value), event=view.event)
            said.append(Statement(text=str(view.value), facts=(fact,), origin="quote", by=view.by))
    return value(field, said)


def _keywords(card: "Filling", field: str) -> Entry:
    tags, facts = [], []
    for fields, whose in ((card.record.fields, card.subject), (card.record.model_fields, card.record.model.name)):
        for name, view in fields.items():
            if name.startswith("tag."):
                facts.append(card.ledger.add(subject=whose, field=name, value=str(view.value), event=view.event))
                tags.append(f"{name[4:]}: {view.value}")
    return value(field, [Statement(text="; ".join(tags), facts=tuple(facts))] if tags else [])


def _task(card: "Filling", field: str) -> Entry:
    view = card.record.model_fields.get("task")
    if view is None:
        return value(field, [])
    fact = card.ledger.add(subject=card.record.model.name, field="task", value=str(view.value), event=view.event)
    return value(field, [Statement(text=str(view.value), facts=(fact,))])


def _model_type(card: "Filling", field: str) -> Entry:
    framework = card.record.version.framework
    said = [Statement(text=framework, facts=(card.own("framework", framework),))] if framework else []
    return value(field, said)


def _base(card: "Filling", field: str) -> Entry:
    said = []
    for arrow in card.record.graph.edges:
        if arrow.relation == "derived_from" and arrow.source == card.subject:
            fact = card.fact("derived_from", arrow.target, event=arrow.event)
            said.append(Statement(text=arrow.target, facts=(fact,)))
    return value(field, said)


def _artifact(card: "Filling", field: str) -> Entry:
    artifact = card.record.version.artifact
    parts = {"Address": artifact.uri, "Digest": artifact.digest, "Size in bytes": artifact.size}
    names = {"Address": "artifact.uri", "Digest": "artifact.digest", "Size in bytes": "artifact.size"}
    rows = [
        Row(cells=(name, str(value)), facts=(card.own(names[name], value),))
        for name, value in parts.items()
        if value is not None
    ]
    return table(field, ("Part", "Value"), rows)


def _signature(card: "Filling", field: str) -> Entry:
    signature = card.record.version.signature
    rows = []
    for side in ("inputs", "outputs") if isinstance(signature, dict) else ():
        for name, kind in _flat(signature.get(side)):
            fact = card.own(f"signature.{side}.{name}" if name else f"signature.{side}", kind)
            rows.append(Row(cells=(side[:-1], name, kind), facts=(fact,)))
    return table(field, ("Side", "Name", "Type"), rows)


def _change_control(card: "Filling", field: str) -> Entry:
    held = card.record.version.change_control
    if held is None:
        return value(field, [])
    fact = card.own("change_control", held)
    return value(field, [Statement(text=f"{held} the predetermined change control plan", facts=(fact,))])


# -- its release


def _stage(card: "Filling", field: str) -> Entry:
    now = card.record.version.stages[-1]
    fact = card.fact("stage", now.stage, since=now.since, event=now.event)
    return value(field, [Statement(text=f"{now.stage} since {day(now.since)}", facts=(fact,))])


def _release_date(card: "Filling", field: str) -> Entry:
    version = card.record.version
    registered = card.fact("version", card.subject, since=version.at, event=version.event)
    said = [Statement(text=f"registered on {day(version.at)}", facts=(registered,))]
    first = next((stage for stage in version.stages if stage.stage == "production"), None)
    if first is not None:
        fact = card.fact("stage", "production", since=first.since, until=first.until, event=first.event)
        said.append(Statement(text=f"entered production on {day(first.since)}", facts=(fact,)))
    return value(field, said)


def _deployments(card: "Filling", field: str) -> Entry:
    rows = []
    for live in card.record.version.deployments:
        fact = card.ledger.add(
            subject=f"{live.site}/{live.environment}",
            field="deployed",
            value=live.subject,
            since=live.since,
            until=live.until,
            event=live.event,
        )
        until = "live" if live.until is None else day(live.until)
        rows.append(
            Row(
                cells=(live.site, live.environment, live.region or "not recorded", day(live.since), until),
                facts=(fact,),
            )
        )
    return table(field, ("Site", "Environment", "Region", "Since", "Until"), rows)


def _approvals(card: "Filling", field: str) -> Entry:
    rows = []
    for approval in card.record.version.approvals:
        shared = {"since": approval.at, "until": approval.lapsed, "event": approval.event}
        facts = [card.fact(f"approval.{name}", getattr(approval, name), **shared) for name in ("by", "decision")]
        facts += [card.fact("approval.comment", approval.comment, **shared)] if approval.comment else []
        standing = "stands" if approval.lapsed is None else f"lapsed on {day(approval.lapsed)}"
        cells = (
            approval.printed_name,
            approval.meaning,
            approval.decision,
            instant(approval.at),
            standing + (", as a manifest tells" if approval.imported else ""),
            approval.comment or "",
        )
        rows.append(Row(cells=cells, facts=tuple(facts)))
    return table(field, ("Signer", "Meaning", "Decision", "Signed", "Standing", "Comment"), rows)


def _documents(card: "Filling", field: str) -> Entry:
    rows, withheld = [], False
    for document in card.record.documents:
        fields = card.record.described(document.subject, "document")
        if "removed" in fields:
            continue
        if document.sensitivity == "phi":
            withheld = True
            continue
        facts = [card.ledger.add(subject=document.subject, field="path", value=document.path, event=document.event)]
        facts += [
            card.ledger.add(
                subject=document.subject, field=name, value=str(fields[name].value), event=fields[name].event
            )
            for name in ("title", "sensitivity", "digest")
            if name in fields
        ]
        about = ", ".join(document.about)
        cells = (document.title or "", document.path, about, document.sensitivity or "", document.digest or "")
        rows.append(Row(cells=cells, facts=tuple(facts)))
    found = table(field, ("Title", "Path", "About", "Sensitivity", "Digest"), rows)
    if not withheld:
        return found
    fact = card.own("version", card.subject)
    note = Statement(text="A document about it that identifies patients is not named on a card.", facts=(fact,))
    return Entry(field=field, state="value", statements=(note,), table=found.table)


def _other(card: "Filling", field: str) -> Entry:
    known, rows = {each.id for each in catalogue()}, []
    for fields, whose in ((card.record.fields, card.subject), (card.record.model_fields, card.record.model.name)):
        for name, view in fields.items():
            if name.startswith("card.") and name[5:] not in known | {SAFETY}:
                text = view.value if isinstance(view.value, str) else canonical(view.value)
                fact = card.ledger.add(subject=whose, field=name, value=text, event=view.event)
                rows.append(Row(cells=(name[5:], text), facts=(fact,)))
    return table(field, ("Field", "Value"), rows)


def _flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Return the named parts of a signature's side, whatever its shape."""
    if isinstance(value, dict) and value:
        return [pair for name, inner in value.items() for pair in _flat(inner, f"{prefix}.{name}" if prefix else name)]
    if isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        return [
            (str(item["name"]), canonical({k: v for k, v in item.items() if k != "name"}))
            if set(item) != {"name", "type"}
            else (str(item["name"]), str(item["type"]))
            for item in value
        ]
    if value in (None, {}, []):
        return []
    return [(prefix, value if isinstance(value, str) else canonical(value))]


FILLERS: dict[str, Callable[["Filling", str], Entry]] = {
    "name": _name,
    "developer": _developer,
    "description": _description,
    "keywords": _keywords,
    "task": _task,
    "model_type": _model_type,
    "base": _base,
    "artifact": _artifact,
    "signature": _signature,
    "change_control": _change_control,
    "stage": _stage,
    "release_date": _release_date,
    "deployments": _deployments,
    "approvals": _approvals,
    "documents": _documents,
    "other": _other,
}
