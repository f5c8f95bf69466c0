"""Provenance as W3C PROV: the version and all it came from, what was done with it, and who did it.

Things of the record are in the namespace of their log, so that documents of several registries can be merged. Each
carries the number and hash of the event that recorded it. What held for a time, such as a stage, is the version as
it was then: an entity that specialises it, generated when it began and invalidated when it ended. A run's times are
not in the record, only the instant that was given for it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from askreg.errors import AskregError
from askreg.registry import reads
from askreg.registry.canonical import canonical
from askreg.registry.checkpoints import origin
from askreg.registry.results import EvaluationView, VersionSummary
from askreg.reports.provenance.lines import Summary
from askreg.reports.provenance.source import Source, figure

if TYPE_CHECKING:
    from prov.model import ProvDocument

VOCABULARY = "urn:askreg:ns#"


def prov_json(summary: Summary, source: Source) -> bytes:
    """Return PROV-JSON."""
    return f"{document(summary, source).serialize(format='json', indent=1)}\n".encode()


def prov_n(summary: Summary, source: Source) -> bytes:
    """Return PROV-N."""
    return (document(summary, source).get_provn() + "\n").encode()


def document(summary: Summary, source: Source) -> "ProvDocument":
    """Return the provenance of a version as a document of the library `prov`."""
    try:
        from prov.model import ProvDocument
    except ModuleNotFoundError:
        raise AskregError("W3C PROV needs the library prov: pip install 'askreg[audit]'") from None
    writer = _Writer(ProvDocument(), summary, source)
    writer.write()
    return writer.document


def identifier(subject: str) -> str:
    """Return the local name of `model:3`, `dataset@version`, `run:id` or another thing."""
    for mark, kind in (("run:", "run"), ("doc:", "document"), ("person:", "person")):
        if subject.startswith(mark):
            return _local(kind, subject.removeprefix(mark))
    if ":" in subject:
        return _local("version", *subject.split(":"))
    return _local("dataset", *subject.split("@")) if "@" in subject else _local("model", subject)


def _local(kind: str, *parts: object) -> str:
    return "/".join([kind, *(quote(str(part), safe="") for part in parts)])


class _Writer:
    def __init__(self, document: "ProvDocument", summary: Summary, source: Source) -> None:
        self.document, self.summary, self.source = document, summary, source
        self._hashes = {entry.seq: entry.hash for entry in source.entries(summary)}
        log = origin(source.view.connection).removeprefix("askreg/").replace("/", ":")
        self._record = document.add_namespace("rec", f"urn:askreg:{log}/")
        self._terms = document.add_namespace("askreg", VOCABULARY)
        self._agents: set[str] = set()

    def write(self) -> None:
        head = self.summary.head
        self._entity("log/head", "LogHead", None, {"event": head.seq, "hash": head.hash})
        for node in self.source.origins.nodes:
            if node.kind == "dataset_version":
                self._state(node.subject)
            elif node.kind == "run":
                self._run(node.subject)
            elif node.kind == "version":
                self._version(reads.version(self.source.view, node.subject))
        self._arrows()
        version = identifier(self.source.subject)
        for each in self.source.version.evaluations:
            self._evaluation(version, each)
        self._approvals(version)
        self._intervals(version)
        for path in self.source.version.documents:
            self._entity(identifier(path), "Document", None, {"label": path})
            self.document.wasInfluencedBy(self._name(identifier(path)), self._name(version))

    # -- things

    def _state(self, subject: str) -> None:
        state = self.source.state(subject)
        told = {name: getattr(state, name) for name in ("digest", "rows", "sensitivity", "source")}
        self._entity(identifier(subject), "DatasetVersion", state.event, {"label": subject, "at": state.at, **told})
        self._attribute(identifier(subject), state.by)

    def _run(self, subject: str) -> None:
        run = self.source.run_of(subject)
        told = {"label": subject, "at": run.at, "params": canonical(run.params) if run.params else None, **run.code}
        self._activity(identifier(subject), "Run", run.event, told, by=run.by)

    def _version(self, version: VersionSummary) -> None:
        told = {"label": version.subject, "at": version.at, "framework": version.framework}
        told |= version.artifact.model_dump()
        self._entity(identifier(version.subject), "ModelVersion", version.event, told)
        self._attribute(identifier(version.subject), version.by)
        model = identifier(version.model)
        if version.subject == self.source.subject:
            summary = self.source.model
            kept = {"label": summary.name, "task": summary.task, "description": summary.description}
            self._entity(model, "Model", summary.event, kept)
            if summary.owner is not None:
                self._attribute(model, summary.owner, role="owner")
            self.document.specializationOf(self._name(identifier(version.subject)), self._name(model))

    def _arrows(self) -> None:
        for arrow in self.source.origins.edges:
            start, end = self._name(identifier(arrow.source)), self._name(identifier(arrow.target))
            told = self._told(arrow.event, {})
            if arrow.relation == "generated_by":
                self.document.wasGeneratedBy(start, end, None, None, told)
            elif arrow.relation == "used":
                told["prov:role"] = self._terms[str(arrow.role)]
                self.document.used(start, end, None, None, told)
            elif arrow.relation == "derived_from":
                self.document.wasDerivedFrom(start, end, None, None, None, None, told)

    def _evaluation(self, version: str, each: EvaluationView) -> None:
        local = _local("evaluation", each.event)
        told = each.model_dump(include={"split", "cohort", "evidence", "at"})
        self._activity(local, "Evaluation", each.event, told, by=each.by)
        self.document.used(self._name(local), self._name(version))
        role = {"prov:role": self._terms["test" if each.split == "test" else "evaluation"]}
        self.document.used(self._name(local), self._name(identifier(each.dataset)), None, None, role)
        for number, metric in enumerate(each.metrics, 1):
            figures = {"metric": metric.metric, "n": metric.n, "unit": metric.unit}
            figures |= {} if metric.config is None else {"config": canonical(metric.config)}
            ends = metric.ci or ()
            decimals = dict(zip(("value", "low", "high"), (metric.value, *ends), strict=False))
            exact = {f"askreg:{name}": _decimal(figure(value)) for name, value in decimals.items()}
            name = _local("figure", each.event, number)
            self._entity(name, "Figure", each.event, figures, exact)
            self.document.wasGeneratedBy(self._name(name), self._name(local))

    def _approvals(self, version: str) -> None:
        for each in self.source.version.approvals:
            local, signature = _local("signing", each.event), _local("signature", each.event)
            act = {"meaning": each.meaning, "decision": each.decision, "imported": each.imported}
            self._activity(local, "Signing", each.event, act, by=each.by, start=each.at, end=each.at)
            self.document.used(self._name(local), self._name(version))
            told = each.model_dump(include={"meaning", "decision", "printed_name", "comment", "content"})
            self._entity(signature, "Signature", each.event, told)
            self.document.wasGeneratedBy(self._name(signature), self._name(local), each.at)
            if each.lapsed is not None:
                self._invalidated(signature, each.lapsed, each.closed)

    def _intervals(self, version: str) -> None:
        for live in self.source.version.deployments:
            local = _local("deployment", live.event)
            place = {"prov:location": f"{live.site}/{live.environment}"}
            where = {"site": live.site, "environment": live.environment, "region": live.region}
            self._activity(
                local, "Deployment", live.event, where, by=live.by, start=live.since, end=live.until, extra=place
            )
            self.document.used(self._name(local), self._name(version))
        for stage in self.source.version.stages:
            told: dict[str, Any] = {"stage": stage.stage, "reason": stage.reason, "imported": stage.imported}
            self._held(version, "StagedVersion", stage, told)
        for alias in self.source.version.alias_history:
            self._held(version, "AliasedVersion", alias, {"alias": alias.alias})

    def _held(self, version: str, kind: str, held: Any, told: Mapping[str, Any]) -> None:
        local = f"{version}/{_local(kind.removesuffix('dVersion').lower(), held.event)}"
        self._entity(local, kind, held.event, told)
        self.document.specializationOf(self._name(local), self._name(version))
        self.document.wasGeneratedBy(self._name(local), None, held.since)
        self._attribute(local, held.by)
        if held.until is not None:
            self._invalidated(local, held.until, held.closed)

    # -- how they are written

    def _name(self, local: str) -> Any:
        return self._record[local]

    def _told(self, event: int | None, told: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if event is not None:
            found = {"askreg:event": _long(event)}
            found |= {"askreg:eventHash": self._hashes[event]} if event in self._hashes else {}
        for name, value in told.items():
            if value is not None:
                key = "prov:label" if name == "label" else f"askreg:{name}"
                found[key] = _long(value) if type(value) is int else value
        return found

    def _entity(
        self,
        local: str,
        kind: str,
        event: int | None,
        told: Mapping[str, Any],
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        attributes = {"prov:type": self._terms[kind], **self._told(event, told), **(extra or {})}
        self.document.entity(self._name(local), attributes)

    def _activity(
        self,
        local: str,
        kind: str,
        event: int,
        told: Mapping[str, Any],
        *,
        by: str | None,
        start: str | None = None,
        end: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        attributes = {"prov:type": self._terms[kind], **self._told(event, told), **(extra or {})}
        self.document.activity(self._name(local), start, end, attributes)
        if by is not None:
            self.document.wasAssociatedWith(self._name(local), self._agent(by))

    def _attribute(self, local: str, by: str | None, role: str | None = None) -> None:
        if by is not None:
            told = None if role is None else {"askreg:role": self._terms[role]}
            self.document.wasAttributedTo(self._name(local), self._agent(by), None, told)

    def _invalidated(self, local: str, when: str, event: int | None) -> None:
        self.document.wasInvalidatedBy(self._name(local), None, when, None, self._told(event, {}))

    def _agent(self, name: str) -> Any:
        local = _local("person", name)
        if local not in self._agents:
            self._agents.add(local)
            person = self.source.person(name)
            kind = "SoftwareAgent" if person is not None and person.kind == "service" else "Person"
            from prov.constants import PROV

            label = name if person is None or not person.display else person.display
            self.document.agent(self._name(local), {"prov:type": PROV[kind], "prov:label": label})
        return self._name(local)


def _long(number: int) -> Any:
    from prov.constants import XSD_LONG
    from prov.model import Literal

    return Literal(str(number), XSD_LONG)


def _decimal(text: str) -> Any:
    from prov.constants import XSD_DECIMAL
    from prov.model import Literal

    return Literal(text, XSD_DECIMAL)
