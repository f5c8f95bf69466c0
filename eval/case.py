"""The cases: each a question, what is expected of its answer, and the oracle call that computes the gold.

Their files are data under `cases/`, described by `cases/schema.json`: those in `written/` hold questions over one
registry, the others templates that are bound to whatever record there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from askreg.errors import InvalidInput
from eval import template
from eval.oracle import Oracle
from eval.truth.base import NOW
from eval.truth.gold import Gold
from eval.truth.record import Record

__all__ = ["CASES", "CATEGORIES", "NOW", "REGISTRIES", "Case", "cases", "every", "files", "read"]

CASES = Path(__file__).parent / "cases"
REGISTRIES = Path(__file__).parent / "registries"
CATEGORIES = (
    "lookup", "version-detail", "aliases", "stages", "lineage-up", "lineage-down", "lineage-diamond", "comparison",
    "not-comparable", "leaderboard", "counts", "deployed-now", "deployed-as-of", "history", "approvals", "two-hop",
    "gaps", "documents", "card-facts", "conversation", "false-premise", "unanswerable", "ambiguous", "phi", "injection",
    "permission",
)  # fmt: skip
FOLDED = {
    "alias": "aliases", "stage": "stages", "count": "counts", "card": "card-facts", "change": "permission",
    "deployed-history": "history", "what-changed": "history", "people": "lookup", "list": "lookup",
    "filter": "lookup", "metric": "lookup", "superlative": "lookup",
}  # fmt: skip
"""What the written files call more finely, and the category that it counts as."""

ASPECTS = {
    "set": "members", "values": "items", "count": "count", "verdict": "verdict", "winner": "winner",
    "difference": "difference", "duration": "days", "date": "dates",
}  # fmt: skip
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question over one registry, and what is expected of its answer."""

    id: str
    registry: str
    category: str
    question: str
    status: tuple[str, ...]
    check: str
    oracle: str
    as_of: str | None = None
    thread: str | None = None
    """Cases of one thread are a conversation, asked in order."""
    forbidden: tuple[str, ...] = ()
    """What must be nowhere in the answer: an identifier of the question, or what an order in the record demands."""
    file: str = ""

    @property
    def key(self) -> str:
        """What names the case among those of all registries."""
        return f"{self.registry}/{self.id}"

    def gold(self, record: Record) -> Gold:
        """The gold, computed from the manifest; an error names the case where there is none."""
        try:
            gold = Oracle(record, now=NOW, as_of=self.as_of).evaluate(self.oracle)
        except Exception as error:  # whatever an oracle call stumbles over, the case is what has to be put right
            raise InvalidInput(
                f"{self.key}: the oracle call {self.oracle!r} fails with {type(error).__name__}: {error}"
            ) from error
        aspect = ASPECTS.get(self.check)
        if aspect and getattr(gold, aspect) in (None, (), frozenset()) and not gold.mentions and gold.members is None:
            raise InvalidInput(f"{self.key}: {self.oracle!r} gives nothing to check as {self.check!r}")
        return gold


def cases(registry: str, record: Record, *, seed: int = 1, files: str = "*") -> list[Case]:
    """The written cases of a registry and the templated ones over its record, the same for the same seed.

    `files` chooses files by name ("lookup", "written/*", "l*"). What a template finds nothing for is no case.
    """
    found = [
        case(row, registry=registry, file=path.stem)
        for path in chosen(files)
        for row in _rows(path)
        if "pick" not in row and row["registry"] == registry
    ]
    found += [
        case(made, registry=registry, file=path.stem)
        for path in chosen(files)
        for row in _rows(path)
        if "pick" in row
        for made in template.bound(row, record, registry=registry, seed=seed)
    ]
    return unique(found)


def files() -> list[Path]:
    """The files of cases, in order."""
    return sorted(CASES.rglob("*.yaml"))


def chosen(pattern: str) -> list[Path]:
    """The files whose name, or path below `cases/`, matches a pattern; an error when there are none."""
    names = {path: path.relative_to(CASES).with_suffix("").as_posix() for path in files()}
    found = [path for path, name in names.items() if fnmatchcase(name, pattern) or fnmatchcase(path.stem, pattern)]
    if not found:
        raise InvalidInput(f"no file of cases matches {pattern!r}; there are {', '.join(names.values())}")
    return found


def every() -> list[Case]:
    """All written cases of all registries, in order."""
    rows = [(path, row) for path in files() for row in _rows(path) if "pick" not in row]
    return unique(case(row, registry=row["registry"], file=path.stem) for path, row in rows)


def case(row: dict[str, Any], *, registry: str, file: str) -> Case:
    """A case from its row."""
    expect = row["expect"]
    status = expect["status"]
    return Case(
        id=row["id"],
        registry=registry,
        category=FOLDED.get(row["category"], row["category"]),
        question=row["question"],
        status=(status,) if isinstance(status, str) else tuple(status),
        check=expect["check"],
        oracle=expect["oracle"],
        as_of=row.get("as_of"),
        thread=row.get("thread"),
        forbidden=tuple(row.get("forbidden") or ()),
        file=file,
    )


def unique(found: Iterable[Case]) -> list[Case]:
    """The cases as they are; an error when two of a registry have one id."""
    known: dict[str, Case] = {}
    for one in found:
        if one.key in known:
            raise InvalidInput(f"{one.key} is in {one.file} and in {known[one.key].file}: an id names one case")
        known[one.key] = one
    return list(known.values())


@cache
def _rows(path: Path) -> list[dict[str, Any]]:
    return read(path)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file with its defaults filled in, checked against the schema, the picks and the oracle."""
    with path.open(encoding="utf-8") as stream:
        content = yaml.load(stream, _Loader)
    for error in _validator().iter_errors(content):
        place = "/".join(map(str, error.absolute_path))
        raise InvalidInput(f"{path.name}: {_named(content, error.absolute_path)}{place or 'top'}: {error.message}")
    defaults = {key: content[key] for key in ("registry", "category") if key in content}
    rows = [{**defaults, **row} for row in content["cases"]]
    for row in rows:
        _sound(row, where=f"{path.name}: {row['id']}")
    return rows


def _named(content: Any, place: Iterable[str | int]) -> str:
    """The id of the row that an error is in."""
    steps = list(place)
    if len(steps) < 2 or steps[0] != "cases":
        return ""
    row = content["cases"][steps[1]]
    return f"{row['id']}: " if isinstance(row, dict) and "id" in row else ""


def _sound(row: dict[str, Any], *, where: str) -> None:
    """Refuse a row that lacks a registry or category, or whose pick, placeholders or oracle names do not exist."""
    wanted = ("category",) if "pick" in row else ("category", "registry")
    for key in wanted:
        if key not in row:
            raise InvalidInput(f"{where}: neither the case nor its file says which {key} it is of")
    if "pick" in row:
        template.check(row, where=where)
    calls = list(template.sample_oracle(row)) if "pick" in row else [row["expect"]["oracle"]]
    for call in calls:
        try:
            unknown = Oracle.strangers(call)
        except SyntaxError as error:
            raise InvalidInput(f"{where}: {call!r} is no oracle call: {error.msg}") from error
        if unknown:
            raise InvalidInput(f"{where}: the oracle has no {unknown[0]!r}, which {call!r} calls")


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    schema = json.loads((CASES / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
