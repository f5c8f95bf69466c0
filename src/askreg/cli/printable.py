"""Text of the record on a terminal: shown literally, never obeyed."""

import re

# Controls move the cursor and recolour; format characters reorder what is read (bidirectional overrides).
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def printable(text: object) -> str:
    """Return text with what a terminal would act on written out."""
    return _UNSEEN.sub(lambda found: _escape(found.group()), str(text))


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}"


# What Markdown would fetch, follow, format or run; code spans and what is escaped already stay as they are.
_ACTIVE = re.compile(r"(`[^`\n]*`|\\[!-/:-@\[-`{-~])|((?:https?://|www\.)[^\s`]+)|([\[\]<$:~])", re.IGNORECASE)


def markdown(text: object) -> str:
    """Return Markdown in which nothing is an image, a link or HTML: they stand there as they were written."""
    return _ACTIVE.sub(_still, printable(text))


def _still(found: re.Match[str]) -> str:
    kept, address, mark = found.groups()
    if kept:
        return str(kept)
    return f"`{address}`" if address else f"\\{mark}"
