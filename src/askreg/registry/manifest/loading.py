"""Loading: a file's text, checked against itself and the record, replayed in one transaction."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from askreg.errors import Conflict, InvalidInput, ManifestError, NotFound
from askreg.registry.manifest import shapes
from askreg.registry.manifest.calls import Call
from askreg.registry.manifest.reading import Problems, parse, read, suggestion, without_collecting
from askreg.registry.manifest.record import Record
from askreg.registry.manifest.replay import Replay
from askreg.registry.manifest.schema import Reader
from askreg.registry.manifest.world import World
from askreg.registry.results import Result
from askreg.registry.unit import Unit

if TYPE_CHECKING:
    from askreg.registry.registry import Registry

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many writes are done, of how many."""

_STEP = 500


class LoadResult(Result):
    """What a load added to the record."""

    events: int
    counts: dict[str, int]
    """How many people, datasets, versions … were added or updated."""
    unchanged: bool
    """Whether the record held all of it already."""


def load(registry: "Registry", source: Path, *, progress: Progress | None = None) -> LoadResult:
    """Load a YAML or JSON manifest: all of it or, on any error or interruption, nothing."""
    return loads(registry, read(source), name=str(source), base=source.parent, progress=progress)


def loads(
    registry: "Registry", text: str | bytes, *, name: str, base: Path | None = None, progress: Progress | None = None
) -> LoadResult:
    """Load a manifest's text; `name` stands for it in messages, documents lie under `base` (the working directory)."""
    with without_collecting():  # it returns once all that was built is let go
        return _loads(registry, text, name, base or Path(), progress)


def _loads(registry: "Registry", text: str | bytes, name: str, base: Path, progress: Progress | None) -> LoadResult:
    problems = Problems(name)
    manifest = Reader(problems).manifest(parse(text, name=name))
    _digest_documents(manifest, base, problems)
    problems.settle()
    with registry.unit(origin="manifest") as unit:
        if unit.origin != "manifest":
            raise InvalidInput("a load is a transaction of its own; call it outside transaction()")
        before = unit.seq
        unit.attempt = ("load", name)
        of_actor = next((person.kind for person in manifest.people if person.name == unit.actor), None)
        unit.require("load", kind="service" if of_actor == "service" else "person")
        calls = missing(unit, manifest, problems)
        _make(unit, calls, name, progress)
        events = unit.seq - before
    counts = Counter(call.kind for call in calls if call.kind)
    return LoadResult(events=events, counts=dict(counts), unchanged=not events)


def missing(unit: Unit, manifest: shapes.Manifest, problems: Problems) -> list[Call]:
    """Return the writes that bring the record up to a manifest; raises `ManifestError` when there can be none."""
    unit.flush()
    record = Record(unit.connection)
    held = record.beside(manifest)
    world = World(now=unit.now, problems=problems)
    world.people.add(unit.actor)
    world.hold(record, held, manifest)
    world.add(manifest)
    return Replay(world).plan(manifest, held)


def _make(unit: Unit, calls: list[Call], name: str, progress: Progress | None) -> None:
    total = len(calls)
    for done, call in enumerate(calls):
        if progress is not None and done % _STEP == 0:
            progress(done, total)
        try:
            call.function(unit, **call.given)
        except (InvalidInput, NotFound, Conflict) as error:  # a rule of the record's own that no check foresaw
            problems = Problems(name)
            problems.at(call.entry.place, "", str(error))
            problems.settle()
    if progress is not None:
        progress(total, total)


# -- documents


def _digest_documents(manifest: shapes.Manifest, base: Path, problems: Problems) -> None:
    for document in manifest.documents:
        try:
            document.path, content = _document(document.path, base)
        except ManifestError as error:
            problems.at(document.place, "path", error.problem)
            continue
        document.digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        document.size = len(content)


def _document(path: str, base: Path) -> tuple[str, bytes]:
    """Return the plain path of a document and its content."""
    plain = PurePosixPath(path)
    root = base.resolve()
    if plain.is_absolute() or ".." in plain.parts or not plain.parts:
        raise _unusable(f"{path!r} must be a path relative to the manifest, and inside its directory")
    file = root.joinpath(*plain.parts)
    try:
        if not file.resolve(strict=True).is_relative_to(root):
            raise _unusable(f"{path!r} leads out of the manifest's directory, by a link")
        return plain.as_posix(), file.read_bytes()
    except FileNotFoundError:
        beside = [other.relative_to(root).as_posix() for other in _files(file.parent)]
        raise _unusable(f"there is no file {os.fspath(file)!r}{suggestion(plain.as_posix(), beside)}") from None
    except IsADirectoryError:
        raise _unusable(f"{path!r} is a directory; name the file in it") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise _unusable(f"{path!r} cannot be read: {error}") from None


def _files(directory: Path) -> list[Path]:
    try:
        return [file for file in directory.iterdir() if file.is_file()]
    except OSError:
        return []


def _unusable(problem: str) -> ManifestError:
    return ManifestError(file="", place="", problem=problem)
