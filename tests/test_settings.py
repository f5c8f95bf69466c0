from pathlib import Path

import pytest

from askreg.errors import AskregError, InvalidInput
from askreg.settings import Settings, operating_system_user, resource_dir


def test_the_default_is_offline_local_and_a_file_in_the_home_directory() -> None:
    settings = Settings.load()
    assert (settings.backend, settings.policy) == ("offline", "local-only")
    assert settings.url == f"sqlite:///{Path.home()}/.askreg/askreg.db"


def test_the_actor_is_the_operating_systems_user_unless_said() -> None:
    assert Settings.load().actor == operating_system_user()


def test_the_environment_sets_every_field(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOME": "/srv/askreg",
        "DB": "postgresql+psycopg://db/askreg",
        "AS": "ada.osei",
        "BACKEND": "ollama",
        "POLICY": "cloud-allowed",
    }.items():
        monkeypatch.setenv(f"ASKREG_{name}", value)
    settings = Settings.load()
    assert settings.home == Path("/srv/askreg")
    assert settings.url == "postgresql+psycopg://db/askreg"
    assert (settings.actor, settings.backend, settings.policy) == ("ada.osei", "ollama", "cloud-allowed")


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_AS", "ada.osei")
    assert Settings.load(actor="lena.koch", home=None).actor == "lena.koch"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_DB", "")
    assert Settings.load().db is None


def test_a_bad_value_is_named_with_its_variable_and_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKREG_POLICY", "cloud")
    with pytest.raises(InvalidInput, match="ASKREG_POLICY is 'cloud'; it must be 'local-only' or 'cloud-allowed'"):
        Settings.load()


def test_a_resource_that_does_not_ship_is_named() -> None:
    with pytest.raises(AskregError, match="no-such-thing"):
        resource_dir("no-such-thing")
