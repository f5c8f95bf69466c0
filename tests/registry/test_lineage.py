"""Lineage: what a thing came from and what came from it, against a walk in plain Python."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry.hospital import hospital
from registry.statements import counted
from sqlalchemy import Connection, insert

from askreg.errors import InvalidInput, NotFound
from askreg.registry.lineage import lineage
from askreg.registry.registry import Registry
from askreg.registry.results import Lineage
from askreg.registry.tables import (
    Base,
    Dataset,
    DatasetVersion,
    Document,
    Edge,
    Environment,
    Model,
    Run,
    Version,
)
from askreg.registry.view import View, table

# -- against an oracle, on graphs of any shape

RELATIONS: dict[tuple[str, str], list[tuple[str, str | None]]] = {
    ("version", "run"): [("generated_by", None)],
    ("version", "version"): [("derived_from", None)],
    ("version", "dataset_version"): [("evaluated_on", None)],
    ("run", "dataset_version"): [("used", "training"), ("used", "validation"), ("used", "test")],
    ("dataset_version", "dataset_version"): [("derived_from", None)],
    ("environment", "version"): [("deployed", None)],
    **{("document", kind): [("about", None)] for kind in ("version", "dataset_version", "run", "environment")},
}
NAMED = {
    "version": "m:{}",
    "dataset_version": "d@v{}",
    "run": "run:r{}",
    "environment": "s/e{}",
    "document": "doc:p{}",
}
FIRST = 10


@dataclass(frozen=True)
class Drawn:
    """An edge as drawn: which node depends on which, how, since when, and by which event."""

    source: int
    target: int
    relation: str
    role: str | None
    hour: int
    event: int


@dataclass(frozen=True)
class Graph:
    """Nodes by kind, and edges from later nodes to earlier ones."""

    kinds: list[str]
    edges: list[Drawn]

    def subject(self, node: int) -> str:
        return NAMED[self.kinds[node]].format(node + 1)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    kinds = draw(st.lists(st.sampled_from(sorted(NAMED)), min_size=2, max_size=9))
    edges = []
    for source, kind in enumerate(kinds):
        for target in range(source):
            for relation, role in RELATIONS.get((kind, kinds[target]), []):
                if draw(st.booleans()):
                    edges.append(
                        Drawn(source, target, relation, role, draw(st.integers(1, 5)), draw(st.integers(1, 5)))
                    )
    return Graph(kinds, edges)


def walked(graph: Graph, edges: Sequence[Drawn], start: int, direction: str) -> tuple[set[str], set[tuple[Any, ...]]]:
    """Return the nodes and edges that a walk in plain Python reaches."""
    nodes, reached = {start}, set()
    for up in (True, False):
        if direction not in ("both", "up" if up else "down"):
            continue
        todo, seen = [start], {start}
        while todo:
            node = todo.pop()
            for edge in edges:
                near, far = (edge.source, edge.target) if up else (edge.target, edge.source)
                if near == node:
                    reached.add((graph.subject(edge.source), graph.subject(edge.target), edge.relation, edge.role))
                    if far not in seen:
                        seen.add(far)
                        todo.append(far)
        nodes |= seen
    return {graph.subject(node) for node in nodes}, reached


def hour(number: int) -> str:
    return f"2026-01-01T{number:02}:00:00.000000Z"


def write(connection: Connection, graph: Graph) -> None:
    rows: dict[type[Base], list[dict[str, Any]]] = {of: [] for of in (Model, Dataset, Version, DatasetVersion)}
    rows |= {of: [] for of in (Run, Environment, Document, Edge)}

    def add(of: type[Base], id: int, **columns: Any) -> None:
        blank = {column.name: getattr(column.default, "arg", None) for column in table(of).c}
        rows[of].append({**blank, "id": id, "at": hour(0), "event": 0, **columns})

    add(Model, 1, name="m")
    add(Dataset, 2, name="d")
    for node, kind in enumerate(graph.kinds):
        id, number = FIRST + node, node + 1
        match kind:
            case "version":
                add(Version, id, model_id=1, number=number)
            case "dataset_version":
                add(DatasetVersion, id, dataset_id=2, label=f"v{number}")
            case "run":
                add(Run, id, name=f"r{number}")
            case "environment":
                add(Environment, id, site="s", name=f"e{number}")
            case _:
                add(Document, id, path=f"p{number}")
    for number, edge in enumerate(graph.edges):
        add(
            Edge,
            100 + number,
            source=FIRST + edge.source,
            source_kind=graph.kinds[edge.source],
            target=FIRST + edge.target,
            target_kind=graph.kinds[edge.target],
            relation=edge.relation,
            role=edge.role,
            at=hour(edge.hour),
            event=edge.event,
        )
    for of, given_rows in rows.items():
        if given_rows:
            connection.execute(insert(table(of)), given_rows)


@pytest.fixture(scope="module")
def empty(shared_backend_url: str) -> Iterator[Registry]:
    with Registry.open(shared_backend_url, actor="root") as registry:
        yield registry


class Undone(Exception):
    """Rolls back what an example wrote."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=120)
@given(
    graph=graphs(),
    direction=st.sampled_from(["up", "down", "both"]),
    as_of=st.none() | st.integers(0, 6),
    known=st.none() | st.integers(0, 6),
    data=st.data(),
)
def test_a_walk_reaches_what_an_oracle_reaches(
    empty: Registry, graph: Graph, direction: str, as_of: int | None, known: int | None, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(graph.kinds) - 1))
    wanted = data.draw(st.none() | st.sets(st.sampled_from(["derived_from", "used", "generated_by"]), min_size=1))
    seen = [
        edge
        for edge in graph.edges
        if (as_of is None or edge.hour <= as_of)
        and (known is None or edge.event <= known)
        and (wanted is None or edge.relation in wanted)
    ]
    nodes, edges = walked(graph, seen, start, direction)
    with pytest.raises(Undone), empty._store.writing() as connection:
        write(connection, graph)
        view = View(connection, hour(9), None if as_of is None else hour(as_of), known)
        found = lineage(view, graph.subject(start), direction=direction, relations=wanted)
        assert {node.subject for node in found.nodes} == nodes
        assert len(found.nodes) == len(nodes)
        arrows = [(arrow.source, arrow.target, arrow.relation, arrow.role) for arrow in found.edges]
        assert set(arrows) == edges
        assert len(arrows) == len(edges)
        assert not found.truncated
        raise Undone


# -- on a registry with a history


@pytest.fixture(scope="module")
def registry(shared_backend_url: str) -> Iterator[Registry]:
    with hospital(shared_backend_url) as opened:
        yield opened


def names(found: Lineage) -> set[str]:
    return {node.subject for node in found.nodes}


def test_up_from_a_version_are_its_run_inputs_derivations_bases_and_test_data(registry: Registry) -> None:
    found = registry.lineage("sepsis:2", direction="up")
    datasets = {"stays@v2", "stays@v1", "ehr@v1", "holdout@v1"}
    assert names(found) == {"sepsis:2", "sepsis:1", "run:r1", "run:r2", *datasets}
    roles = {(edge.source, edge.target, edge.role) for edge in found.edges if edge.relation == "used"}
    assert roles == {
        ("run:r1", "stays@v1", "training"),
        ("run:r2", "stays@v2", "training"),
        ("run:r2", "holdout@v1", "validation"),
    }


def test_down_from_a_dataset_it_ends_in_deployments_and_documents(registry: Registry) -> None:
    found = registry.lineage("ehr@v1", direction="down")
    assert {"peds:1", "sepsis:1", "sepsis:2", "north/icu", "south/ward", "doc:docs/sepsis.md"} <= names(found)
    assert "holdout@v1" not in names(found)


def test_both_is_not_the_neighbours_of_neighbours(registry: Registry) -> None:
    found = registry.lineage("stays@v2", direction="both")
    assert {"stays@v1", "ehr@v1", "run:r2", "sepsis:2"} <= names(found)
    assert not {"run:r1", "sepsis:1", "holdout@v1"} & names(found)


def test_the_subject_is_the_first_node(registry: Registry) -> None:
    found = registry.lineage("sepsis@champion", direction="up")
    assert (found.subject, found.nodes[0].subject, found.nodes[0].kind) == ("sepsis:2", "sepsis:2", "version")
    assert registry.lineage("sepsis:3", direction="both").edges == []


def test_a_model_stands_for_its_versions_and_a_dataset_for_its(registry: Registry) -> None:
    assert {"sepsis", "sepsis:1", "sepsis:2", "sepsis:3", "run:r1"} <= names(registry.lineage("sepsis", direction="up"))
    assert {"stays", "stays@v1", "stays@v2", "run:r1"} <= names(registry.lineage("stays", direction="down"))


def test_an_environment_leads_up_to_what_was_live_in_it(registry: Registry) -> None:
    found = registry.lineage("north/icu", direction="up", relations=["deployed"])
    assert names(found) == {"north/icu", "sepsis:1", "sepsis:2"}


def test_nothing_is_linked_before_it_happened(registry: Registry) -> None:
    found = registry.lineage("ehr@v1", direction="down", as_of="2026-01-05")
    assert names(found) == {"ehr@v1", "stays@v1"}
    with pytest.raises(NotFound):
        registry.lineage("sepsis:2", as_of="2026-01-05")


def test_a_graph_that_is_cut_says_so(registry: Registry) -> None:
    whole = registry.lineage("ehr@v1", direction="down")
    cut = registry.lineage("ehr@v1", direction="down", limit=2)
    assert (whole.truncated, cut.truncated, len(cut.nodes)) == (False, True, 3)
    reached = names(cut)
    assert all(edge.source in reached and edge.target in reached for edge in cut.edges)
    assert registry.lineage("sepsis", limit=1).truncated
    assert not registry.lineage("ehr@v1", direction="down", limit=len(whole.nodes) - 1).truncated


def test_the_number_of_statements_does_not_grow_with_the_graph(registry: Registry) -> None:
    def sent(subject: str) -> int:
        with registry.view() as seen, counted(seen.connection) as statements:
            found = lineage(seen, subject, direction="down")
        return len(statements) - len({node.kind for node in found.nodes})  # labels are one statement a kind

    assert sent("ehr@v1") == sent("stays@v2")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"direction": "sideways"}, "'sideways' is not one of up, down, both"),
        ({"relations": ["derived"]}, "'derived' is not one of derived_from"),
        ({"limit": 0}, "limit 0 is not 1 or more"),
    ],
)
def test_a_wrong_argument_is_named_with_the_right_ones(registry: Registry, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        registry.lineage("sepsis:1", **given)
    assert message in str(raised.value)
