"""The manifest: a whole registry in one file, loaded with `load` and written with `dump`."""

from askreg.registry.manifest.dumping import dump
from askreg.registry.manifest.loading import LoadResult, load, loads

__all__ = ["LoadResult", "dump", "load", "loads"]
