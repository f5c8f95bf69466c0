"""Picks: what of a record a templated case can be about. Each yields values for the placeholders of its cases."""

from importlib import import_module

from eval.picks.base import PICKS, Pick

__all__ = ["PICKS", "Pick"]

for _module in ("places", "versions", "figures", "lineage", "people", "texts", "others", "hostile"):
    import_module(f"{__name__}.{_module}")
