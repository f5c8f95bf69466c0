"""Patterns that are compiled when they are first used: a question that needs few of them need not wait for all."""

import re
from collections.abc import Iterator


class Lazy:
    """A pattern that compiles itself."""

    def __init__(self, source: str, *, verbose: bool = False) -> None:
        """Take the pattern's source."""
        self._source, self._flags = source, re.VERBOSE if verbose else re.NOFLAG
        self._compiled: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the pattern, compiled."""
        if self._compiled is None:
            self._compiled = re.compile(self._source, self._flags)
        return self._compiled

    def finditer(self, text: str, at: int = 0) -> Iterator[re.Match[str]]:
        """Yield where it occurs, from a place on."""
        return self.pattern.finditer(text, at)

    def search(self, text: str) -> re.Match[str] | None:
        """Return where it first occurs."""
        return self.pattern.search(text)

    def match(self, text: str, at: int = 0) -> re.Match[str] | None:
        """Return it if it stands at a place."""
        return self.pattern.match(text, at)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return it if it is the whole text."""
        return self.pattern.fullmatch(text)

    def findall(self, text: str) -> list[str]:
        """Return all that it matches."""
        return self.pattern.findall(text)
