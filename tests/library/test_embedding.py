import math

import pytest

from askreg.library.embedding import LexicalEmbedder, likeness, nearest


def test_vectors_have_unit_length() -> None:
    (vector,) = LexicalEmbedder().embed(["who approved the model"])
    assert math.isclose(sum(x * x for x in vector), 1.0)


def test_the_same_text_gives_the_same_vector() -> None:
    assert LexicalEmbedder().embed(["Who approved it"]) == LexicalEmbedder().embed(["who approved it"])


def test_texts_that_share_words_are_more_alike() -> None:
    one, near, far = LexicalEmbedder().embed(["who approved version 3", "who approved version 4", "list all datasets"])
    assert likeness(one, near) > likeness(one, far)


def test_the_nearest_come_first() -> None:
    embedder = LexicalEmbedder()
    texts = ["where is it live", "who owns it", "how big is it"]
    among = list(zip(texts, embedder.embed(texts), strict=True))
    assert nearest(embedder.embed(["who owns that"])[0], among, limit=1)[0][0] == "who owns it"


def test_an_empty_text_is_like_nothing() -> None:
    empty, other = LexicalEmbedder().embed(["", "models"])
    assert likeness(empty, other) == 0


@pytest.mark.parametrize("dimensions", [64, 512])
def test_the_name_tells_what_the_vectors_depend_on(dimensions: int) -> None:
    assert str(dimensions) in LexicalEmbedder(dimensions=dimensions).name
