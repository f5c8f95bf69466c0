"""Fields in words, from the record alone: sentences that code puts together, each on its facts."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from askreg.reports.cards import figures
from askreg.reports.cards.content import Statement
from askreg.reports.cards.entries import day

if TYPE_CHECKING:
    from askreg.reports.cards.filling import Filling


def _summary(card: "Filling") -> list[Statement]:
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
    said.append(Statement(text=f"Its stage has been {now.stage} since {day(now.since)}.", facts=(stage,)))
    for live in version.deployments:
        if live.until is None:
            place = f"{live.site}/{live.environment}"
            fact = card.ledger.add(
                subject=place, field="deployed", value=live.subject, since=live.since, until=None, event=live.event
            )
            said.append(Statement(text=f"It has been live in {place} since {day(live.since)}.", facts=(fact,)))
    return said


def _data_summary(card: "Filling") -> list[Statement]:
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


def _results_summary(card: "Filling") -> list[Statement]:
    said = []
    for low, high in figures.extremes(card.figures):
        text = (
            f"Of the cohorts on record for {low.metric} on {low.setting}, it was lowest for {low.cohort}, with "
            f"{figures.said(low)}, and highest for {high.cohort}, with {figures.said(high)}."
        )
        said.append(Statement(text=text, facts=(low.fact, high.fact)))
    return said


TEMPLATES: dict[str, Callable[["Filling"], list[Statement]]] = {
    "summary": _summary,
    "data_summary": _data_summary,
    "results_summary": _results_summary,
}
