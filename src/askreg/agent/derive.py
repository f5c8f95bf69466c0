"""What a placeholder comes to: parts of facts, and figures derived from them in exact decimals."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import TypeAlias

from askreg.agent import wording
from askreg.agent.draft import Ref, Use
from askreg.agent.facts import Fact
from askreg.errors import InvalidInput
from askreg.registry import times

Facts: TypeAlias = Mapping[str, Fact]


def evaluate(use: Use, facts: Facts, *, code: bool = False) -> str:
    """Return the text that a placeholder stands for; `code` when it stands in a code span."""
    for id in use.facts:
        if id not in facts:
            raise InvalidInput(f"{{{use.source}}}: there is no fact {id}")
    if not use.function:
        return _shown(use, use.args[0], facts, code=code)
    with localcontext() as context:
        context.prec = 60
        return _FUNCTIONS[use.function](use, facts)


def part(ref: Ref, facts: Facts) -> str | None:
    """Return the bare text of a part of a fact; None when the fact has no such part."""
    fact = facts[ref.fact]
    match ref.part:
        case "" | "value":
            return fact.value
        case "model" | "version":
            model, mark, number = (fact.value if ":" in fact.value else fact.subject).partition(":")
            return (model if ref.part == "model" else f"version {number}") if mark and number.isdigit() else None
        case "name":
            return fact.field.rpartition(".")[2]
        case "ci":
            return None if fact.ci is None else f"{fact.ci[0]} to {fact.ci[1]}"
        case other:
            found = getattr(fact, other)
            return None if found is None else str(found)


def _shown(use: Use, ref: Ref, facts: Facts, *, code: bool = False) -> str:
    fact, text = facts[ref.fact], part(ref, facts)
    if text is None:
        raise InvalidInput(f"{{{use.source}}}: {fact.id} ({fact.subject} {fact.field}) has no {ref.part}")
    if wording.INSTANT.fullmatch(text):
        return wording.instant(text, date=use.format == "date")
    if use.format:
        raise InvalidInput(f"{{{use.source}}}: {text!r} is not an instant")
    if code:
        return wording.code(text)
    shown = f"`{wording.code(text)}`" if wording.is_uri(text) else wording.escape(text)
    if not ref.part and fact.unit:
        shown += " " + (f"“{wording.escape(fact.unit)}”" if wording.is_prose(fact.unit) else wording.escape(fact.unit))
    free = wording.is_prose(text) or (ref.part in ("", "value") and wording.is_free(fact.field))
    return f"“{shown}”" if free and ref.part != "ci" else shown


def _number(use: Use, ref: Ref, facts: Facts) -> Decimal:
    text = part(ref, facts)
    value = None if text is None else wording.number(text)
    if value is None:
        raise InvalidInput(f"{{{use.source}}}: {text!r} of {ref.fact} is not a number")
    return value


def _alike(use: Use, facts: Facts) -> None:
    """Refuse arithmetic over figures that were not measured alike."""
    first = facts[use.args[0].fact]
    for other in (facts[ref.fact] for ref in use.args[1:]):
        if other.setting == first.setting:
            continue
        names = ("metric", "dataset", "split", "cohort", "unit")
        apart = [n for n, a, b in zip(names, first.setting, other.setting, strict=True) if a != b]
        raise InvalidInput(
            f"{{{use.source}}}: {first.id} and {other.id} cannot be compared: they differ in {', '.join(apart)}"
        )


def _numbers(use: Use, facts: Facts) -> list[Decimal]:
    _alike(use, facts)
    return [_number(use, ref, facts) for ref in use.args]


def _two(use: Use, facts: Facts) -> tuple[Decimal, Decimal]:
    if len(use.args) != 2:
        raise InvalidInput(f"{{{use.source}}}: {use.function} takes two facts")
    first, second = _numbers(use, facts)
    return first, second


def _diff(use: Use, facts: Facts) -> str:
    first, second = _two(use, facts)
    difference = second - first
    unit = facts[use.args[0].fact].unit
    return f"{'+' if difference > 0 else ''}{difference:f}" + (f" {wording.escape(unit)}" if unit else "")


def _gap(use: Use, facts: Facts) -> str:
    first, second = _two(use, facts)
    unit = facts[use.args[0].fact].unit
    return f"{abs(second - first):f}" + (f" {wording.escape(unit)}" if unit else "")


def _ratio(use: Use, facts: Facts) -> str:
    first, second = _two(use, facts)
    if not first:
        raise InvalidInput(f"{{{use.source}}}: {use.args[0].fact} is zero")
    return wording.about(second / first)


def _distinct(refs: Sequence[Ref], facts: Facts) -> list[tuple[str, Ref]]:
    """Return each different part (or, where no part is named, each different fact) with where it came from."""
    found: dict[str, Ref] = {}
    for ref in refs:
        key = part(ref, facts) if ref.part else ref.fact
        if key is not None:
            found.setdefault(key, ref)
    return list(found.items())


def _count(use: Use, facts: Facts) -> str:
    return str(len(_distinct(use.args, facts)))


def _share(use: Use, facts: Facts) -> str:
    some = {key for key, _ in _distinct(use.args, facts)}
    whole = {key for key, _ in _distinct(use.whole, facts)}
    if not some <= whole:
        raise InvalidInput(f"{{{use.source}}}: the first list is not part of the second")
    return f"{len(some)} of {len(whole)} ({wording.about(Decimal(len(some)) * 100 / len(whole), digits=3)} %)"


def _sum(use: Use, facts: Facts) -> str:
    return f"{sum(_numbers(use, facts), Decimal()):f}"


def _mean(use: Use, facts: Facts) -> str:
    numbers = _numbers(use, facts)
    return wording.about(sum(numbers, Decimal()) / len(numbers))


def _extreme(use: Use, facts: Facts) -> str:
    choose: Callable[..., Ref] = max if use.function == "max" else min
    if all(wording.INSTANT.fullmatch(part(ref, facts) or "") for ref in use.args):
        return _shown(use, choose(use.args, key=lambda ref: part(ref, facts)), facts)
    _alike(use, facts)
    return _shown(use, choose(use.args, key=lambda ref: _number(use, ref, facts)), facts)


def _elapsed(use: Use, facts: Facts) -> str:
    if len(use.args) == 1 and facts[use.args[0].fact].unit == "s":
        return wording.span(_number(use, use.args[0], facts))
    if len(use.args) != 2:
        raise InvalidInput(f"{{{use.source}}}: elapsed takes two instants, or one number of seconds")
    start, end = (_instant(use, ref, facts) for ref in use.args)
    length = times.moment(end) - times.moment(start)
    if length.microseconds == 999_999:  # the last instant of a day stands for its end
        length += length.resolution
    return wording.span(Decimal(length.days * 86_400 + length.seconds) + Decimal(length.microseconds) / 1_000_000)


def _instant(use: Use, ref: Ref, facts: Facts) -> str:
    text = part(ref, facts)
    if text is None and ref.part == "until":
        text = facts[ref.fact].as_of
    if text is None or not wording.INSTANT.fullmatch(text):
        raise InvalidInput(f"{{{use.source}}}: {text!r} of {ref.fact} is not an instant")
    return text


def _list(use: Use, facts: Facts) -> str:
    refs = [Ref(ref.fact, ref.part or "value") for ref in use.args]
    shown = [_shown(use, ref, facts) for _, ref in _distinct(refs, facts)]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


_FUNCTIONS: dict[str, Callable[[Use, Facts], str]] = {
    "diff": _diff,
    "gap": _gap,
    "ratio": _ratio,
    "count": _count,
    "share": _share,
    "sum": _sum,
    "mean": _mean,
    "min": _extreme,
    "max": _extreme,
    "elapsed": _elapsed,
    "list": _list,
    "cite": lambda use, facts: "",
}
