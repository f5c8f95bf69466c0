"""From what a brain asks to change to a proposal: completed and rendered by the registry, or left out with the reason.

A brain hands in an action, a subject and arguments, and no more. It writes none of the words that would go on record
under a person's name: reasons and comments are for whoever makes the change.
"""

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from askreg.agent.draft import Draft
from askreg.errors import AskregError, Conflict, InvalidInput, NotFound
from askreg.registry.proposals import Proposal, propose
from askreg.registry.view import View

_NAME = r"[a-z0-9][a-z0-9._-]{0,199}"
_FREE_TEXT = ("reason", "comment", "region")


class Request(BaseModel):
    """What a brain may ask to change."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    action: StrictStr
    subject: str = Field(strict=True, pattern=rf"(?i)^{_NAME}(:v?[0-9]{{1,9}}|@{_NAME})$")
    arguments: dict[str, StrictStr | StrictBool] = Field(default_factory=dict)


def completed(draft: Draft, seen: View, reason: str | None) -> tuple[Proposal | None, str | None]:
    """Return the proposal that a draft asks for, and its reason: with why there is none, where there is none."""
    if draft.proposal is None:
        return None, reason
    try:
        return _proposed(draft, seen), reason
    except (Conflict, NotFound) as error:  # the record's own words about names that have the shape of names
        why = str(error)
    except (AskregError, ValidationError):
        why = "what was drafted is no change that the registry knows"
    return None, f"{reason}; nothing can be proposed: {why}" if reason else f"nothing can be proposed: {why}"


def _proposed(draft: Draft, seen: View) -> Proposal:
    request = Request.model_validate(draft.proposal)
    if draft.status != "refused":
        raise InvalidInput(f"a draft that is {draft.status} proposes nothing")
    if spoken := [name for name in _FREE_TEXT if name in request.arguments]:
        raise InvalidInput(f"a brain gives no {spoken[0]}")
    if seen.as_of is not None or seen.known is not None:
        raise Conflict("a change is proposed as things stand now, not as of another time")
    return propose(
        seen.connection,
        now=seen.now,
        action=request.action,
        subject=request.subject,
        arguments=request.arguments,
    )
