"""What every part of the oracle builds on: the record, the time asked about, and small helpers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from eval.truth.gold import Gold, instant
from eval.truth.record import Record, Span

Row = dict[str, Any]
NOW = datetime(2026, 10, 15, 12, 0, tzinfo=UTC)
"""The clock of the registries, so that "now" and "last March" mean the same on each day that a case is asked."""


class Base:
    """A record as of one time."""

    def __init__(self, record: Record, *, now: datetime, as_of: str | None = None) -> None:
        self.record = record
        self.now = instant(as_of) if as_of else now

    def _at(self, on: str | None) -> datetime:
        return instant(on) if on else self.now

    def _existing(self, on: str | None = None) -> list[str]:
        return [v for v, row in self.record.versions.items() if instant(row["at"]) <= self._at(on)]

    def _set(self, members: Iterable[str], kind: str, **more: Any) -> Gold:
        return Gold(members=frozenset(members), kind=kind, **more)

    def _deployments(self, site: str | None, env: str | None, model: str | None) -> list[Span]:
        spans = [
            s
            for s in self.record.deployments
            if site in (None, s.row["site"])
            and env in (None, s.row["environment"])
            and model in (None, s.version, self.record.model_of(s.version))
            and s.start <= self.now
        ]
        return sorted(spans, key=lambda s: s.start)

    def _live(self, on: str | None, **where: str | None) -> list[Span]:
        at = self._at(on)
        wanted = {"site": None, "env": None, "model": None, **where}
        return [s for s in self._deployments(**wanted) if s.holds(at)]

    def _stage(self, version: str, on: str | None = None) -> str:
        return next(s.what for s in self.record.stages if s.version == version and s.holds(self._at(on)))
