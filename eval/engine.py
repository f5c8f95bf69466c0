"""Asks the cases of a plan: resumable, within a budget, several at a time, each line kept as soon as it is there."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from askreg.agent.thread import Thread
from askreg.errors import InvalidInput
from eval import case, worlds
from eval.case import Case
from eval.results import Results
from eval.row import Row, Scores
from eval.scorers import scored
from eval.scorers.names import Names
from eval.scorers.sample import Sample
from eval.subject import Asked, Asking, Subject
from eval.truth.gold import Gold
from eval.truth.record import Record


@dataclass(frozen=True)
class Plan:
    """What is to be asked."""

    registries: tuple[str, ...]
    files: str = "*"
    """A glob over the names of the case files."""
    repeats: int = 1
    limit: int | None = None
    """At most so many cases, evenly from all categories; conversations count by the question and stay whole."""
    categories: tuple[str, ...] = ()
    """Only these; all when empty."""


@dataclass
class Budget:
    """What may be spent. A conversation that was begun is finished."""

    calls: int | None = None
    """Calls of the brain."""
    tokens: int | None = None
    seconds: float | None = None
    spent_calls: int = 0
    spent_tokens: int = 0
    _start: float = field(default_factory=time.monotonic)

    def spend(self, row: Row) -> None:
        """Count a question."""
        self.spent_calls += row.model_calls
        self.spent_tokens += row.tokens or 0

    @property
    def gone(self) -> str | None:
        """What has run out."""
        if self.calls is not None and self.spent_calls >= self.calls:
            return f"{self.spent_calls} of {self.calls} calls are spent"
        if self.tokens is not None and self.spent_tokens >= self.tokens:
            return f"{self.spent_tokens} of {self.tokens} tokens are spent"
        if self.seconds is not None and time.monotonic() - self._start >= self.seconds:
            return f"the {self.seconds:g} seconds are over"
        return None


Group = tuple[Case, ...]
"""One case, or the cases of a conversation in order."""


class World:
    """One registry of the evaluation: its manifest, its right answers and its documents."""

    def __init__(self, name: str, folder: Path) -> None:
        """Build the registry's files in `folder`."""
        self.manifest = manifest = worlds.build(name, folder)
        self.name = name
        self.record = Record.read(manifest)
        self.names = Names(self.record)
        self.documents = {
            d["path"]: (manifest.parent / d["path"]).read_text(encoding="utf-8")
            for d in self.record.documents
            if (manifest.parent / d["path"]).is_file()
        }


def groups(plan: Plan, registry: str, record: Record) -> list[Group]:
    """Return what is to be asked of one registry, conversations together."""
    found: dict[str, list[Case]] = defaultdict(list)
    for one in case.cases(registry, record, files=plan.files, seed=_seed(registry)):
        if not plan.categories or one.category in plan.categories:
            found[one.thread or f"\0{one.id}"].append(one)
    return _evenly([tuple(group) for group in found.values()], plan.limit)


def _seed(registry: str) -> int:
    number = registry.rpartition("-")[2]
    return int(number) if number.isdigit() else 1


def _evenly(every: Sequence[Group], limit: int | None) -> list[Group]:
    if limit is None:
        return list(every)
    by_category: defaultdict[str, list[Group]] = defaultdict(list)
    for group in every:
        by_category[group[0].category].append(group)
    rounds = zip_longest(*(by_category[name] for name in sorted(by_category)))
    kept: list[Group] = []
    for group in (group for row in rounds for group in row if group is not None):
        if sum(map(len, kept)) + len(group) > limit:
            continue
        kept.append(group)
    return kept


class Bench:
    """One thread's registries, opened once, and what asks about them."""

    def __init__(self, subject: Subject, folder: Path) -> None:
        """Keep the copies of the databases in `folder`."""
        self._subject, self._stack = subject, ExitStack()
        # One of its own, so that nobody waits for another's writes.
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        self._open: dict[str, tuple[Asking, Path]] = {}

    def asked(self, world: World, group: Group, repeat: int) -> Iterator[Row]:
        """Yield a row for each question of a group."""
        if world.name not in self._open:
            registry = self._stack.enter_context(worlds.opened(world.name, self._folder))
            database = Path(registry.url.removeprefix("sqlite:///"))
            self._open[world.name] = (self._subject.asking(registry), database)
        asking, path = self._open[world.name]
        thread = Thread() if group[0].thread else None
        for one in group:
            yield row_of(one, world, asking, path, repeat=repeat, thread=thread)

    def close(self) -> None:
        """Close the registries."""
        self._stack.close()


def row_of(
    one: Case, world: World, asking: Asking, database: Path, *, repeat: int = 1, thread: Thread | None = None
) -> Row:
    """Ask one question and score the answer; a failure of the agent is an outcome, an error of the case is not."""
    gold, before = one.gold(world.record), _events(database)
    start = time.perf_counter()
    asked, failed = None, None
    try:
        asked = asking.ask(one.question, as_of=one.as_of, thread=thread)
    except Exception as error:  # a question must never end in a traceback: that is what is measured here
        failed = {"status": "error", "reason": f"{type(error).__name__}: {error}"}
    seconds = time.perf_counter() - start
    answer = failed or (asked.answer.model_dump(mode="json") if asked else {})
    logged = _logged(database, before) if one.forbidden else ""
    sample = Sample(
        case=one,
        gold=gold,
        names=world.names,
        answer=answer,
        drafts=tuple((text, tuple(facts)) for text, facts in (asked.drafts if asked else ())),
        documents=world.documents,
        logged=logged,
    )
    return _row(one, gold, answer, scored(sample), asked, seconds=seconds, repeat=repeat)


def _row(
    one: Case, gold: Gold, answer: dict[str, Any], scores: Scores, asked: Asked | None, *, seconds: float, repeat: int
) -> Row:
    return Row(
        registry=one.registry,
        case=one.id,
        repeat=repeat,
        category=one.category,
        question=one.question,
        as_of=one.as_of,
        thread=one.thread,
        expected=one.status,
        check=one.check,
        oracle=one.oracle,
        gold=gold.told(),
        answer=answer,
        drafts=len(asked.drafts) if asked else 0,
        model_calls=asked.model_calls if asked else 0,
        scores=scores,
        seconds=round(seconds, 4),
        tokens=asked.tokens if asked else None,
    )


def _events(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return int(connection.execute("select coalesce(max(seq), 0) from event").fetchone()[0])


def _logged(database: Path, after: int) -> str:
    """Return what the database holds of the questions asked since an event, as whoever had the file would find it."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        events = connection.execute("select * from event where seq > ?", (after,)).fetchall()
        answers = connection.execute("select * from answer order by rowid desc limit ?", (len(events),)).fetchall()
    return repr((events, answers))


@dataclass(frozen=True)
class Job:
    """A group to be asked for the n-th time."""

    world: World
    group: Group
    repeat: int

    @property
    def keys(self) -> list[tuple[str, str, int]]:
        """The keys of its rows."""
        return [(one.registry, one.id, self.repeat) for one in self.group]


def jobs(plan: Plan, folder: Path, *, built: Callable[[str], None] = lambda name: None) -> list[Job]:
    """Return all that is to be asked, in order; the registries are built in `folder`."""
    made = []
    for name in plan.registries:
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        world = World(name, place)
        made += [
            Job(world, g, repeat) for g in groups(plan, name, world.record) for repeat in range(1, plan.repeats + 1)
        ]
        built(name)
    if not made:
        raise InvalidInput(
            f"no case of {plan.files!r} fits {', '.join(plan.registries)}"
            + (f" in the categories {', '.join(plan.categories)}" if plan.categories else "")
            + f"; there are the files {', '.join(sorted(path.stem for path in case.files()))}"
        )
    return made


def run(
    todo: Sequence[Job],
    subject: Subject,
    results: Results,
    folder: Path,
    *,
    at_once: int = 1,
    budget: Budget | None = None,
    kept: Callable[[Sequence[Row]], None] = lambda rows: None,
) -> str | None:
    """Ask what is not in the results yet; return why something was left out, or None.

    A group is asked as a whole: one of which only a part is kept is asked again. Interrupting it loses no more than the
    groups that are being asked.
    """
    budget = budget or Budget()
    waiting = iter([job for job in todo if not all(key in results.rows for key in job.keys)])
    benches = threading.local()
    opened: list[Bench] = []

    def ask(job: Job) -> list[Row]:
        if not hasattr(benches, "own"):
            benches.own = Bench(subject, folder)
            opened.append(benches.own)
        return list(benches.own.asked(job.world, job.group, job.repeat))

    running: set[Future[list[Row]]] = set()
    pool = ThreadPoolExecutor(max_workers=at_once)
    try:
        while True:
            while len(running) < at_once and budget.gone is None and (job := next(waiting, None)) is not None:
                running.add(pool.submit(ask, job))
            if not running:
                return budget.gone if next(waiting, None) is not None else None
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                rows = future.result()
                results.add(rows)
                for row in rows:
                    budget.spend(row)
                kept(rows)
    except BaseException:
        for future in running:
            future.cancel()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for bench in opened:
            bench.close()
