"""Embeddings from a model that Ollama serves, on this machine unless other hosts are allowed by name."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from askreg.errors import AskregError, InvalidInput
from askreg.library.embedding import Vector

LOCAL = "http://127.0.0.1:11434"


class OllamaEmbedder:
    """Embeds texts with a model of an Ollama server."""

    def __init__(
        self, model: str, url: str = LOCAL, *, allowed_hosts: Collection[str] = (), timeout: float = 120
    ) -> None:
        """Use `model` at `url`; raises `InvalidInput` for a host that is neither this machine nor allowed.

        A server that is silent for `timeout` seconds gives no answer: the client itself would wait for ever.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"{url!r} is no address of an Ollama server; write one like {LOCAL!r}")
        if not _loopback(parts.hostname) and parts.hostname not in allowed_hosts:
            raise InvalidInput(f"texts may not be sent to {parts.hostname!r}; allow that host, or use {LOCAL!r}")
        self._url, self._model, self._timeout = url, model, timeout

    @cached_property
    def name(self) -> str:
        """Return the model with the digest that the server gives for it."""
        wanted = self._model if ":" in self._model else f"{self._model}:latest"
        known = {str(one.model): str(one.digest) for one in self._asked("list").models}
        if wanted not in known:
            raise AskregError(f"Ollama at {self._url} has no model {self._model!r}; run `ollama pull {self._model}`")
        return f"ollama:{wanted}:{known[wanted].removeprefix('sha256:')[:16]}"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector for each text."""
        if not texts:
            return []
        found = self._asked("embed", model=self._model, input=list(texts)).embeddings
        if len(found) != len(texts):
            raise AskregError(f"{self._model!r} at {self._url} gave {len(found)} vectors for {len(texts)} texts")
        return [_unit(vector) for vector in found]

    def _client(self) -> Any:
        try:
            import ollama
        except ImportError:
            raise AskregError("the ollama client is not installed; install askreg[ollama]") from None
        # Neither a proxy of the environment nor a redirect may take the texts elsewhere, nor is a key of it sent along.
        return ollama.Client(
            host=self._url,
            timeout=self._timeout,
            verify=self._url.startswith("https:"),  # certificates that are not needed take long to read
            trust_env=False,
            follow_redirects=False,
            event_hooks={"request": [lambda request: request.headers.pop("authorization", None)]},
        )

    def _asked(self, method: str, **given: Any) -> Any:
        try:
            with self._client() as client:
                return getattr(client, method)(**given)
        except AskregError:
            raise
        except Exception as error:  # the client raises errors of its own, of httpx and of the built-in ones
            raise AskregError(f"Ollama at {self._url} gave no answer for {self._model!r}: {error}") from error


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _unit(vector: Sequence[float]) -> Vector:
    length = math.sqrt(sum(x * x for x in vector)) or 1.0
    return tuple(x / length for x in vector)
