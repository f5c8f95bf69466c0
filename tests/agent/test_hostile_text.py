"""Whatever text is in the record or a draft: nothing crashes, and nothing becomes a link, an image or markup."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from askreg.agent.draft import placeholder
from askreg.agent.render import render
from askreg.agent.verify import Evidence, verify
from askreg.errors import InvalidInput

from .corpus import CASES, NAMES, fact

FORMATTING = frozenset(
    "link_open image html_inline html_block code_inline em_open strong_open heading_open bullet_list_open"
    " ordered_list_open blockquote_open fence code_block hr table_open".split()
)
SPICY = st.text(st.sampled_from(list("ab c1.\n\\`*_{}[]()#+-!|<>~$\"'“”&:/@=;é\t")) | st.characters(codec="utf-8"))


def formats(markdown: str) -> frozenset[str] | set[str]:
    found = set()
    for token in MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(markdown):
        found |= {token.type, *(child.type for child in token.children or ())}
    return found & FORMATTING


@given(SPICY, st.sampled_from(["description", "tag.note", "owner", "card.intended_use", "framework"]))
@example("![x](http://e.example/p.png)", "description")
@example("[x]: http://e.example\n[x]", "tag.note")
@example("<http://e.example>", "owner")
@example("- one\n- two", "framework")
@example("a\n===\n", "tag.note")
@example("1) x", "tag.note")
@example("__0__", "description")
@example("_a_", "owner")
def test_text_of_the_record_stays_text(value: str, field: str) -> None:
    said = fact("sepsis-risk", field, value)
    for draft in ("{F1}", "It says {F1}.", "- {F1}", "| a |\n|---|\n| {F1} |"):
        rendered = render(draft, {"F1": said})
        assert formats(rendered.text) <= formats(draft.replace("{F1}", "x")), rendered.text


@given(SPICY)
def test_text_of_the_record_in_a_code_span_stays_in_it(value: str) -> None:
    rendered = render("see `{F1}` now", {"F1": fact("sepsis-risk", "description", value)})
    assert formats(rendered.text) <= {"code_inline"}


@given(st.lists(SPICY | st.sampled_from(["{F1}", "{F2.subject}", "{diff(F1,F2)}", "{{", "}}", "{", "| {F1} |\n"])))
@settings(max_examples=200)
def test_no_draft_crashes_the_renderer_or_the_verifier(pieces: list[str]) -> None:
    evidence = CASES[2].evidence()
    try:
        rendered = render("".join(pieces), evidence.facts)
    except InvalidInput:
        return
    assert isinstance(verify(rendered, evidence), list)
    assert "image" not in formats(rendered.text) and "html_inline" not in formats(rendered.text)


@given(SPICY)
def test_a_value_that_is_shown_as_it_is_is_accepted(value: str) -> None:
    said = fact("sepsis-risk", "description", value)
    rendered = render("{F1.subject} is described as {F1}.", {"F1": said})
    assert verify(rendered, Evidence({"F1": said.model_copy(update={"id": "F1"})}, (), "", NAMES)) == []


@given(st.text(st.sampled_from(list("F0123456789.,;:()abcdefgt date"))))
def test_no_placeholder_crashes_the_parser(source: str) -> None:
    try:
        assert placeholder(source).facts
    except InvalidInput as error:
        assert str(error)
