"""What a file says: its text taken out by the reader of its kind, with headings and tables in Markdown's form.

Markdown and plain text are taken as they are. From all others a text is made that keeps headings (`#`), lists and
tables (`|`) whole; offsets of quotes count in that text. Libraries are imported by the reader that needs them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from askreg.errors import AskregError, InvalidInput

EXTRA = "pip install 'askreg[docs]'"
LARGEST = 50_000_000
"""Bytes of a file that is read."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, and what took it out."""

    text: str
    reader: str
    """With a version: another version may read the same file differently."""
    title: str | None
    digest: str
    size: int


def available() -> bool:
    """Whether the libraries of the extra `docs` are installed."""
    return all(find_spec(name) is not None for name in ("chromadb", "bm25s", "snowballstemmer", "filelock"))


def extract(path: Path) -> Extracted:
    """Return what a file says; raises `InvalidInput` for one that is broken, empty or of no known kind."""
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInput(f"{str(path)!r} is larger than {LARGEST // 1_000_000} MB; split it")
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{str(path)!r} cannot be read: {error.strerror or error}") from None
    return extracted(content, name=path.name)


def extracted(content: bytes, *, name: str) -> Extracted:
    """Return what a file of this name and content says."""
    suffix = Path(name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        raise InvalidInput(f"{name!r} is of no kind that is read; those are {', '.join(sorted(READERS))}")
    try:
        text, by = reader(content)
    except AskregError:
        raise
    except ImportError as error:
        raise AskregError(f"{name!r} cannot be read without {error.name}: {EXTRA}") from None
    except Exception as error:  # whatever a parser makes of a broken file
        said = str(error) or type(error).__name__
        raise InvalidInput(f"{name!r} is broken or not what its name says: {said}") from None
    text = _clean(text)
    if not text.strip():
        raise InvalidInput(f"{name!r} holds no text; of a scan, make one with text first")
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Extracted(text=text, reader=by, title=_title(text), digest=digest, size=len(content))


def _plain(content: bytes) -> tuple[str, str]:
    return _decoded(content), "text-1"


def _markdown(content: bytes) -> tuple[str, str]:
    return _decoded(content), "markdown-1"


def _html(content: bytes) -> tuple[str, str]:
    from askreg.library.html import read

    return read(content)


def _pdf(content: bytes) -> tuple[str, str]:
    from askreg.library.pdf import read

    return read(content)


def _docx(content: bytes) -> tuple[str, str]:
    from askreg.library.docx import read

    return read(content)


READERS: dict[str, Callable[[bytes], tuple[str, str]]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
}
"""By the ending of a file's name."""


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"it is not text in UTF-8 (byte {error.start}); save it as UTF-8") from None


def _clean(text: str) -> str:
    """Return text with one kind of line end, and without what no database keeps."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return text.encode("utf-8", "replace").decode("utf-8")


def _title(text: str) -> str | None:
    """Return the first heading, or a first line that is short enough to be one."""
    for line in text.splitlines()[:40]:
        if found := re.match(r"#{1,6}\s+(.+?)\s*#*$", line):
            return found.group(1)[:200]
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first if 0 < len(first) <= 100 and not first.endswith(".") else None
