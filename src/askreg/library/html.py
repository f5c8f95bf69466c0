"""The text of an HTML page: what is read, in Markdown's form; scripts, styles and what is hidden are left out."""

import re

_UNREAD = ("script", "style", "noscript", "template", "nav", "iframe", "object", "svg", "head")


def read(content: bytes) -> tuple[str, str]:
    """Return the page's text and what read it."""
    import bs4
    import markdownify

    page = bs4.BeautifulSoup(content, "html.parser")
    title = page.title.get_text(" ", strip=True) if page.title else ""
    hidden = page.select("[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none']")
    for element in (*page.find_all(_UNREAD), *hidden):
        element.decompose()
    for comment in page.find_all(string=lambda s: isinstance(s, bs4.Comment)):
        comment.extract()
    # Without links and images, and with no character escaped: the words are quoted as they were written.
    text: str = markdownify.MarkdownConverter(
        heading_style="ATX",
        strip=["a", "img"],
        bullets="-",
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
        table_infer_header=True,
    ).convert_soup(page)
    text = re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", text)).strip() + "\n"
    if title and not re.search(r"^#\s", text, re.MULTILINE):
        text = f"# {title}\n\n{text}"
    return text, f"html-1:markdownify-{_version('markdownify')}"


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
