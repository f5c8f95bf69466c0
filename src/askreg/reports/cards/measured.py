"""What a version was made from and how well it did: fields filled from the record."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from askreg.registry.canonical import canonical
from askreg.reports.cards import figures
from askreg.reports.cards.catalogue import SAFETY
from askreg.reports.cards.content import DatasetUse, Entry, Figure, Row, Statement
from askreg.reports.cards.entries import instant, table, tabled, value

if TYPE_CHECKING:
    from askreg.reports.cards.filling import Filling


# -- its data and its making


def _training_data(card: "Filling", field: str) -> Entry:
    uses = [use for use in card.data if set(use.roles) - {"evaluation"}]
    return tabled(field, figures.data_table(uses, card.record, card.ledger, kin=False))


def _evaluation_data(card: "Filling", field: str) -> Entry:
    return tabled(field, figures.data_table(_evaluated(card), card.record, card.ledger, kin=True))


def _external_data(card: "Filling", field: str) -> Entry:
    uses = [use for use in _evaluated(card) if card.record.kinship(use.subject) == "other"]
    return tabled(field, figures.data_table(uses, card.record, card.ledger, kin=True), reason=_no_origin(card))


def _external_party(card: "Filling", field: str) -> Entry:
    said: dict[str, Statement] = {}
    for evaluation in card.record.version.evaluations:
        if card.record.kinship(evaluation.dataset) == "other" and evaluation.by is not None:
            printed, facts = card.printed(evaluation.by)
            fact = card.fact(f"evaluated.{evaluation.dataset}", evaluation.by, event=evaluation.event)
            text = f"{printed}, on {evaluation.dataset}; evidence graded {evaluation.evidence}"
            said.setdefault(text, Statement(text=text, facts=(fact, *facts)))
    return value(field, list(said.values()), reason=_no_origin(card))


def _run(card: "Filling", field: str) -> Entry:
    run = card.record.run
    if run is None:
        return table(field, (), [])

    def row(name: str, value: object, part: str) -> Row:
        text = value if isinstance(value, str) else canonical(value)
        fact = card.ledger.add(subject=run.subject, field=part, value=text, event=run.event)
        return Row(cells=(name, text), facts=(fact,))

    rows = [row("Run", run.id, "run"), row("Started", instant(run.at), "at")]
    rows += [row("By", run.by, "by")] if run.by else []
    rows += [row("Repository" if name == "repo" else "Commit", value, name) for name, value in sorted(run.code.items())]
    rows += [row(f"Parameter {name}", value, f"param.{name}") for name, value in sorted(run.params.items())]
    return table(field, ("Part", "Value"), rows)


def _lineage(card: "Filling", field: str) -> Entry:
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
    return table(field, ("What", "Relation", "Of what"), rows)


# -- its results


def _results(card: "Filling", field: str) -> Entry:
    return _measured(card, field, lambda figure: figure.cohort == "all")


def _cohorts(card: "Filling", field: str) -> Entry:
    return _measured(card, field, lambda figure: figure.cohort != "all", cohort=True)


def _of_kin(kinship: str, *, cohort: bool) -> Callable[["Filling", str], Entry]:
    def fill(card: "Filling", field: str) -> Entry:
        wanted = _measured(card, field, lambda f: f.kinship == kinship and (f.cohort != "all") == cohort, cohort=cohort)
        return wanted.model_copy(update={"reason": _no_origin(card)}) if wanted.state == "missing" else wanted

    return fill


def _of_grade(grade: str, *, cohort: bool) -> Callable[["Filling", str], Entry]:
    def fill(card: "Filling", field: str) -> Entry:
        return _measured(card, field, lambda f: f.evidence == grade and (f.cohort != "all") == cohort, cohort=cohort)

    return fill


def _safety(card: "Filling", field: str) -> Entry:
    named = card.words(SAFETY)
    if named.state != "value":
        return Entry(field=field, state=named.state, reason=named.reason, facts=named.facts)
    wanted = {word for said in named.statements for word in said.text.replace(",", " ").split()}
    return _measured(card, field, lambda figure: figure.metric in wanted, cohort=True)


def _gaps(card: "Filling", field: str) -> Entry:
    rows = []
    for gap in card.record.version.gaps:
        fact = card.ledger.add(subject=gap.subject, field=f"gap.{gap.code}", value=gap.field or gap.needs)
        rows.append(Row(cells=(gap.needs, gap.why), facts=(fact,)))
    if not rows:
        fact = card.fact("version", card.subject, since=card.record.version.at, event=card.record.version.event)
        return value(field, [Statement(text="The registry's rules find nothing that it lacks.", facts=(fact,))])
    return table(field, ("What is needed", "Why"), rows)


def _measured(card: "Filling", field: str, wanted: Callable[[Figure], bool], *, cohort: bool = False) -> Entry:
    return tabled(field, figures.table(filter(wanted, card.figures), cohort=cohort))


def _evaluated(card: "Filling") -> Iterable[DatasetUse]:
    return [use for use in card.data if "evaluation" in use.roles]


def _no_origin(card: "Filling") -> str | None:
    """Return why figures that are on record cannot be told apart by where their data comes from."""
    if any(figure.kinship == "unknown" for figure in card.figures):
        return "the record does not tell whether the data of its figures has the origin of its training data"
    return None


FILLERS: dict[str, Callable[["Filling", str], Entry]] = {
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
}
