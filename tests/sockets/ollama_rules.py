"""What Ollama's server refuses or would silently misunderstand, as its documentation and its source say."""

from collections.abc import Iterator
from typing import Any

from . import schemas

OPTIONS = {
    "num_ctx", "num_predict", "temperature", "top_k", "top_p", "min_p", "seed", "stop", "repeat_penalty",
    "repeat_last_n", "num_gpu", "num_thread", "num_batch", "num_keep", "presence_penalty", "frequency_penalty",
    "mirostat", "mirostat_eta", "mirostat_tau", "tfs_z", "typical_p", "use_mmap", "main_gpu",
}  # fmt: skip
FIELDS = {
    "model", "messages", "tools", "format", "options", "stream", "keep_alive", "think", "truncate", "shift",
    "logprobs", "top_logprobs",
}  # fmt: skip
ROLES = {"system", "user", "assistant", "tool"}


def chat_problems(body: Any) -> Iterator[str]:
    """Yield what is wrong with the body of a request to `/api/chat`."""
    if not isinstance(body, dict):
        yield "the body is no object"
        return
    for name in sorted(set(body) - FIELDS):
        yield f"unknown field {name!r}"
    if not isinstance(body.get("model"), str) or not body["model"]:
        yield "model is required"
    for name in ("stream", "truncate"):
        if not isinstance(body.get(name, False), bool):
            yield f"{name} is {body[name]!r}"
    yield from _options(body.get("options") or {})
    yield from _format(body)
    yield from _tools(body.get("tools") or [])
    yield from _messages(body.get("messages"))


def _options(options: dict[str, Any]) -> Iterator[str]:
    for name in sorted(set(options) - OPTIONS):
        yield f"invalid option provided: {name}"
    if not isinstance(options.get("num_ctx"), int):
        yield "options.num_ctx is not set: the server would cut the prompt to its own default, silently"
    for name in ("num_ctx", "num_predict", "seed"):
        if not isinstance(options.get(name, 0), int):
            yield f'option "{name}" must be of type integer'


def _format(body: dict[str, Any]) -> Iterator[str]:
    format = body.get("format")
    if format in (None, "", "json"):
        return
    if not isinstance(format, dict):
        yield f'invalid format: {format!r}; expected "json" or a JSON schema'
        return
    yield from schemas.problems(format, at="format")
    if body.get("tools"):
        yield "format and tools: with both, the model can call no tool"


def _tools(tools: Any) -> Iterator[str]:
    if not isinstance(tools, list):
        yield "tools is no list"
        return
    names = [(tool.get("function") or {}).get("name") for tool in tools]
    if len(set(names)) != len(names):
        yield "two tools of the same name"
    for number, tool in enumerate(tools):
        function = tool.get("function") or {}
        parameters = function.get("parameters")
        if tool.get("type") != "function" or not function.get("name") or not function.get("description"):
            yield f"tools.{number} needs type function, a name and a description"
        if not isinstance(parameters, dict) or parameters.get("type") != "object":
            yield f"tools.{number}.function.parameters is no object's schema"
            continue
        yield from schemas.problems(parameters, at=f"tools.{number}.function.parameters")


def _messages(messages: Any) -> Iterator[str]:
    if not isinstance(messages, list) or not messages:
        yield "messages is empty: that only loads the model"
        return
    open_calls = 0
    for number, message in enumerate(messages):
        at, role = f"messages.{number}", message.get("role")
        if role not in ROLES:
            yield f"{at}: invalid role: {role!r}"
        if not isinstance(message.get("content") or "", str):
            yield f"{at}.content is no text"
        if role == "system" and number:
            yield f"{at}: a system message that is not the first"
        if role == "tool":
            open_calls -= 1
            if open_calls < 0:
                yield f"{at}: a result of no call"
            continue
        if open_calls > 0:
            yield f"{at}: {open_calls} tool calls before it have no result"
        made = message.get("tool_calls") or []
        open_calls = len(made)
        if made and role != "assistant":
            yield f"{at}: tool calls of {role}"
        for call in made:
            function = call.get("function") or {}
            if not function.get("name") or not isinstance(function.get("arguments"), dict):
                yield f"{at}: a tool call needs a name and arguments as an object: {call!r}"
        if role == "user" and not (message.get("content") or "").strip():
            yield f"{at}: an empty question"
    if open_calls > 0:
        yield f"{open_calls} tool calls have no result"
    if messages[-1].get("role") == "assistant":
        yield "the last message is the assistant's: the model would go on writing it"
