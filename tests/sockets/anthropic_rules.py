"""What Anthropic's Messages API refuses, as its documentation and its error messages say."""

import json
import re
from collections.abc import Iterator
from typing import Any

from . import schemas
from .wire import Request

FIELDS = {
    "model", "max_tokens", "messages", "system", "tools", "tool_choice", "stream", "metadata", "stop_sequences",
    "thinking", "output_config", "cache_control", "service_tier", "temperature", "top_k", "top_p",
}  # fmt: skip
VERSIONS = {"2023-06-01", "2026-10-21"}
ADAPTIVE = (
    "claude-opus-4-7",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-sonnet-5",
    "claude-haiku-5",
    "claude-fable-5",
)
"""These take no sampling parameters, no thinking budget and no prefilled answer."""
EFFORTS = {"low", "medium", "high", "xhigh", "max"}
WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")
MARKERS = 4
"""At most so many cache breakpoints in a request."""
BYTES = 32 * 1024 * 1024
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_TOOL = re.compile(r"[a-zA-Z0-9_-]{1,128}")


def header_problems(request: Request) -> Iterator[str]:
    """Yield what is wrong with the head of a request, its key apart."""
    if request.method != "POST" or request.path.partition("?")[0] != "/v1/messages":
        yield f"{request.method} {request.path}: not found"
    if request.headers.get("anthropic-version") not in VERSIONS:
        yield f"anthropic-version: {request.headers.get('anthropic-version')!r} is not a valid version"
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        yield f"content-type: {request.headers.get('content-type')!r}"


def body_problems(body: Any, *, signatures: set[str]) -> Iterator[str]:
    """Yield what is wrong with the body of a request; `signatures` are those of the thinking that was sent."""
    if not isinstance(body, dict):
        yield "the body is no object"
        return
    for name in sorted(set(body) - FIELDS):
        yield f"{name}: Extra inputs are not permitted"
    yield from _parameters(body)
    yield from _system(body.get("system", "x"))
    yield from _tools(body.get("tools", []), body.get("tool_choice"))
    yield from _messages(body, signatures)
    if (found := len(list(_marked(body)))) > MARKERS:
        yield f"A maximum of {MARKERS} blocks with cache_control may be provided. Found {found}."


def _parameters(body: dict[str, Any]) -> Iterator[str]:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        yield "model: Field required"
        model = ""
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        yield f"max_tokens: {body.get('max_tokens')!r}"
    if not isinstance(body.get("stream", False), bool):
        yield "stream: Input should be a valid boolean"
    thinking = body.get("thinking") or {}
    if thinking.get("type") not in (None, "adaptive", "enabled", "disabled"):
        yield f"thinking.type: {thinking.get('type')!r}"
    if thinking.get("type") == "enabled" and not 1024 <= thinking.get("budget_tokens", 0) < body.get("max_tokens", 0):
        yield "thinking.budget_tokens: at least 1024, and less than max_tokens"
    effort = (body.get("output_config") or {}).get("effort")
    if effort not in (None, *EFFORTS):
        yield f"output_config.effort: {effort!r}"
    if effort and model.startswith(WITHOUT_EFFORT):
        yield "This model does not support the effort parameter."
    if model.startswith(ADAPTIVE):
        for name in ("temperature", "top_p", "top_k"):
            if name in body:
                yield f"`{name}` is not supported for this model"
        if thinking.get("type") == "enabled":
            yield '"thinking.type.enabled" is not supported for this model'
    elif thinking.get("type") == "enabled" and body.get("temperature", 1) != 1:
        yield "`temperature` may only be set to 1 when thinking is enabled"


def _system(system: Any) -> Iterator[str]:
    if isinstance(system, str):
        if not system:
            yield "system: text content blocks must be non-empty"
        return
    for block in system if isinstance(system, list) else [system]:
        if not isinstance(block, dict) or block.get("type") != "text" or not block.get("text"):
            yield f"system: {str(block)[:80]}"


def _tools(tools: Any, choice: Any) -> Iterator[str]:
    names = [tool.get("name") for tool in tools]
    if len(set(names)) != len(names):
        yield "tools: Tool names must be unique."
    for number, tool in enumerate(tools):
        at = f"tools.{number}"
        if not isinstance(tool.get("name"), str) or not _TOOL.fullmatch(tool["name"]):
            yield f"{at}.name: {tool.get('name')!r}"
        extra = set(tool) - {"name", "description", "input_schema", "cache_control", "strict", "type", "input_examples"}
        if extra:
            yield f"{at}: Extra inputs are not permitted: {sorted(extra)}"
        schema = tool.get("input_schema")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            yield f"{at}.input_schema.type: Input should be 'object'"
            continue
        if {"oneOf", "allOf", "anyOf"} & set(schema):
            yield f"{at}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"
        yield from schemas.problems(schema, at=f"{at}.input_schema")
    if choice is not None:
        if choice.get("type") not in ("auto", "any", "tool", "none"):
            yield f"tool_choice.type: {choice.get('type')!r}"
        if not tools:
            yield "tool_choice: tools must be provided"
        if choice.get("type") == "tool" and choice.get("name") not in names:
            yield f"tool_choice: Tool {choice.get('name')!r} not found in provided tools"


def _messages(body: dict[str, Any], signatures: set[str]) -> Iterator[str]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    if messages[0].get("role") != "user":
        yield "messages: first message must use the user role"
    if messages[-1].get("role") != "user" and str(body.get("model")).startswith(ADAPTIVE):
        yield "This model does not support assistant message prefill. The conversation must end with a user message."
    open_calls: list[str] = []
    role = None
    for number, message in enumerate(messages):
        at = f"messages.{number}"
        if message.get("role") not in ("user", "assistant"):
            yield f"{at}.role: {message.get('role')!r}"
        if message.get("role") == role:
            yield f"{at}: roles must alternate between user and assistant"
        role = message.get("role")
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not blocks:
            yield f"{at}: all messages must have non-empty content"
            continue
        for place, block in enumerate(blocks):
            yield from _block(block, role, f"{at}.content.{place}", signatures)
        yield from _results(blocks, open_calls, at)
        open_calls = [block["id"] for block in blocks if block.get("type") == "tool_use"]
    if open_calls:
        yield f"`tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(open_calls)}"


def _block(block: dict[str, Any], role: Any, at: str, signatures: set[str]) -> Iterator[str]:
    match block.get("type"):
        case "text":
            if not block.get("text") or not block["text"].strip():
                yield f"{at}: text content blocks must contain non-whitespace text"
        case "tool_use":
            if role != "assistant" or not isinstance(block.get("input"), dict):
                yield f"{at}.tool_use.input: Input should be a valid dictionary"
            if not _ID.fullmatch(str(block.get("id"))) or not _TOOL.fullmatch(str(block.get("name"))):
                yield f"{at}.tool_use: id {block.get('id')!r}, name {block.get('name')!r}"
        case "tool_result":
            if role != "user" or not _ID.fullmatch(str(block.get("tool_use_id"))):
                yield f"{at}.tool_result.tool_use_id: {block.get('tool_use_id')!r}"
            if not isinstance(block.get("is_error", False), bool):
                yield f"{at}.tool_result.is_error: {block.get('is_error')!r}"
        case "thinking":
            if block.get("signature") not in signatures:
                yield f"{at}: Invalid `signature` in `thinking` block"
        case other:
            yield f"{at}: Input tag {other!r} does not match any of the expected tags"


def _results(blocks: list[dict[str, Any]], open_calls: list[str], at: str) -> Iterator[str]:
    given = [block.get("tool_use_id") for block in blocks if block.get("type") == "tool_result"]
    for id in given:
        if id not in open_calls:
            yield f"{at}: unexpected `tool_use_id` found in `tool_result` blocks: {id}"
    if len(set(given)) != len(given):
        yield f"{at}: each tool_use must have a single result"
    if missing := [id for id in open_calls if id not in given]:
        yield (
            f"{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(missing)}."
            " Each `tool_use` block must have a corresponding `tool_result` block in the next message."
        )
    kinds = [block.get("type") for block in blocks]
    if (
        given
        and "tool_result" in kinds[kinds.index("tool_result") :]
        and kinds[: len(given)] != ["tool_result"] * len(given)
    ):
        yield f"{at}: tool_result blocks must come first"


def _marked(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (block for block, marked in blocks_of(body) if marked)


def blocks_of(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield tools, system and content blocks in the order of the prompt, and whether each ends a cached prefix."""
    found: list[tuple[dict[str, Any], bool]] = []
    system = body.get("system") or []
    turns = [{"role": "system", "content": system}, *body.get("messages", [])]
    blocks = list(body.get("tools", []))
    for turn in turns:
        content = turn["content"]
        blocks += [
            {"role": turn["role"], **block}
            for block in ([{"type": "text", "text": content}] if isinstance(content, str) else content)
        ]
    for block in blocks:
        plain = {name: value for name, value in block.items() if name != "cache_control"}
        found.append((plain, block.get("cache_control") is not None))
    if body.get("cache_control") is not None and found:
        found[-1] = (found[-1][0], True)
    yield from found


class Cache:
    """Prefixes that a request marked, as the API keeps them: the next request reads the longest one it begins with."""

    LEAST = 1024
    """Tokens: a shorter prefix is not kept."""

    def __init__(self) -> None:
        self._kept: set[tuple[str, ...]] = set()

    def usage(self, body: dict[str, Any]) -> dict[str, int]:
        """Count the tokens of a prompt (four bytes each): read from the cache, written to it, and the rest."""
        blocks = list(blocks_of(body))
        texts = [json.dumps(block, sort_keys=True) for block, _ in blocks]
        sizes = [len(text) // 4 + 1 for text in texts]
        ends = [n + 1 for n, (_, marked) in enumerate(blocks) if marked and sum(sizes[: n + 1]) >= self.LEAST]
        read = max((len(kept) for kept in self._kept if tuple(texts[: len(kept)]) == kept), default=0)
        last = max(ends, default=0)
        self._kept |= {tuple(texts[:end]) for end in ends}
        cached, written = sum(sizes[:read]), sum(sizes[read:last])
        return {
            "input_tokens": sum(sizes) - cached - written,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": written,
        }
