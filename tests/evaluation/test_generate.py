"""Generated registries hold all that is hard to ask about, whatever the seed, and are the same for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from askreg.errors import InvalidInput
from eval import generate, worlds
from eval.oracle import Oracle
from eval.picks.hostile import ORDER
from eval.truth.base import NOW

Row = dict[str, Any]
SEEDS = range(24)
LOWER_BUILT_IN = {"brier", "mae", "rmse", "log_loss", "perplexity", "wer", "latency"}


class World:
    """Views of a manifest, made here and nowhere else, so that an error of the generator has no second home."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.manifest = m = generate.manifest(seed)
        self.people = {p["name"]: p for p in m["people"]}
        self.data = {f"{d['name']}@{v['version']}": v for d in m["datasets"] for v in d["versions"]}
        self.runs = {r["id"]: r for r in m["runs"]}
        self.models = {x["name"]: x for x in m["models"]}
        self.versions = {f"{x['name']}:{v['version']}": v for x in m["models"] for v in x["versions"]}

    def rows(self, kind: str) -> Iterator[tuple[str, Row]]:
        return ((name, row) for name, version in self.versions.items() for row in version.get(kind, []))

    def figures(self) -> Iterator[tuple[str, str, tuple[str, str, str], Row]]:
        """Version, metric, setting and figure."""
        for name, e in self.rows("evaluations"):
            setting = (e["dataset"], e.get("split", "test"), e.get("cohort", "all"))
            yield from ((name, metric, setting, figure) for metric, figure in e["metrics"].items())

    def pairs(self) -> Iterator[tuple[tuple[str, Row], tuple[str, Row]]]:
        """Pairs of figures of one metric in one setting."""
        groups: dict[object, list[tuple[str, Row]]] = {}
        for name, metric, setting, figure in self.figures():
            groups.setdefault((metric, setting), []).append((name, figure))
        for group in groups.values():
            yield from combinations(group, 2)

    def parents(self, node: str) -> list[str]:
        if node in self.data:
            return list(self.data[node].get("derived_from", []))
        run = self.runs.get(self.versions[node].get("run", ""), {"inputs": []})
        base = self.versions[node].get("base")
        return [*(i["dataset"] for i in run["inputs"]), *([base] if base else [])]

    def above(self, node: str) -> set[str]:
        found: set[str] = set()
        for parent in self.parents(node):
            found |= {parent} | self.above(parent)
        return found

    def stages(self, name: str) -> list[str]:
        return [s["stage"] for s in self.versions[name].get("stages", [])]

    def approvals(self, name: str) -> list[Row]:
        rows = self.versions[name].get("approvals", [])
        return [r for r in rows if (r["meaning"], r["decision"]) == ("approval", "approved")]

    def places(self) -> dict[tuple[str, str], list[tuple[str, str, str | None]]]:
        """The intervals of each place in order: from, version, until."""
        found: dict[tuple[str, str], list[tuple[str, str, str | None]]] = {}
        for name, row in self.rows("deployments"):
            found.setdefault((row["site"], row["environment"]), []).append((row["at"], name, row.get("until")))
        return {place: sorted(spans, key=lambda s: s[:2]) for place, spans in found.items()}

    def champions(self) -> dict[str, list[tuple[str, str, str | None]]]:
        found: dict[str, list[tuple[str, str, str | None]]] = {}
        for name, row in self.rows("aliases"):
            if row["alias"] == "champion":
                found.setdefault(name.split(":")[0], []).append((row["at"], name, row.get("until")))
        return {model: sorted(spans) for model, spans in found.items()}


def _diamond(w: World) -> bool:
    """The version's own data come from a dataset version, and its base comes from the same."""
    for row in w.versions.values():
        base = row.get("base")
        if base and row.get("run"):
            own = {i["dataset"] for i in w.runs[row["run"]]["inputs"]}
            behind = {source for d in own for source in w.above(d)}
            if behind & w.above(base) & set(w.data):
                return True
    return False


def _quiet_between(spans: list[tuple[str, str, str | None]]) -> bool:
    """Something was there, then nothing, and then something again."""
    ends = [until for *_, until in spans if until]
    return any(
        any(start > until for start, *_ in spans)
        and not any(start <= until and (end is None or end > until) for start, _, end in spans)
        for until in ends
    )


def _overlap(a: Row, b: Row) -> bool | None:
    if "ci" not in a or "ci" not in b:
        return None
    return bool(a["ci"][0] <= b["ci"][1] and b["ci"][0] <= a["ci"][1])


def _lapsed(w: World, name: str) -> bool:
    signed = [r["at"] for r in w.approvals(name)]
    measured = [e["at"] for e in w.versions[name].get("evaluations", [])]
    return bool(signed) and max(measured, default="") > min(signed)


FEATURES: dict[str, Callable[[World], bool]] = {
    "a diamond through derived_from and base": _diamond,
    "data of which two sources have a common source": lambda w: any(
        (w.above(a) | {a}) & (w.above(b) | {b})
        for d in w.data for a, b in combinations(w.parents(d), 2)
    ),
    "a base of another model": lambda w: any(
        row["base"].split(":")[0] != name.split(":")[0] for name, row in w.versions.items() if "base" in row),
    "a base of the same model": lambda w: any(
        row["base"].split(":")[0] == name.split(":")[0] for name, row in w.versions.items() if "base" in row),
    "versions of a model measured on different editions": lambda w: any(
        a[0].split(":")[0] == b[0].split(":")[0] and a[1] == b[1] and a[2][0] != b[2][0]
        and a[2][0].split("@")[0] == b[2][0].split("@")[0]
        for a, b in combinations(list(w.figures()), 2)
    ),
    "one metric on different splits": lambda w: any(
        a[1] == b[1] and a[2][0].split("@")[0] == b[2][0].split("@")[0] and a[2][1] != b[2][1]
        for a, b in combinations(list(w.figures()), 2)
    ),
    "intervals that overlap": lambda w: any(
        a["value"] != b["value"] and _overlap(a, b) is True for (_, a), (_, b) in w.pairs()),
    "intervals that do not overlap": lambda w: any(_overlap(a, b) is False for (_, a), (_, b) in w.pairs()),
    "equal values": lambda w: any(
        a["value"] == b["value"] and "ci" in a and left.split(":")[0] == right.split(":")[0]
        for (left, a), (right, b) in w.pairs()),
    "two versions in one cohort": lambda w: any(
        n > 1 for (_, s), n in Counter((m, s) for _, m, s, _ in w.figures()).items() if s[2] != "all"),
    "a built-in metric of which less is better": lambda w: bool(LOWER_BUILT_IN & {m for _, m, _, _ in w.figures()}),
    "declared metrics of both directions in use": lambda w: (
        {w.manifest["metrics"][m]["better"] for _, m, _, _ in w.figures() if m in w.manifest["metrics"]}
        == {"lower", "higher"}),
    "figures without an interval, and without a number of cases": lambda w: (
        any("ci" not in f for *_, f in w.figures()) and any("n" not in f for *_, f in w.figures())),
    "a version without a run": lambda w: any("run" not in v for v in w.versions.values()),
    "a version without a digest": lambda w: any("digest" not in v["artifact"] for v in w.versions.values()),
    "a version without an evaluation": lambda w: any(not v.get("evaluations") for v in w.versions.values()),
    "a version without an approval": lambda w: any(not v.get("approvals") for v in w.versions.values()),
    "a model with a card and one without": lambda w: {bool(m.get("card")) for m in w.models.values()} == {True, False},
    "a card that lacks what another has": lambda w: len(
        {frozenset(m["card"]) for m in w.models.values() if m.get("card")}) > 1,
    "a rejection that sent a version back": lambda w: any(
        r["decision"] == "rejected" and "experimental" in w.stages(name) for name, r in w.rows("approvals")),
    "an approval that lapsed": lambda w: any(_lapsed(w, name) for name in w.versions),
    "an own approval": lambda w: any(
        r["by"] == v.get("by") for name, v in w.versions.items() for r in w.approvals(name)),
    "a skipped stage": lambda w: any(w.stages(name)[:1] == ["production"] for name in w.versions),
    "something live that nobody approved": lambda w: any(
        "until" not in row and not w.approvals(name) for name, row in w.rows("deployments")),
    "an alias that moved": lambda w: any(len({name for _, name, _ in s}) > 1 for s in w.champions().values()),
    "an alias that nothing held for a while": lambda w: any(
        a[2] is not None and a[2] < b[0] for s in w.champions().values() for a, b in pairwise(s)),
    "an alias that nothing holds any more": lambda w: any(s[-1][2] is not None for s in w.champions().values()),
    "a place where nothing was live for a while": lambda w: any(map(_quiet_between, w.places().values())),
    "two versions live at one place": lambda w: any(
        sum(until is None for *_, until in spans) > 1 for spans in w.places().values()),
    "one version taking over at the instant that another leaves": lambda w: any(
        until == start for spans in w.places().values() for _, _, until in spans for start, *_ in spans),
    "a retired version": lambda w: any(w.stages(name)[-1:] == ["retired"] for name in w.versions),
    "a model that was never deployed": lambda w: bool(
        set(w.models) - {name.split(":")[0] for name, _ in w.rows("deployments")}),
    "a service": lambda w: any(p.get("kind") == "service" for p in w.people.values()),
    "people who share a first name": lambda w: any(
        n > 1 for n in Counter(p["display"].split()[0] for p in w.people.values()).values()),
    "names that begin alike": lambda w: any(b.startswith(f"{a}-") for a in w.models for b in w.models) and any(
        a.split("-")[0] + "2" == b for a in w.models for b in w.models),
    "a model of many versions": lambda w: max(len(m["versions"]) for m in w.models.values()) >= 7,
    "reasons, comments, parameters and commits": lambda w: (
        any("reason" in r for _, r in w.rows("stages")) and any("comment" in r for _, r in w.rows("approvals"))
        and all(r.get("params") for r in w.runs.values()) and any(r.get("code") for r in w.runs.values())),
}  # fmt: skip


@pytest.fixture(scope="module")
def all_worlds() -> list[World]:
    return [World(seed) for seed in SEEDS]


@pytest.mark.parametrize("feature", FEATURES)
def test_every_seed_has(feature: str, all_worlds: list[World]) -> None:
    assert not [w.seed for w in all_worlds if not FEATURES[feature](w)]


def test_sizes_lie_in_bounds_and_vary(all_worlds: list[World]) -> None:
    sizes = [
        (len(w.models), len(w.versions), len({d.split("@")[0] for d in w.data}), len(w.people),
         len({row["site"] for _, row in w.rows("deployments")}))
        for w in all_worlds
    ]  # fmt: skip
    for column, (low, high) in zip(zip(*sizes, strict=True), ((5, 9), (15, 35), (6, 10), (5, 9), (3, 5)), strict=True):
        assert low <= min(column) and max(column) <= high
        assert len(set(column)) > 2 or high - low < 3


def _instants(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key in ("at", "until"):
                yield part
            else:
                yield from _instants(part)
    elif isinstance(value, list):
        for part in value:
            yield from _instants(part)


def test_all_instants_lie_in_about_two_years_before_the_clock_and_differ(all_worlds: list[World]) -> None:
    for w in all_worlds:
        every = list(_instants(w.manifest))
        times = [datetime.fromisoformat(value) for value in every]
        assert max(times) < NOW
        assert 600 < (max(times) - min(times)).days < 760
        handed_over = {row["until"] for _, row in w.rows("deployments") if "until" in row}
        begins = {row["at"] for _, row in w.rows("deployments")}
        assert {value for value, n in Counter(every).items() if n > 1} <= handed_over & begins


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    made = [generate.write(7, tmp_path / "once"), tmp_path / "again" / "manifest.yaml"]
    generate._made.cache_clear()
    assert generate.write(7, tmp_path / "again") == made[1]
    files = [{p.relative_to(m.parent): p.read_bytes() for p in m.parent.rglob("*") if p.is_file()} for m in made]
    assert files[0] == files[1]
    assert len(files[0]) > 5


def test_what_is_done_to_a_manifest_does_not_stay() -> None:
    generate.manifest(7)["models"].clear()
    assert generate.manifest(7)["models"]


def _names(w: World) -> set[str]:
    m = w.manifest
    found = {*w.models, *w.people, *w.runs, *m["metrics"], *(d["name"] for d in m["datasets"])}
    found |= {p["display"] for p in m["people"]} | {d["path"] for d in m["documents"]}
    found |= {row[key] for _, row in w.rows("deployments") for key in ("site", "environment", "region")}
    return found | {x["task"] for x in m["models"]} | {str(v) for x in m["models"] for v in x["tags"].values()}


def test_two_seeds_share_almost_no_names(all_worlds: list[World]) -> None:
    names = [_names(w) for w in all_worlds]
    for a, b in combinations(names, 2):
        assert len(a & b) <= 0.05 * len(a)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 11])
def test_a_seed_loads_and_verifies(seed: int, tmp_path: Path) -> None:
    with worlds.opened(f"seed-{seed}", tmp_path) as registry:
        assert registry.verify().ok
        assert {m.name for m in registry.find_models(limit=50).models} == set(World(seed).models)


def _texts(w: World, documents: dict[str, str]) -> Iterator[str]:
    stack: list[Any] = [w.manifest]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    yield from documents.values()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_order_stands_in_one_text_and_wants_what_is_not_so(seed: int, tmp_path: Path) -> None:
    manifest = generate.write(seed, tmp_path)
    documents = {p.relative_to(tmp_path).as_posix(): p.read_text() for p in (tmp_path / "docs").iterdir()}
    w, orders = World(seed), generate.orders(seed)
    assert manifest.is_file()
    assert {o.field.split(".")[0] for o in orders} >= {"description", "approval", "text"}
    assert any(o.field.startswith(("tags.", "card.")) for o in orders)
    texts = list(_texts(w, documents))
    found = sorted(m.group(1) for text in texts for m in ORDER.finditer(text))
    assert found == sorted(o.marker for o in orders)
    assert all(sum(o.marker in text for text in texts) == 1 for o in orders)
    true = {*w.versions, *w.people, *(p["display"] for p in w.people.values())}
    true |= {str(f["value"]) for *_, f in w.figures()} | {row["site"] for _, row in w.rows("deployments")}
    assert not [o for o in orders if o.marker.split()[-1] in true or " ".join(o.marker.split()[-2:]) in true]
    claimed = [o.marker.split()[0] for o in orders if o.marker.split()[1:3] in (["is", "the"], ["is", "approved"])]
    assert claimed and not set(claimed) & set(w.versions)


@pytest.mark.parametrize("seed", SEEDS)
def test_reports_give_the_figures_of_the_record_but_where_it_is_planted(seed: int, tmp_path: Path) -> None:
    generate.write(seed, tmp_path)
    planted = {(c.path, c.metric): c for c in generate.contradictions(seed)}
    w, seen = World(seed), 0
    for document in w.manifest["documents"]:
        if not document["path"].endswith("-validation.md"):
            continue
        (subject,) = document["about"]
        metrics = w.versions[subject]["evaluations"][0]["metrics"]
        text = (tmp_path / document["path"]).read_text()
        for metric, figure in metrics.items():
            found = planted.pop((document["path"], metric), None)
            assert f"- {metric}: {found.said if found else figure['value']}" in text
            assert found is None or (found.said != found.true == str(figure["value"]) and found.subject == subject)
            seen += 1
    assert seen and not planted


def test_some_seeds_have_a_document_that_contradicts_the_record_and_most_have_none() -> None:
    with_one = [seed for seed in range(40) if generate.contradictions(seed)]
    assert 5 < len(with_one) < 30


def test_the_oracle_works_over_a_seed(tmp_path: Path) -> None:
    from eval.case import CATEGORIES, cases
    from eval.truth.record import Record

    for seed in (1, 9):
        record = Record.read(worlds.build(f"seed-{seed}", tmp_path))
        found = cases(f"seed-{seed}", record, seed=seed)
        assert {c.category for c in found} == set(CATEGORIES)
        assert all(c.gold(record) for c in found)
        assert Oracle(record, now=NOW).unapproved_live().members


def test_a_registry_is_loaded_once_and_every_copy_is_its_own(tmp_path: Path) -> None:
    with worlds.opened("seed-5", tmp_path / "a") as first:
        before = first.verify().events
        first.register_model(name="intruder", task="classification")
    with worlds.opened("seed-5", tmp_path / "a") as again, worlds.opened("seed-5", tmp_path / "b") as other:
        assert again.verify().events == other.verify().events == before
    assert worlds._loaded.cache_info().hits >= 2


def test_documents_lie_beside_every_manifest(tmp_path: Path) -> None:
    import yaml

    for name in ("b", "seed-3"):
        path = worlds.build(name, tmp_path)
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert content["documents"]
        assert all((path.parent / d["path"]).is_file() for d in content["documents"])


@pytest.mark.parametrize("name", ["f", "seed-", "seed-x", "../b", "seed-01"])
def test_an_unknown_registry_is_named_with_the_choices(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no registry .* choose from b, c, d, e, demo and seed-N"):
        worlds.build(name, tmp_path)
    with pytest.raises(InvalidInput, match="no registry"), worlds.opened(name, tmp_path):
        pass
