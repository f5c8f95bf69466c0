"""Whether the site lets a brain be: asked by everything that makes one, so that no path leads around it."""

from askreg.agent.brains.config import BrainConfig
from askreg.agent.guard import site
from askreg.errors import Refused


def obstacles(backend: str, config: BrainConfig) -> list[str]:
    """Return why a brain may not be made here, each with the way out; none when it may."""
    return site.problems(
        config.variables,
        policy=config.policy,
        backend=backend,
        ollama_url=config.ollama.url,
        ollama_model=config.ollama.model,
        allowed_hosts=config.ollama.hosts,
    )


def permit(backend: str, config: BrainConfig) -> None:
    """Raise `Refused` where a brain may not be made."""
    found = obstacles(backend, config)
    if found:
        raise Refused("; ".join(found))
