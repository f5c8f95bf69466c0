"""Cards in the forms of others: each validates, carries the record's figures, and says what it could not carry."""

import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from askreg.registry.registry import Registry
from askreg.reports.cards import catalogue
from askreg.reports.cards.completeness import complete
from askreg.reports.cards.content import Card
from askreg.reports.cards.drafting import draft
from askreg.reports.cards.exports import chai, hti1, write
from askreg.reports.cards.text import visible

from .card_world import HOSTILE, generated, small

STEP = 1 if os.environ.get("ASKREG_TEST_EVERY") else 10
"""With ASKREG_TEST_EVERY set, every one of the two hundred versions is exported, and otherwise every tenth."""
NATIVE = {"hf": "md", "chai": "xml", "hti1": "json", "cyclonedx": "json"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with small(f"sqlite:///{tmp_path_factory.mktemp('cards') / 'small.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def card(registry: Registry) -> Card:
    return draft(registry, "sepsis:1")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with generated(f"sqlite:///{tmp_path_factory.mktemp('cards') / 'many.db'}", versions=200) as opened:
        yield opened


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """A card whose every text tries to be something else."""
    path = tmp_path_factory.mktemp("cards") / "hostile.db"
    with small(f"sqlite:///{path}", actor="root") as root:
        texts = iter(HOSTILE * 9)
        fields = [field.id for field in catalogue.catalogue() if field.kind != "record"]
        root.register_person(name="eve", display=HOSTILE[0], roles=["scientist", "admin"])
        root.update_model(model="sepsis", owner="eve", card={name: next(texts) for name in fields})
        root.update_version(version="sepsis:1", description="\n\n".join(HOSTILE), tags={"kind": HOSTILE[3]})
        root.register_document(path="docs/<b>.md", title=HOSTILE[2], about=["sepsis:1"])
        for text in HOSTILE[:4]:
            cohort = f"group={text.replace(',', ' ').replace('=', ' ')}"
            metrics = {"auroc": {"value": 0.71, "n": 9, "unit": HOSTILE[0]}}
            root.evaluate(version="sepsis:1", dataset="holdout@v1", cohort=cohort, split=HOSTILE[5], metrics=metrics)
        root.move(version="sepsis:1", stage="validation", reason=HOSTILE[7])
        root.approve(version="sepsis:1", meaning="review", comment=HOSTILE[4])
        yield draft(root, "sepsis:1")


def figures(card: Card) -> Counter[tuple[Any, ...]]:
    return Counter((f.metric, f.dataset, f.split, f.cohort, Decimal(f.value)) for f in card.figures)


# -- every version, every profile


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(catalogue.data("chai-0.2.xsd").decode())


def validated(content: bytes, profile: str) -> None:
    """Check a form with its own validator, apart from the one that wrote it."""
    text = content.decode()
    match profile:
        case "hf":
            data: Any = ModelCard(text).data
            assert data.eval_results is None or data.model_name
        case "chai":
            schema().validate(text)
        case "hti1":
            attributes = json.loads(text)["attributes"]
            assert [attribute["number"] for attribute in attributes] == list(range(1, 32))
            assert {attribute["state"] for attribute in attributes} <= {
                "value",
                "unavailable",
                "not applicable",
                "missing",
            }
        case _:
            assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_every_version_of_a_registry_of_two_hundred_exports_and_validates(many: Registry, profile: str) -> None:
    subjects = [version.subject for version in many.find_versions(limit=500).versions]
    assert len(subjects) == 200
    for number, subject in enumerate(subjects[::STEP]):
        written = write(draft(many, subject), profile=profile)
        assert (written.format, bool(written.checked)) == (NATIVE[profile], True)
        if number % 4 == 0:  # what wrote it has validated each; a second look at some is enough
            validated(written.content, profile)


@pytest.mark.parametrize("profile", catalogue.PROFILES)
@pytest.mark.parametrize("subject", ["sepsis:1", "sepsis:2", "foundation:1"])
def test_a_form_validates_apart_from_what_wrote_it(registry: Registry, subject: str, profile: str) -> None:
    validated(write(draft(registry, subject), profile=profile).content, profile)


@pytest.mark.parametrize(
    ("profile", "format"), [*NATIVE.items(), *((None, form) for form in ("md", "html", "json", "pdf"))]
)
def test_a_form_is_the_same_each_time(card: Card, profile: str | None, format: Any) -> None:
    assert write(card, profile=profile, format=format).content == write(card, profile=profile, format=format).content


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_a_form_says_what_it_could_not_carry(card: Card, profile: str) -> None:
    written = write(card, profile=profile)
    assert set(catalogue.profile(profile).cannot_carry) <= set(written.not_carried)
    text = written.content.decode().replace("\\", "")
    for lost in written.not_carried:
        assert lost in text or lost.replace('"', "&quot;") in text, lost


def test_nothing_on_a_card_is_lost_without_being_named(card: Card) -> None:
    for name in catalogue.PROFILES:
        chosen, lost = catalogue.profile(name), write(card, profile=name).not_carried
        for id, entry in card.entries.items():
            if entry.state == "value" and id not in chosen.sources and not re.search("results$|cohorts$", id):
                assert catalogue.catalogue()[id].label in lost, (name, id)


def test_a_figure_without_a_place_is_named(card: Card) -> None:
    assert "auroc 0.991 on stays@v1, train, all" in write(card, profile="hti1").not_carried
    assert not any(
        "auroc" in lost for name in ("hf", "chai", "cyclonedx") for lost in write(card, profile=name).not_carried
    )


# -- Hugging Face


def test_a_hugging_face_card_loads_with_the_same_figure_for_each_cohort(card: Card, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(write(card, profile="hf").content)
    results = ModelCard.load(path).data.eval_results
    read = Counter(
        (r.metric_type, r.dataset_name, r.dataset_split, r.dataset_config, Decimal(r.metric_args["value"]))
        for r in results
    )
    assert read == figures(card)
    assert all(Decimal(r.metric_args["value"]) == Decimal(str(r.metric_value)) for r in results)
    held = {(r.dataset_config, r.dataset_name, r.metric_type): r.metric_args for r in results}
    assert held["sex=female", "holdout@v1", "auroc"]["interval"] == ["0.801", "0.861"]
    assert held["sex=female", "holdout@v1", "auroc"]["n"] == 544


def test_two_figures_of_one_setting_are_both_kept(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        ada.evaluate(version="sepsis:1", dataset="holdout@v1", metrics={"auroc": 0.9}, evidence="vendor")
        card = draft(ada, "sepsis:1")
    path = tmp_path / "README.md"
    path.write_bytes(write(card, profile="hf").content)
    read = Counter(r.metric_args["value"] for r in ModelCard.load(path).data.eval_results)
    assert read == Counter(figure.value for figure in card.figures)


def test_a_hugging_face_card_without_figures_loads(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(write(draft(registry, "sepsis:2"), profile="hf").content)
    loaded = ModelCard.load(path)
    assert loaded.data.eval_results is None and loaded.data.library_name == "xgboost"


# -- CHAI, HTI-1, CycloneDX


def element(card: Card, path: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(write(card, profile="chai").content)
    return root.findall("/".join(f"{{{chai.NAMESPACE}}}{step}" for step in path.split("/")))


def test_chai_holds_every_cohort_with_its_interval(card: Card) -> None:
    labels = [found.text or "" for found in element(card, "KeyMetrics/FairnessEquity/Results/MetricResult/Label")]
    values = [
        json.loads(v.text or "") for v in element(card, "KeyMetrics/FairnessEquity/Results/MetricResult/ValueJson")
    ]
    assert len(labels) == sum(figure.cohort != "all" for figure in card.figures)
    [female] = [v for label, v in zip(labels, values, strict=True) if "sex=female" in label and "holdout" in label]
    assert female == {
        "kind": "estimate_ci",
        "estimate": 0.832,
        "lower": 0.801,
        "upper": 0.861,
        "level": None,
        "unit": None,
    }


def test_chai_keeps_every_digit_and_makes_up_no_zero(card: Card, registry: Registry) -> None:
    texts = [
        v.text or "" for v in element(card, "KeyMetrics/UsefulnessUsabilityEfficacy/Results/MetricResult/ValueJson")
    ]
    assert any('"estimate": 0.870,' in text for text in texts)
    bare = element(draft(registry, "sepsis:2"), "KeyMetrics/FairnessEquity/Results/MetricResult/ValueJson")
    assert [json.loads(v.text or "") for v in bare] == [{"state": "missing"}]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("UsesAndDirections/TargetedPatientPopulation", "Adults in intensive care"),
        (
            "TrustIngredients/TransparencyInformation/FundingSource",
            "declared not available: the sponsor has not answered",
        ),
        ("Warnings/ClinicalRiskLevel", "not recorded"),
        ("ReleaseInfo/EHRCompatibility/EHR", "declared not applicable: it runs beside the EHR"),
    ],
)
def test_chai_tells_a_value_from_a_declared_state_and_from_nothing(card: Card, path: str, text: str) -> None:
    [found] = element(card, path)
    assert (found.text or "").startswith(text)


@pytest.mark.parametrize(
    ("part", "instead"),
    [("ModelName", "Name"), ("Label>", "Name>"), ("KeyMetrics", "Metrics"), ("mc.chai.org/v0.2", "mc.chai.org/v0.1")],
)
def test_the_schema_refuses_what_is_not_the_form(card: Card, part: str, instead: str) -> None:
    text = write(card, profile="chai").content.decode()
    assert chai.schema().is_valid(xmlschema.XMLResource(text))
    assert not chai.schema().is_valid(xmlschema.XMLResource(text.replace(part, instead)))


@pytest.mark.parametrize("name", ["ModelName", "ReleaseStage", "PatientConsentOrDisclosure", "TestType"])
def test_the_schema_wants_what_the_form_requires_and_not_empty(card: Card, name: str) -> None:
    text = write(card, profile="chai").content.decode()
    for instead in (f"<{name} />", ""):
        broken = re.sub(rf"<{name}>.*?</{name}>", instead, text, flags=re.DOTALL)
        assert broken != text and not chai.schema().is_valid(xmlschema.XMLResource(broken))


def attributes(card: Card) -> dict[int, dict[str, Any]]:
    return {found["number"]: found for found in json.loads(write(card, profile="hti1").content)["attributes"]}


def test_hti1_keeps_figures_of_other_data_from_those_of_the_same_origin(card: Card) -> None:
    found = attributes(card)
    assert "0.870" in found[21]["text"] and "0.803" not in found[21]["text"]
    assert "0.803" in found[23]["text"] and "0.870" not in found[23]["text"]
    assert "0.991" not in found[21]["text"], "a figure on training data is no validity"
    assert found[18]["text"].startswith("Tom Reid (tom.reid), on southbank@v1; evidence graded third-party")


def test_hti1_declares_states_and_where_they_must_be_declared(card: Card) -> None:
    found = attributes(card)
    assert (found[2]["state"], found[2]["reason"]) == ("unavailable", "the sponsor has not answered")
    assert [n for n, each in found.items() if each["unavailability_must_be_indicated"]] == [
        17, 18, 19, 20, 23, 24, 25, 27, 29, 30, 31,
    ]  # fmt: skip
    assert all(each["text"] is None for each in found.values() if each["state"] != "value")
    assert len(found) == hti1.ATTRIBUTES


def test_cyclonedx_holds_figures_as_text_with_the_slice_they_are_of(card: Card) -> None:
    component = json.loads(write(card, profile="cyclonedx").content)["metadata"]["component"]
    metrics = component["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert len(metrics) == len(card.figures)
    female = next(m for m in metrics if m["slice"].startswith("sex=female; holdout@v1"))
    assert female["value"] == "0.832" and female["confidenceInterval"] == {"lowerBound": "0.801", "upperBound": "0.861"}
    assert component["hashes"] == [{"alg": "SHA-256", "content": "00112233445566778899aabbccddeeff" * 2}]
    assert {data["name"] for data in component["modelCard"]["modelParameters"]["datasets"]} == {
        "stays@v1", "holdout@v1", "southbank@v1",
    }  # fmt: skip
    assert component["pedigree"]["ancestors"][0]["name"] == "foundation"


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_what_the_record_lacks_is_shown_and_is_no_answer_to_what_is_known(registry: Registry, profile: str) -> None:
    card = draft(registry, "sepsis:2")
    text = write(card, profile=profile).content.decode().replace("\\", "")
    assert "no figure of it is on record" in text
    [asked] = [f for f in complete(card, catalogue.profile(profile)).fields if "record_gaps" in _beside(profile, f.id)]
    assert (asked.state == "value") == (profile == "cyclonedx"), "it has a text on what is out of scope"


def _beside(profile: str, id: str) -> tuple[str, ...]:
    return next(field.beside for field in catalogue.profile(profile).fields if field.id == id)


# -- hostile text


class Page(HTMLParser):
    """Reads a page for its tags, its attributes and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.links: list[str] = []
        self.text = ""
        self.odd: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            if name == "href":
                self.links.append(value or "")
            if name.startswith("on") or name in ("src", "srcset", "action", "formaction", "style", "xlink:href"):
                self.odd.append((tag, name))

    def handle_data(self, data: str) -> None:
        self.text += data


EXPECTED = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "h3", "dl", "dt", "dd", "nav"),
    *("ol", "li", "a", "section", "p", "span", "blockquote", "footer", "div", "table", "thead", "tbody", "tr", "th"),
    *("td", "figure", "figcaption", "svg", "desc", "text", "g", "line", "circle"),
}


@pytest.mark.parametrize("profile", [None, *catalogue.PROFILES])
def test_hostile_text_is_only_text_in_html(hostile: Card, profile: str | None) -> None:
    text = write(hostile, profile=profile, format="html").content.decode()
    page = Page(text)
    assert set(page.tags) <= EXPECTED and page.odd == []
    assert all(link.startswith("#") for link in page.links)
    assert page.tags["style"] == 1 and "default-src 'none'" in text
    assert "<script>alert(1)</script>" in page.text and "李小龍" in page.text
    assert not re.search("[\u202e\x1b\x07]", text)
    assert not re.search(r"url\(|@import|https?://(?!evil)", catalogue.data("card.css").decode())


@pytest.mark.parametrize("profile", [None, *catalogue.PROFILES])
def test_hostile_text_is_only_text_in_markdown(hostile: Card, profile: str | None) -> None:
    text = write(hostile, profile=profile, format="md").content.decode()
    body = text.split("\n---\n", 1)[1] if text.startswith("---\n") else text
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
    page = Page(rendered)
    assert not {"a", "img", "script", "b", "x", "para", "hr", "font"} & set(page.tags) and page.odd == []
    assert "Not a heading" not in "".join(re.findall(r"<h\d>(.*?)</h\d>", rendered))
    assert "<script>alert(1)</script>" in page.text and "http://evil.example/x" in page.text
    for columns in re.findall(r"<tr>\s*(.*?)\s*</tr>", rendered, re.DOTALL):
        assert columns.count("</td>") + columns.count("</th>") > 1
    assert not re.search("[\u202e\x1b\x07]", text)


def test_hostile_text_adds_nothing_to_the_metadata(hostile: Card) -> None:
    text = write(hostile, profile="hf").content.decode()
    metadata = yaml.safe_load(text.split("---\n")[1])
    assert metadata["license"] == "other" or re.fullmatch(r"[a-z0-9.+-]+", metadata["license"])
    assert set(metadata) <= {
        "license", "license_name", "language", "library_name", "pipeline_tag", "tags", "datasets", "base_model",
        "metrics", "askreg", "model-index",
    }  # fmt: skip
    configs = {result["dataset"]["config"] for result in metadata["model-index"][0]["results"]}
    assert len(configs) == len({figure.cohort for figure in hostile.figures})


def test_hostile_text_is_only_text_in_xml_and_json(hostile: Card) -> None:
    root = ElementTree.fromstring(write(hostile, profile="chai").content)
    assert all(found.tag.startswith(f"{{{chai.NAMESPACE}}}") for found in root.iter() if isinstance(found.tag, str))
    assert any("alert(1)" in (found.text or "") for found in root.iter())
    for profile in ("hti1", "cyclonedx"):
        validated(write(hostile, profile=profile).content, profile)


def test_hostile_text_and_foreign_names_print_in_a_pdf(hostile: Card) -> None:
    pypdf = pytest.importorskip("pypdf")
    content = write(hostile, format="pdf").content
    reader = pypdf.PdfReader(io.BytesIO(content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "<script>alert(1)</script>" in text and "<para><font color='red'>x</font></para>" in text
    assert "Łukasz Żółć · Иван · Ελένη" in text
    assert "[U+674E]" in text and "font of this document lacks" in text
    assert all("/Annots" not in page for page in reader.pages)
    assert not re.search(rb"/JavaScript|/URI|/Launch|/OpenAction", content)


def test_a_card_larger_than_a_page_in_every_part_is_a_pdf(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada, ada.transaction():
        for number in range(120):
            metrics = {"auroc": {"value": 0.5, "n": 10, "ci": [0.4, 0.6]}}
            ada.evaluate(version="sepsis:1", dataset="holdout@v1", cohort=f"ward={number}", metrics=metrics)
        ada.update_version(version="sepsis:1", description="word " * 4000, card={"memo": "x" * 9000})
        content = write(draft(ada, "sepsis:1"), format="pdf").content
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "ward=119" in text and text.count("word") >= 4000 and text.replace("\n", "").count("x") >= 9000


@pytest.mark.parametrize("text", HOSTILE)
def test_visible_text_hides_nothing(text: str) -> None:
    shown = visible(text)
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert visible(shown) == shown
