"""Does an answer tell all rows of the list it draws upon, or else say that it does not?"""

import re
from collections.abc import Iterator, Sequence

from askreg.agent import wording
from askreg.agent.reading import Token, tokens
from askreg.agent.render import Rendered
from askreg.agent.tools.shapes import ToolResult
from askreg.agent.verify.claims import Evidence, Problem, stands
from askreg.agent.verify.support import Support

_CHOOSES = re.compile(
    r"\b(?:preced\w+|replac\w+|succe\w+|first|second|third|fourth|last|latest|newest|oldest|earliest|previous(?:ly)?|prior|before|current(?:ly)?"
    r"|recent(?:ly)?|next|after|then|best|worst|top|highest|lowest|most|least|biggest|largest|smallest|longest|shortest|fewest|better"
    r"|worse|(?:higher|lower|more|fewer|less)(?! than)|faster|slower|wins?|winner|maximum|minimum|example|one of"
    r"|initial(?:ly)?|started|since when|instead|leading|leads?|ahead|strongest|weakest|greatest|youngest)\b",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"\b(?:live|running|runs?|deployed|production|in use|retired|approved|not)\b", re.IGNORECASE)
_COHORTS = re.compile(r"\b(?:cohorts|subgroups|groups|every|each|all)\b", re.IGNORECASE)
_DENIES = re.compile(r"(?:no|nothing|nobody|none)\b", re.IGNORECASE)
_NO_CHOICE = re.compile(
    r"\bat (?:least|most)\b|\bor (?:more|less|higher|lower|better)\b|\bhow many more\b", re.IGNORECASE
)
_SAYS_SO = re.compile(
    r"\b\d+ of (?:the |all |its )?\d+\b|\bfirst \d+\b|\b(?:\d+|some|many) (?:more|others?|further)\b"
    r"|\bamong (?:them|others)\b",
    re.IGNORECASE,
)


def left_out(rendered: Rendered, evidence: Evidence) -> Iterator[Problem]:
    """Yield the lists of which the answer leaves out rows that its question asks for."""
    question = _NO_CHOICE.sub("", evidence.question)
    if not question.strip() or not evidence.asserting or _SAYS_SO.search(rendered.text):
        return
    if any(not passage.facts and _DENIES.match(passage.text) for passage in rendered.passages):
        return  # the question is answered by the denial; what follows are the nearest truths
    shown = wording.unescape(rendered.text).casefold()
    told = {id for passage in rendered.passages for id in passage.facts}
    cited = {id for id in told if _shown(id, shown, told, evidence)}
    if _CHOOSES.search(question):
        yield from _gaps(rendered, cited, evidence)
        return
    drawn = [r for r in evidence.results if not _ranks(r) and any(_told(row, cited) for row in r.rows)]
    whole = {id for r in drawn if not _missing(r, cited, shown, evidence) for row in r.rows for id in row}
    for result in drawn:
        missing = _missing(result, cited, shown, evidence)
        own = {id for row in result.rows for id in row if id in cited} - whole
        if missing and own:
            lost = evidence.facts[missing[0][0]]
            yield Problem(
                code="incomplete",
                claim="",
                what=f"{len(missing)} rows of the {result.tool} that is told from are left out,"
                f" such as {lost.subject} {lost.value}",
            )


def _ranks(result: ToolResult) -> bool:
    """Tell whether rows are the likeliest passages of documents: what is unlikely need not be told."""
    return result.tool == "search_docs" and bool(result.args.get("says")) and result.truncated


def _gaps(rendered: Rendered, cited: set[str], evidence: Evidence) -> Iterator[Problem]:
    """Yield the lists from whose middle rows are missing: the best three are the first three."""
    if sum(passage.kind in ("item", "row") for passage in rendered.passages) < 3:
        return
    for result in evidence.results:
        told = [_told(row, cited) for row in result.rows]
        if (
            result.tool == "leaderboard"
            and sum(told) > 2
            and not all(told[told.index(True) : -told[::-1].index(True) or None])
        ):
            yield Problem(code="incomplete", claim="", what="rows are left out of the middle of a ranking")


def _shown(id: str, text: str, cited: set[str], evidence: Evidence) -> bool:
    """Tell whether the text names a fact's own subject or value, and not only one that it shares with others."""
    fact = evidence.facts.get(id)
    if fact is None:
        return False
    alike = [evidence.facts[x] for x in cited if x in evidence.facts and evidence.facts[x].field == fact.field]
    parts = [p for p in ("subject", "value") if stands(getattr(fact, p), text)]
    return len(parts) == 2 or any(sum(getattr(f, p) == getattr(fact, p) for f in alike) == 1 for p in parts)


def _told(row: Sequence[str], cited: set[str]) -> bool:
    return not cited.isdisjoint(row)


def _missing(result: ToolResult, cited: set[str], text: str, evidence: Evidence) -> list[list[str]]:
    """Return the rows that are asked for as much as those that are told."""
    if result.tool == "lineage":
        return _nodes_missing(result, text, evidence)
    fields = {_field(id, evidence) for row in result.rows for id in row if id in cited}
    rows = [row for row in result.rows if row and (_told(row, cited) or {_field(id, evidence) for id in row} & fields)]
    rows = [row for row in rows if _told(row, cited) or not (_alone(row, result, evidence) or _elsewhen(row, evidence))]
    for token in _asked(evidence):
        about = [row for row in rows if _about(row, token, evidence)]
        if about and len(about) < len(rows) and all(row in about for row in rows if _told(row, cited)):
            rows = about
    if not _COHORTS.search(evidence.question):
        cohorts = {evidence.facts[id].cohort for row in rows if _told(row, cited) for id in row}
        rows = [row for row in rows if not {evidence.facts[id].cohort for id in row}.isdisjoint(cohorts)]
    return [row for row in rows if not _told(row, cited) and not _same(row, cited, evidence)]


def _nodes_missing(result: ToolResult, text: str, evidence: Evidence) -> list[list[str]]:
    """Return the arrows to things of a lineage that are not told, of the kinds that are."""
    start = str(result.args.get("subject", "")).casefold()
    nodes: dict[str, list[str]] = {}
    for row in result.rows:
        for id in row:
            fact = evidence.facts[id]
            for node in (fact.subject, fact.value):
                nodes.setdefault(node.casefold(), []).append(id)
    nodes.pop(start, None)
    if _FILTERED.search(evidence.question):
        return []
    told = {node for node in nodes if stands(node, text)}
    kinds = {_mark(node) for node in told} & {":", "@"}
    return [
        [ids[0]]
        for node, ids in nodes.items()
        if node not in told and _mark(node) in kinds and not _asked_for(node, evidence)
    ]


def _mark(node: str) -> str:
    found = re.match(r"(?:run|doc|person):", node) or re.search(r":(?=\d+$)|[@/]", node)
    return found.group() if found else ""


def _asked_for(node: str, evidence: Evidence) -> bool:
    return stands(node, evidence.question.casefold())


def _alone(row: Sequence[str], result: ToolResult, evidence: Evidence) -> bool:
    """Tell whether a comparison's row is of one subject only: there is nothing to compare it with."""
    if result.tool != "compare":
        return False
    settings = {evidence.facts[id].setting for id in row}
    return len({f.subject for f in result.facts if f.setting in settings}) < 2


def _elsewhen(row: Sequence[str], evidence: Evidence) -> bool:
    """Tell whether a row was so at another time than the question names."""
    days = sorted(day for day in evidence.instants[2:] if len(day) == 10)
    fact = evidence.facts[row[0]]
    if not days or fact.since is None:
        return False
    return fact.since[:10] > days[-1] or (fact.until is not None and fact.until[:10] <= days[0])


def _same(row: Sequence[str], cited: set[str], evidence: Evidence) -> bool:
    """Tell whether another row that is told says the same."""
    said = {(f.subject, f.field, f.value) for id in cited if (f := evidence.facts.get(id)) is not None}
    first = evidence.facts[row[0]]
    return (first.subject, first.field, first.value) in said


def _field(id: str, evidence: Evidence) -> str:
    fact = evidence.facts.get(id)
    return "" if fact is None else fact.field


def _asked(evidence: Evidence) -> list[Token]:
    kinds = ("name", "version", "cohort", "date")
    return [t for t in tokens(evidence.question, evidence.names) if t.kind in kinds]


def _about(row: Sequence[str], token: Token, evidence: Evidence) -> bool:
    support = Support(evidence.names)
    for id in row:
        if id in evidence.facts:
            support.add_fact(evidence.facts[id])
    return support.covers(token)
