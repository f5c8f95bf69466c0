"""The Streamlit page, where Streamlit is installed (the extra `app`)."""

from typing import Any

import pytest

from askreg.settings import resource_dir
from cli.conftest import Cli

pytest.importorskip("streamlit")


@pytest.fixture
def page(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Any:
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("ASKREG_HOME", str(cli.home))
    monkeypatch.setenv("ASKREG_AS", "ada.osei")
    return AppTest.from_file(str(resource_dir("app") / "main.py"), default_timeout=60).run()


def test_a_question_is_answered_with_its_facts(page: Any) -> None:
    page.chat_input[0].set_value("What is live at northgate?").run()
    assert not page.exception
    assert any("sepsis-risk" in text.value for text in page.markdown)
    assert "sepsis-risk:1" in page.dataframe[0].value["value"].tolist()


def test_the_page_says_that_no_language_model_answers(page: Any) -> None:
    assert any("offline (no language model)" in text.value for text in page.sidebar.markdown)


def test_a_date_in_the_future_is_an_error_on_the_page(page: Any) -> None:
    page.sidebar.text_input[0].set_value("2999-01-01").run()
    page.chat_input[0].set_value("What is live at northgate?").run()
    assert "in the future" in page.error[0].value


def test_an_answer_is_in_the_log_under_who_asked(page: Any, cli: Cli) -> None:
    page.chat_input[0].set_value("What is live at northgate?").run()
    (given,) = cli.json("answers", "list")["answers"]
    assert given["by"] == "ada.osei"
