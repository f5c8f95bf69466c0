"""A small registry with a history, for tests that only read."""

from datetime import UTC, datetime

from clocks import Clock

from askreg.registry import manifest
from askreg.registry.registry import Registry

MANIFEST = """
askreg: 1
people:
  - {name: ada.osei, display: Ada Osei, roles: [scientist]}
  - {name: ben.ito, display: Ben Itō, roles: [scientist, auditor]}
  - {name: lena.koch, display: Lena Koch, roles: [approver]}
  - {name: trainer, kind: service}
datasets:
  - name: ehr
    versions: [{version: v1, rows: 90000, sensitivity: phi, at: 2026-01-01, by: ben.ito}]
  - name: stays
    description: ICU stays
    versions:
      - {version: v1, rows: 4000, sensitivity: deidentified, derived_from: [ehr@v1], at: 2026-01-02, by: ben.ito}
      - {version: v2, rows: 5000, sensitivity: deidentified, derived_from: [stays@v1], at: 2026-02-01, by: ada.osei}
  - name: holdout
    versions: [{version: v1, rows: 1200, sensitivity: public, at: 2026-01-02, by: ben.ito}]
runs:
  - {id: r1, at: 2026-01-09, by: trainer, params: {rate: 0.1, solver: Adam}, code: {repo: git, commit: abc},
     inputs: [{dataset: stays@v1, role: training}]}
  - {id: r2, at: 2026-02-09, by: trainer, params: {rate: 0.05},
     inputs: [{dataset: stays@v2, role: training}, {dataset: holdout@v1, role: validation}]}
models:
  - name: sepsis
    task: classification
    owner: ada.osei
    description: Six-hour sepsis risk
    tags: {specialty: Critical-Care}
    card: {intended_use: Triage of adults, limit: 12}
    versions:
      - version: 1
        at: 2026-01-10T09:00:00Z
        by: ada.osei
        run: r1
        framework: scikit-learn 1.5
        artifact: {uri: "s3://m/1", size: 100}
        tags: {site: north, color: red}
        evaluations:
          - {dataset: holdout@v1, at: 2026-01-11, by: ben.ito,
             metrics: {auroc: {value: 0.80, n: 1200, ci: [0.78, 0.82]}, accuracy: {value: 0.95}}}
        approvals: [{by: lena.koch, meaning: approval, decision: approved, at: 2026-01-15, comment: sound}]
        stages:
          - {stage: validation, at: 2026-01-12, by: ada.osei}
          - {stage: approved, at: 2026-01-16, by: lena.koch}
          - {stage: production, at: 2026-01-20, by: lena.koch}
          - {stage: retired, at: 2026-03-10, by: lena.koch, reason: superseded}
        aliases: [{alias: champion, at: 2026-01-20, until: 2026-02-28, by: ada.osei}]
        deployments: [{site: north, environment: icu, at: 2026-01-20, until: 2026-02-28, by: ben.ito}]
      - version: 2
        at: 2026-02-10T09:00:00Z
        by: ada.osei
        run: r2
        base: sepsis:1
        framework: scikit-learn 1.6
        artifact: {uri: "s3://m/2", size: 250}
        tags: {site: North}
        evaluations:
          - {dataset: holdout@v1, at: 2026-02-11, by: ben.ito,
             metrics: {auroc: {value: 0.871, n: 1200, ci: [0.852, 0.889]}, accuracy: {value: 0.70}}}
          - {dataset: holdout@v1, cohort: sex=female, at: 2026-02-12, by: ben.ito, metrics: {auroc: {value: 0.9}}}
        approvals:
          - {by: lena.koch, meaning: approval, decision: rejected, at: 2026-02-13}
          - {by: lena.koch, meaning: approval, decision: approved, at: 2026-02-20}
        stages:
          - {stage: validation, at: 2026-02-12, by: ada.osei}
          - {stage: approved, at: 2026-02-21, by: lena.koch}
          - {stage: production, at: 2026-03-01, by: lena.koch}
        aliases: [{alias: champion, at: 2026-03-01, by: ada.osei}]
        deployments:
          - {site: north, environment: icu, region: eu-west, at: 2026-03-01, by: ben.ito}
          - {site: south, environment: ward, at: 2026-03-05T12:00:00Z, by: ben.ito}
      - {version: 3, at: 2026-04-10T09:00:00Z, by: ben.ito, framework: XGBoost 3}
  - name: peds
    task: classification
    versions:
      - {version: 1, at: 2026-04-01T09:00:00Z, by: ben.ito, base: sepsis:2}
"""


def hospital(url: str) -> Registry:
    """Open a database filled with the manifest and a document, on 2026-07-01."""
    registry = Registry.open(url, actor="root", clock=Clock(datetime(2026, 7, 1, tzinfo=UTC)))
    manifest.loads(registry, MANIFEST, name="hospital.yaml")
    registry.register_document(
        path="docs/sepsis.md", title="Validation of sepsis", about=["sepsis", "sepsis:2"], size=10, digest="sha256:d"
    )
    return registry
