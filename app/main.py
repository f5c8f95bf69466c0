"""The page that `askreg app` starts: ask the registry, and see the facts behind every figure."""

import os
import re

import streamlit as st

from askreg.agent.answer import Answer, ask
from askreg.agent.brains.config import BrainConfig
from askreg.agent.thread import Thread
from askreg.cli.printable import markdown, printable
from askreg.errors import AskregError
from askreg.library.library import Library
from askreg.registry.registry import Registry
from askreg.settings import Settings

FACT_COLUMNS = (
    "id", "subject", "field", "value", "unit", "ci", "n", "dataset", "split", "cohort", "evidence", "since", "until",
    "event",
)  # fmt: skip


def page() -> None:
    """Show the conversation so far, and answer what is asked next."""
    st.set_page_config(page_title="askreg", layout="wide")
    settings = Settings.load()
    st.title("askreg")
    st.sidebar.markdown(f"**Brain** {_brain(settings.backend)}")
    st.sidebar.markdown(f"**Site policy** {settings.policy}")
    as_of = st.sidebar.text_input("As of", placeholder="2026-03-14", help="What had happened by then; empty for now.")
    known_at = st.sidebar.text_input("Known at", placeholder="2026-03-14", help="What had been recorded by then.")
    place = re.sub(r"//[^/@]*@", "//", settings.url)  # without a password
    st.sidebar.caption(markdown(f"{settings.actor} asks {place}"))
    thread: Thread = st.session_state.setdefault("thread", Thread())
    answers: list[Answer] = st.session_state.setdefault("answers", [])
    for answer in answers:
        show(answer)
    question = st.chat_input("Ask about the record") or st.session_state.pop("asked", None)
    if not question:
        return
    try:
        with Registry.open(settings.url, actor=settings.actor) as registry, st.spinner("reading the record"):
            answer = ask(
                registry,
                question,
                as_of=as_of.strip() or None,
                known_at=known_at.strip() or None,
                thread=thread,
                backend=settings.backend,
                config=BrainConfig.of(settings, os.environ),
                library=Library.of(settings),
            )
    except AskregError as error:
        st.error(markdown(error))
        return
    answers.append(answer)
    show(answer)


def show(answer: Answer) -> None:
    """Show a question, its answer, and what the answer rests on."""
    with st.chat_message("user"):
        st.markdown(markdown(answer.question))
    with st.chat_message("assistant"):
        if answer.answer != answer.reason:
            st.markdown(markdown(answer.answer))
        if answer.status != "answered":
            st.warning(markdown(f"{answer.status}: {answer.reason}"))
        for number, reading in enumerate(answer.readings):
            st.button(markdown(reading.question), key=f"{answer.id}-{number}", on_click=_take, args=(reading.question,))
        for quote in answer.quotes:
            st.markdown(f"> {markdown(' '.join(quote.text.split()))}\n>\n> {markdown(quote.document)}")
        if answer.facts:
            with st.expander(f"{len(answer.facts)} facts", expanded=len(answer.facts) <= 10):
                st.dataframe(_rows(answer), hide_index=True)
        known = f", as known at {answer.known_at}" if answer.known_at else ""
        brain = _brain(answer.brain.backend, answer.brain.model)
        parts = [f"{brain}, {answer.policy}", f"as of {answer.as_of}{known}"]
        parts += [f"log at event {answer.head.seq}", answer.id, f"{answer.elapsed_ms} ms"]
        st.caption(markdown(" | ".join(parts)))


def _rows(answer: Answer) -> list[dict[str, str]]:
    facts = [fact.model_dump() for fact in answer.facts]
    used = [name for name in FACT_COLUMNS if any(fact[name] is not None for fact in facts)]
    return [{name: "" if fact[name] is None else printable(fact[name]) for name in used} for fact in facts]


def _brain(backend: str, model: str | None = None) -> str:
    return "offline (no language model)" if backend == "offline" else f"{backend} {model or ''}".strip()


def _take(question: str) -> None:
    st.session_state["asked"] = question


if __name__ == "__main__":
    page()
