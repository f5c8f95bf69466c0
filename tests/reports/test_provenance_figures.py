"""Every figure of every summary is in the record: looked up in the raw tables, by code that shares nothing with it."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock

from askreg.demo import build
from askreg.registry import audit, manifest
from askreg.registry.registry import Registry
from askreg.reports.provenance.markdown import render
from askreg.reports.provenance.source import Source
from askreg.reports.provenance.summary import read
from reports.generated import generated


class Record:
    """The log and tables of a SQLite registry, read with nothing but SQL and JSON."""

    def __init__(self, path: Path) -> None:
        connection = sqlite3.connect(path)
        columns = "seq, hash, occurred_at, recorded_at, payload"
        self.events = {row[0]: row for row in connection.execute(f"SELECT {columns} FROM event")}
        self.leaves = {seq: set(self._leaves(row)) for seq, row in self.events.items()}
        self.metrics: defaultdict[int, set[tuple[Any, ...]]] = defaultdict(set)
        for event, *figures in connection.execute("SELECT event, name, value, low, high, n FROM metric"):
            self.metrics[event].add(tuple(figures))
        self.bare = connection.execute(_BARE).fetchall()
        self.measures = {name for _, name, _, _ in self.bare}
        self.versions = [f"{name}:{n}" for name, n in connection.execute(_VERSIONS)]
        states = [f"{name}@{label}" for name, label in connection.execute(_STATES)]
        runs = [f"run:{name}" for (name,) in connection.execute("SELECT name FROM run")]
        places = [f"{site}/{name}" for site, name in connection.execute("SELECT site, name FROM environment")]
        models = [name for (name,) in connection.execute("SELECT name FROM model")]
        documents = [f"doc:{path}" for (path,) in connection.execute("SELECT path FROM document")]
        self.names = {*documents, *self.versions, *states, *runs, *places, *models}
        connection.close()

    @staticmethod
    def _leaves(row: tuple[Any, ...]) -> Iterator[str]:
        """Yield every value that an event holds, whole; what is nested in a value too."""
        waiting: list[Any] = [row[2], row[3], json.loads(row[4], parse_float=str)]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                waiting += [*value.values(), *value.keys()]
            elif isinstance(value, list):
                waiting += value
            elif isinstance(value, str):
                yield value.replace(".000000Z", "Z")
                with suppress(ValueError):  # a field, parameters or a signature: JSON within the JSON
                    nested = json.loads(value, parse_float=str)
                    waiting += [nested] if isinstance(nested, dict | list) or value[:1] == '"' else []
            elif value is not None:
                yield str(value)


_VERSIONS = "SELECT m.name, v.number FROM version v JOIN model m ON m.id = v.model_id"
_BARE = (
    "SELECT m.name || ':' || v.number, x.name, x.low, e.at FROM metric x JOIN evaluation e ON e.id = x.evaluation_id "
    "JOIN version v ON v.id = e.version_id JOIN model m ON m.id = v.model_id"
)
_STATES = "SELECT d.name, v.label FROM dataset_version v JOIN dataset d ON d.id = v.dataset_id"
_LINE = re.compile(r"- \*\*(?P<label>.+?)\*\*: (?P<text>.*?)(?: \[(?P<refs>#[^\]]*)\])?")
_FIGURE = re.compile(r"(\w+) (-?[\d.]+)(?: \[(-?[\d.]+), (-?[\d.]+)\]|, no interval), n (\d+|not recorded)")


def wrong(record: Record, summary: str, *, until: str = "9999") -> list[str]:
    """Return what a summary says in figures, times, digests or quotations that the events it cites do not."""
    subject = summary.partition("\n")[0].removeprefix("# Provenance of ")
    found: list[str] = []
    for raw in summary.splitlines():
        match = _LINE.fullmatch(re.sub(r"\\([\\`*\[\]<>|~&$_])", r"\1", raw))
        if match is None or match["label"] == "cut":
            continue
        if match["label"] == "no-interval":
            found += _miscounted(record, subject, match["text"], until)
            continue
        refs = [ref.split(" ") for ref in (match["refs"] or "").split(", ") if ref]
        found += [f"{number} is not {short}" for number, short in refs if not _is(record, int(number[1:]), short)]
        numbers = [int(number[1:]) for number, _ in refs]
        leaves = set().union(*(record.leaves[number] for number in numbers)) if numbers else set()
        found += [f"{raw}: {what}" for what in _unsupported(record, match["text"], leaves, numbers, match["label"])]
    return found + list(_table(record, summary))


def _is(record: Record, seq: int, short: str) -> bool:
    return seq in record.events and record.events[seq][1].startswith(short) and len(short) == 12


def _unsupported(record: Record, text: str, leaves: set[str], numbers: list[int], label: str) -> Iterator[str]:
    if label == "evaluated":
        told = {
            (name, value, low or None, high or None, None if n == "not recorded" else int(n))
            for name, value, low, high, n in _FIGURE.findall(text)
        }
        if told != set().union(*(record.metrics[number] for number in numbers)):
            yield f"the figures of events {numbers} are others"
    if not numbers:  # the head of the log, a gap or nothing at all
        leaves = {leaf for row in record.events.values() for leaf in (str(row[0]), str(row[1]))}
        leaves |= {row[2].replace(".000000Z", "Z") for row in record.events.values()}
    for quotation in re.findall("“([^”]*)”", text):
        begun = quotation.removesuffix("…")
        folded = [leaf.translate(dict.fromkeys(map(ord, "“”"), '"')) for leaf in leaves]
        if not any(leaf.startswith(begun) for leaf in folded):
            yield f"nobody wrote {quotation!r}"
    known = leaves | record.names | record.measures | {"SHA-256"}
    for word in re.split(r"[\s,;()\[\]]+", re.sub("“[^”]*”", "", text)):
        word = word.strip(".:")
        if re.search(r"\d", word) and word not in known and not _composed(word, leaves):
            yield f"{word!r} is in no event that is cited"


def _miscounted(record: Record, subject: str, text: str, until: str) -> Iterator[str]:
    (metric,) = re.findall(r"interval for (\w+):", text)
    lows = [low for of, name, low, at in record.bare if (of, name) == (subject, metric) and at < until]
    bare = sum(low is None for low in lows)
    told = re.findall(r"(\d+) of its (\d+) figures", text)
    if [tuple(map(int, pair)) for pair in told] != ([(bare, len(lows))] if len(lows) > 1 else []) or not bare:
        yield f"{text}: {bare} of {len(lows)} have no interval"


def _composed(word: str, leaves: set[str]) -> bool:
    key, mark, value = word.partition("=")
    return bool(mark) and key in leaves and value in leaves


def _table(record: Record, summary: str) -> Iterator[str]:
    for cells in re.findall(r"^\| (\d+) \| (.*) \|$", summary, re.MULTILINE):
        seq, rest = int(cells[0]), cells[1].split(" | ")
        row = record.events[seq]
        if [part.replace(".000000Z", "Z") for part in (row[2], row[3])] != rest[3:5] or row[1] != rest[5]:
            yield f"event {seq} is not as the table says"


def summaries(registry: Registry, subjects: list[str], **limits: str) -> Iterator[str]:
    with registry.view(**limits) as seen:
        outcome = audit.verify(seen.connection)
        asked = (limits.get("as_of"), limits.get("known_at"))
        for subject in subjects:
            yield render(read(Source(seen, subject), outcome=outcome, by="root.admin", asked=asked))


@pytest.fixture(scope="module")
def two_hundred(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Registry, Record]]:
    """A generated registry of 200 versions."""
    path = tmp_path_factory.mktemp("figures") / "askreg.db"
    with generated(f"sqlite:///{path}", seed=20260701, models=20, versions=10) as registry:
        yield registry, Record(path)


def test_every_figure_of_two_hundred_summaries_is_in_the_events_it_cites(two_hundred: tuple[Registry, Record]) -> None:
    registry, record = two_hundred
    assert len(record.versions) == 200
    figures = 0
    for summary in summaries(registry, record.versions):
        assert wrong(record, summary) == []
        figures += len(_FIGURE.findall(summary.replace("\\", "")))
    assert figures > 1_000


def test_the_values_of_every_line_are_those_of_the_tables(two_hundred: tuple[Registry, Record]) -> None:
    registry, record = two_hundred
    with registry.view() as seen:
        outcome = audit.verify(seen.connection)
        for subject in record.versions:
            told = json.loads(read(Source(seen, subject), outcome=outcome, by="root.admin").model_dump_json())
            lines = [line for section in told["sections"] for line in section["lines"] if line["label"] == "evaluated"]
            for line in lines:
                figures = {
                    (m["metric"], m["value"], *(m["ci"] or (None, None)), m["n"]) for m in line["values"]["metrics"]
                }
                assert figures == set().union(*(record.metrics[event] for event in line["events"]))


def test_every_figure_holds_in_the_past_too(two_hundred: tuple[Registry, Record]) -> None:
    registry, record = two_hundred
    early = [subject for subject in record.versions if subject.startswith(("risk-1:", "risk-2:"))]
    for summary in summaries(registry, early, as_of="2023-02-10"):
        assert wrong(record, summary, until="2023-02-11") == []


def test_every_figure_of_the_demo_is_in_the_events_it_cites(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    files = build(tmp_path)
    clock = Clock(datetime(2026, 12, 1, tzinfo=UTC))
    with Registry.open(f"sqlite:///{tmp_path / 'demo.db'}", actor="root.admin", clock=clock) as registry:
        manifest.load(registry, files.manifest)
        record = Record(tmp_path / "demo.db")
        assert len(record.versions) > 10
        for summary in summaries(registry, record.versions):
            assert wrong(record, summary) == []


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (r"(auroc 0\.)(\d+)", r"\g<1>9\g<2>"),
        (r"(, n )(\d+)", r"\g<1>1\g<2>"),
        (r"(\\\[0\.\d+, 0\.)(\d+)", r"\g<1>1\g<2>"),
        (r"(registered 20)23", r"\g<1>22"),
        (r"(\*\*version\*\*.*#)(\d+)", r"\g<1>1\g<2>"),
        (r"(sha256:)[0-9a-f]", r"\g<1>g"),
        (r"(“Risk )(\d+)", r"\g<1>9\g<2>"),
        (r"(, )(\d+)( rows)", r"\g<1>7\g<2>\g<3>"),
    ],
)
def test_a_figure_that_was_changed_is_found(two_hundred: tuple[Registry, Record], true: str, false: str) -> None:
    registry, record = two_hundred
    for summary in summaries(registry, record.versions):
        changed = re.sub(true, false, summary, count=1)
        if changed != summary:
            assert wrong(record, changed) != []
            return
    pytest.fail(f"no summary has {true}")
