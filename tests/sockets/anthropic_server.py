"""A server that speaks Anthropic's Messages API, strictly, and says what its script says."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha512
from typing import Any

from .anthropic_rules import BYTES, Cache, body_problems, header_problems
from .model_server import ModelServer
from .steps import HELLO, Failed, Reply, Script
from .wire import Request, Response

MODEL = "claude-opus-5-5"
KEY = "sk-ant-api03-SOCKETS-TEST-KEY-0123456789abcdef"
KINDS = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
    413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 504: "timeout_error", 529: "overloaded_error",
}  # fmt: skip
_STOPS = {"end": "end_turn", "calls": "tool_use", "length": "max_tokens", "refusal": "refusal", "load": "end_turn"}


class AnthropicServer(ModelServer):
    """`POST /v1/messages`, streamed and not, with prompt caching."""

    protocol = "claude"
    stream_type = "text/event-stream; charset=utf-8"

    def __init__(self, script: Script = HELLO, *, model: str = MODEL, key: str = KEY) -> None:
        self._issued = 0
        self._signatures: set[str] = set()
        self._cache = Cache()
        self.usages: list[dict[str, int]] = []
        super().__init__(script, model=model, key=key)

    def is_turn(self, request: Request) -> bool:
        """Every request is one."""
        return True

    def handle(self, request: Request) -> Response:
        """Check a request as the API would, then play the next step."""
        if len(request.body) > BYTES:
            return self._refused(413, "Request exceeds the maximum size")
        if self.complain(header_problems(request)):
            return self._refused(400, self.complaints[-1])
        if credentials(request) != [self.key]:
            return self._refused(401, "invalid x-api-key")
        try:
            body = request.json
        except ValueError:
            self.complain(["the body is no JSON"])
            return self._refused(400, "The request body is not valid JSON")
        if problem := self.complain(body_problems(body, signatures=self._signatures)):
            return self._refused(400, problem)
        if body["model"] != self.model:
            return self._refused(404, f"model: {body['model']}")
        return self.play(self.step(request), request)

    def _refused(self, status: int, message: str) -> Response:
        return self.play(Failed(status, message), Request("", "", {}, b"{}", 0))

    def streams(self, request: Request) -> bool:
        """Tell whether a request asks for a stream."""
        return bool(request.json.get("stream"))

    def error(self, failed: Failed) -> bytes:
        """Return an error as the API writes it."""
        kind = failed.kind or KINDS.get(failed.status, "api_error")
        error = {"type": kind, "message": failed.message}
        return json.dumps({"type": "error", "error": error, "request_id": "req_sockets"}).encode()

    def error_event(self, failed: Failed) -> bytes:
        """Return an `error` event."""
        return b"event: error\ndata: " + self.error(failed) + b"\n\n"

    def sign_of_life(self) -> bytes:
        """Return a `ping` event."""
        return _event("ping", {})

    def written(self, reply: Reply, request: Request) -> bytes:
        """Return a message, or its events."""
        message = self._message(reply, request)
        if not self.streams(request):
            return json.dumps(message, ensure_ascii=False).encode()
        return b"".join(_event(kind, data) for kind, data in _events(message))

    def _message(self, reply: Reply, request: Request) -> dict[str, Any]:
        with self._lock:
            self._issued += 1
            number = self._issued
            usage = self._cache.usage(request.json)
            self.usages.append(usage)
        content: list[dict[str, Any]] = []
        if reply.thinking:
            signature = b64encode(sha512(f"{number}{reply.thinking}".encode()).digest()).decode()
            self._signatures.add(signature)
            content.append({"type": "thinking", "thinking": reply.thinking, "signature": signature})
        if reply.text:
            content.append({"type": "text", "text": reply.text})
        content += [
            {"type": "tool_use", "id": f"toolu_01{_token(number, place)}", "name": wanted.name, "input": wanted.args}
            for place, wanted in enumerate(reply.calls)
        ]
        stop = _STOPS[reply.stop or ("calls" if reply.calls else "end")]
        return {
            "id": f"msg_01{_token(number)}",
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {**usage, "output_tokens": len(reply.text) // 4 + 1},
        }


def _token(*parts: int) -> str:
    return sha512(repr(parts).encode()).hexdigest()[:22]


def credentials(request: Request) -> list[str]:
    """Return the keys in the head of a request: one is right, in either place."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return [key for key in (request.headers.get("x-api-key", ""), bearer) if key]


def _events(message: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    begun = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield "message_start", {"message": begun}
    for index, block in enumerate(message["content"]):
        begin, deltas = _deltas(block)
        yield "content_block_start", {"index": index, "content_block": begin}
        if not index:
            yield "ping", {}
        for delta in deltas:
            yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"delta": delta, "usage": message["usage"]}
    yield "message_stop", {}


def _deltas(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    match block["type"]:
        case "text":
            return {"type": "text", "text": ""}, [
                {"type": "text_delta", "text": part} for part in _parts(block["text"])
            ]
        case "thinking":
            thought = [{"type": "thinking_delta", "thinking": part} for part in _parts(block["thinking"])]
            signed = {"type": "signature_delta", "signature": block["signature"]}
            return {"type": "thinking", "thinking": "", "signature": ""}, [*thought, signed]
        case _:
            given = block["input"]
            source = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
            return {**block, "input": {}}, [
                {"type": "input_json_delta", "partial_json": part} for part in ("", *_parts(source))
            ]


def _parts(text: str) -> list[str]:
    return re.findall(r".{1,24}", text, re.DOTALL) if len(text) < 100_000 else [text]


def _event(kind: str, data: dict[str, Any]) -> bytes:
    content = json.dumps({"type": kind, **data}, ensure_ascii=False)
    return f"event: {kind}\ndata: {content}\n\n".encode()
