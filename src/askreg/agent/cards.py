"""Fields of a model card told by a language model, from facts, behind the same guard and verifier as answers."""

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from askreg.agent import known, prompts, wording
from askreg.agent.brains import CLOUD, Brain, make_brain
from askreg.agent.brains.config import BrainConfig
from askreg.agent.brains.failures import BrainFailed
from askreg.agent.draft import Draft
from askreg.agent.facts import Fact, Ledger
from askreg.agent.loop import Conversation, Limits
from askreg.agent.reading import Names
from askreg.agent.render import Rendered, render
from askreg.agent.tools.documents import Documents
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.tools.toolbox import Toolbox
from askreg.agent.verify import Evidence, Problem, verify
from askreg.errors import InvalidInput, Refused
from askreg.registry import access, documents, times
from askreg.registry.view import View
from askreg.reports.cards.catalogue import StoreField
from askreg.reports.cards.content import Writer
from askreg.reports.cards.drafting import Telling, Told
from askreg.reports.cards.facts import Fact as CardFact

if TYPE_CHECKING:
    from langchain_core.messages import AnyMessage

    from askreg.library.library import Library

ASKED: dict[str, str] = {
    "summary": "what this version is, what it was made from, which stage it is in and where it is live",
    "data_summary": "which data this version was trained on, and what that data was derived from",
    "results_summary": "how this version was measured, and between which cohorts its figures differ most",
}
"""What is asked for a field. Only fields that facts settle are told by a model."""

_LINK = re.compile(r"\]\(|://")
_SENTENCES = frozenset(("sentence", "item"))
_PROBLEMS = 6
"""Of a rejected text, as many kinds of problems as are named."""


class CardTeller:
    """Tells fields of a card through one brain. What the verifier does not accept is not told, and why is said."""

    def __init__(
        self,
        *,
        backend: str,
        config: BrainConfig | None = None,
        limits: Limits | None = None,
        make: Callable[..., Brain] = make_brain,
        check: Callable[[Rendered, Evidence], list[Problem]] = verify,
        library: "Library | None" = None,
        actor: str = "",
    ) -> None:
        """Use the brain that `make` returns for `backend`, which must be a language model.

        It may quote what the documents of a `library` say, as far as `actor` may read them.
        """
        if backend == "offline":
            raise InvalidInput("the offline brain tells nothing in words: leave --backend out, and code fills the card")
        self._backend, self._config, self._limits = backend, config or BrainConfig(), limits or Limits()
        self._make, self._check, self._library, self._actor = make, check, library, actor

    def __call__(self, seen: View, subject: str, fields: Sequence[StoreField]) -> Telling:
        """Return what the model tells of each field."""
        prompt = prompts.load("card")
        wanted = [field for field in fields if field.id in ASKED]
        asked = {field.id: _question(field, subject) for field in wanted}
        stable, _ = prompt.parts(_moment(seen))
        names = known.names(seen)
        writer = Writer(backend=self._backend, prompt=prompt.reference)
        try:
            brain = self._make(
                self._backend,
                seen=seen,
                config=self._config,
                gate=known.KnownNames().gate(names),
                static=[stable, *asked.values()],
            )
        except (Refused, BrainFailed) as error:
            return Telling(writer, {field.id: Told(refusal=str(error)) for field in wanted})
        writer = writer.model_copy(update={"model": getattr(brain, "model", None)})
        with ExitStack() as afterwards:
            afterwards.callback(getattr(brain, "close", lambda: None))
            if getattr(brain, "prompt", None) is not None:
                only = Told(refusal=f"the model {writer.model} is too small to write: it only selects questions")
                return Telling(writer, dict.fromkeys(asked, only))
            told = {id: self._told(brain, prompt, seen, subject, text, names) for id, text in asked.items()}
        return Telling(writer, told)

    def _documents(self, seen: View) -> Documents | None:
        """Return the documents that may be quoted; what identifies patients never reaches a cloud."""
        if self._library is None:
            return None
        readable = access.readable(documents.roles(seen, self._actor))
        return Documents(self._library, frozenset(readable - {"phi"} if self._backend in CLOUD else readable))

    def _told(
        self, brain: Brain, prompt: prompts.Prompt, seen: View, subject: str, question: str, names: Names
    ) -> Told:
        writing = _Writing(seen, subject, names, self._check)
        conversation = Conversation(
            brain, Toolbox(seen, writing.ledger, self._documents(seen)), writing.check, self._limits
        )
        outcome = conversation.run(_messages(prompt, seen, question))
        if outcome.draft is None:
            codes = ", ".join(sorted({problem.code for problem in outcome.problems})[:_PROBLEMS])
            rejected = f"no text of the model was accepted by the verifier ({codes})"
            return Told(refusal=rejected if outcome.problems and not outcome.refused else outcome.reason)
        if outcome.draft.status not in ("answered", "partial") or writing.accepted is None:
            return Told(refusal="the model found nothing on record to tell")
        return Told(sentences=writing.sentences())


class _Writing:
    """One field being written against one view of the record."""

    def __init__(
        self, seen: View, subject: str, names: Names, verify: Callable[[Rendered, Evidence], list[Problem]]
    ) -> None:
        self.seen, self.subject, self.names, self.verify = seen, subject, names, verify
        self.ledger = Ledger()
        self.accepted: Rendered | None = None

    def check(self, draft: Draft, results: Sequence[ToolResult]) -> list[Problem]:
        """Return what is wrong with a text, and keep it when nothing is."""
        self.accepted = None
        if draft.status not in ("answered", "partial"):
            return []
        facts = {fact.id: fact for fact in self.ledger}
        try:
            text = render(draft.text, facts)
        except InvalidInput as error:
            return [Problem(code="draft", claim="", what=str(error))]
        problems = [Problem(code="link", claim="", what="write no links")] * bool(_LINK.search(draft.text)) + _shape(
            text
        )
        evidence = Evidence(facts, results, self.subject, self.names, draft.quotes, (self.seen.now, self.seen.instant))
        # A card has its tables beside its words, so that these need not tell all rows.
        problems += [p for p in self.verify(text, evidence) if not (p.code == "incomplete" and not p.claim)]
        self.accepted = None if problems else text
        return problems

    def sentences(self) -> list[tuple[str, list[CardFact]]]:
        """Return the accepted sentences, as they read, with their facts."""
        facts = {fact.id: fact for fact in self.ledger}
        passages = self.accepted.passages if self.accepted is not None else []
        return [
            (wording.unescape(passage.text.strip()), [_card_fact(facts[id]) for id in passage.facts])
            for passage in passages
        ]


def _shape(text: Rendered) -> list[Problem]:
    if not text.passages:
        return [Problem(code="draft", claim="", what="there is no text")]
    problems = []
    for passage in text.passages:
        if passage.kind not in _SENTENCES:
            problems.append(
                Problem(code="draft", claim=passage.text, what="write plain sentences, no tables or headings")
            )
        elif not passage.facts:
            problems.append(
                Problem(code="uncited", claim=passage.text, what="every sentence cites the facts it rests on")
            )
    return problems


def _card_fact(fact: Fact) -> CardFact:
    return CardFact(**fact.model_dump(exclude={"id", "as_of"}))


def _question(field: StoreField, subject: str) -> str:
    return f"Write the field {field.label!r} of the model card of {subject}: {ASKED[field.id]}."


def _moment(seen: View) -> dict[str, str]:
    return {
        "now": times.shown(seen.now) or "",
        "as_of": times.shown(seen.instant) or "",
        "known_at": "present" if seen.known is None else f"event {seen.known}",
    }


def _messages(prompt: prompts.Prompt, seen: View, question: str) -> "list[AnyMessage]":
    from langchain_core.messages import HumanMessage, SystemMessage

    blocks: list[str | dict[str, Any]] = [
        {"type": "text", "text": text} for text in prompt.parts(_moment(seen)) if text
    ]
    return [SystemMessage(content=blocks), HumanMessage(content=question)]
