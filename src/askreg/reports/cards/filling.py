"""Fills the fields of the store from the record; nothing is written that no fact bears out."""

from collections.abc import Callable, Iterable
from typing import Any

from askreg.registry.canonical import canonical
from askreg.reports.cards import figures, texts
from askreg.reports.cards.catalogue import catalogue
from askreg.reports.cards.content import DatasetUse, Entry, Figure, Row, Statement, Table
from askreg.reports.cards.facts import Ledger
from askreg.reports.cards.record import Record

SAFETY = "safety_metrics"
"""The card field that names the metrics which are about safety: nothing else on record tells."""


class Filling:
    """One card being filled: the record, the facts numbered so far, and the figures."""

    def __init__(self, record: Record) -> None:
        """Take in the figures and the data first, so that they have the first numbers."""
        self.record, self.ledger = record, Ledger()
        self.subject = record.version.subject
        self.figures = figures.measured(record, self.ledger)
        self.data = figures.used(record, self.ledger)

    def entries(self) -> dict[str, Entry]:
        """Return every field of the store."""
        return {field.id: self._entry(field.id, field.kind) for field in catalogue()}

    def _entry(self, field: str, kind: str) -> Entry:
        if kind == "record":
            return _FILLERS[field](self, field)
        words = self.words(field)
        if kind == "told" and words.state == "missing" and words.reason is None:
            return _told(field, _TEMPLATES[field](self))
        return words

    def words(self, field: str) -> Entry:
        """Return what the card of the version, or of its model, says in a field."""
        return texts.entry(
            field,
            held=self.record.fields,
            of_model=self.record.model_fields,
            subject=self.subject,
            model=self.record.model.name,
            ledger=self.ledger,
        )

    # -- facts

    def fact(self, field: str, value: object, **more: Any) -> str:
        """Return the number of a fact about the version."""
        return self.ledger.add(**{"subject": self.subject, "field": field, "value": str(value), **more})

    def own(self, field: str, value: object) -> str:
        """Return the number of a fact that the version was registered with."""
        return self.fact(field, value, event=self.record.version.event)

    def printed(self, person: str) -> tuple[str, tuple[str, ...]]:
        """Return a person's printed name with the name on record, and the fact it rests on."""
        known = self.record.person(person)
        if known is None or not known.display or known.display == person:
            return person, ()
        fact = self.ledger.add(subject=f"person:{person}", field="display", value=known.display, event=known.event)
        return f"{known.display} ({person})", (fact,)


# -- what it is


def _name(card: Filling, field: str) -> Entry:
    version = card.record.version
    fact = card.fact("version", card.subject, since=version.at, event=version.event)
    return _value(field, [Statement(text=card.subject, facts=(fact,))])


def _developer(card: Filling, field: str) -> Entry:
    view, version = card.record.model_fields.get("owner"), card.record.version
    said = []
    if view is not None:
        printed, facts = card.printed(str(view.value))
        owner = card.ledger.add(subject=version.model, field="owner", value=str(view.value), event=view.event)
        said.append(Statement(text=printed, facts=(owner, *facts)))
    if version.by is not None and (view is None or version.by != view.value):
        printed, facts = card.printed(version.by)
        said.append(Statement(text=f"registered by {printed}", facts=(card.own("registered by", version.by), *facts)))
    return _value(field, said)


def _description(card: Filling, field: str) -> Entry:
    said = []
    for fields, whose in ((card.record.fields, card.subject), (card.record.model_fields, card.record.model.name)):
        view = fields.get("description")
        if view is not None and str(view.value).strip():
            fact = card.ledger.add(subject=whose, field="description", value=str(view.value), event=view.event)
            said.append(Statement(text=str(view.value), facts=(fact,), origin="quote", by=view.by))
    return _value(field, said)


def _keywords(card: Filling, field: str) -> Entry:
    tags, facts = [], []
    for fields, whose in ((card.record.fields, card.subject), (card.record.model_fields, card.record.model.name)):
        for name, view in fields.items():
            if name.startswith("tag."):
                facts.append(card.ledger.add(subject=whose, field=name, value=str(view.value), event=view.event))
                tags.append(f"{name[4:]}: {view.value}")
    return _value(field, [Statement(text="; ".join(tags), facts=tuple(facts))] if tags else [])


def _task(card: Filling, field: str) -> Entry:
    view = card.record.model_fields.get("task")
    if view is None:
        return _value(field, [])
    fact = card.ledger.add(subject=card.record.model.name, field="task", value=str(view.value), event=view.event)
    return _value(field, [Statement(text=str(view.value), facts=(fact,))])


def _model_type(card: Filling, field: str) -> Entry:
    framework = card.record.version.framework
    said = [Statement(text=framework, facts=(card.own("framework", framework),))] if framework else []
    return _value(field, said)


def _base(card: Filling, field: str) -> Entry:
    said = []
    for arrow in card.record.graph.edges:
        if arrow.relation == "derived_from" and arrow.source == card.subject:
            fact = card.fact("derived_from", arrow.target, event=arrow.event)
            said.append(Statement(text=arrow.target, facts=(fact,)))
    return _value(field, said)


def _artifact(card: Filling, field: str) -> Entry:
    artifact = card.record.version.artifact
    parts = {"Address": artifact.uri, "Digest": artifact.digest, "Size in bytes": artifact.size}
    names = {"Address": "artifact.uri", "Digest": "artifact.digest", "Size in bytes": "artifact.size"}
    rows = [
        Row(cells=(name, str(value)), facts=(card.own(names[name], value),))
        for name, value in parts.items()
        if value is not None
    ]
    return _table(field, ("Part", "Value"), rows)


def _signature(card: Filling, field: str) -> Entry:
    signature = card.record.version.signature
    rows = []
    for side in ("inputs", "outputs") if isinstance(signature, dict) else ():
        for name, kind in _flat(signature.get(side)):
            fact = card.own(f"signature.{side}.{name}" if name else f"signature.{side}", kind)
            rows.append(Row(cells=(side[:-1], name, kind), facts=(fact,)))
    return _table(field, ("Side", "Name", "Type"), rows)


def _change_control(card: Filling, field: str) -> Entry:
    held = card.record.version.change_control
    if held is None:
        return _value(field, [])
    fact = card.own("change_control", held)
    return _value(field, [Statement(text=f"{held} the predetermined change control plan", facts=(fact,))])


# -- its release


def _stage(card: Filling, field: str) -> Entry:
    now = card.record.version.stages[-1]
    fact = card.fact("stage", now.stage, since=now.since, event=now.event)
    return _value(field, [Statement(text=f"{now.stage} since {_day(now.since)}", facts=(fact,))])


def _release_date(card: Filling, field: str) -> Entry:
    version = card.record.version
    registered = card.fact("version", card.subject, since=version.at, event=version.event)
    said = [Statement(text=f"registered on {_day(version.at)}", facts=(registered,))]
    first = next((stage for stage in version.stages if stage.stage == "production"), None)
    if first is not None:
        fact = card.fact("stage", "production", since=first.since, until=first.until, event=first.event)
        said.append(Statement(text=f"entered production on {_day(first.since)}", facts=(fact,)))
    return _value(field, said)


def _deployments(card: Filling, field: str) -> Entry:
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
        until = "live" if live.until is None else _day(live.until)
        rows.append(
            Row(
                cells=(live.site, live.environment, live.region or "not recorded", _day(live.since), until),
                facts=(fact,),
            )
        )
    return _table(field, ("Site", "Environment", "Region", "Since", "Until"), rows)


def _approvals(card: Filling, field: str) -> Entry:
    rows = []
    for approval in card.record.version.approvals:
        shared = {"since": approval.at, "until": approval.lapsed, "event": approval.event}
        facts = [card.fact(f"approval.{name}", getattr(approval, name), **shared) for name in ("by", "decision")]
        facts += [card.fact("approval.comment", approval.comment, **shared)] if approval.comment else []
        standing = "stands" if approval.lapsed is None else f"lapsed on {_day(approval.lapsed)}"
        cells = (
            approval.printed_name,
            approval.meaning,
            approval.decision,
            _instant(approval.at),
            standing + (", as a manifest tells" if approval.imported else ""),
            approval.comment or "",
        )
        rows.append(Row(cells=cells, facts=tuple(facts)))
    return _table(field, ("Signer", "Meaning", "Decision", "Signed", "Standing", "Comment"), rows)


# -- its data and its making


def _training_data(card: Filling, field: str) -> Entry:
    uses = [use for use in card.data if set(use.roles) - {"evaluation"}]
    return _tabled(field, figures.data_table(uses, card.record, card.ledger, kin=False))


def _evaluation_data(card: Filling, field: str) -> Entry:
    return _tabled(field, figures.data_table(_evaluated(card), card.record, card.ledger, kin=True))


def _external_data(card: Filling, field: str) -> Entry:
    uses = [use for use in _evaluated(card) if card.record.kinship(use.subject) == "other"]
    return _tabled(field, figures.data_table(uses, card.record, card.ledger, kin=True), reason=_no_origin(card))


def _external_party(card: Filling, field: str) -> Entry:
    said: dict[str, Statement] = {}
    for evaluation in card.record.version.evaluations:
        if card.record.kinship(evaluation.dataset) == "other" and evaluation.by is not None:
            printed, facts = card.printed(evaluation.by)
            fact = card.fact(f"evaluated.{evaluation.dataset}", evaluation.by, event=evaluation.event)
            text = f"{printed}, on {evaluation.dataset}; evidence graded {evaluation.evidence}"
            said.setdefault(text, Statement(text=text, facts=(fact, *facts)))
    return _value(field, list(said.values()), reason=_no_origin(card))


def _run(card: Filling, field: str) -> Entry:
    run = card.record.run
    if run is None:
        return _table(field, (), [])

    def row(name: str, value: object, part: str) -> Row:
        text = value if isinstance(value, str) else canonical(value)
        fact = card.ledger.add(subject=run.subject, field=part, value=text, event=run.event)
        return Row(cells=(name, text), facts=(fact,))

    rows = [row("Run", run.id, "run"), row("Started", _instant(run.at), "at")]
    rows += [row("By", run.by, "by")] if run.by else []
    rows += [row("Repository" if name == "repo" else "Commit", value, name) for name, value in sorted(run.code.items())]
    rows += [row(f"Parameter {name}", value, f"param.{name}") for name, value in sorted(run.params.items())]
    return _table(field, ("Part", "Value"), rows)


def _lineage(card: Filling, field: str) -> Entry:
    words = {"generated_by": "was made by", "derived_from": "was derived from", "used": "used"}
    rows = []
    for arrow in card.record.graph.edges:
        if arrow.relation in words:
            role = f" for {arrow.role}" if arrow.role else ""
            name = f"{arrow.relation}.{arrow.role}" if arrow.role else arrow.relation
            fact = card.ledger.add(subject=arrow.source, field=name, value=arrow.target, event=arrow.event)
            rows.append(Row(cells=(arrow.source, words[arrow.relation], arrow.target + role), facts=(fact,)))
    if card.record.graph.truncated:
        return Entry(field=field, state="missing", reason="the lineage is too large to be shown whole")
    return _table(field, ("What", "Relation", "Of what"), rows)


def _documents(card: Filling, field: str) -> Entry:
    rows = []
    for document in card.record.documents:
        fact = card.ledger.add(
            subject=document.subject, field="title", value=document.title or document.path, event=document.event
        )
        about = ", ".join(document.about)
        cells = (document.title or "", document.path, about, document.sensitivity or "", document.digest or "")
        rows.append(Row(cells=cells, facts=(fact,)))
    return _table(field, ("Title", "Path", "About", "Sensitivity", "Digest"), rows)


# -- its results


def _results(card: Filling, field: str) -> Entry:
    return _measured(card, field, lambda figure: figure.cohort == "all")


def _cohorts(card: Filling, field: str) -> Entry:
    return _measured(card, field, lambda figure: figure.cohort != "all", cohort=True)


def _of_kin(kinship: str, *, cohort: bool) -> Callable[[Filling, str], Entry]:
    def fill(card: Filling, field: str) -> Entry:
        wanted = _measured(card, field, lambda f: f.kinship == kinship and (f.cohort != "all") == cohort, cohort=cohort)
        return wanted.model_copy(update={"reason": _no_origin(card)}) if wanted.state == "missing" else wanted

    return fill


def _of_grade(grade: str, *, cohort: bool) -> Callable[[Filling, str], Entry]:
    def fill(card: Filling, field: str) -> Entry:
        return _measured(card, field, lambda f: f.evidence == grade and (f.cohort != "all") == cohort, cohort=cohort)

    return fill


def _safety(card: Filling, field: str) -> Entry:
    named = card.words(SAFETY)
    if named.state != "value":
        return Entry(field=field, state=named.state, reason=named.reason, facts=named.facts)
    wanted = {word for said in named.statements for word in said.text.replace(",", " ").split()}
    return _measured(card, field, lambda figure: figure.metric in wanted, cohort=True)


def _gaps(card: Filling, field: str) -> Entry:
    rows = []
    for gap in card.record.version.gaps:
        fact = card.ledger.add(subject=gap.subject, field=f"gap.{gap.code}", value=gap.field or gap.needs)
        rows.append(Row(cells=(gap.needs, gap.why), facts=(fact,)))
    if not rows:
        fact = card.fact("version", card.subject, since=card.record.version.at, event=card.record.version.event)
        return _value(field, [Statement(text="The registry's rules find nothing that it lacks.", facts=(fact,))])
    return _table(field, ("What is needed", "Why"), rows)


def _other(card: Filling, field: str) -> Entry:
    known, rows = {each.id for each in catalogue()}, []
    for fields, whose in ((card.record.fields, card.subject), (card.record.model_fields, card.record.model.name)):
        for name, view in fields.items():
            if name.startswith("card.") and name[5:] not in known | {SAFETY}:
                text = view.value if isinstance(view.value, str) else canonical(view.value)
                fact = card.ledger.add(subject=whose, field=name, value=text, event=view.event)
                rows.append(Row(cells=(name[5:], text), facts=(fact,)))
    return _table(field, ("Field", "Value"), rows)


# -- in words, from the record alone


def _summary(card: Filling) -> list[Statement]:
    version, model = card.record.version, card.record.model.name
    named = card.fact("version", card.subject, since=version.at, event=version.event)
    task = card.record.model_fields.get("task")
    about = [named]
    text = f"{card.subject} is a version of {model}"
    if task is not None:
        text += f", whose task is {task.value}"
        about.append(card.ledger.add(subject=model, field="task", value=str(task.value), event=task.event))
    if version.framework:
        text += f"; it was made with {version.framework}"
        about.append(card.own("framework", version.framework))
    said = [Statement(text=f"{text}.", facts=tuple(about))]
    now = version.stages[-1]
    stage = card.fact("stage", now.stage, since=now.since, event=now.event)
    said.append(Statement(text=f"Its stage has been {now.stage} since {_day(now.since)}.", facts=(stage,)))
    for live in version.deployments:
        if live.until is None:
            place = f"{live.site}/{live.environment}"
            fact = card.ledger.add(
                subject=place, field="deployed", value=live.subject, since=live.since, until=None, event=live.event
            )
            said.append(Statement(text=f"It has been live in {place} since {_day(live.since)}.", facts=(fact,)))
    return said


def _data_summary(card: Filling) -> list[Statement]:
    said = []
    for use in card.data:
        roles = [role for role in use.roles if role != "evaluation"]
        if not roles:
            continue
        whose = card.subject if use.through is None else f"{use.through}, from which it was derived,"
        text = f"{whose} used {use.subject} for {' and '.join(roles)}"
        text += f"; it has {use.rows} rows" if use.rows is not None else "; how many rows it has is not recorded"
        text += f" and its sensitivity is {use.sensitivity}." if use.sensitivity else "."
        fact = card.ledger.add(subject=use.subject, field="dataset", value=use.subject, n=use.rows, event=use.event)
        said.append(Statement(text=text, facts=(use.fact, fact)))
    return said


def _results_summary(card: Filling) -> list[Statement]:
    said = []
    for low, high in figures.extremes(card.figures):
        text = (
            f"Of the cohorts on record for {low.metric} on {low.setting}, it was lowest for {low.cohort}, with "
            f"{figures.said(low)}, and highest for {high.cohort}, with {figures.said(high)}."
        )
        said.append(Statement(text=text, facts=(low.fact, high.fact)))
    return said


# -- shapes


def _value(field: str, said: list[Statement], *, reason: str | None = None) -> Entry:
    if not said:
        return Entry(field=field, state="missing", reason=reason)
    return Entry(field=field, state="value", statements=tuple(said))


def _told(field: str, said: list[Statement]) -> Entry:
    return _value(field, said)


def _table(field: str, columns: tuple[str, ...], rows: list[Row]) -> Entry:
    return _tabled(field, Table(columns=columns, rows=tuple(rows)) if rows else None)


def _tabled(field: str, table: Table | None, *, reason: str | None = None) -> Entry:
    if table is None:
        return Entry(field=field, state="missing", reason=reason)
    return Entry(field=field, state="value", table=table)


def _measured(card: Filling, field: str, wanted: Callable[[Figure], bool], *, cohort: bool = False) -> Entry:
    return _tabled(field, figures.table(filter(wanted, card.figures), cohort=cohort))


def _evaluated(card: Filling) -> Iterable[DatasetUse]:
    return [use for use in card.data if "evaluation" in use.roles]


def _no_origin(card: Filling) -> str | None:
    """Return why figures that are on record cannot be told apart by where their data comes from."""
    if any(figure.kinship == "unknown" for figure in card.figures):
        return "the record does not tell whether the data of its figures has the origin of its training data"
    return None


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


def _day(instant: str) -> str:
    return instant[:10]


def _instant(instant: str) -> str:
    return instant[:19].replace("T", " ") + " UTC"


_FILLERS: dict[str, Callable[[Filling, str], Entry]] = {
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
    "record_gaps": _gaps,
    "training_data": _training_data,
    "run": _run,
    "lineage": _lineage,
    "results": _results,
    "cohorts": _cohorts,
    "internal_results": _of_kin("same", cohort=False),
    "internal_cohorts": _of_kin("same", cohort=True),
    "external_results": _of_kin("other", cohort=False),
    "external_cohorts": _of_kin("other", cohort=True),
    "local_results": _of_grade("local", cohort=False),
    "local_cohorts": _of_grade("local", cohort=True),
    "safety_results": _safety,
    "evaluation_data": _evaluation_data,
    "external_data": _external_data,
    "external_party": _external_party,
    "approvals": _approvals,
    "documents": _documents,
    "other": _other,
}
_TEMPLATES: dict[str, Callable[[Filling], list[Statement]]] = {
    "summary": _summary,
    "data_summary": _data_summary,
    "results_summary": _results_summary,
}
