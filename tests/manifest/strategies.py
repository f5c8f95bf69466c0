"""Manifests made by Hypothesis: anything that could have happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Entry = dict[str, Any]

PEOPLE = ["ada.osei", "lena.koch", "nightly", "zoë".replace("ë", "e")]
LABELS = ["1.0", "1.10", "2025-06", "v1", "007", "1e5", "2025"]
STAGES = ["experimental", "validation", "approved", "production", "retired"]
_START = datetime(2025, 1, 1, tzinfo=UTC)

text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
"""Any text at all, what looks like a number, a date or YAML among it."""
tricky = st.sampled_from(
    ["yes", "null", "~", "1.10", "2025-06-01", "a: b", "- x", "#", "", " ", "{", "é\u2028", "\x85"]
)
words = tricky | text
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
free = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
figures = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=5).map(str)


def when(minute: int) -> str:
    """Return an instant, with and without a fraction of a second."""
    return (_START + timedelta(minutes=minute, microseconds=minute % 3)).isoformat()


def _optional(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[Entry]:
    return st.fixed_dictionaries({}, optional=given)


class Maker:
    """Draws one manifest; keeps the minutes at which things came to be."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.datasets: dict[str, int] = {}
        self.runs: dict[str, int] = {}
        self.versions: dict[str, int] = {}

    def manifest(self) -> Entry:
        """Return a manifest as plain data."""
        roles = st.lists(st.sampled_from(["scientist", "approver", "auditor"]), unique=True)
        extra = _optional(display=words.filter(str.strip), kind=st.sampled_from(["person", "service"]), roles=roles)
        made: Entry = {"askreg": 1, "people": [{"name": name, **self.draw(extra)} for name in PEOPLE]}
        made["metrics"] = self.draw(
            st.dictionaries(st.sampled_from(["auroc", "medcon"]), _optional(better=st.just("lower"), unit=words))
        )
        made["datasets"] = [self._dataset(f"data-{number}") for number in range(self._some(3))]
        made["runs"] = [self._run(f"run-{number}") for number in range(self._some(3))]
        made["models"] = [self._model(f"model-{number}") for number in range(self._some(3))]
        return made

    def _some(self, most: int) -> int:
        return self.draw(st.integers(0, most))

    def _minute(self, since: int = 0) -> int:
        return since + self.draw(st.integers(0, 40))

    def _act(self, minute: int) -> Entry:
        return {"at": when(minute), **self.draw(_optional(by=st.sampled_from(PEOPLE)))}

    def _of(self, known: dict[str, int], most: int = 2) -> list[str]:
        return self.draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=most)) if known else []

    def _after(self, minute: int, *known: tuple[dict[str, int], list[str]]) -> int:
        return max([minute, *(of[name] for of, names in known for name in names)])

    def _dataset(self, name: str) -> Entry:
        versions = []
        for label in self.draw(st.lists(st.sampled_from(LABELS), unique=True, max_size=3)):
            sources = self._of(self.datasets)
            minute = self._after(self._minute(), (self.datasets, sources))
            fields = _optional(
                digest=words, rows=st.integers(0, 10**9), source=words, sensitivity=st.sampled_from(["public", "phi"])
            )
            versions.append(
                {"version": label, "derived_from": sources, **self._act(minute), **self.draw(fields)},
            )
            self.datasets[f"{name}@{label}"] = minute
        return {"name": name, "versions": versions, **self.draw(_optional(description=words))}

    def _run(self, id: str) -> Entry:
        used = self._of(self.datasets)
        minute = self._after(self._minute(), (self.datasets, used))
        self.runs[id] = minute
        roles = st.sampled_from(["training", "validation", "test"])
        fields = _optional(code=_optional(repo=words, commit=words), params=st.dictionaries(words, free, max_size=4))
        inputs = [{"dataset": dataset, "role": self.draw(roles)} for dataset in used]
        return {"id": id, "inputs": inputs, **self._act(minute), **self.draw(fields)}

    def _described(self) -> st.SearchStrategy[Entry]:
        label = words.filter(lambda key: bool(key.strip()))
        card = st.dictionaries(label, free.filter(lambda value: value is not None), max_size=2)
        return _optional(description=words, tags=st.dictionaries(label, words, max_size=3), card=card)

    def _model(self, name: str) -> Entry:
        numbers = sorted(self.draw(st.sets(st.integers(1, 12), max_size=3)))
        versions = [self._version(name, number) for number in numbers]
        self._aliases(name, versions)
        fields = self.draw(self._described()) | self.draw(_optional(owner=words))
        return {"name": name, "task": self.draw(st.none() | words), "versions": versions, **fields}

    def _version(self, model: str, number: int) -> Entry:
        run, base = self._of(self.runs, 1), self._of(self.versions, 1)
        minute = self._after(self._minute(), (self.runs, run), (self.versions, base))
        self.versions[f"{model}:{number}"] = minute
        made: Entry = {"version": number, **self._act(minute), **self.draw(self._described())}
        artifact = _optional(uri=words, digest=words, size=st.integers(0, 10**12))
        signature = _optional(inputs=free.filter(lambda v: v is not None))
        made |= self.draw(_optional(framework=words, artifact=artifact, signature=signature))
        made |= {"run": run[0]} if run else {}
        made |= {"base": base[0]} if base else {}
        made["evaluations"] = [e for e in (self._evaluation(minute) for _ in range(self._some(3))) if e]
        made["approvals"] = _distinct([self._approval(minute) for _ in range(self._some(2))], ("by", "meaning", "at"))
        made["evaluations"] = _distinct(made["evaluations"], ("dataset", "split", "cohort", "at"))
        made["stages"] = self._stages(minute)
        made["deployments"] = self._deployments(minute)
        return made

    def _evaluation(self, since: int) -> Entry | None:
        if not self.datasets:
            return None
        dataset = self.draw(st.sampled_from(sorted(self.datasets)))
        figure = st.fixed_dictionaries(
            {"value": figures},
            optional={"n": st.integers(0, 10**6), "ci": st.tuples(figures, figures).map(_ordered), "config": free},
        )
        return {
            "dataset": dataset,
            "split": self.draw(st.sampled_from(["test", "validation"])),
            "cohort": self.draw(st.sampled_from(["all", "sex=female", "age=65+,sex=male"])),
            "metrics": self.draw(st.dictionaries(st.sampled_from(["auroc", "brier", "f1"]), figure, min_size=1)),
            **self._act(max(self._minute(since), self.datasets[dataset])),
            **self.draw(_optional(evidence=st.sampled_from(["vendor", "local"]))),
        }

    def _approval(self, since: int) -> Entry:
        return {
            "by": self.draw(st.sampled_from(PEOPLE)),
            "meaning": self.draw(st.sampled_from(["review", "approval"])),
            "decision": self.draw(st.sampled_from(["approved", "rejected"])),
            "at": when(self._minute(since)),
            **self.draw(_optional(comment=words)),
        }

    def _stages(self, since: int) -> list[Entry]:
        moves: list[Entry] = []
        now_in = "experimental"
        for _ in range(self._some(3)):
            if now_in == "retired":
                break
            since = self._minute(since) + 1
            now_in = self.draw(st.sampled_from([stage for stage in STAGES if stage != now_in]))
            moves.append({"stage": now_in, **self._act(since), **self.draw(_optional(reason=words))})
        return moves

    def _deployments(self, since: int) -> list[Entry]:
        live = []
        for site in self.draw(st.sets(st.sampled_from(["north", "south"]))):
            minute = since
            for _ in range(self._some(2)):
                minute = self._minute(minute)
                entry = {"site": site, "environment": "icu", **self._act(minute), **self.draw(_optional(region=words))}
                live.append(entry)
                if self.draw(st.booleans()):
                    break
                minute = self._minute(minute)
                entry["until"] = when(minute)
                minute += 1
        return live

    def _aliases(self, model: str, versions: list[Entry]) -> None:
        for version in versions:
            version["aliases"] = []
        for alias in ("champion", "challenger"):
            minute = 0
            for _ in range(self._some(3) if versions else 0):
                version = self.draw(st.sampled_from(versions))
                minute = max(self._minute(minute), self.versions[f"{model}:{version['version']}"])
                entry = {"alias": alias, **self._act(minute)}
                version["aliases"].append(entry)
                minute = self._minute(minute)
                if self.draw(st.booleans()):
                    break
                entry["until"] = when(minute)
                minute += self.draw(st.integers(1, 2))


def _ordered(ends: tuple[str, str]) -> list[str]:
    return sorted(ends, key=float)


def _distinct(entries: list[Entry], key: tuple[str, ...]) -> list[Entry]:
    return list({tuple(entry[name] for name in key): entry for entry in entries}.values())


@st.composite
def manifests(draw: st.DrawFn) -> Entry:
    """Draw a manifest."""
    return Maker(draw).manifest()
