from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askreg.agent import known
from askreg.agent.facts import Fact, Ledger
from askreg.agent.guard import outward
from askreg.agent.guard.phi import Gate
from askreg.agent.thread import Turn
from askreg.agent.tools import evidence
from askreg.agent.tools.shapes import Call, ToolResult
from askreg.agent.tools.toolbox import Toolbox
from askreg.registry.manifest import loads
from askreg.registry.plan import CATALOGUE
from askreg.registry.registry import Registry

FREE = """
askreg: 1
people:
  - {name: ada.osei, display: secret-display, roles: [scientist]}
  - {name: lena.koch, display: Secret Two, roles: [approver]}
datasets:
  - name: icu-stays
    description: secret-about-data
    versions: [{version: 2025-06, rows: 41234, source: secret-source, sensitivity: phi, at: 2025-06-02T09:00:00Z}]
  - name: icu-holdout
    versions: [{version: 2025-06, rows: 1200, source: "Secret Source", at: 2025-06-02T10:00:00Z}]
runs:
  - {id: run-17, at: 2025-06-10T08:00:00Z, by: ada.osei, code: {repo: "https://secret.example/repo", commit: 3f2a9c1},
     params: {learning_rate: 0.1, note: secret-param, other: "secret words"},
     inputs: [{dataset: icu-stays@2025-06, role: training}]}
models:
  - name: sepsis-risk
    task: classification
    owner: ada.osei
    description: secret-description
    tags: {specialty: secret-tag}
    card: {intended_use: secret-use, population: "Secret people", more: {deep: secret-deep}}
    versions:
      - version: 1
        at: 2025-06-11T10:00:00Z
        by: ada.osei
        run: run-17
        framework: secret-framework
        description: "Secret version"
        tags: {site: secret-site-tag}
        card: {out_of_scope: secret-scope}
        artifact: {uri: "s3://secret/bucket", digest: "sha256:9f86d081884c7d65"}
        signature: {inputs: {secret_in: float}, outputs: {secret_out: float}}
        evaluations:
          - {dataset: icu-holdout@2025-06, at: 2025-06-12T10:00:00Z, metrics: {auroc: {value: 0.871, n: 1200}}}
        approvals:
          - {by: lena.koch, meaning: approval, decision: approved, at: 2025-06-19T10:00:00Z, comment: secret-comment}
        stages:
          - {stage: validation, at: 2025-06-13T10:00:00Z, by: ada.osei, reason: secret-reason}
          - {stage: approved, at: 2025-06-20T10:00:00Z, by: ada.osei, reason: "Secret reason"}
        aliases: [{alias: champion, at: 2025-06-21T10:00:00Z, by: ada.osei}]
        deployments: [{site: northgate, environment: icu, region: eu-west, at: 2025-06-22T08:00:00Z, by: ada.osei}]
"""


@pytest.fixture(scope="module")
def toolbox() -> Iterator[Toolbox]:
    with Registry.open("sqlite://", actor="ada.osei") as opened:
        loads(opened, FREE, name="free.yaml")
        with opened.view() as seen:
            yield Toolbox(seen, Ledger())


KEYS = {
    "tag": ["specialty", "site"],
    "card": ["intended_use", "population", "more", "out_of_scope"],
    "param": ["learning_rate", "note", "other"],
    "detail": ["reason", "comment", "description", "uri"],
}


def calls() -> Iterator[Call]:
    """Yield calls that read all there is to read, and group by it."""
    for kind, spec in CATALOGUE.items():
        paths = [path for path in spec.fields if not path.endswith("*")]
        for path in spec.fields:
            head, _, star = path.partition(".")
            paths += [f"{head}.{key}" for key in KEYS[head]] if star == "*" else []
        for path in paths:
            yield Call(tool="query", args={"select": kind, "project": [path], "history": True})
            yield Call(tool="query", args={"select": kind, "aggregate": {"op": "count", "by": path}, "history": True})
            yield Call(tool="query", args={"select": kind, "aggregate": {"op": "max", "of": path}, "history": True})
        for relation in spec.relations:
            yield Call(tool="query", args={"select": kind, "hops": [relation], "project": [], "history": True})
    yield Call(
        tool="query",
        args={"select": "version", "project": ["model.description", "run.param.note", "model.tag.specialty"]},
    )
    yield Call(tool="query", args={"select": "version", "aggregate": {"op": "count", "by": "model.description"}})
    yield Call(tool="history")
    yield Call(tool="gaps")
    yield Call(tool="deployed")
    yield Call(tool="leaderboard", args={"metric": "auroc"})
    yield Call(tool="lineage", args={"subject": "sepsis-risk:1"})
    yield Call(tool="search_docs")
    yield Call(tool="compare", args={"subjects": ["sepsis-risk:1", "sepsis-risk@champion"]})


@pytest.fixture(scope="module")
def results(toolbox: Toolbox) -> list[tuple[Call, ToolResult]]:
    return [(call, toolbox.run(call)) for call in calls()]


def test_no_free_text_of_a_registry_is_in_any_result(results: list[tuple[Call, ToolResult]]) -> None:
    told, seen = "", ""
    for call, result in results:
        told += result.text
        seen += outward.result_text(result) + outward.turn_text(_turn(result, call))
    assert told.lower().count("secret") > 60
    assert "secret" not in seen.lower()


def test_what_is_no_free_text_is_seen(results: list[tuple[Call, ToolResult]]) -> None:
    seen = "".join(outward.result_text(result) for _, result in results)
    for value in (
        "sepsis-risk:1 metric.auroc 0.871", "northgate/icu deployed sepsis-risk:1", "alias.champion sepsis-risk:1",
        "stage validation", "icu-stays@2025-06 rows 41234", "approval.decision approved", "approval.by lena.koch",
        "param.learning_rate 0.1", "sensitivity phi", "digest sha256:9f86", "owner ada.osei", "task classification",
        "n=1200", "version.approved lena.koch", "registry count.model 1",
        "generated_by run:run-17", "used.training icu-stays@2025-06", "commit 3f2a9c1", "site northgate",
    ):  # fmt: skip
        assert value in seen, value


def test_a_value_that_is_left_out_can_still_be_cited(toolbox: Toolbox) -> None:
    result = toolbox.run(Call(tool="query", args={"select": "model", "project": ["description", "owner"]}))
    (fact,) = result.find(field="description")
    seen = outward.result_text(result)
    assert f"{fact.id} sepsis-risk description (withheld; cite {{{fact.id}}} and code puts it in)" in seen
    assert "owner ada.osei" in seen
    assert seen.splitlines()[0] == result.text.splitlines()[0]


def test_a_line_of_sendable_facts_is_worded_as_the_toolbox_words_it(toolbox: Toolbox) -> None:
    for call in (Call(tool="deployed"), Call(tool="leaderboard", args={"metric": "auroc"})):
        result = toolbox.run(call)
        assert outward.result_text(result) == result.text


def test_an_earlier_answer_is_its_facts_and_never_its_words(toolbox: Toolbox) -> None:
    result = toolbox.run(Call(tool="deployed"))
    turn = _turn(result, Call(tool="deployed"))
    seen = outward.turn_text(turn)
    assert "the words of the answer" not in seen and "the question" not in seen
    assert "status=answered" in seen and "northgate/icu deployed sepsis-risk:1" in seen


def test_with_a_gate_a_fact_that_it_does_not_vouch_for_is_left_out(toolbox: Toolbox) -> None:
    gate = Gate(known.names(toolbox.seen))
    odd = Fact(id="F1", subject="sepsis-risk:1", field="param.okonjo_zbigniew", value="3", as_of="now")
    assert "okonjo" in outward.line([odd])
    assert outward.line([odd], gate=gate) == "F1 (withheld; cite {F1} and code puts it in)"


def test_a_harmless_result_passes_the_gate(toolbox: Toolbox, results: list[tuple[Call, ToolResult]]) -> None:
    gate = Gate(known.names(toolbox.seen))
    for call, result in results:
        assert gate.findings(outward.result_text(result, gate=gate)) == [], call


def test_an_error_is_told_unless_it_quotes_what_the_gate_holds(toolbox: Toolbox) -> None:
    gate = Gate(known.names(toolbox.seen))
    near = toolbox.run(Call(tool="lineage", args={"subject": "sepsis-rsk:1"}))
    assert "sepsis-risk" in outward.result_text(near, gate=gate)
    odd = toolbox.run(Call(tool="lineage", args={"subject": "okonjo"}))
    assert "okonjo" not in outward.result_text(odd, gate=gate)


WORDS = st.text(alphabet="abcdefgh XYZ.-", min_size=6, max_size=30).map(lambda t: f"q{t}q")
FIELDS = st.sampled_from(
    ["description", "comment", "reason", "title", "source", "uri", "repo", "framework", "printed_name", "display",
     "card.population", "detail.note", "tag.site", "param.note", "approval.comment", "model.description", "note"]
)  # fmt: skip


@given(value=WORDS, field=FIELDS, subject=st.sampled_from(["sepsis-risk:1", "northgate/icu", "run:run-17"]))
def test_no_value_of_a_field_of_free_text_is_ever_told(value: str, field: str, subject: str) -> None:
    fact = Fact(id="F1", subject=subject, field=field, value=value, as_of="now")
    assert value in evidence.line([fact]) or '"' in evidence.line([fact])
    assert value.strip() not in outward.line([fact])


@given(
    value=st.text(alphabet="abc ", min_size=3).map(lambda t: f"free text {t}"),
    field=st.sampled_from(sorted(outward.SENDABLE - {"param.* (numbers)"})),
)
def test_words_where_a_name_or_number_should_be_are_not_told(value: str, field: str) -> None:
    fact = Fact(id="F1", subject="sepsis-risk:1", field=field.replace("*", "x"), value=value, as_of="now")
    assert "free text" not in outward.line([fact])
    loose: dict[str, Any] = {"dataset": value, "split": value, "cohort": value, "evidence": value, "unit": value}
    fact = Fact(id="F1", subject="sepsis-risk:1", field="metric.auroc", value="0.8", as_of="now", **loose)
    assert "free text" not in outward.line([fact])
    assert "free text" not in outward.line([Fact(id="F1", subject=value, field="count.model", value="2", as_of="now")])


def _turn(result: ToolResult, call: Call) -> Turn:
    return Turn(
        question="the question", status="answered", answer="the words of the answer", calls=[call], facts=result.facts,
        as_of="2026-07-01",
    )  # fmt: skip
