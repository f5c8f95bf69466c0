"""The English that questions about a registry are made of: data, and the table that looks it up.

A word has a category (`noun`, `field`, `verb`, `state`, `order`, `wh`, `prep` …) and a sense in that category: the
kind a noun names, the field a field word reads, the predicate a verb expresses. Several senses may share a spelling;
the reader of the question chooses by what stands around it.
"""

from dataclasses import dataclass

from askreg.agent.offline import wordlists as lists


@dataclass(frozen=True, slots=True)
class Word:
    """One sense of a spelling."""

    category: str
    sense: str
    form: str = ""
    """Of a verb: base, s, past or ing."""


Spelling = tuple[str, ...]


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + verb[-1] + "ed" if verb in lists.DOUBLING else verb + "ed"


def _ing(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + verb[-1] + "ing" if verb in lists.DOUBLING else verb + "ing"


def _third(verb: str) -> str:
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def _forms(verb: str) -> list[tuple[str, str]]:
    past = lists.IRREGULAR.get(verb, _past(verb)).split("/")
    return [(verb, "base"), (_third(verb), "s"), (_ing(verb), "ing"), *((form, "past") for form in past)]


def _plural(noun: str) -> str:
    if noun.endswith(("s", "sh", "ch", "x")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def _table() -> dict[Spelling, list[Word]]:
    table: dict[Spelling, list[Word]] = {}

    def put(spelling: str, word: Word) -> None:
        senses = table.setdefault(tuple(spelling.split()), [])
        if not any((w.category, w.sense) == (word.category, word.sense) for w in senses):
            senses.append(word)

    for sense, verbs in lists.VERBS.items():
        for entry in verbs:
            head, _, rest = entry.partition(" ")
            for text, form in _forms(head):
                put(f"{text} {rest}".strip(), Word("verb", sense, form))
    for category, senses in lists.NOUNS.items():
        for sense, nouns in senses.items():
            for noun in nouns:
                put(noun, Word(category, sense, "one"))
                put(_plural(noun), Word(category, sense, "many"))
    for category, groups in lists.PLAIN.items():
        for sense, spellings in groups.items():
            for spelling in spellings:
                put(spelling, Word(category, sense))
    return table


TABLE = _table()
LONGEST = max(map(len, TABLE))
SINGLE = {spelling[0] for spelling in TABLE if len(spelling) == 1}
ALL_WORDS = {piece for spelling in TABLE for piece in spelling}
CORRECTABLE = sorted(
    {
        piece
        for spelling, senses in TABLE.items()
        for piece in spelling
        if len(piece) > 4 and any(w.category not in ("filler",) for w in senses)
    }
)
"""Words worth recognising behind a typing error."""


def senses(spelling: Spelling) -> list[Word]:
    """Return the senses of a spelling; none when it is not a word known here."""
    return TABLE.get(spelling, [])
