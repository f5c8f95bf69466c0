"""Searching: filters before the ranking, the index in step with the record, whoever changes either."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clocks import Clock

from askreg.errors import AskregError, Conflict, InvalidInput, NotFound, StorageError
from askreg.library import files
from askreg.library.embedding import LexicalEmbedder, Vector
from askreg.library.library import Found, Library
from askreg.library.vectors import Vectors
from askreg.registry.registry import Registry
from library.conftest import ALL, REPORT

Write = Callable[..., Path]


def search(library: Library, registry: Registry, query: str, **given: object) -> Found:
    limits = {name: given.pop(name) for name in ("as_of", "known_at") if name in given}
    with registry.view(**limits) as seen:  # type: ignore[arg-type]
        return library.search(seen, query, **{"readable": ALL, **given})  # type: ignore[arg-type]


def paths(found: Found) -> list[str]:
    return list(dict.fromkeys(p.document for p in found.passages))


class Counting(LexicalEmbedder):
    """Counts what it embeds, and may be interrupted."""

    def __init__(self, *, stop_after: int = 10**9) -> None:
        super().__init__()
        self.embedded, self.stop_after = 0, stop_after

    def embed(self, texts: object) -> list[Vector]:
        if self.embedded >= self.stop_after:
            raise KeyboardInterrupt
        self.embedded += len(texts)  # type: ignore[arg-type]
        return super().embed(texts)  # type: ignore[arg-type]


def test_a_quote_is_verbatim_with_document_revision_chunk_and_offsets(
    registry: Registry, library: Library, write: Write
) -> None:
    write(registry, "a/report.md", REPORT, about=["sepsis-risk:3"])
    found = search(library, registry, "may it be used in pregnancy?").passages[0]
    assert found.quote == "Children were not studied. The score must not be used in pregnancy."
    assert REPORT[found.quote_start : found.quote_end] == found.quote
    assert (found.document, found.revision, found.section[-1]) == ("a/report.md", 1, "Limitations")
    again = search(library, registry, "may it be used in pregnancy?").passages[0]
    assert again.chunk == found.chunk and len(found.chunk) == 20


def test_filters_choose_the_documents_before_anything_is_ranked(
    registry: Registry, library: Library, write: Write
) -> None:
    for number in range(8):
        write(registry, f"falls-{number}.md", "# Falls\n\nDose of sedatives at night.", about=["falls-risk"])
    write(registry, "sepsis.md", "# Sepsis\n\nA word on sedatives.", about=["sepsis-risk:2"], title="Only this")
    assert paths(search(library, registry, "dose of sedatives at night", about="sepsis-risk", limit=3)) == ["sepsis.md"]
    assert paths(search(library, registry, "dose of sedatives", about="sepsis-risk:2")) == ["sepsis.md"]
    assert paths(search(library, registry, "dose of sedatives", title="only THIS")) == ["sepsis.md"]
    assert search(library, registry, "dose", about="holdout@1").searched == 0
    with pytest.raises(NotFound, match="did you mean"):
        search(library, registry, "dose", about="sepsis-rsk")


def test_what_may_not_be_read_is_not_looked_at_and_not_told_of(
    registry: Registry, library: Library, write: Write
) -> None:
    write(registry, "secret.md", "# Ward list\n\nThe patient in bed four.", sensitivity="phi")
    write(registry, "open.md", "# Beds\n\nThe beds are on level two.", sensitivity="public")
    found = search(library, registry, "patient in bed four", readable=frozenset({"public"}))
    assert paths(found) == ["open.md"] and found.searched == 1
    assert paths(search(library, registry, "patient in bed four"))[0] == "secret.md"


def test_a_revision_replaces_what_is_found_and_leaves_the_old_as_of_then(
    registry: Registry, library: Library, write: Write, clock: Clock
) -> None:
    write(registry, "sop.md", "# Alerts\n\nA nurse comes within 30 minutes.")
    then = clock.advance(days=1)
    clock.advance(days=1)
    write(registry, "sop.md", "# Alerts\n\nA nurse comes within 15 minutes.")
    new = search(library, registry, "when does a nurse come?").passages
    old = search(library, registry, "when does a nurse come?", as_of=then).passages
    assert [(p.revision, p.quote) for p in new] == [(2, "A nurse comes within 15 minutes.")]
    assert [(p.revision, p.quote) for p in old] == [(1, "A nurse comes within 30 minutes.")]
    assert [p.revision for p in search(library, registry, "nurse", known_at=then).passages] == [1]
    registry.remove_document(path="sop.md")
    assert search(library, registry, "when does a nurse come?").passages == ()
    assert search(library, registry, "when does a nurse come?", as_of=then).passages == old


def test_a_phrase_is_found_in_every_document_that_holds_it(registry: Registry, library: Library, write: Write) -> None:
    write(registry, "a.md", "# A\n\nThe alarm\nis SILENCED for six hours. More.")
    write(registry, "b.md", "# B\n\nOther words.\n\n# The alarm is silenced\n\nnow.")
    write(registry, "c.md", "# C\n\nThe alarm was silenced.")
    with registry.view() as seen:
        found = library.saying(seen, "alarm is silenced", readable=ALL)
    assert [(p.document, p.quote) for p in found.passages] == [
        ("a.md", "The alarm\nis SILENCED for six hours."),
        ("b.md", "# The alarm is silenced"),
    ]


def test_only_what_changed_is_embedded(local: Registry, tmp_path: Path, write: Write) -> None:
    counting = Counting()
    library = Library(tmp_path / "library", make=lambda: counting)
    write(local, "a.md", "# A\n\none\n\n# B\n\ntwo")
    with local.view() as seen:
        assert library.refresh(seen).added == 2
        assert library.refresh(seen).added == 0
    write(local, "b.md", "# C\n\nthree")
    search(library, local, "three")
    assert counting.embedded == 3 + 1


def test_an_interrupted_refresh_goes_on_from_where_it_was(local: Registry, tmp_path: Path, write: Write) -> None:
    write(local, "a.md", "\n\n".join(f"# Part {i}\n\nText {i}." for i in range(100)))
    with local.view() as seen:
        with pytest.raises(KeyboardInterrupt):
            Library(tmp_path / "library", make=lambda: Counting(stop_after=60)).refresh(seen)
        resumed = Library(tmp_path / "library", make=LexicalEmbedder).refresh(seen)
    assert (resumed.added, resumed.total) == (36, 100)
    assert local.verify().ok


def test_an_index_of_another_embedder_is_refused_until_it_is_built_anew(
    local: Registry, tmp_path: Path, write: Write
) -> None:
    write(local, "a.md", REPORT)
    search(Library(tmp_path / "library", make=LexicalEmbedder), local, "children")
    other = Library(tmp_path / "library", make=lambda: LexicalEmbedder(dimensions=64))
    with pytest.raises(Conflict, match="lexical-hashing-1:512.*lexical-hashing-1:64.*docs reindex"):
        search(other, local, "children")
    with local.view() as seen:
        assert other.refresh(seen, anew=True).added == 2
    assert paths(search(other, local, "children")) == ["a.md"]
    with pytest.raises(Conflict):
        search(Library(tmp_path / "library", make=LexicalEmbedder), local, "children")


def test_a_lost_index_is_built_again_from_the_record(local: Registry, tmp_path: Path, write: Write) -> None:
    write(local, "a.md", REPORT)
    first = search(Library(tmp_path / "one", make=LexicalEmbedder), local, "children")
    assert search(Library(tmp_path / "two", make=LexicalEmbedder), local, "children") == first


def test_a_damaged_index_says_how_to_build_it_again(local: Registry, tmp_path: Path, write: Write) -> None:
    write(local, "a.md", REPORT)
    (tmp_path / "library" / "chroma").mkdir(parents=True)
    (tmp_path / "library" / "chroma" / "chroma.sqlite3").write_text("not a database " * 100)
    with pytest.raises(StorageError, match="document index"):
        search(Library(tmp_path / "library", make=LexicalEmbedder), local, "children")


def test_by_words_alone_chroma_is_not_needed(local: Registry, tmp_path: Path, write: Write) -> None:
    write(local, "a.md", REPORT)
    found = search(Library(tmp_path / "library", make=LexicalEmbedder), local, "pregnancy", by_meaning=False)
    assert paths(found) == ["a.md"] and not (tmp_path / "library").exists()


def test_a_document_that_nobody_read_is_named(registry: Registry, library: Library, write: Write) -> None:
    registry.register_document(path="b.pdf", digest="sha256:aa")
    write(registry, "a.md", REPORT)
    assert search(library, registry, "children").unread == ("b.pdf",)


OTHER = """
import sys
from pathlib import Path
from askreg.library import adding
from askreg.library.embedding import LexicalEmbedder
from askreg.library.library import Library
from askreg.registry.registry import Registry
url, folder, number = sys.argv[1:]
with Registry.open(url, actor="ada.osei") as registry:
    for i in range(12):
        file = Path(folder) / f"{number}-{i}.md"
        file.write_text(f"# Part {number} {i}\\n\\nWord{number}x{i} stands here.\\n\\n## More\\n\\nAnd there.")
        assert adding.add(registry, file, file.name).why is None
        with registry.view() as seen:
            Library(Path(folder) / "library", make=LexicalEmbedder).refresh(seen)
"""


def others(url: str, folder: Path, *numbers: int) -> list[subprocess.Popen[bytes]]:
    return [subprocess.Popen([sys.executable, "-c", OTHER, url, str(folder), str(n)]) for n in numbers]


def test_processes_that_add_at_once_lose_nothing_and_one_that_runs_finds_it_all(
    local: Registry, sqlite_url: str, tmp_path: Path, write: Write
) -> None:
    write(local, "a.md", REPORT)
    running = Library(tmp_path / "library", make=LexicalEmbedder)
    assert paths(search(running, local, "children")) == ["a.md"]
    assert [process.wait() for process in others(sqlite_url, tmp_path, 1, 2)] == [0, 0]
    for word, path in (("word1x11", "1-11.md"), ("word2x0", "2-0.md")):
        found = search(running, local, word)
        assert found.passages[0].document == path and found.passages[0].likeness is not None
    with local.view() as seen:
        again = Library(tmp_path / "library", make=LexicalEmbedder).refresh(seen)
    assert (again.added, again.total) == (0, 2 * 24 + 2)
    assert local.verify().ok


def test_a_process_that_is_killed_loses_nothing_that_was_kept(local: Registry, sqlite_url: str, tmp_path: Path) -> None:
    (process,) = others(sqlite_url, tmp_path, 1)
    deadline = time.monotonic() + 30
    while len(list(tmp_path.glob("1-*.md"))) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    library = Library(tmp_path / "library", make=LexicalEmbedder)
    assert search(library, local, "word1x1").passages[0].document == "1-1.md"
    assert local.verify().ok


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Chroma server on this machine."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    process = subprocess.Popen(
        [*command, "--path", str(tmp_path_factory.mktemp("server"))],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def test_a_chroma_server_holds_the_index_for_all_and_no_text(
    registry: Registry, tmp_path: Path, write: Write, server: str
) -> None:
    write(registry, "a.md", REPORT, about=["sepsis-risk:3"])
    write(registry, "b.md", "# Other\n\nChildren play.", sensitivity="phi")
    first = Library(tmp_path / "one", make=LexicalEmbedder, server=server)
    second = Library(tmp_path / "two", make=LexicalEmbedder, server=server)
    assert paths(search(first, registry, "children were not studied", about="sepsis-risk")) == ["a.md"]
    write(registry, "c.md", "# Third\n\nA later word.")
    assert paths(search(second, registry, "a later word"))[0] == "c.md"
    assert paths(search(first, registry, "a later word"))[0] == "c.md"
    assert "b.md" not in paths(search(first, registry, "children play", readable=frozenset({"public", "internal"})))
    with registry.view() as seen:
        second.refresh(seen, anew=True)
    assert paths(search(first, registry, "a later word"))[0] == "c.md"
    import chromadb

    client = chromadb.HttpClient(host="127.0.0.1", port=int(server.rsplit(":", 1)[1]))
    for collection in client.list_collections():
        kept = collection.get(include=["documents", "metadatas"])
        assert not any(kept["documents"] or ()) and {"text"} == set().union(*kept["metadatas"] or ())


def test_a_server_that_does_not_answer_is_named(local: Registry, tmp_path: Path, write: Write) -> None:
    write(local, "a.md", REPORT)
    with pytest.raises(StorageError, match="127.0.0.1:9.*chroma run"):
        search(Library(tmp_path, make=LexicalEmbedder, server="http://127.0.0.1:9"), local, "children")
    with pytest.raises(InvalidInput, match="no address"):
        search(Library(tmp_path, make=LexicalEmbedder, server="localhost"), local, "children")


def test_without_chroma_the_extra_is_named(
    local: Registry, library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(local, "a.md", REPORT)
    monkeypatch.setitem(sys.modules, "chromadb", None)
    with pytest.raises(AskregError, match=r"askreg\[docs\]"):
        search(library, local, "children")
    assert files.EXTRA == "pip install 'askreg[docs]'"


def test_a_document_that_becomes_secret_moves_apart_without_being_embedded_again(
    local: Registry, tmp_path: Path, write: Write
) -> None:
    counting = Counting()
    library = Library(tmp_path / "library", make=lambda: counting)
    write(local, "a.md", "# Ward\n\nBed four is by the window.", sensitivity="internal")
    write(local, "b.md", "# Beds\n\nBeds are on level two.", sensitivity="internal")
    open_to_all = frozenset({"public", "internal", "deidentified"})
    assert paths(search(library, local, "bed four by the window", readable=open_to_all))[0] == "a.md"
    embedded = counting.embedded
    write(local, "a.md", "# Ward\n\nBed four is by the window.", sensitivity="phi")
    assert paths(search(library, local, "bed four by the window", readable=open_to_all)) == ["b.md"]
    first = search(library, local, "bed four by the window").passages[0]
    assert first.document == "a.md" and first.likeness is not None
    assert counting.embedded == embedded + 2  # the two questions
    with local.view() as seen:
        parts = library.index._parts(seen)
        assert [part.count() for part in parts] == [1, 1]


def test_a_view_from_before_takes_nothing_out_that_was_added_since(
    local: Registry, tmp_path: Path, write: Write
) -> None:
    write(local, "a.md", REPORT)
    with local.view() as before:
        late = Library(tmp_path / "library", make=LexicalEmbedder)
        late.index.read(before)
        write(local, "b.md", "# Later\n\nAdded since.")
        with local.view() as seen:
            assert Library(tmp_path / "library", make=LexicalEmbedder).refresh(seen).total == 3
        late.refresh(before)
    with local.view() as seen:
        assert Library(tmp_path / "library", make=LexicalEmbedder).refresh(seen).added == 0


def test_a_move_that_was_cut_short_shows_nobody_what_they_may_not_read(
    local: Registry, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(tmp_path / "library", make=LexicalEmbedder)
    write(local, "a.md", "# Ward\n\nBed four is by the window.", sensitivity="internal")
    write(local, "b.md", "# Beds\n\nBeds are on level two.", sensitivity="internal")
    search(library, local, "bed four")
    write(local, "a.md", "# Ward\n\nBed four is by the window.", sensitivity="phi")
    with local.view() as seen, monkeypatch.context() as cut:
        cut.setattr(Vectors, "delete", lambda self, ids: None)
        library.refresh(seen)
        parts = library.index._parts(seen)
        assert [part.count() for part in parts] == [2, 1]
    assert paths(search(library, local, "bed four by the window", readable=frozenset({"internal"}))) == ["b.md"]
    with local.view() as seen:
        library.refresh(seen)
        assert [part.count() for part in parts] == [1, 1]
