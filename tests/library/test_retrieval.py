"""Retrieval is as good as it has to be, over documents in all five forms."""

from pathlib import Path

import pytest
import yaml

from askreg.library.files import READERS
from eval.retrieval.measuring import HERE, MRR, RECALL, measure


@pytest.mark.slow
def test_questions_find_their_passages(tmp_path: Path) -> None:
    measured = measure(tmp_path, answers=False)
    assert len(measured.ranked) >= 60 and measured.documents >= 30
    assert measured.recall >= RECALL, [r.ask for r in measured.ranked if r.rank is None or r.rank > 5]
    assert measured.mrr >= MRR, [(r.ask, r.rank) for r in measured.misses()]


def test_the_corpus_holds_documents_of_every_kind_that_is_read() -> None:
    corpus = yaml.safe_load((HERE / "corpus.yaml").read_text("utf-8"))
    assert {entry["format"] for entry in corpus.values()} == {s[1:] for s in READERS} - {"htm", "markdown"}
    assert {f"{name}.md" for name in corpus} == {path.name for path in (HERE / "documents").iterdir()}


def test_every_question_has_its_gold_in_the_corpus() -> None:
    asked = yaml.safe_load((HERE / "questions.yaml").read_text("utf-8"))["questions"]
    for gold in asked:
        text = (HERE / "documents" / f"{gold['document']}.md").read_text("utf-8")
        assert f"## {gold['section']}\n" in text, gold
    assert len({gold["ask"] for gold in asked}) == len(asked)
