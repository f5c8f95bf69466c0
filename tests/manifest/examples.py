"""Manifests to test with."""

WHOLE = """\
askreg: 1
metrics:
  medcon: {better: higher, unit: points}
people:
  - {name: ada.osei, display: Ada Osei, roles: [scientist]}
  - {name: lena.koch, roles: [approver]}
  - {name: nightly, kind: service}
datasets:
  - name: ehr-extract
    versions:
      - {version: 2025-05, at: 2025-05-01T22:00:00Z}
  - name: icu-stays
    description: Adult ICU stays
    versions:
      - {version: 2025-06, digest: "sha256:d1", rows: 41234, sensitivity: deidentified, source: "wärehouse",
         derived_from: [ehr-extract@2025-05], at: 2025-06-02T09:00:00Z, by: ada.osei}
      - {version: 2025.10, at: 2025-10-02T09:00:00Z, derived_from: [icu-stays@2025-06]}
runs:
  - {id: run-17, at: 2025-06-10T08:00:00Z, by: nightly, code: {repo: "https://git", commit: 3f2a9c1},
     params: {learning_rate: 0.1, trees: 200, note: yes, deep: {list: [1, 2.50, null, true, 1e-7]}},
     inputs: [{dataset: icu-stays@2025-06, role: training}]}
models:
  - name: sepsis-risk
    task: classification
    owner: ada.osei
    description: Six-hour sepsis risk
    tags: {specialty: critical-care, tier: 1}
    card: {intended_use: "alert the ICU team", limits: [children, "wards: all"]}
    versions:
      - version: 1
        at: 2025-06-11T10:00:00Z
        by: ada.osei
        run: run-17
        framework: 1.10
        artifact: {uri: "s3://m/1", digest: "sha256:a1", size: 81234}
        signature: {inputs: [{name: lactate, type: float}], outputs: [risk]}
        evaluations:
          - {dataset: icu-stays@2025.10, at: 2025-10-03T09:00:00Z, by: ada.osei,
             metrics: {auroc: {value: 0.8710, n: 1200, ci: [0.852, 0.889]}, brier: {value: 0.10, config: {bins: 10}}}}
          - {dataset: icu-stays@2025-06, split: validation, cohort: "sex=female", evidence: local,
             at: 2025-06-12T09:00:00Z, metrics: {auroc: {value: 1}}}
        approvals:
          - {by: lena.koch, meaning: approval, decision: approved, at: 2025-06-20T15:00:00Z, comment: "fine"}
        stages:
          - {stage: validation, at: 2025-06-13T09:00:00Z, by: ada.osei}
          - {stage: production, at: 2025-06-21T09:00:00Z, reason: "go"}
        aliases:
          - {alias: champion, at: 2025-06-21T09:00:00Z, until: 2026-01-05T08:00:00Z, by: ada.osei}
        deployments:
          - {site: northgate, environment: icu, region: eu-west, at: 2025-06-22T08:00:00Z,
             until: 2026-01-05T08:00:00Z, by: ada.osei, reason: "replaced"}
          - {site: northgate, environment: icu, at: 2026-02-01T08:00:00Z}
      - version: 2
        at: 2025-12-11T10:00:00Z
        base: sepsis-risk:1
        change_control: inside
        tags: {site: "north"}
        card: {population: adults}
        description: "Trained again: more data"
        aliases:
          - {alias: champion, at: 2026-01-05T08:00:00Z}
        deployments:
          - {site: northgate, environment: icu, at: 2026-01-05T08:00:00Z}
        stages:
          - {stage: retired, at: 2026-03-01T08:00:00Z}
documents:
  - {path: docs/report.md, title: "Report", about: [sepsis-risk, "sepsis-risk:2", icu-stays@2025-06, northgate/icu,
     "run:run-17"], sensitivity: public, at: 2026-02-10T08:00:00Z, by: ada.osei}
"""
"""One of everything that a manifest can say."""

SMALL = """\
askreg: 1
people: [{name: ada.osei}, {name: lena.koch}]
datasets:
  - name: icu
    versions:
      - {version: a, at: 2025-01-01}
models:
  - name: risk
    task: classification
    versions:
      - version: 1
        at: 2025-02-01
      - version: 2
        at: 2025-03-01
"""
