"""Commands that ask: one question, a batch, a conversation; and the answers given before."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from askreg.cli import register, session
from askreg.cli.session import AsOf, Cursor, Json, KnownAt, Limit
from askreg.errors import AskregError, InvalidInput

if TYPE_CHECKING:
    from askreg.agent.answer import Answer, Asker
    from askreg.agent.thread import Thread
    from askreg.registry.registry import Registry

Backend = Annotated[
    str | None, typer.Option("--backend", help="Which brain: offline, claude or ollama. [ASKREG_BACKEND]")
]
AnswerId = Annotated[str, typer.Argument(metavar="ID", show_default=False, help="As the answer gave it: ans_….")]

answers = typer.Typer(
    help="Show the answers given, and apply what they propose.", no_args_is_help=True, rich_markup_mode=None
)

HELP = "/json switches between text and JSON, /quit ends; a number takes one of the readings offered"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(ask)
    app.command()(chat)
    app.add_typer(answers, name="answers")


def ask(
    ctx: typer.Context,
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", show_default=False, help="In plain words.")
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch",
            metavar="FILE",
            help='Questions as JSON lines {"id", "question", "as_of"?, "thread"?}, - for stdin; answers as JSON lines.',
        ),
    ] = None,
    backend: Backend = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the record."""
    if batch is not None:
        if question or as_of or known_at:
            raise typer.BadParameter("every line has its own question and dates", param_hint="--batch")
        _ask_batch(ctx, batch, backend)
        return
    if question is None:
        raise typer.BadParameter("what is the question? (or --batch FILE)", param_hint="QUESTION")
    with session.of(ctx).registry() as registry:
        answer = _asker(ctx, registry, backend).ask(question, as_of=as_of, known_at=known_at)
    _put_answer(answer, as_json=as_json)


def chat(
    ctx: typer.Context,
    backend: Backend = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Ask one question after the other. A question may refer to the one before."""
    with session.of(ctx).registry() as registry:
        from askreg.agent.thread import Thread

        asker, thread = _asker(ctx, registry, backend), Thread()
        for line in _questions():
            if line == "/json":
                as_json = not as_json
            elif line.startswith("/"):
                session.say(HELP)
            else:
                answer_next(asker, thread, line, as_of, known_at, as_json=as_json)


class Asks(Protocol):
    """What answers in a conversation: an `Asker`."""

    def ask(
        self, question: str, *, as_of: str | None = None, known_at: str | None = None, thread: "Thread | None" = None
    ) -> Any:
        """Return an answer."""
        ...


def answer_next(
    asker: Asks, thread: "Thread", line: str, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Answer one line of a conversation; a number takes one of the readings that were offered last."""
    readings = thread.turns[-1].readings if thread.turns else []
    if line.isdigit() and 0 < int(line) <= len(readings):
        line = readings[int(line) - 1].question
    try:
        answer = asker.ask(line, as_of=as_of, known_at=known_at, thread=thread)
    except AskregError as error:  # the conversation goes on
        session.say(str(error))
        return
    _put_answer(answer, as_json=as_json, indent=None)


def _questions() -> Iterator[str]:
    """Yield lines that were typed or piped, until there are no more or one says /quit."""
    prompt = ""
    if sys.stdin.isatty():
        import readline  # noqa: F401 - gives `input` its editing keys

        session.say(f"ask about the record; {HELP}")
        prompt = "> "
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if line in ("/quit", "/exit", "/q"):
            return
        if line:
            yield line


def _asker(ctx: typer.Context, registry: "Registry", backend: str | None) -> "Asker":
    from askreg.agent.answer import Asker

    current = session.of(ctx)
    return Asker(registry, backend=backend or current.settings.backend, config=current.brains, library=current.library)


def _put_answer(answer: "Answer", *, as_json: bool, indent: int | None = 2) -> None:
    if as_json:
        session.put_json(session.plain(answer), indent=indent)
        return
    from askreg.cli import answered

    answered.answer(answer)


def _ask_batch(ctx: typer.Context, source: str, backend: str | None) -> None:
    with _lines(source) as lines, session.of(ctx).registry() as registry:
        from askreg.agent.batch import answer_lines

        for answer in answer_lines(_asker(ctx, registry, backend), lines):
            session.put_json(answer, indent=None)


@contextmanager
def _lines(source: str) -> Iterator[Iterator[str]]:
    # What is not UTF-8 is to be an error of its line only.
    if source == "-":
        yield (line.decode("utf-8", "surrogateescape") for line in sys.stdin.buffer)
        return
    try:
        stream = Path(source).open("rb")
    except OSError as error:
        raise InvalidInput(f"{source} cannot be read: {error.strerror}") from None
    with stream:
        yield (line.decode("utf-8", "surrogateescape") for line in stream)


@answers.command("list")
def list_answers(
    ctx: typer.Context,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List the answers given, newest first."""
    with session.of(ctx).registry() as registry, registry.view(as_of=as_of, known_at=known_at) as seen:
        from askreg.registry.answers import listed

        page = listed(seen, limit=limit, cursor=cursor)
    session.put(page, as_json=as_json)


@answers.command("show")
def show_answer(
    ctx: typer.Context, id: AnswerId, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """Show an answer as it was given."""
    with session.of(ctx).registry() as registry, registry.view(as_of=as_of, known_at=known_at) as seen:
        from askreg.agent.replay import stored

        answer = stored(seen, id)
    _put_answer(answer, as_json=as_json)


@answers.command("replay")
def replay_answer(ctx: typer.Context, id: AnswerId, as_json: Json = False) -> None:
    """Run an answer's calls again: as of then (exit 1 if that differs: the record was altered), and as of now."""
    with session.of(ctx).registry() as registry:
        from askreg.agent.replay import replay

        outcome = replay(registry, id, library=session.of(ctx).library)
    if as_json:
        session.put_json(session.plain(outcome))
    else:
        from askreg.cli import answered

        answered.replay(outcome)
    if not outcome.reproduced:
        raise typer.Exit(1)


@answers.command("apply")
def apply_answer(ctx: typer.Context, id: AnswerId, as_json: Json = False) -> None:
    """Make the change an answer proposed, in your own name. Exit 1 if what it changes is not as it was then."""

    def act(registry: "Registry") -> register.Done:
        from askreg.agent.replay import stored

        with registry.view() as seen:
            proposal = stored(seen, id).proposal
        if proposal is None:
            raise InvalidInput(f"the answer {id} proposes nothing; 'askreg answers show {id}' shows what it says")
        if not as_json:
            from askreg.cli import answered

            answered.proposal(proposal)
        subject = registry.apply(proposal, answer=id).subject
        return f"{registry.actor} applied it: {proposal.action} {subject}", subject

    register.write(ctx, act, as_json=as_json)
