"""Results for people: one function for each kind."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from askreg.cli import figures
from askreg.cli.tables import ending, facts, figure, heading, inline, interval, line, rows, span, when
from askreg.registry import answers, results


def result(found: Any) -> None:
    """Print a result."""
    SHOWN[type(found)](found)


def _models(page: results.ModelPage) -> None:
    rows(
        "model|task|owner|#versions|aliases|in production|tags",
        ((m.name, m.task, m.owner, m.versions, _aliases(m.aliases), m.production, m.tags) for m in page.models),
    )
    ending(page, "model")


def _recorded(at: str, by: str | None, event: int) -> str:
    return " ".join(filter(None, [when(at), by and f"by {by}", f"(event {event})"]))


def _aliases(aliases: Mapping[str, int]) -> str:
    return ", ".join(f"{name} → {version}" for name, version in aliases.items())


def _version_rows(versions: Iterable[results.VersionSummary]) -> None:
    rows(
        "version|stage|aliases|registered|by|framework|tags",
        ((v.subject, v.stage, v.aliases, when(v.at), v.by, v.framework, v.tags) for v in versions),
    )


def _versions(page: results.VersionPage) -> None:
    _version_rows(page.versions)
    ending(page, "version")


def _model(m: results.ModelDetail) -> None:
    line(m.name, style="bold")
    facts(
        {
            "task": m.task,
            "owner": m.owner,
            "description": m.description,
            "tags": m.tags,
            "aliases": _aliases(m.aliases),
            "in production": m.production,
            "documents": m.documents,
            "registered": _recorded(m.at, m.by, m.event),
        }
    )
    _card(m.card)
    _version_rows(m.version_list)


def _version(v: results.VersionDetail) -> None:
    line(f"{v.subject}  {v.stage}", style="bold")
    facts(
        {
            "description": v.description,
            "aliases": v.aliases,
            "framework": v.framework,
            "artifact": v.artifact.uri,
            "digest": v.artifact.digest,
            "size": None if v.artifact.size is None else f"{v.artifact.size} bytes",
            "run": v.run,
            "base": v.base,
            "change control": v.change_control,
            "tags": v.tags,
            "documents": v.documents,
            "registered": _recorded(v.at, v.by, v.event),
        }
    )
    _card(v.card)
    rows(
        "metric|#value|ci|#n|dataset|split|cohort|evidence|#event",
        (
            (m.metric, figure(m.value, m.unit), interval(m.ci), m.n, e.dataset, e.split, e.cohort, e.evidence, e.event)
            for e in v.evaluations
            for m in e.metrics
        ),
        title="Evaluations",
    )
    rows(
        "decision|meaning|signed by|at|comment|standing|#event",
        ((a.decision, a.meaning, a.printed_name, when(a.at), a.comment, _standing(a), a.event) for a in v.approvals),
        title="Signatures",
    )
    rows(
        "stage|held|by|reason|#event",
        ((s.stage, span(s.since, s.until), s.by, _reason(s), s.event) for s in v.stages),
        title="Stages",
    )
    _deployment_rows(v.deployments, title="Deployments")
    rows(
        "alias|held|by|#event",
        ((a.alias, span(a.since, a.until), a.by, a.event) for a in v.alias_history),
        title="Aliases",
    )
    _gap_rows(v.gaps, title="Gaps")


def _standing(approval: results.ApprovalView) -> str:
    notes = [f"lapsed {when(approval.lapsed)}" if approval.lapsed else "stands"]
    return ", ".join([*notes, "imported"] if approval.imported else notes)


def _reason(stage: results.StageView) -> str | None:
    return "; ".join(filter(None, [stage.reason, "imported" if stage.imported else None]))


def _card(card: Mapping[str, Any]) -> None:
    if card:
        heading("Card")
        facts(
            {name.replace("_", " "): value if isinstance(value, str) else inline(value) for name, value in card.items()}
        )


def _deployment_rows(deployments: Iterable[results.DeploymentView], *, title: str | None = None) -> int:
    return rows(
        "version|where|region|live|by|#event",
        (
            (d.subject, f"{d.site}/{d.environment}", d.region, span(d.since, d.until), d.by, d.event)
            for d in deployments
        ),
        title=title,
    )


def _gap_rows(gaps: Iterable[results.Gap], *, title: str | None = None) -> int:
    return rows(
        "subject|gap|field|needs|why", ((g.subject, g.code, g.field, g.needs, g.why) for g in gaps), title=title
    )


def _deployments(live: results.Deployments) -> None:
    count = _deployment_rows(live.deployments)
    line(
        f"{count} live as of {when(live.as_of)}" if count else f"nothing was live as of {when(live.as_of)}", style="dim"
    )


def _environment(place: results.EnvironmentView) -> None:
    line(place.subject, style="bold")
    _deployment_rows(place.deployments)


def _dataset(data: results.DatasetView) -> None:
    line(data.name, style="bold")
    facts({"description": data.description, "registered": _recorded(data.at, None, data.event)})
    rows(
        "version|#rows|sensitivity|derived from|at|digest",
        ((v.subject, v.rows, v.sensitivity, v.derived_from, when(v.at), v.digest) for v in data.versions),
    )


def _dataset_version(data: results.DatasetVersionView) -> None:
    line(data.subject, style="bold")
    facts(
        {
            "rows": data.rows,
            "sensitivity": data.sensitivity,
            "source": data.source,
            "digest": data.digest,
            "derived from": data.derived_from,
            "registered": _recorded(data.at, data.by, data.event),
        }
    )


def _run(run: results.RunView) -> None:
    line(run.subject, style="bold")
    facts(
        {
            "inputs": [f"{given.dataset} ({given.role})" for given in run.inputs],
            "made": run.versions,
            "code": run.code,
            "parameters": run.params,
            "at": _recorded(run.at, run.by, run.event),
        }
    )


def _person(person: results.PersonView) -> None:
    line(person.name, style="bold")
    facts(
        {
            "display": person.display,
            "kind": person.kind,
            "roles": person.roles,
            "registered": _recorded(person.at, None, person.event),
        }
    )


def _document(document: results.DocumentView) -> None:
    line(document.subject, style="bold")
    facts(
        {
            "title": document.title,
            "about": document.about,
            "sensitivity": document.sensitivity,
            "digest": document.digest,
            "size": None if document.size is None else f"{document.size} bytes",
            "registered": _recorded(document.at, document.by, document.event),
        }
    )


def _history(page: results.History) -> None:
    rows(
        "#event|happened|recorded|by|what|subject|detail",
        ((e.seq, when(e.occurred_at), _later(e), e.actor, e.action, e.subject, e.detail) for e in page.events),
    )
    ending(page, "event")


def _answers(page: answers.AnswerPage) -> None:
    rows(
        "answer|at|asked by|question|status|brain|#event",
        ((a.id, when(a.at), a.by, a.question, a.status, a.backend, a.event) for a in page.answers),
    )
    ending(page, "answer")


def _later(event: results.EventView) -> str | None:
    same = event.recorded_at[:19] == event.occurred_at[:19]
    return "at once" if same else when(event.recorded_at)


def _gaps(gaps: list[results.Gap]) -> None:
    count = _gap_rows(gaps)
    line(
        f"{count} gap{'' if count == 1 else 's'}" if count else "no gaps: nothing that the policy asks for is missing",
        style="dim",
    )


def _verification(outcome: results.Verification) -> None:
    rows("where|what is wrong", ((p.where, p.what) for p in outcome.problems))
    rows(
        "#checkpoint|hash|outcome",
        ((c.seq, c.hash, "holds" if c.ok else "does not hold") for c in outcome.checkpoints),
    )
    head = f"{outcome.events} events, the last {outcome.head.seq} with hash {outcome.head.hash}"
    if outcome.ok:
        told = f"; its own {outcome.recorded} checkpoint{'s hold' if outcome.recorded > 1 else ' holds'}"
        own = told if outcome.recorded else ""
        line(f"verified: the log is whole and the tables say what it says; {head}{own}", style="green")
    else:
        line(f"NOT verified: the record was altered in the places above; {head}", style="red")


SHOWN: dict[type, Callable[[Any], None]] = {
    results.ModelPage: _models,
    results.VersionPage: _versions,
    results.ModelDetail: _model,
    results.VersionDetail: _version,
    results.Deployments: _deployments,
    results.EnvironmentView: _environment,
    results.DatasetView: _dataset,
    results.DatasetVersionView: _dataset_version,
    results.RunView: _run,
    results.PersonView: _person,
    results.DocumentView: _document,
    results.History: _history,
    answers.AnswerPage: _answers,
    list: _gaps,
    results.Verification: _verification,
    results.Comparison: figures.comparison,
    results.Leaderboard: figures.leaderboard,
    results.Lineage: figures.lineage,
}
"""How each kind of result is shown."""
