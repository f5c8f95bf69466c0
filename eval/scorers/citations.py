"""Whether what an answer cites bears out what it says: each claim by its facts, each quote by its document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eval.scorers.grounding import Support, figures_of, listed, plain
from eval.scorers.names import Names, scalars
from eval.scorers.sample import Sample


def cited(sample: Sample) -> float | None:
    """Return the share of the claims that hold; None for an answer without claims."""
    claims = sample.answer.get("claims") or []
    return sum(not list(faults(sample, claim)) for claim in claims) / len(claims) if claims else None


def faults(sample: Sample, claim: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a claim: a fact that is not there, or something said that none of its facts hold.

    What the question itself says, and the dates that its calls asked about, may be repeated.
    """
    known = {fact["id"]: fact for fact in sample.answer.get("facts") or []}
    ids = claim.get("facts") or []
    if not ids:
        yield "cites no fact"
    for missing in (id for id in ids if id not in known):
        yield f"cites {missing}, which is not there"
    facts = [known[id] for id in ids if id in known]
    text = plain(claim.get("text") or "")
    support = supporting(sample, facts)
    for figure in figures_of(text, sample.names):
        if not support.holds(figure):
            yield f"none of its facts holds {figure}"
    held = "\n".join(str(cell) for fact in facts for cell in scalars(list(fact.values())))
    for kind, name in unheld(sample, text, held):
        yield f"none of its facts holds the {kind} {name}"


def supporting(sample: Sample, facts: list[dict[str, Any]], *, text: str | None = None) -> Support:
    """Return what a text (that of the answer, if no other) over these facts may take its figures from."""
    totals = [n for call in sample.made for n in (call.get("total"), call.get("returned")) if isinstance(n, int)]
    return Support(
        facts,
        question=sample.case.question,
        texts=[str(quote.get("text")) for quote in sample.answer.get("quotes") or []],
        moments=asked_about(sample),
        totals=[*totals, listed(sample.reading.text if text is None else text)],
    )


def asked_about(sample: Sample) -> list[str]:
    """Return the instants that the calls asked about, and that the answer is of."""
    cells = [cell for call in sample.made for cell in scalars(call.get("args") or {}) if isinstance(cell, str)]
    return [*cells, str(sample.answer.get("as_of") or ""), str(sample.case.as_of or "")]


def unheld(sample: Sample, text: str, held: str) -> Iterator[tuple[str, str]]:
    """Yield the names in a text that neither the facts nor the question hold."""
    names: Names = sample.names
    for invented in sorted(names.invented(text)):
        if invented.casefold() not in f"{held} {sample.case.question}".casefold():
            yield "unknown", invented
    for kind in names.by_kind:
        for name in sorted(names.plain(text, kind)):
            if not any(names.says(source, kind, name) for source in (held, sample.case.question)):
                yield kind, name


def quoted(sample: Sample) -> float | None:
    """Return the share of the quotes that stand letter for letter in their document; None without quotes."""
    quotes = sample.answer.get("quotes") or []
    return sum(stands(sample, quote) for quote in quotes) / len(quotes) if quotes else None


def stands(sample: Sample, quote: dict[str, Any]) -> bool:
    """Return whether a quote is in the document that it names."""
    text = str(quote.get("text") or "")
    return bool(text.strip()) and text in sample.documents.get(str(quote.get("document")), "")
