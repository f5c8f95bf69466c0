"""Which embedder is used: chosen by one word, so that documents and questions are embedded alike."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from askreg.errors import InvalidInput
from askreg.library import minilm
from askreg.library.embedding import Embedder, LexicalEmbedder
from askreg.library.served import LOCAL, OllamaEmbedder

_OLLAMA = "ollama:"


def embedder(choice: str = "auto", *, url: str = LOCAL, allowed_hosts: Collection[str] = ()) -> Embedder:
    """Return the embedder of a choice, the same one each time.

    Args:
        choice: `auto` (MiniLM where its packages are installed, else lexical), `minilm`, `lexical`, `ollama:MODEL`,
            or a directory that holds MiniLM's `model.onnx` and `tokenizer.json`.
        url: Where Ollama is served.
        allowed_hosts: Hosts besides this machine that texts may be sent to.
    """
    if choice.startswith(_OLLAMA) and len(choice) > len(_OLLAMA):
        return OllamaEmbedder(choice.removeprefix(_OLLAMA), url, allowed_hosts=allowed_hosts)
    return _local(choice)


@lru_cache(maxsize=8)
def _local(choice: str) -> Embedder:
    if choice == "lexical" or (choice == "auto" and not minilm.available()):
        return LexicalEmbedder()
    if choice in ("auto", "minilm"):
        return minilm.MiniLmEmbedder()
    if choice and Path(choice).is_dir():
        return minilm.MiniLmEmbedder(Path(choice))
    raise InvalidInput(
        f"there is no embedder {choice!r}; use auto, minilm, lexical, ollama:MODEL or a directory with MiniLM's files"
    )
