"""A registry of any size from a seed: a hospital group's models with all that can be recorded, or left out."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from clocks import Clock

from askreg.registry import manifest
from askreg.registry.registry import Registry

NOW = datetime(2026, 7, 1, tzinfo=UTC)
START = datetime(2023, 1, 2, 8, tzinfo=UTC)
PEOPLE = {"ada.osei": "Ada Osei", "ben.ito": "Ben Itō", "lena.koch": "Lena Koch", "tomas.silva": None}
SITES = ("northgate", "southbank", "eastfield", "westmoor")
COHORTS = ("sex=female", "sex=male", "age=under-50", "age=50-and-over", "site=northgate,sex=female")
METRICS = ("auroc", "brier", "sensitivity", "specificity", "rmse")


class Generator:
    """Writes one manifest; time only goes forward."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = START

    def at(self) -> str:
        """Return a later instant."""
        self.now += timedelta(minutes=self.chance.randint(1, 300), microseconds=self.chance.choice([0, 0, 0, 123456]))
        return self.now.isoformat().replace("+00:00", "Z")

    def by(self) -> dict[str, Any]:
        """Return who did it, or nothing."""
        return {"by": self.chance.choice(list(PEOPLE))} if self.chance.random() < 0.9 else {}

    def maybe(self, share: float, **given: Any) -> dict[str, Any]:
        """Return what is given, or nothing."""
        return given if self.chance.random() < share else {}

    def digest(self) -> str:
        """Return a digest that is nobody else's."""
        return f"sha256:{self.chance.getrandbits(256):064x}"

    def dataset(self, number: int) -> dict[str, Any]:
        """Return a dataset with four states, each made from earlier ones."""
        name = f"stays-{number}"
        states: list[dict[str, Any]] = []
        for label in ("raw", "2024-01", "2024-06", "v1.0"):
            sources = [{"derived_from": [f"{name}@{states[-1]['version']}"]}] if states else [{}]
            states.append(
                {
                    "version": label,
                    "at": self.at(),
                    **self.by(),
                    **sources[0],
                    **self.maybe(0.8, digest=self.digest()),
                    **self.maybe(0.8, rows=self.chance.randint(10, 10_000_000)),
                    **self.maybe(0.8, sensitivity=self.chance.choice(["public", "deidentified", "phi"])),
                    **self.maybe(
                        0.5, source=f"warehouse extract {self.chance.randint(1, 99)}, \u201cquoted\u201d *text*"
                    ),
                }
            )
        return {"name": name, "description": f"Stays of ward {number}", "versions": states}

    def figure(self) -> dict[str, Any]:
        """Return a figure, with or without the number of cases and an interval."""
        digits = self.chance.randint(1, 6)
        low, value, high = sorted(self.chance.randint(0, 10**digits) for _ in range(3))
        text = [f"{part / 10**digits:.{digits}f}" for part in (low, value, high)]
        interval = self.maybe(0.7, ci=[text[0], text[2]])
        return {"value": text[1], **self.maybe(0.8, n=self.chance.randint(1, 99_999)), **interval}

    def evaluation(self, states: list[str], cohort: str) -> dict[str, Any]:
        """Return an evaluation in one cohort."""
        names = self.chance.sample(METRICS, self.chance.randint(1, 4))
        return {
            "dataset": self.chance.choice(states),
            "cohort": cohort,
            "split": self.chance.choice(["test", "external"]),
            "at": self.at(),
            **self.by(),
            "evidence": self.chance.choice(["vendor", "self-reported", "third-party", "local", "signed"]),
            "metrics": {name: self.figure() for name in names},
        }

    def life(self) -> dict[str, Any]:
        """Return signatures, stages, aliases and deployments, as far as the version came."""
        found: dict[str, Any] = {"stages": [], "approvals": [], "deployments": []}
        far = self.chance.randint(0, 4)
        for stage in ("validation", "approved", "production", "retired")[:far]:
            found["stages"].append(
                {"stage": stage, "at": self.at(), **self.by(), **self.maybe(0.3, reason="as planned")}
            )
            if stage == "validation":
                for meaning in self.chance.sample(["review", "approval", "responsibility"], 2):
                    found["approvals"].append(
                        {
                            "by": self.chance.choice(list(PEOPLE)),
                            "meaning": meaning,
                            "decision": self.chance.choice(["approved", "approved", "approved", "rejected"]),
                            "at": self.at(),
                            **self.maybe(0.5, comment=f"Checked {self.chance.randint(2, 900)} cases"),
                        }
                    )
            if stage == "production":
                for site in self.chance.sample(SITES, self.chance.randint(0, 3)):
                    place = {"site": site, "environment": "icu", **self.maybe(0.5, region="eu-west"), "at": self.at()}
                    found["deployments"].append({**place, **self.by(), **self.maybe(0.4, until=self.at())})
        return found

    def version(self, model: str, number: int, run: str, states: list[str]) -> dict[str, Any]:
        """Return a version with its evaluations and its life."""
        found = {
            "version": number,
            "at": self.at(),
            **self.by(),
            **self.maybe(0.8, framework=f"scikit-learn 1.{self.chance.randint(0, 9)}"),
            **self.maybe(0.8, artifact=self.artifact(model, number)),
            **self.maybe(0.3, tags={"site": self.chance.choice(SITES), "tier": str(self.chance.randint(1, 3))}),
            **self.maybe(0.3, description=f"Retrained on {self.chance.randint(2, 60)} months of stays"),
            **self.maybe(0.3, change_control=self.chance.choice(["inside", "outside"])),
        }
        if self.chance.random() < 0.85:
            found["run"] = run
        if number > 1 and self.chance.random() < 0.5:
            found["base"] = f"{model}:{self.chance.randint(1, number - 1)}"
        cohorts = ["all", *self.chance.sample(COHORTS, self.chance.randint(0, 4))]
        found["evaluations"] = [self.evaluation(states, c) for c in cohorts if self.chance.random() < 0.85]
        return found | self.life()

    def artifact(self, model: str, number: int) -> dict[str, Any]:
        """Return where the file is."""
        size = self.maybe(0.8, size=self.chance.randint(1_000, 10**9))
        return {"uri": f"s3://models/{model}/{number}", **self.maybe(0.9, digest=self.digest()), **size}

    def manifest(self, *, models: int, versions: int) -> str:
        """Return the whole as JSON, which is YAML too."""
        datasets = [self.dataset(number) for number in range(1, 6)]
        states = [f"{d['name']}@{v['version']}" for d in datasets for v in d["versions"]]
        runs: list[dict[str, Any]] = []
        made = []
        for index in range(1, models + 1):
            name = f"risk-{index}"
            model: dict[str, Any] = {"name": name, "task": "classification", "at": self.at(), "versions": []}
            model |= self.maybe(0.8, owner="ada.osei") | self.maybe(0.8, description=f"Risk {index} within 6 hours")
            model |= self.maybe(0.7, card={"intended_use": "triage", "population": f"adults over {index + 17}"})
            for number in range(1, versions + 1):
                runs.append(self.run(f"run-{index}-{number}", states))
                model["versions"].append(self.version(name, number, runs[-1]["id"], states))
            made.append(model)
        people = [{"name": name, **({"display": shown} if shown else {})} for name, shown in PEOPLE.items()]
        whole = {"askreg": 1, "people": people, "datasets": datasets, "runs": runs, "models": made}
        return json.dumps(whole)

    def run(self, name: str, states: list[str]) -> dict[str, Any]:
        """Return a run and what it used."""
        roles = ("training", "training", "validation", "test")
        used = self.chance.sample(states, self.chance.randint(0, 4))
        return {
            "id": name,
            "at": self.at(),
            **self.by(),
            **self.maybe(0.8, code={"repo": "git@code:risk", "commit": f"{self.chance.getrandbits(160):040x}"}),
            **self.maybe(
                0.8, params={"rate": self.chance.randint(1, 99) / 1000, "trees": self.chance.randint(10, 900)}
            ),
            "inputs": [{"dataset": state, "role": role} for state, role in zip(used, roles, strict=False)],
        }


def generated(url: str, *, seed: int, models: int, versions: int) -> Registry:
    """Open a database filled with so many models of so many versions."""
    registry = Registry.open(url, actor="root.admin", clock=Clock(NOW))
    manifest.loads(registry, Generator(seed).manifest(models=models, versions=versions), name="generated.json")
    return registry
