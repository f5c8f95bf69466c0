"""Which words are ordinary and which are names; the lists and their sources are in `data/`."""

from functools import cache, lru_cache
from importlib.resources import files


def read(name: str) -> str:
    """Return the text of one of the lists."""
    return files("askreg.agent.guard").joinpath("data", f"{name}.txt").read_text("utf-8")


@cache
def _words() -> frozenset[str]:
    return frozenset(read("words").split()) | domain()


@cache
def domain() -> frozenset[str]:
    """Return the words of registries, machine learning and hospitals."""
    lines = (line for line in read("domain").splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


# Names are looked up in one long string: making a set of so many would take longer than a question may.
@cache
def _listed(name: str) -> str:
    return "\n" + read(name)


@lru_cache(maxsize=8192)
def is_word(word: str) -> bool:
    """Tell whether a folded word is ordinary; a name that is also a rare word is not."""
    return word in _words() or (len(word) == 1 and word.isascii())


@lru_cache(maxsize=8192)
def is_first_name(word: str) -> bool:
    """Tell whether a folded word is a first name that is known."""
    return f"\n{word}\n" in _listed("first")


@lru_cache(maxsize=8192)
def is_surname(word: str) -> bool:
    """Tell whether a folded word is a surname that is known."""
    return f"\n{word}\n" in _listed("last")


def is_name(word: str) -> bool:
    """Tell whether a folded word is a first name or surname that is known."""
    return is_first_name(word) or is_surname(word)
