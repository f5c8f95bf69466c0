"""What is known to be harmless before anything is looked for: live names, hashes, ids, shapes of the registry's own."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from askreg.agent.guard.lazy import Lazy
from askreg.agent.guard.lexicon import domain, is_name, is_word
from askreg.agent.guard.normal import Normal, fold

_TOKEN = Lazy(r"[^\W_][\w.-]*")
_SUFFIX = Lazy(r"(?::\d{1,4}|:[rv]\d{1,3})(?![\w:]*\w)|@(?P<label>[\w.-]*\w)")
_LABEL = Lazy(r"(?:19|20)\d\d(?:[.-]?\d\d){0,2}|[a-z]{1,6}-?\d{1,3}|v?\d{1,3}(?:\.\d{1,3}){0,2}[a-z]?|\d\dw\d\d|[a-z]")
_OWN = Lazy(
    r"sha(?:256|512|1):[0-9a-f]{6,128}…?|(?<!\w)(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)(?:[0-9a-f]{64}|[0-9a-f]{40})(?!\w)"
    r"|(?<!\w)ans_[0-9a-hjkmnp-tv-z]{25,26}(?!\w)"
)
_JOINED = Lazy(r"(?<![\w.-])[^\W\d_]\w*(?:[-._]\w+)+(?![\w-])")
_SEPARATORS = Lazy(r"[-_.\s]+")
_PIECE = Lazy(r"[^\W\d_]+")
_NEAR = 84
_SHORTEST = 5


def _forms(name: str, kind: str) -> Iterator[str]:
    """Yield the ways in which people write a name: `st-oswin` as `st oswin`, a person also with an initial."""
    yield name
    spaced = " ".join(_SEPARATORS.pattern.split(name)).strip()
    yield spaced
    first, _, last = spaced.rpartition(" ")
    if kind.startswith("person") and first and last:
        yield from (f"{first[0]}. {last}", f"{first[0]} {last}")


class Allowed:
    """The live names of a registry, and where in a text they stand."""

    def __init__(self, names: Collection[str]) -> None:
        """Take names as `askreg.agent.known.names` returns them (a mapping tells people from things)."""
        self._kinds: Mapping[str, str] = names if isinstance(names, Mapping) else dict.fromkeys(names, "")

    @cached_property
    def _names(self) -> dict[str, str]:
        return {form: kind for name, kind in self._kinds.items() if name for form in _forms(fold(name), kind)}

    @cached_property
    def _long(self) -> list[str]:
        """Names that are not one token: display names, paths."""
        return [name for name in self._names if not _TOKEN.fullmatch(name) or name[-1] in ".-"]

    @cached_property
    def people(self) -> frozenset[str]:
        """Return the words of people's names."""
        return frozenset(p for n, kind in self._names.items() if kind.startswith("person") for p in _PIECE.findall(n))

    @cached_property
    def _pieces(self) -> frozenset[str]:
        names = (name for name, kind in self._names.items() if not kind.startswith("person"))
        return frozenset(piece for name in names for piece in _PIECE.findall(name) if len(piece) >= _SHORTEST)

    def spans(self, text: Normal) -> Iterator[tuple[int, int]]:
        """Yield where what is known stands, by exact match."""
        folded = text.folded
        for found in _TOKEN.finditer(folded):
            word = found.group().rstrip(".-")
            if word.endswith("'s"):
                word = word[:-2]
            if word in self._names:
                yield found.start(), self._after(folded, found.start() + len(word))
        for name in self._long:
            at = folded.find(name)
            while at >= 0:
                end = at + len(name)
                if not (folded[at - 1 : at].isalnum() or folded[end : end + 1].isalnum()):
                    yield at, end
                at = folded.find(name, at + 1)
        yield from (found.span() for found in _OWN.finditer(folded))

    def _after(self, folded: str, end: int) -> int:
        """Return where a version or label after a name ends."""
        found = _SUFFIX.match(folded, end)
        if found is None:
            return end
        label = found["label"]
        known = label is None or label in self._names or label in domain() or _LABEL.fullmatch(label) is not None
        return found.end() if known else end

    @cached_property
    def _things(self) -> list[str]:
        return [name for name, kind in self._names.items() if not kind.startswith("person")]

    def nearly(self, text: Normal) -> Iterator[tuple[int, int]]:
        """Yield where something stands that is written like a thing's name of several parts, and nearly is one."""
        for found in _JOINED.finditer(text.folded):
            if self._close(found.group(), self._things):
                yield found.span()

    def near(self, word: str) -> bool:
        """Tell whether a word is part of a thing's name, or a typo of one that is no person's name."""
        if word in self._pieces:
            return True
        if "-" in word:
            return all(self.near(part) or is_word(part) for part in word.split("-")) or (
                len(word) > _SHORTEST and self._close(word, self._things)
            )
        if len(word) < _SHORTEST or is_name(word):
            return False
        return self._close(word, self._pieces) or (len(word) > _SHORTEST and self._close(word, domain()))

    def _close(self, word: str, names: Collection[str]) -> bool:
        from rapidfuzz import fuzz, process

        return process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=_NEAR) is not None
