"""A registry to test with: empty, or with one of everything in it."""

from collections.abc import Callable, Iterator

import pytest
from clocks import Clock

from askreg.registry.registry import Registry

Opener = Callable[[str], Registry]


@pytest.fixture
def opened(backend_url: str, clock: Clock) -> Iterator[Opener]:
    """Open the same database for any actor."""
    registries: list[Registry] = []

    def open_for(actor: str) -> Registry:
        registries.append(Registry.open(backend_url, actor=actor, clock=clock))
        return registries[-1]

    yield open_for
    for registry in registries:
        registry.close()


@pytest.fixture
def registry(opened: Opener) -> Registry:
    """An empty registry, acting for ada.osei."""
    return opened("ada.osei")


def fill(ada: Registry) -> None:
    """Write one of everything, as far as one person may alone."""
    ada.register_person(name="lena.koch", display="Lena Koch", roles=["approver"])
    ada.register_person(name="sam.reid", display="Sam Reid", roles=["scientist"])
    ada.register_dataset_version(dataset="ehr-extract", version="2025-05", sensitivity="phi")
    ada.register_dataset_version(
        dataset="icu-stays", version="2025-06", rows=41234, digest="sha256:d1", derived_from=["ehr-extract@2025-05"]
    )
    ada.register_dataset_version(dataset="icu-holdout", version="2025-06", rows=1200)
    ada.register_run(
        id="run-17",
        params={"learning_rate": 0.1, "früh": ["é", None]},
        code={"repo": "git", "commit": "3f2a9c1"},
        inputs=[{"dataset": "icu-stays@2025-06", "role": "training"}],
    )
    ada.register_model(
        name="sepsis-risk",
        task="classification",
        owner="ada.osei",
        description="Six-hour sepsis risk",
        tags={"specialty": "critical-care"},
        card={"intended_use": "triage"},
    )
    ada.register_version(
        model="sepsis-risk",
        run="run-17",
        framework="scikit-learn 1.9",
        artifact={"uri": "s3://m", "digest": "sha256:aa", "size": 81234},
        tags={"site": "north"},
    )
    ada.evaluate(
        version="sepsis-risk:1",
        dataset="icu-holdout@2025-06",
        metrics={"auroc": {"value": 0.871, "n": 1200, "ci": [0.852, 0.889]}, "brier": 0.1},
    )
    ada.register_document(path="docs/validation.md", title="Validation", about=["sepsis-risk:1"], digest="sha256:dd")
    ada.declare_metric(name="alarm_rate", better="lower", unit="per day")


def promote(ada: Registry, lena: Registry, version: str = "sepsis-risk:1") -> None:
    """Take a version the regular way to production."""
    ada.move(version=version, stage="validation")
    lena.approve(version=version, comment="sound")
    lena.move(version=version, stage="approved")
    lena.move(version=version, stage="production")


@pytest.fixture
def filled(registry: Registry) -> Registry:
    """A registry with one of everything, its version still experimental."""
    fill(registry)
    return registry


@pytest.fixture
def lena(filled: Registry, opened: Opener) -> Registry:
    """The filled registry, acting for the approver."""
    return opened("lena.koch")
