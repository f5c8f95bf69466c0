import hypothesis.strategies as st
import pytest
from hypothesis import given

from askreg.library.chunking import blocks, chunk_id, chunks, sentences
from askreg.library.quoting import quote, units

LINES = st.sampled_from(
    ["# One", "## Two", "### Three", "Plain words.", "- item", "2. item", "| a | b |", "| --- | --- |", "```", "",
     "1. Purpose", "SECTION HEADING", "====", "----", "A longer sentence that goes on. And another one follows it.",
     "word " * 120, "\f", "| x | " + "y " * 300 + "|"]
)  # fmt: skip
TEXTS = st.lists(LINES, max_size=30).map("\n".join)
TABLE = "| cohort | auroc |\n| --- | --- |\n" + "\n".join(f"| group-{i} | 0.{i:03} |" for i in range(120))


@given(TEXTS)
def test_chunks_hold_every_word_once_and_in_order(text: str) -> None:
    found = chunks(text)
    ends = [0, *(chunk.end for chunk in found)]
    assert all(end <= chunk.start < chunk.end for end, chunk in zip(ends, found, strict=False))
    assert [word for c in found for word in text[c.start : c.end].split()] == text.split()


@given(TEXTS)
def test_quotes_are_verbatim_and_lie_in_their_chunk(text: str) -> None:
    for chunk in chunks(text):
        for start, end in [*units(text, chunk), quote(text, chunk, {"plain": 1.0})]:
            assert chunk.start <= start <= end <= chunk.end


def test_a_table_stays_whole_however_long() -> None:
    text = f"# Report\n\n## Results\n\nBy cohort:\n\n{TABLE}\n\n## Next\n\nWords."
    (holding,) = [c for c in chunks(text) if "group-0 " in text[c.start : c.end]]
    assert TABLE in text[holding.start : holding.end] and "By cohort:" in text[holding.start : holding.end]


def test_of_a_long_table_a_row_is_quoted_and_of_a_short_one_all() -> None:
    text = f"# Results\n\n{TABLE}"
    start, end = quote(text, chunks(text)[0], {"77": 2.0})
    assert "| group-77 | 0.077 |" in text[start:end] and end - start < 500
    short = "# Results\n\n| cohort | auroc |\n| --- | --- |\n| all | 0.9 |"
    start, end = quote(short, chunks(short)[0], {"all": 1.0})
    assert short[start:end] == "| cohort | auroc |\n| --- | --- |\n| all | 0.9 |"


def test_a_chunk_knows_the_headings_above_it() -> None:
    text = "# A\n\n## B\n\nfirst\n\n### C\n\nsecond\n\n## D\n\nthird"
    assert [c.section for c in chunks(text)] == [("A", "B"), ("A", "B", "C"), ("A", "D")]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Title\n=====\n\nPart\n----\n\nwords", ["Title", "Part"]),
        ("1. Purpose\nIt is for this.\n1.2 Scope of use\nAll wards.", ["1. Purpose", "1.2 Scope of use"]),
        ("SIDE EFFECTS\nNone known.", ["SIDE EFFECTS"]),
        ("# Mark\n\n1. Press the button\n2. Wait", ["# Mark"]),
    ],
)
def test_headings_are_found_in_each_form(text: str, headings: list[str]) -> None:
    found = [text[b.start : b.end].splitlines()[0] for b in blocks(text) if b.kind == "heading"]
    assert found == headings


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = " ".join(f"Sentence number {i} says what it says at some length." for i in range(80))
    parts = [text[c.start : c.end] for c in chunks(text)]
    assert len(parts) > 2 and all(part.endswith(".") and len(part) < 1500 for part in parts)


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "It is used, e.g. Tuesdays. Dr. Koch signs. See Fig. 3 for more."
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == [
        "It is used, e.g. Tuesdays.", "Dr. Koch signs.", "See Fig. 3 for more."
    ]  # fmt: skip


def test_ids_depend_on_path_content_and_place_alone() -> None:
    first, second = chunks("# A\n\none\n\n# B\n\ntwo")
    assert chunk_id("a.md", "sha256:1", first) == chunk_id("a.md", "sha256:1", first)
    keys = {chunk_id(p, c, k) for p in ("a.md", "b.md") for c in ("sha256:1", "sha256:2") for k in (first, second)}
    assert len(keys) == 8
