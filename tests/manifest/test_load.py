"""What a manifest becomes in the record, and that loading it again changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from manifest.conftest import Fresh
from manifest.examples import SMALL, WHOLE
from sqlalchemy import text as sql

from askreg.errors import InvalidInput, ManifestError, NotPermitted
from askreg.registry.manifest import LoadResult, dump, load, loads
from askreg.registry.registry import Registry


def told(registry: Registry, text: str, folder: Path | None = None) -> LoadResult:
    return loads(registry, text, name="registry.yaml", base=folder)


def rows(registry: Registry, query: str) -> list[tuple[Any, ...]]:
    with registry.view() as view:
        return [tuple(row) for row in view.connection.execute(sql(query))]


def test_a_whole_manifest_is_loaded(registry: Registry, folder: Path) -> None:
    result = told(registry, WHOLE, folder)
    assert result.counts == {
        "metrics": 1,
        "people": 3,
        "datasets": 2,
        "dataset_versions": 3,
        "runs": 1,
        "models": 1,
        "versions": 2,
        "evaluations": 2,
        "approvals": 1,
        "stages": 3,
        "aliases": 2,
        "deployments": 3,
        "documents": 1,
    }
    assert not result.unchanged
    assert result.events == rows(registry, "SELECT max(seq) FROM event")[0][0]


def test_the_same_content_again_writes_nothing(registry: Registry, folder: Path, clock: Clock) -> None:
    told(registry, WHOLE, folder)
    clock.advance(days=3)
    again = told(registry, WHOLE, folder)
    assert (again.events, again.counts, again.unchanged) == (0, {}, True)


def test_figures_keep_their_digits(registry: Registry, folder: Path) -> None:
    told(registry, WHOLE, folder)
    assert rows(registry, "SELECT value, low, high FROM metric WHERE n = 1200") == [("0.8710", "0.852", "0.889")]


def test_labels_stay_as_they_are_written(registry: Registry, folder: Path) -> None:
    told(registry, WHOLE, folder)
    assert rows(registry, "SELECT label FROM dataset_version ORDER BY label") == [
        ("2025-05",),
        ("2025-06",),
        ("2025.10",),
    ]
    assert rows(registry, "SELECT framework FROM version WHERE number = 1") == [("1.10",)]
    assert rows(registry, "SELECT value FROM tag WHERE key = 'tier'") == [("1",)]


@pytest.mark.parametrize("commit", ["3f2a9c1", "12345e7", "0123456", "1_000", "0x1f", "12:30:45"])
def test_a_commit_is_text_however_it_looks(fresh: Fresh, commit: str) -> None:
    registry = fresh()
    told(registry, f"askreg: 1\nruns: [{{id: r, at: 2025-01-01, code: {{commit: {commit}}}}}]\n")
    assert rows(registry, 'SELECT "commit" FROM run') == [(commit,)]


def test_free_values_follow_their_spelling(fresh: Fresh) -> None:
    registry = fresh()
    told(
        registry,
        'askreg: 1\nruns: [{id: r, at: 2025-01-01, params: {a: no, b: "1", c: 1.50, d: null, e: true, f: 1e3}}]',
    )
    [(held,)] = rows(registry, "SELECT params FROM run")
    assert json.loads(str(held)) == {"a": "no", "b": "1", "c": 1.5, "d": None, "e": True, "f": 1000}


def test_json_is_read_like_yaml(fresh: Fresh) -> None:
    manifest = {
        "askreg": 1,
        "datasets": [
            {"name": "icu", "description": "\U0001f600\t/", "versions": [{"version": "1.0", "at": "2025-01-01"}]}
        ],
    }
    registry = fresh()
    loads(registry, json.dumps(manifest, indent="\t"), name="registry.json")
    assert rows(registry, "SELECT label FROM dataset_version") == [("1.0",)]
    assert "\U0001f600" in dump(registry)


def test_a_file_is_read_from_its_path(fresh: Fresh, folder: Path) -> None:
    source = folder / "registry.yaml"
    source.write_text(WHOLE)
    assert load(fresh(), source).counts["documents"] == 1


def test_writes_are_in_order_of_time(registry: Registry, folder: Path) -> None:
    told(registry, WHOLE, folder)
    written = [str(at) for (at,) in rows(registry, "SELECT occurred_at FROM event WHERE seq > 1 ORDER BY seq")]
    assert written == sorted(written)


def test_everything_says_that_it_came_from_a_manifest(registry: Registry, folder: Path) -> None:
    told(registry, WHOLE, folder)
    payloads = [json.loads(str(payload)) for (payload,) in rows(registry, "SELECT payload FROM event WHERE seq > 1")]
    assert {payload["detail"]["source"] for payload in payloads} == {"manifest"}
    assert rows(registry, "SELECT DISTINCT origin FROM stage") == [("manifest",)]


def test_the_digest_of_a_document_is_computed(registry: Registry, folder: Path) -> None:
    told(registry, WHOLE, folder)
    fields = dict(rows(registry, "SELECT name, value FROM field JOIN document ON document.id = entity_id"))
    assert fields["size"] == "9"
    assert str(fields["digest"]).startswith('"sha256:')


def test_a_changed_document_is_an_update(registry: Registry, folder: Path, clock: Clock) -> None:
    told(registry, WHOLE, folder)
    (folder / "docs" / "report.md").write_text("# Report, revised\n")
    clock.advance(days=1)
    assert told(registry, WHOLE, folder).counts == {"documents": 1}
    assert told(registry, WHOLE, folder).unchanged


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Six-hour sepsis risk", "Sepsis risk within six hours", "models"),
        ("task: classification", "task: regression", "models"),
        ("tier: 1", "tier: 2", "models"),
        ("alert the ICU team", "tell the ICU team", "models"),
        ("Trained again: more data", "Trained again", "versions"),
        ("population: adults", "population: grown-ups", "versions"),
        ("Adult ICU stays", "ICU stays of adults", "datasets"),
        ("display: Ada Osei", "display: Ada B. Osei", "people"),
        ("roles: [scientist]", "roles: [scientist, auditor]", "people"),
        ('title: "Report"', "title: Final report", "documents"),
        ("about: [sepsis-risk,", 'about: [sepsis-risk, "sepsis-risk:1",', "documents"),
    ],
)
def test_what_may_change_is_updated(fresh: Fresh, folder: Path, before: str, after: str, kind: str) -> None:
    registry = fresh()
    told(registry, WHOLE, folder)
    assert before in WHOLE
    changed = told(registry, WHOLE.replace(before, after), folder)
    assert (changed.events, changed.counts) == (1, {kind: 1})
    assert told(registry, WHOLE.replace(before, after), folder).unchanged


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        ("s3://m/1", "s3://m/2", "s3://m/1"),
        ("framework: 1.10", "framework: 1.1", "1.10"),
        ("value: 0.8710", "value: 0.8711", "0.8710"),
        ("n: 1200", "n: 1201", "1200"),
        ("bins: 10", "bins: 11", "10"),
        ("evidence: local", "evidence: vendor", "local"),
        ("learning_rate: 0.1", "learning_rate: 0.2", "0.1"),
        ("role: training}", "role: test}", "icu-stays@2025-06 (training)"),
        ("rows: 41234", "rows: 41235", "41234"),
        ("derived_from: [ehr-extract@2025-05]", "derived_from: []", "ehr-extract@2025-05"),
        ("2025-06-11T10:00:00Z", "2025-06-11T10:00:01Z", "2025-06-11T10:00:00Z"),
        ("change_control: inside", "change_control: outside", "inside"),
        ("decision: approved", "decision: rejected", "approved"),
        ('comment: "fine"', "comment: good", "fine"),
        ('reason: "go"', "reason: stop", "go"),
        ("region: eu-west", "region: eu-north", "eu-west"),
        ("kind: service", "kind: person", "service"),
        ("unit: points", "unit: percent", "points"),
        ("05T08:00:00Z, by: ada.osei, reason", "05T09:00:00Z, by: ada.osei, reason", "2026-01-05T08:00:00Z"),
    ],
)
def test_what_is_fixed_is_not_rewritten(fresh: Fresh, folder: Path, before: str, after: str, held: str) -> None:
    registry = fresh()
    told(registry, WHOLE, folder)
    assert before in WHOLE
    with pytest.raises(ManifestError, match="the record holds") as error:
        told(registry, WHOLE.replace(before, after), folder)
    assert held in error.value.problem


def test_a_figure_written_with_other_zeros_is_the_same(fresh: Fresh, folder: Path) -> None:
    registry = fresh()
    told(registry, WHOLE, folder)
    assert told(registry, WHOLE.replace("value: 0.8710", "value: 0.871"), folder).unchanged


def test_a_part_of_what_is_held_changes_nothing(fresh: Fresh, folder: Path) -> None:
    registry = fresh()
    told(registry, WHOLE, folder)
    versions = "[{version: 2, at: 2025-12-11T10:00:00Z}]"
    part = f"askreg: 1\nmodels: [{{name: sepsis-risk, task: classification, versions: {versions}}}]"
    assert told(registry, part).unchanged


def test_more_than_is_held_adds_only_that(registry: Registry, clock: Clock) -> None:
    told(registry, SMALL)
    clock.advance(days=1)
    more = (
        SMALL
        + "        stages: [{stage: validation, at: 2025-04-01}]\n      - {version: 3, at: 2025-05-01, base: risk:2}\n"
    )
    assert told(registry, more).counts == {"versions": 1, "stages": 1}
    assert told(registry, more).unchanged


def test_an_interval_that_is_open_in_the_record_gets_closed(registry: Registry) -> None:
    live = SMALL + (
        "        aliases: [{alias: champion, at: 2025-04-01}]\n"
        "        deployments: [{site: north, environment: icu, at: 2025-04-01}]\n"
    )
    ended = live.replace("at: 2025-04-01}", "at: 2025-04-01, until: 2025-05-01T12:00:00Z}")
    told(registry, live)
    assert told(registry, ended).counts == {"aliases": 1, "deployments": 1}
    until = "2025-05-01T12:00:00.000000Z"
    assert rows(registry, "SELECT until FROM alias UNION ALL SELECT until FROM deployment") == [(until,), (until,)]
    assert told(registry, ended).unchanged
    assert told(registry, live).unchanged


def test_setting_an_alias_ends_the_interval_before(registry: Registry) -> None:
    text = SMALL.replace(
        "        at: 2025-02-01\n", "        at: 2025-02-01\n        aliases: [{alias: champion, at: 2025-02-02}]\n"
    ) + "        aliases: [{alias: champion, at: 2025-03-02}]\n"  # fmt: skip
    told(registry, text)
    ends = rows(registry, "SELECT number, until FROM alias JOIN version ON version.id = version_id ORDER BY number")
    assert ends == [(1, "2025-03-02T00:00:00.000000Z"), (2, None)]
    assert told(registry, text).unchanged


def test_an_interval_goes_in_before_those_held(registry: Registry) -> None:
    held = SMALL + "        aliases: [{alias: champion, at: 2025-05-01}]\n"
    earlier = held.replace(
        "        at: 2025-02-01\n", "        at: 2025-02-01\n        aliases: [{alias: champion, at: 2025-02-02}]\n"
    )
    told(registry, held)
    assert told(registry, earlier).counts == {"aliases": 1}
    assert told(registry, earlier).unchanged


def test_a_bare_until_is_the_end_of_that_day_at_the_latest(registry: Registry) -> None:
    text = (
        SMALL.replace(
            "        at: 2025-02-01\n",
            "        at: 2025-02-01\n        aliases: [{alias: a, at: 2025-03-02, until: 2025-03-03}, "
            "{alias: b, at: 2025-03-02, until: 2025-03-03}]\n",
        )
        + "        aliases: [{alias: b, at: 2025-03-03}]\n"
    )
    told(registry, text)
    ends = rows(registry, "SELECT name, until FROM alias WHERE until IS NOT NULL ORDER BY name")
    assert ends == [("a", "2025-03-04T00:00:00.000000Z"), ("b", "2025-03-03T00:00:00.000000Z")]
    assert told(registry, text).unchanged


def test_until_today_is_until_now(registry: Registry, clock: Clock) -> None:
    clock.advance(hours=9)
    text = SMALL + "        aliases: [{alias: champion, at: 2025-04-01, until: 2026-07-01}]\n"
    told(registry, text)
    clock.advance(days=2)
    assert told(registry, text).unchanged


def test_an_interval_may_end_at_the_instant_it_began(registry: Registry) -> None:
    at = "at: 2025-04-01T00:00:00Z, until: 2025-04-01T00:00:00Z"
    text = SMALL + f"        aliases: [{{alias: a, {at}}}]\n        deployments: [{{site: s, environment: e, {at}}}]\n"
    told(registry, text)
    assert told(registry, text).unchanged
    assert rows(registry, "SELECT count(*) FROM deployment WHERE until = at") == [(1,)]


def test_several_versions_may_be_live_in_one_place(registry: Registry) -> None:
    live = "        deployments: [{site: s, environment: e, at: 2025-04-01}]\n"
    told(registry, SMALL.replace("        at: 2025-02-01\n", "        at: 2025-02-01\n" + live) + live)
    assert rows(registry, "SELECT count(*) FROM deployment WHERE until IS NULL") == [(2,)]


def test_moves_at_one_instant_keep_the_order_of_the_file(registry: Registry) -> None:
    moves = ["validation", "experimental", "validation", "approved"]
    text = SMALL + f"        stages: [{', '.join(f'{{stage: {move}, at: 2025-04-01}}' for move in moves)}]\n"
    told(registry, text)
    assert [
        stage for (stage,) in rows(registry, "SELECT stage FROM stage WHERE previous IS NOT NULL ORDER BY id")
    ] == moves
    assert told(registry, text).unchanged


def test_the_first_stage_may_be_said(registry: Registry) -> None:
    text = SMALL + "        stages: [{stage: experimental, at: 2025-03-01}, {stage: validation, at: 2025-04-01}]\n"
    assert told(registry, text).counts["stages"] == 1
    assert told(registry, text).unchanged


def test_what_is_derived_comes_after_its_sources_at_one_instant(registry: Registry) -> None:
    versions = "".join(f"{{version: v{n}, at: 2025-01-01, derived_from: [d@v{n + 1}]}}, " for n in range(1, 6))
    numbers = "".join(f"{{version: {n}, at: 2025-01-01, base: m:{n + 1}}}, " for n in range(1, 6))
    told(
        registry,
        f"askreg: 1\ndatasets: [{{name: d, versions: [{versions} {{version: v6, at: 2025-01-01}}]}}]\n"
        f"models: [{{name: m, task: t, versions: [{numbers} {{version: 6, at: 2025-01-01}}]}}]\n",
    )
    assert rows(registry, "SELECT count(*) FROM edge WHERE relation = 'derived_from'") == [(10,)]


def test_people_are_known_from_their_first_act(registry: Registry, folder: Path) -> None:
    told(registry, WHOLE, folder)
    assert rows(registry, "SELECT at FROM person WHERE name = 'nightly'") == [("2025-06-10T08:00:00.000000Z",)]


def test_a_model_is_from_its_first_version_on(registry: Registry) -> None:
    told(registry, SMALL + "  - {name: empty, task: t}\n")
    at = dict(rows(registry, "SELECT name, at FROM model"))
    assert at == {"risk": "2025-02-01T00:00:00.000000Z", "empty": "2026-07-01T00:00:00.000000Z"}


def test_roles_of_a_known_person_are_not_taken_away(registry: Registry) -> None:
    told(registry, "askreg: 1\npeople: [{name: root, roles: [auditor]}]\n")
    assert registry_roles(registry, "root") == ["admin", "auditor"]
    assert told(registry, "askreg: 1\npeople: [{name: root, roles: [auditor]}]\n").unchanged


def registry_roles(registry: Registry, name: str) -> list[str]:
    with registry.unit() as unit:
        return unit.roles(name)


def test_a_service_may_be_the_first_to_load(fresh: Fresh) -> None:
    registry = fresh()
    told(registry, "askreg: 1\npeople: [{name: root, kind: service}]\n")
    assert rows(registry, "SELECT kind FROM person") == [("service",)]
    assert registry_roles(registry, "root") == ["admin"]


def test_a_document_may_be_about_anything(fresh: Fresh, folder: Path) -> None:
    registry = fresh()
    (folder / "docs" / "notes.md").write_text("notes")
    about = "[person:ada.osei, person:lena.koch, 'doc:docs/report.md', risk, 'risk:1', icu, icu@a]"
    text = SMALL + (
        "documents:\n"
        f"  - {{path: docs/notes.md, at: 2025-01-05, by: ada.osei, about: {about}}}\n"
        "  - {path: docs/report.md, at: 2025-01-05, about: [risk]}\n"
    )
    assert told(registry, text, folder).counts["documents"] == 2
    assert told(registry, text, folder).unchanged
    copy_of_it = fresh()
    told(copy_of_it, dump(registry), folder)
    assert dump(copy_of_it) == dump(registry)


def test_loading_takes_the_right_to(registry: Registry, backend_url: str, clock: Clock) -> None:
    told(registry, SMALL)
    with Registry.open(backend_url, actor="ada.osei", clock=clock) as ada, pytest.raises(NotPermitted):
        told(ada, "askreg: 1\nmodels: [{name: mine, task: t}]\n")
    assert rows(registry, "SELECT count(*) FROM model") == [(1,)]
    assert rows(registry, "SELECT action FROM event ORDER BY seq DESC LIMIT 1") == [("attempt.refused",)]


def test_a_load_does_not_join_another_transaction(registry: Registry) -> None:
    with pytest.raises(InvalidInput, match="transaction of its own"), registry.transaction():
        told(registry, SMALL)


def test_an_error_leaves_nothing_behind(registry: Registry) -> None:
    with pytest.raises(ManifestError):
        told(registry, SMALL + "      - {version: 3, at: 2025-05-01, base: other:1}\n")
    assert rows(registry, "SELECT count(*) FROM event") == [(0,)]


def test_an_interruption_leaves_nothing_behind(registry: Registry) -> None:
    def interrupt(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loads(registry, SMALL, name="registry.yaml", progress=interrupt)
    assert rows(registry, "SELECT count(*) FROM event") == [(0,)]


def test_progress_runs_to_the_end(fresh: Fresh) -> None:
    seen: list[tuple[int, int]] = []
    loads(fresh(), SMALL, name="registry.yaml", progress=lambda done, total: seen.append((done, total)))
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] == 7
