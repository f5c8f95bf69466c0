"""Gold for fields of things, and for lists of models, versions, datasets and documents."""

from __future__ import annotations

from typing import Any

from eval.truth.base import Base
from eval.truth.gold import Gold, Item, instant


class Lists(Base):
    """Fields and lists."""

    def attribute(self, subject: str, *path: str) -> Gold:
        """A field of a model, version, dataset version or run."""
        for rows in (self.record.versions, self.record.models, self.record.datasets, self.record.runs):
            if subject in rows:
                value: Any = rows[subject]
                break
        else:
            raise KeyError(subject)
        for key in path:
            value = value[key]
        return Gold(items=(Item(value=str(value)),))

    def owner(self, model: str) -> Gold:
        """Who owns a model."""
        return self._set([self.record.models[model]["owner"]], "person")

    def dataset_by(self, dataset: str) -> Gold:
        """Who registered a dataset version."""
        return self._set([self.record.datasets[dataset]["by"]], "person")

    def models(self, task: str | None = None, owner: str | None = None, **tags: str) -> Gold:
        """Models by task, owner and tags."""
        found = [
            name for name, m in self.record.models.items()
            if task in (None, m["task"]) and owner in (None, m.get("owner"))
            and all((m.get("tags") or {}).get(k) == v for k, v in tags.items())
            and any(v.startswith(f"{name}:") for v in self._existing())
        ]  # fmt: skip
        return self._set(found, "model")

    def versions(self, model: str | None = None, framework: str | None = None) -> Gold:
        """Versions of a model, or of a framework."""
        found = [
            v for v in self._existing()
            if model in (None, self.record.model_of(v))
            and (framework is None or self.record.versions[v].get("framework", "").startswith(framework))
        ]  # fmt: skip
        return self._set(found, "version")

    def dataset_versions(self, name: str | None = None, sensitivity: str | None = None) -> Gold:
        """Dataset versions by name and sensitivity."""
        found = [
            d for d, row in self.record.datasets.items()
            if name in (None, row["name"]) and sensitivity in (None, row.get("sensitivity"))
            and instant(row["at"]) <= self.now
        ]  # fmt: skip
        return self._set(found, "dataset")

    def document_about(self, *subjects: str) -> Gold:
        """Documents about a subject."""
        found = [d["path"] for d in self.record.documents if set(d.get("about") or []) & set(subjects)]
        return self._set(found, "document")

    def largest_dataset(self) -> Gold:
        """The dataset version with the most rows."""
        return self._set([max(self.record.datasets, key=lambda d: self.record.datasets[d].get("rows") or 0)], "dataset")

    def largest_artifact(self) -> Gold:
        """The version with the largest artifact."""
        sizes = {v: row.get("artifact", {}).get("size") or 0 for v, row in self.record.versions.items()}
        return self._set([max(sizes, key=lambda v: sizes[v])], "version")

    def most_versions(self) -> Gold:
        """The model with the most versions."""
        return self._set([max(self.record.models, key=lambda m: len(self.record.models[m]["versions"]))], "model")

    def versions_tagged(self, **tags: str) -> Gold:
        """Versions of the models with some tags."""
        models = self.models(None, None, **tags).members or ()
        return self._set((v for v in self._existing() if self.record.model_of(v) in models), "version")

    def versions_owned(self, person: str) -> Gold:
        """Versions of the models that somebody owns."""
        models = self.models(owner=person).members or ()
        return self._set((v for v in self._existing() if self.record.model_of(v) in models), "version")

    def versions_for(self, task: str) -> Gold:
        """Versions of the models for a task."""
        models = self.models(task).members or ()
        return self._set((v for v in self._existing() if self.record.model_of(v) in models), "version")
