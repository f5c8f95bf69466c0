"""The quotes of an answer: the words of documents that it rests on, with where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from askreg.agent.draft import Quote
from askreg.agent.facts import Fact
from askreg.agent.tools.documents import QUOTE
from askreg.agent.tools.shapes import ToolResult
from askreg.library.library import Found, Passage


def quotes(given: Iterable[Quote], cited: Iterable[Fact], results: Iterable[ToolResult]) -> list[Quote]:
    """Return what the answer cites of documents and what its draft quotes, each once, completed by code."""
    passages = {passage.chunk: passage for passage in _passages(results)}
    told = [
        Quote(document=fact.subject.removeprefix("doc:"), chunk=fact.field.removeprefix(QUOTE), text=fact.value)
        for fact in cited
        if fact.field.startswith(QUOTE)
    ]
    completed = [_completed(quote, passages) for quote in (*told, *given)]
    return list({(q.document, q.chunk, q.text): q for q in completed}.values())


def _passages(results: Iterable[ToolResult]) -> Iterator[Passage]:
    for result in results:
        if isinstance(result.data, Found):
            yield from result.data.passages


def _completed(quote: Quote, passages: dict[str, Passage]) -> Quote:
    passage = passages.get(quote.chunk)
    if passage is None or passage.document != quote.document:
        return quote
    at = passage.quote.find(quote.text)
    if at < 0:
        return quote
    return quote.model_copy(
        update={
            "revision": passage.revision,
            "section": passage.section[-1] if passage.section else None,
            "start": passage.quote_start + at,
            "end": passage.quote_start + at + len(quote.text),
        }
    )
