"""The gold of each question, computed from the manifest alone.

A case names its gold by a call such as `approvers(live("northgate", "icu").one)`; `evaluate` runs it with
these methods as its only names. Nothing here imports askreg, so an error of askreg cannot hide in the gold.
"""

from __future__ import annotations

import ast

from eval.truth.gaps import Gaps
from eval.truth.gold import Gold

BUILTINS = {"len": len, "str": str}


class Oracle(Gaps):
    """Gold over one manifest, as of one time, and ways to combine it."""

    @classmethod
    def strangers(cls, expression: str) -> list[str]:
        """The names in an expression that the oracle does not have; SyntaxError when it is none."""
        known = {name for name in dir(cls) if not name.startswith("_")} | BUILTINS.keys()
        names = [node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)]
        return [name for name in names if name not in known]

    def evaluate(self, expression: str) -> Gold:
        """Run an oracle expression of a case."""
        names = {name: getattr(self, name) for name in dir(self) if not name.startswith("_")}
        gold = eval(expression, {"__builtins__": BUILTINS}, names)  # noqa: S307 - our own files
        if not isinstance(gold, Gold):
            raise TypeError(f"{expression!r} gives {type(gold).__name__}, not Gold")
        return gold

    def count(self, gold: Gold) -> Gold:
        """How many members; they may be named, and then only they."""
        return Gold(count=len(gold.members or ()), optional=gold.members or frozenset(), kind=gold.kind)

    def both(self, *golds: Gold) -> Gold:
        """Everything of several golds of one kind."""
        first = golds[0]
        for other in golds[1:]:
            first = first.with_(
                items=first.items + other.items,
                members=None if first.members is None and other.members is None
                else (first.members or frozenset()) | (other.members or frozenset()),
                kind=first.kind or other.kind, optional=first.optional | other.optional,
                dates=first.dates + other.dates, mentions=first.mentions + other.mentions,
            )  # fmt: skip
        return first

    def among(self, gold: Gold, other: Gold) -> Gold:
        """Members of both."""
        return Gold(members=(gold.members or frozenset()) & (other.members or frozenset()), kind=gold.kind)

    def but(self, gold: Gold, *left_out: str) -> Gold:
        """All members except some, which may still be named."""
        out = frozenset(left_out)
        return gold.with_(members=(gold.members or frozenset()) - out, optional=gold.optional | out)

    def yes(self, gold: Gold | None = None) -> Gold:
        """A question that is rightly answered yes, with what it rests on."""
        return Gold(verdict=True, dates=gold.dates if gold else ())

    def no(self) -> Gold:
        """A question that is rightly answered no."""
        return Gold(verdict=False)

    def is_in(self, member: str, gold: Gold) -> Gold:
        """Yes when the member is there, else no."""
        return Gold(verdict=member in (gold.members or ()))

    def says(self, *groups: str | tuple[str, ...]) -> Gold:
        """What must be said (one of each group), as when a premise is false or readings are offered."""
        return Gold(mentions=tuple((g,) if isinstance(g, str) else g for g in groups))
