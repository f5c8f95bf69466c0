"""The demo's manifest keeps the rules of the manifest format, checked without the registry."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Section = dict[str, Any]
NEXT = {
    "experimental": {"validation", "retired"},
    "validation": {"approved", "experimental", "retired"},
    "approved": {"production", "experimental", "retired"},
    "production": {"validation", "retired"},
}
ALLOWED = {
    "manifest": {"askreg", "metrics", "people", "datasets", "runs", "models", "documents"},
    "person": {"name", "display", "roles", "kind"},
    "dataset": {"name", "description", "versions"},
    "dataset version": {"version", "digest", "rows", "sensitivity", "source", "derived_from", "at", "by"},
    "run": {"id", "at", "by", "code", "params", "inputs"},
    "model": {"name", "task", "owner", "description", "tags", "card", "versions"},
    "version": {
        "version", "at", "by", "run", "base", "framework", "artifact", "evaluations", "approvals", "stages", "aliases",
        "deployments", "change_control", "signature", "tags", "description", "card",
    },
    "evaluation": {"dataset", "split", "cohort", "at", "by", "evidence", "metrics"},
    "metric": {"value", "n", "ci"},
    "approval": {"by", "meaning", "decision", "at", "comment"},
    "stage": {"stage", "at", "by", "reason"},
    "alias": {"alias", "at", "until", "by"},
    "deployment": {"site", "environment", "region", "at", "until", "by"},
    "document": {"path", "title", "about", "sensitivity", "at", "by"},
}  # fmt: skip


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def versions(manifest: Section) -> Iterator[tuple[str, Section]]:
    for model in manifest["models"]:
        for version in model["versions"]:
            yield f"{model['name']}:{version['version']}", version


def dataset_versions(manifest: Section) -> dict[str, Section]:
    return {f"{d['name']}@{v['version']}": v for d in manifest["datasets"] for v in d["versions"]}


def acts(version: Section) -> Iterator[Section]:
    for part in ("evaluations", "approvals", "stages", "aliases", "deployments"):
        yield from version.get(part, ())


def entries(manifest: Section) -> Iterator[tuple[str, Section]]:
    yield "manifest", manifest
    yield from (("person", person) for person in manifest["people"])
    yield from (("run", run) for run in manifest["runs"])
    yield from (("document", document) for document in manifest["documents"])
    for kind in ("dataset", "model"):
        yield from ((kind, entry) for entry in manifest[f"{kind}s"])
    yield from (("dataset version", version) for version in dataset_versions(manifest).values())
    for _, version in versions(manifest):
        yield "version", version
        parts = ("evaluations", "approvals", "stages", "aliases", "deployments")
        for part, kind in zip(parts, ("evaluation", "approval", "stage", "alias", "deployment"), strict=True):
            yield from ((kind, entry) for entry in version.get(part, ()))
        for evaluation in version.get("evaluations", ()):
            yield from (("metric", metric) for metric in evaluation["metrics"].values())


def test_there_are_only_keys_of_the_format(manifest: Section) -> None:
    assert [(kind, key) for kind, entry in entries(manifest) for key in entry if key not in ALLOWED[kind]] == []


def test_every_person_named_is_declared(manifest: Section) -> None:
    people = {person["name"] for person in manifest["people"]}
    named = {entry["by"] for _, entry in entries(manifest) if "by" in entry}
    named |= {model["owner"] for model in manifest["models"]}
    assert named <= people


def test_every_role_of_the_registry_and_a_service_appear(manifest: Section) -> None:
    roles = {role for person in manifest["people"] for role in person["roles"]}
    assert roles == {"viewer", "analyst", "scientist", "approver", "auditor", "admin"}
    assert any(person.get("kind") == "service" for person in manifest["people"])


def test_every_dataset_reference_resolves_to_something_earlier(manifest: Section) -> None:
    known = dataset_versions(manifest)
    references = [(v["at"], source) for v in known.values() for source in v.get("derived_from", ())]
    references += [(run["at"], entry["dataset"]) for run in manifest["runs"] for entry in run["inputs"]]
    references += [(e["at"], e["dataset"]) for _, v in versions(manifest) for e in v.get("evaluations", ())]
    for at, subject in references:
        assert instant(known[subject]["at"]) < instant(at)


def test_every_run_and_base_resolves_to_something_earlier(manifest: Section) -> None:
    runs = {run["id"]: run for run in manifest["runs"]}
    known = dict(versions(manifest))
    for version in known.values():
        if "run" in version:
            assert instant(runs[version["run"]]["at"]) <= instant(version["at"])
        if "base" in version:
            assert instant(known[version["base"]]["at"]) < instant(version["at"])


def test_every_document_is_about_something_that_exists_by_then(manifest: Section) -> None:
    begins = {subject: version["at"] for subject, version in versions(manifest)}
    begins |= {model["name"]: model["versions"][0]["at"] for model in manifest["models"]}
    begins |= {subject: version["at"] for subject, version in dataset_versions(manifest).items()}
    for _, version in versions(manifest):
        for deployment in version.get("deployments", ()):
            begins.setdefault(f"{deployment['site']}/{deployment['environment']}", deployment["at"])
    for document in manifest["documents"]:
        for subject in document["about"]:
            assert instant(begins[subject]) < instant(document["at"])


def test_versions_are_numbered_from_one_in_order_of_time(manifest: Section) -> None:
    for model in manifest["models"]:
        assert [version["version"] for version in model["versions"]] == list(range(1, len(model["versions"]) + 1))
        times = [instant(version["at"]) for version in model["versions"]]
        assert times == sorted(set(times))


def test_nothing_happens_to_a_version_before_it_exists(manifest: Section) -> None:
    for _, version in versions(manifest):
        assert all(instant(act["at"]) > instant(version["at"]) for act in acts(version))


def test_everything_happens_in_2025_and_2026_before_october(manifest: Section) -> None:
    times = [instant(entry[key]) for _, entry in entries(manifest) for key in ("at", "until") if key in entry]
    assert min(times) >= datetime(2025, 1, 1, tzinfo=UTC)
    assert max(times) < datetime(2026, 10, 1, tzinfo=UTC)


def test_intervals_are_not_empty(manifest: Section) -> None:
    closed = [entry for _, entry in entries(manifest) if "until" in entry]
    assert closed
    assert all(instant(entry["at"]) < instant(entry["until"]) for entry in closed)


def test_an_alias_has_one_holder_at_a_time(manifest: Section) -> None:
    for model in manifest["models"]:
        held: dict[str, list[tuple[datetime, datetime]]] = {}
        for version in model["versions"]:
            for alias in version.get("aliases", ()):
                until = instant(alias.get("until", "9999-01-01T00:00:00Z"))
                held.setdefault(alias["alias"], []).append((instant(alias["at"]), until))
        for intervals in held.values():
            intervals.sort()
            assert all(first[1] <= second[0] for first, second in zip(intervals, intervals[1:], strict=False))


def test_only_the_move_declared_as_taken_over_skips_a_stage(manifest: Section) -> None:
    skipped = []
    for subject, version in versions(manifest):
        stage = "experimental"
        moves = version.get("stages", [])
        assert [move["at"] for move in moves] == sorted(move["at"] for move in moves)
        for move in moves:
            if move["stage"] not in NEXT[stage]:
                skipped.append((subject, stage, move["stage"]))
            stage = move["stage"]
    assert skipped == [("diabetes-score:1", "experimental", "production")]


def test_who_decides_is_neither_who_registered_nor_who_asked(manifest: Section) -> None:
    approvers = {person["name"] for person in manifest["people"] if "approver" in person["roles"]}
    for _, version in versions(manifest):
        askers = {version["by"]} | {move["by"] for move in version.get("stages", ()) if move["stage"] == "validation"}
        deciders = {a["by"] for a in version.get("approvals", ()) if a["meaning"] == "approval"}
        assert deciders <= approvers - askers


def test_every_move_to_approved_follows_an_approval(manifest: Section) -> None:
    for _, version in versions(manifest):
        for move in version.get("stages", ()):
            if move["stage"] == "approved":
                assert any(
                    a["meaning"] == "approval" and a["decision"] == "approved" and a["at"] < move["at"]
                    for a in version["approvals"]
                )


def test_only_one_approval_was_overtaken_by_an_evaluation(manifest: Section) -> None:
    lapsed = [
        subject
        for subject, version in versions(manifest)
        for approval in version.get("approvals", ())
        if approval["meaning"] == "approval" and approval["decision"] == "approved"
        and any(evaluation["at"] > approval["at"] for evaluation in version["evaluations"])
    ]  # fmt: skip
    assert lapsed == ["diabetes-progression:2"]


def test_a_retired_version_is_not_live_and_holds_no_alias(manifest: Section) -> None:
    retired = 0
    for _, version in versions(manifest):
        for move in version.get("stages", ()):
            if move["stage"] == "retired":
                retired += 1
                held = [*version.get("aliases", ()), *version.get("deployments", ())]
                assert all(interval["until"] <= move["at"] for interval in held)
    assert retired


def test_two_models_share_a_dataset_and_one_derivation_is_a_diamond(manifest: Section) -> None:
    runs = {run["id"]: run for run in manifest["runs"]}
    users = {
        subject.partition(":")[0]
        for subject, version in versions(manifest)
        if "run" in version
        and {"dataset": "diabetes-train@2025-02", "role": "training"} in runs[version["run"]]["inputs"]
    }
    assert users == {"diabetes-progression", "diabetes-score"}
    known = dataset_versions(manifest)
    parents = known["wdbc-development@2025-09"]["derived_from"]
    assert len(parents) == 2
    assert {tuple(known[parent]["derived_from"]) for parent in parents} == {("wdbc-cleaned@2025-01",)}


def test_a_replacement_begins_when_what_it_replaces_ends(manifest: Section) -> None:
    site = [
        (deployment["at"], deployment.get("until"))
        for subject, version in versions(manifest)
        if subject.startswith("breast-malignancy:")
        for deployment in version.get("deployments", ())
        if deployment["site"] == "northgate"
    ]
    assert [end for _, end in site] == [*[begin for begin, _ in site[1:]], None]


def test_no_training_row_is_a_test_row(manifest: Section) -> None:
    from askreg.demo.tables import all_tables

    tables = all_tables()
    for run in manifest["runs"]:
        rows = {
            role: {row for e in run["inputs"] if e["role"] == role for row in _rows(tables, e["dataset"])}
            for role in ("training", "test")
        }
        assert not rows["training"] & rows["test"]


def _rows(tables: dict[str, Any], subject: str) -> set[float]:
    return set(tables[subject].column("row")) if subject in tables else set()
