"""Saving a trained model so that the same model always gives the same bytes."""

import io
import json
import zipfile
from typing import Any

import numpy as np
import skops.io

# skops names nodes by their address in memory and stamps entries with the clock; both differ from run to run.
EPOCH = (1980, 1, 1, 0, 0, 0)


def artifact_bytes(model: object) -> bytes:
    """Return the model as a skops archive without anything that depends on when or where it was written."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as archive:
        schema: dict[str, Any] = json.loads(archive.read("schema.json"))
        names = _Renaming()
        names.visit(schema)
        entries = [(new, _without_padding(archive.read(old))) for old, new in names.files.items()]
    entries.append(("schema.json", json.dumps(schema, indent=2).encode()))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return written.getvalue()


class _Renaming:
    """Replaces addresses by running numbers, in the order of the document."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self._numbers: dict[int, int] = {}
        self._last = 0

    def visit(self, node: object) -> None:
        if isinstance(node, dict):
            self._rename(node)
            for child in node.values():
                self.visit(child)
        elif isinstance(node, list):
            for child in node:
                self.visit(child)

    def _rename(self, node: dict[str, Any]) -> None:
        if "__id__" in node:
            # Whether two equal constants are one object is the interpreter's choice; they never need to be shared.
            if node.get("__loader__") == "JsonNode":
                node["__id__"] = self._next()
            else:
                node["__id__"] = self._numbers.setdefault(node["__id__"], self._last + 1)
                self._last = max(self._last, node["__id__"])
        if isinstance(node.get("file"), str):
            suffix = node["file"].rpartition(".")[2]
            node["file"] = self.files.setdefault(node["file"], f"array-{len(self.files) + 1}.{suffix}")

    def _next(self) -> int:
        self._last += 1
        return self._last


def _without_padding(content: bytes) -> bytes:
    """Zero the bytes between the fields of a structured array: numpy leaves there whatever was in memory."""
    if not content.startswith(b"\x93NUMPY"):
        return content
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)  # zeros_like would zero the fields only
    for name in array.dtype.names:
        clean[name] = array[name]
    written = io.BytesIO()
    np.save(written, clean, allow_pickle=False)
    return written.getvalue()
