"""The card as a CycloneDX 1.6 bill of materials: built by its library, with a model card added, and validated."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from askreg.errors import InvalidInput
from askreg.reports.cards.catalogue import Profile, ProfileField, profile
from askreg.reports.cards.completeness import left_out, state_of
from askreg.reports.cards.content import Card, DatasetUse, Figure
from askreg.reports.cards.exports.prose import beside, cites, entries, paragraphs
from askreg.reports.cards.layout import absent
from askreg.reports.cards.text import line, visible

_SHA256 = re.compile(r"sha256:([0-9a-f]{64})")
_APPROACHES = ("supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:askreg:card")


def write(card: Card, standing: str) -> tuple[str, str]:
    """Return the bill of materials as JSON, and what has validated it; raises `InvalidInput` when it is not valid."""
    chosen = profile("cyclonedx")
    content = json.loads(_built(card, chosen, standing))
    content["metadata"]["component"]["modelCard"] = _model_card(card, chosen)
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    error = _validator()(text)
    if error is not None:
        raise InvalidInput(f"the card is not valid under CycloneDX 1.6: {error}")
    from importlib.metadata import version

    return text, f"cyclonedx-python-lib {version('cyclonedx-python-lib')}, JsonStrictValidator 1.6"


def _built(card: Card, chosen: Profile, standing: str) -> str:
    try:
        from cyclonedx.model import HashAlgorithm, HashType, Property
        from cyclonedx.model.bom import Bom, BomMetaData
        from cyclonedx.model.component import Component, ComponentType, Pedigree
        from cyclonedx.model.contact import OrganizationalEntity
        from cyclonedx.model.license import DisjunctiveLicense
        from cyclonedx.output.json import JsonV1Dot6
    except ImportError:
        raise InvalidInput("CycloneDX cards need more packages: pip install 'askreg[cards]'") from None
    known, kind = card.identity, ComponentType.MACHINE_LEARNING_MODEL
    digest = _SHA256.fullmatch(known.digest or "")
    licenses = [text for entry in [card.entries["license"]] for text in (s.text for s in entry.statements)]
    component = Component(
        name=known.model,
        version=str(known.version),
        type=kind,
        bom_ref=card.subject,
        description=_described(card, chosen),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest[1])] if digest else None,
        licenses=[DisjunctiveLicense(name=line(text)) for text in licenses],
        supplier=OrganizationalEntity(name=line(known.owner_name or known.owner)) if known.owner else None,
        pedigree=_pedigree(Component, Pedigree, kind, known.base),
        tags=[line(f"{key}: {value}") for key, value in known.tags.items()],
        properties=[Property(name=name, value=value) for name, value in _properties(card, chosen, standing)],
    )
    bom = Bom(
        serial_number=uuid.uuid5(_NAMESPACE, f"{card.content} {card.as_of}"),
        metadata=BomMetaData(component=component, timestamp=datetime.fromisoformat(card.as_of)),
    )
    return JsonV1Dot6(bom).output_as_string()


def _pedigree(component: Any, pedigree: Any, kind: Any, base: str | None) -> Any:
    if base is None:
        return None
    name, _, number = base.partition(":")
    return pedigree(ancestors=[component(name=name, version=number, type=kind, bom_ref=base)])


def _properties(card: Card, chosen: Profile, standing: str) -> Iterator[tuple[str, str]]:
    yield "askreg:content", card.content
    yield "askreg:standing", standing
    yield "askreg:as-of", card.as_of
    yield "askreg:log-event", str(card.head.seq)
    if card.identity.framework:
        yield "askreg:framework", line(card.identity.framework)
    if card.identity.digest and not _SHA256.fullmatch(card.identity.digest):
        yield "askreg:digest", line(card.identity.digest)
    for number, lost in enumerate([*chosen.cannot_carry, *left_out(card, chosen)], 1):
        yield f"askreg:not-carried:{number}", lost


def _model_card(card: Card, chosen: Profile) -> dict[str, Any]:
    fields = {field.id: field for field in chosen.fields}

    def said(id: str) -> list[str]:
        field = fields[id]
        shown = beside(card, field)
        if state_of(card, field)[0] != "value":
            return shown
        return [*(text for entry in entries(card, field) for text in paragraphs(card, entry)), *shown]

    return _full(
        {
            "modelParameters": _full(_parameters(card, said)),
            "quantitativeAnalysis": _full({"performanceMetrics": [_metric(card, figure) for figure in card.figures]}),
            "considerations": _full(_considerations(card, said)),
            "properties": [*_states(card, fields.values())],
        }
    )


def _parameters(card: Card, said: Callable[[str], list[str]]) -> dict[str, Any]:
    approach = [text.text.strip().lower() for text in card.entries["learning_approach"].statements]
    named = next((name for name in approach if name in _APPROACHES), None)
    table = card.entries["signature"].table
    sides: dict[str, list[dict[str, str]]] = {"input": [], "output": []}
    for row in table.rows if table else ():
        side, name, kind = row.cells
        sides[side].append({"format": visible(f"{name}: {kind}" if name else kind)})
    return {
        "approach": {"type": named} if named else None,
        "task": line(card.identity.task) if card.identity.task else None,
        "architectureFamily": " ".join(said("architectureFamily")) or None,
        "datasets": [_dataset(card, use) for use in card.datasets],
        "inputs": sides["input"],
        "outputs": sides["output"],
    }


def _dataset(card: Card, use: DatasetUse) -> dict[str, Any]:
    size = f"{use.rows} rows" if use.rows is not None else "how many rows is not recorded"
    parts = [f"for {', '.join(use.roles)}", size]
    parts += [f"through {use.through}"] if use.through else []
    parts += [f"source: {use.source}"] if use.source else []
    parts += [f"digest {use.digest}"] if use.digest else []
    parts += [use.description] if use.description else []
    return _full(
        {
            "type": "dataset",
            "name": use.subject,
            "classification": use.sensitivity,
            "sensitiveData": [use.sensitivity] if use.sensitivity in ("phi", "deidentified") else [],
            "description": line("; ".join(parts)) + cites(card, (use.fact,)),
            "governance": {"custodians": [{"contact": {"name": use.by}}]} if use.by else None,
        }
    )


def _metric(card: Card, figure: Figure) -> dict[str, Any]:
    size = f"n = {figure.n}" if figure.n is not None else "n not recorded"
    about = f"{figure.cohort}; {figure.setting}; {size}; {figure.evidence}; event {figure.event}"
    value = f"{figure.value} {figure.unit}" if figure.unit else figure.value
    found: dict[str, Any] = {"type": figure.metric, "value": visible(value), "slice": line(about)}
    if figure.ci is not None:
        found["confidenceInterval"] = {"lowerBound": figure.ci[0], "upperBound": figure.ci[1]}
    return found


def _considerations(card: Card, said: Callable[[str], list[str]]) -> dict[str, Any]:
    def of(source: str) -> list[str]:
        entry = card.entries[source]
        return paragraphs(card, entry) if entry.state == "value" else []

    ethical = [{"name": text} for text in of("bias")]
    ethical += [{"name": "Reduction of bias", "mitigationStrategy": text} for text in of("bias_mitigation")]
    fair = [{"benefits": text} for text in of("benefits")]
    fair += [{"mitigationStrategy": text} for text in of("fairness_approach")]
    green = [{"name": "askreg:environment", "value": text} for text in of("environment")]
    return {
        "users": said("users"),
        "useCases": said("useCases"),
        "technicalLimitations": said("technicalLimitations"),
        "performanceTradeoffs": said("performanceTradeoffs"),
        "ethicalConsiderations": ethical,
        "fairnessAssessments": fair,
        "environmentalConsiderations": {"properties": green} if green else None,
    }


def _states(card: Card, fields: Any) -> Iterator[dict[str, str]]:
    field: ProfileField
    for field in fields:
        if state_of(card, field)[0] != "value":
            said = "; ".join(dict.fromkeys(absent(card.entries[source]) for source in field.sources))
            yield {"name": f"askreg:state:{field.id}", "value": line(said)}


def _described(card: Card, chosen: Profile) -> str | None:
    field = next(field for field in chosen.fields if field.id == "description")
    if state_of(card, field)[0] != "value":
        return None
    return " ".join(text for entry in entries(card, field) for text in paragraphs(card, entry))


def _full(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in (None, [], {})}


@cache
def _validator() -> Callable[[str], object]:
    from cyclonedx.exception import MissingOptionalDependencyException
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)

    def validate(text: str) -> object:
        try:
            return validator.validate_str(text)
        except MissingOptionalDependencyException:
            raise InvalidInput("validating CycloneDX needs more packages: pip install 'askreg[cards]'") from None

    return validate
