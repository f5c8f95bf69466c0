"""Commands that read the record. All of them can look back along both time axes and print JSON."""

from typing import Annotated

import typer

from askreg.cli import session
from askreg.cli.session import AsOf, Cursor, Json, KnownAt, Limit, Tags

Subject = Annotated[
    str,
    typer.Argument(
        metavar="SUBJECT",
        show_default=False,
        help="model, model:3, model@alias, dataset@version, site/environment, run:id, doc:path or a person.",
    ),
]
MaybeSubject = Annotated[
    str | None, typer.Argument(metavar="SUBJECT", show_default=False, help="Only what concerns this.")
]
Actor = Annotated[str | None, typer.Option("--actor", help="Only by this person.")]
Action = Annotated[str | None, typer.Option("--action", help="Only such events: version.deployed, approved …")]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only from then on.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Only before then.")]
Stage = Annotated[str | None, typer.Option("--stage", help="Only with a version in this stage.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (models, versions, show, compare, leaderboard, lineage, deployed, history, gaps):
        app.command()(command)


def models(
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="Words in the name or description.")] = None,
    task: Annotated[str | None, typer.Option("--task", help="Only of this task.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only of this owner.")] = None,
    stage: Stage = None,
    tag: Tags = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List models."""
    tags = session.pairs(tag, "--tag")
    with session.of(ctx).registry() as registry:
        page = registry.find_models(
            text=text, task=task, owner=owner, stage=stage, tags=tags,
            limit=limit, cursor=cursor, as_of=as_of, known_at=known_at,
        )  # fmt: skip
    session.put(page, as_json=as_json)


def versions(
    ctx: typer.Context,
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="Only of this model.")] = None,
    stage: Annotated[str | None, typer.Option("--stage", help="Only in this stage.")] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="CONDITION", help="Such as 'auroc>=0.8', on any data.")
    ] = None,
    framework: Annotated[str | None, typer.Option("--framework", help="Only of this framework.")] = None,
    tag: Tags = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List versions of one model, or of all."""
    tags = session.pairs(tag, "--tag")
    with session.of(ctx).registry() as registry:
        page = registry.find_versions(
            model=model, stage=stage, tags=tags, metric=metric, framework=framework,
            limit=limit, cursor=cursor, as_of=as_of, known_at=known_at,
        )  # fmt: skip
    session.put(page, as_json=as_json)


def show(
    ctx: typer.Context, subject: Subject, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """Show everything the record says about one thing."""
    with session.of(ctx).registry() as registry:
        shown = registry.show(subject, as_of=as_of, known_at=known_at)
    session.put(shown, as_json=as_json)


def compare(
    ctx: typer.Context,
    subjects: Annotated[list[str], typer.Argument(metavar="MODEL:V MODEL:V …", show_default=False, help="Versions.")],
    metric: Annotated[str | None, typer.Option("--metric", help="Only this metric.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Compare versions where they were measured alike."""
    with session.of(ctx).registry() as registry:
        comparison = registry.compare(subjects, metric=metric, as_of=as_of, known_at=known_at)
    session.put(comparison, as_json=as_json)


def leaderboard(
    ctx: typer.Context,
    metric: Annotated[str, typer.Argument(metavar="METRIC", show_default=False, help="Such as auroc.")],
    dataset: Annotated[str | None, typer.Option("--dataset", help="Only on this dataset version.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="Only on this split.")] = None,
    cohort: Annotated[str | None, typer.Option("--cohort", help="Only on this cohort.")] = None,
    task: Annotated[str | None, typer.Option("--task", help="Only models of this task.")] = None,
    limit: Limit = 50,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Rank versions by a metric. One table for each comparable setting."""
    with session.of(ctx).registry() as registry:
        board = registry.leaderboard(
            metric, dataset=dataset, split=split, cohort=cohort, task=task,
            limit=limit, as_of=as_of, known_at=known_at,
        )  # fmt: skip
    session.put(board, as_json=as_json)


def lineage(
    ctx: typer.Context,
    subject: Subject,
    direction: Annotated[
        str, typer.Option("--direction", help="up: what it came from; down: what came from it; both.")
    ] = "both",
    relation: Annotated[
        list[str] | None, typer.Option("--relation", help="Follow only such edges; repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many nodes.")] = 10_000,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show what a thing came from, and what came from it."""
    with session.of(ctx).registry() as registry:
        graph = registry.lineage(
            subject, direction=direction, relations=relation or None, limit=limit, as_of=as_of, known_at=known_at
        )
    session.put(graph, as_json=as_json)


def deployed(
    ctx: typer.Context,
    site: Annotated[str | None, typer.Option("--site", help="Only at this site.")] = None,
    environment: Annotated[str | None, typer.Option("--environment", help="Only in this environment.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Only of this model.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List what is live, or was."""
    with session.of(ctx).registry() as registry:
        live = registry.deployed(site=site, environment=environment, model=model, as_of=as_of, known_at=known_at)
    session.put(live, as_json=as_json)


def history(
    ctx: typer.Context,
    subject: MaybeSubject = None,
    actor: Actor = None,
    action: Action = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List what happened, newest first. Answers that were given are in 'audit log'."""
    with session.of(ctx).registry() as registry:
        page = registry.history(
            subject=subject, actor=actor, action=action, since=since, until=until,
            limit=limit, cursor=cursor, as_of=as_of, known_at=known_at,
        )  # fmt: skip
    session.put(page, as_json=as_json)


def gaps(
    ctx: typer.Context,
    subject: MaybeSubject = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List what the record lacks, and what went past the policy."""
    with session.of(ctx).registry() as registry:
        found = registry.gaps(subject=subject, as_of=as_of, known_at=known_at)
    session.put(found, as_json=as_json)
