"""Names and subjects: how things in the record are written and read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from askreg.errors import InvalidInput

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
METRIC = re.compile(r"[a-z0-9_]+")
COHORT = re.compile(r"all|[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*")

SubjectKind = Literal["model", "version", "dataset", "environment", "run", "document", "person"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A subject as written: `model`, `model:3`, `model@alias`, `dataset@version`, `site/environment`, `run:id`.

    `a@b` may be a dataset's version or a model's alias; only the record can tell, so `kind` is then None.
    """

    kind: SubjectKind | None
    name: str
    part: str | None = None
    """Version number, alias, version label or environment."""


def name(value: str, *, what: str) -> str:
    """Return `value` if it is a well-formed name."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise InvalidInput(
            f"{what} {value!r} is not a name: use a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"
        )
    return value


def metric(value: str) -> str:
    """Return `value` if it is a well-formed metric name."""
    if not isinstance(value, str) or not METRIC.fullmatch(value):
        raise InvalidInput(f"metric {value!r} is not a metric's name: use a-z, 0-9 and '_'")
    return value


def cohort(value: str) -> str:
    """Return `value` if it is `all` or `key=value` pairs joined by commas."""
    if not isinstance(value, str) or not COHORT.fullmatch(value):
        raise InvalidInput(f"cohort {value!r} is neither 'all' nor key=value pairs joined by commas")
    return value


def parse(subject: str) -> Ref:
    """Return the parts of a subject; raises `InvalidInput` when it has no such shape."""
    text = subject.strip()
    folded = text.lower()
    for prefix, kind in (("run:", "run"), ("doc:", "document"), ("person:", "person")):
        if folded.startswith(prefix) and len(text) > len(prefix):
            return Ref(kind, text[len(prefix) :] if kind == "document" else folded[len(prefix) :])  # type: ignore[arg-type]
    head, mark, tail = _split(folded)
    if not head or (mark and not tail):
        raise InvalidInput(
            f"{subject!r} names nothing: write model, model:3, model@alias, dataset@version, site/environment, "
            "run:id or doc:path"
        )
    if mark == ":":
        if not tail.removeprefix("v").isdecimal():
            raise InvalidInput(f"{subject!r}: {tail!r} is not a version number; write {head}:3, or {head}@alias")
        return Ref("version", head, str(int(tail.removeprefix("v"))))
    if mark == "/":
        return Ref("environment", head, tail)
    return Ref(None, head, tail or None)


def nearest(wanted: str, known: Iterable[str], *, limit: int = 2) -> list[str]:
    """Return the few known names that `wanted` most likely meant, best first."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        wanted, list(known), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=72
    )
    return [choice for choice, _, _ in found]


def _split(text: str) -> tuple[str, str, str]:
    for mark in ":@/":
        if mark in text:
            return text.partition(mark)
    return text, "", ""
