"""Text of the record in documents: shown exactly as it is, never obeyed, in Markdown, HTML and XML alike."""

import re
from html import escape as html_escape

# Controls, and characters that reorder or hide what is read: bidirectional marks, zero width, tags, surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPECIAL = re.compile(r"([\\`*\[\]<>|~$^{}])|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_SCHEME = re.compile(r"(?i)(?<=\w):(?=//)|(?<=\bwww)\.|@(?=\w)|\b(?:javascript|data|mailto|file|vbscript):")
_START = re.compile(r"^(?=[#+=-])|^(\d+)(?=[.)](?:\s|$))")


def visible(text: object) -> str:
    """Return text with what a reader would not see written out as its number."""
    return _UNSEEN.sub(lambda found: _code(found.group()), str(text).replace("\r\n", "\n").replace("\r", "\n"))


def line(text: object) -> str:
    """Return text that is visible, on one line."""
    return " ".join(visible(text).split())


def markdown(text: object) -> str:
    """Return text that Markdown shows exactly as it is, on one line, wherever it stands."""
    escaped = _SPECIAL.sub(lambda found: f"\\{found.group()}", line(text))
    return _START.sub(r"\g<0>\\", _SCHEME.sub(_apart, escaped))


def html(text: object) -> str:
    """Return text that HTML shows exactly as it is."""
    return html_escape(visible(text), quote=True)


def xml(text: object) -> str:
    """Return text that any XML document may hold."""
    return visible(text)


def _apart(found: re.Match[str]) -> str:
    word = found.group()
    return f"\\{word}" if len(word) == 1 else f"{word[:-1]}\\:"


def _code(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
