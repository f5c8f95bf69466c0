"""Settings from `ASKREG_` environment variables, and the places of the files that ship with askreg.

Importing this module takes almost a fifth of a second (pydantic-settings): the command line imports it inside commands.
"""

import getpass
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from askreg.errors import AskregError, InvalidInput

Backend: TypeAlias = Literal["offline", "claude", "ollama"]
"""Which brain answers: no language model at all, Claude, or a model served by Ollama."""

Policy: TypeAlias = Literal["local-only", "cloud-allowed"]
"""Whether anything may leave the site: under `local-only` a cloud brain cannot be made."""


def operating_system_user() -> str:
    """Name the account that runs this process."""
    try:
        # The account database first: the variables that getpass prefers are anyone's to set.
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        pass
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        raise InvalidInput(
            "this process runs under an account without a name; say who acts with --as NAME or ASKREG_AS=NAME"
        ) from None


class Settings(BaseSettings):
    """What a site decides once; `Settings.load` reads it from the environment."""

    model_config = SettingsConfigDict(env_prefix="ASKREG_", env_ignore_empty=True, populate_by_name=True, frozen=True)

    home: Path = Field(default=Path("~/.askreg"), validate_default=True)
    """Where askreg keeps its files."""
    db: str | None = None
    """The database's URL; without it, a SQLite file in `home`."""
    actor: str = Field(default_factory=operating_system_user, validation_alias="ASKREG_AS")
    """Who acts."""
    backend: Backend = "offline"
    policy: Policy = "local-only"
    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY", repr=False)
    claude_model: str | None = None
    claude_url: str | None = None
    claude_effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    ollama_model: str | None = None
    ollama_url: str | None = None
    ollama_mode: Literal["auto", "tools", "select"] | None = None
    ollama_num_ctx: int | None = Field(default=None, ge=2_048)
    ollama_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts beside this machine on which Ollama may run, with commas between them."""
    embedder: str = "auto"
    """What embeds documents: auto, minilm, lexical, ollama:MODEL or a directory with MiniLM's files."""
    chroma_url: str | None = None
    """Where a Chroma server keeps the document index; without it, it is in `home`."""
    ollama_digest: str | None = None
    """The only digest (or its beginning) that the Ollama model may have."""
    model_timeout: float | None = Field(default=None, gt=0)
    """Seconds that one attempt to reach a language model may take."""
    model_retries: int | None = Field(default=None, ge=0, le=10)

    @field_validator("ollama_hosts", mode="before")
    @classmethod
    def _listed(cls, hosts: object) -> object:
        return tuple(filter(None, (h.strip() for h in hosts.split(",")))) if isinstance(hosts, str) else hosts

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def url(self) -> str:
        """The URL of the database that holds the record."""
        return self.db or f"sqlite:///{self.home / 'askreg.db'}"

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read the environment; what is `given` and not None wins over it."""
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise InvalidInput("; ".join(_sentence(str(e["loc"][0]), e) for e in error.errors())) from None


def _sentence(field: str, error: Any) -> str:
    variable = field if field.startswith("ASKREG_") else f"ASKREG_{field.upper()}"
    if error["type"] == "literal_error":
        return f"{variable} is {error['input']!r}; it must be {error['ctx']['expected']}"
    return f"{variable} is {error['input']!r}: {error['msg']}"


def resource_dir(name: str) -> Path:
    """The directory `name` that ships with askreg: inside the package, or at the top of a checkout."""
    package = Path(__file__).parent
    places = [package / name, package.parent.parent / name]
    for place in places:
        if place.is_dir():
            return place
    raise AskregError(f"askreg's own directory {name!r} is at none of {', '.join(map(str, places))}; reinstall askreg")
