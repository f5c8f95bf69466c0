import pytest

from askreg.agent.guard.normal import fold, normal


@pytest.mark.parametrize(
    "written",
    [
        "call 219-09-9999 now",
        "call\u00a0219-09-9999\u2003now",
        "call 2\u200b1\u200b9-\u206009-9\u00ad999 now",
        "call 219\u201109\u20139999 now",
        "ｃａｌｌ ２１９－０９－９９９９ ｎｏｗ",
        "call ٢١٩-٠٩-٩٩٩٩ now",
        "c a l l   2 1 9 - 0 9 - 9 9 9 9   n o w",
        "call 2.1.9.0.9.9.9.9.9 now",
    ],
)
def test_all_ways_to_write_a_text_become_one(written: str) -> None:
    assert normal(written).text.replace("-", "") == "call 219099999 now"


@pytest.mark.parametrize("written", ["José Müller", "Jose\u0301 Mu\u0308ller", "ＪＯＳＥ ＭＵＬＬＥＲ"])
def test_accents_and_width_do_not_tell_letters_apart(written: str) -> None:
    assert normal(written).folded == "jose muller"


@pytest.mark.parametrize("written", ["x 2\u200b1\u200b9 y", "x ２１９ y", "x 2 1 9 5 7 y", "ß ﬁ 219"])
def test_a_span_leads_back_to_the_original_characters(written: str) -> None:
    seen = normal(written)
    start = seen.text.index("2")
    a, b = seen.span(start, start + 3)
    assert normal(written[a:b]).text.replace(" ", "") == "219"
    assert len(seen.text) == len(seen.origin) == len(seen.folded)


def test_ordinary_text_stays_as_it_is() -> None:
    text = "Which of a, b or c is live at northgate? f1 of 0.871 (v2)."
    assert normal(text).text == text


def test_a_folded_word_has_no_accents() -> None:
    assert [fold("Wrocław"), fold("Ångström"), fold("STRAẞE")] == ["wroclaw", "angstrom", "strasse"]
