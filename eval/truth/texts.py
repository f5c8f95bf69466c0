"""Gold for what is written down: cards, descriptions and documents."""

from __future__ import annotations

from typing import Any

from eval.truth.gold import Gold, instant
from eval.truth.premises import Premises


class Texts(Premises):
    """Cards and documents."""

    def _document(self, path: str) -> dict[str, Any]:
        return next(d for d in self.record.documents if d["path"] == path)

    def _card(self, version: str) -> dict[str, Any]:
        """What a version's card says, and where it says nothing, that of its model."""
        model = self.record.models[self.record.model_of(version)].get("card") or {}
        return {**model, **(self.record.versions[version].get("card") or {})}

    def whole_card(self, model: str) -> Gold:
        """Everything that the card of a model says."""
        return Gold(mentions=tuple((str(text),) for text in self.record.models[model]["card"].values()))

    def version_card(self, version: str, key: str) -> Gold:
        """What holds for a version: its own card's word, else that of its model's card."""
        return Gold(mentions=((str(self._card(version)[key]),),))

    def uncarded(self) -> Gold:
        """Models without any card field; those of which only a version has a card may be said as well."""
        models = {self.record.model_of(v) for v in self._existing()}
        carded = {self.record.model_of(v) for v in self._existing() if self._card(v)}
        own = {m for m in models if self.record.models[m].get("card")}
        return self._set(models - carded, "model", optional=frozenset(models - own))

    def card_says(self, key: str) -> Gold:
        """Models whose own card has a field; those of which a version's card does may be said as well."""
        own = {m for m, row in self.record.models.items() if (row.get("card") or {}).get(key)}
        versions = frozenset(self.record.model_of(v) for v in self._existing() if self._card(v).get(key))
        return self._set(own, "model", optional=versions - own)

    def card_silent(self, key: str) -> Gold:
        """Models that say nothing of a card field; those of which only a version's card does may be said as well."""
        models = {self.record.model_of(v) for v in self._existing()}
        said = {self.record.model_of(v) for v in self._existing() if self._card(v).get(key)}
        return self._set(models - said, "model", optional=models - (self.card_says(key).members or frozenset()))

    def title(self, path: str) -> Gold:
        """The title of a document."""
        return Gold(mentions=((self._document(path)["title"],),))

    def added_when(self, path: str) -> Gold:
        """When a document was added."""
        return Gold(dates=(instant(self._document(path)["at"]).date().isoformat(),))

    def added_by(self, path: str) -> Gold:
        """Who added a document."""
        return self._set([self._document(path)["by"]], "person")

    def document_subjects(self, path: str) -> Gold:
        """What a document is about, whatever kind of thing that is."""
        about = self._document(path).get("about") or []
        assert about, f"{path} is about nothing"
        return Gold(mentions=tuple((subject,) for subject in sorted(about)))

    def documents_saying(self, phrase: str) -> Gold:
        """Documents in which a word or phrase stands."""
        found = [d["path"] for d in self.record.documents if phrase.casefold() in self._text(d["path"]).casefold()]
        return self._set(found, "document")

    def _text(self, path: str) -> str:
        return " ".join((self.record.folder / path).read_text(encoding="utf-8").split())
