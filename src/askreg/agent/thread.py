"""A conversation: what was asked before, what was called, and what came of it."""

from pydantic import BaseModel, ConfigDict, Field

from askreg.agent.draft import Reading, Status
from askreg.agent.facts import Fact
from askreg.agent.tools.shapes import Call


class Turn(BaseModel):
    """One question and its answer. A brain finds it in `additional_kwargs["turn"]` of the answer's message."""

    model_config = ConfigDict(frozen=True)
    question: str
    status: Status
    answer: str
    calls: list[Call] = Field(default_factory=list)
    facts: list[Fact] = Field(default_factory=list)
    """Those the answer cites."""
    readings: list[Reading] = Field(default_factory=list)
    as_of: str


class Thread(BaseModel):
    """The turns so far, oldest first."""

    turns: list[Turn] = Field(default_factory=list)
    keep: int = 12
    """How many turns are remembered."""

    def add(self, turn: Turn) -> None:
        """Remember a turn, and forget the oldest when there are too many."""
        self.turns = [*self.turns, turn][-self.keep :]
