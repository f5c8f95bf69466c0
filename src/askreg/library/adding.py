"""Taking files into the library: what is named on a command line, file by file, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from askreg.errors import AskregError, InvalidInput, Refused
from askreg.library.files import READERS, Extracted, extract
from askreg.registry import documents
from askreg.registry.documents import Holding
from askreg.registry.registry import Registry

Outcome = Literal["added", "revised", "read", "updated", "unchanged", "broken"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file."""

    file: Path
    path: str
    outcome: Outcome
    why: str | None = None


def files(given: Iterable[str], base: Path) -> list[tuple[Path, str]]:
    """Return the files that paths, folders and patterns name, each with its path in the library, once each.

    Registered paths are relative to `base`. In a folder, files of kinds that are not read are passed over, and so is
    what is hidden; a file that is named is always among the result. Raises `InvalidInput` for what is not there.
    """
    found: dict[str, Path] = {}
    for name in given:
        matched = list(_matched(Path(name)))
        if not matched:
            raise InvalidInput(f"nothing to read at {name!r}: no such file, or none of {', '.join(sorted(READERS))}")
        for file in matched:
            found[_registered(file, base)] = file
    return [(file, path) for path, file in sorted(found.items())]


def add(
    registry: Registry,
    file: Path,
    path: str,
    *,
    about: Sequence[str] = (),
    sensitivity: str | None = None,
    title: str | None = None,
) -> Added:
    """Take a file in as the document `path`: new, as a new revision, or as it was. A broken file changes nothing."""
    try:
        read = extract(file)
    except InvalidInput as error:
        return Added(file, path, "broken", str(error))
    with registry.unit() as unit:
        with registry.view() as seen:
            held = next((h for h in documents.holdings(seen, removed=True) if h.path == path), None)
        before = unit.seq
        registry.register_document(
            path=path,
            title=title if held is not None else title or read.title,
            about=about,
            # What is known to be secret stays so until somebody says otherwise.
            sensitivity=sensitivity or (held.sensitivity if held is not None else "internal"),
            digest=read.digest,
            size=read.size,
        )
        told = unit.seq > before
        kept = registry.keep_text(path=path, digest=read.digest, reader=read.reader, text=read.text)
    return Added(file, path, _outcome(held, read, told=told, kept=kept))


def read_registered(registry: Registry, base: Path) -> Iterator[Added]:
    """Keep the texts of documents that are registered and were never read, where their files lie under `base`.

    A file that is not what was registered, or cannot be read, is left as it is and says why.
    """
    with registry.view() as seen:
        unread = [h for h in documents.holdings(seen) if h.text is None and h.digest is not None]
    for holding in unread:
        file = base / holding.path
        if not file.is_file():
            continue
        try:
            read = extract(file)
            if read.digest != holding.digest:
                raise InvalidInput(f"{str(file)!r} has changed since; take it in with 'askreg docs add'")
            registry.keep_text(path=holding.path, digest=read.digest, reader=read.reader, text=read.text)
            yield Added(file, holding.path, "read")
        except Refused:
            raise
        except AskregError as error:
            yield Added(file, holding.path, "broken", str(error))


def _outcome(held: Holding | None, read: Extracted, *, told: bool, kept: bool) -> Outcome:
    if held is None or held.removed is not None:
        return "added"
    if held.digest != read.digest:
        return "revised"
    return "read" if kept else "updated" if told else "unchanged"


def _matched(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (p for p in sorted(path.rglob("*")) if _read(p, path))
    elif path.exists():
        yield path
    elif any(mark in path.name or mark in str(path.parent) for mark in "*?["):
        top = Path(path.anchor or ".")
        pattern = str(path.relative_to(path.anchor)) if path.anchor else str(path)
        yield from (p for p in sorted(top.glob(pattern)) if _read(p, top))


def _read(path: Path, top: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(top).parts)
    return path.is_file() and not hidden and path.suffix.lower() in READERS


def _registered(file: Path, base: Path) -> str:
    try:
        return file.absolute().relative_to(base.absolute()).as_posix()
    except ValueError:
        raise InvalidInput(
            f"{str(file)!r} is not in {str(base.absolute())!r}; say with --base DIR what its path is relative to"
        ) from None
