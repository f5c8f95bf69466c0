"""Registries for the tests of cards: a small one with a bit of everything, and generated ones of any size."""

import random
from datetime import UTC, datetime
from typing import Any

import yaml
from clocks import Clock

from askreg.registry import manifest
from askreg.registry.registry import Registry

NOW = datetime(2026, 7, 1, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    "[click](http://evil.example/x)",
    "![seen](http://evil.example/p.png)",
    "a | b | c\n| --- |",
    "```\n# Not a heading\n```",
    "png.exe\u202egnp",
    "{{ config.secret }} {% raw %}",
    "]]><x xmlns='urn:x'>&lt;b&gt;&#x41;",
    "<!-- hidden --> --> x",
    "\u001b[31mred\u001b[0m\u0007",
    "=cmd|' /C calc'!A0",
    "---\nlicense: mit\n---",
    "<para><font color='red'>x</font></para>",
    "javascript:alert(1) data:text/html,x www.evil.example",
    "Łukasz Żółć · Иван · Ελένη · 李小龍 · محمد",
)
"""Texts that try to be markup, links, front matter, controls or another document."""

SMALL = """
askreg: 1
people:
  - {name: ada.osei, display: Ada Osei, roles: [scientist]}
  - {name: ben.ito, display: Ben Itō, roles: [scientist]}
  - {name: lena.koch, display: Lena Koch, roles: [approver]}
  - {name: tom.reid, display: Tom Reid, roles: [approver]}
datasets:
  - name: ehr
    versions: [{version: v1, rows: 90000, sensitivity: phi, source: Northgate warehouse, at: 2025-12-01, by: ben.ito}]
  - name: stays
    description: ICU stays
    versions:
      - {version: v1, rows: 41234, sensitivity: deidentified, digest: "sha256:aaaaaa01", derived_from: [ehr@v1],
         at: 2026-01-02, by: ben.ito}
  - name: holdout
    versions:
      - {version: v1, rows: 1200, sensitivity: deidentified, digest: "sha256:aaaaaa02", derived_from: [ehr@v1],
         at: 2026-01-02, by: ben.ito}
  - name: southbank
    versions:
      - {version: v1, rows: 800, sensitivity: deidentified, source: Southbank registry, at: 2026-01-03, by: tom.reid}
runs:
  - {id: r0, at: 2026-01-05, by: ada.osei, inputs: [{dataset: stays@v1, role: training}]}
  - {id: r1, at: 2026-01-09, by: ada.osei, params: {rate: 0.1, solver: adam}, code: {repo: git, commit: 3f2a9c1e},
     inputs: [{dataset: stays@v1, role: training}, {dataset: holdout@v1, role: test}]}
models:
  - name: foundation
    task: classification
    versions: [{version: 1, at: 2026-01-06, by: ada.osei, run: r0}]
  - name: sepsis
    task: classification
    owner: ada.osei
    description: Six-hour risk of sepsis
    tags: {specialty: critical-care}
    card:
      intended_use: Early warning of sepsis for adult ICU patients
      population: Adults in intensive care
      out_of_scope: Children and pregnancy
      funding: {state: unavailable, reason: the sponsor has not answered}
      ehr: {state: not applicable, reason: it runs beside the EHR}
      reimbursement: not applicable
      users: [Intensivists, Ward nurses]
      benefits: TBD
      limit: 12
    versions:
      - version: 1
        at: 2026-01-10T09:00:00Z
        by: ada.osei
        run: r1
        base: foundation:1
        framework: scikit-learn 1.9.1
        change_control: inside
        artifact: {uri: "s3://m/1", size: 81234,
                   digest: "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}
        signature: {inputs: {lactate: number, age: integer}, outputs: {risk: number}}
        evaluations:
          - {dataset: holdout@v1, at: 2026-01-11, by: ben.ito,
             metrics: {auroc: {value: 0.870, n: 1200, ci: [0.852, 0.889]}, sensitivity: {value: 0.81, n: 1200},
                       brier: {value: 0.101}}}
          - {dataset: holdout@v1, cohort: sex=female, at: 2026-01-11, by: ben.ito,
             metrics: {auroc: {value: 0.832, n: 544, ci: [0.801, 0.861]}}}
          - {dataset: holdout@v1, cohort: sex=male, at: 2026-01-11, by: ben.ito,
             metrics: {auroc: {value: 0.889, n: 656, ci: [0.867, 0.911]}}}
          - {dataset: southbank@v1, at: 2026-01-12, by: tom.reid, evidence: third-party,
             metrics: {auroc: {value: 0.803, n: 800, ci: [0.771, 0.835]}}}
          - {dataset: southbank@v1, cohort: sex=female, at: 2026-01-12, by: tom.reid, evidence: third-party,
             metrics: {auroc: {value: 0.788, n: 390, ci: [0.741, 0.835]}}}
          - {dataset: stays@v1, split: train, at: 2026-01-11, by: ada.osei, metrics: {auroc: {value: 0.991, n: 41234}}}
        approvals: [{by: lena.koch, meaning: approval, decision: approved, at: 2026-01-15, comment: sound}]
        stages:
          - {stage: validation, at: 2026-01-13, by: ada.osei}
          - {stage: approved, at: 2026-01-16, by: lena.koch}
          - {stage: production, at: 2026-01-20, by: lena.koch}
        deployments:
          - {site: northgate, environment: icu, region: eu-west, at: 2026-01-21, by: ben.ito}
          - {site: southgate, environment: icu, at: 2026-01-22, until: 2026-02-01T12:00:00Z, by: ben.ito}
      - {version: 2, at: 2026-03-10T09:00:00Z, by: ben.ito, framework: XGBoost 3}
"""
"""One model with figures of every kind, states of every kind, and a version that nothing is known of."""


def small(url: str, *, actor: str = "root", clock: Clock | None = None) -> Registry:
    """Open a database filled with `SMALL`."""
    registry = Registry.open(url, actor=actor, clock=clock or Clock(NOW))
    manifest.loads(registry, SMALL, name="small.yaml")
    registry.register_document(path="docs/sepsis.md", title="Validation of sepsis", about=["sepsis:1"], size=10)
    return registry


def generated(url: str, *, versions: int, seed: int = 20260701) -> Registry:
    """Open a database with that many versions, the same for the same seed; their texts are hostile now and then."""
    registry = Registry.open(url, actor="root", clock=Clock(NOW))
    text = yaml.dump(_world(random.Random(seed), versions), Dumper=yaml.CSafeDumper, allow_unicode=True)
    manifest.loads(registry, text, name="generated.yaml")
    return registry


PEOPLE = [f"person-{number}" for number in range(12)]
METRICS = ("auroc", "auprc", "sensitivity", "specificity", "ppv", "brier", "mae", "alarm_rate")
COHORTS = (
    "sex=female",
    "sex=male",
    "age=65+",
    "age=under-65",
    "sex=female,age=65+",
    "site=north|south",
    "race=<b>b</b>",
)
TEXTS = (
    "intended_use", "population", "out_of_scope", "users", "decision_role", "how_to_use", "risks", "bias", "funding",
    "output", "output_type", "criteria", "input_variables", "demographics", "relevance", "fairness_approach",
    "bias_mitigation", "external_process", "monitoring_validity", "monitoring_fairness", "update_process",
    "correction_frequency", "license", "citation", "architecture", "learning_approach", "environment", "summary",
    "memo",
)  # fmt: skip


def _world(chance: random.Random, versions: int) -> dict[str, Any]:
    """Return a manifest: models of up to eight versions each, with data, runs, figures, signatures and texts."""
    people = [{"name": name, "display": _text(chance, name.title()), "roles": ["scientist"]} for name in PEOPLE]
    world: dict[str, Any] = {"askreg": 1, "people": people, "datasets": [], "runs": [], "models": []}
    world["metrics"] = {"alarm_rate": {"better": "lower", "unit": "per day"}}
    number, made = 0, 0
    while made < versions:
        count = min(chance.randint(1, 8), versions - made)
        world["datasets"] += _datasets(chance, number)
        world["models"].append(_model(chance, number, count, world["runs"]))
        number, made = number + 1, made + count
    return world


def _datasets(chance: random.Random, number: int) -> list[dict[str, Any]]:
    def state(version: str, **more: Any) -> dict[str, Any]:
        given = {"version": version, "at": "2025-01-02T09:00:00Z", "by": chance.choice(PEOPLE), **more}
        if chance.random() < 0.8:
            given |= {"rows": chance.randint(100, 90_000), "digest": f"sha256:{chance.getrandbits(64):016x}"}
        if chance.random() < 0.7:
            given["sensitivity"] = chance.choice(["public", "internal", "deidentified", "phi"])
        return given

    raw = state("v1", source=_text(chance, f"warehouse {number}"))
    return [
        {"name": f"raw-{number}", "versions": [raw]},
        {"name": f"train-{number}", "description": _text(chance, "Stays"), "versions": [
            state("v1", derived_from=[f"raw-{number}@v1"])]},
        {"name": f"test-{number}", "versions": [state("v1", derived_from=[f"raw-{number}@v1"])]},
        {"name": f"away-{number}", "versions": [state("v1", source=f"elsewhere {number}")]},
    ]  # fmt: skip


def _model(chance: random.Random, number: int, count: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    made = [_version(chance, number, version, runs) for version in range(1, count + 1)]
    found: dict[str, Any] = {"name": f"model-{number}", "task": "classification", "versions": made}
    if chance.random() < 0.9:
        found["owner"] = chance.choice(PEOPLE)
    if chance.random() < 0.7:
        found["description"] = _text(chance, "Risk of something")
    if chance.random() < 0.8:
        found["card"] = _card(chance)
    return found


def _version(chance: random.Random, number: int, version: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    month = f"2025-{version + 1:02}"
    found: dict[str, Any] = {"version": version, "at": f"{month}-10T09:00:00Z", "by": chance.choice(PEOPLE)}
    if chance.random() < 0.8:
        run = f"run-{number}-{version}"
        params = {"rate": round(chance.random(), 4), "note": _text(chance, "adam")}
        inputs = [{"dataset": f"train-{number}@v1", "role": "training"}]
        runs.append({"id": run, "at": f"{month}-09T08:00:00Z", "params": params, "inputs": inputs})
        found["run"] = run
    if version > 1 and chance.random() < 0.5:
        found["base"] = f"model-{number}:{chance.randint(1, version - 1)}"
    if chance.random() < 0.8:
        digest = f"sha256:{chance.getrandbits(256):064x}"
        found["artifact"] = {"uri": f"s3://m/{number}/{version}", "digest": digest, "size": chance.randint(10, 10**8)}
        found["framework"] = chance.choice(["scikit-learn 1.9", "XGBoost 3", _text(chance, "torch 2.9")])
    if chance.random() < 0.5:
        found["card"] = _card(chance)
    found["tags"] = {f"tag-{chance.randint(1, 5)}": _text(chance, "value")}
    found["evaluations"] = _evaluations(chance, number, month)
    found |= _standing(chance, month)
    return found


def _evaluations(chance: random.Random, number: int, month: str) -> list[dict[str, Any]]:
    found = []
    for data in chance.sample([f"test-{number}@v1", f"away-{number}@v1", f"train-{number}@v1"], chance.randint(0, 3)):
        cohorts = ["all", *chance.sample(COHORTS, chance.randint(0, 5))]
        metrics = chance.sample(METRICS, chance.randint(1, 3))
        evidence = chance.choice(["vendor", "self-reported", "third-party", "local", "signed"])
        for cohort in cohorts:
            figures = {metric: _figure(chance, metric) for metric in metrics}
            found.append({"dataset": data, "cohort": cohort, "at": f"{month}-12T10:00:00Z", "by": chance.choice(PEOPLE),
                          "evidence": evidence, "metrics": figures})  # fmt: skip
    return found


def _figure(chance: random.Random, metric: str) -> dict[str, Any]:
    whole = metric in ("mae", "alarm_rate")
    value = round(chance.uniform(1, 60) if whole else chance.uniform(0.5, 0.99), chance.choice([2, 3, 4]))
    found: dict[str, Any] = {"value": value}
    if chance.random() < 0.8:
        found["n"] = chance.randint(10, 5000)
    if chance.random() < 0.8:
        half = round(chance.uniform(0.005, 0.08), 3)
        found["ci"] = [round(value - half, 4), round(min(value + half, value + half if whole else 0.999), 4)]
    if metric == "alarm_rate":
        found["unit"] = "per day"
    if chance.random() < 0.1:
        found["config"] = {"threshold": 0.2}
    return found


def _standing(chance: random.Random, month: str) -> dict[str, Any]:
    stages, approvals, deployments = [], [], []
    if chance.random() < 0.7:
        stages.append({"stage": "validation", "at": f"{month}-13T09:00:00Z", "by": chance.choice(PEOPLE)})
        if chance.random() < 0.7:
            approvals.append({"by": chance.choice(PEOPLE), "meaning": "approval", "decision": "approved",
                              "at": f"{month}-15T09:00:00Z", "comment": _text(chance, "sound")})  # fmt: skip
            stages.append({"stage": "approved", "at": f"{month}-16T09:00:00Z", "by": chance.choice(PEOPLE)})
            stages.append({"stage": "production", "at": f"{month}-17T09:00:00Z", "by": chance.choice(PEOPLE)})
            site = f"site-{chance.randint(1, 4)}"
            deployments.append({"site": site, "environment": "icu", "at": f"{month}-18T09:00:00Z"})
            if chance.random() < 0.4:
                deployments[0]["until"] = f"{month}-25T09:00:00Z"
    return {"stages": stages, "approvals": approvals, "deployments": deployments}


def _card(chance: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in chance.sample(TEXTS, chance.randint(1, 14)):
        found[name] = chance.choice(
            [
                _text(chance, f"Words about {name.replace('_', ' ')}"),
                {"state": "unavailable", "reason": "nobody has answered"},
                {"state": "not applicable", "reason": _text(chance, "it does not apply")},
                [_text(chance, "One thing"), "Another thing"],
            ]
        )
    return found


def _text(chance: random.Random, plain: str) -> str:
    return chance.choice(HOSTILE) if chance.random() < 0.15 else plain
