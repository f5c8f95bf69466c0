"""What facts vouch for: the figures, dates, versions and names that may be written because of them."""

import re
from decimal import Decimal

from askreg.agent import wording
from askreg.agent.facts import Fact
from askreg.agent.reading import Names, Token, date_forms, tokens

_COUNTING = frozenset(("count", "share"))


class Support:
    """Collects what may be written."""

    def __init__(self, names: Names) -> None:
        """Read with the live names."""
        self._names = names
        self.numbers: set[str] = set()
        self.counted: set[str] = set()
        self.dates: set[str] = set()
        self.versions: set[str] = set()
        self.names: set[str] = set()
        """Folded."""
        self.cohorts: set[str] = set()
        self.quotes: set[str] = set()
        self.ends: set[str] = set()
        """Days that may be written after "before" only."""
        self.compose = False
        """Whether a name may be put together of parts that are named apart: "version 3 of m" is m:3."""

    def add_fact(self, fact: Fact) -> None:
        """Vouch for all parts of a fact."""
        counting = fact.field.startswith("count")
        for text in (fact.subject, fact.value, fact.dataset, fact.cohort, fact.split, fact.evidence, fact.unit):
            if text is None:
                continue
            free = text is fact.value and wording.is_free(fact.field) and not fact.metric
            if wording.is_prose(text) or (free and " " in text):
                self.add_words(text)
            else:
                self.add_text(text, counted=counting)
        for text in (fact.since, fact.until, fact.as_of):
            if text is not None:
                self.add_text(text)
        for part in (fact.field, *fact.field.split(".")):
            self.names.add(part.casefold())
        self.numbers.update(str(x) for x in (fact.n, fact.event) if x is not None)
        for bound in fact.ci or ():
            self.add_text(bound)
        if fact.cohort:
            self.cohorts.add(fact.cohort.casefold())

    def add_words(self, text: str) -> None:
        """Vouch for what somebody wrote: it may be quoted as a whole, and vouches for no figure or name in it."""
        self.names.add(" ".join(text.casefold().split()))
        self.quotes.add(_sound(text))

    def add_text(self, text: str, *, counted: bool = False) -> None:
        """Vouch for what stands in a text; `counted` when it is a number of things."""
        if not text.strip():
            return
        self.names.add(" ".join(text.casefold().split()))
        self.quotes.add(_sound(text))
        if wording.INSTANT.fullmatch(text):
            self._add_date(text)
            return
        figure = wording.number(text)
        if figure is not None:
            self.numbers.add(wording.plain(figure))
            if counted:
                self.counted.add(wording.plain(figure))
        for token in tokens(text, self._names):
            self._add(token)

    def add_derived(self, function: str, text: str) -> None:
        """Vouch for the figure that code worked out."""
        for token in tokens(text, self._names):
            self._add(token)
            if token.kind == "number":
                self.numbers.add(token.value)
                self.counted.update([token.value] if function in _COUNTING else [])

    def _add(self, token: Token) -> None:
        match token.kind:
            case "number" | "counted":
                self.numbers.add(token.value)
            case "date":
                self._add_date(token.value)
            case "version":
                self.versions.add(token.value)
                self.names.add(f"v{token.value}")
            case "name":
                self._add_name(token.value)
            case "cohort":
                self.cohorts.add(token.value)
                self.cohorts.update(token.value.split(","))
            case "quote":
                self.quotes.add(_sound(token.value))
            case "link":
                self.names.add(token.value.casefold())

    def _add_name(self, name: str) -> None:
        self.names.add(name)
        head, _, tail = name.partition(":")
        if tail.isdigit():
            self.versions.add(str(int(tail)))
            self.names.add(f"v{int(tail)}")
            self.names.add(head)
            return
        parts = re.split(r"[:@/]", name, maxsplit=1)
        self.names.update(filter(None, parts))
        if len(parts) == 2 and re.fullmatch(r"v?\d+", parts[1]):
            self.versions.add(parts[1].lstrip("v").lstrip("0") or "0")

    def _add_date(self, text: str) -> None:
        self.dates.update(date_forms(text))

    def covers(self, token: Token) -> bool:
        """Tell whether a token may be written."""
        match token.kind:
            case "number":
                return self._covers_number(token.value)
            case "counted":
                return token.value in self.counted
            case "date":
                return token.value in self.dates or token.value in self.names
            case "version":
                return token.value in self.versions
            case "cohort":
                return token.value in self.cohorts or token.value in self.names
            case "quote":
                return _spoken(token.value) in self.quotes
            case "name" | "link":
                person = self._names.get(token.value, "").partition(":")[2]
                if not self.names.isdisjoint({token.value.casefold(), _spoken(token.value), person} - {""}):
                    return True
                return self.compose and self._composes(token.value)
        return False

    def _composes(self, name: str) -> bool:
        head, mark, tail = re.fullmatch(r"([^:@/]*)([:@/]?)(.*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
        return bool(mark) and head in self.names and tail in (self.versions if mark == ":" else self.names)

    def _covers_number(self, value: str) -> bool:
        if value.endswith("%"):
            return value in self.numbers or wording.plain(Decimal(value[:-1]) / 100) in self.numbers
        return value in self.numbers or value in self.names or (len(value) == 4 and value in self.dates)


def _spoken(text: str) -> str:
    """Return what is read in an answer as it sounds."""
    return _sound(wording.unescape(text))


def _sound(text: str) -> str:
    """Return text without case, kind of quotation mark or line breaks."""
    return " ".join(re.sub(r"[“”\"‘’']", "'", text).casefold().split()).strip("'")
