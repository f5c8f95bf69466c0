"""What a question speaks of before it asks: a name, a day, a sentence of circumstance; put where the question wants it.

`X - how many rows does it have`, `June 2025: what was done to X`, `We found an error in D. Which versions use it?`:
each names a thing first and refers to it by a pronoun. The pronoun is replaced by what it stands for, and by nothing
when that is not plain.
"""

from __future__ import annotations

import re

_THING = r"[\w][\w.-]*(?::\d+|@[\w.-]*\w)"
_THINGS = re.compile(_THING)
_ASKING = r"(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|does|do|did|has|have|had)\b"
_IT = re.compile(r"\b(?:it|that one|this one|this version|that version|this dataset|that dataset)\b(?!')", re.I)
_ITS = re.compile(r"\bits\b", re.I)
_THERE = re.compile(r"(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b", re.I)
_THAT_DAY = re.compile(r",? ?\b(?:on |at )?(?:that|the same) (?:day|date|time)\b|\bback then\b", re.I)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH} \d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}})"
_PERIOD = rf"(?:(?:{_MONTH} )?(?:19|20)\d\d|Q[1-4] (?:19|20)\d\d)"
_SITE = r"(?-i:[A-Z])[\w-]*(?: (?-i:[A-Z0-9])[\w-]*)*|[a-z][\w-]+"
_DATED = re.compile(
    rf"^\W*(?:(?:on|in) )?({_DAY}|{_PERIOD})\s*[:,-]\s+(?=(?:\w+ ){{0,2}}?{_ASKING})(.+?)[\s?.!]*$", re.I
)
_DATED_PLACE = re.compile(
    rf"^\W*(?:on )?({_DAY}),? (?:at )?({_SITE}), ([\w-]+)\s*[:,-]\s+(?=(?:\w+ ){{0,2}}?{_ASKING})(.+?)[\s?.!]*$", re.I
)
_TOPIC = re.compile(
    rf"^\W*(?:(?:regarding|about|for|of|concerning|as for) )?({_THING}|[\w][\w.-]*(?= [-–—] ))(?: [-–—]|[:,]) "
    r"(.+?)[\s?.!]*$",
    re.I,
)
_WHERE = re.compile(
    rf"\b(?:in|to|on|at) the ([\w-]+) (?:at|of|in) ({_SITE})\b|\b(?:in|to|on) ([\w-]+) at ({_SITE})\b", re.I
)
_AT = re.compile(r"\b(?:at|from|for|to|in) ((?-i:[A-Z])[\w-]*(?: (?-i:[A-Z0-9])[\w-]*)*)")
_WEEKDAY = re.compile(rf"^(?:{_MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|AI|I)\b", re.I)
_SENTENCE = re.compile(r"(?<=[.!;?])\s+(?=[A-Z\w])|(?<=[a-z0-9]):\s+(?=(?:\w+ )?" + _ASKING + ")", re.I)
_BASED = re.compile(
    rf"^\W*({_THING}) (?:builds on|is built on|is based on|was based on|is derived from|comes from|has) "
    r"(?:an?|another|some) (?:older |earlier |other |base )*(?:version|base)\W*$",
    re.I,
)
_LIMITS = re.compile(
    r"\b(?:if|suppos\w*|assum\w*|imagine|ignor\w*|except\w*|exclud\w*|only|unless|without|never|not|n't|before"
    r"|after|since)\b",
    re.I,
)
"""What limits or supposes something, and would be lost with its sentence."""
_THAT_ONE = re.compile(
    r"\b(?:that one|that version|that base|that|it|the (?:older|earlier|base) (?:one|version))\b", re.I
)


def settled(question: str) -> str:
    """Return the question with what it says first in the place where it asks for it."""
    for way in (_placed_and_dated, _dated, _topic, _circumstance):
        found = way(question)
        if found is not None:
            return found
    return question


def _placed_and_dated(question: str) -> str | None:
    found = _DATED_PLACE.match(question)
    if found is None:
        return None
    day, site, environment, asks = found.groups()
    return f"{asks} at {site} {environment} on {day}?"


def _dated(question: str) -> str | None:
    found = _DATED.match(question)
    if found is None:
        return None
    day, asks = found.groups()
    return f"{asks} {'on' if re.fullmatch(_DAY, day, re.I) else 'in'} {day}?"


def _topic(question: str) -> str | None:
    """Read `X - what is its stage`, `X: recorded source`."""
    found = _TOPIC.match(question)
    if found is None:
        return None
    name, asks = found.groups()
    if re.search(rf"{_THING}|,", asks):
        return None
    if re.search(_ASKING, asks, re.I) is None:
        return f"{asks} of {name}?" if re.search(r"[:@]", name) and len(asks.split()) < 4 else None
    told = _referred(asks, name)
    return None if told is None else f"{told}?"


def _referred(asks: str, name: str) -> str | None:
    """Return the words with the name for the pronoun in them; None if there is none, or more than one kind."""
    for pronoun, said in ((_ITS, f"{name}'s"), (_IT, name), (_THERE, f"at {name}")):
        if pronoun.search(asks):
            return pronoun.sub(said, asks, count=1)
    return None


def _circumstance(question: str) -> str | None:
    """Read `… at Northgate. What is live there?`: the last sentence asks, those before say of what."""
    parts = [part for part in _SENTENCE.split(question.strip()) if part.strip(" .?!")]
    if len(parts) < 2 or any(part.rstrip().endswith("?") for part in parts[:-1]):
        return None
    told, asks = " ".join(parts[:-1]), parts[-1]
    if _THINGS.search(asks) or not re.match(
        rf"\W*(?:(?:so|and|then) )?(?:(?:in|on|at|by|for|to) )?{_ASKING}", asks, re.I
    ):
        return None
    based = _BASED.match(told)
    if based is not None and _THAT_ONE.search(asks):
        return _THAT_ONE.sub(f"the base of {based.group(1)}", asks, count=1)
    said = asks
    if _LIMITS.search(told):
        return None
    days = re.findall(rf"(?<!born )(?<!born on )(?<!DOB ){_DAY}", told, re.I)
    if len(days) == 1 and _THAT_DAY.search(said):
        said = _THAT_DAY.sub(f" on {days[0]}", said)
    elif days:
        return None
    if _THERE.search(said):
        place = _place(told)
        return None if place is None else _THERE.sub(f"at {place}", said, count=1)
    if _IT.search(said) or _ITS.search(said):
        things = list(dict.fromkeys(_THINGS.findall(told)))
        return _referred(said, things[0]) if len(things) == 1 else None
    return said if said != asks else None


def _place(told: str) -> str | None:
    """Return the one place that some words name, its environment last."""
    found = list(_WHERE.finditer(told))
    if len(found) == 1:
        first, site, other, at = found[0].groups()
        return f"{site or at} {first or other}"
    named = [name for name in _AT.findall(told) if not _WEEKDAY.match(name)]
    return named[0] if len(named) == 1 and not found else None
