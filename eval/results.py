"""The files of a run: `results.jsonl`, a line for each question, and `run.json`, all that is needed to repeat it."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from askreg.errors import InvalidInput
from eval.row import Row


class Results:
    """`results.jsonl`: lines are added as they come, and put in order at the end."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier run left; a last line that was cut off is dropped."""
        self.path, self._lock = path, threading.Lock()
        self.rows: dict[tuple[str, str, int], Row] = {}
        if path.exists():
            self.rows = {row.key: row for row in read(path, cut_off=True)}
            self._rewrite(list(self.rows.values()))

    def add(self, rows: Sequence[Row]) -> None:
        """Keep the rows of a group; all of them are on disk when this returns, or none."""
        lines = "".join(f"{row.model_dump_json()}\n" for row in rows)
        with self._lock, self.path.open("a", encoding="utf-8") as stream:
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
            self.rows |= {row.key: row for row in rows}

    def ordered(self, order: Sequence[tuple[str, str, int]]) -> list[Row]:
        """Put the file in this order, which does not depend on who was first, and return its rows."""
        kept = [self.rows[key] for key in order if key in self.rows]
        self._rewrite(kept)
        return kept

    def _rewrite(self, rows: Sequence[Row]) -> None:
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text("".join(f"{row.model_dump_json()}\n" for row in rows), encoding="utf-8")
        temporary.replace(self.path)


def read(path: Path, *, cut_off: bool = False) -> list[Row]:
    """Return the rows of a results file; `cut_off` lets a last line go that has no end."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}; give the folder of a run") from None
    complete, last = lines[:-1], lines[-1]
    if last and not cut_off:
        complete.append(last)
    rows = []
    for number, line in enumerate(complete, 1):
        try:
            rows.append(Row.model_validate_json(line))
        except ValidationError as error:
            raise InvalidInput(f"{path}, line {number} is no row of results: {error.errors()[0]['msg']}") from None
    return rows


def begun(path: Path, description: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a run, keeping when it was begun; raises `InvalidInput` when another is kept there."""
    try:
        kept = TypeAdapter(dict[str, Any]).validate_json(path.read_bytes())
    except FileNotFoundError:
        return description
    except (OSError, ValidationError):
        raise InvalidInput(f"{path} is no description of a run; choose another folder with --out") from None
    passing = ("started", "finished", "command", "budget", "load", "digest")
    changed = sorted(
        key for key in description.keys() | kept.keys() if key not in passing and description.get(key) != kept.get(key)
    )
    if changed:
        raise InvalidInput(
            f"{path.parent} holds another run (it differs in {', '.join(changed)}); choose another folder with --out, "
            "or remove it"
        )
    return description | {"started": kept.get("started", description.get("started"))}
