"""What is denied, excepted, counted or narrowed in a question is so in its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from askreg.agent.answer import Answer, Asker
from askreg.registry.manifest import load
from askreg.registry.registry import Registry
from eval.case import REGISTRIES

HERE = Path(__file__).parent
NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "sets.yaml").read_text())
KINDS = ("version", "model", "dataset_version", "person", "site")
Ask = Callable[[dict[str, Any]], Answer]
Names = dict[str, dict[str, set[str]]]


@pytest.fixture(scope="module")
def ask_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask the registry that a case names."""
    opened: dict[str, Registry] = {}
    askers: dict[str, Asker] = {}
    for name in ("b", "c"):
        path = tmp_path_factory.mktemp(name) / "askreg.db"
        opened[name] = Registry.open(f"sqlite:///{path}", actor="examiner", clock=lambda: NOW)
        load(opened[name], REGISTRIES / f"{name}.yaml")
        askers[name] = Asker(opened[name])
    yield lambda case: askers[case["registry"]].ask(case["question"])
    for registry in opened.values():
        registry.close()


@pytest.fixture(scope="module")
def names() -> Names:
    """Every name of each kind, as the manifests have them."""
    return {name: _names(yaml.safe_load((REGISTRIES / f"{name}.yaml").read_text())) for name in ("b", "c")}


def _names(manifest: dict[str, Any]) -> dict[str, set[str]]:
    versions = [(m["name"], v) for m in manifest["models"] for v in m["versions"]]
    return {
        "model": {m["name"] for m in manifest["models"]},
        "version": {f"{name}:{v['version']}" for name, v in versions},
        "dataset_version": {f"{d['name']}@{v['version']}" for d in manifest["datasets"] for v in d["versions"]},
        "person": {p["name"] for p in manifest["people"]},
        "site": {d["site"] for _, v in versions for d in v.get("deployments", [])},
    }


def _named(text: str, known: set[str], question: str) -> set[str]:
    end = r"(?![\w-]|[.:@]\w)"
    return {n for n in known if n not in question and re.search(rf"(?<![\w.:@-]){re.escape(n)}{end}", text)}


def _given(case: dict[str, Any], text: str, known: dict[str, set[str]]) -> Any:
    if "count" in case:
        found = re.search(r"(?<![\w.:@-])(\d+)(?![\w.:@-]*\w)", text)
        return found and int(found.group(1))
    if "verdict" in case:
        return {"yes": True, "no": False}.get(text.lower()[:3].rstrip(": ,."))
    kind = next(k for k in KINDS if k in case)
    named = _named(text, known[kind], case["question"])
    if kind == "model":
        # A model is named by its versions as well.
        named |= {v.split(":")[0] for v in _named(text, known["version"], case["question"])}
    return named


def _wanted(case: dict[str, Any]) -> Any:
    if "count" in case or "verdict" in case:
        return case.get("count", case.get("verdict"))
    kind = next(k for k in KINDS if k in case)
    return {n for n in case[kind] if n not in case["question"]}


@pytest.mark.parametrize("case", CASES, ids=[f"{c['registry']}: {c['question']}" for c in CASES])
def test_an_answer_names_those_that_are_so_and_no_others(ask_of: Ask, names: Names, case: dict[str, Any]) -> None:
    answer = ask_of(case)
    if case.get("may_abstain") and answer.status == "abstained":
        return
    assert answer.status == "answered", answer.answer
    text = answer.answer.replace("\\", "")
    assert _given(case, text, names[case["registry"]]) == _wanted(case), text
