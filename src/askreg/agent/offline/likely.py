"""How likely each intent is: a linear model over a question's sentence embedding, its slots and its small words.

An embedding tells topics apart and blurs what turns a question round (who or when, with or without, before or after);
the small words tell just that. The weights ship with the package and are made anew from the examples by
`python -m askreg.agent.offline.likely`; with `--measure` it says how they do on examples that were left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from askreg.agent.offline import canonical, neighbours
from askreg.library import minilm
from askreg.library.choose import embedder

_KEPT = Path(__file__).parent / "examples.weights"

_SMALL = {
    "who": r"who|whom|whose|person|anyone|anybody|someone|name of",
    "when": r"when|dates?|day|since|until",
    "where": r"where|sites?|hospitals?|places?|locations?|wards?",
    "count": r"how many|number of|count|how often|times",
    "long": r"how long|days|duration|time",
    "why": r"why|reasons?|grounds",
    "yes": r"^(?:is|are|was|were|has|have|had|does|do|did|can|may|any)",
    "not": r"no|not|never|without|nobody|lack\w*|missing|none|un\w+|less",
    "ever": r"ever|past|history|any time|at some point|so far",
    "before": r"before|previous\w*|former|prior|earlier|predecessor",
    "after": r"after|next|replaced|succe\w+|followed",
    "first": r"first|earliest|initial\w*",
    "last": r"last|latest|newest|recent\w*|youngest",
    "most": r"most|greatest|widest",
    "best": r"best|top|highest|leads?|strongest|number one",
    "worst": r"worst|lowest|bottom|weakest|poorest",
    "past": r"was|were|did|had",
    "which": r"which|what|list|all|show",
    "from": r"from",
    "on": r"on",
    "to": r"to",
    "by": r"by",
    "above": r"above|better than|exceed\w*|over|greater|beats",
    "below": r"below|under|less|worse|short of",
    "off": r"off|down|end(?:ed)?|stop\w*|withdrawn|withdrew|removed|pulled|lose|lost",
    "no to": r"reject\w*|refus\w*|turned down|knocked back|declined|veto\w*|no to",
}  # fmt: skip
_WORDS = [re.compile(rf"\b(?:{pattern})\b") for pattern in _SMALL.values()]
_SLOTS = tuple(sorted(neighbours.WORDS))
_WEIGHT = 3.0
"""What the embedding counts for beside the words, each of which counts one."""


@cache
def usable(choice: str = "auto") -> bool:
    """Whether the embedder that the weights were made for is the one that is chosen."""
    return embedder(choice).name == minilm.NAME and _weights() is not None


@lru_cache(maxsize=256)
def probabilities(masked: str, choice: str = "auto") -> dict[str, float]:
    """Return how likely each intent is to be that of a masked question; nothing where the weights cannot be used."""
    if not usable(choice):
        return {}
    import numpy as np

    names, weights = _weights()  # type: ignore[misc]
    scores = weights @ np.append(_features([masked], choice)[0], 1.0)
    exp = np.exp(scores - scores.max())
    return dict(zip(names, (exp / exp.sum()).tolist(), strict=True))


def _features(masked: Sequence[str], choice: str) -> Any:
    import numpy as np

    spoken = [neighbours.spoken(one) for one in masked]
    vectors = np.array(embedder(choice).embed(spoken))
    return _joined(vectors, masked)


def _joined(vectors: Any, masked: Sequence[str]) -> Any:
    """Put the embeddings beside what the words and the slots say."""
    import numpy as np

    words = [[bool(word.search(neighbours.spoken(one))) for word in _WORDS] for one in masked]
    slots = [[2.0 * ("{" + slot + "}" in one) for slot in _SLOTS] for one in masked]
    return np.hstack([_WEIGHT * vectors, np.array(words, float), np.array(slots)])


@cache
def _weights() -> tuple[list[str], Any] | None:
    """Return the intents and a row of weights for each, if they were made from the examples as they are now."""
    import numpy as np

    if not _KEPT.is_file():
        return None
    header, _, content = _KEPT.read_bytes().partition(b"\n")
    said = json.loads(header)
    if said["examples"] != _key() or said["embedder"] != minilm.NAME:
        return None
    rows = np.frombuffer(content, dtype="<f2").astype(float)
    return said["intents"], rows.reshape(len(said["intents"]), -1)


def _key() -> str:
    return neighbours.key([f"{name} {wording}" for wording, name in canonical.examples()])


# Making the weights -------------------------------------------------------------------------------------------------


def fitted(features: Any, labels: Any, count: int, *, steps: int = 300, decay: float = 3e-4) -> Any:
    """Return weights that tell the labels apart: multinomial logistic regression by Adam."""
    import numpy as np

    inputs = np.hstack([features, np.ones((len(features), 1))]).astype(np.float32)
    wanted = np.eye(count, dtype=np.float32)[labels]
    weights = np.zeros((count, inputs.shape[1]), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = inputs @ weights.T
        exp = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = (exp / exp.sum(axis=1, keepdims=True) - wanted).T @ inputs / len(inputs) + decay * weights
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weights -= 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def table() -> tuple[list[str], Any, Any]:
    """Return the intents, the features of every example, and the number of its intent."""
    import numpy as np

    examples = canonical.examples()
    names = [intent.name for intent in canonical.intents()]
    wordings = tuple(wording for wording, _ in examples)
    vectors: Any = np.array(neighbours.vectors(wordings, embedder()), dtype=float)
    labels = np.array([names.index(name) for _, name in examples])
    return names, _joined(vectors, [wording for wording, _ in examples]), labels


def left_out(*, folds: int = 5) -> list[tuple[bool, float]]:
    """Return for each example, with weights made without it: whether its intent came first, and how likely it was."""
    import numpy as np

    names, features, labels = table()
    fold = np.random.default_rng(1).permutation(len(labels)) % folds
    result: list[tuple[bool, float]] = []
    for one in range(folds):
        kept = fold != one
        weights = fitted(features[kept], labels[kept], len(names))
        scores = np.hstack([features[~kept], np.ones((int((~kept).sum()), 1))]) @ weights.T
        exp = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = exp / exp.sum(axis=1, keepdims=True)
        result += [(bool(c.argmax() == k), float(c.max())) for c, k in zip(chances, labels[~kept], strict=True)]
    return result


def keep(path: Path = _KEPT) -> None:
    """Make the weights and write them."""
    names, features, labels = table()
    weights = fitted(features, labels, len(names))
    header = {"embedder": minilm.NAME, "examples": _key(), "intents": names}
    path.write_bytes(json.dumps(header).encode() + b"\n" + weights.astype("<f2").tobytes())


if __name__ == "__main__":
    import sys

    if "--measure" not in sys.argv:
        neighbours.keep([wording for wording, _ in canonical.examples()], minilm.MiniLmEmbedder())
        keep()
    measured = left_out() if "--measure" in sys.argv else []
    for least in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9) if measured else ():
        sure = [right for right, chance in measured if chance >= least]
        sys.stdout.write(
            f"at least {least}: {len(sure) / len(measured):.2f} of them, {sum(sure) / len(sure):.3f} right\n"
        )
