"""Which way an Ollama model is used, after it was looked at."""

from typing import Literal

from askreg.agent.brains import Brain
from askreg.agent.brains.config import BrainConfig
from askreg.agent.brains.failures import BrainFailed
from askreg.agent.brains.ollama import OllamaBrain, OllamaModel, calls_tools, examined
from askreg.agent.brains.permission import permit
from askreg.agent.guard.egress import Egress
from askreg.agent.guard.phi import Gate
from askreg.registry.view import View


def local_brain(*, seen: View, config: BrainConfig, gate: Gate) -> Brain:
    """Return the brain that the site's Ollama model can be; raises `Refused` or `BrainFailed` when it can be none."""
    model, mode = chosen(config, gate=gate)
    egress = _egress(config, gate)
    if mode == "tools":
        return OllamaBrain(config.ollama, model, egress)
    from askreg.agent.brains.selector import SelectorBrain

    return SelectorBrain(config.ollama, model, egress, seen=seen, likeness=config.likeness)


def chosen(
    config: BrainConfig, *, gate: Gate | None = None, test: bool = True
) -> tuple[OllamaModel, Literal["tools", "select"] | None]:
    """Return the model and how it is used; None when only a self-test would tell, and none is wanted."""
    permit("ollama", config)
    egress = _egress(config, gate or Gate(()))
    model, mode = examined(config.ollama, egress), config.ollama.mode
    if mode == "select" or (mode == "auto" and not model.large):
        return model, "select"
    if not test:
        return model, None
    if calls_tools(config.ollama, model, egress):
        return model, "tools"
    if mode == "tools":
        raise BrainFailed(
            f"the model {config.ollama.model!r} did not call a tool when it was tested", "set ASKREG_OLLAMA_MODE=select"
        )
    return model, "select"


def _egress(config: BrainConfig, gate: Gate) -> Egress:
    return Egress(gate, origin=config.ollama.url, cloud=False, static=())
