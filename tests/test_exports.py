"""The public names are the ones that are meant, and cost nothing until they are used."""

import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import askreg
from askreg import errors

MEANT = {
    "Answer",
    "AskregError",
    "Conflict",
    "EgressRefused",
    "InvalidInput",
    "ManifestError",
    "NotFound",
    "NotPermitted",
    "Plan",
    "PolicyRefused",
    "Refused",
    "Registry",
    "StorageError",
    "__version__",
    "ask",
}
HEAVY = {"langchain_core", "pydantic", "rich", "sqlalchemy", "sqlmodel", "typer", "yaml"}


def test_the_public_names_are_the_ones_meant() -> None:
    assert set(askreg.__all__) == MEANT
    assert len(askreg.__all__) == len(MEANT)


@pytest.mark.parametrize("name", sorted(MEANT))
def test_a_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    value = getattr(askreg, name)
    assert isinstance(value, str) or inspect.getdoc(value)


def test_every_error_is_public() -> None:
    tree = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert tree <= set(askreg.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = askreg.no_such_name


def test_importing_askreg_loads_nothing_heavy() -> None:
    code = "import sys, askreg; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


def test_the_version_is_the_distributions() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert askreg.__version__ == project["version"]
