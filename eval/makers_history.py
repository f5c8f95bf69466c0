"""More makers of questions: where things come from, who signed what, lists, counts and false premises."""

from __future__ import annotations

from collections.abc import Iterator

from eval.case import NOW
from eval.makers import Candidate, live, maker, place, sole
from eval.oracle import Oracle
from eval.truth.record import Record


@maker
def trained_on(record: Record) -> Iterator[Candidate]:
    for version, row in record.versions.items():
        if row.get("run"):
            yield "lineage-up", "set", f"What was {version} trained on?", f"trained_on({version!r})"


@maker
def all_sources(record: Record) -> Iterator[Candidate]:
    for version, row in record.versions.items():
        if row.get("run"):
            question = f"List every dataset version upstream of {version}"
            yield "lineage-up", "set", question, f"up({version!r}, 'dataset')"


@maker
def base_of(record: Record) -> Iterator[Candidate]:
    for version, row in record.versions.items():
        if row.get("base"):
            yield "lineage-up", "set", f"what is the base version of {version}?", f"base({version!r})"


@maker
def trained_from(record: Record) -> Iterator[Candidate]:
    for run in record.runs.values():
        for entry in run.get("inputs") or []:
            if entry["role"] == "training":
                question = f"which versions were trained on {entry['dataset']}"
                yield "lineage-down", "set", question, f"trained_from({entry['dataset']!r})"


@maker
def affected(record: Record) -> Iterator[Candidate]:
    for source in {d for row in record.datasets.values() for d in row.get("derived_from") or []}:
        yield (
            "lineage-down",
            "set",
            f"If {source} is wrong, which versions are affected?",
            f"affected({source!r})",
        )


@maker
def live_descendants(record: Record) -> Iterator[Candidate]:
    for dataset in record.datasets:
        if Oracle(record, now=NOW).down_live(dataset).members:
            yield "two-hop", "set", f"Which live versions descend from {dataset}?", f"down_live({dataset!r})"


def signed(record: Record, meaning: str, decision: str) -> list[str]:
    """Versions with such a signature."""
    wanted = (meaning, decision)
    return [v for v in record.versions for a in record.rows(v, "approvals") if (a["meaning"], a["decision"]) == wanted]


@maker
def approver(record: Record) -> Iterator[Candidate]:
    for version in signed(record, "approval", "approved"):
        yield "approvals", "set", f"who signed off {version}?", f"approvers({version!r})"


@maker
def approved_when(record: Record) -> Iterator[Candidate]:
    for version in signed(record, "approval", "approved"):
        yield "approvals", "date", f"when was {version} approved", f"approved_when({version!r})"


@maker
def approved_by(record: Record) -> Iterator[Candidate]:
    for person in record.people:
        if Oracle(record, now=NOW).signed_by(person).members:
            yield "approvals", "set", f"Which versions has {person} approved?", f"signed_by({person!r})"


@maker
def rejections(record: Record) -> Iterator[Candidate]:
    for version in signed(record, "approval", "rejected"):
        yield "approvals", "set", f"Who rejected {version}?", f"approvers({version!r}, 'approval', 'rejected')"


@maker
def lapsed(record: Record) -> Iterator[Candidate]:
    yield "approvals", "set", "Which approvals have lapsed?", "lapsed()"


@maker
def unapproved(record: Record) -> Iterator[Candidate]:
    yield "gaps", "set", "what is live without an approval?", "unapproved_live()"


@maker
def registrar(record: Record) -> Iterator[Candidate]:
    for version in record.versions:
        yield "people", "set", f"who registered {version}", f"registered_by({version!r})"


@maker
def registered(record: Record) -> Iterator[Candidate]:
    for person, row in record.people.items():
        if any(v.get("by") == person for v in record.versions.values()):
            question = f"Which versions did {row.get('display', person)} register?"
            yield "people", "set", question, f"registered(by={person!r})"


@maker
def owned(record: Record) -> Iterator[Candidate]:
    for owner in {m["owner"] for m in record.models.values() if m.get("owner")}:
        yield "people", "set", f"which models does {owner} own?", f"models(owner={owner!r})"


@maker
def by_task(record: Record) -> Iterator[Candidate]:
    for task in {m["task"] for m in record.models.values()}:
        yield "list", "set", f"list the {task} models", f"models(task={task!r})"


@maker
def by_tag(record: Record) -> Iterator[Candidate]:
    for model in record.models.values():
        for key, value in (model.get("tags") or {}).items():
            yield "list", "set", f"which models are tagged {key}={value}?", f"models(**{{{key!r}: {value!r}}})"


@maker
def counts(record: Record) -> Iterator[Candidate]:
    yield "count", "count", "how many models are registered?", "count(models())"
    for model in record.models:
        yield "count", "count", f"How many versions does {model} have?", f"count(versions({model!r}))"


@maker
def count_live(record: Record) -> Iterator[Candidate]:
    for site in {s.row["site"] for s in record.deployments}:
        yield "count", "count", f"How many versions are live at {site}?", f"count(live({site!r}))"


@maker
def live_approver(record: Record) -> Iterator[Candidate]:
    for s in live(record):
        site, env = place(s)
        if sum(o.what == s.what for o in live(record)) == 1 and s.version in signed(record, "approval", "approved"):
            yield "two-hop", "set", f"Who approved the version live at {site} {env}?", f"approvers({s.version!r})"


@maker
def champion_figure(record: Record) -> Iterator[Candidate]:
    for s in record.aliases:
        for name in {r["metric"] for r in record.metrics(s.version)}:
            if s.holds(NOW) and s.what.endswith("@champion") and sole(record, name, s.version):
                question = f"what {name} does the champion of {s.what.split('@')[0]} have?"
                yield "two-hop", "values", question, f"metric({s.version!r}, {name!r})"


@maker
def before_champion_trained(record: Record) -> Iterator[Candidate]:
    for s in record.aliases:
        model = s.what.split("@")[0]
        if s.holds(NOW) and s.what.endswith("@champion") and sum(o.what == s.what for o in record.aliases) > 1:
            question = f"What was the version before the current champion of {model} trained on?"
            yield "two-hop", "set", question, f"trained_on(previous_holder({model!r}).one)"


@maker
def documents(record: Record) -> Iterator[Candidate]:
    for document in record.documents:
        for subject in document.get("about") or []:
            if subject in record.models or subject in record.versions:
                yield "documents", "set", f"Which documents are about {subject}?", f"document_about({subject!r})"


@maker
def no_such_version(record: Record) -> Iterator[Candidate]:
    for model, row in record.models.items():
        last = max(v["version"] for v in row["versions"])
        yield "false-premise", "abstain", f"who approved {model}:{last + 7}?", f"says('{last + 7}', '{last}')"


@maker
def no_such_metric(record: Record) -> Iterator[Candidate]:
    for version in record.versions:
        if record.metrics(version):
            question = f"what is the concordance_index of {version}?"
            yield "false-premise", "abstain", question, "says(('concordance_index', 'concordance'))"


@maker
def no_such_model(record: Record) -> Iterator[Candidate]:
    yield "false-premise", "abstain", "When was wombat-detector:1 approved?", "says('wombat-detector')"


@maker
def tomorrow(record: Record) -> Iterator[Candidate]:
    for site in {s.row["site"] for s in record.deployments}:
        yield "unanswerable", "abstain", f"What will be live at {site} on 2031-01-01?", "says()"
