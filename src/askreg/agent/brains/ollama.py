"""A model that Ollama serves inside the site's walls: looked at before it is asked, and asked with the tools."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from askreg.agent.brains.bounded import SLOW, Busy, TooMuch, bounded, busy, certificates, unauthorised
from askreg.agent.brains.config import OllamaConfig
from askreg.agent.brains.failures import BrainFailed, chain, usable
from askreg.agent.guard.egress import Egress
from askreg.agent.tools import schemas
from askreg.errors import InvalidInput, Refused

if TYPE_CHECKING:
    import httpx
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_ollama import ChatOllama

_WHO = "the Ollama model"
_LARGE_ENOUGH = 6.0
"""Billions of parameters below which a model only selects: smaller ones call tools with made-up arguments."""
_FIRST_PAUSE = 0.5
"""Seconds before another try; each one after it waits twice as long."""
_LETTERS_A_TOKEN = 3
"""Fewer than any tokenizer needs for English or JSON, so that an estimate errs towards too many tokens."""


class OllamaModel(BaseModel):
    """What Ollama says of the model. `remote` names the host that really runs it, if it is not this one."""

    model_config = ConfigDict(frozen=True)
    name: str
    digest: str
    tools: bool
    billions: float | None
    remote: str | None = None

    @property
    def reference(self) -> str:
        """Return what an answer says of the model."""
        return f"{self.name}@{self.digest.removeprefix('sha256:')[:12]}"

    @property
    def large(self) -> bool:
        """Return whether it may be expected to call tools well."""
        return self.tools and (self.billions is None or self.billions >= _LARGE_ENOUGH)


class OllamaBrain:
    """Calls the tools through an Ollama model until it hands in a draft."""

    def __init__(self, config: OllamaConfig, model: OllamaModel, egress: Egress) -> None:
        """Use the tools; see `examined` for the model."""
        self._config, self.model = config, model.reference
        self._model = chat(config, egress)
        self._chat = self._model.bind_tools(schemas.functions())
        self._fixed = len(str(schemas.functions()))

    def close(self) -> None:
        """Close the connections."""
        close(self._model)

    def invoke(self, input: Sequence[BaseMessage]) -> AIMessage:
        """Return the next calls or the draft; raises `BrainFailed`."""
        return asked(self._chat, input, self._config, fixed=self._fixed)


def chat(config: OllamaConfig, egress: Egress, **options: Any) -> ChatOllama:
    """Return the chat model, whose every request goes through the guarded client."""
    try:
        from langchain_ollama import ChatOllama
    except ImportError:
        raise _missing() from None
    return ChatOllama(
        model=config.model,
        base_url=config.url,
        num_ctx=config.num_ctx,
        num_predict=config.num_predict,
        temperature=0,
        client_kwargs=_client_options(config, egress),
        **options,
    )


def close(model: ChatOllama) -> None:
    """Close the connections of a chat model, which LangChain leaves open."""
    client: Any = model._client
    client.close()


def asked(model: Any, messages: Sequence[BaseMessage], config: OllamaConfig, *, fixed: int = 0) -> AIMessage:
    """Return a model's reply to messages (with `fixed` more characters); raises `BrainFailed`."""
    letters = fixed + sum(len(m.text) + len(str(getattr(m, "tool_calls", ""))) for m in messages)
    room = config.num_ctx - config.num_predict
    if letters / _LETTERS_A_TOKEN > room:
        raise BrainFailed(
            f"the conversation (about {letters // _LETTERS_A_TOKEN} tokens) does not fit the {room} that"
            f" ASKREG_OLLAMA_NUM_CTX={config.num_ctx} leaves for it",
            "raise it, begin a new conversation",
        )
    for attempt in range(config.retries + 1):
        try:
            reply: AIMessage = model.invoke(list(messages))
            return usable(reply, who=_WHO)
        except BrainFailed:
            raise
        except Exception as error:  # whatever the client, the network or the server did
            pause = _pause(error, attempt, config)
            if attempt == config.retries or pause is None:
                raise failure(error, config) from None
            time.sleep(pause)
    raise AssertionError("unreachable")


def examined(config: OllamaConfig, egress: Egress) -> OllamaModel:
    """Return the model as Ollama knows it; raises `BrainFailed` when it is missing, or not the one that was pinned."""
    try:
        import httpx
    except ImportError:
        raise _missing() from None
    try:
        with httpx.Client(base_url=config.url, **_client_options(config, egress)) as client:
            listed = _json(client.get("/api/tags"), config).get("models") or []
            found = next((m for m in listed if _same(str(m.get("name") or m.get("model")), config.model)), None)
            shown = _json(client.post("/api/show", json={"model": config.model}), config) if found else {}
    except Exception as error:
        raise failure(error, config) from None
    if found is None:
        raise _not_pulled(config)
    details = found.get("details") or {}
    model = OllamaModel(
        name=config.model,
        digest=str(found.get("digest") or ""),
        tools="tools" in (shown.get("capabilities") or []),
        billions=_billions(str(details.get("parameter_size") or "")),
        remote=shown.get("remote_host") or found.get("remote_host"),
    )
    if model.remote:
        raise Refused(
            f"Ollama runs {config.model!r} at {model.remote}, not here: nothing is sent to it; choose a model that was"
            " pulled here with ASKREG_OLLAMA_MODEL, or ask with --backend offline"
        )
    if config.digest and not model.digest.removeprefix("sha256:").startswith(config.digest.removeprefix("sha256:")):
        raise BrainFailed(
            f"the model {config.model!r} has the digest {model.digest}, and {config.digest} is pinned",
            "pull the right one or change ASKREG_OLLAMA_DIGEST",
        )
    return model


_TESTED: dict[str, bool] = {}
"""By digest: whether a model passed the self-test in this process."""


def calls_tools(config: OllamaConfig, model: OllamaModel, egress: Egress) -> bool:
    """Tell whether the model, asked for something that a tool knows, calls it with the right argument."""
    if not model.tools:
        return False
    if model.digest not in _TESTED:
        from langchain_core.messages import HumanMessage

        listed = [tool for tool in schemas.functions() if tool["function"]["name"] == "deployed"]
        question = [HumanMessage(content="Use the tool: which model versions are live at the site northgate?")]
        model_alone = chat(config, egress)
        try:
            reply = asked(model_alone.bind_tools(listed), question, config)
        finally:
            close(model_alone)
        called = [(call["name"], call["args"].get("site")) for call in reply.tool_calls]
        _TESTED[model.digest] = called == [("deployed", "northgate")]
    return _TESTED[model.digest]


def failure(error: Exception, config: OllamaConfig) -> Exception:
    """Return what to raise instead of a client's error."""
    import httpx
    import ollama

    for cause in chain(error):
        match cause:
            case Refused() | BrainFailed():
                return cause
            case TooMuch():
                return BrainFailed(f"{_WHO}'s reply went on for too long ({cause})", cause.remedy)
            case httpx.TimeoutException():
                return BrainFailed(f"{_WHO} {config.model!r} did not answer within {config.timeout:g} s", SLOW)
            case Busy():
                remedy = f"try again in {cause.seconds:.0f} s" if cause.seconds else "try again later"
                return BrainFailed(f"Ollama is busy ({cause})", remedy)
            case httpx.TransportError() if not isinstance(cause, httpx.ConnectError):
                return BrainFailed(f"{_WHO}'s reply broke off ({type(cause).__name__})")
            case httpx.ConnectError() | ConnectionError():
                return BrainFailed(f"Ollama could not be reached at {config.url}", "start it with 'ollama serve'")
            case ollama.ResponseError(status_code=404):
                return _not_pulled(config)
            case ollama.ResponseError() if "context" in cause.error:
                return BrainFailed(f"the conversation does not fit {_WHO}'s context", "begin a new one")
            case ollama.ResponseError():
                return _status(cause.status_code, config)
    return BrainFailed(f"{_WHO}'s reply broke off or could not be read ({type(error).__name__})")


def _client_options(config: OllamaConfig, egress: Egress) -> dict[str, Any]:
    import httpx

    return {
        "trust_env": False,
        "follow_redirects": False,
        "timeout": config.timeout,
        "verify": certificates(httpx.create_ssl_context),
        "event_hooks": {
            "request": [unauthorised, egress.hook],
            "response": [bounded(httpx.SyncByteStream, seconds=config.timeout), busy],
        },
    }


def _pause(error: Exception, attempt: int, config: OllamaConfig) -> float | None:
    """Return how many seconds to wait before another try; None when there is no point in one."""
    import httpx
    import ollama

    usual: float = _FIRST_PAUSE * 2**attempt
    for cause in chain(error):
        match cause:
            case Busy():
                seconds: float = usual if cause.seconds is None else cause.seconds
                return seconds if seconds <= config.timeout else None
            case Refused() | TooMuch() | httpx.TimeoutException() | httpx.ConnectError():
                return None
            case ollama.ResponseError():
                return usual if cause.status_code in (500, 502, 504) else None
            case httpx.TransportError():
                return usual
    return None


def _json(response: httpx.Response, config: OllamaConfig) -> dict[str, Any]:
    if response.status_code == 404:
        raise _not_pulled(config)
    if response.status_code != 200:
        raise _status(response.status_code, config)
    content = response.json()
    if not isinstance(content, dict):
        raise BrainFailed(f"what answers at {config.url} is not Ollama", "set ASKREG_OLLAMA_URL")
    return content


def _status(status: int, config: OllamaConfig) -> BrainFailed:
    if status >= 500:
        return BrainFailed(f"Ollama's server failed (HTTP {status})")
    if 300 <= status < 400:
        what = f"what answers at {config.url} is a redirect (HTTP {status}), which is not followed"
        return BrainFailed(what, "set ASKREG_OLLAMA_URL")
    if status < 300:  # an error in the middle of a reply
        return BrainFailed(f"{_WHO} failed in the middle of its reply")
    return BrainFailed(f"Ollama did not take the request (HTTP {status})")


def _same(listed: str, wanted: str) -> bool:
    return listed == wanted or (":" not in wanted and listed == f"{wanted}:latest")


def _billions(text: str) -> float | None:
    found = re.fullmatch(r"([\d.]+)\s*([MB])", text.strip(), re.IGNORECASE)
    if found is None:
        return None
    return float(found[1]) / (1000 if found[2].upper() == "M" else 1)


def _not_pulled(config: OllamaConfig) -> BrainFailed:
    return BrainFailed(f"Ollama has no model {config.model!r}", f"fetch it with 'ollama pull {config.model}'")


def _missing() -> InvalidInput:
    return InvalidInput("the ollama backend needs more packages: pip install 'askreg[ollama]'")
