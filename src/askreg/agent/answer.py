"""Ask a question, get an answer whose every figure comes from the record, and leave both in the log."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from askreg.agent import known, prompts, proposing
from askreg.agent.brains import CLOUD, Brain, make_brain
from askreg.agent.brains.config import BrainConfig
from askreg.agent.brains.failures import BrainFailed
from askreg.agent.draft import Draft, Quote, Reading, Status
from askreg.agent.facts import Fact, Ledger
from askreg.agent.heard import Heard
from askreg.agent.loop import Conversation, Limits, Outcome, Ran
from askreg.agent.offline import dates
from askreg.agent.offline.names import LEXICONS
from askreg.agent.offline.topical import is_topical
from askreg.agent.quoted import quotes
from askreg.agent.reading import Names
from askreg.agent.render import Rendered, render
from askreg.agent.thread import Thread, Turn
from askreg.agent.tools.documents import Documents
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.tools.toolbox import Toolbox
from askreg.agent.verify import Evidence, Problem, verify
from askreg.errors import InvalidInput, Refused
from askreg.registry import access, audit, documents, times
from askreg.registry.canonical import canonical
from askreg.registry.proposals import Proposal
from askreg.registry.registry import Registry
from askreg.registry.results import LogHead
from askreg.registry.times import When
from askreg.registry.view import View

if TYPE_CHECKING:
    from langchain_core.messages import AnyMessage

    from askreg.library.library import Library

LONGEST_QUESTION = 10_000
"""Characters."""
_PROBLEMS = 20
"""Of a rejected draft, as many problems as the log keeps."""
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WITHHELD_ERROR = "withheld: it may repeat what identifies a patient"
_OPTIONAL = ("readings", "proposal", "question_id", "policy", "known_at")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Claim(_Model):
    """A sentence, list item or table row, and the facts it rests on."""

    text: str
    facts: list[str]


class CallMade(_Model):
    """A tool call: what was asked of the record, and how complete the result was."""

    tool: str
    args: dict[str, Any]
    total: int
    returned: int
    truncated: bool
    ms: float
    error: str | None = None

    @model_serializer(mode="wrap")
    def _brief(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without(handler(self), ("error",))


class BrainUsed(_Model):
    """What wrote the answer."""

    backend: str
    model: str | None
    prompt: str | None


class Answer(_Model):
    """An answer. In JSON, what is optional and empty is left out."""

    id: str
    question: str
    status: Status
    answer: str
    reason: str | None = None
    claims: list[Claim] = Field(default_factory=list)
    facts: list[Fact] = Field(default_factory=list)
    quotes: list[Quote] = Field(default_factory=list)
    calls: list[CallMade] = Field(default_factory=list)
    readings: list[Reading] = Field(default_factory=list)
    proposal: Proposal | None = None
    brain: BrainUsed
    as_of: str
    known_at: str | None = None
    head: LogHead
    """Where the log ended when the record was read."""
    elapsed_ms: float
    question_id: str | None = None
    policy: str | None = None

    @model_serializer(mode="wrap")
    def _brief(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without(handler(self), _OPTIONAL)


def _without(fields: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names or value not in (None, [])}


@dataclass(slots=True)
class _Accepted:
    """A draft with its values in."""

    draft: Draft
    text: Rendered
    reason: Rendered


class Asker:
    """Answers questions from one registry; keeps the live names between them."""

    def __init__(
        self,
        registry: Registry,
        *,
        backend: str = "offline",
        config: BrainConfig | None = None,
        limits: Limits | None = None,
        make: Callable[..., Brain] = make_brain,
        check: Callable[[Rendered, Evidence], list[Problem]] = verify,
        library: "Library | None" = None,
    ) -> None:
        """Answer from `registry` with the brain that `make` returns for `backend`; `check` judges each text.

        Without a `library`, what documents say is not read.
        """
        self._registry, self._backend, self._limits, self._make = registry, backend, limits or Limits(), make
        self._config = config or BrainConfig()
        self._verify, self._library = check, library

    def ask(
        self,
        question: str,
        *,
        as_of: When | None = None,
        known_at: When | None = None,
        thread: Thread | None = None,
        question_id: str | None = None,
    ) -> Answer:
        """Return the answer, having added it to the log and to the `thread`."""
        start = time.perf_counter()
        question = _checked(question)
        with self._registry.view(as_of=as_of, known_at=known_at) as seen:
            inquiry = self._inquiry(seen, question)
            outcome, used = self._answered(inquiry, thread)
            answer = inquiry.answer(
                outcome,
                used,
                question_id=question_id,
                known_at=None if known_at is None else str(known_at),
                policy=self._config.policy,
                start=start,
            )
        self._record(answer, outcome.problems)
        if thread is not None:
            thread.add(_turn(answer, outcome))
        return answer

    def _inquiry(self, seen: View, question: str) -> "_Inquiry":
        head = audit.head(seen.connection)
        names = _known.of(seen, url=self._registry.url, seq=head.seq)
        heard = Heard(question, _known.gate(names), cloud=self._backend in CLOUD)
        return _Inquiry(seen, heard, names, head=head, verify=self._verify, documents=self._documents(seen))

    def _documents(self, seen: View) -> Documents | None:
        """Return the documents that may be quoted to the actor.

        What identifies patients is in none: it would be kept with the answer, which everybody may read, and must not
        reach a cloud. `askreg docs search` shows it to those who may read it.
        """
        if self._library is None:
            return None
        readable = access.readable(documents.roles(seen, self._registry.actor))
        return Documents(self._library, frozenset(readable - {"phi"}), thrifty=self._backend == "offline")

    def _answered(self, inquiry: "_Inquiry", thread: Thread | None) -> tuple[Outcome, BrainUsed]:
        """Ask the brain that was chosen, and no other; why it cannot answer is an outcome too."""
        prompt = prompts.load("answer")
        stable, _ = prompt.parts(inquiry.moment)
        model = None
        try:
            brain = self._make(
                self._backend, seen=inquiry.seen, config=self._config, gate=inquiry.heard.gate, static=[stable]
            )
            model, own = getattr(brain, "model", None), getattr(brain, "prompt", None)
            with ExitStack() as afterwards:
                afterwards.callback(getattr(brain, "close", lambda: None))
                outcome = inquiry.run(brain, prompt, thread, self._limits)
            prompt = prompts.load(own) if own else prompt
        except (Refused, BrainFailed) as error:
            outcome = Outcome(reason=str(error), refused=isinstance(error, Refused))
        return outcome, BrainUsed(backend=self._backend, model=model, prompt=prompt.reference)

    def _record(self, answer: Answer, problems: Sequence[Problem]) -> None:
        detail: dict[str, object] = {
            "model": answer.brain.model,
            "prompt": answer.brain.prompt,
            "calls": [canonical({"tool": call.tool, "args": call.args}) for call in answer.calls],
            "facts": [fact.event for fact in answer.facts if fact.event is not None],
        }
        if problems and answer.status == "abstained":
            # Their words may repeat the question's, which the log must not hold.
            detail["problems"] = [p.code for p in problems[:_PROBLEMS]]
        self._registry.record_answer(
            key=answer.id,
            question=answer.question,
            status=answer.status,
            backend=answer.brain.backend,
            body=canonical(answer.model_dump(mode="json")),
            detail=detail,
        )


def ask(
    registry: Registry,
    question: str,
    *,
    as_of: When | None = None,
    known_at: When | None = None,
    thread: Thread | None = None,
    backend: str = "offline",
    config: BrainConfig | None = None,
    question_id: str | None = None,
    library: "Library | None" = None,
) -> Answer:
    """Return the answer to one question, having added it to the log; `library` lets it quote documents."""
    asker = Asker(registry, backend=backend, config=config, library=library)
    return asker.ask(question, as_of=as_of, known_at=known_at, thread=thread, question_id=question_id)


_known = known.KnownNames()


class _Inquiry:
    """One question against one view of the record."""

    def __init__(
        self,
        seen: View,
        heard: Heard,
        names: Names,
        *,
        head: LogHead,
        verify: Callable[[Rendered, Evidence], list[Problem]],
        documents: Documents | None = None,
    ) -> None:
        self.seen, self.heard, self.names, self.head, self.verify = seen, heard, names, head, verify
        self.documents = documents
        self.ledger = Ledger()
        self.accepted: _Accepted | None = None
        self.follows = False
        """Whether something was asked before, which the question may go on about."""

    def run(self, brain: Brain, prompt: prompts.Prompt, thread: Thread | None, limits: Limits) -> Outcome:
        toolbox = Toolbox(self.seen, self.ledger, self.documents)
        self.follows = bool(thread and thread.turns)
        return Conversation(brain, toolbox, self.check, limits).run(self._messages(prompt, thread))

    def check(self, draft: Draft, results: Sequence[ToolResult]) -> list[Problem]:
        """Return what is wrong with a draft, and keep it with its values in when nothing is."""
        facts = {fact.id: fact for fact in self.ledger}
        draft = self.heard.told(draft)
        try:
            text, reason = render(draft.text, facts), render(draft.reason or "", facts)
        except InvalidInput as error:
            return [Problem(code="draft", claim="", what=str(error))]
        problems = _hollow(draft)
        spans = list(dates.find(self.heard.read, times.moment(self.seen.now)))
        days = [day.isoformat() for span in spans for day in (span.first, span.last)]
        facts_told = [id for passage in text.passages for id in passage.facts]
        asserting = draft.status in ("answered", "partial")
        answering = Evidence(
            facts,
            results,
            self.heard.read,
            self.names,
            draft.quotes,
            (self.seen.now, self.seen.instant, *days),
            [span.after.isoformat() for span in spans],
            asserting=asserting,
        )
        if asserting and not self.follows:
            problems += self._elsewhere()
        problems += self.verify(text, answering)
        problems += self.verify(reason, replace(answering, quotes=(), told=facts_told, asserting=False))
        self.accepted = None if problems else _Accepted(draft, text, reason)
        return problems

    def _elsewhere(self) -> list[Problem]:
        if is_topical(self.heard.read, LEXICONS.of(self.seen), times.moment(self.seen.instant)):
            return []
        return [Problem(code="topic", claim="", what="the question asks nothing that the record is about; abstain")]

    @property
    def moment(self) -> dict[str, str]:
        """Return what a prompt says of the instant that the question is about."""
        return {
            "now": times.shown(self.seen.now) or "",
            "as_of": times.shown(self.seen.instant) or "",
            "known_at": "present" if self.seen.known is None else f"event {self.seen.known}",
        }

    def _messages(self, prompt: prompts.Prompt, thread: Thread | None) -> "list[AnyMessage]":
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

        texts = prompt.parts(self.moment)
        blocks: list[str | dict[str, Any]] = [{"type": "text", "text": text} for text in texts if text]
        messages: list[AnyMessage] = [SystemMessage(content=blocks)]
        # What was refused may hold what must not be sent, and no later question speaks of it.
        for turn in (turn for turn in (thread.turns if thread else ()) if turn.status != "refused"):
            messages.append(HumanMessage(content=turn.question))
            messages.append(AIMessage(content=turn.answer, additional_kwargs={"turn": turn}))
        messages.append(HumanMessage(content=self.heard.read))
        return messages

    def answer(
        self,
        outcome: Outcome,
        brain: BrainUsed,
        *,
        question_id: str | None,
        known_at: str | None,
        policy: str,
        start: float,
    ) -> Answer:
        """Return the accepted draft as an answer, or an abstention that says what could not be verified."""
        accepted = self.accepted if outcome.draft is not None and self.accepted else _abstention(outcome)
        draft, passages = accepted.draft, accepted.text.passages
        cited = {id for passage in (*passages, *accepted.reason.passages) for id in passage.facts}
        facts = [fact for fact in self.ledger if fact.id in cited]
        number = {fact.id: f"F{i}" for i, fact in enumerate(facts, 1)}
        proposal, reason = proposing.completed(draft, self.seen, accepted.reason.text or None)
        return Answer(
            id=_new_id(self.seen.now),
            question=self.heard.kept,
            status=draft.status,
            answer=accepted.text.text or reason or "",
            reason=reason,
            claims=[Claim(text=p.text.strip(), facts=[number[id] for id in p.facts]) for p in passages if p.facts],
            facts=[fact.model_copy(update={"id": number[fact.id]}) for fact in facts],
            quotes=quotes(draft.quotes, facts, [ran.result for ran in outcome.ran]),
            calls=[self._call(ran) for ran in outcome.ran],
            readings=draft.readings,
            proposal=proposal,
            brain=brain,
            as_of=times.shown(self.seen.instant) or "",
            known_at=known_at,
            head=self.head,
            elapsed_ms=round((time.perf_counter() - start) * 1000, 1),
            question_id=question_id,
            policy=policy,
        )

    def _call(self, ran: Ran) -> CallMade:
        result = ran.result
        return CallMade(
            tool=result.tool,
            args=self.heard.called(result.args),
            total=result.total,
            returned=result.returned,
            truncated=result.truncated,
            ms=round(ran.ms, 1),
            error=_WITHHELD_ERROR if result.error and self.heard.private else result.error,
        )


def _checked(question: str) -> str:
    if not isinstance(question, str) or not question.strip():
        raise InvalidInput("the question is empty; ask, for example, 'which models are live?'")
    if len(question) > LONGEST_QUESTION:
        raise InvalidInput(
            f"the question has {len(question)} characters; at most {LONGEST_QUESTION} are read: ask it in fewer words"
        )
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in question):
        raise InvalidInput("the question holds characters that are no text; write it in UTF-8")
    return question.strip()


def _hollow(draft: Draft) -> list[Problem]:
    """Find what a draft's status promises and its text does not give."""
    if draft.status in ("answered", "partial") and not draft.text.strip():
        return [Problem(code="draft", claim="", what=f"an {draft.status} draft needs a text")]
    if draft.status != "answered" and not (draft.reason or "").strip():
        return [Problem(code="draft", claim="", what=f"status {draft.status!r} needs a reason")]
    return []


def _abstention(outcome: Outcome) -> _Accepted:
    """Return why there is no answer; what was wrong with each draft is kept in the log."""
    reason = outcome.reason or "the brain gave no answer"
    status: Status = "refused" if outcome.refused else "abstained"
    return _Accepted(Draft(status=status, reason=reason), Rendered(""), Rendered(reason))


def _turn(answer: Answer, outcome: Outcome) -> Turn:
    return Turn(
        question=answer.question,
        status=answer.status,
        answer=answer.answer,
        calls=[ran.call for ran in outcome.ran],
        facts=answer.facts,
        readings=answer.readings,
        as_of=answer.as_of,
    )


def _new_id(now: str) -> str:
    """Return an id that sorts by time: 48 bits of milliseconds, then 80 random ones, as in a ULID."""
    number = (int(times.moment(now).timestamp() * 1000) << 80) | secrets.randbits(80)
    return "ans_" + "".join(_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5))


def milliseconds(id: str) -> int:
    """Return the time in an answer's id, in milliseconds since 1970."""
    number = 0
    for letter in id.removeprefix("ans_"):
        number = (number << 5) | _BASE32.index(letter)
    return number >> 80
