"""The card as CHAI's Applied Model Card, validated against a schema that was written from its list of fields."""

import json
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from askreg.errors import InvalidInput
from askreg.reports.cards.catalogue import Group, Profile, ProfileField, data, profile
from askreg.reports.cards.completeness import left_out, state_of
from askreg.reports.cards.content import Card, Figure
from askreg.reports.cards.exports.prose import cites, entries, paragraphs, prose
from askreg.reports.cards.text import line, markdown, xml

if TYPE_CHECKING:
    from xmlschema import XMLSchema

NAMESPACE = "https://mc.chai.org/v0.2/schema.xsd"
_SCHEMA = "chai-0.2.xsd"
_OPTIONAL = frozenset(
    """
    EHRCompatibility RegulatoryApproval FoundationModels Security Transparency ThirdPartyInformation
    EvaluationReferences ClinicalTrial ReimbursementStatus
    """.split()
)


def write(card: Card, standing: str) -> tuple[str, str]:
    """Return the card as XML, and what has validated it; raises `InvalidInput` when it is not valid."""
    chosen = profile("chai")
    root = ElementTree.Element(_tag("AppliedModelCard"))
    lost = "; ".join([*chosen.cannot_carry, *left_out(card, chosen)])
    note = f" askreg: {card.subject}, {standing}, content {card.content}. Not carried: {lost} "
    root.append(ElementTree.Comment(xml(note).replace("--", "- -")))
    for group in chosen.groups:
        _fill(root, group, card, chosen)
    ElementTree.register_namespace("", NAMESPACE)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode", xml_declaration=True, default_namespace=None) + "\n"
    return text, _validated(text)


def _fill(root: ElementTree.Element, group: Group, card: Card, chosen: Profile) -> None:
    if group.title == "Bibliography":
        _text(root, "Bibliography", _bibliography(card, group.fields[0]))
        return
    at = root
    for step in group.title.split("/"):
        found = at.find(_tag(step))
        at = ElementTree.SubElement(at, _tag(step)) if found is None else found
    for field in group.fields:
        if field.id in _OPTIONAL and state_of(card, field)[0] == "missing":
            continue
        match field.id:
            case "Keywords":
                keywords = ElementTree.SubElement(at, _tag("Keywords"))
                for key, value in card.identity.tags.items():
                    _text(keywords, "Keyword", markdown(f"{key}: {value}"))
            case "EHRCompatibility":
                compatible = ElementTree.SubElement(at, _tag("EHRCompatibility"))
                for entry in entries(card, field):
                    for said in paragraphs(card, entry, marked=True):
                        _text(compatible, "EHR", said)
            case "Results":
                _results(ElementTree.SubElement(at, _tag("Results")), field, card)
            case _:
                _text(at, field.id, prose(card, field, marked=True))


def _results(at: ElementTree.Element, field: ProfileField, card: Card) -> None:
    wanted = {fact for label in _figures_of(card, field) for fact in label}
    figures = [figure for figure in card.figures if figure.fact in wanted]
    for figure in figures:
        result = ElementTree.SubElement(at, _tag("MetricResult"))
        _text(result, "Label", f"{markdown(_label(figure))}{cites(card, (figure.fact,))}")
        _text(result, "ValueJson", value_json(figure))
    if not figures:
        # The form wants one result at least; a zero would be a figure that nobody measured.
        result = ElementTree.SubElement(at, _tag("MetricResult"))
        _text(result, "Label", prose(card, field, marked=True))
        _text(result, "ValueJson", json.dumps({"state": state_of(card, field)[0]}))


def _figures_of(card: Card, field: ProfileField) -> Iterator[tuple[str, ...]]:
    for source in field.sources:
        table = card.entries[source].table
        yield from (row.facts for row in (table.rows if table else ()))


def value_json(figure: Figure) -> str:
    """Return a figure as the JSON that published cards use, with every digit as recorded.

    The level of an interval is not recorded, and said to be null.
    """
    unit = json.dumps(figure.unit)
    if figure.ci is None:
        return f'{{"kind": "single", "value": {figure.value}, "unit": {unit}}}'
    bounds = f'"lower": {figure.ci[0]}, "upper": {figure.ci[1]}'
    return f'{{"kind": "estimate_ci", "estimate": {figure.value}, {bounds}, "level": null, "unit": {unit}}}'


def _label(figure: Figure) -> str:
    size = f"n = {figure.n}" if figure.n is not None else "n not recorded"
    return f"{figure.metric}, {figure.cohort}, {figure.setting}, {size}, {figure.evidence}"


def _bibliography(card: Card, field: ProfileField) -> str:
    if state_of(card, field)[0] != "value":
        return f"% {line(prose(card, field))}"
    return "\n\n".join(xml(said.text) for entry in entries(card, field) for said in entry.statements)


def _text(at: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(at, _tag(name)).text = xml(text)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


@cache
def schema() -> "XMLSchema":
    """Return the schema."""
    try:
        import xmlschema
    except ImportError:
        raise InvalidInput("CHAI cards need more packages: pip install 'askreg[cards]'") from None
    return xmlschema.XMLSchema(data(_SCHEMA).decode(), allow="none")


def _validated(text: str) -> str:
    import xmlschema

    error: Any = next(schema().iter_errors(xmlschema.XMLResource(text, defuse="always", allow="none")), None)
    if error is not None:
        raise InvalidInput(f"the card is not valid under {_SCHEMA}: {error.path}: {error.reason}")
    return f"xmlschema {xmlschema.__version__} against {_SCHEMA}"
