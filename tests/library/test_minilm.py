import math
import shutil
from pathlib import Path

import pytest

from askreg.errors import AskregError, InvalidInput
from askreg.library import minilm
from askreg.library.choose import embedder
from askreg.library.embedding import LexicalEmbedder, likeness
from askreg.library.minilm import MiniLmEmbedder

needs_weights = pytest.mark.skipif(not minilm.available(), reason="the packages with MiniLM's weights are missing")


@needs_weights
def test_what_means_the_same_is_more_alike_than_what_shares_words() -> None:
    said, meant, other = MiniLmEmbedder().embed(
        ["who signed off the model", "by whom was the model approved", "how big is the model"]
    )
    assert likeness(said, meant) > likeness(said, other)


@needs_weights
def test_a_vector_has_unit_length_and_does_not_depend_on_the_texts_beside_it() -> None:
    made = MiniLmEmbedder()
    alone = made.embed(["where is it live"])[0]
    assert math.isclose(sum(x * x for x in alone), 1.0, abs_tol=1e-5)
    assert made.embed(["a far longer sentence about something else altogether", "where is it live"])[1] == alone


@needs_weights
def test_auto_takes_minilm_where_it_is_installed() -> None:
    assert embedder("auto").name == minilm.NAME


@needs_weights
def test_a_directory_with_the_same_files_makes_vectors_of_the_same_name(tmp_path: Path) -> None:
    copied(tmp_path)
    assert embedder(str(tmp_path)).name == minilm.NAME
    assert embedder(str(tmp_path)).embed(["who owns it"]) == MiniLmEmbedder().embed(["who owns it"])


@needs_weights
@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_altered_weights_are_refused(tmp_path: Path, name: str) -> None:
    copied(tmp_path)
    with (tmp_path / name).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(AskregError, match="SHA-256"):
        MiniLmEmbedder(tmp_path).embed(["who owns it"])


def test_without_the_packages_auto_is_lexical(monkeypatch: pytest.MonkeyPatch) -> None:
    from askreg.library import choose

    monkeypatch.setattr(minilm, "available", lambda: False)
    choose._local.cache_clear()
    try:
        assert isinstance(embedder("auto"), LexicalEmbedder)
    finally:
        choose._local.cache_clear()


def test_a_directory_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AskregError, match="model.onnx"):
        MiniLmEmbedder(tmp_path)


@pytest.mark.parametrize("choice", ["bert", "ollama:", ""])
def test_an_unknown_choice_is_refused_with_the_choices(choice: str) -> None:
    with pytest.raises(InvalidInput, match="lexical"):
        embedder(choice)


def copied(folder: Path) -> None:
    found = minilm._packaged()
    assert found is not None
    for path in found:
        shutil.copy(path, folder / path.name)
