"""Who may do what: permissions by role, as data."""

from collections.abc import Iterable
from typing import Literal

from askreg.registry.tables import Role, Sensitivity

Permission = Literal[
    "register", "evaluate", "alias", "move", "approve", "deploy", "retire", "publish", "administer", "load"
]

PERMISSIONS: dict[Permission, frozenset[Role]] = {
    "register": frozenset({"scientist", "admin"}),
    "evaluate": frozenset({"scientist", "admin"}),
    "alias": frozenset({"scientist", "approver", "admin"}),
    "move": frozenset({"scientist", "approver", "admin"}),
    "approve": frozenset({"approver", "admin"}),
    "deploy": frozenset({"scientist", "approver", "admin"}),
    "retire": frozenset({"scientist", "approver", "admin"}),
    "publish": frozenset({"scientist", "approver", "admin"}),
    # People, policy and metrics' directions decide what all others may do and see as better.
    "administer": frozenset({"admin"}),
    # A manifest tells history in other people's names, so loading one takes the highest trust.
    "load": frozenset({"admin"}),
}
"""Writes and the roles that may make them. Whatever viewers may read, anyone may."""


READERS: dict[Sensitivity, frozenset[Role] | None] = {
    "public": None,
    "internal": None,
    "deidentified": None,
    "phi": frozenset({"scientist", "approver", "auditor", "admin"}),
}
"""Who may read what documents of each sensitivity say; None is anyone."""


def readable(roles: Iterable[str]) -> frozenset[Sensitivity]:
    """Return the sensitivities of the documents that somebody with these roles may read."""
    held = set(roles)
    return frozenset(kind for kind, readers in READERS.items() if readers is None or not readers.isdisjoint(held))


def permitted(roles: Iterable[str], permission: Permission) -> bool:
    """Return whether any of the roles may."""
    return not PERMISSIONS[permission].isdisjoint(roles)
