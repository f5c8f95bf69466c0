"""Measures the gate: how many texts with identifiers it flags, how many registry questions it flags without need.

`python -m eval.phi` reports on the half of the set that the gate was not tuned on; `--half tune` on the other, with
`--misses` naming what was missed or flagged in vain.
"""

import argparse
import hashlib
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from askreg.agent import known
from askreg.agent.guard.phi import Finding, Gate
from askreg.registry.manifest.loading import load
from askreg.registry.registry import Registry
from eval import case
from eval.figures import wilson

KEPT_ASIDE = ("heldout", "blind")
"""Files of questions that the gate was not tuned with."""
FILLED = 5
"""Texts made of one template."""
Half: TypeAlias = Literal["tune", "report"]


@dataclass(frozen=True)
class Text:
    """A text with the identifiers it holds; a registry question holds none."""

    category: str
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    registry: str = "b"


def _spaced(text: str) -> str:
    return " ".join(text)


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


def _mixed(text: str) -> str:
    return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(text))


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "nbsp": lambda text: text.replace(" ", "\u00a0"),
    "spaced": _spaced,
    "full-width": _wide,
    "mixed-case": _mixed,
    "zero-width": "\u200b".join,
    "lower": str.lower,
    "upper": str.upper,
}
"""Ways to write the same text."""


@cache
def content() -> dict[str, Any]:
    """Return the file of cases."""
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "phi_cases.yaml").read_text("utf-8"))
    return read


def of_half(items: Sequence[Any], half: Half) -> Sequence[Any]:
    """Return the even places for tuning, the odd ones for reporting."""
    return items[0 if half == "tune" else 1 :: 2]


def identifying(half: Half) -> list[Text]:
    """Return the texts that hold identifiers."""
    drawn = random.Random(f"askreg {half}")
    made = []
    for category, templates in content()["texts"].items():
        for number, template in enumerate(of_half(templates, half)):
            made += [_filled(category, template, half, number * FILLED + i, drawn) for i in range(FILLED)]
    if half == "tune":
        made += [Text(name, text) for name, texts in content()["again"].items() for text in texts]
    return list({text.text: text for text in made}.values())


def _filled(category: str, template: str, half: Half, turn: int, drawn: random.Random) -> Text:
    spans: list[tuple[int, int]] = []
    text, rest = "", template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        kind, _, rest = rest.partition("}")
        values = of_half(content()["values"][kind], half)
        value = "".join(_character(c, drawn) for c in str(values[(turn + len(spans)) % len(values)]).strip())
        text += before
        spans.append((len(text), len(text) + len(value)))
        text += value
    return Text(category, text + rest, tuple(spans))


def _character(c: str, drawn: random.Random) -> str:
    return drawn.choice("0123456789") if c == "#" else drawn.choice("BCDFGHJKLMNPRSTVWX") if c == "^" else c


def harmless(half: Half) -> list[Text]:
    """Return registry questions without any: those of the cases that were not kept aside, and more."""
    found = [Text("", question) for question in content()["harmless"]]
    found += [Text("", one.question, registry=one.registry) for one in case.every() if one.file not in KEPT_ASIDE]
    once = {text.text: text for text in found}.values()
    kept = [text for text in once if _even(text.text) == (half == "tune")]
    return kept + ([Text("", question) for question in content()["again_harmless"]] if half == "tune" else [])


def _even(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


@cache
def gate(registry: str) -> Gate:
    """Return the gate of one of the evaluation's registries, with its live names."""
    with tempfile.TemporaryDirectory() as folder:
        with Registry.open(f"sqlite:///{folder}/askreg.db", actor="eval") as opened:
            load(opened, case.REGISTRIES / f"{registry}.yaml")
            with opened.view() as seen:
                return Gate(known.names(seen))


def covered(spans: Iterable[tuple[int, int]], findings: Sequence[Finding]) -> bool:
    """Tell whether every character of the identifiers lies in a finding, but for spaces and punctuation."""
    marked = {i for finding in findings for i in range(finding.start, finding.end)}
    return all(i in marked for start, end in spans for i in range(start, end))


def share(hits: int, n: int) -> str:
    """Return a proportion with its interval, in per cent."""
    low, high = wilson(hits, n)
    return f"{hits:>4}/{n:<4} {100 * hits / max(n, 1):6.2f} % [{100 * low:.1f}, {100 * high:.1f}]"


def _rows(texts: Sequence[Text], encoding: str) -> Iterator[tuple[Text, str, list[Finding]]]:
    for text in texts:
        written = ENCODINGS[encoding](text.text)
        yield text, written, gate(text.registry).findings(written)


def report(half: Half, *, misses: bool, out: Callable[[str], object]) -> None:
    """Print recall per category and encoding, and false alarms, at both strengths."""
    texts, questions = identifying(half), harmless(half)
    out(f"half: {half}; {len(texts)} texts with identifiers, {len(questions)} registry questions without\n")
    out(f"{'identifier':<14}{'flagged for a cloud':<32}{'certain':<32}{'wholly covered':<32}")
    rows = list(_rows(texts, "plain"))
    for category in [*dict.fromkeys(text.category for text in texts), "all"]:
        of = [row for row in rows if category in (row[0].category, "all")]
        flagged = sum(bool(found) for _, _, found in of)
        sure = sum(any(f.certain for f in found) for _, _, found in of)
        marked = [covered(text.spans, found) for text, _, found in of if text.spans]
        out(f"{category:<14}{share(flagged, len(of)):<32}{share(sure, len(of)):<32}{share(sum(marked), len(marked))}")
    out(f"\n{'written':<14}{'flagged for a cloud':<32}{'certain':<32}")
    for encoding in ENCODINGS:
        found_in = [found for _, _, found in _rows(texts, encoding)]
        flagged, sure = sum(map(bool, found_in)), sum(any(f.certain for f in found) for found in found_in)
        out(f"{encoding:<14}{share(flagged, len(texts)):<32}{share(sure, len(texts)):<32}")
    asked = list(_rows(questions, "plain"))
    out(f"\nfalse alarms   certain            {share(sum(any(f.certain for f in r[2]) for r in asked), len(asked))}")
    out(f"               flagged for a cloud {share(sum(bool(r[2]) for r in asked), len(asked))}")
    if misses:
        _name_misses(rows, asked, texts, out)


def _name_misses(
    rows: Sequence[tuple[Text, str, list[Finding]]],
    asked: Sequence[tuple[Text, str, list[Finding]]],
    texts: Sequence[Text],
    out: Callable[[str], object],
) -> None:
    for text, written, found in rows:
        if not found:
            out(f"missed ({text.category}): {written}")
        elif not any(f.certain for f in found):
            out(f"not certain ({text.category}): {written}")
    for encoding in ENCODINGS:
        for text, written, found in _rows(texts, encoding):
            if not found:
                out(f"missed as {encoding} ({text.category}): {written}")
    for _, written, found in asked:
        if found:
            said: Mapping[str, str] = {
                written[f.start : f.end]: f"{f.category}{'!' if f.certain else ''}" for f in found
            }
            out(f"in vain: {written}  {dict(said)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m eval.phi", description=__doc__)
    parser.add_argument("--half", choices=("report", "tune"), default="report")
    parser.add_argument("--misses", action="store_true", help="name each text that was missed or flagged in vain")
    given = parser.parse_args(arguments)
    report(given.half, misses=given.misses, out=lambda line: sys.stdout.write(f"{line}\n"))


if __name__ == "__main__":
    main()
