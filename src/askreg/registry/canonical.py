"""Canonical text (RFC 8785), digests, and exact decimals."""

import hashlib
from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any

import orjson
import rfc8785

from askreg.errors import InvalidInput

EXACT = Context(prec=1_000)
"""For sums and differences of figures, whatever digits they have."""


def canonical(value: object) -> str:
    """Return the RFC 8785 text of any JSON value a caller gave; decimals become numbers."""
    try:
        return rfc8785.dumps(_plain(value)).decode()
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise InvalidInput(f"{value!r} cannot be written as JSON: {error}") from None


def payload_text(value: Mapping[str, object]) -> str:
    """Return the RFC 8785 text of an event's payload, many times faster than the general form.

    Sound because payloads hold no floats and only ASCII keys, where orjson's order and escapes are those of
    RFC 8785; a property test compares the two.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as error:  # text that is not Unicode, such as a lone surrogate
        raise InvalidInput(f"{value!r} cannot be written as JSON: {error}") from None


def sha256(text: str | bytes) -> str:
    """Return `sha256:…` of the text's UTF-8 bytes."""
    data = text.encode() if isinstance(text, str) else text
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def decimal_text(value: object, *, name: str) -> str:
    """Return a figure as plain decimal text with every digit it came with."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise InvalidInput(f"{name} {value!r} is not a number")
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        raise InvalidInput(f"{name} {value!r} is not a number") from None
    if not number.is_finite():
        raise InvalidInput(f"{name} {value!r} is not finite")
    if abs(number.adjusted()) > 60:
        raise InvalidInput(f"{name} {value!r} is out of any measurable range")
    return format(number, "f")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    if value is None or isinstance(value, str | int | float):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise InvalidInput(f"{value!r} cannot be written as JSON")


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise InvalidInput(f"the key {key!r} is not text; put it in quotes")
