"""The demo's manifest: the invented life in story.yaml and the published figures, with what is computed filled in."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import sklearn
import yaml

from askreg.demo import recipes
from askreg.demo.artifacts import artifact_bytes
from askreg.demo.recipes import RECIPES, Trained
from askreg.demo.tables import Table, cohorts

Section = dict[str, Any]


@dataclass
class Content:
    """Everything the demo writes, before it is written."""

    manifest: Section
    tables: Mapping[str, Table]
    trained: dict[str, Trained] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)


def versions(manifest: Section) -> Iterator[tuple[str, Section]]:
    """Yield every version with its subject (`model:version`)."""
    for model in manifest["models"]:
        for version in model["versions"]:
            yield f"{model['name']}:{version['version']}", version


def dataset_versions(manifest: Section) -> Iterator[tuple[str, Section]]:
    """Yield every dataset version with its subject (`dataset@version`)."""
    for dataset in manifest["datasets"]:
        for version in dataset["versions"]:
            yield f"{dataset['name']}@{version['version']}", version


def artifact_path(subject: str) -> str:
    """Return where a version's artifact lies, relative to the manifest."""
    return f"artifacts/{subject.replace(':', '-')}.skops"


def table_path(subject: str) -> str:
    """Return where a dataset version lies, relative to the manifest."""
    return f"data/{subject}.csv"


def skeleton() -> Section:
    """Return the story and the published figures as one manifest, without what is computed."""
    story, published = (_read(name) for name in ("story.yaml", "published.yaml"))
    merged: Section = {"askreg": story["askreg"], "metrics": published["metrics"], "people": story["people"]}
    for section in ("datasets", "runs", "models"):
        merged[section] = story[section] + published[section]
    merged["documents"] = story["documents"]
    return merged


def fill_datasets(content: Content) -> None:
    """Add digest and row count to every dataset version that the demo holds."""
    for subject, version in dataset_versions(content.manifest):
        if subject in content.tables:
            table = content.tables[subject]
            version.update(digest=table.digest, rows=len(table))


def train_version(content: Content, subject: str) -> None:
    """Train one version and add its artifact, framework, signature, parameters and code."""
    version = dict(versions(content.manifest))[subject]
    run = next(run for run in content.manifest["runs"] if run["id"] == version["run"])
    training = next(entry["dataset"] for entry in run["inputs"] if entry["role"] == "training")
    base = content.trained[version["base"]] if "base" in version else None
    recipe = RECIPES[subject]
    content.trained[subject] = recipes.train(recipe, content.tables[training], base)
    saved = content.artifacts[subject] = artifact_bytes(content.trained[subject].model)
    run.update(params=recipe.recorded_params(), code=_code())
    version.update(
        framework=f"scikit-learn {sklearn.__version__}",
        signature=recipe.signature(),
        artifact={
            "uri": artifact_path(subject),
            "digest": f"sha256:{hashlib.sha256(saved).hexdigest()}",
            "size": len(saved),
        },
    )


def evaluate_version(content: Content, subject: str) -> None:
    """Replace each evaluation without figures by one per cohort of its dataset."""
    version = dict(versions(content.manifest))[subject]
    measured: list[Section] = []
    for evaluation in version["evaluations"]:
        table = content.tables[evaluation["dataset"]]
        for cohort in cohorts(table.subject):
            metrics = content.trained[subject].evaluate(table, cohort)
            measured.append({**evaluation, "split": "test", "cohort": cohort.label, "metrics": metrics})
    version["evaluations"] = measured


def as_yaml(manifest: Section) -> str:
    """Return the manifest as the text of a file."""
    return str(yaml.dump(manifest, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=120))


class _PlainDumper(yaml.SafeDumper):
    """Writes shared parts out in full: anchors would make the file harder to read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _TextLoader(yaml.SafeLoader):
    """Leaves dates as the text they are written in."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(name: str) -> Section:
    text = (files("askreg.demo") / name).read_text(encoding="utf-8")
    loaded: Section = yaml.load(text, Loader=_TextLoader)
    return loaded


def _code() -> Section:
    """Name the code by its content: the demo may run from a wheel, where there is no commit."""
    source = (files("askreg.demo") / "recipes.py").read_bytes()
    return {"repo": "askreg", "commit": f"recipes.py-sha256-{hashlib.sha256(source).hexdigest()[:12]}"}
