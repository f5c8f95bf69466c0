"""Dumping: the whole record as a manifest's text, the same text for the same record."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from askreg.registry import times
from askreg.registry.manifest import shapes
from askreg.registry.manifest.record import Record

if TYPE_CHECKING:
    from askreg.registry.registry import Registry

Format = Literal["yaml", "json"]


class _Lines(dict[str, Any]):
    """A mapping that takes a line for each key; others are written on one line."""


class _Plain(str):
    """Text that stands as it is: an instant or a number."""

    __slots__ = ()


def dump(registry: "Registry", *, format: Format = "yaml") -> str:
    """Return the record as a manifest; loaded into an empty registry, it reads the same and dumps the same.

    A manifest tells what happened, not how it came to be recorded. It does not carry: the events of the log and
    their times of recording, refused attempts, answers, model cards drafted, signed or published, the policy, earlier
    names of models, earlier values of what may change (descriptions, tags, cards, roles …), when people and metrics
    were registered, the digest that a signature was bound to and when it lapsed, who ended an interval if another began
    it, and the content of documents, which lie beside it.
    """
    with registry.view() as view:
        manifest = Record(view.connection).whole()
    tree = _tree(manifest)
    return "".join(_yaml(tree)) if format == "yaml" else f"{_json(tree, '')}\n"


# -- what is written, in which order


def _tree(manifest: shapes.Manifest) -> _Lines:
    tree = _Lines(askreg=1)
    tree["people"] = [
        _given(
            name=person.name,
            display=person.display,
            kind=person.kind if person.kind != "person" else None,
            roles=person.roles or None,
        )
        for person in manifest.people
    ]
    tree["metrics"] = _Lines(
        {measure.name: _given(better=measure.better, unit=measure.unit) for measure in manifest.metrics}
    )
    tree["datasets"] = [_dataset(dataset) for dataset in manifest.datasets]
    tree["runs"] = [_run(run) for run in manifest.runs]
    tree["models"] = [_model(model) for model in manifest.models]
    tree["documents"] = [
        _given(
            path=document.path,
            title=document.title,
            about=document.about or None,
            sensitivity=document.sensitivity,
            at=_at(document.at),
            by=document.by,
        )
        for document in manifest.documents
    ]
    return _Lines({key: value for key, value in tree.items() if value})


def _dataset(dataset: shapes.Dataset) -> _Lines:
    return _lines(
        name=dataset.name,
        description=dataset.description,
        at=_at(dataset.at, unless=shapes.first_at(dataset.versions)),
        by=dataset.by,
        versions=[
            _given(
                version=version.version,
                digest=version.digest,
                rows=version.rows,
                sensitivity=version.sensitivity,
                source=version.source,
                derived_from=version.derived_from or None,
                at=_at(version.at),
                by=version.by,
            )
            for version in dataset.versions
        ],
    )


def _run(run: shapes.Run) -> dict[str, Any]:
    return _given(
        id=run.id,
        at=_at(run.at),
        by=run.by,
        code=run.code or None,
        params=_free(run.params) if run.params else None,
        inputs=[{"dataset": used.dataset, "role": used.role} for used in run.inputs or ()] or None,
    )


def _model(model: shapes.Model) -> _Lines:
    lines = _lines(name=model.name)
    lines["task"] = model.task  # required, so that none has to be said
    lines.update(
        _lines(
            owner=model.owner,
            description=model.description,
            at=_at(model.at, unless=shapes.first_at(model.versions)),
            by=model.by,
            tags=model.tags,
            card=_free(model.card),
            versions=[_version(version) for version in model.versions],
        )
    )
    return lines


def _version(version: shapes.Version) -> _Lines:
    return _lines(
        version=version.version,
        at=_at(version.at),
        by=version.by,
        run=version.run,
        base=version.base,
        framework=version.framework,
        change_control=version.change_control,
        artifact=version.artifact,
        signature=None if version.signature is None else _free(version.signature),
        description=version.description,
        tags=version.tags,
        card=_free(version.card),
        evaluations=[
            _given(
                dataset=evaluation.dataset,
                split=evaluation.split,
                cohort=evaluation.cohort,
                at=_at(evaluation.at),
                by=evaluation.by,
                evidence=evaluation.evidence,
                metrics={name: _figure(figure) for name, figure in evaluation.metrics.items()},
            )
            for evaluation in version.evaluations
        ],
        approvals=[
            _given(by=a.by, meaning=a.meaning, decision=a.decision, at=_at(a.at), comment=a.comment)
            for a in version.approvals
        ],
        stages=[_given(stage=move.stage, at=_at(move.at), by=move.by, reason=move.reason) for move in version.stages],
        aliases=[
            _given(alias=alias.alias, at=_at(alias.at), until=_at(alias.until), by=alias.by)
            for alias in version.aliases
        ],
        deployments=[
            _given(
                site=live.site,
                environment=live.environment,
                region=live.region,
                at=_at(live.at),
                until=_at(live.until),
                by=live.by,
                reason=live.reason,
            )
            for live in version.deployments
        ],
    )


def _figure(figure: shapes.Figure) -> dict[str, Any]:
    return _given(
        value=_decimal(figure.value),
        n=figure.n,
        ci=None if figure.ci is None else [_decimal(end) for end in figure.ci],
        unit=figure.unit,
        config=None if figure.config is None else _free(figure.config),
    )


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _lines(**values: Any) -> _Lines:
    return _Lines({key: value for key, value in values.items() if value is not None and value != [] and value != {}})


def _at(instant: str | None, *, unless: str | None = None) -> _Plain | None:
    return None if instant is None or instant == unless else _Plain(times.shown(instant))


def _decimal(value: Decimal) -> _Plain:
    return _Plain(format(value, "f"))


def _free(value: Any) -> Any:
    """Return a JSON value with its numbers written so that they are read as the same numbers."""
    if isinstance(value, dict):
        return {key: _free(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_free(item) for item in value]
    if isinstance(value, float):
        mantissa, exponent, power = repr(value).partition("e")
        # Other YAML readers take 1e-07 for text, and 1.0e-07 for a number.
        return _Plain(f"{mantissa}{'' if '.' in mantissa or not exponent else '.0'}{exponent}{power}")
    return value


# -- YAML


_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+()-]+)*").fullmatch
_MEANT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that are something else than text to one YAML reader or another."""
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LONGEST_KEY = 200
"""Longer keys need a mark of their own in YAML."""


def _yaml(tree: _Lines) -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, _Lines):
            yield f"{key}:\n"
            yield from (f"  {_key(name)}: {_flow(item, _bare)}\n" for name, item in value.items())
        elif isinstance(value, list):
            yield f"{key}:\n"
            yield from _items(value, "  ")
        else:
            yield f"{key}: {_flow(value, _bare)}\n"


def _items(items: Iterable[Any], pad: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, _Lines):
            yield from _block(item, pad)
        else:
            yield f"{pad}- {_flow(item, _bare)}\n"


def _block(lines: _Lines, pad: str) -> Iterator[str]:
    mark = "- "
    for key, value in lines.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{pad}{mark}{key}:\n"
            yield from _items(value, f"{pad}    ")
        else:
            yield f"{pad}{mark}{key}: {_flow(value, _bare)}\n"
        mark = "  "


def _flow(value: Any, quote: Callable[[str], str]) -> str:
    if isinstance(value, _Plain):
        return str(value) if quote is _bare or not value.endswith("Z") else f'"{value}"'
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, dict):
        key = _key if quote is _bare else quote
        return "{" + ", ".join(f"{key(name)}: {_flow(item, quote)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, quote) for item in value) + "]"
    return json.dumps(value)


def _bare(value: str) -> str:
    return value if _BARE(value) and value.lower() not in _MEANT else _quoted(value)


def _quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _key(value: str) -> str:
    text = "n" if value == "n" else _bare(value)  # the number of cases, which the format itself names so
    return text if len(text) <= _LONGEST_KEY else f"? {text}"


# -- JSON


def _json(value: Any, pad: str) -> str:
    deeper = f"{pad}  "
    if isinstance(value, _Lines):
        rows = [f"{deeper}{_quoted(key)}: {_json(item, deeper)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{pad}}}" if rows else "{}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"{deeper}{_json(item, deeper)}" for item in value) + f"\n{pad}]"
    return _flow(value, _quoted)
