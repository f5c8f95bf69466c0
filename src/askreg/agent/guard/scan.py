"""A text being looked at: what of it is known, and what it speaks of."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from askreg.agent.guard.allowed import Allowed
from askreg.agent.guard.care import DATE, DATED, STRONG
from askreg.agent.guard.kinds import Category
from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.normal import Normal

_REGISTRY = Lazy(
    r"""(?<![\w-])(?:
      versions?|live|deployed|deployments?|champions?|challengers?|alias(?:es)?|stages?|production|validation
    | retired|approv\w+|register\w*|registry|registration|datasets?|evaluat\w+|auroc|auc|brier|metrics?|trained
    | lineage|leaderboard|running|withdrawn|released|launch\w*|promoted|signed|rejected|events?|history
    | as\ of|known\ at|happened|changed
    )(?![\w-])""",
    verbose=True,
)
_ACT = (
    r"(?:approv\w+|sign(?:s|ed|ing)?(?:\soff)?|review\w*|reject\w*|register\w*|own(?:s|ed)?|maintain\w*|deploy\w*"
    r"|evaluat\w+|creat\w+|upload\w*|retir\w+|withdr\w+|promot\w+|train(?:s|ed)?|publish\w*|wrote|built|build"
    r"|moved?|set|responsib\w+|author\w*|change[ds]?)"
)
_REGISTRAR = Lazy(rf"(?<!\w){_ACT}(?!\w)")
BEFORE_ACTOR = Lazy(
    rf"(?:{_ACT}(?:\s\w+)?\sby|\bdid|\bhas|\bhave|\bhad|\bbelongs?\sto|\bresponsibility\sof|\bowner\s(?:is|was)?"
    r"|\bdoes|\bactor)\s+(?:dr\.?\s|prof\.?\s)?$"
)
AFTER_ACTOR = Lazy(rf"\s+(?:(?:ever|last|also|first|not|never)\s+)?{_ACT}(?!\w)")


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding by its place in the normalised text."""

    category: Category
    start: int
    end: int
    certain: bool = True


@dataclass
class Scan:
    """A normalised text, and what the live names make of it."""

    seen: Normal
    known: Allowed
    _spans: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        """Find the live names first: nothing is looked for in them."""
        self._spans = list(self.known.spans(self.seen))

    @property
    def text(self) -> str:
        """Return the text with its case."""
        return self.seen.text

    @property
    def folded(self) -> str:
        """Return the text in lower case."""
        return self.seen.folded

    @property
    def people(self) -> frozenset[str]:
        """Return the words of live people's names."""
        return self.known.people

    def near(self, word: str) -> bool:
        """Tell whether a word is a live thing's, or nearly."""
        return self.known.near(word)

    def allowed(self, start: int, end: int) -> bool:
        """Tell whether a span lies within something known."""
        return any(a <= start and end <= b for a, b in self._spans)

    @cached_property
    def nearly(self) -> list[tuple[int, int]]:
        """Return where something stands that is nearly a live thing's name."""
        return list(self.known.nearly(self.seen))

    @cached_property
    def anchored(self) -> bool:
        """Tell whether the text speaks of the registry."""
        return bool(self._spans) or _REGISTRY.search(self.folded) is not None

    @cached_property
    def registrar(self) -> bool:
        """Tell whether the text speaks of what people do in a registry."""
        return _REGISTRAR.search(self.folded) is not None

    @cached_property
    def care(self) -> re.Match[str] | None:
        """Return a word of one person's care, if there is one."""
        return next((m for m in STRONG.finditer(self.folded) if not self.allowed(*m.span())), None)

    @cached_property
    def digits(self) -> int:
        """Return how many digits there are outside of what is known."""
        within = sum(c.isdigit() for a, b in self._spans for c in self.folded[a:b])
        return max(0, sum(map(str.isdigit, self.folded)) - within)

    @cached_property
    def dates(self) -> list[re.Match[str]]:
        """Return the dates."""
        possible = any(map(str.isdigit, self.folded)) or any(sign in self.folded for sign in DATED)
        return list(DATE.finditer(self.folded)) if possible else []

    @property
    def dated(self) -> list[tuple[int, int]]:
        """Return where dates stand."""
        return [m.span() for m in self.dates]

    @cached_property
    def titled(self) -> bool:
        """Tell whether most words begin with a capital, as in a heading or in a text all in capitals."""
        words = re.findall(r"[^\W\d_]{3,}", self.text)
        return len(words) > 3 and sum(w[0].isupper() for w in words) > 0.6 * len(words)

    def begins(self, at: int) -> bool:
        """Tell whether a sentence, line or quotation begins at a place."""
        before = self.text[:at].rstrip(" \"'(*“[`_#>-")
        return not before or before[-1] in ".!?:;\n|"
