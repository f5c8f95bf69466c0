"""From nodes to shapes: which keys each mapping takes, how each value is read, and what to say when it cannot be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from askreg.errors import InvalidInput
from askreg.registry import names, tables
from askreg.registry.manifest import shapes
from askreg.registry.manifest.reading import Place, Problems, in_words, is_null, suggestion
from askreg.registry.manifest.values import (
    Scalar,
    Wrong,
    card,
    cohort,
    count,
    dataset_version,
    end,
    figure,
    free,
    free_mapping,
    instant,
    interval,
    name,
    number,
    one_of,
    run,
    subject,
    tags,
    text,
    version_of_model,
    who,
    words,
)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items are mappings of a shape, or single values."""

    item: "Shape | Scalar"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from names to mappings of a shape."""

    item: "Shape"
    key: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of a mapping, and what is made of them."""

    make: Callable[..., Any]
    keys: Mapping[str, "Scalar | ListOf | MapOf | Shape"]
    required: frozenset[str]
    example: str = ""
    placed: bool = True
    """Whether what is made keeps its place, for the checks that come later."""
    nullable: frozenset[str] = frozenset()
    """Required keys that may be null, which says that there is none."""


class Reader:
    """Reads a tree of nodes into a manifest, noting every problem on the way."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def manifest(self, tree: MappingNode) -> shapes.Manifest:
        """Return the typed manifest; raises `ManifestError`."""
        self._problems_of_version(tree)
        made: shapes.Manifest | None = self._entry(tree, "", MANIFEST)
        self._problems.settle()
        assert made is not None  # an entry that could not be made left a problem
        return made

    def _problems_of_version(self, tree: MappingNode) -> None:
        for key, value in tree.value:
            if key.value == "askreg":
                if value.value != "1":
                    self._problems.add(
                        value, "askreg", f"this askreg reads manifests of version 1, not {in_words(value)}"
                    )
                return
        self._problems.add(tree, "askreg", "missing; a manifest begins with 'askreg: 1'")

    def _entry(self, node: Node, path: str, shape: Shape) -> Any:
        if type(node) is not MappingNode:
            example = f" such as {shape.example}" if shape.example else ""
            self._problems.add(node, path, f"must be a mapping{example}, not {in_words(node)}")
            return None
        values: dict[str, Any] = {}
        complete = True
        keys = shape.keys
        for key_node, value in node.value:
            key = key_node.value
            reads = keys.get(key) if type(key_node) is ScalarNode else None
            if reads is None:
                self._unknown(key_node, path, keys)
            elif key in values:
                self._problems.add(key_node, _join(path, key), "given twice")
            elif type(value) is ScalarNode and not value.style and is_null(value):
                values[key] = None
            else:
                try:
                    values[key] = reads(value) if callable(reads) else self._nested(value, _join(path, key), reads)
                except Wrong as wrong:
                    values[key] = None
                    complete = False
                    self._problems.add(wrong.node, _join(path, key), wrong.problem)
        for key in shape.required:
            if values.get(key) is None and complete and not (key in values and key in shape.nullable):
                complete = False
                self._missing(node, path, key, key in values)
        if not complete:
            return None
        given = {key: value for key, value in values.items() if value is not None}
        if shape.placed:
            given["place"] = Place(path, node)
        return shape.make(**given)

    def _nested(self, node: Node, path: str, reads: "ListOf | MapOf | Shape") -> Any:
        if type(reads) is Shape:
            return self._entry(node, path, reads)
        if type(reads) is MapOf:
            return self._map(node, path, reads)
        assert type(reads) is ListOf
        if type(node) is not SequenceNode:
            raise Wrong(
                node,
                f"must be a list, not {in_words(node)}; write [{'…' if isinstance(node, MappingNode) else node.value}]",
            )
        item = reads.item
        if type(item) is Shape:
            return [self._entry(child, f"{path}[{index}]", item) for index, child in enumerate(node.value)]
        read = []
        for index, child in enumerate(node.value):
            try:
                read.append(item(child))  # type: ignore[operator]
            except Wrong as wrong:
                self._problems.add(wrong.node, f"{path}[{index}]", wrong.problem)
        return read

    def _map(self, node: Node, path: str, reads: MapOf) -> dict[str, Any]:
        if type(node) is not MappingNode:
            raise Wrong(node, f"must be a mapping of names, not {in_words(node)}")
        read: dict[str, Any] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            try:
                reads.key(key)
            except InvalidInput as error:
                self._problems.add(key_node, _join(path, key), str(error))
                continue
            if key in read:
                self._problems.add(key_node, _join(path, key), "given twice")
            read[key] = self._entry(value, f"{path}.{key}", reads.item)
        return read

    def _unknown(self, node: Node, path: str, keys: Mapping[str, Any]) -> None:
        if type(node) is not ScalarNode:
            self._problems.add(node, path, f"{in_words(node)} cannot be a key")
            return
        key = node.value
        if key == "<<":
            self._problems.add(node, path, "merge keys (<<) are not read; repeat the keys, or use an alias for a value")
            return
        hint = suggestion(key, keys, few=True) or f"; the keys here are {', '.join(keys)}"
        self._problems.add(node, path, f"unknown key {key!r}{hint}")

    def _missing(self, node: Node, path: str, key: str, present: bool) -> None:
        if present:
            self._problems.add(node, _join(path, key), "needs a value")
        else:
            self._problems.add(node, path, f"missing key {key!r}")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


# -- the format

_by, _at = {"by": who}, {"at": instant}


def _shape(
    make: Callable[..., Any],
    needed: str,
    keys: Mapping[str, Any],
    *,
    example: str = "",
    placed: bool = True,
    nullable: str = "",
) -> Shape:
    return Shape(make, keys, frozenset(needed.split()), example, placed, frozenset(nullable.split()))


def _interval(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(until: tuple[str, str | None] | None = None, **given: Any) -> Any:
        moment, day = until or (None, None)
        return make(until=moment, day=day, **given)

    return made


_FIGURE = _shape(
    shapes.Figure,
    "value",
    {"value": figure, "n": count, "ci": interval, "unit": text, "config": free},
    example="{value: 0.87, n: 1200}",
)
_EVALUATION = _shape(
    shapes.Evaluation,
    "dataset metrics at",
    {
        "dataset": dataset_version,
        "split": text,
        "cohort": cohort,
        **_at,
        **_by,
        "evidence": one_of("evidence grade", tables.Evidence),
        "metrics": MapOf(_FIGURE, names.metric),
    },
)
_APPROVAL = _shape(
    shapes.Approval,
    "by decision meaning at",
    {
        **_by,
        "meaning": one_of("meaning of a signature", tables.Meaning),
        "decision": one_of("decision", tables.Decision),
        **_at,
        "comment": text,
    },
)
_STAGE = _shape(shapes.Stage, "stage at", {"stage": one_of("stage", tables.StageName), **_at, **_by, "reason": text})
_ALIAS = _shape(_interval(shapes.Alias), "alias at", {"alias": name("alias"), **_at, "until": end, **_by})
_DEPLOYMENT = _shape(
    _interval(shapes.Deployment),
    "site environment at",
    {
        "site": name("site"),
        "environment": name("environment"),
        "region": text,
        **_at,
        "until": end,
        **_by,
        "reason": text,
    },
)
_ARTIFACT = _shape(dict, "", {"uri": text, "digest": text, "size": count}, placed=False)
_SIGNATURE = _shape(dict, "", {"inputs": free, "outputs": free}, placed=False)
_VERSION_SHAPE = _shape(
    shapes.Version,
    "version at",
    {
        "version": number,
        **_at,
        **_by,
        "run": run,
        "base": version_of_model,
        "framework": text,
        "artifact": _ARTIFACT,
        "signature": _SIGNATURE,
        "change_control": one_of("change control", tables.ChangeControl),
        "description": text,
        "tags": tags,
        "card": card,
        "evaluations": ListOf(_EVALUATION),
        "approvals": ListOf(_APPROVAL),
        "stages": ListOf(_STAGE),
        "aliases": ListOf(_ALIAS),
        "deployments": ListOf(_DEPLOYMENT),
    },
)
_MODEL = _shape(
    shapes.Model,
    "name task",
    {
        "name": name("model"),
        "task": text,
        "owner": text,
        "description": text,
        **_at,
        **_by,
        "tags": tags,
        "card": card,
        "versions": ListOf(_VERSION_SHAPE),
    },
    nullable="task",
)
_DATASET = _shape(
    shapes.Dataset,
    "name",
    {
        "name": name("dataset"),
        "description": text,
        **_at,
        **_by,
        "versions": ListOf(
            _shape(
                shapes.DatasetVersion,
                "version at",
                {
                    "version": name("dataset version"),
                    "digest": text,
                    "rows": count,
                    "source": text,
                    "sensitivity": one_of("sensitivity", tables.Sensitivity),
                    "derived_from": ListOf(dataset_version),
                    **_at,
                    **_by,
                },
            )
        ),
    },
)
_RUN = _shape(
    shapes.Run,
    "id at",
    {
        "id": name("run"),
        **_at,
        **_by,
        "code": _shape(dict, "", {"repo": text, "commit": text}, placed=False),
        "params": free_mapping,
        "inputs": ListOf(
            _shape(
                shapes.Input,
                "dataset",
                {"dataset": dataset_version, "role": one_of("role of an input", tables.InputRole)},
                example="{dataset: icu-stays@2025-06, role: training}",
            )
        ),
    },
)
_PERSON = _shape(
    shapes.Person,
    "name",
    {
        "name": name("person"),
        "display": text,
        "kind": one_of("kind of person", tables.PersonKind),
        "roles": ListOf(one_of("role", tables.Role)),
    },
    example="{name: ada.osei}",
)
_DOCUMENT = _shape(
    shapes.Document,
    "path",
    {
        "path": words,
        "title": text,
        "about": ListOf(subject),
        "sensitivity": one_of("sensitivity", tables.Sensitivity),
        **_at,
        **_by,
    },
    example="{path: docs/report.md}",
)
_MEASURE = _shape(shapes.Measure, "", {"better": one_of("direction", Literal["higher", "lower"]), "unit": text})


def _whole_file(askreg: str = "", **given: Any) -> shapes.Manifest:
    measures: dict[str, shapes.Measure] = {key: m for key, m in given.pop("metrics", {}).items() if m is not None}
    for key, measure in measures.items():
        measure.name = key
    return shapes.Manifest(metrics=list(measures.values()), **given)


MANIFEST = _shape(
    _whole_file,
    "",
    {
        "askreg": text,  # checked before all else
        "people": ListOf(_PERSON),
        "metrics": MapOf(_MEASURE, names.metric),
        "datasets": ListOf(_DATASET),
        "runs": ListOf(_RUN),
        "models": ListOf(_MODEL),
        "documents": ListOf(_DOCUMENT),
    },
)
