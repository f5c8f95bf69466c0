"""Contradictions planted in the words on the cards of a generated registry: all are found, and nothing true is."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from askreg.registry import manifest
from askreg.registry.registry import Registry
from askreg.reports.cards.check import claimed
from askreg.reports.cards.claims import Claims
from askreg.reports.cards.drafting import card_of
from askreg.reports.cards.record import read

from .card_figures import Told
from .card_world import generated

MEASURED = (
    "On {data}, {metric} was {value} for {cohort}.",
    "For {cohort} the {metric} came to {value} when measured on {data}.",
    "{metric}: {value} ({cohort}, {data})",
    "The model reaches a {metric} of {value} in {cohort} on {data}.",
)
SIZED = ("{metric} on {data} was {value} (n = {n}) in {cohort}.", "For {cohort} on {data}, n={n}.")
DATED = {
    "trained": ("It was trained on {date}.", "Training: the model was fitted on {words}."),
    "approved": ("The committee approved it on {date}.", "Approved {words}."),
    "live": ("It went live on {words}.", "Live since {date}."),
    "registered": ("Registered on {date}.", "It was first registered on {words}."),
}
OTHER = {
    "training": "The model was trained on {data}.",
    "base": "It was derived from {base}.",
    "site": "It is deployed at {site}.",
    "stage": "The version is currently in {stage}.",
}
MONTHS = "January February March April May June July August September October November December".split()


class Writer:
    """Writes pairs of sentences about a version: one that its record bears out, one that it contradicts."""

    def __init__(self, told: Told, subject: str, chance: random.Random) -> None:
        self.told, self.subject, self.chance = told, subject, chance
        self.version = told.version(subject)

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield from self.figures()
        yield from self.dates()
        yield from self.others()

    def figures(self) -> Iterator[tuple[str, str]]:
        for evaluation in self.version.get("evaluations", []):
            cohort = evaluation.get("cohort", "all")
            if cohort == "all" or "|" in cohort or "<" in cohort:
                continue
            for metric, figure in evaluation["metrics"].items():
                given = {"metric": metric, "data": evaluation["dataset"], "cohort": cohort, **figure}
                false = {**given, "value": self.other(figure["value"], metric, evaluation)}
                template = self.chance.choice(MEASURED)
                yield template.format(**given), template.format(**false)
                if "n" in figure:
                    template = self.chance.choice(SIZED)
                    yield template.format(**given), template.format(**{**given, "n": int(figure["n"]) + 6007})

    def other(self, value: str, metric: str, evaluation: dict[str, Any]) -> str:
        """Return a figure that is not recorded of this setting."""
        places = len(value.partition(".")[2])
        held = {
            each["metrics"][metric]["value"]
            for each in self.version["evaluations"]
            if metric in each["metrics"] and each["dataset"] == evaluation["dataset"]
        }
        while True:
            changed = f"{float(value) + self.chance.choice([-0.11, -0.05, 0.04, 0.09]):.{places}f}"
            if changed not in held and float(changed) not in map(float, held):
                return changed

    def dates(self) -> Iterator[tuple[str, str]]:
        run = self.told.runs.get(self.version.get("run", ""), {})
        approvals = [a["at"] for a in self.version.get("approvals", []) if a["decision"] == "approved"]
        live = [d["at"] for d in self.version.get("deployments", [])]
        known = {
            "registered": [self.version["at"]],
            "trained": [run["at"]] if run else [],
            "approved": approvals,
            "live": live,
        }
        for what, instants in known.items():
            for template in DATED[what] if instants else ():
                yield template.format(**_day(instants[0], 0)), template.format(**_day(instants[0], 3))

    def others(self) -> Iterator[tuple[str, str]]:
        number = self.subject.partition(":")[0].removeprefix("model-")
        if "run" in self.version:
            wrong = f"away-{number}@v1"
            yield OTHER["training"].format(data=f"train-{number}@v1"), OTHER["training"].format(data=wrong)
        if "base" in self.version:
            base, last = self.version["base"], self.subject.partition(":")[0]
            yield OTHER["base"].format(base=base), OTHER["base"].format(base=f"{last}:99")
        live = [d["site"] for d in self.version.get("deployments", []) if "until" not in d]
        if live:
            wrong = next(f"site-{n}" for n in range(1, 5) if f"site-{n}" not in live)
            yield OTHER["site"].format(site=live[0]), OTHER["site"].format(site=wrong)
        stages = [move["stage"] for move in self.version.get("stages", [])] or ["experimental"]
        yield OTHER["stage"].format(stage=stages[-1]), OTHER["stage"].format(stage="retired")


def _day(instant: str, later: int) -> dict[str, str]:
    year, month, day = instant[:10].split("-")
    shifted = int(day) + later
    return {"date": f"{year}-{month}-{shifted:02}", "words": f"{shifted} {MONTHS[int(month) - 1]} {year}"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    path: Path = tmp_path_factory.mktemp("planted") / "many.db"
    with generated(f"sqlite:///{path}", versions=120, seed=7) as opened:
        yield opened


def test_every_planted_contradiction_is_found_and_no_true_sentence(registry: Registry) -> None:
    told, chance = Told(manifest.dump(registry)), random.Random(3)
    planted, missed, false_alarms = 0, [], []
    with registry.view() as seen:
        for version in registry.find_versions(limit=500).versions:
            record = read(seen, version.subject)
            judge = Claims(record, card_of(record))
            for true, false in Writer(told, version.subject, chance).pairs():
                planted += 1
                if not any(found.code == "contradiction" for found in claimed(judge, false)):
                    missed.append(f"{version.subject}: {false}")
                false_alarms += [f"{version.subject}: {true} {found.what}" for found in claimed(judge, true)]
    assert planted > 1000
    assert missed == [] and false_alarms == []
