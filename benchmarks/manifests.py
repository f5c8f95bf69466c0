"""A manifest of a given size, the same for the same seed."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

import yaml

from benchmarks.generate import ENVIRONMENTS, PEOPLE, START, tags

_PER_MODEL = 50


def content(chance: random.Random, *, versions: int) -> dict[str, Any]:
    """Return versions with three tags and an evaluation each, 50 to a model; one of each model's is live."""
    at = _instant(START)
    states = [{"version": "2020-01", "digest": _digest(chance), "rows": 41_234, "at": at, "by": PEOPLE[0]}]
    return {
        "askreg": 1,
        "people": [{"name": name, "display": name.title(), "roles": ["scientist"]} for name in PEOPLE],
        "datasets": [{"name": f"data-{number}", "versions": states} for number in range(10)],
        "models": [_model(chance, number) for number in range(versions // _PER_MODEL)],
    }


def yaml_text(chance: random.Random, *, versions: int) -> str:
    """Return the manifest as YAML."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(content(chance, versions=versions), Dumper=dumper, sort_keys=False))


def json_text(chance: random.Random, *, versions: int) -> str:
    """Return the manifest as JSON."""
    return json.dumps(content(chance, versions=versions), indent=1)


def _model(chance: random.Random, number: int) -> dict[str, Any]:
    begun = START + timedelta(days=number + 1)
    versions = [_version(chance, version, begun + timedelta(days=7 * version)) for version in range(1, _PER_MODEL + 1)]
    champion = chance.choice(versions)
    moved = datetime.fromisoformat(champion["at"])
    later = [_instant(moved + timedelta(days=day)) for day in range(2, 7)]
    by = chance.choice(PEOPLE)
    stages = ("validation", "approved", "production")
    champion["stages"] = [{"stage": stage, "at": at, "by": by} for stage, at in zip(stages, later, strict=False)]
    champion["aliases"] = [{"alias": "champion", "at": later[3], "by": by}]
    place = {"site": f"site-{number % 20}", "environment": chance.choice(ENVIRONMENTS)}
    champion["deployments"] = [{**place, "at": later[4], "by": by}]
    return {"name": f"model-{number}", "task": "classification", "owner": chance.choice(PEOPLE), "versions": versions}


def _version(chance: random.Random, number: int, at: datetime) -> dict[str, Any]:
    low = chance.randint(6000, 9000)
    auroc = {"value": (low + 200) / 10_000, "n": 1200, "ci": [low / 10_000, (low + 400) / 10_000]}
    digest = _digest(chance)
    evaluation = {
        "dataset": f"data-{chance.randrange(10)}@2020-01",
        "at": _instant(at + timedelta(days=1)),
        "by": chance.choice(PEOPLE),
        "metrics": {"auroc": auroc},
    }
    return {
        "version": number,
        "at": _instant(at),
        "by": chance.choice(PEOPLE),
        "framework": "scikit-learn 1.9",
        "artifact": {
            "uri": f"s3://models/{digest[7:19]}",
            "digest": digest,
            "size": chance.randint(10_000, 10_000_000),
        },
        "tags": tags(chance),
        "evaluations": [evaluation],
    }


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _digest(chance: random.Random) -> str:
    return f"sha256:{chance.getrandbits(256):064x}"
