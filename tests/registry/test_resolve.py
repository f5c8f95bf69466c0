"""From what people write to what the record holds."""

import pytest
from clocks import Clock
from registry.statements import counted

from askreg.errors import InvalidInput, NotFound
from askreg.registry import resolve
from askreg.registry.registry import Registry
from askreg.registry.tables import Kind


def named(registry: Registry, subject: str, kinds: tuple[Kind, ...] | None = None) -> tuple[str, str]:
    with registry.view() as view:
        found = resolve.resolve(view, subject, kinds=kinds)
        return found.kind, found.subject


@pytest.fixture
def deployed(filled: Registry) -> Registry:
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    with filled.unit(origin="manifest") as unit:
        from askreg.registry import lifecycle

        lifecycle.deploy(unit, version="sepsis-risk:1", site="northgate", environment="icu")
    return filled


def test_every_form_of_a_subject_is_understood(deployed: Registry) -> None:
    assert {
        subject: named(deployed, subject)
        for subject in (
            "sepsis-risk",
            "sepsis-risk:1",
            "sepsis-risk:v1",
            "sepsis-risk@champion",
            "icu-stays",
            "icu-stays@2025-06",
            "northgate/icu",
            "run:run-17",
            "doc:docs/validation.md",
            "lena.koch",
            "person:lena.koch",
        )
    } == {
        "sepsis-risk": ("model", "sepsis-risk"),
        "sepsis-risk:1": ("version", "sepsis-risk:1"),
        "sepsis-risk:v1": ("version", "sepsis-risk:1"),
        "sepsis-risk@champion": ("version", "sepsis-risk:1"),
        "icu-stays": ("dataset", "icu-stays"),
        "icu-stays@2025-06": ("dataset_version", "icu-stays@2025-06"),
        "northgate/icu": ("environment", "northgate/icu"),
        "run:run-17": ("run", "run:run-17"),
        "doc:docs/validation.md": ("document", "doc:docs/validation.md"),
        "lena.koch": ("person", "lena.koch"),
        "person:lena.koch": ("person", "lena.koch"),
    }


@pytest.mark.parametrize("subject", ["Sepsis-Risk:1", " SEPSIS-RISK@Champion ", "Doc:DOCS/Validation.md", "Lena.Koch"])
def test_case_and_space_around_do_not_matter(deployed: Registry, subject: str) -> None:
    assert named(deployed, subject)[1] == named(deployed, subject.strip().lower())[1]


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        ("sepsis-rsk", "no model, dataset or person named 'sepsis-rsk'; did you mean 'sepsis-risk'"),
        ("sepsis-rsk:1", "no model named 'sepsis-rsk'; did you mean 'sepsis-risk'"),
        ("sepsis-risk:9", "there is no version 9 of sepsis-risk; the latest is 1"),
        ("sepsis-risk@champon", "did you mean 'sepsis-risk@champion'.*has the alias champion"),
        ("sepsis-risk@zzz", "sepsis-risk has the alias champion"),
        ("icu-stays@2025-07", "no dataset version named 'icu-stays@2025-07'.*has the version 2025-06"),
        ("icu-stays:1", "it is a dataset, whose versions are written icu-stays@version"),
        ("northgate/icuu", "no environment named 'northgate/icuu'; did you mean 'northgate/icu'"),
        ("docs/validation.md", "did you mean 'doc:docs/validation.md'"),
        ("run:run-71", "no run named 'run:run-71'; did you mean 'run:run-17'"),
        ("doc:docs/validations.md", "did you mean 'doc:docs/validation.md'"),
        ("person:lena.kock", "no person named 'lena.kock'; did you mean 'lena.koch'"),
    ],
)
def test_what_is_not_there_names_the_nearest(deployed: Registry, subject: str, message: str) -> None:
    with pytest.raises(NotFound, match=message):
        named(deployed, subject)


def test_a_model_without_versions_says_so(registry: Registry) -> None:
    registry.register_model(name="empty")
    with pytest.raises(NotFound, match="there is no version 1 of empty; it has none yet"):
        named(registry, "empty:1")


def test_a_model_goes_before_a_dataset_of_the_same_name_unless_datasets_are_meant(registry: Registry) -> None:
    registry.register_dataset(name="twin")
    registry.register_model(name="twin")
    assert named(registry, "twin")[0] == "model"
    assert named(registry, "twin", ("dataset",))[0] == "dataset"


def test_an_alias_and_a_dataset_version_of_the_same_writing_are_told_apart_by_what_is_meant(registry: Registry) -> None:
    registry.register_dataset_version(dataset="twin", version="live")
    registry.register_model(name="twin")
    registry.register_version(model="twin")
    registry.set_alias(model="twin", alias="live", version=1)
    assert named(registry, "twin@live") == ("version", "twin:1")
    assert named(registry, "twin@live", ("dataset_version",)) == ("dataset_version", "twin@live")


def test_another_kind_than_the_one_meant_is_refused(filled: Registry) -> None:
    with pytest.raises(InvalidInput, match="is a dataset; model:3 or model@alias is meant"):
        named(filled, "icu-stays", ("version",))
    with pytest.raises(InvalidInput, match="does not say which version"):
        named(filled, "sepsis-risk", ("version",))


def test_what_did_not_exist_yet_is_not_found(filled: Registry) -> None:
    with filled.view(as_of="2026-06-30") as view, pytest.raises(NotFound, match="the record has it now, but not as of"):
        resolve.resolve(view, "sepsis-risk:1")


def test_an_alias_means_the_version_that_held_it_then(filled: Registry, clock: Clock) -> None:
    filled.set_alias(model="sepsis-risk", alias="champion", version=1)
    clock.advance(days=2)
    filled.register_version(model="sepsis-risk")
    filled.set_alias(model="sepsis-risk", alias="champion", version=2)
    with filled.view(as_of="2026-07-02") as then, filled.view() as now:
        assert resolve.resolve(then, "sepsis-risk@champion").subject == "sepsis-risk:1"
        assert resolve.resolve(now, "sepsis-risk@champion").subject == "sepsis-risk:2"


def test_an_alias_told_later_was_not_known_before(filled: Registry, clock: Clock) -> None:
    clock.advance(days=5)
    filled.set_alias(model="sepsis-risk", alias="champion", version=1, at="2026-07-02")
    with filled.view(as_of="2026-07-03") as view:
        assert resolve.resolve(view, "sepsis-risk@champion").subject == "sepsis-risk:1"
    with filled.view(as_of="2026-07-03", known_at="2026-07-03") as view, pytest.raises(NotFound, match="as then known"):
        resolve.resolve(view, "sepsis-risk@champion")


def test_a_renamed_model_is_pointed_to_by_its_old_name(filled: Registry) -> None:
    filled.update_model(model="sepsis-risk", name="deterioration")
    with pytest.raises(NotFound, match="the model of that name is now 'deterioration'"):
        named(filled, "sepsis-risk:1")


def test_labels_take_one_statement_for_each_kind(deployed: Registry) -> None:
    subjects = [
        "sepsis-risk",
        "sepsis-risk:1",
        "icu-stays@2025-06",
        "ehr-extract@2025-05",
        "northgate/icu",
        "run:run-17",
    ]
    with deployed.view() as view:
        found = [resolve.resolve(view, subject) for subject in subjects]
        ids: dict[Kind, list[int]] = {}
        for one in found:
            ids.setdefault(one.kind, []).append(one.id)
        with counted(view.connection) as sent:
            labels = resolve.labels(view, ids)
        assert [labels[one.id] for one in found] == subjects
        assert len(sent) == len(ids)
