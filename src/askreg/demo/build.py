"""Writes the demo to disk: data, trained models, documents and the manifest that registers them."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from askreg.errors import AskregError


@dataclass(frozen=True)
class DemoFiles:
    """Where the demo was written; the paths inside the manifest are relative to it."""

    manifest: Path
    artifacts: tuple[Path, ...]
    tables: tuple[Path, ...]
    documents: tuple[Path, ...]


def build(home: Path, progress: Callable[[str], None] = lambda message: None) -> DemoFiles:
    """Train the models and write everything below `home/demo`; the same software writes the same bytes again."""
    try:
        from askreg.demo import manifest, recipes, tables, templates
    except ModuleNotFoundError as missing:
        raise AskregError(
            f"the demo trains real models and needs {missing.name!r}: install it with pip install 'askreg[demo]'"
        ) from missing

    root = home / "demo"
    progress("reading and splitting three public datasets")
    content = manifest.Content(manifest.skeleton(), tables.all_tables())
    manifest.fill_datasets(content)
    for subject, recipe in recipes.RECIPES.items():
        progress(f"training {subject} ({recipe.estimator.replace('_', ' ')}) and measuring it on held-out data")
        manifest.train_version(content, subject)
        manifest.evaluate_version(content, subject)
    progress("writing the documents and the manifest")
    artifacts = [_write(root / manifest.artifact_path(name), saved) for name, saved in content.artifacts.items()]
    saved_tables = [_write(root / manifest.table_path(name), table.csv()) for name, table in content.tables.items()]
    texts = templates.render_documents(content.manifest)
    documents = [_write(root / path, text.encode()) for path, text in texts.items()]
    # The manifest comes last: once it is there, so is everything that it names.
    listed = _write(root / "manifest.yaml", manifest.as_yaml(content.manifest).encode())
    return DemoFiles(listed, tuple(artifacts), tuple(saved_tables), tuple(documents))


def _write(path: Path, content: bytes) -> Path:
    """Write through a temporary name, so that an interrupted demo leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)
    return path
