"""Pages by key: a cursor names the last row given, so that what is written meanwhile shifts nothing."""

import base64
import binascii
import json
from typing import Any

from askreg.errors import InvalidInput


def cursor(of: str, *key: Any) -> str:
    """Return the opaque text that asks for what follows `key` in a list of this kind."""
    return base64.urlsafe_b64encode(json.dumps([of, *key]).encode()).decode().rstrip("=")


def after(given: str | None, of: str, *types: type) -> tuple[Any, ...] | None:
    """Return the key in a cursor, refusing one that no page of this list gave."""
    if given is None:
        return None
    try:
        kind, *key = json.loads(base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, TypeError, ValueError):
        kind, key = None, []
    if kind != of or [type(part) for part in key] != list(types):
        raise InvalidInput(f"cursor {given!r} is not one that a page of {of} gave; pass its 'next' unchanged, or none")
    return tuple(key)


def size(limit: int) -> int:
    """Return how many rows a page may have, refusing less than one."""
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InvalidInput(f"limit {limit!r} is not a whole number of 1 or more")
    return limit
