"""Claude as a brain. What leaves is turned into what a cloud model may see, and checked here and on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from askreg.agent.brains.bounded import SLOW, TooMuch, bounded, certificates, not_for_long, wait
from askreg.agent.brains.config import BrainConfig, ClaudeConfig
from askreg.agent.brains.failures import BrainFailed, chain, usable
from askreg.agent.brains.permission import permit
from askreg.agent.guard import outward
from askreg.agent.guard.egress import Egress, strings
from askreg.agent.guard.phi import Gate
from askreg.agent.tools import schemas
from askreg.errors import EgressRefused, InvalidInput, Refused

if TYPE_CHECKING:
    import httpx2
    from langchain_anthropic import ChatAnthropic
    from langchain_core.messages import AIMessage, BaseMessage

_WHO = "Claude"
_NOT_RUN = "error: the call could not be run (details withheld); use the tools and their arguments as they are"
_URL = "set ASKREG_CLAUDE_URL"


class ClaudeBrain:
    """Calls the tools through Claude until it hands in a draft."""

    def __init__(self, *, config: BrainConfig, gate: Gate, static: Sequence[str]) -> None:
        """Refuse to exist where the site's policy keeps everything inside; `static` are the prompt's own texts."""
        permit("claude", config)
        self._config, self._gate = config.claude, gate
        self.model = config.claude.model
        if config.claude.api_key is None:
            raise BrainFailed("Claude needs an API key", "set ANTHROPIC_API_KEY")
        self._egress = Egress(
            gate,
            origin=config.claude.url,
            cloud=True,
            static={*static, *_fixed(config.claude)},
            refusal=_refusal(),
        )
        self._http = _http_client(self._config, self._egress)
        self._chat = _bound(self._config, self._http)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def invoke(self, input: Sequence[BaseMessage]) -> AIMessage:
        """Return the next calls or the draft; raises `BrainFailed`, and `Refused` when something may not leave."""
        messages = [self._outward(message) for message in input]
        try:
            reply: AIMessage = self._chat.invoke(messages)
        except Exception as error:  # whatever the client, the network or the server did
            raise _failure(error, self._config) from None
        self._egress.allow(_tokens_of(reply))
        self._egress.vouch(strings([reply.content, [call["args"] for call in reply.tool_calls]]))
        return _as_sent(usable(reply, who=_WHO))

    def _outward(self, message: BaseMessage) -> BaseMessage:
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

        match message:
            case SystemMessage():
                return _cached(message)
            case ToolMessage(artifact=None):
                return message.model_copy(update={"content": self._error(message)})
            case ToolMessage():
                text = outward.result_text(message.artifact, gate=self._gate)
                self._egress.check([text], what="a tool's result")
                return message.model_copy(update={"content": text, "artifact": None})
            case AIMessage() if "turn" in message.additional_kwargs:
                text = outward.turn_text(message.additional_kwargs["turn"], gate=self._gate)
                self._egress.check([text], what="the conversation")
                return AIMessage(content=text)
            case AIMessage():
                self._egress.check(strings([call["args"] for call in message.tool_calls]), what="a tool's arguments")
                return message
            case HumanMessage() if "problems" in message.additional_kwargs:
                return HumanMessage(content=self._complaint(message))
            case _:
                self._egress.check([message.text], what="the question")
                return message

    def _error(self, message: BaseMessage) -> str:
        """Return why a call was not run; it may quote the model, whose words are vouched for only as they came."""
        try:
            self._egress.check([message.text], what="an error")
        except Refused:
            self._egress.vouch([_NOT_RUN])
            return _NOT_RUN
        return message.text

    def _complaint(self, message: BaseMessage) -> str:
        """Return what was wrong with a draft; only the kinds of it where the words may not leave."""
        try:
            self._egress.check([message.text], what="a draft")
        except Refused:
            codes = sorted({problem["code"] for problem in message.additional_kwargs["problems"]})
            text = f"The draft was not accepted ({', '.join(codes)}). Send it again, corrected, or abstain."
            self._egress.vouch([text])
            return text
        return message.text


def _bound(config: ClaudeConfig, http: httpx2.Client) -> Any:
    import httpx2

    chat = _chat_model(config, http).bind_tools(schemas.functions())
    # The client retries requests that fail; a stream that breaks off is for us to begin again.
    return chat.with_retry(retry_if_exception_type=(httpx2.TransportError,), stop_after_attempt=config.retries + 1)


def _http_client(config: ClaudeConfig, egress: Egress) -> httpx2.Client:
    """Return the guarded client; not the library's own, which takes proxies from the environment come what may."""
    try:
        import httpx2
    except ImportError:
        raise _missing() from None
    within = bounded(httpx2.SyncByteStream, seconds=config.timeout)
    return httpx2.Client(
        base_url=config.url,
        verify=certificates(httpx2.create_ssl_context),
        timeout=config.timeout,
        trust_env=False,
        follow_redirects=False,
        event_hooks={"request": [egress.hook], "response": [within, not_for_long(config.timeout)]},
    )


def _chat_model(config: ClaudeConfig, http: httpx2.Client) -> ChatAnthropic:
    try:
        import anthropic
        from langchain_anthropic import ChatAnthropic
    except ImportError:
        raise _missing() from None
    from functools import cached_property

    class GuardedChat(ChatAnthropic):
        """Every request, of whatever kind, goes through the guarded client; the environment decides nothing."""

        @cached_property
        def _client(self) -> anthropic.Client:
            off: Any = {"traces": False, "propagation": False}
            return anthropic.Client(**self._client_params, http_client=http, open_telemetry=off)

        @cached_property
        def _async_client(self) -> anthropic.AsyncClient:
            raise InvalidInput("askreg asks Claude synchronously only: an asynchronous client would be unguarded")

    given: dict[str, Any] = {"effort": config.effort} if config.effort else {}
    return GuardedChat(
        model=config.model,
        api_key=config.api_key,
        base_url=config.url,
        anthropic_proxy=None,
        timeout=config.timeout,
        max_retries=config.retries,
        max_tokens=config.max_tokens,
        streaming=True,
        **given,
    )


def _refusal() -> type[EgressRefused]:
    """Return a refusal that Anthropic's client takes for one of its own errors: it neither wraps it nor tries again."""
    try:
        import anthropic
    except ImportError:
        raise _missing() from None

    class Withheld(EgressRefused, anthropic.AnthropicError):
        pass

    return Withheld


def _missing() -> InvalidInput:
    return InvalidInput("the claude backend needs more packages: pip install 'askreg[claude]'")


def _cached(message: BaseMessage) -> BaseMessage:
    """Mark the end of what is the same in every question, so that it is read from Claude's cache."""
    if not isinstance(message.content, list):
        return message
    first, *rest = message.content
    return message.model_copy(update={"content": [{**_block(first), "cache_control": {"type": "ephemeral"}}, *rest]})


def _block(block: str | dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": block} if isinstance(block, str) else block


def _fixed(config: ClaudeConfig) -> Iterator[str]:
    """Yield the texts of a request that are askreg's own or the protocol's."""
    yield from (
        config.model,
        config.effort or "",
        str(config.max_tokens),
        "ephemeral",
        "tool_result",
        "tool_use",
        "redacted_thinking",
    )
    yield from strings(schemas.functions())


def _tokens_of(reply: AIMessage) -> Iterator[str]:
    """Yield the ids and signatures of a reply, which go back with it: they came from there, and say nothing."""
    yield from (call["id"] or "" for call in (*reply.tool_calls, *reply.invalid_tool_calls))
    for block in reply.content if isinstance(reply.content, list) else ():
        if isinstance(block, dict):
            yield from (str(block[key]) for key in ("id", "signature", "data") if block.get(key))


def _as_sent(reply: AIMessage) -> AIMessage:
    """Return the reply with the calls invalid whose arguments are no JSON: LangChain would complete them by itself."""
    broken = {
        block["id"]: block["partial_json"]
        for block in (reply.content if isinstance(reply.content, list) else ())
        if isinstance(block, dict) and block.get("type") == "tool_use" and not _is_object(block.get("partial_json"))
    }
    if not broken:
        return reply
    invalid = [
        {"type": "invalid_tool_call", "id": call["id"], "name": call["name"], "args": None, "error": "they broke off"}
        for call in reply.tool_calls
        if call["id"] in broken
    ]
    kept = [call for call in reply.tool_calls if call["id"] not in broken]
    return reply.model_copy(update={"tool_calls": kept, "invalid_tool_calls": [*reply.invalid_tool_calls, *invalid]})


def _is_object(text: str | None) -> bool:
    if not text:  # no arguments, or none that came in pieces
        return True
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _failure(error: Exception, config: ClaudeConfig) -> Exception:
    """Return what to raise instead of a client's error, which may hold the request."""
    import anthropic

    # What the client's hooks raise, the client wraps in an error of its own.
    for cause in sorted(chain(error), key=lambda cause: not isinstance(cause, Refused | TooMuch)):
        match cause:
            case Refused():
                return cause
            case TooMuch():
                return BrainFailed(f"Claude's reply went on for too long ({cause})", cause.remedy)
            case anthropic.APITimeoutError():
                return BrainFailed(
                    f"Claude did not answer within {config.timeout:g} s, {config.retries + 1} times", SLOW
                )
            case anthropic.APIConnectionError():
                return BrainFailed(f"Claude could not be reached at {config.url}")
            case anthropic.APIStatusError():
                return _status(cause, config)
    return BrainFailed(f"Claude's reply broke off or could not be read ({type(error).__name__})")


def _status(error: Any, config: ClaudeConfig) -> BrainFailed:
    kind, said = f"HTTP {error.status_code}", error.type or ""
    if said == "overloaded_error" or error.status_code == 529:
        return BrainFailed(f"Claude is overloaded ({kind})")
    match error.status_code:
        case 401 | 403:
            return BrainFailed(f"Claude did not accept the API key ({kind})", "set ANTHROPIC_API_KEY")
        case 404:
            return BrainFailed(f"there is no model {config.model!r} at {config.url}", "set ASKREG_CLAUDE_MODEL")
        case 413:
            return BrainFailed(f"the conversation is too long for Claude ({kind})", "begin a new one")
        case 400 if "too long" in (error.api_message or "") or "context" in (error.api_message or ""):
            return BrainFailed(f"the conversation does not fit Claude's context ({kind})", "begin a new one")
        case 429:
            seconds = wait(error.response.headers)
            remedy = f"try again in {seconds:.0f} s" if seconds else "try again later"
            return BrainFailed(f"Claude's rate limit is reached ({kind})", remedy)
        case status if status < 400:
            return BrainFailed(f"what answers at {config.url} is a redirect ({kind}), which is not followed", _URL)
        case status if status < 500:
            return BrainFailed(f"Claude did not take the request ({kind} {said})".replace(" )", ")"))
    return BrainFailed(f"Claude's server failed ({kind})")
