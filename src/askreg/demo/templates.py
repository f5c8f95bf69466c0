"""The demo's documents: Markdown templates whose figures come from the manifest.

A placeholder is `{{kind argument …}}`: `figure VERSION METRIC DATASET COHORT`, `table MODEL METRICS DATASET` (one row
per version and cohort; METRICS joined by commas), `rows DATASET`, `digest SUBJECT`, `text NAME`.
"""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files

from askreg.demo.manifest import Section, dataset_versions, versions
from askreg.demo.questions import WHAT_IS_INVENTED, WHAT_IS_REAL

PLACEHOLDER = re.compile(r"\{\{([^{}]+)\}\}")
TEXTS = {"invented": WHAT_IS_INVENTED, "real": WHAT_IS_REAL}


def render_documents(manifest: Section) -> dict[str, str]:
    """Return the text of every registered document by its path."""
    return {entry["path"]: render(_template(entry["path"]), manifest) for entry in manifest["documents"]}


def render(template: str, manifest: Section) -> str:
    """Fill the placeholders of one template; an unknown kind or subject is an error, never an empty place."""

    def fill(match: re.Match[str]) -> str:
        kind, *arguments = match.group(1).split()
        return KINDS[kind](manifest, *arguments)

    return PLACEHOLDER.sub(fill, template)


def _template(path: str) -> str:
    return (files("askreg.demo") / path).read_text(encoding="utf-8")


def _metrics(manifest: Section, subject: str, dataset: str, cohort: str) -> Mapping[str, Section]:
    for evaluation in dict(versions(manifest))[subject]["evaluations"]:
        if evaluation["dataset"] == dataset and evaluation.get("cohort", "all") == cohort:
            found: Mapping[str, Section] = evaluation["metrics"]
            return found
    raise KeyError(f"{subject} has no evaluation on {dataset} for cohort {cohort!r}")


def _stated(metric: Section) -> str:
    if "ci" not in metric:
        return str(metric["value"])
    low, high = metric["ci"]
    return f"{metric['value']} (95 % interval {low} to {high}, n = {metric['n']})"


def _figure(manifest: Section, subject: str, metric: str, dataset: str, cohort: str) -> str:
    return _stated(_metrics(manifest, subject, dataset, cohort)[metric])


def _table(manifest: Section, model: str, metrics: str, dataset: str) -> str:
    names = metrics.split(",")
    lines = [f"| version | cohort | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for subject, version in versions(manifest):
        if subject.partition(":")[0] != model:
            continue
        for evaluation in version.get("evaluations", ()):
            if evaluation["dataset"] == dataset:
                cells = [_cell(evaluation["metrics"].get(name)) for name in names]
                lines.append(f"| {subject} | {evaluation.get('cohort', 'all')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(metric: Section | None) -> str:
    return "not defined" if metric is None else _stated(metric)


def _rows(manifest: Section, subject: str) -> str:
    return str(dict(dataset_versions(manifest))[subject]["rows"])


def _digest(manifest: Section, subject: str) -> str:
    if "@" in subject:
        return str(dict(dataset_versions(manifest))[subject]["digest"])
    return str(dict(versions(manifest))[subject]["artifact"]["digest"])


def _text(manifest: Section, name: str) -> str:
    return TEXTS[name]


KINDS: dict[str, Callable[..., str]] = {
    "figure": _figure,
    "table": _table,
    "rows": _rows,
    "digest": _digest,
    "text": _text,
}
