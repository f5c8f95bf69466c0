"""Asks a served language model questions whose answers are known, and prints how well it does.

python -m eval.live --protocol ollama|claude --url URL [--model NAME] [--mode auto|tools|select] [--limit N]
    [--registry b c] [--timeout S] [--failures] [--json FILE]

Of the visible questions it takes the same each time, evenly from all categories. Calls are held against those that the
offline brain makes for the same question, answers against the oracle's. The claude key is read from ANTHROPIC_API_KEY.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from askreg.agent.answer import Answer, Asker
from askreg.agent.brains.config import BrainConfig, ClaudeConfig, OllamaConfig
from askreg.errors import AskregError
from askreg.registry.canonical import canonical
from askreg.registry.manifest import load
from askreg.registry.registry import Registry
from tests.questions import cases, scoring
from tests.questions.answer_text import Names
from tests.questions.cases import Case
from tests.questions.record import Record

HIDDEN = ("heldout", "blind")
"""Files of questions that are not for looking at while a prompt is being changed."""


@dataclass(frozen=True)
class Asked:
    """One question, what came of it, and how."""

    id: str
    question: str
    status: str
    outcome: str
    why: str
    tool: bool | None
    """Whether the tools that the offline brain calls were called; None where it calls none."""
    arguments: bool | None
    seconds: float
    tokens: int | None
    answer: str
    reason: str | None
    calls: list[str]


def main() -> int:
    """Ask, print, and exit 1 if an answer was confidently wrong or none could be given at all."""
    given = _arguments()
    try:
        config = configured(given)
        results = [asked for name in given.registry for asked in run(name, config, given)]
    except AskregError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if given.failures:
        for asked in results:
            if asked.outcome != "right":
                _say(described(asked))
    _say("\n".join(summary(results)))
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(asked) for asked in results], indent=1), encoding="utf-8")
    outcomes = Counter(asked.outcome for asked in results)
    return int(outcomes["confident_wrong"] > 0 or outcomes["error"] == len(results))


def configured(given: argparse.Namespace) -> BrainConfig:
    """Return a site's configuration with the model at the URL."""
    common = {"url": given.url, "timeout": given.timeout, **({"model": given.model} if given.model else {})}
    if given.protocol == "claude":
        key = SecretStr(os.environ.get("ANTHROPIC_API_KEY") or "none")
        return BrainConfig(policy="cloud-allowed", claude=ClaudeConfig.model_validate({**common, "api_key": key}))
    hosts = (urlsplit(given.url).hostname or "",)
    return BrainConfig(ollama=OllamaConfig.model_validate({**common, "mode": given.mode, "hosts": hosts}))


def visible(registry: str, limit: int) -> list[Case]:
    """Return questions about a registry, evenly from all categories; none that belongs to a conversation."""
    path = cases.HERE / f"cases_{registry}.yaml"
    if any(word in path.stem for word in HIDDEN):
        raise ValueError(f"{path.name} is kept hidden")
    by_category: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases.read(path):
        if case.thread is None:
            by_category[case.category].append(case)
    rounds = zip_longest(*(by_category[category] for category in sorted(by_category)))
    return [case for cases_of_round in rounds for case in cases_of_round if case is not None][:limit]


def run(registry: str, config: BrainConfig, given: argparse.Namespace) -> Iterator[Asked]:
    """Yield what came of each question about a registry."""
    manifest = cases.HERE / f"registry_{registry}.yaml"
    record = Record.read(manifest)
    names = Names(record)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'live.db'}"
        with Registry.open(url, actor="examiner", clock=lambda: cases.NOW) as opened:
            load(opened, manifest)
            live, offline = Asker(opened, backend=given.protocol, config=config), Asker(opened)
            for case in visible(registry, -(-given.limit // len(given.registry))):
                asked = one(case, live, offline, names, case.gold(record))
                _say(f"{asked.outcome:16} {asked.seconds:6.1f} s  {case.id} {case.question}")
                yield asked


def one(case: Case, live: Asker, offline: Asker, names: Names, gold: Any) -> Asked:
    """Ask one question of the model and of the offline brain."""
    expected = _calls(offline.ask(case.question, as_of=case.as_of))
    start = time.perf_counter()
    with _tokens() as tokens:
        answer = live.ask(case.question, as_of=case.as_of)
    seconds = time.perf_counter() - start
    body = answer.model_dump(mode="json")
    score = scoring.score(names, case.question, body, gold, status=case.status, check=case.check)
    made = _calls(answer)
    tools = {tool for tool, _ in expected} <= {tool for tool, _ in made}
    return Asked(
        id=case.id,
        question=case.question,
        status=answer.status,
        outcome=score.outcome,
        why=score.why,
        tool=tools if expected else None,
        arguments=set(expected) <= set(made) if expected else None,
        seconds=seconds,
        tokens=tokens(),
        answer=answer.answer,
        reason=answer.reason,
        calls=[f"{tool} {args}" for tool, args in made],
    )


def _calls(answer: Answer) -> list[tuple[str, str]]:
    return [(call.tool, canonical(call.args)) for call in answer.calls if call.error is None]


@contextmanager
def _tokens() -> Iterator[Callable[[], int | None]]:
    """Count the tokens of the calls within, where the server says how many they were."""
    from langchain_core.callbacks import get_usage_metadata_callback

    with get_usage_metadata_callback() as seen:
        yield lambda: sum(int(usage["total_tokens"]) for usage in seen.usage_metadata.values()) or None


def summary(results: Sequence[Asked]) -> Iterator[str]:
    """Yield the figures."""
    if not results:
        yield "no question was asked"
        return
    outcomes = Counter(asked.outcome for asked in results)
    seconds = sorted(asked.seconds for asked in results)
    tokens = [asked.tokens for asked in results if asked.tokens is not None]
    yield f"questions        {len(results)}"
    yield f"tool right       {_share([asked.tool for asked in results])}"
    yield f"arguments right  {_share([asked.arguments for asked in results])}"
    yield f"answered right   {outcomes['right']}"
    yield f"abstained        {outcomes['abstained']}"
    yield f"wrong status     {outcomes['status']}"
    yield f"confident wrong  {outcomes['confident_wrong']}"
    yield f"no answer        {outcomes['error']}"
    yield f"latency          median {median(seconds):.2f} s, slowest {seconds[-1]:.2f} s"
    yield f"tokens           {f'median {median(tokens):.0f} a question' if tokens else 'not told'}"
    for reason, count in Counter(_kind(asked) for asked in results if asked.outcome == "abstained").most_common(8):
        yield f"  {count:3} {reason}"


def _share(held: Sequence[bool | None]) -> str:
    known = [value for value in held if value is not None]
    return f"{sum(known)} of {len(known)} where the offline brain makes a call"


def _kind(asked: Asked) -> str:
    return f"{asked.status}: {(asked.reason or '')[:110]}"


def described(asked: Asked) -> str:
    """Return a failure in a few lines."""
    told = asked.answer if asked.status in ("answered", "partial") else asked.reason
    calls = "; ".join(asked.calls) or "none"
    return f"{asked.outcome} {asked.id} {asked.question}\n   {asked.why}\n   calls: {calls[:400]}\n   {told}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.live", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--protocol", choices=("ollama", "claude"), required=True)
    parser.add_argument("--url", required=True, help="where the model is served")
    parser.add_argument("--model", help="without it, the protocol's default")
    parser.add_argument(
        "--mode", choices=("auto", "tools", "select"), default="auto", help="how Ollama's model is used"
    )
    parser.add_argument("--limit", type=int, default=40, metavar="N", help="how many questions")
    parser.add_argument("--registry", nargs="+", default=["b", "c"], choices=("b", "c"))
    parser.add_argument("--timeout", type=float, default=120, metavar="S", help="of one request")
    parser.add_argument("--failures", action="store_true", help="print what was not right")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write each question's outcome there")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
