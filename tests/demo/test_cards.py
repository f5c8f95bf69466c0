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


def test_every_version_exports_validates_and_holds_the_records_figures(registry: Registry) -> None:
    told = Told(manifest.dump(registry))
    subjects = [version.subject for version in registry.find_versions(limit=500).versions]
    assert len(subjects) > 20
    for subject in subjects:
        drafted = draft(registry, subject)
        assert all(write(drafted, profile=profile).checked for profile in PROFILES)
        card = json.loads(write(drafted, format="json").content)["card"]
        known = told.numbers(subject)
        assert [text for text in said(card) if not set(numbers(text)) <= known] == []
        assert Counter(rows(card)) == told.figures(subject)

        readme = write(drafted, profile="hf").content.decode()
        checked = check(registry, subject, profiles=(), files={"README.md": readme})
        assert [finding for finding in checked.findings if finding.code == "contradiction"] == []
