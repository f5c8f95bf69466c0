"""The tamper-evident log: how an event is hashed.

An event's hash is the SHA-256 of the RFC 8785 text of all its columns but `hash`, the payload being its JSON
value. The previous event's hash is among them, so each hash stands for the whole log before it.
"""

import hashlib
from json.encoder import encode_basestring as quoted
from typing import Any

GENESIS = "0" * 64
"""The hash before the first event."""


def event_text(
    *,
    seq: int,
    recorded_at: str,
    occurred_at: str,
    recorded_by: str,
    actor: str,
    action: str,
    subject: str,
    entity_id: int | None,
    payload: str,
    previous: str,
) -> str:
    """Return the text of an event that is hashed; `payload` is canonical text already."""
    entity = "null" if entity_id is None else str(entity_id)
    # Keys in RFC 8785 order, written out because this runs once for every event that is verified.
    return (
        f'{{"action":{quoted(action)},"actor":{quoted(actor)},"entity_id":{entity},'
        f'"occurred_at":{quoted(occurred_at)},"payload":{payload},"previous":{quoted(previous)},'
        f'"recorded_at":{quoted(recorded_at)},"recorded_by":{quoted(recorded_by)},"seq":{seq},'
        f'"subject":{quoted(subject)}}}'
    )


def event_hash(**event: Any) -> str:
    """Return the hex SHA-256 of an event, given as for `event_text`."""
    return hashlib.sha256(event_text(**event).encode("utf-8", "surrogatepass")).hexdigest()
