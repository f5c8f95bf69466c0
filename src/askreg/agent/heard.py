"""A question as a brain may read it, and as it may be kept: what identifies a patient is never kept or repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from askreg.agent.draft import Draft
from askreg.agent.guard import phi
from askreg.agent.guard.phi import Finding, Gate

_LEFT_OUT = "[withheld]"


@dataclass(frozen=True)
class Heard:
    """A question that was gone through for what identifies a patient."""

    question: str
    gate: Gate
    cloud: bool
    """Whether it is meant for a brain outside the walls, which refuses it as it is instead of reading a part of it."""

    @cached_property
    def _found(self) -> list[Finding]:
        return self.gate.findings(self.question, certain_only=True)

    @property
    def private(self) -> bool:
        """Return whether it holds what identifies a patient."""
        return bool(self._found)

    @cached_property
    def read(self) -> str:
        """Return what the brain reads."""
        return phi.masked(self.question, self._found) if self._found and not self.cloud else self.question

    @cached_property
    def kept(self) -> str:
        """Return what the answer, the log and the conversation hold of it."""
        return phi.withheld(self.question, self._found) if self._found else self.question

    def told(self, draft: Draft) -> Draft:
        """Return the draft without anything that may repeat the question; what was verified stays."""
        if not self.private or draft.status in ("answered", "refused"):
            return draft
        held = ", ".join(sorted({finding.category for finding in self._found}))
        what = "a part of it" if draft.status == "partial" else "it"
        reason = (
            f"the question holds what may identify a patient ({held}); this was left out before it was read, and {what}"
            " could not be answered from what is left: ask again without it"
        )
        return draft.model_copy(update={"reason": reason, "readings": [], "proposal": None})

    def called(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Return a call's arguments without any that may repeat the question."""
        return {name: self._shown(value) for name, value in args.items()} if self.private else dict(args)

    def _shown(self, value: Any) -> Any:
        if isinstance(value, str):
            return _LEFT_OUT if self.gate.findings(value) else value
        if isinstance(value, Mapping):
            return self.called(value)
        return [self._shown(item) for item in value] if isinstance(value, list | tuple) else value
