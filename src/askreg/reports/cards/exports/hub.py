"""The card as a Hugging Face README: metadata with every cohort's figures apart, and the card's own text below."""

import re
from typing import Any

from askreg.errors import InvalidInput
from askreg.registry.canonical import canonical
from askreg.reports.cards import layout, markdown
from askreg.reports.cards.catalogue import profile
from askreg.reports.cards.content import Card, Figure
from askreg.reports.cards.text import line, visible
from askreg.reports.cards.texts import read

_LICENSE = re.compile(r"[a-z0-9][a-z0-9.+-]*")


def write(card: Card, standing: str) -> tuple[str, str]:
    """Return the README, and what has read it back."""
    try:
        from huggingface_hub import ModelCard, ModelCardData, __version__
    except ImportError:
        raise InvalidInput("Hugging Face cards need more packages: pip install 'askreg[cards]'") from None
    body = markdown.write(layout.lay_out(card, profile("hf"), standing=standing))
    metadata: Any = ModelCardData(**_metadata(card), ignore_metadata_errors=False)
    text = f"---\n{metadata.to_yaml()}\n---\n\n{body}"
    again: Any = ModelCard(text)
    if again.data.to_dict() != metadata.to_dict():
        raise InvalidInput(f"the card of {card.subject} is not read back as it was written by huggingface_hub")
    return text, f"huggingface_hub {__version__}, which reads it back unchanged"


def _metadata(card: Card) -> dict[str, Any]:
    known = card.identity
    license, name = _license(known.texts.get("license"))
    trained = [use.subject for use in card.datasets if "training" in use.roles]
    given = {
        "license": license,
        "license_name": name,
        "language": _words(known.texts.get("language")),
        "library_name": known.framework.split()[0].lower() if known.framework else None,
        "pipeline_tag": next(iter(_words(known.texts.get("pipeline_tag")) or []), None),
        "tags": [visible(f"{key}:{value}") for key, value in known.tags.items()] or None,
        "datasets": list(dict.fromkeys(trained)) or None,
        "base_model": known.base,
        "metrics": list(dict.fromkeys(figure.metric for figure in card.figures)) or None,
        "askreg": {"subject": card.subject, "content": card.content, "as_of": card.as_of, "event": card.head.seq},
    }
    results = [_result(card, figure) for figure in card.figures]
    if results:
        given |= {"model_name": card.subject, "eval_results": results}
    return {name: value for name, value in given.items() if value is not None}


def _result(card: Card, figure: Figure) -> Any:
    from huggingface_hub import EvalResult

    name, _, label = figure.dataset.partition("@")
    beside: dict[str, Any] = {
        "value": figure.value,
        "n": figure.n,
        "interval": list(figure.ci) if figure.ci else None,
        "unit": figure.unit,
        "evidence": figure.evidence,
        "evaluated": figure.at,
        "event": figure.event,
    }
    return EvalResult(
        task_type=line(card.identity.task or "other"),
        dataset_type=name,
        dataset_name=figure.dataset,
        # Results that differ in anything else than task, type, config, split and revision would be merged.
        dataset_config=line(figure.cohort),
        dataset_split=line(figure.split),
        dataset_revision=label,
        metric_type=figure.metric,
        metric_name=figure.metric,
        metric_value=float(figure.value),
        metric_config=None if figure.config is None else canonical(figure.config),
        metric_args={key: value for key, value in beside.items() if value is not None},
    )


def _license(value: Any) -> tuple[str | None, str | None]:
    words = _words(value)
    if not words:
        return None, None
    text = line(words[0])
    return (text, None) if _LICENSE.fullmatch(text) else ("other", text)


def _words(value: Any) -> list[str] | None:
    said = read(value)
    return [line(text) for text in said.texts] if said.state == "value" else None
