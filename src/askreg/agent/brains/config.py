"""What a site decides about its brains. Nothing here reads the environment: `BrainConfig.of` is handed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from askreg.agent.offline.likeness import WHOLE, Likeness

if TYPE_CHECKING:
    from askreg.settings import Settings

Policy: TypeAlias = Literal["local-only", "cloud-allowed"]
Effort: TypeAlias = Literal["low", "medium", "high", "xhigh", "max"]
OllamaMode: TypeAlias = Literal["auto", "tools", "select"]
"""How an Ollama model is used: it calls the tools, or it only selects a question that askreg knows how to answer;
`auto` lets it call tools if it is large enough and a self-test shows that it can."""

DEFAULT_CLAUDE_MODEL = "claude-opus-5-5"
DEFAULT_CLAUDE_URL = "https://api.anthropic.com"
DEFAULT_OLLAMA_MODEL = "qwen3:8b"
DEFAULT_OLLAMA_URL = "http://127.0.0.1:11434"


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClaudeConfig(_Config):
    """How Claude is reached. Times are in seconds; `timeout` is for one attempt, `retries` come after the first."""

    model: str = DEFAULT_CLAUDE_MODEL
    url: str = DEFAULT_CLAUDE_URL
    api_key: SecretStr | None = None
    effort: Effort | None = None
    timeout: float = Field(default=60, gt=0)
    retries: int = Field(default=2, ge=0, le=10)
    max_tokens: int = Field(default=16_000, ge=256)


class OllamaConfig(_Config):
    """How Ollama is reached. `hosts` are the hosts beside this machine that the site has listed."""

    model: str = DEFAULT_OLLAMA_MODEL
    url: str = DEFAULT_OLLAMA_URL
    mode: OllamaMode = "auto"
    num_ctx: int = Field(default=16_384, ge=2_048)
    """Tokens of context; a smaller window than the conversation needs would be cut without a word."""
    num_predict: int = Field(default=2_048, ge=64)
    timeout: float = Field(default=120, gt=0)
    retries: int = Field(default=1, ge=0, le=10)
    hosts: tuple[str, ...] = ()
    digest: str | None = None
    """The only digest (or its beginning) that the model may have."""


class BrainConfig(_Config):
    """The site's policy, its models, and the process's environment variables, which the guard judges."""

    policy: Policy = "local-only"
    claude: ClaudeConfig = ClaudeConfig()
    ollama: OllamaConfig = OllamaConfig()
    likeness: Likeness = WHOLE
    variables: Mapping[str, str] = Field(default_factory=dict, repr=False, exclude=True)

    @classmethod
    def of(cls, settings: Settings, variables: Mapping[str, str]) -> BrainConfig:
        """Return what the settings say."""
        both = {"timeout": settings.model_timeout, "retries": settings.model_retries}
        claude = {"model": settings.claude_model, "url": settings.claude_url, "effort": settings.claude_effort, **both}
        ollama = {
            "model": settings.ollama_model,
            "url": settings.ollama_url,
            "mode": settings.ollama_mode,
            "num_ctx": settings.ollama_num_ctx,
            "hosts": settings.ollama_hosts,
            "digest": settings.ollama_digest,
            **both,
        }
        return cls(
            policy=settings.policy,
            claude=ClaudeConfig.model_validate({**_given(claude), "api_key": settings.anthropic_api_key}),
            ollama=OllamaConfig.model_validate(_given(ollama)),
            variables=variables,
        )


def _given(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values that were set; the others keep the defaults above."""
    return {name: value for name, value in values.items() if value is not None}
