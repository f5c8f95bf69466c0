"""The text of a PDF: page by page, with a form feed after each."""

import io
import logging
from importlib.metadata import version

from askreg.errors import InvalidInput


def read(content: bytes) -> tuple[str, str]:
    """Return the document's text and what read it."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong is raised, or harmless
    document = pypdf.PdfReader(io.BytesIO(content))
    if document.is_encrypted and not document.decrypt(""):
        raise InvalidInput("it is encrypted; save it without a password")
    pages = [page.extract_text() for page in document.pages]
    return "\f".join(pages), f"pdf-1:pypdf-{version('pypdf')}"
