"""The cards of every version of the demo: in every form, with no figure that the record does not hold."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reports.card_figures import Told, numbers, rows, said

from askreg.demo import DemoFiles
from askreg.registry import manifest
from askreg.registry.registry import Registry
from askreg.reports.cards.catalogue import PROFILES
from askreg.reports.cards.check import check
from askreg.reports.cards.drafting import draft
from askreg.reports.cards.exports import write


@pytest.fixture(scope="module")
def registry(demo: DemoFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    path: Path = tmp_path_factory.mktemp("cards") / "demo.db"
    with Registry.open(f"sqlite:///{path}", actor="root", clock=lambda: datetime(2026, 11, 1, tzinfo=UTC)) as opened:
        manifest.load(opened, demo.manifest)
        yield opened


@pytest.fixture(scope="module")
def subjects(registry: Registry) -> list[str]:
    return [version.subject for version in registry.find_versions(limit=500).versions]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_version_exports_and_validates(registry: Registry, subjects: list[str], profile: str) -> None:
    assert len(subjects) > 20
    for subject in subjects:
        assert write(draft(registry, subject), profile=profile).checked


def test_all_figures_of_every_card_are_in_the_record(registry: Registry, subjects: list[str]) -> None:
    told = Told(manifest.dump(registry))
    for subject in subjects:
        card = json.loads(write(draft(registry, subject), format="json").content)["card"]
        known = told.numbers(subject)
        assert [text for text in said(card) if not set(numbers(text)) <= known] == []
        assert Counter(rows(card)) == told.figures(subject)


def test_the_record_contradicts_no_card_that_was_drafted_from_it(registry: Registry, subjects: list[str]) -> None:
    for subject in subjects:
        readme = write(draft(registry, subject), profile="hf").content.decode()
        checked = check(registry, subject, files={"README.md": readme})
        assert [finding for finding in checked.findings if finding.code == "contradiction"] == []
