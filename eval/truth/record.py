"""A manifest as flat rows: plain Python, with nothing of askreg in it, so that gold is independent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from eval.truth.gold import instant

LOWER_IS_BETTER = {"brier", "mae", "rmse", "log_loss", "perplexity", "wer", "latency"}


@dataclass(frozen=True)
class Span:
    """A half-open interval of something that held: an alias, a deployment or a stage."""

    version: str
    what: str
    start: datetime
    end: datetime | None
    row: dict[str, Any]

    def holds(self, at: datetime) -> bool:
        """Whether the interval covers this time."""
        return self.start <= at and (self.end is None or at < self.end)


class Record:
    """Flat, sorted views of a manifest."""

    def __init__(self, manifest: dict[str, Any], folder: Path = Path()) -> None:
        self.manifest = manifest
        self.folder = folder
        self.people = {p["name"]: p for p in manifest.get("people", [])}
        self.datasets = {
            f"{d['name']}@{v['version']}": v | {"name": d["name"]}
            for d in manifest.get("datasets", [])
            for v in d["versions"]
        }
        self.runs = {r["id"]: r for r in manifest.get("runs", [])}
        self.models = {m["name"]: m for m in manifest["models"]}
        self.versions = {f"{m['name']}:{v['version']}": v for m in manifest["models"] for v in m["versions"]}
        self.documents = manifest.get("documents", [])
        declared = manifest.get("metrics") or {}
        self.lower = LOWER_IS_BETTER - set(declared) | {k for k, v in declared.items() if v.get("better") == "lower"}
        self.deployments = [
            Span(v, f"{d['site']}/{d['environment']}", instant(d["at"]), end_of(d), d)
            for v, row in self.versions.items()
            for d in row.get("deployments", [])
        ]
        self.aliases = self._aliases()
        self.stages = self._stages()

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a manifest file."""
        with path.open(encoding="utf-8") as stream:
            return cls(yaml.safe_load(stream), path.parent)

    def model_of(self, version: str) -> str:
        """The model's name in a version's name."""
        return version.rsplit(":", 1)[0]

    def rows(self, version: str, kind: str) -> list[dict[str, Any]]:
        """The evaluations or approvals of a version, oldest first."""
        return sorted(self.versions[version].get(kind) or [], key=lambda row: instant(row["at"]))

    def _aliases(self) -> list[Span]:
        """Alias intervals; setting an alias closes what held it before."""
        raw = [
            (f"{self.model_of(v)}@{a['alias']}", instant(a["at"]), end_of(a), v, a)
            for v, row in self.versions.items()
            for a in row.get("aliases", [])
        ]
        spans = []
        for what, start, end, version, row in raw:
            later = [s for w, s, *_ in raw if w == what and s > start]
            ends = [e for e in [end, *later] if e is not None]
            spans.append(Span(version, what, start, min(ends) if ends else None, row))
        return sorted(spans, key=lambda span: span.start)

    def _stages(self) -> list[Span]:
        """Stage intervals, the first one being experimental from registration."""
        spans = []
        for version, row in self.versions.items():
            moves = sorted(row.get("stages") or [], key=lambda move: instant(move["at"]))
            steps = [{"stage": "experimental", "at": row["at"], "by": row.get("by")}, *moves]
            for i, step in enumerate(steps):
                end = instant(steps[i + 1]["at"]) if i + 1 < len(steps) else None
                spans.append(Span(version, step["stage"], instant(step["at"]), end, step))
        return spans

    def metrics(self, version: str) -> list[dict[str, Any]]:
        """One row per metric and setting of a version."""
        return [
            {
                "metric": name, "value": m["value"], "n": m.get("n"), "ci": m.get("ci"),
                "dataset": e["dataset"], "split": e.get("split", "test"), "cohort": e.get("cohort", "all"),
                "at": instant(e["at"]), "evidence": e.get("evidence", "self-reported"), "by": e.get("by"),
            }
            for e in self.rows(version, "evaluations")
            for name, m in e["metrics"].items()
        ]  # fmt: skip


def end_of(row: dict[str, Any]) -> datetime | None:
    """When an interval of the manifest ends, if it says so."""
    return instant(row["until"]) if row.get("until") else None
