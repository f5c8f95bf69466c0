"""The error tree. Every error names the value it is about and the way out.

AskregError
├── InvalidInput        the caller's value is wrong: fix it and call again
│   └── ManifestError   the same, with the place in the file
├── NotFound            nothing of that name is in the record
├── Conflict            the record already says something else
├── Refused             a rule of the registry said no; the attempt is in the log
│   ├── NotPermitted    the actor's roles do not allow it
│   ├── PolicyRefused   the lifecycle policy does not allow it
│   └── EgressRefused   it must not leave for a cloud, or not for that place
└── StorageError        the database cannot be opened, read or written
"""

from collections.abc import Iterable


class AskregError(Exception):
    """Base of all errors that askreg raises on purpose."""


class InvalidInput(AskregError):
    """A value is malformed, out of range or contradicts another; nothing was written."""


class ManifestError(InvalidInput):
    """A manifest is wrong; says file, place and remedy. Nothing of it was written."""

    def __init__(self, *, file: str, place: str, problem: str) -> None:
        self.file, self.place, self.problem = file, place, problem
        super().__init__(f"{file}: {place}: {problem}" if place else f"{file}: {problem}")


class NotFound(AskregError):
    """Nothing of that name exists (or is visible); offers the nearest names."""

    def __init__(self, *, kind: str, name: str, nearest: Iterable[str] = (), hint: str = "") -> None:
        self.kind, self.name, self.nearest = kind, name, list(nearest)
        message = f"no {kind} named {name!r}"
        if self.nearest:
            message += f"; did you mean {' or '.join(repr(n) for n in self.nearest)}?"
        super().__init__(f"{message}; {hint}" if hint else message)


class Conflict(AskregError):
    """The record already holds something that this would overwrite or contradict."""


class Refused(AskregError):
    """A rule said no. The refused attempt itself is recorded."""


class NotPermitted(Refused):
    """The actor has none of the roles that may do this."""

    def __init__(self, *, actor: str, action: str, roles: Iterable[str]) -> None:
        self.actor, self.action, self.roles = actor, action, sorted(roles)
        super().__init__(f"{actor!r} may not {action}: it takes one of the roles {', '.join(self.roles)}")


class PolicyRefused(Refused):
    """The lifecycle policy's requirements are not met; lists each one missing."""

    def __init__(self, *, subject: str, move: str, missing: Iterable[str]) -> None:
        self.subject, self.move, self.missing = subject, move, list(missing)
        super().__init__(f"{subject} may not {move}: {'; '.join(self.missing)}")


class EgressRefused(Refused):
    """Something must not leave this process; names what held it and of which kinds, never the text."""

    def __init__(self, *, what: str, categories: Iterable[str] = (), why: str = "") -> None:
        self.what, self.categories, self.why = what, sorted(set(categories)), why
        identifiers = [category for category in self.categories if category != "unrecognised"]
        if identifiers:
            why = f"{what} may identify a patient ({', '.join(identifiers)})"
        elif self.categories:
            why = f"{what} holds words or numbers that nothing vouches for"
        else:
            why = f"{what}: {why}"
        super().__init__(f"nothing was sent: {why}; ask the local brain instead, with --backend offline")


class StorageError(AskregError):
    """The database is unreachable, locked, full, read-only or not askreg's."""
