from pathlib import Path

import pytest

from askreg.agent import prompts
from askreg.errors import InvalidInput
from askreg.registry.canonical import sha256

GOOD = "---\nname: answer\nversion: 2\nvariables: [now]\n---\nIt is {{now}}.\n"


def test_a_prompt_is_front_matter_and_text() -> None:
    prompt = prompts.parse(GOOD, name="answer")
    assert prompt.render({"now": "noon"}) == "It is noon."
    assert prompt.reference == f"answer@2:{sha256('It is {{now}}.')}"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("It is noon.", "no front matter"),
        (GOOD.replace("version: 2", "version: 2\nmood: merry"), "mood"),
        (GOOD.replace("version: 2", ""), "version"),
        (GOOD.replace("name: answer", "name: question"), "must agree"),
        (GOOD.replace("[now]", "[now, then]"), "differ in then"),
        (GOOD.replace("[now]", "[]"), "differ in now"),
        (GOOD.replace("version: 2", "version: ["), "not YAML"),
    ],
)
def test_what_is_no_prompt_is_refused(source: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        prompts.parse(source, name="answer")


def test_missing_and_unknown_variables_are_named() -> None:
    with pytest.raises(InvalidInput, match="is missing now and does not take noon"):
        prompts.parse(GOOD, name="answer").render({"noon": "x"})


def test_an_unknown_prompt_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text(GOOD)
    with pytest.raises(InvalidInput, match="no prompt 'anwser'.*there are answer"):
        prompts.load("anwser", directory=tmp_path)


def test_the_prompt_that_ships_is_valid() -> None:
    assert prompts.load("answer").reference.startswith("answer@3:sha256:")
