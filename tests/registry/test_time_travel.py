"""Both axes of time against an oracle that keeps a copy of everything known after each write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clocks import Clock
from hypothesis import given, settings
from hypothesis import strategies as st

from askreg.errors import AskregError, NotFound
from askreg.registry import lifecycle, times, writes
from askreg.registry.registry import Registry

START = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = ("northgate/icu", "southbank/er")
STAGES = ("validation", "approved", "production", "experimental", "retired")


@dataclass(frozen=True)
class Held:
    """Something that held for a while, as the oracle sees it."""

    what: str
    key: str
    value: str
    at: datetime
    until: datetime | None = None

    def holds(self, then: datetime) -> bool:
        return self.at <= then and (self.until is None or then < self.until)


@dataclass(frozen=True)
class Step:
    """A write: what, on which version, with which choice, how many hours ago it happened."""

    what: str
    version: int
    choice: int
    ago: int


STEPS = st.builds(
    Step,
    what=st.sampled_from(["deploy", "withdraw", "alias", "stage", "tag"]),
    version=st.integers(1, 2),
    choice=st.integers(0, 4),
    ago=st.integers(0, 30),
)


def perform(registry: Registry, step: Step, at: datetime) -> None:
    subject, place = f"m:{step.version}", PLACES[step.choice % 2].split("/")
    calls: dict[str, Callable[..., object]] = {
        "deploy": lambda unit: lifecycle.deploy(unit, version=subject, site=place[0], environment=place[1], at=at),
        "withdraw": lambda unit: lifecycle.withdraw(unit, version=subject, site=place[0], environment=place[1], at=at),
        "alias": lambda unit: lifecycle.set_alias(unit, model="m", alias="champion", version=step.version, at=at),
        "stage": lambda unit: lifecycle.move(unit, version=subject, stage=STAGES[step.choice], at=at),
        "tag": lambda unit: writes.update_version(unit, version=subject, tags={"site": str(step.choice)}, at=at),
    }
    with registry.unit(origin="manifest") as unit:
        calls[step.what](unit)


def expect(known: list[Held], step: Step, at: datetime) -> list[Held]:
    """Return what is known after a write that the registry accepted."""
    subject = f"m:{step.version}"
    what, key, value = {
        "deploy": ("deployed", f"{PLACES[step.choice % 2]} {subject}", subject),
        "withdraw": ("deployed", f"{PLACES[step.choice % 2]} {subject}", ""),
        "alias": ("alias", "champion", subject),
        "stage": ("stage", subject, STAGES[step.choice]),
        "tag": ("tag", subject, str(step.choice)),
    }[step.what]
    open_now = [held for held in known if (held.what, held.key) == (what, key) and held.until is None]
    if value and any(held.value == value for held in open_now):
        return known  # the same again changes nothing
    kept = [replace(held, until=at) if held in open_now else held for held in known]
    return [*kept, Held(what, key, value, at)] if value else kept


@contextmanager
def prepared(url: str) -> Iterator[tuple[Registry, Clock, list[Held]]]:
    clock = Clock(START)
    with Registry.open(url, actor="ada", clock=clock) as registry:
        registry.register_model(name="m")
        known = []
        for number in (1, 2):
            registry.register_version(model="m")
            known.append(Held("stage", f"m:{number}", "experimental", START))
        yield registry, clock, known


def seen(registry: Registry, as_of: datetime, known_at: datetime) -> dict[str, object]:
    limits: dict[str, Any] = {"as_of": as_of, "known_at": known_at}
    live = registry.deployed(**limits).deployments
    try:
        champion = registry.version("m@champion", **limits).subject
    except NotFound:
        champion = ""
    versions = [registry.version(f"m:{number}", **limits) for number in (1, 2)]
    return {
        "deployed": sorted(f"{d.site}/{d.environment} {d.subject}" for d in live),
        "champion": champion,
        "stages": [version.stage for version in versions],
        "tags": [version.tags.get("site", "") for version in versions],
    }


def told(known: list[Held], as_of: datetime) -> dict[str, object]:
    held = [each for each in known if each.holds(as_of)]

    def value(what: str, key: str) -> str:
        return next((each.value for each in held if (each.what, each.key) == (what, key)), "")

    return {
        "deployed": sorted(each.key for each in held if each.what == "deployed"),
        "champion": value("alias", "champion"),
        "stages": [value("stage", f"m:{number}") for number in (1, 2)],
        "tags": [value("tag", f"m:{number}") for number in (1, 2)],
    }


def check(url: str, steps: list[Step], looks: list[tuple[int, int]]) -> None:
    with prepared(url) as (registry, clock, known):
        snapshots = [(clock.now, known)]
        for step in steps:
            now = clock.advance(hours=1)
            at = max(START, now - timedelta(hours=step.ago))
            try:
                perform(registry, step, at)
            except AskregError:
                continue
            snapshots.append((now, expect(snapshots[-1][1], step, at)))
        end = clock.now
        for as_of_hours, known_hours in looks:
            as_of, known_at = (min(end, START + timedelta(hours=hours)) for hours in (as_of_hours, known_hours))
            then_known = [known for recorded, known in snapshots if recorded <= known_at][-1]
            assert seen(registry, as_of, known_at) == told(then_known, as_of)
        assert registry.verify().ok


LOOKS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6)


@settings(max_examples=120)
@given(steps=st.lists(STEPS, max_size=14), looks=LOOKS)
def test_what_was_and_what_was_known_are_told_apart(steps: list[Step], looks: list[tuple[int, int]]) -> None:
    check("sqlite://", steps, looks)


def test_the_two_axes_on_every_back_end(backend_url: str) -> None:
    steps = [
        Step("deploy", 1, 0, 0),
        Step("alias", 1, 0, 1),
        Step("tag", 2, 3, 2),
        Step("stage", 2, 0, 0),
        Step("deploy", 2, 0, 3),
        Step("withdraw", 1, 0, 2),
        Step("alias", 2, 0, 0),
        Step("tag", 2, 4, 1),
    ]
    check(backend_url, steps, [(as_of, known_at) for as_of in range(0, 10, 2) for known_at in range(0, 10, 2)])


def test_what_was_recorded_late_is_unknown_before(backend_url: str) -> None:
    with prepared(backend_url) as (registry, clock, _):
        clock.advance(days=10)
        perform(registry, Step("deploy", 1, 0, 0), START + timedelta(days=2))
        assert registry.deployed(as_of="2026-01-05", known_at="2026-01-05").deployments == []
        (live,) = registry.deployed(as_of="2026-01-05").deployments
        assert live.since == times.shown(times.stored(START + timedelta(days=2)))


@pytest.mark.parametrize("axis", ["as_of", "known_at"])
def test_neither_axis_reaches_into_the_future(backend_url: str, axis: str) -> None:
    with prepared(backend_url) as (registry, _, _known), pytest.raises(AskregError, match="future"):
        registry.deployed(**{axis: "2030-01-01"})
