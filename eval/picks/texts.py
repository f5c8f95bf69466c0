"""Picks about cards, descriptions and documents."""

from __future__ import annotations

import re

from eval.oracle import Oracle
from eval.picks.base import Found, pick
from eval.truth.base import NOW
from eval.truth.record import Record


@pick("model", "field")
def card_field(record: Record) -> Found:
    """A model, and a field of its card."""
    for name, row in record.models.items():
        yield from ((name, key) for key, text in (row.get("card") or {}).items() if isinstance(text, str))


def _with_field(record: Record, field: str) -> Found:
    return ((name,) for name, row in record.models.items() if isinstance((row.get("card") or {}).get(field), str))


@pick("model")
def with_intended_use(record: Record) -> Found:
    """A model whose card says what it is for."""
    yield from _with_field(record, "intended_use")


@pick("model")
def with_population(record: Record) -> Found:
    """A model whose card says for whom it is."""
    yield from _with_field(record, "population")


@pick("model")
def with_out_of_scope(record: Record) -> Found:
    """A model whose card says for what it is not."""
    yield from _with_field(record, "out_of_scope")


@pick("version")
def version_of_carded(record: Record) -> Found:
    """A version for which its own or its model's card says what it is for."""
    for version, row in record.versions.items():
        card = {**(record.models[record.model_of(version)].get("card") or {}), **(row.get("card") or {})}
        if isinstance(card.get("intended_use"), str):
            yield (version,)


@pick("site", "env", "version")
def live_and_carded(record: Record) -> Found:
    """A place where one version alone is live, and a card says what it is for."""
    known = {version for (version,) in version_of_carded(record)}
    spans = [s for s in record.deployments if s.holds(NOW)]
    for s in spans:
        if s.version in known and sum(o.what == s.what for o in spans) == 1:
            yield s.row["site"], s.row["environment"], s.version


@pick("subject")
def documented(record: Record) -> Found:
    """A model or version that some document is about."""
    for row in record.documents:
        yield from ((s,) for s in row.get("about") or [] if s in record.models or s in record.versions)


@pick("path", "title")
def titled(record: Record) -> Found:
    """A document with a title."""
    yield from ((row["path"], row["title"]) for row in record.documents if row.get("title"))


@pick("path", "title")
def titled_by(record: Record) -> Found:
    """A document with a title, added by somebody on record."""
    for row in record.documents:
        if row.get("title") and row.get("by") in record.people:
            yield row["path"], row["title"]


@pick("path", "title")
def about_something(record: Record) -> Found:
    """A document with a title that is about something."""
    yield from ((row["path"], row["title"]) for row in record.documents if row.get("title") and row.get("about"))


@pick("sensitivity")
def document_sensitivity(record: Record) -> Found:
    """A sensitivity of some document."""
    yield from ((row["sensitivity"],) for row in record.documents if row.get("sensitivity"))


@pick("person")
def librarian(record: Record) -> Found:
    """Somebody who added a document."""
    yield from ((row["by"],) for row in record.documents if row.get("by") in record.people)


@pick("phrase")
def rare_phrase(record: Record) -> Found:
    """Four words in a row that stand in one place of one document."""
    texts = [(record.folder / row["path"]).read_text(encoding="utf-8") for row in record.documents]
    everything = " ".join(word for text in texts for word in text.split()).casefold()
    for phrase in {phrase for text in texts for phrase in _phrases(text)}:
        if everything.count(phrase) == 1:
            yield (phrase,)


def _phrases(text: str) -> set[str]:
    """Four plain words in lower case, two of them long, within a sentence of a line."""
    words = [line.split() for line in text.splitlines()]
    windows = [line[i : i + 4] for line in words for i in range(len(line) - 3)]
    return {
        " ".join(window)
        for window in windows
        if all(re.fullmatch(r"[a-z]+", word) for word in window) and sum(len(word) > 5 for word in window) > 1
    }


@pick("field")
def silent_field(record: Record) -> Found:
    """A field that every card must have, and that some model's lacks."""
    oracle = Oracle(record, now=NOW)
    yield from (
        (field,) for field in ("intended_use", "population", "out_of_scope") if oracle.card_silent(field).members
    )
