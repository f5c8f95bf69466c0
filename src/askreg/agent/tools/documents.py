"""What documents say, as facts: a fact is a stretch of a text, verbatim, under the chunk that it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askreg.agent.facts import Fact
from askreg.library.files import available

if TYPE_CHECKING:
    from askreg.library.library import Found, Library, Passage
    from askreg.registry.view import View

QUOTE = "quote."
"""What the field of such a fact begins with; the chunk's id follows."""
PASSAGES = 5
"""How many passages a search returns."""
PROMISING = 0.4
"""How much of a question a chunk must hold for its meaning to be looked at too, where that is dear."""
PHRASE = re.compile(r"[“\"]([^”\"]{3,300})[”\"]")


@dataclass(frozen=True)
class Documents:
    """A library, and the sensitivities of the documents whose texts may reach whom they are read for."""

    library: Library
    readable: frozenset[str]

    thrifty: bool = False
    """Whether vectors, which take seconds to load, are used only where words have found something that may do."""

    def saying(self, view: View, says: str, *, about: str | None, title: str) -> tuple[Found, bool]:
        """Return what was found, and whether it is all there is: it is of a phrase in quotation marks."""
        phrase = PHRASE.search(says)
        if phrase is not None:
            found = self.library.saying(view, phrase.group(1), readable=self.readable, about=about, title=title)
            return found, not found.unread
        given: dict[str, Any] = {"readable": self.readable, "about": about, "title": title, "limit": PASSAGES}
        if self.thrifty:
            found = self.library.search(view, says, by_meaning=False, **given)
            if not any(passage.coverage >= PROMISING for passage in found.passages):
                return found, False
        return self.library.search(view, says, by_meaning=available(), **given), False

    def cited(self, view: View, fact: Fact) -> Passage | None:
        """Return the passage that a fact quotes, if its document still says so."""
        path, chunk = fact.subject.removeprefix("doc:"), fact.field.removeprefix(QUOTE)
        return self.library.cited(view, path, chunk, fact.value, readable=self.readable)


def passage_facts(passage: Passage, *, as_of: str) -> Iterator[Fact]:
    """Yield a passage's words to quote, then what says where they stand."""
    subject, event = passage.subject, passage.event
    yield Fact(subject=subject, field=f"{QUOTE}{passage.chunk}", value=passage.quote, as_of=as_of, event=event)
    if passage.title:
        yield Fact(subject=subject, field="title", value=passage.title, as_of=as_of, event=event)
    if passage.section:
        yield Fact(subject=subject, field="section", value=passage.section[-1], as_of=as_of, event=event)
    yield Fact(subject=subject, field="revision", value=str(passage.revision), as_of=as_of, event=event)
