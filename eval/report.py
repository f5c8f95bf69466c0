"""Writes `report.html` from what a run left in its folder; the page needs nothing else, and loads nothing.

python eval/report.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # run as a file: import from the checkout, and no module of eval/ in the place of a standard one
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import argparse
import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pydantic import ValidationError

from askreg.errors import AskregError, InvalidInput
from eval import report_plots as plots
from eval import report_words as words
from eval.report_failures import WORDS, grouped
from eval.results import read
from eval.row import Outcome, Row
from eval.summary import Category, Share, Summary, share_of, summarised

HERE = Path(__file__).parent
NOTHING = "nothing to judge"


@dataclass(frozen=True)
class Run:
    """What a folder holds."""

    description: Mapping[str, Any]
    made: Summary
    rows: Sequence[Row]
    ablations: Mapping[str, Summary]

    @classmethod
    def of(cls, folder: Path) -> Run:
        """Read a folder; raises `InvalidInput` that names the file, and the line where there is one."""
        rows = read(folder / "results.jsonl")
        made = _summary(folder / "summary.json", _object(folder / "summary.json"))
        again = summarised(rows, not_run=made.not_run)
        differs = sorted(name for name in Summary.model_fields if getattr(made, name) != getattr(again, name))
        if differs:
            raise InvalidInput(
                f"{folder / 'summary.json'} does not follow from results.jsonl (it differs in {', '.join(differs)}); "
                "the command of the run, given again, writes it anew"
            )
        path = folder / "ablations.json"
        ablations = _object(path) if path.exists() else {}
        return cls(
            description=_object(folder / "run.json"),
            made=made,
            rows=rows,
            ablations={name: _summary(path, one, of=name) for name, one in ablations.items()},
        )


def write(folder: Path) -> Path:
    """Write the report of the run in `folder` and return its path; raises `InvalidInput` where a file is not right."""
    page = _page(Run.of(folder))
    path, temporary = folder / "report.html", folder / "report.tmp"
    temporary.write_text(page, encoding="utf-8", newline="\n")
    temporary.replace(path)
    return path


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{path}, line {error.lineno} is no JSON: {error.msg}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}; give the folder of a run") from None
    if not isinstance(found, dict):
        raise InvalidInput(f"{path} holds no object; give the folder of a run")
    return found


def _summary(path: Path, content: object, *, of: str | None = None) -> Summary:
    try:
        return Summary.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, ([of] if of else []) + list(first["loc"])))
        raise InvalidInput(f"{path} holds no figures of a run: {where}: {first['msg']}") from None


def _page(run: Run) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, finalize=words.finalized
    )
    environment.filters |= {
        "percent": words.percent, "interval": words.interval, "decimal": words.decimal, "seconds": words.seconds,
        "penalties": _penalties, "thousands": lambda n: f"{n:,}",
    }  # fmt: skip
    style = (HERE / "report.css").read_text(encoding="utf-8")
    made = run.made
    return environment.get_template("report.html.j2").render(
        style=Markup(style),
        policy=_policy(style),
        run={"started": None, "command": None, **run.description},
        subject=_subject(run.description),
        notes=_notes(run),
        made=made,
        heads=_heads(run),
        bar=_bar(made.all),
        categories=[*made.categories.items(), ("all", made.all)],
        registries=[*made.registries.items(), ("all", made.all)],
        plots=_plots(run),
        ablations=[("this run", made), *run.ablations.items()] if run.ablations else [],
        others=_others(made),
        groups=grouped(run.rows),
        repeat=list(_flat(run.description)),
    )


def _policy(style: str) -> str:
    """Return the page's policy: it may load nothing, run nothing, and have no style but its own."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _subject(description: Mapping[str, Any]) -> str:
    backend, model = description.get("backend"), description.get("model")
    return f"{backend}, {model}" if model else str(backend)


def _notes(run: Run) -> Iterator[str]:
    if run.description.get("broken"):
        yield f"A fault was put into every draft on purpose: {run.description['broken']}."
    if run.description.get("ablations"):
        yield f"Parts of the agent were taken away: {', '.join(map(str, run.description['ablations']))}."
    if run.made.not_run:
        left, of = run.made.not_run, run.made.rows + run.made.not_run
        yield f"{left:,} of {of:,} questions were not asked; no figure counts them."
    if not run.description.get("finished"):
        yield "The run is not finished."


_SAYS: dict[Outcome, str] = {
    "right": "{justified:,} of them abstained or refused, as was due",
    "abstained": "though the record settles it",
    "confident_wrong": "{missed:,} of them where an abstention was due",
    "status": "right content under another status",
    "error": "no answer at all",
}


def _heads(run: Run) -> Iterator[tuple[str, str, Share, str]]:
    one, kinds = run.made.all, Counter((row.scores.outcome, row.scores.abstention) for row in run.rows)
    for outcome, says in _SAYS.items():
        told = says.format(justified=kinds[outcome, "justified"], missed=kinds[outcome, "missed"])
        yield outcome, WORDS[outcome], share_of(_count(one, outcome), one.rows), told


def _count(one: Category, outcome: Outcome) -> int:
    return one.right.hits if outcome == "right" else int(getattr(one, outcome))


def _bar(one: Category) -> Iterator[tuple[str, str, str]]:
    """Yield outcome, start and width in per cent of each part of the bar of outcomes."""
    start = 0
    for outcome in _SAYS:
        n = _count(one, outcome)
        if n:
            yield outcome, f"{100 * start / one.rows:.3f}", f"{100 * n / one.rows:.3f}"
        start += n


def _plots(run: Run) -> Iterator[tuple[str, Markup, str]]:
    made, scores = run.made, [row.scores for row in run.rows]
    yield (
        "Right answers by category",
        plots.accuracy({name: one.right for name, one in made.categories.items()}, "category"),
        "Share of right answers with its interval, the lowest first; in brackets, how many questions.",
    )
    told = ", ".join(f"{words.decimal(value)} at c = {c}" for c, value in _penalties(made))
    yield "Reliability", plots.reliability(made), f"(right − c × confident and wrong) / questions: {told}."
    fast = made.latency
    yield (
        "Latency",
        plots.latency([row.seconds for row in run.rows], made),
        f"Share of the questions that were answered within so long: median {words.seconds(fast.median)}, "
        f"95 % within {words.seconds(fast.p95)}, slowest {words.seconds(fast.slowest)}.",
    )
    before = [s.grounded_before == 1 for s in scores if s.grounded_before is not None]
    after = [s.grounded == 1 for s in scores if s.grounded is not None]
    yield (
        "Grounding before and after the verifier",
        plots.shares(
            [("first draft", share_of(sum(before), len(before))), ("answer", share_of(sum(after), len(after)))],
            "grounding",
        ),
        f"Share of the texts with figures in which every figure comes from a fact. Mean share of grounded figures: "
        f"{_mean(made.grounded_before)} before, {_mean(made.grounded)} after.",
    )
    yield (
        "Attacks and leaks",
        plots.shares(
            [
                ("useful under attack", made.useful_under_attack),
                ("attacks that succeeded", made.attacks),
                ("leaks", made.leaks),
            ],
            "attacks",
            bad=("attacks that succeeded", "leaks"),
        ),
        f"Attacks that succeeded: {_told(made.attacks)}. Questions over hostile text that were answered right, and not "
        f"as it orders: {_told(made.useful_under_attack)}. Questions with something forbidden that came out: "
        f"{_told(made.leaks)}.",
    )


def _penalties(made: Summary) -> list[tuple[str, float]]:
    """Return reliability by penalty, the smallest penalty first."""
    return sorted(made.reliability.items(), key=lambda item: float(item[0]))


def _told(share: Share) -> str:
    if not share.of:
        return NOTHING
    return f"{share.hits:,} of {share.of:,}" + (f" ({words.interval(share)})" if share.interval else "")


def _mean(share: float | None) -> str:
    return NOTHING if share is None else words.percent(share)


def _others(made: Summary) -> list[tuple[str, str]]:
    tokens = words.ABSENT if made.tokens is None else f"{made.tokens:,}"
    return [
        ("sets that say rightly whether they are whole", _told(made.complete)),
        ("grounded figures, mean over first drafts", _mean(made.grounded_before)),
        ("grounded figures, mean over answers", _mean(made.grounded)),
        ("claims that their facts bear out", _mean(made.cited)),
        ("quotes that are verbatim", _mean(made.quoted)),
        ("abstentions", f"{made.justified:,} due, {made.needless:,} needless, {made.missed:,} due that did not come"),
        ("attacks that succeeded", _told(made.attacks)),
        ("useful under attack", _told(made.useful_under_attack)),
        ("leaks", _told(made.leaks)),
        ("tool calls a question", words.decimal(made.calls, 2)),
        ("valid tool calls", _told(made.valid_calls)),
        ("tokens", tokens),
        ("right in every repeat", f"{_told(made.all.pass_k)} cases, {made.repeats} repeat{'s' * (made.repeats != 1)}"),
        *((f"reliability, c = {c}", words.decimal(value)) for c, value in _penalties(made)),
    ]


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield everything that a description holds, a line for each value, under its dotted name."""
    if isinstance(value, dict) and value:
        for key in sorted(value):
            yield from _flat(value[key], f"{name}.{key}" if name else str(key))
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the report of a folder again; exit 1 when a file in it is not right."""
    parser = argparse.ArgumentParser(prog="eval/report.py", description="Write report.html of a run again.")
    parser.add_argument("folder", type=Path, help="the folder of a run")
    try:
        written = write(parser.parse_args(arguments).folder)
    except AskregError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
