"""What the files of the repository must not say."""

import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]

# Spelt in pieces, or this file would be the first to break its own rule.
FORBIDDEN = {
    "a package registry's host": r"py" r"pi\.org|python" r"hosted\.org|npm" r"js\.org|deb\.deb" r"ian\.org",
    "a path of one machine": r"(?<![\w.~-])/(?:wo" r"rk|ro" r"ot|ho" r"me/\w+|Us" r"ers/\w+)/",
}


def committed() -> list[Path]:
    """The files that git knows."""
    if not (TOP / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True).stdout
    return [TOP / name for name in listing.split("\0") if name and (TOP / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()[:120]}"
        for path in committed()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a package registry's host", "index-url = https://py" + "pi.org/simple"),
        ("a path of one machine", "open('/ro" + "ot/data.csv')"),
        ("a path of one machine", "cd /wo" + "rk/main"),
    ],
)
def test_a_planted_line_is_found(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)
