"""A reading held against the question's likeness to known ones: when these clearly ask of something else, it is wrong.

The grammar may find a reading in which every word has a place, and which still is not what was asked. What kind of
thing a question is about, its neighbours tell well, even where they do not tell which question it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from askreg.agent.offline import canonical, likely
from askreg.agent.offline.likeness import WHOLE, Likeness
from askreg.agent.tools.shapes import ToolResult

SURE = 0.8
"""How likely the likeliest intent must be for a doubt."""
_UNLIKE = 0.05
"""A reading is doubted when the intents that it may serve are together less likely than this."""

_SERVED: tuple[tuple[str, str], ...] = (
    (r"live-un|live-affected|approver-at|live|where-|withdrawn|who-deployed|who-withdrew|replaced|never-deployed"
     r"|most-sites", r"deploy|live|environment|site"),
    (r"alias|champion", r"alias|@"),
    (r"stage|moved|retired", r"stage|retired|history"),
    (r"approv|reject", r"approv|decision|gap|history"),
    (r"metric|interval|cases|evidence|compare|best-|worst-|ranking|evaluat", r"metric|compare|leaderboard|evaluat|gap"
     r"|rows|input|run|lineage"),
    (r"trained|base-of|derived|affected|lineage|dataset-from|dataset-to|run-of|commit|params",
     r"lineage|run|base|input|derived|train|dataset|code|param"),
    (r"owner|owned", r"owner"),
    (r"registered|dataset-by", r'"by"|"at"|register|history|owner'),
    (r"digest-of|size-of|uri-of", r"digest|size|uri|artifact|gap"),
    (r"intended|out-of-scope|population|task-of|describe|tags-of", r"card|task|descr|tag|docs"),
    (r"rows-of|source-of|sensitivity|datasets", r"dataset|rows|source|sensitiv"),
    (r"roles-of|people-with", r"role|person"),
    (r"document", r"doc"),
    (r"missing-for|no-card|gaps", r"gap|missing|card|approval|stage|metric|digest"),
)  # fmt: skip
"""For the intents whose name holds the one, what the calls of a reading that serves them hold."""


def doubted(masked: Collection[str], results: Collection[ToolResult], likeness: Likeness = WHOLE) -> bool:
    """Whether what was looked up serves none of the intents that the question may have, however it is masked."""
    if not likeness.examples:
        return False
    called = " ".join(f"{r.tool} {json.dumps(r.args, default=str)}" for r in results).lower()
    if any(_plain(one, called) for one in masked):
        return False
    return bool(masked) and all(_doubted(likely.probabilities(one, likeness.embedder), called) for one in masked)


def _plain(masked: str, called: str) -> bool:
    """Whether a question is put in the very words of those that the reading serves: loading a model is spared then."""
    serving = [intent.canonical for intent in canonical.intents() if _serves(intent.name, called)]
    known = _COMMON.union(*(re.findall(r"[\w{}]+", one.lower()) for one in serving))
    return all(word in known for word in re.findall(r"[\w{}]+", masked.lower()))


_COMMON = frozenset(
    """a all an and any are at be been by can did do does for from give had has have how i in is it list long many me
    name now of on our please s show tell that the there these they this those to us was we were what when where which
    who whom with you {version} {model} {other} {site} {dataset} {person} {metric} {date} {alias} {stage} {number}
    {framework} {cohort} {role} {sensitivity}""".split()
)


def _doubted(chances: dict[str, float], called: str) -> bool:
    if not chances or max(chances.values()) < SURE:
        return False
    return sum(chance for name, chance in chances.items() if _serves(name, called)) < _UNLIKE


def _serves(name: str, called: str) -> bool:
    wanted = [holds for names, holds in _SERVED if re.search(names, name)]
    return not wanted or any(re.search(holds, called) for holds in wanted)
