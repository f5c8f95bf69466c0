"""askreg: a model registry that answers in plain words, and proves what it says.

from askreg import Registry
with Registry.open("sqlite:///askreg.db", actor="ada.osei") as reg:
    reg.register_model(name="sepsis-risk", task="classification", owner="ada.osei")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askreg.agent import Answer, ask
    from askreg.errors import (
        AskregError,
        Conflict,
        EgressRefused,
        InvalidInput,
        ManifestError,
        NotFound,
        NotPermitted,
        PolicyRefused,
        Refused,
        StorageError,
    )
    from askreg.registry.plan import Plan
    from askreg.registry.registry import Registry

__version__ = "0.1.0"

_HOMES = {
    "askreg.agent": ("Answer", "ask"),
    "askreg.errors": (
        "AskregError",
        "Conflict",
        "EgressRefused",
        "InvalidInput",
        "ManifestError",
        "NotFound",
        "NotPermitted",
        "PolicyRefused",
        "Refused",
        "StorageError",
    ),
    "askreg.registry.plan": ("Plan",),
    "askreg.registry.registry": ("Registry",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "AskregError",
    "Conflict",
    "EgressRefused",
    "InvalidInput",
    "ManifestError",
    "NotFound",
    "NotPermitted",
    "Plan",
    "PolicyRefused",
    "Refused",
    "Registry",
    "StorageError",
    "__version__",
    "ask",
]


def __getattr__(name: str) -> object:
    """Import on first use, so that a command that needs little starts at once."""
    if name not in _HOME:
        raise AttributeError(f"module 'askreg' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
