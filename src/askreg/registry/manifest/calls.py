"""The writes that a load makes, and the order in which it makes them."""

from collections.abc import Callable
from enum import IntEnum, auto
from typing import Any, NamedTuple

from askreg.registry.manifest import shapes


class Rank(IntEnum):
    """What comes first at one instant.

    What others depend on; signatures before the moves they allow; closes before opens.
    """

    PERSON = auto()
    DATASET = auto()
    DATASET_VERSION = auto()
    RUN = auto()
    MODEL = auto()
    VERSION = auto()
    EVALUATION = auto()
    APPROVAL = auto()
    CLOSE = auto()
    STAGE = auto()
    OPEN = auto()
    DOCUMENT = auto()
    UPDATE = auto()


class Call(NamedTuple):
    """One write. Calls sort into the order in which they are made."""

    at: str
    rank: Rank
    number: int
    kind: str
    """What is counted; empty for the end of something that is counted already."""
    function: Callable[..., object]
    given: dict[str, Any]
    entry: shapes.Entry
