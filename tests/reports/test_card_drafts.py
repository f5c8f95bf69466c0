"""Cards drafted from the record: nothing is on them that it does not hold, and what is missing is said."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from clocks import Clock
from sqlalchemy import select

from askreg.errors import InvalidInput, NotFound
from askreg.registry.canonical import canonical
from askreg.registry.registry import Registry
from askreg.registry.tables import Event
from askreg.registry.view import table
from askreg.reports.cards import catalogue, texts
from askreg.reports.cards.completeness import complete
from askreg.reports.cards.content import Card, Entry
from askreg.reports.cards.drafting import draft
from askreg.reports.cards.exports import write
from askreg.reports.cards.facts import Fact
from askreg.reports.cards.layout import lay_out
from askreg.reports.cards.plot import Plot, chart, plots, svg

from .card_figures import Told, numbers, rows, said
from .card_world import NOW, generated, small


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with small(f"sqlite:///{tmp_path_factory.mktemp('cards') / 'small.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def card(registry: Registry) -> Card:
    return draft(registry, "sepsis:1")


def told(entry: Entry) -> list[str]:
    return [statement.text for statement in entry.statements]


def rows_of(entry: Entry) -> list[tuple[str, ...]]:
    return [row.cells for row in entry.table.rows] if entry.table else []


def test_every_field_of_the_store_has_a_state(card: Card) -> None:
    assert list(card.entries) == [field.id for field in catalogue.catalogue()]
    for entry in card.entries.values():
        assert (entry.state == "value") == bool(entry.statements or entry.table), entry.field


def test_every_sentence_and_row_cites_facts_that_exist(card: Card) -> None:
    known = {fact.id for fact in card.facts}
    for entry in card.entries.values():
        for statement in entry.statements:
            assert statement.facts and set(statement.facts) <= known, statement
        for row in entry.table.rows if entry.table else ():
            assert row.facts and set(row.facts) <= known, row


def test_a_fact_names_the_event_that_recorded_it(registry: Registry, card: Card) -> None:
    events = {event.seq: event for event in registry.history(limit=1000, everything=True).events}
    for fact in card.facts:
        if not fact.field.startswith("gap."):
            assert fact.event in events, fact
    [use] = [fact for fact in card.facts if fact.field == "card.intended_use"]
    assert events[use.event or 0].action == "model.registered"


def scalars(value: object) -> Iterator[str]:
    """Yield every text and number in a payload, and those in the JSON texts that it holds."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner)
    elif isinstance(value, str):
        yield value
        with suppress(ValueError):
            inner = json.loads(value)
            yield from scalars(inner) if not isinstance(inner, str) else [inner]
            if isinstance(inner, dict):
                yield from (canonical(each) for each in inner.values())
    elif value is not None:
        yield str(value)


def unborne(registry: Registry, card: Card) -> list[Fact]:
    """Return the facts of a card whose event does not say what they say."""
    with registry.view() as seen:
        rows = seen.connection.execute(select(table(Event))).mappings()
        events = {row["seq"]: (row["subject"], json.loads(row["payload"])["rows"]) for row in rows}
    found = []
    for fact in card.facts:
        if fact.event is None:
            continue
        subject, written = events[fact.event]
        if fact.field.startswith(("used", "data.", "derived_from", "generated_by", "evaluated.")):
            borne = "edge" in written or "evaluation" in written
        elif fact.field in ("version", "dataset", "deployed", "run"):
            borne = fact.value in subject or "deployment" in written
        else:
            borne = fact.value in {*scalars(written)} or fact.field == "at"
        if not borne:
            found.append(fact)
    return found


def test_the_event_of_a_fact_says_what_the_fact_says(registry: Registry, tmp_path: Path) -> None:
    for subject in ("sepsis:1", "sepsis:2", "foundation:1"):
        assert unborne(registry, draft(registry, subject)) == []
    with generated(f"sqlite:///{tmp_path / 'many.db'}", versions=30, seed=5) as many:
        for version in many.find_versions(limit=100).versions:
            assert unborne(many, draft(many, version.subject)) == []


def test_what_was_changed_later_names_the_event_that_changed_it(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}") as root:
        root.register_person(name="ada.osei", display="Dr Ada Osei")
        root.register_document(path="docs/sepsis.md", title="Second title", about=["sepsis:1"])
        root.update_model(model="sepsis", task="regression", card={"population": "Adults on wards"})
        card = draft(root, "sepsis:1")
        assert unborne(root, card) == []
    known = {(fact.subject, fact.field): fact.value for fact in card.facts}
    assert known["person:ada.osei", "display"] == "Dr Ada Osei"
    assert known["doc:docs/sepsis.md", "title"] == "Second title"
    assert known["sepsis", "task"] == "regression"


def test_people_are_printed_by_name(card: Card) -> None:
    assert told(card.entries["developer"])[0] == "Ada Osei (ada.osei)"
    assert rows_of(card.entries["approvals"])[0][:3] == ("Lena Koch", "approval", "approved")


def test_a_card_field_of_the_version_wins_over_its_models(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        ada.update_version(version="sepsis:2", card={"population": "Adults on wards"})
        assert told(draft(ada, "sepsis:2").entries["population"]) == ["Adults on wards"]
        assert told(draft(ada, "sepsis:1").entries["population"]) == ["Adults in intensive care"]


def test_what_is_declared_is_a_state_with_its_reason(card: Card) -> None:
    funding, ehr, reimbursement = (card.entries[name] for name in ("funding", "ehr", "reimbursement"))
    assert (funding.state, funding.reason) == ("unavailable", "the sponsor has not answered")
    assert (ehr.state, ehr.reason) == ("not applicable", "it runs beside the EHR")
    assert reimbursement.state == "missing" and "not why" in (reimbursement.reason or "")
    assert funding.facts and ehr.facts


@pytest.mark.parametrize(
    ("value", "state", "text"),
    [
        ("n/a: no inputs of the kind", "not applicable", None),
        ("Not available", "unavailable", None),
        ("unavailable to people under 18", "value", "unavailable to people under 18"),
        ({"state": "unavailable"}, "unavailable", None),
        ({"state": "done"}, "missing", None),
        ({"value": "Words"}, "value", "Words"),
        ({"a": 1}, "value", '{"a":1}'),
        (["", "One"], "value", "One"),
        (0, "value", "0"),
        ("  ", "missing", None),
    ],
)
def test_what_a_card_field_may_hold(value: object, state: str, text: str | None) -> None:
    words = texts.read(value)
    assert words.state == state and words.texts == (() if text is None else (text,))


def test_several_texts_are_several_statements(card: Card) -> None:
    assert told(card.entries["users"]) == ["Intensivists", "Ward nurses"]


def test_a_card_field_that_no_profile_knows_is_kept(card: Card) -> None:
    assert rows_of(card.entries["other"]) == [("limit", "12")]


@pytest.mark.parametrize(
    ("field", "datasets"),
    [
        ("internal_results", {"holdout@v1"}),
        ("external_results", {"southbank@v1"}),
        ("external_cohorts", {"southbank@v1"}),
        ("results", {"holdout@v1", "southbank@v1", "stays@v1"}),
        ("local_results", set()),
    ],
)
def test_figures_stand_where_the_origin_of_their_data_puts_them(card: Card, field: str, datasets: set[str]) -> None:
    table = card.entries[field].table
    at = table.columns.index("Dataset") if table else 0
    assert {cells[at] for cells in rows_of(card.entries[field])} == datasets


def test_data_that_came_through_a_base_is_said_to_have(card: Card) -> None:
    assert ("stays@v1", "training, through foundation:1") in {
        cells[:2] for cells in rows_of(card.entries["training_data"])
    }


def test_a_document_that_identifies_patients_or_was_removed_is_not_named(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}") as root:
        root.register_document(path="docs/jane-doe.md", title="Case", about=["sepsis:1"], sensitivity="phi")
        entry = draft(root, "sepsis:1").entries["documents"]
        assert [cells[1] for cells in rows_of(entry)] == ["docs/sepsis.md"]
        assert "not named" in told(entry)[0]
        assert "jane-doe" not in draft(root, "sepsis:1").model_dump_json()
        root.remove_document(path="docs/sepsis.md", reason="superseded")
        assert rows_of(draft(root, "sepsis:1").entries["documents"]) == []


def test_a_version_of_which_nothing_is_known_says_so(registry: Registry) -> None:
    bare = draft(registry, "sepsis:2")
    for field in ("results", "cohorts", "training_data", "run", "approvals", "artifact", "external_party"):
        assert bare.entries[field].state == "missing", field
    assert [cells[0] for cells in rows_of(bare.entries["record_gaps"])] == ["an evaluation", "the artifact's SHA-256"]


def test_without_training_data_no_origin_is_guessed(tmp_path: Path) -> None:
    with small(f"sqlite:///{tmp_path / 'a.db'}", actor="ada.osei") as ada:
        ada.evaluate(version="sepsis:2", dataset="holdout@v1", metrics={"auroc": {"value": 0.7, "n": 10}})
        card = draft(ada, "sepsis:2")
    assert card.entries["results"].state == "value"
    for field in ("internal_results", "external_results"):
        assert card.entries[field].state == "missing"
        assert "does not tell" in (card.entries[field].reason or "")


def test_as_of_leaves_out_what_came_later(registry: Registry) -> None:
    early = draft(registry, "sepsis:1", as_of="2026-01-11")
    assert told(early.entries["stage"]) == ["experimental since 2026-01-10"]
    assert early.entries["approvals"].state == early.entries["external_results"].state == "missing"
    with pytest.raises(NotFound):
        draft(registry, "sepsis:1", as_of="2026-01-09")


def test_the_same_record_gives_the_same_content(registry: Registry, card: Card, tmp_path: Path) -> None:
    assert draft(registry, "sepsis:1").content == card.content
    later = Clock(NOW)
    later.advance(days=1)
    with Registry.open(registry.url, actor="root", clock=later) as again:
        assert draft(again, "sepsis:1").content == card.content
        assert draft(again, "sepsis:1").as_of != card.as_of


def test_what_is_missing_is_listed_with_who_could_supply_it(card: Card) -> None:
    found = complete(card, catalogue.profile("hti1"))
    missing = {asked.id: asked for asked in found.missing}
    assert missing["8"].supplier == "clinical owner" and missing["8"].required
    assert missing["27"].undeclared and "2" not in missing
    assert sum(found.counts.values()) == len(found.fields) == 31
    text = write(card, profile="hti1", format="md").content.decode()
    for asked in found.missing:
        assert f"| {asked.label} | required | {asked.supplier} |" in text.replace("\\", "")


def test_a_cohort_plot_keeps_to_what_was_recorded(card: Card) -> None:
    drawn = {plot.title: plot for plot in plots(card.figures)}
    plot = drawn["auroc by cohort on holdout@v1, test"]
    assert [point.cohort for point in plot.points] == ["all", "sex=female", "sex=male"]
    assert (plot.low, plot.high) == ("0.801", "0.911")
    assert all(0 <= point.at <= 1 for point in plot.points)
    assert "sex=female: 0.832, interval 0.801 to 0.861, n = 544" in svg(plot)
    assert chart(plot).splitlines()[1].endswith("| 0.870")


def test_a_plot_of_equal_figures_can_be_drawn() -> None:
    plot = Plot("t", "0.5", "0.5", (), ())
    assert svg(plot).startswith("<svg") and plot.height > 0


def test_an_unknown_profile_or_form_names_those_there_are(card: Card) -> None:
    with pytest.raises(InvalidInput, match="hf, chai, hti1, cyclonedx"):
        write(card, profile="tripod")
    with pytest.raises(InvalidInput, match="chai"):
        write(card, profile="hf", format="xml")


def test_a_quoted_text_stays_whole_in_every_layout(card: Card) -> None:
    for profile in (catalogue.WHOLE, *catalogue.PROFILES):
        document = lay_out(card, catalogue.profile(profile))
        assert "Early warning of sepsis for adult ICU patients" in str(document.sections)


def wrong(registry: Registry, subjects: list[str]) -> list[str]:
    """Return the figures of cards that a look at the dumped record does not find."""
    from askreg.registry import manifest

    record, found = Told(manifest.dump(registry)), []
    for subject in subjects:
        card = json.loads(write(draft(registry, subject), format="json").content)["card"]
        known = record.numbers(subject)
        found += [f"{subject}: {text!r}" for text in said(card) if not set(numbers(text)) <= known]
        if Counter(rows(card)) != record.figures(subject):
            found.append(f"{subject}: its tables are not its figures")
    return found


def test_all_figures_of_the_small_registry_are_in_the_record(registry: Registry) -> None:
    assert wrong(registry, ["sepsis:1", "sepsis:2", "foundation:1"]) == []


def test_all_figures_of_two_hundred_cards_are_in_the_record(tmp_path: Path) -> None:
    with generated(f"sqlite:///{tmp_path / 'many.db'}", versions=200) as registry:
        subjects = [version.subject for version in registry.find_versions(limit=500).versions]
        assert len(subjects) == 200
        assert wrong(registry, subjects) == []


def test_a_changed_figure_would_be_found(registry: Registry) -> None:
    from askreg.registry import manifest

    card = json.loads(write(draft(registry, "sepsis:1"), format="json").content)["card"]
    row = card["entries"]["results"]["table"]["rows"][0]
    row["cells"][1] = "0.871"
    record = Told(manifest.dump(registry))
    assert Counter(rows(card)) != record.figures("sepsis:1")
    assert any("0.871" in numbers(text) for text in said(card)) and "0.871" not in record.numbers("sepsis:1")
