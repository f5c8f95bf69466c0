"""Identifiers that are told by their shape alone.

Each pattern is compiled when a text first shows a sign of it: compiling them all would take longer than a question may.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv6Address

from askreg.agent.guard.kinds import Category
from askreg.agent.guard.lazy import Lazy

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR"
)
_STREET = (
    "street|road|avenue|ave|lane|boulevard|blvd|crescent|terrace|drive|parkway|highway|gardens|grove|mews|hwy|pkwy|rd"
    "|quay|strasse|allee|gasse|platz"
)
_ABBREVIATED = "St|Rd|Ct|Pl|Dr|Ln|Way|Place|Close|Court|Row|Square|Hill|Park|View|Loop|Trail"
_GERMANIC = "strasse|gasse|allee|platz|straat|weg|gatan|vej"
_ROMANCE = r"rue|avenue|via|viale|calle|avenida|ulica|ul\.|rua|piazza"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"


@dataclass(frozen=True)
class Shape:
    """A pattern, and signs without which a text cannot hold it."""

    category: Category
    source: str
    digits: int = 0
    """How many digits there must be."""
    signs: tuple[str, ...] = ()
    """Of these, one must occur."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return the pattern, compiled."""
        return re.compile(self.source)


SHAPES = (
    Shape("email", r"(?<![\w.+%'-])[\w.+%'-]{1,80}\s?@\s?(?:[a-z0-9-]+\.)+[a-z]{2,12}(?![\w-])", signs=("@",)),
    Shape(
        "email",
        r"\b[\w.+-]+ (?:\(at\)|\[at\]|at) [\w.-]+ (?:\(dot\)|\[dot\]|dot) [a-z]{2,10}\b",
        signs=(" dot ", "(dot)", "[dot]"),
    ),
    Shape("url", r"\b(?:https?|ftp)\s?:\s?//\s?\S+|\bwww\.\S+", signs=("//", "www.")),
    Shape(
        "url",
        r"(?<![\w.@/-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|health|hospital|clinic|co\.uk|nhs\.uk|example)"
        r"(?:/\S*)?(?![\w@-])",
        signs=(".com", ".org", ".net", ".edu", ".gov", ".health", ".hosp", ".clinic", ".co.uk", ".nhs", ".example"),
    ),
    Shape(
        "ip",
        rf"(?<![\w.])(?<!version )(?<!v)(?:{_OCTET}\.){{3}}{_OCTET}(?![\w.]*\w)(?:/\d+)?",
        digits=4,
        signs=(".",),
    ),
    Shape("device", r"(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])", signs=(":", "-")),
    Shape(
        "device",
        r"\(01\)\s?\d{14}(?:\(\d\d\)\s?\w+)*|(?<!\d)\d{2}-\d{6}-\d{6}-\d(?!\d)",
        digits=15,
    ),
    Shape("ssn", r"(?<![\w-])\d{3} ?[-. ] ?\d{2} ?[-. ] ?\d{4}(?![\w-])", digits=9),
    Shape("ssn", r"(?<!\w)[x*]{3}-[x*]{2}-\d{4}(?!\d)", digits=4, signs=("xxx-", "***-")),
    Shape(
        "phone",
        r"(?<![\w+])\+\s?\d{1,3}[\s.-]?(?:\(0?\)\s?)?(?:\(?\d{1,5}\)?[\s./-]?){2,5}\d{2,5}(?!\w)",
        digits=7,
        signs=("+",),
    ),
    Shape(
        "phone",
        r"(?<![\w.-])(?:1[\s.-])?\(?\d{3}\)?\s?[\s.-]\s?\d{3}\s?[\s.-]\s?\d{4}(?:\s?(?:x|ext\.?)\s?\d+)?(?![\w-])",
        digits=10,
    ),
    Shape(
        "phone",
        r"(?<![\w.-])\(?0\d{2,5}\)?[\s./-]?\d{3,4}[\s.-]?\d{3,4}(?![\w.-])"
        r"|(?<![\w.-])0\d(?:[\s.]\d\d){4}(?![\w.-])|(?<![\w.-])00[1-9](?:[\s.-]?\d){8,13}(?!\w)",
        digits=9,
        signs=("0",),
    ),
    Shape("phone", r"(?<![\w.-])\d{3}-\d{4}(?![\w-])", digits=7, signs=("-",)),
    Shape("health-plan", r"(?<!\w)\d[a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2}(?!\w)", digits=5),
    Shape(
        "account",
        r"(?<!\w)(?=(?:[a-z\s]{0,6}\d){12})[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,7}(?:\s?[a-z0-9]{1,3})?(?!\w)",
        digits=12,
    ),
    Shape("account", r"(?<![\w-])\d{4}[\s-]\d{4}[\s-]\d{4}[\s-]\d{3,4}(?![\w-])", digits=15),
    Shape(
        "vehicle",
        r"(?<!\w)(?=[a-z0-9]*[a-z][a-z0-9]*[a-z])(?=(?:[a-z]*\d){5})[a-hj-npr-z0-9]{17}(?!\w)",
        digits=5,
    ),
    Shape(
        "other-id",
        r"(?<!\w)(?!nn)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z]\s?\d\d\s?\d\d\s?\d\d\s?[a-d](?!\w)",
        digits=6,
    ),
    Shape("other-id", r"(?<![\w.@/-])@(?=\w*[a-z])\w{3,30}(?![\w@.]*\w)", signs=("@",)),
    Shape(
        "geography",
        rf"(?<![\w.:@-])\d{{1,5}}[a-z]?,? (?:(?:[nsew]|north|south|east|west)\.? )?(?:[a-z0-9']+ ){{1,3}}"
        rf"(?:{_STREET})(?!\w)",
        digits=1,
        signs=tuple(f" {word}" for word in _STREET.split("|")),
    ),
    Shape(
        "geography",
        rf"(?<!\w)[a-z]{{3,}}(?:{_GERMANIC}) \d{{1,4}}[a-z]?(?!\w)",
        digits=1,
        signs=tuple(_GERMANIC.split("|")),
    ),
    Shape(
        "geography",
        rf"(?<!\w)(?:{_ROMANCE}) (?:[a-z']+ ){{0,3}}[a-z']+,? \d{{1,4}}(?!\w)",
        digits=1,
        signs=("rue ", "avenue ", "via ", "viale ", "calle ", "avenida ", "ulica ", "ul.", "rua ", "piazza "),
    ),
    Shape(
        "geography",
        r"(?<!\w)\d{1,4}\s?(?:bis)?,? (?:rue|avenue|boulevard|calle|place|quai) (?:de |du |des |la |le )*[a-z']+",
        digits=1,
        signs=("rue ", "avenue ", "boulevard ", "calle ", "place ", "quai "),
    ),
    Shape("geography", r"(?<![\w-])\d{5}-\d{4}(?![\w-])", digits=9),
    Shape(
        "geography",
        r"(?<!\w)(?:zip|zipcode|postcode|postal code|post code|plz|code postal)\b[\s:#=]*(?:code|is|was|of)?[\s:#=]*"
        r"(?=[a-z ]{0,4}\d)[a-z0-9]{2,5}[\s-]?[a-z0-9]{0,4}(?!\w)",
        digits=1,
        signs=("zip", "post", "plz"),
    ),
    Shape(
        "geography",
        r"(?<![\w.:@-])(?!\w+ ?\d(?:st|nd|rd|th))(?:gir ?0aa|[a-uw-z][a-hk-y]?\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2})(?!\w)",
        digits=2,
    ),
    Shape("geography", r"(?<!\w)[abceghj-nprstvxy]\d[abceghj-nprstv-z] ?\d[abceghj-nprstv-z]\d(?!\w)", digits=3),
    Shape(
        "geography",
        r"(?<!\w)(?:p\.? ?o\.? box|apt\.?|apartment|flat) \#?\d+[a-z]?(?!\w)",
        digits=1,
        signs=("box ", "apt", "apart", "flat "),
    ),
    Shape(
        "photo",
        r"(?<!\w)(?:img|dsc|dscn|dcim|pxl|photo|selfie|face|portrait|headshot)[_-][\w-]*\d[\w-]*(?:\.\w{3,4})?",
        digits=1,
        signs=("img", "dsc", "dcim", "pxl", "photo", "selfie", "face", "portrait", "headshot"),
    ),
    Shape(
        "photo",
        r"(?<!\w)[\w-]+\.(?:jpe?g|heic|gif|bmp|tiff?)(?!\w)",
        signs=(".jp", ".heic", ".gif", ".bmp", ".tif"),
    ),
)
"""Over text in lower case."""

CAPITAL_SHAPES = (
    Shape("geography", rf"(?<!\w)(?:[A-Z][a-z]+,? )?(?:{_STATES}),? \d{{5}}(?:-\d{{4}})?(?![\w-])", digits=5),
    Shape("geography", rf"(?<!\w)(?:[A-Z][a-z]+ ){{0,2}}[A-Z][a-z]+, (?:{_STATES})(?!\w)", signs=(", ",)),
    Shape(
        "geography",
        rf"(?<![\w.:@-])\d{{1,5}}[A-Za-z]?,? (?:[A-Z][a-z']+ ){{1,3}}(?:{_ABBREVIATED})\b",
        digits=1,
        signs=tuple(f" {word}" for word in _ABBREVIATED.split("|")),
    ),
    Shape("vehicle", r"(?<![\w-])[A-Z]{2}\d{2} ?[A-Z]{3}(?![\w-])", digits=2),
    Shape("name", r"(?<![\w.])[A-Z]\. ?(?:[A-Z]\. ?)?[A-Z][a-z'-]+[A-Za-z]\b", signs=(". ", ".")),
)
"""Over text with its capitals."""

_COLONS = Lazy(r"(?<![\w:])[0-9a-f:]*:[0-9a-f]*:[0-9a-f:.]*[0-9a-f:](?![\w:])")


def matches(shapes: tuple[Shape, ...], text: str, digits: int) -> Iterator[tuple[Category, re.Match[str]]]:
    """Yield what has one of the shapes, in a text of so many digits."""
    for shape in shapes:
        if digits >= shape.digits and (not shape.signs or any(sign in text for sign in shape.signs)):
            for found in shape.pattern.finditer(text):
                yield shape.category, found


def addresses(folded: str) -> Iterator[tuple[int, int]]:
    """Yield addresses of the sixth version of IP."""
    if folded.count(":") > 1:
        for found in _COLONS.finditer(folded):
            try:
                IPv6Address(found.group())
            except ValueError:
                continue
            yield found.span()
