"""From a question to the query it asks, or to the reason for not answering it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from askreg.agent.draft import Draft, Reading
from askreg.agent.offline import changes
from askreg.agent.offline.clause import Clause, Reader
from askreg.agent.offline.frames import Frames
from askreg.agent.offline.lexicon import Lexicon
from askreg.agent.offline.link import link
from askreg.agent.offline.meaning import Query
from askreg.agent.offline.phrases import Phrases


@dataclass(slots=True)
class Understanding:
    """What a question asks: a query, or (instead) a draft that says why there is none."""

    question: str
    query: Query | None = None
    draft: Draft | None = None
    clause: Clause | None = None
    readings: list[Reading] = field(default_factory=list)


def understand(question: str, lexicon: Lexicon, now: datetime) -> Understanding:
    """Return what a question asks of the registry with these names."""
    linked = link(question, lexicon, now)
    tokens = Phrases(linked.items, lexicon).tokens()
    refusal = changes.refusal(tokens, linked.text)
    if refusal is not None:
        return Understanding(question, draft=refusal)
    clause = Reader(tokens, linked.text).read()
    unknown = [w for w in clause.unknown if w]
    if unknown:
        return Understanding(question, draft=_unknown(unknown, lexicon), clause=clause)
    query = Frames(clause).query()
    if query is None:
        reason = "this question could not be read as one about the registry; name a model, version, dataset, site or person"
        return Understanding(question, draft=Draft(status="abstained", reason=reason), clause=clause)
    return Understanding(question, query, clause=clause)


def _unknown(words: list[str], lexicon: Lexicon) -> Draft:
    """Say which words are not understood, and which names are near."""
    told = " and ".join(f"“{w}”" for w in dict.fromkeys(words))
    near = [n for w in words for n in lexicon.suggestions(w)][:3]
    tail = f"; did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
    reason = f"the record knows nothing of {told}{tail}"
    return Draft(status="abstained", reason=reason.replace("{", "{{").replace("}", "}}"))
