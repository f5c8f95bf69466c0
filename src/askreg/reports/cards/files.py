"""Cards that people keep in files: their figures and words held against the record."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from askreg.errors import InvalidInput
from askreg.reports.cards.claims import Claimed, Claims
from askreg.reports.cards.content import Card
from askreg.reports.cards.reading import Number, numbers


def claimed_by_file(judge: Claims, name: str, text: str) -> Iterator[tuple[str, Claimed]]:
    """Yield what a file says that the record does not bear out, with where.

    A card that askreg wrote as JSON is held to the record fact by fact, a Hugging Face README by its model-index and
    its words; any other text by its words.
    """
    from askreg.reports.cards.check import claimed

    card = _own(text)
    if card is not None:
        yield from ((f"{name}: {where}", found) for where, found in _facts(judge, card))
        return
    body = text
    if text.startswith("---\n"):
        body, results = _readme(name, text)
        for result in results:
            yield from ((f"{name}: model-index", found) for found in _result(judge, result))
    for found in claimed(judge, _plain(body)):
        yield name, found


def _own(text: str) -> Card | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        content = json.loads(text)
        return Card.model_validate(content["card"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None


def _facts(judge: Claims, card: Card) -> Iterator[tuple[str, Claimed]]:
    from askreg.reports.cards.check import outdated

    if card.subject != judge.card.subject:
        what = f"it is a card of {card.subject}, not of {judge.card.subject}"
        yield "subject", Claimed("contradiction", card.subject, what)
        return
    for finding in outdated(card, judge.card):
        yield finding.where, Claimed("contradiction", finding.where, finding.what, finding.facts)


def _readme(name: str, text: str) -> tuple[str, list[Any]]:
    try:
        from huggingface_hub import ModelCard
    except ImportError:
        raise InvalidInput("reading a Hugging Face README needs more packages: pip install 'askreg[cards]'") from None
    try:
        read: Any = ModelCard(text, ignore_metadata_errors=False)
    except Exception as error:  # whatever its YAML or the library does
        raise InvalidInput(f"{name}: its metadata cannot be read: {error}") from None
    return read.text, list(read.data.eval_results or ())


def _result(judge: Claims, result: Any) -> Iterator[Claimed]:
    """Hold one figure of a model-index to the record."""
    cohort = result.dataset_config or "all"
    named = f"{result.metric_type} on {result.dataset_name} ({cohort}, {result.dataset_split or 'any split'})"
    said = f"{named}: {result.metric_value}"
    same = [
        figure
        for figure in judge.card.figures
        if figure.metric == result.metric_type
        and result.dataset_name in (figure.dataset, figure.dataset.partition("@")[0])
        and figure.cohort == cohort
        and result.dataset_split in (None, figure.split)
    ]
    if not same:
        yield Claimed("unsupported", said, f"no such figure is on record: {named}")
        return
    value = _number(result.metric_value)
    if value is None or not any(value.is_of(figure.value) for figure in same):
        recorded = ", ".join(figure.value for figure in same)
        yield Claimed("contradiction", said, f"{said}; on record: {recorded}", tuple(figure.fact for figure in same))


def _number(value: object) -> Number | None:
    found = numbers(f" {value} ")
    return found[0] if len(found) == 1 else None


def _plain(markdown: str) -> str:
    """Return Markdown's text: what is escaped as it reads, without marks and without the numbers of facts."""
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)
    text = re.sub(r"(?m)\[F\d+(?:, F\d+)*\]|^\| F\d+ \||\| F\d+(?:, F\d+)* \|$", "|", text)
    return re.sub(r"(?m)^\s*[>#*-]+\s+|[*`]+", " ", text)
