"""A server that speaks Ollama's protocol, strictly, and says what its script says."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from .model_server import ModelServer
from .ollama_rules import chat_problems
from .steps import HELLO, Failed, Reply, Script, Step, call, calls
from .wire import Request, Response

MODEL = "qwen3:8b"
NOW = "2026-07-01T00:00:00.000000Z"
CONTEXT = 40_960
"""Tokens: what the model was trained with; `num_ctx` may ask for less."""
EXAMINED = calls(call("deployed", site="northgate"))
_STOPS = {"end": "stop", "calls": "stop", "length": "length", "refusal": "stop", "load": "load"}


class OllamaServer(ModelServer):
    """`/api/chat`, `/api/tags`, `/api/show`, `/api/version`, `/api/ps` and `/api/embed`."""

    protocol = "ollama"
    stream_type = "application/x-ndjson"

    def __init__(
        self,
        script: Script = HELLO,
        *,
        model: str = MODEL,
        capabilities: tuple[str, ...] = ("completion", "tools"),
        size: str = "8.2B",
        examined: Reply = EXAMINED,
        elsewhere: Mapping[str, Step] | None = None,
    ) -> None:
        self.capabilities, self.size = capabilities, size
        self.examined = examined
        """What it replies to a question that offers one tool alone, which is how askreg tries a model."""
        self.elsewhere = dict(elsewhere or {})
        """What happens at other paths than that of the chat."""
        super().__init__(script, model=model, key="")

    def is_turn(self, request: Request) -> bool:
        """Tell whether a request is for `/api/chat`, and no trial."""
        return request.path == "/api/chat" and not _is_trial(request)

    def handle(self, request: Request) -> Response:
        """Answer a request of any kind."""
        if request.path in self.elsewhere:
            return self.play(self.elsewhere[request.path], request)
        match request.method, request.path:
            case ("GET" | "HEAD", "/"):
                return Response(200, {"Content-Type": "text/plain"}, [b"Ollama is running"])
            case "GET", "/api/version":
                return _json({"version": "0.15.0"})
            case "GET", "/api/tags" | "/api/ps":
                return _json({"models": [self._model()]})
            case "POST", "/api/show" | "/api/embed" | "/api/chat":
                return self._posted(request)
        self.complain([f"{request.method} {request.path}: no such place"])
        return Response(404, {"Content-Type": "text/plain"}, [b"404 page not found"])

    def _posted(self, request: Request) -> Response:
        try:
            body = request.json
        except ValueError:
            self.complain(["the body is no JSON"])
            return self.play(Failed(400, "invalid character in the body"), request)
        if request.path == "/api/chat" and (problem := self.complain(chat_problems(body))):
            return self.play(Failed(400, problem), request)
        if body.get("model") not in (self.model, self.model.removesuffix(":latest")):
            return self.play(Failed(404, f"model '{body.get('model')}' not found"), request)
        match request.path:
            case "/api/show":
                return _json(self._shown())
            case "/api/embed":
                return self._embedded(body)
        if body.get("tools") and "tools" not in self.capabilities:
            return self.play(Failed(400, f"registry.ollama.ai/library/{self.model} does not support tools"), request)
        return self.play(self.examined if _is_trial(request) else self.step(request), request)

    def _model(self) -> dict[str, Any]:
        digest = sha256(self.model.encode()).hexdigest()
        details = {"format": "gguf", "family": "qwen3", "parameter_size": self.size, "quantization_level": "Q4_K_M"}
        size = {"size": 5_225_387_923, "modified_at": NOW, "digest": digest, "details": details}
        return {"name": self.model, "model": self.model, **size}

    def _shown(self) -> dict[str, Any]:
        info = {"general.architecture": "qwen3", "qwen3.context_length": CONTEXT}
        shown = {"capabilities": list(self.capabilities), "model_info": info, "details": self._model()["details"]}
        return {"license": "", "template": "{{ .Prompt }}", "modified_at": NOW, **shown}

    def _embedded(self, body: dict[str, Any]) -> Response:
        texts = body["input"] if isinstance(body.get("input"), list) else [body.get("input")]
        if not all(isinstance(text, str) for text in texts):
            self.complain([f"input is {body.get('input')!r}"])
        vectors = [[byte / 255 for byte in sha256(str(text).encode()).digest()[:8]] for text in texts]
        return _json({"model": self.model, "embeddings": vectors, "total_duration": 1, "prompt_eval_count": len(texts)})

    def streams(self, request: Request) -> bool:
        """Tell whether a request asks for a stream, which is the protocol's default."""
        return request.path == "/api/chat" and bool(request.json.get("stream", True))

    def error(self, failed: Failed) -> bytes:
        """Return an error as Ollama writes it."""
        return json.dumps({"error": failed.message}).encode()

    def error_event(self, failed: Failed) -> bytes:
        """Return a line that says the model's runner has died."""
        return b'{"error":"llama runner process no longer running: signal: killed"}\n'

    def sign_of_life(self) -> bytes:
        """Return a line with an empty token."""
        return _line(self._part({"role": "assistant", "content": ""}))

    def written(self, reply: Reply, request: Request) -> bytes:
        """Return a message, or its lines."""
        if self.streams(request):
            return b"".join(_line(part) for part in self._parts(reply, request))
        message: dict[str, Any] = {"role": "assistant", "content": reply.text}
        if reply.thinking:
            message["thinking"] = reply.thinking
        if reply.calls:
            message["tool_calls"] = _calls(reply)
        return json.dumps(self._last(message, reply, request), ensure_ascii=False).encode()

    def _parts(self, reply: Reply, request: Request) -> Iterator[dict[str, Any]]:
        for text in _tokens(reply.thinking):
            yield self._part({"role": "assistant", "content": "", "thinking": text})
        for text in _tokens(reply.text):
            yield self._part({"role": "assistant", "content": text})
        for made in _calls(reply):
            yield self._part({"role": "assistant", "content": "", "tool_calls": [made]})
        yield self._last({"role": "assistant", "content": ""}, reply, request)

    def _part(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"model": self.model, "created_at": NOW, "message": message, "done": False}

    def _last(self, message: dict[str, Any], reply: Reply, request: Request) -> dict[str, Any]:
        asked = request.json.get("options") or {}
        read = min(len(request.body) // 4, asked.get("num_ctx", 4096))
        counts = {"prompt_eval_count": read, "eval_count": len(reply.text) // 4 + 1}
        times = {"total_duration": 1_000_000, "load_duration": 0, "prompt_eval_duration": 0, "eval_duration": 1_000_000}
        stop = _STOPS[reply.stop or "end"]
        return {**self._part(message), "done": True, "done_reason": stop, **times, **counts}


def _is_trial(request: Request) -> bool:
    try:
        return len(request.json.get("tools") or []) == 1
    except (ValueError, AttributeError):
        return False


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [{"function": {"name": wanted.name, "arguments": wanted.args}} for wanted in reply.calls]


def _tokens(text: str) -> list[str]:
    return re.findall(r".{1,24}", text, re.DOTALL) if len(text) < 100_000 else [text]


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def _json(content: dict[str, Any]) -> Response:
    return Response(200, {"Content-Type": "application/json; charset=utf-8"}, [json.dumps(content).encode()])
